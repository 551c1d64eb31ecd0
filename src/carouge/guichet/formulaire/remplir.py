"""Filling in a form: from the first answer to the demande.

The pages, the REST service and nobody else call these functions. They decide what may
be begun, kept and submitted; what is asked and whether it is answered is known by
:class:`~carouge.guichet.formulaire.parcours.Parcours`.
"""

from __future__ import annotations

from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.domain import est_id
from carouge.guichet.brouillon.domain import PourAutrui
from carouge.guichet.brouillon.domain import TropLong
from carouge.guichet.compte.content import Compte
from carouge.guichet.demande.service import Submission
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.versions import modele_publie
from carouge.guichet.demarche.versions import version_par_hash
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire import turnstile
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.anterieur import forme_anterieure
from carouge.guichet.formulaire.au_guichet import canal_de
from carouge.guichet.formulaire.au_guichet import compte_de
from carouge.guichet.formulaire.au_guichet import gate_de
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.compteurs import compter_depot
from carouge.guichet.formulaire.compteurs import compter_erreurs
from carouge.guichet.formulaire.compteurs import compter_etape
from carouge.guichet.formulaire.compteurs import compter_validation
from carouge.guichet.formulaire.domain import Jeton
from carouge.guichet.formulaire.domain import LIFETIME
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.parcours import Erreur
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.rebase import ARevoir
from carouge.guichet.formulaire.rebase import reprendre_version
from carouge.guichet.formulaire.service import deposit
from carouge.guichet.formulaire.service import find_deposit
from carouge.guichet.formulaire.service import NotAvailable
from carouge.guichet.formulaire.service import stable_jeton
from carouge.guichet.swisstime import now
from carouge.guichet.swisstime import today
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count

import hashlib
import json


#: Answers longer than this, as JSON, are more than a person types (characters).
LONGUES = 64 * 1024


class Incomplet(Exception):
    """Something asked is not answered yet; ``etapes`` are the steps concerned."""

    def __init__(self, parcours: Parcours, etapes: Sequence[Etape]) -> None:
        super().__init__([etape.id for etape in etapes])
        self.parcours = parcours
        self.etapes = etapes


# --- beginning -----------------------------------------------------------------


def brouillon_id(jeton: Jeton, proprietaire: str = "", fois: int = 0) -> str:
    """The id of the brouillon that a page's first save makes; always the same.

    ``fois`` counts the brouillons of the same page that were submitted already.
    """
    seed = b"brouillon:" + jeton.secret + proprietaire.encode()
    return hashlib.sha256(seed + (b":%d" % fois if fois else b"")).hexdigest()[:32]


def id_libre(demarche, jeton: Jeton, proprietaire: str) -> str:
    """The id of the brouillon of a page; another one after that was submitted.

    What somebody sends with the page of a demande that he has made is a new demande.
    The id opens the confirmation: who has had the page before its owner cannot know it.
    """
    ids = (brouillon_id(jeton, proprietaire, fois) for fois in count())
    return next(id for id in ids if deja_depose(demarche, id) is None)


def commencer(
    demarche,
    id: str,
    proprietaire: str,
    donnee: str = "",
    version: str = "",
    pour: PourAutrui | None = None,
) -> Brouillon:
    """Begin a brouillon; the same id is the same one.

    ``donnee`` is the fact a request for correction is about. ``version`` names the form
    the page was made of, the present one when empty. ``pour`` is for whom an agent
    begins.

    :raises carouge.guichet.brouillon.service.TropDeBrouillons: too many of them
    """
    form = compile_form(demarche)
    form = forme_anterieure(demarche, version, form) or form
    brouillon = brouillons.creer(
        guichet_of(demarche),
        demarche,
        id=id,
        proprietaire=proprietaire,
        version=form.version,
        pour=pour,
        **_libelles(form),
    )
    if not brouillon.revision:
        compter_etape(demarche, form.version, form.etapes[0].id)
    if donnee and not brouillon.donnee:
        brouillon.donnee = donnee
    return brouillon


def _libelles(form: CompiledForm) -> dict[str, dict[str, str]]:
    """What can still be said of a brouillon when its démarche is gone."""
    return {
        "questions": {
            question.nom: in_words(question.titre)
            for question in form.questions.values()
        },
        "etapes": {etape.id: etape.titre for etape in form.etapes},
    }


# --- reading -------------------------------------------------------------------


@dataclass(frozen=True)
class Ouvert:
    """A brouillon as it stands with the present form, for the present person.

    ``a_revoir`` tells what a new version of the form has made of the answers.
    """

    brouillon: Brouillon
    parcours: Parcours
    a_revoir: tuple[ARevoir, ...] = ()

    @cached_property
    def faites(self) -> frozenset[str]:
        """Ids of the steps that were finished and still are."""
        return frozenset(
            etape.id
            for etape in self.parcours.etapes
            if etape.id in self.brouillon.faites and not self.parcours.erreurs(etape)
        )

    @property
    def suite(self) -> Etape | None:
        """The first step that is not finished; None when all are."""
        return next(
            (etape for etape in self.parcours.etapes if etape.id not in self.faites),
            None,
        )

    @cached_property
    def remplacements(self) -> tuple[tuple[str, str, str], ...]:
        """What the register knew better than the person: label, typed, confirmed."""
        known = {label for label, _typed, _confirmed in self.brouillon.remplacements}
        return (
            *self.brouillon.remplacements,
            *(item for item in self.remplaces().values() if item[0] not in known),
        )

    def remplaces(self) -> dict[str, tuple[str, str, str]]:
        """Answers from before a login that the register has replaced, by name."""
        found = {}
        parcours = self.parcours
        for nom, question in parcours.form.questions.items():
            typed = self.brouillon.saisies.get(nom)
            verrou = parcours.verrou(question) if typed else None
            if verrou is None or question.groupe is not None:
                continue
            try:
                valeur = question.genre.lire(question.champ, typed, parcours.contexte)
                text = question.genre.mots(question.champ, valeur, in_words)
            except Illisible:
                valeur, text = None, str(typed)
            if valeur != verrou.value:
                found[nom] = (in_words(question.titre), text, verrou.text)
        return found


def contexte_de(
    compte: Compte | None, brouillon: Brouillon | None = None, donnee: str = ""
) -> Contexte:
    """Who fills in a form, today, with the files of a brouillon."""
    if brouillon is None:
        return Contexte(compte, today(), {}, donnee)
    canal = canal_de(brouillon)
    return Contexte(compte, today(), brouillon.fichiers, brouillon.donnee, canal)


def ouvrir(demarche, brouillon: Brouillon, form: CompiledForm | None = None) -> Ouvert:
    """The brouillon with the form as it is now; writes nothing."""
    form = form or compile_form(demarche)
    saisies, a_revoir = _saisies(demarche, brouillon, form)
    contexte = contexte_de(compte_de(brouillon), brouillon)
    return Ouvert(
        brouillon, Parcours(form, saisies, contexte, demarche), tuple(a_revoir)
    )


def _saisies(
    demarche, brouillon: Brouillon, form: CompiledForm
) -> tuple[Mapping[str, Saisie], Sequence[ARevoir]]:
    if brouillon.version == form.version:
        return brouillon.saisies, [
            ARevoir(libelle=in_words(form.questions[nom].titre), texte="", nom=nom)
            for nom in brouillon.a_revoir
            if nom in form.questions
        ]
    earlier = version_par_hash(demarche, brouillon.version)
    model = (
        modele_publie(demarche) if earlier is None else earlier.contenu["fields_model"]
    )
    contexte = contexte_de(compte_de(brouillon), brouillon)
    return reprendre_version(model, form, brouillon.saisies, contexte)


# --- writing -------------------------------------------------------------------


def noter(
    demarche,
    brouillon: Brouillon,
    etape: str,
    saisies: Mapping[str, Saisie],
    *,
    revision: int | None = None,
    secondes: int = 0,
) -> Ouvert:
    """Keep what was typed in a step, right or wrong.

    ``revision`` is the one the answers were typed over.

    :raises carouge.guichet.brouillon.service.BrouillonModifie: saved elsewhere since
    :raises carouge.guichet.brouillon.domain.TropLong: too long, or too long too often
    """
    ouvert = ouvrir(demarche, brouillon)
    form = ouvert.parcours.form
    moved = brouillon.version != form.version
    if moved:
        saisies = {
            **dict.fromkeys(brouillon.saisies),
            **ouvert.parcours.saisies,
            **saisies,
        }
    _compter_longues(brouillon, saisies)
    replaced = ouvert.remplaces() if brouillon.adopte else {}
    # One save: a second one would have another revision.
    brouillons.enregistrer(
        brouillon,
        saisies={**saisies, **dict.fromkeys(replaced)},
        etape=etape,
        revision=revision,
        secondes=secondes,
    )
    if brouillon.adopte:
        brouillons.noter_remplacements(brouillon, replaced.values())
    if moved:
        brouillons.passer_a(
            brouillon,
            version=form.version,
            a_revoir=[item.nom for item in ouvert.a_revoir if item.nom],
            **_libelles(form),
        )
    return ouvrir(demarche, brouillon)


def noter_comme_avant(
    brouillon: Brouillon,
    etape: str,
    saisies: Mapping[str, Saisie],
    *,
    revision: int | None,
    secondes: int,
) -> None:
    """Keep what was typed on a page of the brouillon's own, earlier version.

    :raises carouge.guichet.brouillon.service.BrouillonModifie: saved elsewhere since
    :raises carouge.guichet.brouillon.domain.TropLong: too long, or too long too often
    """
    _compter_longues(brouillon, saisies)
    brouillons.enregistrer(
        brouillon, saisies=saisies, etape=etape, revision=revision, secondes=secondes
    )


def _compter_longues(brouillon: Brouillon, saisies: Mapping[str, Saisie]) -> None:
    """Each save writes all answers anew: long ones count as files do."""
    longueur = len(json.dumps({**brouillon.saisies, **saisies}, default=str))
    if longueur <= LONGUES:
        return
    try:
        limites.compter_octets(longueur)
    except limites.TropVite as error:
        raise TropLong(longueur) from error


def valider(demarche, ouvert: Ouvert, etape: Etape) -> list[Erreur]:
    """Finish a step, unless something is wrong in it; returns what is.

    Answers to questions that are not asked any more are forgotten.
    """
    brouillon, parcours = ouvert.brouillon, ouvert.parcours
    version = parcours.form.version
    errors = parcours.erreurs(etape)
    if errors:
        names = [error.question.nom for error in errors if error.question is not None]
        compter_erreurs(demarche, version, names)
        return errors
    if etape.id not in brouillon.faites:
        compter_validation(demarche, version, etape.id)
        following = parcours.suivante(etape.id)
        if following is not None:
            compter_etape(demarche, version, following.id)
    brouillons.enregistrer(
        brouillon,
        saisies={**dict.fromkeys(brouillon.saisies), **parcours.visibles()},
        faites=brouillon.faites | {etape.id},
    )
    brouillons.revu(brouillon, [question.nom for question in etape.questions])
    return []


def deposer(demarche, brouillon: Brouillon) -> Submission:
    """Make the demande of a brouillon, which is gone afterwards.

    Called again for the same brouillon it gives the same demande, through
    :func:`deja_depose`.

    :raises Incomplet: something is not answered
    :raises NotAvailable: closed, suspended, or not for this usager
    """
    gate = gate_de(demarche, brouillon)
    if not gate.open:
        raise NotAvailable(gate)
    ouvert = ouvrir(demarche, brouillon)
    missing = [
        etape for etape in ouvert.parcours.etapes if etape.id not in ouvert.faites
    ]
    if missing:
        raise Incomplet(ouvert.parcours, missing)
    jeton = jeton_de(demarche, brouillon.id)
    submission = deposit(demarche, ouvert.parcours, jeton, brouillon.pour)
    compter_depot(demarche, ouvert.parcours.form.version, brouillon.secondes)
    brouillons.supprimer(guichet_of(demarche), brouillon)
    return submission


def attendre_son_tour(demarche, id: str, proprietaires) -> Brouillon | None:
    """Wait for other submissions, then find the brouillon anew; None when it is gone.

    Begins a new transaction: nothing may have been written before in this request.
    """
    turnstile.enter()
    return brouillons.trouver(guichet_of(demarche), id, proprietaires)


def jeton_de(demarche, id: str) -> Jeton:
    """The jeton of what a brouillon becomes.

    No caller's ``Idempotency-Key`` holds a slash: keys may be guessed, ids are not, and
    an id alone is told number and code.
    """
    return stable_jeton(demarche, f"brouillon/{id}")


def deja_depose(demarche, id: str) -> Submission | None:
    """The demande that a brouillon has become, if it has."""
    if not est_id(id):
        return None
    return find_deposit(demarche, jeton_de(demarche, id))


def depot_recent(demarche, id: str) -> Submission | None:
    """The same, as long as the id opens it: it stays in the history of the browser."""
    submission = deja_depose(demarche, id)
    if submission is None or now() > submission.demande.depot + LIFETIME:
        return None
    return submission
