"""Where somebody can be reached by letter or by telephone: from his compte or answers."""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.service import get_compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.valeurs import nom_usager
from carouge.guichet.demarche.service import demarche_by_uid
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.versions import modele_publie
from carouge.guichet.demarche.versions import version_par_hash
from carouge.guichet.formulaire.compile import compile_model
from collections.abc import Mapping
from dataclasses import dataclass


#: What a question means by its name alone when it is bound to no fact.
_NOMS = frozenset({"nom", "prenom", "raison_sociale", "telephone"})


@dataclass(frozen=True)
class Destinataire:
    """Somebody to be reached.

    ``lignes`` are the name and the postal address as they stand on an envelope, empty
    when no whole address is known; ``nom`` and ``telephone`` may be empty.
    """

    nom: str = ""
    lignes: tuple[str, ...] = ()
    telephone: str = ""

    @property
    def adresse_connue(self) -> bool:
        return bool(self.lignes)


def destinataire_de(demande: Demande) -> Destinataire:
    """Who has to be told of a demande, as it is known now."""
    compte = get_compte(demande.usager_id) if demande.usager_id else None
    if compte is not None:
        return _of_compte(compte)
    return _of_answers(demande)


def _of_compte(compte: Compte) -> Destinataire:
    values = {name: fact.value for name, fact in compte.facts.items()}
    return _destinataire(compte.nom_affiche, compte.nom_personne, values)


def _of_answers(demande: Demande) -> Destinataire:
    identite = demande.identite
    if identite is not None and identite.adresse:
        # What was said at the counter for this very purpose.
        lines = (nom_usager(demande), *identite.adresse.splitlines())
        return Destinataire(lines[0], lines, identite.telephone)
    values = _facts(demande)
    if identite is not None and identite.telephone:
        values = {**values, "telephone": identite.telephone}
    person = values.get("nom_complet") or " ".join(
        values[name] for name in ("prenom", "nom") if values.get(name)
    )
    known = nom_usager(demande)
    return _destinataire(known or values.get("raison_sociale", ""), person, values)


def _facts(demande: Demande) -> dict[str, str]:
    """The answers that say something of the person, by the name of the fact."""
    sources = _sources(demande)
    values: dict[str, str] = {}
    for reponse in demande.reponses:
        fact = sources.get(reponse.name) or (
            reponse.name if reponse.name in _NOMS else ""
        )
        if not fact or fact in values or not reponse.text:
            continue
        values[fact] = reponse.text
        if isinstance(reponse.value, Mapping):
            values |= {
                part: text
                for part, text in reponse.value.items()
                if part in ("rue", "npa", "localite") and part not in values
            }
    return values


def _sources(demande: Demande) -> Mapping[str, str]:
    demarche = demarche_by_uid(guichet_of(demande), demande.demarche_uid)
    if demarche is None:
        return {}
    version = version_par_hash(demarche, demande.form_version)
    model = version.contenu["fields_model"] if version else modele_publie(demarche)
    return compile_model(model).sources if model else {}


def _destinataire(nom: str, person: str, values: Mapping[str, str]) -> Destinataire:
    nom = nom or person
    street = values.get("rue_et_numero") or " ".join(
        values[name] for name in ("rue", "numero") if values.get(name)
    )
    town = values.get("npa_et_localite") or " ".join(
        values[name] for name in ("npa", "localite") if values.get(name)
    )
    lines: tuple[str, ...] = ()
    if nom and town:
        lines = (
            nom,
            *((person,) if person and person != nom else ()),
            *((street,) if street else ()),
            *((values["complement"],) if values.get("complement") else ()),
            town,
        )
    elif nom and values.get("adresse"):
        lines = (nom, *values["adresse"].splitlines())
    return Destinataire(nom, lines, values.get("telephone", ""))
