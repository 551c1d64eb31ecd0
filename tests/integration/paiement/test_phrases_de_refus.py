"""Each reason for a refusal has its sentence, word for word, and none is without."""

from carouge.guichet.espace.mots_factures import REFUS
from carouge.guichet.espace.mots_factures import SITUATIONS
from carouge.guichet.facture.import_labels import FICHIERS
from carouge.guichet.facture.import_labels import RAISONS as IMPORT
from carouge.guichet.paiement.camt import RAISONS as CAMT
from carouge.guichet.paiement.labels import A_TRAITER
from carouge.guichet.panier.domain import Situation
from mauvaises_entrees import PHRASES
from zope.i18n import translate
from zope.i18nmessageid import Message

import pytest


MOTS = {
    "import": IMPORT,
    "fichier": FICHIERS,
    "camt": CAMT,
    "mouvement": A_TRAITER,
    "panier": REFUS,
    "dans_le_panier": SITUATIONS,
}


@pytest.mark.parametrize("voie", PHRASES)
def test_the_sentences(demo_integration, voie):
    trouvees = {
        getattr(mot, "value", mot): translate(
            # What stands for a field stays where it is.
            Message(message, mapping={}),
            target_language="fr",
        )
        for mot, message in MOTS[voie].items()
    }
    assert trouvees == PHRASES[voie]


def test_what_is_as_it_was_needs_no_sentence():
    assert set(Situation) - set(SITUATIONS) == {Situation.PRETE}
