"""Five hundred payments while everything breaks; then the books must agree.

    make faults

Starts a demonstration of its own on free ports. The bank loses, doubles, delays,
disorders and mis-signs its notifications, answers 500 and not at all; Zope is killed ten
times by SIGKILL. Nothing comes round in Zope meanwhile (GUICHET_TACHES_MINUTES is unset):
what was lost is lost until the one reconciliation at the end.

FAULTS_PAIEMENTS (500), FAULTS_MORTS (10) and FAULTS_GRAINE change how many, how often,
and which.
"""

from bourreau import Bourreau
from citoyen import Citoyen
from citoyen import REFUSEE
from citoyen import TROIS_DS
from citoyen import VISA
from concordance import comparer
from concordance import totaux
from concurrent.futures import ThreadPoolExecutor
from demonstration import Demonstration
from pathlib import Path
from patient import Compteurs
from queue import SimpleQueue
from rapport import imprimer
from renvois import Renvois

import json
import os
import random
import requests
import signal
import subprocess
import sys
import time


PAIEMENTS = int(os.environ.get("FAULTS_PAIEMENTS", "500"))
MORTS = int(os.environ.get("FAULTS_MORTS", "10"))
GRAINE = int(os.environ.get("FAULTS_GRAINE", "20261123"))
#: How many people pay at the same time.
ENSEMBLE = 8
#: How long the counter waits for the bank, and how long a bank that dawdles takes.
DELAI = 2.0
TRAINE = 3.0

HERE = Path(__file__).parent
PYTHON = HERE.parents[1] / "bin" / "python-test"


def regles() -> list[dict[str, object]]:
    """What goes wrong at the bank, and how often."""
    appels = [
        {"operation": operation, "mode": mode, "chance": chance, "secondes": TRAINE}
        for operation in ("init", "status", "settle", "credit")
        for mode, chance in (
            ("erreur_500", 0.04),
            ("erreur_500_apres", 0.04),
            ("delai", 0.015),
            ("delai_apres", 0.02),
            ("html", 0.02),
            ("redirection", 0.01),
        )
    ]
    notifications = [
        {
            "operation": "notification",
            "mode": mode,
            "chance": chance,
            "secondes": seconds,
        }
        for mode, chance, seconds in (
            ("perdue", 0.2, None),
            ("double", 0.15, None),
            ("retard", 0.15, 4),
            ("desordre", 0.15, 5),
            ("signature", 0.15, None),
            ("vieille", 0.05, None),
        )
    ]
    return appels + notifications


def base(demo: Demonstration, *arguments: str):
    """What ``base.py`` says of the stopped demonstration."""
    done = subprocess.run(
        [PYTHON, HERE / "base.py", demo.var / "etc" / "zope.conf", *arguments],
        env=demo.environ,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr[-4000:])
    return json.loads(done.stdout.splitlines()[-1])


def payer(demo: Demonstration, people: list[dict], compteurs: Compteurs) -> int:
    """Let all of them pay; how often Zope was killed meanwhile."""

    def tuer(_zope: str) -> None:
        os.kill(int((demo.var / "zope.pid").read_text()), signal.SIGKILL)

    bourreau = Bourreau(
        ["Zope"] * MORTS, tuer, demo.wait, PAIEMENTS, compteurs, GRAINE + 1
    )
    bourreau.start()
    encaisses: SimpleQueue = SimpleQueue()
    renvois = Renvois(demo.guichet, compteurs, random.Random(GRAINE + 2), encaisses)
    renvois.start()
    with ThreadPoolExecutor(ENSEMBLE) as pool:
        for number, fiche in enumerate(people):
            citoyen = Citoyen(
                demo.guichet,
                demo.bank,
                fiche,
                compteurs,
                random.Random(GRAINE * 1_000 + number),
                encaisses,
            )
            pool.submit(citoyen.vivre)
    bourreau.join(300)
    renvois.finir()
    return bourreau.morts["Zope"]


def expirer(demo: Demonstration) -> None:
    """The pages that are still open at the bank have ended: hours have passed."""
    for operation in livre_de_la_banque(demo)["operations"]:
        if operation["etat"] in ("initialized", "challenge_ongoing"):
            requests.post(
                f"{demo.bank}/defauts/{operation['id']}/expirer", timeout=30
            ).raise_for_status()


def livre_de_la_banque(demo: Demonstration) -> dict:
    return requests.get(f"{demo.bank}/livre.json", timeout=30).json()


def secrets_dans_les_journaux(demo: Demonstration) -> list[str]:
    """Which logs hold a secret of a régie or the number of a card."""
    secrets = [
        value
        for name, value in demo.environ.items()
        if name.startswith("GUICHET_REGIE_")
    ]
    words = [*secrets, VISA, TROIS_DS, REFUSEE]
    return [
        f"{path.name} : un secret ou un numéro de carte"
        for path in sorted((demo.var / "log").iterdir())
        if any(word in path.read_text("utf-8", "replace") for word in words)
    ]


def main() -> int:
    print(f"graine {GRAINE}, {PAIEMENTS} paiements, {MORTS} morts", flush=True)
    compteurs = Compteurs()
    extra = {
        "GUICHET_PAIEMENT_DELAI": str(DELAI),
        # Nothing comes round by itself.
        "GUICHET_TACHES_MINUTES": "",
    }
    with Demonstration("--relancer", **extra) as demo:
        demo.stop()
        people = base(demo, "preparer", str(PAIEMENTS), str(GRAINE))
        demo.start()
        requests.post(
            f"{demo.bank}/defauts",
            json={"regles": regles(), "graine": GRAINE},
            timeout=30,
        ).raise_for_status()
        start = time.monotonic()
        morts = payer(demo, people, compteurs)
        seconds = time.monotonic() - start
        arrives = requests.get(f"{demo.bank}/defauts", timeout=30).json()["arrives"]
        demo.stop()
        with demo.bank_alone():
            expirer(demo)
            releve = base(demo, "rapprocher")
            banque = livre_de_la_banque(demo)
        bavardages = secrets_dans_les_journaux(demo)
    guichet = releve["apres"]
    faults = [*comparer(banque, guichet), *bavardages]
    if morts != MORTS:
        faults.append(f"Zope n’a été tué que {morts} fois")
    if len(guichet["paiements"]) < PAIEMENTS:
        faults.append(f"{len(guichet['paiements'])} paiements seulement")
    faults += [name for name in compteurs.tout if name.startswith("ERREUR")]
    imprimer("Ce que les gens ont fait et vu", dict(sorted(compteurs.tout.items())))
    imprimer("Ce que la banque a fait de travers", arrives)
    imprimer("Ses notifications", banque["envois"])
    imprimer("Paiements avant le rapprochement", compter(releve["avant"]))
    imprimer("Le rapprochement", releve["comptes"])
    imprimer("Paiements après", compter(guichet))
    imprimer(
        "Centimes à la banque et chez nous",
        {
            code: f"{a} = {b}" if a == b else f"{a} ≠ {b}"
            for code, (a, b) in totaux(banque, guichet).items()
        },
    )
    print(
        f"\n{len(guichet['paiements'])} paiements en {seconds:.0f} s, Zope tué {morts} "
        f"fois, {sum(arrives.values())} défauts de la banque, graine {GRAINE}"
    )
    for fault in faults:
        print(f"  ✗ {fault}")
    print("Les livres ne concordent pas." if faults else "Les livres concordent.")
    return 1 if faults else 0


def compter(livre: dict) -> dict[str, int]:
    etats = [one["etat"] for one in livre["paiements"]]
    verrous = sum(bool(one["verrou"]) for one in livre["factures"])
    return {etat: etats.count(etat) for etat in sorted({*etats})} | {
        "factures verrouillées": verrous
    }


if __name__ == "__main__":
    sys.exit(main())
