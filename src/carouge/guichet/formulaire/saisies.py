"""What a browser sent for a step, as saisies by question."""

from __future__ import annotations

from carouge.guichet.formulaire.affichage import PREFIX
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.parcours import Erreur
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.texts import LOCKED_CHANGED
from collections.abc import Mapping

import re
import secrets


#: Names the rows of a group that were on the page, in their order.
RANGS = "rangs."

_RANG = re.compile(r"[a-z0-9]{4,12}")


def lire_etape(
    parcours: Parcours, etape: Etape, formulaire: Mapping[str, object]
) -> dict[str, Saisie]:
    """The saisies of a step.

    A box that is not ticked is not sent: a question that was shown and of which nothing
    came is one without an answer. Of a question that was hidden nothing is expected.
    The files of a question are what was attached before, whatever is sent.
    """
    saisies: dict[str, Saisie] = {}
    for element in etape.elements:
        if isinstance(element, Groupe):
            rows = _rangs(parcours, element, formulaire)
            if rows is not None:
                saisies[element.nom] = rows
        elif _is_sent(parcours, element, None, None, formulaire):
            saisies[element.nom] = _lire(parcours, element, None, None, formulaire)
    return saisies


def forged(
    parcours: Parcours, etape: Etape, formulaire: Mapping[str, object]
) -> list[Erreur]:
    """What was sent against something the counter knows for certain."""
    errors = []
    for question, groupe, rang in parcours.questions(etape):
        verrou = parcours.verrou(question, rang)
        if verrou is None:
            continue
        nom = PREFIX + cle_de(question, groupe, rang)
        saisie = question.genre.depuis_formulaire(formulaire, nom)
        if saisie == question.genre.vide():
            continue
        try:
            valeur = question.genre.lire(question.champ, saisie, parcours.contexte)
        except Illisible:
            valeur = None
        if valeur != verrou.value:
            errors.append(Erreur(question, groupe, rang, LOCKED_CHANGED))
    return errors


def nouveau_rang() -> dict:
    """An empty row of a group, with an id of its own."""
    return {"id": secrets.token_hex(3)}


def _rangs(parcours: Parcours, groupe: Groupe, formulaire) -> list[dict] | None:
    sent = formulaire.get(RANGS + groupe.nom)
    if not isinstance(sent, str):
        return None
    ids = [id for id in sent.split(",") if _RANG.fullmatch(id)]
    rows = []
    # More rows than the group has are read: their complaint says how many it takes.
    for id in list(dict.fromkeys(ids))[: groupe.max + 1]:
        row = {"id": id}
        for question in groupe.questions:
            if _is_sent(parcours, question, groupe, id, formulaire):
                row[question.nom] = _lire(parcours, question, groupe, id, formulaire)
        rows.append(row)
    return rows


def _is_sent(parcours, question: Question, groupe, rang, formulaire) -> bool:
    if not parcours.possible(question) or not parcours.modifiable(question, rang):
        return False
    if parcours.montre(question, rang):
        return True
    nom = PREFIX + cle_de(question, groupe, rang)
    return any(key == nom or key.startswith(f"{nom}.") for key in formulaire)


def _lire(parcours, question: Question, groupe, rang, formulaire) -> Saisie:
    nom = PREFIX + cle_de(question, groupe, rang)
    saisie = question.genre.depuis_formulaire(formulaire, nom)
    if not question.genre.a_des_fichiers:
        return saisie
    before = parcours.saisie(question, rang)
    attached = before.get("fichiers", []) if isinstance(before, dict) else []
    return {**saisie, "fichiers": list(attached)}
