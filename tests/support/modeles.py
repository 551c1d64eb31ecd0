"""Models of forms, written as short as a test likes them."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape

import json


TYPES = {
    "adresse": "carouge.guichet.formulaire.fields.Adresse",
    "calcul": "carouge.guichet.formulaire.fields.Calcul",
    "choix": "zope.schema.Choice",
    "consentement": "carouge.guichet.formulaire.fields.Consentement",
    "courriel": "plone.schema.email.Email",
    "date": "zope.schema.Date",
    "membre": "carouge.guichet.formulaire.fields.MembreDuFoyer",
    "nombre": "zope.schema.Int",
    "oui_non": "zope.schema.Bool",
    "piece": "carouge.guichet.formulaire.fields.Justificatif",
    "plusieurs": "zope.schema.Set",
    "telephone": "carouge.guichet.formulaire.fields.Telephone",
    "texte": "zope.schema.TextLine",
    "texte_long": "zope.schema.Text",
}


def regle(champ: str, op: str, valeur=None) -> dict:
    """One rule of a condition."""
    rule = {"champ": champ, "op": op}
    return rule if valeur is None else {**rule, "valeur": valeur}


def si(*regles: dict, une: bool = False) -> dict:
    """A condition."""
    return {"si": "une" if une else "toutes", "regles": list(regles)}


def champ(nom: str, genre: str = "texte", titre: str = "", **reglages) -> str:
    """The XML of one question.

    ``requis``, ``si``, ``groupe``, ``fait``, ``choix`` (value to title) and ``aide``
    are known; the rest are settings of the field.
    """
    attributes = {"name": nom, "type": TYPES[genre]}
    for name in ("groupe", "fait"):
        if name in reglages:
            attributes[f"guichet:{name}"] = reglages.pop(name)
    if "si" in reglages:
        attributes["guichet:si"] = _json(reglages.pop("si"))
    parts = {
        "title": titre or nom.capitalize(),
        "description": reglages.pop("aide", ""),
        "required": str(bool(reglages.pop("requis", False))),
    }
    choix = reglages.pop("choix", None)
    parts |= reglages
    xml = "".join(
        f"<{name}>{escape(str(value))}</{name}>" for name, value in parts.items()
    )
    if choix is not None:
        elements = "".join(
            f'<element key="{escape(value)}">{escape(title)}</element>'
            for value, title in choix.items()
        )
        values = f"<values>{elements}</values>"
        if genre == "plusieurs":
            values = f'<value_type type="zope.schema.Choice">{values}</value_type>'
        xml += values
    words = " ".join(f'{key}="{escape(value)}"' for key, value in attributes.items())
    return f"<field {words}>{xml}</field>"


def etape(nom: str, *champs: str, titre: str = "", aide: str = "") -> str:
    """The XML of one step."""
    return (
        f'<fieldset name="{nom}" label="{escape(titre or nom.capitalize())}" '
        f'description="{escape(aide)}">{"".join(champs)}</fieldset>'
    )


def modele(*parts: str, **procedure: Mapping) -> str:
    """A whole model; ``procedure`` are ``etapes``, ``groupes``, ``prix``."""
    attribute = f' guichet:procedure="{escape(_json(procedure))}"' if procedure else ""
    return (
        '<model xmlns="http://namespaces.plone.org/supermodel/schema" '
        'xmlns:guichet="http://carouge.guichet/formulaire">'
        f"<schema{attribute}>{''.join(parts)}</schema></model>"
    )


def _json(value) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
