"""Money that comes otherwise: at the counter, by bank, from the business application."""

from carouge.guichet.facture import service as factures
from carouge.guichet.facture.domain import EcritureDouble
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.paiement import camt
from carouge.guichet.paiement import service
from carouge.guichet.paiement.camt import Mouvement
from carouge.guichet.paiement.domain import DomainError
from comptoir import comptoir
from comptoir import MIDI
from dataclasses import replace
from datetime import date
from releves import camt as releve
from releves import Credit

import pytest


QR_IBAN = "CH4431999123000889012"
REFERENCES = ("210000000003139471430009017", "000008207791225857421286694")


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
        lambda un: [
            c.facture(un.guichet, 18737),
            c.facture(un.guichet, 4000),
            c.facture(un.guichet, 9990, "CCAS"),
        ]
    )


def encaisser(client, id, centimes, source, cle="X1"):
    client.faire(
        lambda un: service.encaisser(
            un.guichet,
            un.facture(id),
            centimes,
            source,
            cle,
            par="caisse",
            moment=MIDI,
        )
    )
    client.begin()
    return [
        (e.source.value, e.montant, e.id_externe, e.par)
        for e in client.facture(id).ecritures
    ]


# --- at the counter ----------------------------------------------------------


@pytest.mark.parametrize(
    "montant,pieces,arrondi",
    [
        (18737, 18735, 2),
        (18738, 18740, -2),
        (18736, 18735, 1),
        (18739, 18740, -1),
        (18735, 18735, 0),
        (3, 5, -2),
    ],
)
def test_cash_is_rounded_to_five_centimes(c, client, montant, pieces, arrondi):
    [id] = client.faire(lambda un: [c.facture(un.guichet, montant)])
    lignes = encaisser(client, id, pieces, "especes")
    wanted = [("especes", pieces, "X1", "caisse")]
    if arrondi:
        wanted.insert(0, ("arrondi", arrondi, "X1", "caisse"))
    assert lignes == wanted
    facture = client.facture(id)
    assert (facture.etat, facture.solde) == (EtatFacture.PAYEE, 0)


def test_the_terminal_takes_centimes(client, ids):
    assert encaisser(client, ids[0], 18737, "terminal") == [
        ("terminal", 18737, "X1", "caisse")
    ]
    assert client.facture(ids[0]).etat is EtatFacture.PAYEE


def test_a_part_of_it(client, ids):
    encaisser(client, ids[0], 10_000, "especes")
    assert client.facture(ids[0]).solde == 8737
    encaisser(client, ids[0], 8735, "especes", "X2")
    assert client.facture(ids[0]).etat is EtatFacture.PAYEE


@pytest.mark.parametrize(
    "centimes,source",
    [
        (0, "especes"),
        (-5, "especes"),
        (True, "especes"),
        (1.0, "especes"),
        (18737, "especes"),
        (18740, "especes"),
        (18736, "especes"),
        (18740, "terminal"),
        (18738, "terminal"),
        (0, "camt"),
    ],
)
def test_not_that_amount(client, ids, centimes, source):
    with pytest.raises(service.MontantRefuse):
        encaisser(client, ids[0], centimes, source)
    client.begin()
    assert client.facture(ids[0]).ecritures == []


@pytest.mark.parametrize("source", ["carte", "twint", "remboursement", "arrondi"])
def test_not_from_there(client, ids, source):
    with pytest.raises(DomainError):
        encaisser(client, ids[0], 18737, source)
    with pytest.raises(DomainError):
        encaisser(client, ids[0], 18737, "erp", "")


def test_a_second_click_books_nothing(client, ids):
    encaisser(client, ids[0], 18735, "especes")
    with pytest.raises(EcritureDouble):
        encaisser(client, ids[0], 18735, "especes")
    client.begin()
    assert client.facture(ids[0]).recu == 18737


@pytest.mark.parametrize("source", ["especes", "terminal"])
def test_what_is_not_due_is_not_taken(c, client, ids, source):
    c.partir(client, ids[:1])
    encaisser(client, ids[1], 4000, "camt", "B1")
    for id in ids[:2]:
        with pytest.raises(service.PasAPayer):
            encaisser(client, id, 4000, source, "X9")


def test_what_was_cancelled_is_not_taken(client, ids):
    client.faire(
        lambda un: factures.annuler(un.guichet, un.facture(ids[0]), "erreur", "anne")
    )
    with pytest.raises(service.PasAPayer):
        encaisser(client, ids[0], 18735, "especes")


@pytest.mark.parametrize("source", ["camt", "erp"])
def test_money_that_is_there_is_booked_whatever_the_invoice_says(client, ids, source):
    encaisser(client, ids[0], 18737, source)
    encaisser(client, ids[0], 100, source, "X2")
    assert client.facture(ids[0]).etat is EtatFacture.SURPAYEE


# --- by bank -----------------------------------------------------------------


def mouvement(reference, centimes=18737, **values):
    return Mouvement(
        **{
            "iban": QR_IBAN,
            "compte": QR_IBAN,
            "id_externe": "ASR-1",
            "reference_qr": reference,
            "centimes": centimes,
            "devise": "CHF",
            "date": date(2026, 11, 23),
            "statut": "BOOK",
            "credit": True,
            **values,
        }
    )


def lire(client, *mouvements):
    return client.faire(
        lambda un: service.encaisser_mouvements(
            un.guichet, mouvements, par="caisse", now=MIDI
        )
    )


def reference(client, id):
    client.begin()
    return client.facture(id).reference_qr


def attend(client):
    client.begin()
    return [(m.raison, m.regie) for m in service.a_traiter(client.guichet)]


def test_a_credit_pays_its_invoice(client, ids):
    rapport = lire(client, mouvement(reference(client, ids[0])))
    assert (rapport.inscrits, rapport.centimes, rapport.factures) == (
        1,
        18737,
        [ids[0]],
    )
    client.begin()
    [ecriture] = client.facture(ids[0]).ecritures
    assert (ecriture.source.value, ecriture.id_externe) == ("camt", f"{QR_IBAN}:ASR-1")
    assert client.facture(ids[0]).etat is EtatFacture.PAYEE
    assert attend(client) == []


def test_the_same_file_again_and_the_other_one_of_the_day(client, ids):
    credit = mouvement(reference(client, ids[0]))
    lire(client, credit)
    # A statement names the account, a notice the QR-IBAN: it is the same movement.
    autre = replace(credit, compte="CH9300762011623852957")
    rapport = lire(client, credit, autre, credit)
    assert (rapport.inscrits, rapport.connus) == (0, 3)
    client.begin()
    assert client.facture(ids[0]).recu == 18737


def test_two_payments_with_one_name_of_the_bank(client, ids):
    de = dict(zip(REFERENCES, (reference(client, id) for id in ids), strict=False))
    credits = [Credit(REFERENCES[0], 18737, "A-1"), Credit(REFERENCES[1], 4000, "A-1")]
    for genre in ("camt.053.001.08", "camt.054.001.08", "camt.054.001.08"):
        lus = camt.lire(releve(credits, genre=genre))
        lire(client, *(replace(lu, reference_qr=de[lu.reference_qr]) for lu in lus))
        client.begin()
        assert [client.facture(id).recu for id in ids[:2]] == [18737, 4000]
        assert attend(client) == []


@pytest.mark.parametrize("connu", [0, 1], ids=["booked", "waiting"])
@pytest.mark.parametrize(
    "values",
    [
        {"centimes": 4000},
        {"reference_qr": "autre"},
        {"devise": "EUR"},
        {"credit": False},
        {"extourne": True},
    ],
)
def test_another_movement_under_a_name_that_is_known(client, ids, connu, values):
    """Nothing is lost, nothing is booked twice, and the file again adds nothing."""
    un = mouvement(reference(client, ids[0]), 18737 + connu)
    if "reference_qr" in values:
        values = {"reference_qr": reference(client, ids[1])}
    lire(client, un)
    rapport = lire(client, replace(un, **values))
    assert (rapport.nouveaux, rapport.a_traiter, rapport.connus) == (1, 1, 0)
    rapport = lire(client, un, replace(un, **values), un)
    assert (rapport.nouveaux, rapport.inscrits) == (0, 0)
    assert sorted(raison for raison, _r in attend(client)) == (
        ["double", "montant"] if connu else ["double"]
    )
    assert client.facture(ids[0]).recu == (0 if connu else 18737)
    assert client.facture(ids[1]).recu == 0


def test_a_file_that_tells_less_of_a_movement(client, ids):
    un = mouvement(reference(client, ids[0]))
    lire(client, un)
    rapport = lire(client, replace(un, reference_qr=""))
    assert (rapport.connus, attend(client)) == (1, [])


def test_what_a_person_has_booked_elsewhere_is_known(client, ids):
    un = mouvement("9" * 27, 4000)
    lire(client, un)

    def affecter(x):
        [attente] = service.a_traiter(x.guichet)
        service.affecter(x.guichet, attente, x.facture(ids[1]), "anne", now=MIDI)

    client.faire(affecter)
    assert (lire(client, un).connus, attend(client)) == (1, [])


@pytest.mark.parametrize(
    "values,raison",
    [
        ({"reference_qr": "9" * 27}, "inconnue"),
        ({"reference_qr": ""}, "sans_reference"),
        ({"centimes": 18736}, "montant"),
        ({"centimes": 18738}, "montant"),
        ({"devise": "EUR"}, "devise"),
        ({"credit": False}, "debit"),
        ({"extourne": True}, "extourne"),
        ({"extourne": True, "credit": False}, "extourne"),
        ({"collectif": True}, "collectif"),
    ],
)
def test_what_does_not_match_waits_for_a_person(client, ids, values, raison):
    credit = replace(mouvement(reference(client, ids[0])), **values)
    for nouveaux in (1, 0):
        rapport = lire(client, credit)
        assert (rapport.inscrits, rapport.a_traiter, rapport.nouveaux) == (
            0,
            1,
            nouveaux,
        )
    assert attend(client) == [(raison, "VILLE")]
    assert client.facture(ids[0]).ecritures == []


def test_an_invoice_of_another_regie_waits(client, ids):
    lire(client, mouvement(reference(client, ids[2]), 9990))
    assert attend(client) == [("inconnue", "VILLE")]


@pytest.mark.parametrize("statut", ["PDNG", "INFO", ""])
def test_what_is_not_final_is_not_booked(client, ids, statut):
    rapport = lire(client, mouvement(reference(client, ids[0]), statut=statut))
    assert (rapport.en_attente, attend(client)) == (1, [])
    assert lire(client, mouvement(reference(client, ids[0]))).inscrits == 1


def test_an_account_of_nobody(client, ids):
    ailleurs = {"iban": "CH9300762011623852957", "compte": "CH9300762011623852957"}
    rapport = lire(client, mouvement(reference(client, ids[0]), **ailleurs))
    assert (rapport.etrangers, attend(client)) == (1, [])


def test_paid_cancelled_and_being_checked(c, client, ids):
    credit = mouvement(reference(client, ids[0]))
    lire(client, credit, replace(credit, id_externe="ASR-2"))
    assert attend(client) == [("deja_payee", "VILLE")]
    client.faire(
        lambda un: factures.annuler(un.guichet, un.facture(ids[1]), "erreur", "anne")
    )
    lire(client, mouvement(reference(client, ids[1]), 4000, id_externe="ASR-3"))
    assert ("annulee", "VILLE") in attend(client)


def test_under_a_card_payment(c, client, ids):
    uid = c.partir(client, ids[:1])
    assert lire(client, mouvement(reference(client, ids[0]))).inscrits == 1
    client.begin()
    assert client.facture(ids[0]).etat is EtatFacture.PAYEE
    assert client.facture(ids[0]).verrou == uid


def test_under_a_payment_that_is_being_checked(c, client, ids):
    uid = c.partir(client, ids[:1])
    c.banque.payer("B1")
    c.banque.pannes.append(lambda reponse: replace(reponse, centimes=1))
    client.faire(
        lambda un: service.demander_etat(un.guichet, un.paiement(uid), "retour")
    )
    lire(client, mouvement(reference(client, ids[0])))
    assert attend(client) == [("en_revue", "VILLE")]


def un_mouvement(client):
    client.begin()
    [found] = service.a_traiter(client.guichet)
    return found


def test_a_person_says_where_it_belongs(client, ids):
    lire(client, mouvement("", 4000, payeur="C. Favre"))
    found = un_mouvement(client)
    assert (found.valeurs["payeur"], found.centimes) == ("C. Favre", 4000)
    service.affecter(client.guichet, found, client.facture(ids[1]), "caisse", now=MIDI)
    client.commit()
    assert client.facture(ids[1]).etat is EtatFacture.PAYEE
    assert attend(client) == []
    assert (found.issue, found.facture, found.par) == ("affecte", ids[1], "caisse")
    for faire in (
        lambda: service.affecter(
            client.guichet, found, client.facture(ids[0]), "caisse"
        ),
        lambda: service.classer(client.guichet, found, "doublon", "caisse"),
    ):
        with pytest.raises(service.DejaTraite):
            faire()
    # The file comes again.
    assert lire(client, mouvement("", 4000)).connus == 1


def test_a_reversal_is_booked_where_a_person_says(client, ids):
    credit = mouvement(reference(client, ids[0]))
    lire(client, credit)
    lire(client, replace(credit, id_externe="ASR-2", extourne=True, credit=False))
    found = un_mouvement(client)
    assert (found.raison, found.centimes) == ("extourne", -18737)
    with pytest.raises(DomainError):
        service.affecter(client.guichet, found, client.facture(ids[1]), "caisse")
    service.affecter(client.guichet, found, client.facture(ids[0]), "caisse", now=MIDI)
    client.commit()
    assert client.facture(ids[0]).etat is EtatFacture.OUVERTE
    assert [e.montant for e in client.facture(ids[0]).ecritures] == [18737, -18737]


def test_never_on_an_invoice_of_another_regie_or_in_euros(client, ids):
    lire(client, mouvement("", 9990))
    with pytest.raises(DomainError):
        service.affecter(
            client.guichet, un_mouvement(client), client.facture(ids[2]), "caisse"
        )
    service.classer(client.guichet, un_mouvement(client), "rendu", "caisse")
    client.commit()
    lire(client, mouvement("", 4000, devise="EUR", id_externe="ASR-2"))
    with pytest.raises(DomainError):
        service.affecter(
            client.guichet, un_mouvement(client), client.facture(ids[1]), "caisse"
        )


def test_closed_with_a_word(client, ids):
    lire(client, mouvement("", 4000))
    with pytest.raises(DomainError):
        service.classer(client.guichet, un_mouvement(client), " ", "caisse")
    service.classer(
        client.guichet, un_mouvement(client), " Rendu au payeur ", "caisse", now=MIDI
    )
    client.commit()
    assert attend(client) == []
    assert client.facture(ids[1]).ecritures == []


def test_a_sum_of_several_payments_is_booked_on_no_invoice(client, ids):
    """The camt.053 tells the sum, the camt.054 the payments: they are the same money."""
    lire(client, mouvement("", 22737, collectif=True))
    assert attend(client) == [("collectif", "VILLE")]
    with pytest.raises(service.Collectif):
        service.affecter(
            client.guichet, un_mouvement(client), client.facture(ids[0]), "caisse"
        )
    lire(
        client,
        mouvement(reference(client, ids[0]), id_externe="ASR-1/1"),
        mouvement(reference(client, ids[1]), 4000, id_externe="ASR-1/2"),
    )
    found = un_mouvement(client)
    service.classer(client.guichet, found, "les deux sont inscrits", "caisse")
    client.commit()
    assert [client.facture(id).recu for id in ids[:2]] == [18737, 4000]
    assert attend(client) == []


def test_what_waits_is_counted_without_reading_what_was_treated(client, ids):
    lire(client, *(mouvement("", 100 + n, id_externe=f"ASR-{n}") for n in range(5)))
    for _n in range(3):
        client.begin()
        found = service.a_traiter(client.guichet)[0]
        service.classer(client.guichet, found, "autre", "caisse")
        client.commit()
    client.connection.cacheMinimize()
    client.begin()
    assert service.nombre_a_traiter(client.guichet) == 2
    assert len(service.a_traiter(client.guichet)) == 2
    loaded = [
        one
        for one in service.lire_paiements(client.guichet).a_traiter.values()
        if one._p_changed is not None
    ]
    assert len(loaded) == 2
