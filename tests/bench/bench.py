"""Speed of the counter, as ratios against bare Plone in the same minutes.

Starts a demonstration of its own on free ports, adds a bare easyform with SaveData that
asks the same questions, alternates the requests in rounds and prints medians. F is the
themed anonymous front page of the bare site.

    make bench
"""

from carouge.guichet.demo.content import PASSWORD
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from demonstration import Demonstration
from visitor import Visitor

import mesures
import os
import platform
import requests
import statistics
import time


DEMARCHE = "dechets/signaler-un-depot-sauvage"
QUINZE = "dechets/mesure-quinze"
GRANDE = "dechets/mesure-grande"
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
PER_ROUND = int(os.environ.get("BENCH_REQUESTS", "20"))
SUBMISSIONS = int(os.environ.get("BENCH_SUBMISSIONS", "480"))


def add_forms(demo: Demonstration) -> None:
    """A form of 15 questions as a démarche and as a bare easyform; a large démarche."""
    auth, headers = ("admin", PASSWORD), {"Accept": "application/json"}

    def add(folder: str, **values) -> None:
        made = requests.post(
            folder, auth=auth, headers=headers, timeout=60, json=values
        )
        made.raise_for_status()
        address = made.json()["@id"]
        publish = "publish" if values["@type"] == "EasyForm" else "publier"
        requests.post(
            f"{address}/@workflow/{publish}", auth=auth, headers=headers, timeout=60
        ).raise_for_status()

    source = requests.get(
        f"{demo.guichet}/{DEMARCHE}", auth=auth, headers=headers, timeout=30
    ).json()
    actions = (
        '<model xmlns="http://namespaces.plone.org/supermodel/schema"><schema>'
        '<field name="saver" type="collective.easyform.actions.SaveData">'
        "<title>Saver</title></field></schema></model>"
    )
    add(
        demo.site,
        **{"@type": "EasyForm", "id": "nu", "title": "Formulaire nu"},
        fields_model=mesures.fifteen(),
        actions_model=actions,
        CSRFProtection=False,
    )
    for address, model in ((QUINZE, mesures.fifteen()), (GRANDE, mesures.large())):
        categorie, name = address.split("/")
        add(
            f"{demo.guichet}/{categorie}",
            **{"@type": "Demarche", "id": name, "title": name},
            fields_model=model,
            service=source["service"],
        )


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def pages(demo: Demonstration) -> dict[str, float]:
    """Median seconds per page, the pages alternated in rounds."""
    session = requests.Session()

    def get(address: str) -> Callable[[], None]:
        def call() -> None:
            # What a first visit costs: no conditional request.
            session.get(address, timeout=60).raise_for_status()

        return call

    calls = {
        "F: front page of the bare site": get(demo.site),
        "home": get(demo.guichet),
        "category": get(f"{demo.guichet}/dechets"),
        "démarche": get(f"{demo.guichet}/{DEMARCHE}"),
        "search": get(f"{demo.guichet}/recherche?q=poubele"),
        "suggestions": get(f"{demo.guichet}/recherche-suggestions?q=poubele"),
        "step of 15 questions": get(f"{demo.guichet}/{QUINZE}/formulaire"),
        "the same in a form of 120": get(f"{demo.guichet}/{GRANDE}/formulaire"),
        "bare easyform of 15": get(f"{demo.site}/nu"),
        "bare easyform, sent with an error": lambda: bare_post(session, demo),
        "step sent, with an error": Step(demo, QUINZE, "suivant"),
        "autosave of 15 questions": Step(demo, QUINZE, "enregistrer"),
        "autosave in a form of 120": Step(demo, GRANDE, "enregistrer"),
        "suivi": get(f"{demo.guichet}/suivi"),
    }
    times: dict[str, list[float]] = {name: [] for name in calls}
    for call in calls.values():
        for _warm_up in range(3):
            call()
    for _round in range(ROUNDS):
        for name, call in calls.items():
            times[name] += [timed(call) for _request in range(PER_ROUND)]
    return {name: statistics.median(values) for name, values in times.items()}


class Step:
    """Sends the first step of a form again and again, each time with other answers."""

    def __init__(self, demo: Demonstration, demarche: str, action: str) -> None:
        self.visitor = Visitor(demo.guichet)
        form = self.visitor.open_form(demarche)
        form.fill(**self._answers(demarche, 0)).press("plus_tard")
        self.demarche, self.save = demarche, action == "enregistrer"
        self.address = form.action
        self.data = {**form.hidden, "etape": "etape1"}
        self.number = 0

    @staticmethod
    def _answers(demarche: str, number: int) -> dict[str, str]:
        if demarche == QUINZE:
            return mesures.answers(number)
        return {"courriel": "aline@example.org", "e0c1": f"Réponse {number}"}

    def __call__(self) -> None:
        self.number += 1
        answers = self._answers(self.demarche, self.number)
        if not self.save:
            answers["courriel"] = "pas une adresse"
        data = self.data | {f"champ.{name}": text for name, text in answers.items()}
        data.pop("revision", None)
        if self.save:
            address = self.address.rsplit("/etape/", 1)[0] + "/enregistrer"
        else:
            address = self.address
            data["suivant"] = "1"
        self.visitor.session.post(address, data=data, timeout=60).raise_for_status()


def bare_answers(number: int) -> dict[str, str]:
    values = {}
    for name, text in mesures.answers(number).items():
        values[f"form.widgets.{name}"] = text
    return values


def bare_post(session: requests.Session, demo: Demonstration) -> None:
    data = {**bare_answers(0), "form.widgets.courriel": "pas une adresse"}
    session.post(
        f"{demo.site}/nu", data={**data, "form.buttons.submit": "Envoyer"}, timeout=60
    ).raise_for_status()


def ours(demo: Demonstration) -> tuple[bool, float]:
    """One submission, review included, until the confirmation shows a number."""
    form = Visitor(demo.guichet).open_form(QUINZE).fill(**mesures.answers(1))
    start = time.perf_counter()
    response = form.submit()
    return "/confirmation?" in response.url and 'id="numero"' in response.text, (
        time.perf_counter() - start
    )


def bare(demo: Demonstration) -> tuple[bool, float]:
    """One submission of the bare easyform until its thanks page."""
    visitor = Visitor(demo.site)
    visitor.get("/nu")
    data = {**bare_answers(1), "form.buttons.submit": "Envoyer"}
    start = time.perf_counter()
    response = visitor.post("/nu", data=data, files={"": ("", b"")})
    elapsed = time.perf_counter() - start
    return (
        response.status_code == 200 and "easyform-thankspage" in response.text,
        elapsed,
    )


def submissions(demo, call, clients: int, count: int) -> dict:
    """Run submissions and report on them."""
    start = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        results = list(pool.map(lambda _n: call(demo), range(count)))
    elapsed = time.perf_counter() - start
    times = sorted(seconds for _ok, seconds in results)
    good = sum(ok for ok, _seconds in results)
    return {
        "good": good,
        "failed": count - good,
        "per_second": good / elapsed,
        "median": statistics.median(times),
        "slowest": times[-1],
    }


def main() -> None:
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    with Demonstration() as demo:
        add_forms(demo)
        medians = pages(demo)
        front = medians["F: front page of the bare site"]
        print(f"\n{'page':40} {'ms':>7} {'F':>6}")
        for name, seconds in medians.items():
            print(f"{name:40} {seconds * 1000:7.1f} {seconds / front:6.2f}")
        for ours_, theirs in (
            ("step of 15 questions", "bare easyform of 15"),
            ("the same in a form of 120", "step of 15 questions"),
            ("step sent, with an error", "bare easyform, sent with an error"),
            ("autosave of 15 questions", "bare easyform, sent with an error"),
            ("autosave in a form of 120", "autosave of 15 questions"),
        ):
            ratio = medians[ours_] / medians[theirs]
            print(f"{ours_ + ' / ' + theirs:62} {ratio:5.2f}")

        for call in (ours, bare):
            assert call(demo)[0], f"{call.__name__}: the first submission failed"
        reports = {}
        for clients in (1, 8):
            for call in (ours, bare):
                count = SUBMISSIONS if clients == 8 else SUBMISSIONS // 8
                demo.pack()
                before, conflicts = demo.database, demo.conflicts
                report = submissions(demo, call, clients, count)
                report["bytes"] = (demo.database - before) / count
                demo.pack()
                report["packed"] = (demo.database - before) / count
                report["conflicts"] = demo.conflicts - conflicts
                reports[call.__name__, clients] = report
        print(
            f"\n{'submission':12} {'clients':>7} {'good':>5} {'failed':>6} {'/s':>6} "
            f"{'median F':>8} {'slowest/median':>14} {'bytes':>7} {'packed':>7} {'conflicts':>9}"
        )
        for (name, clients), r in reports.items():
            print(
                f"{name:12} {clients:7} {r['good']:5} {r['failed']:6} {r['per_second']:6.2f} "
                f"{r['median'] / front:8.2f} {r['slowest'] / r['median']:14.2f} "
                f"{r['bytes']:7.0f} {r['packed']:7.0f} {r['conflicts']:9}"
            )
        for clients in (1, 8):
            ratio = (
                reports["ours", clients]["per_second"]
                / reports["bare", clients]["per_second"]
            )
            print(
                f"ours / bare easyform, {clients} clients: {ratio:.2f} times the submissions per second"
            )


if __name__ == "__main__":
    main()
