"""``POST @demandes`` and the form of a démarche, for other programs."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.labels import advice
from carouge.guichet.compte.service import current_compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.service import Submission
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.interfaces import IDemarche
from carouge.guichet.demarche.service import find_demarche
from carouge.guichet.demarche.service import Gate
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.formulaire import turnstile
from carouge.guichet.formulaire.answers import pieces_of
from carouge.guichet.formulaire.answers import reponses_of
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.jsonform import describe
from carouge.guichet.formulaire.prefill import membre_facts
from carouge.guichet.formulaire.service import deposit
from carouge.guichet.formulaire.service import find_deposit
from carouge.guichet.formulaire.service import NotAvailable
from carouge.guichet.formulaire.service import stable_jeton
from carouge.guichet.formulaire.validation import Answers
from carouge.guichet.formulaire.validation import check_answers
from carouge.guichet.formulaire.validation import Question
from carouge.guichet.formulaire.validation import questions_of
from carouge.guichet.interfaces import IGuichetLayer
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from carouge.guichet.rest import unauthorized
from datetime import date
from plone.protect.interfaces import IDisableCSRFProtection
from plone.restapi.interfaces import IExpandableElement
from zope.component import adapter
from zope.i18n import translate
from zope.interface import alsoProvides
from zope.interface import implementer

import re


_KEY = re.compile(r"[A-Za-z0-9._-]{8,100}")

#: So many wrong names are told at most; a request may hold thousands.
_MAX_COMPLAINTS = 100

_UNAVAILABLE = {
    Availability.SUSPENDED: _("This démarche is suspended for the moment."),
    Availability.NOT_YET: _("This démarche is not open yet."),
    Availability.CLOSED: _("This démarche is closed."),
    Availability.EXTERNAL: _("This démarche is done on another site."),
    Availability.NO_FORM: _("This démarche has no online form."),
}


@implementer(IExpandableElement)
@adapter(IDemarche, IGuichetLayer)
class FormulaireElement:
    """The form of a démarche: its version and its questions."""

    def __init__(self, context, request) -> None:
        self.context = context
        self.request = request

    def __call__(self, expand: bool = False) -> dict:
        if not expand:
            return {"formulaire": {"@id": f"{self.context.absolute_url()}/formulaire"}}
        form = compile_form(self.context)
        steps = {field.__name__: step for step, field in form.questions()}

        def say(message) -> str:
            return translate(message, context=self.request)

        fields = [
            {
                **describe(question.field, steps[question.field.__name__], say),
                "compte": _provenance(question),
            }
            for question in questions_of(self.context, self.request)
        ]
        for field in fields:
            if field["type"] == "membre":
                _add_facts(field["choices"])
        return {"formulaire": {"version": form.version, "fields": fields}}


def _provenance(question: Question) -> dict | None:
    """Where the counter takes an answer from; None for an ordinary question.

    ``valeur`` is what it knows of the caller. A locked one may be left out of the
    answers, but not changed.
    """
    if question.source is None:
        return None
    known = question.known
    return {
        "fait": question.source,
        "membre": question.membre_of,
        "valeur": _json(known.value) if known else None,
        "source": known.source.value if known else None,
        "origine": known.origin if known else None,
        "date": known.at.isoformat(timespec="seconds") if known and known.at else None,
        "verrouille": bool(known and known.locked),
    }


def _add_facts(choices: list[dict]) -> None:
    """Say of each household member what his choice brings along."""
    compte = current_compte()
    for choice in choices:
        facts = membre_facts(compte.membre(choice["value"]))
        choice["donnees"] = {name: fact.value for name, fact in facts.items()}
        choice["verrouillees"] = [name for name, fact in facts.items() if fact.locked]


def _json(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value


class DepositDemande(GuichetService):
    """``POST @demandes``: one demande per ``Idempotency-Key``."""

    def answer(self) -> dict:
        # json_body refuses what a page of another site can make a browser send.
        alsoProvides(self.request, IDisableCSRFProtection)
        self.personal()
        if self.path:
            raise not_found()
        if self.caller is None and self.request._auth:
            # Made without a name, the demande would be lost for its owner.
            raise unauthorized()
        path, raw = self._body()
        key = self._key()
        demarche = find_demarche(self.context, path)
        if demarche is None:
            raise Refusal(404, "NotFound", _("There is no such démarche."))
        jeton = stable_jeton(demarche, key)
        earlier = find_deposit(demarche, jeton)
        if earlier is None:
            gate = gate_of(demarche)
            if not gate.open:
                raise _closed(gate, self.say)
        answers = check_answers(demarche, self.request, raw)
        if earlier is not None:
            return self._again(earlier, demarche, answers)
        if answers.errors:
            raise self._complaints(answers)
        turnstile.enter()
        try:
            submission = deposit(demarche, answers.values, jeton)
        except NotAvailable as error:
            raise _closed(error.gate, self.say) from error
        if not submission.created:
            # The same request arrived twice at the same moment.
            return self._again(submission, demarche, answers)
        return self._receipt(submission, 201)

    def _body(self) -> tuple[str, dict]:
        body = self.json_body()
        path, raw = body.get("demarche"), body.get("reponses")
        unknown = set(body) - {"demarche", "reponses"}
        if unknown or not isinstance(path, str) or not isinstance(raw, dict):
            raise bad_request(
                _(
                    "Send an object with two keys: demarche, a text, and reponses, an "
                    "object with the answers by name."
                )
            )
        return path, raw

    def _key(self) -> str:
        key = self.request.getHeader("Idempotency-Key")
        if not key:
            raise bad_request(_("The header Idempotency-Key is missing."))
        if not _KEY.fullmatch(key):
            raise bad_request(
                _(
                    "The header Idempotency-Key must have 8 to 100 characters: letters "
                    "without accents, digits, point, underscore or hyphen."
                )
            )
        return key

    def _again(self, earlier: Submission, demarche, answers: Answers) -> dict:
        same = not answers.unreadable and _same_answers(
            earlier.demande, demarche, answers
        )
        if not same:
            raise Refusal(
                409,
                "Conflict",
                _(
                    "This Idempotency-Key has already been used with other answers. "
                    "Nothing was changed; use a new key for a new demande."
                ),
            )
        return self._receipt(earlier, 200)

    def _complaints(self, answers: Answers) -> Refusal:
        complaints = list(answers.errors.items())[:_MAX_COMPLAINTS]
        return bad_request(
            _("Some answers are missing or not valid. Nothing was submitted."),
            champs={name[:100]: self.say(message) for name, message in complaints},
        )

    def _receipt(self, submission: Submission, status: int) -> dict:
        demande = submission.demande
        address = f"{self.address}/{demande.numero}"
        self.request.response.setStatus(status)
        if status == 201:
            self.request.response.setHeader("Location", address)
        return {
            "@id": address,
            "numero": demande.numero,
            "code": submission.code,
            "etat": demande.etat.value,
            "attendu": demande.attendu.isoformat() if demande.attendu else None,
            "suivi": f"{self.context.absolute_url()}/suivi",
        }


def _closed(gate: Gate, say) -> Refusal:
    """403: the démarche cannot be done today, or not by this caller."""
    if gate.availability is not Availability.OPEN:
        return Refusal(
            403,
            "Forbidden",
            _UNAVAILABLE[gate.availability],
            motif=gate.availability.value,
            remede=None,
        )
    decision = gate.decision
    return Refusal(
        403,
        "Forbidden",
        advice(decision, say),
        motif=decision.reason.value,
        remede=decision.remedy.value,
    )


def _same_answers(demande: Demande, demarche, answers: Answers) -> bool:
    """True when the demande was made of these answers.

    Labels and words may have changed since, with the form or with the language.
    """
    form = compile_form(demarche)
    # What the counter gives itself may have changed since; what was sent counts.
    sent = {name: value for name, value in answers.locked.items() if value is not None}
    unsent = set(answers.locked) - set(sent)
    given = {
        reponse.name: reponse.value
        for reponse in reponses_of(form, {**answers.values, **sent})
        if reponse.value not in (None, "", []) and reponse.name not in unsent
    }
    kept = {
        reponse.name: reponse.value
        for reponse in demande.reponses
        if reponse.value not in (None, "", []) and reponse.name not in unsent
    }
    digests = {piece.name: piece.digest for piece in pieces_of(form, answers.values)}
    return given == kept and digests == {
        piece.name: piece.digest for piece in demande.pieces
    }
