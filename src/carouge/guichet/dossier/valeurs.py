"""What the variables of a message or of a document stand for."""

from __future__ import annotations

from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.valeurs import valeurs_de
from carouge.guichet.demarche.service import demarche_by_uid
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.textes import nom_de_reponse
from carouge.guichet.demarche.textes import REPONSE
from carouge.guichet.dossier.parcours import forme_de


def valeurs_du_modele(demande: Demande) -> dict[str, str]:
    """All values by name; empty for a question of the form that was not asked."""
    demarche = demarche_by_uid(guichet_of(demande), demande.demarche_uid)
    if demarche is None:
        return valeurs_de(demande)
    form = forme_de(demande, demarche)
    empty: dict[str, str] = {}
    for nom in (*form.questions, *form.groupes):
        empty[REPONSE + nom] = empty[nom_de_reponse(nom)] = ""
    return empty | valeurs_de(demande)
