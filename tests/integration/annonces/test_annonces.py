"""Money that has come in stays in the books, whatever fails because of it."""

from carouge.guichet import swisstime
from carouge.guichet.annonces import service as annonces_service
from carouge.guichet.annonces.service import en_panne
from carouge.guichet.annonces.service import reprendre
from carouge.guichet.demande.domain import LigneDePrix
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.dossier.emolument import facture_de
from carouge.guichet.facture import service as factures
from carouge.guichet.facture.domain import Ecriture
from carouge.guichet.facture.domain import EtatFacture
from carouge.guichet.facture.domain import Source
from carouge.guichet.facture.events import FacturePayee
from carouge.guichet.interfaces import IFacturePayee
from carouge.guichet.interfaces import ITache
from carouge.guichet.journal.service import record
from carouge.guichet.swisstime import now
from contextlib import contextmanager
from datetime import timedelta
from ecoute import a_l_ecoute
from factures import make_facture
from factures import make_regie
from plone.app.testing import logout
from unittest import mock
from ZODB.POSException import ConflictError
from zope.annotation.interfaces import IAnnotations
from zope.component import getGlobalSiteManager
from zope.component import getUtility
from zope.event import notify
from zope.lifecycleevent import ObjectCopiedEvent

import os
import pytest
import transaction


@pytest.fixture
def guichet(demo_integration):
    make_regie("VILLE")
    logout()
    return demo_integration["portal"].guichet


class Ecouteur:
    """Writes, then fails as long as ``erreur`` is set, for ``pour`` or for all."""

    pour = None

    def __init__(self, guichet) -> None:
        self.notes = IAnnotations(guichet)
        self.erreur = RuntimeError("the printer of the letters burns")
        self.appels = 0

    def __call__(self, event) -> None:
        self.appels += 1
        self.notes["essai"] = event.object.numero
        record("essai.ecrire", subject=event.object.id)
        if self.erreur is not None and self.pour in (None, event.object):
            raise self.erreur


@pytest.fixture
def ecouteur(guichet):
    made = Ecouteur(guichet)
    with a_l_ecoute(made, IFacturePayee):
        yield made


@contextmanager
def journal():
    """The actions that are recorded meanwhile by the announcements."""
    found = []
    with mock.patch.object(
        annonces_service, "record", lambda action, **details: found.append(action)
    ):
        yield found


def pay(guichet, facture, name="1", montant=None):
    factures.ecrire(
        guichet,
        facture,
        Ecriture(Source.ESPECES, name, montant or facture.solde, now()),
    )


def test_the_money_stays_when_a_listener_fails(guichet, ecouteur):
    facture = make_facture(guichet)
    pay(guichet, facture)
    assert (facture.etat, facture.solde) == (EtatFacture.PAYEE, 0)
    # Nothing of it is half done, and it is not forgotten.
    assert ecouteur.notes.get("essai") is None
    (annonce,) = en_panne(guichet)
    assert (annonce.ecouteur, annonce.raison, annonce.essais, annonce.objet) == (
        f"{__name__}.Ecouteur",
        "RuntimeError",
        1,
        facture,
    )


def test_the_other_listeners_are_told(guichet, ecouteur):
    demande = submit_demande(
        guichet=guichet,
        demarche=guichet.mobilite["macaron-stationnement"],
        reponses=[Reponse("plaque", "", "Plaque", "GE 1")],
        pieces=(),
        form_version="1",
        secret=os.urandom(32),
        year=2026,
        prix=(LigneDePrix("Émolument", 4000),),
        regie="VILLE",
    ).demande
    pay(guichet, facture_de(demande))
    assert demande.etat is State.DEPOSEE
    assert [annonce.ecouteur for annonce in en_panne(guichet)] == [
        f"{__name__}.Ecouteur"
    ]


def test_two_transactions_that_meet_are_no_failure(guichet, ecouteur):
    facture = make_facture(guichet)
    ecouteur.erreur = ConflictError("somebody was faster")
    with pytest.raises(ConflictError):
        pay(guichet, facture)
    assert en_panne(guichet) == []


@pytest.fixture
def transactions(monkeypatch):
    """How the transactions of the task have ended; nothing is written for good."""
    found = []
    points = [transaction.savepoint()]

    def commit():
        found.append("commit")
        points.append(transaction.savepoint())

    def abort():
        found.append("abort")
        points[-1].rollback()

    monkeypatch.setattr(transaction, "commit", commit)
    monkeypatch.setattr(transaction, "abort", abort)
    return found


@pytest.fixture
def tache(guichet, transactions, monkeypatch):
    """Run the task so many minutes later than the last time."""
    moment = now()

    def tache(minutes=0):
        nonlocal moment
        moment += timedelta(minutes=minutes)
        monkeypatch.setattr(swisstime, "now", lambda: moment)
        return getUtility(ITache, name="annonces")(guichet)

    return tache


def test_the_task_tries_again_until_it_succeeds(guichet, ecouteur, request):
    facture = make_facture(guichet)
    pay(guichet, facture)
    tache = request.getfixturevalue("tache")
    ecouteur.erreur = KeyError("another reason")
    assert tache() == {"en_panne": 1}
    (annonce,) = en_panne(guichet)
    assert (annonce.raison, annonce.essais) == ("KeyError", 2)
    assert ecouteur.notes.get("essai") is None
    ecouteur.erreur = None
    assert tache(minutes=9) == {}
    assert tache(minutes=2) == {"reprises": 1}
    assert ecouteur.notes["essai"] == facture.numero
    assert tache(minutes=60) == {}
    assert ecouteur.appels == 3


def test_it_is_tried_less_and_less_and_each_day(guichet, ecouteur, request):
    pay(guichet, make_facture(guichet))
    tache, written = (request.getfixturevalue(n) for n in ("tache", "transactions"))
    # Every five minutes for ten days.
    for _n in range(10 * 24 * 12):
        tache(minutes=5)
    (annonce,) = en_panne(guichet)
    # 10, 20 ... 1280 minutes, then each day; what is not due writes nothing.
    assert (annonce.essais, ecouteur.appels) == (18, 18)
    assert written == ["commit"] * 17
    # A person does not wait.
    ecouteur.erreur = None
    assert reprendre(guichet, annonce) is True


def two_failures(guichet):
    first, second = make_facture(guichet), make_facture(guichet)
    pay(guichet, first)
    pay(guichet, second, name="2")
    return first, second


def assert_only_the_first_is_put_off(guichet, ecouteur, tache, first, second, raison):
    assert tache() == {"reprises": 1, "en_panne": 1}
    assert ecouteur.notes["essai"] == second.numero
    (annonce,) = en_panne(guichet)
    assert (annonce.objet, annonce.essais, annonce.raison) == (first, 2, raison)
    # Nor does it come back at once.
    assert tache(minutes=1) == {}


def test_a_listener_that_always_meets_others_starves_nobody(guichet, ecouteur, request):
    first, second = two_failures(guichet)
    ecouteur.erreur, ecouteur.pour = ConflictError("again"), first
    assert_only_the_first_is_put_off(
        guichet,
        ecouteur,
        request.getfixturevalue("tache"),
        first,
        second,
        "ConflictError",
    )


def test_a_fact_nobody_can_look_at_starves_nobody(
    guichet, ecouteur, request, monkeypatch
):
    first, second = two_failures(guichet)
    ecouteur.erreur = None

    def encore_vrai(event):
        if event.object is first:
            raise KeyError("broken")
        return True

    monkeypatch.setattr(FacturePayee, "encore_vrai", encore_vrai)
    assert_only_the_first_is_put_off(
        guichet, ecouteur, request.getfixturevalue("tache"), first, second, "KeyError"
    )


def test_somebody_else_tries_it_just_now(guichet, ecouteur, request, monkeypatch):
    pay(guichet, make_facture(guichet))
    tache = request.getfixturevalue("tache")
    met = mock.Mock(side_effect=ConflictError("somebody was faster"))
    monkeypatch.setattr(transaction, "commit", met)
    assert tache() == {"en_panne": 1}
    (annonce,) = en_panne(guichet)
    assert annonce.essais == 1


def test_what_is_no_longer_true_is_told_to_nobody(guichet, ecouteur):
    facture = make_facture(guichet)
    pay(guichet, facture)
    pay(guichet, facture, name="2", montant=-facture.montant)
    assert facture.etat is EtatFacture.OUVERTE
    (annonce,) = en_panne(guichet)
    ecouteur.erreur = None
    with journal() as actions:
        assert reprendre(guichet, annonce) is True
    assert actions == ["annonce.abandonner"]
    assert ecouteur.appels == 1
    assert en_panne(guichet) == []


def test_a_listener_that_is_gone_is_not_waited_for(guichet, ecouteur):
    pay(guichet, make_facture(guichet))
    getGlobalSiteManager().unregisterHandler(ecouteur, (IFacturePayee,))
    (annonce,) = en_panne(guichet)
    with journal() as actions:
        assert reprendre(guichet, annonce) is True
    assert actions == ["annonce.abandonner"]
    assert en_panne(guichet) == []


def test_what_was_done_later_is_told_as_done(guichet, ecouteur):
    pay(guichet, make_facture(guichet))
    (annonce,) = en_panne(guichet)
    ecouteur.erreur = None
    with journal() as actions:
        assert reprendre(guichet, annonce) is True
    assert actions == ["annonce.reprendre"]


def test_a_copied_guichet_owes_nothing(guichet, ecouteur):
    pay(guichet, make_facture(guichet))
    # As at the end of a copy: the annotations came along.
    notify(ObjectCopiedEvent(guichet, guichet))
    assert en_panne(guichet) == []
