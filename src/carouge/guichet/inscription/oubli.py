"""The door to a new password for whoever has forgotten his."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.events import Occasion
from carouge.guichet.compte.events import write_to
from carouge.guichet.compte.identifiant import typed_key
from carouge.guichet.compte.local import find_local
from carouge.guichet.identity.service import end_sessions
from carouge.guichet.inscription.connexion import MAX_TYPED
from carouge.guichet.inscription.connexion import TooManyAttempts
from carouge.guichet.inscription.hachage import verify
from carouge.guichet.inscription.liens import address
from carouge.guichet.inscription.liens import new_lien
from carouge.guichet.inscription.liens import open_lien
from carouge.guichet.inscription.liens import Purpose
from carouge.guichet.inscription.motdepasse import as_answer
from carouge.guichet.inscription.motdepasse import MAX_ANSWER
from carouge.guichet.inscription.securite import set_password
from carouge.guichet.limiter import client_key
from carouge.guichet.limiter import Limiter
from carouge.guichet.limiter import Quota
from carouge.guichet.sealed import InvalidSeal
from carouge.guichet.sealed import seal
from carouge.guichet.sealed import unseal
from datetime import timedelta
from time import monotonic


# In the memory of this process.
per_client = Quota(monotonic, uses=10, seconds=3600)
per_account = Quota(monotonic, uses=3, seconds=3600)
#: Wrong answers to personal questions.
limiter = Limiter(monotonic)

#: So many wrong answers make a link worthless.
MAX_TRIES = 5
#: Between the right answer and the new password.
ANSWER_LIFETIME = timedelta(minutes=30)
_ANSWERED = "reponse"


class TooOften(Exception):
    """Too many letters were asked for from this place."""


class Unusable(Exception):
    """The link is unknown, too old, used, or the password was changed meanwhile."""


class WrongAnswer(Exception):
    """Not the answer to the personal question; ``left`` more tries."""

    def __init__(self, left: int) -> None:
        super().__init__(left)
        self.left = left


class NotAnswered(Exception):
    """The personal question comes first."""


def ask(typed: str, *, guichet, client: str) -> None:
    """Send the letter with the link, if there is an account; nobody tells whether.

    ``typed`` is an identifier or a confirmed e-mail address.

    :raises TooOften: see there
    """
    if not per_client.take(client_key(client)):
        raise TooOften
    typed = typed[:MAX_TYPED]
    now = swisstime.now()
    compte = find_local(typed)
    granted = per_account.take(compte.id if compte else f"-{typed_key(typed)}")
    if compte is None or compte.local.refuse or not granted:
        new_lien(Purpose.RIEN, now=now)
        return
    token = new_lien(Purpose.OUBLI, compte, now=now)
    write_to(
        compte,
        compte.courriel_verifie,
        Occasion.OUBLI,
        url=address(guichet, "mot-de-passe-oublie", lien=token),
    )


def account_of(token: str) -> Compte:
    """The account a link leads to; it is not used up.

    :raises Unusable: see there
    """
    found = open_lien(Purpose.OUBLI, token)
    if found is None:
        raise Unusable
    return found[1]


def answer(token: str, typed: str) -> str:
    """Answer the personal question; returns what proves it to :func:`choose`.

    :raises Unusable: see there
    :raises WrongAnswer: see there; the caller lets the transaction be committed
    :raises TooManyAttempts: several wrong answers, with several links perhaps
    """
    found = open_lien(Purpose.OUBLI, token)
    if found is None:
        raise Unusable
    lien, compte = found
    keys = [f"reponse:{compte.id}"]
    seconds = limiter.wait(keys)
    if seconds:
        raise TooManyAttempts(seconds)
    if not verify(compte.local.reponse, as_answer(typed[:MAX_ANSWER])):
        limiter.failed(keys)
        lien.tries += 1
        if lien.tries >= MAX_TRIES:
            lien.used_at = swisstime.now()
        raise WrongAnswer(MAX_TRIES - lien.tries)
    return seal(_ANSWERED, f"{token} {compte.local.reponse}".encode())


def answered(token: str, proof: str) -> bool:
    """Whether the question of the link's account was answered, or there is none.

    :raises Unusable: see there
    """
    compte = account_of(token)
    if not compte.local.question:
        return True
    try:
        content = unseal(_ANSWERED, proof, ANSWER_LIFETIME)
    except InvalidSeal:
        return False
    return content == f"{token} {compte.local.reponse}".encode()


def choose(token: str, proof: str, password: str, *, guichet) -> Compte:
    """Set a new password; the link is used up, and all sessions end.

    :raises Unusable: see there
    :raises NotAnswered: see there
    :raises carouge.guichet.inscription.securite.WeakPassword: the link stays good
    """
    if not answered(token, proof):
        raise NotAnswered
    found = open_lien(Purpose.OUBLI, token)
    if found is None:
        raise Unusable
    lien, compte = found
    set_password(compte, password, guichet=guichet)
    lien.used_at = swisstime.now()
    end_sessions(compte)
    return compte
