"""The kind of questions whose answer is files, now or later."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.domain import Canal
from carouge.guichet.formulaire.documents import trop_lourd
from carouge.guichet.formulaire.domain import MAX_DOCUMENT
from carouge.guichet.formulaire.genre import Canonique
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Genre
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.genres_base import en_tete
from carouge.guichet.formulaire.reglages import IJustificatif
from carouge.guichet.formulaire.types_documents import titres_de
from carouge.guichet.formulaire.types_documents import TYPES
from carouge.guichet.formulaire.types_documents import types_de
from carouge.guichet.formulaire.valeurs import Documents
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from zope.schema.interfaces import IField


POSTE = "poste"
GUICHET = "guichet"
#: An agent who fills in the form has the paper before him.
RECU = "recu"

#: How a piece comes, in words; empty for files.
MOYENS = {
    "": _("I upload it now"),
    POSTE: _("I will send it by post"),
    GUICHET: _("I will bring it to the counter"),
}
#: The same for an agent.
MOYENS_AGENT = {
    "": _("Scanned, uploaded now"),
    RECU: _("Received on paper, I have seen it"),
    POSTE: _("Will come by post"),
    GUICHET: _("Will be brought to the counter"),
}
MOYENS_EN_MOTS = {
    POSTE: _("By post"),
    GUICHET: _("At the counter"),
}
RECU_EN_MOTS = _("Received on paper")

_MO = 1024 * 1024


@dataclass(frozen=True)
class Limites:
    """What a question takes: ``types`` are names of kinds of ``types_documents``."""

    max_fichiers: int
    max_octets: int
    types: tuple[str, ...]
    moyens: tuple[str, ...] = ()


def limites_de(champ: IField) -> Limites:
    """What a question takes; one file of the usual kinds for Plone's own file field."""
    if not IJustificatif.providedBy(champ):
        return Limites(1, MAX_DOCUMENT, types_de(()))
    offerts = {POSTE: champ.par_poste, GUICHET: champ.au_guichet}
    return Limites(
        max_fichiers=champ.max_fichiers,
        max_octets=champ.max_mo * _MO,
        types=types_de(champ.types),
        moyens=tuple(moyen for moyen, offert in offerts.items() if offert),
    )


def moyens_de(limites: Limites, contexte: Contexte) -> tuple[str, ...]:
    """How a piece may come beside as a file.

    An agent takes it as it comes, whatever the form offers online; by telephone nobody
    hands anything over.
    """
    if not contexte.par_agent:
        return limites.moyens
    if contexte.canal is Canal.TELEPHONE:
        return (POSTE, GUICHET)
    return (RECU, POSTE, GUICHET)


def vaut(moyen: str, contexte: Contexte) -> str:
    """The way of the paper, for one an agent has before him as well."""
    if moyen != RECU:
        return moyen
    return POSTE if contexte.canal is Canal.COURRIER else GUICHET


class Pieces(Genre):
    """Files that belong to one question, or how they will come."""

    nom = "piece"
    macro = "piece"
    a_des_fichiers = True

    def vide(self) -> Saisie:
        return {"moyen": "", "fichiers": []}

    def lire(self, champ: IField, saisie: Saisie, contexte: Contexte) -> object:
        if saisie == "":
            return None
        moyen, ids = _parties(saisie)
        limites = limites_de(champ)
        if moyen and moyen not in moyens_de(limites, contexte):
            raise Illisible(_("This document cannot be handed in this way."))
        fichiers = []
        for id in dict.fromkeys(ids):
            fichier = contexte.fichiers.get(id)
            if fichier is None:
                raise Illisible(
                    _(
                        "A document you had attached is no longer here. Please attach "
                        "it again."
                    )
                )
            fichiers.append(fichier)
        if not moyen and not fichiers:
            return None
        if len(fichiers) > limites.max_fichiers:
            raise Illisible(
                _(
                    "There are ${n} documents, and at most ${max} can be attached. "
                    "Please remove some.",
                    mapping={"n": len(fichiers), "max": limites.max_fichiers},
                )
            )
        for fichier in fichiers:
            _accepte(fichier, limites)
        return Documents(vaut(moyen, contexte), tuple(fichiers), recu=moyen == RECU)

    def manque(self, champ: IField):
        if limites_de(champ).moyens:
            return _("Please attach this document, or say how it will come.")
        return _("Please attach this document.")

    def ecrire(self, champ: IField, valeur: object) -> Saisie:
        if not isinstance(valeur, Documents):
            return self.vide()
        return {
            "moyen": RECU if valeur.recu else valeur.moyen,
            "fichiers": [fichier.id for fichier in valeur.fichiers],
        }

    def canonique(self, champ: IField, valeur: object) -> Canonique:
        if valeur is None:
            return None
        return valeur.moyen or "fichier"

    def mots(self, champ: IField, valeur: object, dire: Callable[[object], str]) -> str:
        if valeur is None:
            return ""
        noms = [fichier.nom for fichier in valeur.fichiers]
        if valeur.moyen:
            mots = RECU_EN_MOTS if valeur.recu else MOYENS_EN_MOTS[valeur.moyen]
            noms.append(dire(mots))
        return ", ".join(noms)

    def json(self, champ: IField, valeur: object) -> object:
        if valeur is None:
            return None
        return {
            "moyen": valeur.moyen,
            "fichiers": [
                {
                    "id": fichier.id,
                    "nom": fichier.nom,
                    "type": fichier.type,
                    "taille": fichier.taille,
                    "digest": fichier.digest,
                }
                for fichier in valeur.fichiers
            ],
        }

    def depuis_json(self, champ: IField, brut: object) -> Saisie:
        if brut is None or brut == "" or brut == []:
            return self.vide()
        if not isinstance(brut, dict) or not set(brut) <= {"moyen", "fichiers"}:
            raise Illisible(_PIECE_JSON)
        moyen, fichiers = brut.get("moyen") or "", brut.get("fichiers") or []
        if not isinstance(moyen, str) or not isinstance(fichiers, list):
            raise Illisible(_PIECE_JSON)
        ids = [un.get("id") if isinstance(un, dict) else un for un in fichiers]
        if not all(isinstance(id, str) for id in ids):
            raise Illisible(_PIECE_JSON)
        return {"moyen": moyen, "fichiers": ids}

    def schema(self, champ: IField, dire: Callable[[object], str]) -> dict:
        limites = limites_de(champ)
        return en_tete(champ, dire) | {
            "type": "object",
            "properties": {
                "moyen": {"enum": ["", *limites.moyens]},
                "fichiers": {
                    "type": "array",
                    "items": {"type": "string"},
                    "uniqueItems": True,
                    "maxItems": limites.max_fichiers,
                },
            },
            "additionalProperties": False,
            "x-max-octets": limites.max_octets,
            "x-types": [TYPES[type].media for type in limites.types],
        }

    def depuis_formulaire(self, formulaire: Mapping[str, object], nom: str) -> Saisie:
        moyen = formulaire.get(f"{nom}.moyen")
        fichiers = formulaire.get(f"{nom}.fichiers")
        fichiers = fichiers if isinstance(fichiers, list) else [fichiers]
        return {
            "moyen": moyen if isinstance(moyen, str) else "",
            "fichiers": [id for id in fichiers if isinstance(id, str) and id],
        }


_PIECE_JSON = _(
    "An object is expected here, with moyen, a text, and fichiers, a list of ids of "
    "uploaded files."
)


def _parties(saisie: object) -> tuple[str, list[str]]:
    """
    :raises Illisible: not the saisie of a piece
    """
    if not isinstance(saisie, dict):
        raise Illisible(_("Documents are expected here."))
    moyen, ids = saisie.get("moyen", ""), saisie.get("fichiers", [])
    if (
        not isinstance(moyen, str)
        or not isinstance(ids, list)
        or not all(isinstance(id, str) for id in ids)
    ):
        raise Illisible(_("Documents are expected here."))
    return moyen, ids


def _accepte(fichier, limites: Limites) -> None:
    """The rules may have changed since the file was uploaded.

    :raises Illisible: too large, or of another kind
    """
    if fichier.taille > limites.max_octets:
        raise Illisible(trop_lourd(fichier.taille, limites.max_octets))
    if fichier.type not in {TYPES[type].media for type in limites.types}:
        raise Illisible(
            _(
                "“${nom}” is of a kind that is not accepted here. Possible are: "
                "${types}.",
                mapping={"nom": fichier.nom, "types": titres_de(limites.types)},
            )
        )
