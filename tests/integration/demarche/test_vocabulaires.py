"""What can be chosen while editing a guichet."""

from carouge.guichet import config
from carouge.guichet.demarche.vocabularies import demarches
from zope.component import createObject


def test_published_demarches(demo_integration):
    guichet = demo_integration["portal"].guichet
    titles = [term.title for term in demarches(guichet)]
    assert "Déchets : Signaler un dépôt sauvage" in titles


def test_a_guichet_that_is_being_made_has_none(demo_integration):
    portal = demo_integration["portal"]
    made = createObject(config.GUICHET)
    made.portal_type = config.GUICHET
    # As plone.restapi makes it: in its place, but not yet added.
    assert list(demarches(made.__of__(portal))) == []
