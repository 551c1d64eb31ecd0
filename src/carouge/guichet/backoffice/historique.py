"""What happened to a demande, in the words of the desk."""

from __future__ import annotations

from carouge.guichet.backoffice import labels
from carouge.guichet.compte.service import get_compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.dossier import Evenement
from carouge.guichet.demande.labels import CANAL_LABELS
from carouge.guichet.demande.labels import EVENEMENT_LABELS
from carouge.guichet.demande.labels import RECUE_LABELS
from carouge.guichet.demande.labels import STATE_COLOURS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from collections.abc import Iterable
from plone import api
from zope.annotation.interfaces import IAnnotations


#: Names of users, kept with the request.
_NAMES = "carouge.guichet.backoffice.names"

DEPOSER = "deposer"


def name_of(user_id: str, request) -> str:
    """The name of a member of the staff, looked up once per request.

    A user there is no more has none: his id is all there is to say.
    """
    names = IAnnotations(request).setdefault(_NAMES, {})
    if user_id not in names:
        member = api.user.get(userid=user_id) if user_id else None
        name = member.getProperty("fullname", "") if member is not None else ""
        names[user_id] = name or user_id
    return names[user_id]


def person_of(demande: Demande, evenement: Evenement, request):
    """Who did it: the name of the agent, or the words for the citizen or the counter."""
    genre, par = evenement.genre, evenement.par
    if genre == DEPOSER:
        # Whatever account his browser is logged in with.
        return name_of(demande.saisi_par, request) or labels.CITIZEN
    actors = {Actor.AGENT}
    if genre in TRANSITIONS:
        actors = set(TRANSITIONS[genre].actors)
    elif genre in CITIZENS_EVENTS:
        actors = {Actor.USAGER}
    if actors == {Actor.USAGER}:
        return labels.CITIZEN
    if Actor.USAGER in actors and (
        par in ("", *demande.owner_ids)
        # A colleague who acts for the same organisation.
        or get_compte(par) is not None
    ):
        return labels.CITIZEN
    return name_of(par, request) if par else labels.COUNTER


#: What only the person it belongs to does.
CITIZENS_EVENTS = frozenset({"message_usager", "rattacher"})


def in_words(demande: Demande, evenements: Iterable[Evenement], request) -> list[dict]:
    """Lines of the history, ready for a page."""
    return [_line(demande, evenement, request) for evenement in evenements]


def _line(demande: Demande, evenement: Evenement, request) -> dict:
    details = evenement.details
    etat = State(details["etat"]) if "etat" in details else None
    return {
        "genre": evenement.genre,
        "time": labels.moment_of(evenement.date),
        "machine_time": evenement.date.isoformat(timespec="seconds"),
        "person": person_of(demande, evenement, request),
        "title": _title(evenement.genre),
        "remarks": [one for one in _remarks(demande, evenement, request) if one],
        "state": None if etat is None else STATE_LABELS[etat],
        "css": "" if etat is None else STATE_COLOURS[etat],
        "message": details.get("message", "") if etat is not None else "",
    }


def _title(genre: str):
    if genre == DEPOSER:
        return labels.MOVE_DONE_LABELS[None]
    return labels.MOVE_DONE_LABELS.get(genre) or EVENEMENT_LABELS.get(genre, genre)


def _remarks(demande: Demande, evenement: Evenement, request) -> tuple:
    """What there is to say beside the title; empty words among it say nothing."""
    details = evenement.details
    match evenement.genre:
        case "deposer" if demande.saisi_par:
            return (CANAL_LABELS[Canal(demande.canal)],)
        case "attribuer":
            return (name_of(details.get("agent", ""), request),)
        case "transmettre":
            service = service_by_uid(guichet_of(demande), details.get("a"))
            return (service.title if service is not None else "",)
        case "piece_recue":
            return details.get("piece"), RECUE_LABELS.get(details.get("moyen", ""))
        case "piece_attendue" | "scan_retire":
            return (details.get("piece"),)
        case "reponses_corrigees":
            return (details.get("questions"),)
        case "document" | "document_retire":
            return (details.get("titre"),)
    return ()
