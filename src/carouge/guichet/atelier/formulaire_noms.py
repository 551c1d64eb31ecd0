"""Names of questions, steps and groups: made from their titles, seen by nobody."""

from __future__ import annotations

from carouge.guichet.formulaire.compile import DEBUT
from carouge.guichet.formulaire.procedure import deroulement_de
from plone.i18n.normalizer import idnormalizer
from plone.schemaeditor.interfaces import RESERVED_NAMES
from plone.supermodel.interfaces import FIELDSETS_KEY
from zope.interface.interface import InterfaceClass

import re


#: The last part of addresses below ``formulaire/<brouillon>``: no step has this name.
PAGES = frozenset(
    {DEBUT, "enregistrer", "envoyer", "fichiers", "formulaire", "usager", "verifier"}
)

#: What Zope takes at the end of the name of an input for a click on a picture.
CLICS = frozenset({"x", "y"})


def nom_libre(schema: InterfaceClass, titre: str, repli: str) -> str:
    """A name for a new question, step or group that nothing else has or had."""
    mots = idnormalizer.normalize(titre, max_length=40)
    base = re.sub("[^a-z0-9]+", "_", mots.lower()).strip("_") or repli
    if not base[0].isalpha():
        base = f"{repli}_{base}"
    procedure = deroulement_de(schema)
    pris = {
        *schema.names(),
        *RESERVED_NAMES,
        *PAGES,
        *CLICS,
        *procedure["etapes"],
        *procedure["groupes"],
        *(fieldset.__name__ for fieldset in schema.queryTaggedValue(FIELDSETS_KEY, [])),
    }
    nom, numero = base, 2
    while nom in pris:
        nom, numero = f"{base}_{numero}", numero + 1
    return nom
