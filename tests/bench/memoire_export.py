"""Peak memory of a large export.

``bin/python-test tests/bench/memoire_export.py <zope.conf> <count> <format> [reponses]``

Takes a demonstration that is not running and has its demandes from ``bin/guichet
generer``; exports the first ones, of all services, in this process, and prints the
resident memory before and at its peak. With ``reponses`` the answers of all démarches
have a column each, which is more than any page of the desk asks for.
"""

from carouge.guichet.backoffice.exports.fabrique import Commande
from carouge.guichet.backoffice.exports.service import commander_export
from carouge.guichet.console import site_ouvert
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.queries import parcourir
from carouge.guichet.demarche.service import services_of
from carouge.guichet.travaux.seance import au_nom_de
from carouge.guichet.travaux.service import executer_travaux
from itertools import islice

import resource
import sys
import time


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(conf: str, count: int, format: str, reponses: bool) -> None:
    with site_ouvert(conf, "/carouge") as site:
        guichet = site.guichet
        services = [service.UID() for service in services_of(guichet)]
        rows = parcourir(Bannette.TOUTES, services=services)
        numeros = [row.numero for row in islice(rows, count)]
        before, start = peak(), time.monotonic()
        with au_nom_de("admin"):
            commande = Commande(format, "Mesure", reponses=reponses)
            travail = commander_export(guichet, commande, numeros)
        executer_travaux(guichet)
        print(
            f"{travail.fait} demandes, {format}: {travail.fichier.taille / 1e6:.1f} MB "
            f"in {time.monotonic() - start:.0f} s; resident {before:.0f} MB before, "
            f"{peak():.0f} MB at the peak"
        )


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3], "reponses" in sys.argv)
