"""The invoice on paper and its QR-bill."""

from carouge.guichet.facture import service
from carouge.guichet.facture.bulletin import bulletin_de
from carouge.guichet.facture.document import facture_pdf
from carouge.guichet.facture.document import nom_de_fichier
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import Ligne
from carouge.guichet.facture.domain import Source
from carouge.guichet.regie.domain import Adresse
from datetime import date
from datetime import datetime
from datetime import timezone
from factures import make_facture
from factures import make_regie
from lecteur_pdf import Document
from lecteur_qr import lire_pdf
from lecteur_qr import lire_svg

import pytest


REFERENCE = "210000000003139471430009017"
CAMILLE = Adresse("Camille Rochat", "Rue Vautier", "8", "1227", "Carouge")


@pytest.fixture
def guichet(demo_integration):
    make_regie()
    return demo_integration["portal"]["guichet"]


def _facture(guichet, **values):
    return make_facture(
        guichet,
        **{
            "numero": "2026-000123",
            "libelle": "Restaurant scolaire, octobre 2026",
            "emise_le": date(2026, 10, 31),
            "echeance": date(2026, 11, 30),
            "montant": 194975,
            "reference_qr": REFERENCE,
            "adresse": CAMILLE,
            **values,
        },
    )


def _recu(guichet, facture, centimes: int) -> None:
    moment = datetime(2026, 11, 20, 9, 30, tzinfo=timezone.utc)
    ecriture = Ecriture(Source.VIREMENT, "A-1", centimes, moment)
    service.ecrire(guichet, facture, ecriture)


def test_open_invoice(guichet):
    facture = _facture(guichet)
    data = facture_pdf(guichet, facture)
    document = Document(data)
    document.check_accessible()
    assert document.title == "Facture 2026-000123"
    assert document.language == "fr"
    assert len(document.reader.pages) == 1
    assert document.alternatives() == ["Code QR pour le paiement"]
    assert "À payer : CHF 1'949.75, jusqu’au 30.11.2026." in document.text
    # What is printed around the code, twice but for the communication.
    bon = "Compte / Payable à CH44 3199 9123 0008 8901 2 Ville de Carouge Place du"
    assert document.text.count(bon) == 2
    assert document.text.count("Référence 21 00000 00003 13947 14300 09017") == 2
    assert document.text.count("Monnaie CHF Montant 1 949.75") == 2
    assert document.text.count("Payable par Camille Rochat Rue Vautier 8 1227") == 2
    assert "2026-000123 - Restaurant scolaire, octobre 2026" in document.text
    lu = lire_pdf(data)
    assert lu.texte == bulletin_de(facture).contenu
    assert lu.cotes == pytest.approx((46, 46), abs=0.4)
    assert lu.niveau == "M"


def test_code_equals_the_invoice(guichet):
    facture = _facture(guichet)
    lignes = lire_svg(bulletin_de(facture).svg).texte.split("\r\n")
    assert lignes[3] == "CH4431999123000889012"
    assert lignes[4:11] == [
        "S",
        "Ville de Carouge",
        "Place du Marché",
        "14",
        "1227",
        "Carouge",
        "CH",
    ]
    assert lignes[18:20] == ["1949.75", "CHF"]
    assert lignes[20:27] == [
        "S",
        "Camille Rochat",
        "Rue Vautier",
        "8",
        "1227",
        "Carouge",
        "CH",
    ]
    assert lignes[27:29] == ["QRR", REFERENCE]
    assert service.factures_de(guichet).par_reference(lignes[28]) is facture


def test_only_what_is_still_due(guichet):
    facture = _facture(guichet)
    _recu(guichet, facture, 100000)
    document = Document(data := facture_pdf(guichet, facture))
    assert "Déjà reçu -CHF 1'000.00 Reste à payer CHF 949.75" in document.text
    assert "À payer : CHF 949.75" in document.text
    assert lire_pdf(data).texte.split("\r\n")[18] == "949.75"


def test_long_invoice_has_the_bill_on_its_last_page(guichet):
    lignes = tuple(Ligne(f"Repas du {n}", 950) for n in range(1, 41))
    data = facture_pdf(guichet, facture := _facture(guichet, lignes=lignes))
    document = Document(data)
    document.check_accessible()
    assert len(document.reader.pages) == 2
    assert "Section paiement" not in document.reader.pages[0].extract_text()
    assert lire_pdf(data).texte == bulletin_de(facture).contenu


LONGUE = Adresse(
    nom="Marie-Antoinette-Philippine de Bürgisser-Œuvray-Montmollin-Saugy, veuv",
    rue="Chemin de la Très-Longue-Promenade-des-Bords-de-l'Arve-et-du-Rhône SE.",
    numero="1234567890123456",
    npa="1227",
    localite="Carouge-sur-l'Arve-et-Environs GE",
)


@pytest.mark.parametrize("adresse", [LONGUE, None])
def test_everything_as_long_as_it_may_be(guichet, adresse):
    """All of it is printed; only the receipt, which is small, goes without the street."""
    make_regie(
        creancier_nom=LONGUE.nom,
        creancier_rue=LONGUE.rue,
        creancier_numero=LONGUE.numero,
        creancier_localite=LONGUE.localite,
    )
    facture = _facture(guichet, adresse=adresse, libelle="Parascol. " * 13)
    document = Document(data := facture_pdf(guichet, facture))
    document.check_accessible()
    bulletin = bulletin_de(facture)
    assert len(bulletin.communication) == 140
    assert lire_pdf(data).texte == bulletin.contenu
    # Where a line was wrapped at a hyphen, no blank follows it.
    texte = document.text.replace("- ", "-").split("Section paiement")
    recepisse, paiement = (
        part.replace(" ", "") for part in (texte[0].split("À détacher")[1], texte[1])
    )
    fois = 2 if adresse else 1
    for partie, rues in ((recepisse, 0), (paiement, fois)):
        assert partie.count(LONGUE.nom.replace(" ", "")) == fois
        assert partie.count("1227Carouge-sur-l'Arve-et-EnvironsGE") == fois
        assert partie.count("l'Arve-et-du-RhôneSE.1234567890123456") == rues
    assert bulletin.communication.replace(" ", "") in paiement


def test_payer_unknown(guichet):
    """He writes himself down: there is a field for it on both parts."""
    document = Document(facture_pdf(guichet, _facture(guichet, adresse=None)))
    assert document.text.count("Payable par (nom/adresse)") == 2


@pytest.mark.parametrize(
    "adresse",
    [
        Adresse("Camille 🍕", "Rue Vautier", "8", "1227", "Carouge"),
        Adresse("  ", "Rue Vautier", "8", "1227", "Carouge"),
        Adresse("x" * 71, "Rue Vautier", "8", "1227", "Carouge"),
        Adresse("Camille Rochat", "Rue Vautier", "8", "1227\r\nEPD", "Carouge"),
        Adresse("Camille Rochat", "Rue Vautier", "8", "1227", "Carouge", "XX"),
    ],
)
def test_payer_a_code_cannot_name(guichet, adresse):
    data = facture_pdf(guichet, facture := _facture(guichet, adresse=adresse))
    assert lire_pdf(data).texte == bulletin_de(facture).contenu
    assert bulletin_de(facture).debiteur == ()


@pytest.mark.parametrize(
    "libelle",
    [
        "<script>alert(1)</script>",
        "]]>",
        "a\r\nEPD",
        "\u202edroite",
        "Pizza 🍕",
        "&amp;",
    ],
)
def test_words_of_the_business_application(guichet, libelle):
    """They are words on the page, and shift nothing in the code."""
    facture = _facture(guichet, libelle=libelle, lignes=(Ligne(libelle, 194975),))
    document = Document(data := facture_pdf(guichet, facture))
    if libelle.isascii() and libelle.isprintable():
        assert libelle in document.text
    lignes = lire_pdf(data).texte.split("\r\n")
    assert len(lignes) == 31
    assert lignes[18] == "1949.75"


def test_paid_invoice_has_no_bill(guichet):
    facture = _facture(guichet)
    _recu(guichet, facture, 194975)
    document = Document(facture_pdf(guichet, facture))
    document.check_accessible()
    assert "Payée le 20.11.2026. Plus rien n’est dû." in document.text
    assert "Section paiement" not in document.text
    assert bulletin_de(facture) is None


def test_invoice_under_payment_is_not_paid_twice(guichet):
    facture = _facture(guichet)
    service.verrouiller(guichet, facture, "p1")
    assert bulletin_de(facture) is None
    document = Document(facture_pdf(guichet, facture))
    assert "Un paiement de cette facture est en cours" in document.text
    assert "Section paiement" not in document.text
    service.mettre_en_revue(guichet, facture, "p1")
    document = Document(facture_pdf(guichet, facture))
    assert "en cours de vérification" in document.text


def test_cancelled_invoice(guichet):
    facture = _facture(guichet)
    service.annuler(guichet, facture, "Erreur", "caisse")
    document = Document(facture_pdf(guichet, facture))
    assert "Cette facture est annulée. Rien n’est dû." in document.text
    assert bulletin_de(facture) is None


def test_foreign_reference_makes_no_bill(guichet):
    """A number that came from outside with a wrong check digit: the rest is printed."""
    facture = _facture(guichet)
    facture.reference_qr = REFERENCE[:-1] + "8"
    assert bulletin_de(facture) is None
    document = Document(facture_pdf(guichet, facture))
    assert "Section paiement" not in document.text


def test_file_name(guichet):
    facture = _facture(guichet, numero="A/../é 1")
    assert nom_de_fichier(facture) == "facture-VILLE-A------1.pdf"
