"""The words of the desk."""

from carouge.guichet import _
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Source
from carouge.guichet.registre.domain import Status
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from carouge.guichet.swisstime import local_date
from datetime import date
from datetime import datetime


#: What a move has done, for the history; None is the submission.
MOVE_DONE_LABELS = {
    None: _("Demande submitted"),
    "attendre_paiement": _("Fee to be paid"),
    "payer": _("Fee paid"),
    "exonerer": _("Fee waived by the service"),
    "prendre_en_charge": _("Taken in hand"),
    "demander_complement": _("Complement asked for"),
    "completer": _("Complement received"),
    "valider": _("Demande approved"),
    "refuser": _("Demande refused"),
    "classer": _("Demande closed without action"),
    "retirer": _("Demande withdrawn"),
    "rouvrir": _("Demande reopened"),
}

#: Bootstrap's button colours; the usual next step stands out.
MOVE_COLOURS = {
    "prendre_en_charge": "btn-primary",
    "completer": "btn-primary",
    "valider": "btn-success",
    "refuser": "btn-outline-danger",
    "classer": "btn-outline-danger",
    "retirer": "btn-outline-danger",
}

CITIZEN = _("The citizen")
#: Whoever does what nobody does: tasks that come round.
COUNTER = _("The counter itself")


#: What the person says himself, as the staff reads it.
STAFF_SOURCES = {Source.DECLARE: _("Indication of the person")}

#: What the register said about somebody, as the staff reads it.
STAFF_RESIDENCE = {
    Status.RESIDENT: _("Resident of the commune."),
    Status.NOT_RESIDENT: _("Not known as a resident of the commune."),
    Status.AMBIGUOUS: _(
        "Ambiguous: several people of the register answer to what is known, or its "
        "indications contradict each other."
    ),
    Status.UNAVAILABLE: _("The register did not answer, or its answer is too old."),
    Status.NOT_CONFIGURED: _("No register is connected to this counter."),
    None: _("Not asked: this is done for verified accounts of natural persons only."),
}


def compte_state(compte: Compte):
    """How well an account is established, in a few words."""
    local = compte.local
    if local is None:
        return (
            _("e-démarches, verified")
            if compte.level >= Level.VERIFIED
            else _("e-démarches, not verified")
        )
    if local.refuse:
        return _("Local account, refused")
    if local.valide:
        return _("Local account, validated")
    return _("Local account, to validate")


def day_of(moment: datetime | date | None) -> str:
    """A day by the counter's clock; empty for None."""
    if moment is None:
        return ""
    return format_date(local_date(moment) if isinstance(moment, datetime) else moment)


def moment_of(moment: datetime) -> str:
    """Day and hour by the counter's clock."""
    return format_time(moment)


def size_of(octets: int):
    """The size of a document in words, for a person who decides to open it."""
    if octets < 1_000_000:
        size = str(max(1, round(octets / 1000)))
        return _("${size} kB", mapping={"size": size})
    size = f"{octets / 1_000_000:.1f}".replace(".", ",")
    return _("${size} MB", mapping={"size": size})


def filename_of(piece, index: int) -> str:
    """The name under which the ``index``-th document is shown and saved."""
    return piece.file.filename or f"piece-{index}"
