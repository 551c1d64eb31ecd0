"""A brouillon as other programs get it."""

from __future__ import annotations

from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.brouillon.service import expire_le
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.parcours import cle_de
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.remplir import Ouvert
from carouge.guichet.formulaire.service import emolument_of
from carouge.guichet.formulaire.service import prix_of
from collections.abc import Callable


Dire = Callable[[object], str]


def resume_de(
    brouillon: Brouillon, chemin: str | None, guichet_url: str, adresse: str
) -> dict:
    """A brouillon in a list; ``chemin`` is None when its démarche is gone."""
    return {
        "@id": adresse,
        "id": brouillon.id,
        "demarche": {
            "@id": f"{guichet_url}/@demarches/{chemin}" if chemin else None,
            "chemin": chemin,
            "titre": brouillon.demarche_titre,
        },
        "etape": brouillon.etape,
        "revision": brouillon.revision,
        "modifie": brouillon.modifie.isoformat(timespec="seconds"),
        "expire": expire_le(brouillon).isoformat(),
    }


def etat_de(demarche, ouvert: Ouvert, resume: dict, dire: Dire) -> dict:
    """A whole brouillon: what is asked now, what was answered, what is missing.

    ``resume`` is what a list says of it.
    """
    parcours, brouillon = ouvert.parcours, ouvert.brouillon
    lignes = prix_of(parcours, emolument_of(demarche))
    suite = ouvert.suite
    return {
        **resume,
        "version": parcours.form.version,
        "etapes": [_etape(ouvert, etape, dire) for etape in parcours.etapes],
        "suite": suite.id if suite else None,
        "reponses": _reponses(parcours),
        "illisibles": _illisibles(parcours),
        "fichiers": [
            fichier_json(fichier, demarche, brouillon)
            for fichier in brouillon.fichiers.values()
        ],
        "a_revoir": [
            {"champ": item.nom, "question": item.libelle, "texte": item.texte}
            for item in ouvert.a_revoir
        ],
        "remplacements": [
            {"question": question, "saisi": saisi, "confirme": confirme}
            for question, saisi, confirme in ouvert.remplacements
        ],
        "prix": {
            "lignes": [
                {"libelle": ligne.libelle, "montant": ligne.montant} for ligne in lignes
            ],
            "total": max(0, sum(ligne.montant for ligne in lignes)),
        },
    }


def fichier_json(fichier: Fichier, demarche, brouillon: Brouillon) -> dict:
    """A file of a brouillon; ``page`` is where a person may look at it."""
    return {
        "id": fichier.id,
        "nom": fichier.nom,
        "type": fichier.type,
        "taille": fichier.taille,
        "sha256": fichier.digest,
        "etat": fichier.etat,
        "page": (
            f"{demarche.absolute_url()}/formulaire/{brouillon.id}/fichiers/{fichier.id}"
        ),
    }


def _etape(ouvert: Ouvert, etape: Etape, dire: Dire) -> dict:
    parcours = ouvert.parcours
    return {
        "id": etape.id,
        "titre": dire(etape.titre),
        "faite": etape.id in ouvert.faites,
        "champs": [cle_de(*one) for one in parcours.questions(etape)],
        "erreurs": {
            error.cle: dire(error.message) for error in parcours.erreurs(etape)
        },
    }


def _reponses(parcours: Parcours) -> dict:
    """What would be submitted, as JSON; nothing for what is missing or unreadable."""
    answers: dict = {}
    for etape in parcours.etapes:
        rows: dict[tuple[str, str], dict] = {}
        for question, groupe, rang in parcours.questions(etape):
            if question.information:
                continue
            if groupe is not None:
                target = rows.get((groupe.nom, rang))
                if target is None:
                    target = rows[groupe.nom, rang] = {"id": rang}
                    answers.setdefault(groupe.nom, []).append(target)
            else:
                target = answers
            valeur = parcours.lu(question, rang).valeur
            if not question.genre.est_vide(valeur):
                target[question.nom] = question.genre.json(question.champ, valeur)
    return answers


def _illisibles(parcours: Parcours) -> dict[str, object]:
    """What was typed and cannot be read, by path, for the person to correct."""
    return {
        cle_de(question, groupe, rang): parcours.saisie(question, rang)
        for etape in parcours.etapes
        for question, groupe, rang in parcours.questions(etape)
        if parcours.lu(question, rang).message is not None
    }
