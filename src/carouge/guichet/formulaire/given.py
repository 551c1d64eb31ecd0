"""What a browser sent back, compared with what the counter knows already."""

from __future__ import annotations

from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.prefill import Proposition
from carouge.guichet.formulaire.requests import PREFIX
from datetime import date
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import IField


#: What a select sends for "nothing chosen".
_NOTHING = "--NOVALUE--"


def given(form: dict, name: str) -> str:
    """The text a browser sent for a question; empty for none."""
    value = form.get(f"{PREFIX}{name}", "")
    if isinstance(value, (list, tuple)):
        value = value[0] if len(value) == 1 else ""
    if not isinstance(value, str) or value == _NOTHING:
        return ""
    return value.strip()


def chosen_ids(form: dict, compiled: CompiledForm) -> dict[str, str]:
    """The ids that were sent as household members, by question; checked by nobody."""
    return {
        name: value for name in compiled.membres if (value := given(form, name)) != ""
    }


def forget(form: dict, name: str) -> None:
    """Make a question one that was never answered."""
    form.pop(f"{PREFIX}{name}", None)
    form.pop(f"{PREFIX}{name}-empty-marker", None)


def same_answer(field: IField, known: Proposition, text: str) -> bool:
    """Whether a text that was sent says what the counter knows."""
    if isinstance(known.value, date):
        return text in (known.value.isoformat(), known.text)
    if IChoice.providedBy(field):
        term = field.bind(None).vocabulary.getTerm(known.value)
        return text in (term.token, term.value)
    return text == str(known.value).strip()
