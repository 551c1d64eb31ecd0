"""One order for many demandes: preview, job, result, taking it back."""

from bureau import Agent
from bureau import deposer
from carouge.guichet.demande import traitement
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import move_demande
from carouge.guichet.travaux.service import executer_travaux
from carouge.guichet.travaux.service import liste_de
from plone.app.testing import login
from plone.app.testing import logout

import pytest
import time
import transaction


@pytest.fixture
def guichet(functional):
    logout()
    yield functional["portal"].guichet
    transaction.abort()


@pytest.fixture
def agent(functional):
    return Agent(functional, "agent-dechets")


@pytest.fixture
def dossiers(guichet):
    return deposer(guichet, n=4)


@pytest.fixture
def many(guichet):
    return deposer(guichet, n=24)


@pytest.fixture
def of_schools(guichet):
    demarche = guichet["enfance-ecoles"]["creer-une-ligne-pedibus"]
    return deposer(guichet, demarche)[0]


def lot(browser, numeros, **fields):
    """The first page, after which the order is filled in and looked at."""
    page = browser.post("agents/lot", {"numeros": numeros})
    assert page.status == 200
    return page.send("lot-ordre", "etape=apercu", **fields)


def confirm(page):
    """Order what is shown; returns the page of the job, done."""
    page = page.send("lot-confirmer")
    assert page.status == 200, page.html
    return page


def done(guichet, agent, page):
    executer_travaux(guichet)
    transaction.begin()
    return agent.get(page.url.lstrip("/"))


def fresh(guichet, numero):
    transaction.begin()
    return get_demande(guichet, numero)


def as_agent(functional, login_name="agent-dechets"):
    login(functional["portal"], login_name)


def result(page):
    """Count by issue, as the page says."""
    return {
        heading.get("id").removeprefix("travail-"): int(
            heading.text_content().split("(")[1].strip(" )\n")
        )
        for heading in page.html.xpath("//h2[starts-with(@id, 'travail-')]")
    }


def test_some_dozens_are_taken_and_put_back(guichet, agent, many):
    dossiers = many
    page = lot(agent, dossiers, action="prendre")
    assert page.words("//*[@id='lot-possibles']") == "Ce sera fait pour 24 demandes."
    assert page.words("//*[@id='lot-refus']") is None
    # Nothing happens before it is confirmed, nor in the request that orders it.
    assert fresh(guichet, dossiers[0]).etat is State.DEPOSEE
    page = confirm(page)
    assert page.url.startswith("/agents/travaux/")
    assert fresh(guichet, dossiers[0]).etat is State.DEPOSEE
    assert page.html.xpath("//progress/@value") == ["0"]
    page = done(guichet, agent, page)
    assert result(page) == {"fait": 24}
    for numero in dossiers:
        demande = fresh(guichet, numero)
        assert (demande.etat, demande.dossier.agent) == (
            State.EN_COURS,
            "agent-dechets",
        )
        assert [step.actor for step in history(demande)][1:] == ["agent-dechets"]
    # Taken back: in nobody's hands again.
    page = page.send("travail-reprendre")
    page = done(guichet, agent, page)
    assert result(page) == {"fait": 24}
    assert {fresh(guichet, n).dossier.agent for n in dossiers} == {""}


class After:
    """Tells a worker to stop when so many of the job are done."""

    def __init__(self, travail, count):
        self.travail, self.count = travail, count

    def is_set(self):
        return self.travail.fait >= self.count


def test_more_than_five_hundred_with_progress_and_back(guichet, agent, monkeypatch):
    with monkeypatch.context() as quiet:
        # Nobody is told of them: that is not what takes its time here.
        quiet.setattr("carouge.guichet.demande.service.notify", lambda event: None)
        dossiers = deposer(guichet, n=510)
    start = time.perf_counter()
    page = confirm(lot(agent, dossiers, action="prendre"))
    transaction.begin()
    [travail] = liste_de(guichet, "agent-dechets")
    # The process ends in the middle; the page says how far it has come.
    executer_travaux(guichet, After(travail, 250))
    transaction.begin()
    progress = agent.get(page.url.lstrip("/") + "/progres").response.json()
    assert (progress["etat"], progress["total"], progress["fini"]) == (
        "en_attente",
        510,
        False,
    )
    assert 250 <= progress["fait"] < 300
    page = agent.get(page.url.lstrip("/"))
    assert page.html.xpath("//progress/@value") == [str(progress["pourcent"])]
    taken = [fresh(guichet, n).etat is State.EN_COURS for n in (dossiers[0], *dossiers)]
    assert taken.count(True) - 1 == progress["fait"]
    page = done(guichet, agent, page)
    assert result(page) == {"fait": 510}
    page = done(guichet, agent, page.send("travail-reprendre"))
    assert result(page) == {"fait": 510}
    # Taken and put back, each of them once.
    for numero in dossiers:
        demande = fresh(guichet, numero)
        assert demande.dossier.agent == ""
        assert [step.transition for step in history(demande)][1:] == [
            "prendre_en_charge"
        ]
        assert [event.genre for event in demande.dossier.evenements] == [
            "attribuer",
            "rendre",
        ]
    print(f"\n510 taken and put back: {time.perf_counter() - start:.1f} s")


def test_the_preview_says_what_cannot_be_done_and_why(
    functional, guichet, agent, many, of_schools
):
    dossiers = many
    as_agent(functional)
    for numero in dossiers[:3]:
        move_demande(
            demande=get_demande(guichet, numero),
            transition="valider",
            actor=Actor.AGENT,
        )
    transaction.commit()
    logout()
    forged = [*dossiers, of_schools, "2026-AAAA-AAAA", "<script>alert(1)</script>"]
    page = lot(
        agent, forged, action="mouvement", mouvement="classer", texte="Sans objet."
    )
    assert page.words("//*[@id='lot-possibles']") == "Ce sera fait pour 21 demandes."
    assert page.words("//*[@id='lot-message']") == "Sans objet."
    groups = page.all_words("//*[@id='lot-refus']//summary")
    assert groups == [
        "3 Son état ne le permet pas.",
        "3 Il n’y a pas de telle demande dans vos services.",
    ]
    named = page.all_words("//*[@id='lot-refus']//li")
    assert {name.split()[0] for name in named[:3]} == set(dossiers[:3])
    assert named[3:] == [
        "2026-AAAA-AAAA",
        "<script>alert(1)</script>",
        of_schools,
    ]
    assert not page.html.xpath("//script[contains(., 'alert(1)')]")
    page = done(guichet, agent, confirm(page))
    assert result(page) == {"fait": 21}
    assert fresh(guichet, of_schools).etat is State.DEPOSEE
    assert {fresh(guichet, n).etat for n in dossiers[3:]} == {State.CLASSEE}


def test_forged_numbers_in_the_confirmation(guichet, agent, dossiers, of_schools):
    page = lot(agent, dossiers[:2], action="noter", texte="À voir")
    page = page.send("lot-confirmer", choix=f"{dossiers[0]} {of_schools} n'importe")
    page = done(guichet, agent, page)
    assert result(page) == {"fait": 1, "refus": 2}
    assert page.all_words("//h2[@id='travail-refus']/following::ul[1]/li") == [
        f"{of_schools} Il n’y a pas de telle demande dans vos services.",
        "n'importe Il n’y a pas de telle demande dans vos services.",
    ]
    assert len(fresh(guichet, of_schools).dossier.notes) == 0
    assert [note.texte for note in fresh(guichet, dossiers[0]).dossier.notes] == [
        "À voir"
    ]


def test_what_a_colleague_changed_meanwhile_stays(functional, guichet, agent, dossiers):
    page = lot(agent, dossiers[:3], action="mouvement", mouvement="valider")
    as_agent(functional, "admin-site")
    traitement.noter_interne(get_demande(guichet, dossiers[1]), "Attendez !")
    transaction.commit()
    logout()
    page = done(guichet, agent, confirm(page))
    assert result(page) == {"fait": 2, "refus": 1}
    assert page.all_words("//h2[@id='travail-refus']/following::ul[1]/li") == [
        f"{dossiers[1]} Quelqu’un l’a modifiée entre-temps."
    ]
    assert fresh(guichet, dossiers[1]).etat is State.DEPOSEE


def test_approved_and_reopened(functional, guichet, agent, dossiers):
    page = lot(
        agent,
        dossiers[:4],
        action="mouvement",
        mouvement="valider",
        texte="Votre demande ${numero} est acceptée.",
    )
    assert page.words("//*[@id='lot-message']").startswith("Votre demande 2026-")
    page = done(guichet, agent, confirm(page))
    for numero in dossiers[:4]:
        step = history(fresh(guichet, numero))[-1]
        assert (step.state, step.message) == (
            State.VALIDEE,
            f"Votre demande {numero} est acceptée.",
        )
    as_agent(functional, "admin-site")
    traitement.noter_interne(get_demande(guichet, dossiers[0]), "Déjà classé.")
    transaction.commit()
    logout()
    refused = page.send("travail-reprendre", texte="  ")
    assert refused.status == 400
    assert refused.words("//*[@id='travail-texte-erreur']")
    page = page.send("travail-reprendre", texte="Erreur de notre part.")
    page = done(guichet, agent, page)
    assert result(page) == {"fait": 3, "refus": 1}
    assert fresh(guichet, dossiers[0]).etat is State.VALIDEE
    assert fresh(guichet, dossiers[1]).etat is State.EN_COURS
    assert history(fresh(guichet, dossiers[1]))[-1].message == "Erreur de notre part."


def test_taken_back_once(guichet, agent, dossiers):
    page = lot(agent, dossiers[:2], action="suivre")
    page = done(guichet, agent, confirm(page))
    assert [*fresh(guichet, dossiers[0]).dossier.suiveurs] == ["agent-dechets"]
    undone = page.send("travail-reprendre")
    # A double click is one order.
    assert page.send("travail-reprendre").url in (undone.url, page.url)
    executer_travaux(guichet)
    assert [*fresh(guichet, dossiers[0]).dossier.suiveurs] == []
    assert len(liste_de(guichet, "agent-dechets")) == 2
    again = page.send("travail-reprendre")
    assert again.status == 409
    assert len(liste_de(guichet, "agent-dechets")) == 2


def test_a_double_click_orders_once(guichet, agent, dossiers):
    page = lot(agent, dossiers[:2], action="noter", texte="Une fois")
    first, second = confirm(page), confirm(page)
    assert first.url == second.url
    executer_travaux(guichet)
    assert len(fresh(guichet, dossiers[0]).dossier.notes) == 1


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "Veuillez choisir ce qui doit être fait."),
        ({"action": "mouvement"}, "Veuillez choisir le nouvel état."),
        ({"action": "mouvement", "mouvement": "refuser"}, "Veuillez écrire le texte."),
        ({"action": "attribuer"}, "Veuillez choisir un ou une collègue."),
        ({"action": "transmettre", "texte": "x"}, "Veuillez choisir un service."),
        ({"action": "effacer"}, "Veuillez choisir ce qui doit être fait."),
    ],
)
def test_an_order_that_is_not_complete(guichet, agent, dossiers, fields, message):
    page = lot(agent, dossiers[:1], **fields)
    assert (page.status, page.words("//*[@id='lot-erreurs']")) == (400, message)
    assert liste_de(guichet, "agent-dechets") == []


def test_given_to_somebody_of_another_service(guichet, agent, dossiers):
    page = lot(agent, dossiers[:2], action="attribuer", agent="agent-ecoles")
    assert page.words("//*[@id='lot-possibles']") == "Ce sera fait pour 0 demandes."
    assert not page.html.xpath("//button[@value='confirmer']")


def test_handed_over_and_out_of_sight(guichet, agent, dossiers):
    ecoles = guichet["enfance-ecoles"]["creer-une-ligne-pedibus"].service
    page = lot(
        agent,
        dossiers[:2],
        action="transmettre",
        service_cible=ecoles,
        texte="C'est pour vous.",
    )
    page = done(guichet, agent, confirm(page))
    assert result(page) == {"fait": 2}
    assert fresh(guichet, dossiers[0]).service_uid == ecoles
    # What is not one's own any more cannot be fetched back.
    page = page.send("travail-reprendre", texte="Retour")
    page = done(guichet, agent, page)
    assert result(page) == {"refus": 2}


def test_put_into_the_archive_and_out_again(functional, guichet, agent, dossiers):
    page = lot(agent, dossiers[:2], action="mouvement", mouvement="valider")
    done(guichet, agent, confirm(page))
    page = lot(agent, dossiers[:3], action="archiver")
    assert page.all_words("//*[@id='lot-refus']//summary") == [
        "1 Elle n’est pas encore terminée."
    ]
    page = done(guichet, agent, confirm(page))
    assert fresh(guichet, dossiers[0]).dossier.archivee is not None
    page = done(guichet, agent, page.send("travail-reprendre"))
    assert result(page) == {"fait": 2}
    assert fresh(guichet, dossiers[0]).dossier.archivee is None


def test_all_of_the_list(guichet, agent, dossiers, of_schools):
    page = agent.post("agents/lot?etat=deposee", {"tous": "1", "etat": "deposee"})
    assert page.words("//*[@id='lot-nombre']") == "4 demandes sont choisies."


def test_nothing_is_chosen(agent):
    page = agent.post("agents/lot", {})
    assert page.url.startswith("/agents")
    assert "Veuillez d’abord cocher au moins une demande." in page.words("//body")


def test_without_token_nothing_is_ordered(guichet, agent, dossiers):
    page = lot(agent, dossiers[:1], action="prendre")
    page = page.send("lot-confirmer", _authenticator="faux")
    assert page.status == 403
    assert liste_de(guichet, "agent-dechets") == []


@pytest.mark.parametrize("who", [None, "editeur", "caisse"])
def test_nobody_else(functional, guichet, agent, dossiers, who):
    page = lot(agent, dossiers[:1], action="noter", texte="Secret")
    job = confirm(page)
    stranger = Agent(functional, who)
    for path in ("agents/lot", "agents/travaux", job.url.lstrip("/")):
        found = stranger.post(path, {"numeros": dossiers}, allow_redirects=False)
        assert found.status in (302, 401, 403, 404), path
        assert "Secret" not in found.response.text
    executer_travaux(guichet)
    assert len(fresh(guichet, dossiers[0]).dossier.notes) == 1


def test_a_job_of_somebody_else_is_none(functional, agent, dossiers):
    page = lot(agent, dossiers[:1], action="prendre")
    job = confirm(page)
    other = Agent(functional, "agent-ecoles")
    for part in ("", "/progres", "/fichier", "/autre"):
        assert other.get(job.url.lstrip("/") + part).status == 404
    assert other.post(job.url.lstrip("/"), {"action": "annuler"}).status == 404
    assert agent.get(job.url.lstrip("/") + "/fichier").status == 404
    assert other.get("agents/travaux").words("//*[@id='travaux-vide']") == (
        "Vous n’avez pas de travail en arrière-plan."
    )


def test_progress_and_stop(guichet, agent, dossiers):
    job = confirm(lot(agent, dossiers, action="prendre"))
    progress = agent.get(job.url.lstrip("/") + "/progres").response.json()
    assert progress == {
        "etat": "en_attente",
        "fait": 0,
        "total": 4,
        "pourcent": 0,
        "fini": False,
    }
    page = job.html.xpath("//button[@id='travail-annuler']")[0].getparent()
    page.set("id", "stop")
    job = job.send("stop", "action=annuler")
    assert job.words("//*[@id='travail-etat']/span") == "Arrêté"
    executer_travaux(guichet)
    assert fresh(guichet, dossiers[0]).etat is State.DEPOSEE
    listed = agent.get("agents/travaux")
    assert listed.all_words("//ul[@id='travaux']/li/span[1]") == [
        "Prendre en charge moi-même"
    ]
