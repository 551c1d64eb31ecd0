"""Bad inputs in the cart, each with what the citizen reads; the whole list of them."""

from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.rattachement import delier
from carouge.guichet.facture.rattachement import rattachements_de
from carouge.guichet.facture.service import annuler
from carouge.guichet.facture.service import get_facture
from carouge.guichet.facture.service import mettre_en_revue
from carouge.guichet.facture.service import verrouiller
from carouge.guichet.paiement.service import encaisser
from factures import make_facture
from factures import make_regie
from lxml import html
from mauvaises_entrees import AILLEURS
from mauvaises_entrees import LIGNES
from mauvaises_entrees import PHRASES
from pathlib import Path

import pytest
import re
import transaction


TESTS = Path(__file__).parents[2]


@pytest.mark.parametrize("ligne", LIGNES)
def test_each_line_of_the_list_is_shown(ligne):
    assert [one for one in AILLEURS if one[0] == ligne]


@pytest.mark.parametrize(("ligne", "quoi", "ou"), AILLEURS, ids=lambda value: value)
def test_what_is_shown_elsewhere_is_shown_there(ligne, quoi, ou):
    assert ligne in LIGNES
    chemin, _colons, nom = ou.partition("::")
    assert re.search(rf"def {nom}\(", (TESTS / chemin).read_text("utf-8")), ou


# --- what happens to an invoice while its citizen looks at something else ----------


def payee(guichet, facture):
    encaisser(guichet, facture, facture.solde, Source.VIREMENT, facture.id)


def annulee(guichet, facture):
    annuler(guichet, facture, "établie par erreur", "caisse")


def en_paiement(guichet, facture):
    verrouiller(guichet, facture, "paiement-d-autrui")


def a_verifier(guichet, facture):
    verrouiller(guichet, facture, "paiement-d-autrui")
    mettre_en_revue(guichet, facture, "paiement-d-autrui")


def hors_ligne(guichet, facture):
    make_regie(facture.regie, passerelle=None)


def changee(guichet, facture):
    facture.version += 1


def disparue(guichet, facture):
    [lien] = rattachements_de(guichet).du_debiteur(facture.espace, facture.debiteur)
    delier(guichet, lien, par="caisse")


class Panier:
    """A citizen with invoices, whose cart is filled by posts of his own form."""

    def __init__(self, guichet, visitor) -> None:
        self.guichet = guichet
        self.visitor = visitor
        self.premiere = make_facture(guichet)
        self.facture = make_facture(guichet)
        transaction.commit()
        page = visitor.get("/mon-espace/factures")
        button = html.fromstring(page.text).xpath("//button[@value='ajouter']")[0]
        self.fields = dict(button.xpath("ancestor::form")[0].form_values())

    def add(self, facture):
        return self.post(action="ajouter", facture=facture.id)

    def post(self, **values):
        return self.visitor.post(
            "/mon-espace/panier", data={**self.fields, **values}, allow_redirects=False
        )

    def change(self, faire):
        transaction.begin()
        faire(self.guichet, get_facture(self.guichet, self.facture.id))
        transaction.commit()


@pytest.fixture
def panier(guichet, banque, compte, as_compte):
    return Panier(guichet, as_compte(compte))


@pytest.mark.parametrize(
    ("faire", "refus", "status"),
    [
        (payee, "payee", 409),
        (annulee, "impossible", 409),
        (en_paiement, "verrou", 409),
        (a_verifier, "verrou", 409),
        (hors_ligne, "impossible", 409),
        (disparue, "inconnue", 404),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_not_added(panier, faire, refus, status):
    panier.change(faire)
    answer = panier.add(panier.facture)
    assert answer.status_code == status
    if status == 409:
        [alert] = html.fromstring(answer.text).xpath("//*[@id='panier-refus']")
        assert " ".join(alert.text_content().split()) == PHRASES["panier"][refus]
        assert "Ok" in answer.text


@pytest.mark.parametrize(
    ("faire", "situation", "payable"),
    [
        (changee, "changee", True),
        (payee, "payee", False),
        (annulee, "annulee", False),
        (en_paiement, "en_paiement", False),
        (a_verifier, "a_verifier", False),
        (hors_ligne, "hors_ligne", False),
        (disparue, "disparue", False),
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_not_what_it_was(panier, faire, situation, payable):
    panier.add(panier.facture)
    panier.change(faire)
    page = html.fromstring(panier.visitor.get("/mon-espace/panier").text)
    [row] = page.xpath("//ul[@id='panier']/li")
    words = " ".join(row.text_content().split())
    assert PHRASES["dans_le_panier"][situation] in words
    assert bool(page.xpath("//button[@value='payer']")) is payable


def test_nothing_to_pay(panier):
    answer = panier.post(action="payer")
    assert answer.status_code == 409
    [alert] = html.fromstring(answer.text).xpath("//*[@role='alert']")
    assert " ".join(alert.text_content().split()) == (
        "Quelque chose a changé entre-temps. Rien n'a été payé : vérifiez ce qui "
        "s'affiche maintenant, puis payez."
    )
