"""What has changed in one question itself: its kind, its choices, its settings."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.formulaire_genres import genre_en_mots
from carouge.guichet.formulaire.binding import source_of
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.labels import SOURCE_LABELS
from carouge.guichet.formulaire.mots_conditions import choix_de
from collections.abc import Callable
from collections.abc import Iterator
from plone.schemaeditor.interfaces import IFieldEditFormSchema
from zope.i18nmessageid import Message
from zope.schema import getFieldsInOrder


#: What is told in words of its own, or is no setting.
_TOLD = frozenset(
    {"__name__", "title", "description", "required", "values", "vocabularyName"}
    | {"vocabulary", "value_type", "formule", "readonly", "missing_value", "order"}
)


def reglages_changes(
    ancien: CompiledForm, nouveau: CompiledForm, nom: str, dire: Callable
) -> Iterator[Message]:
    """Messages about a question that is in both forms."""
    before, after = ancien.questions[nom].champ, nouveau.questions[nom].champ
    mapping = {"titre": after.title}
    if type(before) is not type(after):
        yield _(
            "“${titre}” is now of the kind “${genre}” (before: “${ancien}”).",
            mapping={
                **mapping,
                "genre": genre_en_mots(after),
                "ancien": genre_en_mots(before),
            },
        )
    if (before.description or "") != (after.description or ""):
        yield _("The help of “${titre}” was rewritten.", mapping=mapping)
    was, is_ = ancien.questions[nom].requis, nouveau.questions[nom].requis
    if is_ and not was:
        yield _("“${titre}” is required now.", mapping=mapping)
    if was and not is_:
        yield _("“${titre}” is not required any more.", mapping=mapping)
    yield from _choices(before, after, mapping)
    yield from _source(ancien, nouveau, nom, mapping)
    if getattr(before, "formule", "") != getattr(after, "formule", ""):
        yield _("“${titre}” is computed in another way.", mapping=mapping)
    if ancien.extensions.get(nom) != nouveau.extensions.get(nom):
        yield _(
            "The rules of “${titre}” that the administrator sets were changed.",
            mapping=mapping,
        )
    if type(before) is type(after):
        yield from _settings(before, after, mapping, dire)


def _choices(before, after, mapping) -> Iterator[Message]:
    old, new = dict(choix_de(before)), dict(choix_de(after))
    for value, title in old.items():
        if value not in new:
            yield _(
                "“${titre}”: the answer “${choix}” was removed.",
                mapping={**mapping, "choix": title},
            )
    for value, title in new.items():
        if value not in old:
            yield _(
                "“${titre}”: the answer “${choix}” was added.",
                mapping={**mapping, "choix": title},
            )
        elif old[value] != title:
            yield _(
                "“${titre}”: the answer “${ancien}” is now called “${choix}”.",
                mapping={**mapping, "choix": title, "ancien": old[value]},
            )
    if [*old] != [*new] and set(old) == set(new):
        yield _("“${titre}”: the answers come in another order.", mapping=mapping)


def _source(ancien, nouveau, nom, mapping) -> Iterator[Message]:
    old = source_of(ancien.schema, ancien.questions[nom].champ)
    new = source_of(nouveau.schema, nouveau.questions[nom].champ)
    if old == new:
        return
    if new is None:
        yield _(
            "“${titre}” is not filled in from the account any more.", mapping=mapping
        )
    else:
        yield _(
            "“${titre}” is filled in from: ${source}.",
            mapping={**mapping, "source": SOURCE_LABELS[new]},
        )


def _settings(before, after, mapping, dire) -> Iterator[Message]:
    schema = IFieldEditFormSchema(after, None)
    if schema is None:
        return
    for name, setting in getFieldsInOrder(schema):
        if name in _TOLD:
            continue
        old, new = getattr(before, name, None), getattr(after, name, None)
        if old != new and not (old in (None, "") and new in (None, "")):
            yield _(
                "“${titre}”: ${reglage} is ${nouveau} (before: ${ancien}).",
                mapping={
                    **mapping,
                    "reglage": dire(setting.title),
                    "nouveau": _value(new, dire),
                    "ancien": _value(old, dire),
                },
            )


def _value(value, dire) -> str:
    if value is None or value == "":
        return dire(_("empty"))
    if isinstance(value, bool):
        return dire(_("yes") if value else _("no"))
    if isinstance(value, set | frozenset | list | tuple):
        return ", ".join(sorted(str(one) for one in value)) or dire(_("empty"))
    return str(value)
