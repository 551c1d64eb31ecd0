"""What a citizen writes to the service, with and without account, by page and by REST."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import is_blank
from carouge.guichet.demande.dossier import Message
from carouge.guichet.demande.service import history
from carouge.guichet.demande.traitement import ecrire_message
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.formulaire.domain import MAX_TEXT
from carouge.guichet.formulaire.pieces_jointes import examiner_jointes
from carouge.guichet.limiter import Quota
from carouge.guichet.swisstime import local_date
from collections.abc import Callable
from collections.abc import Sequence
from datetime import date
from datetime import timedelta
from time import monotonic

import hashlib


#: Messages of the citizen about one demande within a day.
MAX_PAR_JOUR = 20
#: How long one can write after the end: for a question about the decision.
APRES_LA_FIN = timedelta(days=30)
#: The same words again within that time are a double click, or a second attempt.
MEME_ENVOI = timedelta(minutes=10)

_JOUR = timedelta(days=1)

#: Messages one person, or one place without login, may send about all his demandes.
quota = Quota(monotonic, uses=100, seconds=_JOUR.total_seconds())


class UnusableMessage(ValueError):
    """The citizen's message cannot be kept."""


class EmptyMessage(UnusableMessage):
    """There is nothing in it."""


class LongMessage(UnusableMessage):
    """It is longer than ``MAX_TEXT`` characters."""


class StrangeMessage(UnusableMessage):
    """It holds characters no keyboard makes."""


class DialogueFerme(Exception):
    """The demande has been finished for too long."""


class TropDeMessages(Exception):
    """Enough has been written today: the counter can be called."""


def clean_text(text: str) -> str:
    """A text as it is kept.

    :raises LongMessage: more than ``MAX_TEXT`` characters
    :raises StrangeMessage: control characters
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n").strip()
    if len(text) > MAX_TEXT:
        raise LongMessage(len(text))
    if has_control_characters(text):
        raise StrangeMessage
    return text


def ferme_le(demande: Demande) -> date | None:
    """The last day on which the citizen can write; None as long as it is open."""
    if not demande.etat.final:
        return None
    fin = demande.cloture or history(demande)[-1].time
    return local_date(fin + APRES_LA_FIN)


def peut_ecrire(demande: Demande) -> bool:
    """Whether the citizen can write now."""
    fin = ferme_le(demande)
    return fin is None or swisstime.today() <= fin


def ecrire(
    demande: Demande,
    texte: str,
    jointes: Callable[[], Sequence[tuple[str, bytes]]] = tuple,
) -> tuple[Message, bool]:
    """Write to the service; the message, and whether it was made now.

    The same words with the same files, sent again at once, are one message. ``jointes``
    gives the attachments, names with contents; they are looked at when nothing else
    stands against the message, because that takes long.

    :raises DialogueFerme: see there
    :raises EmptyMessage: neither words nor files
    :raises LongMessage: see there
    :raises StrangeMessage: see there
    :raises TropDeMessages: see there
    :raises carouge.guichet.formulaire.pieces_jointes.JointesRefusees: see there
    """
    if not peut_ecrire(demande):
        raise DialogueFerme(demande.numero)
    texte = clean_text(texte)
    memes, assez = _memes_mots(demande, texte), _assez(demande)
    if assez and not memes:
        raise TropDeMessages(demande.numero)
    contenus = tuple(jointes())
    if is_blank(texte) and not contenus:
        raise EmptyMessage
    digests = [hashlib.sha256(data).hexdigest() for _nom, data in contenus]
    for earlier in memes:
        if [piece.digest for piece in earlier.pieces] == digests:
            return earlier, False
    if assez:
        raise TropDeMessages(demande.numero)
    try:
        limites.compter(quota)
    except limites.TropVite as error:
        raise TropDeMessages(demande.numero) from error
    pieces = examiner_jointes(contenus)
    return ecrire_message(demande, USAGER, texte, pieces), True


def _memes_mots(demande: Demande, texte: str) -> list[Message]:
    """What was written in these words just now, the last first."""
    depuis = swisstime.now() - MEME_ENVOI
    return [
        message
        for message in reversed(demande.dossier.messages)
        if message.auteur == USAGER
        and message.date >= depuis
        and message.texte == texte
    ]


def _assez(demande: Demande) -> bool:
    """Whether enough was written about this demande within a day."""
    depuis = swisstime.now() - _JOUR
    today = [
        message
        for message in demande.dossier.messages
        if message.auteur == USAGER and message.date >= depuis
    ]
    return len(today) >= MAX_PAR_JOUR
