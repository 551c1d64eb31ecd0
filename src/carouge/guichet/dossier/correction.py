"""What becomes of a demande when its citizen has corrected it."""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.domain import Source
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.controle import surveiller
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.dossier import Complement
from carouge.guichet.demande.traitement import consigner
from carouge.guichet.dossier.parcours import decoupe
from carouge.guichet.dossier.parcours import ParcoursDeDemande
from carouge.guichet.dossier.reduction import AUTRES
from carouge.guichet.dossier.reduction import avant_de
from carouge.guichet.dossier.reduction import ETAPE
from carouge.guichet.dossier.reduction import ParcoursDeComplement
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.answers import reponses_of
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.prefill import origin_of
from collections.abc import Collection
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import astuple
from dataclasses import dataclass
from dataclasses import replace
from datetime import datetime


def corriger(complement: Complement, parcours: ParcoursDeComplement) -> None:
    """Replace the answers, and note in the history which ones.

    ``parcours`` is the complement with what was typed, complete and valid. The former
    answers are kept on the complement.
    """
    demande, reduction, typed = parcours.demande, parcours.reduction, parcours.typed
    former = {reponse.name: reponse for reponse in demande.reponses}
    present = ParcoursDeDemande(
        reduction.form, demande, parcours.contexte.compte, parcours.demarche
    )
    complet = ParcoursDeDemande(
        reduction.form,
        demande,
        parcours.contexte.compte,
        parcours.demarche,
        ouvertes=reduction.ouvertes,
        plates=reduction.plates,
        typed=typed,
        fichiers=parcours.contexte.fichiers,
        avant=avant_de(reduction, typed),
    )
    reponses = fusion(
        demande.reponses,
        reponses_of(complet),
        visibles=_noms(present),
        ouvertes=reduction.ouvertes | _calculees(complet),
        retenues=_retenues(complet),
    )
    synthetiques = _synthetiques(parcours, former)
    reponses = [synthetiques.get(one.name, one) for one in reponses]
    after = {reponse.name: reponse for reponse in reponses}
    changed = [
        nom
        for nom in dict.fromkeys([*former, *after])
        if _dit(former.get(nom)) != _dit(after.get(nom))
    ]
    if not changed:
        return
    complement.avant = tuple(astuple(former[nom]) for nom in changed if nom in former)
    complement.apres = tuple(astuple(after[nom]) for nom in changed if nom in after)
    demande._reponses = tuple(astuple(reponse) for reponse in reponses)
    _suivre_faits(complet, {nom: after.get(nom) for nom in changed})
    labels = [(after.get(nom) or former[nom]).label for nom in changed]
    consigner(demande, "reponses_corrigees", questions=", ".join(labels))


@dataclass(frozen=True)
class Ancienne:
    """What was answered to a question before a correction.

    ``texte`` is None when the question was not asked before; ``date`` is when it was
    corrected, aware.
    """

    question: str
    texte: str | None
    date: datetime


def anciennes_reponses(demande: Demande) -> dict[str, list[Ancienne]]:
    """The former answers by name of their question, the last correction first.

    A name that no answer of the demande has any more is that of a question the
    correction has taken away.
    """
    found: dict[str, list[Ancienne]] = {}
    for complement in reversed(demande.dossier.complements):
        avant = {values[0]: Reponse(*values) for values in complement.avant}
        apres = {values[0]: Reponse(*values) for values in complement.apres}
        for nom in dict.fromkeys([*avant, *apres]):
            old = avant.get(nom)
            found.setdefault(nom, []).append(
                Ancienne(
                    (old or apres[nom]).label,
                    old.text if old is not None else None,
                    complement.repondu,
                )
            )
    return found


def fusion(
    anciennes: Sequence[Reponse],
    nouvelles: Sequence[Reponse],
    *,
    visibles: Collection[str],
    ouvertes: Collection[str],
    retenues: Collection[str] = (),
) -> list[Reponse]:
    """The answers of a demande after a correction, in the order of its form.

    ``nouvelles`` are those of the whole form as it is now, ``visibles`` the names it
    showed before. What may not be changed stays word for word, and so do ``retenues``,
    names among what is open; what the corrections have hidden goes; what the form at
    hand never knew stays where it was.
    """
    before = {reponse.name: reponse for reponse in anciennes}

    def may_change(name: str) -> bool:
        return name in ouvertes or decoupe(name)[0] in ouvertes

    def of(reponse: Reponse) -> Reponse:
        name = reponse.name
        if name not in before or (may_change(name) and name not in retenues):
            return reponse
        # The row it stands in may have another number now.
        return (
            replace(before[name], label=reponse.label)
            if name in retenues
            else before[name]
        )

    merged = [
        of(reponse)
        for reponse in nouvelles
        # What the form at hand asks beside, and nobody was asked then, stays away.
        if reponse.name in before
        or may_change(reponse.name)
        or reponse.name not in visibles
    ]
    names = {reponse.name for reponse in merged}
    place = 0
    for reponse in anciennes:
        if reponse.name in names:
            place = 1 + next(
                i for i, one in enumerate(merged) if one.name == reponse.name
            )
        elif reponse.name not in visibles:
            merged.insert(place, reponse)
            place += 1
    return merged


def _calculees(complet: ParcoursDeDemande) -> set[str]:
    """Names of what the counter computes itself, if it computes as it did then."""
    form = complet.form
    if complet.demande.form_version != form.version:
        return set()
    return {
        cle_de(question, groupe, rang)
        for etape in complet.etapes
        for question, groupe, rang in complet.questions(etape)
        if question.calculee
    }


def _retenues(complet: ParcoursDeDemande) -> set[str]:
    """Names of what nobody but its owner could answer otherwise."""
    return {
        cle_de(question, groupe, rang)
        for etape in complet.etapes
        for question, groupe, rang in complet.questions(etape)
        if complet.retenue(question, rang) is not None
    }


def _noms(parcours: ParcoursDeDemande) -> set[str]:
    return {reponse.name for reponse in reponses_of(parcours)}


def _synthetiques(
    parcours: ParcoursDeComplement, former: Mapping[str, Reponse]
) -> dict[str, Reponse]:
    """New answers to questions the form at hand does not have."""
    found = {}
    for question in parcours.reduction.etape.questions:
        old = former.get(question.nom)
        if old is None or question.etape != ETAPE or parcours.retenue(question):
            continue
        valeur = parcours.lu(question).valeur
        found[question.nom] = replace(
            old,
            text=question.genre.mots(question.champ, valeur, in_words),
            value=question.genre.json(question.champ, valeur),
        )
    return found


def _dit(reponse: Reponse | None) -> tuple | None:
    return None if reponse is None else (reponse.text, reponse.value)


def _suivre_faits(
    complet: ParcoursDeDemande, changed: Mapping[str, Reponse | None]
) -> None:
    """What depends on the answers: whose word they are, whom to write to, about whom."""
    demande, form = complet.demande, complet.form
    faits = []
    for fait in demande.faits:
        if fait.champ not in changed:
            faits.append(fait)
        elif (reponse := changed[fait.champ]) is not None:
            faits.append(
                replace(
                    fait,
                    valeur=reponse.text,
                    source=Source.DECLARE.value,
                    origine=origin_of(Source.DECLARE, complet.contexte.compte),
                    date=swisstime.now().isoformat(timespec="seconds"),
                )
            )
    demande._faits = tuple(astuple(fait) for fait in faits)
    if form.contact in changed and changed[form.contact] is not None:
        demande.courriel = changed[form.contact].text or demande.courriel
    if {*form.membres} & {*changed}:
        membre = next(iter(complet.reprise.membres.values()), None)
        if membre is not None:
            demande._membre = astuple(MembreConcerne(membre.id, membre.nom_complet))


def remplacer_pieces(demande: Demande, nouvelles: Sequence[Piece]) -> None:
    """Add the new pieces; the former ones of the same questions stay, marked."""
    if not nouvelles:
        return
    moment = swisstime.now()
    names = {piece.name for piece in nouvelles} - {AUTRES}
    for piece in demande.pieces:
        if piece.name in names and piece.remplacee is None:
            piece.remplacee = moment
    demande.pieces = (*demande.pieces, *nouvelles)
    surveiller(demande, nouvelles)
