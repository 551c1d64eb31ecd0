"""The only door to the payments, and the only writer of locks and ledger.

What the provider is asked happens in functions that begin with ``demander_``: they are
called outside of what must not be done twice, and every order has a stable key. What
they do lies in the modules beside this one:

``depart``           a payment begins
``observation``      what the provider says, and what follows from it
``notification``     the provider tells that something has happened
``remboursement``    money goes back
``rapprochement``    what nobody has asked about is asked about
``inconnus``, ``comparaison``  what the provider has and we have not
``revue``            what a person decides
``encaissement``     money that came otherwise
``cloture``, ``lots``  settlement and export of what is in the books
"""

from __future__ import annotations

from carouge.guichet.paiement.comparaison import demander_comparaison
from carouge.guichet.paiement.comparaison import lire_liste
from carouge.guichet.paiement.depart import demander_depart
from carouge.guichet.paiement.depart import Payeur
from carouge.guichet.paiement.depart import preparer
from carouge.guichet.paiement.depot import FacturesChangees
from carouge.guichet.paiement.depot import get_paiement
from carouge.guichet.paiement.depot import lire_paiements
from carouge.guichet.paiement.depot import maintenant
from carouge.guichet.paiement.depot import oublier_tout
from carouge.guichet.paiement.depot import paiements_de
from carouge.guichet.paiement.depot import RegieSansPaiement
from carouge.guichet.paiement.depot import RegiesMelees
from carouge.guichet.paiement.domain import DejaTermine
from carouge.guichet.paiement.domain import ListeIllisible
from carouge.guichet.paiement.encaissement import a_traiter
from carouge.guichet.paiement.encaissement import affecter
from carouge.guichet.paiement.encaissement import classer
from carouge.guichet.paiement.encaissement import Collectif
from carouge.guichet.paiement.encaissement import DejaTraite
from carouge.guichet.paiement.encaissement import encaisser
from carouge.guichet.paiement.encaissement import encaisser_mouvements
from carouge.guichet.paiement.encaissement import MontantRefuse
from carouge.guichet.paiement.encaissement import nombre_a_traiter
from carouge.guichet.paiement.encaissement import PasAPayer
from carouge.guichet.paiement.encaissement import RapportMouvements
from carouge.guichet.paiement.inconnus import Verdict
from carouge.guichet.paiement.notification import recevoir_notification
from carouge.guichet.paiement.observation import demander_annulation
from carouge.guichet.paiement.observation import demander_etat
from carouge.guichet.paiement.observation import observer
from carouge.guichet.paiement.rapprochement import rapprocher
from carouge.guichet.paiement.remboursement import approuver
from carouge.guichet.paiement.remboursement import MemePersonne
from carouge.guichet.paiement.remboursement import refuser
from carouge.guichet.paiement.remboursement import remboursable
from carouge.guichet.paiement.remboursement import RemboursementImpossible
from carouge.guichet.paiement.remboursement import rembourser
from carouge.guichet.paiement.remboursement import TropRembourse
from carouge.guichet.paiement.revue import a_verifier
from carouge.guichet.paiement.revue import ArgentChezPrestataire
from carouge.guichet.paiement.revue import bloques
from carouge.guichet.paiement.revue import liberer_de_force
from carouge.guichet.paiement.revue import PaiementEnCours
from carouge.guichet.paiement.revue import resoudre
from carouge.guichet.paiement.revue import RienChezPrestataire


__all__ = [
    "ArgentChezPrestataire",
    "Collectif",
    "DejaTermine",
    "DejaTraite",
    "FacturesChangees",
    "ListeIllisible",
    "MemePersonne",
    "MontantRefuse",
    "PaiementEnCours",
    "PasAPayer",
    "Payeur",
    "RapportMouvements",
    "RegieSansPaiement",
    "RegiesMelees",
    "RemboursementImpossible",
    "RienChezPrestataire",
    "TropRembourse",
    "Verdict",
    "a_traiter",
    "a_verifier",
    "affecter",
    "approuver",
    "bloques",
    "classer",
    "demander_annulation",
    "demander_comparaison",
    "demander_depart",
    "demander_etat",
    "encaisser",
    "encaisser_mouvements",
    "get_paiement",
    "liberer_de_force",
    "lire_liste",
    "lire_paiements",
    "maintenant",
    "nombre_a_traiter",
    "observer",
    "oublier_tout",
    "paiements_de",
    "preparer",
    "rapprocher",
    "recevoir_notification",
    "refuser",
    "remboursable",
    "rembourser",
    "resoudre",
]
