"""What is kept of a demande."""

from carouge.guichet import _
from plone.supermodel import model
from zope import schema
from zope.interface import Attribute
from zope.interface import Interface


class IDemandes(Interface):
    """All demandes of one guichet, by number."""


class IDemande(model.Schema):
    """One submission and its whole life: a numbered file."""

    numero = schema.TextLine(title=_("Number"), readonly=True)
    demarche_uid = schema.ASCIILine(title=_("Démarche"), readonly=True)
    demarche_titre = schema.TextLine(
        title=_("Title of the démarche at the time of submission"), readonly=True
    )
    service_uid = schema.ASCIILine(
        title=_("Service in charge"), readonly=True, required=False
    )
    form_version = schema.ASCIILine(title=_("Version of the form"), readonly=True)
    depot = schema.Datetime(title=_("Submitted on"), readonly=True)
    attendu = schema.Date(title=_("Expected answer"), readonly=True, required=False)
    courriel = schema.TextLine(title=_("E-mail"), readonly=True, required=False)
    usager_id = schema.ASCIILine(
        title=_("Account of the usager"), readonly=True, required=False
    )
    organisation_id = schema.ASCIILine(
        title=_("Organisation it was filed for"), readonly=True, required=False
    )

    reponses = Attribute("The answers as shown, list of demande.domain.Reponse")
    pieces = Attribute("Documents, also announced: tuple of demande.content.Piece")
    deposant = Attribute("Who filed it: demande.domain.Deposant or None")
    membre = Attribute("Whom it is about: demande.domain.MembreConcerne or None")
    faits = Attribute("Facts used, with source: list of demande.domain.FaitUtilise")
