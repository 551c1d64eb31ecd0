"""Invented people and demandes: reproducible, plausible, never beside real ones."""

from argparse import Namespace
from bureau import Agent
from bureau import deposer
from carouge.guichet import console
from carouge.guichet.compte.service import comptes
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.listes import Feuille
from carouge.guichet.demande.queries import count_bannettes
from carouge.guichet.demande.queries import count_by_state
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demande.queries import list_bannette
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.demande.service import history
from carouge.guichet.demarche.service import services_of
from carouge.guichet.generation.service import DemandesReelles
from carouge.guichet.generation.service import Generation
from carouge.guichet.generation.service import generer
from carouge.guichet.swisstime import local_date
from datetime import date
from datetime import timedelta
from plone import api
from plone.app.testing import logout

import pytest
import transaction


FIN = date(2026, 11, 20)
GENERATION = Generation(demandes=400, personnes=60, graine="essai", fin=FIN)


@pytest.fixture
def guichet(functional):
    logout()
    return functional["portal"].guichet


@pytest.fixture
def uids(guichet):
    return [service.UID() for service in services_of(guichet)]


def snapshot(guichet):
    """All that can be told of the demandes."""
    return {
        demande.numero: (
            demande.demarche_uid,
            demande.depot,
            demande.modifie,
            demande.attendu,
            demande.duree_jours,
            demande.usager_id,
            demande.canal,
            demande._reponses,
            [(piece.label, piece.digest, piece.recue) for piece in demande.pieces],
            [
                (s.state, s.transition, s.actor, s.message, s.time)
                for s in history(demande)
            ],
            demande.dossier.agent,
            [(m.id, m.auteur, m.texte, m.date) for m in demande.dossier.messages],
            [note.texte for note in demande.dossier.notes],
        )
        for demande in demandes_of(guichet)
    }


def forget(guichet):
    """Take all of them away again, as a copy of the site from before would be."""
    catalog = api.portal.get_tool("guichet_catalog")
    for demande in [*demandes_of(guichet)]:
        catalog.unindexObject(demande)
        del demandes_of(guichet)._par_numero[demande.numero]
    comptes()._by_id.clear()
    guichet.__annotations__.pop("carouge.guichet.generation")
    transaction.commit()


def test_the_same_seed_gives_the_same_people_and_demandes(guichet):
    assert generer(guichet, GENERATION) == 400
    first, people = snapshot(guichet), sorted(comptes()._by_id)
    assert (len(first), len(people)) == (400, 60)
    forget(guichet)
    assert generer(guichet, GENERATION) == 400
    assert snapshot(guichet) == first
    assert sorted(comptes()._by_id) == people
    forget(guichet)
    other = Generation(demandes=400, personnes=60, graine="autre", fin=FIN)
    generer(guichet, other)
    assert not {*snapshot(guichet)} & {*first}


def test_what_a_run_has_left_is_not_made_again(guichet):
    assert generer(guichet, GENERATION) == 400
    assert generer(guichet, GENERATION) == 0
    assert len(snapshot(guichet)) == 400


def test_the_demandes_are_plausible(guichet, uids):
    generer(guichet, Generation(demandes=1000, personnes=100, graine="1", fin=FIN))
    counts = count_by_state(services=uids)
    assert sum(counts.values()) == 1000
    still_open = sum(count for etat, count in counts.items() if not etat.final)
    assert 15 <= still_open <= 50
    trays = count_bannettes(services=uids, agent="agent-dechets", jour=FIN)
    assert 0 < trays[Bannette.A_PRENDRE] < still_open
    assert counts[State.VALIDEE] > 600
    channels = {demande.canal for demande in demandes_of(guichet)}
    assert channels == {canal.value for canal in Canal}
    assert 200 < sum(1 for d in demandes_of(guichet) if d.usager_id) < 900
    for demande in demandes_of(guichet):
        assert parse_number(demande.numero) == demande.numero
        assert FIN - timedelta(days=3 * 366) < local_date(demande.depot) <= FIN
        steps = history(demande)
        assert steps[0].state is State.DEPOSEE
        assert steps[-1].state is demande.etat
        assert [s.time for s in steps] == sorted(s.time for s in steps)
        assert demande.etat.final is (demande.cloture is not None)
        assert all(
            reponse.text or reponse.value is not None for reponse in demande.reponses
        )


def test_a_generated_demande_has_all_that_a_submitted_one_has(guichet):
    [numero] = deposer(guichet)
    real = vars(demandes_of(guichet).get(numero).aq_base)
    generer(guichet, GENERATION, force=True)
    for demande in demandes_of(guichet):
        missing = {*real} - {*vars(demande.aq_base)}
        # Defaults of the class.
        assert missing <= {
            "_deposant",
            "_membre",
            "_faits",
            "_prix",
            "_identite",
            "_envois",
            "saisi_par",
            "usager_id",
            "organisation_id",
            "modifie",
        }


def test_they_are_seen_by_their_people_and_by_the_desk(functional, guichet, uids):
    generer(guichet, GENERATION)
    owner = next(d.usager_id for d in demandes_of(guichet) if d.usager_id)
    mine = [d.numero for d in demandes_of(guichet) if d.usager_id == owner]
    assert {row.numero for row in list_demandes(usager=owner).rows} == {*mine}
    agent = Agent(functional, "admin-site")
    page = agent.get("agents?bannette=toutes")
    assert page.words("//*[@id='agents-total']") == "400 demandes"
    for numero in [*snapshot(guichet)][:5]:
        assert agent.get(f"agents/{numero}").status == 200


def test_no_list_wakes_a_demande(guichet, uids):
    generer(guichet, GENERATION)
    owner = next(d.usager_id for d in demandes_of(guichet) if d.usager_id)
    connection = guichet._p_jar
    connection.cacheMinimize()
    for bannette in Bannette:
        list_bannette(bannette, services=uids, agent="agent-dechets", jour=FIN)
    count_bannettes(services=uids, agent="agent-dechets", jour=FIN)
    assert list_demandes(usager=owner).rows
    woken = {type(value) for _oid, value in connection._cache.lru_items()}
    assert Feuille in woken
    assert Demande not in woken


def test_nothing_is_invented_beside_real_demandes(guichet, capsys):
    [numero] = deposer(guichet)
    with pytest.raises(DemandesReelles):
        generer(guichet, GENERATION)
    assert [*snapshot(guichet)] == [numero]
    assert len(comptes()._by_id) == 0
    options = Namespace(
        guichet="guichet", demandes=3, personnes=2, graine="1", fin=FIN, force=False
    )
    site = api.portal.get()
    with pytest.raises(console.Refus, match="1 vraies demandes"):
        console.commande_generer(site, options)
    options.force = True
    assert console.commande_generer(site, options) == console.FAIT
    assert capsys.readouterr().out.startswith("3 demandes inventées en ")
    assert len(snapshot(guichet)) == 4


def test_a_guichet_without_demarches_is_told(functional):
    with api.env.adopt_roles(["Manager"]):
        api.content.create(functional["portal"], "Guichet", id="vide", title="Vide")
    options = Namespace(
        guichet="vide", demandes=3, personnes=0, graine="1", fin=FIN, force=False
    )
    with pytest.raises(console.Refus, match="pas de démarche publiée"):
        console.commande_generer(functional["portal"], options)
