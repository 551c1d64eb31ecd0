"""People at the counter as they come: who looks, who searches, who files, who follows.

    bin/python-test tests/bench/mix.py < plan.json > results.json

A user class of locust for a visitor and one for an agent; the plan has a ``site`` with
its addresses, the numbers of ``visitors`` and ``agents``, and the ``seconds`` it lasts.
Between two pages a person thinks for ``think`` seconds, half as much more or less. The
results have, for each step by name, the milliseconds of the good ones and the reasons
of the failures.
"""

from carouge.guichet.demo.settings import PASSWORD
from collections import Counter
from collections import defaultdict
from locust import between
from locust import task
from locust import User
from locust.env import Environment
from operations import AGENT
from operations import CATEGORIE
from operations import DEMARCHE
from operations import Failed
from operations import PARCOURS
from operations import shown
from sessions import new_session
from visitor import by_id
from visitor import Visitor

import gevent
import json
import random
import sys
import time


#: What each step of the form is answered with.
ANSWERS = (
    {"courriel": "aline.rochat@example.org", "e0c1": "Aline Rochat", "e0c2": "maison"},
    {"e1c1": "Rue Saint-Joseph 12", "e1c2": "maison", "e1c4": "Devant la porte."},
    {"e2c1": "Carouge", "e2c2": "autre", "e2c3": "2026-11-20"},
)
WORDS = ("poubelle", "poubele", "crèche", "déménager", "chien", "fete de quartier")
times: dict[str, list[float]] = defaultdict(list)
failed: dict[str, Counter[str]] = defaultdict(Counter)


class Person(User):
    """Somebody with a browser of his own."""

    abstract = True

    def on_start(self) -> None:
        self.come()

    def come(self) -> None:
        """Be somebody else from now on."""
        self.visitor = Visitor(self.environment.plan["site"]["guichet"])
        self.visitor.session = new_session(
            self.environment, type(self).__name__, user=self
        )

    def step(self, name: str, call, marker: str = "</html>"):
        """Do something that is measured, then think about it."""
        start = time.perf_counter()
        try:
            response = call()
            shown(response, marker)
        except Exception as error:
            failed[name][f"{type(error).__name__}: {error}"[:200]] += 1
            raise
        times[name].append(1000 * (time.perf_counter() - start))
        pause = self.environment.plan["think"]
        gevent.sleep(random.uniform(pause / 2, 1.5 * pause))
        return response

    def get(self, name: str, path: str, marker: str = "</html>"):
        return self.step(name, lambda: self.visitor.get(path), marker)


class Usager(Person):
    """Looks, searches, files a demande and follows it."""

    wait_time = between(0, 0)

    @task(5)
    def browse(self) -> None:
        self.come()
        self.get("home", "")
        self.get("category", "/dechets")
        self.get("démarche", f"/{DEMARCHE}")

    @task(3)
    def search(self) -> None:
        self.come()
        word = random.choice(WORDS)
        self.get("home", "")
        for end in (3, len(word)):
            self.get("suggestions", f"/recherche-suggestions?q={word[:end]}", "items")
        self.get("search", f"/recherche?q={word}")

    @task(3)
    def file_and_follow(self) -> None:
        self.come()
        self.get("category", f"/{CATEGORIE}")
        self.get("démarche", f"/{PARCOURS}")
        form = self._opened()
        for number, answers in enumerate(ANSWERS, 1):
            self._save(form, number, answers)
            form.fill(**answers)
            self.step("form: next step", form.press, 'id="form"')
        response = self.step("form: send", form.send, 'id="numero"')
        numero, code = by_id(response, "numero"), by_id(response, "code")
        self.step(
            "follow",
            lambda: self.visitor.post(
                "/suivi", data={"numero": numero, "code": code, "action": "ouvrir"}
            ),
            numero,
        )

    def _opened(self):
        forms = []

        def call():
            forms.append(self.visitor.open_form(PARCOURS))
            return forms[0].response

        self.step("form: open", call, 'id="form"')
        return forms[0]

    def _save(self, form, number: int, answers: dict[str, str]) -> None:
        """Twice in each step something is typed and saved."""
        for count in (1, len(answers)):
            some = dict([*answers.items()][:count])
            self.step(
                "form: autosave",
                lambda some=some: form.autosave(f"etape{number}", **some),
                '"enregistre"',
            )


class Agent(Person):
    """Looks at the list and opens what waits."""

    wait_time = between(0, 0)

    def on_start(self) -> None:
        self.come()
        self.visitor.session.auth = (AGENT, PASSWORD)

    @task
    def work(self) -> None:
        page = self.get("agent: list", "/agents")
        numbers = [part.split('"')[0] for part in page.text.split("/agents/2")[1:]]
        if not numbers:
            raise Failed("an empty list")
        self.get("agent: demande", f"/agents/2{random.choice(numbers)}")


def warm_up(environment: Environment) -> None:
    """Each page once: templates are compiled, and nothing of it counts."""
    usager, agent = Usager(environment), Agent(environment)
    for person, works in (
        (usager, (usager.browse, usager.search, usager.file_and_follow)),
        (agent, (agent.work,)),
    ):
        person.on_start()
        for work in works:
            work()
    times.clear()


def main() -> None:
    plan = json.load(sys.stdin)
    for kind, count in ((Usager, plan["visitors"]), (Agent, plan["agents"])):
        kind.fixed_count = count
    environment = Environment(user_classes=[Usager, Agent], catch_exceptions=True)
    environment.plan = plan
    warm_up(environment)
    runner = environment.create_local_runner()
    runner.start(plan["visitors"] + plan["agents"], spawn_rate=4)
    gevent.sleep(plan["seconds"])
    runner.quit()
    json.dump(
        {"times": times, "failed": {name: dict(why) for name, why in failed.items()}},
        sys.stdout,
    )


if __name__ == "__main__":
    main()
