"""What the bank of the demonstration is started with, and what is switched on there."""

from carouge.guichet.demo.banque.__main__ import settings_of
from carouge.guichet.demo.banque.defauts import DefautInconnu
from carouge.guichet.demo.banque.defauts import Defauts
from carouge.guichet.demo.banque.defauts import MODES
from carouge.guichet.demo.banque.facteur import signer
from carouge.guichet.demo.settings import bank_secrets
from carouge.guichet.demo.settings import MARCHANDS
from carouge.guichet.demo.settings import SettingsError

import pytest
import threading
import time


@pytest.fixture
def environ(tmp_path):
    return bank_secrets({}) | {
        "GUICHET_VAR": str(tmp_path / "demo"),
        "GUICHET_BANK_PORT": "19500",
    }


class TestSettings:
    def test_the_regies_are_its_merchants(self, environ, tmp_path):
        settings = settings_of(environ)
        assert settings.adresse == "http://localhost:19500"
        assert settings.livre == str(tmp_path / "demo" / "banque.sqlite")
        assert [(one.id, one.nom) for one in settings.marchands] == [
            *MARCHANDS.values()
        ]
        for code, one in zip(MARCHANDS, settings.marchands, strict=True):
            prefix = f"GUICHET_REGIE_{code}"
            assert one.mot_de_passe == environ[f"{prefix}_MOT_DE_PASSE"]
            assert one.signature == environ[f"{prefix}_SIGNATURES"]
            assert settings.marchand(one.id) is one
        assert settings.marchand("inconnu") is None

    def test_no_secret_is_shown(self, environ):
        shown = repr(settings_of(environ))
        assert not any(
            value in shown
            for name, value in environ.items()
            if name.startswith("GUICHET_REGIE_")
        )

    def test_the_first_key_signs(self, environ):
        environ["GUICHET_REGIE_VILLE_SIGNATURES"] = f" {'3c' * 32} , {'4d' * 32}"
        assert settings_of(environ).marchands[0].signature == "3c" * 32

    @pytest.mark.parametrize(
        "change",
        [
            {"GUICHET_REGIE_CCAS_MOT_DE_PASSE": ""},
            {"GUICHET_REGIE_CCAS_SIGNATURES": ""},
            {"GUICHET_REGIE_CCAS_SIGNATURES": "secret"},
            {"GUICHET_REGIE_CCAS_SIGNATURES": "1a"},
            {"GUICHET_BANK_PORT": "x"},
        ],
    )
    def test_what_it_cannot_be_started_with(self, environ, change):
        with pytest.raises(SettingsError):
            settings_of(environ | change)


class TestSecrets:
    def test_those_that_are_given_are_kept(self):
        given = {"GUICHET_REGIE_VILLE_MOT_DE_PASSE": "donn\xe9"}
        made = bank_secrets(given)
        assert made["GUICHET_REGIE_VILLE_MOT_DE_PASSE"] == "donn\xe9"
        assert len(set(made.values())) == 4

    def test_others_at_each_start(self):
        assert not set(bank_secrets({}).values()) & set(bank_secrets({}).values())


class TestDefauts:
    def test_so_many_times(self):
        defauts = Defauts()
        defauts.ajouter(operation="settle", mode="html", fois=2)
        found = [defauts.tirer("settle", "a") is not None for _time in range(3)]
        assert found == [True, True, False]
        assert defauts.arrives == {"settle/html": 2}
        assert defauts.regles == []

    def test_the_first_that_fits(self):
        defauts = Defauts()
        defauts.remplacer(
            [
                {"operation": "init", "mode": "html"},
                {"operation": "status", "mode": "devise", "refno": "b"},
                {"operation": "status", "mode": "montant", "chance": 0},
                {"operation": "status", "mode": "inconnu"},
            ]
        )
        assert defauts.tirer("status", "a").mode == "inconnu"
        assert defauts.tirer("status", "b").mode == "devise"
        assert defauts.tirer("credit", "a") is None

    def test_what_nobody_knows_changes_nothing(self):
        defauts = Defauts()
        defauts.ajouter(operation="init", mode="html")
        for regle in ({"operation": "init", "mode": "?"}, {"mode": "html"}, {"a": 1}):
            with pytest.raises(DefautInconnu):
                defauts.remplacer([regle])
        assert len(defauts.regles) == 1

    @pytest.mark.parametrize(
        "details",
        [
            {"fois": 0},
            {"fois": True},
            {"fois": 1.5},
            {"chance": 1.1},
            {"chance": "0.5"},
            {"chance": True},
            {"secondes": -1},
            {"secondes": 4_000},
        ],
    )
    def test_details_that_are_none(self, details):
        with pytest.raises(DefautInconnu):
            Defauts().ajouter(operation="init", mode="html", **details)

    def test_every_mode_can_be_switched_on(self):
        defauts = Defauts()
        for operation, modes in MODES.items():
            for mode in modes:
                defauts.ajouter(operation=operation, mode=mode)
        assert len(defauts.regles) == sum(map(len, MODES.values()))

    def test_other_rules_end_what_takes_time(self):
        defauts = Defauts()
        waiting = threading.Thread(target=defauts.trainer, args=(60,))
        began = time.monotonic()
        waiting.start()
        while waiting.is_alive():
            defauts.remplacer([])
            waiting.join(0.01)
        assert time.monotonic() - began < 5


def test_the_signature_of_a_known_notification():
    # HMAC-SHA256 of "1763899200000{}" under 32 bytes 0x1a, computed with openssl.
    assert signer("1a" * 32, b"{}", 1_763_899_200.0) == (
        "t=1763899200000,"
        "s0=e15d37d1e0145c37c76e890a2e24830af4f7903b60c4dae9d823c0d1c0b79c24"
    )
