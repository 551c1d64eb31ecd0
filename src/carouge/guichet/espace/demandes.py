"""The list of somebody's demandes: what he looks for, and each line in words."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.service import owner_ids
from carouge.guichet.demande.attentes import attentes_de
from carouge.guichet.demande.attentes import attentes_en_mots
from carouge.guichet.demande.attentes import OUVERTS
from carouge.guichet.demande.criteres import Tri
from carouge.guichet.demande.domain import ATTENDENT_USAGER
from carouge.guichet.demande.domain import FINAL_STATES
from carouge.guichet.demande.domain import parse_number
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.labels import STATE_COLOURS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.demande.row import Page
from carouge.guichet.demande.row import Row
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import local_date
from carouge.guichet.swisstime import today
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from zope.i18nmessageid import Message

import re


PAGE_SIZE = 20
#: Much longer than a number or a word of a title.
MAX_QUERY = 100

#: What is meant to be a whole number of a demande, whether or not it is one.
_LIKE_A_NUMBER = re.compile(r"\d{4}[A-Z0-9]{6,}")


class Groupe(str, Enum):
    """States as a citizen thinks of them; any single state is possible too."""

    ATTENDU = "attendu"
    OUVERTES = "ouvertes"
    TERMINEES = "terminees"


#: The orders of the list, the first when nothing is chosen.
TRIS = (Tri.RECENTES, Tri.ANCIENNES, Tri.MODIFIEES, Tri.ECHEANCE, Tri.TITRE)

#: What somebody has filed for himself, among demandes for others.
MOI = "moi"


@dataclass(frozen=True)
class Choix:
    """What of the list is wanted; odd values of an address are no choice.

    ``etat`` is a :class:`Groupe` or a :class:`State`, ``concerne`` is :data:`MOI`,
    ``membre:<id>`` or ``organisation:<id>``, ``demarche`` a UID.
    """

    etat: Groupe | State | None = None
    concerne: str = ""
    demarche: str = ""
    tri: Tri = Tri.RECENTES
    texte: str = ""

    @property
    def filtered(self) -> bool:
        return bool(self.etat or self.concerne or self.demarche or self.texte)

    def params(self) -> dict[str, str]:
        """The same as parameters of an address."""
        values = {
            "q": self.texte,
            "etat": self.etat.value if self.etat else "",
            "concerne": self.concerne,
            "demarche": self.demarche,
            "tri": self.tri.value if self.tri is not TRIS[0] else "",
        }
        return {name: value for name, value in values.items() if value}


def lire_choix(text: Callable[[str, int], str]) -> Choix:
    """The choices of an address; ``text`` gives a parameter cut to a length."""
    return Choix(
        etat=_one_of((*Groupe, *State), text("etat", 40)),
        concerne=text("concerne", 200),
        demarche=text("demarche", 100),
        tri=_one_of(TRIS, text("tri", 40)) or TRIS[0],
        texte=text("q", MAX_QUERY).strip(),
    )


def _one_of(choices, value: str):
    return next((choice for choice in choices if choice.value == value), None)


def numero_de(texte: str) -> str:
    """The number somebody types, as it is printed; empty for anything else.

    :raises carouge.guichet.demande.domain.InvalidNumber: a number with a typing error
    """
    compact = re.sub(r"[\s\-–—.]", "", texte).upper()
    return parse_number(texte) if _LIKE_A_NUMBER.fullmatch(compact) else ""


def chercher(compte: Compte, choix: Choix, page: int, size: int = PAGE_SIZE) -> Page:
    """A page of what the compte may see; pages count from 1.

    :raises carouge.guichet.demande.domain.InvalidNumber: a number with a typing error
    """
    texte = numero_de(choix.texte) or choix.texte
    kind, _colon, id = choix.concerne.partition(":")
    return list_demandes(
        usager=owner_ids(compte),
        etats=_etats(choix.etat),
        attend_usager=choix.etat is Groupe.ATTENDU,
        membre=id if kind == "membre" else "" if kind == MOI else None,
        organisation=id if kind == "organisation" else "" if kind == MOI else None,
        demarche=choix.demarche or None,
        texte=texte,
        tri=choix.tri,
        start=(page - 1) * size,
        size=size,
    )


def _etats(etat: Groupe | State | None) -> Sequence[State]:
    if isinstance(etat, State):
        return (etat,)
    if etat is Groupe.TERMINEES:
        return tuple(FINAL_STATES)
    return OUVERTS if etat is Groupe.OUVERTES else ()


@dataclass(frozen=True)
class LigneVue:
    """One demande of the list, in words.

    ``attentes`` is what is expected of the citizen; ``agir`` whether it is anything.
    """

    numero: str
    titre: str
    etat: Message
    colour: str
    depot: str
    attentes: tuple[Message, ...]
    agir: bool
    echeance: Message | None
    late: bool
    membre: str
    organisation: str
    collegue: str


def ligne_vue(row: Row, compte: Compte) -> LigneVue:
    """How a demande stands in the list of a compte."""
    waits = (
        row.etat,
        row.a_lire_usager,
        row.attend_pieces,
        row.decisions_a_lire,
    )
    return LigneVue(
        numero=row.numero,
        titre=row.titre,
        etat=STATE_LABELS[row.etat],
        colour=STATE_COLOURS[row.etat],
        depot=format_date(local_date(row.depot)),
        attentes=tuple(attentes_en_mots(*waits)),
        agir=bool(attentes_de(*waits)),
        echeance=_echeance(row),
        late=row.late(today()),
        membre=row.membre,
        organisation=row.organisation,
        # Who filed it, when it was not oneself.
        collegue=row.deposant if row.par != compte.id else "",
    )


def _echeance(row: Row) -> Message | None:
    if row.etat.final:
        if row.cloture is None:
            return None
        date = format_date(local_date(row.cloture))
        return _("Finished on ${date}.", mapping={"date": date})
    if row.attendu is None:
        return None
    if row.suspendu or row.etat in ATTENDENT_USAGER:
        return _("The time for the answer stands still until then.")
    date = format_date(row.attendu)
    if row.late(today()):
        return _(
            "The answer was expected by ${date}: it is late.", mapping={"date": date}
        )
    return _("Answer expected by ${date}.", mapping={"date": date})
