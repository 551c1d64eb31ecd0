"""What the catalogue says of a démarche, as JSON and back.

All fields of the schema travel but the service, which is bound by name, so that a field
that is added to the schema travels as well.
"""

from __future__ import annotations

from Acquisition import aq_base
from carouge.guichet import _
from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.atelier.colis import Contenu
from carouge.guichet.atelier.liaisons import remplacer_partout
from carouge.guichet.demarche.interfaces import IDemarche
from carouge.guichet.demarche.textes import Textes
from collections.abc import Mapping
from datetime import date
from functools import cache
from plone.app.textfield.interfaces import IRichText
from plone.app.textfield.value import RichTextValue
from typing import Any
from zope import schema
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IField
from zope.schema.interfaces import IList
from zope.schema.interfaces import ISet
from zope.schema.interfaces import ITuple
from zope.schema.interfaces import ValidationError


MAX_TEXTE = 100_000

#: What Plone makes of a formatted text before anybody sees it.
_SAFE_HTML = "text/x-html-safe"
_MIMES = ("text/html", "text/plain")


#: What each site has its own of: the service is asked for, the régie is chosen there.
_DU_SITE = frozenset({"service", "regie"})


@cache
def champs() -> dict[str, tuple[str, IField]]:
    """Attribute and field of a démarche by name in the parcel."""
    own = {
        name: (name, IDemarche[name])
        for name in (*IDemarche.names(), "formPrologue", "formEpilogue")
        if name not in _DU_SITE and schema.interfaces.IField.providedBy(IDemarche[name])
    }
    return {
        "titre": ("title", schema.TextLine(title=_("Title"), max_length=250)),
        "resume": (
            "description",
            schema.Text(title=_("Summary"), required=False, max_length=2000),
        ),
        **own,
    }


def fiche_json(demarche) -> dict[str, Any]:
    """The fiche as JSON; what is empty is None or an empty list."""
    base = aq_base(demarche)
    return en_json(
        {
            attribute: getattr(base, attribute, None)
            for attribute, _field in champs().values()
        }
    )


def en_json(valeurs: Mapping[str, Any]) -> dict[str, Any]:
    """Values by attribute, as far as they are given, as JSON by name."""
    return {
        name: _json(field, valeurs[attribute])
        for name, (attribute, field) in champs().items()
        if attribute in valeurs
    }


def valeurs_de(fiche: object) -> dict[str, Any]:
    """The values by name of attribute, held to the rules of their fields.

    What the parcel does not speak of is left out.

    :raises ColisRefuse: with the name of the field
    """
    if not isinstance(fiche, Mapping):
        raise _refused("fiche")
    unknown = sorted(set(fiche) - set(champs()))
    if unknown:
        raise _refused(unknown[0])
    values = {}
    for name, raw in fiche.items():
        attribute, field = champs()[name]
        try:
            value = _value(field, raw)
            # A required choice with a default counts as given.
            if value is not None or field.required:
                field.bind(None).validate(value)
        except (ValueError, TypeError, LookupError, ValidationError) as error:
            raise _refused(field.title or name) from error
        values[attribute] = value
    if not values.get("title"):
        raise _refused(champs()["titre"][1].title)
    if (
        values.get("ouverture")
        and values.get("fermeture")
        and values["ouverture"] > values["fermeture"]
    ):
        raise _refused(IDemarche["fermeture"].title)
    return values


def lire_textes(contenu: Contenu, courriels: Mapping[str, str]) -> Textes | None:
    """The notices and models of a parcel; None when it does not speak of them.

    ``courriels`` are the addresses of here by those of there.

    :raises ColisRefuse: unreadable
    """
    if "textes" not in contenu.donnees:
        return None
    try:
        return Textes.from_json(remplacer_partout(contenu.donnees["textes"], courriels))
    except ValueError as error:
        raise _refused("textes") from error


def _json(field: IField, value: object) -> object:
    if IRichText.providedBy(field):
        if not value or not value.raw:
            return None
        return {"texte": value.raw, "type": value.mimeType}
    if ISet.providedBy(field):
        return sorted(value or ())
    if IList.providedBy(field) or ITuple.providedBy(field):
        return list(value or ())
    if isinstance(value, date):
        return value.isoformat()
    if value is None or isinstance(value, (bool, int)):
        return value
    return str(value) or None


def _value(field: IField, raw: object) -> object:
    if IRichText.providedBy(field):
        return _rich(raw)
    if ISet.providedBy(field) or IList.providedBy(field) or ITuple.providedBy(field):
        if not isinstance(raw, list):
            raise TypeError(raw)
        return field._type(raw) if isinstance(field._type, type) else list(raw)
    if raw is None:
        return None
    if IDate.providedBy(field):
        return date.fromisoformat(raw)
    if isinstance(raw, str) and len(raw) > MAX_TEXTE:
        raise ValueError
    if isinstance(raw, (dict, list, float)):
        raise TypeError(raw)
    # A bool is an int to Python and to nobody else.
    if isinstance(raw, bool) is not schema.interfaces.IBool.providedBy(field):
        raise TypeError(raw)
    return raw


def _rich(raw: object) -> RichTextValue | None:
    if raw is None:
        return None
    if (
        not isinstance(raw, dict)
        or set(raw) != {"texte", "type"}
        or not isinstance(raw["texte"], str)
        or len(raw["texte"]) > MAX_TEXTE
        or raw["type"] not in _MIMES
    ):
        raise TypeError
    return RichTextValue(raw["texte"], raw["type"], _SAFE_HTML)


def _refused(name) -> ColisRefuse:
    return ColisRefuse(
        _(
            "“${name}” of a démarche in this file cannot be read.",
            mapping={"name": name},
        )
    )
