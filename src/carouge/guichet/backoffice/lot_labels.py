"""The words of orders for many demandes and of the jobs that carry them out."""

from carouge.guichet import _
from carouge.guichet.backoffice import lot
from carouge.guichet.travaux.domain import EtatTravail
from carouge.guichet.travaux.domain import Issue


ACTION_LABELS = {
    lot.PRENDRE: _("Take in hand myself"),
    lot.ATTRIBUER: _("Give to a colleague"),
    lot.RENDRE: _("Put back among the demandes to take"),
    lot.SUIVRE: _("Follow"),
    lot.MOUVEMENT: _("Change the state"),
    lot.TRANSMETTRE: _("Hand over to another service"),
    lot.NOTER: _("Add an internal note"),
    lot.ARCHIVER: _("Put into the archive"),
}

#: Why a demande is left as it is.
RAISONS = {
    "inconnue": _("There is no such demande in your services."),
    "etat": _("Its state does not allow this."),
    "finie": _("It is over."),
    "pas_finie": _("It is not over yet."),
    "pas_agent": _("This colleague does not work for the service in charge."),
    "deja": _("It was so already."),
    "modifiee": _("Somebody has changed it in the meantime."),
    "texte": _("The text cannot be used."),
}
RAISON_INCONNUE = _("An error occurred; the journal of the server has the details.")

ISSUE_LABELS = {
    Issue.FAIT: _("Done"),
    Issue.SANS_EFFET: _("Nothing to do"),
    Issue.REFUS: _("Left as it was"),
    Issue.ECHEC: _("Failed"),
}

ETAT_LABELS = {
    EtatTravail.EN_ATTENTE: _("Waiting"),
    EtatTravail.EN_COURS: _("Being done"),
    EtatTravail.FINI: _("Finished"),
    EtatTravail.ECHEC: _("Given up after several failures"),
    EtatTravail.ANNULE: _("Stopped"),
}
ETAT_COLOURS = {
    EtatTravail.EN_ATTENTE: "text-bg-secondary",
    EtatTravail.EN_COURS: "text-bg-primary",
    EtatTravail.FINI: "text-bg-success",
    EtatTravail.ECHEC: "text-bg-danger",
    EtatTravail.ANNULE: "text-bg-secondary",
}

#: What is missing in an order.
MANQUES = {
    "action": _("Please choose what is to be done."),
    "mouvement": _("Please choose the new state."),
    "texte": _("Please write the text."),
    "agent": _("Please choose a colleague."),
    "service": _("Please choose a service."),
}
