"""Money goes back: decided, agreed to, ordered once, booked."""

from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.paiement import service
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import ReferenceInconnue
from carouge.guichet.paiement.domain import StatutRemboursement
from comptoir import comptoir
from comptoir import MIDI
from dataclasses import replace

import pytest


@pytest.fixture
def c():
    with comptoir() as found:
        yield found


@pytest.fixture
def client(c):
    return c.client()


@pytest.fixture
def paye(c, client):
    """The uid of a payment of 187.35 and 40.00, and the ids of its invoices."""
    ids = client.faire(
        lambda un: [c.facture(un.guichet, 18735), c.facture(un.guichet, 4000)]
    )
    uid = c.partir(client, ids)
    c.banque.payer("B1")
    actualiser(c, client, uid)
    return uid, ids


def actualiser(c, client, uid):
    client.faire(
        lambda un: service.demander_etat(
            un.guichet, un.paiement(uid), "caisse", now=c.banque.maintenant
        )
    )


def rembourser(client, uid, centimes, par="anne", **values):
    return client.faire(
        lambda un: (
            service.rembourser(
                un.guichet,
                un.paiement(uid),
                centimes,
                "erreur",
                par,
                now=MIDI,
                **values,
            ).statut
        )
    )


def statuts(client, uid):
    client.begin()
    return [r.statut for r in client.paiement(uid).remboursements]


def ordres(c):
    """The keys of the refunds that were ordered, those that did not arrive included."""
    return [cle for nom, cle in c.banque.appels if nom == "rembourser"]


def soldes(client, ids):
    client.begin()
    return [client.facture(id).solde for id in ids]


def test_the_whole(c, client, paye):
    uid, ids = paye
    assert rembourser(client, uid, 22735) == "a_envoyer"
    assert c.banque.comptes["B1"].rendu == 0
    actualiser(c, client, uid)
    assert (statuts(client, uid), c.banque.comptes["B1"].rendu) == (["fait"], 22735)
    assert client.paiement(uid).etat is Etat.REMBOURSEE
    assert soldes(client, ids) == [18735, 4000]
    assert [client.facture(id).etat for id in ids] == [EtatFacture.OUVERTE] * 2
    assert client.facture(ids[1]).ecritures[-1].par == "anne"
    assert c.banque.appels[-1] == ("rembourser", f"{uid}:remboursement:1")
    assert client.paiement(uid).rendu == 22735
    assert service.remboursable(client.paiement(uid)) == 0


def test_a_part_in_two_times(c, client, paye):
    uid, ids = paye
    for centimes in (1_000, 500):
        rembourser(client, uid, centimes)
        actualiser(c, client, uid)
    assert statuts(client, uid) == ["fait", "fait"]
    assert client.paiement(uid).etat is Etat.REMBOURSEE_EN_PARTIE
    assert soldes(client, ids) == [1_500, 0]
    assert service.remboursable(client.paiement(uid)) == 21235


def test_of_a_chosen_invoice(c, client, paye):
    uid, ids = paye
    rembourser(client, uid, 4_500, factures=[ids[1]])
    actualiser(c, client, uid)
    # What is more than this invoice goes to the other one.
    assert soldes(client, ids) == [500, 4000]
    with pytest.raises(DomainError):
        rembourser(client, uid, 100, factures=["nowhere"])


def test_what_is_too_much_goes_first(c, client, paye):
    uid, ids = paye
    client.faire(
        lambda un: service.encaisser(
            un.guichet, un.facture(ids[1]), 4000, "camt", "X1", moment=MIDI
        )
    )
    assert client.facture(ids[1]).etat is EtatFacture.SURPAYEE
    rembourser(client, uid, 4_000)
    actualiser(c, client, uid)
    assert soldes(client, ids) == [0, 0]


@pytest.mark.parametrize("centimes", [0, -1, 22736, True, 1.5, "10"])
def test_not_that_amount(client, paye, centimes):
    with pytest.raises(DomainError):
        rembourser(client, paye[0], centimes)


def test_never_more_than_was_taken(client, paye):
    uid, _ids = paye
    rembourser(client, uid, 22_000)
    with pytest.raises(service.TropRembourse):
        rembourser(client, uid, 736)
    assert rembourser(client, uid, 735) == "a_envoyer"


def test_nothing_was_taken(c, client):
    [id] = client.faire(lambda un: [c.facture(un.guichet)])
    uid = c.partir(client, [id])
    with pytest.raises(service.RemboursementImpossible):
        rembourser(client, uid, 1)


@pytest.mark.parametrize(
    "capacites,centimes",
    [(set(), 22735), ({"remboursement"}, 22734)],
)
def test_a_provider_that_cannot(c, client, paye, capacites, centimes):
    c.banque.capacites = frozenset(capacites)
    with pytest.raises(service.RemboursementImpossible):
        rembourser(client, paye[0], centimes)


# --- four eyes ---------------------------------------------------------------


def approuver(client, uid, par, rang=1, faire=service.approuver):
    return client.faire(
        lambda un: faire(un.guichet, un.paiement(uid), rang, par).statut
    )


def test_from_the_threshold_a_second_person_agrees(c, client, paye):
    uid, _ids = paye
    c.regie("VILLE", quatre_yeux_des=10_000)
    assert rembourser(client, uid, 9_999) == "a_envoyer"
    # Small ones add up.
    assert rembourser(client, uid, 1) == "a_approuver"
    actualiser(c, client, uid)
    assert statuts(client, uid) == ["fait", "a_approuver"]
    for par in ("anne", ""):
        with pytest.raises(service.MemePersonne):
            approuver(client, uid, par, 2)
    assert approuver(client, uid, "bruno", 2) == "a_envoyer"
    with pytest.raises(DomainError):
        approuver(client, uid, "carla", 2)
    actualiser(c, client, uid)
    assert statuts(client, uid) == ["fait", "fait"]
    assert client.paiement(uid).remboursements[1].approuve_par == "bruno"
    assert c.banque.comptes["B1"].rendu == 10_000


def test_the_second_person_refuses(c, client, paye):
    uid, _ids = paye
    c.regie("VILLE", quatre_yeux_des=0)
    assert rembourser(client, uid, 22735) == "a_approuver"
    assert client.paiement(uid).remboursements[0].par == "anne"
    assert approuver(client, uid, "bruno", faire=service.refuser) == "refuse"
    actualiser(c, client, uid)
    assert (statuts(client, uid), c.banque.comptes["B1"].rendu) == (["refuse"], 0)
    assert service.remboursable(client.paiement(uid)) == 22735
    assert len(service.lire_paiements(client.guichet).remboursements) == 0


@pytest.mark.parametrize("rang", [0, 2, -1])
def test_no_refund_of_that_rank(client, paye, rang):
    uid, _ids = paye
    for faire in (service.approuver, service.refuser):
        with pytest.raises(DomainError):
            approuver(client, uid, "bruno", rang, faire)


# --- the order ---------------------------------------------------------------


def test_it_is_not_ordered_before_it_is_stored(c, client, paye):
    uid, _ids = paye
    client.begin()
    service.rembourser(client.guichet, client.paiement(uid), 100, "erreur", "anne")
    service.demander_etat(client.guichet, client.paiement(uid), "caisse")
    assert "rembourser" not in [nom for nom, _cle in c.banque.appels]
    client.commit()
    assert statuts(client, uid) == ["a_envoyer"]
    # The task does it.
    client.faire(lambda un: service.rapprocher(un.guichet, c.banque.maintenant))
    assert statuts(client, uid) == ["fait"]


@pytest.mark.parametrize("panne", ["avant", "apres"])
@pytest.mark.parametrize("oublie", [False, True])
def test_the_answer_is_lost(c, client, paye, panne, oublie):
    """Also when the bank has forgotten the key meanwhile: what it says it has given
    back counts."""
    uid, ids = paye
    rembourser(client, uid, 100)
    c.banque.pannes += [None, panne]
    actualiser(c, client, uid)
    assert statuts(client, uid) == ["a_envoyer"]
    if oublie:
        c.banque.cles.clear()
    actualiser(c, client, uid)
    assert statuts(client, uid) == ["fait"]
    assert c.banque.comptes["B1"].rendu == 100
    assert soldes(client, ids) == [100, 0]


def test_what_the_bank_says_of_other_money_orders_and_ends_nothing(c, client, paye):
    uid, _ids = paye
    rembourser(client, uid, 100)
    c.banque.pannes += [None, "apres"]
    actualiser(c, client, uid)
    c.banque.cles.clear()
    c.banque.pannes += [lambda observation: replace(observation, devise="EUR")]
    actualiser(c, client, uid)
    assert (statuts(client, uid), c.banque.comptes["B1"].rendu) == (["a_envoyer"], 100)
    actualiser(c, client, uid)
    assert (statuts(client, uid), c.banque.comptes["B1"].rendu) == (["fait"], 100)


def test_the_answer_is_lost_while_more_is_decided(c, client, paye):
    """What is decided in the transaction that finds it was not ordered: the money that
    went back is not taken for that of another refund."""
    uid, _ids = paye
    rembourser(client, uid, 5000)
    c.banque.pannes += [None, "apres"]
    actualiser(c, client, uid)
    rembourser(client, uid, 2000)
    assert (statuts(client, uid), c.banque.comptes["B1"].rendu) == (
        ["a_envoyer", "a_envoyer"],
        5000,
    )

    def decider(un):
        paiement = un.paiement(uid)
        service.rembourser(un.guichet, paiement, 3000, "erreur", "anne", now=MIDI)
        service.demander_etat(un.guichet, paiement, "caisse", now=c.banque.maintenant)

    client.faire(decider)
    assert (statuts(client, uid), c.banque.comptes["B1"].rendu) == (
        ["fait", "fait", "a_envoyer"],
        7000,
    )
    actualiser(c, client, uid)
    assert (statuts(client, uid), c.banque.comptes["B1"].rendu) == (["fait"] * 3, 10000)


def test_of_two_that_are_alike_the_one_that_was_ordered_is_taken_for_done(
    c, client, paye
):
    """The one that was never ordered cannot be the one the bank speaks of."""
    uid, ids = paye
    rembourser(client, uid, 500)
    rembourser(client, uid, 500)
    c.banque.pannes += [None, "avant", "apres"]
    for _fois in range(4):
        actualiser(c, client, uid)
    assert statuts(client, uid) == ["fait", "fait"]
    assert c.banque.comptes["B1"].rendu == 1_000
    assert soldes(client, ids) == [1_000, 0]
    assert ordres(c) == [f"{uid}:remboursement:1"] * 2 + [f"{uid}:remboursement:2"]


def test_they_are_ordered_in_the_sequence_in_which_they_were_agreed_to(c, client, paye):
    """Its rank is earlier, the second person came later: the answer that was lost is not
    taken for its own."""
    uid, _ids = paye
    c.regie("VILLE", quatre_yeux_des=0)
    rembourser(client, uid, 500)
    rembourser(client, uid, 500)
    approuver(client, uid, "bruno", 2)
    c.banque.pannes += [None, "apres"]
    actualiser(c, client, uid)
    approuver(client, uid, "bruno", 1)
    actualiser(c, client, uid)
    assert statuts(client, uid) == ["fait", "fait"]
    assert c.banque.comptes["B1"].rendu == 1_000


def test_a_transaction_orders_one(c, client, paye):
    """Else a conflict would lose the answers of several, refusals among them."""
    uid, _ids = paye
    for _fois in range(3):
        rembourser(client, uid, 500)
    for done in (1, 2, 3):
        actualiser(c, client, uid)
        assert statuts(client, uid) == ["fait"] * done + ["a_envoyer"] * (3 - done)


def test_one_reconciliation_orders_them_all(c, client, paye):
    uid, _ids = paye
    for _fois in range(3):
        rembourser(client, uid, 500)
    client.begin()
    comptes = service.rapprocher(
        client.guichet, c.banque.maintenant, commit=client.commit, abort=client.abort
    )
    client.commit()
    assert (comptes["changes"], statuts(client, uid)) == (1, ["fait"] * 3)


def test_the_answers_are_lost_with_their_transactions(c, client, paye):
    uid, _ids = paye
    for _fois in range(3):
        rembourser(client, uid, 500)
    for _fois in range(2):
        client.begin()
        service.demander_etat(client.guichet, client.paiement(uid), "caisse")
        client.abort()
    assert statuts(client, uid) == ["a_envoyer"] * 3
    c.banque.cles.clear()
    for _fois in range(3):
        actualiser(c, client, uid)
    assert (statuts(client, uid), c.banque.comptes["B1"].rendu) == (["fait"] * 3, 1_500)


def test_the_bank_refuses(c, client, paye):
    uid, _ids = paye

    def refus(_reponse):
        raise PasserelleRefuse("400")

    rembourser(client, uid, 22735)
    c.banque.pannes += [None, refus]
    actualiser(c, client, uid)
    assert statuts(client, uid) == ["refuse"]
    assert service.remboursable(client.paiement(uid)) == 22735


def test_the_bank_takes_its_time(c, client, paye):
    uid, ids = paye
    rembourser(client, uid, 100)
    en_cours = StatutRemboursement.EN_COURS
    manuel = StatutRemboursement.MANUEL

    def dire(statut):
        return lambda reponse: replace(reponse, statut=statut)

    c.banque.pannes += [None, dire(en_cours)]
    actualiser(c, client, uid)
    assert statuts(client, uid) == ["en_cours"]
    c.banque.pannes += [None, dire(manuel)]
    actualiser(c, client, uid)
    assert statuts(client, uid) == ["manuel"]
    # It is on its way: the bank's total tells nothing new.
    assert soldes(client, ids) == [0, 0]
    assert client.paiement(uid).etat is Etat.CAPTUREE

    def inconnu(_reponse):
        raise ReferenceInconnue("404")

    c.banque.pannes += [None, inconnu]
    actualiser(c, client, uid)
    assert statuts(client, uid) == ["manuel"]
    actualiser(c, client, uid)
    assert statuts(client, uid) == ["fait"]
    assert soldes(client, ids) == [100, 0]
    assert [nom for nom, _cle in c.banque.appels].count("rembourser") == 1


def test_another_amount_is_not_booked(c, client, paye):
    uid, ids = paye
    rembourser(client, uid, 100)
    c.banque.pannes += [None, lambda reponse: replace(reponse, centimes=200)]
    actualiser(c, client, uid)
    assert (statuts(client, uid), soldes(client, ids)) == (["a_envoyer"], [0, 0])


# --- without us --------------------------------------------------------------


def test_the_bank_has_sent_money_back_itself(c, client, paye):
    uid, ids = paye
    c.banque.renvoyer("B1", 735)
    actualiser(c, client, uid)
    actualiser(c, client, uid)
    [remboursement] = client.paiement(uid).remboursements
    assert (remboursement.centimes, remboursement.statut, remboursement.par) == (
        735,
        "fait",
        "",
    )
    assert client.paiement(uid).etat is Etat.REMBOURSEE_EN_PARTIE
    assert soldes(client, ids) == [735, 0]
    c.banque.renvoyer("B1", 22_000)
    actualiser(c, client, uid)
    assert client.paiement(uid).etat is Etat.REMBOURSEE
    assert soldes(client, ids) == [18735, 4000]


def test_the_bank_has_sent_back_more_than_it_had(c, client, paye):
    uid, ids = paye
    c.banque.renvoyer("B1", 30_000)
    actualiser(c, client, uid)
    assert client.paiement(uid).etat is Etat.A_VERIFIER
    assert client.paiement(uid).revue == "reprise"
    assert soldes(client, ids) == [0, 0]


def test_what_nothing_is_left_for_is_not_ordered_any_more(c, client, paye):
    uid, _ids = paye
    rembourser(client, uid, 100)
    c.banque.pannes += [None, "avant"]
    actualiser(c, client, uid)
    c.banque.reprendre("B1")
    actualiser(c, client, uid)
    client.faire(
        lambda un: service.resoudre(
            un.guichet, un.paiement(uid), encaisse=False, raison="repris", par="anne"
        )
    )
    assert statuts(client, uid) == ["refuse"]
    assert client.paiement(uid).etat is Etat.REMBOURSEE
