"""The sites that are measured, with what the measurements need in them."""

from carouge.guichet.demo.content import PASSWORD
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from demonstration import Demonstration
from lxml import html
from operations import AGENT
from operations import CATEGORIE
from operations import DEMARCHE
from operations import GRANDE
from operations import NU
from operations import PARCOURS
from operations import QUINZE

import mesures
import requests


AUTH = ("admin", PASSWORD)
JSON = {"Accept": "application/json"}

#: The transition that publishes, by type.
PUBLICATION = {
    "Collection": "publish",
    "Demarche": "publier",
    "Document": "publish",
    "EasyForm": "publish",
    "Folder": "publish",
}

SAVER = (
    '<model xmlns="http://namespaces.plone.org/supermodel/schema"><schema>'
    '<field name="saver" type="collective.easyform.actions.SaveData">'
    "<title>Saver</title></field></schema></model>"
)


def call(method: str, address: str, **values) -> dict:
    """One request of plone.restapi as the administrator."""
    response = requests.request(
        method, address, auth=AUTH, headers=JSON, timeout=120, **values
    )
    response.raise_for_status()
    return response.json() if response.content else {}


def add(folder: str, portal_type: str, name: str, title: str, **values) -> str:
    """Add something, publish it where that can be done; return its address."""
    values |= {"@type": portal_type, "id": name, "title": title}
    address = call("POST", folder, json=values)["@id"]
    if portal_type in PUBLICATION:
        call("POST", f"{address}/@workflow/{PUBLICATION[portal_type]}")
    return address


def furnish_bare(site: str, items: int) -> None:
    """What Plone and easyform offer for the same purposes."""
    call("POST", f"{site}/@addons/collective.easyform/install")
    folder = add(site, "Folder", "rubriques", "Rubriques")
    for n in range(12):
        add(folder, "Folder", f"r{n}", f"Rubrique {n}")
    folder = add(site, "Folder", "pages", "Pages")
    for n in range(items):
        add(folder, "Document", f"mesure-{n}", _title(n), description=_summary(n))
    documents = {
        "i": "portal_type",
        "o": "plone.app.querystring.operation.selection.any",
        "v": ["Document"],
    }
    add(
        site,
        "Collection",
        "liste",
        "Liste",
        query=[documents],
        item_count=items,
        limit=items,
        sort_on="sortable_title",
    )
    add(
        site,
        "EasyForm",
        NU,
        "Formulaire nu",
        fields_model=mesures.fifteen(),
        actions_model=SAVER,
        CSRFProtection=False,
    )


def furnish_guichet(guichet: str, items: int) -> None:
    """The forms that are measured, in a categorie of so many démarches."""
    service = call("GET", f"{guichet}/{DEMARCHE}")["service"]
    categorie = add(guichet, "Categorie", CATEGORIE, "Mesure")
    forms = {
        QUINZE: mesures.fifteen(),
        GRANDE: mesures.large(),
        PARCOURS: mesures.three_steps(),
    }
    forms |= {f"x/mesure-{n}": mesures.fifteen() for n in range(items - len(forms))}
    for n, (path, model) in enumerate(forms.items()):
        add(
            categorie,
            "Demarche",
            path.partition("/")[2],
            _title(n),
            description=_summary(n),
            fields_model=model,
            service=service,
        )
    give_all_services(guichet)


def give_all_services(guichet: str) -> None:
    """The agent works for all services: his first page is full at all sizes."""
    for item in call("GET", guichet, params={"b_size": 200})["items"]:
        if item["@type"] == "Service":
            agents = call("GET", item["@id"])["agents"] or []
            tokens = [
                token["token"] if isinstance(token, dict) else token for token in agents
            ]
            call("PATCH", item["@id"], json={"agents": [*tokens, f"user:{AGENT}"]})


def both(items: int) -> tuple[Demonstration, Demonstration]:
    """The counter and bare Plone, running and furnished; to be left by the caller."""
    ours, bare = Demonstration(), Demonstration("--sans-guichet")
    try:
        with ThreadPoolExecutor(2) as pool:
            for started in (pool.submit(ours.start), pool.submit(bare.start)):
                started.result()
            for furnished in (
                pool.submit(furnish_guichet, ours.guichet, items),
                pool.submit(furnish_bare, bare.site, items),
            ):
                furnished.result()
    except BaseException:
        ours.__exit__()
        bare.__exit__()
        raise
    return ours, bare


def addresses(demo) -> Mapping[str, object]:
    """What the load generator has to know about a site."""
    return {"site": demo.site, "guichet": demo.guichet, "pids": demo.pids}


def _title(n: int) -> str:
    return f"Mesure {n:03} : demander quelque chose à la commune"


def _summary(n: int) -> str:
    return f"Ce que la mesure {n} demande, en une phrase de quelques mots."


def stored_demandes(guichet: str) -> int:
    """How many demandes the agent sees: those of all services."""
    page = requests.get(
        f"{guichet}/agents",
        params={"bannette": "toutes"},
        auth=(AGENT, PASSWORD),
        timeout=120,
    )
    page.raise_for_status()
    total = html.fromstring(page.text).get_element_by_id("agents-total")
    return int("".join(c for c in total.text_content() if c.isdigit()))


def stored_bare(site: str) -> int:
    """How many rows easyform has saved."""
    page = requests.get(f"{site}/{NU}/actions/saver/@@data", auth=AUTH, timeout=120)
    page.raise_for_status()
    said = html.fromstring(page.text).xpath("//p[@class='lead']")
    return next(
        int(part)
        for element in said
        for part in element.text_content().split()
        if part.isdigit()
    )
