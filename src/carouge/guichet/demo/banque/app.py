"""The bank as a Flask application."""

from __future__ import annotations

from carouge.guichet.demo.banque import api
from carouge.guichet.demo.banque import pages
from carouge.guichet.demo.banque.defauts import DefautInconnu
from carouge.guichet.demo.banque.parts import Banque
from carouge.guichet.demo.banque.settings import BankSettings
from carouge.guichet.demo.banque.settings import LOOPBACK
from collections import Counter
from datetime import datetime
from datetime import timezone
from flask import abort
from flask import Flask
from flask import g
from flask import jsonify
from flask import render_template
from flask import request
from flask import Response
from pathlib import Path
from urllib.parse import urlsplit
from werkzeug.exceptions import HTTPException

import csv
import io


MAX_REQUEST_BYTES = 64 * 1024

#: Answered with JSON; everything else is a page for a person.
MACHINE_PATHS = ("/v1/transactions", "/defauts", "/livre.json", "/livre.csv")

#: Of the list of transactions.
COLUMNS = ("transactionId", "refno", "type", "amount", "currency", "status", "date")


def make_banque(settings: BankSettings) -> Flask:
    """Return the bank; its :class:`Banque` is ``app.extensions["banque"]``.

    Its notifications are sent once ``facteur.start()`` was called.
    """
    app = Flask("banque", root_path=str(Path(__file__).parents[1]))
    app.config["MAX_CONTENT_LENGTH"] = MAX_REQUEST_BYTES
    app.json.ensure_ascii = False
    banque = Banque(settings)
    app.extensions["banque"] = banque
    _protect(app)
    api.register(app, banque)
    pages.register(app, banque)
    _register_switches(app, banque)
    return app


def _protect(app: Flask) -> None:
    @app.before_request
    def only_this_machine() -> None:
        if request.remote_addr not in LOOPBACK:
            abort(403)
        # A name somebody made point to this machine is not ours either.
        if urlsplit(f"//{request.host}").hostname not in LOOPBACK:
            abort(403)

    @app.after_request
    def secure(response: Response) -> Response:
        # A form may lead back to the merchant, and browsers look at redirections too.
        targets = ["'self'"]
        if "operation" in g:
            parts = urlsplit(g.operation.retour)
            targets.append(f"{parts.scheme}://{parts.netloc}")
        response.headers.update(
            {
                "Content-Security-Policy": (
                    "default-src 'none'; style-src 'unsafe-inline'; "
                    f"form-action {' '.join(targets)}; base-uri 'none'; "
                    "frame-ancestors 'none'"
                ),
                "X-Content-Type-Options": "nosniff",
                "Referrer-Policy": "no-referrer",
                "Cache-Control": "no-store",
            }
        )
        return response

    @app.errorhandler(HTTPException)
    def failed(error: HTTPException):
        # A redirection is an exception as well and has its own answer.
        if error.code is None or error.code < 400:
            return error
        if request.path.startswith(MACHINE_PATHS):
            return jsonify(error=error.description), error.code
        return render_template("banque/error.html", code=error.code), error.code


def _register_switches(app: Flask, banque: Banque) -> None:
    defauts, livre = banque.defauts, banque.livre

    @app.get("/defauts")
    def faults() -> Response:
        return jsonify(regles=defauts.regles, arrives=defauts.arrives)

    @app.post("/defauts")
    def set_faults() -> Response:
        data = request.get_json()
        if not isinstance(data, dict) or not isinstance(data.get("regles"), list):
            abort(400, "regles: a list of objects")
        seed = data.get("graine")
        if seed is not None and type(seed) is not int:
            abort(400, "graine: a whole number")
        try:
            defauts.remplacer(data["regles"], seed)
        except DefautInconnu as error:
            abort(400, f"unknown fault: {error}")
        return jsonify(regles=defauts.regles, arrives={})

    @app.post("/defauts/<id>/expirer")
    def expire(id: str) -> tuple[str, int]:
        return "", 204 if banque.changer(id, banque.expirer) else 404

    @app.post("/defauts/<id>/litige")
    def chargeback(id: str) -> tuple[str, int]:
        return "", 204 if banque.changer(id, banque.contester) else 404

    @app.get("/livre.csv")
    def export() -> Response:
        """What the provider's portal exports for a merchant (``?marchand=``)."""
        out = io.StringIO()
        writer = csv.writer(out, delimiter=";")
        writer.writerow(COLUMNS)
        with livre.ouvert():
            operations = livre.operations()
        for one in operations:
            if one.marchand == request.args.get("marchand", one.marchand):
                when = datetime.fromtimestamp(one.cree, timezone.utc)
                francs = f"{one.montant // 100}.{one.montant % 100:02}"
                writer.writerow(
                    [
                        *(one.id, one.refno, one.type, francs, one.devise, one.etat),
                        when.isoformat(timespec="seconds"),
                    ]
                )
        return Response(
            out.getvalue(), content_type="text/csv; charset=utf-8; header=present"
        )

    @app.get("/livre.json")
    def books() -> Response:
        with livre.ouvert():
            operations, moves = livre.operations(), livre.mouvements()
            sent = livre.envois()
        totals: Counter[str] = Counter()
        for move in moves:
            totals[move["marchand"]] += move["centimes"]
        return jsonify(
            operations=[
                {
                    "id": one.id,
                    "marchand": one.marchand,
                    "type": one.type,
                    "refno": one.refno,
                    "etat": one.etat,
                    "montant": one.montant,
                    "devise": one.devise,
                    "autorise": one.autorise,
                    "debite": one.debite,
                    "credite": one.credite,
                    "origine": one.origine,
                }
                for one in operations
            ],
            mouvements=moves,
            totaux=totals,
            envois=sent,
        )
