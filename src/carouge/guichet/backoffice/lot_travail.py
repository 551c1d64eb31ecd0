"""The jobs that carry out, and take back, one order for many demandes."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice import actions
from carouge.guichet.backoffice import lot
from carouge.guichet.backoffice.dialogue import filled
from carouge.guichet.backoffice.lot import Ordre
from carouge.guichet.backoffice.service import changing
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.backoffice.service import InvalidMessage
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.backoffice.service import Outdated
from carouge.guichet.demande import traitement
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.service import MessageRequired
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.demande.traitement import historique
from carouge.guichet.demande.traitement import revision
from carouge.guichet.interfaces import ITravail
from carouge.guichet.transactions import tout_ou_rien
from carouge.guichet.travaux.content import Travail
from carouge.guichet.travaux.domain import Issue
from carouge.guichet.travaux.domain import Ligne
from carouge.guichet.travaux.service import commander
from carouge.guichet.travaux.service import liste_de
from carouge.guichet.travaux.service import travail_de
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Sequence
from datetime import datetime
from plone import api
from transaction.interfaces import TransientError
from zope.interface import implementer

import logging


logger = logging.getLogger(__name__)

LOT = "lot"
ANNULATION = "lot_annulation"

#: Why something was not done, by the exception that says so.
_RAISONS: tuple[tuple[type[Exception], str], ...] = (
    (Outdated, "modifiee"),
    (NotVisible, "inconnue"),
    (InvalidNumber, "inconnue"),
    (TransitionRefused, "etat"),
    (MessageRequired, "texte"),
    (InvalidMessage, "texte"),
    (traitement.TexteVide, "texte"),
    (traitement.PasFinie, "pas_finie"),
    (actions.NotAnAgent, "pas_agent"),
    (actions.NoSuchService, "deja"),
)


class PasAnnulable(ValueError):
    """The job is none that can be taken back, or not any more."""


def commander_lot(
    guichet, ordre: Ordre, numeros: Sequence[str], moment: datetime, cle: str = ""
) -> Travail:
    """Order it for these demandes; ``moment`` is when the author saw them, ``cle`` what
    his page has once.

    What has changed since by somebody else's hand is left as it is.

    :raises carouge.guichet.backoffice.lot.OrdreIncomplet: see there
    """
    ordre.verifier()
    data = {
        "ordre": ordre.to_json(),
        "numeros": [*numeros][: lot.MAX_LOT],
        "moment": moment.isoformat(),
    }
    total = len(data["numeros"])
    return commander(guichet, LOT, data, total=total, cle=cle)


def commander_annulation(guichet, travail: Travail, texte: str) -> Travail:
    """Take back what a job has done; ``texte`` is what the citizens are told.

    :raises PasAnnulable: see there
    :raises carouge.guichet.backoffice.lot.OrdreIncomplet: the words are missing
    """
    if not annulable(guichet, travail):
        raise PasAnnulable(travail.id)
    if Ordre(**travail.donnees["ordre"]).annulation_ecrit and not texte.strip():
        raise lot.OrdreIncomplet("texte")
    data = {"travail": travail.id, "texte": texte}
    total = travail.compter()[Issue.FAIT]
    return commander(guichet, ANNULATION, data, total=total, cle=travail.id)


def annulable(guichet, travail: Travail) -> bool:
    """Whether what a job has done can be taken back, and was not yet."""
    if travail.genre != LOT or not travail.etat.final:
        return False
    taken_back = any(
        other.genre == ANNULATION and other.donnees["travail"] == travail.id
        for other in liste_de(guichet, travail.auteur)
    )
    return (
        not taken_back
        and Ordre(**travail.donnees["ordre"]).annulable
        and travail.compter()[Issue.FAIT] > 0
    )


@implementer(ITravail)
class Lot:
    """See :class:`carouge.guichet.interfaces.ITravail`."""

    titre = _("Action on several demandes")
    par_lot = 20

    def etapes(self, guichet, travail: Travail) -> Iterator[int]:
        data = travail.donnees
        ordre = Ordre(**data["ordre"])
        moment = datetime.fromisoformat(data["moment"])
        desk = Desk(guichet, api.user.get_current())
        for rang in range(travail.fait, len(data["numeros"])):
            numero = data["numeros"][rang]

            def faire(numero: str = numero) -> tuple[str, dict | None]:
                demande = desk.find(numero)
                before = _traces(demande)
                _carry_out(demande, ordre, _seen(demande, moment))
                if _traces(demande) == before:
                    return "deja", None
                return "", before | {"revision": revision(demande)}

            travail.noter(_ligne(numero, faire))
            yield rang + 1
        return {issue.value: count for issue, count in travail.compter().items()}

    def oublier(self, guichet, travail: Travail) -> None:
        """Nothing lies elsewhere."""


@implementer(ITravail)
class Annulation:
    """See :class:`carouge.guichet.interfaces.ITravail`."""

    titre = _("Taking back an action on several demandes")
    par_lot = 20

    def etapes(self, guichet, travail: Travail) -> Iterator[int]:
        data = travail.donnees
        original = travail_de(guichet, data["travail"], travail.auteur)
        if original is None:
            raise PasAnnulable(data["travail"])
        ordre = Ordre(**original.donnees["ordre"])
        desk = Desk(guichet, api.user.get_current())
        done = [ligne for ligne in original.lignes if ligne.issue is Issue.FAIT]
        for rang in range(travail.fait, len(done)):
            ligne = done[rang]

            def faire(ligne: Ligne = ligne) -> tuple[str, dict | None]:
                demande = desk.find(ligne.sujet)
                if revision(demande) != ligne.details["revision"]:
                    return "modifiee", None
                _take_back(demande, ordre, ligne.details, data["texte"])
                return "", {}

            travail.noter(_ligne(ligne.sujet, faire))
            yield rang + 1
        return {issue.value: count for issue, count in travail.compter().items()}

    def oublier(self, guichet, travail: Travail) -> None:
        """Nothing lies elsewhere."""


def _ligne(numero: str, faire: Callable[[], tuple[str, dict | None]]) -> Ligne:
    """Do it for one demande, and say what became of it. Nothing of it is written when
    it is not done."""
    try:
        with tout_ou_rien():
            raison, details = faire()
    except TransientError:
        raise
    except Exception as error:
        # Whatever one demande does, the others of the order go on.
        for kind, raison in _RAISONS:
            if isinstance(error, kind):
                return Ligne(numero, Issue.REFUS, raison)
        logger.exception("demande %s: the order for many failed", numero)
        return Ligne(numero, Issue.ECHEC, type(error).__name__)
    if details is None:
        issue = Issue.SANS_EFFET if raison == "deja" else Issue.REFUS
        return Ligne(numero, issue, raison)
    return Ligne(numero, Issue.FAIT, "", details)


def _carry_out(demande: Demande, ordre: Ordre, version: int) -> None:
    action = ordre.action
    if action == lot.PRENDRE:
        actions.take(demande, version)
    elif action == lot.ATTRIBUER:
        actions.assign(demande, version, ordre.agent)
    elif action == lot.RENDRE:
        actions.put_back(demande, version)
    elif action == lot.SUIVRE:
        actions.follow(demande, True)
    elif action == lot.TRANSMETTRE:
        actions.hand_over(demande, version, ordre.service, ordre.texte)
    elif action == lot.NOTER:
        actions.note(demande, version, ordre.texte)
    elif action == lot.ARCHIVER:
        with changing(demande, version, action) as to_do:
            if to_do:
                traitement.archiver(demande)
    else:
        actions.process(
            demande,
            transition=ordre.mouvement,
            message=filled(demande, ordre.texte) if ordre.texte else "",
            version=version,
        )


def _take_back(demande: Demande, ordre: Ordre, before: dict, texte: str) -> None:
    version = revision(demande)
    action = ordre.action
    if action == lot.SUIVRE:
        actions.follow(demande, False)
    elif action == lot.TRANSMETTRE:
        actions.hand_over(demande, version, before["service"], texte)
    elif action == lot.MOUVEMENT:
        actions.process(
            demande,
            transition="rouvrir",
            message=filled(demande, texte),
            version=version,
        )
    else:
        with changing(demande, version, "annuler", action) as to_do:
            if not to_do:
                return
            if action == lot.ARCHIVER:
                traitement.archiver(demande, False)
            else:
                # Whoever has left the service meanwhile gets nothing back.
                back = before["agent"]
                there = back in actions.agents_of(demande)
                traitement.attribuer(demande, back if there else "")


def _traces(demande: Demande) -> dict:
    """What an order can change; kept to take it back."""
    dossier = demande.dossier
    me = api.user.get_current().getId()
    return {
        "revision": revision(demande),
        "etat": demande.etat.value,
        "agent": dossier.agent,
        "service": demande.service_uid or "",
        "suivie": me in dossier.suiveurs,
    }


def _seen(demande: Demande, moment: datetime) -> int:
    """The version the author saw then."""
    return sum(1 for evenement in historique(demande) if evenement.date <= moment)
