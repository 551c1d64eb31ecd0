"""``@demandes`` for the citizen: one's own demandes, and what one does with them."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.service import current_compte
from carouge.guichet.compte.service import owner_ids
from carouge.guichet.demande.attentes import OUVERTS
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.criteres import Tri
from carouge.guichet.demande.domain import FINAL_STATES
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.fichiers import fichier_nomme
from carouge.guichet.demande.queries import get_own_demande
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.demande.traitement import marquer_lus
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.dossier.reponse_json import repondre_en_json
from carouge.guichet.espace.demandes import Groupe
from carouge.guichet.espace.dialogue import DialogueFerme
from carouge.guichet.espace.dialogue import ecrire
from carouge.guichet.espace.dialogue import EmptyMessage
from carouge.guichet.espace.dialogue import TropDeMessages
from carouge.guichet.espace.dialogue import UnusableMessage
from carouge.guichet.espace.labels import CLOSED_DIALOGUE
from carouge.guichet.espace.labels import TOO_MANY_MESSAGES
from carouge.guichet.espace.labels import UNUSABLE
from carouge.guichet.espace.restapi import vues
from carouge.guichet.espace.service import Outcome
from carouge.guichet.espace.service import withdraw
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.pieces_jointes import JointesRefusees
from carouge.guichet.formulaire.pieces_jointes import MAX_JOINTES
from carouge.guichet.formulaire.reponses_json import contenu_de
from carouge.guichet.interfaces import IDemandesDeLUsager
from carouge.guichet.layout import send_file
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from carouge.guichet.rest import unauthorized
from collections.abc import Sequence
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides
from zope.interface import implementer


@implementer(IDemandesDeLUsager)
class DemandesDeLUsager:
    """See :class:`carouge.guichet.interfaces.IDemandesDeLUsager`."""

    def __init__(self, context, request) -> None:
        self.context = context
        self.request = request

    def lire(self, service: GuichetService):
        service.personal()
        if service.caller is None:
            raise unauthorized()
        if not service.path:
            return self._list(service)
        demande = self._mine(service)
        part = service.path[1:]
        return self._file(demande, part) if part else vues.entiere(demande, service)

    def ecrire(self, service: GuichetService) -> dict:
        # json_body refuses what a page of another site can make a browser send.
        alsoProvides(self.request, IDisableCSRFProtection)
        service.personal()
        if service.caller is None:
            raise unauthorized()
        orders = {
            "messages": self._write,
            "lu": self._read,
            "retirer": self._withdraw,
            "completer": self._complete,
        }
        if len(service.path) != 2 or service.path[1] not in orders:
            raise not_found()
        demande = self._mine(service)
        return orders[service.path[1]](demande, service, service.json_body())

    # Reading

    def _list(self, service: GuichetService) -> dict:
        part = service.part()
        etats, attend_usager = _etats(service)
        membre, organisation = service.text("membre"), service.text("organisation")
        page = list_demandes(
            usager=self._owners(service),
            etats=etats,
            attend_usager=attend_usager,
            demarche=service.text("demarche") or None,
            membre=membre or None,
            organisation=organisation or None,
            texte=service.text("q"),
            tri=_tri(service),
            start=part.start,
            size=part.size,
        )
        rows = [vues.ligne(row, service) for row in page.rows]
        return service.batched(rows, part, page.total)

    def _file(self, demande: Demande, part: Sequence[str]):
        found = fichier_nomme(demande, part)
        if found is None:
            raise not_found()
        return send_file(self.request, found.file, found.nom)

    # Writing

    def _write(self, demande: Demande, service: GuichetService, body: dict) -> dict:
        _only(body, "texte", "jointes")
        texte, jointes = body.get("texte", ""), body.get("jointes", [])
        if not isinstance(texte, str) or not isinstance(jointes, list):
            raise _odd()

        def attachments() -> list[tuple[str, bytes]]:
            return [contenu_de(one) for one in jointes[: MAX_JOINTES + 1]]

        try:
            message, new = ecrire(demande, texte, attachments)
        except Illisible as error:
            raise bad_request(error.message) from error
        except JointesRefusees as error:
            words = [service.say(message) for message in error.messages]
            raise bad_request(" ".join(words), jointes=words) from error
        except EmptyMessage as error:
            raise bad_request(UNUSABLE[EmptyMessage]) from error
        except UnusableMessage as error:
            raise bad_request(UNUSABLE[type(error)]) from error
        except DialogueFerme as error:
            raise Refusal(409, "Conflict", CLOSED_DIALOGUE) from error
        except TropDeMessages as error:
            raise Refusal(429, "TooManyRequests", TOO_MANY_MESSAGES) from error
        self.request.response.setStatus(201 if new else 200)
        return vues.message_json(message, demande, service)

    def _read(self, demande: Demande, service: GuichetService, body: dict) -> dict:
        _only(body)
        return {"lus": marquer_lus(demande, USAGER)}

    def _withdraw(self, demande: Demande, service: GuichetService, body: dict) -> dict:
        _only(body, "raison")
        raison = body.get("raison", "")
        if not isinstance(raison, str):
            raise _odd()
        try:
            outcome = withdraw(demande, raison)
        except UnusableMessage as error:
            raise bad_request(UNUSABLE[type(error)]) from error
        if outcome is Outcome.TOO_LATE:
            raise Refusal(
                409,
                "Conflict",
                _("The demande has moved on meanwhile: it can no longer be withdrawn."),
            )
        return vues.entiere(demande, service)

    def _complete(self, demande: Demande, service: GuichetService, body: dict) -> dict:
        key = self.request.getHeader("Idempotency-Key") or ""
        repondre_en_json(demande, current_compte(), body, key[:100], service.say)
        return vues.entiere(demande, service)

    # Whose

    def _mine(self, service: GuichetService) -> Demande:
        demande = get_own_demande(self.context, service.path[0], self._owners(service))
        if demande is None:
            raise not_found()
        return demande

    def _owners(self, service: GuichetService) -> list[str]:
        compte = current_compte()
        return [service.caller] if compte is None else owner_ids(compte)


def _etats(service: GuichetService) -> tuple[Sequence[State], bool]:
    """The parameter ``etat``, once or several times: states, or one group of them."""
    given = service.request.form.get("etat", [])
    given = [given] if isinstance(given, str) else given
    try:
        given = [value for value in given if value]
        if given == [Groupe.ATTENDU.value]:
            return (), True
        if given == [Groupe.OUVERTES.value]:
            return OUVERTS, False
        if given == [Groupe.TERMINEES.value]:
            return tuple(FINAL_STATES), False
        return [State(value) for value in given], False
    except (TypeError, ValueError) as error:
        raise _invalid("etat") from error


def _tri(service: GuichetService) -> Tri:
    value = service.text("tri")
    try:
        return Tri(value) if value else Tri.RECENTES
    except ValueError as error:
        raise _invalid("tri") from error


def _invalid(name: str) -> Refusal:
    return bad_request(_("The parameter ${name} is not valid.", mapping={"name": name}))


def _only(body: dict, *names: str) -> None:
    if set(body) - set(names):
        raise _odd()


def _odd() -> Refusal:
    return bad_request(_("The body holds a key that is unknown or of another type."))
