"""The paper form for everybody, and what the page of a démarche says of its form."""

from bs4 import BeautifulSoup
from carouge.guichet.demarche.versions import hash_of
from carouge.guichet.demo.content import PASSWORD
from carouge.guichet.formulaire import compteurs
from io import BytesIO
from plone import api
from pypdf import PdfReader

import pytest
import requests
import transaction


DEMARCHE = "dechets/commander-un-conteneur"


@pytest.fixture
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def demarche(functional):
    return functional["portal"].guichet.dechets["commander-un-conteneur"]


def words(element):
    return " ".join(element.get_text(" ").split())


def test_an_accessible_pdf(base):
    response = requests.get(f"{base}/{DEMARCHE}/papier", timeout=120)
    assert response.status_code == 200
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["Content-Disposition"] == (
        'inline; filename="commander-un-conteneur.pdf"'
    )
    pdf = PdfReader(BytesIO(response.content))
    catalog = pdf.trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "fr"
    assert pdf.metadata.title == "Commander un conteneur"
    text = " ".join(" ".join(page.extract_text() for page in pdf.pages).split())
    for part in (
        "Pour qui",
        "À joindre",
        "Signature",
        "Où l’apporter ou l’envoyer",
        f"{base}/{DEMARCHE}",
    ):
        assert part in text


def test_nothing_is_written(functional, base):
    # Plone itself keeps something at the first request.
    requests.get(f"{base}/aide", timeout=60)
    before = functional["app"]._p_jar.db().lastTransaction()
    requests.get(f"{base}/{DEMARCHE}/papier", timeout=120)
    requests.get(f"{base}/{DEMARCHE}", timeout=60)
    assert functional["app"]._p_jar.db().lastTransaction() == before


def test_only_published_forms(functional, base, demarche):
    with api.env.adopt_roles(["Manager"]):
        api.content.transition(demarche, "suspendre")
    transaction.commit()
    assert requests.get(f"{base}/{DEMARCHE}/papier", timeout=60).status_code == 404
    page = BeautifulSoup(
        requests.get(f"{base}/{DEMARCHE}", timeout=60).text, "html.parser"
    )
    assert page.select("a[href$='/papier']") == []
    editor = requests.get(
        f"{base}/{DEMARCHE}/papier", auth=("editeur", PASSWORD), timeout=120
    )
    assert editor.headers["Content-Type"] == "application/pdf"


def test_a_demarche_done_elsewhere_has_none(functional, base):
    for fiche in api.content.find(portal_type="Demarche"):
        demarche = fiche.getObject()
        if demarche.lien_externe and api.content.get_state(demarche) == "publiee":
            break
    path = "/".join(demarche.getPhysicalPath()[-2:])
    assert requests.get(f"{base}/{path}/papier", timeout=60).status_code == 404


def test_the_page_says_how_long_it_takes(functional, base, demarche):
    page = BeautifulSoup(
        requests.get(f"{base}/{DEMARCHE}", timeout=60).text, "html.parser"
    )
    assert page.select("a[href$='/papier']")[0]["href"] == f"{base}/{DEMARCHE}/papier"
    facts = words(page.select_one(".guichet-facts"))
    assert "Temps de remplissage" in facts
    assert "Estimé d’après les questions." in facts
    version = hash_of(demarche.fields_model)
    for _n in range(20):
        compteurs.compter_depot(demarche, version, 400)
    transaction.commit()
    page = BeautifulSoup(
        requests.get(f"{base}/{DEMARCHE}", auth=("editeur", PASSWORD), timeout=60).text,
        "html.parser",
    )
    facts = words(page.select_one(".guichet-facts"))
    assert (
        "environ 6 minutes Mesuré : la moitié des gens ont été plus rapides." in facts
    )


class TestFrequentation:
    def page(self, base, query=""):
        response = requests.get(
            f"{base}/{DEMARCHE}/frequentation{query}",
            auth=("editeur", PASSWORD),
            timeout=60,
        )
        assert response.status_code == 200
        return BeautifulSoup(response.text, "html.parser")

    def test_tables(self, base, demarche):
        version = hash_of(demarche.fields_model)
        for _n in range(4):
            compteurs.compter_etape(demarche, version, "etape1")
        for _n in range(3):
            compteurs.compter_validation(demarche, version, "etape1")
        compteurs.compter_erreurs(demarche, version, ["courriel", "disparue"])
        compteurs.compter_erreurs(demarche, version, ["courriel"])
        transaction.commit()
        steps, errors = self.page(base).select("#content table")
        first = [words(cell) for cell in steps.select("tbody tr")[0].select("th, td")]
        assert first[1:] == ["4", "3", "75 %"]
        titles = {
            row.select_one("th").get_text(): words(row.select_one("td"))
            for row in errors.select("tbody tr")
        }
        assert list(titles.values()) == ["2", "1"]
        assert list(titles)[1] == "disparue"

    def test_empty(self, base):
        page = self.page(base)
        assert len(page.select("#content table")) == 1
        assert "Pas encore mesuré." in words(page.select_one("#content"))

    def test_unknown_version(self, base):
        assert self.page(base, "?version=nonsense").select_one("h1")

    @pytest.mark.parametrize("name", [None, "agent-dechets"])
    def test_others_are_refused(self, base, name):
        response = requests.get(
            f"{base}/{DEMARCHE}/frequentation",
            auth=(name, PASSWORD) if name else None,
            allow_redirects=False,
            timeout=60,
        )
        assert response.status_code == 302
