"""Answers in words: what a person reads later, exactly as it was asked and given."""

from __future__ import annotations

from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.valeurs import Documents
from carouge.guichet.swisstime import now
from plone import api
from zope.globalrequest import getRequest
from zope.i18n import translate


def reponses_of(parcours: Parcours) -> list[Reponse]:
    """All questions that were asked, with their answers; no answer is an empty text.

    A question of a group stands once per row, which its label numbers.
    """
    reponses = []
    for etape in parcours.etapes:
        for question, groupe, rang in parcours.questions(etape):
            if question.information:
                continue
            valeur = parcours.lu(question, rang).valeur
            label = in_words(question.titre)
            if groupe is not None:
                label = f"{label} ({groupe.titre} {_number(parcours, groupe, rang)})"
            reponses.append(
                Reponse(
                    name=cle_de(question, groupe, rang),
                    step=etape.titre,
                    label=label,
                    text=question.genre.mots(question.champ, valeur, in_words),
                    value=question.genre.json(question.champ, valeur),
                )
            )
    return reponses


def pieces_of(parcours: Parcours) -> list[Piece]:
    """The documents: each file with its digest, and what comes in another way."""
    pieces = []
    for etape in parcours.etapes:
        for question, groupe, rang in parcours.questions(etape):
            valeur = parcours.lu(question, rang).valeur
            if not isinstance(valeur, Documents):
                continue
            name, label = cle_de(question, groupe, rang), in_words(question.titre)
            pieces += [
                Piece(
                    name,
                    label,
                    fichier.contenu,
                    fichier.digest,
                    controle=fichier.etat,
                )
                for fichier in valeur.fichiers
            ]
            if valeur.moyen:
                piece = Piece(name, label, None, "", moyen=valeur.moyen)
                if valeur.recu:
                    piece.recue = now()
                    piece.recue_par = api.user.get_current().getId()
                pieces.append(piece)
    return pieces


def _number(parcours: Parcours, groupe, rang: str) -> int:
    return [row["id"] for row in parcours.rangs(groupe)].index(rang) + 1


def in_words(message) -> str:
    """A message in the language of the request."""
    return translate(message, context=getRequest()) if message else ""
