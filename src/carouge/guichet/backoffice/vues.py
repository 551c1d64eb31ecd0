"""Lists that agents keep under a name, and the columns each of them wants to see.

The paths of the persistent classes are stored.
"""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from carouge.guichet import config
from carouge.guichet.backoffice.domain import Filters
from carouge.guichet.backoffice.domain import parse_query
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.demande.domain import is_blank
from carouge.guichet.formulaire.domain import has_control_characters
from carouge.guichet.journal.service import record
from collections.abc import Collection
from persistent import Persistent
from plone import api
from zope.annotation.interfaces import IAnnotations

import secrets


_KEY = "carouge.guichet.vues"

MAX_NOM = 80
#: Nobody finds his way among more.
MAX_VUES = 50

#: The columns of a list that can be chosen, in their order. The number is always there.
COLONNES = (
    "titre",
    "deposant",
    "etat",
    "reste",
    "attendu",
    "depot",
    "modifie",
    "agent",
    "canal",
    "service",
)
PAR_DEFAUT = ("titre", "deposant", "etat", "reste", "depot", "agent", "service")


class NomInutilisable(ValueError):
    """No name, one that is too long, or with characters no keyboard makes."""


class TropDeVues(ValueError):
    """The agent keeps as many lists as anybody can."""


class PasDeVue(LookupError):
    """There is no such list, or it is not this agent's to see or to change."""


class Vue(Persistent):
    """A list with a name. ``service`` is the UID it is shared with, or empty."""

    def __init__(self, *, nom: str, auteur: str, requete: str, service: str) -> None:
        self.id = secrets.token_hex(8)
        self.nom = nom
        self.auteur = auteur
        self.requete = requete
        self.service = service


class Vues(Persistent):
    """All lists with names of a guichet, and the columns by agent."""

    def __init__(self) -> None:
        self.vues = OOBTree()
        self.colonnes = OOBTree()


def vues_de(desk: Desk) -> list[Vue]:
    """The agent's own lists and those shared with one of his services, by name."""
    found = [vue for vue in _store(desk).vues.values() if _visible(desk, vue)]
    return sorted(found, key=lambda vue: (vue.nom.casefold(), vue.id))


def vue_de(desk: Desk, id: str) -> Vue:
    """One of them.

    :raises PasDeVue: see there
    """
    vue = _store(desk).vues.get(id)
    if vue is None or not _visible(desk, vue):
        raise PasDeVue(id)
    return vue


def filtres_de(desk: Desk, vue: Vue) -> Filters:
    """What a list shows to this agent: of his own services only."""
    return parse_query(
        vue.requete,
        services=desk.service_titles,
        demarches={choice.uid for choice in desk.demarches},
    )


def enregistrer(desk: Desk, *, nom: str, filters: Filters, service: str = "") -> Vue:
    """Keep a list under a name; ``service`` (UID) shares it with its agents.

    :raises NomInutilisable: see there
    :raises TropDeVues: see there
    :raises PasDeVue: the service is not one of his
    """
    nom = _nom(nom)
    _verifier_service(desk, service)
    me = desk.user.getId()
    store = _writable(desk)
    if sum(vue.auteur == me for vue in store.vues.values()) >= MAX_VUES:
        raise TropDeVues(me)
    vue = Vue(nom=nom, auteur=me, requete=filters.to_save().query(), service=service)
    store.vues[vue.id] = vue
    record("vue.enregistrer", subject=vue.id)
    return vue


def changer(desk: Desk, id: str, *, nom: str, service: str) -> Vue:
    """Give a list another name, share it or keep it to oneself.

    :raises NomInutilisable: see there
    :raises PasDeVue: see there
    """
    vue = vue_de(desk, id)
    if not modifiable(desk, vue):
        raise PasDeVue(id)
    nom = _nom(nom)
    if service != vue.service:
        _verifier_service(desk, service)
    vue.nom, vue.service = nom, service
    record("vue.changer", subject=vue.id)
    return vue


def supprimer(desk: Desk, id: str) -> None:
    """Forget a list.

    :raises PasDeVue: see there
    """
    vue = vue_de(desk, id)
    if not modifiable(desk, vue):
        raise PasDeVue(id)
    del _writable(desk).vues[id]
    record("vue.supprimer", subject=id)


def modifiable(desk: Desk, vue: Vue) -> bool:
    """Whether it is the agent's own; who manages the site changes those that are shared.

    Otherwise nobody could take away what a former colleague has left.
    """
    if vue.auteur == desk.user.getId():
        return True
    return bool(vue.service) and api.user.has_permission(
        config.MANAGE_CATALOGUE, obj=desk.guichet
    )


def colonnes_de(desk: Desk) -> tuple[str, ...]:
    """The columns the agent wants to see, in their order."""
    chosen = _store(desk).colonnes.get(desk.user.getId(), PAR_DEFAUT)
    return tuple(name for name in COLONNES if name in chosen)


def choisir_colonnes(desk: Desk, names: Collection[str]) -> None:
    """Show these columns to this agent from now on; unknown ones are left out."""
    chosen = tuple(name for name in COLONNES if name in names)
    if chosen != colonnes_de(desk):
        _writable(desk).colonnes[desk.user.getId()] = chosen


def _visible(desk: Desk, vue: Vue) -> bool:
    return vue.auteur == desk.user.getId() or vue.service in desk.service_titles


def _verifier_service(desk: Desk, service: str) -> None:
    if service and service not in desk.service_titles:
        raise PasDeVue(service)


def _nom(text: str) -> str:
    nom = " ".join(text.split())
    if is_blank(nom) or len(nom) > MAX_NOM or has_control_characters(nom):
        raise NomInutilisable(len(nom))
    return nom


def _store(desk: Desk) -> Vues:
    return IAnnotations(desk.guichet).get(_KEY) or Vues()


def _writable(desk: Desk) -> Vues:
    annotations = IAnnotations(desk.guichet)
    if _KEY not in annotations:
        annotations[_KEY] = Vues()
    return annotations[_KEY]
