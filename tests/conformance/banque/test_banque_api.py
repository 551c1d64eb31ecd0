"""The bank's API, its books and its switches."""

from banque import AUTH
from banque import MOTS_DE_PASSE
from banque import NUMEROS
from banque import REFUSEE
from carouge.guichet.demo.banque.cartes import CARTES
from carouge.guichet.demo.banque.cartes import trouver
from carouge.guichet.demo.banque.settings import BankSettings
from carouge.guichet.demo.banque.settings import NotLoopback
from stdnum import luhn

import json
import pytest
import re
import requests
import uuid


class TestApi:
    def test_a_payment_as_the_api_tells_it(self, banque, ouvrir):
        reference = ouvrir(refno="abc")
        banque.payer(reference)
        banque.commander(f"/{reference}/settle", {"amount": 4_000, "currency": "CHF"})
        told = banque.document(reference)
        assert told["detail"].pop("init")["expires"].endswith("Z")
        history = [(line["action"], line["amount"]) for line in told.pop("history")]
        assert history == [("init", 4_000), ("authorize", 4_000), ("settle", 4_000)]
        assert told == {
            "transactionId": reference,
            "merchantId": NUMEROS["VILLE"],
            "type": "payment",
            "status": "settled",
            "currency": "CHF",
            "refno": "abc",
            "language": "fr",
            "paymentMethod": "VIS",
            "card": {"masked": "424242xxxxxx4242"},
            "detail": {
                "authorize": {
                    "amount": 4_000,
                    "acquirerAuthorizationCode": reference[-6:],
                },
                "settle": {"amount": 4_000},
            },
        }

    def test_taken_at_once_when_the_merchant_wants_it(self, banque, ouvrir):
        avant = banque.total()
        banque.payer(ouvrir(autoSettle=True))
        assert banque.total() - avant == 4_000

    @pytest.mark.parametrize(
        "changes",
        [
            {"amount": 0},
            {"amount": -1},
            {"amount": 10.5},
            {"amount": "4000"},
            {"amount": True},
            {"amount": 10**12},
            {"currency": "EUR"},
            {"currency": "chf"},
            {"refno": ""},
            {"refno": "x" * 41},
            {"refno": "\xe9"},
            {"refno": None},
            {"redirect": None},
            {"redirect": {"successUrl": "https://ailleurs.example/"}},
            {"webhook": {"url": "http://ailleurs.example/"}},
            {"webhook": "http://localhost/"},
        ],
    )
    def test_orders_that_are_none(self, banque, ordre, changes):
        response = banque.commander("", ordre() | changes)
        assert response.status_code == 400
        assert response.json()["error"]["code"] == "INVALID_PROPERTY"

    @pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b"[" * 50_000])
    def test_no_json(self, banque, body):
        response = requests.post(
            f"{banque.adresse}/v1/transactions", data=body, auth=AUTH, timeout=10
        )
        assert response.status_code == 400

    @pytest.mark.parametrize(
        "auth",
        [
            None,
            (NUMEROS["VILLE"], "faux"),
            (NUMEROS["VILLE"], MOTS_DE_PASSE["CCAS"]),
            ("inconnu", MOTS_DE_PASSE["VILLE"]),
        ],
    )
    def test_who_is_no_merchant(self, banque, ordre, auth):
        response = banque.commander("", ordre(), auth=auth)
        assert response.status_code == 401

    def test_a_key_holds_its_answer_and_its_order(self, banque, ordre):
        order, key = ordre(), uuid.uuid4().hex
        first = banque.commander("", order, key)
        assert banque.commander("", order, key).json() == first.json()
        assert banque.commander("", order | {"amount": 1}, key).status_code == 422
        # Keys are those of one merchant.
        other = (NUMEROS["CCAS"], MOTS_DE_PASSE["CCAS"])
        assert banque.commander("", order, key, other).json() != first.json()

    def test_a_key_is_forgotten_after_an_hour(self, banque, ouvrir, monkeypatch):
        reference, key = ouvrir(), uuid.uuid4().hex
        banque.payer(reference)
        banque.commander(f"/{reference}/settle", {"amount": 4_000, "currency": "CHF"})
        order = {"amount": 100, "currency": "CHF", "refno": "r"}
        first = banque.commander(f"/{reference}/credit", order, key).json()
        assert banque.commander(f"/{reference}/credit", order, key).json() == first
        with banque.banque.livre.ouvert() as livre:
            livre._base.execute("UPDATE cles SET moment = moment - 3601")
        assert banque.commander(f"/{reference}/credit", order, key).json() != first
        assert banque.operation(reference).credite == 200

    def test_a_refusal_does_not_use_the_key(self, banque, ouvrir):
        reference, key = ouvrir(), uuid.uuid4().hex
        order = {"amount": 4_000, "currency": "CHF"}
        assert banque.commander(f"/{reference}/settle", order, key).status_code == 400
        banque.payer(reference)
        assert banque.commander(f"/{reference}/settle", order, key).status_code == 204

    def test_only_this_machine(self, banque):
        for path in ("/", "/livre.json", "/defauts"):
            response = requests.get(
                banque.adresse + path, headers={"Host": "banque.example"}, timeout=10
            )
            assert response.status_code == 403
        with pytest.raises(NotLoopback):
            BankSettings("http://banque.example", ())


class TestCartes:
    def test_they_are_card_numbers(self):
        assert all(luhn.is_valid(carte.numero) for carte in CARTES)
        assert len({carte.numero for carte in CARTES}) == len(CARTES)

    @pytest.mark.parametrize(
        "typed", ["4242424242424242", "4242 4242 4242 4242", "4242-4242-4242-4242"]
    )
    def test_as_people_type_them(self, typed):
        assert trouver(typed) is CARTES[0]

    @pytest.mark.parametrize("typed", ["", "4111111111111111", "4242", "x" * 40])
    def test_others_are_none(self, typed):
        assert trouver(typed) is None

    def test_another_card_is_neither_kept_nor_shown_nor_logged(
        self, banque, ouvrir, caplog
    ):
        reference = ouvrir()
        data = {"numero": "4111111111111111", "expiration": "12/30", "cvc": "987"}
        caplog.set_level(0)
        response = requests.post(
            f"{banque.adresse}/v1/start/{reference}", data=data, timeout=10
        )
        assert response.status_code == 422
        assert "Cette banque n\u2019accepte que les cartes de test" in response.text
        with banque.banque.livre.ouvert() as livre:
            kept = "\n".join(livre._base.iterdump())
        for text in (response.text, kept, caplog.text):
            assert "4111111111111111" not in text
            assert not re.search(r"(?<![\w.])987(?!\w)", text)
        assert banque.operation(reference).etat == "initialized"

    def test_of_a_test_card_only_the_mask_is_kept(self, banque, ouvrir):
        banque.payer(ouvrir())
        with banque.banque.livre.ouvert() as livre:
            assert "4242424242424242" not in "\n".join(livre._base.iterdump())


class TestNotifications:
    def test_one_for_each_end_of_a_page(self, banque, marchand, ouvrir):
        first, second, third = ouvrir(), ouvrir(), ouvrir()
        banque.payer(first)
        banque.payer(second, REFUSEE)
        banque.abandonner(third)
        banque.attendre_envois()
        told = {
            one["transactionId"]: one["status"]
            for one in map(json.loads, marchand.recues)
        }
        assert told == {first: "authorized", second: "failed", third: "canceled"}

    def test_what_is_not_taken_comes_again(self, banque, marchand, ouvrir):
        marchand.statuts += [500, 503, 302]
        banque.payer(ouvrir())
        banque.attendre_envois()
        assert len(marchand.recues) == 4
        assert len(set(marchand.recues)) == 1

    def test_it_ends(self, banque, marchand, ouvrir):
        marchand.statuts += [500] * 6
        banque.payer(ouvrir())
        assert banque.attendre_envois()["perdu"] == 1
        assert len(marchand.recues) == 6

    @pytest.mark.parametrize("mode, times", [("perdue", 0), ("double", 2)])
    def test_lost_and_doubled(self, banque, marchand, ouvrir, mode, times):
        banque.defaut("notification", mode)
        banque.payer(ouvrir())
        banque.attendre_envois()
        assert len(marchand.recues) == times

    def test_late(self, banque, marchand, ouvrir):
        banque.defaut("notification", "retard", secondes=0.8)
        banque.payer(ouvrir())
        assert not marchand.recues
        banque.attendre_envois()
        assert len(marchand.recues) == 1

    def test_out_of_order(self, banque, marchand, ouvrir):
        banque.defaut("notification", "desordre")
        first, second = ouvrir(), ouvrir()
        banque.payer(first)
        banque.payer(second)
        banque.attendre_envois()
        told = [json.loads(corps)["transactionId"] for corps in marchand.recues]
        assert told == [second, first]


class TestDefauts:
    def poser(self, banque, **body):
        return requests.post(f"{banque.adresse}/defauts", json=body, timeout=10)

    def test_set_and_counted(self, banque, ouvrir):
        reference = ouvrir()
        regles = [{"operation": "status", "mode": "erreur_500", "fois": 1}]
        assert self.poser(banque, regles=regles).status_code == 200
        codes = [
            requests.get(
                f"{banque.adresse}/v1/transactions/{reference}", auth=AUTH, timeout=10
            ).status_code
            for _time in range(2)
        ]
        assert codes == [500, 200]
        now = requests.get(f"{banque.adresse}/defauts", timeout=10).json()
        assert now == {"regles": [], "arrives": {"status/erreur_500": 1}}

    def test_for_one_payment(self, banque, ouvrir):
        hit, spared = ouvrir(refno="a" * 32), ouvrir(refno="b" * 32)
        banque.defaut("status", "inconnu", refno="a" * 32)
        assert banque.document(spared)["status"] == "initialized"
        assert banque.document(hit)["status"] == "under_review"

    def test_the_same_seed_is_the_same_chance(self, banque, ouvrir):
        reference = ouvrir()
        regle = {"operation": "status", "mode": "inconnu", "chance": 0.5}

        def twenty():
            self.poser(banque, regles=[regle], graine=7)
            return [banque.document(reference)["status"] for _time in range(20)]

        first = twenty()
        assert set(first) == {"initialized", "under_review"}
        assert twenty() == first

    @pytest.mark.parametrize(
        "body",
        [
            {},
            {"regles": None},
            {"regles": [1]},
            {"regles": [{"operation": "settle", "mode": "montant"}]},
            {"regles": [{"operation": "settle"}]},
            {"regles": [{"operation": "settle", "mode": "html", "autre": 1}]},
            {"regles": [{"operation": "settle", "mode": "html", "fois": 0}]},
            {"regles": [{"operation": "settle", "mode": "html", "chance": 2}]},
            {"regles": [], "graine": "x"},
        ],
    )
    def test_faults_nobody_knows(self, banque, body):
        assert self.poser(banque, **body).status_code == 400

    def test_expired_and_taken_back(self, banque, ouvrir):
        reference = ouvrir()
        base = f"{banque.adresse}/defauts"
        assert requests.post(f"{base}/{reference}/litige").status_code == 400
        banque.payer(reference)
        banque.commander(f"/{reference}/settle", {"amount": 4_000, "currency": "CHF"})
        avant = banque.total()
        assert requests.post(f"{base}/{reference}/litige").status_code == 204
        assert avant - banque.total() == 4_000
        assert requests.post(f"{base}/inconnu/litige").status_code == 404
        assert requests.post(f"{base}/inconnu/expirer").status_code == 404


def test_the_books_agree_with_themselves(banque, ouvrir):
    reference = ouvrir()
    banque.payer(reference)
    banque.commander(f"/{reference}/settle", {"amount": 3_000, "currency": "CHF"})
    order = {"amount": 1_000, "currency": "CHF", "refno": "r"}
    banque.commander(f"/{reference}/credit", order)
    books = banque.livre()
    mine = [one for one in books["mouvements"] if one["operation"] == reference]
    assert [(one["genre"], one["centimes"]) for one in mine] == [
        ("debit", 3_000),
        ("remboursement", -1_000),
    ]
    for number in NUMEROS.values():
        payments = [
            one["debite"] - one["credite"]
            for one in books["operations"]
            if one["marchand"] == number and one["type"] == "payment"
        ]
        assert sum(payments) == books["totaux"].get(number, 0)


def test_the_books_outlive_the_bank(tmp_path):
    from banque import Banque

    path = str(tmp_path / "banque.sqlite")
    with Banque(livre=path) as banque, banque.banque.livre.ouvert():
        reference = banque.banque.ouvrir(
            banque.settings.marchands[0],
            {"montant": 100, "devise": "CHF", "refno": "abc"},
        ).id
    with Banque(livre=path) as banque:
        assert banque.operation(reference).refno == "abc"
