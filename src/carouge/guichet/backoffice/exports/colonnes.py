"""The columns of an export: what is known of a demande, and the answers."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.labels import CANAL_LABELS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.swisstime import ZURICH
from collections.abc import Callable
from dataclasses import dataclass
from dataclasses import field
from datetime import date
from datetime import datetime
from zope.i18n import translate


#: What a cell may hold.
Valeur = str | int | float | date | datetime | None


@dataclass(frozen=True)
class Contexte:
    """What the words of a row depend on.

    ``services`` are titles by UID, ``langue`` is the one of the agent, ``notes``: he has
    asked for the internal notes as well.
    """

    services: dict[str, str]
    langue: str
    notes: bool = False

    def dire(self, message) -> str:
        return translate(message, target_language=self.langue)


@dataclass(frozen=True)
class Colonne:
    """A column; ``cle`` is its name in JSON and never changes."""

    cle: str
    titre: object
    valeur: Callable[[Demande, Contexte], Valeur]


FIXES = (
    Colonne("numero", _("Number"), lambda d, c: d.numero),
    Colonne("demarche", _("Démarche"), lambda d, c: d.demarche_titre),
    Colonne("etat", _("State"), lambda d, c: c.dire(STATE_LABELS[d.etat])),
    Colonne(
        "service", _("Service"), lambda d, c: c.services.get(d.service_uid or "", "")
    ),
    Colonne("agent", _("Agent"), lambda d, c: d.dossier.agent),
    Colonne("canal", _("Channel"), lambda d, c: c.dire(CANAL_LABELS[Canal(d.canal)])),
    Colonne("depot", _("Submitted on"), lambda d, c: _local(d.depot)),
    Colonne("attendu", _("Expected by"), lambda d, c: d.attendu),
    Colonne("cloture", _("Ended on"), lambda d, c: _local(d.cloture)),
    Colonne("duree_jours", _("Working days"), lambda d, c: d.duree_jours),
    Colonne("deposant", _("Filed by"), lambda d, c: _deposant(d)),
    Colonne("organisation", _("Organisation"), lambda d, c: _organisation(d)),
    Colonne("membre", _("About"), lambda d, c: d.membre.nom if d.membre else ""),
    Colonne("courriel", _("E-mail"), lambda d, c: d.courriel or ""),
    Colonne("total_chf", _("Amount (CHF)"), lambda d, c: d.total / 100),
)
NOTES = Colonne("notes", _("Internal notes"), lambda d, c: _notes(d))


@dataclass
class Ligne:
    """One demande of an export.

    ``fixes`` by :attr:`Colonne.cle`; ``reponses`` by name of the question: its label,
    its answer in words, and the value for machines.
    """

    fixes: dict[str, Valeur]
    reponses: dict[str, tuple[str, str, object]] = field(default_factory=dict)


def colonnes(contexte: Contexte) -> tuple[Colonne, ...]:
    """The columns that do not depend on a démarche."""
    return (*FIXES, NOTES) if contexte.notes else FIXES


def ligne_de(demande: Demande, contexte: Contexte, reponses: bool) -> Ligne:
    """What an export says of a demande; ``reponses``: with the answers."""
    fixes = {c.cle: c.valeur(demande, contexte) for c in colonnes(contexte)}
    if not reponses:
        return Ligne(fixes)
    return Ligne(
        fixes,
        {
            answer.name: (answer.label, answer.text, answer.value)
            for answer in demande.reponses
        },
    )


def _local(moment: datetime | None) -> datetime | None:
    """By the counter's clock, to the second; spreadsheets know no time zones."""
    if moment is None:
        return None
    return moment.astimezone(ZURICH).replace(tzinfo=None, microsecond=0)


def _deposant(demande: Demande) -> str:
    if demande.deposant is not None:
        return demande.deposant.nom
    identite = demande.identite
    return f"{identite.prenom} {identite.nom}".strip() if identite else ""


def _organisation(demande: Demande) -> str:
    return demande.deposant.organisation if demande.deposant else ""


def _notes(demande: Demande) -> str:
    return "\n".join(note.texte for note in demande.dossier.notes)
