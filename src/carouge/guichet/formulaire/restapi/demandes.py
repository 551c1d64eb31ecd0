"""``POST @demandes``: all answers at once, for other programs."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.service import current_compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.portes import porte_de
from carouge.guichet.demande.service import Submission
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire import turnstile
from carouge.guichet.formulaire.answers import pieces_of
from carouge.guichet.formulaire.answers import reponses_of
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.remplir import contexte_de
from carouge.guichet.formulaire.reponses_json import completer
from carouge.guichet.formulaire.reponses_json import interdites
from carouge.guichet.formulaire.reponses_json import Lecture
from carouge.guichet.formulaire.reponses_json import lire_reponses
from carouge.guichet.formulaire.reponses_json import lue
from carouge.guichet.formulaire.reponses_json import plaintes
from carouge.guichet.formulaire.reponses_json import verrouillees
from carouge.guichet.formulaire.restapi.communs import ServiceDeFormulaire
from carouge.guichet.formulaire.service import deposit
from carouge.guichet.formulaire.service import find_deposit
from carouge.guichet.formulaire.service import NotAvailable
from carouge.guichet.formulaire.service import stable_jeton
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import Refusal
from carouge.guichet.rest import unauthorized


class DepositDemande(ServiceDeFormulaire):
    """One demande per ``Idempotency-Key``.

    Below the number of a demande, what is done with that one.
    """

    def answer(self) -> dict:
        self.begin()
        if self.path:
            if self.caller is None:
                raise unauthorized()
            return porte_de(self).ecrire(self)
        path, raw = self._body()
        key = self.key()
        demarche = self.demarche_of(path)
        jeton = stable_jeton(demarche, key)
        earlier = find_deposit(demarche, jeton)
        if earlier is None:
            gate = gate_of(demarche)
            if not gate.open:
                raise self.closed(gate)
            self.compter(limites.brouillons)
        nobody = Parcours(
            compile_form(demarche), {}, contexte_de(current_compte()), demarche
        )
        lecture = lire_reponses(nobody, raw, documents=True)
        parcours = completer(nobody, lecture)
        if earlier is not None:
            return self._again(earlier, parcours, lecture)
        errors = {
            **plaintes(parcours),
            **interdites(parcours, lecture),
            **lecture.erreurs,
        }
        if errors:
            raise bad_request(
                _("Some answers are missing or not valid. Nothing was submitted."),
                champs=self.champs(errors),
            )
        turnstile.enter()
        try:
            submission = deposit(demarche, completer(nobody, lecture), jeton)
        except NotAvailable as error:
            raise self.closed(error.gate) from error
        if not submission.created:
            # The same request arrived twice at the same moment.
            return self._again(submission, parcours, lecture)
        return self.receipt(submission, 201)

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

    def _again(self, earlier: Submission, parcours: Parcours, lecture: Lecture) -> dict:
        if lecture.erreurs or not _same_answers(earlier.demande, parcours, lecture):
            raise Refusal(
                409,
                "Conflict",
                _(
                    "This Idempotency-Key has already been used with other answers. "
                    "Nothing was changed; use a new key for a new demande."
                ),
            )
        return self.receipt(earlier, 200)


def _same_answers(demande: Demande, parcours: Parcours, lecture: Lecture) -> bool:
    """True when the demande was made of these answers.

    Labels and words may have changed since, with the form or with the language.
    """
    given = {reponse.name: reponse.value for reponse in reponses_of(parcours)}
    kept = {reponse.name: reponse.value for reponse in demande.reponses}
    # What the counter gives itself may have changed since; what was sent counts.
    for cle, question, groupe, rang in verrouillees(parcours):
        if cle in lecture.envoyees:
            sent = lue(parcours, question, groupe, rang)
            given[cle] = question.genre.json(question.champ, sent)
        else:
            given.pop(cle, None)
            kept.pop(cle, None)
    return (
        _filled(given) == _filled(kept)
        # An answer that is not read, or not asked, leaves no trace in the two.
        and not any(
            parcours.lu(question, rang).message
            for etape in parcours.etapes
            for question, _groupe, rang in parcours.questions(etape)
        )
        and not interdites_sans_verrou(parcours, lecture)
        and _digests(pieces_of(parcours)) == _digests(demande.pieces)
    )


def interdites_sans_verrou(parcours: Parcours, lecture: Lecture) -> bool:
    """Whether something was sent that is not asked with these answers."""
    locked = {cle for cle, *_question in verrouillees(parcours)}
    return bool(set(interdites(parcours, lecture)) - locked)


def _filled(values: dict[str, object]) -> dict[str, object]:
    return {
        name: value for name, value in values.items() if value not in (None, "", [])
    }


def _digests(pieces) -> list[tuple]:
    return sorted((piece.name, piece.digest) for piece in pieces)
