"""Parts of a demande that are files: one's own pieces, and the cover sheet."""

from __future__ import annotations

from carouge.guichet.demande.content import Piece
from carouge.guichet.entiers import lire_entier
from carouge.guichet.espace.browser.partie import Partie
from carouge.guichet.formulaire.bordereau import envoyer
from carouge.guichet.formulaire.bordereau import SansPieceAnnoncee
from carouge.guichet.layout import send_file
from collections.abc import Sequence
from zExceptions import NotFound


class Bordereau(Partie):
    """``bordereau``: the cover sheet of what is still to come."""

    def page(self):
        try:
            return envoyer(self.opened, self.request)
        except SansPieceAnnoncee as error:
            raise NotFound(self.part) from error


class PieceDemande(Partie):
    """``piece/<rang>``: a file that came with the demande; the first is 1."""

    max_items = 1

    def page(self):
        return self.send(self.opened.pieces, self.items[-1] if self.items else "")

    def send(self, pieces: Sequence[Piece], rang: str):
        """The file of that place, to be saved.

        :raises NotFound: there is none, or nobody may have it
        """
        number = lire_entier(rang, moins=1, plus=len(pieces))
        if number is None or not pieces[number - 1].lisible:
            raise NotFound(rang)
        piece = pieces[number - 1]
        return send_file(self.request, piece.file, piece.file.filename or piece.label)


class PieceMessage(PieceDemande):
    """``message/<id>/<rang>``: an attachment of a message, of either side."""

    max_items = 2

    def page(self):
        message = self.opened.dossier.message(self.items[0]) if self.items else None
        if message is None or len(self.items) != 2:
            raise NotFound(self.part)
        return self.send(message.pieces, self.items[1])
