"""The door of the exports: at once when they are small, in the background else."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.backoffice.exports.fabrique import Commande
from carouge.guichet.backoffice.exports.fabrique import fabriquer
from carouge.guichet.backoffice.exports.fabrique import FORMATS
from carouge.guichet.backoffice.exports.fabrique import ZIP
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.interfaces import ITravail
from carouge.guichet.travaux.content import Travail
from carouge.guichet.travaux.domain import Issue
from carouge.guichet.travaux.domain import Ligne
from carouge.guichet.travaux.service import commander
from collections.abc import Iterator
from pathlib import Path
from plone import api
from zope.interface import implementer

import os
import tempfile


EXPORT = "export"

#: Demandes in a file that is made while the agent waits; documents cost more.
MAX_DIRECT = 200
MAX_DIRECT_ZIP = 10
#: Most demandes in one export.
MAX_EXPORT = 100_000


class FormatInconnu(ValueError):
    """There is no such format."""


def est_petit(commande: Commande, nombre: int) -> bool:
    """Whether the file can be made while the agent waits."""
    most = MAX_DIRECT_ZIP if commande.format == ZIP else MAX_DIRECT
    return nombre <= most


def nom_de_fichier(commande: Commande) -> str:
    """The name under which it is saved."""
    return f"demandes-{swisstime.today().isoformat()}.{commande.format}"


def exporter(desk: Desk, commande: Commande, numeros: list[str]) -> Path:
    """Make the file now, in the folder of temporary files; the caller deletes it.

    :raises FormatInconnu: see there
    """
    _verifier(commande)
    handle, name = tempfile.mkstemp(prefix="guichet-export-")
    try:
        with os.fdopen(handle, "wb") as stream:
            for _done in fabriquer(desk, commande, numeros, stream, lambda n: None):
                pass
    except BaseException:
        os.unlink(name)
        raise
    return Path(name)


def commander_export(
    guichet, commande: Commande, numeros: list[str], cle: str = ""
) -> Travail:
    """Order the file as a background job of the present user.

    :raises FormatInconnu: see there
    """
    _verifier(commande)
    numeros = numeros[:MAX_EXPORT]
    data = {"commande": commande.to_json(), "numeros": numeros}
    return commander(guichet, EXPORT, data, total=len(numeros), cle=cle)


@implementer(ITravail)
class Export:
    """See :class:`carouge.guichet.interfaces.ITravail`."""

    titre = _("Export of demandes")
    par_lot = 100

    def etapes(self, guichet, travail: Travail) -> Iterator[int]:
        # Half a file is none: it is always made from the beginning.
        travail.recommencer()
        data = travail.donnees
        commande = Commande(**data["commande"])
        desk = Desk(guichet, api.user.get_current())
        handle, name = tempfile.mkstemp(prefix="guichet-export-")
        try:
            with os.fdopen(handle, "wb") as stream:

                def absente(numero: str) -> None:
                    travail.noter(Ligne(numero, Issue.REFUS, "inconnue"))

                yield from fabriquer(desk, commande, data["numeros"], stream, absente)
            type = FORMATS[commande.format]
            travail.deposer(Path(name), nom_de_fichier(commande), type)
        finally:
            if os.path.exists(name):
                os.unlink(name)
        # Who works for one of them no longer is not given the file any more.
        return {"demandes": len(data["numeros"]), "services": [*desk.service_titles]}

    def oublier(self, guichet, travail: Travail) -> None:
        """The file lies in the job."""


def _verifier(commande: Commande) -> None:
    if commande.format not in FORMATS:
        raise FormatInconnu(commande.format)
