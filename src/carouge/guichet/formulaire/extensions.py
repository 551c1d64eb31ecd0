"""Rules of a question that only a site administrator can set: easyform's expressions.

Editors have conditions, provenance and limits with widgets; whoever may touch TALES can
do the rest here. Nearly no form has any, so they are looked up once per version.
"""

from __future__ import annotations

from collective.easyform.api import get_expression
from collective.easyform.interfaces import IFieldExtender
from collective.easyform.interfaces import IFieldValidator
from dataclasses import dataclass
from zope.component import queryUtility
from zope.globalrequest import getRequest
from zope.schema.interfaces import IField


@dataclass(frozen=True)
class Extension:
    """What the administrator has added to a question.

    ``serveur``: nobody is asked, the answer is the default value.
    """

    defaut: str = ""
    si: str = ""
    verification: str = ""
    validateurs: tuple[str, ...] = ()
    serveur: bool = False


def extension_of(field: IField) -> Extension | None:
    """The administrator's rules of a question, or None."""
    extender = IFieldExtender(field)
    extension = Extension(
        defaut=extender.TDefault or "",
        si=extender.TEnabled or "",
        verification=extender.TValidator or "",
        validateurs=tuple(extender.validators or ()),
        serveur=bool(extender.serverSide or extender.THidden),
    )
    return extension if extension != Extension() else None


def is_asked(extension: Extension, demarche) -> bool:
    """Whether the question is there at all for this request."""
    return not extension.si or bool(get_expression(demarche, extension.si))


def default_of(extension: Extension, field: IField, demarche) -> object:
    """What stands in the question at first."""
    if extension.defaut:
        return get_expression(demarche, extension.defaut)
    return field.default


def complaint_about(extension: Extension, value: object, demarche) -> str:
    """What is wrong with an answer; empty when nothing is."""
    for name in extension.validateurs:
        validator = queryUtility(IFieldValidator, name=name)
        message = validator(value, REQUEST=getRequest()) if validator else None
        if message:
            return message
    if extension.verification:
        return get_expression(demarche, extension.verification, value=value) or ""
    return ""
