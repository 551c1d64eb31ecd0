"""The words for where an answer comes from, in the field editor."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.domain import Reason


#: What an editor chooses among; the facts of the compte, then those of the member.
SOURCE_LABELS = {
    "prenom": _("Account: first name"),
    "nom": _("Account: family name"),
    "nom_naissance": _("Account: name at birth"),
    "date_naissance": _("Account: date of birth"),
    "sexe": _("Account: sex"),
    "nationalite": _("Account: nationality"),
    "etat_civil": _("Account: marital status"),
    "avs": _("Account: AVS number"),
    "raison_sociale": _("Organisation: name"),
    "ide": _("Organisation: UID (IDE)"),
    "rue": _("Account: street"),
    "numero": _("Account: house number"),
    "complement": _("Account: address supplement"),
    "npa": _("Account: postcode"),
    "localite": _("Account: town"),
    "courriel": _("Account: e-mail address"),
    "telephone": _("Account: telephone"),
    "iban": _("Account: IBAN"),
    "nom_complet": _("Account: first and family name"),
    "rue_et_numero": _("Account: street and number"),
    "npa_et_localite": _("Account: postcode and town"),
    "adresse": _("Account: whole address"),
    "membre.prenom": _("Household member: first name"),
    "membre.nom": _("Household member: family name"),
    "membre.date_naissance": _("Household member: date of birth"),
    "membre.sexe": _("Household member: sex"),
    "membre.ecole": _("Household member: school"),
    "membre.classe": _("Household member: class"),
    "membre.nom_complet": _("Household member: first and family name"),
    "correction.donnee": _("Correction: which fact"),
    "correction.valeur": _("Correction: its present value"),
    "correction.source": _("Correction: its source"),
}

#: Why somebody could not do a démarche online, for the agent who does it for him.
COUNTER_REASONS = {
    Reason.LOGIN: _("an account is needed for it"),
    Reason.LEVEL: _("the account is not verified"),
    Reason.ACCOUNT_TYPE: _("it is for another type of account"),
    Reason.NOT_RESIDENT: _(
        "the residents' register does not know this person as a resident"
    ),
    Reason.RESIDENCE_AMBIGUOUS: _(
        "the residents' register does not tell for certain who this person is"
    ),
    Reason.RESIDENCE_UNAVAILABLE: _("the residence could not be checked"),
    Reason.STALE_LOGIN: _("a new login would be needed"),
}
