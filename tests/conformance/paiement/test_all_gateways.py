"""What every payment gateway does, whoever the provider is.

A gateway is tried at a bank that really answers over HTTP.
"""

from banque import CODE
from banque import REFUSEE
from banque import SANS_PROVISION
from banque import TROIS_DS
from banque import TROIS_DS_REFUSE
from banque import VISA
from carouge.guichet.interfaces import IPaiementGateway
from carouge.guichet.paiement.datatrans import Datatrans
from carouge.guichet.paiement.domain import NotificationInvalide
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import PasserelleRefuse
from carouge.guichet.paiement.domain import ReferenceInconnue
from carouge.guichet.paiement.domain import RemboursementObserve
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.domain import StatutRemboursement
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from zope.interface.verify import verifyObject

import pytest
import time


GATEWAYS = {"datatrans": Datatrans}

#: What an order and a question can meet: nothing is known of what was done.
SANS_REPONSE = (
    "erreur_500",
    "erreur_500_apres",
    "delai",
    "delai_apres",
    "html",
    "liste",
    "enorme",
    "redirection",
)


@pytest.fixture(params=sorted(GATEWAYS))
def gateway(request, monkeypatch):
    # Nobody waits for an answer that does not come.
    monkeypatch.setenv("GUICHET_PAIEMENT_DELAI", "0.7")
    return GATEWAYS[request.param]()


@pytest.fixture
def ville(banque):
    return banque.regie("VILLE")


@pytest.fixture
def ouvert(gateway, ville, guichet):
    """Open payments: an order and the provider's name for it."""

    def ouvert(centimes=18_735, **changes):
        ordre = guichet.ordre(centimes, **changes)
        return ordre, gateway.ouvrir(ville, ordre, ordre.uid).reference

    return ouvert


@pytest.fixture
def debite(gateway, ville, ouvert, banque):
    """A payment whose money was taken."""

    def debite(centimes=18_735):
        ordre, reference = ouvert(centimes)
        banque.payer(reference)
        gateway.capturer(ville, reference, centimes, f"{ordre.uid}:capture")
        return ordre, reference

    return debite


def observe(ordre, statut, brut, moyen="VIS", **changes):
    """What is to be observed of an order."""
    return Observation(
        **{
            "statut": statut,
            "centimes": ordre.centimes,
            "devise": "CHF",
            "marchand": ordre.uid,
            "moyen": moyen,
            "brut": brut,
        }
        | changes
    )


def test_it_is_a_gateway(gateway):
    assert verifyObject(IPaiementGateway, gateway)
    assert gateway.capacites <= {
        "capture_differee",
        "remboursement",
        "remboursement_partiel",
        "notification_signee",
        "interrogation",
        "liste",
    }
    assert gateway.session > 0
    assert gateway.attente is None or gateway.attente >= 0


class TestOuvrir:
    def test_the_browser_goes_to_the_bank_and_pays(
        self, gateway, ville, banque, ouvert
    ):
        ordre, reference = ouvert()
        assert gateway.consulter(ville, reference) == observe(
            ordre, Statut.EN_ATTENTE, "initialized", "", centimes=0
        )
        back = banque.payer(reference, VISA)
        assert back == f"{ordre.retour}?datatransTrxId={reference}"
        assert gateway.consulter(ville, reference) == observe(
            ordre, Statut.AUTORISEE, "authorized"
        )

    def test_its_page_and_its_end(self, gateway, ville, banque, guichet):
        ordre = guichet.ordre()
        ouverture = gateway.ouvrir(ville, ordre, ordre.uid)
        assert ouverture.adresse == (f"{banque.adresse}/v1/start/{ouverture.reference}")
        end = banque.operation(ouverture.reference).expire
        assert abs(ouverture.fin.timestamp() - end) < 3
        assert ouverture.fin.utcoffset() == timedelta(0)

    def test_what_the_bank_was_told(self, banque, ouvert):
        ordre, reference = ouvert(4_000)
        operation = banque.operation(reference)
        assert (operation.montant, operation.devise) == (4_000, "CHF")
        assert operation.refno == ordre.uid
        assert operation.notification == ordre.notification
        assert operation.langue == "fr"
        # Nothing is taken before the counter says so.
        assert operation.auto is False
        assert banque.vues[-1]["key"] == ordre.uid

    def test_again_with_the_same_key_is_the_same_payment(
        self, gateway, ville, banque, guichet
    ):
        ordre = guichet.ordre()
        first = gateway.ouvrir(ville, ordre, ordre.uid)
        second = gateway.ouvrir(ville, ordre, ordre.uid)
        assert (first.reference, first.adresse) == (second.reference, second.adresse)
        refnos = [one["refno"] for one in banque.livre()["operations"]]
        assert refnos.count(ordre.uid) == 1

    def test_ten_times_at_once(self, gateway, ville, guichet):
        ordre = guichet.ordre()
        with ThreadPoolExecutor(10) as pool:
            opened = pool.map(
                lambda _time: gateway.ouvrir(ville, ordre, ordre.uid), range(10)
            )
            assert len({one.reference for one in opened}) == 1

    def test_the_key_of_another_order(self, gateway, ville, guichet):
        ordre = guichet.ordre()
        gateway.ouvrir(ville, ordre, ordre.uid)
        with pytest.raises(PasserelleRefuse):
            gateway.ouvrir(ville, replace(ordre, centimes=1), ordre.uid)

    @pytest.mark.parametrize("mode", SANS_REPONSE)
    def test_without_an_answer_one_asks_again(
        self, gateway, ville, banque, guichet, mode
    ):
        ordre = guichet.ordre()
        banque.defaut("init", mode, secondes=2)
        with pytest.raises(PasserelleIndisponible):
            gateway.ouvrir(ville, ordre, ordre.uid)
        banque.sans_defaut()
        reference = gateway.ouvrir(ville, ordre, ordre.uid).reference
        banque.payer(reference)
        refnos = [
            one["refno"] for one in banque.livre()["operations"] if one["autorise"]
        ]
        assert refnos.count(ordre.uid) == 1

    @pytest.mark.parametrize("mode", ["refus", "acces"])
    def test_a_refusal_is_final(self, gateway, ville, banque, guichet, mode):
        ordre = guichet.ordre()
        banque.defaut("init", mode)
        with pytest.raises(PasserelleRefuse):
            gateway.ouvrir(ville, ordre, ordre.uid)

    def test_nobody_there(self, gateway, ville, guichet):
        away = replace(ville, adresse_passerelle="http://localhost:9")
        with pytest.raises(PasserelleIndisponible):
            gateway.ouvrir(away, guichet.ordre(), "k")

    @pytest.mark.parametrize(
        "adresse",
        [
            "",
            "http://banque.example",
            "ftp://localhost",
            "http://a:b@localhost",
            "http://localhost:99999999",
            "https://",
            "http://localhost?x=1",
        ],
    )
    def test_secrets_go_to_no_such_address(self, gateway, ville, guichet, adresse):
        there = replace(ville, adresse_passerelle=adresse)
        with pytest.raises(PasserelleIndisponible, match="address not allowed"):
            gateway.ouvrir(there, guichet.ordre(), "k")


class TestPage:
    """What comes of the page, as it is observed afterwards."""

    @pytest.mark.parametrize(
        "carte, statut, brut",
        [
            (VISA, Statut.AUTORISEE, "authorized"),
            (TROIS_DS, Statut.AUTORISEE, "authorized"),
            (TROIS_DS_REFUSE, Statut.ECHOUEE, "failed"),
            (REFUSEE, Statut.ECHOUEE, "failed"),
            (SANS_PROVISION, Statut.ECHOUEE, "failed"),
        ],
    )
    def test_cards(self, gateway, ville, banque, ouvert, carte, statut, brut):
        ordre, reference = ouvert()
        banque.payer(reference, carte, CODE)
        centimes = ordre.centimes if statut is Statut.AUTORISEE else 0
        assert gateway.consulter(ville, reference) == observe(
            ordre, statut, brut, centimes=centimes
        )

    def test_twint(self, gateway, ville, banque, ouvert):
        ordre, reference = ouvert()
        banque.payer_twint(reference)
        assert gateway.consulter(ville, reference) == observe(
            ordre, Statut.AUTORISEE, "authorized", "TWI"
        )

    def test_given_up(self, gateway, ville, banque, ouvert):
        ordre, reference = ouvert()
        assert banque.abandonner(reference).startswith(ordre.retour)
        assert gateway.consulter(ville, reference) == observe(
            ordre, Statut.ANNULEE, "canceled", "", centimes=0
        )

    def test_too_late(self, gateway, ville, banque, ouvert):
        ordre, reference = ouvert()
        banque.expirer(reference)
        assert gateway.consulter(ville, reference) == observe(
            ordre, Statut.EXPIREE, "initialized", "", centimes=0
        )

    def test_money_that_comes_too_late_is_seen(self, gateway, ville, banque, ouvert):
        ordre, reference = ouvert()
        banque.expirer(reference)
        assert gateway.consulter(ville, reference).statut is Statut.EXPIREE
        banque.defaut("page", "apres_expiration")
        banque.payer(reference)
        assert gateway.consulter(ville, reference) == observe(
            ordre, Statut.AUTORISEE, "authorized"
        )


class TestConsulter:
    @pytest.mark.parametrize("mode", [*SANS_REPONSE, "acces"])
    def test_without_an_answer_nothing_is_known(
        self, gateway, ville, banque, ouvert, mode
    ):
        _ordre, reference = ouvert()
        banque.defaut("status", mode, secondes=2)
        with pytest.raises(PasserelleIndisponible):
            gateway.consulter(ville, reference)

    def test_unknown(self, gateway, ville, banque, ouvert):
        _ordre, reference = ouvert()
        banque.defaut("status", "introuvable")
        for unknown in (reference, "261123000000000000"):
            with pytest.raises(ReferenceInconnue):
                gateway.consulter(ville, unknown)

    @pytest.mark.parametrize("reference", ["", "../../defauts", "a b", "é", "1" * 80])
    def test_no_reference_at_all(self, gateway, ville, banque, reference):
        with pytest.raises(ReferenceInconnue):
            gateway.consulter(ville, reference)
        assert not banque.vues

    def test_that_of_another_merchant(self, gateway, banque, ouvert):
        _ordre, reference = ouvert()
        with pytest.raises(ReferenceInconnue):
            gateway.consulter(banque.regie("CCAS"), reference)

    def test_a_page_that_is_not_there_says_nothing_of_a_payment(
        self, gateway, ville, banque, ouvert
    ):
        _ordre, reference = ouvert()
        elsewhere = replace(ville, adresse_passerelle=f"{banque.adresse}/ailleurs")
        with pytest.raises(PasserelleIndisponible):
            gateway.consulter(elsewhere, reference)

    @pytest.mark.parametrize(
        "mode, changes",
        [
            ("montant", {"centimes": 18_736}),
            ("devise", {"devise": "EUR"}),
            ("marchand", {"marchand": "0" * 32}),
            ("inconnu", {"statut": Statut.INCONNU, "brut": "under_review"}),
        ],
    )
    def test_what_it_says_is_told_as_it_is(
        self, gateway, ville, banque, debite, mode, changes
    ):
        ordre, reference = debite()
        banque.defaut("status", mode)
        values = {"statut": Statut.CAPTUREE, "brut": "settled"} | changes
        assert gateway.consulter(ville, reference) == observe(ordre, **values)


class TestCapturer:
    def test_the_money_is_taken(self, gateway, ville, banque, ouvert):
        avant = banque.total()
        ordre, reference = ouvert()
        banque.payer(reference)
        seen = gateway.capturer(ville, reference, 18_735, f"{ordre.uid}:capture")
        assert seen == observe(ordre, Statut.CAPTUREE, "settled")
        assert banque.total() - avant == 18_735
        assert banque.vues[-2]["key"] == f"{ordre.uid}:capture"

    @pytest.mark.parametrize("again", ["same key", "other key"])
    def test_twice_is_once(self, gateway, ville, banque, ouvert, again):
        avant = banque.total()
        ordre, reference = ouvert()
        banque.payer(reference)
        gateway.capturer(ville, reference, 18_735, "cle-1" + ordre.uid)
        key = ("cle-1" if again == "same key" else "cle-2") + ordre.uid
        seen = gateway.capturer(ville, reference, 18_735, key)
        assert seen == observe(ordre, Statut.CAPTUREE, "settled")
        assert banque.total() - avant == 18_735

    def test_ten_times_at_once(self, gateway, ville, banque, ouvert, monkeypatch):
        monkeypatch.setenv("GUICHET_PAIEMENT_DELAI", "20")
        avant = banque.total()
        ordre, reference = ouvert()
        banque.payer(reference)
        with ThreadPoolExecutor(10) as pool:
            seen = pool.map(
                lambda time: gateway.capturer(ville, reference, 18_735, f"{time}"),
                range(10),
            )
            assert {one.statut for one in seen} == {Statut.CAPTUREE}
        assert banque.total() - avant == 18_735

    @pytest.mark.parametrize("mode", SANS_REPONSE)
    def test_without_an_answer_one_asks_again(
        self, gateway, ville, banque, ouvert, mode
    ):
        avant = banque.total()
        ordre, reference = ouvert()
        banque.payer(reference)
        banque.defaut("settle", mode, secondes=2)
        with pytest.raises(PasserelleIndisponible):
            gateway.capturer(ville, reference, 18_735, f"{ordre.uid}:capture")
        banque.sans_defaut()
        seen = gateway.capturer(ville, reference, 18_735, f"{ordre.uid}:capture")
        assert seen == observe(ordre, Statut.CAPTUREE, "settled")
        assert banque.total() - avant == 18_735

    def test_a_refusal(self, gateway, ville, banque, ouvert):
        _ordre, reference = ouvert()
        banque.payer(reference)
        banque.defaut("settle", "refus")
        with pytest.raises(PasserelleRefuse):
            gateway.capturer(ville, reference, 18_735, "k")

    def test_what_is_not_there_cannot_be_taken(self, gateway, ville, banque, ouvert):
        _ordre, reference = ouvert()
        banque.abandonner(reference)
        seen = gateway.capturer(ville, reference, 18_735, "k")
        assert seen.statut is Statut.ANNULEE


class TestAnnuler:
    def test_the_reservation_is_given_back(self, gateway, ville, banque, ouvert):
        avant = banque.total()
        ordre, reference = ouvert()
        banque.payer(reference)
        seen = gateway.annuler(ville, reference, f"{ordre.uid}:annulation")
        assert seen == observe(ordre, Statut.ANNULEE, "canceled")
        assert banque.total() == avant

    def test_twice(self, gateway, ville, banque, ouvert):
        _ordre, reference = ouvert()
        banque.payer(reference)
        for key in ("a", "a", "b"):
            seen = gateway.annuler(ville, reference, key + reference)
            assert seen.statut is Statut.ANNULEE

    def test_too_late_the_money_was_taken(self, gateway, ville, banque, debite):
        avant = banque.total()
        _ordre, reference = debite()
        assert gateway.annuler(ville, reference, "k").statut is Statut.CAPTUREE
        assert banque.total() - avant == 18_735


class TestRembourser:
    def test_in_two_parts(self, gateway, ville, banque, debite):
        avant = banque.total()
        ordre, reference = debite()
        first = gateway.rembourser(
            ville, reference, 5_000, f"{ordre.uid}:remboursement:1"
        )
        assert first == RemboursementObserve(
            first.reference, StatutRemboursement.FAIT, 5_000
        )
        assert gateway.consulter(ville, reference) == observe(
            ordre, Statut.CAPTUREE, "settled", rembourse=5_000
        )
        second = gateway.rembourser(
            ville, reference, 13_735, f"{ordre.uid}:remboursement:2"
        )
        assert second.reference != first.reference
        assert gateway.consulter(ville, reference) == observe(
            ordre, Statut.REMBOURSEE, "settled", rembourse=18_735
        )
        assert banque.total() == avant
        assert gateway.consulter_remboursement(ville, second.reference) == second

    def test_our_name_for_it_fits(self, gateway, ville, banque, debite):
        ordre, reference = debite()
        done = gateway.rembourser(
            ville, reference, 100, f"{ordre.uid}:remboursement:12"
        )
        assert banque.operation(done.reference).refno == f"{ordre.uid}-R12"

    def test_the_same_key_is_the_same_refund(self, gateway, ville, banque, debite):
        avant = banque.total()
        _ordre, reference = debite()
        first = gateway.rembourser(ville, reference, 5_000, reference + "1")
        assert gateway.rembourser(ville, reference, 5_000, reference + "1") == first
        assert banque.total() - avant == 13_735

    def test_more_than_was_taken(self, gateway, ville, banque, debite):
        avant = banque.total()
        _ordre, reference = debite()
        with pytest.raises(PasserelleRefuse):
            gateway.rembourser(ville, reference, 18_736, "k")
        gateway.rembourser(ville, reference, 10_000, reference + "1")
        with pytest.raises(PasserelleRefuse):
            gateway.rembourser(ville, reference, 8_736, reference + "2")
        assert banque.total() - avant == 8_735

    def test_before_it_was_taken(self, gateway, ville, banque, ouvert):
        _ordre, reference = ouvert()
        banque.payer(reference)
        with pytest.raises(PasserelleRefuse):
            gateway.rembourser(ville, reference, 100, "k")

    @pytest.mark.parametrize("mode", [*SANS_REPONSE, "acces"])
    def test_without_an_answer_one_asks_again(
        self, gateway, ville, banque, debite, mode
    ):
        avant = banque.total()
        _ordre, reference = debite()
        banque.defaut("credit", mode, secondes=2)
        with pytest.raises(PasserelleIndisponible):
            gateway.rembourser(ville, reference, 5_000, reference + "1")
        banque.sans_defaut()
        gateway.rembourser(ville, reference, 5_000, reference + "1")
        assert banque.total() - avant == 13_735

    def test_money_that_goes_back_without_us_is_seen(
        self, gateway, ville, banque, debite
    ):
        ordre, reference = debite()
        banque.contester(reference)
        assert gateway.consulter(ville, reference) == observe(
            ordre, Statut.REMBOURSEE, "settled", rembourse=18_735
        )

    def test_an_unknown_refund(self, gateway, ville):
        with pytest.raises(ReferenceInconnue):
            gateway.consulter_remboursement(ville, "261123000000000000")


class TestNotification:
    def test_it_says_where_to_look(self, gateway, ville, banque, guichet, ouvert):
        _ordre, reference = ouvert()
        banque.payer(reference)
        assert banque.attendre_envois()["remis"]
        [(headers, corps)] = guichet.recues
        notification = gateway.lire_notification(ville, headers, corps)
        assert notification.reference == reference
        assert abs(notification.moment.timestamp() - time.time()) < 30

    def test_each_event_has_a_name(self, gateway, ville, banque, guichet, ouvert):
        _ordre, reference = ouvert()
        banque.defaut("notification", "double")
        banque.payer(reference)
        banque.attendre_envois()
        gateway.capturer(ville, reference, 18_735, "k" + reference)
        banque.contester(reference)
        banque.attendre_envois()
        events = [
            gateway.lire_notification(ville, *received).evenement
            for received in guichet.recues
        ]
        assert events[0] == events[1] != events[2]
        assert all(events)

    def test_that_of_another_regie(self, gateway, banque, guichet, ouvert):
        _ordre, reference = ouvert()
        banque.payer(reference)
        banque.attendre_envois()
        [received] = guichet.recues
        with pytest.raises(NotificationInvalide):
            gateway.lire_notification(banque.regie("CCAS"), *received)

    @pytest.mark.parametrize("mode", ["signature", "sans_signature", "vieille"])
    def test_without_proof(self, gateway, ville, banque, guichet, ouvert, mode):
        _ordre, reference = ouvert()
        banque.defaut("notification", mode)
        banque.payer(reference)
        banque.attendre_envois()
        [received] = guichet.recues
        with pytest.raises(NotificationInvalide):
            gateway.lire_notification(ville, *received)


class TestVerifier:
    def test_all_is_well(self, gateway, ville, banque):
        assert gateway.verifier(ville) == []

    def test_the_password_is_wrong(self, gateway, ville, banque, monkeypatch):
        monkeypatch.setenv("GUICHET_REGIE_VILLE_MOT_DE_PASSE", "faux")
        assert gateway.verifier(ville) == [
            "The provider knows no such merchant or password."
        ]

    def test_nobody_answers(self, gateway, ville, banque):
        away = replace(ville, adresse_passerelle="http://localhost:9")
        assert gateway.verifier(away) == ["The provider does not answer."]

    @pytest.mark.parametrize("mode", ["erreur_500", "html"])
    def test_somebody_else_answers(self, gateway, ville, banque, mode):
        elsewhere = replace(ville, adresse_passerelle=f"{banque.adresse}/ailleurs")
        assert len(gateway.verifier(elsewhere)) == 1

    def test_what_is_missing_is_named(self, gateway, ville, monkeypatch):
        for name in ("MOT_DE_PASSE", "SIGNATURES"):
            monkeypatch.delenv(f"GUICHET_REGIE_VILLE_{name}")
        problems = gateway.verifier(
            replace(ville, adresse_passerelle="http://banque.example", marchand="")
        )
        assert [str(one) for one in problems] == [
            "The address of the provider must begin with https://.",
            "The number of the merchant is missing.",
            "${name} is not set in the environment.",
            "${name} is not set in the environment.",
        ]
        assert [one.mapping["name"] for one in problems if one.mapping] == [
            "GUICHET_REGIE_VILLE_MOT_DE_PASSE",
            "GUICHET_REGIE_VILLE_SIGNATURES",
        ]

    def test_a_host_the_operator_does_not_know(
        self, gateway, ville, banque, guichet, monkeypatch
    ):
        monkeypatch.delenv("GUICHET_PASSERELLES")
        [problem] = gateway.verifier(ville)
        assert "GUICHET_PASSERELLES" in str(problem)
        with pytest.raises(PasserelleIndisponible, match="address not allowed"):
            gateway.ouvrir(ville, guichet.ordre(), "k")

    def test_a_key_that_is_none(self, gateway, ville, monkeypatch):
        monkeypatch.setenv("GUICHET_REGIE_VILLE_SIGNATURES", "secret")
        assert gateway.verifier(ville) == [
            "The key of the notifications must be hexadecimal digits."
        ]
