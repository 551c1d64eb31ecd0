"""What the service asks for again, and the answer to it: the door of the complement.

While it is being given, the answer is a brouillon on the demande itself, one for the
citizen's side and one for the desk: whoever may see the demande there goes on with it, on
any device, until it is sent. Neither side sees that of the other.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.domain import nouvel_id
from carouge.guichet.compte.content import Compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.dossier import Complement
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.demarche.service import demarche_by_uid
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.dossier.correction import corriger
from carouge.guichet.dossier.correction import remplacer_pieces
from carouge.guichet.dossier.parcours import decoupe
from carouge.guichet.dossier.reduction import AUTRES
from carouge.guichet.dossier.reduction import ETAPE
from carouge.guichet.dossier.reduction import MOTS
from carouge.guichet.dossier.reduction import parcours_de
from carouge.guichet.dossier.reduction import ParcoursDeComplement
from carouge.guichet.dossier.reduction import Reduction
from carouge.guichet.dossier.reduction import reduire
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.answers import pieces_of
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.parcours import Erreur
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from functools import cached_property


PLUS_ATTENDU = _(
    "The service does not wait for an answer any more: the demande has moved on "
    "meanwhile. Nothing was sent. What you had written is kept below, so that you can "
    "copy it into a message."
)


class RienDemande(Exception):
    """The demande waits for no answer, or not for this one any more."""


class Incomplete(ValueError):
    """Something asked is missing or not valid; ``erreurs`` say what."""

    def __init__(self, erreurs: Sequence[Erreur]) -> None:
        super().__init__([error.cle for error in erreurs])
        self.erreurs = erreurs


# --- asking --------------------------------------------------------------------


def demander(
    demande: Demande,
    *,
    message: str,
    questions: Sequence[str] = (),
    documents: Sequence[str] = (),
    par: str,
) -> None:
    """Ask the citizen for these answers, pieces and further documents.

    ``questions`` are names of answers or groups, ``documents`` labels. The caller has
    checked who asks; unknown names are left out.

    :raises carouge.guichet.demande.service.TransitionRefused: not from this state
    :raises carouge.guichet.demande.service.MessageRequired: he must be told why
    """
    possible = demandables(demande)
    complement = Complement(
        message=message.strip(),
        questions=[nom for nom in questions if nom in possible],
        documents=[label.strip() for label in documents if label.strip()],
        date=swisstime.now(),
        par=par,
    )
    demande.ouvrir_dossier().complements.append(complement)
    move_demande(
        demande=demande,
        transition="demander_complement",
        actor=Actor.AGENT,
        message=message,
    )


def apercu(demande: Demande, questions: Sequence[str], documents: Sequence[str]):
    """What the citizen would see: the walk through a complement that is not asked yet.

    Without what his account knows today, and without what he has typed.
    """
    complement = Complement(
        message="",
        questions=questions,
        documents=documents,
        date=swisstime.now(),
        par="",
    )
    return _ouvrir(demande, complement, None).parcours


def demandables(demande: Demande) -> dict[str, str]:
    """What can be asked for again, by name with its label, in the order of the form.

    Groups stand before their rows. What a register or the counter has answered itself
    is no business of the citizen's.
    """
    form = reduire(demande, _vide(), _demarche(demande), None).form
    fixed = {fait.champ for fait in demande.faits if fait.verrouille}
    found: dict[str, str] = {}
    for reponse in demande.reponses:
        groupe, _rang, nom = decoupe(reponse.name)
        question = form.questions.get(nom)
        extension = form.extensions.get(nom)
        if reponse.name in fixed or (question is not None and question.calculee):
            continue
        if extension is not None and extension.serveur:
            continue
        if groupe in form.groupes:
            found.setdefault(groupe, form.groupes[groupe].titre)
        found[reponse.name] = reponse.label
    # Pieces that were asked for beside the form.
    for piece in demande.pieces:
        if piece.name != AUTRES:
            found.setdefault(piece.name, piece.label)
    return found


# --- answering -----------------------------------------------------------------


@dataclass(frozen=True)
class Ouverture:
    """A complement that waits for its answer, with what was typed so far on that side.

    ``compte`` is that of the demande when it is he who answers, None for anybody else.
    """

    demande: Demande
    complement: Complement
    reduction: Reduction
    compte: Compte | None
    demarche: object
    brouillon: Brouillon
    au_bureau: bool = False

    @property
    def garde(self) -> Brouillon | None:
        """The brouillon of this side; None as long as nothing was saved."""
        return getattr(self.complement, _cote(self.au_bureau))

    @cached_property
    def parcours(self) -> ParcoursDeComplement:
        return self.avec(self.brouillon.saisies)

    def avec(self, typed: Mapping[str, Saisie]) -> ParcoursDeComplement:
        """The same walk with other answers; nothing is written."""
        return parcours_de(
            self.demande,
            self.reduction,
            self.compte,
            self.demarche,
            typed,
            self.brouillon.fichiers,
        )


def ouvrir(
    demande: Demande, lecteur: Compte | None, *, au_bureau: bool = False
) -> Ouverture:
    """What the citizen is asked for, and what was typed so far; writes nothing.

    ``lecteur`` is the compte of whoever looks at it, None without login. Only to the one
    the demande belongs to his household and today's facts are shown; agents
    (``au_bureau``) have a brouillon of their own.

    :raises RienDemande: it waits for no answer
    """
    complement = demande.dossier.complement
    if demande.etat is not State.A_COMPLETER:
        raise RienDemande
    # None: it was asked before complements were kept.
    complement = complement or _vide()
    return _ouvrir(demande, complement, lecteur, au_bureau)


def _ouvrir(
    demande: Demande,
    complement: Complement,
    lecteur: Compte | None,
    au_bureau: bool = False,
) -> Ouverture:
    demarche = _demarche(demande)
    sien = lecteur is not None and lecteur.id == demande.usager_id
    compte = lecteur if sien and not au_bureau else None
    reduction = reduire(demande, complement, demarche, compte)
    brouillon = getattr(complement, _cote(au_bureau)) or Brouillon(
        id=nouvel_id(),
        proprietaire="",
        demarche_uid=demande.demarche_uid,
        demarche_titre=demande.demarche_titre,
        version=reduction.form.version,
        cree=swisstime.now(),
    )
    return Ouverture(
        demande, complement, reduction, compte, demarche, brouillon, au_bureau
    )


def message_de(demande: Demande) -> str:
    """What the service has written when it asked last; empty when it never did."""
    return next(
        (
            step.message
            for step in reversed(history(demande))
            if step.transition == "demander_complement"
        ),
        "",
    )


def changements(complement: Complement) -> list[tuple[str, str, str]]:
    """What an answer has changed: the question, its answer before and after."""
    before = {values[0]: Reponse(*values) for values in complement.avant}
    after = {values[0]: Reponse(*values) for values in complement.apres}
    found = []
    for nom in dict.fromkeys([*before, *after]):
        old, new = before.get(nom), after.get(nom)
        label = (new or old).label
        found.append((label, old.text if old else "", new.text if new else ""))
    return found


def commencer(ouverture: Ouverture) -> None:
    """Make the brouillon lasting; called before anything is written to it."""
    complement = ouverture.complement
    dossier = ouverture.demande.ouvrir_dossier()
    if dossier.complement is None:
        dossier.complements.append(complement)
    if ouverture.garde is None:
        setattr(complement, _cote(ouverture.au_bureau), ouverture.brouillon)


def noter(
    ouverture: Ouverture,
    saisies: Mapping[str, Saisie],
    *,
    revision: int | None = None,
) -> Ouverture:
    """Keep what was typed, right or wrong; what was not asked is left out.

    :raises carouge.guichet.brouillon.domain.BrouillonModifie: saved elsewhere since
    :raises carouge.guichet.brouillon.domain.TropLong: see there
    """
    commencer(ouverture)
    # Whom the owner had chosen, and not sent, would get the answers of another one.
    ignored = set(ouverture.brouillon.saisies) - set(ouverture.parcours.typed)
    kept = ouverture.avec(saisies).typed
    saisies = {**dict.fromkeys(ignored), **kept}
    brouillons.enregistrer(
        ouverture.brouillon,
        saisies=saisies,
        etape=ETAPE,
        revision=revision,
    )
    return replace(ouverture)


@dataclass(frozen=True)
class SupportDeComplement:
    """What files are attached to, see :mod:`carouge.guichet.formulaire.televersement`."""

    ouverture: Ouverture

    @property
    def brouillon(self) -> Brouillon:
        commencer(self.ouverture)
        return self.ouverture.brouillon

    def parcours(self) -> ParcoursDeComplement:
        return replace(self.ouverture).parcours

    def noter(self, etape: str, saisies: Mapping[str, Saisie]) -> None:
        noter(self.ouverture, saisies)


def repondre(ouverture: Ouverture, acteur: Actor, envoi: str = "") -> None:
    """Put the answers into the demande and hand it back to the service.

    The former answers are kept on the complement, the former pieces beside the new.
    ``envoi`` names this sending, for :func:`deja_repondu`.

    :raises Incomplete: something is missing or not valid; nothing was written
    :raises RienDemande: the demande has moved on meanwhile
    """
    demande, complement = ouverture.demande, ouverture.complement
    if demande.etat is not State.A_COMPLETER or complement.repondu:
        raise RienDemande
    parcours = ouverture.parcours
    erreurs = parcours.erreurs(ouverture.reduction.etape)
    if erreurs:
        raise Incomplete(erreurs)
    mots = str(parcours.lu(parcours.form.questions[MOTS]).valeur or "").strip()
    corriger(complement, parcours)
    remplacer_pieces(demande, pieces_of(parcours))
    complement.envoi = envoi
    try:
        move_demande(
            demande=demande,
            transition="completer",
            actor=acteur,
            message=mots or in_words(_("What was asked for has been given.")),
        )
    except TransitionRefused as error:
        raise RienDemande from error


def deja_repondu(demande: Demande, envoi: str) -> bool:
    """Whether the answer that came last was this very sending (a double click)."""
    last = demande.dossier.complements[-1:]
    return bool(envoi and last and last[0].repondu and last[0].envoi == envoi)


# --- the parts -----------------------------------------------------------------


def _vide() -> Complement:
    """What is asked where nothing in particular is."""
    complement = Complement(message="", date=swisstime.now(), par="")
    # The same on each page, as long as it is not kept.
    complement.id = ""
    return complement


def _demarche(demande: Demande):
    return demarche_by_uid(guichet_of(demande), demande.demarche_uid)


def _cote(au_bureau: bool) -> str:
    return "brouillon_du_bureau" if au_bureau else "brouillon"
