"""Persistent classes of the comptes. Their paths are stored: they never move.

Stored with them, by path: the enumerations and dataclasses of ``compte/domain.py`` and
``registre/domain.py``.
"""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from BTrees.OOBTree import OOTreeSet
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import Fact
from carouge.guichet.compte.domain import FACTS
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Organisation
from carouge.guichet.compte.domain import organisation_principal
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.domain import sources_of
from carouge.guichet.registre.domain import Status
from collections.abc import Iterator
from collections.abc import Mapping
from datetime import date
from datetime import datetime
from persistent import Persistent
from persistent.mapping import PersistentMapping


class Compte(Persistent):
    """What we keep of a usager between visits; its id is his Plone user id.

    A natural person has one, and one more for each organisation he acts for.
    """

    # The identity as the last login proved it.
    level = Level.DECLARED
    acr = ""
    mandate = ""
    organisation: Organisation | None = None
    # Moments of the first and the last login, timezone-aware.
    created: datetime | None = None
    last_login: datetime | None = None
    # What the register said last; None as long as it was never asked.
    residency: Status | None = None
    residency_at: datetime | None = None
    residency_source = ""
    # Preferences; an address counts once a code sent there came back.
    canal = Canal.COURRIEL
    langue = "fr"
    courriel_verifie = ""
    telephone_verifie = ""
    # What only an account of the commune's own has (compte/local.py).
    local = None
    # The birth dates of the store it is in; it keeps its own entry there.
    _naissances: OOTreeSet | None = None

    def __init__(
        self, id: str, issuer: str, subject: str, account_type: AccountType
    ) -> None:
        self.id = id
        self.issuer = issuer
        self.subject = subject
        self.account_type = account_type
        self._facts = PersistentMapping()
        self._foyer = PersistentMapping()
        # Addresses that wait for their code, by channel.
        self.attentes = PersistentMapping()
        # Open sessions by their random key; see identity/service.py.
        self.sessions = PersistentMapping()

    def fact(self, name: str) -> Fact | None:
        """What is known under that name, from the source that counts most for it."""
        for source in sources_of(name):
            entry = self._facts.get((source.value, name))
            if entry is not None:
                value, at = entry
                return Fact(name, value, source, at)
        return None

    @property
    def facts(self) -> dict[str, Fact]:
        """All that is known, by name, in the order of the screen."""
        known = {name: self.fact(name) for name in FACTS}
        return {name: fact for name, fact in known.items() if fact is not None}

    def value(self, name: str) -> str:
        """The value of a fact, empty when nothing is known."""
        fact = self.fact(name)
        return fact.value if fact is not None else ""

    def values_from(self, source: Source) -> dict[str, str]:
        """What one source says, by name, whether or not another counts more."""
        return {
            name: entry[0]
            for (said_by, name), entry in self._facts.items()
            if said_by == source.value
        }

    def set_facts(
        self, source: Source, values: Mapping[str, str], at: datetime
    ) -> None:
        """Write what a source says; an empty value says that it knows nothing.

        Names that ``values`` does not hold stay as they are. An unchanged value of the
        person's own keeps its date. Whether the person may say so is asked before
        (:func:`carouge.guichet.compte.service.change_facts`).

        :raises KeyError: for a name that is no fact
        """
        born = self.value("date_naissance")
        for name, value in values.items():
            if name not in FACTS:
                raise KeyError(name)
            key = (source.value, name)
            earlier = self._facts.get(key)
            if not value:
                if earlier is not None:
                    del self._facts[key]
            elif earlier is None or earlier[0] != value or source is not Source.DECLARE:
                self._facts[key] = (value, at)
        if self._naissances is not None and self.value("date_naissance") != born:
            _desinscrire(self._naissances, born, self.id)
            _inscrire(self._naissances, self.value("date_naissance"), self.id)

    @property
    def foyer(self) -> list[Membre]:
        """The household: adults first, then by birth date."""
        return sorted(
            self._foyer.values(),
            key=lambda membre: (
                membre.role.value,
                membre.date_naissance is None,
                str(membre.date_naissance),
                membre.nom_complet,
            ),
        )

    def membre(self, membre_id: str) -> Membre | None:
        """The household member of that id, or None: he is not of this household."""
        return self._foyer.get(membre_id)

    def put_membre(self, membre: Membre) -> None:
        self._foyer[membre.id] = membre

    def drop_membre(self, membre_id: str) -> None:
        """
        :raises KeyError: he is not of this household
        """
        del self._foyer[membre_id]

    @property
    def nom_personne(self) -> str:
        """Given and family name of the person, may be empty."""
        return f"{self.value('prenom')} {self.value('nom')}".strip()

    @property
    def nom_affiche(self) -> str:
        """The name of the one in whose name everything is done, may be empty."""
        if self.organisation is not None:
            return self.organisation.name
        return self.nom_personne

    @property
    def organisation_principal(self) -> str | None:
        """The group id of the organisation acted for, if any.

        None for an account that is not verified: nobody has proved that it may act for
        that organisation, and it could name any.
        """
        if self.organisation is None or self.level < Level.VERIFIED:
            return None
        return organisation_principal(self.issuer, self.organisation)


class Comptes(Persistent):
    """All comptes of a site, by id, and their ids by birth date."""

    #: "<birth date> <id>"; None in a store made before there was one.
    _naissances: OOTreeSet | None = None

    def __init__(self) -> None:
        self._by_id = OOBTree()
        self._naissances = OOTreeSet()

    def add(self, compte: Compte) -> Compte:
        """
        :raises KeyError: when the id is taken
        """
        if not self._by_id.insert(compte.id, compte):
            raise KeyError(compte.id)
        if self._naissances is not None:
            compte._naissances = self._naissances
            _inscrire(self._naissances, compte.value("date_naissance"), compte.id)
        return compte

    def inscrire_naissances(self) -> bool:
        """Make the index of birth dates, unless there is one; whether it was made."""
        if self._naissances is not None:
            return False
        self._naissances = OOTreeSet()
        for compte in self:
            compte._naissances = self._naissances
            _inscrire(self._naissances, compte.value("date_naissance"), compte.id)
        return True

    def nes_le(self, naissance: date) -> list[Compte]:
        """Whoever was born on that day, as the source that counts most says it."""
        jour = naissance.isoformat()
        if self._naissances is None:
            return [one for one in self if one.value("date_naissance") == jour]
        cles = self._naissances.keys(min=f"{jour} ", max=f"{jour} ~")
        return [self._by_id[cle.partition(" ")[2]] for cle in cles]

    def get(self, compte_id: str) -> Compte | None:
        return self._by_id.get(compte_id)

    def remove(self, compte_id: str) -> None:
        """
        :raises KeyError: there is none
        """
        compte = self._by_id.pop(compte_id)
        if compte._naissances is not None:
            born = compte.value("date_naissance")
            _desinscrire(compte._naissances, born, compte_id)
            compte._naissances = None

    def __contains__(self, compte_id: str) -> bool:
        return compte_id in self._by_id

    def __iter__(self) -> Iterator[Compte]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)


def _inscrire(naissances: OOTreeSet, jour: str, compte_id: str) -> None:
    if jour:
        naissances.insert(f"{jour} {compte_id}")


def _desinscrire(naissances: OOTreeSet, jour: str, compte_id: str) -> None:
    cle = f"{jour} {compte_id}"
    if cle in naissances:
        naissances.remove(cle)
