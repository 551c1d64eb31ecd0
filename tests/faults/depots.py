"""Thousands of demandes with files while everything is killed; then none is missing.

    make faults

Starts the demonstration of production on free ports: PostgreSQL, two Zope processes,
HAProxy. Each of them is killed by SIGKILL at random moments, FAULTS_MORTS times, and
comes back. Whoever got no answer reloads the page or presses the button again. At the
end, what people were told is compared with what is in the database, file by file, and
with the mails they got; then a backup is taken while people file, and put back into an
empty folder.

FAULTS_DEPOTS (5000), FAULTS_MORTS (10), FAULTS_ENSEMBLE (8 people at a time) and
FAULTS_GRAINE change how many, how often, and which.
"""

from bourreau import Bourreau
from collections.abc import Callable
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from courrier import Courrier
from demonstration import ROOT
from deposant import ADRESSE
from deposant import Deposant
from deposant import Depot
from pathlib import Path
from patient import Compteurs
from production import Production
from rapport import imprimer

import json
import os
import random
import subprocess
import sys
import time


DEPOTS = int(os.environ.get("FAULTS_DEPOTS", "5000"))
MORTS = int(os.environ.get("FAULTS_MORTS", "10"))
ENSEMBLE = int(os.environ.get("FAULTS_ENSEMBLE", "8"))
GRAINE = int(os.environ.get("FAULTS_GRAINE", "20261123"))
#: How many file while the backup is taken.
PENDANT = max(20, DEPOTS // 20)

HERE = Path(__file__).parent
#: A draft is looked at when it has not been touched for so many seconds, and more.
VIEUX = 3_600


def demandes(production: Production) -> list[dict]:
    """What is in the database, read by a process of its own."""
    conf = production.var / "parts" / "instance1" / "etc" / "zope.conf"
    command = [
        *(production.var / "bin" / "reglages", "env"),
        f"PYTHONPATH={HERE}:{HERE.parent / 'support'}",
        *(ROOT / "bin" / "python-test", HERE / "base.py", conf, "demandes", ADRESSE),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    return json.loads(done.stdout.splitlines()[-1])


def deposer(
    guichet: str, rangs: Sequence[int], compteurs: Compteurs
) -> Callable[[], list[Depot]]:
    """Let people file; the function that is returned waits for the last of them."""
    people = [
        Deposant(guichet, rang, compteurs, random.Random(GRAINE * 100_000 + rang))
        for rang in rangs
    ]
    pool = ThreadPoolExecutor(ENSEMBLE)
    for deposant in people:
        pool.submit(deposant.vivre)

    def wait() -> list[Depot]:
        pool.shutdown()
        return [deposant.depot for deposant in people]

    return wait


def manquements(depots: list[Depot], trouvees: list[dict]) -> list[str]:
    """What people were told and what is stored, where that is not the same."""
    faults = []
    par_numero = {one["numero"]: one for one in trouvees}
    if len(par_numero) != len(trouvees):
        faults.append("un numéro existe deux fois")
    for depot in depots:
        siennes = [one for one in trouvees if one["courriel"] == depot.courriel]
        if len(siennes) > 1:
            faults.append(f"{depot.courriel} a {len(siennes)} demandes")
        if len(depot.numeros) > 1:
            faults.append(f"{depot.courriel} a appris {len(depot.numeros)} numéros")
        for numero in depot.numeros - {one["numero"] for one in siennes}:
            faults.append(f"{depot.courriel} a appris {numero}, qui n’est pas là")
        for one in siennes:
            if one["pieces"] != depot.pieces:
                faults.append(
                    f"{one['numero']} : {len(one['pieces'])} pièces, déposées : "
                    f"{len(depot.pieces)}"
                )
    known = {depot.courriel for depot in depots}
    faults += [
        f"{one['numero']} n’est à personne"
        for one in trouvees
        if one["courriel"] not in known
    ]
    return faults


def manquements_du_courrier(
    courrier: Courrier, trouvees: list[dict], connues: set[str]
) -> list[str]:
    """Demandes without a mail, and mails without a demande; ``connues`` are the numbers
    of the demandes that were there before."""
    recus = courrier.recus(ADRESSE)
    numeros = {one["numero"] for one in trouvees}
    faults = [
        f"{one['numero']} : aucun courriel"
        for one in trouvees
        if not recus[one["courriel"], one["numero"]]
    ]
    faults += [
        f"un courriel parle de {numero}, qui n’est pas là"
        for numero in sorted(courrier.numeros() - numeros - connues)
    ]
    return faults


def brouillons(production: Production) -> list[Path]:
    """The messages that killed processes have left behind."""
    return [*(production.var / "zope").glob("guichet-*/*/tmp/*")]


def reprendre(production: Production) -> int:
    """Run the tasks, as if an hour had passed; how many messages were taken up."""
    for path in brouillons(production):
        then = time.time() - VIEUX
        os.utime(path, (then, then))
    done = production.guichet_command("taches")
    if done.returncode:
        raise RuntimeError(done.stdout[-2000:] + done.stderr[-2000:])
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    return sum(
        line["comptes"]["repris"] for line in lines if line["subject"] == "messages"
    )


def vider(production: Production) -> None:
    """Wait until no message waits any more."""
    end = time.monotonic() + 120
    while [*(production.var / "zope").glob("guichet-*/*/new/*")]:
        if time.monotonic() > end:
            raise RuntimeError("des messages ne partent pas")
        time.sleep(0.5)


def sous_les_coups(production: Production) -> list[str]:
    """All file, all is killed; what is wrong afterwards."""
    compteurs = Compteurs()
    courrier = Courrier(production.mailbox)
    courrier.start()
    zopes = [f"zope{1 + rang % 2}" for rang in range(MORTS)]
    bourreau = Bourreau(
        [*zopes, *["haproxy"] * MORTS, *["postgresql"] * MORTS],
        production.kill,
        production.wait_ready,
        DEPOTS,
        compteurs,
        GRAINE,
    )
    start = time.monotonic()
    wait = deposer(production.guichet, range(DEPOTS), compteurs)
    bourreau.start()
    depots = wait()
    seconds = time.monotonic() - start
    bourreau.join(300)
    production.wait_ready()
    restes = len(brouillons(production))
    repris = reprendre(production)
    vider(production)
    courrier.finir()
    trouvees = demandes(production)
    faults = manquements(depots, trouvees)
    faults += manquements_du_courrier(courrier, trouvees, set())
    faults += [name for name in compteurs.tout if name.startswith("ERREUR")]
    dits = sum(len(depot.numeros) for depot in depots)
    morts = {
        "Zope": bourreau.morts["zope1"] + bourreau.morts["zope2"],
        "HAProxy": bourreau.morts["haproxy"],
        "PostgreSQL": bourreau.morts["postgresql"],
    }
    faults += [
        f"{name} n’a été tué que {count} fois"
        for name, count in morts.items()
        if count != MORTS
    ]
    if not dits:
        faults.append("personne n’a appris de numéro")
    recus = courrier.recus(ADRESSE)
    imprimer("Ce que les gens ont fait et vu", dict(sorted(compteurs.tout.items())))
    imprimer("Tués par SIGKILL", morts)
    imprimer(
        "Les demandes",
        {
            "personnes": DEPOTS,
            "numéros appris": dits,
            "demandes": len(trouvees),
            "sans que la personne ait appris le numéro": len(trouvees) - dits,
            "fichiers": sum(len(one["pieces"]) for one in trouvees),
            "courriels aux personnes": sum(recus.values()),
            "courriels reçus deux fois": sum(n > 1 for n in recus.values()),
            "messages laissés par les processus tués": restes,
            "dont partis après coup": repris,
            "secondes": round(seconds),
            "demandes par seconde": round(len(trouvees) / seconds, 1),
        },
    )
    return faults


def sauvegarde(production: Production) -> list[str]:
    """A backup while people file, put back elsewhere; what is wrong with it."""
    avant = {one["numero"] for one in demandes(production)}
    compteurs = Compteurs()
    wait = deposer(production.guichet, range(DEPOTS, DEPOTS + PENDANT), compteurs)
    while compteurs.finis < PENDANT // 4:
        time.sleep(0.1)
    start = time.monotonic()
    done = production.command("sauvegarder")
    seconds = time.monotonic() - start
    pendant = compteurs.finis
    wait()
    if done.returncode:
        return [f"sauvegarder : {done.stderr}"]
    dossier = Path(done.stdout.strip())
    apres = {one["numero"]: one["empreinte"] for one in demandes(production)}
    production.stop()
    ailleurs = Production(GUICHET_SAUVEGARDE=str(dossier))
    start = time.monotonic()
    with ailleurs:
        remise = time.monotonic() - start
        trouvees = {one["numero"]: one["empreinte"] for one in demandes(ailleurs)}
        with Courrier(ailleurs.mailbox) as courrier:
            repris = reprendre(ailleurs)
            vider(ailleurs)
        connues = set(trouvees)
        faults = [
            f"un courriel parle de {numero}, qui n’est pas là"
            for numero in sorted(courrier.numeros() - connues)
        ]
        # It goes on working.
        [depot] = deposer(ailleurs.guichet, [DEPOTS + PENDANT], Compteurs())()
        if len(depot.numeros) != 1:
            faults.append("rien ne peut être déposé après la restauration")
    faults += [f"{numero} manque" for numero in sorted(avant - set(trouvees))]
    faults += [
        f"{numero} n’est pas ce qui avait été déposé"
        for numero, empreinte in trouvees.items()
        if apres.get(numero) != empreinte
    ]
    imprimer(
        "Sauvegarde pendant les dépôts, remise dans un dossier vide",
        {
            "demandes avant la sauvegarde": len(avant),
            "à sa fin et après": len(apres),
            "dans la base remise": len(trouvees),
            "personnes servies quand elle a fini": pendant,
            "mégaoctets": round(
                sum(path.stat().st_size for path in dossier.iterdir()) / 1e6, 1
            ),
            "secondes pour sauvegarder": round(seconds, 1),
            "secondes pour remettre et démarrer": round(remise, 1),
            "messages repris": repris,
        },
    )
    return faults


def main() -> int:
    print(
        f"graine {GRAINE}, {DEPOTS} dépôts, {ENSEMBLE} à la fois, {MORTS} morts de Zope, "
        "de HAProxy et de PostgreSQL",
        flush=True,
    )
    with Production() as production:
        faults = sous_les_coups(production)
        faults += sauvegarde(production)
    for fault in faults:
        print(f"  ✗ {fault}")
    print("Il manque quelque chose." if faults else "Rien ne manque, rien de trop.")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
