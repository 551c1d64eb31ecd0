"""The words of the desk's lists."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.criteres import Bannette
from carouge.guichet.demande.criteres import Tri


BANNETTE_LABELS = {
    Bannette.A_PRENDRE: _("To take"),
    Bannette.MIENNES: _("Mine"),
    Bannette.SERVICE: _("My service"),
    Bannette.EN_ATTENTE: _("Waiting for the citizen"),
    Bannette.EN_RETARD: _("Late"),
    Bannette.SUIVIES: _("Followed"),
    Bannette.TOUTES: _("All"),
    Bannette.ARCHIVEES: _("Archive"),
}

#: What is said of an empty tray.
VIDES = {
    Bannette.A_PRENDRE: _("Nothing is to be taken: everything is in somebody's hands."),
    Bannette.MIENNES: _("You have no open demande in your hands."),
    Bannette.SERVICE: _("No demande is open in your services."),
    Bannette.EN_ATTENTE: _("No citizen has to answer."),
    Bannette.EN_RETARD: _("Nothing is late."),
    Bannette.SUIVIES: _(
        "You follow no demande. You choose to follow one on its own page."
    ),
    Bannette.TOUTES: _(
        "No demande has arrived yet. New ones appear here as soon as a citizen submits "
        "them."
    ),
    Bannette.ARCHIVEES: _("Nothing has been put into the archive."),
}

TRI_LABELS = {
    Tri.ECHEANCE: _("Least time left first"),
    Tri.RECENTES: _("Newest first"),
    Tri.ANCIENNES: _("Oldest first"),
    Tri.TITRE: _("By démarche"),
    Tri.MODIFIEES: _("Last changed first"),
}

COLONNE_LABELS = {
    "numero": _("Number"),
    "titre": _("Démarche"),
    "deposant": _("Filed by"),
    "etat": _("State"),
    "reste": _("Time left"),
    "attendu": _("Expected by"),
    "depot": _("Submitted on"),
    "modifie": _("Last change"),
    "agent": _("Agent"),
    "canal": _("Channel"),
    "service": _("Service"),
}

#: The pages of the desk that are reached from the list, by the end of their address.
OUTILS = {
    "saisir": _("File a demande for somebody"),
    "piece": _("Document received"),
    "lettres": _("Letters to print"),
    "travaux": _("Background jobs"),
    "statistiques": _("Statistics"),
    "comptes": _("Citizens' accounts"),
}

#: What is done with the chosen demandes, by the end of the address it is sent to.
ACTIONS = {
    "lot": _("Act on the chosen ones"),
    "exporter": _("Export the chosen ones"),
}

#: Before the number of a demande.
CHOOSE = _("Choose")
CHOSEN = {
    "one": _("demande chosen on this page"),
    "many": _("demandes chosen on this page"),
}

NOBODY = _("Nobody")
ME = _("Me")


def a_lire(count: int):
    """How many messages the service has not read."""
    if count == 1:
        return _("1 message to read")
    return _("${count} messages to read", mapping={"count": str(count)})


def attend_pieces(count: int):
    """How many documents are still to come."""
    if count == 1:
        return _("1 document to come")
    return _("${count} documents to come", mapping={"count": str(count)})
