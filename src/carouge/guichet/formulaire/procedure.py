"""The procedure around the questions, kept in the model of a form.

Three attributes in our own namespace, beside ``guichet:fait`` of ``binding``: a
question has the condition it is shown under (``guichet:si``) and the repeatable group
it belongs to (``guichet:groupe``), the form has the conditions of its steps, its groups
and its price lines (``guichet:procedure``). Conditions and procedure are JSON; what
cannot be read is written back as it was found, and told by :func:`illisibles_de`.
"""

from __future__ import annotations

from carouge.guichet.formulaire.binding import NAMESPACE
from plone.supermodel.interfaces import IFieldMetadataHandler
from plone.supermodel.interfaces import ISchemaMetadataHandler
from plone.supermodel.utils import ns
from typing import Any
from zope.interface import implementer
from zope.interface.interface import InterfaceClass

import json
import re


#: Names of the tagged values of a schema.
SI_KEY = "carouge.guichet.si"
GROUPES_KEY = "carouge.guichet.groupes"
PROCEDURE_KEY = "carouge.guichet.procedure"

#: What could not be read, as it stood in the model: by name of field, "" for the form.
ILLISIBLES_KEY = "carouge.guichet.illisibles"

#: How many rows a group may have at most, whatever the model says.
MAX_LIGNES = 50

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def json_text(value: object) -> str:
    """The one way a value is written: compact, keys in order, possible in XML."""
    text = json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return _NOT_XML.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def conditions_de(schema: InterfaceClass) -> dict[str, dict]:
    """The conditions of questions, by name of field; no entry means always.

    One that is no JSON is ``{"illisible": …}``: no condition, and told as such.
    """
    illisibles = schema.queryTaggedValue(ILLISIBLES_KEY, {})
    conditions = {
        **{name: {"illisible": text} for name, text in illisibles.items() if name},
        **schema.queryTaggedValue(SI_KEY, {}),
    }
    return {name: si for name, si in conditions.items() if name in schema}


def groupes_de(schema: InterfaceClass) -> dict[str, str]:
    """The repeatable group of each question that is in one, by name of field."""
    groupes = schema.queryTaggedValue(GROUPES_KEY, {})
    return {name: groupe for name, groupe in groupes.items() if name in schema}


def deroulement_de(schema: InterfaceClass) -> dict[str, Any]:
    """Steps, groups and price lines, complete and of the right types.

    ``etapes``: by name of fieldset, ``si``. ``groupes``: by name, ``titre``,
    ``ajouter``, ``min``, ``max``, ``si``. ``prix``: a list of ``libelle``, ``montant``
    (centimes), ``par``, ``si``. What has a wrong type takes its default, but a price
    stays as it is: ``calculs.lire_prix`` refuses what is none. A group that questions
    name and nobody describes is described by its name.
    """
    brut = _dict(schema.queryTaggedValue(PROCEDURE_KEY, {}))
    groupes = {
        nom: _groupe(nom, _dict(valeurs))
        for nom, valeurs in _dict(brut.get("groupes")).items()
    }
    for nom in groupes_de(schema).values():
        groupes.setdefault(nom, _groupe(nom, {}))
    prix = brut.get("prix")
    return {
        "etapes": {
            nom: {"si": _condition(_dict(valeurs).get("si"))}
            for nom, valeurs in _dict(brut.get("etapes")).items()
        },
        "groupes": groupes,
        "prix": [
            {"par": "", **ligne, "si": _condition(ligne.get("si"))}
            if isinstance(ligne, dict)
            else ligne
            for ligne in (prix if isinstance(prix, list) else [prix] if prix else [])
        ],
    }


def illisibles_de(schema: InterfaceClass) -> tuple[str, ...]:
    """Where the model says something unreadable: names of fields, "" for the form."""
    illisibles = schema.queryTaggedValue(ILLISIBLES_KEY, {})
    return tuple(name for name in illisibles if not name or name in schema)


# --- what the editor changes ---------------------------------------------------


def set_condition(schema: InterfaceClass, name: str, si: dict | None) -> None:
    """Show a question under a condition; None: always."""
    _set(schema, SI_KEY, name, si)
    _set(schema, ILLISIBLES_KEY, name, None)


def set_groupe(schema: InterfaceClass, name: str, groupe: str | None) -> None:
    """Put a question into a repeatable group, or into none."""
    _set(schema, GROUPES_KEY, name, groupe)


def set_deroulement(schema: InterfaceClass, part: str, value: object) -> None:
    """Replace one part: ``etapes``, ``groupes`` or ``prix``.

    Parts this version does not know stay.
    """
    procedure = dict(_dict(schema.queryTaggedValue(PROCEDURE_KEY, {})))
    procedure.pop(part, None)
    if value:
        procedure[part] = value
    schema.setTaggedValue(PROCEDURE_KEY, procedure)
    _set(schema, ILLISIBLES_KEY, "", None)


# --- the model -----------------------------------------------------------------


@implementer(IFieldMetadataHandler)
class QuestionHandler:
    """Reads and writes ``guichet:si`` and ``guichet:groupe``."""

    namespace = NAMESPACE
    prefix = "guichet"

    def read(self, fieldNode, schema, field) -> None:
        name = field.__name__
        text = fieldNode.get(ns("si", self.namespace))
        if text:
            si = _json_object(text)
            key = ILLISIBLES_KEY if si is None else SI_KEY
            _set(schema, key, name, text if si is None else si)
        groupe = fieldNode.get(ns("groupe", self.namespace))
        if groupe:
            _set(schema, GROUPES_KEY, name, groupe)

    def write(self, fieldNode, schema, field) -> None:
        name = field.__name__
        si = schema.queryTaggedValue(SI_KEY, {}).get(name)
        text = schema.queryTaggedValue(ILLISIBLES_KEY, {}).get(name)
        if si:
            text = json_text(si)
        if text:
            fieldNode.set(ns("si", self.namespace), text)
        groupe = schema.queryTaggedValue(GROUPES_KEY, {}).get(name)
        if groupe:
            fieldNode.set(ns("groupe", self.namespace), groupe)


@implementer(ISchemaMetadataHandler)
class DeroulementHandler:
    """Reads and writes ``guichet:procedure``."""

    namespace = NAMESPACE
    prefix = "guichet"

    def read(self, schemaNode, schema) -> None:
        text = schemaNode.get(ns("procedure", self.namespace))
        if not text:
            return
        procedure = _json_object(text)
        if procedure is None:
            _set(schema, ILLISIBLES_KEY, "", text)
        else:
            schema.setTaggedValue(PROCEDURE_KEY, procedure)

    def write(self, schemaNode, schema) -> None:
        procedure = schema.queryTaggedValue(PROCEDURE_KEY, {})
        text = schema.queryTaggedValue(ILLISIBLES_KEY, {}).get("")
        if procedure:
            text = json_text(procedure)
        if text:
            schemaNode.set(ns("procedure", self.namespace), text)


def _set(schema: InterfaceClass, key: str, name: str, value: object) -> None:
    values = dict(schema.queryTaggedValue(key, {}))
    values.pop(name, None)
    if value:
        values[name] = value
    schema.setTaggedValue(key, values)


def _json_object(text: str) -> dict | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) and value else None


def _groupe(nom: str, valeurs: dict) -> dict[str, Any]:
    minimum = min(max(_int(valeurs.get("min"), 0), 0), MAX_LIGNES)
    maximum = min(_int(valeurs.get("max"), 10), MAX_LIGNES)
    return {
        "titre": _text(valeurs.get("titre")) or nom,
        "ajouter": _text(valeurs.get("ajouter")),
        "min": minimum,
        "max": max(maximum, minimum, 1),
        "si": _condition(valeurs.get("si")),
    }


def _dict(value: object) -> dict:
    return value if isinstance(value, dict) else {}


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _int(value: object, default: int) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def _condition(value: object) -> dict | None:
    if value is None or value == {}:
        return None
    return value if isinstance(value, dict) else {"illisible": json_text(value)}
