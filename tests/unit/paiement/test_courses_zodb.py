"""Two requests meet: on FileStorage, with a connection each, the second one commits.

The rows of the note about ZODB, as they must come out here.
"""

from carouge.guichet.facture import service as factures
from carouge.guichet.facture.domain import EcritureDouble
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.paiement import lots
from carouge.guichet.paiement import service
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.panier.content import Panier
from carouge.guichet.panier.domain import ArticleDuPanier
from comptoir import comptoir
from comptoir import MIDI
from datetime import timedelta
from ZODB.FileStorage import FileStorage

import pytest


@pytest.fixture
def comptoir_(tmp_path):
    with comptoir(FileStorage(str(tmp_path / "Data.fs"))) as found:
        yield found


@pytest.fixture
def deux(comptoir_):
    """Two clients and the ids of three invoices."""
    un, autre = comptoir_.client(), comptoir_.client()
    ids = un.faire(lambda c: [comptoir_.facture(c.guichet) for _n in range(3)])
    un.begin()
    autre.begin()
    return un, autre, ids


def preparer(client, ids):
    return service.preparer(
        client.guichet,
        service.Payeur("c1"),
        [(id, client.facture(id).version) for id in ids],
        now=MIDI,
    )


def encaisser(client, id, cle="X1"):
    facture = client.facture(id)
    service.encaisser(client.guichet, facture, 18735, "camt", cle, moment=MIDI)


def test_the_same_invoice_is_paid_twice_at_once(deux):
    un, autre, ids = deux
    preparer(un, ids[:2])
    preparer(autre, ids[1:])
    assert [un.essayer(), autre.essayer()] == [True, False]
    with pytest.raises(service.FacturesChangees) as error:
        preparer(autre, ids[1:])
    assert error.value.factures == [ids[1]]


def test_payers_of_different_invoices_meet_at_most_in_a_tree(comptoir_):
    clients = [comptoir_.client() for _n in range(4)]
    ids = clients[0].faire(lambda c: [comptoir_.facture(c.guichet) for _n in range(80)])

    def payer(id):
        return lambda c: service.preparer(
            c.guichet, service.Payeur(f"c-{id}"), [(id, 1)], now=MIDI
        )

    stored = []
    for debut in range(0, 80, 4):
        lot = [*zip(clients, ids[debut : debut + 4], strict=True)]
        for client, id in lot:
            client.begin()
            payer(id)(client)
        for client, id in lot:
            stored.append(client.essayer())
            if not stored[-1]:
                # Two leaves were made of one meanwhile: nothing else is in the way.
                client.faire(payer(id), essais=1)
    assert all(stored[::4])
    clients[0].begin()
    etats = {clients[0].facture(id).etat for id in ids}
    assert etats == {EtatFacture.EN_PAIEMENT}


def test_the_bank_pays_what_is_being_paid_by_card(deux):
    un, autre, ids = deux
    encaisser(un, ids[0])
    preparer(autre, ids[:1])
    assert [un.essayer(), autre.essayer()] == [True, False]
    with pytest.raises(service.FacturesChangees):
        preparer(autre, ids[:1])


def test_what_is_being_paid_by_card_is_paid_by_the_bank(deux):
    un, autre, ids = deux
    preparer(un, ids[:1])
    encaisser(autre, ids[0])
    assert [un.essayer(), autre.essayer()] == [True, False]
    # Money on an account is there: it is booked at the second try.
    autre.begin()
    encaisser(autre, ids[0])
    autre.commit()
    assert autre.facture(ids[0]).etat is EtatFacture.PAYEE
    assert autre.facture(ids[0]).verrou != ""


def test_an_invoice_is_cancelled_while_its_payment_begins(deux):
    un, autre, ids = deux
    factures.annuler(un.guichet, un.facture(ids[0]), "erreur", "anne")
    preparer(autre, ids[:1])
    assert [un.essayer(), autre.essayer()] == [True, False]


def test_an_invoice_is_changed_while_its_payment_begins(deux):
    un, autre, ids = deux
    facture = un.facture(ids[0])
    facture.montant, facture.version = 20_000, 2
    factures.factures_de(un.guichet).indexer(facture)
    preparer(autre, ids[:1])
    assert [un.essayer(), autre.essayer()] == [True, False]
    with pytest.raises(service.FacturesChangees):
        service.preparer(autre.guichet, service.Payeur("c1"), [(ids[0], 1)], now=MIDI)


def test_the_same_credit_is_in_two_files_at_once(deux):
    un, autre, ids = deux
    encaisser(un, ids[0])
    encaisser(autre, ids[0])
    assert [un.essayer(), autre.essayer()] == [True, False]
    autre.begin()
    with pytest.raises(EcritureDouble):
        encaisser(autre, ids[0])


def test_the_same_credit_on_two_invoices_at_once(deux):
    un, autre, ids = deux
    encaisser(un, ids[0])
    encaisser(autre, ids[1])
    assert [un.essayer(), autre.essayer()] == [True, False]


def test_the_same_notification_ten_times_in_parallel(comptoir_):
    clients = [comptoir_.client() for _n in range(10)]
    un = clients[0]
    [id] = un.faire(lambda c: [comptoir_.facture(c.guichet)])
    uid = comptoir_.partir(un, [id])
    reference = un.paiement(uid).reference
    comptoir_.banque.autoriser(reference)
    [lettre] = comptoir_.banque.courrier
    for client in clients:
        client.begin()
        comptoir_.notifier(client, *lettre)
    assert [client.essayer() for client in clients] == [True] + [False] * 9
    for client in clients[1:]:
        assert client.faire(lambda c: comptoir_.notifier(c, *lettre))
    un.begin()
    assert un.paiement(uid).etat is Etat.CAPTUREE
    assert [e.montant for e in un.facture(id).ecritures] == [18735]
    captures = {cle for nom, cle in comptoir_.banque.appels if nom == "capturer"}
    assert captures == {f"{uid}:capture"}
    assert comptoir_.banque.comptes[reference].pris == 18735


def test_return_and_notification_at_once(comptoir_):
    un, autre = comptoir_.client(), comptoir_.client()
    [id] = un.faire(lambda c: [comptoir_.facture(c.guichet)])
    uid = comptoir_.partir(un, [id])
    comptoir_.banque.autoriser(un.paiement(uid).reference)
    [lettre] = comptoir_.banque.courrier
    for client in (un, autre):
        client.begin()
    service.demander_etat(un.guichet, un.paiement(uid), "retour", now=MIDI)
    comptoir_.notifier(autre, *lettre)
    assert [un.essayer(), autre.essayer()] == [True, False]
    assert autre.faire(lambda c: comptoir_.notifier(c, *lettre))
    assert un.faire(lambda c: c.facture(id).recu) == 18735


def test_two_departures_of_one_payment(comptoir_):
    un, autre = comptoir_.client(), comptoir_.client()
    [id] = un.faire(lambda c: [comptoir_.facture(c.guichet)])
    uid = un.faire(lambda c: preparer(c, [id]).uid)

    def partir(client):
        return service.demander_depart(
            client.guichet, client.paiement(uid), comptoir_.ordre, now=MIDI
        )

    un.begin()
    autre.begin()
    adresses = [partir(un), partir(autre)]
    assert [un.essayer(), autre.essayer()] == [True, False]
    adresses.append(autre.faire(partir))
    assert len(set(adresses)) == 1
    assert len(comptoir_.banque.comptes) == 1


def test_given_up_while_it_departs(comptoir_):
    un, autre = comptoir_.client(), comptoir_.client()
    [id] = un.faire(lambda c: [comptoir_.facture(c.guichet)])
    uid = un.faire(lambda c: preparer(c, [id]).uid)
    un.begin()
    autre.begin()
    service.demander_annulation(un.guichet, un.paiement(uid), "abandon", now=MIDI)
    service.demander_depart(
        autre.guichet, autre.paiement(uid), comptoir_.ordre, now=MIDI
    )
    assert [un.essayer(), autre.essayer()] == [True, False]
    autre.begin()
    with pytest.raises(service.DejaTermine):
        service.demander_depart(
            autre.guichet, autre.paiement(uid), comptoir_.ordre, now=MIDI
        )


@pytest.fixture
def paye(comptoir_):
    """Two clients and the uid of a payment that was taken."""
    un, autre = comptoir_.client(), comptoir_.client()
    [id] = un.faire(lambda c: [comptoir_.facture(c.guichet)])
    uid = comptoir_.partir(un, [id])
    comptoir_.banque.payer(un.paiement(uid).reference)
    un.faire(lambda c: service.demander_etat(c.guichet, c.paiement(uid), "caisse"))
    un.begin()
    autre.begin()
    return un, autre, uid


def rembourser(client, uid, centimes, par):
    return service.rembourser(
        client.guichet, client.paiement(uid), centimes, "erreur", par
    ).rang


def test_two_refunds_at_once(comptoir_, paye):
    un, autre, uid = paye
    rembourser(un, uid, 10_000, "anne")
    rembourser(autre, uid, 10_000, "bruno")
    assert [un.essayer(), autre.essayer()] == [True, False]
    autre.begin()
    with pytest.raises(service.TropRembourse):
        rembourser(autre, uid, 10_000, "bruno")


def test_a_refund_is_ordered_once_by_two(comptoir_, paye):
    un, autre, uid = paye
    rembourser(un, uid, 10_000, "anne")
    # Not before it is stored: another one could still get this rank.
    service.demander_etat(un.guichet, un.paiement(uid), "caisse")
    assert "rembourser" not in [nom for nom, _cle in comptoir_.banque.appels]
    un.commit()
    for client in (un, autre):
        client.begin()
        service.demander_etat(client.guichet, client.paiement(uid), "caisse")
    assert [un.essayer(), autre.essayer()] == [True, False]
    autre.faire(lambda c: service.demander_etat(c.guichet, c.paiement(uid), "caisse"))
    un.begin()
    assert [r.statut for r in un.paiement(uid).remboursements] == ["fait"]
    assert comptoir_.banque.comptes[un.paiement(uid).reference].rendu == 10_000
    assert un.paiement(uid).rendu == 10_000


def test_two_batches_at_once(comptoir_, paye):
    un, autre, _uid = paye
    lots.creer_lot(un.guichet, "VILLE", "anne")
    lots.creer_lot(autre.guichet, "VILLE", "bruno")
    assert [un.essayer(), autre.essayer()] == [True, False]
    autre.begin()
    assert lots.creer_lot(autre.guichet, "VILLE", "bruno") is None
    assert [lot.par for lot in lots.lots_de(autre.guichet, "VILLE")] == ["anne"]


def test_money_is_booked_while_a_batch_is_made(comptoir_, paye):
    un, autre, _uid = paye
    [id] = un.faire(lambda c: [comptoir_.facture(c.guichet)])
    un.begin()
    autre.begin()
    lot = lots.creer_lot(un.guichet, "VILLE", "anne")
    encaisser(autre, id)
    assert un.essayer()
    if not autre.essayer():
        autre.faire(lambda c: encaisser(c, id))
    un.begin()
    assert len(lot) == 1
    assert len(lots.creer_lot(un.guichet, "VILLE", "anne")) == 1


def test_the_cart_in_two_tabs(deux):
    un, autre, _ids = deux
    un.guichet.panier = Panier()
    un.commit()
    un.begin()
    autre.begin()
    un.guichet.panier.mettre([ArticleDuPanier("a", 1)], "VILLE", MIDI)
    autre.guichet.panier.mettre([ArticleDuPanier("b", 1)], "CCAS", MIDI)
    assert [un.essayer(), autre.essayer()] == [True, False]


@pytest.mark.parametrize("premier", [0, 1])
def test_late_money_goes_into_review_while_the_other_is_given_up(comptoir_, premier):
    """Whoever comes second has to know of the other: the invoice is not open."""
    c = comptoir_
    clients = [c.client(), c.client()]
    [id] = clients[0].faire(lambda un: [c.facture(un.guichet)])
    uid = c.partir(clients[0], [id])
    c.banque.maintenant += timedelta(minutes=26)

    def demander(client, uid):
        service.demander_etat(
            client.guichet, client.paiement(uid), "caisse", now=c.banque.maintenant
        )

    clients[0].faire(lambda un: demander(un, uid))
    autre = c.partir(clients[0], [id], now=c.banque.maintenant)
    clients[0].begin()
    c.banque.payer(clients[0].paiement(uid).reference)
    c.banque.renoncer(clients[0].paiement(autre).reference)
    travaux = [(clients[0], uid), (clients[1], autre)]
    for client, _uid in travaux:
        client.begin()
    for client, de in travaux:
        demander(client, de)
    client, de = travaux[premier]
    assert client.essayer()
    client, de = travaux[1 - premier]
    assert not client.essayer()
    client.faire(lambda un: demander(un, de))
    client.begin()
    facture = client.facture(id)
    # Given up first, it is free for the money that comes late.
    wanted = (EtatFacture.A_VERIFIER, uid) if premier == 0 else (EtatFacture.PAYEE, "")
    assert (facture.etat, facture.verrou) == wanted
