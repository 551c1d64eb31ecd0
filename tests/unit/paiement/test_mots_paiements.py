"""Every state, source and reason has a word."""

from carouge.guichet.espace.mots_factures import ETATS_PAIEMENT
from carouge.guichet.facture.domain import Source
from carouge.guichet.paiement import labels
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import StatutRemboursement
from carouge.guichet.paiement.inconnus import RAISON
from pathlib import Path

import re


FOLDER = Path(labels.__file__).parent


def mots(module, pattern):
    return set(re.findall(pattern, (FOLDER / module).read_text()))


def test_every_value_has_a_word():
    assert set(labels.ETATS) == set(ETATS_PAIEMENT) == set(Etat)
    assert set(labels.SOURCES) == set(Source)
    assert set(labels.REMBOURSEMENTS) == set(StatutRemboursement)


def test_every_reason_in_the_code_has_a_word():
    revues = mots("observation.py", r'    return "(\w+)"\n')
    for module in ("observation.py", "inconnus.py"):
        revues |= mots(module, r'revue="(\w+)"')
    assert revues == set(labels.REVUES)
    raisons = mots("encaissement.py", r'return None, "(\w+)"')
    assert {*raisons, RAISON} == set(labels.A_TRAITER)
