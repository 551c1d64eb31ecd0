"""What happened to a demande, in the words of the citizen's pages."""

from carouge.guichet import _


#: Each move as the citizen reads it; None is the submission itself.
STEP_LABELS = {
    None: _("The demande has arrived."),
    "prendre_en_charge": _("The service has taken the demande in hand."),
    "demander_complement": _("The service asks for something more."),
    "completer": _("The answer has arrived."),
    "valider": _("The demande has been accepted."),
    "refuser": _("The demande has been refused."),
    "classer": _("The demande has been closed without action."),
    "retirer": _("The demande has been withdrawn."),
    "rouvrir": _("The service has reopened the demande."),
}
