"""A disk that is full, a database that only reads, a FileStorage that is saved under load.

    make faults

Somebody is in the middle of a form when nothing can be written any more. He gets a page
that says what to do, sends the same page again once all is well, and has one demande with
all its files; nothing of what was confirmed to others is lost.
"""

from collections.abc import Callable
from contextlib import contextmanager
from demonstration import Demonstration
from demonstration import ROOT
from deposant import ADRESSE
from deposant import DEMARCHE
from deposant import Deposant
from deposant import Depot
from depots import demandes
from depots import deposer
from depots import manquements
from faults import base
from pathlib import Path
from patient import Compteurs
from production import Production
from rapport import imprimer
from visitor import by_id
from visitor import Form
from visitor import Visitor

import random
import shutil
import subprocess
import sys
import tempfile
import time


TITRES = (
    "Le guichet ne peut rien enregistrer pour le moment",
    "Le guichet revient dans un instant",
)
MEGA = 2**20


def formulaire(guichet: str, rang: int) -> tuple[Form, Depot]:
    """Somebody who has answered everything, before he presses the last button."""
    deposant = Deposant(guichet, rang, Compteurs(), random.Random(rang))
    form = Visitor(guichet).open_form(DEMARCHE).fill(**deposant._answers())
    form.review()
    assert form._button("envoyer"), form.response.text[:500]
    return form, deposant.depot


def envoyer(form: Form, depot: Depot) -> None:
    answer = form.send()
    assert answer.status_code == 200, answer.status_code
    depot.numeros.add(by_id(answer, "numero"))


def essai(
    guichet: str,
    rang: int,
    casser: Callable[[], None],
    reparer: Callable[[], None],
) -> tuple[list[Depot], list[str]]:
    """One demande before, one in the middle, a new visitor meanwhile."""
    avant, depot_avant = formulaire(guichet, rang)
    envoyer(avant, depot_avant)
    form, depot = formulaire(guichet, rang + 1)
    # A template is compiled, onto the disk, when it is shown first.
    Visitor(guichet).get("/dechets")
    faults = []
    casser()
    try:
        refus = form.send()
        if refus.status_code != 503 or not any(t in refus.text for t in TITRES):
            faults.append(f"{refus.status_code} : {refus.text[:200]}")
        lecture = Visitor(guichet).get("/dechets")
        if lecture.status_code != 200:
            faults.append(f"on ne peut plus lire : {lecture.status_code}")
    finally:
        reparer()
    for _time in range(2):
        envoyer(form, depot)
    apres, depot_apres = formulaire(guichet, rang + 2)
    envoyer(apres, depot_apres)
    return [depot_avant, depot, depot_apres], faults


# --- a disk that is full ----------------------------------------------------------


@contextmanager
def petit_disque(demo: Demonstration):
    """The data of a demonstration that stands still, on a disk that is nearly full."""
    place = Path(tempfile.mkdtemp(prefix="guichet-plein-"))
    used = sum(path.stat().st_size for path in demo.var.rglob("*") if path.is_file())
    size = used // MEGA + 64
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}m", "tmpfs", place], check=True
    )
    var = demo.var
    try:
        shutil.copytree(var, place, dirs_exist_ok=True)
        # The logs are on another disk, as they should be: they say what has happened.
        shutil.rmtree(place / "log")
        (place / "log").symlink_to(var / "log")
        demo.var = place
        yield place
    finally:
        demo.stop()
        demo.var = var
        subprocess.run(["umount", place], check=True)
        place.rmdir()


def disque_plein() -> list[str]:
    with Demonstration() as demo:
        demo.stop()
        with petit_disque(demo) as place:
            demo.start()
            plein = place / "plein"

            def casser() -> None:
                with plein.open("wb", buffering=0) as file:
                    while True:
                        try:
                            if not file.write(b"x" * 4096):
                                break
                        except OSError:
                            break

            depots, faults = essai(demo.guichet, 1, casser, plein.unlink)
            if faults:
                log = demo.var / "log" / "zope.log"
                print(log.read_text("utf-8", "replace")[-6000:])
            demo.stop()
            # Also what the next start reads.
            trouvees = base(demo, "demandes", ADRESSE)
    return faults + manquements(depots, trouvees)


# --- a database that only reads -----------------------------------------------------


def lecture_seule() -> list[str]:
    with Production() as production:

        def sql(*orders: str) -> None:
            command = " ".join(f'--command="{order}"' for order in orders)
            done = subprocess.run(
                [
                    *(production.var / "bin" / "reglages", "sh", "-c"),
                    f'psql "$GUICHET_BASE" --quiet {command}',
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr

        # What a standby answers. RelStorage asks for a transaction that writes: a mere
        # default of the database would not refuse it.
        sql(
            "create function refuser() returns trigger language plpgsql as 'begin raise "
            "exception using errcode = 25006::text, message = ''read-only''; end'"
        )
        depots, faults = essai(
            production.guichet,
            11,
            lambda: sql(
                "create trigger lecture_seule before insert or update on object_state "
                "for each statement execute function refuser()"
            ),
            lambda: sql("drop trigger lecture_seule on object_state"),
        )
        return faults + manquements(depots, demandes(production))


# --- repozo ------------------------------------------------------------------------


def repozo() -> list[str]:
    """A FileStorage saved while people file, put back into an empty folder."""
    with Demonstration() as demo, tempfile.TemporaryDirectory() as folder:
        compteurs = Compteurs()
        wait = deposer(demo.guichet, range(31, 55), compteurs)
        while compteurs.finis < 8:
            time.sleep(0.1)
        confirmees = compteurs.finis
        sauve = Path(folder) / "repozo"
        sauve.mkdir()
        data = demo.var / "filestorage" / "Data.fs"
        _repozo("--backup", "--gzip", "--file", data, "--repository", sauve)
        # After the database: one too many does no harm, one too few would be missing.
        shutil.copytree(demo.var / "blobstorage", Path(folder) / "blobstorage")
        depots = wait()
        demo.stop()
        toutes = {one["numero"]: one for one in base(demo, "demandes", ADRESSE)}
        ailleurs = Demonstration()
        try:
            (ailleurs.var / "filestorage").mkdir()
            shutil.copytree(Path(folder) / "blobstorage", ailleurs.var / "blobstorage")
            target = ailleurs.var / "filestorage" / "Data.fs"
            _repozo("--recover", "--repository", sauve, "--output", target)
            ailleurs.start()
            ailleurs.stop()
            remises = {
                one["numero"]: one for one in base(ailleurs, "demandes", ADRESSE)
            }
        finally:
            ailleurs.__exit__()
    faults = manquements(depots, [*toutes.values()])
    if len(remises) < confirmees:
        faults.append(
            f"{len(remises)} demandes remises, {confirmees} étaient confirmées"
        )
    return faults + [
        f"{numero} n’est pas ce qui avait été déposé"
        for numero, one in remises.items()
        if toutes.get(numero) != one
    ]


def _repozo(*arguments: object) -> None:
    command = [ROOT / "bin" / "python-test", "-m", "ZODB.scripts.repozo", *arguments]
    subprocess.run([str(one) for one in command], check=True)


PARTIES = {
    "disque plein": disque_plein,
    "base en lecture seule": lecture_seule,
    "repozo pendant les dépôts": repozo,
}


def main(*choisies: str) -> int:
    """Run all parts, or those that are named."""
    wrong = 0
    lines = {}
    for name, partie in PARTIES.items():
        if choisies and name not in choisies:
            continue
        print(f"{name}…", flush=True)
        faults = partie()
        wrong += len(faults)
        for fault in faults:
            print(f"  ✗ {fault}")
        lines[name] = "des dégâts" if faults else "une page claire, aucun dégât"
    imprimer("Le système autour du guichet", lines)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
