"""What is let go after a time, and what never goes."""

from carouge.guichet.paiement import purge
from carouge.guichet.paiement import service
from carouge.guichet.paiement.camt import Mouvement
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import oubliable
from carouge.guichet.paiement.domain import Statut
from comptoir import comptoir
from comptoir import MIDI
from datetime import date
from datetime import timedelta

import pytest


JOURS = 180
TARD = MIDI + timedelta(days=JOURS + 2)


@pytest.fixture
def c():
    with comptoir() as found:
        yield found


@pytest.fixture
def client(c):
    return c.client()


@pytest.fixture
def partir(c, client):
    """Begin a payment and let it come to an end; its uid."""

    def partir(fin=None):
        [id] = client.faire(lambda un: [c.facture(un.guichet, 4000)])
        uid = c.partir(client, [id])
        if fin is not None:
            fin([*c.banque.comptes][-1])
        client.faire(
            lambda un: service.demander_etat(
                un.guichet, un.paiement(uid), "retour", now=MIDI
            )
        )
        return uid

    return partir


def finir(client, moment=TARD):
    """All follow-ups of what is over."""
    for jours in (1, 2, 9, 10):
        client.faire(
            lambda un, jours=jours: service.rapprocher(
                un.guichet, MIDI + timedelta(days=jours)
            )
        )


def purger(client, moment=TARD, jours=JOURS):
    return client.faire(lambda un: purge.purger_abandonnes(un.guichet, moment, jours))


def uids(client):
    client.begin()
    return {paiement.uid for paiement in service.lire_paiements(client.guichet)}


@pytest.mark.parametrize("comment", ["refuser", "renoncer", "expirer"])
def test_a_payment_nothing_came_of(c, client, partir, comment):
    uid = partir(getattr(c.banque, comment))
    finir(client)
    assert purger(client, MIDI + timedelta(days=JOURS)) == 0
    assert uids(client) == {uid}
    assert purger(client) == 1
    assert uids(client) == set()
    paiements = service.lire_paiements(client.guichet)
    assert paiements.par_reference("VILLE", "memoire", "B1") is None
    assert paiements.de("c1") == []
    assert ([*paiements.termines], [*paiements.suivis]) == ([], [])
    # The invoice is where it was, and can be paid.
    assert client.facture("f1").payable
    c.partir(client, ["f1"], now=TARD)


def test_never_what_is_asked_about_once_more(c, client, partir):
    uid = partir(c.banque.refuser)
    assert purger(client) == 0
    assert uids(client) == {uid}
    finir(client)
    assert purger(client) == 1


def test_never_what_goes_on(client, partir):
    uid = partir()
    assert purger(client) == 0
    assert uids(client) == {uid}


def test_never_what_was_paid_or_given_back(c, client, partir):
    paid, returned = partir(c.banque.payer), partir(c.banque.payer)
    client.faire(
        lambda un: service.rembourser(
            un.guichet, un.paiement(returned), 4000, "erreur", "anne"
        )
    )
    finir(client)
    client.begin()
    assert client.paiement(returned).etat is Etat.REMBOURSEE
    assert purger(client, TARD + timedelta(days=3650)) == 0
    assert uids(client) == {paid, returned}


def test_never_what_was_authorised_and_given_back(c, client, partir):
    """The bank had the money in its hands: that stays told."""
    [id] = client.faire(lambda un: [c.facture(un.guichet, 4000)])
    uid = c.partir(client, [id])
    client.faire(lambda un: _payer_autrement(un, id))
    c.banque.autoriser("B1")
    client.faire(
        lambda un: service.demander_etat(
            un.guichet, un.paiement(uid), "retour", now=MIDI
        )
    )
    finir(client)
    client.begin()
    assert client.paiement(uid).etat is Etat.ANNULEE
    assert purger(client) == 0
    assert uids(client) == {uid}
    # It is not looked at again each time.
    assert [*service.lire_paiements(client.guichet).termines] == []


def _payer_autrement(un, id):
    service.encaisser(un.guichet, un.facture(id), 4000, "camt", "X1", moment=MIDI)


def test_never_what_a_person_has_ended(c, client, partir):
    uid = partir()
    later = MIDI + timedelta(days=3)
    client.faire(
        lambda un: service.liberer_de_force(
            un.guichet, un.paiement(uid), "banque muette", "anne", now=later
        )
    )
    finir(client)
    assert purger(client, TARD + timedelta(days=30)) == 0
    assert uids(client) == {uid}


def test_late_money_takes_it_out_of_the_register(c, client, partir):
    uid = partir(c.banque.expirer)
    c.banque.payer("B1")
    finir(client)
    client.begin()
    assert client.paiement(uid).etat is Etat.CAPTUREE
    assert [*service.lire_paiements(client.guichet).termines] == []
    assert purger(client) == 0


def test_those_that_stay_for_a_time_do_not_hide_the_others(
    c, client, partir, monkeypatch
):
    monkeypatch.setattr(purge, "MOST", 2)
    attendent = [partir(c.banque.refuser) for _n in range(3)]
    finis = [partir(c.banque.refuser) for _n in range(2)]

    def suivre(un):
        # The days are the same: the order is that of the uids.
        paiements = service.paiements_de(un.guichet)
        for uid in finis:
            paiements.suivre(un.paiement(uid), None)
        jours = {"a": attendent, "b": finis}
        paiements.termines.clear()
        for jour, uids in jours.items():
            for uid in uids:
                un.paiement(uid).termine = f"2026-01-0{'ab'.index(jour) + 1}"
                paiements.termines.insert((un.paiement(uid).termine, uid))

    client.faire(suivre)
    assert [purger(client) for _n in range(4)] == [0, 1, 1, 0]
    assert uids(client) == set(attendent)
    # From the first one on again.
    finir(client)
    assert purger(client) + purger(client) + purger(client) == 3


def test_for_ever_when_the_setting_is_empty(c, client, partir):
    uid = partir(c.banque.refuser)
    finir(client)
    assert purger(client, jours=0) == 0
    assert uids(client) == {uid}


@pytest.mark.parametrize(
    "etat, passages, vu, attendu",
    [
        (Etat.EXPIREE, [Etat.EXPIREE], None, True),
        (Etat.ECHOUEE, [Etat.EN_ATTENTE, Etat.ECHOUEE], Statut.ECHOUEE, True),
        (Etat.ANNULEE, [Etat.EN_ATTENTE, Etat.ANNULEE], Statut.INCONNU, True),
        (Etat.ANNULEE, [Etat.AUTORISEE, Etat.ANNULEE], Statut.ANNULEE, False),
        (Etat.ANNULEE, [Etat.A_VERIFIER, Etat.ANNULEE], Statut.ANNULEE, False),
        (Etat.ANNULEE, [Etat.ANNULEE], Statut.AUTORISEE, False),
        (Etat.EXPIREE, [Etat.EXPIREE], Statut.CAPTUREE, False),
        (Etat.EXPIREE, [Etat.EXPIREE], Statut.REMBOURSEE, False),
        (Etat.EN_ATTENTE, [Etat.EN_ATTENTE], Statut.EN_ATTENTE, False),
        *((etat, [etat], None, False) for etat in (Etat.CREEE, Etat.A_VERIFIER)),
        *((etat, [etat], None, False) for etat in (Etat.CAPTUREE, Etat.REMBOURSEE)),
    ],
)
def test_the_rule(etat, passages, vu, attendu):
    assert oubliable(etat, passages, vu) is attendu


def test_the_address_of_the_page_of_payment_ends_with_the_payment(c, client, partir):
    open_, over = partir(), partir(c.banque.refuser)
    client.begin()
    assert client.paiement(open_).adresse == "https://banque.example/B1"
    assert client.paiement(over).adresse == ""
    c.banque.payer("B1")
    client.faire(
        lambda un: service.demander_etat(un.guichet, un.paiement(open_), "retour")
    )
    client.begin()
    assert client.paiement(open_).adresse == ""
    with pytest.raises(service.DejaTermine):
        service.demander_depart(client.guichet, client.paiement(open_), c.ordre)


# --- who has paid by bank ----------------------------------------------------


def _mouvement(n, **values):
    return Mouvement(
        **{
            "iban": "CH4431999123000889012",
            "compte": "CH4431999123000889012",
            "id_externe": f"ASR-{n}",
            "reference_qr": "",
            "centimes": 4000,
            "devise": "CHF",
            "date": date(2026, 11, 23),
            "statut": "BOOK",
            "credit": True,
            "payeur": "C. Favre",
            "communication": "Cantine de Léa",
            **values,
        }
    )


def test_the_payer_of_a_treated_movement_is_forgotten(client):
    client.faire(
        lambda un: service.encaisser_mouvements(
            un.guichet, [_mouvement(1), _mouvement(2)], now=MIDI
        )
    )
    client.begin()
    [first, second] = service.a_traiter(client.guichet)
    service.classer(client.guichet, first, "Rendu", "anne", now=MIDI)
    client.commit()

    def purger(moment):
        return client.faire(lambda un: purge.purger_payeurs(un.guichet, moment, JOURS))

    assert purger(MIDI + timedelta(days=JOURS)) == 0
    assert purger(TARD) == 1
    assert purger(TARD) == 0
    client.begin()
    told = first.valeurs
    assert (told["payeur"], told["communication"]) == ("", "")
    assert (told["centimes"], first.remarque, first.par) == (4000, "Rendu", "anne")
    # What waits names its payer as long as it waits.
    assert second.valeurs["payeur"] == "C. Favre"
    # The same file again: still known.
    rapport = client.faire(
        lambda un: service.encaisser_mouvements(un.guichet, [_mouvement(1)], now=TARD)
    )
    assert (rapport.connus, rapport.nouveaux) == (1, 0)
