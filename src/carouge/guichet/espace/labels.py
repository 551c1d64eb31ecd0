"""The words of the citizen's pages."""

from carouge.guichet import _
from carouge.guichet.demande.criteres import Tri
from carouge.guichet.demande.rattachement import Motif
from carouge.guichet.espace.demandes import Groupe
from carouge.guichet.espace.dialogue import EmptyMessage
from carouge.guichet.espace.dialogue import LongMessage
from carouge.guichet.espace.dialogue import MAX_PAR_JOUR
from carouge.guichet.espace.dialogue import StrangeMessage
from carouge.guichet.formulaire.domain import MAX_TEXT


#: States as a citizen thinks of them.
GROUPE_LABELS = {
    Groupe.ATTENDU: _("Something is expected of you"),
    Groupe.OUVERTES: _("Open demandes"),
    Groupe.TERMINEES: _("Finished demandes"),
}
TRI_LABELS = {
    Tri.RECENTES: _("Newest first"),
    Tri.ANCIENNES: _("Oldest first"),
    Tri.MODIFIEES: _("Last change first"),
    Tri.ECHEANCE: _("Answer expected soonest first"),
    Tri.TITRE: _("By title"),
}

#: Who has written a message, as the citizen reads it.
AUTEUR_LABELS = {
    "usager": _("You"),
    "collegue": _("Your organisation"),
    "service": _("The service"),
}

#: What is wrong with a text of the citizen.
UNUSABLE = {
    EmptyMessage: _("Please write something."),
    LongMessage: _(
        "Your text is too long: ${max} characters are possible.",
        mapping={"max": MAX_TEXT},
    ),
    StrangeMessage: _(
        "Your text contains characters that cannot be kept. Please remove them."
    ),
}
CLOSED_DIALOGUE = _(
    "This demande has been finished for more than 30 days: one can no longer write about "
    "it here. Please contact the counter."
)
TOO_MANY_MESSAGES = _(
    "You have written ${max} messages or more today. Yours was not sent. Please try again "
    "tomorrow, or contact the counter.",
    mapping={"max": MAX_PAR_JOUR},
)

#: What a document of the service is.
DOCUMENT_LABELS = {
    "decision": _("Decision"),
    "document": _("Document"),
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

#: What is said once after a change of a demande, by the word in the address.
MOVE_NOTICES = {
    "complement": _("Your answer has been sent to the service."),
    "message": _("Your message has been sent to the service."),
    "retrait": _("Your demande has been withdrawn."),
    "rattachement": _("This demande now belongs to your account."),
}

#: Why a demande cannot be put into an account, and what to do.
ATTACH_REFUSED = {
    Motif.DEJA: _("This demande belongs to another account: nothing was changed."),
    Motif.PAS_VERIFIE: _(
        "This demande was made with you at the counter. To put it into your account, we "
        "have to be certain that it is you: have your e-démarches account verified, then "
        "log in again. Until then, number and code open it."
    ),
    Motif.AUTRE_IDENTITE: _(
        "This demande was made at the counter for somebody whose name or birth date is "
        "not the one of your account. Nothing was changed. If it is yours, come to the "
        "counter with an identity document: the name may have been written in another "
        "way."
    ),
    Motif.PAS_ORGANISATION: _(
        "This demande was made at the counter for an organisation. Change your account, "
        "and choose the one with which you act for that organisation."
    ),
    Motif.PAS_PERSONNE: _(
        "This demande was made at the counter for a person. Change your account, and "
        "choose the one with which you act in your own name."
    ),
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
