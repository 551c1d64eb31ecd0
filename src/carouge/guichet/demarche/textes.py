"""What the counter writes about the demandes of a démarche, in the words of editors.

Notices (mail and text message), models of messages and models of documents. They are
part of a version: what citizens and agents get is what was published.

``${name}`` in a text stands for a value. A notice knows the fixed variables only: it
leaves the counter, and holds no answer.
"""

from __future__ import annotations

from Acquisition import aq_base
from carouge.guichet import _
from carouge.guichet.demarche.versions import contenu_publie
from collections.abc import Mapping
from dataclasses import asdict
from dataclasses import dataclass
from dataclasses import field
from dataclasses import fields
from dataclasses import replace
from typing import Any
from zope.event import notify
from zope.lifecycleevent import ObjectModifiedEvent

import re
import secrets


#: Name of the attribute of a démarche; stored. See versions.FORM_ATTRIBUTES.
ATTRIBUT = "correspondance"

VARIABLE = re.compile(r"\$\{\s*([^}\s]{1,100})\s*\}")

#: An answer whose question has the name of a fixed variable is told by this prefix,
#: which any answer may have.
REPONSE = "reponse."

#: The variables of all texts: nothing in them is about a person.
FIXES = {
    "numero": _("Number of the demande"),
    "demarche": _("Title of the démarche"),
    "etat": _("State of the demande"),
    "date_depot": _("Day of the submission"),
    "date_attendue": _("Day by which an answer is expected"),
    "date": _("Day of today"),
    "lien": _("Address of the demande"),
    "commune": _("Name of the commune"),
    "service": _("Name of the service in charge"),
    "telephone": _("Telephone of the service"),
}

#: More variables, for what is read in the counter only: messages and documents.
DU_DOSSIER = {
    "usager": _("Name of whoever filed the demande"),
    "membre": _("Household member concerned"),
    "total": _("Price of the demande"),
    "agent": _("Name of the agent"),
}

#: When the citizen is told: the submission, the service's moves, each Occasion for him.
OCCASIONS = {
    "deposer": _("Demande submitted"),
    "exonerer": _("Fee waived by the service"),
    "prendre_en_charge": _("Demande taken in hand"),
    "demander_complement": _("Complement asked for"),
    "rappel": _("Reminder of an answer that is awaited"),
    "rappel_pieces": _("Reminder of announced documents that have not arrived"),
    "completer": _("Complement received by the service"),
    "piece_recue": _("Document received by post or at the counter"),
    "code": _("New tracking code made at the counter"),
    "message": _("Message of the service"),
    "document": _("Document for the citizen"),
    "valider": _("Demande approved"),
    "refuser": _("Demande refused"),
    "classer": _("Demande closed without action"),
    "retirer": _("Demande withdrawn by the service"),
    "rouvrir": _("Demande reopened"),
}

#: Kinds of documents, as :class:`carouge.guichet.demande.dossier.Document` has them.
GENRES = ("decision", "document")

# Characters, and how many models of a kind.
MAX_OBJET = 150
MAX_SMS = 300
MAX_TITRE = 150
MAX_TEXTE = 5_000
MAX_CORPS = 20_000
MAX_MODELES = 40

_ID = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


# --- what is kept ---------------------------------------------------------------


@dataclass(frozen=True)
class Avis:
    """The notice of one occasion; what is empty is said in the counter's own words."""

    objet: str = ""
    texte: str = ""
    sms: str = ""

    @property
    def vide(self) -> bool:
        return not (self.objet or self.texte or self.sms)


@dataclass(frozen=True)
class ModeleDeMessage:
    """Words an agent begins with; ``mouvements`` are the moves they are proposed for.

    Without a move they are proposed for all of them, and for messages.
    """

    id: str
    titre: str
    texte: str = ""
    mouvements: tuple[str, ...] = ()


@dataclass(frozen=True)
class ModeleDeDocument:
    """A document an agent can issue.

    ``corps`` is read by :func:`blocs`; ``genre`` is one of :data:`GENRES`,
    ``mouvement`` the move it goes with (empty for any), ``signataire`` who signs it.
    """

    id: str
    titre: str
    corps: str = ""
    genre: str = "decision"
    mouvement: str = ""
    signataire: str = ""


@dataclass(frozen=True)
class Textes:
    """All texts of a démarche; ``avis`` by occasion, without those that say nothing."""

    avis: Mapping[str, Avis] = field(default_factory=dict)
    messages: tuple[ModeleDeMessage, ...] = ()
    documents: tuple[ModeleDeDocument, ...] = ()

    @property
    def vide(self) -> bool:
        return not (self.avis or self.messages or self.documents)

    def to_json(self) -> dict[str, Any]:
        """JSON of plain dicts and lists; ``{}`` when there is nothing."""
        if self.vide:
            return {}
        return {
            "avis": {nom: asdict(avis) for nom, avis in self.avis.items()},
            "messages": [
                {**asdict(one), "mouvements": list(one.mouvements)}
                for one in self.messages
            ],
            "documents": [asdict(one) for one in self.documents],
        }

    @classmethod
    def from_json(cls, raw: object) -> Textes:
        """The texts of that JSON, which may come from anybody.

        :raises ValueError: it is not what :meth:`to_json` makes
        """
        if raw == {}:
            return cls()
        parts = _object(raw, {"avis", "messages", "documents"})
        if not isinstance(parts["avis"], dict):
            raise ValueError("avis")
        textes = cls(
            avis={nom: _avis(nom, one) for nom, one in parts["avis"].items()},
            messages=tuple(map(_message, _list(parts["messages"]))),
            documents=tuple(map(_document, _list(parts["documents"]))),
        )
        for modeles in (textes.messages, textes.documents):
            if len({modele.id for modele in modeles}) < len(modeles):
                raise ValueError("the same id twice")
        return textes

    def avec_avis(self, occasion: str, avis: Avis) -> Textes:
        """The same texts with another notice; an empty one goes."""
        autres = {nom: one for nom, one in self.avis.items() if nom != occasion}
        return replace(self, avis=autres if avis.vide else {**autres, occasion: avis})


def nouvel_id() -> str:
    """An id for a model."""
    return secrets.token_hex(4)


# --- of a démarche ---------------------------------------------------------------


def textes_de_travail(demarche) -> Textes:
    """The texts as editors have them."""
    return Textes.from_json(getattr(aq_base(demarche), ATTRIBUT, None) or {})


def textes_publies(demarche) -> Textes:
    """The texts citizens and agents get."""
    return Textes.from_json(contenu_publie(demarche)[ATTRIBUT])


def enregistrer_textes(demarche, textes: Textes) -> None:
    """Make these the texts of the working copy."""
    setattr(aq_base(demarche), ATTRIBUT, textes.to_json())
    notify(ObjectModifiedEvent(demarche))


def modeles_de_message(
    demarche, mouvement: str | None = None
) -> tuple[ModeleDeMessage, ...]:
    """The published models for a move (its id), for a plain message (empty), or all."""
    return tuple(
        modele
        for modele in textes_publies(demarche).messages
        if mouvement is None or not modele.mouvements or mouvement in modele.mouvements
    )


def modeles_de_document(
    demarche, mouvement: str | None = None
) -> tuple[ModeleDeDocument, ...]:
    """The published models that go with a move (its id), or all."""
    return tuple(
        modele
        for modele in textes_publies(demarche).documents
        if mouvement is None or modele.mouvement in ("", mouvement)
    )


def avis_de(demarche, occasion: str) -> Avis:
    """The published notice of an occasion; empty where the editors said nothing."""
    return textes_publies(demarche).avis.get(occasion, Avis())


# --- variables --------------------------------------------------------------------


@dataclass(frozen=True)
class Rempli:
    """A text with its values; ``inconnues`` are variables nobody knows, still in it."""

    texte: str
    inconnues: tuple[str, ...] = ()


def variables(texte: str) -> tuple[str, ...]:
    """The names of the variables of a text, each once, in order."""
    return tuple(dict.fromkeys(VARIABLE.findall(texte)))


def remplir(texte: str, valeurs: Mapping[str, str]) -> Rempli:
    """Put the values in the place of the variables; a value is never a pattern.

    A line is left out when all the variables it has are empty. An unknown variable
    stays as it is.
    """
    lignes = [_ligne(ligne, valeurs) for ligne in texte.split("\n")]
    return Rempli(
        "\n".join(ligne for ligne in lignes if ligne is not None),
        tuple(nom for nom in variables(texte) if nom not in valeurs),
    )


def _ligne(ligne: str, valeurs: Mapping[str, str]) -> str | None:
    noms = VARIABLE.findall(ligne)
    if noms and all(nom in valeurs and not valeurs[nom].strip() for nom in noms):
        return None
    return VARIABLE.sub(
        lambda found: valeurs.get(found[1], found[0]),
        ligne,
    )


def nom_de_reponse(nom: str) -> str:
    """The name of the variable for the answer to a question."""
    return REPONSE + nom if nom in FIXES or nom in DU_DOSSIER else nom


# --- documents --------------------------------------------------------------------


@dataclass(frozen=True)
class Bloc:
    """A part of a document.

    ``genre`` is ``titre``, ``sous_titre``, ``liste`` or ``paragraphe``. The ``lignes``
    of a list are its items; a line may hold line breaks, which come from a value.
    """

    genre: str
    lignes: tuple[str, ...]


_DEBUTS = (("## ", "sous_titre"), ("# ", "titre"), ("- ", "liste"))


def blocs(corps: str, valeurs: Mapping[str, str]) -> tuple[Bloc, ...]:
    """The parts of a document with their values.

    A blank line ends a paragraph, ``# `` begins a heading, ``## `` a smaller one,
    ``- `` an item of a list.
    """
    found: list[Bloc] = []
    suite = ""
    for brute in corps.splitlines():
        brute = brute.rstrip()
        debut, genre = next(
            (pair for pair in _DEBUTS if brute.startswith(pair[0])), ("", "paragraphe")
        )
        ligne = _ligne(brute.removeprefix(debut), valeurs)
        if ligne is None:
            continue
        if not brute:
            suite = ""
        elif genre == suite and genre in ("liste", "paragraphe"):
            found[-1] = Bloc(genre, (*found[-1].lignes, ligne))
        else:
            found.append(Bloc(genre, (ligne,)))
            suite = genre
    return tuple(found)


def sans_marques(valeur: str) -> str:
    """A value whose lines begin no part of a document: what a citizen has typed is
    never a heading of a decision.
    """
    return re.sub(r"^(?=#{1,2} |- )", " ", valeur, flags=re.MULTILINE)


# --- reading ------------------------------------------------------------------------


def _object(raw: object, keys: set[str]) -> dict[str, Any]:
    if not isinstance(raw, dict) or set(raw) != keys:
        raise ValueError(f"an object with {sorted(keys)}")
    return raw


def _list(raw: object) -> list:
    if not isinstance(raw, list) or len(raw) > MAX_MODELES:
        raise ValueError("a list")
    return raw


def _texts(klass, raw: object, limits: Mapping[str, int]) -> dict[str, str]:
    values = _object(raw, {one.name for one in fields(klass)})
    for nom, limit in limits.items():
        if not isinstance(values[nom], str) or len(values[nom]) > limit:
            raise ValueError(nom)
    return values


def _avis(nom: str, raw: object) -> Avis:
    avis = Avis(
        **_texts(Avis, raw, {"objet": MAX_OBJET, "texte": MAX_TEXTE, "sms": MAX_SMS})
    )
    if nom not in OCCASIONS or avis.vide or "\n" in avis.objet:
        raise ValueError(nom)
    return avis


def _message(raw: object) -> ModeleDeMessage:
    values = _texts(
        ModeleDeMessage, raw, {"id": 40, "titre": MAX_TITRE, "texte": MAX_TEXTE}
    )
    moves = _list(values["mouvements"])
    if not all(isinstance(move, str) and move in OCCASIONS for move in moves):
        raise ValueError("mouvements")
    return _named(ModeleDeMessage(**{**values, "mouvements": tuple(moves)}))


def _document(raw: object) -> ModeleDeDocument:
    values = _texts(
        ModeleDeDocument,
        raw,
        {
            "id": 40,
            "titre": MAX_TITRE,
            "corps": MAX_CORPS,
            "genre": 20,
            "mouvement": 40,
            "signataire": MAX_TITRE,
        },
    )
    if values["genre"] not in GENRES or values["mouvement"] not in ("", *OCCASIONS):
        raise ValueError("genre")
    return _named(ModeleDeDocument(**values))


def _named(modele):
    if not _ID.fullmatch(modele.id) or not modele.titre.strip():
        raise ValueError("a model has an id and a title")
    return modele
