"""Run in a process of its own: orders an action on many demandes, or says what it did."""

from __future__ import annotations

from bureau import deposer
from carouge.guichet import swisstime
from carouge.guichet.backoffice.lot import Ordre
from carouge.guichet.backoffice.lot_travail import commander_lot
from carouge.guichet.console import site_ouvert
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.travaux.seance import au_nom_de
from carouge.guichet.travaux.service import liste_de
from collections import Counter

import json
import transaction


AGENT = "agent-dechets"


def main(words: list[str]) -> int:
    conf, command = words[:2]
    with site_ouvert(conf, "/carouge") as site:
        guichet = site.guichet
        if command == "commander":
            numeros = deposer(guichet, n=int(words[2]))
            with au_nom_de(AGENT):
                ordre = Ordre("noter", texte="Une seule fois")
                commander_lot(guichet, ordre, numeros, swisstime.now())
            transaction.commit()
            return 0
        [travail] = liste_de(guichet, AGENT)
        numeros = travail.donnees["numeros"]
        notes = Counter(
            len(get_demande(guichet, numero).dossier.notes) for numero in numeros
        )
        print(
            json.dumps(
                {
                    "etat": travail.etat.value,
                    "fait": travail.fait,
                    "lignes": sum(1 for _ligne in travail.lignes),
                    "notes": {str(n): count for n, count in notes.items()},
                }
            )
        )
    return 0
