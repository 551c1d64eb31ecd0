"""What the demonstration reads from the environment."""

from carouge.guichet.demo.settings import BANK_PORT
from carouge.guichet.demo.settings import checkout
from carouge.guichet.demo.settings import IDP_PORT
from carouge.guichet.demo.settings import MAIL_PORT
from carouge.guichet.demo.settings import read_settings
from carouge.guichet.demo.settings import SettingsError
from carouge.guichet.demo.settings import SITE_PORT
from carouge.guichet.demo.settings import SMTP_PORT
from pathlib import Path

import pytest


PORTS = (SITE_PORT, MAIL_PORT, SMTP_PORT, IDP_PORT, BANK_PORT)


def test_without_any_variable():
    settings = read_settings({}, PORTS)
    assert settings.ports == {
        SITE_PORT: 8080,
        MAIL_PORT: 9600,
        SMTP_PORT: 9625,
        IDP_PORT: 9400,
        BANK_PORT: 9500,
    }
    assert settings.threads == 2
    assert settings.var == checkout() / "var" / "demo"
    assert settings.log_dir == settings.var / "log"


def test_every_variable():
    environ = {
        "GUICHET_PORT": "18080",
        "GUICHET_MAIL_PORT": " 19600 ",
        "GUICHET_SMTP_PORT": "19625",
        "GUICHET_IDP_PORT": "19400",
        "GUICHET_BANK_PORT": "19500",
        "GUICHET_THREADS": "4",
        "GUICHET_VAR": "/tmp/ailleurs",
    }
    settings = read_settings(environ, PORTS)
    assert settings.ports == {
        SITE_PORT: 18080,
        MAIL_PORT: 19600,
        SMTP_PORT: 19625,
        IDP_PORT: 19400,
        BANK_PORT: 19500,
    }
    assert settings.threads == 4
    assert settings.var == Path("/tmp/ailleurs")
    assert read_settings(settings.environ(), PORTS) == settings


def test_empty_variable_counts_as_none():
    settings = read_settings({"GUICHET_PORT": "", "GUICHET_VAR": ""}, PORTS)
    assert settings == read_settings({}, PORTS)


@pytest.mark.parametrize("value", ["x", "0", "65536", "-1", "80.5", "٣٣", "8080 9"])
def test_no_port(value):
    with pytest.raises(SettingsError) as error:
        read_settings({"GUICHET_PORT": value}, PORTS)
    assert str(error.value) == (
        f"GUICHET_PORT vaut « {value} » : il faut un nombre entier "
        "de 1 à 65535 (sans cette variable : 8080)."
    )


def test_one_port_twice():
    with pytest.raises(SettingsError) as error:
        read_settings({"GUICHET_SMTP_PORT": "9600"}, PORTS)
    assert str(error.value) == (
        "Le port 9600 est demandé deux fois, par GUICHET_MAIL_PORT "
        "et par GUICHET_SMTP_PORT : changez l'une de ces variables."
    )


def test_checkout_has_the_buildout():
    assert (checkout() / "buildout.cfg").is_file()
