"""The state table of a payment, word by word, and all short histories."""

from carouge.guichet.paiement.domain import ENCAISSEES
from carouge.guichet.paiement.domain import Etat
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import SANS_ARGENT
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.domain import suite
from carouge.guichet.paiement.domain import VIVANTES
from dataclasses import replace
from hypothesis import given
from hypothesis import seed
from hypothesis import settings
from hypothesis import strategies as st

import itertools
import os
import pytest
import random


ORDRE = Ordre("u1", 18735, "CHF", "Factures", "https://r", "https://n")

#: For each state: the one that follows each status, in the order of STATUTS.
STATUTS = [
    "en_attente",
    "autorisee",
    "capturee",
    "echouee",
    "annulee",
    "expiree",
    "remboursee",
    "inconnu",
]
TABLE = """
creee                en_attente autorisee capturee echouee annulee expiree a_verifier =
en_attente           = autorisee capturee echouee annulee expiree a_verifier =
autorisee            = = capturee echouee annulee expiree a_verifier =
capturee             = = = a_verifier a_verifier = remboursee =
remboursee_en_partie = = = a_verifier a_verifier = remboursee =
remboursee           = = = = = = = =
echouee              = autorisee capturee = = = a_verifier =
annulee              = autorisee capturee = = = a_verifier =
expiree              = autorisee capturee = = = a_verifier =
a_verifier           = = = = = = = =
"""
LIGNES = [line.split() for line in TABLE.strip().splitlines()]
CAS = [
    (etat, statut, etat if suivant == "=" else suivant)
    for etat, *suivants in LIGNES
    for statut, suivant in zip(STATUTS, suivants, strict=True)
]


def vu(statut, **values):
    return replace(Observation(Statut(statut), 18735, "CHF", "u1"), **values)


def test_the_table_speaks_of_every_state_and_status():
    assert {line[0] for line in LIGNES} == {etat.value for etat in Etat}
    assert set(STATUTS) == {statut.value for statut in Statut}


@pytest.mark.parametrize("etat,statut,suivant", CAS)
def test_what_follows(etat, statut, suivant):
    found = suite(Etat(etat), vu(statut), ordre=ORDRE, libres=True)
    assert found.value == suivant


@pytest.mark.parametrize("etat", sorted(etat.value for etat in SANS_ARGENT))
@pytest.mark.parametrize("statut", ["autorisee", "capturee"])
def test_late_money_for_what_is_paid_otherwise(etat, statut):
    found = suite(Etat(etat), vu(statut), ordre=ORDRE, libres=False)
    assert found is Etat.A_VERIFIER


@pytest.mark.parametrize("libres", [True, False])
@pytest.mark.parametrize("etat,statut,suivant", CAS)
def test_money_that_differs_is_never_booked(etat, statut, suivant, libres):
    for autre in (
        {"centimes": 18736},
        {"centimes": 0},
        {"devise": "EUR"},
        {"devise": "chf"},
        {"marchand": "u2"},
        {"marchand": ""},
    ):
        found = suite(Etat(etat), vu(statut, **autre), ordre=ORDRE, libres=libres)
        argent = (Etat.AUTORISEE, *ENCAISSEES)
        assert found is Etat(etat) or found not in argent
        if suivant != etat and Etat(suivant) in argent:
            assert found is Etat.A_VERIFIER


def test_all_histories_of_four():
    observations = [vu(statut) for statut in STATUTS] + [vu("capturee", centimes=1)]
    count = 0
    for length in range(1, 5):
        for history in itertools.product(observations, repeat=length):
            etat, seen = Etat.CREEE, []
            for observe in history:
                etat = suite(etat, observe, ordre=ORDRE, libres=True)
                seen.append(etat)
                # Twice the same says nothing new.
                assert suite(etat, observe, ordre=ORDRE, libres=True) is etat
            count += 1
            if Etat.CAPTUREE in seen:
                # Money that was seen is never out of sight again.
                after = seen[seen.index(Etat.CAPTUREE) :]
                assert set(after) <= {*ENCAISSEES, Etat.A_VERIFIER}
            if Etat.A_VERIFIER in seen:
                assert etat is Etat.A_VERIFIER
    assert count == 9 + 9**2 + 9**3 + 9**4


def test_each_state_is_of_one_kind():
    for etat in Etat:
        kinds = (etat.vivante, etat.sans_argent, etat in ENCAISSEES)
        assert sum(kinds) == 1
    assert set(Etat) == VIVANTES | SANS_ARGENT | ENCAISSEES


def test_a_refusal_read_before_the_money_and_told_after_it_is_looked_into():
    etat = suite(Etat.CREEE, vu("capturee"), ordre=ORDRE, libres=True)
    assert suite(etat, vu("echouee"), ordre=ORDRE, libres=True) is Etat.A_VERIFIER


# --- a bank that loses, doubles and reorders ---------------------------------

RUNS = int(os.environ.get("GUICHET_RUNS", "1000"))
SEED = int(os.environ.get("GUICHET_SEED", 0)) or (
    random.SystemRandom().randrange(1, 2**32) if "GUICHET_RUNS" in os.environ else 2026
)

#: What can happen to a payment at a bank, in this order.
HISTOIRES = [
    ["en_attente", "autorisee", "capturee"],
    ["en_attente", "capturee"],
    ["en_attente", "autorisee", "annulee"],
    ["en_attente", "autorisee", "expiree"],
    ["en_attente", "annulee"],
    ["en_attente", "echouee"],
    ["en_attente", "expiree"],
    ["en_attente", "expiree", "capturee"],
    ["en_attente", "expiree", "autorisee", "capturee"],
]


def histoires():
    return st.sampled_from(HISTOIRES).flatmap(
        lambda histoire: st.tuples(
            st.just(histoire),
            # What was read at some moment and arrives at another one, or never.
            st.lists(st.sampled_from([*histoire, "inconnu"]), max_size=12),
        )
    )


def test_any_order_ends_where_the_bank_ends():
    print(f"GUICHET_SEED={SEED} GUICHET_RUNS={RUNS}")

    @seed(SEED)
    @settings(max_examples=RUNS, database=None, derandomize=False, deadline=None)
    @given(histoires())
    def run(case):
        histoire, arrivees = case
        ideal = etat = Etat.CREEE
        for statut in histoire:
            ideal = suite(ideal, vu(statut), ordre=ORDRE, libres=True)
        for statut in arrivees:
            etat = suite(etat, vu(statut), ordre=ORDRE, libres=True)
        # The reconciliation asks for what is true now.
        etat = suite(etat, vu(histoire[-1]), ordre=ORDRE, libres=True)
        assert etat is ideal, (histoire, arrivees)

    run()
