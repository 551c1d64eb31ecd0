"""Reminders of what is due, and the other letters about invoices."""

from carouge.guichet import swisstime
from carouge.guichet.facture import rattachement
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.rappels import rappeler
from carouge.guichet.facture.regles import rappels_dus
from carouge.guichet.facture.service import ecrire
from carouge.guichet.facture.service import verrouiller
from carouge.guichet.facture.tasks import rappels
from carouge.guichet.interfaces import INotificationChannel
from comptes import make_compte
from datetime import date
from datetime import datetime
from datetime import timedelta
from factures import make_facture
from factures import make_regie
from factures import rattacher
from zope.component import getSiteManager
from zope.interface import implementer

import pytest


ECHEANCE = date(2026, 11, 30)


@implementer(INotificationChannel)
class Box:
    def __init__(self):
        self.letters = []

    def usable(self):
        return True

    def send(self, recipient, subject, text, reply_to=None, preuve=""):
        self.letters.append((recipient, subject, text))


@pytest.fixture()
def box(demo_integration):
    manager = getSiteManager()
    box = Box()
    manager.registerUtility(box, INotificationChannel, name="courriel")
    yield box
    manager.unregisterUtility(box, INotificationChannel, name="courriel")


@pytest.fixture()
def guichet(demo_integration, box):
    make_regie("VILLE", rappels="10, 30")
    make_regie("CCAS")
    return demo_integration["portal"].guichet


@pytest.fixture()
def compte(guichet, box):
    compte = make_compte()
    rattacher(guichet, compte)
    box.letters.clear()
    return compte


def facture(guichet, **values):
    return make_facture(
        guichet,
        **{"emise_le": date(2026, 10, 31), "echeance": ECHEANCE, **values},
    )


def after(days):
    day = ECHEANCE + timedelta(days=days)
    return datetime(day.year, day.month, day.day, 12, tzinfo=swisstime.ZURICH)


@pytest.mark.parametrize(
    ("days", "count"),
    [(-1, 0), (0, 0), (9, 0), (10, 1), (29, 1), (30, 2), (90, 2), (91, 0)],
)
def test_when_reminders_are_due(days, count):
    assert rappels_dus(ECHEANCE, ECHEANCE + timedelta(days=days), (10, 30)) == count


def test_no_reminders_no_days():
    assert rappels_dus(ECHEANCE, date(2027, 1, 1), ()) == 0


def test_each_reminder_is_sent_once(guichet, compte, box):
    due = facture(guichet, numero="2026-000123")
    found = [rappeler(guichet, after(days)) for days in (9, 10, 11, 29, 30, 31, 95)]
    assert found == [0, 1, 0, 0, 1, 0, 0]
    assert len(due.rappels) == 2
    assert [recipient for recipient, *_rest in box.letters] == [
        "camille@example.ch"
    ] * 2


def test_the_letter_says_number_and_regie_and_nothing_of_the_rest(guichet, compte, box):
    due = facture(guichet, numero="2026-000123", libelle="Aide sociale", montant=4242)
    rappeler(guichet, after(10))
    ((_recipient, subject, text),) = box.letters
    assert subject == "Une facture attend votre paiement"
    assert "2026-000123" in text
    assert "Ville de Carouge" in text
    assert f"/mon-espace/factures/{due.id}" in text
    assert "Aide sociale" not in text
    assert "42.42" not in text


def test_what_was_missed_is_not_sent_all_at_once(guichet, compte, box):
    due = facture(guichet)
    assert rappeler(guichet, after(40)) == 1
    assert len(box.letters) == 1
    assert len(due.rappels) == 2
    assert rappeler(guichet, after(41)) == 0


def test_who_is_not_reminded(guichet, compte, box):
    paid = facture(guichet)
    ecrire(guichet, paid, Ecriture(Source.ERP, "1", paid.montant, swisstime.now()))
    locked = facture(guichet)
    verrouiller(guichet, locked, "p-1")
    facture(guichet, regie="CCAS")
    facture(guichet, debiteur="M-somebody-else")
    assert rappeler(guichet, after(10)) == 0
    assert box.letters == []


def test_who_does_not_see_it_is_not_reminded(guichet, compte, box):
    (lien,) = rattachement.rattachements_de(guichet).du_compte(compte.id)
    facture(guichet)
    rattachement.delier(guichet, lien, par="caisse")
    assert rappeler(guichet, after(10)) == 0
    rattachement.lier(guichet, compte, lien.debiteur, par="caisse")
    box.letters.clear()
    assert rappeler(guichet, after(10)) == 1


def test_whoever_owes_a_fee_is_reminded(guichet, compte, box):
    facture(guichet, debiteur="", proprietaires=(compte.id,), domaine="")
    assert rappeler(guichet, after(10)) == 1
    assert len(box.letters) == 1


def test_the_task(guichet, compte):
    facture(guichet, echeance=swisstime.today() - timedelta(days=10))
    assert rappels(guichet) == {"rappelees": 1}
    assert rappels(guichet) == {"rappelees": 0}


def test_a_decision_is_told(guichet, box):
    other = make_compte("G-luc", courriel="luc@example.ch")
    lien = rattachement.demander(guichet, other, "M-1", "2026-1")
    assert box.letters == []
    rattachement.refuser(guichet, lien, par="caisse", motif="Autre nom.")
    rattachement.lier(guichet, other, "M-2", par="caisse")
    assert [(recipient, subject) for recipient, subject, _text in box.letters] == [
        ("luc@example.ch", "Vos factures n’ont pas pu être rattachées à votre compte"),
        ("luc@example.ch", "Vos factures sont dans votre compte"),
    ]
    assert all(
        "M-1" not in text and "Autre nom" not in text for *_r, text in box.letters
    )
