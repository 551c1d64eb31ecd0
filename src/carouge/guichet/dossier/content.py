"""What is remembered of each document that was issued. The paths are stored."""

from __future__ import annotations

from BTrees.OOBTree import OOBTree
from datetime import datetime
from persistent import Persistent


class Emission(Persistent):
    """One issued document: enough to recognise it, nothing of what stands in it.

    ``genre`` is ``recepisse``, ``decision`` or ``document``; ``digest`` the SHA-256
    (hex) of the file, ``copies`` those of copies that say the same (a receipt with the
    tracking code on it). ``retire`` is when it was withdrawn, ``remplace`` when a newer
    one took its place.
    """

    copies: tuple[str, ...] = ()
    retire: datetime | None = None
    remplace: datetime | None = None

    def __init__(
        self, *, genre: str, numero: str, document: str, digest: str, date: datetime
    ) -> None:
        self.genre = genre
        self.numero = numero
        self.document = document
        self.digest = digest
        self.date = date

    @property
    def digests(self) -> tuple[str, ...]:
        """The digests of all files this code stands on."""
        return (self.digest, *self.copies)


class Emissions(Persistent):
    """All issued documents of a guichet, by their code as it is printed.

    They outlive the demandes: a paper may be checked when the file is erased. Codes are
    random, so that two documents issued at the same time seldom meet.
    """

    def __init__(self) -> None:
        self._par_code = OOBTree()

    def __contains__(self, code: str) -> bool:
        return code in self._par_code

    def get(self, code: str) -> Emission | None:
        return self._par_code.get(code)

    def ajouter(self, code: str, emission: Emission) -> None:
        """Remember a document.

        :raises KeyError: the code is taken
        """
        if not self._par_code.insert(code, emission):
            raise KeyError(code)
