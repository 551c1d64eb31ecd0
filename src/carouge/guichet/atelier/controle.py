"""The publication gate: what is wrong with the working copy of a démarche.

Errors close the gate, whichever way one publishes. Warnings can be accepted with a
reason, which is kept with the version.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.atteignable import chercher
from carouge.guichet.atelier.essais import usagers_possibles
from carouge.guichet.atelier.mots_problemes import en_mots
from carouge.guichet.atelier.mots_problemes import titre_de
from carouge.guichet.atelier.scenarios import rejouer_tous
from carouge.guichet.atelier.textes import fautes
from carouge.guichet.atelier.textes import textes_de
from carouge.guichet.demarche.service import fiche_of
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.formulaire.binding import FAITS_KEY
from carouge.guichet.formulaire.binding import source_of
from carouge.guichet.formulaire.compile import compile_draft
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import DEBUT
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.faits import MEMBRE
from carouge.guichet.formulaire.mots_conditions import choix_de
from carouge.guichet.formulaire.reglages import IJustificatif
from carouge.guichet.formulaire.service import regie_of
from carouge.guichet.regie.service import regies
from carouge.guichet.swisstime import today
from collections.abc import Iterator
from dataclasses import dataclass
from plone.namedfile.interfaces import INamedField
from plone.supermodel.interfaces import FIELDSETS_KEY
from urllib.parse import urlencode
from zope.schema.interfaces import IVocabularyTokenized


ERREUR = "erreur"
AVERTISSEMENT = "avertissement"


@dataclass(frozen=True)
class Probleme:
    """One thing to look at before publishing.

    ``niveau`` is ``erreur`` or ``avertissement``, ``message`` a message for the editor,
    ``lien`` the address below the démarche where it can be mended. ``sujet`` says of
    which question, step or text it is.
    """

    niveau: str
    code: str
    message: object
    lien: str
    sujet: str = ""

    @property
    def erreur(self) -> bool:
        return self.niveau == ERREUR

    @property
    def cle(self) -> str:
        """Names the problem for as long as it lasts."""
        return f"{self.code}:{self.sujet}" if self.sujet else self.code


def controler(demarche) -> list[Probleme]:
    """All problems of the working copy, the errors first."""
    form = None
    found = []
    if demarche.fields_model:
        try:
            form = compile_draft(demarche)
        except Exception:
            # A model that came in by another way can fail in any way.
            found.append(
                Probleme(
                    ERREUR,
                    "modele_illisible",
                    _("The form cannot be read."),
                    "@@versions",
                )
            )
    found += _textes_requis(demarche, form)
    if form is not None:
        found += _formulaire(demarche, form)
    return sorted(found, key=lambda one: not one.erreur)


def erreurs(demarche) -> list[Probleme]:
    """What closes the gate."""
    return [probleme for probleme in controler(demarche) if probleme.erreur]


def _formulaire(demarche, form: CompiledForm) -> Iterator[Probleme]:
    yield from _conditions(form)
    yield from _atteignable(demarche, form)
    yield from _reprises(form)
    yield from _questions(form)
    yield from _etapes(form)
    yield from _variables(demarche, form)
    yield from _scenarios(demarche)


# --- texts ----------------------------------------------------------------------


def _textes_requis(demarche, form: CompiledForm | None) -> Iterator[Probleme]:
    def manque(code, message, lien="edit"):
        return Probleme(AVERTISSEMENT, code, message, lien)

    if not (demarche.pour_qui or "").strip():
        yield manque("sans_pour_qui", _("Nothing is said about who may do this."))
    if demarche.lien_externe:
        return
    if service_by_uid(guichet_of(demarche), demarche.service) is None:
        yield manque(
            "sans_service",
            _("No service is in charge: nobody would receive the demandes."),
        )
    if not demarche.delai_jours:
        yield manque("sans_delai", _("The expected delay is missing."))
    if demarche.emolument and not regie_of(demarche) and regies():
        yield manque(
            "sans_regie",
            _("There is a fee, but no régie collects it: nobody is asked to pay here."),
        )
    if not demarche.pieces_requises and _has_pieces(form):
        yield manque(
            "sans_pieces_requises",
            _("The form asks for documents, but “What you need” names none."),
        )


def _has_pieces(form: CompiledForm | None) -> bool:
    return form is not None and any(map(_piece, form.questions.values()))


def _piece(question: Question) -> bool:
    champ = question.champ
    return IJustificatif.providedBy(champ) or INamedField.providedBy(champ)


def _variables(demarche, form: CompiledForm) -> Iterator[Probleme]:
    known = {*form.questions, *form.groupes}
    for texte in textes_de(demarche):
        for faute in fautes(texte, known):
            sujet = f"{texte.nom}.{faute.sujet}" if faute.sujet else texte.nom
            yield Probleme(ERREUR, faute.code, faute.message, texte.lien, sujet)


# --- the form -------------------------------------------------------------------


def _conditions(form: CompiledForm) -> Iterator[Probleme]:
    unreadable = {one.cible_nom for one in form.problemes if one.code == "illisible"}
    for probleme in form.problemes:
        # Said already, in other words.
        if probleme.cible_nom in unreadable and probleme.code != "illisible":
            continue
        yield Probleme(
            ERREUR,
            probleme.code,
            en_mots(probleme, form),
            lien_vers(probleme.cible_genre, probleme.cible_nom, form),
            f"{probleme.cible_genre}.{probleme.cible_nom}.{probleme.champ}",
        )
    for pas in form.plan.suite:
        for regle in pas.condition.regles if pas.condition else ():
            question = form.questions.get(regle.champ)
            choix = dict(choix_de(question.champ)) if question is not None else {}
            if not choix or not regle.valeur:
                continue
            values = (
                regle.valeur if isinstance(regle.valeur, tuple) else (regle.valeur,)
            )
            for value in values:
                if value not in choix:
                    yield Probleme(
                        AVERTISSEMENT,
                        "choix_inconnu",
                        _(
                            "The condition of “${cible}” names the answer “${valeur}”, "
                            "which “${question}” does not offer.",
                            mapping={
                                "cible": titre_de(pas.genre, pas.nom, form),
                                "valeur": value,
                                "question": question.titre,
                            },
                        ),
                        lien_vers(pas.genre, pas.nom, form),
                        f"{pas.genre}.{pas.nom}.{value}",
                    )


_JAMAIS = {
    "etape": _("Nobody can ever reach the step “${titre}”."),
    "groupe": _("Nobody can ever be shown the group “${titre}”."),
    "champ": _("Nobody can ever be shown the question “${titre}”."),
}
_INCERTAIN = {
    "etape": _("No way to reach the step “${titre}” was found; please check."),
    "groupe": _("No answers that show the group “${titre}” were found; please check."),
    "champ": _(
        "No answers that show the question “${titre}” were found; please check."
    ),
}


def _atteignable(demarche, form: CompiledForm) -> Iterator[Probleme]:
    usagers = usagers_possibles(fiche_of(demarche).conditions)
    bilan = chercher(form, usagers, today())
    hidden = {
        nom for genre, nom in (*bilan.jamais, *bilan.incertain) if genre == "etape"
    }
    for cibles, messages, certain in (
        (bilan.jamais, _JAMAIS, True),
        (bilan.incertain, _INCERTAIN, False),
    ):
        for genre, nom in cibles:
            # One message says enough about a step.
            if genre != "etape" and _etape_of(genre, nom, form) in hidden:
                continue
            yield Probleme(
                ERREUR if certain and genre == "etape" else AVERTISSEMENT,
                "inatteignable" if certain else "peut_etre_inatteignable",
                _(messages[genre], mapping={"titre": titre_de(genre, nom, form)}),
                lien_vers(genre, nom, form),
                f"{genre}.{nom}",
            )


def _etape_of(genre: str, nom: str, form: CompiledForm) -> str:
    if genre == "groupe":
        return form.groupes[nom].questions[0].etape
    return form.questions[nom].etape


def _reprises(form: CompiledForm) -> Iterator[Probleme]:
    for nom, source in form.schema.queryTaggedValue(FAITS_KEY, {}).items():
        question = form.questions.get(nom)
        if question is None:
            continue
        if source_of(form.schema, question.champ) is None:
            message = _(
                "“${titre}” cannot take its answer from the account: the kind of "
                "question does not fit, or this counter does not know “${source}”.",
                mapping={"titre": question.titre, "source": source},
            )
        elif source.startswith(MEMBRE) and form.membre_of(nom) is None:
            message = _(
                "“${titre}” takes its answer from a household member, but no question "
                "asks which one.",
                mapping={"titre": question.titre},
            )
        else:
            continue
        yield Probleme(
            AVERTISSEMENT, "reprise_impossible", message, f"fields/{nom}", nom
        )


def _questions(form: CompiledForm) -> Iterator[Probleme]:
    for etape in form.etapes:
        seen: set[str] = set()
        for question in etape.questions:
            if question.information:
                continue
            label = (question.titre or "").strip().casefold()
            if label in seen:
                yield Probleme(
                    AVERTISSEMENT,
                    "titre_en_double",
                    _(
                        "Two questions of the step “${etape}” are called “${titre}”.",
                        mapping={
                            "etape": titre_de("etape", etape.id, form),
                            "titre": question.titre,
                        },
                    ),
                    f"fields/{question.nom}",
                    question.nom,
                )
            seen.add(label)
            if _no_answers(question):
                yield Probleme(
                    ERREUR,
                    "choix_vide",
                    _(
                        "“${titre}” offers no answer to choose from.",
                        mapping={"titre": question.titre},
                    ),
                    f"fields/{question.nom}",
                    question.nom,
                )
            if question.requis and _no_way(question):
                yield Probleme(
                    ERREUR,
                    "piece_sans_moyen",
                    _(
                        "“${titre}” is required, but no way to hand it in is open.",
                        mapping={"titre": question.titre},
                    ),
                    f"fields/{question.nom}",
                    question.nom,
                )


def _no_answers(question: Question) -> bool:
    champ = getattr(question.champ, "value_type", None) or question.champ
    vocabulaire = getattr(champ, "vocabulary", None)
    # A list of the site, by its name, is not the form's.
    return IVocabularyTokenized.providedBy(vocabulaire) and not len(vocabulaire)


def _no_way(question: Question) -> bool:
    champ = question.champ
    return (
        IJustificatif.providedBy(champ)
        and not (champ.types and champ.max_fichiers)
        and not champ.par_poste
        and not champ.au_guichet
    )


def _etapes(form: CompiledForm) -> Iterator[Probleme]:
    filled = {etape.id for etape in form.etapes}
    for fieldset in form.schema.queryTaggedValue(FIELDSETS_KEY, []):
        if fieldset.__name__ not in filled:
            yield Probleme(
                AVERTISSEMENT,
                "etape_vide",
                _(
                    "The step “${titre}” has no question; nobody will see it.",
                    mapping={"titre": fieldset.label or fieldset.__name__},
                ),
                lien_vers("etape", fieldset.__name__, form),
                fieldset.__name__,
            )


def _scenarios(demarche) -> Iterator[Probleme]:
    for scenario, obtenu in rejouer_tous(demarche):
        if scenario.attendu != obtenu:
            yield Probleme(
                ERREUR,
                "scenario",
                _(
                    "The scenario “${nom}” does not end as expected any more.",
                    mapping={"nom": scenario.nom},
                ),
                f"@@scenarios#{scenario.id}",
                scenario.id,
            )


# --- where ----------------------------------------------------------------------


def lien_vers(genre: str, nom: str, form: CompiledForm) -> str:
    """Where it can be changed, below the address of the démarche."""
    if genre == "champ" and nom in form.questions:
        return f"fields/{nom}"
    if genre == "etape":
        return f"etape?{urlencode({'nom': '' if nom == DEBUT else nom})}"
    if genre == "groupe":
        return f"groupe?{urlencode({'nom': nom})}"
    # « etapes » alone is an attribute of a démarche.
    return "@@etapes" if genre == "prix" else "fields"
