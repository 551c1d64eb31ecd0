"""What comes round at the desk: once each, however often and in parallel it runs."""

from bureau import Agent
from bureau import deposer
from carouge.guichet import swisstime
from carouge.guichet.backoffice import relances
from carouge.guichet.backoffice.labels import moment_of
from carouge.guichet.demande import traitement
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import move_demande
from carouge.guichet.interfaces import IDemandeAvis
from carouge.guichet.taches import DejaEnCours
from carouge.guichet.taches import executer
from carouge.guichet.taches import verrou
from carouge.guichet.travaux.seance import application
from carouge.guichet.travaux.seance import dans
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from plone import api
from plone.app.testing import login
from plone.app.testing import logout
from zope.component import getGlobalSiteManager

import pytest
import threading
import transaction


class Killed(BaseException):
    """What a SIGKILL would do: nothing after it runs."""


@pytest.fixture
def guichet(functional):
    logout()
    yield functional["portal"].guichet
    transaction.abort()


@pytest.fixture
def avis():
    """What somebody is told: (number, occasion, side)."""
    told = []

    def note(event):
        told.append((event.object.numero, event.occasion.value, event.pour))

    registry = getGlobalSiteManager()
    registry.registerHandler(note, (IDemandeAvis,))
    yield told
    registry.unregisterHandler(note, (IDemandeAvis,))


@pytest.fixture
def clock(monkeypatch):
    """Set the counter's clock: so many days from now, at an hour (UTC)."""

    def at(days=0, hour=9, moment=None):
        moment = moment or datetime.now(timezone.utc).replace(
            hour=hour, minute=0
        ) + timedelta(days=days)
        monkeypatch.setattr(swisstime, "now", lambda: moment)

    return at


@pytest.fixture
def asked(functional, guichet):
    """Demandes of which something is awaited since now."""
    numeros = deposer(guichet, n=3, courriel="aline@example.org")
    login(functional["portal"], "agent-dechets")
    for numero in numeros:
        move_demande(
            demande=get_demande(guichet, numero),
            transition="demander_complement",
            actor=Actor.AGENT,
            message="Il manque le plan.",
        )
    transaction.commit()
    logout()
    return numeros


def run(guichet):
    """The task, as ``bin/guichet taches`` runs it; what it counted."""
    [line] = [line for line in executer([guichet]) if line["subject"] == "relances"]
    assert line["etat"] == "fait", line
    return {name: count for name, count in line["comptes"].items() if count}


def events(guichet, numero):
    transaction.begin()
    dossier = get_demande(guichet, numero).dossier
    return [
        (event.genre, event.par, dict(event.details)) for event in dossier.evenements
    ]


def test_citizens_are_reminded_twice(guichet, asked, avis, clock):
    before = events(guichet, asked[0])
    clock(days=9)
    assert run(guichet) == {}
    clock(days=11, hour=3)
    # It is night.
    assert run(guichet) == {}
    clock(days=11)
    assert run(guichet) == {"rappels": 3}
    assert run(guichet) == {}
    clock(days=12)
    assert run(guichet) == {}
    clock(days=21)
    assert run(guichet) == {"rappels": 3}
    clock(days=60)
    assert run(guichet) == {}
    assert events(guichet, asked[0]) == [*before, *[("rappel", "", {})] * 2]
    assert sorted(avis) == sorted((n, "rappel", "usager") for n in asked * 2)


def test_who_has_announced_documents_is_reminded_once(functional, guichet, avis, clock):
    [awaited], [arrived] = (
        deposer(guichet, pieces=[Piece("plan", "Plan", None, "", moyen="poste")])
        for _number in range(2)
    )
    recevoir = get_demande(guichet, arrived)
    login(functional["portal"], "agent-dechets")
    traitement.recevoir_piece(recevoir, 0, "poste")
    transaction.commit()
    logout()
    avis.clear()
    # Working days: a holiday or a weekend is none.
    clock(moment=datetime.now(timezone.utc).replace(hour=9) + timedelta(days=11))
    assert run(guichet).get("rappels_pieces") is None
    clock(days=24)
    assert run(guichet)["rappels_pieces"] == 1
    for days in (24, 25, 90):
        clock(days=days)
        assert run(guichet).get("rappels_pieces") is None
    told = [one for one in avis if one[1] == "rappel_pieces"]
    assert told == [(awaited, "rappel_pieces", "usager")]
    mine = [one for one in events(guichet, awaited) if one[0] == "rappel_pieces"]
    assert mine == [("rappel_pieces", "", {})]
    # The agent sees it beside the document, and in the history.
    [line] = [
        one
        for one in get_demande(guichet, awaited).dossier.evenements
        if one.genre == "rappel_pieces"
    ]
    page = Agent(functional, "agent-dechets").get(f"agents/{awaited}")
    when = moment_of(line.date)
    assert when in page.words("//section[@id='agents-pieces']//li")
    assert page.html.xpath("//ol[contains(@class, 'history')]//time") != []


@pytest.mark.parametrize(("days", "count"), [(None, None), (3, 1)])
def test_the_days_of_that_reminder_are_set(guichet, clock, days, count):
    record = "carouge.guichet.rappel_pieces_jours"
    assert api.portal.get_registry_record(record) == 10
    api.portal.get_tool("portal_registry")[record] = days
    deposer(guichet, pieces=[Piece("plan", "Plan", None, "", moyen="poste")])
    clock(days=8)
    assert run(guichet).get("rappels_pieces") == count


def test_who_has_answered_is_left_in_peace(functional, guichet, asked, clock):
    login(functional["portal"], "agent-dechets")
    move_demande(
        demande=get_demande(guichet, asked[0]),
        transition="completer",
        actor=Actor.AGENT,
        message="Reçu.",
    )
    transaction.commit()
    logout()
    clock(days=11)
    # The one that was answered waits for the service now.
    assert run(guichet) == {"rappels": 2, "depassees": 1}


def test_asked_again_the_days_count_again(functional, guichet, asked, clock):
    clock(days=11)
    assert run(guichet) == {"rappels": 3}
    demande = get_demande(guichet, asked[0])
    assert not relances._rappel_du(demande, swisstime.now(), (10, 20))
    assert relances._rappel_du(demande, swisstime.now() + timedelta(days=10), (10, 20))


def test_the_webmaster_sets_the_days(guichet, asked, avis, clock):
    api.portal.set_registry_record("carouge.guichet.rappels_jours", "")
    transaction.commit()
    clock(days=30)
    assert run(guichet) == {}
    api.portal.set_registry_record("carouge.guichet.rappels_jours", "3")
    transaction.commit()
    assert run(guichet) == {"rappels": 3}


def test_expected_days(guichet, avis, clock):
    # Tuesday; ten working days later is the 17th.
    demarche = guichet.dechets["signaler-un-depot-sauvage"]
    demarche.delai_jours = 10
    transaction.commit()
    depot = datetime(2026, 11, 3, 9, tzinfo=timezone.utc)
    [numero] = deposer(guichet, demarche, now=depot)
    attendu = get_demande(guichet, numero).attendu
    assert attendu.isoformat() == "2026-11-17"
    clock(moment=datetime(2026, 11, 12, 9, tzinfo=timezone.utc))
    assert run(guichet) == {}
    clock(moment=datetime(2026, 11, 13, 9, tzinfo=timezone.utc))
    assert run(guichet) == {"proches": 1}
    clock(moment=datetime(2026, 11, 17, 9, tzinfo=timezone.utc))
    assert run(guichet) == {}
    clock(moment=datetime(2026, 11, 18, 9, tzinfo=timezone.utc))
    assert run(guichet) == {"depassees": 1}
    clock(moment=datetime(2026, 11, 19, 9, tzinfo=timezone.utc))
    assert run(guichet) == {}
    assert events(guichet, numero) == [
        ("echeance", "", {"quand": "proche", "attendu": "2026-11-17"}),
        ("echeance", "", {"quand": "depassee", "attendu": "2026-11-17"}),
    ]
    assert avis == [(numero, "echeance", "service")] * 2


def test_what_is_over_for_long_is_put_away(functional, guichet, clock):
    numeros = deposer(guichet, n=3)
    login(functional["portal"], "agent-dechets")
    for numero in numeros[:2]:
        move_demande(
            demande=get_demande(guichet, numero),
            transition="valider",
            actor=Actor.AGENT,
        )
    transaction.commit()
    clock(days=364)
    assert "archives" not in run(guichet)
    clock(days=366)
    assert run(guichet)["archives"] == 2
    demandes = [get_demande(guichet, numero) for numero in numeros]
    assert [d.dossier.archivee is not None for d in demandes] == [True, True, False]
    # The ordinary lists are without them; a tray of their own has them.
    agent = Agent(functional, "agent-dechets")
    assert shown(agent.get("agents?bannette=toutes")) == {numeros[2]}
    assert shown(agent.get("agents?bannette=archivees")) == {*numeros[:2]}
    assert shown(agent.get(f"agents?q={numeros[0][:10]}")) == {numeros[0]}
    # Taken out by an agent, it stays out.
    traitement.archiver(demandes[0], False)
    transaction.commit()
    clock(days=367)
    assert "archives" not in run(guichet)
    # Worked on again, it is no longer put away.
    move_demande(
        demande=demandes[1],
        transition="rouvrir",
        actor=Actor.AGENT,
        message="Nouvelle pièce",
    )
    assert (demandes[1].etat, demandes[1].dossier.archivee) == (State.EN_COURS, None)
    transaction.commit()
    assert shown(agent.get("agents?bannette=archivees")) == set()
    assert shown(agent.get("agents?bannette=toutes")) == {*numeros}


def shown(page):
    """The numbers on a list of the desk."""
    return {*page.all_words("//*[contains(@class, 'guichet-agents-open')]")}


def test_more_than_one_run_can_do(guichet, asked, monkeypatch, clock):
    monkeypatch.setattr(relances, "MAX_PAR_RUN", 2)
    clock(days=11)
    assert [run(guichet) for _run in range(3)] == [
        {"rappels": 2},
        {"rappels": 1},
        {},
    ]


def test_run_twice_at_the_same_time(guichet, asked, clock):
    """Two processes without a common lock, as on two machines."""
    clock(days=11)
    before = [len(events(guichet, numero)) for numero in asked]
    start = threading.Barrier(2)
    found = []

    def work():
        with application() as app, dans(app.plone):
            start.wait(30)
            for line in executer([app.plone.guichet]):
                if line["subject"] == "relances":
                    found.append((line["etat"], line["comptes"]["rappels"]))

    threads = [threading.Thread(target=work) for _thread in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(found) == [("fait", 0), ("fait", 3)]
    assert [len(events(guichet, numero)) for numero in asked] == [
        count + 1 for count in before
    ]


def test_killed_half_way_nothing_happened_and_nothing_is_lost(
    guichet, asked, monkeypatch, clock
):
    clock(days=11)
    before = [len(events(guichet, numero)) for numero in asked]
    consigner, seen = relances.consigner, []

    def kill(demande, *args, **values):
        seen.append(demande.numero)
        if len(seen) == 2:
            raise Killed
        return consigner(demande, *args, **values)

    monkeypatch.setattr(relances, "consigner", kill)
    with pytest.raises(Killed):
        run(guichet)
    transaction.abort()
    assert [len(events(guichet, numero)) for numero in asked] == before
    monkeypatch.setattr(relances, "consigner", consigner)
    assert run(guichet) == {"rappels": 3}


def test_one_process_of_a_machine_at_a_time(tmp_path):
    with (
        verrou(tmp_path, "/plone"),
        pytest.raises(DejaEnCours),
        verrou(tmp_path, "/plone"),
    ):
        raise AssertionError("the lock is held")
    with verrou(tmp_path, "/plone"):
        pass


def test_the_settings_refuse_nonsense(functional):
    from carouge.guichet.controlpanel.interfaces import IGuichetSettings
    from zope.interface import Invalid

    field = IGuichetSettings["rappels_jours"]
    for text in ("dix", "20, 10", "0, 5", "5, 5", "-3", "1000", "10,,20"):
        with pytest.raises(Invalid):
            field.constraint(text)
    assert field.constraint("7") and field.constraint(" 10,20 , 30")


def test_the_history_says_it(functional, guichet, asked, clock):
    clock(days=11)
    run(guichet)
    page = Agent(functional, "agent-dechets").get(f"agents/{asked[0]}")
    assert page.status == 200
    assert "Rappel envoyé" in page.words("//body")
