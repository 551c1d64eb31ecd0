"""``@demarches`` over HTTP: what another program learns of the catalogue."""

from carouge.guichet.access.domain import AccountType
from carouge.guichet.access.domain import Level
from carouge.guichet.access.domain import Reason
from carouge.guichet.access.domain import Remedy
from carouge.guichet.access.labels import REASONS
from carouge.guichet.access.labels import REMEDIES
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.registre.domain import Status
from carouge.guichet.swisstime import now
from datetime import date
from datetime import timedelta

import pytest


OPEN = "dechets/signaler-un-depot-sauvage"
ANY_ACCOUNT = "dechets/commander-un-conteneur"
RESIDENTS = "dechets/rendez-vous-encombrants"
COMPANIES = "commerces/autorisation-terrasse"
DRAFT = "aines/visites-de-benevoles"
SUSPENDED = "animaux/sterilisation-du-chat"


def paths(response):
    return [item["chemin"] for item in response.json()["items"]]


def access(program, path):
    return program.get(f"@demarches/{path}").json()["acces"]


def test_the_list_is_the_published_catalogue(anonymous, counter):
    response = anonymous.get("@demarches", b_size=500)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/json"
    catalogue = get_catalogue(counter.guichet)
    assert paths(response) == list(catalogue.by_path)
    assert response.json()["items_total"] == len(catalogue.by_path)
    assert "batching" not in response.json()


def test_an_item_says_what_the_tile_says(anonymous):
    response = anonymous.get("@demarches", categorie="dechets", b_size=100)
    item = next(i for i in response.json()["items"] if i["chemin"] == OPEN)
    assert item == {
        "@id": f"{anonymous.url}/@demarches/{OPEN}",
        "chemin": OPEN,
        "titre": "Signaler un dépôt sauvage",
        "resume": (
            "Vous avez vu des sacs, des meubles ou des gravats abandonnés dans la rue "
            "ou dans un parc. Dites-nous où, la voirie passe les enlever."
        ),
        "categorie": "dechets",
        "service": "Service voirie, espaces verts et matériel",
        "delai_jours": 3,
        "cout": "Gratuit",
        "emolument": 0,
        "disponibilite": "open",
        "conditions": {
            "niveau": "ouvert",
            "types_compte": [],
            "residents_seulement": False,
            "connexion_minutes": None,
        },
        "acces": {"autorise": True, "motif": None, "remede": None, "message": None},
    }


def test_a_category_holds_its_demarches_only(anonymous, counter):
    expected = [
        path
        for path, fiche in get_catalogue(counter.guichet).by_path.items()
        if fiche.categorie_id == "animaux"
    ]
    assert paths(anonymous.get("@demarches", categorie="animaux")) == expected
    assert paths(anonymous.get("@demarches", categorie="inconnue")) == []


@pytest.mark.parametrize("query", ["conteneur", "poubele", "mon chien", "zzzqqq"])
def test_search_finds_what_the_page_finds_in_its_order(anonymous, counter, query):
    expected = [fiche.path for fiche, _ in get_catalogue(counter.guichet).search(query)]
    assert paths(anonymous.get("@demarches", q=query, b_size=100)) == expected


def test_pages_of_the_list_make_the_whole(anonymous, counter):
    whole = list(get_catalogue(counter.guichet).by_path)
    found, address = [], f"{anonymous.url}/@demarches?b_size=40"
    while address:
        body = anonymous.session.get(address).json()
        found += [item["chemin"] for item in body["items"]]
        address = body["batching"].get("next")
    assert found == whole


def test_links_of_a_page(anonymous):
    body = anonymous.get("@demarches", b_size=3, b_start=3, q="inscription").json()
    base = f"{anonymous.url}/@demarches"
    assert body["@id"] == f"{base}?q=inscription"
    last = (body["items_total"] - 1) // 3 * 3
    assert body["batching"]["@id"] == f"{base}?b_size=3&b_start=3&q=inscription"
    assert body["batching"]["first"] == f"{base}?b_size=3&q=inscription&b_start=0"
    assert body["batching"]["prev"] == f"{base}?b_size=3&q=inscription&b_start=0"
    assert body["batching"]["last"] == f"{base}?b_size=3&q=inscription&b_start={last}"


@pytest.mark.parametrize(
    "query",
    [
        "b_size=0",
        "b_size=501",
        "b_size=dix",
        "b_size=-1",
        "b_start=-1",
        "b_start=1e3",
        "b_start=%D9%A3",
        "b_start=99999999999999999999",
        "b_start=1&b_start=2",
        "q=a&q=b",
        "q:list=a",
        "categorie:int=3",
    ],
)
def test_bad_parameters_are_told(anonymous, query):
    response = anonymous.session.get(f"{anonymous.url}/@demarches?{query}")
    assert response.status_code == 400
    assert response.json()["error"]["type"] == "BadRequest"


def test_the_message_of_a_bad_parameter(anonymous, french):
    error = anonymous.get("@demarches", b_size="dix").json()["error"]
    template = french(
        "The parameter ${name} must be a whole number from ${low} to ${high}."
    )
    words = {"${name}": "b_size", "${low}": "1", "${high}": "500"}
    for variable, value in words.items():
        template = template.replace(variable, value)
    assert error == {"type": "BadRequest", "message": template}


def test_accept_header_instead_of_the_api_path(anonymous):
    response = anonymous.session.get(
        f"{anonymous.guichet_url}/@demarches/{OPEN}",
        headers={"Accept": "application/json"},
    )
    assert response.status_code == 200
    assert response.json()["@id"] == f"{anonymous.guichet_url}/@demarches/{OPEN}"


def test_one_demarche_with_everything(anonymous, counter):
    demarche = counter.demarche(OPEN)
    body = anonymous.get(f"@demarches/{OPEN}").json()
    form = body.pop("formulaire")
    assert {key: body[key] for key in body if key != "resume"} == {
        "@id": f"{anonymous.url}/@demarches/{OPEN}",
        "conditions": {
            "niveau": "ouvert",
            "types_compte": [],
            "residents_seulement": False,
            "connexion_minutes": None,
        },
        "acces": {"autorise": True, "motif": None, "remede": None, "message": None},
        "base_legale": demarche.base_legale,
        "categorie": "dechets",
        "chemin": OPEN,
        "cout": "Gratuit",
        "delai_constate": None,
        "delai_jours": 3,
        "disponibilite": "open",
        "emolument": 0,
        "etapes": demarche.etapes,
        "fermeture": None,
        "lien_externe": None,
        "message_suspension": None,
        "ouverture": None,
        "page": f"{anonymous.guichet_url}/{OPEN}",
        "pieces_requises": ["Une ou plusieurs photos du dépôt (facultatif)"],
        "pour_qui": demarche.pour_qui,
        "service": "Service voirie, espaces verts et matériel",
        "titre": "Signaler un dépôt sauvage",
    }
    assert len(form["version"]) == 12
    assert [(f["name"], f["type"], f["required"]) for f in form["fields"]] == [
        ("lieu", "line", True),
        ("terrain", "choice", True),
        ("date_constat", "date", True),
        ("nature", "choices", True),
        ("volume", "choice", False),
        ("danger", "boolean", True),
        ("info_danger", "information", False),
        ("description", "text", True),
        ("photo", "piece", False),
        ("nom", "line", True),
        ("prenom", "line", True),
        ("courriel", "email", True),
        ("telephone", "telephone", False),
        ("accord", "consent", True),
    ]
    assert form["fields"][4] == {
        "name": "volume",
        "label": "Quelle quantité ?",
        "help": "",
        "type": "choice",
        "required": False,
        "choices": [
            {"value": words, "label": words}
            for words in (
                "Un ou deux sacs",
                "De quoi remplir une voiture",
                "De quoi remplir une camionnette",
                "Davantage",
            )
        ],
        "max_length": None,
        "step": "Le dépôt",
        "etape": "etape2",
        "groupe": None,
        "si": None,
        "compte": None,
    }
    assert form["fields"][6]["help"] == (
        "En cas de danger immédiat, appelez le 117 ou le 118. Nous transmettons votre "
        "signalement à la police municipale."
    )
    assert form["fields"][7]["max_length"] == 2000
    assert "info_danger" not in form["schema"]["properties"]


def test_every_published_demarche_can_be_read(anonymous, counter):
    found = {
        path: anonymous.get(f"@demarches/{path}").status_code
        for path in get_catalogue(counter.guichet).by_path
    }
    assert set(found.values()) == {200}


@pytest.mark.parametrize(
    "path",
    [
        DRAFT,
        "dechets",
        "dechets/inconnue",
        "inconnue/inconnue",
        f"{OPEN}/formulaire",
        "service-voirie",
        "dechets/%00",
        "dechets/%C3%A9",
    ],
)
def test_what_is_not_published_does_not_exist(anonymous, french, path):
    response = anonymous.session.get(f"{anonymous.url}/@demarches/{path}")
    assert response.status_code == 404
    assert response.json() == {
        "error": {
            "type": "NotFound",
            "message": french("Nothing was found at this address."),
        }
    }


def test_a_draft_is_in_no_list_even_for_staff(counter, functional, anonymous):
    response = anonymous.session.get(
        f"{anonymous.url}/@demarches?b_size=500",
        auth=("editeur", "Guichet-2026!"),
    )
    assert response.status_code == 200
    assert DRAFT not in paths(response)


def test_a_published_change_is_seen_at_once(anonymous, counter):
    counter.change(OPEN, title="Signaler des ordures")
    assert anonymous.get(f"@demarches/{OPEN}").json()["titre"] == "Signaler des ordures"
    counter.change(OPEN, transition="depublier")
    assert anonymous.get(f"@demarches/{OPEN}").status_code == 404
    assert OPEN not in paths(anonymous.get("@demarches", b_size=500))


def test_a_suspended_demarche_says_so(anonymous, counter):
    counter.change(
        SUSPENDED, transition="suspendre", message_suspension="De retour en mars."
    )
    body = anonymous.get(f"@demarches/{SUSPENDED}").json()
    assert body["disponibilite"] == "suspended"
    assert body["message_suspension"] == "De retour en mars."


def test_the_period_is_told(anonymous, counter):
    counter.change(OPEN, ouverture=date(2001, 2, 3), fermeture=date(2001, 4, 5))
    body = anonymous.get(f"@demarches/{OPEN}").json()
    assert (body["disponibilite"], body["ouverture"], body["fermeture"]) == (
        "closed",
        "2001-02-03",
        "2001-04-05",
    )


PERSON = {"level": Level.VERIFIED, "account_type": AccountType.PERSONNE}


@pytest.mark.parametrize(
    ("facts", "path", "reason", "remedy"),
    [
        (None, ANY_ACCOUNT, Reason.LOGIN, Remedy.LOG_IN),
        (None, RESIDENTS, Reason.LOGIN, Remedy.LOG_IN),
        (
            {"level": Level.DECLARED, "account_type": AccountType.PERSONNE},
            RESIDENTS,
            Reason.LEVEL,
            Remedy.VERIFY_ACCOUNT,
        ),
        (
            {**PERSON, "residency": Status.NOT_RESIDENT},
            RESIDENTS,
            Reason.NOT_RESIDENT,
            Remedy.COUNTER,
        ),
        (
            {**PERSON, "residency": Status.UNAVAILABLE},
            RESIDENTS,
            Reason.RESIDENCE_UNAVAILABLE,
            Remedy.TRY_LATER,
        ),
        (PERSON, COMPANIES, Reason.ACCOUNT_TYPE, Remedy.CHANGE_ACCOUNT),
    ],
)
def test_a_refusal_says_why_and_what_to_do(
    jeanne, proved, french, facts, path, reason, remedy
):
    if facts:
        proved(**facts)
    assert access(jeanne, path) == {
        "autorise": False,
        "motif": reason.value,
        "remede": remedy.value,
        "message": f"{french(REASONS[reason])}. {french(REMEDIES[remedy])}",
    }


def test_an_old_login_is_refused(jeanne, counter, proved):
    counter.change(ANY_ACCOUNT, connexion_minutes=10)
    proved(**PERSON, now=now() - timedelta(minutes=11))
    assert access(jeanne, ANY_ACCOUNT)["motif"] == "stale_login"


def test_who_fulfils_the_conditions_is_welcome(jeanne, proved):
    proved(**PERSON, residency=Status.RESIDENT)
    assert access(jeanne, RESIDENTS) == {
        "autorise": True,
        "motif": None,
        "remede": None,
        "message": None,
    }


def test_what_is_said_to_one_caller_is_kept_for_nobody_else(anonymous, jeanne):
    assert jeanne.get("@demarches").headers["Cache-Control"] == "no-store, private"
    vary = anonymous.get("@demarches").headers["Vary"]
    assert vary == "Cookie, Authorization, Accept, Accept-Language"
