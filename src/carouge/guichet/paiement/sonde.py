"""Whether the payment providers answer."""

from __future__ import annotations

from carouge.guichet.paiement.ligne import adresse_sure
from carouge.guichet.paiement.ligne import disjoncteur
from carouge.guichet.regie.service import regies
from carouge.guichet.sonde import saluer
from carouge.guichet.sonde import Sonde
from functools import partial


def sondes() -> list[Sonde]:
    """What finds out whether the providers of the régies answer, one for each address.

    It is asked for no payment and gets no password.
    """
    adresses = {
        regie.adresse_passerelle
        for regie in regies().values()
        if regie.passerelle and adresse_sure(regie.adresse_passerelle)
    }
    return [
        Sonde(partial(saluer, adresse), [disjoncteur(adresse)])
        for adresse in sorted(adresses)
    ]
