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
from lxml import html
from visitor import Visitor

import os
import platform
import requests
import statistics
import time


DEMARCHE = "dechets/signaler-un-depot-sauvage"
ANSWERS = {
    "lieu": "devant le 12, rue Vautier",
    "terrain": "Trottoir ou chaussée",
    "date_constat": "2026-11-20",
    "nature": ["Meubles ou matelas"],
    "danger": "non",
    "description": "Un canapé rouge et deux chaises, depuis hier soir.",
    "nom": "Rochat",
    "prenom": "Aline",
    "courriel": "aline.rochat@example.org",
    "telephone": "079 123 45 67",
    "accord": True,
}
ROUNDS = int(os.environ.get("BENCH_ROUNDS", "5"))
PER_ROUND = int(os.environ.get("BENCH_REQUESTS", "20"))
SUBMISSIONS = int(os.environ.get("BENCH_SUBMISSIONS", "480"))


def add_easyform(demo: Demonstration) -> None:
    """A bare easyform with SaveData and the same questions."""
    auth, headers = ("admin", PASSWORD), {"Accept": "application/json"}
    source = requests.get(
        f"{demo.guichet}/{DEMARCHE}", auth=auth, headers=headers, timeout=30
    ).json()
    actions = (
        '<model xmlns="http://namespaces.plone.org/supermodel/schema"><schema>'
        '<field name="saver" type="collective.easyform.actions.SaveData">'
        "<title>Saver</title></field></schema></model>"
    )
    made = requests.post(
        demo.site,
        auth=auth,
        headers=headers,
        timeout=60,
        json={
            "@type": "EasyForm",
            "id": "nu",
            "title": "Formulaire nu",
            "fields_model": source["fields_model"],
            "actions_model": actions,
            "CSRFProtection": False,
        },
    )
    made.raise_for_status()
    requests.post(
        f"{demo.site}/nu/@workflow/publish", auth=auth, headers=headers, timeout=60
    ).raise_for_status()


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
        "form": get(f"{demo.guichet}/{DEMARCHE}/formulaire"),
        "bare easyform": get(f"{demo.site}/nu"),
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


def ours(demo: Demonstration) -> bool:
    """One submission until the confirmation; true when it shows a number."""
    form = Visitor(demo.guichet).open_form(DEMARCHE).fill(**ANSWERS)
    start = time.perf_counter()
    response = form.submit()
    return "/confirmation?" in response.url and 'id="numero"' in response.text, (
        time.perf_counter() - start
    )


def bare(demo: Demonstration) -> tuple[bool, float]:
    """One submission of the bare easyform until its thanks page."""
    visitor = Visitor(demo.site)
    page = html.fromstring(visitor.get("/nu").text)
    page.make_links_absolute(demo.site)
    form = page.xpath("//form[contains(@class, 'easyformForm')]")[0]
    by_label = {
        label.text_content().strip(): label.get("for")
        for label in form.iter("label")
        if label.get("for")
    }
    data = [(n, v) for n, v in form.form_values() if "submit" not in n]
    typed = {}
    for name, answer in ANSWERS.items():
        if answer is True:
            typed[f"form.widgets.{name}:list"] = "selected"
            continue
        answer = answer[0] if isinstance(answer, list) else answer
        ident = by_label.get(answer)
        if ident is not None:
            element = form.get_element_by_id(ident)
            typed[element.get("name")] = element.get("value")
        else:
            typed[f"form.widgets.{name}"] = answer
    data = [(n, v) for n, v in data if n not in typed] + list(typed.items())
    data.append(("form.buttons.submit", "Envoyer"))
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
        add_easyform(demo)
        medians = pages(demo)
        front = medians["F: front page of the bare site"]
        print(f"\n{'page':40} {'ms':>7} {'F':>6}")
        for name, seconds in medians.items():
            print(f"{name:40} {seconds * 1000:7.1f} {seconds / front:6.2f}")
        print(
            f"{'form / bare easyform':40} {medians['form'] / medians['bare easyform']:14.2f}"
        )

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
