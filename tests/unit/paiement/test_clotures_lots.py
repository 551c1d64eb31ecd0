"""Settlement and export: each movement once, totals that agree, content that stays."""

from carouge.guichet.facture import service as factures
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import Source
from carouge.guichet.paiement import cloture
from carouge.guichet.paiement import lots
from carouge.guichet.paiement import service
from carouge.guichet.paiement.domain import DomainError
from comptoir import comptoir
from comptoir import MIDI
from datetime import date
from datetime import timedelta

import csv
import io
import pytest


@pytest.fixture
def c():
    with comptoir() as found:
        yield found


@pytest.fixture
def client(c):
    return c.client()


@pytest.fixture
def journee(c, client):
    """A day: a card payment of two invoices, cash, a terminal, the bank, a refund."""
    ids = client.faire(
        lambda un: [
            c.facture(un.guichet, montant)
            for montant in (18735, 4000, 1237, 5000, 6000, 7000)
        ]
    )
    client.faire(lambda un: c.facture(un.guichet, 9990, "CCAS"))
    uid = c.partir(client, ids[:2])
    c.banque.payer("B1")

    def encaisser(un, id, centimes, source):
        service.encaisser(
            un.guichet, un.facture(id), centimes, source, f"X{id}", moment=MIDI
        )

    def operation(un):
        service.demander_etat(un.guichet, un.paiement(uid), "retour", now=MIDI)
        encaisser(un, ids[2], 1235, "especes")
        encaisser(un, ids[3], 5000, "terminal")
        encaisser(un, ids[4], 6000, "camt")
        encaisser(un, ids[5], 7000, "erp")
        service.rembourser(un.guichet, un.paiement(uid), 735, "erreur", "anne")

    client.faire(operation)
    client.faire(lambda un: service.rapprocher(un.guichet, MIDI))
    return ids, uid


TOTAUX = (
    ("carte", 2, 22735),
    ("camt", 1, 6000),
    ("especes", 1, 1235),
    ("terminal", 1, 5000),
    ("remboursement", 1, -735),
    ("arrondi", 1, 2),
)


def cloturer(client, regie="VILLE", par="anne", **values):
    return client.faire(
        lambda un: (
            cloture.cloturer(un.guichet, regie, par, **{"now": MIDI, **values}).rang
        )
    )


def test_the_day_balances(client, journee):
    client.begin()
    bilan = cloture.en_cours(client.guichet, "VILLE")
    assert bilan.totaux == TOTAUX
    assert (bilan.entrees, bilan.sorties, bilan.arrondi) == (34970, -735, 2)
    assert (bilan.especes, bilan.ecarts) == (1235, ())
    # What the balances of the invoices have gone down by, but for what the business
    # application has got itself.
    guichet = client.guichet
    recu = sum(facture.recu for facture in factures.factures_de(guichet))
    assert (bilan.total, recu) == (34237, 34237 + 7000)
    assert cloture.en_cours(guichet, "CCAS").lignes == ()


def test_it_is_settled_once(c, client, journee):
    ids, _uid = journee
    assert cloturer(client, compte=1235) == 1
    client.begin()
    made = cloture.get_cloture(client.guichet, "VILLE", 1)
    assert (made.totaux, made.total, made.attendu, made.ecart) == (
        TOTAUX,
        34235,
        1235,
        0,
    )
    assert (made.par, made.jour, len(made.lignes)) == ("anne", date(2026, 11, 23), 7)
    assert cloture.en_cours(client.guichet, "VILLE").lignes == ()
    with pytest.raises(cloture.RienACloturer):
        cloturer(client)
    # What comes afterwards is in the next one.
    client.faire(
        lambda un: service.encaisser(
            un.guichet, un.facture(ids[5]), 100, "camt", "X99", moment=MIDI
        )
    )
    assert cloturer(client) == 2
    client.begin()
    assert [one.rang for one in cloture.clotures_de(client.guichet, "VILLE")] == [2, 1]
    assert cloture.clotures_de(client.guichet, "CCAS") == []
    assert [one.ecart for one in cloture.clotures_de(client.guichet, "VILLE")] == [
        None,
        0,
    ]


def test_a_till_that_differs_needs_a_word(client, journee):
    with pytest.raises(DomainError):
        cloturer(client, compte=1200, remarque=" ")
    assert cloturer(client, compte=1200, remarque="35 centimes manquent") == 1
    client.begin()
    assert cloture.get_cloture(client.guichet, "VILLE", 1).ecart == -35


def test_money_in_the_till_of_a_day_without_movements(client):
    with pytest.raises(cloture.RienACloturer):
        cloturer(client, compte=0)
    assert cloturer(client, compte=20, remarque="trouvé") == 1


def test_books_that_do_not_agree_are_not_settled(client, journee):
    _ids, uid = journee

    def tromper(un):
        un.paiement(uid).encaisse += 1

    client.faire(tromper)
    assert cloture.en_cours(client.guichet, "VILLE").ecarts == (uid,)
    with pytest.raises(cloture.LivresDivergents):
        cloturer(client)


def lot(client, regie="VILLE", now=MIDI):
    def operation(un):
        made = lots.creer_lot(un.guichet, regie, "anne", now=now)
        return None if made is None else made.numero

    return client.faire(operation)


def test_a_batch_has_all_but_what_the_erp_has_said(client, journee):
    assert lots.a_exporter(client.guichet, "VILLE") == 7
    assert lot(client) == "VILLE-2026-00001"
    assert lot(client) is None
    assert lot(client, "CCAS") is None
    client.begin()
    made = lots.get_lot(client.guichet, "VILLE-2026-00001")
    assert (len(made), made.total) == (7, 41237 - 7000)
    assert sorted(made.totaux) == sorted(TOTAUX)
    assert lots.a_exporter(client.guichet, "VILLE") == 0


def test_its_content_stays(c, client, journee):
    ids, _uid = journee
    lot(client)
    client.begin()
    before = lots.csv_de(lots.get_lot(client.guichet, "VILLE-2026-00001"))
    c.regie("VILLE", budget="Autre", compte_comptable="9")
    client.faire(
        lambda un: service.encaisser(
            un.guichet, un.facture(ids[5]), 100, "camt", "X99", moment=MIDI
        )
    )
    assert lot(client, now=MIDI + timedelta(days=60)) == "VILLE-2027-00002"
    client.begin()
    one, other = lots.lots_de(client.guichet, "VILLE")
    assert lots.csv_de(one) == before
    assert (len(other), other.budget) == (1, "Autre")


def test_the_file(client, journee):
    _ids, uid = journee
    lot(client)
    client.begin()
    corps = lots.csv_de(lots.get_lot(client.guichet, "VILLE-2026-00001"))
    assert corps.startswith(b"\xef\xbb\xbflot;ligne;date;regie;budget;compte;")
    rows = [*csv.DictReader(io.StringIO(corps[3:].decode()), delimiter=";")]
    assert [int(row["ligne"]) for row in rows] == [*range(1, 8)]
    carte = next(row for row in rows if row["source"] == "carte")
    assert carte == {
        "lot": "VILLE-2026-00001",
        "ligne": carte["ligne"],
        "date": "2026-11-23",
        "regie": "VILLE",
        "budget": "Budget VILLE",
        "compte": "1100.01",
        "numero": "2026-000001",
        "source": "carte",
        "montant": "187.35",
        "devise": "CHF",
        "paiement": uid,
        "id_externe": f"{uid}:f1",
    }
    rendu = next(row for row in rows if row["source"] == "remboursement")
    assert rendu["montant"] == "-7.35"


def test_no_formula_in_a_file(c, client):
    c.regie("VILLE", budget="=HYPERLINK(1)", compte_comptable="@1100")

    def operation(un):
        id = c.facture(un.guichet, 500)
        facture = un.facture(id)
        facture.numero = "+1+1"
        service.encaisser(un.guichet, facture, 500, "camt", "-2;3", moment=MIDI)

    client.faire(operation)
    lot(client)
    client.begin()
    corps = lots.csv_de(lots.get_lot(client.guichet, "VILLE-2026-00001"))
    [row] = csv.DictReader(io.StringIO(corps[3:].decode()), delimiter=";")
    assert (row["budget"], row["compte"], row["numero"], row["id_externe"]) == (
        "'=HYPERLINK(1)",
        "'@1100",
        "'+1+1",
        "'-2;3",
    )


def test_it_is_acknowledged(client, journee):
    lot(client)
    client.begin()
    one = lots.get_lot(client.guichet, "VILLE-2026-00001")
    assert lots.lots_de(client.guichet, "VILLE", ouverts=True) == [one]
    assert lots.acquitter(client.guichet, one, "GL-77", "abacus", now=MIDI) is True
    client.commit()
    assert (one.acquitte, one.acquitte_par, one.reference) == (MIDI, "abacus", "GL-77")
    # Said again it is no error; something else is.
    assert lots.acquitter(client.guichet, one, "GL-77", "abacus") is False
    assert lots.acquitter(client.guichet, one, "", "abacus") is False
    with pytest.raises(lots.DejaAcquitte):
        lots.acquitter(client.guichet, one, "GL-78", "abacus")
    assert lots.lots_de(client.guichet, "VILLE", ouverts=True) == []


@pytest.mark.parametrize(
    "numero",
    ["", "VILLE", "VILLE-2026-00002", "VILLE-2025-00001", "VILLE-2026-1", "-2026-1"]
    + ["CCAS-2026-00001", "VILLE-2026-0000١", "VILLE-2026-", "VILLE--1"],
)
def test_no_such_batch(client, journee, numero):
    lot(client)
    client.begin()
    assert lots.get_lot(client.guichet, numero) is None


def test_a_large_export_comes_in_batches(c, client, monkeypatch):
    monkeypatch.setattr(lots, "MAX_LIGNES", 40)

    def operation(un):
        for rang in range(100):
            facture = un.facture(c.facture(un.guichet, 500))
            service.encaisser(un.guichet, facture, 500, "camt", f"X{rang}", moment=MIDI)

    client.faire(operation)
    assert [lot(client) for _n in range(4)] == [
        "VILLE-2026-00001",
        "VILLE-2026-00002",
        "VILLE-2026-00003",
        None,
    ]
    client.begin()
    found = lots.lots_de(client.guichet, "VILLE")
    assert [len(one) for one in found] == [40, 40, 20]
    ids = [ligne.id_externe for one in found for ligne in one.lignes]
    assert len(set(ids)) == 100
    assert sum(one.total for one in found) == 50_000


def test_a_movement_without_its_payment_is_told(c, client):
    def operation(un):
        facture = un.facture(c.facture(un.guichet, 500))
        ecriture = Ecriture(Source.CARTE, "x:1", 500, MIDI, paiement="nowhere")
        factures.ecrire(un.guichet, facture, ecriture)
        cle = ("VILLE", "2026-11-23", "carte", "x:1")
        service.paiements_de(un.guichet).a_cloturer.insert(cle)

    client.faire(operation)
    assert cloture.en_cours(client.guichet, "VILLE").ecarts == ("nowhere",)


def test_looking_at_the_head_of_a_batch_does_not_load_its_lines(client, journee):
    lot(client)
    cloturer(client, compte=1235)
    client.connection.cacheMinimize()
    client.begin()
    made = lots.get_lot(client.guichet, "VILLE-2026-00001")
    day = cloture.get_cloture(client.guichet, "VILLE", 1)
    assert (len(made), made.total, len(made.totaux)) == (7, 34237, 6)
    assert (day.total, day.attendu, len(day.totaux)) == (34235, 1235, 6)
    # A ghost: nothing of it was read.
    assert [one._lignes._p_changed for one in (made, day)] == [None, None]
    assert sum(ligne.centimes for ligne in made.lignes) == made.total


def test_open_batches_are_found_without_the_others(client, journee):
    ids, _uid = journee
    for rang in range(1, 4):
        client.faire(
            lambda un, rang=rang: service.encaisser(
                un.guichet, un.facture(ids[5]), 100, "camt", f"L{rang}", moment=MIDI
            )
        )
        lot(client)
    client.begin()
    for rang in (1, 2):
        one = lots.get_lot(client.guichet, f"VILLE-2026-{rang:05}")
        lots.acquitter(client.guichet, one, "", "abacus")
    client.commit()
    client.connection.cacheMinimize()
    client.begin()
    assert lots.nombre_ouverts(client.guichet) == 1
    [opened] = lots.lots_de(client.guichet, "VILLE", ouverts=True)
    assert opened.numero == "VILLE-2026-00003"
    assert lots.lots_de(client.guichet, "CCAS", ouverts=True) == []
    assert [
        one.numero
        for one in lots.lire_paiements(client.guichet).lots.values()
        if one._p_changed is not None
    ] == [opened.numero]
