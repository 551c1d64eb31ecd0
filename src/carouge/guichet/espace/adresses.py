"""The addresses that take a code: e-mail address and mobile number."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte import verification
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.labels import problem_text
from carouge.guichet.compte.saisie import format_telephone
from carouge.guichet.compte.saisie import InvalidValue
from carouge.guichet.espace.labels import SECTION_LABELS
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Adresse:
    """One of the addresses, as the account page shows it.

    ``present`` is the one in force, ``pending`` the one that waits for its code; both
    may be empty. ``name`` is the channel's.
    """

    name: str
    title: object
    present: str
    verified: bool
    pending: str
    typed: str
    error: object = None
    error_in_code: bool = False

    @property
    def error_id(self) -> str:
        return f"{self.name}-{'code' if self.error_in_code else 'adresse'}"

    @property
    def is_mail(self) -> bool:
        return self.name == Canal.COURRIEL.value


def adresses_of(
    compte: Compte,
    *,
    failed: str,
    errors: Mapping[str, object],
    typed: Mapping[str, str],
) -> list[Adresse]:
    """The addresses this counter can verify; the others are not offered."""
    return [
        _adresse(
            compte,
            canal,
            errors if failed == canal.value else {},
            typed if failed == canal.value else {},
        )
        for canal in verification.PARSERS
        if verification.channel_works(canal)
    ]


def _adresse(
    compte: Compte,
    canal: Canal,
    errors: Mapping[str, object],
    typed: Mapping[str, str],
) -> Adresse:
    verified = verification.verified_address(compte, canal)
    present = verified
    suggestion = ""
    if not verified and canal is Canal.COURRIEL:
        # What the canton's account says is in force until something else is confirmed.
        present = suggestion = compte.value("courriel")
    elif not verified:
        suggestion = _mobile_of(compte)
    pending = verification.pending(compte, canal)
    in_code = "code" in errors and bool(pending)
    return Adresse(
        name=canal.value,
        title=SECTION_LABELS[canal.value],
        present=format_telephone(present),
        verified=bool(verified),
        pending=format_telephone(pending),
        typed=typed.get("adresse", suggestion),
        error=errors.get("code") or errors.get("adresse"),
        error_in_code=in_code,
    )


def _mobile_of(compte: Compte) -> str:
    try:
        return format_telephone(verification.parse_mobile(compte.value("telephone")))
    except InvalidValue:
        return ""


def wrong_code_text(error: verification.NoCode | verification.WrongCode):
    """Why a code was not taken."""
    if isinstance(error, verification.WrongCode) and error.left == 1:
        return _("This is not the code we sent. You have one more try.")
    if isinstance(error, verification.WrongCode) and error.left:
        return _(
            "This is not the code we sent. You have ${left} more tries.",
            mapping={"left": str(error.left)},
        )
    return _("This code is no longer valid. Please ask for a new one.")


def send_problem(error: Exception):
    """Why no code was sent."""
    if isinstance(error, InvalidValue):
        return problem_text(error.problem, "courriel")
    if isinstance(error, verification.TooSoon):
        minutes = -(-error.seconds // 60)
        if minutes == 1:
            return _(
                "A code was sent a moment ago. You can ask for another one in a minute."
            )
        return _(
            "Several codes were sent already. You can ask for another one in ${minutes} "
            "minutes.",
            mapping={"minutes": str(minutes)},
        )
    return _("We cannot send any code at the moment. Please try again later.")
