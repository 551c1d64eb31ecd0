"""The words for states and moves, the same on all pages and in all mails."""

from carouge.guichet import _
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demande.domain import State


STATE_LABELS = {
    State.A_PAYER: _("To be paid"),
    State.DEPOSEE: _("Submitted"),
    State.EN_COURS: _("In progress"),
    State.A_COMPLETER: _("To be completed"),
    State.COMPLETEE: _("Completed"),
    State.VALIDEE: _("Approved"),
    State.REFUSEE: _("Refused"),
    State.CLASSEE: _("Closed without action"),
    State.RETIREE: _("Withdrawn"),
}

#: What the state means for the citizen, in one sentence.
STATE_MEANINGS = {
    State.A_PAYER: _(
        "Your demande goes to the service as soon as its fee has been paid."
    ),
    State.DEPOSEE: _("Your demande has arrived. The service will take it in hand."),
    State.EN_COURS: _("The service is working on your demande."),
    State.A_COMPLETER: _("The service needs something more from you."),
    State.COMPLETEE: _(
        "Your answer has arrived. The service goes on with the demande."
    ),
    State.VALIDEE: _("Your demande has been accepted."),
    State.REFUSEE: _("Your demande has been refused."),
    State.CLASSEE: _("Your demande has been closed without action."),
    State.RETIREE: _("The demande has been withdrawn."),
}

#: The state as Bootstrap's badge colours show it; never the only sign.
STATE_COLOURS = {
    State.A_PAYER: "text-bg-warning",
    State.DEPOSEE: "text-bg-primary",
    State.EN_COURS: "text-bg-primary",
    State.A_COMPLETER: "text-bg-warning",
    State.COMPLETEE: "text-bg-primary",
    State.VALIDEE: "text-bg-success",
    State.REFUSEE: "text-bg-danger",
    State.CLASSEE: "text-bg-secondary",
    State.RETIREE: "text-bg-secondary",
}

#: On the buttons of the agent; the citizen has his own words.
TRANSITION_LABELS = {
    "attendre_paiement": _("Wait for the payment"),
    "payer": _("Paid"),
    "exonerer": _("Exempt from the fee"),
    "prendre_en_charge": _("Take in hand"),
    "demander_complement": _("Ask for a complement"),
    "completer": _("Complement received"),
    "valider": _("Approve"),
    "refuser": _("Refuse"),
    "classer": _("Close without action"),
    "retirer": _("Withdraw at the citizen's request"),
    "rouvrir": _("Reopen"),
}

#: How a piece that was not uploaded will come.
MOYEN_LABELS = {
    "poste": _("will come by post"),
    "guichet": _("will be brought to the counter"),
}
#: How a piece that was not uploaded has come.
RECUE_LABELS = {
    "poste": _("received by post"),
    "guichet": _("received at the counter"),
}
#: What is to be said of an uploaded piece, if anything.
CONTROLE_LABELS = {
    "a_verifier": _("not yet examined by the antivirus"),
    "infecte": _("malicious software was found in it, it cannot be opened"),
}

#: How a demande came to the commune.
CANAL_LABELS = {
    Canal.EN_LIGNE: _("Online"),
    Canal.GUICHET: _("At the counter"),
    Canal.TELEPHONE: _("By telephone"),
    Canal.COURRIER: _("By letter"),
}

#: How an agent has made sure who somebody is.
CONTROLE_IDENTITE_LABELS = {
    Controle.PIECE_IDENTITE: _("Identity document seen"),
    Controle.CONNU: _("Known to the agent"),
    Controle.QUESTIONS: _("Questions only the person can answer"),
    Controle.SIGNATURE: _("Signature on the letter"),
    Controle.AUCUN: _("Not checked"),
}

#: What has happened beside the moves, as the agents read it.
EVENEMENT_LABELS = {
    "attribuer": _("Given to an agent"),
    "rendre": _("Put back among those to take"),
    "transmettre": _("Handed over to another service"),
    "message_service": _("Message to the citizen"),
    "message_usager": _("Message from the citizen"),
    "note": _("Internal note"),
    "piece_recue": _("Document received"),
    "piece_attendue": _("Document awaited again"),
    "scan_retire": _("Scan removed, document awaited again"),
    "document": _("Document for the citizen"),
    "document_retire": _("Document withdrawn"),
    "rappel": _("Reminder sent"),
    "rappel_pieces": _("Reminder of announced documents sent"),
    "rattacher": _("Attached to an account"),
    "emolument_paye": _("Fee paid all the same"),
    "emolument_rendu": _("Fee paid back"),
    "archiver": _("Put into the archive"),
    "desarchiver": _("Taken out of the archive"),
    "echeance": _("The service was told of the expected day"),
    "reponses_corrigees": _("Answers corrected"),
    "code": _("New tracking code given at the counter"),
}

# Who filed it, as the agent reads it.
TYPE_LABELS = {
    "personne": _("Natural person"),
    "entreprise": _("Company"),
    "association": _("Association"),
}
NIVEAU_LABELS = {
    "declare": _("Identity not verified"),
    "verifie": _("Verified identity"),
}
RESIDENCE_LABELS = {
    "resident": _("Resident of the commune at that time"),
    "not_resident": _("Not a resident of the commune at that time"),
    "ambiguous": _("Residence could not be told for certain"),
    "unavailable": _("Residence could not be checked"),
}


def remark_on(piece: Piece):
    """What is to be known of a piece beside its name; None for nothing."""
    if piece.remplacee is not None:
        return _("replaced by another one")
    if piece.annoncee:
        return MOYEN_LABELS.get(piece.moyen)
    if piece.recue is not None:
        return RECUE_LABELS.get(piece.moyen)
    return CONTROLE_LABELS.get(piece.controle)
