"""``@compte``: the caller's own account, for other programs."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.compte import verification
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import LockedFact
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.foyer import DuplicateMembre
from carouge.guichet.compte.foyer import FIELDS
from carouge.guichet.compte.foyer import HouseholdFull
from carouge.guichet.compte.foyer import InvalidMembre
from carouge.guichet.compte.foyer import LockedMembre
from carouge.guichet.compte.labels import FACT_LABELS
from carouge.guichet.compte.labels import problem_text
from carouge.guichet.compte.labels import RESIDENCE_LABELS
from carouge.guichet.compte.labels import SOURCE_LABELS
from carouge.guichet.compte.modification import add_membre
from carouge.guichet.compte.modification import change_membre
from carouge.guichet.compte.modification import ChannelNotReady
from carouge.guichet.compte.modification import has_household
from carouge.guichet.compte.modification import InvalidFacts
from carouge.guichet.compte.modification import LockedRemoval
from carouge.guichet.compte.modification import NeedsVerification
from carouge.guichet.compte.modification import NoHousehold
from carouge.guichet.compte.modification import offered_channels
from carouge.guichet.compte.modification import offered_languages
from carouge.guichet.compte.modification import ReadOnly
from carouge.guichet.compte.modification import remove_membre
from carouge.guichet.compte.modification import write_facts
from carouge.guichet.compte.modification import write_preferences
from carouge.guichet.compte.residency import current_residency
from carouge.guichet.compte.saisie import InvalidValue
from carouge.guichet.compte.service import current_compte
from carouge.guichet.compte.service import may_edit
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from carouge.guichet.rest import unauthorized
from carouge.guichet.transactions import tout_ou_rien
from contextlib import suppress
from datetime import datetime
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides


class WrongCodeSent(Refusal):
    """A code was not the right one."""

    def __init__(self, refusal: Refusal, canal: Canal, code: str) -> None:
        super().__init__(
            refusal.status, refusal.kind, refusal.message, **refusal.details
        )
        self._canal = canal
        self._code = code

    def count(self, compte: Compte) -> None:
        """Try the code again, after everything else was taken back."""
        with suppress(verification.NoCode, verification.WrongCode):
            verification.confirm(compte, self._canal, self._code)


LEVELS = {Level.DECLARED: "declare", Level.VERIFIED: "verifie"}

_WRONG = _("Some values cannot be taken. Nothing was changed.")
_LOCKED = _("This comes from an official source and cannot be changed here.")
_UNKNOWN = _("There is nothing of this name here.")
_TO_VERIFY = _(
    "An address is changed by its confirmation: send the address in « preferences », "
    "then the code."
)


class CompteService(GuichetService):
    """What the services of a compte have in common."""

    def answer(self) -> dict:
        self.personal()
        compte = current_compte()
        if compte is None:
            if self.caller is None:
                raise unauthorized()
            raise Refusal(
                403, "Forbidden", _("This space is for people with an account.")
            )
        return self.answer_for(compte)

    def answer_for(self, compte: Compte) -> dict:
        raise NotImplementedError

    # What is told

    def described(self, compte: Compte) -> dict:
        organisation = compte.organisation
        return {
            "@id": self.address,
            "type": compte.account_type.value,
            "niveau": LEVELS.get(compte.level),
            "nom": compte.nom_affiche,
            "personne": compte.nom_personne,
            "organisation": None
            if organisation is None
            else {"nom": organisation.name, "ide": organisation.uid or None},
            "modifiable": may_edit(compte),
            "residence": self._residence(compte),
            "donnees": {
                name: {
                    "libelle": self.say(FACT_LABELS[name]),
                    "valeur": fact.value,
                    "source": fact.source.value,
                    "source_libelle": self.say(SOURCE_LABELS[fact.source]),
                    "date": _moment(fact.at),
                    "verrouille": fact.locked,
                }
                for name, fact in compte.facts.items()
            },
            "foyer": [self._membre(membre) for membre in compte.foyer],
            "preferences": {
                "canal": compte.canal.value,
                "canaux": [canal.value for canal in offered_channels()],
                "langue": compte.langue,
                "langues": list(offered_languages()),
                "courriel": compte.courriel_verifie or None,
                "courriel_en_attente": verification.pending(compte, Canal.COURRIEL)
                or None,
                "mobile": compte.telephone_verifie or None,
                "mobile_en_attente": verification.pending(compte, Canal.SMS) or None,
            },
        }

    def _residence(self, compte: Compte) -> dict:
        status = current_residency(compte, swisstime.now())
        return {
            "statut": status.value if status else None,
            "message": self.say(RESIDENCE_LABELS[status]),
            "source": compte.residency_source or None,
            "date": _moment(compte.residency_at),
        }

    def _membre(self, membre: Membre) -> dict:
        birth = membre.date_naissance
        return {
            "id": membre.id,
            "role": membre.role.value,
            "prenom": membre.prenom,
            "nom": membre.nom,
            "date_naissance": birth.isoformat() if birth else None,
            "sexe": membre.sexe,
            "ecole": membre.ecole,
            "classe": membre.classe,
            "representant": membre.representant,
            "source": membre.source.value,
            "date": _moment(membre.at),
            "verrouille": membre.locked,
        }

    # Refusals

    def refusal(self, **champs) -> Refusal:
        """400 with a sentence per name (messages)."""
        return bad_request(
            _WRONG, champs={name: self.say(text) for name, text in champs.items()}
        )


class ReadCompte(CompteService):
    """``GET @compte``."""

    def answer_for(self, compte: Compte) -> dict:
        if self.path:
            raise not_found()
        return self.described(compte)


class ChangeCompte(CompteService):
    """``PATCH @compte``: ``donnees``, ``foyer`` and ``preferences``, all or nothing."""

    def answer_for(self, compte: Compte) -> dict:
        # json_body refuses what a page of another site can make a browser send.
        alsoProvides(self.request, IDisableCSRFProtection)
        if self.path:
            raise not_found()
        body = self.json_body()
        parts = {
            "donnees": self._facts,
            "foyer": self._household,
            "preferences": self._preferences,
        }
        unknown = sorted(set(body) - set(parts))
        if unknown:
            raise self.refusal(**dict.fromkeys(unknown[:20], _UNKNOWN))
        for name, value in body.items():
            if not isinstance(value, dict):
                raise self.refusal(**{name: _("A JSON object is expected here.")})
        try:
            with tout_ou_rien():
                for name, write in parts.items():
                    if name in body:
                        write(compte, body[name])
        except (ReadOnly, Refusal) as error:
            if isinstance(error, WrongCodeSent):
                # A try is counted, whatever else is taken back.
                error.count(compte)
            raise _read_only() if isinstance(error, ReadOnly) else error from None
        return self.described(compte)

    def _facts(self, compte: Compte, values: dict) -> None:
        try:
            # null forgets, as an empty text does.
            write_facts(
                compte,
                {
                    name: "" if value is None else value
                    for name, value in values.items()
                },
            )
        except KeyError as error:
            raise self.refusal(**{error.args[0]: _UNKNOWN}) from error
        except LockedFact as error:
            raise self.refusal(**dict.fromkeys(error.names, _LOCKED)) from error
        except NeedsVerification as error:
            raise self.refusal(courriel=_TO_VERIFY) from error
        except InvalidFacts as error:
            raise self._problems(error.problems) from error

    def _household(self, compte: Compte, values: dict) -> None:
        for membre_id, changes in values.items():
            if compte.membre(membre_id) is None:
                raise not_found()
            if changes is None:
                self._remove(compte, membre_id)
            elif isinstance(changes, dict):
                self.membre_written(
                    lambda id_=membre_id, changes=changes: change_membre(
                        compte, id_, changes
                    ),
                    changes,
                )
            else:
                raise self.refusal(foyer=_("A JSON object is expected here."))

    def _remove(self, compte: Compte, membre_id: str) -> None:
        try:
            remove_membre(compte, membre_id)
        except LockedRemoval as error:
            raise self.refusal(foyer=_LOCKED) from error

    def membre_written(self, write, values: dict) -> Membre:
        """Call ``write`` and tell its refusals in words."""
        unknown = sorted(set(values) - set(FIELDS))
        if unknown:
            raise self.refusal(**dict.fromkeys(unknown[:20], _UNKNOWN))
        try:
            return write()
        except InvalidMembre as error:
            raise self._problems(error.problems) from error
        except LockedMembre as error:
            raise self.refusal(**dict.fromkeys(error.names, _LOCKED)) from error
        except DuplicateMembre as error:
            raise self.refusal(
                prenom=_("This person is part of the household already.")
            ) from error
        except HouseholdFull as error:
            raise bad_request(_("The household has too many members.")) from error
        except NoHousehold as error:
            raise bad_request(_("An organisation has no household.")) from error

    def _preferences(self, compte: Compte, values: dict) -> None:
        known = {
            "canal",
            "langue",
            "courriel",
            "code_courriel",
            "mobile",
            "code_mobile",
        }
        unknown = sorted(set(values) - known)
        if unknown:
            raise self.refusal(**dict.fromkeys(unknown[:20], _UNKNOWN))
        wrong = [name for name, value in values.items() if not isinstance(value, str)]
        if wrong:
            raise self.refusal(**dict.fromkeys(wrong, _("A text is expected here.")))
        try:
            write_preferences(
                compte, canal=values.get("canal"), langue=values.get("langue")
            )
        except InvalidFacts as error:
            raise self._problems(error.problems) from error
        except ChannelNotReady as error:
            raise self.refusal(
                canal=_("The address or number this needs is missing.")
            ) from error
        for name, canal in (("courriel", Canal.COURRIEL), ("mobile", Canal.SMS)):
            if name in values:
                self._send(compte, canal, name, values[name])
            if f"code_{name}" in values:
                self._confirm(compte, canal, f"code_{name}", values[f"code_{name}"])

    def _send(self, compte: Compte, canal: Canal, name: str, address: str) -> None:
        if not may_edit(compte):
            raise _read_only()
        try:
            verification.send_code(compte, canal, address)
        except verification.AlreadyVerified:
            return
        except InvalidValue as error:
            raise self.refusal(**{name: problem_text(error.problem, name)}) from error
        except verification.TooSoon as error:
            self.request.response.setHeader("Retry-After", str(error.seconds))
            raise Refusal(
                429, "TooManyRequests", _("Too many codes were asked for.")
            ) from error
        except verification.ChannelMissing as error:
            raise self.refusal(
                **{name: _("This counter does not send such messages.")}
            ) from error

    def _confirm(self, compte: Compte, canal: Canal, name: str, code: str) -> None:
        if not may_edit(compte):
            raise _read_only()
        try:
            verification.confirm(compte, canal, code)
        except verification.NoCode as error:
            raise self.refusal(**{name: _("This code is no longer valid.")}) from error
        except verification.WrongCode as error:
            refusal = self.refusal(**{name: _("This is not the code we sent.")})
            raise WrongCodeSent(refusal, canal, code) from error

    def _problems(self, problems) -> Refusal:
        return self.refusal(
            **{name: problem_text(problem, name) for name, problem in problems.items()}
        )


class AddMembre(ChangeCompte):
    """``POST @compte/foyer``: somebody more in the household."""

    def answer_for(self, compte: Compte) -> dict:
        alsoProvides(self.request, IDisableCSRFProtection)
        if self.path != ["foyer"]:
            raise not_found()
        values = self.json_body()
        if not has_household(compte):
            raise bad_request(_("An organisation has no household."))
        known = {membre.id for membre in compte.foyer}
        try:
            membre = self.membre_written(lambda: add_membre(compte, values), values)
        except ReadOnly:
            raise _read_only() from None
        self.request.response.setStatus(200 if membre.id in known else 201)
        return self._membre(membre)


def _read_only() -> Refusal:
    return Refusal(
        403, "Forbidden", _("This account cannot be changed before it is validated.")
    )


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds") if moment else None
