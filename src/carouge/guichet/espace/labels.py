"""The words of the citizen's pages."""

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

#: Parts of the account page; ``organisation.<name>`` where an organisation differs.
SECTION_LABELS = {
    "identite": _("Identity"),
    "organisation.identite": _("The person who acts"),
    "organisation": _("Organisation"),
    "adresse": _("Address"),
    "organisation.adresse": _("Address of the organisation"),
    "contact": _("Telephone and bank account"),
    "courriel": _("E-mail address"),
    "sms": _("Mobile number for SMS"),
    "preferences": _("How we reach you"),
    "foyer": _("Household"),
}

FACT_HELP = {
    "avs": _("13 digits, for example 756.1234.5678.97."),
    "telephone": _("For example 022 307 91 11."),
    "iban": _("For refunds, for example CH93 0076 2011 6238 5295 7."),
    "npa": _("4 digits, for example 1227."),
    "ide": _("For example CHE-123.456.788."),
    "complement": _("For example c/o, floor, building."),
}

CHOOSE = _("No answer")

SAVED = _("Saved.")

#: What is said once after a move, by the word in the address.
NOTICES = {
    "identite": SAVED,
    "organisation": SAVED,
    "adresse": SAVED,
    "contact": SAVED,
    "preferences": SAVED,
    "courriel-code": _("A code is on its way to you. Enter it here."),
    "sms-code": _("A code is on its way to you. Enter it here."),
    "courriel-verifie": _("Confirmed: from now on we write to this address."),
    "sms-verifie": _("Confirmed: from now on text messages go to this number."),
    "courriel-garde": _("Nothing was changed."),
    "sms-garde": _("Nothing was changed."),
    "foyer-ajoute": _("This person is now part of your household."),
    "foyer-modifie": SAVED,
    "foyer-retire": _("This person is no longer part of your household."),
}

OUTDATED = _(
    "This page was open for a long time, or you have logged in anew meanwhile. Nothing "
    "was saved yet; please check and save again."
)

OUTDATED_DELETION = _(
    "This page was open for a long time, or you have logged in anew meanwhile. Nothing "
    "was deleted; please confirm once more."
)

CONFLICT = _(
    "These data have changed since you opened this page, perhaps in another tab. Nothing "
    "was saved. What you typed is still here; please check and save again."
)

READ_ONLY = _(
    "You can change your data once the commune has validated your account. You can "
    "already file démarches."
)
