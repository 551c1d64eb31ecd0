"""The words of issued documents and of their verification."""

from carouge.guichet import _
from carouge.guichet.dossier.verification import Suite
from carouge.guichet.dossier.verification import Valeur


#: What a document is, as a stranger who verifies it reads it.
GENRE_LABELS = {
    "recepisse": _("Receipt of a demande"),
    "decision": _("Decision"),
    "document": _("Document of the service"),
}

VALEUR_LABELS = {
    Valeur.VALABLE: _("This document was issued by the commune and is valid."),
    Valeur.REMPLACE: _(
        "This document was issued by the commune. There is a newer one in its place."
    ),
    Valeur.RETIRE: _("This document was withdrawn: it no longer counts."),
}

#: As Bootstrap's colours show it; never the only sign.
VALEUR_COLOURS = {
    Valeur.VALABLE: "alert-success",
    Valeur.REMPLACE: "alert-warning",
    Valeur.RETIRE: "alert-danger",
}

#: Where the demande stands, without its outcome.
SUITE_LABELS = {
    Suite.EN_COURS: _("being worked on"),
    Suite.TERMINEE: _("closed"),
    Suite.RETIREE: _("withdrawn by the person who filed it"),
    Suite.EFFACEE: _("no longer kept"),
}
