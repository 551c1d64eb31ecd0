"""Whoever asks the provider, begins payments or has PDFs made too often is told to wait."""

from carouge.guichet.espace import cadence
from carouge.guichet.limiter import Quota
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.service import lire_paiements
from comptes import make_compte
from factures import make_facture
from factures import rattacher
from lxml import html

import pytest
import transaction


WORDS = (
    "Vous avez demandé cela très souvent depuis une heure. Réessayez dans 1 min ; un "
    "paiement déjà fait est enregistré sans vous."
)


class Payer:
    """Presses the buttons of the pages."""

    def __init__(self, visitor) -> None:
        self.visitor = visitor

    def press(self, path: str, action: str, target: str = "", **values):
        transaction.commit()
        page = html.fromstring(self.visitor.get(path).text)
        for button in page.xpath("//button[@value=$action]", action=action):
            data = [*button.xpath("ancestor::form")[0].form_values()]
            if all((name, value) in data for name, value in values.items()):
                return self.visitor.post(
                    target or "/mon-espace/panier",
                    data=[*data, ("action", action)],
                    allow_redirects=False,
                )
        raise AssertionError(f"no button {action} for {values}")

    def give_up(self, uid: str):
        path = f"/mon-espace/paiements/{uid}"
        return self.press(path, "abandonner", path)

    def pay(self) -> str:
        """Pay what lies in the cart; the uid of the payment."""
        answer = self.press("/mon-espace/panier", "payer")
        return answer.headers["Location"].split("/")[-2]

    def leave(self, uid: str):
        return self.visitor.get(
            f"/mon-espace/paiements/{uid}/depart", allow_redirects=False
        )

    def back(self, uid: str):
        return self.visitor.get(f"/mon-espace/paiements/{uid}/retour")


@pytest.fixture
def allow(monkeypatch, compte):
    """Set what is left of one of the quotas; its clock stands still."""

    def allow(name, uses):
        quota = Quota(lambda: 0.0, uses + 1, 42.0)
        for one in {f"compte:{compte.id}", *others}:
            quota.take(one)
        monkeypatch.setattr(cadence, name, quota)

    others: set[str] = set()
    allow.others = others

    return allow


@pytest.fixture
def me(guichet, compte, as_compte):
    return Payer(as_compte(compte))


@pytest.fixture
def rest(me):
    def call(method, path, **body):
        transaction.commit()
        visitor = me.visitor
        address = f"{visitor.base.replace('/guichet', '/++api++/guichet')}/{path}"
        return visitor.session.request(
            method,
            address,
            headers={"Accept": "application/json"},
            **({"json": body} if method == "POST" else {}),
        )

    return call


def refused(answer) -> None:
    """429, when to come back, and why."""
    assert answer.status_code == 429, answer.text
    assert answer.headers["Retry-After"] == "42"
    if "json" in answer.headers["Content-Type"]:
        error = answer.json()["error"]
        assert (error["type"], error["message"]) == ("TooManyRequests", WORDS)
    else:
        [alert] = html.fromstring(answer.text).xpath("//*[@role='alert']")
        assert " ".join(alert.text_content().split()) == WORDS


def begun(guichet, me, **values) -> str:
    facture = make_facture(guichet, **values)
    me.press("/mon-espace/factures", "ajouter", facture=facture.id)
    return me.pay()


def test_questions_to_the_provider(guichet, banque, me, allow):
    allow("questions", 2)
    uid = begun(guichet, me)
    assert me.leave(uid).status_code == 303
    # The page of the provider is known: nobody is asked for it again.
    for _n in range(3):
        assert me.leave(uid).status_code == 303
    assert me.back(uid).status_code == 200
    asked = len(banque.appels)
    refused(me.back(uid))
    refused(me.give_up(uid))
    assert len(banque.appels) == asked


def test_the_departure(guichet, banque, me, allow):
    allow("questions", 0)
    refused(me.leave(begun(guichet, me)))
    assert banque.appels == []


def test_a_payment_that_is_over_is_shown_however_often(guichet, banque, me, allow):
    uid = begun(guichet, me)
    me.leave(uid)
    banque.passer(uid, Statut.CAPTUREE)
    allow("questions", 1)
    for _n in range(4):
        assert me.back(uid).status_code == 200


def test_new_payments(guichet, banque, me, allow, fresh):
    allow("departs", 1)
    uid = begun(guichet, me)
    # The same button again is the same payment.
    assert me.visitor.get(f"/mon-espace/paiements/{uid}").status_code == 200
    me.give_up(uid)
    answer = me.press("/mon-espace/panier", "payer")
    refused(answer)
    fresh()
    assert len(lire_paiements(guichet)) == 1


def test_pdf(guichet, banque, me, allow):
    facture = make_facture(guichet)
    transaction.commit()
    allow("documents", 1)
    path = f"/mon-espace/factures/{facture.id}/pdf"
    assert me.visitor.get(path).headers["Content-Type"] == "application/pdf"
    refused(me.visitor.get(path))
    # The page itself is there.
    assert me.visitor.get(f"/mon-espace/factures/{facture.id}").status_code == 200


def test_receipts(guichet, banque, me, allow):
    uid = begun(guichet, me)
    me.leave(uid)
    banque.passer(uid, Statut.CAPTUREE)
    me.back(uid)
    allow("documents", 1)
    path = f"/mon-espace/paiements/{uid}/quittance"
    assert me.visitor.get(path).headers["Content-Type"] == "application/pdf"
    refused(me.visitor.get(path))


def test_each_has_his_own(guichet, banque, me, allow, as_compte):
    facture = make_facture(guichet)
    other = make_compte("G-autre", courriel="autre@example.ch")
    rattacher(guichet, other)
    transaction.commit()
    allow.others.add(f"compte:{other.id}")
    allow("documents", 1)
    path = f"/mon-espace/factures/{facture.id}/pdf"
    for visitor in (me.visitor, as_compte(other)):
        assert visitor.get(path).status_code == 200
        refused(visitor.get(path))


def test_by_rest(guichet, banque, rest, me, allow):
    first, second = (make_facture(guichet) for _n in range(2))
    for facture in (first, second):
        assert rest("POST", "@panier", facture=facture.id).status_code == 200
    attendues = [{"facture": one.id, "version": one.version} for one in (first, second)]
    allow("departs", 0)
    refused(rest("POST", "@panier/payer", attendues=attendues))
    allow("departs", 1)
    uid = rest("POST", "@panier/payer", attendues=attendues).json()["id"]
    allow("questions", 0)
    refused(rest("POST", f"@paiements/{uid}/depart"))
    allow("questions", 2)
    assert rest("POST", f"@paiements/{uid}/depart").status_code == 200
    assert rest("POST", f"@paiements/{uid}/etat").status_code == 200
    refused(rest("POST", f"@paiements/{uid}/etat"))
    refused(rest("POST", f"@paiements/{uid}/abandon"))
    allow("documents", 0)
    refused(rest("GET", f"@factures/{first.id}/pdf"))
