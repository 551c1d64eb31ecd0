"""A complement about a household member, and about what the register says."""

from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.compte.domain import Source
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import code_digest
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import tracking_code
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demande.service import move_demande
from carouge.guichet.dossier import complement as complements
from carouge.guichet.registre.domain import Status
from comptes import cookies_of
from comptes import make_company
from comptes import make_compte
from dataclasses import replace
from datetime import date
from datetime import datetime
from datetime import timezone
from fichiers import pdf
from formulaires import connus
from formulaires import PATH
from formulaires import reponses
from formulaires import valeur
from lxml import html
from modeles import champ
from modeles import etape as page
from modeles import modele
from plone import api
from plone.app.testing import logout
from publication import publier
from visitor import errors
from visitor import Form
from visitor import Visitor

import pytest
import transaction


SINCE = datetime(2026, 11, 2, 6, 30, tzinfo=timezone.utc)
MODEL = modele(
    page(
        "enfant",
        champ("nom", fait="nom", requis=True),
        champ("membre", "membre", personnes="enfants", requis=True),
        champ("enfant_prenom", fait="membre.prenom", requis=True),
        champ("enfant_ecole", fait="membre.ecole", requis=True),
        champ("remarque"),
    )
)
LEA = "Léa Rochat (08.03.2017)"
ZOE = "Zoé Rochat (08.03.2017)"
CODE = tracking_code(b"secret")


@pytest.fixture
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def stored(functional):
    def read():
        transaction.begin()
        [demande] = demandes_of(functional["portal"].guichet)
        return demande

    return read


@pytest.fixture
def camille(functional, base):
    """A demande about Léa, filed by a resident who has two children."""
    demarche = functional["portal"].guichet.unrestrictedTraverse(PATH)
    demarche.fields_model = MODEL
    demarche.niveau, demarche.types_compte = "ouvert", set()
    demarche.residents_seulement = False
    publier(demarche)
    compte = make_compte(residency=Status.RESIDENT)
    compte.set_facts(Source.REGISTRE, {"prenom": "Camille", "nom": "Rochat"}, SINCE)
    for id, prenom, ecole in (("lea", "Léa", "Pinchat"), ("zoe", "Zoé", "Tambourine")):
        compte.put_membre(
            Membre(
                id=id,
                prenom=prenom,
                nom="Rochat",
                role=Role.ENFANT,
                date_naissance=date(2017, 3, 8),
                source=Source.REGISTRE,
                at=SINCE,
                ecole=ecole,
            )
        )
    visitor = Visitor(base)
    visitor.session.cookies.update(cookies_of(functional, compte))
    form = visitor.open_form(PATH).fill(membre=LEA)
    form.press("reprendre", "membre")
    form.answers.clear()
    response = form.submit()
    assert "confirmation" in response.url, errors(response)
    return visitor


@pytest.fixture
def opening(stored):
    """What opens the demande without login."""
    demande = stored()
    demande.code_digest = code_digest(demande.numero, CODE)
    transaction.commit()
    return {"action": "ouvrir", "numero": demande.numero, "code": CODE}


def ask(demande, *questions):
    with api.env.adopt_user("admin"), api.env.adopt_roles(["Agent de guichet"]):
        complements.demander(demande, message="?", questions=questions, par="agent")
    logout()
    transaction.commit()
    return f"/mon-espace/demandes/{demande.numero}/completer"


def test_what_the_register_says_cannot_be_asked_for(camille, stored):
    demande = stored()
    assert list(complements.demandables(demande)) == [
        "membre",
        "enfant_ecole",
        "remarque",
    ]
    ask(demande, "nom", "enfant_prenom", "remarque")
    assert stored().dossier.complement.questions == ("remarque",)


def test_the_preview_of_an_agent_says_nothing_of_the_account(camille, stored, base):
    agent = Visitor(base, ("agent-dechets", "Guichet-2026!"))
    path = f"/agents/{stored().numero}/complement"
    page = html.fromstring(agent.get(path).text)
    hidden = page.xpath("//form[@method='post']//input[@type='hidden']")
    data = {field.get("name"): field.get("value") for field in hidden}
    seen = agent.post(path, data={**data, "geste": "apercu", "question": "membre"})
    [shown] = html.fromstring(seen.text).xpath("//*[@id='agents-apercu']")
    assert shown.xpath(".//*[@data-guichet-question='membre']")
    assert "Zoé" not in seen.text


def test_another_child_brings_his_own_facts(camille, stored):
    form = Form(camille, camille.get(ask(stored(), "membre")))
    assert form.asked[:3] == ["membre", "enfant_prenom", "enfant_ecole"]
    assert "Léa" in connus(form)["enfant_prenom"]
    form.fill(membre=ZOE).press("reprendre", "membre")
    form.answers.clear()
    assert "Zoé" in connus(form)["enfant_prenom"]
    assert valeur(form, "enfant_ecole") == "Tambourine"
    form.press("envoyer")
    demande = stored()
    assert demande.etat is State.COMPLETEE
    assert reponses(demande) == {
        "nom": "Rochat",
        "membre": ZOE,
        "enfant_prenom": "Zoé",
        "enfant_ecole": "Tambourine",
        "remarque": "",
    }
    assert demande.membre == MembreConcerne("zoe", "Zoé Rochat")


def test_a_locked_fact_cannot_be_forged(camille, stored):
    form = Form(camille, camille.get(ask(stored(), "membre", "remarque")))
    form.add("champ.enfant_prenom", "Pirate").add("champ.nom", "Pirate")
    response = form.fill(remarque="x").press("envoyer")
    assert [target for target, _message in errors(response)] == ["champ-enfant_prenom"]
    form.extra.clear()
    form.press("envoyer")
    answers = reponses(stored())
    assert (answers["enfant_prenom"], answers["nom"]) == ("Léa", "Rochat")
    assert answers["remarque"] == "x"


# --- somebody else than the person herself ------------------------------------------


@pytest.fixture
def agent(base):
    return Visitor(base, ("agent-dechets", "Guichet-2026!"))


@pytest.fixture(params=["code", "agent"])
def other(request, base, camille, stored, opening, agent):
    """Opens the page by number and code, or at the desk."""

    def open_page():
        numero = stored().numero
        if request.param == "agent":
            return Form(agent, agent.get(f"/agents/{numero}/completer"))
        visitor = Visitor(base)
        visitor.post("/suivi", data=opening)
        return Form(visitor, visitor.get("/suivi/completer"))

    open_page.au_bureau = request.param == "agent"
    return open_page


def retenue(form, cle):
    [found] = form.page.xpath(f"//*[@data-guichet-retenue='{cle}']")
    return " ".join(found.text_content().split())


def test_who_is_not_logged_in_sees_nothing_of_the_account(camille, stored, other):
    ask(stored(), "membre", "enfant_ecole", "remarque")
    compte = make_compte(residency=Status.RESIDENT)
    lea = compte.membre("lea")
    compte.put_membre(replace(lea, prenom="Léana", ecole="Val d'Arve"))
    transaction.commit()
    form = other()
    text = form.page.text_content()
    for secret in ("Zoé", "Léana", "Val d'Arve", "Tambourine"):
        assert secret not in text
    # What the demande says itself is there, and what was said of the child stays.
    known = connus(form)
    assert (known["membre"], known["enfant_prenom"]) == (LEA, "Léa")
    assert valeur(form, "enfant_ecole") == "Pinchat"
    assert not form.form.xpath(".//*[@name='champ.membre']")
    assert retenue(form, "membre") == (
        "Pour choisir un autre membre, la personne doit le faire en ligne."
        if other.au_bureau
        else "Connectez-vous pour choisir un autre membre"
    )
    form.path({"enfant_ecole": "Vigne-Rouge", "remarque": "Voilà"}).press("envoyer")
    demande = stored()
    assert demande.etat is State.COMPLETEE
    assert reponses(demande) == {
        "nom": "Rochat",
        "membre": LEA,
        "enfant_prenom": "Léa",
        "enfant_ecole": "Vigne-Rouge",
        "remarque": "Voilà",
    }
    assert demande.membre == MembreConcerne("lea", "Léa Rochat")


def test_without_the_person_nobody_else_is_chosen(camille, stored, other):
    ask(stored(), "membre", "remarque")
    form = other()
    form.add("champ.membre", "zoe").add("champ.enfant_prenom", "Zoé")
    response = form.fill(remarque="x").press("envoyer")
    assert [target for target, _message in errors(response)] == [
        "champ-membre",
        "champ-enfant_prenom",
    ]
    assert "Tambourine" not in response.text
    assert stored().etat is State.A_COMPLETER


def test_the_household_is_there_once_one_is_logged_in(camille, stored, base, opening):
    address = ask(stored(), "membre")
    stranger = Visitor(base)
    stranger.post("/suivi", data=opening)
    form = Form(stranger, stranger.get("/suivi/completer"))
    [link] = form.page.xpath("//*[@data-guichet-retenue='membre']/a/@href")
    assert link.endswith("completer") and "se-connecter" in link
    # The same follow-up in the browser in which she is logged in.
    camille.post("/suivi", data=opening)
    form = Form(camille, camille.get("/suivi/completer"))
    form.fill(membre=ZOE).press("reprendre", "membre")
    form.answers.clear()
    form.press("plus_tard")
    # Chosen, and not sent: by number and code it is the child of the demande.
    form = Form(stranger, stranger.get("/suivi/completer"))
    assert connus(form)["membre"] == LEA
    assert valeur(form, "enfant_ecole") == "Pinchat"
    assert "Zoé" not in form.page.text_content()
    form = Form(camille, camille.get(address))
    assert "Zoé" in connus(form)["enfant_prenom"]
    form.press("envoyer")
    assert reponses(stored())["membre"] == ZOE


def test_each_side_has_its_own_draft(camille, stored, agent, caplog):
    numero = stored().numero
    address = ask(stored(), "remarque", "enfant_ecole")
    form = Form(camille, camille.get(address))
    secret = ("secret.pdf", pdf(), "application/pdf")
    form.path({"remarque": "Pas encore envoyé", "complement_autres": secret})
    form.press("plus_tard")
    [hers] = stored().dossier.complement.brouillon.fichiers
    desk = Form(agent, agent.get(f"/agents/{numero}/completer"))
    assert "Pas encore envoyé" not in desk.page.text_content()
    assert "secret.pdf" not in desk.page.text_content()
    assert valeur(desk, "remarque") == ""
    files = f"/agents/{numero}/completer/fichiers"
    assert agent.get(f"{files}/{hers}").status_code == 404
    scan = ("scan.pdf", pdf(), "application/pdf")
    desk.path({"remarque": "Du papier", "complement_autres": scan}).press("plus_tard")
    complement = stored().dossier.complement
    assert complement.brouillon.saisies["remarque"] == "Pas encore envoyé"
    assert complement.brouillon_du_bureau.saisies["remarque"] == "Du papier"
    [scanned] = complement.brouillon_du_bureau.fichiers
    again = Form(camille, camille.get(address))
    assert valeur(again, "remarque") == "Pas encore envoyé"
    assert camille.get(f"{address}/fichiers/{scanned}").status_code == 404

    # Who reads a document at the desk is a line of the journal.
    caplog.clear()
    caplog.set_level("INFO", "carouge.guichet.journal")
    assert agent.get(f"{files}/{scanned}").content == scan[1]
    [line] = [one for one in caplog.messages if "demande.consulter" in one]
    assert numero in line

    desk.press("envoyer")
    demande = stored()
    assert reponses(demande)["remarque"] == "Du papier"
    [complement] = demande.dossier.complements
    assert (complement.brouillon, complement.brouillon_du_bureau) == (None, None)


@pytest.mark.parametrize("end", ["retirer", "refuser"])
def test_nothing_is_left_of_what_was_typed_in_vain(camille, stored, agent, end):
    numero = stored().numero
    form = Form(camille, camille.get(ask(stored(), "remarque")))
    form.fill(remarque="En vain").press("plus_tard")
    desk = Form(agent, agent.get(f"/agents/{numero}/completer"))
    desk.fill(remarque="Du papier").press("plus_tard")
    demande = stored()
    assert demande.dossier.complement.brouillon is not None
    assert demande.dossier.complement.brouillon_du_bureau is not None
    actor = Actor.USAGER if end == "retirer" else Actor.AGENT
    with api.env.adopt_user("admin"), api.env.adopt_roles(["Agent de guichet"]):
        move_demande(demande=demande, transition=end, actor=actor, message="Non.")
    logout()
    transaction.commit()
    [complement] = stored().dossier.complements
    assert complement.abandonne is not None
    assert (complement.brouillon, complement.brouillon_du_bureau) == (None, None)


def test_a_colleague_sees_what_was_answered_and_not_what_is_known_today(
    functional, base, camille, stored
):
    demarche = functional["portal"].guichet.unrestrictedTraverse(PATH)
    demarche.fields_model = modele(page("qui", champ("rue", fait="rue")))
    publier(demarche)
    laura = make_company()
    visitor = Visitor(base)
    visitor.session.cookies.update(cookies_of(functional, laura))
    response = visitor.open_form(PATH).fill(rue="Rue Ancienne").submit()
    assert "confirmation" in response.url, errors(response)
    transaction.begin()
    [demande] = [
        one
        for one in demandes_of(functional["portal"].guichet)
        if one.usager_id == laura.id
    ]
    laura.set_facts(Source.REGISTRE, {"rue": "Rue du Collège"}, SINCE)
    colleague = Visitor(base)
    colleague.session.cookies.update(
        cookies_of(functional, make_company("G-marc", prenom="Marc"))
    )
    address = ask(demande, "rue")
    known = connus(Form(visitor, visitor.get(address)))["rue"]
    assert "Rue du Collège" in known
    form = Form(colleague, colleague.get(address))
    assert valeur(form, "rue") == "Rue Ancienne"
    assert "Collège" not in form.page.text_content()
    root, _slash, name = base.rpartition("/")
    answer = colleague.session.get(
        f"{root}/++api++/{name}/@demandes/{demande.numero}",
        headers={"Accept": "application/json"},
    )
    [asked, *_more] = answer.json()["complement"]["questions"]
    assert asked["valeur"] == "Rue Ancienne"
