"""Persistent classes of the webhooks. Their paths are stored: they never move."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from collections.abc import Iterator
from datetime import datetime
from persistent import Persistent

import secrets


#: What became of a message.
EN_ATTENTE = "en_attente"
REMIS = "remis"
ABANDONNE = "abandonne"


def nouvel_id(prefixe: str) -> str:
    """A random id."""
    return f"{prefixe}_{secrets.token_hex(8)}"


class Abonnement(Persistent):
    """A system that is told.

    ``evenements`` are those of :data:`carouge.guichet.webhook.domain.EVENEMENTS`;
    ``services`` are UIDs, empty for all. Its key is not kept here.
    """

    actif = True
    #: Attempts that have failed since the last one that has not, and until when the
    #: system is left alone because of them.
    echecs = 0
    repos: datetime | None = None

    def __init__(self, *, nom: str, url: str, evenements=(), services=()) -> None:
        self.id = nouvel_id("abo")
        self.nom = nom
        self.url = url
        self.evenements = tuple(evenements)
        self.services = tuple(services)

    def se_repose(self, maintenant: datetime) -> bool:
        """Whether it is left alone for having failed."""
        return self.repos is not None and maintenant < self.repos

    def reprendre(self) -> None:
        """Do not leave it alone any longer."""
        if self.echecs or self.repos is not None:
            self.echecs = 0
            self.repos = None


class Envoi(Persistent):
    """One message to one system, and what became of it.

    ``corps`` is what is sent, without personal data. ``prochain`` is when it is tried
    (again); ``resultat`` says how the last attempt went, for an administrator.
    """

    etat = EN_ATTENTE
    essais = 0
    resultat = ""
    dernier: datetime | None = None

    def __init__(
        self, *, abonnement: str, type: str, numero: str, corps: str, cree: datetime
    ) -> None:
        self.id = nouvel_id("msg")
        self.abonnement = abonnement
        self.type = type
        self.numero = numero
        self.corps = corps
        self.cree = cree
        self.prochain = cree


class Webhooks(Persistent):
    """Subscriptions and messages of one guichet."""

    def __init__(self) -> None:
        self._abonnements = OOBTree()
        self._envois = OOBTree()
        # Keyed by random ids: two citizens who submit at once meet nowhere.
        self._en_attente = OOTreeSet()

    @property
    def abonnements(self) -> list[Abonnement]:
        """All of them, by name."""
        return sorted(self._abonnements.values(), key=lambda one: one.nom.casefold())

    def abonnement(self, id: str) -> Abonnement | None:
        return self._abonnements.get(id)

    def abonner(self, abonnement: Abonnement) -> None:
        self._abonnements[abonnement.id] = abonnement

    def retirer(self, abonnement: Abonnement) -> None:
        """Take a subscription away, with all its messages."""
        del self._abonnements[abonnement.id]
        for envoi in [*self.envois(abonnement.id)]:
            self.oublier(envoi)

    def envoi(self, id: str) -> Envoi | None:
        return self._envois.get(id)

    def envois(self, abonnement: str | None = None) -> Iterator[Envoi]:
        """The messages, to one system or to all, in no order."""
        for envoi in self._envois.values():
            if abonnement in (None, envoi.abonnement):
                yield envoi

    def poster(self, envoi: Envoi) -> None:
        """Keep a message, to be sent; also one that was sent or given up before."""
        self._envois[envoi.id] = envoi
        self._en_attente.insert(envoi.id)

    def attendent(self) -> list[Envoi]:
        """What is still to be sent, the oldest first."""
        found = (self._envois.get(id) for id in self._en_attente)
        return sorted(
            (envoi for envoi in found if envoi is not None),
            key=lambda envoi: (envoi.cree, envoi.id),
        )

    def finir(self, envoi: Envoi, etat: str) -> None:
        """A message is not tried any more."""
        envoi.etat = etat
        if envoi.id in self._en_attente:
            self._en_attente.remove(envoi.id)

    def oublier(self, envoi: Envoi) -> None:
        """Nothing is known of a message any more."""
        self.finir(envoi, envoi.etat)
        del self._envois[envoi.id]
