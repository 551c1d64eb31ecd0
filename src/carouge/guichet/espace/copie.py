"""A demande as the beginning of a new one: its answers in a brouillon of today's form."""

from __future__ import annotations

from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.brouillon.domain import TropDeFichiers
from carouge.guichet.brouillon.domain import TropDOctets
from carouge.guichet.compte.service import current_compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demarche.service import find_demarche
from carouge.guichet.demarche.service import Gate
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.dossier.parcours import fichiers_de
from carouge.guichet.dossier.parcours import forme_de
from carouge.guichet.dossier.parcours import saisies_de
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.domain import Jeton
from carouge.guichet.formulaire.fields import IConsentement
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.prefill import reprise_of
from carouge.guichet.formulaire.rebase import reprendre_version


class NonOfferte(Exception):
    """The démarche cannot be begun now; ``gate`` says why."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(gate)
        self.gate = gate


def demarche_de(guichet, demande: Demande):
    """The published démarche of a demande; None when there is none any more."""
    fiche = get_catalogue(guichet).by_uid.get(demande.demarche_uid)
    return None if fiche is None else find_demarche(guichet, fiche.path)


def copier(demande: Demande, demarche, jeton: Jeton, proprietaire: str) -> Brouillon:
    """A brouillon with the answers and files of a demande; the same for one jeton.

    Answers go over into the present form as those of an earlier brouillon do. Nobody
    agrees to anything by a copy, and what the compte knows today counts more than what
    it knew then. The caller has seen to it that the demande is shown to this person.

    :raises NonOfferte: see there
    :raises carouge.guichet.brouillon.domain.TropDeBrouillons: there are enough of them
    :raises carouge.guichet.formulaire.limites.TropVite: too much has come from there
    """
    gate = gate_of(demarche)
    if not gate.may_begin:
        raise NonOfferte(gate)
    guichet = guichet_of(demarche)
    id = remplir.id_libre(demarche, jeton, proprietaire)
    known = brouillons.trouver(guichet, id, (proprietaire,))
    if known is not None:
        return known
    fichiers = _fichiers(demande)
    limites.compter(limites.brouillons)
    if fichiers:
        limites.compter_octets(sum(fichier.taille for fichier in fichiers))
    ancien = forme_de(demande, demarche)
    saisies = _saisies(demande, ancien)
    brouillon = remplir.commencer(demarche, id, proprietaire, version=ancien.version)
    _joindre(brouillon, fichiers)
    if brouillon.version != ancien.version:
        # Nobody could say later in which form it was typed.
        contexte = remplir.contexte_de(current_compte(), brouillon)
        present = compile_form(demarche)
        saisies, _lost = reprendre_version(ancien, present, saisies, contexte)
    saisies = {
        nom: _avec_fichiers(saisie, brouillon) for nom, saisie in saisies.items()
    }
    brouillons.enregistrer(brouillon, saisies=saisies)
    return brouillon


def _saisies(demande: Demande, form: CompiledForm) -> dict[str, Saisie]:
    saisies = saisies_de(demande, form)
    chosen = {nom: saisies.get(nom) for nom in form.membres}
    known = reprise_of(form, current_compte(), chosen).propositions
    return {
        nom: saisie
        for nom, saisie in saisies.items()
        if nom not in known
        and not (
            nom in form.questions
            and IConsentement.providedBy(form.questions[nom].champ)
        )
    }


def _fichiers(demande: Demande) -> list[Fichier]:
    """The files of its answers that may be given to somebody, to be attached anew."""
    pieces = {piece.digest: piece for piece in demande.pieces if piece.lisible}
    found = []
    for fichier in fichiers_de(demande).values():
        piece = pieces.get(fichier.digest)
        if piece is None:
            continue
        # What is stored of a file never changes: both may name the same blob.
        fichier.contenu, fichier.etat = piece.file, piece.controle
        fichier.taille = piece.file.getSize()
        fichier.type = fichier.type or piece.file.contentType
        found.append(fichier)
    return found


def _joindre(brouillon: Brouillon, fichiers: list[Fichier]) -> None:
    for fichier in fichiers:
        try:
            brouillons.joindre(brouillon, fichier)
        except (TropDeFichiers, TropDOctets):
            return


def _avec_fichiers(saisie: Saisie, brouillon: Brouillon) -> Saisie:
    """The saisie without files the brouillon does not have, rows included."""
    if isinstance(saisie, list):
        return [
            {nom: _avec_fichiers(un, brouillon) for nom, un in row.items()}
            if isinstance(row, dict)
            else row
            for row in saisie
        ]
    if isinstance(saisie, dict) and "fichiers" in saisie:
        ids = [id for id in saisie["fichiers"] if id in brouillon.fichiers]
        return {**saisie, "fichiers": ids}
    return saisie
