"""The control panel of the régies, over HTTP."""

from carouge.guichet.facture.reglages import reglages
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.regie.service import get_regie
from carouge.guichet.regie.service import regies
from factures import make_facture
from factures import make_regie
from lxml import html
from passerelle import Passerelle
from passerelle import passerelle
from zope.globalrequest import getRequest

import pytest
import requests
import transaction


PASSWORD = "Guichet-2026!"
VALUES = {
    "code": "PISCINE",
    "titre": "Piscine de la Fontenette",
    "budget": "B-3",
    "compte_comptable": "1100.03",
    "creancier_nom": "Ville de Carouge",
    "creancier_npa": "1227",
    "creancier_localite": "Carouge",
    "qr_iban": "CH17 3199 9123 0008 8901 3",
    "prefixe_reference": "230000",
    "prefixe_numero": "P",
    "marchand": "1110009",
    "rappels": "10, 30",
    "quatre_yeux_des": "500.00",
}


class Panel:
    def __init__(self, layer, login="admin-site"):
        self.layer = layer
        self.base = f"http://{layer['host']}:{layer['port']}/plone"
        self.session = requests.Session()
        self.session.auth = (login, PASSWORD)

    def page(self, name):
        response = self.session.get(f"{self.base}/@@{name}")
        assert response.status_code == 200
        return html.fromstring(response.text)

    def send(self, name, id, button=None, **values):
        form = self.page(name).get_element_by_id(id)
        data = dict(form.form_values())
        data |= {f"form.widgets.{key}": value for key, value in values.items()}
        if button:
            data[f"form.buttons.{button}"] = "1"
        return self.session.post(form.get("action"), data=data)

    def add(self, **values):
        return self.send("guichet-regie-ajouter", "form", "add", **(VALUES | values))

    def edit(self, code, **values):
        return self.send(f"guichet-regie?code={code}", "form", "save", **values)


@pytest.fixture
def panel(functional):
    make_regie("VILLE")
    transaction.commit()
    return Panel(functional)


def refresh():
    """See what the server has written; the registry remembers for a request."""
    transaction.begin()
    getRequest().other.pop("_plone_registry_cache", None)


def stored(code):
    refresh()
    return get_regie(code)


def words(response_or_page, id):
    page = response_or_page
    if not hasattr(page, "get_element_by_id"):
        page = html.fromstring(page.text)
    return " ".join(page.get_element_by_id(id).text_content().split())


def errors(response):
    page = html.fromstring(response.text)
    return [
        " ".join(element.text_content().split())
        for element in page.xpath("//*[contains(@class, 'invalid-feedback')]")
        if element.text_content().strip()
    ]


def test_it_is_in_the_site_setup(panel):
    page = panel.page("overview-controlpanel")
    for name in ("guichet-regies", "guichet-factures"):
        assert page.xpath(f"//a[contains(@href, '@@{name}')]")


@pytest.mark.parametrize("login", ["editeur", "agent-ecoles", "caisse"])
@pytest.mark.parametrize(
    "name",
    [
        "guichet-regies",
        "guichet-regie?code=VILLE",
        "guichet-regie-ajouter",
        "guichet-regie-retirer?code=VILLE",
        "guichet-factures",
    ],
)
def test_only_site_administrators(panel, login, name):
    for send in (requests.get, requests.post):
        response = send(
            f"{panel.base}/@@{name}", auth=(login, PASSWORD), allow_redirects=False
        )
        assert response.status_code in (302, 401, 403)


def test_a_regie_is_added(panel):
    response = panel.add()
    assert response.url == f"{panel.base}/@@guichet-regies"
    assert "Piscine de la Fontenette" in words(response, "regie-PISCINE")
    regie = stored("PISCINE")
    assert regie.creancier == Adresse("Ville de Carouge", "", "", "1227", "Carouge")
    assert regie.qr_iban == "CH1731999123000889013"
    assert (regie.rappels, regie.quatre_yeux_des) == ((10, 30), 50000)
    assert (regie.passerelle, regie.jours_echeance) == ("", 30)


@pytest.mark.parametrize("typed", ["1200", "1'200.00", "CHF 1’200.-", "1200,00"])
def test_the_threshold_is_typed_as_any_amount(panel, typed):
    panel.add(quatre_yeux_des=typed)
    assert stored("PISCINE").quatre_yeux_des == 120000


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("code", ""),
        ("code", "piscine"),
        ("code", "A.B"),
        ("code", "VILLE"),
        ("titre", ""),
        ("titre", "a\u202eb"),
        ("creancier_nom", "x" * 71),
        ("creancier_npa", ""),
        ("creancier_npa", "<1227>"),
        # No QR-IBAN, a wrong check digit, another country.
        ("qr_iban", "CH9300762011623852957"),
        ("qr_iban", "CH4531999123000889012"),
        ("qr_iban", "FR7630006000011234567890189"),
        ("qr_iban", ""),
        ("prefixe_reference", "1234567890123"),
        ("prefixe_reference", "12A"),
        # Another régie has it.
        ("qr_iban", "CH44 3199 9123 0008 8901 2"),
        ("espace_debiteurs", "a:b"),
        ("espace_debiteurs", "x" * 21),
        ("prefixe_numero", "v"),
        ("prefixe_numero", "ABCDEFGHI"),
        ("rappels", "30, 10"),
        ("rappels", "bientôt"),
        ("quatre_yeux_des", "1e3"),
        ("quatre_yeux_des", "0"),
        ("quatre_yeux_des", "0.00"),
        ("jours_echeance", "400"),
        ("adresse_passerelle", "javascript:alert(1)"),
    ],
)
def test_what_is_refused(panel, name, value):
    before = [*regies()]
    response = panel.add(**{name: value})
    assert errors(response)
    refresh()
    assert [*regies()] == before


def test_a_regie_is_changed(panel):
    response = panel.edit("VILLE", titre="Ville et environs", rappels="5")
    assert response.url == f"{panel.base}/@@guichet-regies"
    regie = stored("VILLE")
    assert (regie.titre, regie.rappels) == ("Ville et environs", (5,))
    assert regie.prefixe_reference == "210000"


def test_a_change_that_is_refused(panel):
    response = panel.edit("VILLE", qr_iban="CH9300762011623852957")
    assert errors(response) != []
    assert stored("VILLE").qr_iban == "CH4431999123000889012"


@pytest.mark.parametrize("name", ["guichet-regie", "guichet-regie-retirer"])
@pytest.mark.parametrize(
    "query", ["", "?code=GIAP", "?code=VILLE.titre", "?code:list=1"]
)
def test_there_is_no_such_regie(panel, name, query):
    assert panel.session.get(f"{panel.base}/@@{name}{query}").status_code == 404


def test_a_regie_is_removed(panel):
    make_regie("PISCINE")
    transaction.commit()
    page = panel.page("guichet-regie-retirer?code=PISCINE")
    assert "Rien n’y renvoie" in words(page, "retirer")
    response = panel.send("guichet-regie-retirer?code=PISCINE", "retirer")
    assert response.url == f"{panel.base}/@@guichet-regies"
    refresh()
    assert "PISCINE" not in regies()


def test_a_regie_with_invoices_is_not(panel):
    make_regie("PISCINE")
    make_facture(panel.layer["portal"].guichet, regie="PISCINE")
    transaction.commit()
    page = panel.page("guichet-regie-retirer?code=PISCINE")
    assert "Des factures sont de cette régie." in words(page, "raisons")
    assert page.xpath("//form[@id='retirer']") == []
    panel.session.post(
        f"{panel.base}/@@guichet-regie-retirer", data={"code": "PISCINE"}
    )
    assert stored("PISCINE").code == "PISCINE"


def test_nothing_without_our_token(panel):
    make_regie("PISCINE")
    transaction.commit()
    response = panel.session.post(
        f"{panel.base}/@@guichet-regie-retirer", data={"code": "PISCINE"}
    )
    assert response.status_code == 403
    assert stored("PISCINE").code == "PISCINE"


def test_the_provider_is_tested(panel, monkeypatch):
    with passerelle():
        make_regie("VILLE", passerelle="test")
        transaction.commit()
        page = panel.page("guichet-regies")
        assert "GUICHET_REGIE_VILLE_MOT_DE_PASSE" in words(page, "regie-VILLE")
        monkeypatch.setenv("GUICHET_REGIE_VILLE_MOT_DE_PASSE", "un-secret")
        page = panel.page("guichet-regies")
        text = words(page, "regie-VILLE")
        assert "GUICHET_REGIE_VILLE_MOT_DE_PASSE" not in text
        assert "un-secret" not in text
        form = next(form for form in page.forms if form.fields.get("code") == "VILLE")
        data = dict(form.form_values())
        answer = panel.session.post(form.get("action"), data=data)
        assert words(answer, "essai") == (
            "Le prestataire de paiement répond, et nous connaît."
        )
        monkeypatch.setattr(
            Passerelle, "verifier", lambda self, regie: ["Mot de passe faux."]
        )
        answer = panel.session.post(form.get("action"), data=data)
        assert words(answer, "essai") == "Mot de passe faux."
        data["code"] = "GIAP"
        assert panel.session.post(form.get("action"), data=data).status_code == 404


def test_the_settings_of_the_invoices(panel):
    response = panel.send(
        "guichet-factures",
        "form",
        "save",
        mois_recents="6",
        jours_ouvres="0",
        domaines="scolaire\nculture",
    )
    assert response.status_code == 200
    refresh()
    found = reglages()
    assert (found.mois_recents, found.jours_ouvres) == (6, 0)
    assert found.domaines == {"scolaire", "culture"}


def test_a_code_whose_secrets_would_be_another_ones(panel):
    make_regie("BAINS-A")
    transaction.commit()
    response = panel.add(code="BAINS_A")
    assert errors(response) == ["Ses secrets porteraient les noms de ceux de BAINS-A."]
    refresh()
    assert "BAINS_A" not in regies()


def test_an_account_belongs_to_one_regie(panel):
    make_regie("CCAS")
    transaction.commit()
    response = panel.edit("VILLE", qr_iban="CH17 3199 9123 0008 8901 3")
    assert errors(response) == ["La régie CCAS a déjà ce QR-IBAN."]
    assert stored("VILLE").qr_iban == "CH4431999123000889012"


def test_whose_debtors_it_has(panel):
    panel.add()
    assert stored("PISCINE").espace_debiteurs == "PISCINE"
    panel.edit("PISCINE", espace_debiteurs="foyers")
    assert stored("PISCINE").espace_debiteurs == "foyers"
    panel.edit("PISCINE", espace_debiteurs="")
    assert stored("PISCINE").espace_debiteurs == "PISCINE"
