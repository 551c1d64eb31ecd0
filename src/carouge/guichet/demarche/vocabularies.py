"""Vocabularies of the editing forms."""

from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import services_of
from plone.uuid.interfaces import IUUID
from zope.interface import provider
from zope.schema.interfaces import IVocabularyFactory
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


@provider(IVocabularyFactory)
def services(context):
    """The services of the guichet the context lies in, by UID."""
    guichet = guichet_of(context)
    found = [] if guichet is None else services_of(guichet)
    return SimpleVocabulary(
        [SimpleTerm(item.UID(), title=item.title) for item in found]
    )


@provider(IVocabularyFactory)
def demarches(context):
    """The published démarches of the guichet the context lies in, by UID."""
    guichet = guichet_of(context)
    # A guichet that is just being made has no UID yet, and no démarches.
    known = guichet is not None and IUUID(guichet, None)
    fiches = get_catalogue(guichet).by_uid.values() if known else []
    return SimpleVocabulary(
        [
            SimpleTerm(fiche.uid, title=f"{fiche.categorie_title} : {fiche.title}")
            for fiche in fiches
        ]
    )
