"""The words of an import: what became of an invoice, and why not something else."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.facture.fichier_import import FichierRefuse
from carouge.guichet.facture.fichier_import import MAX_FACTURES
from carouge.guichet.facture.fichier_import import MAX_FICHIER
from carouge.guichet.facture.import_travail import CompteRendu
from carouge.guichet.facture.importation import LigneRapport
from carouge.guichet.facture.importation import Sort
from zope.i18nmessageid import Message


SORTS = {
    Sort.CREEE: _("Created"),
    Sort.INCHANGEE: _("Unchanged"),
    Sort.MODIFIEE: _("Changed"),
    Sort.PAYEE: _("Paid"),
    Sort.ANNULEE: _("Cancelled"),
    Sort.ANOMALIE: _("To be looked at"),
    Sort.REFUSEE: _("Refused"),
}

#: The same where they are counted and there is more than one.
SORTS_AU_PLURIEL = {
    Sort.CREEE: _("Invoices created"),
    Sort.INCHANGEE: _("Invoices unchanged"),
    Sort.MODIFIEE: _("Invoices changed"),
    Sort.PAYEE: _("Invoices paid"),
    Sort.ANNULEE: _("Invoices cancelled"),
    Sort.ANOMALIE: _("Invoices to be looked at"),
    Sort.REFUSEE: _("Invoices refused"),
}

#: Why one invoice was not taken, by the word of the report.
RAISONS = {
    # It is no invoice.
    "adresse": _(
        "The address is not complete or has characters a QR-bill does not allow (${champ})."
    ),
    "avant_emission": _("It would be due before it is issued."),
    "caractere": _("${champ} has a character that cannot be shown or printed."),
    "champ_inconnu": _("There is no field ${champ}."),
    "colonnes": _("The line has not as many columns as the first one."),
    "date": _("${champ} is no day. Example: 2026-10-31"),
    "devise": _("Invoices are in CHF."),
    "domaine": _(
        "${champ} is lower-case letters, digits and _. Example: petite_enfance"
    ),
    "double": _("The same number stands twice in this file."),
    "etat": _("The state is ouverte, payee or annulee."),
    "futur": _("It is issued in the future."),
    "ligne": _("A line of the invoice has libelle and montant, and nothing else."),
    "liste": _("${champ} is a list."),
    "long": _("${champ} is too long."),
    "manque": _("${champ} is missing."),
    "montant": _(
        "${champ} is an amount as 187.35: above zero, two decimals at most, no sign, no "
        "separator of thousands."
    ),
    "numero": _(
        "${champ} is 1 to 40 letters and digits without accents, points, hyphens."
    ),
    "objet": _("An invoice is a JSON object."),
    "reference": _(
        "The QR reference has 27 digits, the last of which checks the others."
    ),
    "reference_prise": _("Another invoice has this QR reference."),
    "regie": _("There is no such régie."),
    "somme": _("The lines do not come to the amount."),
    "texte": _("${champ} is a text, between quotation marks."),
    # It contradicts the books.
    "annulee_apres_paiement": _("It is cancelled in the file, and something was paid."),
    "annulee_ici": _("It was cancelled here."),
    "apres_paiement": _("It was changed after something was paid."),
    "debiteur": _("It has another debtor here. A debtor never changes."),
    "encaissee_avant": _("The money from the business application is booked already."),
    "montant_apres_paiement": _("Its amount was changed after something was paid."),
    "reference_change": _(
        "It has another QR reference here, which may be printed already."
    ),
    "verrouillee": _("It is being paid at this moment. Send it again later."),
    # It was taken, and yet.
    "paiement_en_cours": _(
        "A payment online is under way as well: it may be paid twice."
    ),
}

#: Why a file was not taken.
FICHIERS = {
    "cle": _("The file has a key that this form does not know: ${precision}"),
    "codage": _("The file is not UTF-8. Save it as « CSV UTF-8 »."),
    "colonne": _("There is no column ${precision}, or it stands twice."),
    "csv": _("The file is no valid CSV, see line ${ligne}."),
    "entete": _(
        "The first line must name the columns, separated by semicolons. ${precision} is "
        "missing."
    ),
    "factures": _("« factures » is missing, or is no list."),
    "json": _("The file is not valid JSON, or it ends too early."),
    "schema": _("« schema » must be carouge.facture/1."),
    "taille": _("The file is larger than ${megas} MB."),
    "trop": _("The file has more than ${factures} invoices."),
    "vide": _("The file is empty."),
}


#: As a person reads it, not broken at the end of a line.
FACTURES_AU_PLUS = f"{MAX_FACTURES:,}".replace(",", "\u00a0")


def compte(sort: Sort, combien: int):
    """What became of that many invoices."""
    return (SORTS if combien == 1 else SORTS_AU_PLURIEL)[sort]


def raison(ligne: LigneRapport):
    """The sentence for one line of a report; empty when there is nothing to say."""
    message = RAISONS.get(ligne.raison, ligne.raison)
    return Message(message, mapping={"champ": ligne.champ})


def refus_de(rendu: CompteRendu):
    """The sentence for the file of a job that was refused."""
    return refus(FichierRefuse(rendu.refus, rendu.ligne, rendu.precision))


def refus(refus: FichierRefuse):
    """The sentence for a file that was refused."""
    return Message(
        FICHIERS[refus.raison],
        mapping={
            "ligne": str(refus.ligne),
            "precision": refus.precision,
            "megas": str(MAX_FICHIER // 2**20),
            "factures": FACTURES_AU_PLUS,
        },
    )
