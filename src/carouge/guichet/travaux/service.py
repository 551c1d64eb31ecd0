"""Background jobs: ordering, doing, cancelling, forgetting them.

A job lies in the database, next to what it changes. A batch of its steps and the word
how far it has come are one transaction: whatever kills the process, the job goes on
behind the last batch, and no step is done twice. A worker that was taken for dead and
goes on nevertheless has a conflict at its next commit, because another one has written
the job.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.bail import Bail
from carouge.guichet.bail import DUREE_BAIL
from carouge.guichet.bail import mort
from carouge.guichet.bail import nouveau_jeton
from carouge.guichet.bail import rendre_jeton
from carouge.guichet.interfaces import ITravail
from carouge.guichet.journal.service import record
from carouge.guichet.travaux.content import Travail
from carouge.guichet.travaux.content import Travaux
from carouge.guichet.travaux.domain import a_faire
from carouge.guichet.travaux.domain import ESSAIS
from carouge.guichet.travaux.domain import EtatTravail
from carouge.guichet.travaux.domain import JOURS_GARDES
from carouge.guichet.travaux.domain import pause
from carouge.guichet.travaux.domain import perime
from carouge.guichet.travaux.seance import adresse_de
from carouge.guichet.travaux.seance import au_nom_de
from carouge.guichet.travaux.seance import AuteurInconnu
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from plone import api
from threading import Event
from transaction.interfaces import TransientError
from zope.annotation.interfaces import IAnnotations
from zope.component import getUtility
from zope.component import queryUtility
from zope.globalrequest import getRequest

import hashlib
import logging
import time
import transaction


logger = logging.getLogger(__name__)

_KEY = "carouge.guichet.travaux"

#: Seconds after which a batch is stored, however few steps it has.
SECONDES_PAR_LOT = 5.0
#: Conflicts of one batch before it counts as a failure.
MAX_CONFLITS = 20

#: Set when a job was ordered in this process: its worker need not wait.
reveil = Event()


class Perdu(Exception):
    """Another worker has the job now."""


# --- for whoever orders a job -----------------------------------------------------


def travaux_de(guichet) -> Travaux:
    """The jobs of a guichet, to write in."""
    annotations = IAnnotations(guichet)
    store = annotations.get(_KEY)
    if store is None:
        store = annotations[_KEY] = Travaux()
    return store


def commander(
    guichet,
    genre: str,
    donnees: dict,
    *,
    total: int = 0,
    auteur: str | None = None,
    cle: str = "",
) -> Travail:
    """Order a job; it begins after the commit.

    ``donnees`` is what JSON can say, ``total`` how many steps it will have. The author
    is the current user, who alone sees it; ``""`` is the counter itself. ``cle`` is
    something the page of the order has once: ordered twice (a double click), it is one
    job.

    :raises LookupError: there is no such kind
    """
    getUtility(ITravail, name=genre)
    if auteur is None:
        auteur = "" if api.user.is_anonymous() else api.user.get_current().getId()
    store = travaux_de(guichet)
    id = _id_de(auteur, genre, cle) if cle else ""
    if id and store.get(id) is not None:
        return store.get(id)
    travail = Travail(
        genre, donnees, auteur=auteur, cree=swisstime.now(), total=total, id=id
    )
    travail.adresse = adresse_de(getRequest())
    store.ajouter(travail)
    record("travail.commander", subject=travail.id, genre=genre)
    transaction.get().addAfterCommitHook(_reveiller)
    return travail


def travail_de(guichet, id: str, auteur: str) -> Travail | None:
    """The job of that id if it is one of this user, else None."""
    store = IAnnotations(guichet).get(_KEY)
    travail = store.get(id) if store is not None else None
    return travail if travail is not None and travail.auteur == auteur else None


def travail_commande(guichet, genre: str, cle: str) -> Travail | None:
    """What the current user has ordered with that ``cle``, if he has."""
    auteur = "" if api.user.is_anonymous() else api.user.get_current().getId()
    return travail_de(guichet, _id_de(auteur, genre, cle), auteur)


def liste_de(guichet, auteur: str) -> list[Travail]:
    """The jobs of a user, the newest first."""
    store = IAnnotations(guichet).get(_KEY)
    return store.de(auteur) if store is not None else []


def annuler(guichet, travail: Travail) -> bool:
    """Stop a job; what is done stays done. Whether there was anything to stop."""
    if travail.etat.final or travail.annulation:
        return False
    travail.annulation = True
    if travail.etat is EtatTravail.EN_ATTENTE:
        _clore(guichet, travail, EtatTravail.ANNULE)
    record("travail.annuler", subject=travail.id)
    return True


def purger(guichet, moment: datetime, jours: int = JOURS_GARDES) -> int:
    """Delete the jobs that ended more than ``jours`` days ago; how many."""
    store = IAnnotations(guichet).get(_KEY)
    if store is None:
        return 0
    old = [travail for travail in store if perime(travail.fin, moment, jours)]
    for travail in old:
        kind = queryUtility(ITravail, name=travail.genre)
        if kind is not None:
            kind.oublier(guichet, travail)
        store.oublier(travail)
    return len(old)


def oublier_tout(guichet) -> None:
    """Forget all jobs of a guichet, whatever they are doing."""
    IAnnotations(guichet).pop(_KEY, None)


# --- for whoever does the work ----------------------------------------------------


def dus(guichet, moment: datetime | None = None) -> list[Travail]:
    """The jobs a worker may take now, the oldest first; see :func:`en_dernier`."""
    store = IAnnotations(guichet).get(_KEY)
    if store is None:
        return []
    moment = moment or swisstime.now()
    found = (store.get(id) for id in store.ouverts)
    return sorted(
        (travail for travail in found if _libre(travail, moment)),
        key=lambda travail: (en_dernier(travail), travail.cree),
    )


def en_dernier(travail: Travail) -> bool:
    """Whether all other jobs come first: it asks systems that may not answer."""
    kind = queryUtility(ITravail, name=travail.genre)
    return bool(getattr(kind, "en_dernier", False))


def executer_travaux(guichet, fin: Event | None = None) -> int:
    """Do all that is due in the present thread; how many jobs were taken.

    Commits first, and after each batch. ``fin`` ends it after the batch that is going
    on.
    """
    transaction.commit()
    count = 0
    while not (fin is not None and fin.is_set()):
        waiting = dus(guichet)
        taken = next((t for t in waiting if travailler(guichet, t, fin)), None)
        if taken is None:
            return count
        count += 1
    return count


def travailler(guichet, travail: Travail, fin: Event | None = None) -> bool:
    """Take a job and work on it until it ends, or fails; whether it was ours."""
    jeton = nouveau_jeton()
    try:
        return _prendre(travail, jeton) and _travailler(guichet, travail, jeton, fin)
    finally:
        rendre_jeton(jeton)


def _travailler(guichet, travail: Travail, jeton: str, fin: Event | None) -> bool:
    conflits = 0
    while True:
        avant = travail.fait
        try:
            _faire(guichet, travail, jeton, fin)
            return True
        except Perdu:
            transaction.abort()
            return True
        except TransientError:
            transaction.abort()
            conflits = conflits + 1 if travail.fait == avant else 1
            if conflits > MAX_CONFLITS:
                _echouer(guichet, travail, jeton, "ConflictError")
                return True
            time.sleep(min(0.01 * 2**conflits, 1.0))
        except AuteurInconnu as error:
            transaction.abort()
            _echouer(guichet, travail, jeton, type(error).__name__, definitif=True)
            return True
        except Exception as error:
            # A job may fail in any way; who ordered it is told, the next one has its turn.
            transaction.abort()
            logger.exception("job %s (%s) failed", travail.id, travail.genre)
            _echouer(guichet, travail, jeton, type(error).__name__)
            return True


def _faire(guichet, travail: Travail, jeton: str, fin: Event | None) -> None:
    """Work until the end of the job, or until ``fin``."""
    kind = queryUtility(ITravail, name=travail.genre)
    if kind is None:
        raise LookupError(f"no job of the kind {travail.genre}")
    _verifier(travail, jeton)
    with (
        au_nom_de(travail.auteur),
        closing(kind.etapes(guichet, travail)) as steps,
    ):
        for lot, resultat in _lots(steps, kind.par_lot):
            _verifier(travail, jeton)
            if lot is not None:
                travail.fait = lot
                travail.essais = 0
            if travail.annulation:
                _clore(guichet, travail, EtatTravail.ANNULE)
                record("travail.finir", subject=travail.id, etat=travail.etat.value)
            elif resultat is not None:
                travail.resultat = resultat
                _clore(guichet, travail, EtatTravail.FINI)
                record("travail.finir", subject=travail.id, etat=travail.etat.value)
            elif fin is not None and fin.is_set():
                travail.etat = EtatTravail.EN_ATTENTE
                travail.bail = None
            else:
                _prolonger(travail, jeton)
            _valider(travail)
            if travail.etat is not EtatTravail.EN_COURS:
                return


def _lots(steps: Iterator[int], most: int) -> Iterator[tuple[int | None, dict | None]]:
    """How far the work has come at the end of each batch; at its very end the result
    as well."""
    fait = None
    count = 0
    start = time.monotonic()
    while True:
        try:
            fait = next(steps)
        except StopIteration as end:
            yield fait, dict(end.value or {})
            return
        count += 1
        if count >= most or time.monotonic() - start > SECONDES_PAR_LOT:
            yield fait, None
            count = 0
            start = time.monotonic()


def _libre(travail: Travail, moment: datetime) -> bool:
    """Whether a worker may take the job: nobody has it, or a dead one."""
    bail = travail.bail
    if bail is not None and mort(bail.jeton):
        bail = None
    return a_faire(travail.etat, bail, travail.pas_avant, moment)


def _prendre(travail: Travail, jeton: str) -> bool:
    """Take the job, if it is still to be had."""
    try:
        # What others have written since the list was made is seen from here on.
        transaction.begin()
        moment = swisstime.now()
        if not _libre(travail, moment):
            return False
        travail.etat = EtatTravail.EN_COURS
        travail.debut = travail.debut or moment
        _prolonger(travail, jeton)
        transaction.get().note(f"travail {travail.genre} : pris")
        transaction.commit()
    except (TransientError, KeyError):
        transaction.abort()
        return False
    return True


def _verifier(travail: Travail, jeton: str) -> None:
    if travail.bail is None or travail.bail.jeton != jeton:
        raise Perdu(travail.id)


def _prolonger(travail: Travail, jeton: str) -> None:
    travail.bail = Bail(jeton, swisstime.now() + DUREE_BAIL)


def _valider(travail: Travail) -> None:
    transaction.get().note(f"travail {travail.genre} : {travail.fait}")
    transaction.commit()
    # What the batch has read is not needed any more.
    travail._p_jar.cacheMinimize()


def _echouer(
    guichet, travail: Travail, jeton: str, erreur: str, definitif: bool = False
) -> None:
    """Keep a failure: the job is tried again later, or given up."""
    try:
        _verifier(travail, jeton)
        travail.essais += 1
        travail.erreur = erreur
        travail.bail = None
        if definitif or travail.essais >= ESSAIS or travail.annulation:
            _clore(guichet, travail, EtatTravail.ECHEC)
            record("travail.finir", subject=travail.id, etat=travail.etat.value)
        else:
            travail.etat = EtatTravail.EN_ATTENTE
            travail.pas_avant = swisstime.now() + pause(travail.essais)
        _valider(travail)
    except (Perdu, TransientError):
        # The lease ends by itself.
        transaction.abort()


def _clore(guichet, travail: Travail, etat: EtatTravail) -> None:
    travail.etat = etat
    travail.bail = None
    travail.fin = swisstime.now()
    if etat is EtatTravail.FINI:
        travail.erreur = ""
        travail.total = max(travail.total, travail.fait)
    travaux_de(guichet).fermer(travail)


def _id_de(auteur: str, genre: str, cle: str) -> str:
    return hashlib.sha256(f"{auteur}:{genre}:{cle}".encode()).hexdigest()[:20]


def _reveiller(committed: bool) -> None:
    if committed:
        reveil.set()
