"""The door of the counter: for whom an agent fills in a form, and which one."""

from __future__ import annotations

from carouge.guichet.access.service import check_access
from carouge.guichet.access.service import usager_of
from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.domain import PourAutrui
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.noms import meme_famille
from carouge.guichet.compte.noms import meme_prenom
from carouge.guichet.compte.saisie import InvalidValue
from carouge.guichet.compte.saisie import one_line
from carouge.guichet.compte.saisie import parse_facts
from carouge.guichet.compte.saisie import Problem
from carouge.guichet.compte.service import born_on
from carouge.guichet.compte.service import get_compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.domain import DemarcheFiche
from carouge.guichet.demarche.service import find_demarche
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.formulaire.labels import COUNTER_REASONS
from carouge.guichet.formulaire.saisir import commencer_pour
from carouge.guichet.journal.service import record
from carouge.guichet.sealed import InvalidSeal
from carouge.guichet.sealed import seal
from carouge.guichet.sealed import unseal
from carouge.guichet.swisstime import now
from carouge.guichet.swisstime import today
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import replace
from datetime import date
from datetime import timedelta
from itertools import islice

import json
import secrets


#: No more people have one name and one birth date.
MOST = 10
#: Démarches that are shown for a search.
MOST_DEMARCHES = 20
#: A page of the counter may lie open that long.
LIFETIME = timedelta(hours=12)
_LENGTH = 8192

#: How an agent can know who it is, by how the demande comes.
CONTROLES: dict[Canal, tuple[Controle, ...]] = {
    Canal.GUICHET: (Controle.PIECE_IDENTITE, Controle.CONNU, Controle.AUCUN),
    Canal.TELEPHONE: (Controle.QUESTIONS, Controle.CONNU, Controle.AUCUN),
    Canal.COURRIER: (
        Controle.SIGNATURE,
        Controle.PIECE_IDENTITE,
        Controle.CONNU,
        Controle.AUCUN,
    ),
}

#: What is asked of somebody without account, and of an organisation.
PERSONNE = ("nom", "prenom", "date_naissance")
ORGANISATION = ("raison_sociale", "ide")
AVIS = ("courriel", "telephone", "rue", "npa", "localite")


class PageVieille(ValueError):
    """What the page held cannot be used any more: one begins again."""


class PasTrouve(LookupError):
    """There is no such account, or it is not the one that was looked for."""


class ControleRequis(ValueError):
    """Without a check of the identity this is done for nobody."""


class Impossible(ValueError):
    """The démarche cannot be done today, or not here."""


# --- for whom --------------------------------------------------------------------


@dataclass(frozen=True)
class Recherche:
    """Whom an agent looks for; ``prenom`` may be empty."""

    nom: str
    prenom: str
    naissance: date


def lire_recherche(
    form: Mapping[str, object],
) -> tuple[Recherche | None, dict[str, Problem]]:
    """What was typed into the search; None with the problems by field."""
    good, problems = _lire(form, PERSONNE, ("nom", "date_naissance"))
    if problems:
        return None, problems
    born = date.fromisoformat(good["date_naissance"])
    return Recherche(good["nom"], good["prenom"], born), {}


def chercher(recherche: Recherche) -> list[Compte]:
    """The accounts of that name and birth date, told to the journal; never a listing.

    A person has one, and one more for each organisation he acts for.
    """
    found = _trouver(recherche)
    record("compte.chercher", subject=str(len(found)))
    return found


def choisir(recherche: Recherche, compte_id: str) -> PourAutrui:
    """The form will be filled in for one of those who were found.

    :raises PasTrouve: he was not
    """
    compte = next((one for one in _trouver(recherche) if one.id == compte_id), None)
    if compte is None:
        raise PasTrouve(compte_id)
    record("compte.consulter", subject=compte.id)
    return _pour_compte(compte)


def lire_identite(
    form: Mapping[str, object], organisation: bool
) -> tuple[PourAutrui | None, dict[str, Problem]]:
    """What was typed of somebody without account; None with the problems by field."""
    names = ORGANISATION if organisation else PERSONNE
    required = ("raison_sociale",) if organisation else PERSONNE
    good, problems = _lire(form, (*names, *AVIS), required)
    # A letter that does not arrive is none.
    given = [name for name in ("rue", "npa", "localite") if good.get(name)]
    if given and not problems:
        for name in ("npa", "localite"):
            if not good[name]:
                problems[name] = Problem.REQUIRED
    if problems:
        return None, problems
    pour = PourAutrui(
        canal="",
        controle="",
        organisation=organisation,
        nom=good["raison_sociale"] if organisation else good["nom"],
        prenom="" if organisation else good["prenom"],
        naissance="" if organisation else good["date_naissance"],
        ide=good["ide"] if organisation else "",
        **{name: good[name] for name in AVIS},
    )
    return pour, {}


def encore(demande: Demande) -> PourAutrui:
    """The same person as in a demande that was entered before."""
    identite = demande.identite
    rue, _line, lieu = identite.adresse.rpartition("\n")
    npa, _space, localite = lieu.partition(" ")
    return PourAutrui(
        canal=demande.canal,
        controle=identite.controle,
        compte=demande.usager_id or "",
        nom=identite.nom,
        prenom=identite.prenom,
        naissance=identite.naissance,
        ide=identite.ide,
        organisation=not identite.naissance,
        courriel="" if demande.usager_id else demande.courriel or "",
        telephone=identite.telephone,
        rue=rue,
        npa=npa,
        localite=localite,
    )


def _trouver(recherche: Recherche) -> list[Compte]:
    found = (
        compte
        for compte in born_on(recherche.naissance)
        if not (compte.local is not None and compte.local.refuse)
        and _repond(compte, recherche)
    )
    chosen = islice(found, MOST)
    return sorted(chosen, key=lambda one: (one.organisation is not None, one.id))


def _repond(compte: Compte, recherche: Recherche) -> bool:
    names = (compte.value("nom"), compte.value("nom_naissance"))
    if not meme_famille(recherche.nom, names):
        return False
    return not recherche.prenom or meme_prenom(recherche.prenom, compte.value("prenom"))


def _pour_compte(compte: Compte) -> PourAutrui:
    organisation = compte.organisation
    if organisation is not None:
        return PourAutrui(
            canal="",
            controle="",
            compte=compte.id,
            nom=organisation.name,
            ide=organisation.uid,
            organisation=True,
        )
    return PourAutrui(
        canal="",
        controle="",
        compte=compte.id,
        nom=compte.value("nom"),
        prenom=compte.value("prenom"),
        naissance=compte.value("date_naissance"),
    )


def _lire(
    form: Mapping[str, object], names: tuple[str, ...], required: tuple[str, ...]
) -> tuple[dict[str, str], dict[str, Problem]]:
    typed = {name: form.get(name) or "" for name in names}
    # Somebody who writes from abroad has another postcode.
    npa = typed.pop("npa", "")
    good, problems = parse_facts(typed, today())
    try:
        good["npa"] = one_line(npa if isinstance(npa, str) else "", "npa")
    except InvalidValue as error:
        problems["npa"] = error.problem
    for name in required:
        if name not in problems and not good[name]:
            problems[name] = Problem.REQUIRED
    return good, problems


# --- what the pages carry ----------------------------------------------------------


@dataclass(frozen=True)
class Etat:
    """For whom, and the key of the next brouillon; the page carries it, sealed."""

    pour: PourAutrui
    cle: str


def nouvel_etat(pour: PourAutrui) -> Etat:
    """The state of a page that lets an agent choose a démarche."""
    return Etat(pour, secrets.token_hex(16))


def sceller(guichet, agent: str, etat: Etat) -> str:
    """Fit for a hidden field of a page of that agent (user id)."""
    content = json.dumps({"cle": etat.cle, "pour": asdict(etat.pour)})
    return seal(_purpose(guichet, agent), content.encode())


def desceller(guichet, agent: str, text: str) -> Etat:
    """
    :raises PageVieille: too old, of somebody else, or not ours
    """
    purpose = _purpose(guichet, agent)
    try:
        content = json.loads(unseal(purpose, text, LIFETIME, max_length=_LENGTH))
    except InvalidSeal as error:
        raise PageVieille from error
    pour = PourAutrui(**content["pour"])
    if pour.compte and get_compte(pour.compte) is None:
        raise PageVieille(pour.compte)
    return Etat(pour, content["cle"])


def _purpose(guichet, agent: str) -> str:
    return f"saisie {guichet.UID()} {agent}"


# --- how, and which démarche ---------------------------------------------------------


def avec_venue(pour: PourAutrui, venue: str) -> PourAutrui:
    """The same with how the demande comes and how the identity was checked.

    ``venue`` is ``<canal>-<controle>``. Who has an account is not spoken for without a
    check.

    :raises ControleRequis: nothing was chosen, or it does not fit
    """
    canal, _dash, controle = venue.partition("-")
    known = {(one.value, how.value) for one, hows in CONTROLES.items() for how in hows}
    if (canal, controle) not in known:
        raise ControleRequis("")
    if pour.compte and controle == Controle.AUCUN.value:
        raise ControleRequis(pour.compte)
    return replace(pour, canal=canal, controle=controle)


@dataclass(frozen=True)
class Proposee:
    """A démarche as the counter offers it.

    ``possible``: its form can be filled in today. ``refus`` says why this person could
    not do it online, None when he could; ``a_nous`` that the agent's own service gets
    the demande, ``service`` is the UID of the one that does.
    """

    fiche: DemarcheFiche
    possible: bool
    refus: object
    a_nous: bool

    @property
    def service(self) -> str:
        return self.fiche.service_uid


def proposer(
    guichet, pour: PourAutrui, texte: str, services: Mapping[str, str]
) -> list[Proposee]:
    """The published démarches that answer to a search, best first.

    Without a search those of the agent's own ``services`` (UIDs).
    """
    catalogue = get_catalogue(guichet)
    if texte:
        fiches = [fiche for fiche, _hit in catalogue.search(texte, MOST_DEMARCHES)]
    else:
        fiches = [
            fiche
            for fiche in catalogue.by_uid.values()
            if fiche.service_uid in services
            and fiche.availability(today()) is Availability.OPEN
        ]
    compte = get_compte(pour.compte) if pour.compte else None
    return [_proposee(fiche, compte, services) for fiche in fiches]


def commencer(guichet, agent: str, etat: Etat, uid: str) -> tuple[object, Brouillon]:
    """Begin the entry of a démarche (UID); returns the démarche and the brouillon.

    Whoever proves nothing may only have done for him what everybody may do online.

    :raises PasTrouve: there is no such démarche
    :raises Impossible: it is closed or suspended today, or has no form
    :raises ControleRequis: it asks for an account, and the identity was not checked
    :raises carouge.guichet.brouillon.service.TropDeBrouillons: too many are open
    """
    fiche = get_catalogue(guichet).by_uid.get(uid)
    demarche = None if fiche is None else find_demarche(guichet, fiche.path)
    if demarche is None:
        raise PasTrouve(uid)
    if fiche.availability(today()) is not Availability.OPEN:
        raise Impossible(uid)
    unchecked = etat.pour.controle == Controle.AUCUN.value
    if unchecked and not fiche.conditions.open:
        raise ControleRequis(uid)
    owner = brouillons.agent(guichet)
    return demarche, commencer_pour(demarche, etat.cle, owner, etat.pour)


def en_cours(guichet) -> list[Brouillon]:
    """What the agent has begun for other people, the last saved first."""
    owner = brouillons.agent(guichet)
    return [] if owner is None else brouillons.lister(guichet, (owner,))


def _proposee(
    fiche: DemarcheFiche, compte: Compte | None, services: Mapping[str, str]
) -> Proposee:
    refus = None
    if compte is not None:
        decision = check_access(fiche.conditions, usager_of(compte, now()))
        refus = None if decision.allowed else COUNTER_REASONS[decision.reason]
    return Proposee(
        fiche=fiche,
        possible=fiche.availability(today()) is Availability.OPEN,
        refus=refus,
        a_nous=fiche.service_uid in services,
    )
