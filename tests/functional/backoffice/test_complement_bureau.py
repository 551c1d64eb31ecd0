"""The agent asks for a complement, and enters the answer somebody brings."""

from carouge.guichet.backoffice.labels import moment_of
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.dossier import Complement
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import noter_interne
from carouge.guichet.formulaire.compile import compile_form
from formulaires import PATH
from lxml import html
from modeles import champ
from modeles import etape as page
from modeles import modele
from publication import publier
from visitor import Form
from visitor import Visitor

import logging
import pytest
import transaction


PASSWORD = "Guichet-2026!"
MODEL = modele(
    page(
        "quoi",
        champ("nom", requis=True, titre="Votre nom"),
        champ("prenom", groupe="enfants", titre="Prénom"),
    ),
    groupes={
        "enfants": {"titre": "Enfant", "ajouter": "", "min": 0, "max": 3, "si": None}
    },
)
SCRIPT = "<script>alert('x')</script>"


@pytest.fixture
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def demarche(functional):
    demarche = functional["portal"].guichet.unrestrictedTraverse(PATH)
    demarche.fields_model = MODEL
    publier(demarche)
    return demarche


@pytest.fixture
def numero(functional, demarche):
    made = submit_demande(
        guichet=functional["portal"].guichet,
        demarche=demarche,
        reponses=[
            Reponse("nom", "Quoi", "Votre nom", SCRIPT, SCRIPT),
            Reponse("enfants.0001.prenom", "Quoi", "Prénom (Enfant 1)", "Léa", "Léa"),
        ],
        pieces=[],
        form_version=compile_form(demarche).version,
        secret=b"complement",
        year=2026,
    )
    transaction.commit()
    return made.demande.numero


@pytest.fixture
def stored(functional, numero):
    def read():
        transaction.begin()
        return get_demande(functional["portal"].guichet, numero)

    return read


@pytest.fixture
def agent(base):
    return Visitor(base, ("agent-dechets", PASSWORD))


class Bureau:
    """The page that asks, as a browser without scripts has it."""

    def __init__(self, agent, numero):
        self.agent, self.path = agent, f"/agents/{numero}/complement"
        self.show(agent.get(self.path))

    def show(self, response):
        self.response = response
        self.page = html.fromstring(response.text)
        found = self.page.xpath("//form[@id='agents-complement']")
        self.form = found[0] if found else None
        return response

    def labels(self):
        return [
            " ".join(label.text_content().split())
            for label in self.form.xpath(".//label[@class]")
            if "form-check-label" in label.get("class")
        ]

    def send(self, geste, questions=(), documents=(), message=""):
        data = [
            (field.get("name"), field.get("value"))
            for field in self.form.xpath(".//input[@type='hidden']")
        ]
        data += [("question", nom) for nom in questions]
        data += [("document", label) for label in documents]
        data += [("message", message), ("geste", geste)]
        return self.show(self.agent.post(self.path, data=data))


def test_what_can_be_ticked(agent, numero):
    bureau = Bureau(agent, numero)
    assert bureau.labels() == [
        f"Votre nom {SCRIPT}",
        "Enfant Toutes les lignes : corriger, ajouter, retirer",
        "Prénom (Enfant 1) Léa",
    ]
    assert SCRIPT not in bureau.response.text


def test_what_the_citizen_will_see(agent, numero, stored):
    bureau = Bureau(agent, numero)
    bureau.send("apercu", ["nom"], ["Bail"], "Merci de corriger.")
    [shown] = bureau.page.xpath("//*[@id='agents-apercu']")
    assert shown.xpath(".//blockquote")[0].text_content().strip() == (
        "Merci de corriger."
    )
    asked = shown.xpath(".//*[@data-guichet-question]/@data-guichet-question")
    assert [nom for nom in asked if not nom.startswith("complement_")] == ["nom"]
    assert len(asked) == 4
    assert shown.xpath(".//fieldset/@disabled")[0] == "disabled"
    # The choice is kept for the next button, nothing is written.
    assert bureau.form.xpath(".//input[@checked]/@value") == ["nom"]
    assert bureau.form.xpath(".//input[@name='document']")[0].value == "Bail"
    assert stored().etat is State.DEPOSEE


def test_asks(agent, numero, stored):
    bureau = Bureau(agent, numero)
    bureau.send("demander", ["nom", "enfants", "inconnue"], ["Bail", " "], "Pourquoi ?")
    demande = stored()
    assert demande.etat is State.A_COMPLETER
    complement = demande.dossier.complement
    assert (complement.questions, complement.documents, complement.par) == (
        ("nom", "enfants"),
        ("Bail",),
        "agent-dechets",
    )
    assert history(demande)[-1].message == "Pourquoi ?"
    assert demande.suspendu
    assert bureau.response.url.split("?")[0].endswith(f"/agents/{numero}")


def test_a_double_click_asks_once(agent, numero, stored):
    first = Bureau(agent, numero)
    second = Bureau(agent, numero)
    for bureau in (first, second):
        bureau.send("demander", ["nom"], [], "Pourquoi ?")
        assert bureau.response.status_code == 200
        assert bureau.response.url.split("?")[0].endswith(f"/agents/{numero}")
    assert len(stored().dossier.complements) == 1


@pytest.mark.parametrize(
    ("documents", "message", "error"),
    [
        ([], "", "agents-message-error"),
        ([], "\u200b \n", "agents-message-error"),
        ([], "x" * 20_000, "agents-message-error"),
        (["x" * 151], "Merci", "agents-document-error"),
    ],
)
def test_refused(agent, numero, stored, documents, message, error):
    bureau = Bureau(agent, numero)
    response = bureau.send("demander", ["nom"], documents, message)
    assert response.status_code == 400
    assert bureau.page.get_element_by_id(error).text_content().strip()
    assert bureau.form.xpath(".//input[@checked]/@value") == ["nom"]
    assert stored().etat is State.DEPOSEE
    assert not stored().dossier.complements


def test_what_a_colleague_has_done_meanwhile(agent, numero, stored):
    bureau = Bureau(agent, numero)
    noter_interne(stored(), "Je m'en occupe")
    transaction.commit()
    response = bureau.send("demander", ["nom"], [], "Pourquoi ?")
    assert response.status_code == 409
    assert bureau.form.xpath(".//textarea")[0].text == "Pourquoi ?"
    assert stored().etat is State.DEPOSEE
    bureau.send("demander", ["nom"], [], "Pourquoi ?")
    assert stored().etat is State.A_COMPLETER


@pytest.mark.parametrize("path", ["complement", "completer", "completer/enregistrer"])
@pytest.mark.parametrize("login", [None, "agent-ecoles", "editeur", "caisse"])
def test_nobody_else(base, numero, stored, login, path):
    visitor = Visitor(base, (login, PASSWORD) if login else None)
    address = f"/agents/{numero}/{path}"
    data = {"geste": "demander", "message": "x", "question": "nom", "envoyer": "1"}
    assert visitor.get(address).status_code == 404
    assert visitor.post(address, data=data).status_code in (401, 404)
    assert stored().etat is State.DEPOSEE


def test_the_answer_brought_to_the_counter(agent, numero, stored):
    bureau = Bureau(agent, numero)
    bureau.send("demander", ["nom"], [], "Pourquoi ?")
    response = agent.get(f"/agents/{numero}/completer")
    form = Form(agent, response)
    assert form.asked[0] == "nom"
    assert form.page.get_element_by_id("champ-nom").value == SCRIPT
    form.fill(nom="Camille Rochat")._type()
    data = [*form._values(), ("envoyer", "1")]
    for _twice in range(2):
        answer = agent.session.post(form.action, data=data)
        assert answer.url.split("?")[0].endswith(f"/agents/{numero}")
    demande = stored()
    assert demande.etat is State.COMPLETEE
    assert demande.reponses[0].text == "Camille Rochat"
    [line] = [e for e in demande.dossier.evenements if e.genre == "reponses_corrigees"]
    assert line.par == "agent-dechets"
    # What was asked and what it has changed is there for the colleagues.
    bureau = Bureau(agent, numero)
    [row] = bureau.page.xpath("//tbody/tr")
    assert [" ".join(cell.text_content().split()) for cell in row] == [
        "Votre nom",
        SCRIPT,
        "Camille Rochat",
    ]


def test_corrected_answers_are_marked_where_they_are_read(
    agent, numero, stored, caplog
):
    bureau = Bureau(agent, numero)
    bureau.send("demander", ["nom", "enfants"], [], "Pourquoi ?")
    form = Form(agent, agent.get(f"/agents/{numero}/completer"))
    form.fill(nom="Camille Rochat")._type()
    data = [
        (name, value)
        for name, value in form._values()
        if not name.startswith("enfants.0001")
    ]
    with caplog.at_level(logging.INFO):
        agent.session.post(form.action, data=[*data, ("envoyer", "1")])
    complement = stored().dossier.complements[-1]
    when = moment_of(complement.repondu)
    response = agent.get(f"/agents/{numero}")
    page = html.fromstring(response.text)
    [answer] = page.xpath("//dl[@class='guichet-agents-answers'][1]/dd[1]")
    assert answer.text_content() == "Camille Rochat"
    [mark] = page.xpath("//dl[@class='guichet-agents-answers'][1]/dd[2]")
    assert when in mark.xpath("./strong")[0].text_content()
    [former] = mark.xpath("./details/div")
    assert former.text_content() == SCRIPT
    assert "<script>alert" not in response.text
    # The history names the questions, and nothing says the answers.
    [line] = [e for e in stored().dossier.evenements if e.genre == "reponses_corrigees"]
    [history] = page.xpath("//ol[contains(@class, 'guichet-agents-history')]")
    history = history.text_content()
    assert line.details["questions"] in " ".join(history.split())
    journal = "\n".join(record.getMessage() for record in caplog.records)
    assert "reponses_corrigees" in journal
    assert SCRIPT not in journal
    assert "Camille" not in journal


def test_an_answer_that_was_taken_away(agent, numero, stored):
    demande = stored()
    complement = Complement(message="", date=demande.depot, par="agent-dechets")
    complement.repondu = demande.depot
    complement.avant = (("ancien", "Quoi", "Votre chien", "Médor", "Médor"),)
    demande.ouvrir_dossier().complements.append(complement)
    transaction.commit()
    page = html.fromstring(agent.get(f"/agents/{numero}").text)
    gone = page.get_element_by_id("agents-retirees")
    assert gone.xpath(".//dt")[0].text_content() == "Votre chien"
    assert gone.xpath(".//details/div")[0].text_content() == "Médor"
    assert moment_of(demande.depot) in gone.text_content()


def test_nothing_can_be_asked_of_a_demande_that_waits(agent, numero, stored):
    first = Bureau(agent, numero)
    first.send("demander", ["nom"], [], "Pourquoi ?")
    assert Bureau(agent, numero).form is None
    assert agent.get(f"/agents/{numero}/completer").status_code == 200
