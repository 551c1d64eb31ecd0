"""``GET @demandes``: what the caller has submitted, and nothing of anybody else."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.service import current_compte
from carouge.guichet.compte.service import owner_ids
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.queries import get_own_demande
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import Step
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import not_found
from carouge.guichet.rest import unauthorized
from dataclasses import asdict
from datetime import date
from datetime import datetime


class MyDemandes(GuichetService):
    """``GET @demandes`` and ``GET @demandes/<numero>`` of the logged-in caller."""

    def answer(self) -> dict:
        self.personal()
        if self.caller is None:
            raise unauthorized()
        if not self.path:
            return self._list()
        return self._one(self._mine())

    def _list(self) -> dict:
        part = self.part()
        page = list_demandes(
            usager=self._owners(),
            etats=self._etats(),
            start=part.start,
            size=part.size,
        )
        return self.batched(
            [
                {
                    **self._state(row.numero, row.etat, row.depot, row.attendu),
                    "titre": row.titre,
                    "deposant": row.deposant or None,
                    "organisation": row.organisation or None,
                    "membre": row.membre or None,
                }
                for row in page.rows
            ],
            part,
            page.total,
        )

    def _mine(self) -> Demande:
        if len(self.path) > 1:
            raise not_found()
        demande = get_own_demande(self.context, self.path[0], self._owners())
        if demande is None:
            raise not_found()
        return demande

    def _owners(self) -> list[str]:
        compte = current_compte()
        return [self.caller] if compte is None else owner_ids(compte)

    def _etats(self) -> list[State]:
        """The parameter ``etat``, once or several times; empty for all states."""
        given = self.request.form.get("etat", [])
        given = [given] if isinstance(given, str) else given
        try:
            return [State(value) for value in given if value]
        except (TypeError, ValueError) as error:
            raise bad_request(
                _("The parameter ${name} is not valid.", mapping={"name": "etat"})
            ) from error

    def _one(self, demande: Demande) -> dict:
        return {
            **self._state(demande.numero, demande.etat, demande.depot, demande.attendu),
            "titre": demande.demarche_titre,
            "courriel": demande.courriel,
            "deposant": _deposant(demande),
            "membre": asdict(demande.membre) if demande.membre else None,
            "faits": [asdict(fait) for fait in demande.faits],
            "reponses": [
                {
                    "nom": reponse.name,
                    "etape": reponse.step,
                    "question": reponse.label,
                    "texte": reponse.text,
                    "valeur": reponse.value,
                }
                for reponse in demande.reponses
            ],
            "pieces": [
                {
                    "nom": piece.name,
                    "question": piece.label,
                    "fichier": None if piece.annoncee else piece.file.filename,
                    "taille": None if piece.annoncee else piece.file.getSize(),
                    "sha256": piece.digest or None,
                    "moyen": piece.moyen or None,
                }
                for piece in demande.pieces
            ],
            "prix": {
                "lignes": [asdict(ligne) for ligne in demande.prix],
                "total": demande.total,
            },
            "historique": [self._step(step) for step in history(demande)],
        }

    def _state(
        self, numero: str, etat: State, depot: datetime, attendu: date | None
    ) -> dict:
        return {
            "@id": f"{self.address}/{numero}",
            "numero": numero,
            "etat": etat.value,
            "etat_libelle": self.say(STATE_LABELS[etat]),
            "depot": depot.isoformat(timespec="seconds"),
            "attendu": attendu.isoformat() if attendu else None,
        }

    def _step(self, step: Step) -> dict:
        # Who of the service has moved the file is no business of the citizen's.
        return {
            "etat": step.state.value,
            "etat_libelle": self.say(STATE_LABELS[step.state]),
            "transition": step.transition,
            "message": step.message,
            "date": step.time.isoformat(timespec="seconds"),
        }


def _deposant(demande: Demande) -> dict | None:
    """In whose name it was filed; how the account is keyed stays inside."""
    deposant = demande.deposant
    if deposant is None:
        return None
    return {
        "type": deposant.type,
        "niveau": deposant.niveau,
        "nom": deposant.nom,
        "organisation": deposant.organisation or None,
        "ide": deposant.ide or None,
    }
