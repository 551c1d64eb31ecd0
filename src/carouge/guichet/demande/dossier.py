"""What gathers on a demande after its submission. The paths of these classes are stored.

It lies beside the answers, so that a message does not write them again, and exists from
the first entry on.
"""

from __future__ import annotations

from BTrees.OOBTree import OOTreeSet
from collections.abc import Mapping
from dataclasses import astuple
from dataclasses import dataclass
from datetime import datetime
from persistent import Persistent
from persistent.list import PersistentList

import secrets


#: A second click comes at once: what was ordered long before need not be known.
MAX_ORDRES = 20


def nouvel_id() -> str:
    """An id nobody can guess: 16 hexadecimal digits."""
    return secrets.token_hex(8)


@dataclass(frozen=True)
class Evenement:
    """One line of the history that is no move.

    ``date`` is aware, in UTC; ``par`` is a user id, empty for the counter itself;
    ``genre`` is a key of :data:`carouge.guichet.demande.labels.EVENEMENT_LABELS`.
    ``details`` are plain texts, never what a citizen typed.
    """

    date: datetime
    par: str
    genre: str
    details: Mapping[str, str]


class Message(Persistent):
    """What one side has written to the other.

    ``auteur`` is ``usager`` or ``service``, ``par`` the user id, empty without account.
    ``pieces`` are the attachments (:class:`carouge.guichet.demande.content.Piece`, all
    of them files). ``lu`` is when the other side saw it first.
    """

    lu: datetime | None = None

    def __init__(
        self, *, auteur: str, par: str, texte: str, date: datetime, pieces=()
    ) -> None:
        self.id = nouvel_id()
        self.auteur = auteur
        self.par = par
        self.texte = texte
        self.date = date
        self.pieces = tuple(pieces)


class Note(Persistent):
    """What an agent has written for his colleagues. No citizen ever sees it."""

    def __init__(self, *, par: str, texte: str, date: datetime) -> None:
        self.id = nouvel_id()
        self.par = par
        self.texte = texte
        self.date = date


class Document(Persistent):
    """A document the service has issued to the citizen.

    ``genre`` is ``decision`` or ``document``. ``file`` is a NamedBlobFile, ``digest``
    its SHA-256 (hex), ``code`` what ``/verifier/<code>`` knows it by (empty for none).
    ``lu`` is when the citizen opened it first, ``retire`` when it was withdrawn and
    ``raison`` why, as the citizen was told.
    """

    lu: datetime | None = None
    retire: datetime | None = None
    raison = ""

    def __init__(
        self,
        *,
        genre: str,
        titre: str,
        file,
        digest: str,
        date: datetime,
        par: str,
        code: str = "",
    ) -> None:
        self.id = nouvel_id()
        self.genre = genre
        self.titre = titre
        self.file = file
        self.digest = digest
        self.date = date
        self.par = par
        self.code = code


class Recepisse(Document):
    """The receipt of the demande, made when somebody asked for it first.

    ``empreinte`` stands for what it confirms: a demande that has another one needs a
    new receipt.
    """

    def __init__(self, *, empreinte: str, **values) -> None:
        super().__init__(genre="recepisse", **values)
        self.empreinte = empreinte


class Complement(Persistent):
    """What the service has asked the citizen for.

    ``questions`` are the names (:attr:`~carouge.guichet.demande.domain.Reponse.name`)
    of the answers to be corrected, pieces included, or of whole groups; ``documents``
    are labels of further documents. ``repondu`` is when the answer came, ``abandonne``
    when none was wanted any more: the demande was decided or withdrawn meanwhile.

    ``brouillon`` is the answer while it is being given, a
    :class:`carouge.guichet.brouillon.content.Brouillon`; ``brouillon_du_bureau`` is what
    the agents are entering of an answer that somebody has brought. No side sees that of
    the other; both go with the end of what was asked. ``envoi`` names the page the answer
    was sent from. ``avant`` and ``apres`` are the answers that were changed, as
    tuples of the values of :class:`~carouge.guichet.demande.domain.Reponse`; a question
    that was not asked before, or is not any more, stands in one of them only.
    """

    repondu: datetime | None = None
    abandonne: datetime | None = None
    brouillon = None
    brouillon_du_bureau = None
    envoi = ""
    avant: tuple[tuple, ...] = ()
    apres: tuple[tuple, ...] = ()

    def __init__(
        self,
        *,
        message: str,
        questions=(),
        documents=(),
        date: datetime,
        par: str,
    ) -> None:
        self.id = nouvel_id()
        self.message = message
        self.questions = tuple(questions)
        self.documents = tuple(documents)
        self.date = date
        self.par = par

    def oublier_brouillons(self) -> None:
        """Nobody waits for an answer any more: what was typed goes, with its files."""
        for name in ("brouillon", "brouillon_du_bureau"):
            if getattr(self, name) is not None:
                setattr(self, name, None)


class Dossier(Persistent):
    """All of it, for one demande.

    ``agent`` is the user id of whoever has it in hand, empty for nobody. ``ordres`` are
    the digests of what the agents have ordered last.
    """

    agent = ""
    #: When it was put with what is over and needs no look any more.
    archivee: datetime | None = None
    #: The latest one; None as long as nobody has asked for it.
    recepisse: Recepisse | None = None
    ordres: tuple[str, ...] = ()
    #: See carouge.guichet.demande.envois; None as long as nothing was sent.
    _envois: PersistentList | None = None

    def __init__(self) -> None:
        self.suiveurs = OOTreeSet()
        self.messages = PersistentList()
        self.notes = PersistentList()
        self.documents = PersistentList()
        self.complements = PersistentList()
        self._evenements = PersistentList()

    @property
    def evenements(self) -> list[Evenement]:
        """The history beside the moves, oldest first."""
        return [Evenement(*values) for values in self._evenements]

    def ordonner(self, empreinte: str) -> None:
        """Keep the digest of an order, so that the same one is known when it comes."""
        self.ordres = (*self.ordres, empreinte)[-MAX_ORDRES:]

    def noter(self, evenement: Evenement) -> None:
        """Add a line to the history."""
        self._evenements.append(astuple(evenement))

    @property
    def complement(self) -> Complement | None:
        """What was asked last and is not answered yet."""
        last = self.complements[-1] if self.complements else None
        if last is None or last.repondu or last.abandonne:
            return None
        return last

    @property
    def decisions_a_lire(self) -> list[Document]:
        """The decisions the citizen has not opened yet."""
        return [
            document
            for document in self.documents
            if document.genre == "decision"
            and document.lu is None
            and document.retire is None
        ]

    def document(self, id: str) -> Document | None:
        """The document of that id, withdrawn or not."""
        return next((found for found in self.documents if found.id == id), None)

    def message(self, id: str) -> Message | None:
        """The message of that id."""
        return next((found for found in self.messages if found.id == id), None)
