"""What the services around a form have in common."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.labels import advice
from carouge.guichet.demande.service import Submission
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.service import find_demarche
from carouge.guichet.demarche.service import Gate
from carouge.guichet.formulaire import limites
from carouge.guichet.limiter import Quota
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import Refusal
from carouge.guichet.rest import unauthorized
from collections.abc import Mapping
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides

import re


_KEY = re.compile(r"[A-Za-z0-9._-]{8,100}")

#: So many wrong names are told at most; a request may hold thousands.
MAX_COMPLAINTS = 100

_UNAVAILABLE = {
    Availability.SUSPENDED: _("This démarche is suspended for the moment."),
    Availability.NOT_YET: _("This démarche is not open yet."),
    Availability.CLOSED: _("This démarche is closed."),
    Availability.EXTERNAL: _("This démarche is done on another site."),
    Availability.NO_FORM: _("This démarche has no online form."),
}


class ServiceDeFormulaire(GuichetService):
    """A service that keeps something of the caller."""

    def begin(self) -> None:
        """What holds for every write.

        :raises Refusal: 401 for a login that is not recognised
        """
        # json_body refuses what a page of another site can make a browser send; it can
        # make it send no PATCH and no DELETE.
        alsoProvides(self.request, IDisableCSRFProtection)
        self.personal()
        self.recognise()

    def recognise(self) -> None:
        """Made without a name, something would be lost for its owner.

        :raises Refusal: 401 for a login that is not recognised
        """
        if self.caller is None and self.request._auth:
            raise unauthorized()

    def compter(self, quota: Quota, combien: int = 1) -> None:
        """
        :raises Refusal: 429 when too much has come from there
        """
        try:
            limites.compter(quota, combien)
        except limites.TropVite as error:
            raise Refusal(429, "TooManyRequests", limites.TROP_VITE) from error

    def key(self) -> str:
        """The caller's own key for what he wants to make once.

        :raises Refusal: missing or malformed
        """
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

    def demarche_of(self, path: str):
        """
        :raises Refusal: 404 when there is none that is published
        """
        demarche = find_demarche(self.context, path)
        if demarche is None:
            raise Refusal(404, "NotFound", _("There is no such démarche."))
        return demarche

    def champs(self, errors: Mapping[str, object]) -> dict[str, str]:
        """What is wrong by path, in words."""
        told = list(errors.items())[:MAX_COMPLAINTS]
        return {name[:200]: self.say(message) for name, message in told}

    @property
    def base(self) -> str:
        """Address of the guichet, in the spelling the caller has used."""
        return self.address.rpartition("/")[0]

    def receipt(self, submission: Submission, status: int) -> dict:
        """A demande that was made, or had been made before."""
        demande = submission.demande
        address = f"{self.base}/@demandes/{demande.numero}"
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

    def closed(self, gate: Gate) -> Refusal:
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
            advice(decision, self.say),
            motif=decision.reason.value,
            remede=decision.remedy.value,
        )
