"""The desk with many movements, with large bank files, and with odd digits."""

from caissier import Caissier
from caissier import collegue
from caissier import deux_regies
from caissier import facture
from caissier import relire
from carouge.guichet.caisse import releve_travail
from carouge.guichet.facture.import_depot import depots_de
from carouge.guichet.facture.service import get_facture
from carouge.guichet.paiement.camt import Mouvement
from carouge.guichet.paiement.service import encaisser
from carouge.guichet.paiement.service import encaisser_mouvements
from carouge.guichet.travaux.service import executer_travaux
from datetime import date
from factures import QR_IBANS
from releves import camt
from releves import Credit

import io
import json
import pytest
import transaction


COUNTS = "//*[@id='caisse-rapport']//li/strong"


@pytest.fixture
def guichet(functional):
    return deux_regies(functional["portal"].guichet)


@pytest.fixture
def caissier(functional, guichet):
    return Caissier(functional)


# --- the settlement ---------------------------------------------------------------


@pytest.fixture
def many(guichet):
    """205 movements of CHF 1.00 at the terminal, and one outside of us."""
    id = facture(guichet, montant=100_000)
    found = get_facture(guichet, id)
    for rang in range(205):
        encaisser(guichet, found, 100, "terminal", f"T{rang}", par="caisse")
    encaisser(guichet, found, 1000, "erp", "E1")
    transaction.commit()
    return id


def pages(page):
    return page.words("//*[@id='caisse-pages']/p")


def rows(page):
    return len(page.html.xpath("//*[@id='caisse-mouvements']/tbody/tr"))


def test_the_lines_are_paged_and_the_sums_are_whole(caissier, many):
    page = caissier.get("cloture?regie=VILLE")
    figures = page.all_words("//*[@id='caisse-bilan']/li/strong")
    assert figures[0] == figures[3] == "CHF 205.00"
    assert (rows(page), pages(page)) == (200, "Mouvements 1 à 200 sur 205")
    assert not page.html.xpath("//details[@open]//*[@id='caisse-mouvements']")
    last = page.follow("Page suivante")
    assert (rows(last), pages(last)) == (5, "Mouvements 201 à 205 sur 205")
    assert last.all_words("//*[@id='caisse-bilan']/li/strong") == figures
    assert last.html.xpath("//details[@open]//*[@id='caisse-mouvements']")
    assert rows(last.follow("Page précédente")) == 200
    # What is settled from the last page is all of it.
    made = last.send("caisse-clore")
    assert made.url == "/cloture/VILLE/1"
    assert made.all_words("//*[@id='caisse-bilan']/li/strong")[:2] == ["CHF 205.00"] * 2
    assert (rows(made), pages(made)) == (200, "Mouvements 1 à 200 sur 205")
    assert rows(made.follow("Page suivante")) == 5


def test_what_was_paid_outside_of_us_is_not_settled(caissier, guichet):
    id = facture(guichet, montant=1000)
    encaisser(guichet, get_facture(guichet, id), 1000, "erp", "E1")
    transaction.commit()
    page = caissier.get("cloture?regie=VILLE")
    assert page.words("//*[@id='caisse-rien']") == (
        "Rien n'a été comptabilisé depuis la dernière clôture."
    )
    # It is in the books nevertheless.
    assert "CHF 10.00" in caissier.open(id).response.text


# --- digits that are none -----------------------------------------------------------


@pytest.mark.parametrize("rang", ["²", "٣", "０", "9" * 5000, "-1", ""])
def test_no_such_receipt(caissier, guichet, rang):
    id = facture(guichet)
    encaisser(guichet, get_facture(guichet, id), 1000, "terminal", "T1", par="caisse")
    transaction.commit()
    assert caissier.get(f"factures/{id}/quittance?ecriture={rang}").status == 404


@pytest.mark.parametrize(
    "path",
    [
        "cloture/VILLE/²",
        "cloture/VILLE/" + "9" * 5000,
        "lots/VILLE-2026-²",
        "lots/VILLE-2026-" + "9" * 5000,
    ],
)
def test_no_such_number(caissier, guichet, path):
    assert caissier.get(path).status == 404


@pytest.mark.parametrize("path", ["?debut=²", "cloture?regie=VILLE&debut=²"])
def test_the_first_page_for_no_number(caissier, guichet, path):
    assert caissier.get(path).status == 200


# --- large bank files -----------------------------------------------------------------


def send(caissier, corps, name="camt.xml"):
    form = caissier.get("releves").html.get_element_by_id("caisse-releve")
    data = [pair for pair in form.form_values() if pair[0] != "fichier"]
    return caissier.post("releves", data, files={"fichier": (name, io.BytesIO(corps))})


@pytest.fixture
def large(monkeypatch):
    """Any file is a large one."""
    monkeypatch.setattr(releve_travail, "MAX_DIRECT", 10)
    monkeypatch.setattr(releve_travail, "_PAR_PAS", 2)


def statement(guichet, n=5):
    ids = [facture(guichet, montant=1000 + rang) for rang in range(n)]
    credits = [
        Credit(get_facture(guichet, id).reference_qr, 1000 + rang, f"L-{rang}")
        for rang, id in enumerate(ids)
    ]
    return ids, camt([*credits, Credit("0" * 26 + "0", 50, "L-X")])


def test_a_large_file_is_a_job(caissier, guichet, large):
    ids, corps = statement(guichet)
    page = send(caissier, corps, "gros.xml")
    assert page.url.startswith("/releves/")
    assert page.words("//*[@id='travail-etat']") == "En attente 0 sur 6"
    assert json.loads(caissier.get(f"{page.url[1:]}/progres").response.text) == {
        "etat": "en_attente",
        "fait": 0,
        "total": 6,
        "pourcent": 0,
        "fini": False,
    }
    transaction.begin()
    assert executer_travaux(guichet) == 1
    page = caissier.get(page.url[1:])
    assert page.words("//*[@id='travail-etat']") == "Terminé"
    assert page.all_words(COUNTS) == ["5", "0", "1", "0", "0", "CHF 50.10"]
    assert [relire(guichet, id).solde for id in ids] == [0] * 5
    # The file names people: it is gone with the last movement.
    assert len(depots_de(guichet)) == 0
    listed = caissier.get("releves")
    assert "gros.xml" in listed.words("//*[@id='caisse-imports']/li")
    # The same file again changes nothing.
    again = send(caissier, corps)
    transaction.begin()
    executer_travaux(guichet)
    page = caissier.get(again.url[1:])
    assert page.all_words(COUNTS) == ["0", "5", "1", "0", "0", "CHF 0.00"]


def test_killed_in_the_midst_it_goes_on(caissier, guichet, large, monkeypatch):
    ids, corps = statement(guichet)
    page = send(caissier, corps)
    monkeypatch.setattr(releve_travail.Releve, "par_lot", 1)
    booked = releve_travail.encaisser_mouvements
    calls = []

    def dying(guichet, part, **values):
        calls.append(len(part))
        if len(calls) == 2:
            raise KeyboardInterrupt
        return booked(guichet, part, **values)

    monkeypatch.setattr(releve_travail, "encaisser_mouvements", dying)
    transaction.begin()
    with pytest.raises(KeyboardInterrupt):
        executer_travaux(guichet)
    transaction.abort()
    assert [relire(guichet, id).solde for id in ids][:3] == [0, 0, 1002]
    assert executer_travaux(guichet) == 1
    page = caissier.get(page.url[1:])
    assert page.all_words(COUNTS) == ["5", "0", "1", "0", "0", "CHF 50.10"]
    assert [len(relire(guichet, id).ecritures) for id in ids] == [1] * 5


def test_a_large_file_that_is_none(caissier, guichet, large):
    page = send(caissier, b"<html>" + b" " * 100)
    transaction.begin()
    executer_travaux(guichet)
    page = caissier.get(page.url[1:])
    assert page.words("//*[@id='caisse-refus']") == (
        "Le fichier n’est pas du XML, ou il est incomplet. Rien n'a été repris."
    )
    assert len(depots_de(guichet)) == 0


def test_too_large_is_told_at_once(caissier, guichet, large, monkeypatch):
    monkeypatch.setattr(releve_travail, "MAX_OCTETS", 50)
    page = send(caissier, b"<a>" + b" " * 100)
    assert page.status == 400
    assert page.words("//*[@id='caisse-fichier-error']") == (
        "Le fichier est trop grand : 32 Mo au plus."
    )


def test_stopped(caissier, guichet, large):
    ids, corps = statement(guichet)
    page = send(caissier, corps).send("caisse-arreter")
    assert page.words("//*[@id='travail-etat']") == "Arrêté"
    transaction.begin()
    assert executer_travaux(guichet) == 0
    assert relire(guichet, ids[0]).solde == 1000


def test_a_job_of_somebody_else_is_not_there(functional, caissier, guichet, large):
    page = send(caissier, statement(guichet)[1])
    other = collegue(functional)
    assert other.get(page.url[1:]).status == 404
    assert other.get(f"{page.url[1:]}/progres").status == 404
    assert caissier.get("releves/unknown").status == 404


# --- a sum that stands for several payments ---------------------------------------------


def test_a_collective_entry_is_booked_on_no_invoice(caissier, guichet):
    id = facture(guichet, montant=5000)
    collective = Mouvement(
        iban=QR_IBANS["VILLE"],
        compte=QR_IBANS["VILLE"],
        id_externe="COL-1",
        reference_qr="",
        centimes=5000,
        devise="CHF",
        date=date(2026, 11, 20),
        statut="BOOK",
        credit=True,
        collectif=True,
    )
    encaisser_mouvements(guichet, [collective])
    transaction.commit()
    page = caissier.get("a-traiter")
    words = (
        "Cette somme réunit plusieurs paiements. Importez le camt.054 de ce jour, qui "
        "les donne un par un, puis classez ce mouvement."
    )
    assert words in page.words("//*[@id='caisse-mouvements']/li")
    assert not page.html.xpath("//form[starts-with(@id, 'affecter-')]")
    # Nor by a form of before.
    [form] = page.html.xpath("//form[starts-with(@id, 'classer-')]")
    data = dict(form.form_values())
    mouvement = data["mouvement"]
    refused = caissier.post(
        "a-traiter",
        {
            "_authenticator": data["_authenticator"],
            "mouvement": mouvement,
            "geste": "affecter",
            f"facture-{mouvement}": get_facture(guichet, id).numero,
        },
    )
    assert refused.status == 400
    assert relire(guichet, id).solde == 5000
