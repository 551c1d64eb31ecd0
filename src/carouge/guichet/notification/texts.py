"""The words of all messages, apart from any channel.

A :class:`Letter` holds translatable lines; :func:`compose` makes plain text of it. A
line that is no message is taken as it is: what a person wrote is never a pattern.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.controlpanel.service import Contact
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.labels import STATE_MEANINGS
from carouge.guichet.swisstime import format_date
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from zope.i18nmessageid import Message


@dataclass(frozen=True)
class Letter:
    """One message: a subject, and paragraphs of lines."""

    subject: str
    paragraphs: tuple[tuple[str, ...], ...]


def compose(letter: Letter, translate: Callable[[str], str]) -> tuple[str, str]:
    """Subject (one line) and plain text of a letter, in the language of ``translate``.

    ``translate`` gives a message back in words.
    """

    def words(line: str) -> str:
        return translate(line) if isinstance(line, Message) else line

    subject = " ".join(words(letter.subject).split())
    paragraphs = (
        "\n".join(words(line) for line in paragraph)
        for paragraph in letter.paragraphs
        if paragraph
    )
    return subject, "\n\n".join(paragraphs) + "\n"


def received(
    *,
    numero: str,
    code: str,
    titre: str,
    attendu: date | None,
    url: str,
    contact: Contact,
) -> Letter:
    """To the citizen: the demande has arrived; ``url`` leads to the follow-up."""
    return Letter(
        _("Your demande ${numero} has arrived", mapping={"numero": numero}),
        (
            (_("Hello,"),),
            (_("Your demande has arrived:"), titre),
            (
                _("Number: ${numero}", mapping={"numero": numero}),
                _("Tracking code: ${code}", mapping={"code": code}),
            ),
            (
                _(
                    "Keep this message. With the number and the code you can follow "
                    "your demande at any time, without an account:"
                ),
                url,
            ),
            (_("What happens next"),),
            (
                _(
                    "The service examines your demande. It writes to this address as "
                    "soon as something changes, or when it needs something more "
                    "from you."
                ),
                *_expected(attendu),
            ),
            *citizen_footer(contact),
        ),
    )


def moved(
    *,
    numero: str,
    titre: str,
    etat: State,
    message: str,
    url: str,
    contact: Contact,
) -> Letter:
    """To the citizen: the service made a move; ``message`` is what it says."""
    answer = (
        (_("Please answer on the follow-up page."),)
        if etat is State.A_COMPLETER
        else ()
    )
    words = (
        ((_("Message from the service:"), *message.splitlines()),) if message else ()
    )
    return Letter(
        _(
            "Your demande ${numero}: ${etat}",
            mapping={"numero": numero, "etat": STATE_LABELS[etat]},
        ),
        (
            (_("Hello,"),),
            (STATE_MEANINGS[etat],),
            (_("Your demande:"), titre, numero),
            *words,
            answer,
            (
                _(
                    "Follow your demande with the tracking code you received when you "
                    "submitted it:"
                ),
                url,
            ),
            *citizen_footer(contact),
        ),
    )


def arrived(*, numero: str, titre: str, attendu: date | None, url: str) -> Letter:
    """To the service: a new demande; ``url`` leads to the agents' desk."""
    return Letter(
        _(
            "New demande ${numero}: ${titre}",
            mapping={"numero": numero, "titre": titre},
        ),
        (
            (_("A new demande has arrived."),),
            (
                titre,
                _("Number: ${numero}", mapping={"numero": numero}),
                *_expected_of_service(attendu),
            ),
            (_("To the demande:"), url),
            (_NOBODY_READS,),
        ),
    )


def answered(*, numero: str, titre: str, url: str) -> Letter:
    """To the service: the citizen gave what was asked of him."""
    return Letter(
        _("Answer received: demande ${numero}", mapping={"numero": numero}),
        (
            (_("The citizen has answered your question."),),
            (titre, _("Number: ${numero}", mapping={"numero": numero})),
            (_("To the demande:"), url),
            (_NOBODY_READS,),
        ),
    )


def withdrawn(*, numero: str, titre: str, url: str) -> Letter:
    """To the service: the citizen wants nothing any more."""
    return Letter(
        _("Demande ${numero} withdrawn", mapping={"numero": numero}),
        (
            (_("The citizen has withdrawn the demande. There is nothing more to do."),),
            (titre, _("Number: ${numero}", mapping={"numero": numero})),
            (_("To the demande:"), url),
            (_NOBODY_READS,),
        ),
    )


_NOBODY_READS = _(
    "This message was sent automatically. Nobody reads the answers to this address."
)


def _expected(attendu: date | None) -> tuple[str, ...]:
    if attendu is None:
        return ()
    day = format_date(attendu)
    return (_("You can expect an answer by ${date}.", mapping={"date": day}),)


def _expected_of_service(attendu: date | None) -> tuple[str, ...]:
    if attendu is None:
        return ()
    day = format_date(attendu)
    return (_("Answer expected by: ${date}", mapping={"date": day}),)


def citizen_footer(contact: Contact) -> tuple[tuple[str, ...], ...]:
    """The end of every letter to a citizen: from whom it is, how to reach the counter."""
    head = ["-- ", contact.commune, _NOBODY_READS]
    lines = [
        *contact.adresse.splitlines(),
        contact.telephone,
        contact.courriel,
        *contact.horaires,
    ]
    if not contact.empty:
        head.append(_("To reach the counter:"))
    return (
        tuple(line for line in head if line),
        tuple(line for line in lines if line),
    )
