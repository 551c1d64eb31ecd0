"""The API of the merchants: the part of the Datatrans JSON API that a counter needs.

``POST /v1/transactions``, ``GET /v1/transactions/<id>``, ``POST …/settle``,
``…/cancel``, ``…/credit``; Basic authentication with the merchant's number; an
``Idempotency-Key`` makes that the same order, sent again, is the same operation.
"""

from __future__ import annotations

from carouge.guichet.demo.banque.defauts import Regle
from carouge.guichet.demo.banque.livre import Operation
from carouge.guichet.demo.banque.parts import Banque
from carouge.guichet.demo.banque.parts import Refus
from carouge.guichet.demo.banque.settings import Marchand
from carouge.guichet.demo.banque.settings import on_this_machine
from collections.abc import Callable
from flask import Flask
from flask import redirect
from flask import request
from flask import Response

import hashlib
import hmac
import json
import time


HUGE_BYTES = 4 * 1024 * 1024
MAX_REFNO = 40
MAX_CENTIMES = 99_999_999_999


def register(app: Flask, banque: Banque) -> None:
    """Add the addresses of the merchants to the application."""
    livre, defauts = banque.livre, banque.defauts

    @app.errorhandler(Refus)
    def refused(refus: Refus) -> Response:
        error = {"error": {"code": refus.code, "message": str(refus)}}
        return _json(error, refus.statut)

    @app.post("/v1/transactions")
    def init() -> Response:
        marchand, order = _marchand(banque), _order()
        values = _init_values(order)

        def act() -> tuple[int, dict]:
            return 201, {"transactionId": banque.ouvrir(marchand, values).id}

        response = faire("init", marchand, values["refno"], order, act)
        if response.status_code == 201:
            id = json.loads(response.get_data())["transactionId"]
            response.headers["Location"] = f"{banque.settings.adresse}/v1/start/{id}"
        return response

    @app.get("/v1/transactions/<id>")
    def status(id: str) -> Response:
        marchand = _marchand(banque)
        with livre.ouvert():
            operation = _own(banque, marchand, id)
        regle = defauts.tirer("status", operation.refno)
        if regle is None:
            return _json(operation.document())
        if regle.mode in LIES:
            return LIES[regle.mode](operation.document())
        return avec_defaut(regle, lambda: _json(operation.document()))

    @app.post("/v1/transactions/<id>/settle")
    def settle(id: str) -> Response:
        marchand, order = _marchand(banque), _order()

        def act() -> tuple[int, dict | None]:
            banque.debiter(_own(banque, marchand, id), *_money(order))
            return 204, None

        return faire("settle", marchand, order.get("refno"), order, act)

    @app.post("/v1/transactions/<id>/cancel")
    def cancel(id: str) -> Response:
        marchand, order = _marchand(banque), _order()

        def act() -> tuple[int, dict | None]:
            banque.annuler(_own(banque, marchand, id))
            return 204, None

        return faire("cancel", marchand, order.get("refno"), order, act)

    @app.post("/v1/transactions/<id>/credit")
    def credit(id: str) -> Response:
        marchand, order = _marchand(banque), _order()

        def act() -> tuple[int, dict | None]:
            refund = banque.rembourser(
                _own(banque, marchand, id), *_money(order), _refno(order)
            )
            return 200, {"transactionId": refund.id}

        return faire("credit", marchand, order.get("refno"), order, act)

    def faire(
        operation: str,
        marchand: Marchand,
        refno: object,
        order: dict,
        act: Callable[[], tuple[int, dict | None]],
    ) -> Response:
        """Carry out an order once for each key, with the fault that is on."""
        cle = request.headers.get("Idempotency-Key", "")
        digest = hashlib.sha256(
            json.dumps([request.path, order], sort_keys=True).encode()
        ).hexdigest()

        def once() -> Response:
            with livre.ouvert():
                since = time.time() - banque.settings.memoire
                known = livre.reponse(marchand.id, cle, since) if cle else None
                if known is not None:
                    if known[0] != digest:
                        raise Refus("INVALID_PROPERTY", "Idempotency-Key", 422)
                    return Response(known[2], known[1], mimetype="application/json")
                status, body = act()
                text = "" if body is None else json.dumps(body)
                if cle:
                    livre.repondre(marchand.id, cle, digest, status, text)
            return Response(text, status, mimetype="application/json")

        regle = defauts.tirer(operation, refno if isinstance(refno, str) else "")
        return once() if regle is None else avec_defaut(regle, once)

    def avec_defaut(regle: Regle, once: Callable[[], Response]) -> Response:
        seconds = banque.settings.lenteur
        if regle.secondes is not None:
            seconds = regle.secondes
        match regle.mode:
            case "erreur_500_apres":
                once()
            case "delai":
                defauts.trainer(seconds)
            case "delai_apres":
                response = once()
                defauts.trainer(seconds)
                return response
            case "html":
                return Response("<html><h1>Maintenance</h1></html>", 200)
            case "liste":
                return _json([1, 2, 3])
            case "enorme":
                return _json({"transactionId": "9" * HUGE_BYTES})
            case "redirection":
                return redirect("http://127.0.0.2:9/ailleurs", 302)
            case "refus":
                raise Refus("INVALID_SETUP", "simulated fault")
            case "acces":
                raise Refus("UNAUTHORIZED", "simulated fault", 401)
        raise Refus("SERVER_ERROR", "simulated fault", 500)


def _lie(**changes: object) -> Callable[[dict], Response]:
    return lambda document: _json(document | changes)


def _wrong_amount(document: dict) -> Response:
    for part in ("authorize", "settle"):
        if part in document["detail"]:
            document["detail"][part]["amount"] += 1
    return _json(document)


#: What the API says of a payment when it does not tell the truth.
LIES: dict[str, Callable[[dict], Response]] = {
    "montant": _wrong_amount,
    "devise": _lie(currency="EUR"),
    "marchand": _lie(refno="0" * 32),
    "inconnu": _lie(status="under_review"),
    "introuvable": lambda document: _not_found(),
}


def _not_found() -> Response:
    error = {"error": {"code": "TRANSACTION_NOT_FOUND", "message": "not found"}}
    return _json(error, 404)


def _json(value: object, status: int = 200) -> Response:
    text = json.dumps(value, ensure_ascii=False)
    return Response(text, status, mimetype="application/json")


def _marchand(banque: Banque) -> Marchand:
    given = request.authorization
    marchand = banque.settings.marchand((given and given.username) or "")
    typed = (given and given.password) or ""
    if marchand is None or not hmac.compare_digest(
        typed.encode(), marchand.mot_de_passe.encode()
    ):
        raise Refus("UNAUTHORIZED", "merchant or password", 401)
    return marchand


def _own(banque: Banque, marchand: Marchand, id: str) -> Operation:
    operation = banque.livre.operation(id)
    if operation is None or operation.marchand != marchand.id:
        raise Refus("TRANSACTION_NOT_FOUND", "not found", 404)
    return operation


def _order() -> dict:
    try:
        order = request.get_json(force=True, silent=True)
    except RecursionError:
        order = None
    if not isinstance(order, dict):
        raise Refus("INVALID_JSON_PAYLOAD", "a JSON object is wanted")
    return order


def _money(order: dict) -> tuple[int, str]:
    centimes, devise = order.get("amount"), order.get("currency")
    if type(centimes) is not int or not 0 < centimes <= MAX_CENTIMES:
        raise Refus("INVALID_PROPERTY", "amount")
    if devise != "CHF":
        raise Refus("INVALID_PROPERTY", "currency")
    return centimes, devise


def _refno(order: dict) -> str:
    refno = order.get("refno")
    if (
        not isinstance(refno, str)
        or not 0 < len(refno) <= MAX_REFNO
        or not refno.isascii()
    ):
        raise Refus("INVALID_PROPERTY", "refno")
    return refno


def _init_values(order: dict) -> dict[str, object]:
    centimes, devise = _money(order)
    places = order.get("redirect")
    webhook = order.get("webhook", {})
    if not isinstance(places, dict) or not isinstance(webhook, dict):
        raise Refus("INVALID_PROPERTY", "redirect or webhook")
    found = {
        "retour": places.get("successUrl"),
        "retour_annule": places.get("cancelUrl"),
        "retour_erreur": places.get("errorUrl"),
        "notification": webhook.get("url", ""),
    }
    for address in found.values():
        # This bank talks to nobody else than this machine.
        if address != "" and not (
            isinstance(address, str) and on_this_machine(address)
        ):
            raise Refus("INVALID_PROPERTY", "redirect or webhook")
    return {
        "montant": centimes,
        "devise": devise,
        "refno": _refno(order),
        "langue": str(order.get("language", "fr"))[:2],
        "auto": order.get("autoSettle", True) is True,
        **found,
    }
