"""What Datatrans says is read carefully; its notifications prove themselves or are none."""

from carouge.guichet.paiement import datatrans_lecture
from carouge.guichet.paiement.datatrans import Datatrans
from carouge.guichet.paiement.datatrans_lecture import observation_de
from carouge.guichet.paiement.datatrans_lecture import verifier_signature
from carouge.guichet.paiement.domain import NotificationInvalide
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.ligne import adresse_permise
from carouge.guichet.paiement.ligne import adresse_sure
from carouge.guichet.paiement.ligne import delai
from carouge.guichet.paiement.ligne import Reponse
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.regie.domain import Regie
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from hypothesis import given
from hypothesis import strategies as st

import hmac
import json
import pytest


NOW = datetime(2026, 11, 23, 12, 0, tzinfo=timezone.utc)
CLE = "1a" * 32
AUTRE = "2b" * 32
CORPS = b'{"transactionId":"261123000000000001","merchantId":"1100004001"}'

REGIE = Regie(
    code="VILLE",
    titre="Ville de Carouge",
    budget="",
    compte_comptable="",
    creancier=Adresse(
        "Ville de Carouge", "Place du March\xe9", "14", "1227", "Carouge"
    ),
    qr_iban="CH4431999123000889012",
    prefixe_reference="21",
    prefixe_numero="VG",
    marchand="1100004001",
)


def signe(corps=CORPS, cle=CLE, moment=NOW, stamp=None):
    stamp = stamp or str(int(moment.timestamp() * 1_000))
    digest = hmac.new(bytes.fromhex(cle), stamp.encode() + corps, "sha256").hexdigest()
    return f"t={stamp},s0={digest}"


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(datatrans_lecture, "now", lambda: NOW)


class TestSignature:
    def test_the_right_one(self):
        assert verifier_signature(signe(), CORPS, (CLE,)) == NOW

    @pytest.mark.parametrize("cles", [(CLE, AUTRE), (AUTRE, CLE)])
    def test_either_key_while_they_are_changed(self, cles):
        assert verifier_signature(signe(), CORPS, cles) == NOW
        assert verifier_signature(signe(cle=AUTRE), CORPS, cles) == NOW

    def test_capitals(self):
        stamp, digest = signe().split(",s0=")
        header = f"{stamp},s0={digest.upper()}"
        assert verifier_signature(header, CORPS, (CLE,)) == NOW

    @pytest.mark.parametrize("minutes", [-5, -4, 4, 5])
    def test_in_time(self, minutes):
        moment = NOW + timedelta(minutes=minutes)
        assert verifier_signature(signe(moment=moment), CORPS, (CLE,)) == moment

    @pytest.mark.parametrize("seconds", [-301, 301, -86_400, 86_400])
    def test_out_of_time(self, seconds):
        header = signe(moment=NOW + timedelta(seconds=seconds))
        with pytest.raises(NotificationInvalide, match="too old"):
            verifier_signature(header, CORPS, (CLE,))

    @pytest.mark.parametrize(
        "header",
        [
            "",
            " ",
            "t=,s0=",
            "t=1763899200000",
            "s0=" + "0" * 64,
            "t=1763899200000,s0=" + "g" * 64,
            "t=1763899200000,s0=" + "0" * 63,
            signe() + "0",
            signe() + ",s1=" + "0" * 64,
            signe() + "\n",
            " " + signe(),
            signe().replace(",", ", "),
            signe().replace("t=", "T="),
            "t=-1763899200000,s0=" + "0" * 64,
            "t=\u0661\u0662\u0663\u0664\u0665\u0666\u0667\u0668\u0669\u0660,s0="
            + "0" * 64,
            "t=1763899200000,s0=" + "\u00e9" * 64,
        ],
    )
    def test_no_signature(self, header):
        with pytest.raises(NotificationInvalide, match="no signature"):
            verifier_signature(header, CORPS, (CLE,))

    @pytest.mark.parametrize(
        "corps",
        [b"", CORPS + b" ", CORPS.replace(b"1", b"2", 1), b'{"merchantId":"x"}'],
    )
    def test_another_body(self, corps):
        with pytest.raises(NotificationInvalide, match="wrong signature"):
            verifier_signature(signe(), corps, (CLE,))

    def test_another_time_under_the_same_signature(self):
        header = signe()
        other = header.replace(header[2:15], str(int(header[2:15]) + 1))
        with pytest.raises(NotificationInvalide, match="wrong signature"):
            verifier_signature(other, CORPS, (CLE,))

    @pytest.mark.parametrize("cles", [(), ("",), ("zz" * 32,), ("1a",), (AUTRE,)])
    def test_keys_that_are_none(self, cles):
        with pytest.raises(NotificationInvalide, match="wrong signature"):
            verifier_signature(signe(), CORPS, cles)

    def test_a_time_beyond_all_times(self):
        with pytest.raises(NotificationInvalide):
            verifier_signature(signe(stamp="9" * 16), CORPS, (CLE,))

    @given(st.text(), st.binary())
    def test_nothing_else_is_raised(self, header, corps):
        with pytest.raises(NotificationInvalide):
            verifier_signature(header, corps, (CLE, AUTRE))


class TestNotification:
    @pytest.fixture(autouse=True)
    def keys(self, monkeypatch):
        monkeypatch.setenv("GUICHET_REGIE_VILLE_SIGNATURES", f"{CLE}, {AUTRE}")

    def lire(self, corps, **changes):
        headers = {"datatrans-signature": signe(corps, **changes)}
        return Datatrans().lire_notification(REGIE, headers, corps)

    def test_it_names_the_payment_and_no_state(self):
        notification = self.lire(CORPS)
        assert notification.reference == "261123000000000001"
        assert notification.moment == NOW
        assert len(notification.evenement) == 32
        assert not hasattr(notification, "statut")

    def test_the_second_key(self):
        assert self.lire(CORPS, cle=AUTRE).reference == "261123000000000001"

    def test_the_same_words_in_another_order_are_another_event(self):
        other = json.dumps(dict(reversed(json.loads(CORPS).items()))).encode()
        assert self.lire(other).reference == "261123000000000001"
        assert self.lire(other).evenement != self.lire(CORPS).evenement

    @pytest.mark.parametrize(
        "corps",
        [
            b"",
            b"\xff\xfe",
            "\u00e9".encode("latin-1"),
            b"oui",
            b"[]",
            b'["261123000000000001"]',
            b"null",
            b"[" * 100_000,
            b"{}",
            b'{"transactionId":"261123000000000001"}',
            b'{"transactionId":"261123000000000001","merchantId":"1100009999"}',
            b'{"transactionId":"261123000000000001","merchantId":1100004001}',
            b'{"merchantId":"1100004001"}',
            b'{"transactionId":261123000000000001,"merchantId":"1100004001"}',
            b'{"transactionId":"../1","merchantId":"1100004001"}',
            b'{"transactionId":"","merchantId":"1100004001"}',
        ],
    )
    def test_well_signed_and_no_notification_of_ours(self, corps):
        with pytest.raises(NotificationInvalide):
            self.lire(corps)

    def test_without_a_header(self):
        with pytest.raises(NotificationInvalide):
            Datatrans().lire_notification(REGIE, {}, CORPS)

    def test_without_a_key_nothing_is_believed(self, monkeypatch):
        monkeypatch.delenv("GUICHET_REGIE_VILLE_SIGNATURES")
        with pytest.raises(NotificationInvalide):
            self.lire(CORPS)


def document(**changes):
    return {
        "transactionId": "261123000000000001",
        "merchantId": "1100004001",
        "status": "initialized",
        "currency": "CHF",
        "refno": "abc",
        "detail": {"init": {"expires": "2026-11-23T11:49:59Z"}},
    } | changes


def observe(moment=NOW, **changes):
    return observation_de(Reponse(200, document(**changes), moment))


class TestObservation:
    def test_ten_minutes_after_its_end_nobody_pays_any_more(self):
        assert observe().statut is Statut.EXPIREE
        detail = {"init": {"expires": "2026-11-23T11:50:01Z"}}
        assert observe(detail=detail).statut is Statut.EN_ATTENTE

    def test_by_the_clock_of_the_bank(self):
        assert observe(NOW - timedelta(hours=1)).statut is Statut.EN_ATTENTE
        # It does not tell the time.
        assert observe(None).statut is Statut.EXPIREE

    def test_who_is_with_his_own_bank_may_still_pay(self):
        assert observe(status="challenge_ongoing").statut is Statut.EN_ATTENTE

    @pytest.mark.parametrize(
        "detail",
        [
            None,
            [],
            {},
            {"init": None},
            {"init": {"expires": "bient\u00f4t"}},
            {"init": {"expires": "2020-01-01T00:00:00"}},
        ],
    )
    def test_without_an_end(self, detail):
        assert observe(detail=detail).statut is Statut.EN_ATTENTE

    @pytest.mark.parametrize(
        "status", ["", "SETTLED", "settled ", "under_review", None, 7, ["settled"], {}]
    )
    def test_words_that_are_not_known(self, status):
        assert observe(status=status).statut is Statut.INCONNU

    @pytest.mark.parametrize("amount", [True, "100", 100.0, -100, 0, None, [100]])
    def test_amounts_that_are_none(self, amount):
        detail = {"settle": {"amount": amount}, "authorize": {"amount": amount}}
        assert observe(status="settled", detail=detail).centimes == 0

    def test_what_was_taken_counts_not_what_was_reserved(self):
        detail = {"authorize": {"amount": 200}, "settle": {"amount": 100}}
        assert observe(status="settled", detail=detail).centimes == 100

    def test_refunds_by_detail_or_by_history(self):
        history = [
            {"action": "credit", "amount": 30, "success": True},
            {"action": "credit", "amount": 20, "success": True},
            {"action": "credit", "amount": 1, "success": False},
            {"action": "settle", "amount": 100, "success": True},
            {"action": "credit", "amount": "9", "success": True},
            "credit",
        ]
        settled = {"settle": {"amount": 100}}
        seen = observe(status="settled", detail=settled, history=history)
        assert (seen.statut, seen.rembourse) == (Statut.CAPTUREE, 50)
        both = settled | {"credit": {"amount": 100}}
        seen = observe(status="settled", detail=both, history=history)
        assert (seen.statut, seen.rembourse) == (Statut.REMBOURSEE, 100)

    @given(
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(),
            lambda inner: (
                st.lists(inner)
                | st.dictionaries(
                    st.sampled_from(
                        [
                            *document(),
                            "amount",
                            "settle",
                            "credit",
                            "history",
                            "action",
                            "paymentMethod",
                        ]
                    ),
                    inner,
                )
            ),
        )
    )
    def test_whatever_it_says(self, answer):
        contenu = answer if isinstance(answer, dict) else {"detail": answer}
        seen = observation_de(Reponse(200, contenu, None))
        assert isinstance(seen, Observation)
        assert seen.centimes >= 0 and seen.rembourse >= 0


@pytest.mark.parametrize(
    "adresse, sure",
    [
        ("https://api.datatrans.com", True),
        ("https://api.datatrans.com/", True),
        ("http://localhost:9500", True),
        ("http://127.0.0.1:9500", True),
        ("http://[::1]:9500", True),
        ("http://api.datatrans.com", False),
        ("https://marchand:secret@api.datatrans.com", False),
        ("https://api.datatrans.com?x=1", False),
        ("https://api.datatrans.com#x", False),
        ("file:///etc/passwd", False),
        ("//api.datatrans.com", False),
        ("https://[::1", False),
        ("", False),
    ],
)
def test_where_secrets_may_go(adresse, sure):
    assert adresse_sure(adresse) is sure


@pytest.mark.parametrize(
    "adresse, permise",
    [
        ("https://api.datatrans.com", True),
        ("https://api.sandbox.datatrans.com/", True),
        ("https://API.Datatrans.com:443", True),
        ("https://api.datatrans.com:8443", False),
        ("https://datatrans.com.example.org", False),
        ("https://xdatatrans.com", False),
        ("https://example.org/api.datatrans.com", False),
        ("http://api.datatrans.com", False),
        ("http://localhost:9500", True),
        ("http://localhost:9501", False),
        ("http://localhost", False),
        ("https://relais.example.org", True),
        ("https://relais.example.org:444", False),
        ("http://relais.example.org:443", False),
    ],
)
def test_which_hosts_get_the_password(monkeypatch, adresse, permise):
    allowed = " localhost:9500, relais.example.org:443,"
    monkeypatch.setenv("GUICHET_PASSERELLES", allowed)
    assert adresse_permise(adresse, "datatrans.com") is permise


@pytest.mark.parametrize(
    "text, seconds",
    [
        (None, 10.0),
        ("4", 4.0),
        ("0.7", 0.7),
        ("0", 0.1),
        ("600", 30.0),
        ("vite", 10.0),
        ("nan", 10.0),
    ],
)
def test_how_long_an_answer_may_take(monkeypatch, text, seconds):
    monkeypatch.delenv("GUICHET_PAIEMENT_DELAI", raising=False)
    if text is not None:
        monkeypatch.setenv("GUICHET_PAIEMENT_DELAI", text)
    assert delai() == seconds


def test_the_page_is_beside_the_api():
    from carouge.guichet.paiement.datatrans import _pages
    from dataclasses import replace

    for api, pages in (
        ("https://api.datatrans.com", "https://pay.datatrans.com"),
        ("https://api.sandbox.datatrans.com/", "https://pay.sandbox.datatrans.com"),
        ("http://localhost:9500", "http://localhost:9500"),
    ):
        assert _pages(replace(REGIE, adresse_passerelle=api)) == pages
