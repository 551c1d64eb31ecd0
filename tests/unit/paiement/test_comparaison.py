"""Money the provider has taken in the hours that a restored backup lacks."""

from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Source
from carouge.guichet.paiement import service
from carouge.guichet.paiement.camt import Mouvement
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import LigneDuPrestataire
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.inconnus import RAISON
from carouge.guichet.paiement.registres import MouvementATraiter
from carouge.guichet.paiement.service import Verdict
from comptoir import comptoir
from comptoir import GuichetDeTest
from comptoir import MIDI
from comptoir import SESSION
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import itertools
import pytest


@pytest.fixture
def c():
    with comptoir() as found:
        yield found


@pytest.fixture
def client(c):
    return c.client()


@pytest.fixture
def ids(c, client):
    return client.faire(
        lambda un: [c.facture(un.guichet, 18735), c.facture(un.guichet, 4000)]
    )


def payee(c, client, ids):
    """A payment whose money the bank has; its uid and the bank's name for it."""
    uid = c.partir(client, ids)
    client.begin()
    reference = client.paiement(uid).reference
    c.banque.payer(reference)
    client.faire(lambda un: c.notifier(un, reference, "E1"))
    client.begin()
    assert client.paiement(uid).etat is Etat.CAPTUREE
    return uid, reference


def restaurer(client):
    """A backup is put back that is older than all payments."""
    client.faire(lambda un: service.oublier_tout(un.guichet))


def ligne(uid, reference, centimes=18735, statut=Statut.CAPTUREE, **values):
    return LigneDuPrestataire(reference, uid, centimes, "CHF", statut, **values)


def comparer(c, client, *lignes):
    return client.faire(
        lambda un: [
            verdict
            for _ligne, verdict in service.demander_comparaison(
                un.guichet, "VILLE", lignes, now=c.banque.maintenant
            )
        ]
    )


def attend(client):
    client.begin()
    return service.a_traiter(client.guichet)


def test_what_is_the_same_on_both_sides_is_not_asked_about(c, client, ids):
    uid, reference = payee(c, client, ids[:1])
    c.banque.appels.clear()
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.CONCORDE]
    assert c.banque.appels == []
    assert attend(client) == []


def test_money_of_a_payment_that_is_lost_waits_for_the_cashier(c, client, ids):
    uid, reference = payee(c, client, ids[:1])
    restaurer(client)
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.A_TRAITER]
    [mouvement] = attend(client)
    assert (mouvement.regie, mouvement.raison, mouvement.centimes) == (
        "VILLE",
        RAISON,
        18735,
    )
    assert mouvement.valeurs["communication"] == uid
    assert mouvement.valeurs["id_externe"] == reference
    # The same list again, or the notification, says nothing new.
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.CONNU]
    assert len(attend(client)) == 1


def test_the_cashier_books_it_as_what_it_was(c, client, ids):
    uid, reference = payee(c, client, ids[:1])
    restaurer(client)
    comparer(c, client, ligne(uid, reference))
    [autre] = client.faire(lambda un: [c.facture(un.guichet, 18735)])

    def affecter(un):
        [mouvement] = service.a_traiter(un.guichet)
        service.affecter(un.guichet, mouvement, un.facture(autre), "caisse", now=MIDI)

    client.faire(affecter)
    client.begin()
    facture = client.facture(autre)
    assert facture.etat is EtatFacture.PAYEE
    [ecriture] = facture.ecritures
    assert (ecriture.source, ecriture.montant) == (Source.CARTE, 18735)
    assert attend(client) == []
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.CONNU]


def test_a_notification_about_what_is_lost_is_no_longer_only_logged(c, client, ids):
    uid, reference = payee(c, client, ids[:1])
    restaurer(client)

    def recevoir(un):
        corps = f'{{"reference": "{reference}", "evenement": "E2"}}'.encode()
        return service.recevoir_notification(
            un.guichet, "VILLE", {"x-preuve": "VILLE"}, corps, now=MIDI
        )

    assert client.faire(recevoir) is True
    assert client.faire(recevoir) is True
    [mouvement] = attend(client)
    assert mouvement.valeurs["communication"] == uid


def test_a_notification_shall_come_again_while_the_bank_is_down(c, client, ids):
    _uid, reference = payee(c, client, ids[:1])
    restaurer(client)
    c.banque.pannes = ["avant"]
    corps = f'{{"reference": "{reference}", "evenement": "E2"}}'.encode()
    with pytest.raises(PasserelleIndisponible):
        service.recevoir_notification(
            client.guichet, "VILLE", {"x-preuve": "VILLE"}, corps, now=MIDI
        )


def test_what_was_not_taken_is_no_money(c, client, ids):
    uid = c.partir(client, ids[:1])
    client.begin()
    reference = client.paiement(uid).reference
    restaurer(client)
    en_attente = ligne(uid, reference, statut=Statut.EN_ATTENTE)
    assert comparer(c, client, en_attente) == [Verdict.SANS_ARGENT]
    # The list may claim anything: what counts is what the provider says when asked.
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.SANS_ARGENT]
    assert comparer(c, client, ligne(uid, "B99")) == [Verdict.SANS_ARGENT]
    assert attend(client) == []


def test_what_went_back_is_no_money(c, client, ids):
    uid, reference = payee(c, client, ids[:1])
    c.banque.rembourser(None, reference, 18000, "K1")
    restaurer(client)
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.A_TRAITER]
    [mouvement] = attend(client)
    assert mouvement.centimes == 735
    renvoi = ligne(uid, "B98", 18000, renvoi=True)
    assert comparer(c, client, renvoi) == [Verdict.SANS_ARGENT]


def test_what_the_bank_knows_better_is_followed(c, client, ids):
    uid = c.partir(client, ids[:1])
    client.begin()
    reference = client.paiement(uid).reference
    c.banque.payer(reference)
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.SUIVI]
    client.begin()
    assert client.paiement(uid).etat is Etat.CAPTUREE
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.CONCORDE]


def reculer(un, uid):
    """The backup that is put back has the payment prepared, not opened yet."""
    paiement = un.paiement(uid)
    paiements = service.paiements_de(un.guichet)
    paiements.oublier(paiement)
    paiement.reference = paiement.adresse = ""
    paiement.fin = paiement.prochaine = None
    paiement._etat, paiement._historique = Etat.CREEE.value, ()
    paiements.ajouter(paiement)


@pytest.fixture
def perdu(c, client, ids):
    """A payment that was opened and paid in the gap; its uid and reference."""
    uid = c.partir(client, ids[:1])
    client.begin()
    reference = client.paiement(uid).reference
    c.banque.payer(reference)
    client.faire(lambda un: reculer(un, uid))
    return uid, reference


def notifier(c, client, reference):
    return client.faire(lambda un: c.notifier(un, reference, "E9"))


def taches(c, client):
    """The tasks run first, long after the payment was prepared."""
    c.banque.maintenant += timedelta(hours=1)
    client.faire(lambda un: service.rapprocher(un.guichet, c.banque.maintenant))


def assert_booked_once(client, uid, reference, id):
    assert attend(client) == []
    paiement = client.paiement(uid)
    assert (paiement.etat, paiement.reference) == (Etat.CAPTUREE, reference)
    facture = client.facture(id)
    assert (facture.etat, facture.solde) == (EtatFacture.PAYEE, 0)
    assert [ecriture.paiement for ecriture in facture.ecritures] == [uid]


@pytest.mark.parametrize(
    "etapes",
    [
        *itertools.permutations(("notification", "taches", "liste")),
        ("liste",),
        ("notification",),
        ("taches", "taches", "liste", "liste"),
    ],
)
def test_a_payment_that_was_opened_in_the_gap_is_booked_once(
    c, client, ids, perdu, etapes
):
    uid, reference = perdu
    retrouve = False
    for etape in etapes:
        if etape == "taches":
            taches(c, client)
        elif etape == "notification":
            assert notifier(c, client, reference) is True
            retrouve = True
        else:
            attendu = Verdict.CONCORDE if retrouve else Verdict.SUIVI
            assert comparer(c, client, ligne(uid, reference)) == [attendu]
            retrouve = True
    assert_booked_once(client, uid, reference, ids[0])


def test_it_is_dead_before_it_is_found_again(c, client, perdu):
    uid, _reference = perdu
    taches(c, client)
    client.begin()
    assert client.paiement(uid).etat is Etat.EXPIREE


def test_the_list_says_nothing_of_whose_it_is(c, client, ids, perdu):
    uid, reference = perdu
    assert comparer(c, client, ligne("", reference)) == [Verdict.SUIVI]
    assert_booked_once(client, uid, reference, ids[0])


def test_what_the_list_says_alone_gives_no_reference(c, client, ids, perdu):
    uid, _reference = perdu
    assert comparer(c, client, ligne(uid, "B99")) == [Verdict.SANS_ARGENT]
    [autre] = client.faire(lambda un: [c.facture(un.guichet, 18735)])
    other, reference = payee(c, client, [autre])
    c.banque.comptes[reference].ordre = replace(
        c.banque.comptes[reference].ordre, uid="f" * 32
    )
    client.faire(lambda un: reculer(un, other))
    # The money is real, only not that of this payment.
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.A_TRAITER]
    client.begin()
    assert client.paiement(uid).reference == ""


def test_the_payer_is_still_on_the_page(c, client, ids):
    uid = c.partir(client, ids[:1])
    client.begin()
    reference = client.paiement(uid).reference
    client.faire(lambda un: reculer(un, uid))
    waiting = ligne(uid, reference, statut=Statut.EN_ATTENTE)
    assert comparer(c, client, waiting) == [Verdict.SUIVI]
    client.begin()
    paiement = client.paiement(uid)
    # It may have been opened 25 minutes after it was prepared.
    assert paiement.etat is Etat.EN_ATTENTE
    assert paiement.fin == MIDI + timedelta(minutes=25) + SESSION
    c.banque.payer(reference)
    assert notifier(c, client, reference) is True
    assert_booked_once(client, uid, reference, ids[0])


def attendait(un, uid, reference, regie="VILLE"):
    """A movement of that money that was made before the payment was found again."""
    mouvement = MouvementATraiter(
        Mouvement(
            iban="",
            compte="memoire",
            id_externe=reference,
            reference_qr="",
            centimes=18735,
            devise="CHF",
            date=MIDI.date(),
            statut="BOOK",
            credit=True,
            communication=uid,
        ),
        regie,
        RAISON,
        MIDI,
    )
    mouvement.source = Source.CARTE.value
    service.paiements_de(un.guichet).ranger_mouvement(mouvement)


@pytest.mark.parametrize("porte", ["liste", "notification"])
def test_a_movement_that_waits_is_closed(c, client, ids, perdu, porte):
    uid, reference = perdu
    client.faire(lambda un: attendait(un, uid, reference))
    if porte == "liste":
        assert comparer(c, client, ligne(uid, reference)) == [Verdict.SUIVI]
    else:
        assert notifier(c, client, reference) is True
    assert_booked_once(client, uid, reference, ids[0])
    [mouvement] = service.lire_paiements(client.guichet).a_traiter.values()
    assert (mouvement.issue, mouvement.remarque) == ("classe", f"Paiement {uid}")


@pytest.mark.parametrize("porte", ["liste", "notification"])
def test_what_the_cashier_has_assigned_is_not_booked_again(
    c, client, ids, perdu, porte
):
    uid, reference = perdu
    client.faire(lambda un: attendait(un, uid, reference))

    def affecter(un):
        [mouvement] = service.a_traiter(un.guichet)
        service.affecter(un.guichet, mouvement, un.facture(ids[0]), "anne", now=MIDI)

    client.faire(affecter)
    for _fois in range(2):
        if porte == "liste":
            found = comparer(c, client, ligne(uid, reference))
            assert found == [Verdict.DIFFERENT]
        else:
            assert notifier(c, client, reference) is True
    client.begin()
    paiement = client.paiement(uid)
    assert (paiement.etat, paiement.revue) == (Etat.A_VERIFIER, "deja_affectee")
    assert len(client.facture(ids[0]).ecritures) == 1
    # Whoever looks into it cannot book it twice, and ends it for good.
    with pytest.raises(service.RienChezPrestataire):
        service.resoudre(
            client.guichet, paiement, encaisse=True, raison="vu", par="anne"
        )
    client.abort()
    client.faire(
        lambda un: service.resoudre(
            un.guichet, un.paiement(uid), encaisse=False, raison="vu", par="anne"
        )
    )
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.CONNU]
    taches(c, client)
    client.begin()
    assert client.paiement(uid).etat is Etat.ANNULEE
    assert client.facture(ids[0]).etat is EtatFacture.PAYEE


def test_found_again_while_the_bank_goes_down(c, client, ids, perdu):
    uid, reference = perdu
    taches(c, client)
    c.banque.pannes = [None, "avant"]
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.INDISPONIBLE]
    c.banque.maintenant += timedelta(hours=2)
    client.faire(lambda un: service.rapprocher(un.guichet, c.banque.maintenant))
    assert_booked_once(client, uid, reference, ids[0])


# --- a site with several guichets and régies on one contract -----------------


@pytest.fixture
def autre(c, client):
    """A second guichet of the site; the payments are in the first one."""
    client.begin()
    client.connection.root()["autre"] = GuichetDeTest()
    client.commit()
    c.guichets = [client.guichet, client.connection.root()["autre"]]
    return c.guichets[1]


def comparer_la(c, client, guichet, une, regie="VILLE"):
    return client.faire(
        lambda un: [
            verdict
            for _ligne, verdict in service.demander_comparaison(
                guichet, regie, [une], now=c.banque.maintenant
            )
        ]
    )


def test_money_of_another_guichet_is_not_unknown(c, client, ids, autre):
    uid, reference = payee(c, client, ids[:1])
    for une in (ligne(uid, reference), ligne("", reference)):
        assert comparer_la(c, client, autre, une) == [Verdict.AILLEURS]

    def recevoir(un):
        corps = f'{{"reference": "{reference}", "evenement": "E2"}}'.encode()
        return service.recevoir_notification(
            autre, "VILLE", {"x-preuve": "VILLE"}, corps, now=MIDI
        )

    assert client.faire(recevoir) is False
    client.begin()
    assert service.a_traiter(autre) == []


def test_money_of_another_regie_is_not_unknown(c, client, ids):
    uid, reference = payee(c, client, ids[:1])
    for une in (ligne(uid, reference), ligne("", reference)):
        found = comparer_la(c, client, client.guichet, une, "CCAS")
        assert found == [Verdict.AILLEURS]
    assert attend(client) == []


def test_what_waits_in_one_guichet_does_not_wait_in_the_other(c, client, ids, autre):
    uid, reference = payee(c, client, ids[:1])
    restaurer(client)
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.A_TRAITER]
    assert comparer_la(c, client, autre, ligne(uid, reference)) == [Verdict.CONNU]
    assert len(attend(client)) == 1
    assert service.a_traiter(autre) == []


def test_a_movement_of_the_other_guichet_is_closed(c, client, ids, autre, perdu):
    uid, reference = perdu
    client.faire(lambda un: attendait(SimpleNamespace(guichet=autre), uid, reference))
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.SUIVI]
    assert_booked_once(client, uid, reference, ids[0])
    assert service.a_traiter(autre) == []


def test_another_application_on_the_same_contract(c, client, ids):
    _uid, reference = payee(c, client, ids[:1])
    compte = c.banque.comptes[reference]
    compte.ordre = replace(compte.ordre, uid="BOUTIQUE-17")
    restaurer(client)
    assert comparer(c, client, ligne("BOUTIQUE-17", reference)) == [Verdict.ETRANGER]
    # Also when the list does not tell whose it is.
    assert comparer(c, client, ligne("", reference)) == [Verdict.ETRANGER]
    assert attend(client) == []


def test_a_bank_that_is_down_is_asked_again_another_time(c, client, ids):
    uid, reference = payee(c, client, ids[:1])
    restaurer(client)
    c.banque.pannes = ["avant"]
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.INDISPONIBLE]
    assert attend(client) == []
    assert comparer(c, client, ligne(uid, reference)) == [Verdict.A_TRAITER]


def test_what_is_different_for_good_is_said(c, client, ids):
    uid, reference = payee(c, client, ids[:1])
    assert comparer(c, client, ligne(uid, reference, 999)) == [Verdict.DIFFERENT]
