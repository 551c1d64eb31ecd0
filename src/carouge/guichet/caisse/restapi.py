"""``@paiements-a-comptabiliser``: what the accounting fetches, and acknowledges."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.journal.service import record
from carouge.guichet.money import to_decimal
from carouge.guichet.paiement.lots import a_exporter
from carouge.guichet.paiement.lots import acquitter
from carouge.guichet.paiement.lots import creer_lot
from carouge.guichet.paiement.lots import csv_de
from carouge.guichet.paiement.lots import DejaAcquitte
from carouge.guichet.paiement.lots import get_lot
from carouge.guichet.paiement.lots import lots_de
from carouge.guichet.paiement.registres import Lot
from carouge.guichet.regie.service import regies
from carouge.guichet.rest import bad_request
from carouge.guichet.rest import GuichetService
from carouge.guichet.rest import not_found
from carouge.guichet.rest import Refusal
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides


#: Longest name the accounting may give a batch.
MAX_REFERENCE = 60


class _Lots(GuichetService):
    def lot(self) -> Lot:
        """The batch the address names.

        :raises Refusal: there is none
        """
        lot = get_lot(self.context, self.path[0]) if len(self.path) == 1 else None
        if lot is None:
            raise not_found()
        return lot

    def entry(self, lot: Lot) -> dict:
        return {
            "@id": f"{self.address}/{lot.numero}",
            "numero": lot.numero,
            "regie": lot.regie,
            "cree": lot.moment.isoformat(),
            "lignes": len(lot),
            "total": to_decimal(lot.total),
            "devise": "CHF",
            "totaux": [
                {"source": source, "lignes": count, "total": to_decimal(total)}
                for source, count, total in lot.totaux
            ],
            "acquitte": lot.acquitte.isoformat() if lot.acquitte else None,
            "reference": lot.reference or None,
        }

    def full(self, lot: Lot) -> dict:
        entry = self.entry(lot)
        entry["items"] = [
            {
                "ligne": rang,
                "date": ligne.jour,
                "moment": ligne.moment.isoformat(),
                "facture": ligne.facture,
                "numero": ligne.numero,
                "source": ligne.source,
                "montant": to_decimal(ligne.centimes),
                "paiement": ligne.paiement or None,
                "id_externe": ligne.id_externe,
            }
            for rang, ligne in enumerate(lot.lignes, 1)
        ]
        entry["items_total"] = len(entry["items"])
        return entry

    def regie(self, code: object) -> str:
        """
        :raises Refusal: there is no such régie
        """
        if not isinstance(code, str) or code not in regies():
            raise bad_request(_("There is no such régie."), regies=sorted(regies()))
        return code


class LireLots(_Lots):
    """``GET ?regie=``: the batches nobody has acknowledged (``?tous=1``: all), oldest
    first; ``GET /<number>``: one with its lines, ``?format=csv`` as its file."""

    def answer(self):
        self.personal()
        if self.path:
            return self._one(self.lot())
        code = self.regie(self.text("regie"))
        part = self.part()
        lots = lots_de(self.context, code, ouverts=self.text("tous") != "1")
        result = self.batched(
            [self.entry(lot) for lot in lots[part.start : part.start + part.size]],
            part,
            len(lots),
        )
        result["en_attente"] = a_exporter(self.context, code)
        return result

    def _one(self, lot: Lot):
        format = self.text("format") or "json"
        if format not in ("json", "csv"):
            raise bad_request(
                _("The parameter ${name} is not valid.", mapping={"name": "format"})
            )
        record("lot.telecharger", subject=lot.numero)
        if format == "json":
            return self.full(lot)
        body = csv_de(lot)
        for header, value in (
            ("Content-Type", "text/csv; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Disposition", f"attachment; filename={lot.numero}.csv"),
            ("X-Content-Type-Options", "nosniff"),
        ):
            self.request.response.setHeader(header, value)
        return body


class EcrireLots(_Lots):
    """``POST`` with ``{"regie": …}`` makes the next batch; ``POST /<number>`` with
    ``{"reference": …}`` acknowledges one."""

    def answer(self) -> dict:
        self.personal()
        # No other site can make a browser send JSON.
        body = self.json_body()
        alsoProvides(self.request, IDisableCSRFProtection)
        if self.path:
            return self._acknowledge(self.lot(), body)
        unknown = sorted(set(body) - {"regie"})
        if unknown:
            raise bad_request(
                _("There is no field ${name}.", mapping={"name": unknown[0][:40]})
            )
        lot = creer_lot(self.context, self.regie(body.get("regie")), self.caller or "")
        if lot is None:
            return {"@id": self.address, "lot": None, "items_total": 0}
        self.request.response.setStatus(201)
        return self.full(lot)

    def _acknowledge(self, lot: Lot, body: dict) -> dict:
        reference = body.get("reference", "")
        correct = isinstance(reference, str) and len(reference) <= MAX_REFERENCE
        if not correct or not reference.isprintable() or set(body) - {"reference"}:
            raise bad_request(
                _(
                    "A reference is a text of at most ${count} characters.",
                    mapping={"count": str(MAX_REFERENCE)},
                )
            )
        try:
            acquitter(self.context, lot, reference.strip(), self.caller or "")
        except DejaAcquitte as error:
            raise Refusal(
                409,
                "Conflict",
                _(
                    "The batch ${number} is acknowledged already, with another "
                    "reference.",
                    mapping={"number": lot.numero},
                ),
            ) from error
        return self.entry(lot)
