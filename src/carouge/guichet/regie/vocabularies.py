"""Vocabularies of the control panel."""

from carouge.guichet.interfaces import IPaiementGateway
from carouge.guichet.regie.service import regies
from zope.component import getUtilitiesFor
from zope.interface import provider
from zope.schema.interfaces import IVocabularyFactory
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary


@provider(IVocabularyFactory)
def passerelles(context):
    """The payment providers there are."""
    return SimpleVocabulary(
        [
            SimpleTerm(name, title=gateway.title)
            for name, gateway in sorted(getUtilitiesFor(IPaiementGateway))
        ]
    )


@provider(IVocabularyFactory)
def regies_par_titre(context):
    """The régies of the commune."""
    return SimpleVocabulary(
        [SimpleTerm(code, title=regie.titre) for code, regie in regies().items()]
    )


@provider(IVocabularyFactory)
def toutes(context):
    """The régies of the commune."""
    return SimpleVocabulary(
        [SimpleTerm(code, title=regie.titre) for code, regie in regies().items()]
    )
