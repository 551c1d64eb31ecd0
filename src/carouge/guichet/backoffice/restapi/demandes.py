"""``@demandes`` for the staff and for business systems: the demandes of their services.

A business system is a user of Plone who is named as agent of a service. It goes through
the same doors as an agent's page: the same permissions, the same journal, the same
protection against what somebody else has done meanwhile.
"""

from __future__ import annotations

from base64 import b64decode
from carouge.guichet import _
from carouge.guichet.backoffice import actions
from carouge.guichet.backoffice.restapi import vues
from carouge.guichet.backoffice.service import changing
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.backoffice.service import InvalidMessage
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.backoffice.service import Outdated
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.fichiers import fichier_nomme
from carouge.guichet.demande.queries import changements
from carouge.guichet.demande.service import MessageRequired
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.demande.traitement import revision
from carouge.guichet.demande.traitement import TexteVide
from carouge.guichet.dossier import decision
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from carouge.guichet.interfaces import IDemandesDuService
from carouge.guichet.layout import send_file
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from carouge.guichet.rest import unauthorized
from carouge.guichet.swisstime import now
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from plone import api
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides
from zope.interface import implementer

import binascii
import hashlib


#: A change is told when every transaction that was open with it has ended.
RECUL = timedelta(seconds=15)


@implementer(IDemandesDuService)
class DemandesDuService:
    """See :class:`carouge.guichet.interfaces.IDemandesDuService`."""

    def __init__(self, context, request) -> None:
        self.context = context
        self.request = request

    @property
    def concerned(self) -> bool:
        return bool(self._desk.services)

    def lire(self, service: GuichetService):
        service.personal()
        if not service.path:
            return self._changes(service)
        demande = self._open(service.path[0])
        part = service.path[1:]
        if not part:
            return vues.entiere(demande, service)
        return self._file(demande, part)

    def ecrire(self, service: GuichetService):
        # json_body refuses what a page of another site can make a browser send.
        alsoProvides(self.request, IDisableCSRFProtection)
        service.personal()
        if service.caller is None:
            raise unauthorized()
        orders = {
            "mouvements": self._move,
            "messages": self._message,
            "notes": self._note,
            "documents": self._document,
        }
        if len(service.path) != 2 or service.path[1] not in orders:
            raise not_found()
        demande = self._open(service.path[0])
        with _refused():
            orders[service.path[1]](demande, _Body(service.json_body()))
        return vues.breve(demande, service)

    # Reading

    def _changes(self, service: GuichetService) -> dict:
        """All demandes by their last change, from a cursor on."""
        cursor = service.text("depuis")
        part = service.part()
        try:
            rows, after = changements(
                services=[*self._desk.service_titles],
                jusqu_a=now() - RECUL,
                depuis=cursor,
                size=part.size,
            )
        except ValueError as error:
            raise bad_request(
                _("The parameter ${name} is not valid.", mapping={"name": "depuis"})
            ) from error
        return {
            "@id": service.address,
            "items": [vues.ligne(row, service) for row in rows],
            "curseur": after,
            "suite": len(rows) == part.size,
        }

    def _file(self, demande: Demande, part: list[str]):
        found = fichier_nomme(demande, part, retires=True)
        if found is None:
            raise not_found()
        return send_file(self.request, found.file, found.nom)

    # Writing

    def _move(self, demande: Demande, body: _Body) -> None:
        body.only("mouvement", "message", "revision")
        actions.process(
            demande,
            transition=body.text("mouvement"),
            message=body.text("message", ""),
            version=body.number("revision"),
        )

    def _message(self, demande: Demande, body: _Body) -> None:
        body.only("texte", "revision")
        actions.write(
            demande, body.number("revision", revision(demande)), body.text("texte")
        )

    def _note(self, demande: Demande, body: _Body) -> None:
        body.only("texte", "revision")
        actions.note(
            demande, body.number("revision", revision(demande)), body.text("texte")
        )

    def _document(self, demande: Demande, body: _Body) -> None:
        """A PDF for the citizen."""
        body.only("titre", "genre", "nom", "contenu", "revision")
        content = body.octets("contenu")
        titre, genre = body.text("titre"), body.text("genre", "document")
        version = body.number("revision", revision(demande))
        digest = hashlib.sha256(content).hexdigest()
        with changing(demande, version, "document", titre, genre, digest) as to_do:
            if to_do:
                decision.deposer_document(
                    demande,
                    titre=titre,
                    contenu=content,
                    nom=body.text("nom", "document.pdf"),
                    genre=genre,
                )

    # Whose

    @property
    def _desk(self) -> Desk:
        return Desk(self.context, api.user.get_current())

    def _open(self, numero: str) -> Demande:
        try:
            return self._desk.open(numero)
        except NotVisible as error:
            raise not_found() from error


class _Body:
    """The object a caller has sent; whatever is odd in it is refused by name."""

    def __init__(self, values: dict) -> None:
        self._values = values

    def only(self, *names: str) -> None:
        unknown = sorted(set(self._values) - set(names))
        if unknown:
            raise _invalid(unknown[0])

    def text(self, name: str, default: str | None = None) -> str:
        value = self._values.get(name, default)
        if not isinstance(value, str):
            raise _invalid(name)
        return value

    def number(self, name: str, default: int | None = None) -> int:
        value = self._values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise _invalid(name)
        return value

    def octets(self, name: str) -> bytes:
        try:
            return b64decode(self.text(name), validate=True)
        except (binascii.Error, ValueError) as error:
            raise _invalid(name) from error


def _invalid(name: str) -> Refusal:
    return bad_request(
        _(
            "The key ${name} is missing, unknown or not valid.",
            mapping={"name": name[:100]},
        )
    )


@contextmanager
def _refused() -> Iterator[None]:
    """Say in the words of HTTP why an order was not carried out."""
    try:
        yield
    except NotVisible as error:
        raise not_found() from error
    except Outdated as error:
        raise Refusal(
            409,
            "Conflict",
            _("This demande has changed meanwhile. Nothing was written; read it anew."),
        ) from error
    except TransitionRefused as error:
        raise Refusal(
            409, "Conflict", _("This move is not possible now. Nothing was changed.")
        ) from error
    except (MessageRequired, TexteVide) as error:
        raise bad_request(_("This needs words for the citizen.")) from error
    except InvalidMessage as error:
        raise bad_request(
            _("The text is too long, or holds characters that cannot be kept.")
        ) from error
    except DocumentRefuse as error:
        raise bad_request(error.message) from error
    except decision.ChampRefuse as error:
        raise bad_request(
            _("Title or kind of the document cannot be kept as they are.")
        ) from error
