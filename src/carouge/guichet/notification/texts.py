"""The words of all messages, apart from any channel.

A :class:`Letter` holds translatable lines; :func:`compose` makes plain text of it. A
line that is no message is taken as it is: what a person wrote is never a pattern.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.controlpanel.service import Contact
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.demarche.textes import remplir
from carouge.guichet.demarche.textes import variables
from carouge.guichet.swisstime import format_date
from collections.abc import Callable
from collections.abc import Mapping
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


def notice(
    avis: Avis,
    valeurs: Mapping[str, str],
    *,
    code: str = "",
    compte: bool,
    contact: Contact,
) -> Letter:
    """To the citizen, in the words of ``avis``.

    ``code`` is the tracking code in clear, for whoever has no other way to his demande;
    ``compte`` says that it belongs to an account. The link is always there.
    """
    paragraphs = [tuple(part.split("\n")) for part in _filled(avis.texte, valeurs)]
    if "lien" not in variables(avis.texte):
        paragraphs.append((_("To your demande:"), valeurs["lien"]))
    if code:
        paragraphs.append((_("Tracking code: ${code}", mapping={"code": code}),))
        paragraphs.append(
            (
                _(
                    "Keep this message. With the number and the code you can follow "
                    "your demande at any time, without an account."
                ),
            )
        )
    elif not compte:
        paragraphs.append(
            (
                _(
                    "You open your demande with its number and the tracking code you "
                    "received when you submitted it."
                ),
            )
        )
    return Letter(
        remplir(avis.objet, valeurs).texte,
        (*paragraphs, *citizen_footer(contact)),
    )


def text_message(avis: Avis, valeurs: Mapping[str, str]) -> str:
    """The same by SMS: one line with the link."""
    text = " ".join(remplir(avis.sms, valeurs).texte.split())
    return text if "lien" in variables(avis.sms) else f"{text} {valeurs['lien']}"


def body_of(avis: Avis, valeurs: Mapping[str, str]) -> str:
    """The words alone: what a letter says, and whoever telephones."""
    return "\n\n".join(_filled(avis.texte, valeurs))


def _filled(texte: str, valeurs: Mapping[str, str]) -> list[str]:
    # Paragraph by paragraph: one that says nothing leaves no gap.
    parts = (remplir(part, valeurs).texte for part in texte.split("\n\n"))
    return [part.strip("\n") for part in parts if part.strip()]


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
    return _to_service(
        _("Answer received: demande ${numero}", mapping={"numero": numero}),
        _("The citizen has answered your question."),
        numero,
        titre,
        url,
    )


def withdrawn(*, numero: str, titre: str, url: str) -> Letter:
    """To the service: the citizen wants nothing any more."""
    return _to_service(
        _("Demande ${numero} withdrawn", mapping={"numero": numero}),
        _("The citizen has withdrawn the demande. There is nothing more to do."),
        numero,
        titre,
        url,
    )


def written(*, numero: str, titre: str, url: str) -> Letter:
    """To the service: the citizen has sent a message, which is not in here."""
    return _to_service(
        _("Message from the citizen: demande ${numero}", mapping={"numero": numero}),
        _("The citizen has written to you."),
        numero,
        titre,
        url,
    )


def handed_over(*, numero: str, titre: str, url: str) -> Letter:
    """To the service: another one has given it the demande."""
    return _to_service(
        _("Demande ${numero} handed over to you", mapping={"numero": numero}),
        _("Another service has handed this demande over to you."),
        numero,
        titre,
        url,
    )


def due(*, numero: str, titre: str, url: str, attendu: date | None) -> Letter:
    """To the service: the day by which the citizen expects an answer is near or over."""
    return _to_service(
        _("Answer awaited: demande ${numero}", mapping={"numero": numero}),
        _("This demande waits for you."),
        numero,
        titre,
        url,
        *_expected_of_service(attendu),
    )


def to_review(*, regie: str, paiement: str, url: str) -> Letter:
    """To the cash desk: a payment that only a person can decide about."""
    return Letter(
        _("A payment has to be checked: ${regie}", mapping={"regie": regie}),
        (
            (_("Only a person can decide about this payment."),),
            (regie, _("Payment ${number}", mapping={"number": paiement})),
            (_("To the payment, with all that is known of it:"), url),
            (_NOBODY_READS,),
        ),
    )


def _to_service(
    subject: str, first: str, numero: str, titre: str, url: str, *more: str
) -> Letter:
    return Letter(
        subject,
        (
            (first,),
            (titre, _("Number: ${numero}", mapping={"numero": numero}), *more),
            (_("To the demande:"), url),
            (_NOBODY_READS,),
        ),
    )


_NOBODY_READS = _(
    "This message was sent automatically. Nobody reads the answers to this address."
)


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
