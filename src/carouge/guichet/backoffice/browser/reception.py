"""``/agents/piece``: documents that came by post or to the counter, one after another."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice import actions
from carouge.guichet.backoffice.browser.partie import DemandePage
from carouge.guichet.backoffice.browser.partie import Refused
from carouge.guichet.backoffice.domain import whole_number
from carouge.guichet.backoffice.scan import MAX_SCAN
from carouge.guichet.backoffice.scan import scanned_number
from carouge.guichet.backoffice.service import NotVisible
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.labels import MOYEN_LABELS
from carouge.guichet.demande.traitement import PieceInconnue
from carouge.guichet.formulaire.bordereau import MOYENS
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode


#: So many of the last ones are named.
DERNIERS = 10


class AgentsReception(DemandePage):
    """A scanner or a hand types the number of a cover sheet; the pieces are ticked.

    The number stands in the address, so that a scanner needs no more than its Enter.
    Nothing is kept of the last ones but what this address says.
    """

    template = ViewPageTemplateFile("../templates/reception.pt")
    page_title = _("Documents received")
    demande = None
    number_error = None

    def __call__(self):
        self.prepare()
        self.errors = {}
        posted = self.request.method == "POST"
        if self.typed("numero"):
            self._find()
        if posted and self.demande is not None:
            answer = self._post()
            if answer is not None:
                return answer
        elif posted or self.number_error:
            self.request.response.setStatus(400 if posted else 200)
        return self.template()

    def _find(self) -> None:
        try:
            self.demande = self.desk.open(scanned_number(self.asked))
        except InvalidNumber:
            self.number_error = _(
                "This number cannot be right: a character is missing or mistyped. "
                "Please scan it again, or compare it with the sheet."
            )
        except NotVisible:
            self.number_error = _(
                "No demande of your services has this number. It may belong to another "
                "service: please pass the documents on."
            )

    def act(self) -> str:
        if self.moyen not in MOYENS:
            raise Refused(_("Please say how the document has arrived."), "moyen")
        sent = self.request.form.get("rang")
        ranks = map(whole_number, sent if isinstance(sent, list) else [sent])
        rangs = [rang for rang in ranks if rang is not None]
        if not rangs:
            raise Refused(_("Please tick what has arrived."), "rang")
        try:
            actions.receive(self.demande, self.sent_version, rangs, self.moyen)
        except PieceInconnue as error:
            raise Refused(
                _("Some of these documents are no longer awaited. Please look again.")
            ) from error
        last = dict.fromkeys([self.demande.numero, *self.last])
        query = {"moyen": self.moyen, "derniers": ",".join([*last][:DERNIERS])}
        return self.done(
            _(
                "Received for ${number}: ${count}. The next one, please.",
                mapping={"number": self.demande.numero, "count": str(len(rangs))},
            ),
            f"{self.url}?{urlencode(query)}",
        )

    @property
    def url(self) -> str:
        return f"{self.list_url}/piece"

    @property
    def asked(self) -> str:
        """The number as it was scanned or typed."""
        return self.typed("numero")[:MAX_SCAN]

    @property
    def moyen(self) -> str:
        """How they arrive: chosen once, for all that follow."""
        return self.typed("moyen")

    @property
    def last(self) -> list[str]:
        """The numbers of the last ones; whatever else stands there is left out."""
        found = []
        for text in self.typed("derniers").split(",")[:DERNIERS]:
            try:
                found.append(scanned_number(text))
            except InvalidNumber:
                continue
        return found

    @property
    def pieces(self) -> list[dict]:
        """What is awaited for the demande."""
        return [
            {
                "rang": rang,
                "label": piece.label,
                "remark": MOYEN_LABELS.get(piece.moyen),
            }
            for rang, piece in enumerate(self.demande.pieces)
            if piece.annoncee
        ]

    @property
    def by_counter(self) -> bool:
        """Whether the counter is proposed: as before, else as most were announced."""
        if self.moyen in MOYENS:
            return self.moyen == "guichet"
        moyens = [piece.moyen for piece in self.demande.pieces_annoncees]
        return moyens.count("guichet") > len(moyens) / 2
