"""What ``bin/guichet paiements comparer`` prints, and its exit codes."""

from argparse import Namespace
from carouge.guichet import console_paiements
from carouge.guichet.paiement.domain import LigneDuPrestataire
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.service import ListeIllisible
from carouge.guichet.paiement.service import RegieSansPaiement
from carouge.guichet.paiement.service import Verdict
from carouge.guichet.regie.service import RegieInconnue
from transaction.interfaces import TransientError

import pytest


@pytest.fixture()
def comparer(tmp_path, monkeypatch):
    """Run it on a list whose lines get these verdicts (or failures), in order."""

    def comparer(*verdicts):
        fichier = tmp_path / "transactions.csv"
        fichier.write_bytes(b"the file")
        answers = iter(verdicts)
        lignes = [
            LigneDuPrestataire(f"B{n}", "", 4000, "CHF", Statut.CAPTUREE)
            for n, verdict in enumerate(verdicts, 1)
            if isinstance(verdict, Verdict)
        ]

        def lire_liste(regie, corps):
            assert (regie, corps) == ("VILLE", b"the file")
            return lignes

        def demander(guichet, regie, some):
            assert (guichet, regie, len(some)) == ("guichet", "VILLE", 1)
            answer = next(answers)
            if isinstance(answer, Exception):
                raise answer
            yield some[0], answer

        monkeypatch.setattr(console_paiements, "lire_liste", lire_liste)
        monkeypatch.setattr(console_paiements, "demander_comparaison", demander)
        options = Namespace(regie="VILLE", fichier=str(fichier))
        return console_paiements.executer("guichet", options)

    return comparer


def test_the_books_agree(comparer, capsys):
    assert comparer(Verdict.CONCORDE, Verdict.CONCORDE, Verdict.CONNU) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("3 transactions dans ")
    assert [line.split(maxsplit=1) for line in lines[1:]] == [
        ["2", "pareilles des deux côtés"],
        ["1", "inconnues ici, déjà vues par la caisse ou en attente d'elle"],
    ]


def test_what_waits_for_a_person_is_named(comparer, capsys):
    assert comparer(Verdict.CONCORDE, Verdict.A_TRAITER) == 5
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split("  ")[0] == "B2"
    assert "« à traiter » à la caisse" in lines[0]


@pytest.mark.parametrize("verdict", [Verdict.DIFFERENT, Verdict.INDISPONIBLE])
def test_not_over_yet(comparer, verdict):
    assert comparer(verdict) == 5


@pytest.mark.parametrize(
    "verdict",
    [Verdict.SUIVI, Verdict.SANS_ARGENT, Verdict.AILLEURS, Verdict.ETRANGER],
)
def test_nothing_to_do(comparer, verdict):
    assert comparer(verdict) == 0


def test_somebody_who_writes_meanwhile_is_met_again(comparer):
    assert comparer(TransientError(), Verdict.CONCORDE) == 0


def test_every_verdict_has_words():
    assert set(console_paiements._MOTS) == set(Verdict)


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (ListeIllisible("La colonne « status » manque."), "La colonne « status »"),
        (RegieInconnue("VILLE"), "Il n'y a pas de régie « VILLE »."),
        (RegieSansPaiement("VILLE"), "n'a pas de telle liste"),
    ],
)
def test_a_refusal(tmp_path, monkeypatch, error, words):
    def refuse(regie, corps):
        raise error

    fichier = tmp_path / "transactions.csv"
    fichier.touch()
    monkeypatch.setattr(console_paiements, "lire_liste", refuse)
    with pytest.raises(ValueError, match=words):
        console_paiements.executer(
            "guichet", Namespace(regie="VILLE", fichier=str(fichier))
        )


def test_no_such_file(tmp_path):
    with pytest.raises(ValueError, match="Impossible de lire"):
        console_paiements.executer(
            "guichet", Namespace(regie="VILLE", fichier=str(tmp_path / "rien.csv"))
        )
