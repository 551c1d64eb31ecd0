"""What a démarche names on its own site, and what stands for it on this one.

A parcel names its service and categorie by id and title, and has e-mail addresses in its
texts. What is meant by them here is asked once per guichet and remembered.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.addresses import is_mail_address
from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.atelier.colis import Contenu
from carouge.guichet.atelier.colis import textes
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demarche.service import services_of
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from persistent.mapping import PersistentMapping
from zope.annotation.interfaces import IAnnotations

import re


#: Name of the annotation of a guichet; stored.
_STORE = "carouge.guichet.liaisons"

#: The answer that asks for a new service or categorie.
CREER = "+"

COURRIEL = re.compile(
    r"[A-Za-z0-9._+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})+", re.ASCII
)
#: A short name in an address.
ID_COURT = re.compile(r"[a-z0-9][a-z0-9._-]{0,99}", re.ASCII)
_KINDS = ("service", "categorie")


@dataclass(frozen=True)
class Liaison:
    """One question to whoever imports.

    ``cle`` is ``service:<id>``, ``categorie:<id>`` or ``courriel:<address>``; ``nom`` is
    what the parcel calls it. ``choix`` are pairs of answer and title, None for an
    address that is typed. ``proposition`` is the answer that seems right.
    """

    cle: str
    genre: str
    nom: str
    choix: tuple[tuple[str, str], ...] | None
    proposition: str


@dataclass(frozen=True)
class Reference:
    """What a parcel calls a service or a categorie."""

    genre: str
    id: str
    titre: str

    @property
    def cle(self) -> str:
        return f"{self.genre}:{self.id}"

    @property
    def json(self) -> dict[str, str]:
        return {"id": self.id, "titre": self.titre}


def reference(contenu: Contenu, genre: str) -> Reference | None:
    """The service or the categorie of a démarche; None when it has no service.

    :raises ColisRefuse: unreadable
    """
    brut = contenu.donnees.get(genre)
    if brut is None and genre == "service":
        return None
    if (
        not isinstance(brut, dict)
        or set(brut) != {"id", "titre"}
        or not isinstance(brut["id"], str)
        or not ID_COURT.fullmatch(brut["id"])
        or not isinstance(brut["titre"], str)
        or not 0 < len(brut["titre"].strip()) <= 250
    ):
        raise ColisRefuse(
            _(
                "“${name}” of a démarche in this file cannot be read.",
                mapping={"name": genre},
            )
        )
    return Reference(genre, brut["id"], brut["titre"])


def objets_locaux(guichet, genre: str) -> dict[str, object]:
    """What a parcel's name can stand for here, by the answer that says so."""
    if genre == "service":
        return {service.UID(): service for service in services_of(guichet)}
    return {
        item.UID(): item
        for item in guichet.objectValues()
        if item.portal_type == config.CATEGORIE
    }


def demander(
    guichet, contenus: Iterable[Contenu], reponses: Mapping[str, str]
) -> tuple[dict[str, str], list[Liaison]]:
    """What is known of all names of a parcel, and what has to be asked.

    ``reponses`` come first, then what is remembered, then what is the same here.

    :raises ColisRefuse: an answer that does not exist here
    """
    remembered = IAnnotations(guichet).get(_STORE) or {}
    known: dict[str, str] = {}
    asked: list[Liaison] = []
    references: dict[str, Reference] = {}
    addresses: set[str] = set()
    for contenu in contenus:
        for genre in _KINDS:
            found = reference(contenu, genre)
            if found is not None:
                references.setdefault(found.cle, found)
        addresses |= courriels_de(contenu)
    for cle in sorted(references):
        _objet(guichet, references[cle], reponses, remembered, known, asked)
    ours = {contact().courriel, *(s.courriel or "" for s in services_of(guichet))}
    for address in sorted(addresses):
        _address(address, ours, reponses, remembered, known, asked)
    return known, asked


def retenir(guichet, liaisons: Mapping[str, str]) -> None:
    """Remember the answers for the next parcel."""
    annotations = IAnnotations(guichet)
    store = annotations.get(_STORE)
    if store is None:
        store = annotations[_STORE] = PersistentMapping()
    for cle, valeur in liaisons.items():
        if store.get(cle) != valeur:
            store[cle] = valeur


def courriels_de(contenu: Contenu) -> set[str]:
    """The addresses in the texts of a démarche and of its form."""
    found = set(COURRIEL.findall(contenu.modele))
    said = [contenu.donnees.get("fiche"), contenu.donnees.get("textes")]
    for text in textes(said):
        found |= set(COURRIEL.findall(text))
    return found


def remplacer(text: str, addresses: Mapping[str, str]) -> str:
    """The text with other addresses."""
    return COURRIEL.sub(lambda match: addresses.get(match[0], match[0]), text)


def remplacer_partout(value, addresses: Mapping[str, str]):
    """A JSON value with other e-mail addresses in its texts."""
    if isinstance(value, str):
        return remplacer(value, addresses)
    if isinstance(value, list):
        return [remplacer_partout(part, addresses) for part in value]
    if isinstance(value, dict):
        return {key: remplacer_partout(part, addresses) for key, part in value.items()}
    return value


def _objet(guichet, ref, reponses, remembered, known, asked) -> None:
    local = objets_locaux(guichet, ref.genre)
    answer = reponses.get(ref.cle)
    if answer is not None:
        # The console names things by id.
        by_id = {item.getId(): uid for uid, item in local.items()}
        answer = by_id.get(answer, answer)
        if answer != CREER and answer not in local:
            raise ColisRefuse(
                _("There is no “${name}” here.", mapping={"name": answer[:100]})
            )
        known[ref.cle] = answer
        return
    if remembered.get(ref.cle) in local:
        known[ref.cle] = remembered[ref.cle]
        return
    same_id = [uid for uid, item in local.items() if item.getId() == ref.id]
    same_title = [uid for uid, item in local.items() if item.title == ref.titre]
    both = set(same_id) & set(same_title)
    if both:
        known[ref.cle] = both.pop()
        return
    titles = sorted((item.title, uid) for uid, item in local.items())
    asked.append(
        Liaison(
            cle=ref.cle,
            genre=ref.genre,
            nom=ref.titre,
            choix=tuple((uid, title) for title, uid in titles),
            proposition=next(iter([*same_id, *same_title]), CREER),
        )
    )


def _address(address, ours, reponses, remembered, known, asked) -> None:
    cle = f"courriel:{address}"
    answer = reponses.get(cle)
    if answer is not None:
        if not is_mail_address(answer) or not COURRIEL.fullmatch(answer):
            raise ColisRefuse(
                _(
                    "“${address}” is no e-mail address. It looks like name@example.ch.",
                    mapping={"address": answer[:100]},
                )
            )
        known[cle] = answer
    elif cle in remembered or address in ours:
        known[cle] = remembered.get(cle, address)
    else:
        asked.append(Liaison(cle, "courriel", address, None, address))
