"""Files that come along with words: attachments of a message, scans of a document.

The rules are those of the documents of a form: kind by content, size, antivirus, how
much one place may send. What waits for the antivirus is kept and examined later.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demande.content import Piece
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.televersement import fichier_de
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from collections.abc import Sequence
from ZPublisher.HTTPRequest import FileUpload

import os


#: Files of one message, and their size altogether in bytes.
MAX_JOINTES = 5
MAX_OCTETS = 25 * 1024 * 1024
#: Longest name that is told again.
MAX_NOM = 100

#: What :attr:`~carouge.guichet.demande.content.Piece.name` is for them.
JOINTE = "jointe"


TROP_LOURD = _(
    "Your files are too large together: ${max} MB are possible.",
    mapping={"max": str(MAX_OCTETS // (1024 * 1024))},
)


class JointesRefusees(ValueError):
    """Some of the files cannot be kept, so none is; ``messages`` say which and why."""

    def __init__(self, messages: list) -> None:
        super().__init__(len(messages))
        self.messages = messages


def envois(sent: object) -> list[FileUpload]:
    """The files of one field of a form, without those nobody has chosen."""
    files = sent if isinstance(sent, (list, tuple)) else [sent]
    return [one for one in files if isinstance(one, FileUpload) and one.filename]


def lire_jointes(
    sent: object,
    *,
    name: str = JOINTE,
    label: str = "",
    max_fichiers: int = MAX_JOINTES,
) -> list[Piece]:
    """The files of a field, looked at and examined; nothing is written yet.

    ``label`` is that of the document they are; their names, when it is empty.

    :raises JointesRefusees: with what is wrong with each of them
    """
    return examiner_jointes(
        contenus_de(sent, max_fichiers),
        name=name,
        label=label,
        max_fichiers=max_fichiers,
    )


def contenus_de(
    sent: object, max_fichiers: int = MAX_JOINTES
) -> list[tuple[str, bytes]]:
    """The names and contents of a field, not looked at yet.

    :raises JointesRefusees: too many, or too large together
    """
    fichiers = envois(sent)
    _compter(fichiers, max_fichiers)
    if sum(map(_taille, fichiers)) > MAX_OCTETS:
        raise JointesRefusees([TROP_LOURD])
    return [(envoi.filename, _contenu(envoi)) for envoi in fichiers]


def examiner_jointes(
    contenus: Sequence[tuple[str, bytes]],
    *,
    name: str = JOINTE,
    label: str = "",
    max_fichiers: int = MAX_JOINTES,
) -> list[Piece]:
    """The same of files that have come in another way: names with contents.

    :raises JointesRefusees: with what is wrong with each of them
    """
    _compter(contenus, max_fichiers)
    if sum(len(data) for _nom, data in contenus) > MAX_OCTETS:
        raise JointesRefusees([TROP_LOURD])
    pieces, messages = [], []
    for nom, data in contenus:
        try:
            fichier = fichier_de(None, nom, data)
        except DocumentRefuse as error:
            messages.append(_nomme(nom, error))
        else:
            pieces.append(
                Piece(
                    name,
                    label or fichier.nom,
                    fichier.contenu,
                    fichier.digest,
                    controle=fichier.etat,
                )
            )
    if messages:
        raise JointesRefusees(messages)
    return pieces


def _compter(fichiers: Sequence, max_fichiers: int) -> None:
    if len(fichiers) > max_fichiers:
        raise JointesRefusees(
            [
                _(
                    "At most ${max} files can be sent at once.",
                    mapping={"max": str(max_fichiers)},
                )
            ]
        )


def _taille(envoi: FileUpload) -> int:
    envoi.seek(0, os.SEEK_END)
    taille = envoi.tell()
    envoi.seek(0)
    return taille


def _contenu(envoi: FileUpload) -> bytes:
    # One byte more than is allowed tells that it is too much.
    envoi.seek(0)
    return envoi.read(MAX_OCTETS + 1)


def _nomme(nom: str, error: DocumentRefuse):
    return _(
        "“${name}”: ${reason}",
        mapping={"name": nom[:MAX_NOM], "reason": in_words(error.message)},
    )
