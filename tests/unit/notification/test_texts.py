"""The words of the messages, in English as they stand in the code."""

from carouge.guichet.controlpanel.service import Contact
from carouge.guichet.demande.domain import State
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


def test_received_says_number_code_date_and_what_happens_next():
    letter = texts.received(
        numero=NUMERO,
        code="ABCDE-FGHJK",
        titre="Signaler un dépôt sauvage",
        attendu=date(2026, 11, 25),
        url="http://localhost/guichet/suivi?numero=2026-7059-YBHV",
        contact=CONTACT,
    )
    assert texts.compose(letter, translate) == (
        "Your demande 2026-7059-YBHV has arrived",
        """\
Hello,

Your demande has arrived:
Signaler un dépôt sauvage

Number: 2026-7059-YBHV
Tracking code: ABCDE-FGHJK

Keep this message. With the number and the code you can follow your demande at any \
time, without an account:
http://localhost/guichet/suivi?numero=2026-7059-YBHV

What happens next

The service examines your demande. It writes to this address as soon as something \
changes, or when it needs something more from you.
You can expect an answer by 25.11.2026.

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
    letter = texts.received(
        numero=NUMERO, code="X", titre="T", attendu=None, url="U", contact=NO_CONTACT
    )
    _subject, text = texts.compose(letter, translate)
    assert "You can expect" not in text
    assert text.endswith(
        "-- \nThis message was sent automatically. "
        "Nobody reads the answers to this address.\n"
    )


def test_moved_brings_the_words_of_the_service_and_asks_for_the_answer():
    letter = texts.moved(
        numero=NUMERO,
        titre="Acte de naissance",
        etat=State.A_COMPLETER,
        message="Il manque :\n- la copie du passeport",
        url="http://localhost/suivi",
        contact=NO_CONTACT,
    )
    assert texts.compose(letter, translate) == (
        "Your demande 2026-7059-YBHV: To be completed",
        """\
Hello,

The service needs something more from you.

Your demande:
Acte de naissance
2026-7059-YBHV

Message from the service:
Il manque :
- la copie du passeport

Please answer on the follow-up page.

Follow your demande with the tracking code you received when you submitted it:
http://localhost/suivi

--\x20
This message was sent automatically. Nobody reads the answers to this address.
""",
    )


def test_moved_without_words_of_the_service():
    letter = texts.moved(
        numero=NUMERO,
        titre="T",
        etat=State.EN_COURS,
        message="",
        url="U",
        contact=NO_CONTACT,
    )
    subject, text = texts.compose(letter, translate)
    assert subject == "Your demande 2026-7059-YBHV: In progress"
    assert "Message from the service" not in text
    assert "Please answer" not in text


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


def test_what_a_person_wrote_is_never_a_pattern():
    letter = texts.moved(
        numero=NUMERO,
        titre="Titre ${numero} <b>gras</b>",
        etat=State.REFUSEE,
        message="${etat} $numero <script>alert(1)</script>",
        url="U",
        contact=NO_CONTACT,
    )
    _subject, text = texts.compose(letter, translate)
    assert "Titre ${numero} <b>gras</b>\n" in text
    assert "\n${etat} $numero <script>alert(1)</script>\n" in text


def test_a_subject_is_one_line():
    letter = texts.arrived(
        numero=NUMERO, titre="Titre\r\nBcc: x@y.example", attendu=None, url="U"
    )
    subject, _text = texts.compose(letter, translate)
    assert subject == "New demande 2026-7059-YBHV: Titre Bcc: x@y.example"
