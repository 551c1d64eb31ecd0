"""A payment from its beginning to its end, as the service sees it."""

from carouge.guichet.facture import service as factures
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.interfaces import IFacturePayee
from carouge.guichet.interfaces import IFactureRouverte
from carouge.guichet.interfaces import IPaiementChange
from carouge.guichet.interfaces import IRevueNecessaire
from carouge.guichet.paiement import depot
from carouge.guichet.paiement import service
from carouge.guichet.paiement.domain import DomainError
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import NotificationInvalide
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.regie.service import RegieInconnue
from comptoir import comptoir
from comptoir import MIDI
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from ecoute import a_l_ecoute
from unittest import mock

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
    """Three invoices of the Ville, one of the CCAS."""
    return client.faire(
        lambda un: [
            c.facture(un.guichet, 18735),
            c.facture(un.guichet, 4000),
            c.facture(un.guichet, 5),
            c.facture(un.guichet, 9990, "CCAS"),
        ]
    )


@contextmanager
def evenements():
    """What was announced meanwhile: (interface, id or uid)."""
    found = []
    wanted = (IFacturePayee, IFactureRouverte, IPaiementChange, IRevueNecessaire)

    def note(one):
        for interface in wanted:
            if interface.providedBy(one):
                name = getattr(one.object, "uid", None) or one.object.id
                found.append((interface, name))

    with a_l_ecoute(note, *wanted):
        yield found


def preparer(un, ids, **values):
    attendues = [(id, un.facture(id).version) for id in ids]
    return service.preparer(
        un.guichet, service.Payeur(**(values or {"compte": "c1"})), attendues, now=MIDI
    )


def demander(c, un, uid, cause="caisse", now=None):
    return un.faire(
        lambda x: (
            service.demander_etat(
                x.guichet, x.paiement(uid), cause, now=now or c.banque.maintenant
            ).etat
        )
    )


def reference(un, uid):
    un.begin()
    return un.paiement(uid).reference


def etats(un, ids):
    un.begin()
    return [un.facture(id).etat.value for id in ids]


# --- the beginning -----------------------------------------------------------


def test_it_begins_with_what_was_shown(client, ids):
    paiement = client.faire(lambda un: preparer(un, ids[:2]))
    assert (paiement.etat, paiement.total, paiement.devise) == (
        Etat.CREEE,
        22735,
        "CHF",
    )
    assert [(a.facture, a.centimes, a.version) for a in paiement.articles] == [
        (ids[0], 18735, 1),
        (ids[1], 4000, 1),
    ]
    assert (paiement.payeur, paiement.regie, paiement.passerelle) == (
        "c1",
        "VILLE",
        "memoire",
    )
    assert etats(client, ids) == ["en_paiement", "en_paiement", "ouverte", "ouverte"]
    assert client.facture(ids[0]).verrou == paiement.uid
    [same] = service.lire_paiements(client.guichet).de("c1")
    assert same.uid == paiement.uid


def test_only_what_is_left_is_paid(client, ids):
    def operation(un):
        facture = un.facture(ids[0])
        service.encaisser(un.guichet, facture, 10_000, "especes", "G1", moment=MIDI)
        return preparer(un, ids[:1]).total

    assert client.faire(operation) == 8735


@pytest.mark.parametrize("nombre", [0, 201])
def test_none_or_too_many(client, ids, nombre):
    with pytest.raises(DomainError):
        service.preparer(
            client.guichet, service.Payeur("c1"), [(f"x{n}", 1) for n in range(nombre)]
        )


def test_the_same_invoice_twice(client, ids):
    with pytest.raises(DomainError):
        preparer(client, [ids[0], ids[0]])
    assert etats(client, ids[:1]) == ["ouverte"]


def test_two_regies(client, ids):
    with pytest.raises(service.RegiesMelees):
        preparer(client, [ids[0], ids[3]])


def test_a_regie_that_takes_nothing_online(c, client, ids):
    for passerelle in ("", "nowhere"):
        c.regie("VILLE", passerelle=passerelle)
        with pytest.raises(service.RegieSansPaiement):
            preparer(client, ids[:1])
    assert etats(client, ids[:1]) == ["ouverte"]


def test_what_is_not_as_it_was_shown(c, client, ids):
    def operation(un):
        factures.annuler(un.guichet, un.facture(ids[1]), "erreur", "anne")
        un.facture(ids[2]).version = 2

    client.faire(operation)
    with pytest.raises(service.FacturesChangees) as error:
        service.preparer(
            client.guichet,
            service.Payeur("c1"),
            [(ids[0], 1), (ids[1], 2), (ids[2], 1), ("nowhere", 1)],
        )
    assert error.value.factures == [ids[1], ids[2], "nowhere"]
    assert etats(client, ids[:1]) == ["ouverte"]


def test_it_goes_to_the_bank_and_comes_again(c, client, ids):
    uid = client.faire(lambda un: preparer(un, ids[:2]).uid)

    def partir(un):
        return service.demander_depart(
            un.guichet,
            un.paiement(uid),
            # Whatever the page says, it is the payment that counts.
            lambda p: replace(c.ordre(p), centimes=1, devise="EUR", uid="x"),
            now=MIDI,
        )

    first = client.faire(partir)
    assert first == client.faire(partir) == "https://banque.example/B1"
    client.begin()
    paiement = client.paiement(uid)
    assert (paiement.etat, paiement.reference) == (Etat.EN_ATTENTE, "B1")
    assert paiement.fin == MIDI + timedelta(minutes=15)
    ordre = c.banque.comptes["B1"].ordre
    assert (ordre.centimes, ordre.devise, ordre.uid) == (22735, "CHF", uid)
    assert c.banque.appels == [("ouvrir", uid)]


@pytest.mark.parametrize("panne", ["avant", "apres"])
def test_a_bank_that_does_not_answer_is_asked_again_with_the_same_key(
    c, client, ids, panne
):
    uid = client.faire(lambda un: preparer(un, ids[:1]).uid)
    c.banque.pannes.append(panne)

    def partir(un):
        return service.demander_depart(un.guichet, un.paiement(uid), c.ordre, now=MIDI)

    with pytest.raises(PasserelleIndisponible):
        client.faire(partir)
    assert etats(client, ids[:1]) == ["en_paiement"]
    assert client.paiement(uid).etat is Etat.CREEE
    assert client.faire(partir) == "https://banque.example/B1"
    assert c.banque.appels == [("ouvrir", uid)] * 2
    assert [*c.banque.comptes] == ["B1"]


def test_a_bank_that_refuses(c, client, ids):
    uid = client.faire(lambda un: preparer(un, ids[:1]).uid)

    def refus(_reponse):
        raise PasserelleRefuse("400")

    c.banque.pannes.append(refus)
    client.begin()
    with pytest.raises(PasserelleRefuse):
        service.demander_depart(client.guichet, client.paiement(uid), c.ordre, now=MIDI)
    client.commit()
    assert client.paiement(uid).etat is Etat.ECHOUEE
    assert etats(client, ids[:1]) == ["ouverte"]
    with pytest.raises(service.DejaTermine):
        service.demander_depart(client.guichet, client.paiement(uid), c.ordre, now=MIDI)


@pytest.mark.parametrize("reference", ["", "B1"])
def test_a_name_that_is_none_of_its_own(c, client, ids, reference):
    c.partir(client, ids[:1])
    uid = client.faire(lambda un: preparer(un, ids[1:2]).uid)
    c.banque.pannes.append(lambda reponse: replace(reponse, reference=reference))
    client.begin()
    with pytest.raises(PasserelleRefuse):
        service.demander_depart(client.guichet, client.paiement(uid), c.ordre, now=MIDI)
    assert client.paiement(uid).etat is Etat.ECHOUEE


def test_too_late_to_depart(c, client, ids):
    uid = client.faire(lambda un: preparer(un, ids[:1]).uid)
    client.begin()
    with pytest.raises(service.DejaTermine):
        service.demander_depart(
            client.guichet,
            client.paiement(uid),
            c.ordre,
            now=MIDI + timedelta(minutes=26),
        )
    client.commit()
    assert client.paiement(uid).etat is Etat.EXPIREE
    assert etats(client, ids[:1]) == ["ouverte"]
    assert c.banque.appels == []


# --- what the bank says ------------------------------------------------------


@pytest.mark.parametrize("moyen,source", [("VIS", "carte"), ("TWI", "twint")])
def test_it_is_paid(c, client, ids, moyen, source):
    uid = c.partir(client, ids[:2])
    c.banque.autoriser(reference(client, uid), moyen)
    with evenements() as found:
        assert demander(c, client, uid, "retour") is Etat.CAPTUREE
    assert found == [
        (IPaiementChange, uid),
        (IFacturePayee, ids[0]),
        (IFacturePayee, ids[1]),
        (IPaiementChange, uid),
    ]
    assert etats(client, ids[:2]) == ["payee", "payee"]
    for id, montant in ((ids[0], 18735), (ids[1], 4000)):
        facture = client.facture(id)
        [ecriture] = facture.ecritures
        assert (ecriture.source.value, ecriture.montant, ecriture.paiement) == (
            source,
            montant,
            uid,
        )
        assert (facture.verrou, facture.solde) == ("", 0)
        assert facture.payee_le.isoformat() == "2026-11-23"
    paiement = client.paiement(uid)
    assert [(e.avant, e.apres, e.cause, e.observe) for e in paiement.historique] == [
        ("creee", "en_attente", "depart", ""),
        ("en_attente", "autorisee", "retour", "b:autorisee"),
        ("autorisee", "capturee", "retour", "b:capturee"),
    ]
    assert (paiement.encaisse, paiement.moyen) == (22735, moyen)
    assert ("capturer", f"{uid}:capture") in c.banque.appels


def test_listeners_see_the_invoices_paid(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.payer(reference(client, uid))
    seen = []

    def note(one):
        facture = factures.get_facture(one.guichet, ids[0])
        seen.append((one.avant, one.object.etat, facture.etat, facture.solde))

    with a_l_ecoute(note, IPaiementChange):
        demander(c, client, uid)
    assert seen == [(Etat.EN_ATTENTE, Etat.CAPTUREE, EtatFacture.PAYEE, 0)]


@pytest.mark.parametrize(
    "geste,etat",
    [("refuser", "echouee"), ("renoncer", "annulee"), ("expirer", "expiree")],
)
def test_it_is_not_paid(c, client, ids, geste, etat):
    uid = c.partir(client, ids[:2])
    getattr(c.banque, geste)(reference(client, uid))
    assert demander(c, client, uid, "retour").value == etat
    assert etats(client, ids[:2]) == ["ouverte", "ouverte"]
    assert client.paiement(uid).encaisse == 0
    # One may try again at once.
    assert c.partir(client, ids[:2]) != uid


def test_a_bank_that_is_down_changes_nothing(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.payer(reference(client, uid))
    c.banque.pannes.append("avant")
    assert demander(c, client, uid) is Etat.EN_ATTENTE
    assert etats(client, ids[:1]) == ["en_paiement"]
    assert demander(c, client, uid) is Etat.CAPTUREE


@pytest.mark.parametrize("panne", ["avant", "apres"])
def test_the_answer_to_the_capture_is_lost(c, client, ids, panne):
    uid = c.partir(client, ids[:1])
    c.banque.autoriser(reference(client, uid))
    c.banque.pannes += [None, panne]
    assert demander(c, client, uid) is Etat.AUTORISEE
    assert etats(client, ids[:1]) == ["en_paiement"]
    assert demander(c, client, uid) is Etat.CAPTUREE
    assert c.banque.comptes["B1"].pris == 18735
    client.begin()
    assert client.facture(ids[0]).recu == 18735


def test_what_is_not_known_changes_nothing(c, client, ids):
    uid = c.partir(client, ids[:1])
    client.begin()
    paiement = client.paiement(uid)
    observation = Observation(Statut.INCONNU, 18735, "CHF", uid, brut="???")
    service.observer(client.guichet, paiement, observation, "retour", now=MIDI)
    assert paiement.etat is Etat.EN_ATTENTE


@pytest.mark.parametrize(
    "autre", [{"centimes": 18736}, {"devise": "EUR"}, {"marchand": "x"}]
)
def test_another_amount_is_looked_into(c, client, ids, autre):
    uid = c.partir(client, ids[:1])
    c.banque.payer(reference(client, uid))
    c.banque.pannes.append(lambda reponse: replace(reponse, **autre))
    with evenements() as found:
        assert demander(c, client, uid) is Etat.A_VERIFIER
    assert found == [(IPaiementChange, uid), (IRevueNecessaire, uid)]
    assert etats(client, ids[:1]) == ["a_verifier"]
    paiement = client.paiement(uid)
    assert (paiement.revue, paiement.encaisse) == ("montant", 0)
    assert client.facture(ids[0]).ecritures == []
    assert [p.uid for p in service.a_verifier(client.guichet)] == [uid]
    # Nobody pays it meanwhile, and only a person leaves it.
    with pytest.raises(service.FacturesChangees):
        preparer(client, ids[:1])
    assert demander(c, client, uid) is Etat.A_VERIFIER


def test_who_comes_back_to_a_payment_that_is_over_asks_nobody(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.refuser(reference(client, uid))
    demander(c, client, uid, "retour")
    c.banque.appels.clear()
    demander(c, client, uid, "retour")
    assert c.banque.appels == []


# --- late money --------------------------------------------------------------


def expire(c, client, ids):
    uid = c.partir(client, ids)
    c.banque.maintenant += timedelta(minutes=26)
    assert demander(c, client, uid) is Etat.EXPIREE
    assert etats(client, ids) == ["ouverte"] * len(ids)
    return uid


def test_the_page_is_dead_but_only_once_the_bank_says_so(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.maintenant += timedelta(minutes=24)
    assert demander(c, client, uid) is Etat.EN_ATTENTE
    c.banque.maintenant += timedelta(minutes=2)
    c.banque.pannes.append("avant")
    assert demander(c, client, uid) is Etat.EN_ATTENTE
    assert etats(client, ids[:1]) == ["en_paiement"]
    assert demander(c, client, uid) is Etat.EXPIREE
    assert etats(client, ids[:1]) == ["ouverte"]


@pytest.mark.parametrize("geste", ["payer", "autoriser"])
def test_late_money_counts_when_nobody_has_paid(c, client, ids, geste):
    uid = expire(c, client, ids[:2])
    getattr(c.banque, geste)(reference(client, uid))
    assert demander(c, client, uid) is Etat.CAPTUREE
    assert etats(client, ids[:2]) == ["payee", "payee"]
    assert service.lire_paiements(client.guichet).a_verifier.keys() != [uid]


def test_late_money_for_what_was_paid_otherwise_is_looked_into(c, client, ids):
    uid = expire(c, client, ids[:2])
    client.faire(
        lambda un: service.encaisser(
            un.guichet, un.facture(ids[0]), 18735, "camt", "X1", moment=MIDI
        )
    )
    c.banque.payer(reference(client, uid))
    assert demander(c, client, uid) is Etat.A_VERIFIER
    client.begin()
    assert client.paiement(uid).revue == "tardive"
    # What is still open is nobody else's meanwhile.
    assert etats(client, ids[:2]) == ["payee", "a_verifier"]
    assert client.facture(ids[1]).verrou == uid


def test_a_late_authorisation_for_what_was_paid_otherwise_is_given_back(c, client, ids):
    uid = expire(c, client, ids[:1])
    other = c.partir(client, ids[:1], now=c.banque.maintenant)
    c.banque.autoriser(reference(client, uid))
    assert demander(c, client, uid) is Etat.EXPIREE
    assert c.banque.comptes["B1"].statut is Statut.ANNULEE
    assert ("annuler", f"{uid}:annulation") in c.banque.appels
    client.begin()
    assert client.facture(ids[0]).verrou == other


def test_the_bank_was_faster_than_the_card(c, client, ids):
    uid = c.partir(client, ids[:1])
    client.faire(
        lambda un: service.encaisser(
            un.guichet, un.facture(ids[0]), 18735, "camt", "X1", moment=MIDI
        )
    )
    c.banque.autoriser(reference(client, uid))
    assert demander(c, client, uid) is Etat.ANNULEE
    assert (c.banque.comptes["B1"].pris, etats(client, ids[:1])) == (0, ["payee"])


def test_the_card_was_faster_than_the_bank(c, client, ids):
    uid = c.partir(client, ids[:1])
    client.faire(
        lambda un: service.encaisser(
            un.guichet, un.facture(ids[0]), 18735, "camt", "X1", moment=MIDI
        )
    )
    c.banque.payer(reference(client, uid))
    assert demander(c, client, uid) is Etat.CAPTUREE
    # Both are there: nothing is hidden.
    assert etats(client, ids[:1]) == ["surpayee"]
    assert client.facture(ids[0]).solde == -18735


# --- notifications -----------------------------------------------------------


def test_a_notification_says_only_where_to_look(c, client, ids):
    uid = c.partir(client, ids[:1])
    ref = reference(client, uid)
    assert client.faire(lambda un: c.notifier(un, ref, "E1"))
    client.begin()
    assert client.paiement(uid).etat is Etat.EN_ATTENTE
    assert client.paiement(uid).evenements == ("E1",)
    c.banque.payer(ref)
    # The same one again finds out all the same.
    assert client.faire(lambda un: c.notifier(un, ref, "E1"))
    client.begin()
    assert client.paiement(uid).etat is Etat.CAPTUREE
    c.banque.appels.clear()
    assert client.faire(lambda un: c.notifier(un, ref, "E1"))
    assert c.banque.appels == []


def test_a_notification_without_proof(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.payer(reference(client, uid))
    for headers in ({}, {"x-preuve": "CCAS"}, {"x-preuve": ""}):
        with pytest.raises(NotificationInvalide):
            service.recevoir_notification(
                client.guichet,
                "VILLE",
                headers,
                b'{"reference": "B1", "evenement": ""}',
            )
    assert client.paiement(uid).etat is Etat.EN_ATTENTE


def test_a_notification_of_another_regie_finds_nothing(c, client, ids):
    c.partir(client, ids[:1])
    assert not service.recevoir_notification(
        client.guichet,
        "CCAS",
        {"x-preuve": "CCAS"},
        b'{"reference": "B1", "evenement": "E1"}',
    )


def test_a_notification_while_the_bank_is_down_shall_come_again(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.payer(reference(client, uid))
    c.banque.pannes.append("avant")
    with pytest.raises(PasserelleIndisponible):
        c.notifier(client, "B1", "E1")
    client.abort()
    assert client.faire(lambda un: c.notifier(un, "B1", "E1"))
    assert etats(client, ids[:1]) == ["payee"]


# --- giving up ---------------------------------------------------------------


def test_given_up_before_the_bank(c, client, ids):
    uid = client.faire(lambda un: preparer(un, ids[:1]).uid)
    client.faire(
        lambda un: service.demander_annulation(
            un.guichet, un.paiement(uid), "abandon", now=MIDI
        )
    )
    assert client.paiement(uid).etat is Etat.ANNULEE
    assert (etats(client, ids[:1]), c.banque.appels) == (["ouverte"], [])


def test_given_up_at_a_bank_that_does_not_agree(c, client, ids):
    uid = c.partir(client, ids[:1])
    client.faire(
        lambda un: service.demander_annulation(
            un.guichet, un.paiement(uid), "abandon", now=MIDI
        )
    )
    assert client.paiement(uid).etat is Etat.EN_ATTENTE
    assert etats(client, ids[:1]) == ["en_paiement"]


def test_given_up_when_it_was_paid_already(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.payer(reference(client, uid))
    client.faire(
        lambda un: service.demander_annulation(
            un.guichet, un.paiement(uid), "abandon", now=MIDI
        )
    )
    assert client.paiement(uid).etat is Etat.CAPTUREE


# --- a person decides --------------------------------------------------------


def en_revue(c, client, ids, centimes=18800):
    uid = c.partir(client, ids)
    ref = reference(client, uid)
    c.banque.comptes[ref].ordre = replace(
        c.banque.comptes[ref].ordre, centimes=centimes
    )
    c.banque.payer(ref)
    assert demander(c, client, uid) is Etat.A_VERIFIER
    return uid


def resoudre(client, uid, encaisse, **values):
    values = {"raison": "vu", "par": "anne", "now": MIDI, **values}
    return client.faire(
        lambda un: (
            service.resoudre(
                un.guichet, un.paiement(uid), encaisse=encaisse, **values
            ).etat
        )
    )


def test_the_money_that_was_taken_is_booked(c, client, ids):
    uid = en_revue(c, client, ids[:1])
    assert resoudre(client, uid, True) is Etat.CAPTUREE
    client.begin()
    paiement, facture = client.paiement(uid), client.facture(ids[0])
    assert (paiement.encaisse, paiement.resolu, paiement.motif) == (18800, "anne", "vu")
    assert (facture.etat, facture.solde) == (EtatFacture.SURPAYEE, -65)
    assert paiement.historique[-1].par == "anne"
    # What is too much can go back.
    client.faire(
        lambda un: service.rembourser(un.guichet, un.paiement(uid), 65, "trop", "anne")
    )
    demander(c, client, uid)
    assert etats(client, ids[:1]) == ["payee"]


def test_too_little_leaves_the_rest_open(c, client, ids):
    uid = en_revue(c, client, ids[:2], centimes=20_000)
    resoudre(client, uid, True)
    assert etats(client, ids[:2]) == ["payee", "ouverte"]
    assert client.facture(ids[1]).solde == 2735


def test_money_the_bank_has_is_never_not_taken(c, client, ids):
    uid = en_revue(c, client, ids[:1])
    with pytest.raises(service.ArgentChezPrestataire):
        resoudre(client, uid, False)
    assert etats(client, ids[:1]) == ["a_verifier"]
    # Sent back in the bank's own pages.
    c.banque.renvoyer(reference(client, uid), 18800)
    demander(c, client, uid)
    assert resoudre(client, uid, False) is Etat.ANNULEE
    assert etats(client, ids[:1]) == ["ouverte"]


def test_money_the_bank_has_never_announced_is_not_booked(c, client, ids):
    uid = c.partir(client, ids[:1])
    ref = reference(client, uid)
    c.banque.autoriser(ref)
    c.banque.pannes.append(lambda reponse: replace(reponse, centimes=1))
    assert demander(c, client, uid) is Etat.A_VERIFIER
    with pytest.raises(service.RienChezPrestataire):
        resoudre(client, uid, True)
    assert resoudre(client, uid, False) is Etat.ANNULEE
    # What is reserved is given back by the next round, not taken.
    client.faire(lambda un: service.rapprocher(un.guichet, MIDI))
    assert c.banque.comptes[ref].statut is Statut.ANNULEE
    client.begin()
    assert client.paiement(uid).etat is Etat.ANNULEE


@pytest.mark.parametrize("values", [{"raison": " "}, {"par": ""}])
def test_who_decides_says_why(c, client, ids, values):
    uid = en_revue(c, client, ids[:1])
    with pytest.raises(DomainError):
        resoudre(client, uid, True, **values)


def test_what_needs_no_person_is_not_decided_by_one(c, client, ids):
    uid = c.partir(client, ids[:1])
    for encaisse in (True, False):
        with pytest.raises(DomainError):
            resoudre(client, uid, encaisse)


def test_somebody_else_pays_just_now(c, client, ids):
    uid = expire(c, client, ids[:1])
    c.partir(client, ids[:1], now=c.banque.maintenant)
    c.banque.payer(reference(client, uid))
    assert demander(c, client, uid) is Etat.A_VERIFIER
    with pytest.raises(service.PaiementEnCours):
        resoudre(client, uid, True)


def test_a_chargeback(c, client, ids):
    uid = c.partir(client, ids[:2])
    c.banque.payer(reference(client, uid))
    demander(c, client, uid)
    c.banque.reprendre(reference(client, uid))
    assert demander(c, client, uid) is Etat.A_VERIFIER
    client.begin()
    assert client.paiement(uid).revue == "reprise"
    assert etats(client, ids[:2]) == ["payee", "payee"]
    with evenements() as found:
        assert resoudre(client, uid, False) is Etat.REMBOURSEE
    assert (IFactureRouverte, ids[0]) in found
    assert etats(client, ids[:2]) == ["ouverte", "ouverte"]
    assert [e.montant for e in client.facture(ids[0]).ecritures] == [18735, -18735]
    assert client.paiement(uid).rendu == 22735


def test_a_chargeback_that_was_none(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.payer(reference(client, uid))
    demander(c, client, uid)
    c.banque.reprendre(reference(client, uid))
    demander(c, client, uid)
    assert resoudre(client, uid, True) is Etat.CAPTUREE
    assert etats(client, ids[:1]) == ["payee"]
    assert len(client.facture(ids[0]).ecritures) == 1


# --- what comes round --------------------------------------------------------


def rapprocher(c, client, **values):
    return client.faire(
        lambda un: service.rapprocher(un.guichet, c.banque.maintenant, **values)
    )


def test_all_that_was_lost_is_found(c, client, ids):
    uid = c.partir(client, ids[:2])
    c.banque.autoriser(reference(client, uid))
    # Neither a return nor a notification; not yet due.
    assert rapprocher(c, client)["demandes"] == 0
    c.banque.maintenant += timedelta(minutes=3)
    assert rapprocher(c, client) == {
        "demandes": 1,
        "changes": 1,
        "indisponibles": 0,
        "conflits": 0,
        "a_verifier": 0,
        "bloques": 0,
    }
    assert etats(client, ids[:2]) == ["payee", "payee"]
    assert rapprocher(c, client)["demandes"] == 0


def test_questions_become_rarer(c, client, ids):
    c.partir(client, ids[:1])
    asked = 0
    for _minute in range(25):
        c.banque.maintenant += timedelta(minutes=1)
        asked += rapprocher(c, client)["demandes"]
    assert asked == 4
    # The end of the page is not slept through.
    c.banque.maintenant += timedelta(minutes=1)
    assert rapprocher(c, client)["changes"] == 1
    assert etats(client, ids[:1]) == ["ouverte"]


def test_nobody_has_gone_to_the_bank(c, client, ids):
    uid = client.faire(lambda un: preparer(un, ids[:1]).uid)
    c.banque.maintenant += timedelta(minutes=24)
    assert rapprocher(c, client)["changes"] == 0
    c.banque.maintenant += timedelta(minutes=2)
    assert rapprocher(c, client)["changes"] == 1
    assert client.paiement(uid).etat is Etat.EXPIREE
    assert c.banque.appels == []


def test_an_hour_without_the_bank(c, client, ids):
    uids = [c.partir(client, [id]) for id in ids[:3]]
    for uid in uids:
        c.banque.payer(reference(client, uid))
    for _n in range(12):
        c.banque.maintenant += timedelta(minutes=5)
        c.banque.pannes = ["avant"] * 9
        rapprocher(c, client)
    c.banque.pannes = []
    assert etats(client, ids[:3]) == ["en_paiement"] * 3
    c.banque.maintenant += timedelta(hours=1)
    assert rapprocher(c, client)["changes"] == 3
    assert etats(client, ids[:3]) == ["payee"] * 3


def test_a_silent_bank_is_left_alone(c, client, ids):
    more = client.faire(lambda un: [c.facture(un.guichet) for _n in range(6)])
    for id in more:
        c.partir(client, [id])
    c.banque.maintenant += timedelta(minutes=5)
    c.banque.pannes = ["avant"] * 20
    assert rapprocher(c, client)["indisponibles"] == 3
    assert len(c.banque.pannes) == 17


def payes_a_rendre(c, client, nombre, **regie):
    """Paid payments whose refund is decided and not ordered; their uids, in order."""
    c.regie("VILLE", **regie)
    found = []
    for id in client.faire(lambda un: [c.facture(un.guichet) for _n in range(nombre)]):
        uid = c.partir(client, [id])
        c.banque.payer(reference(client, uid))
        demander(c, client, uid)
        client.faire(
            lambda un, uid=uid: service.rembourser(
                un.guichet, un.paiement(uid), 100, "erreur", "anne", now=MIDI
            )
        )
        found.append(uid)
    c.banque.appels.clear()
    return sorted(found)


def refuse_les_renvois(c, monkeypatch, *uids):
    """The bank tells where each payment stands, and takes no refund of these."""
    rembourser = c.banque.rembourser

    def indisponible(regie, reference, centimes, cle):
        if cle.partition(":")[0] in uids:
            c.banque.appels.append(("rembourser", cle))
            raise PasserelleIndisponible("HTTP 503")
        return rembourser(regie, reference, centimes, cle)

    monkeypatch.setattr(c.banque, "rembourser", indisponible)


def test_refunds_that_do_not_end_do_not_starve_the_others(c, client, monkeypatch):
    uids = payes_a_rendre(c, client, 5)
    refuse_les_renvois(c, monkeypatch, *uids[:3])
    c.banque.maintenant += timedelta(minutes=5)
    assert rapprocher(c, client)["indisponibles"] == 3
    client.begin()
    rendus = [client.paiement(uid).remboursements[0].statut for uid in uids]
    assert rendus == ["a_envoyer"] * 3 + ["fait"] * 2


def test_a_silent_bank_about_refunds_lets_others_come_first(c, client):
    """Those nobody answered about are asked later than the others."""
    uids = payes_a_rendre(c, client, 6)
    c.banque.pannes = ["avant"] * 3
    assert rapprocher(c, client)["indisponibles"] == 3
    c.banque.pannes = ["avant"] * 3
    c.banque.maintenant += timedelta(minutes=1)
    rapprocher(c, client)
    demandes = [cle for nom, cle in c.banque.appels if nom == "consulter"]
    client.begin()
    assert demandes == [client.paiement(uid).reference for uid in uids]


def test_a_refund_that_does_not_end_is_asked_for_less_and_less(c, client, monkeypatch):
    [uid] = payes_a_rendre(c, client, 1)
    refuse_les_renvois(c, monkeypatch, uid)
    for _n in range(12):
        c.banque.maintenant += timedelta(minutes=5)
        rapprocher(c, client)
    assert [nom for nom, _cle in c.banque.appels].count("rembourser") == 5
    # When another one is decided, the next round asks again; it goes once this one ends.
    client.faire(
        lambda un: service.rembourser(
            un.guichet, un.paiement(uid), 200, "erreur", "anne", now=MIDI
        )
    )
    rapprocher(c, client)
    assert [nom for nom, _cle in c.banque.appels].count("rembourser") == 6
    assert ("rembourser", f"{uid}:remboursement:2") not in c.banque.appels
    monkeypatch.undo()
    for _order in range(2):
        rapprocher(c, client, tout=True)
    client.begin()
    assert [r.statut for r in client.paiement(uid).remboursements] == ["fait", "fait"]


def test_a_refund_that_waits_for_a_person_is_not_asked_about(c, client):
    payes_a_rendre(c, client, 2, quatre_yeux_des=1)
    for _n in range(3):
        c.banque.maintenant += timedelta(hours=1)
        assert rapprocher(c, client)["demandes"] == 0
    assert c.banque.appels == []


def test_a_bank_that_must_not_be_asked(c, client, ids):
    c.banque.attente = None
    uid = c.partir(client, ids[:1])
    c.banque.maintenant += timedelta(minutes=20)
    assert rapprocher(c, client, tout=True)["demandes"] == 0
    c.banque.maintenant += timedelta(minutes=6)
    # Once, at the end of its page.
    assert rapprocher(c, client)["demandes"] == 1
    assert client.paiement(uid).etat is Etat.EXPIREE
    for _n in range(3):
        c.banque.maintenant += timedelta(days=9)
        assert rapprocher(c, client)["demandes"] == 0
    assert len(service.lire_paiements(client.guichet).suivis) == 0


def test_money_that_comes_hours_later_is_found(c, client, ids):
    uid = expire(c, client, ids[:1])
    c.banque.payer(reference(client, uid))
    assert rapprocher(c, client)["demandes"] == 0
    c.banque.maintenant += timedelta(hours=2)
    assert rapprocher(c, client)["changes"] == 1
    assert etats(client, ids[:1]) == ["payee"]


def test_what_is_over_is_asked_about_less_and_less(c, client, ids):
    expire(c, client, ids[:1])
    asked = 0
    for _hour in range(24 * 30):
        c.banque.maintenant += timedelta(hours=1)
        asked += rapprocher(c, client)["demandes"]
    assert asked == 3


def test_a_silence_is_no_answer(c, client, ids):
    """Nothing is forgotten before the provider's last word."""
    uid = expire(c, client, ids[:1])
    for _n in range(6):
        c.banque.maintenant += timedelta(days=9)
        c.banque.pannes = ["avant"]
        assert rapprocher(c, client)["indisponibles"] == 1
        # Not in each round, as long as it is silent.
        assert rapprocher(c, client)["demandes"] == 0
    client.begin()
    assert (client.paiement(uid).suivis, client.paiement(uid).suivi is None) == (
        0,
        False,
    )
    c.banque.payer(reference(client, uid))
    c.banque.maintenant += timedelta(hours=2)
    assert rapprocher(c, client)["changes"] == 1
    assert etats(client, ids[:1]) == ["payee"]


def test_a_regie_that_is_gone_has_no_last_word(c, client, ids, monkeypatch):
    uid = expire(c, client, ids[:1])
    with monkeypatch.context() as gone:
        gone.setattr(depot, "get_regie", mock.Mock(side_effect=RegieInconnue))
        for _n in range(6):
            c.banque.maintenant += timedelta(days=9)
            assert rapprocher(c, client)["indisponibles"] == 1
            assert rapprocher(c, client)["indisponibles"] == 0
    c.banque.maintenant += timedelta(hours=2)
    assert rapprocher(c, client)["demandes"] == 1
    client.begin()
    assert client.paiement(uid).suivis == 1


def test_a_payment_that_does_not_end_is_shown(c, client, ids):
    uid = c.partir(client, ids[:1])
    for _n in range(30):
        c.banque.maintenant += timedelta(hours=1)
        c.banque.pannes = ["avant"]
        found = rapprocher(c, client)
    assert found["bloques"] == 1
    assert etats(client, ids[:1]) == ["en_paiement"]
    [bloque] = service.bloques(client.guichet, c.banque.maintenant)
    assert bloque.uid == uid

    def liberer(un, now):
        return service.liberer_de_force(
            un.guichet, un.paiement(uid), "prestataire fermé", "anne", now=now
        )

    with pytest.raises(DomainError):
        liberer(client, MIDI + timedelta(hours=23))
    client.faire(lambda un: liberer(un, c.banque.maintenant))
    assert etats(client, ids[:1]) == ["ouverte"]
    # Money that comes nevertheless is looked into, whatever the invoice says.
    c.banque.payer(reference(client, uid))
    assert demander(c, client, uid) is Etat.A_VERIFIER


def test_a_payment_the_bank_has_forgotten(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.comptes.clear()
    assert demander(c, client, uid) is Etat.EN_ATTENTE
    c.banque.maintenant += timedelta(minutes=26)
    assert demander(c, client, uid) is Etat.A_VERIFIER
    assert client.paiement(uid).revue == "inconnue"
    assert resoudre(client, uid, False) is Etat.ANNULEE


def test_each_payment_of_a_round_is_kept_for_itself(c, client, ids):
    uids = [c.partir(client, [id]) for id in ids[:2]]
    for uid in uids:
        c.banque.payer(reference(client, uid))
    c.banque.maintenant += timedelta(minutes=5)
    other = c.client()
    commits = []

    def commit():
        if not commits:
            # Somebody writes the first one just now.
            other.begin()
            vus = [uid for uid in uids if client.paiement(uid).etat is Etat.CAPTUREE]
            other.paiement(vus[0]).evenements = ("E1",)
            other.commit()
        commits.append(1)
        client.commit()

    client.begin()
    found = service.rapprocher(
        client.guichet, c.banque.maintenant, commit=commit, abort=client.abort
    )
    assert (found["changes"], found["conflits"]) == (1, 1)
    assert sorted(etats(client, ids[:2])) == ["en_paiement", "payee"]
    rapprocher(c, client, tout=True)
    assert etats(client, ids[:2]) == ["payee", "payee"]


def test_the_books_forget_who_has_paid(c, client, ids):
    uid = c.partir(client, ids[:1])
    client.faire(lambda un: service.lire_paiements(un.guichet).oublier_payeur("c1"))
    assert service.lire_paiements(client.guichet).de("c1") == []
    assert client.paiement(uid).payeur == ""


def test_nothing_is_made_by_looking(c):
    from comptoir import GuichetDeTest

    guichet = GuichetDeTest()
    assert service.get_paiement(guichet, "x") is None
    assert service.a_verifier(guichet) == service.bloques(guichet) == []
    assert service.a_traiter(guichet) == []
    assert not hasattr(guichet, "__annotations__")


def test_the_journal_has_words_and_numbers_only(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.payer(reference(client, uid))
    demander(c, client, uid)
    assert c.journal == [
        "paiement.preparer",
        "paiement.changer",
        "facture.ecrire",
        "paiement.changer",
    ]


def test_a_regie_that_is_gone(c, client, ids, monkeypatch):
    def personne(code):
        raise RegieInconnue(code)

    monkeypatch.setattr(depot, "get_regie", personne)
    with pytest.raises(service.RegieSansPaiement):
        preparer(client, ids[:1])


# --- money in review, and who comes after it ---------------------------------


def en_revue_derriere(c, client, ids):
    """Late money in review, while somebody else has the invoice: both uids."""
    uid = expire(c, client, ids)
    autre = c.partir(client, ids, now=c.banque.maintenant)
    c.banque.payer(reference(client, uid))
    assert demander(c, client, uid) is Etat.A_VERIFIER
    client.begin()
    assert client.facture(ids[0]).verrou == autre
    return uid, autre


def test_what_money_in_review_is_for_is_not_open_once_the_other_is_over(c, client, ids):
    uid, autre = en_revue_derriere(c, client, ids[:1])
    c.banque.renoncer(reference(client, autre))
    assert demander(c, client, autre) is Etat.ANNULEE
    assert etats(client, ids[:1]) == ["a_verifier"]
    assert client.facture(ids[0]).verrou == uid
    with pytest.raises(service.FacturesChangees):
        preparer(client, ids[:1])


def test_what_money_in_review_is_for_is_not_open_once_the_other_goes_back(
    c, client, ids
):
    uid, autre = en_revue_derriere(c, client, ids[:1])
    c.banque.payer(reference(client, autre))
    assert demander(c, client, autre) is Etat.CAPTUREE
    assert etats(client, ids[:1]) == ["payee"]
    client.faire(
        lambda un: service.rembourser(
            un.guichet, un.paiement(autre), 18735, "erreur", "anne", now=MIDI
        )
    )
    assert demander(c, client, autre) is Etat.REMBOURSEE
    assert etats(client, ids[:1]) == ["a_verifier"]
    assert client.facture(ids[0]).verrou == uid


def test_the_one_in_review_pays_it_in_the_end(c, client, ids):
    uid, autre = en_revue_derriere(c, client, ids[:1])
    c.banque.renoncer(reference(client, autre))
    demander(c, client, autre)
    client.faire(
        lambda un: service.resoudre(
            un.guichet, un.paiement(uid), encaisse=True, raison="vu", par="anne"
        )
    )
    assert etats(client, ids[:1]) == ["payee"]
    assert client.facture(ids[0]).verrou == ""
