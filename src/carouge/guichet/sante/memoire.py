"""What a process knows of the parts outside; nobody waits for the network to read it."""

from __future__ import annotations

from carouge.guichet.sante.domain import constat
from carouge.guichet.sante.domain import Etat
from carouge.guichet.sante.domain import etat_lu
from carouge.guichet.sante.domain import PARTIES
from carouge.guichet.sante.domain import Releve
from carouge.guichet.sante.domain import suite
from carouge.guichet.swisstime import now
from collections.abc import Callable
from datetime import datetime
from threading import Lock


class Memoire:
    """The last look at each part of each site (its path), for all threads."""

    def __init__(self, horloge: Callable[[], datetime] = now) -> None:
        self.horloge = horloge
        self._verrou = Lock()
        self._releves: dict[tuple[str, str], Releve] = {}

    def noter(
        self, site: str, partie: str, cause: str, *, sur: bool = False
    ) -> tuple[Releve | None, Releve]:
        """Note a look (see :func:`~carouge.guichet.sante.domain.suite`): what was known
        before, and what is known now."""
        moment = self.horloge()
        with self._verrou:
            avant = self._releves.get((site, partie))
            apres = suite(avant, cause, moment, sur=sur)
            self._releves[site, partie] = apres
        return avant, apres

    def constater(self, site: str, partie: str, etat: Etat) -> None:
        """Note how a part is that says so itself."""
        moment = self.horloge()
        with self._verrou:
            avant = self._releves.get((site, partie))
            self._releves[site, partie] = constat(etat, avant, moment)

    def releves(self, site: str) -> dict[str, Releve]:
        """What is known of the parts of a site."""
        with self._verrou:
            return {
                partie: releve
                for (path, partie), releve in self._releves.items()
                if path == site
            }

    def etats(self, site: str) -> dict[str, Etat]:
        """How each part of a site is, as far as one knows."""
        moment = self.horloge()
        releves = self.releves(site)
        return {partie: etat_lu(releves.get(partie), moment) for partie in PARTIES}

    def oublier(self) -> None:
        """Know nothing any more."""
        with self._verrou:
            self._releves.clear()


#: That of this process.
memoire = Memoire()
