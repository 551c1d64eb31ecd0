"""The only door to the brouillons.

An owner is a compte (its id) or, without a login, a browser: ``nav-`` and the digest of
a key that lies sealed in its cookie. Whoever holds neither is told that there is none.
"""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet import swisstime
from carouge.guichet.brouillon import navigateur as cookie
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.content import Brouillons
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.brouillon.domain import BrouillonModifie
from carouge.guichet.brouillon.domain import est_id
from carouge.guichet.brouillon.domain import est_navigateur
from carouge.guichet.brouillon.domain import fin
from carouge.guichet.brouillon.domain import fusionner
from carouge.guichet.brouillon.domain import IdPris
from carouge.guichet.brouillon.domain import MAX_BROUILLONS
from carouge.guichet.brouillon.domain import MAX_FICHIERS
from carouge.guichet.brouillon.domain import MAX_OCTETS
from carouge.guichet.brouillon.domain import MAX_SAISIES_AGENT
from carouge.guichet.brouillon.domain import PourAutrui
from carouge.guichet.brouillon.domain import principal_d_agent
from carouge.guichet.brouillon.domain import principal_de
from carouge.guichet.brouillon.domain import secondes_actives
from carouge.guichet.brouillon.domain import TropDeBrouillons
from carouge.guichet.brouillon.domain import TropDeFichiers
from carouge.guichet.brouillon.domain import TropDOctets
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.service import current_compte
from carouge.guichet.controlpanel.service import browser_draft_days
from carouge.guichet.controlpanel.service import draft_days
from carouge.guichet.journal.service import record
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import astuple
from datetime import date
from plone import api
from typing import Any
from zope.annotation.interfaces import IAnnotations


_KEY = "carouge.guichet.brouillons"


# --- whose ------------------------------------------------------------------------


def navigateur(request) -> str | None:
    """The owner principal of the browser of a request; None when it has no cookie."""
    cle = cookie.lire(request)
    return None if cle is None else principal_de(cle)


def marquer_navigateur(request) -> str:
    """Give the browser a cookie, or its cookie a new term; its owner principal."""
    return principal_de(cookie.ecrire(request))


def proprietaires(request) -> tuple[str, ...]:
    """Whose brouillons the caller may open.

    The compte he is logged in with, of an organisation as well: colleagues share what
    was submitted, not what is being written. Without compte (the staff too) his
    browser; nobody without either.
    """
    compte = current_compte()
    if compte is not None:
        return (compte.id,)
    principal = navigateur(request)
    return () if principal is None else (principal,)


def agent(guichet) -> str | None:
    """The owner principal of the agent who is logged in; None for anybody else.

    What he fills in for other people is his own: no colleague finds it.
    """
    if api.user.is_anonymous() or current_compte() is not None:
        return None
    if not api.user.has_permission(config.USE_DESK, obj=guichet):
        return None
    return principal_d_agent(api.user.get_current().getId())


# --- finding ----------------------------------------------------------------------


def trouver(guichet, id: str, proprietaires: Iterable[str]) -> Brouillon | None:
    """The brouillon of that id; None when there is none, or a foreign one."""
    magasin = magasin_de(guichet)
    brouillon = None if magasin is None else magasin.get(id)
    if brouillon is None or brouillon.proprietaire not in proprietaires:
        return None
    return None if est_fini(brouillon, swisstime.today()) else brouillon


def lister(guichet, proprietaires: Iterable[str]) -> list[Brouillon]:
    """All brouillons of these owners, the last saved first."""
    return _lister(guichet, "", proprietaires)


def de_demarche(
    guichet, demarche_uid: str, proprietaires: Iterable[str]
) -> list[Brouillon]:
    """The brouillons of these owners for one démarche, the last saved first."""
    return _lister(guichet, demarche_uid, proprietaires)


def expire_le(brouillon: Brouillon) -> date:
    """The day on which it will be deleted if nothing is saved any more."""
    jours = (
        browser_draft_days() if est_navigateur(brouillon.proprietaire) else draft_days()
    )
    return fin(swisstime.local_date(brouillon.modifie), jours)


# --- writing ----------------------------------------------------------------------


def creer(
    guichet,
    demarche,
    *,
    id: str,
    proprietaire: str,
    version: str,
    questions: Mapping[str, str] | None = None,
    etapes: Mapping[str, str] | None = None,
    pour: PourAutrui | None = None,
) -> Brouillon:
    """Begin a brouillon; called again with the same id (a double click), give it back.

    ``questions`` are the labels of the questions by name, ``etapes`` the titles of the
    steps by id in their order: what can still be said of the answers when the démarche
    is gone. ``pour`` is for whom an agent fills it in.

    :raises IdPris: the id is that of something else, or no id
    :raises TropDeBrouillons: see there
    """
    uid = demarche.UID()
    magasin = magasin_de(guichet, faire=True)
    connu = magasin.get(id)
    if connu is not None:
        if (connu.proprietaire, connu.demarche_uid) == (proprietaire, uid):
            return connu
        raise IdPris(id)
    if not est_id(id) or not proprietaire or " " in proprietaire:
        raise IdPris(id)
    aujourdhui = swisstime.today()
    autres = magasin.de(proprietaire, uid)
    finis = [autre for autre in autres if est_fini(autre, aujourdhui)]
    au_plus = MAX_BROUILLONS if pour is None else MAX_SAISIES_AGENT
    if len(autres) - len(finis) >= au_plus:
        raise TropDeBrouillons(uid)
    for fini in finis:
        retirer(magasin, fini)
    brouillon = Brouillon(
        id=id,
        proprietaire=proprietaire,
        demarche_uid=uid,
        demarche_titre=demarche.title,
        version=version,
        cree=swisstime.now(),
        questions=questions,
        etapes=etapes,
    )
    if pour is not None:
        brouillon._pour = astuple(pour)
    magasin.ajouter(brouillon)
    return brouillon


def enregistrer(
    brouillon: Brouillon,
    *,
    saisies: Mapping[str, Any],
    etape: str | None = None,
    revision: int | None = None,
    secondes: int = 0,
    faites: Iterable[str] | None = None,
) -> bool:
    """Keep what was typed; whether anything was written.

    The given names are merged into what is there; None takes a name away. ``revision``
    is the one the page was made with. ``secondes`` is how long the person was active
    since the last save; alone it is no reason to write. ``faites`` replaces the ids of
    the complete steps.

    :raises BrouillonModifie: another tab or device has saved meanwhile, and this save
        would change an answer; an answer that is there already is none
    :raises TropLong: see there
    """
    ensemble = fusionner(brouillon.saisies, saisies)
    autre = ensemble != brouillon.saisies
    if autre and revision is not None and revision != brouillon.revision:
        raise BrouillonModifie(brouillon.revision, brouillon.modifie)
    changes: dict[str, Any] = {"saisies": ensemble} if autre else {}
    if etape is not None and etape != brouillon.etape:
        changes["etape"] = etape
    if faites is not None and frozenset(faites) != brouillon.faites:
        changes["faites"] = frozenset(faites)
    if not changes:
        return False
    now = swisstime.now()
    actives = secondes_actives(secondes, now - brouillon.modifie)
    changes |= {
        "debut": brouillon.debut or now,
        "modifie": now,
        "rappele": None,
        "revision": brouillon.revision + 1,
        "secondes": brouillon.secondes + actives,
    }
    _ecrire(brouillon, changes)
    return True


def preparer(
    brouillon: Brouillon, pour: PourAutrui, saisies: Mapping[str, Any]
) -> None:
    """Say (anew) for whom it is, and what is known from the beginning.

    No save: nobody has typed anything in the form yet.
    """
    changes: dict[str, Any] = {"_pour": astuple(pour)}
    if saisies:
        changes["saisies"] = fusionner(brouillon.saisies, saisies)
    _ecrire(brouillon, changes)


def joindre(brouillon: Brouillon, fichier: Fichier) -> None:
    """Attach a file; one of the same id is replaced.

    :raises TropDeFichiers: see there
    :raises TropDOctets: see there
    """
    autres = [f for f in brouillon.fichiers.values() if f.id != fichier.id]
    if len(autres) >= MAX_FICHIERS:
        raise TropDeFichiers(len(autres))
    octets = sum(autre.taille for autre in autres) + fichier.taille
    if octets > MAX_OCTETS:
        raise TropDOctets(octets)
    brouillon.fichiers[fichier.id] = fichier
    _vivant(brouillon)


def retirer_fichier(brouillon: Brouillon, id: str) -> None:
    """Take a file away; one that is not there is no error."""
    if brouillon.fichiers.pop(id, None) is not None:
        _vivant(brouillon)


def passer_a(
    brouillon: Brouillon,
    *,
    version: str,
    a_revoir: Iterable[str] = (),
    questions: Mapping[str, str] | None = None,
    etapes: Mapping[str, str] | None = None,
) -> None:
    """Move to another version of the form; ``a_revoir`` names what to look at again."""
    noms = dict.fromkeys((*brouillon.a_revoir, *a_revoir))
    _ecrire(brouillon, {"version": version, "a_revoir": tuple(noms)})
    brouillon.nommer(questions or brouillon.questions, etapes or brouillon.etapes)


def revu(brouillon: Brouillon, noms: Iterable[str]) -> None:
    """These answers were looked at again."""
    vus = set(noms)
    reste = tuple(nom for nom in brouillon.a_revoir if nom not in vus)
    _ecrire(brouillon, {"a_revoir": reste})


def noter_remplacements(
    brouillon: Brouillon, remplacements: Iterable[tuple[str, str, str]]
) -> None:
    """What the register knew better after an adoption was put in its place."""
    _ecrire(brouillon, {"remplacements": tuple(remplacements), "adopte": False})


def supprimer(guichet, brouillon: Brouillon) -> None:
    """Delete a brouillon; one that is gone is no error."""
    magasin = magasin_de(guichet)
    if magasin is not None and magasin.get(brouillon.id) is brouillon:
        retirer(magasin, brouillon)


def oublier(guichet, proprietaire: str) -> int:
    """Delete all brouillons of an owner; how many there were."""
    magasin = magasin_de(guichet)
    tous = [] if magasin is None else magasin.de(proprietaire)
    for brouillon in tous:
        retirer(magasin, brouillon)
    return len(tous)


def adopter(guichet, navigateur: str, compte_id: str) -> list[Brouillon]:
    """Give the brouillons of a browser to the compte that has logged in there.

    Nothing is lost, even when the compte then has more of a démarche than it may begin.
    """
    magasin = magasin_de(guichet)
    if magasin is None or not est_navigateur(navigateur):
        return []
    adoptes = _lister(guichet, "", (navigateur,))
    for brouillon in adoptes:
        magasin.donner(brouillon, compte_id)
        brouillon.adopte = True
    if adoptes:
        record("brouillon.adopter", subject=compte_id, nombre=str(len(adoptes)))
    return adoptes


def adopter_au_login(request, compte: Compte) -> None:
    """The browser of a request has just logged in: what it began goes along.

    Its cookie is of no use any more; whoever comes after the logout gets another one.
    """
    principal = navigateur(request)
    if principal is None:
        return
    guichet = cookie.guichet_de(request)
    if guichet is not None:
        adopter(guichet, principal, compte.id)
        cookie.effacer(request)


# --- the parts --------------------------------------------------------------------


def _lister(
    guichet, demarche_uid: str, proprietaires: Iterable[str]
) -> list[Brouillon]:
    magasin = magasin_de(guichet)
    if magasin is None:
        return []
    aujourdhui = swisstime.today()
    vivants = [
        brouillon
        for proprietaire in proprietaires
        for brouillon in magasin.de(proprietaire, demarche_uid)
        if not est_fini(brouillon, aujourdhui)
    ]
    return sorted(vivants, key=lambda brouillon: brouillon.modifie, reverse=True)


def est_fini(brouillon: Brouillon, aujourdhui: date) -> bool:
    """Whether its time is over; nobody finds it then, deleted or not yet."""
    return aujourdhui >= expire_le(brouillon)


def retirer(magasin: Brouillons, brouillon: Brouillon) -> None:
    """Take it out of the store.

    :raises KeyError: it is not there
    """
    magasin.retirer(brouillon)
    # Written, so that a save of the same moment conflicts and then finds nothing.
    brouillon.proprietaire = ""


def _ecrire(brouillon: Brouillon, changes: Mapping[str, Any]) -> None:
    for nom, valeur in changes.items():
        if getattr(brouillon, nom) != valeur:
            setattr(brouillon, nom, valeur)


def _vivant(brouillon: Brouillon) -> None:
    """A file keeps a brouillon alive; once a day, so that uploads do not meet."""
    now = swisstime.now()
    if swisstime.local_date(now) != swisstime.local_date(brouillon.modifie):
        _ecrire(brouillon, {"modifie": now, "rappele": None})


def magasin_de(guichet, *, faire: bool = False) -> Brouillons | None:
    """The store of a guichet; None as long as there is none and none is to be made."""
    annotations = IAnnotations(guichet)
    if faire and _KEY not in annotations:
        annotations[_KEY] = Brouillons()
    return annotations.get(_KEY)


def vider(guichet) -> None:
    """A guichet begins without brouillons, a copied one too."""
    IAnnotations(guichet)[_KEY] = Brouillons()
