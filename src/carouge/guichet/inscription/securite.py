"""The door to the secrets of an account of the commune's own."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.events import Occasion
from carouge.guichet.compte.events import write_to
from carouge.guichet.identity.service import end_other_sessions
from carouge.guichet.inscription.connexion import TooManyAttempts
from carouge.guichet.inscription.hachage import hash_secret
from carouge.guichet.inscription.hachage import verify
from carouge.guichet.inscription.liens import address
from carouge.guichet.inscription.motdepasse import as_answer
from carouge.guichet.inscription.motdepasse import as_secret
from carouge.guichet.inscription.motdepasse import MAX_LENGTH
from carouge.guichet.inscription.motdepasse import Weakness
from carouge.guichet.inscription.motdepasse import weakness_of
from carouge.guichet.inscription.motdepasse import weakness_of_answer
from carouge.guichet.inscription.motdepasse import weakness_of_question
from carouge.guichet.journal.service import record
from carouge.guichet.limiter import Limiter
from time import monotonic


#: Wrong present passwords, in the memory of this process.
limiter = Limiter(monotonic)


class WrongPassword(Exception):
    """Not the present password."""


class WeakPassword(ValueError):
    """The new password cannot be taken; ``weakness`` says why."""

    def __init__(self, weakness: Weakness) -> None:
        super().__init__(weakness.value)
        self.weakness = weakness


class WeakQuestion(ValueError):
    """Question or answer cannot be taken; ``field`` is ``question`` or ``reponse``."""

    def __init__(self, field: str, weakness: Weakness) -> None:
        super().__init__(field)
        self.field = field
        self.weakness = weakness


def set_password(compte: Compte, password: str, *, guichet) -> None:
    """Give an account a new password and tell its owner; links on their way die.

    :raises WeakPassword: see there; nothing is changed
    """
    personal = (
        compte.value("prenom"),
        compte.value("nom"),
        compte.courriel_verifie,
        compte.local.identifiant,
    )
    weakness = weakness_of(password, personal)
    if weakness is not None:
        raise WeakPassword(weakness)
    compte.local.mot_de_passe = hash_secret(as_secret(password))
    compte.local.mot_de_passe_at = swisstime.now()
    record("compte.mot_de_passe", subject=compte.id)
    _tell(compte, guichet)


def change_password(
    compte: Compte, present: str, password: str, *, guichet, request
) -> None:
    """Change one's own password; one's other sessions end.

    :raises WrongPassword: see there
    :raises TooManyAttempts: several wrong ones
    :raises WeakPassword: the new one is no good
    """
    _check(compte, present)
    set_password(compte, password, guichet=guichet)
    end_other_sessions(request, compte)


def change_question(
    compte: Compte, present: str, question: str, answer: str, *, guichet
) -> None:
    """Set the personal question, or take it away when ``question`` is empty.

    :raises WrongPassword: see there
    :raises TooManyAttempts: several wrong ones
    :raises WeakQuestion: see there
    """
    _check(compte, present)
    question = " ".join(question.split())
    if not question:
        compte.local.question = compte.local.reponse = ""
    else:
        weakness = weakness_of_question(question)
        if weakness is not None:
            raise WeakQuestion("question", weakness)
        weakness = weakness_of_answer(question, answer)
        if weakness is not None:
            raise WeakQuestion("reponse", weakness)
        compte.local.reponse = hash_secret(as_answer(answer))
        compte.local.question = question
    record("compte.question", subject=compte.id)
    _tell(compte, guichet)


def _check(compte: Compte, present: str) -> None:
    keys = [f"compte:{compte.id}"]
    seconds = limiter.wait(keys)
    if seconds:
        raise TooManyAttempts(seconds)
    if not verify(compte.local.mot_de_passe, as_secret(present[: MAX_LENGTH + 1])):
        limiter.failed(keys)
        raise WrongPassword


def _tell(compte: Compte, guichet) -> None:
    write_to(
        compte,
        compte.courriel_verifie,
        Occasion.CHANGE,
        url=address(guichet, "mot-de-passe-oublie"),
    )
