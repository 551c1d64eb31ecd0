"""``GET @demandes``: for a citizen his own, for the staff those of their services."""

from __future__ import annotations

from carouge.guichet.demande.portes import porte_de
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import unauthorized


class ReadDemandes(GuichetService):
    """The list, one of it by its number, and its files."""

    def answer(self):
        self.personal()
        if self.caller is None:
            raise unauthorized()
        return porte_de(self).lire(self)
