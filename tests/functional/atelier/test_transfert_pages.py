"""An editor exports démarches, and imports them into another guichet, by pages."""

from bs4 import BeautifulSoup
from carouge.guichet import config
from carouge.guichet.atelier import colis
from carouge.guichet.atelier.transfert import demarches_de
from dataclasses import replace
from personnel import Browser
from personnel import words
from plone import api
from plone.app.testing import login
from plone.app.testing import SITE_OWNER_NAME

import pytest
import transaction


DEMARCHE = "/guichet/dechets/commander-un-conteneur"


class Personne(Browser):
    """An editor who chooses a file."""

    def form(self, path) -> dict:
        return fields(self.get(path))

    def post(self, path, data, colis=None, **options):
        name = "" if colis is None else "demarches.zip"
        files = {"colis": (name, colis or b"", "application/zip")}
        return super().post(path, data, files=files, **options)


def soup(response):
    assert response.status_code == 200, response.text[:500]
    return BeautifulSoup(response.text, "html.parser").select_one("#content, main")


def fields(response) -> dict:
    """What the form of the page would send, but for its buttons."""
    form = soup(response).select_one("form[method=post]")
    data = {
        field["name"]: field.get("value", "")
        for field in form.select("input[name]:not([type=file])")
    }
    for select in form.select("select"):
        chosen = select.select_one("option[selected]") or select.select_one("option")
        data[select["name"]] = chosen["value"]
    return data


@pytest.fixture
def personne(functional):
    return lambda name=None: Personne(functional, name)


@pytest.fixture
def editeur(personne):
    return personne("editeur")


@pytest.fixture
def guichet(functional):
    return functional["portal"].guichet


@pytest.fixture
def ailleurs(functional, guichet):
    portal = functional["portal"]
    login(functional["app"], SITE_OWNER_NAME)
    made = api.content.create(portal, config.GUICHET, id="autre", title="Autre")
    transaction.commit()
    return made


def test_export_of_one(editeur, guichet):
    response = editeur.get(f"{DEMARCHE}/exporter")
    assert response.headers["Content-Type"] == "application/zip"
    assert response.headers["Content-Disposition"] == (
        'attachment; filename="commander-un-conteneur.zip"'
    )
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in response.headers["Cache-Control"]
    (contenu,) = colis.lire(response.content)
    assert contenu.identifiant == guichet.dechets["commander-un-conteneur"].UID()


def test_export_of_several(editeur, guichet):
    page = soup(editeur.get("/guichet/exporter"))
    assert len(page.select("input[type=checkbox]")) == len(demarches_de(guichet))
    uids = [box["value"] for box in page.select("input[type=checkbox]")][:3]
    response = editeur.get(
        "/guichet/exporter", params={"demarche:list": uids, "exporter": "1"}
    )
    assert sorted(one.identifiant for one in colis.lire(response.content)) == sorted(
        uids
    )
    assert editeur.get("/guichet/exporter", params={"exporter": "1"}).status_code == 200


def test_export_of_none(editeur):
    page = soup(editeur.get("/guichet/exporter", params={"exporter": "1"}))
    assert page.select_one("[role=alert]") is not None


def test_three_steps(editeur, guichet, ailleurs):
    data = editeur.get(f"{DEMARCHE}/exporter").content

    page = editeur.post("/autre/importer", editeur.form("/autre/importer"), data)
    asked = [field for field in fields(page) if field.startswith("liaison.")]
    assert asked == ["liaison.categorie.dechets", "liaison.service.service-voirie"]

    page = editeur.post("/autre/importer", fields(page))
    assert [words(title) for title in soup(page).select("h3")] == [
        "Commander un conteneur"
    ]
    transaction.begin()
    assert demarches_de(ailleurs) == []

    page = editeur.post("/autre/importer", {**fields(page), "importer": "1"})
    done = soup(page).select_one("[role=status]")
    assert [link["href"] for link in done.select("a")] == [
        f"{editeur.base}/autre/dechets/commander-un-conteneur"
    ]
    transaction.begin()
    (copie,) = demarches_de(ailleurs)
    assert api.content.get_state(copie) == "brouillon"

    again = editeur.get("/autre/dechets/commander-un-conteneur/exporter").content
    assert again == data

    # The second time nothing is asked, and there is nothing to do.
    page = editeur.post("/autre/importer", editeur.form("/autre/importer"), data)
    assert soup(page).select("button[name=importer]") == []
    assert not [name for name in fields(page) if name.startswith("liaison.")]


def test_differences_are_shown(editeur, guichet):
    (contenu,) = colis.lire(editeur.get(f"{DEMARCHE}/exporter").content)
    contenu.donnees["fiche"]["titre"] = "<b>Benne</b>"
    data = colis.ecrire([contenu])
    page = soup(
        editeur.post("/guichet/importer", editeur.form("/guichet/importer"), data)
    )
    assert [words(tag) for tag in page.select("del, ins")] == [
        "Commander un conteneur",
        "<b>Benne</b>",
    ]
    assert "est publiée" in words(page)


def test_what_was_confirmed_is_what_is_done(editeur, guichet):
    """Somebody else changed the démarche meanwhile: the report is shown again."""
    (contenu,) = colis.lire(editeur.get(f"{DEMARCHE}/exporter").content)
    contenu.donnees["fiche"]["titre"] = "Benne"
    data = colis.ecrire([contenu])
    page = editeur.post("/guichet/importer", editeur.form("/guichet/importer"), data)
    demarche = guichet.dechets["commander-un-conteneur"]
    demarche.delai_jours = 99
    transaction.commit()
    page = editeur.post("/guichet/importer", {**fields(page), "importer": "1"})
    assert soup(page).select_one("[role=alert]") is not None
    transaction.begin()
    assert demarche.title == "Commander un conteneur"
    editeur.post("/guichet/importer", {**fields(page), "importer": "1"})
    transaction.begin()
    assert (demarche.title, demarche.delai_jours) == ("Benne", 10)


@pytest.mark.parametrize(
    "data, message",
    [
        (None, "Veuillez choisir le fichier qui contient les démarches."),
        (b"PK", "Le fichier est endommagé, ou n’est pas un fichier ZIP."),
    ],
)
def test_no_parcel(editeur, data, message):
    page = soup(
        editeur.post("/guichet/importer", editeur.form("/guichet/importer"), data)
    )
    assert words(page.select_one("[role=alert]")).startswith(message)
    assert page.select_one("input[type=file]") is not None


@pytest.mark.parametrize("garde", ["x", "eJw=", "A" * 600_000])
def test_a_hidden_field_somebody_changed(editeur, garde):
    data = {**editeur.form("/guichet/importer"), "garde": garde}
    page = soup(editeur.post("/guichet/importer", data))
    assert page.select_one("[role=alert]") is not None


def test_a_large_parcel_is_asked_for_again(editeur, guichet, monkeypatch):
    monkeypatch.setattr("carouge.guichet.atelier.browser.transfert.MAX_GARDE", 10)
    (contenu,) = colis.lire(editeur.get(f"{DEMARCHE}/exporter").content)
    contenu.donnees["fiche"]["titre"] = "Benne"
    data = colis.ecrire([contenu])
    page = editeur.post("/guichet/importer", editeur.form("/guichet/importer"), data)
    assert soup(page).select_one("input[type=file]") is not None
    assert "garde" not in fields(page)
    editeur.post("/guichet/importer", {**fields(page), "importer": "1"}, data)
    transaction.begin()
    assert guichet.dechets["commander-un-conteneur"].title == "Benne"


def test_hostile_texts_are_not_html(editeur, ailleurs):
    (contenu,) = colis.lire(editeur.get(f"{DEMARCHE}/exporter").content)
    donnees = {
        **contenu.donnees,
        "service": {"id": "x", "titre": "<script>alert(1)</script>"},
    }
    data = colis.ecrire([replace(contenu, donnees=donnees)])
    page = editeur.post("/autre/importer", editeur.form("/autre/importer"), data)
    assert "<script>alert(1)" not in page.text


def test_without_token(editeur):
    data = editeur.form("/guichet/importer")
    data["_authenticator"] = "x"
    assert editeur.post("/guichet/importer", data, b"PK").status_code == 403


@pytest.mark.parametrize("name", [None, "agent-dechets", "caisse"])
@pytest.mark.parametrize(
    "path", ["/guichet/exporter", "/guichet/importer", f"{DEMARCHE}/exporter"]
)
def test_others_are_refused(personne, name, path):
    response = personne(name).get(path, allow_redirects=False)
    assert response.status_code == 302
    assert "require_login" in response.headers["Location"]
