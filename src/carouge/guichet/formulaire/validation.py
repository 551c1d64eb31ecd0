"""Answers that come without a page, held to the rules of the page.

The fields, the widgets and the validators are those of the form page: the same compiled
schema, the same fields left out or hidden, the same adapters for each field. A rule
that is added for the page is a rule here.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.base import CounterForm
from carouge.guichet.formulaire.faits import MEMBRE
from carouge.guichet.formulaire.jsonform import read
from carouge.guichet.formulaire.jsonform import Unreadable
from carouge.guichet.formulaire.prefill import Proposition
from carouge.guichet.formulaire.prefill import reprise_of
from carouge.guichet.formulaire.texts import LOCKED_CHANGED
from carouge.guichet.formulaire.texts import NOT_OF_HOUSEHOLD
from collections.abc import Iterator
from collections.abc import Mapping
from collective.easyform.interfaces import ILabel
from dataclasses import dataclass
from dataclasses import field
from z3c.form.error import MultipleErrors
from z3c.form.interfaces import HIDDEN_MODE
from z3c.form.interfaces import IDataConverter
from z3c.form.interfaces import IErrorViewSnippet
from z3c.form.interfaces import IValidator
from zope.component import getMultiAdapter
from zope.interface import Invalid
from zope.schema.interfaces import IField


class PagelessForm(CounterForm):
    """The fields and widgets of a form that nobody looks at."""

    ignoreRequest = True

    def update(self) -> None:
        self.updateFields()
        self.updateWidgets()
        groups = [group(self.context, self.request, self) for group in self.groups]
        for group in groups:
            group.updateWidgets()
        self.groups = tuple(groups)
        self.markWidgets()

    def questions(self) -> Iterator[tuple[object, object]]:
        """The widgets that ask something, each with its form or group."""
        for manager in (self, *self.groups):
            for widget in manager.widgets.values():
                if not ILabel.providedBy(widget.field):
                    yield manager, widget


@dataclass
class Answers:
    """What was read and what is wrong with it.

    ``values`` are the readable answers by name, with those the server gives itself;
    ``unreadable`` and ``invalid`` are messages by name. The names of what was never
    asked are in ``unreadable``. ``locked`` are the answers the counter gives itself,
    as they were sent: the names of those that were not sent have no value.
    """

    values: dict[str, object] = field(default_factory=dict)
    unreadable: dict[str, object] = field(default_factory=dict)
    invalid: dict[str, object] = field(default_factory=dict)
    locked: dict[str, object] = field(default_factory=dict)

    @property
    def errors(self) -> dict[str, object]:
        return {**self.invalid, **self.unreadable}


@dataclass(frozen=True)
class Question:
    """A (bound) field a caller may answer, and what the counter knows of the answer."""

    field: IField
    source: str | None
    membre_of: str | None
    known: Proposition | None


def questions_of(demarche, request) -> list[Question]:
    """What a caller is asked, in the order of the page."""
    form = _form(demarche, request)
    reprise = reprise_of(form.compiled, form.compte)
    questions = []
    for _manager, widget in form.questions():
        if widget.mode == HIDDEN_MODE:
            continue
        name = widget.__name__
        source = form.compiled.sources.get(name)
        questions.append(
            Question(
                field=widget.field.bind(demarche),
                source=source,
                membre_of=(
                    form.compiled.membre_of(name)
                    if source and source.startswith(MEMBRE)
                    else None
                ),
                known=reprise.propositions.get(name),
            )
        )
    return questions


def check_answers(demarche, request, raw: Mapping[str, object]) -> Answers:
    """Read JSON answers, by name of the field, and ask the validators of the page."""
    form = _form(demarche, request)
    form.reprise = reprise_of(form.compiled, form.compte, raw)
    answers = Answers()
    asked = set()
    for manager, widget in form.questions():
        name = widget.field.__name__
        if widget.mode == HIDDEN_MODE:
            # The browser would send back what the server has put there.
            answers.values[name] = IDataConverter(widget).toFieldValue(widget.value)
            continue
        asked.add(name)
        known = form.reprise.locked.get(name)
        if known is not None:
            _compare(widget.field.bind(demarche), raw.get(name), known, answers)
            continue
        if name in form.compiled.membres and not _mine(form, name, raw.get(name)):
            answers.invalid[name] = NOT_OF_HOUSEHOLD
            continue
        try:
            answers.values[name] = read(widget.field.bind(demarche), raw.get(name))
        except Unreadable as error:
            answers.unreadable[name] = error.message
            continue
        message = _complaint(demarche, request, manager, widget, answers.values[name])
        if message is not None:
            answers.invalid[name] = message
    for name in raw:
        if name not in asked:
            answers.unreadable[name] = _("This form has no such question.")
    answers.values = form.updateServerSideData(answers.values)
    return answers


def _compare(field: IField, raw: object, known: Proposition, answers: Answers) -> None:
    """An answer the counter gives itself: it may be left out, not changed."""
    name = field.__name__
    answers.values[name] = known.value
    answers.locked[name] = None
    try:
        sent = read(field, raw)
    except Unreadable as error:
        answers.unreadable[name] = error.message
        return
    if sent == field.missing_value:
        return
    answers.locked[name] = sent
    if sent != known.value:
        answers.invalid[name] = LOCKED_CHANGED


def _mine(form: PagelessForm, name: str, raw: object) -> bool:
    """Whether a member that was sent can be chosen; nobody can be left out."""
    return raw in (None, "", []) or name in form.reprise.membres


def _form(demarche, request) -> PagelessForm:
    form = PagelessForm(demarche, request)
    form.update()
    return form


def _complaint(demarche, request, manager, widget, value):
    """What the page would say about this answer; None when it is fine."""
    validator = getMultiAdapter(
        (demarche, request, manager, widget.field, widget), IValidator
    )
    try:
        validator.validate(value)
    except (Invalid, ValueError, MultipleErrors) as error:
        view = getMultiAdapter(
            (error, request, widget, widget.field, manager, demarche),
            IErrorViewSnippet,
        )
        view.update()
        return getattr(view, "message", None) or _("This answer is not valid.")
    return None
