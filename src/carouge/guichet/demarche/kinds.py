"""The kinds of questions a form of a guichet may have, in pure Python."""

from __future__ import annotations


#: The kinds of fields a form of a guichet knows. Others have no sense at a counter
#: (passwords), or no safe one (references to content of the site).
FIELDS = (
    "carouge.guichet.formulaire.fields.Adresse",
    "carouge.guichet.formulaire.fields.Avs",
    "carouge.guichet.formulaire.fields.Calcul",
    "carouge.guichet.formulaire.fields.Consentement",
    "carouge.guichet.formulaire.fields.Iban",
    "carouge.guichet.formulaire.fields.Ide",
    "carouge.guichet.formulaire.fields.Jour",
    "carouge.guichet.formulaire.fields.Justificatif",
    "carouge.guichet.formulaire.fields.MembreDuFoyer",
    "carouge.guichet.formulaire.fields.Montant",
    "carouge.guichet.formulaire.fields.NpaLocalite",
    "carouge.guichet.formulaire.fields.Telephone",
    "collective.easyform.fields.Label",
    "collective.easyform.fields.RichLabel",
    "plone.namedfile.field.NamedBlobFile",
    "plone.schema.email.Email",
    "zope.schema._bootstrapfields.Bool",
    "zope.schema._bootstrapfields.Int",
    "zope.schema._bootstrapfields.Text",
    "zope.schema._bootstrapfields.TextLine",
    "zope.schema._field.Choice",
    "zope.schema._field.Date",
    "zope.schema._field.Set",
)

#: Kinds that are not offered, because there is a better one, and that forms may have.
ANCIENS = ("zope.schema._bootstrapfields.Decimal",)
