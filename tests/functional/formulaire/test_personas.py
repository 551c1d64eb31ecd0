"""Each kind of account and each kind of démarche: the same answer everywhere."""

from carouge.guichet.compte.domain import Level
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demarche.service import PROVED_LATER
from carouge.guichet.registre.domain import Status
from comptes import cookies_of
from comptes import make_association
from comptes import make_company
from comptes import make_compte
from formulaires import PATH
from formulaires import texte
from lxml import html
from publication import publier
from visitor import Form
from visitor import Visitor

import pytest
import transaction


# One démarche with one question, whose conditions change.
MODEL = (
    '<model xmlns="http://namespaces.plone.org/supermodel/schema"><schema>'
    '<field name="mot" type="zope.schema.TextLine"><title>Mot</title>'
    "<required>True</required></field></schema></model>"
)

PERSONAS = {
    "anonyme": None,
    "resident": lambda: make_compte("G-camille", residency=Status.RESIDENT),
    "nonresident": lambda: make_compte(
        "G-marc", prenom="Marc", nom="Dubois", residency=Status.NOT_RESIDENT
    ),
    "nonverifie": lambda: make_compte(
        "G-sofia", prenom="Sofia", nom="Moreno", level=Level.DECLARED
    ),
    "homonyme": lambda: make_compte(
        "G-jean", prenom="Jean", nom="Martin", residency=Status.AMBIGUOUS
    ),
    "entreprise": make_company,
    "association": make_association,
}

CONDITIONS = {
    "residents": {"niveau": "verifie", "residents_seulement": True},
    "entreprises": {"niveau": "declare", "types_compte": {"entreprise"}},
    "associations": {"niveau": "declare", "types_compte": {"association"}},
    "verifie": {"niveau": "verifie"},
    "compte": {"niveau": "declare"},
    "tous": {"niveau": "ouvert"},
}

# Why not, by démarche and persona; who is not named may.
REFUSED = {
    "residents": {
        "anonyme": "login",
        "nonresident": "not_resident",
        "nonverifie": "level",
        "homonyme": "residence_ambiguous",
        "entreprise": "account_type",
        "association": "account_type",
    },
    "entreprises": {
        "anonyme": "login",
        "resident": "account_type",
        "nonresident": "account_type",
        "nonverifie": "account_type",
        "homonyme": "account_type",
        "association": "account_type",
    },
    "associations": {
        "anonyme": "login",
        "resident": "account_type",
        "nonresident": "account_type",
        "nonverifie": "account_type",
        "homonyme": "account_type",
        "entreprise": "account_type",
    },
    "verifie": {"anonyme": "login", "nonverifie": "level"},
    "compte": {"anonyme": "login"},
    "tous": {},
}


@pytest.fixture
def counter(functional):
    """Set the conditions of the démarche; read how many demandes there are."""

    class Counter:
        def __init__(self):
            self.guichet = functional["portal"].guichet
            self.demarche = self.guichet.dechets["commander-un-conteneur"]

        def ask(self, **conditions):
            defaults = {
                "types_compte": set(),
                "residents_seulement": False,
                "fields_model": MODEL,
            }
            for name, value in {**defaults, **conditions}.items():
                setattr(self.demarche, name, value)
            publier(self.demarche)
            transaction.commit()

        def count(self):
            transaction.begin()
            return len(list(demandes_of(self.guichet)))

    return Counter()


@pytest.mark.parametrize("kind", CONDITIONS)
@pytest.mark.parametrize("persona", PERSONAS)
def test_one_answer_everywhere(functional, counter, kind, persona):
    motif = REFUSED[kind].get(persona)
    visitor = Visitor(f"http://{functional['host']}:{functional['port']}/plone/guichet")
    make = PERSONAS[persona]
    if make is not None:
        visitor.session.cookies.update(cookies_of(functional, make()))
    # A form that was opened while everybody could.
    counter.ask(niveau="ouvert")
    form = visitor.open_form(PATH).fill(mot="bonjour")
    counter.ask(**CONDITIONS[kind])

    # Catalogue: a closed padlock, or none.
    shelf = html.fromstring(visitor.get("/dechets").text)
    [tile] = shelf.xpath(
        f"//li[contains(@class, 'guichet-item')][.//a[contains(@href, '{PATH}')]]"
    )
    padlock = tile.xpath(".//*[contains(@class, 'guichet-padlock')]")
    assert bool(padlock) is (kind != "tous")
    # Who has not logged in reads what is asked of everybody.
    remark = tile.xpath(".//*[contains(@class, 'guichet-padlock')]//strong")
    assert bool(remark) is (motif not in (None, "login"))

    # Who can still prove it may begin; who can never be meant may not.
    begins = motif in (None, *PROVED_LATER)

    # The page of the démarche: the button, or why not.
    page = html.fromstring(visitor.get(f"/{PATH}").text)
    starts = page.xpath(f"//a[contains(@href, '{PATH}/formulaire')]")
    assert bool(starts) is begins

    # The form: shown, or the way back to the page that explains.
    response = visitor.get(f"/{PATH}/formulaire", allow_redirects=False)
    assert response.status_code == (200 if begins else 302)

    # REST: the decision, and a submission.
    rest = f"{visitor.base.replace('/plone/', '/plone/++api++/')}"
    access = visitor.session.get(f"{rest}/@demarches/{PATH}").json()["acces"]
    assert (access["autorise"], access["motif"]) == (motif is None, motif)
    before = counter.count()
    deposit = visitor.session.post(
        f"{rest}/@demandes",
        json={"demarche": PATH, "reponses": {"mot": "bonjour"}},
        headers={"Idempotency-Key": f"cle-{kind}-{persona}"},
    )
    assert deposit.status_code == (201 if motif is None else 403)
    if motif:
        assert deposit.json()["error"]["motif"] == motif
    assert counter.count() - before == (1 if motif is None else 0)

    # The form that was open all the time: kept, and sent by those who may.
    before = counter.count()
    form.review()
    assert form.response.url.endswith("/verifier")
    assert bool(form.form.xpath(".//button[@name='envoyer']")) is (motif is None)
    response = form.send()
    assert counter.count() - before == (1 if motif is None else 0)
    if motif:
        again = Form(visitor, response)
        assert "bonjour" in again.page.get_element_by_id("content-core").text_content()
        assert texte(again, "guichet-avis")


def test_a_downgrade_takes_effect_at_once(functional, counter):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
    visitor = Visitor(base)
    visitor.session.cookies.update(cookies_of(functional, make_compte()))
    counter.ask(**CONDITIONS["verifie"])
    form = visitor.open_form(PATH).fill(mot="bonjour")
    make_compte(level=Level.DECLARED)
    transaction.commit()
    form.review()
    form.send()
    assert counter.count() == 0


def test_staff_without_compte_is_nobody(functional, counter):
    counter.ask(**CONDITIONS["compte"])
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
    agent = Visitor(base, ("agent-dechets", "Guichet-2026!"))
    form = agent.open_form(PATH).fill(mot="bonjour")
    form.review()
    assert form.response.url.endswith("/verifier")
    form.send()
    assert counter.count() == 0
