"""The words of the webhooks, for the administrator."""

from carouge.guichet import _
from carouge.guichet.webhook.content import ABANDONNE
from carouge.guichet.webhook.content import EN_ATTENTE
from carouge.guichet.webhook.content import REMIS
from carouge.guichet.webhook.domain import DEPOSEE
from carouge.guichet.webhook.domain import DOCUMENT
from carouge.guichet.webhook.domain import ESSAI
from carouge.guichet.webhook.domain import ETAT
from carouge.guichet.webhook.domain import MESSAGE
from carouge.guichet.webhook.domain import PIECE
from carouge.guichet.webhook.domain import TRANSMISE


TYPE_LABELS = {
    DEPOSEE: _("A demande was submitted"),
    ETAT: _("A demande changed its state"),
    MESSAGE: _("A message was written"),
    DOCUMENT: _("The citizen was given a document"),
    PIECE: _("An announced document has arrived"),
    TRANSMISE: _("A demande was handed over to another service"),
    ESSAI: _("Trial"),
}

ETAT_LABELS = {
    EN_ATTENTE: _("waiting"),
    REMIS: _("delivered"),
    ABANDONNE: _("given up"),
}
ETAT_COLOURS = {
    EN_ATTENTE: "text-bg-warning",
    REMIS: "text-bg-success",
    ABANDONNE: "text-bg-danger",
}

CHAMP_ERRORS = {
    "nom": _("Please enter a name of at most 100 characters."),
    "url": _("Please enter a web address that begins with https://, without password."),
    "evenements": _("Please choose at least one event."),
}
