"""Telling a fact to its listeners, and doing later what did not succeed at once."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.annonces.content import Annonce
from carouge.guichet.annonces.content import Annonces
from carouge.guichet.journal.service import record
from carouge.guichet.transactions import tout_ou_rien
from collections.abc import Callable
from collections.abc import Iterator
from datetime import datetime
from transaction.interfaces import TransientError
from zope.annotation.interfaces import IAnnotations
from zope.component import getSiteManager
from zope.interface import providedBy

import logging


logger = logging.getLogger("carouge.guichet.annonces")

_KEY = "carouge.guichet.annonces"


def annoncer(evenement) -> None:
    """Tell each listener of ``evenement``; none of them undoes what it is about.

    ``evenement`` has ``object``, ``guichet``, ``details`` (what its class is made with
    besides these two) and ``encore_vrai()``, whether its fact still holds.

    :raises TransientError: two transactions have met: the request is done again
    """
    for nom, ecouteur in _ecouteurs(evenement):
        raison = _essayer(evenement, nom, ecouteur)
        if raison:
            _retenir(evenement, nom, raison)


def en_panne(guichet) -> list[Annonce]:
    """What did not succeed yet, oldest first."""
    return sorted(_lire(guichet), key=lambda annonce: annonce.moment)


def nombre_en_panne(guichet) -> int:
    """How many did not succeed yet."""
    return len(_lire(guichet))


def reprendre(guichet, annonce: Annonce, *, now: datetime | None = None) -> bool:
    """Try once more, due or not; whether nothing is left to do.

    :raises TransientError: two transactions have met: nothing is known
    """
    evenement = annonce.classe(annonce.objet, guichet, *annonce.details)
    ecouteur = dict(_ecouteurs(evenement)).get(annonce.ecouteur)
    # Nobody is left to tell it to, or it is not so any more.
    vaine = ecouteur is None or not evenement.encore_vrai()
    if not vaine:
        raison = _essayer(evenement, annonce.ecouteur, ecouteur)
        if raison:
            annonce.echouer(raison, now or swisstime.now())
            return False
    _lire(guichet).retirer(annonce)
    action = "annonce.abandonner" if vaine else "annonce.reprendre"
    record(action, subject=annonce.id, ecouteur=annonce.ecouteur)
    return True


def reprendre_dues(
    guichet,
    *,
    commit: Callable[[], None],
    abort: Callable[[], None],
    now: datetime | None = None,
) -> dict[str, int]:
    """Try once more all that are due, each in a transaction of its own, which ``commit``
    and ``abort`` end.

    One that fails or meets others does not keep the rest from being tried. Returns how
    many of what, for the log: ``reprises`` are over, ``en_panne`` have failed again.
    """
    moment = now or swisstime.now()
    comptes = {"reprises": 0, "en_panne": 0}
    for id in [annonce.id for annonce in en_panne(guichet) if annonce.due(moment)]:
        annonce = _lire(guichet).get(id)
        if annonce is None:
            continue
        try:
            fait = reprendre(guichet, annonce, now=moment)
            commit()
        except Exception as error:
            # Whatever it is, a conflict included: the others shall have their turn.
            abort()
            fait = False
            _remettre(guichet, id, error, moment, commit, abort)
        comptes["reprises" if fait else "en_panne"] += 1
    return comptes


def _remettre(guichet, id: str, error: Exception, moment, commit, abort) -> None:
    """Put off what could not even be tried to its end."""
    logger.warning("consequence %s was put off", id, exc_info=error)
    annonce = _lire(guichet).get(id)
    if annonce is None:
        return
    try:
        annonce.echouer(type(error).__name__, moment)
        commit()
    except TransientError:
        # Somebody tries it just now.
        abort()


def oublier_tout(guichet) -> None:
    """A copied guichet is a new counter."""
    IAnnotations(guichet).pop(_KEY, None)


def _ecouteurs(evenement) -> Iterator[tuple[str, Callable]]:
    """The listeners, as the notification of an event by :mod:`zope.component` finds
    them, with their dotted names.
    """
    trouves = getSiteManager().adapters.subscriptions([providedBy(evenement)], None)
    for ecouteur in trouves:
        # A listener may be an object that can be called: its class has the name.
        nomme = ecouteur if hasattr(ecouteur, "__qualname__") else type(ecouteur)
        yield f"{nomme.__module__}.{nomme.__qualname__}", ecouteur


def _essayer(evenement, nom: str, ecouteur: Callable) -> str:
    """Why it failed; empty when it did not."""
    try:
        with tout_ou_rien():
            ecouteur(evenement)
    except TransientError:
        raise
    except Exception as error:
        # A listener may be anybody's; the fact it is told cannot be undone.
        logger.exception("%s failed", nom)
        return type(error).__name__
    return ""


def _retenir(evenement, nom: str, raison: str) -> None:
    annonce = Annonce(
        type(evenement),
        evenement.object,
        evenement.details,
        nom,
        raison,
        swisstime.now(),
    )
    annotations = IAnnotations(evenement.guichet)
    if _KEY not in annotations:
        annotations[_KEY] = Annonces()
    annotations[_KEY].ajouter(annonce)
    record("annonce.retenir", subject=annonce.id, ecouteur=nom, raison=raison)


def _lire(guichet) -> Annonces:
    found = IAnnotations(guichet).get(_KEY)
    return Annonces() if found is None else found
