"""The payment page: what a payer sees of the bank."""

from __future__ import annotations

from carouge.guichet.demo.banque.cartes import CARTES
from carouge.guichet.demo.banque.cartes import CODE_3DS
from carouge.guichet.demo.banque.cartes import Issue
from carouge.guichet.demo.banque.cartes import trouver
from carouge.guichet.demo.banque.livre import Operation
from carouge.guichet.demo.banque.parts import Banque
from carouge.guichet.demo.banque.parts import OUVERTS
from carouge.guichet.money import format_chf
from collections.abc import Callable
from flask import abort
from flask import Flask
from flask import g
from flask import redirect
from flask import render_template
from flask import request
from flask import Response
from flask import url_for
from urllib.parse import urlencode
from urllib.parse import urlsplit

import time


#: How long the slow card takes (seconds).
LENTEUR = 6.0

#: How many operations the first page lists.
DERNIERES = 30

#: Words for what became of a payment.
ETATS = {
    "initialized": "en attente du payeur",
    "challenge_ongoing": "code 3-D Secure demandé",
    "authorized": "montant réservé",
    "settled": "débité",
    "canceled": "annulé",
    "failed": "refusé",
}


def register(app: Flask, banque: Banque) -> None:
    """Add the pages a person sees to the application."""
    livre = banque.livre
    app.add_template_filter(format_chf, "chf")
    app.context_processor(
        lambda: {"cartes": CARTES, "code_3ds": CODE_3DS, "etats": ETATS}
    )

    @app.get("/")
    def home() -> str:
        with livre.ouvert():
            operations = livre.operations()
        return render_template(
            "banque/home.html",
            operations=operations[: -DERNIERES - 1 : -1],
            marchands={one.id: one.nom for one in banque.settings.marchands},
        )

    @app.get("/v1/start/<id>")
    def start(id: str):
        operation = find(id)
        if operation.etat not in OUVERTS:
            return ended(operation)
        if gone(operation):
            return page("expired", operation), 410
        if operation.etat == "challenge_ongoing":
            return page("code", operation)
        return page("choice", operation)

    @app.post("/v1/start/<id>")
    def pay(id: str):
        operation = find(id)
        means = request.form.get("moyen")
        if means == "twint":
            return act(id, twint)
        carte = trouver(request.form.get("numero", "")[:40])
        faults = {}
        if carte is None:
            faults["numero"] = (
                "Cette banque n’accepte que les cartes de test ci-dessous."
            )
        if not request.form.get("expiration", "").strip():
            faults["expiration"] = "Indiquez le mois et l’année, par exemple 12/30."
        if not request.form.get("cvc", "").strip():
            faults["cvc"] = "Indiquez les trois chiffres au dos de la carte."
        if faults and operation.etat == "initialized":
            # What was typed is not given back: it may be a real card.
            return page("choice", operation, faults=faults), 422
        if carte is not None and carte.issue is Issue.LENTE:
            banque.defauts.trainer(LENTEUR)
        return act(
            id,
            lambda one: banque.payer_par_carte(one, carte),
            among=("initialized",),
        )

    @app.post("/v1/start/<id>/code")
    def code(id: str):
        right = request.form.get("code", "").replace(" ", "") == CODE_3DS
        faire = banque.accepter if right else banque.code_faux
        return act(id, faire, among=("challenge_ongoing",), wrong=not right)

    @app.post("/v1/start/<id>/annuler")
    def abandon(id: str):
        return act(id, banque.abandonner)

    def twint(operation: Operation) -> None:
        operation.moyen = "TWI"
        banque.accepter(operation)

    def act(
        id: str,
        faire: Callable[[Operation], None],
        among: tuple[str, ...] = OUVERTS,
        wrong: bool = False,
    ):
        """Do what the payer wants, unless it is done or too late; the next page."""
        late = False

        def if_open(operation: Operation) -> None:
            nonlocal late
            late = gone(operation)
            if operation.etat in among and not late:
                faire(operation)

        operation = banque.changer(id, if_open) or abort(404)
        g.operation = operation
        if operation.etat not in OUVERTS:
            return redirect(way_back(operation), 303)
        if late:
            return page("expired", operation), 410
        if wrong:
            return page("code", operation, wrong=True), 422
        return redirect(url_for("start", id=id), 303)

    def find(id: str) -> Operation:
        with livre.ouvert():
            operation = livre.operation(id)
        if operation is None or operation.type != "payment":
            abort(404)
        # Its pages may lead back to its merchant.
        g.operation = operation
        return operation

    def gone(operation: Operation) -> bool:
        if time.time() <= operation.expire:
            return False
        return banque.defauts.tirer("page", operation.refno) is None

    def ended(operation: Operation) -> Response | str:
        return page("ended", operation)

    def page(name: str, operation: Operation, **values: object) -> str:
        return render_template(
            f"banque/{name}.html",
            operation=operation,
            marchand=banque.settings.marchand(operation.marchand),
            back=way_back(operation),
            **{"faults": {}, "wrong": False, **values},
        )


def way_back(operation: Operation) -> str:
    """Return where the payer's browser goes from here."""
    address = {
        "failed": operation.retour_erreur,
        "canceled": operation.retour_annule,
        "initialized": operation.retour_annule,
        "challenge_ongoing": operation.retour_annule,
    }.get(operation.etat, operation.retour)
    sign = "&" if urlsplit(address).query else "?"
    return f"{address}{sign}{urlencode({'datatransTrxId': operation.id})}"
