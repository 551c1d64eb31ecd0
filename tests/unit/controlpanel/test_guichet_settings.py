"""What the control panel takes, and what it says of the rest."""

from carouge.guichet.controlpanel.interfaces import IGuichetSettings
from zope.interface import Invalid
from zope.schema.interfaces import TooSmall

import pytest


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("courriel", "guichet@carouge.example"),
        ("expediteur", "ne-pas-repondre@carouge.example"),
        ("adresse_publique", "https://guichet.example.ch"),
        ("adresse_publique", "http://localhost:8080/carouge/guichet/"),
        ("passerelle_sms", "https://sms.example.ch/envoi?compte=12"),
        ("brouillons_jours", 15),
        ("brouillons_navigateur_jours", 1),
        ("adresse_publique", None),
        ("courriel", None),
    ],
)
def test_taken(name, value):
    assert IGuichetSettings[name].validate(value) is None


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "courriel",
            "guichet",
            "This is no e-mail address. Example: prenom.nom@example.ch.",
        ),
        (
            "expediteur",
            "a@example.ch, b@example.ch",
            "This is no e-mail address. Example: prenom.nom@example.ch.",
        ),
        (
            "adresse_publique",
            "ftp://guichet.example.ch",
            "The address must begin with https:// or http://.",
        ),
        (
            "adresse_publique",
            "https:///guichet",
            "The address must begin with https:// or http://.",
        ),
        (
            "adresse_publique",
            "https://[guichet",
            "The address must begin with https:// or http://.",
        ),
        (
            "adresse_publique",
            "https://guichet.example.ch/?a=b",
            "Please give the address without ?, # and @.",
        ),
        (
            "passerelle_sms",
            "javascript:alert(1)",
            "The address must begin with https:// or http://.",
        ),
    ],
)
def test_refused(name, value, message):
    with pytest.raises(Invalid) as raised:
        IGuichetSettings[name].validate(value)
    assert raised.value.args == (message,)


@pytest.mark.parametrize(
    ("name", "value"), [("brouillons_jours", 14), ("brouillons_navigateur_jours", 0)]
)
def test_too_short(name, value):
    with pytest.raises(TooSmall):
        IGuichetSettings[name].validate(value)
