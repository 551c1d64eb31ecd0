"""The words of the messages, in English as they stand in the code."""

from carouge.guichet.controlpanel.service import Contact
from carouge.guichet.demande.avis import avis_standard
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.notification import texts
from datetime import date
from zope.i18n import translate

import pytest


CONTACT = Contact(
    commune="Ville de Carouge",
    adresse="Place du Marché 14\n1227 Carouge",
    telephone="022 307 89 87",
    courriel="guichet@carouge.example",
    horaires=("Lundi : 8h30–12h",),
)
NO_CONTACT = Contact("", "", "", "", ())
NUMERO = "2026-7059-YBHV"


VALEURS = {
    "numero": NUMERO,
    "demarche": "Signaler un dépôt sauvage",
    "etat": "In progress",
    "date_attendue": "25.11.2026",
    "lien": "http://localhost/guichet/suivi?numero=2026-7059-YBHV",
    "commune": "Ville de Carouge",
}


def notice(occasion, valeurs=None, **options):
    options = {"compte": True, "contact": NO_CONTACT} | options
    letter = texts.notice(avis_standard(occasion, "en"), valeurs or VALEURS, **options)
    return texts.compose(letter, translate)


def test_received_says_number_code_date_and_what_happens_next():
    assert notice("deposer", code="ABCDE-FGHJK", compte=False, contact=CONTACT) == (
        "Your demande 2026-7059-YBHV has arrived",
        """\
Hello,

Your demande has arrived:
Signaler un dépôt sauvage
Number: 2026-7059-YBHV

The service examines your demande. You are told as soon as something changes, or when \
it needs something more from you.
You can expect an answer by 25.11.2026.

Follow your demande here:
http://localhost/guichet/suivi?numero=2026-7059-YBHV

Tracking code: ABCDE-FGHJK

Keep this message. With the number and the code you can follow your demande at any \
time, without an account.

--\x20
Ville de Carouge
This message was sent automatically. Nobody reads the answers to this address.
To reach the counter:

Place du Marché 14
1227 Carouge
022 307 89 87
guichet@carouge.example
Lundi : 8h30–12h
""",
    )


def test_received_promises_no_date_when_the_service_says_none():
    _subject, text = notice("deposer", VALEURS | {"date_attendue": ""})
    assert "You can expect" not in text
    assert text.endswith(
        "-- \nThis message was sent automatically. "
        "Nobody reads the answers to this address.\n"
    )


def test_a_move_says_what_it_means_and_where_the_rest_stands():
    assert notice("demander_complement", compte=False) == (
        "Your demande 2026-7059-YBHV: In progress",
        """\
Hello,

The service needs something more from you.

Your demande:
Signaler un dépôt sauvage
Number: 2026-7059-YBHV

What is missing, and how to answer, stands on the page of your demande. The delay \
starts again once you have answered:
http://localhost/guichet/suivi?numero=2026-7059-YBHV

You open your demande with its number and the tracking code you received when you \
submitted it.

--\x20
This message was sent automatically. Nobody reads the answers to this address.
""",
    )


def test_who_has_an_account_needs_no_code():
    _subject, text = notice("valider")
    assert "code" not in text


def test_the_link_is_there_whatever_the_editors_wrote():
    letter = texts.notice(
        Avis("Objet", "Bonjour", "Prêt"), VALEURS, compte=True, contact=NO_CONTACT
    )
    _subject, text = texts.compose(letter, translate)
    assert text.startswith(f"Bonjour\n\nTo your demande:\n{VALEURS['lien']}\n\n-- \n")
    assert texts.text_message(Avis("", "", "Prêt"), VALEURS) == (
        f"Prêt {VALEURS['lien']}"
    )


def test_a_text_message_is_one_line():
    avis = Avis("", "", "${commune} :\n${numero} ${lien}")
    assert texts.text_message(avis, VALEURS) == (
        f"Ville de Carouge : {NUMERO} {VALEURS['lien']}"
    )


def test_a_paragraph_that_says_nothing_leaves_no_gap():
    avis = Avis("O", "A\n\nAttendu le ${date_attendue}.\n\nB", "")
    assert texts.body_of(avis, VALEURS | {"date_attendue": ""}) == "A\n\nB"


def test_arrived_for_the_service():
    letter = texts.arrived(
        numero=NUMERO, titre="Acte", attendu=date(2026, 11, 25), url="http://x/agents/n"
    )
    assert texts.compose(letter, translate) == (
        "New demande 2026-7059-YBHV: Acte",
        """\
A new demande has arrived.

Acte
Number: 2026-7059-YBHV
Answer expected by: 25.11.2026

To the demande:
http://x/agents/n

This message was sent automatically. Nobody reads the answers to this address.
""",
    )


@pytest.mark.parametrize(
    ("make", "subject", "first"),
    [
        (
            texts.answered,
            "Answer received: demande 2026-7059-YBHV",
            "The citizen has answered your question.",
        ),
        (
            texts.written,
            "Message from the citizen: demande 2026-7059-YBHV",
            "The citizen has written to you.",
        ),
        (
            texts.handed_over,
            "Demande 2026-7059-YBHV handed over to you",
            "Another service has handed this demande over to you.",
        ),
        (
            texts.withdrawn,
            "Demande 2026-7059-YBHV withdrawn",
            "The citizen has withdrawn the demande. There is nothing more to do.",
        ),
    ],
)
def test_for_the_service_after_a_move_of_the_citizen(make, subject, first):
    letter = make(numero=NUMERO, titre="Acte", url="http://x")
    assert texts.compose(letter, translate) == (
        subject,
        f"""\
{first}

Acte
Number: 2026-7059-YBHV

To the demande:
http://x

This message was sent automatically. Nobody reads the answers to this address.
""",
    )


def test_a_value_is_never_a_pattern():
    _subject, text = notice(
        "valider", VALEURS | {"demarche": "Titre ${numero} <b>gras</b>"}
    )
    assert "Titre ${numero} <b>gras</b>\n" in text


def test_a_subject_is_one_line():
    letter = texts.arrived(
        numero=NUMERO, titre="Titre\r\nBcc: x@y.example", attendu=None, url="U"
    )
    subject, _text = texts.compose(letter, translate)
    assert subject == "New demande 2026-7059-YBHV: Titre Bcc: x@y.example"
