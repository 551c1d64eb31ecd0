"""The citizens' accounts at the desk, over HTTP."""

from carouge.guichet.compte import residency
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.local import comptes_locaux
from carouge.guichet.compte.local import create_local
from carouge.guichet.compte.local import find_local
from carouge.guichet.compte.residency import apply
from carouge.guichet.compte.service import get_compte
from carouge.guichet.compte.service import may_edit
from carouge.guichet.compte.taches import ambiguous_ids
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.identity.service import open_session
from carouge.guichet.inscription.hachage import hash_secret
from carouge.guichet.registre.domain import ResidentResult
from carouge.guichet.registre.domain import Status
from carouge.guichet.swisstime import now
from comptes import cookies_of
from comptes import make_compte
from comptes_locaux import Browser
from comptes_locaux import mail_reader
from plone import api
from plone.app.testing import logout
from smtp import Server

import json
import logging
import pytest
import transaction


STAFF = "Guichet-2026!"
SCRIPT = "<script>alert('x')</script>"


@pytest.fixture()
def smtp():
    server = Server()
    server.start()
    yield server
    server.stop()


@pytest.fixture()
def guichet(functional, smtp, tmp_path, monkeypatch):
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path / "courriels"))
    api.portal.set_registry_record("plone.smtp_host", "127.0.0.1")
    api.portal.set_registry_record("plone.smtp_port", smtp.port)
    api.portal.set_registry_record("carouge.guichet.comptes_locaux", True)
    transaction.commit()
    logout()
    return functional["portal"].guichet


@pytest.fixture()
def mails(guichet, smtp, tmp_path):
    return mail_reader(smtp, tmp_path / "courriels")


@pytest.fixture()
def journal():
    """The lines of the journal about accounts, as (action, subject)."""
    lines = []

    class Handler(logging.Handler):
        def emit(self, record):
            line = json.loads(record.getMessage())
            if line["action"].startswith("compte."):
                lines.append((line["actor"], line["action"], line["subject"]))

    logger = logging.getLogger("carouge.guichet.journal")
    handler, level = Handler(), logger.level
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    yield lines
    logger.removeHandler(handler)
    logger.setLevel(level)


def at_desk(functional, login):
    browser = Browser(functional)
    if login:
        browser.session.auth = (login, STAFF)
    return browser


@pytest.fixture()
def agent(functional, guichet):
    return at_desk(functional, "agent-dechets")


@pytest.fixture()
def other_agent(functional, guichet):
    return at_desk(functional, "agent-ecoles")


@pytest.fixture()
def make_local(guichet):
    hashed = hash_secret("le lac est calme ce soir")

    def make(prenom="Amélie", nom="Lire", courriel="amelie@example.org"):
        compte = create_local(
            {
                "prenom": prenom,
                "nom": nom,
                "date_naissance": "1986-03-08",
                "courriel": courriel,
            },
            mot_de_passe=hashed,
        )
        transaction.commit()
        return compte

    return make


def fresh(compte):
    transaction.begin()
    return get_compte(compte.id)


def rows(page, id):
    return [
        " ".join(row.text_content().split())
        for row in page.html.xpath(f"//table[@id='{id}']/tbody/tr/th")
    ]


def test_an_account_is_validated_and_the_person_told(agent, make_local, mails, journal):
    compte = make_local()
    assert not may_edit(compte)
    page = agent.get("agents")
    assert page.words("//a[@id='agents-comptes']/span") == "1 à examiner"
    page = agent.get("agents/comptes")
    assert rows(page, "attente") == ["Amélie Lire"]
    page = agent.get(f"agents/comptes/{compte.id}")
    assert page.words("//*[@id='compte-etat']") == "Compte local, à valider"
    assert "08.03.1986" in page.words("//table[@id='faits']")
    assert "Indication de la personne" in page.words("//table[@id='faits']")
    page = page.form("form-decision").send("valider")
    assert page.words("//*[@id='compte-etat']") == "Compte local, validé"
    stored = fresh(compte)
    assert (stored.local.valide, stored.local.refuse) == (True, False)
    assert stored.local.decide_par == "agent-dechets"
    assert stored.level is Level.DECLARED
    assert may_edit(stored)
    [mail] = mails()
    assert mail.to == "amelie@example.org"
    assert mail.subject == "Votre compte est validé"
    assert mail.link.endswith("/mon-espace/compte")
    assert rows(agent.get("agents/comptes"), "attente") == []
    assert ("agent-dechets", "compte.consulter", compte.id) in journal
    assert ("agent-dechets", "compte.valider", compte.id) in journal


def test_a_refusal_needs_a_reason_and_closes_the_account(
    functional, agent, make_local, mails
):
    compte = make_local()
    open_session(functional["request"].clone(), compte)
    transaction.commit()
    page = agent.get(f"agents/comptes/{compte.id}")
    page = page.form("form-decision").send("refuser", motif="  ")
    assert page.status == 400
    assert fresh(compte).local.a_valider
    assert mails() == []
    reason = f"Nous ne trouvons pas cette personne.\r\n{SCRIPT}"
    page = page.form("form-decision").send("refuser", motif=reason)
    assert page.words("//*[@id='compte-etat']") == "Compte local, refusé"
    assert SCRIPT in page.words("//*[@id='compte-decision']/..")
    assert page.html.xpath("//script[contains(., 'alert(')]") == []
    stored = fresh(compte)
    assert stored.local.refuse
    assert len(stored.sessions) == 0
    [mail] = mails()
    assert mail.subject == "Votre compte n’a pas été accepté"
    assert f"Nous ne trouvons pas cette personne.\n{SCRIPT}" in mail.text
    # A refused account can be validated after all.
    page = agent.get(f"agents/comptes/{compte.id}")
    page = page.form("form-decision").send("valider")
    assert page.words("//*[@id='compte-etat']") == "Compte local, validé"


@pytest.mark.parametrize("motif", ["x" * (MAX_TEXT + 1), "a\x00b"])
def test_a_reason_that_cannot_be_kept(agent, make_local, motif):
    compte = make_local()
    page = agent.get(f"agents/comptes/{compte.id}")
    page = page.form("form-decision").send("refuser", motif=motif)
    assert page.status == 400
    assert fresh(compte).local.a_valider


def test_a_double_click_decides_once(agent, make_local, mails):
    compte = make_local()
    form = agent.get(f"agents/comptes/{compte.id}").form("form-decision")
    assert form.send("valider").status == 200
    assert form.send("valider").status == 200
    assert len(mails()) == 1


def test_two_agents_do_not_overrule_each_other_unseen(
    agent, other_agent, make_local, mails
):
    compte = make_local()
    form = agent.get(f"agents/comptes/{compte.id}").form("form-decision")
    other = other_agent.get(f"agents/comptes/{compte.id}").form("form-decision")
    other.send("valider")
    page = form.send("refuser", motif="Inconnue")
    assert page.status == 409
    assert fresh(compte).local.valide
    assert len(mails()) == 1


def test_nothing_without_our_own_form(agent, make_local):
    compte = make_local()
    for action in ("valider", "refuser", "effacer"):
        page = agent.post(
            f"agents/comptes/{compte.id}",
            {"action": action, "motif": "x", "version": "", "confirme": "1"},
        )
        assert page.status == 403
    assert fresh(compte).local.a_valider


def test_an_account_is_erased_after_a_confirmation(agent, make_local, mails, journal):
    compte = make_local()
    page = agent.get(f"agents/comptes/{compte.id}?etape=effacer")
    form = page.form("form-effacer")
    values = {key: value for key, value in form.values.items() if key != "confirme"}
    form.values = values
    assert form.send("effacer").status == 400
    assert fresh(compte) is not None
    page = form.send("effacer", confirme="1")
    assert page.url == "/agents/comptes"
    assert fresh(compte) is None
    assert find_local("amélie.lire") is None
    assert find_local("amelie@example.org") is None
    assert [*comptes_locaux().a_valider] == []
    [mail] = mails()
    assert mail.subject == "Votre compte a été effacé"
    assert ("agent-dechets", "compte.effacer", compte.id) in journal
    assert agent.get(f"agents/comptes/{compte.id}").status == 404
    # The address is free again, the identifier is not.
    assert make_local().local.identifiant == "amélie.lire2"


@pytest.mark.parametrize(
    "asked, found",
    [
        ("lire", ["Amélie Lire"]),
        ("AMELIE", ["Amélie Lire"]),
        ("Lire Amélie", ["Amélie Lire"]),
        ("amélie.lire", ["Amélie Lire"]),
        ("amelie@example.org", ["Amélie Lire"]),
        ("camille@example.ch", ["Camille Rochat"]),
        ("rochat", ["Camille Rochat"]),
        ("example.org", []),
        ("x", []),
        ("", []),
        ("<script>", []),
        ("zzz", []),
    ],
)
def test_the_search(agent, make_local, asked, found):
    make_local()
    make_compte()
    transaction.commit()
    page = agent.get("agents/comptes")
    page = agent.post("agents/comptes", {"q": asked})
    assert rows(page, "resultats") == found
    assert page.html.get_element_by_id("comptes-q").get("value") == asked


def test_the_search_leaves_no_name_in_address_and_journal(agent, make_local, journal):
    make_local()
    page = agent.get("agents/comptes")
    assert page.html.xpath("//form[@role='search']/@method") == ["post"]
    journal.clear()
    agent.post("agents/comptes", {"q": "Lire"})
    assert journal == [("agent-dechets", "compte.chercher", "1")]


def test_a_cantonal_account_has_nothing_to_decide(agent, guichet):
    compte = make_compte(level=Level.VERIFIED)
    transaction.commit()
    page = agent.get(f"agents/comptes/{compte.id}")
    assert page.words("//*[@id='compte-etat']") == "e-démarches, vérifié"
    assert page.html.xpath("//form[@id='form-decision']") == []
    values = page.form("form-registre").values
    page = agent.post(f"agents/comptes/{compte.id}", {**values, "action": "valider"})
    assert page.status == 400


def test_the_register_is_asked_again(agent, guichet, monkeypatch):
    compte = make_compte(residency=None)
    transaction.commit()
    asked = []

    def lookup(query, fields, *, purpose, subject):
        asked.append((query.family_name, purpose, subject))
        return ResidentResult(Status.NOT_RESIDENT, "Registre de test", now())

    monkeypatch.setattr(residency, "lookup", lookup)
    page = agent.get(f"agents/comptes/{compte.id}")
    assert asked == []
    page = page.form("form-registre").send("registre")
    assert asked == [("Rochat", "bureau", compte.id)]
    assert page.words("//*[@id='compte-residence']").startswith(
        "Pas connue comme domiciliée dans la commune. Registre de test, "
    )
    assert fresh(compte).residency is Status.NOT_RESIDENT


def test_the_register_is_not_asked_about_a_local_account(agent, make_local):
    compte = make_local()
    page = agent.get(f"agents/comptes/{compte.id}")
    assert page.html.xpath("//form[@id='form-registre']") == []
    form = page.form("form-decision")
    assert form.send("registre").status == 400


def test_an_ambiguous_answer_is_a_task(agent, guichet):
    compte = make_compte("G-jean", prenom="Jean", nom="Martin", avs="")
    apply(compte, ResidentResult(Status.AMBIGUOUS, "Registre", now()))
    transaction.commit()
    assert rows(agent.get("agents/comptes"), "ambigus") == ["Jean Martin"]
    assert agent.get("agents").words("//a[@id='agents-comptes']/span") == "1 à examiner"
    # A silent register has cleared nothing up; an answer has.
    apply(fresh(compte), ResidentResult(Status.UNAVAILABLE, "Registre", now()))
    assert ambiguous_ids() == [compte.id]
    apply(get_compte(compte.id), ResidentResult(Status.NOT_RESIDENT, "Registre", now()))
    assert ambiguous_ids() == []


def test_markup_in_a_name_is_text(agent, make_local):
    compte = make_local(prenom=SCRIPT, nom='"><img src=x>')
    for path in ("agents/comptes", f"agents/comptes/{compte.id}"):
        page = agent.get(path)
        assert page.status == 200
        assert page.html.xpath("//script[contains(., 'alert(')]") == []
        assert page.html.xpath("//article//img[@src='x']") == []
        assert SCRIPT in page.html.text_content()


@pytest.mark.parametrize("login", [None, "editeur", "caisse"])
def test_nobody_else_learns_that_there_are_such_pages(functional, make_local, login):
    compte = make_local()
    browser = at_desk(functional, login)
    for path in ("agents/comptes", f"agents/comptes/{compte.id}"):
        assert browser.get(path).status == 404
        assert browser.post(path, {"action": "valider", "q": "lire"}).status == 404
    assert fresh(compte).local.a_valider


def test_who_is_no_longer_logged_in_keeps_what_he_wrote(functional, make_local):
    compte = make_local()
    page = at_desk(functional, None).post(
        f"agents/comptes/{compte.id}", {"action": "refuser", "motif": "Inconnue"}
    )
    assert page.status == 404
    assert page.h1 == "Il n’y a pas de page à cette adresse"
    assert page.words("//textarea[@readonly]") == "Inconnue"
    assert "Amélie" not in page.response.text


def test_a_citizen_is_nobody_else(functional, make_local, guichet):
    compte = make_local()
    browser = Browser(functional)
    browser.session.cookies.update(cookies_of(functional, compte))
    assert browser.get(f"agents/comptes/{compte.id}").status == 404
    assert browser.get("agents/comptes").status == 404


@pytest.mark.parametrize("name", ["lo-0", "ge-0", "admin", "agent-dechets", "%00"])
def test_an_unknown_account(agent, name):
    assert agent.get(f"agents/comptes/{name}").status == 404


def test_the_pages_are_kept_by_nobody(agent, make_local):
    compte = make_local()
    for path in ("agents/comptes", f"agents/comptes/{compte.id}"):
        headers = agent.get(path).response.headers
        assert headers["Cache-Control"] == "no-store, private"
