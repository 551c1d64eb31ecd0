"""Who is told what of payments, through a real queue; and that nothing of it says much."""

from carouge.guichet.compte.domain import Canal
from carouge.guichet.facture.domain import Source
from carouge.guichet.notification.channels.queue import Postman
from carouge.guichet.paiement.domain import Ordre
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.service import approuver
from carouge.guichet.paiement.service import demander_depart
from carouge.guichet.paiement.service import demander_etat
from carouge.guichet.paiement.service import encaisser
from carouge.guichet.paiement.service import Payeur
from carouge.guichet.paiement.service import preparer
from carouge.guichet.paiement.service import rembourser
from carouge.guichet.paiement.service import resoudre
from comptes import make_compte
from email import message_from_bytes
from email import policy
from factures import make_facture
from factures import make_regie
from factures import rattacher
from passerelle import passerelle
from plone import api

import json
import pytest
import transaction


@pytest.fixture
def guichet(functional, smtp, tmp_path, monkeypatch):
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path / "mails"))
    monkeypatch.setenv("GUICHET_SMS", str(tmp_path / "sms"))
    monkeypatch.setenv("GUICHET_SMS_URL", "http://127.0.0.1:9/sms")
    api.portal.set_registry_record("plone.smtp_host", "127.0.0.1")
    api.portal.set_registry_record("plone.smtp_port", smtp.port)
    api.portal.set_registry_record("plone.default_language", "fr")
    return functional["portal"].guichet


@pytest.fixture
def banque(guichet):
    with passerelle("test") as found:
        make_regie("VILLE", passerelle="test", titre="Ville de Carouge")
        yield found


@pytest.fixture
def mails(smtp, tmp_path):
    """The mails that have left since the last look: (recipient, subject, text)."""

    def mails():
        transaction.commit()
        Postman(tmp_path / "mails", timeout=5).deliver_all()
        found = [
            (recipients[0], message_from_bytes(content, policy=policy.default))
            for _from, recipients, content in smtp.received
        ]
        smtp.received.clear()
        return [
            (to, str(mail["Subject"]), mail.get_content().replace("\r\n", "\n"))
            for to, mail in found
        ]

    return mails


@pytest.fixture
def texts(tmp_path):
    """The text messages that wait for the gateway: (number, text)."""

    def texts():
        transaction.commit()
        paths = sorted((tmp_path / "sms" / "plone" / "new").glob("*"))
        found = [json.loads(path.read_text()) for path in paths]
        return [(values["to"], values["text"]) for values in found]

    return texts


@pytest.fixture
def camille(guichet, banque, mails):
    compte = make_compte()
    compte.langue = "fr"
    rattacher(guichet, compte)
    # What is written about the link itself is no matter of these tests.
    mails()
    return compte


@pytest.fixture
def facture(guichet, camille):
    return make_facture(
        guichet, numero="V-77", montant=18735, libelle="Zwahlen-Geheimnis"
    )


def ordre(paiement):
    return Ordre(paiement.uid, 1, "CHF", "x", "https://r.example", "https://n.example")


def begin(guichet, compte, *factures):
    payeur = Payeur(compte=compte.id)
    paiement = preparer(guichet, payeur, [(one.id, one.version) for one in factures])
    demander_depart(guichet, paiement, ordre)
    return paiement


def pay(guichet, banque, compte, *factures, **values):
    paiement = begin(guichet, compte, *factures)
    banque.passer(paiement.uid, Statut.CAPTUREE, **values)
    return demander_etat(guichet, paiement, "retour")


class TestPayment:
    def test_received(self, guichet, banque, camille, facture, mails):
        paiement = pay(guichet, banque, camille, facture)
        ((to, subject, text),) = mails()
        assert (to, subject) == ("camille@example.ch", "Votre paiement est arrivé")
        assert text.startswith(
            "Bonjour,\n\nNous avons reçu votre paiement. Merci.\n\n"
            "Ville de Carouge\nFacture : V-77\n\nVotre quittance :\n"
        )
        assert f"/mon-espace/paiements/{paiement.uid}\n" in text
        for secret in ("Zwahlen", "187", "Rochat", "M-004512", paiement.reference):
            assert secret not in text.replace(paiement.uid, "")

    def test_once_only(self, guichet, banque, camille, facture, mails):
        paiement = pay(guichet, banque, camille, facture)
        assert len(mails()) == 1
        demander_etat(guichet, paiement, "rapprochement")
        assert mails() == []

    def test_several_invoices(self, guichet, banque, camille, facture, mails):
        second = make_facture(guichet, numero="V-78")
        pay(guichet, banque, camille, facture, second)
        ((_to, _subject, text),) = mails()
        assert "Factures : V-77, V-78\n" in text

    def test_not_when_it_fails(self, guichet, banque, camille, facture, mails):
        paiement = begin(guichet, camille, facture)
        banque.passer(paiement.uid, Statut.ECHOUEE)
        demander_etat(guichet, paiement, "retour")
        assert mails() == []

    def test_looked_into_and_decided(self, guichet, banque, camille, facture, mails):
        paiement = pay(guichet, banque, camille, facture, centimes=1)
        ((_to, subject, _text),) = mails()
        assert subject == "Votre paiement est en cours de vérification"
        banque.passer(paiement.uid, Statut.ANNULEE, centimes=18735)
        demander_etat(guichet, paiement, "caisse")
        resoudre(guichet, paiement, encaisse=False, raison="vu", par="caisse")
        ((_to, subject, text),) = mails()
        assert subject == "Votre paiement n'a pas abouti"
        assert "vu" not in text.split()

    def test_given_back(self, guichet, banque, camille, facture, mails):
        paiement = pay(guichet, banque, camille, facture)
        mails()
        renvoi = rembourser(guichet, paiement, 18735, "Repas décommandés", "caisse")
        if renvoi.statut == "a_approuver":
            approuver(guichet, paiement, renvoi.rang, "chef")
        transaction.commit()
        demander_etat(guichet, paiement, "rapprochement")
        ((_to, subject, text),) = mails()
        assert subject == "Un paiement vous a été remboursé"
        assert "Repas décommandés" not in text

    def test_each_part_that_goes_back(self, guichet, banque, camille, facture, mails):
        paiement = pay(guichet, banque, camille, facture)
        mails()
        for centimes in (5000, 5000, 8735):
            rembourser(guichet, paiement, centimes, "Repas décommandés", "caisse")
            transaction.commit()
            demander_etat(guichet, paiement, "rapprochement")
            assert [subject for _to, subject, _text in mails()] == [
                "Un paiement vous a été remboursé"
            ]
        # Asking once more is no news.
        demander_etat(guichet, paiement, "rapprochement")
        assert mails() == []

    def test_the_cash_desk_is_told_of_a_review(
        self, guichet, banque, camille, facture, mails
    ):
        make_regie(
            "VILLE",
            passerelle="test",
            titre="Ville de Carouge",
            courriel="caisse@example.ch",
        )
        paiement = pay(guichet, banque, camille, facture, centimes=1)
        # Whoever asks again opens no second case.
        demander_etat(guichet, paiement, "caisse")
        found = {to: (subject, text) for to, subject, text in mails()}
        assert sorted(found) == ["caisse@example.ch", "camille@example.ch"]
        subject, text = found["caisse@example.ch"]
        assert subject == "Un paiement est à vérifier : Ville de Carouge"
        assert text == (
            "Seule une personne peut décider de ce paiement.\n\n"
            f"Ville de Carouge\nPaiement {paiement.uid[:8]}\n\n"
            "Le paiement, avec tout ce que l'on en sait :\n"
            f"{guichet.absolute_url()}/agents/caisse/paiements/{paiement.uid}\n\n"
            "Ce message a été envoyé automatiquement. Personne ne lit les réponses "
            "envoyées à cette adresse.\n"
        )
        mails()
        demander_etat(guichet, paiement, "rapprochement")
        assert mails() == []

    def test_unusable_address(self, guichet, banque, camille, facture, mails, caplog):
        camille.courriel_verifie = "not an address"
        pay(guichet, banque, camille, facture)
        ((to, _subject, _text),) = mails()
        assert to == "camille@example.ch"
        assert "not an address" not in caplog.text

    def test_by_text_message(self, guichet, banque, camille, facture, mails, texts):
        camille.canal = Canal.SMS
        camille.telephone_verifie = "+41790000101"
        paiement = pay(guichet, banque, camille, facture)
        assert mails() == []
        ((to, text),) = texts()
        assert to == "+41790000101"
        assert text.startswith("Votre paiement est arrivé http")
        assert text.endswith(f"/mon-espace/paiements/{paiement.uid}")


class TestOtherMoney:
    def book(self, guichet, facture, source):
        encaisser(guichet, facture, facture.solde, source, f"X-{source.value}")

    @pytest.mark.parametrize("source", [Source.VIREMENT, Source.TERMINAL])
    def test_by_bank_and_at_the_counter(
        self, guichet, banque, camille, facture, mails, source
    ):
        self.book(guichet, facture, source)
        ((to, subject, text),) = mails()
        assert (to, subject) == ("camille@example.ch", "Votre paiement est arrivé")
        assert f"/mon-espace/factures/{facture.id}\n" in text

    def test_what_the_erp_books_it_tells_itself(
        self, guichet, banque, camille, facture, mails
    ):
        self.book(guichet, facture, Source.ERP)
        assert mails() == []

    def test_both_of_a_household(self, guichet, banque, camille, facture, mails):
        partner = make_compte("G-dom", prenom="D", courriel="dom@example.ch", avs="")
        rattacher(guichet, partner)
        mails()
        self.book(guichet, facture, Source.VIREMENT)
        assert sorted(to for to, *_rest in mails()) == [
            "camille@example.ch",
            "dom@example.ch",
        ]

    def test_who_does_not_see_it_is_not_told(
        self, guichet, banque, camille, facture, mails
    ):
        young = make_compte("G-dom", prenom="D", courriel="dom@example.ch", avs="")
        rattacher(guichet, young, jours=0)
        elsewhere = make_compte("G-eva", prenom="E", courriel="eva@example.ch", avs="")
        make_regie("BAINS", espace_debiteurs="bains")
        rattacher(guichet, elsewhere, espace="bains")
        make_facture(guichet, regie="BAINS")
        mails()
        self.book(guichet, facture, Source.VIREMENT)
        assert [to for to, *_rest in mails()] == ["camille@example.ch"]

    def test_nobody_known(self, guichet, banque, mails):
        self.book(guichet, make_facture(guichet), Source.VIREMENT)
        assert mails() == []
