"""``@factures-import``: what the business applications send, and what became of it."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.facture import import_labels
from carouge.guichet.facture import import_travail
from carouge.guichet.facture.fichier_import import FichierRefuse
from carouge.guichet.facture.fichier_import import MAX_FICHIER
from carouge.guichet.facture.importation import LigneRapport
from carouge.guichet.facture.importation import MODES
from carouge.guichet.facture.importation import Sort
from carouge.guichet.facture.importation import STRICT
from carouge.guichet.interfaces import ITravail
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from carouge.guichet.travaux.content import Travail
from carouge.guichet.travaux.service import travail_de
from itertools import islice
from plone.protect.interfaces import IDisableCSRFProtection
from zope.component import getUtility
from zope.interface import alsoProvides

import re


_TYPES = ("application/json", "text/csv")
_CLE = re.compile(r"[0-9A-Za-z._-]{8,100}")


class _Import(GuichetService):
    def ligne(self, ligne: LigneRapport) -> dict:
        return {
            "rang": ligne.rang,
            "regie": ligne.regie,
            "numero": ligne.numero,
            "sort": ligne.sort.value,
            "raison": ligne.raison,
            "champ": ligne.champ,
            "message": self.say(import_labels.raison(ligne)),
        }

    def travail(self, travail: Travail) -> dict:
        rendu = import_travail.compte_rendu(travail)
        return {
            # The address of the service, wherever below it the caller is.
            "@id": f"{super().address}/{travail.id}",
            "etat": rendu.etat.value,
            "mode": rendu.mode,
            "essai": rendu.essai,
            "fait": travail.fait,
            "total": travail.total,
            "ecrit": rendu.ecrit,
            "comptes": {sort.value: count for sort, count in rendu.comptes.items()},
            "centimes": rendu.centimes,
            "refus": self.say(import_labels.refus_de(rendu)) if rendu.refus else None,
        }


class ImporterFactures(_Import):
    """``POST``: a file as the body, ``?mode=strict|partiel`` and ``?essai=1``.

    A small one is dealt with at once; a large one is a job.
    """

    def answer(self) -> dict:
        if self.path:
            raise not_found()
        self.personal()
        mode, essai, cle = self._mode(), self._essai(), self._cle()
        try:
            flux = self._corps()
            if import_travail.est_petit(flux):
                return self._ici(flux, mode, essai, cle)
            travail = import_travail.deposer(
                self.context, flux, nom="REST", mode=mode, essai=essai, cle=cle
            )
        except FichierRefuse as refus:
            status = 413 if refus.raison in ("taille", "trop") else 400
            kind = "PayloadTooLarge" if status == 413 else "BadRequest"
            raise Refusal(
                status, kind, import_labels.refus(refus), raison=refus.raison
            ) from None
        except import_travail.CleReutilisee:
            raise Refusal(
                409,
                "Conflict",
                _("This Idempotency-Key has been used for another file."),
            ) from None
        self.request.response.setStatus(202)
        return self.travail(travail)

    def _ici(self, flux, mode: str, essai: bool, cle: str) -> dict:
        if cle:
            import_travail.reserver(self.context, cle, flux, mode=mode, essai=essai)
        rapport, ecrit = import_travail.importer_ici(
            self.context, flux, mode=mode, essai=essai
        )
        if not (ecrit or essai):
            # The caller's program shall not take it for done.
            self.request.response.setStatus(422)
        return {
            "@id": self.address,
            "etat": "fini",
            "mode": mode,
            "essai": essai,
            "ecrit": ecrit,
            "comptes": {sort.value: rapport.comptes[sort] for sort in Sort},
            "centimes": rapport.centimes,
            "lignes": [self.ligne(ligne) for ligne in rapport.lignes],
        }

    def _mode(self) -> str:
        mode = self.text("mode") or STRICT
        if mode not in MODES:
            raise bad_request(
                _("The parameter ${name} is not valid.", mapping={"name": "mode"})
            )
        return mode

    def _essai(self) -> bool:
        essai = self.text("essai") or "0"
        if essai not in ("0", "1"):
            raise bad_request(
                _("The parameter ${name} is not valid.", mapping={"name": "essai"})
            )
        return essai == "1"

    def _cle(self) -> str:
        cle = self.request.getHeader("Idempotency-Key") or ""
        if cle and not _CLE.fullmatch(cle):
            raise bad_request(
                _(
                    "The header Idempotency-Key must have 8 to 100 characters: letters "
                    "without accents, digits, point, underscore or hyphen."
                )
            )
        return cle

    def _corps(self):
        """The body, from its beginning. A browser sends these types of content to
        another site only after asking that site."""
        type = self.request.getHeader("Content-Type", "").split(";")[0].strip().lower()
        if type not in _TYPES:
            raise bad_request(
                _(
                    "Send JSON or CSV, with the header Content-Type: application/json or "
                    "text/csv."
                )
            )
        length = self.request.environ.get("CONTENT_LENGTH") or "0"
        if length.isdigit() and int(length) > MAX_FICHIER:
            raise FichierRefuse("taille")
        flux = self.request.get("BODYFILE")
        if flux is None:
            raise FichierRefuse("vide")
        flux.seek(0)
        # No page of another site sends this type of content: it stands for a token.
        alsoProvides(self.request, IDisableCSRFProtection)
        return flux


class SuivreImport(_Import):
    """``GET``: how far a job of the caller's has got; its lines under ``/lignes``."""

    @property
    def address(self) -> str:
        return "/".join([super().address, *self.path])

    def answer(self) -> dict:
        self.personal()
        if not self.path or len(self.path) > 2:
            raise not_found()
        travail = travail_de(self.context, self.path[0], self.caller or "")
        if travail is None or travail.genre != import_travail.IMPORT:
            raise not_found()
        if len(self.path) == 1:
            return {**self.travail(travail), "titre": self.say(_titre())}
        if self.path[1] != "lignes":
            raise not_found()
        part = self.part()
        lignes = import_travail.lignes_de(travail)
        items = islice(lignes, part.start, part.start + part.size)
        return self.batched(
            [self.ligne(ligne) for ligne in items],
            part,
            sum(1 for _ligne in travail.lignes),
        )


def _titre():
    return getUtility(ITravail, name=import_travail.IMPORT).titre
