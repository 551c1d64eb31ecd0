"""Where addresses begin that no visitor has brought about."""

from carouge.guichet.travaux.seance import adresser
from Testing.makerequest import makerequest

import pytest


@pytest.mark.parametrize(
    ("serveur", "racine", "address"),
    [
        ("https://www.example.ch", "", "https://www.example.ch/plone/guichet"),
        ("https://www.example.ch/", "/plone", "https://www.example.ch/guichet"),
        ("https://guichet.example.ch", "plone/guichet/", "https://guichet.example.ch"),
    ],
)
def test_as_the_environment_says(functional, monkeypatch, serveur, racine, address):
    monkeypatch.setenv("GUICHET_SERVEUR", serveur)
    monkeypatch.setenv("GUICHET_RACINE", racine)
    app = makerequest(functional["app"], environ={"SERVER_NAME": "nohost"})
    app.REQUEST["PARENTS"] = [app]
    adresser(app.REQUEST)
    assert app.plone.guichet.absolute_url() == address
