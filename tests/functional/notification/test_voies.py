"""By which way somebody is told, through real queues; and that nothing secret leaves."""

from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import Source
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Canal as Arrivee
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.dossier import Document
from carouge.guichet.demande.envois import envois
from carouge.guichet.demande.events import DemandeAvis
from carouge.guichet.demande.events import Occasion
from carouge.guichet.demande.service import move_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demande.traitement import attribuer
from carouge.guichet.demande.traitement import ecrire_message
from carouge.guichet.demande.traitement import marquer_lus
from carouge.guichet.demande.traitement import noter_interne
from carouge.guichet.demande.traitement import remettre_document
from carouge.guichet.demande.traitement import revision
from carouge.guichet.demande.traitement import suivre
from carouge.guichet.demande.traitement import transmettre
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.demarche.textes import enregistrer_textes
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.dossier.courrier import courrier_de
from carouge.guichet.notification import service
from carouge.guichet.notification.channels.queue import Postman
from carouge.guichet.swisstime import now
from comptes import make_compte
from datetime import timedelta
from email import message_from_bytes
from email import policy
from plone import api
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from plone.namedfile.file import NamedBlobFile
from zope.event import notify

import json
import os
import pytest
import transaction


#: Stands in answers, names, messages, notes; may stand in no notice.
SECRET = "Zwahlen-Geheimnis"


@pytest.fixture
def guichet(functional, smtp, tmp_path, monkeypatch):
    monkeypatch.setenv("GUICHET_COURRIELS", str(tmp_path / "mails"))
    monkeypatch.setenv("GUICHET_SMS", str(tmp_path / "sms"))
    monkeypatch.setenv("GUICHET_SMS_URL", "http://127.0.0.1:9/sms")
    api.portal.set_registry_record("plone.smtp_host", "127.0.0.1")
    api.portal.set_registry_record("plone.smtp_port", smtp.port)
    setRoles(functional["portal"], TEST_USER_ID, ["Manager"])
    return functional["portal"].guichet


@pytest.fixture
def mails(smtp, tmp_path):
    """The mails that have left since the last look: (recipient, mail)."""

    def mails():
        transaction.commit()
        Postman(tmp_path / "mails", timeout=5).deliver_all()
        found = [
            (recipients[0], message_from_bytes(content, policy=policy.default))
            for _from, recipients, content in smtp.received
        ]
        smtp.received.clear()
        return found

    return mails


@pytest.fixture
def texts(tmp_path):
    """The text messages that wait for the gateway, once each."""

    def texts():
        transaction.commit()
        found = []
        for path in sorted((tmp_path / "sms" / "plone" / "new").glob("*")):
            values = json.loads(path.read_text())
            found.append((values["to"], values["text"]))
            path.unlink()
        return found

    return texts


@pytest.fixture
def submit(guichet):
    def submit(compte=None, **options):
        if compte is not None:
            options["usager_id"] = compte.id
            options["deposant"] = Deposant(
                compte.id, "personne", "verifie", nom=compte.nom_personne
            )
        return submit_demande(
            guichet=guichet,
            demarche=guichet.dechets["signaler-un-depot-sauvage"],
            reponses=[Reponse("remarque", "", "Remarque", SECRET, SECRET)],
            pieces=[],
            form_version="1",
            secret=os.urandom(32),
            year=2026,
            **options,
        ).demande

    return submit


@pytest.fixture
def move():
    def move(demande, transition, message=""):
        move_demande(
            demande=demande, transition=transition, actor=Actor.AGENT, message=message
        )

    return move


def compte_of(canal, **values):
    compte = make_compte(**values)
    compte.canal = canal
    return compte


def words_of(mail):
    return mail.get_content().replace("\r\n", "\n")


def canaux(demande):
    return [(one.occasion, one.canal) for one in envois(demande)]


def to_citizen(found, address="camille@example.ch"):
    return [mail for recipient, mail in found if recipient == address]


class TestPreferred:
    def test_mail(self, submit, move, mails, texts):
        demande = submit(compte_of(Canal.COURRIEL), courriel="autre@example.ch")
        move(demande, "valider")
        received = to_citizen(mails())
        assert [mail["Subject"] for mail in received] == [
            f"Votre demande {demande.numero} est arrivée",
            f"Votre demande {demande.numero} : Validée",
        ]
        assert {mail["From"].addresses[0].addr_spec for mail in received} == {
            "ne-pas-repondre@carouge.example"
        }
        for mail in received:
            assert f"/mon-espace/demandes/{demande.numero}\n" in words_of(mail)
        assert canaux(demande) == [("deposer", "courriel"), ("valider", "courriel")]
        assert texts() == []

    def test_text_message(self, submit, move, mails, texts):
        compte = compte_of(Canal.SMS)
        compte.telephone_verifie = "+41790000101"
        demande = submit(compte)
        move(demande, "valider")
        assert to_citizen(mails()) == []
        found = texts()
        assert [number for number, _text in found] == ["+41790000101"] * 2
        for _number, text in found:
            assert demande.numero in text
            assert text.endswith(f"/mon-espace/demandes/{demande.numero}")
            assert "\n" not in text
        assert canaux(demande) == [("deposer", "sms"), ("valider", "sms")]

    def test_a_number_nobody_has_verified_gets_nothing(self, submit, mails, texts):
        submit(compte_of(Canal.SMS))
        assert len(to_citizen(mails())) == 1
        assert texts() == []

    def test_without_a_gateway_it_is_a_mail(self, submit, mails, texts, monkeypatch):
        monkeypatch.delenv("GUICHET_SMS_URL")
        compte = compte_of(Canal.SMS)
        compte.telephone_verifie = "+41790000101"
        demande = submit(compte)
        assert len(to_citizen(mails())) == 1
        assert texts() == []
        assert canaux(demande) == [("deposer", "courriel")]

    def test_letter(self, guichet, submit, move, mails, texts):
        compte = compte_of(Canal.LETTRE)
        compte.set_facts(
            Source.DECLARE,
            {"rue": "Rue Vautier", "numero": "3", "npa": "1227", "localite": "Carouge"},
            now(),
        )
        demande = submit(compte)
        move(demande, "prendre_en_charge")
        move(demande, "valider", SECRET)
        assert to_citizen(mails()) == []
        assert texts() == []
        [first, second] = courrier_de(guichet).attente()
        assert (first.genre, first.occasion, second.occasion) == (
            "lettre",
            "deposer",
            "valider",
        )
        assert first.lignes == ("Camille Rochat", "Rue Vautier 3", "1227 Carouge")
        assert first.numero == demande.numero
        assert first.service == demande.service_uid
        # Nobody pays a stamp to hear that somebody has begun.
        assert canaux(demande) == [("deposer", "lettre"), ("valider", "lettre")]

    def test_call(self, guichet, submit, mails):
        demande = submit(compte_of(Canal.TELEPHONE))
        assert to_citizen(mails()) == []
        [call] = courrier_de(guichet).attente()
        assert (call.genre, call.telephone) == ("telephone", "+41790000101")
        assert canaux(demande) == [("deposer", "telephone")]


class TestOtherwise:
    def test_without_account_the_mail_that_was_typed(self, submit, mails):
        demande = submit(courriel="sans@example.ch")
        [mail] = to_citizen(mails(), "sans@example.ch")
        assert f"/suivi?numero={demande.numero}\n" in words_of(mail)

    def test_with_an_account_no_code_leaves(self, guichet, mails):
        compte = make_compte()
        submission = submit_demande(
            guichet=guichet,
            demarche=guichet.dechets["signaler-un-depot-sauvage"],
            reponses=[],
            pieces=[],
            form_version="1",
            secret=b"x",
            year=2026,
            usager_id=compte.id,
        )
        [mail] = to_citizen(mails())
        assert submission.code not in words_of(mail)

    def test_nobody_looks_for_who_wants_to_stay_unknown(self, guichet, submit, move):
        demande = submit()
        move(demande, "valider")
        assert courrier_de(guichet).attente() == []
        assert canaux(demande) == []

    def test_entered_at_the_counter_without_mail(self, guichet, submit, move):
        demande = submit(
            canal=Arrivee.GUICHET,
            saisi_par="agent-dechets",
            identite=IdentiteControlee("Zwahlen", "Rosa", "1950-01-01", "connu"),
        )
        # The receipt was put into her hands.
        assert courrier_de(guichet).attente() == []
        move(demande, "valider")
        [letter] = courrier_de(guichet).attente()
        assert (letter.nom, letter.lignes) == ("Rosa Zwahlen", ())

    def test_a_mistyped_address_of_an_account_ends_as_a_letter(
        self, guichet, submit, mails, caplog
    ):
        compte = make_compte(courriel="pas une adresse")
        demande = submit(compte)
        assert to_citizen(mails()) == []
        assert [one.genre for one in courrier_de(guichet).attente()] == ["telephone"]
        assert canaux(demande) == [("deposer", "telephone")]
        assert f"demande {demande.numero}: unusable e-mail address" in caplog.messages

    def test_in_the_language_of_the_account(self, submit, mails):
        compte = make_compte()
        compte.langue = "en"
        demande = submit(compte)
        [mail] = to_citizen(mails())
        assert mail["Subject"] == f"Your demande {demande.numero} has arrived"


class TestOwnWords:
    @pytest.fixture
    def edited(self, guichet):
        def edited(**avis):
            demarche = guichet.dechets["signaler-un-depot-sauvage"]
            enregistrer_textes(demarche, Textes(avis=avis))
            api.content.transition(demarche, "publier_modifications")

        return edited

    def test_the_published_ones_count(self, guichet, edited, submit, move, mails):
        edited(valider=Avis("Nettoyé ! ${numero}", "Merci.\n\n${demarche}", ""))
        enregistrer_textes(
            guichet.dechets["signaler-un-depot-sauvage"],
            Textes(avis={"valider": Avis("Pas encore publié", "", "")}),
        )
        demande = submit(make_compte())
        move(demande, "valider")
        mail = to_citizen(mails())[-1]
        assert mail["Subject"] == f"Nettoyé ! {demande.numero}"
        text = words_of(mail)
        assert text.startswith("Merci.\n\nSignaler un dépôt sauvage\n\n")
        assert f"/mon-espace/demandes/{demande.numero}\n" in text

    def test_with_an_unknown_variable_the_standard_ones(
        self, guichet, submit, move, mails, caplog
    ):
        demarche = guichet.dechets["signaler-un-depot-sauvage"]
        demande = submit(make_compte())
        # Past the gate, as an old publication may be.
        store = demarche.versions_publiees
        store[store.maxKey()]["correspondance"] = Textes(
            avis={"valider": Avis("${remarque}", "${remarque}", "")}
        ).to_json()
        move(demande, "valider")
        mail = to_citizen(mails())[-1]
        assert demande.numero in mail["Subject"]
        assert "${" not in mail["Subject"] + words_of(mail)
        assert f"demande {demande.numero}: unknown variable in valider" in (
            caplog.messages
        )


class TestNotTooMany:
    def test_a_second_message_while_the_first_is_unread(
        self, submit, mails, monkeypatch
    ):
        demande = submit(make_compte())
        mails()
        for text in ("un", "deux", "trois"):
            ecrire_message(demande, "service", text)
            transaction.commit()
        assert len(to_citizen(mails())) == 1
        marquer_lus(demande, "usager")
        ecrire_message(demande, "service", "quatre")
        assert len(to_citizen(mails())) == 1
        # An hour later an unread one is told again.
        monkeypatch.setattr(service, "QUIET", timedelta())
        ecrire_message(demande, "service", "cinq")
        assert len(to_citizen(mails())) == 1

    def test_a_move_says_enough_of_what_goes_with_it(self, submit, move, mails):
        demande = submit(make_compte())
        mails()
        move(demande, "valider")
        ecrire_message(demande, "service", "Voilà")
        assert len(to_citizen(mails())) == 1
        assert canaux(demande)[-1] == ("valider", "courriel")

    def test_several_documents_that_arrive(self, submit, mails):
        demande = submit(make_compte())
        mails()
        for _index in range(3):
            notify(DemandeAvis(demande, Occasion.PIECE_RECUE, "usager"))
            transaction.commit()
        assert len(to_citizen(mails())) == 1

    def test_an_aborted_move_tells_nothing_and_the_next_one_does(
        self, submit, move, mails
    ):
        demande = submit(make_compte())
        mails()
        move(demande, "valider")
        transaction.abort()
        assert mails() == []
        move(demande, "valider")
        assert len(to_citizen(mails())) == 1


class TestService:
    @pytest.fixture
    def agents(self, guichet):
        for name in ("alice", "bob", "carl"):
            api.user.create(username=name, email=f"{name}@carouge.example")
        voirie = guichet["service-voirie"]
        voirie.agents = [*voirie.agents, "user:alice", "user:bob"]

    def recipients(self, found):
        return [recipient for recipient, _mail in found]

    def test_the_service_as_long_as_nobody_has_it(self, submit, mails):
        demande = submit()
        mails()
        ecrire_message(demande, "usager", SECRET)
        [(recipient, mail)] = mails()
        assert recipient == "voirie@carouge.example"
        assert demande.numero in mail["Subject"]
        assert f"/agents/{demande.numero}\n" in words_of(mail)

    def test_the_agent_and_the_followers(self, agents, submit, mails):
        demande = submit()
        attribuer(demande, "alice")
        suivre(demande, "bob")
        # No agent of the service (any more): he learns nothing.
        suivre(demande, "carl")
        mails()
        ecrire_message(demande, "usager", SECRET)
        assert self.recipients(mails()) == [
            "alice@carouge.example",
            "bob@carouge.example",
        ]
        notify(DemandeAvis(demande, Occasion.ECHEANCE, "service"))
        assert self.recipients(mails()) == [
            "alice@carouge.example",
            "bob@carouge.example",
        ]

    def test_handed_over(self, guichet, agents, submit, mails):
        demande = submit(compte_of(Canal.TELEPHONE))
        attribuer(demande, "alice")
        suivre(demande, "bob")
        mails()
        ecoles = guichet["service-ecoles"]
        transmettre(demande, ecoles.UID(), SECRET)
        assert self.recipients(mails()) == [ecoles.courriel]
        # What waits for the demande goes with it.
        assert {one.service for one in courrier_de(guichet).attente()} == {ecoles.UID()}


def test_nothing_secret_leaves(guichet, submit, move, mails, texts):
    """Each occasion, each way: no answer, no name, no word of a message or a note."""
    by_sms = compte_of(Canal.SMS, subject="s", prenom=SECRET, nom=SECRET)
    by_sms.telephone_verifie = "+41790000101"
    by_letter = compte_of(Canal.TELEPHONE, subject="l", prenom="Rosa", nom="Muster")
    by_mail = compte_of(Canal.COURRIEL, subject="m", prenom=SECRET, nom=SECRET)
    kept = []
    for options in (
        {"compte": by_sms},
        {"compte": by_letter},
        {"compte": by_mail},
        {"courriel": "sans@example.ch"},
    ):
        demande = submit(**options)
        noter_interne(demande, SECRET)
        ecrire_message(demande, "service", SECRET)
        ecrire_message(demande, "usager", SECRET)
        for occasion in ("demander_complement", "completer", "valider", "rouvrir"):
            transaction.commit()
            move(demande, occasion, SECRET)
        for occasion in Occasion:
            transaction.commit()
            pour = "service" if occasion in ("transmise", "echeance") else "usager"
            notify(DemandeAvis(demande, occasion, pour, {"piece": SECRET}))
        transaction.commit()
        remettre_document(
            demande,
            Document(
                genre="decision",
                titre=SECRET,
                file=NamedBlobFile(SECRET.encode()),
                digest="0",
                date=now(),
                par="x",
            ),
        )
        transmettre(demande, guichet["service-ecoles"].UID(), SECRET)
        kept += [str(one) for one in envois(demande)]
    kept += [
        f"{one.objet}\n{one.texte}\n{one.titre}"
        for one in courrier_de(guichet).attente()
    ]
    received = mails()
    kept += [f"{mail['Subject']}\n{words_of(mail)}" for _to, mail in received]
    sent = texts()
    kept += [text for _number, text in sent]
    assert len(received) > 20
    assert len(sent) > 5
    assert [words for words in kept if SECRET in words or "Muster" in words] == []


def test_a_notice_makes_no_page_out_of_date(submit, move):
    demande = submit(make_compte())
    before = revision(demande)
    move(demande, "valider")
    assert revision(demande) == before + 1
