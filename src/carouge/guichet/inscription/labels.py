"""The words of registration and login."""

from carouge.guichet import _
from carouge.guichet.compte.labels import problem_text
from carouge.guichet.compte.saisie import Problem
from carouge.guichet.inscription.domain import Step
from carouge.guichet.inscription.motdepasse import MAX_ANSWER
from carouge.guichet.inscription.motdepasse import MAX_LENGTH
from carouge.guichet.inscription.motdepasse import MAX_QUESTION
from carouge.guichet.inscription.motdepasse import MIN_ANSWER
from carouge.guichet.inscription.motdepasse import MIN_LENGTH
from carouge.guichet.inscription.motdepasse import MIN_QUESTION
from carouge.guichet.inscription.motdepasse import Weakness


STEP_TITLES = {
    Step.IDENTITE: _("Who you are"),
    Step.CONTACT: _("How to reach you, and your password"),
    Step.QUESTION: _("A personal question, if you like"),
    Step.RESUME: _("Check and send"),
}

FIELD_LABELS = {
    "prenom": _("First name"),
    "nom": _("Family name"),
    "date_naissance": _("Date of birth"),
    "courriel": _("E-mail address"),
    "telephone": _("Telephone"),
    "mot_de_passe": _("Password"),
    "nouveau": _("New password"),
    "actuel": _("Present password"),
    "question": _("Your question"),
    "reponse": _("Your answer"),
    "identifiant": _("Identifier or e-mail address"),
}

PASSWORD_RULES = _(
    "At least ${min} characters; a sentence of several words is best, spaces and accents "
    "are welcome. Capitals, digits and signs are not required. Not accepted: common "
    "words, numbers and keyboard rows alone, your name or your e-mail address.",
    mapping={"min": str(MIN_LENGTH)},
)

PASSWORD_KEPT = _(
    "Your password is chosen. Leave this field empty to keep it, or type another one."
)

ANSWER_KEPT = _("Your answer is kept. Leave this field empty to keep it.")

FIELD_HELP = {
    "date_naissance": _("For example 8.3.1986"),
    "courriel": _("We send a link to this address; the account is opened with it."),
    "telephone": _("For example 079 123 45 67"),
    "mot_de_passe": PASSWORD_RULES,
    "nouveau": PASSWORD_RULES,
    "question": _(
        "A question that only you can answer, for example: « What was the name of my "
        "first neighbour? »"
    ),
    "reponse": _("Capitals, accents and punctuation do not matter."),
}

AUTOCOMPLETE = {
    "prenom": "given-name",
    "nom": "family-name",
    "date_naissance": "bday",
    "courriel": "email",
    "telephone": "tel",
    "mot_de_passe": "new-password",
    "nouveau": "new-password",
    "actuel": "current-password",
    "identifiant": "username",
    "question": "off",
    "reponse": "off",
}

MAX_LENGTHS = {
    "courriel": 254,
    "telephone": 40,
    "date_naissance": 20,
    "question": MAX_QUESTION,
    "reponse": MAX_ANSWER,
    "identifiant": 254,
}

_PASSWORD_WEAKNESS = {
    Weakness.MISSING: _("Please type a password."),
    Weakness.SHORT: _(
        "This password is too short: ${min} characters are needed.",
        mapping={"min": str(MIN_LENGTH)},
    ),
    Weakness.LONG: _(
        "This password is too long: ${max} characters are possible.",
        mapping={"max": str(MAX_LENGTH)},
    ),
    Weakness.COMMON: _(
        "This password is among the first that are guessed: it is made of common words, "
        "numbers or repetitions. Add a few words of your own."
    ),
    Weakness.PERSONAL: _(
        "This password is made of your name or your e-mail address. Choose words that "
        "have nothing to do with you."
    ),
    Weakness.CHARACTERS: _("This contains characters that cannot be kept."),
}

_QUESTION_WEAKNESS = {
    Weakness.MISSING: _("Please write the question that belongs to your answer."),
    Weakness.SHORT: _(
        "This question is too short: ${min} characters are needed.",
        mapping={"min": str(MIN_QUESTION)},
    ),
    Weakness.LONG: _(
        "This question is too long: ${max} characters are possible.",
        mapping={"max": str(MAX_QUESTION)},
    ),
    Weakness.CHARACTERS: _("This contains characters that cannot be kept."),
}

_ANSWER_WEAKNESS = {
    Weakness.MISSING: _("Please answer your question."),
    Weakness.SHORT: _(
        "This answer is too short: ${min} letters or digits are needed.",
        mapping={"min": str(MIN_ANSWER)},
    ),
    Weakness.LONG: _(
        "This answer is too long: ${max} characters are possible.",
        mapping={"max": str(MAX_ANSWER)},
    ),
    Weakness.OBVIOUS: _(
        "The answer stands in the question. Please choose another one."
    ),
}


def problem_of(name: str, problem: Problem | Weakness):
    """Why a field cannot be taken, as a message."""
    if isinstance(problem, Problem):
        return problem_text(problem, name)
    if name == "question":
        return _QUESTION_WEAKNESS[problem]
    if name == "reponse":
        return _ANSWER_WEAKNESS[problem]
    return _PASSWORD_WEAKNESS[problem]


def wait_text(seconds: int):
    """That several attempts went wrong, and how long to wait."""
    minutes = -(-seconds // 60)
    if minutes == 1:
        return _("There were several wrong attempts. Please try again in one minute.")
    return _(
        "There were several wrong attempts. Please try again in ${minutes} minutes.",
        mapping={"minutes": minutes},
    )
