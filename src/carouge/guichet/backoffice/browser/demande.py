"""One demande at the desk: its page, and what is ordered there."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice import actions
from carouge.guichet.backoffice.browser.demande_vue import DemandeVue
from carouge.guichet.backoffice.browser.demande_vue import PARTS
from carouge.guichet.backoffice.browser.partie import Refused
from carouge.guichet.backoffice.browser.partie import UNUSABLE_TEXT
from carouge.guichet.backoffice.dialogue import filled
from carouge.guichet.backoffice.domain import whole_number
from carouge.guichet.backoffice.historique import name_of
from carouge.guichet.backoffice.service import carried_out
from carouge.guichet.backoffice.service import InvalidMessage
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.labels import TRANSITION_LABELS
from carouge.guichet.demande.service import MessageRequired
from carouge.guichet.demande.traitement import PieceInconnue
from carouge.guichet.demande.traitement import TexteVide
from carouge.guichet.formulaire.bordereau import MOYENS
from carouge.guichet.formulaire.pieces_jointes import envois
from carouge.guichet.formulaire.pieces_jointes import JointesRefusees
from carouge.guichet.formulaire.pieces_jointes import lire_jointes
from collections.abc import Callable
from contextlib import contextmanager
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.component import queryMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


PIECE_ELSEWHERE = _(
    "This document is no longer awaited: somebody has ticked it already, or it was not "
    "announced. Nothing was changed."
)

NO_SUCH_SCAN = _(
    "There is no scan that could be removed: somebody has removed it already, or the "
    "demande is over. Nothing was changed."
)


@implementer(IPublishTraverse)
class AgentsDemande(DemandeVue):
    """``<guichet>/agents/<numero>``: one demande, its history and what can be done.

    A button is called ``mouvement`` when it moves the demande, its value being the
    move, and ``geste`` for all the rest.
    """

    template = ViewPageTemplateFile("../templates/demande.pt")

    def publishTraverse(self, request, name):
        page = queryMultiAdapter((self.context, request), name=f"{PARTS}-{name}")
        if page is None or self.number is None:
            raise NotFound(name)
        page.number = self.number
        return page

    def act(self) -> str | None:
        geste = self.request.form.get("geste")
        known: dict[str, Callable[[], str | None]] = {
            "prendre": self._take,
            "rendre": self._put_back,
            "attribuer": self._assign,
            "transmettre": self._hand_over,
            "suivre": self._follow,
            "ne_plus_suivre": self._unfollow,
            "inserer": self._insert,
            "ecrire": self._write,
            "noter": self._note,
            "lus": self._read,
            "recevoir": self._receive,
            "annuler": self._await_again,
            "retirer_scan": self._remove_scan,
        }
        if isinstance(geste, str) and geste in known:
            return known[geste]()
        return self._move()

    # In whose hands

    def _take(self) -> str:
        state = actions.take(self.demande, self.sent_version)
        return self.done(
            _(
                "You have this demande in hand. Its state is: ${state}.",
                mapping={"state": self.say(STATE_LABELS[state])},
            )
        )

    def _put_back(self) -> str:
        actions.put_back(self.demande, self.sent_version)
        return self.done(_("Nobody has this demande in hand any more."))

    def _assign(self) -> str:
        agent = self.typed("agent")
        if not agent:
            raise Refused(_("Please choose somebody."), "agent")
        try:
            actions.assign(self.demande, self.sent_version, agent)
        except actions.NotAnAgent as error:
            raise Refused(
                _("This person does not work for the service in charge."), "agent"
            ) from error
        return self.done(
            _(
                "${name} has this demande in hand.",
                mapping={"name": name_of(agent, self.request)},
            )
        )

    def _hand_over(self) -> str:
        service = self.typed("vers")
        if not service:
            raise Refused(_("Please choose a service."), "vers")
        with self._field("raison", _("Please say why, for your colleagues.")):
            try:
                actions.hand_over(
                    self.demande, self.sent_version, service, self.typed("raison")
                )
            except actions.NoSuchService as error:
                raise Refused(
                    _("The demande cannot be handed over to this service."), "vers"
                ) from error
        # Whoever works for both services goes on with it.
        stays = self.demande.service_uid in self.desk.service_titles
        return self._handed_over("" if stays else self.back_url)

    def gone(self) -> str | None:
        """The second click on a demande that was handed over by the first."""
        service, raison = self.typed("vers"), self.typed("raison")
        order = actions.hand_over_order(service, raison)
        demande = self.desk.handed_over(self.number or "")
        if demande is None or not carried_out(demande, self.sent_version, *order):
            return None
        self.demande = demande
        return self._handed_over(self.back_url)

    def _handed_over(self, url: str) -> str:
        titles = {one.UID(): one.title for one in self.desk.all_services}
        return self.done(
            _(
                "The demande ${number} is now with: ${service}.",
                mapping={
                    "number": self.demande.numero,
                    "service": titles.get(self.demande.service_uid, ""),
                },
            ),
            url,
        )

    def _follow(self) -> str:
        actions.follow(self.demande, True)
        return self.done(_("You follow this demande: you are told what happens."))

    def _unfollow(self) -> str:
        actions.follow(self.demande, False)
        return self.done(_("You do not follow this demande any more."))

    # Moves

    def _move(self) -> str:
        move = self.request.form.get("mouvement")
        move = move if isinstance(move, str) else ""
        with self._field("message"):
            try:
                state = actions.process(
                    self.demande,
                    transition=move,
                    message=self.typed("message"),
                    version=self.sent_version,
                )
            except MessageRequired as error:
                raise Refused(
                    _(
                        "Please write to the citizen before you choose « ${move} ».",
                        mapping={"move": self.say(TRANSITION_LABELS[move])},
                    ),
                    "message",
                ) from error
        return self.done(
            _(
                "Done. The state of the demande ${number} is now: ${state}.",
                mapping={
                    "number": self.demande.numero,
                    "state": self.say(STATE_LABELS[state]),
                },
            )
        )

    # Words

    @cached_property
    def texts(self) -> dict[str, str]:
        """What stands in the fields: what was typed, and a model that was inserted."""
        names = ("message", "texte", "note", "raison")
        return {name: self.typed(name) for name in names}

    def _insert(self) -> None:
        """Put a model below what is typed; nothing is sent."""
        field = "texte" if self.request.form.get("champ") == "texte" else "message"
        chosen = self.request.form.get("modele")
        model = next((one for one in self.models if one["id"] == chosen), None)
        if model is None:
            raise Refused(_("Please choose a model."), f"{field}-modele")
        parts = (self.texts[field], filled(self.demande, model["text"]))
        self.texts[field] = "\n\n".join(part for part in parts if part)
        self.inserted = field

    #: The field a model was inserted into.
    inserted = ""

    def _write(self) -> str:
        texte = self.typed("texte")
        with self._field("texte", _("Please write something, or attach a file.")):
            pieces = self._files("jointes")
            actions.write(self.demande, self.sent_version, texte, pieces)
        return self.done(_("Your message is sent. The citizen is told."))

    def _note(self) -> str:
        with self._field("note", _("The note is empty.")):
            actions.note(self.demande, self.sent_version, self.typed("note"))
        return self.done(_("The note is kept, for the agents only."))

    def _read(self) -> str:
        actions.mark_read(self.demande)
        return self.done(_("The messages are marked as read; the citizen sees it."))

    # Pieces

    def _receive(self) -> str:
        rang = whole_number(self.request.form.get("rang"))
        moyen = self.request.form.get("moyen")
        if rang is None or moyen not in MOYENS:
            raise Refused(_("Please say how the document has arrived."), "pieces")
        label = self._label(rang)
        scans = self._files("scan", told_at="pieces", label=label, max_fichiers=1)
        try:
            actions.receive(
                self.demande,
                self.sent_version,
                [rang],
                moyen,
                scans[0] if scans else None,
            )
        except PieceInconnue as error:
            raise Refused(PIECE_ELSEWHERE, "pieces") from error
        return self.done(
            _("Received: ${piece}. The citizen is told.", mapping={"piece": label})
        )

    def _await_again(self) -> str:
        rang = whole_number(self.request.form.get("rang"))
        if rang is None:
            raise Refused(PIECE_ELSEWHERE, "pieces")
        try:
            actions.await_again(self.demande, self.sent_version, rang)
        except PieceInconnue as error:
            raise Refused(PIECE_ELSEWHERE, "pieces") from error
        return self.done(
            _("Awaited again: ${piece}.", mapping={"piece": self._label(rang)})
        )

    def _remove_scan(self) -> str:
        rang = whole_number(self.request.form.get("rang"))
        if rang is None:
            raise Refused(NO_SUCH_SCAN, "pieces")
        try:
            actions.remove_scan(self.demande, self.sent_version, rang)
        except PieceInconnue as error:
            raise Refused(NO_SUCH_SCAN, "pieces") from error
        return self.done(
            _(
                "The scan is removed. Awaited again: ${piece}.",
                mapping={"piece": self._label(rang)},
            )
        )

    def _label(self, rang: int) -> str:
        pieces = self.demande.pieces
        return pieces[rang].label if rang < len(pieces) else ""

    def _files(self, field: str, *, told_at: str = "", **options) -> list[Piece]:
        """The files of a field of the form; ``options`` are those of lire_jointes.

        :raises Refused: some of them cannot be kept, so none is
        """
        sent = envois(self.request.form.get(field))
        try:
            return lire_jointes(sent, **options) if sent else []
        except JointesRefusees as error:
            words = " ".join(map(self.say, error.messages))
            raise Refused(
                _(
                    "Nothing was sent. ${reasons} Please choose the files again.",
                    mapping={"reasons": words},
                ),
                told_at or field,
            ) from error

    @contextmanager
    def _field(self, name: str, empty=None):
        """Say at a field what is wrong with its text."""
        try:
            yield
        except InvalidMessage as error:
            raise Refused(UNUSABLE_TEXT, name) from error
        except TexteVide as error:
            raise Refused(empty, name) from error
