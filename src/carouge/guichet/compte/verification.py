"""An address counts once a code sent there has come back.

Until then the earlier one stays in force. A code has six digits, lives 15 minutes and
may be mistyped five times; only a keyed digest of it is stored.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Attente
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import DomainError
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.local import follow_courriel
from carouge.guichet.compte.saisie import one_line
from carouge.guichet.compte.saisie import parse_courriel
from carouge.guichet.compte.saisie import parse_mobile
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.journal.service import record
from carouge.guichet.keys import signing_keys
from dataclasses import replace
from datetime import datetime
from datetime import timedelta
from zope.component import queryUtility
from zope.i18n import translate

import hashlib
import hmac
import re
import secrets


DIGITS = 6
LIFETIME = timedelta(minutes=15)
MAX_TRIES = 5
#: Between two codes to the same address.
PAUSE = timedelta(seconds=60)
#: So many codes within so long, whatever the address.
MAX_SENT = 5
SENT_WINDOW = timedelta(hours=1)

#: The channels whose address can be verified, with the reading of a typed address.
PARSERS = {Canal.COURRIEL: parse_courriel, Canal.SMS: parse_mobile}


class TooSoon(DomainError):
    """Another code was sent a moment ago; ``seconds`` until the next one can leave."""

    def __init__(self, seconds: int) -> None:
        super().__init__(str(seconds))
        self.seconds = seconds


class ChannelMissing(DomainError):
    """Nothing can be sent this way with the present settings."""


class AlreadyVerified(DomainError):
    """The address is the one in force, and verified."""


class NoCode(DomainError):
    """No code was sent, or the last one has expired."""


class WrongCode(DomainError):
    """Not the code that was sent; ``left`` more tries."""

    def __init__(self, left: int) -> None:
        super().__init__(str(left))
        self.left = left


def channel_works(canal: Canal) -> bool:
    """Whether messages can leave this way with the present settings."""
    channel = queryUtility(INotificationChannel, name=canal.value)
    return channel is not None and channel.usable()


def verified_address(compte: Compte, canal: Canal) -> str:
    """The verified address of a channel, may be empty."""
    if canal is Canal.COURRIEL:
        return compte.courriel_verifie
    return compte.telephone_verifie


def pending(compte: Compte, canal: Canal, now: datetime | None = None) -> str:
    """The address that waits for its code; empty when none does."""
    attente = compte.attentes.get(canal.value)
    if attente is None or attente.expires <= (now or swisstime.now()):
        return ""
    return attente.address if attente.digest else ""


def send_code(
    compte: Compte, canal: Canal, text: str, *, now: datetime | None = None
) -> str:
    """Send a code to an address the person typed; returns the address as it is kept.

    :raises carouge.guichet.compte.saisie.InvalidValue: no address of this channel
    :raises ChannelMissing: nothing can leave this way
    :raises AlreadyVerified: it is the one in force
    :raises TooSoon: too many codes
    """
    now = now or swisstime.now()
    address = PARSERS[canal](one_line(text, "courriel"))
    if not channel_works(canal):
        raise ChannelMissing(canal.value)
    if address == verified_address(compte, canal):
        raise AlreadyVerified
    earlier = compte.attentes.get(canal.value)
    sent = _recent(earlier, now)
    wait = _wait(earlier, sent, address, now)
    if wait > 0:
        raise TooSoon(wait)
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"
    compte.attentes[canal.value] = Attente(
        address=address,
        digest=_digest(signing_keys()[0], compte, canal, address, code),
        expires=now + LIFETIME,
        sent=(*sent, now),
    )
    subject, words = _letter(code, canal, compte.langue)
    queryUtility(INotificationChannel, name=canal.value).send(address, subject, words)
    record("compte.code_envoye", subject=compte.id)
    return address


def confirm(
    compte: Compte, canal: Canal, code: str, *, now: datetime | None = None
) -> str:
    """Take a code that came back; the address is in force from now on.

    :raises NoCode: none was sent, it has expired, or was mistyped too often
    :raises WrongCode: another code; the try is counted, so that the caller must let
        the transaction be committed
    """
    now = now or swisstime.now()
    attente = compte.attentes.get(canal.value)
    if attente is None or not attente.digest or attente.expires <= now:
        raise NoCode
    digits = re.sub(r"[\s\u00a0\u202f.-]", "", code[:64])
    if not any(
        hmac.compare_digest(
            _digest(key, compte, canal, attente.address, digits), attente.digest
        )
        for key in signing_keys()
    ):
        tries = attente.tries + 1
        left = MAX_TRIES - tries
        compte.attentes[canal.value] = replace(
            attente, tries=tries, digest=attente.digest if left else ""
        )
        raise WrongCode(left)
    # What was sent is remembered: a new address does not give new codes.
    compte.attentes[canal.value] = replace(attente, digest="")
    _in_force(compte, canal, attente.address, now)
    record("compte.adresse_verifiee", subject=compte.id)
    return attente.address


def give_up(compte: Compte, canal: Canal) -> None:
    """Keep the earlier address; a code that is still on its way opens nothing."""
    attente = compte.attentes.get(canal.value)
    if attente is not None and attente.digest:
        compte.attentes[canal.value] = replace(attente, digest="")


def _in_force(compte: Compte, canal: Canal, address: str, now: datetime) -> None:
    if canal is Canal.COURRIEL:
        earlier, compte.courriel_verifie = compte.courriel_verifie, address
        follow_courriel(compte, earlier)
        compte.set_facts(Source.DECLARE, {"courriel": address}, now)
        return
    compte.telephone_verifie = address
    if not compte.value("telephone"):
        compte.set_facts(Source.DECLARE, {"telephone": address}, now)


def _recent(attente: Attente | None, now: datetime) -> tuple[datetime, ...]:
    if attente is None:
        return ()
    return tuple(moment for moment in attente.sent if now - moment < SENT_WINDOW)


def _wait(
    attente: Attente | None,
    sent: tuple[datetime, ...],
    address: str,
    now: datetime,
) -> int:
    """Whole seconds until a code may leave; 0 or less is now."""
    until = [now]
    if sent and attente is not None and attente.address == address:
        until.append(sent[-1] + PAUSE)
    if len(sent) >= MAX_SENT:
        until.append(sent[-MAX_SENT] + SENT_WINDOW)
    return -int(-(max(until) - now).total_seconds() // 1)


def _digest(key: bytes, compte: Compte, canal: Canal, address: str, code: str) -> str:
    message = "\0".join(("code", compte.id, canal.value, address, code))
    return hmac.new(key, message.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _letter(code: str, canal: Canal, language: str) -> tuple[str, str]:
    """Subject and text of the message with the code, in the person's language."""
    commune = contact().commune

    def say(message) -> str:
        return translate(message, target_language=language)

    subject = say(_("Your code: ${code}", mapping={"code": code}))
    if canal is Canal.SMS:
        text = say(
            _(
                "${code} is your code to confirm this number at the online counter. It "
                "is valid for 15 minutes.",
                mapping={"code": code},
            )
        )
        if commune:
            names = {"commune": commune, "text": text}
            text = say(_("${commune}: ${text}", mapping=names))
        return subject, text
    first = say(
        _(
            "${code} is your code to confirm this address at the online counter. It is "
            "valid for 15 minutes.",
            mapping={"code": code},
        )
    )
    lines = [
        say(_("Hello,")),
        first,
        say(_("Enter it on the page « My account ». Give it to nobody.")),
        say(
            _(
                "If you did not ask for it, do nothing: without the code this address "
                "is not used."
            )
        ),
        "\n".join(line for line in ("-- ", commune) if line),
    ]
    return subject, "\n\n".join(lines) + "\n"
