"""``@factures``: what the caller owes and has paid, for other programs."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.service import current_compte
from carouge.guichet.dossier.remise import remettre_pdf
from carouge.guichet.espace.cadence import trop_souvent
from carouge.guichet.espace.factures import document
from carouge.guichet.espace.factures import Rubrique
from carouge.guichet.espace.factures import rubrique_de
from carouge.guichet.espace.mots_factures import ETAT_LABELS
from carouge.guichet.espace.mots_factures import RAISONS
from carouge.guichet.facture.bulletin import bulletin_de
from carouge.guichet.facture.content import Facture
from carouge.guichet.facture.domain import Resume
from carouge.guichet.facture.visibilite import facture_visible
from carouge.guichet.facture.visibilite import partager
from carouge.guichet.facture.visibilite import resumes_visibles
from carouge.guichet.facture.visibilite import visibilite_de
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.paiement.quittance import SansQuittance
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from carouge.guichet.rest import unauthorized


class ServiceDuCompte(GuichetService):
    """A service for whoever has a compte; ``compte`` is his."""

    def answer(self):
        self.personal()
        compte = current_compte()
        if compte is None:
            if self.caller is None:
                raise unauthorized()
            raise Refusal(
                403, "Forbidden", _("This space is for people with an account.")
            )
        self.compte: Compte = compte
        return self.answer_for_compte()

    def answer_for_compte(self):
        """The answer as a dictionary or a file.

        :raises Refusal: instead of an answer
        """
        raise NotImplementedError

    def too_often(self, error: TropVite) -> Refusal:
        """429: the caller has to wait."""
        words = trop_souvent(self.request.response, error)
        return Refusal(429, "TooManyRequests", words)

    def at(self, service: str, *path: str) -> str:
        """The address of something below another service of the guichet."""
        base = self.address.rsplit("/", 1)[0]
        return "/".join((base, service, *path))


class LireFactures(ServiceDuCompte):
    """``GET @factures``, ``@factures/<id>`` with ``/pdf`` and ``/quittance``."""

    def answer_for_compte(self):
        if not self.path:
            return self._list()
        facture = facture_visible(self.context, self.compte, self.path[0])
        if facture is None or len(self.path) > 2:
            raise not_found()
        if len(self.path) == 1:
            return self._one(facture)
        if self.path[1] not in ("pdf", "quittance"):
            raise not_found()
        try:
            pdf, name = document(self.context, facture, self.path[1])
        except SansQuittance as error:
            raise not_found() from error
        except TropVite as error:
            raise self.too_often(error) from error
        return remettre_pdf(self.request.response, pdf, name)

    def _list(self) -> dict:
        part, rubrique = self.part(), self._rubrique()
        visibilite = visibilite_de(self.context, self.compte)
        resumes = [
            one
            for one in resumes_visibles(self.context, visibilite)
            if rubrique is None or rubrique_de(one.etat) is rubrique
        ]
        recentes, _anciennes = partager(resumes)
        jeunes = {one.id for one in recentes}
        items = resumes[part.start : part.start + part.size]
        raison = RAISONS.get(visibilite.raison)
        return {
            **self.batched(
                [{**self._ligne(one), "recente": one.id in jeunes} for one in items],
                part,
                len(resumes),
            ),
            "raison": visibilite.raison.value or None,
            "message": self.say(raison) if raison else None,
            "depuis": visibilite.depuis.isoformat() if visibilite.depuis else None,
        }

    def _rubrique(self) -> Rubrique | None:
        value = self.text("rubrique")
        try:
            return Rubrique(value) if value else None
        except ValueError as error:
            raise bad_request(
                _("The parameter ${name} is not valid.", mapping={"name": "rubrique"})
            ) from error

    def _ligne(self, resume: Resume) -> dict:
        return {
            "@id": f"{self.address}/{resume.id}",
            "id": resume.id,
            "numero": resume.numero,
            "regie": resume.regie,
            "libelle": resume.libelle,
            "domaine": resume.domaine or None,
            "demande": resume.demande or None,
            "emise_le": resume.emise_le.isoformat(),
            "echeance": resume.echeance.isoformat(),
            "payee_le": resume.payee_le.isoformat() if resume.payee_le else None,
            "montant": resume.montant,
            "solde": max(resume.solde, 0),
            "devise": "CHF",
            "etat": resume.etat.value,
            "etat_libelle": self.say(ETAT_LABELS[resume.etat]),
        }

    def _one(self, facture: Facture) -> dict:
        bulletin = bulletin_de(facture)
        return {
            **self._ligne(facture.resume()),
            "version": facture.version,
            "lignes": [
                {"libelle": one.libelle, "montant": one.montant}
                for one in facture.lignes
            ],
            "qr": bulletin.contenu if bulletin else None,
            "pdf": f"{self.address}/{facture.id}/pdf",
        }
