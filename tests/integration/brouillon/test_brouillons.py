"""The door to the brouillons, with a clock that is moved by hand."""

from carouge.guichet import swisstime
from carouge.guichet.brouillon import service
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.brouillon.domain import BrouillonModifie
from carouge.guichet.brouillon.domain import IdPris
from carouge.guichet.brouillon.domain import principal_de
from carouge.guichet.brouillon.domain import TropDeBrouillons
from carouge.guichet.brouillon.domain import TropDeFichiers
from carouge.guichet.brouillon.domain import TropDOctets
from carouge.guichet.brouillon.echeances import expirer
from carouge.guichet.brouillon.echeances import rappeler
from carouge.guichet.compte.service import change_facts
from carouge.guichet.compte.service import comptes
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.queries import get_own_demande
from carouge.guichet.demande.queries import list_demandes
from carouge.guichet.demande.rattachement import RattachementRefuse
from carouge.guichet.demande.rattachement import rattacher
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.identity.service import forget
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.interfaces import ITache
from comptes import log_in
from comptes import log_out
from comptes import make_company
from comptes import make_compte
from datetime import date
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from plone import api
from zope.component import getSiteManager
from zope.component import getUtility

import pytest


ID = "1234567890abcdef{:016d}".format
NAV = principal_de("navigateur")
# 23 November 2026, half past eight on the counter's clock.
START = datetime(2026, 11, 23, 7, 30, tzinfo=timezone.utc)


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        moment = START

        def __call__(self):
            return self.moment

        def later(self, **units):
            self.moment += timedelta(**units)

        def on(self, year, month, day, hour=12):
            self.moment = datetime(
                year, month, day, hour, tzinfo=swisstime.ZURICH
            ).astimezone(timezone.utc)

    clock = Clock()
    monkeypatch.setattr(swisstime, "now", clock)
    return clock


@pytest.fixture
def guichet(demo_integration, clock):
    return demo_integration["portal"].guichet


@pytest.fixture
def chien(guichet):
    return guichet.animaux["annoncer-un-chien"]


@pytest.fixture
def macaron(guichet):
    return guichet.mobilite["macaron-stationnement"]


@pytest.fixture
def begin(guichet, chien):
    numbers = iter(range(1000))

    def begin(owner=NAV, demarche=chien, **options):
        return service.creer(
            guichet,
            demarche,
            id=ID(next(numbers)),
            proprietaire=owner,
            version="aaaaaaaaaaaa",
            **options,
        )

    return begin


@pytest.fixture
def recorder(demo_integration):
    class Recorder:
        messages = []

        def send(self, recipient, subject, text, reply_to=None, preuve=""):
            self.messages.append((recipient, subject, text))

    recorder = Recorder()
    recorder.messages = []
    manager = getSiteManager()
    manager.registerUtility(recorder, INotificationChannel, name="courriel")
    yield recorder
    manager.unregisterUtility(recorder, INotificationChannel, name="courriel")


def file(id="f1", size=1000):
    return Fichier(
        id=id, nom="photo.jpg", type="image/jpeg", taille=size, digest="", contenu=None
    )


class TestBegin:
    def test_what_is_stored(self, begin, chien):
        brouillon = begin(
            questions={"nom": "Nom du chien"}, etapes={"chien": "Le chien"}
        )
        assert (
            brouillon.id,
            brouillon.proprietaire,
            brouillon.demarche_uid,
            brouillon.demarche_titre,
            brouillon.version,
            brouillon.cree,
            brouillon.modifie,
            brouillon.revision,
            brouillon.etape,
            brouillon.saisies,
            dict(brouillon.fichiers),
            brouillon.questions,
            brouillon.etapes,
        ) == (
            ID(0),
            NAV,
            chien.UID(),
            chien.title,
            "aaaaaaaaaaaa",
            START,
            START,
            0,
            None,
            {},
            {},
            {"nom": "Nom du chien"},
            {"chien": "Le chien"},
        )

    def test_a_double_click_is_one(self, guichet, begin, chien):
        first = begin()
        again = service.creer(
            guichet, chien, id=first.id, proprietaire=NAV, version="bbbbbbbbbbbb"
        )
        assert again is first
        assert again.version == "aaaaaaaaaaaa"
        assert service.lister(guichet, (NAV,)) == [first]

    def test_an_id_of_somebody_else_or_of_something_else(
        self, guichet, begin, chien, macaron
    ):
        first = begin()
        for demarche, owner in ((chien, "ge-x"), (macaron, NAV)):
            with pytest.raises(IdPris):
                service.creer(
                    guichet, demarche, id=first.id, proprietaire=owner, version="1"
                )

    @pytest.mark.parametrize(
        ("id", "owner"), [("verifier", NAV), (ID(1), ""), (ID(1), "a b")]
    )
    def test_unusable(self, guichet, chien, id, owner):
        with pytest.raises(IdPris):
            service.creer(guichet, chien, id=id, proprietaire=owner, version="1")

    def test_five_of_one_demarche(self, guichet, begin, macaron):
        first, *_others = [begin() for _number in range(5)]
        with pytest.raises(TropDeBrouillons):
            begin()
        assert begin(demarche=macaron).demarche_uid == macaron.UID()
        assert begin("ge-somebody").proprietaire == "ge-somebody"
        service.supprimer(guichet, first)
        assert begin().proprietaire == NAV

    def test_the_ones_that_are_over_do_not_count(self, guichet, begin, chien, clock):
        old = [begin() for _number in range(5)]
        clock.later(days=7)
        new = begin()
        assert service.de_demarche(guichet, chien.UID(), (NAV,)) == [new]
        assert service.magasin_de(guichet).de(NAV) == [new]
        assert {brouillon.proprietaire for brouillon in old} == {""}


class TestFind:
    def test_mine_and_nobody_else_s(self, guichet, begin):
        brouillon = begin()
        assert service.trouver(guichet, brouillon.id, ("ge-x", NAV)) is brouillon
        assert service.trouver(guichet, brouillon.id, ("ge-x",)) is None
        assert service.trouver(guichet, brouillon.id, ()) is None
        assert service.trouver(guichet, ID(99), (NAV,)) is None

    def test_a_deleted_one_belongs_to_nobody(self, guichet, begin):
        brouillon = begin()
        service.supprimer(guichet, brouillon)
        service.supprimer(guichet, brouillon)
        assert service.trouver(guichet, brouillon.id, (NAV, "")) is None

    def test_a_guichet_without_any(self, guichet):
        assert service.trouver(guichet, ID(1), (NAV,)) is None
        assert service.lister(guichet, (NAV,)) == []
        assert expirer(guichet, swisstime.now()) == 0
        assert rappeler(guichet, swisstime.now()) == 0
        assert service.magasin_de(guichet) is None

    def test_the_last_saved_first(self, guichet, begin, macaron, chien, clock):
        first, second, third = begin(), begin(demarche=macaron), begin()
        for brouillon in (third, first, second):
            clock.later(minutes=1)
            service.enregistrer(brouillon, saisies={"nom": "Rex"})
        assert service.lister(guichet, (NAV,)) == [second, first, third]
        assert service.de_demarche(guichet, chien.UID(), (NAV,)) == [first, third]

    def test_a_copied_guichet_has_none(self, guichet, begin):
        brouillon = begin()
        with api.env.adopt_roles(["Manager"]):
            copy = api.content.copy(guichet, id="autre")
        assert service.lister(copy, (NAV,)) == []
        assert service.lister(guichet, (NAV,)) == [brouillon]


class TestSave:
    def test_names_are_merged(self, begin, clock):
        brouillon = begin()
        clock.later(seconds=40)
        done = service.enregistrer(
            brouillon,
            saisies={"nom": "Rex", "race": "teckel"},
            etape="chien",
            revision=0,
            secondes=30,
        )
        first = clock.moment
        clock.later(seconds=10)
        service.enregistrer(
            brouillon,
            saisies={"nom": "Max", "race": None},
            revision=1,
            secondes=3600,
            faites=["chien"],
        )
        assert done is True
        assert (
            brouillon.saisies,
            brouillon.etape,
            brouillon.revision,
            brouillon.faites,
            brouillon.debut,
            brouillon.modifie,
            # Nobody was active for an hour within ten seconds.
            brouillon.secondes,
        ) == ({"nom": "Max"}, "chien", 2, {"chien"}, first, clock.moment, 40)

    def test_the_second_tab_is_told(self, begin, clock):
        brouillon = begin()
        service.enregistrer(brouillon, saisies={"nom": "Rex"}, revision=0)
        saved = clock.moment
        clock.later(minutes=5)
        with pytest.raises(BrouillonModifie) as raised:
            service.enregistrer(brouillon, saisies={"nom": "Max"}, revision=0)
        assert (raised.value.revision, raised.value.modifie) == (1, saved)
        assert brouillon.saisies == {"nom": "Rex"}
        assert (brouillon.revision, brouillon.modifie) == (1, saved)

    def test_who_has_read_that_may_insist(self, begin):
        brouillon = begin()
        service.enregistrer(brouillon, saisies={"nom": "Rex"}, revision=0)
        service.enregistrer(brouillon, saisies={"nom": "Max"}, revision=1)
        service.enregistrer(brouillon, saisies={"nom": "Fido"})
        assert (brouillon.saisies, brouillon.revision) == ({"nom": "Fido"}, 3)

    def test_a_save_whose_answer_got_lost(self, begin):
        brouillon = begin()
        service.enregistrer(brouillon, saisies={"nom": "Rex"}, revision=0)
        again = service.enregistrer(brouillon, saisies={"nom": "Rex"}, revision=0)
        assert (again, brouillon.revision) == (False, 1)

    def test_nothing_is_written_when_nothing_changes(self, begin, clock, guichet):
        brouillon = begin()
        service.enregistrer(brouillon, saisies={"nom": "Rex"}, etape="chien")
        guichet._p_jar.savepoint()
        clock.later(minutes=5)
        done = service.enregistrer(
            brouillon, saisies={"nom": "Rex"}, etape="chien", secondes=30, faites=()
        )
        assert (done, brouillon._p_changed, brouillon.modifie) == (False, False, START)


class TestFiles:
    def test_attached_and_taken_away(self, begin):
        brouillon = begin()
        mine = file()
        service.joindre(brouillon, mine)
        assert dict(brouillon.fichiers) == {"f1": mine}
        service.retirer_fichier(brouillon, "f1")
        service.retirer_fichier(brouillon, "f1")
        assert dict(brouillon.fichiers) == {}

    def test_how_many(self, begin):
        brouillon = begin()
        for number in range(50):
            service.joindre(brouillon, file(f"f{number}"))
        with pytest.raises(TropDeFichiers):
            service.joindre(brouillon, file("f50"))
        service.joindre(brouillon, file("f49", size=2000))
        assert (len(brouillon.fichiers), brouillon.octets) == (50, 51_000)

    def test_how_large(self, begin):
        brouillon = begin()
        service.joindre(brouillon, file("f1", 60 * 1024 * 1024))
        service.joindre(brouillon, file("f2", 40 * 1024 * 1024))
        with pytest.raises(TropDOctets):
            service.joindre(brouillon, file("f3", 1))
        service.joindre(brouillon, file("f2", 40 * 1024 * 1024 - 1))
        service.joindre(brouillon, file("f3", 1))
        assert sorted(brouillon.fichiers) == ["f1", "f2", "f3"]

    def test_a_file_keeps_it_alive(self, begin, clock):
        brouillon = begin()
        clock.later(days=3)
        service.joindre(brouillon, file())
        assert brouillon.modifie == clock.moment
        assert brouillon.revision == 0


class TestVersions:
    def test_what_is_to_be_looked_at_again(self, begin):
        brouillon = begin(questions={"nom": "Nom"}, etapes={"chien": "Le chien"})
        service.passer_a(brouillon, version="bbbbbbbbbbbb", a_revoir=["nom"])
        service.passer_a(
            brouillon,
            version="cccccccccccc",
            a_revoir=["race", "nom"],
            questions={"nom": "Son nom"},
        )
        service.revu(brouillon, ["nom"])
        assert (
            brouillon.version,
            brouillon.a_revoir,
            brouillon.questions,
            brouillon.etapes,
        ) == ("cccccccccccc", ("race",), {"nom": "Son nom"}, {"chien": "Le chien"})


class TestAdoption:
    def test_nothing_is_lost(self, guichet, begin, chien, clock):
        compte = make_compte()
        begin("ge-somebody")
        theirs = [begin(compte.id) for _number in range(3)]
        mine = []
        for _number in range(4):
            clock.later(minutes=1)
            mine.append(begin())
        service.joindre(mine[0], file())
        adopted = service.adopter(guichet, NAV, compte.id)
        assert adopted == mine[::-1]
        assert service.lister(guichet, (NAV,)) == []
        found = service.de_demarche(guichet, chien.UID(), (compte.id,))
        assert set(found) == {*theirs, *mine}
        assert [b.adopte for b in mine] == [True] * 4
        assert [b.adopte for b in theirs] == [False] * 3
        assert list(mine[0].fichiers) == ["f1"]
        with pytest.raises(TropDeBrouillons):
            begin(compte.id)

    def test_it_then_lives_as_long_as_the_account_s(self, guichet, begin):
        brouillon = begin()
        assert service.expire_le(brouillon) == date(2026, 11, 30)
        service.adopter(guichet, NAV, "ge-x")
        assert service.expire_le(brouillon) == date(2027, 3, 3)

    def test_what_is_over_does_not_come_back(self, guichet, begin, clock):
        begin()
        clock.later(days=7)
        assert service.adopter(guichet, NAV, "ge-x") == []
        assert service.lister(guichet, ("ge-x",)) == []

    def test_only_from_browsers(self, guichet, begin):
        begin("ge-somebody")
        assert service.adopter(guichet, "ge-somebody", "ge-x") == []

    def test_what_the_register_replaced_is_told(self, guichet, begin):
        brouillon = begin()
        service.adopter(guichet, NAV, "ge-x")
        service.noter_remplacements(brouillon, [("Rue", "Vautier", "Ancienne")])
        assert brouillon.remplacements == (("Rue", "Vautier", "Ancienne"),)
        assert brouillon.adopte is False


class TestErasedAccount:
    def test_its_drafts_go(self, guichet, begin):
        compte = make_compte()
        begin(compte.id)
        other = begin("ge-somebody")
        forget(compte.id)
        assert service.lister(guichet, (compte.id, "ge-somebody")) == [other]


class TestBrowser:
    @pytest.fixture
    def request_(self, demo_integration, guichet):
        def fresh(cookie=None):
            request = demo_integration["request"].clone()
            request["PARENTS"] = [guichet, demo_integration["portal"]]
            if cookie is not None:
                request.cookies[COOKIE] = cookie
            return request

        return fresh

    def test_unknown_until_marked(self, request_):
        request = request_()
        assert service.navigateur(request) is None
        assert service.proprietaires(request) == ()
        principal = service.marquer_navigateur(request)
        assert service.navigateur(request) == principal
        assert service.proprietaires(request) == (principal,)

    def test_the_cookie(self, request_):
        request = request_()
        service.marquer_navigateur(request)
        cookie = request.response.cookies[COOKIE]
        value = cookie.pop("value")
        assert cookie == {
            "Max-Age": str(7 * 24 * 3600),
            "Path": "/plone/guichet",
            "HttpOnly": True,
            "SameSite": "Lax",
            "Secure": None,
        }
        assert service.navigateur(request_(value)) is not None

    def test_over_https_it_never_travels_in_clear(self, request_):
        api.portal.set_registry_record(
            "carouge.guichet.adresse_publique", "https://guichet.example.ch"
        )
        request = request_()
        service.marquer_navigateur(request)
        assert request.response.cookies[COOKIE]["Secure"] is True

    def test_a_program_gets_one_for_its_addresses(self, request_):
        request = request_()
        request["ACTUAL_URL"] = "http://nohost/plone/++api++/guichet/@brouillons"
        service.marquer_navigateur(request)
        assert request.response.cookies[COOKIE]["Path"] == "/plone/++api++/guichet"

    def test_a_new_term_is_the_same_browser(self, request_, clock):
        request = request_()
        principal = service.marquer_navigateur(request)
        first = request.cookies[COOKIE]
        clock.later(days=6)
        again = request_(first)
        assert service.marquer_navigateur(again) == principal
        second = again.response.cookies[COOKIE]["value"]
        assert second != first
        clock.later(days=6)
        assert service.navigateur(request_(first)) is None
        assert service.navigateur(request_(second)) == principal

    def test_two_browsers(self, request_):
        assert service.marquer_navigateur(request_()) != service.marquer_navigateur(
            request_()
        )

    @pytest.mark.parametrize("cookie", ["", "x", NAV, "gAAAAA==", "é", "x" * 9000])
    def test_forged(self, request_, cookie):
        request = request_(cookie)
        assert service.navigateur(request) is None
        assert service.proprietaires(request) == ()

    def test_changed(self, request_):
        request = request_()
        service.marquer_navigateur(request)
        value = request.cookies[COOKIE]
        changed = value[:40] + ("A" if value[40] != "A" else "B") + value[41:]
        assert service.navigateur(request_(changed)) is None

    def test_somebody_logged_in_has_his_own_only(self, request_, demo_integration):
        request = request_()
        service.marquer_navigateur(request)
        compte = make_company()
        log_in(demo_integration, compte)
        assert service.proprietaires(request) == (compte.id,)
        log_out(demo_integration)

    def test_the_staff_has_the_browser(self, request_, demo_integration):
        request = request_()
        principal = service.marquer_navigateur(request)
        with api.env.adopt_user("editeur"):
            assert service.proprietaires(request) == (principal,)


COOKIE = "guichet_navigateur"


class TestTime:
    def test_deleted_on_the_day_and_not_before(self, guichet, begin, clock):
        brouillon = begin("ge-x")
        assert service.expire_le(brouillon) == date(2027, 3, 3)
        clock.on(2027, 3, 2, 23)
        assert expirer(guichet, clock.moment) == 0
        assert service.trouver(guichet, brouillon.id, ("ge-x",)) is brouillon
        clock.on(2027, 3, 3, 0)
        # Nobody finds it any more, even before the task has come round.
        assert service.trouver(guichet, brouillon.id, ("ge-x",)) is None
        assert expirer(guichet, clock.moment) == 1
        assert expirer(guichet, clock.moment) == 0
        assert len(service.magasin_de(guichet)) == 0

    def test_a_browser_s_is_short(self, guichet, begin, clock):
        begin()
        begin("ge-x")
        clock.on(2026, 11, 29, 23)
        assert expirer(guichet, clock.moment) == 0
        clock.on(2026, 11, 30, 0)
        assert expirer(guichet, clock.moment) == 1
        assert len(service.lister(guichet, (NAV, "ge-x"))) == 1

    def test_a_save_begins_anew(self, guichet, begin, clock):
        brouillon = begin()
        clock.on(2026, 11, 29)
        service.enregistrer(brouillon, saisies={"nom": "Rex"})
        clock.on(2026, 12, 5)
        assert expirer(guichet, clock.moment) == 0
        clock.on(2026, 12, 6)
        assert expirer(guichet, clock.moment) == 1

    def test_the_guichet_says_how_long(self, guichet, begin, clock):
        for name, days in (("jours", 15), ("navigateur_jours", 1)):
            api.portal.set_registry_record(f"carouge.guichet.brouillons_{name}", days)
        assert service.expire_le(begin("ge-x")) == date(2026, 12, 8)
        assert service.expire_le(begin()) == date(2026, 11, 24)

    def test_the_task_that_comes_round(self, guichet, begin, clock):
        begin()
        compte = make_compte()
        begin(compte.id)
        clock.on(2027, 2, 17)
        task = getUtility(ITache, name="brouillons")
        assert task(guichet) == {"expires": 1, "rappeles": 1}
        assert task(guichet) == {"expires": 0, "rappeles": 0}


class TestReminder:
    @pytest.fixture
    def compte(self, guichet):
        compte = make_compte(courriel="camille@canton.example")
        compte.courriel_verifie = "camille@example.ch"
        return compte

    def test_once_fourteen_days_before(self, guichet, begin, clock, compte, recorder):
        api.portal.set_registry_record(
            "carouge.guichet.adresse_publique", "https://guichet.example.ch/"
        )
        brouillon = begin(compte.id)
        service.enregistrer(brouillon, saisies={"nom": "Rex-Secret"})
        clock.on(2027, 2, 16, 23)
        assert rappeler(guichet, clock.moment) == 0
        clock.on(2027, 2, 17, 0)
        assert rappeler(guichet, clock.moment) == 1
        clock.on(2027, 2, 18)
        assert rappeler(guichet, clock.moment) == 0
        assert brouillon.rappele == date(2027, 2, 17)
        [(recipient, subject, text)] = recorder.messages
        assert recipient == "camille@example.ch"
        assert "03.03.2027" in subject
        assert "03.03.2027" in text
        assert brouillon.demarche_titre in text
        assert "\nhttps://guichet.example.ch/mon-espace/brouillons\n" in text
        assert "Rex-Secret" not in text
        assert brouillon.id not in text

    def test_a_save_makes_it_worth_another_one(
        self, guichet, begin, clock, compte, recorder
    ):
        brouillon = begin(compte.id)
        clock.on(2027, 2, 17)
        rappeler(guichet, clock.moment)
        service.enregistrer(brouillon, saisies={"nom": "Rex"})
        clock.on(2027, 3, 3)
        assert (expirer(guichet, clock.moment), rappeler(guichet, clock.moment)) == (
            0,
            0,
        )
        clock.on(2027, 5, 14)
        assert rappeler(guichet, clock.moment) == 1
        assert len(recorder.messages) == 2

    def test_without_public_address_there_is_no_link(
        self, guichet, begin, clock, compte, recorder
    ):
        begin(compte.id)
        clock.on(2027, 2, 20)
        rappeler(guichet, clock.moment)
        assert "http" not in recorder.messages[0][2]

    def test_the_address_the_canton_knows_will_do(
        self, guichet, begin, clock, compte, recorder
    ):
        compte.courriel_verifie = ""
        begin(compte.id)
        clock.on(2027, 2, 17)
        rappeler(guichet, clock.moment)
        assert [to for to, _s, _t in recorder.messages] == ["camille@canton.example"]

    def test_one_that_was_only_typed_will_not(self, guichet, begin, clock, recorder):
        compte = make_compte(courriel="")
        change_facts(compte, {"courriel": "camille@example.ch"})
        brouillon = begin(compte.id)
        clock.on(2027, 2, 17)
        assert rappeler(guichet, clock.moment) == 0
        assert (recorder.messages, brouillon.rappele) == ([], None)

    def test_browsers_and_erased_accounts_are_not_told(
        self, guichet, begin, clock, compte, recorder
    ):
        for name in ("jours", "navigateur_jours"):
            api.portal.set_registry_record(f"carouge.guichet.brouillons_{name}", 100)
        begin()
        begin("ge-unknown")
        clock.on(2027, 2, 17)
        assert rappeler(guichet, clock.moment) == 0
        assert recorder.messages == []


class TestAttachedDemande:
    @pytest.fixture
    def demande(self, guichet, chien):
        return submit_demande(
            guichet=guichet,
            demarche=chien,
            reponses=[Reponse("nom", "", "Nom", "Rex", "Rex")],
            pieces=[],
            form_version="1",
            secret=b"secret",
            year=2026,
        ).demande

    def test_it_is_listed(self, guichet, demande):
        compte = make_compte()
        assert rattacher(demande, compte) is True
        assert rattacher(demande, compte) is False
        assert demande.usager_id == compte.id
        assert demande.deposant is None
        assert [row.numero for row in list_demandes(usager=compte.id).rows] == [
            demande.numero
        ]
        assert get_own_demande(guichet, demande.numero, [compte.id]) == demande

    def test_once_only(self, demande):
        camille, marc = make_compte(), make_compte("G-marc")
        rattacher(demande, camille)
        with pytest.raises(RattachementRefuse):
            rattacher(demande, marc)
        assert demande.usager_id == camille.id
        assert list_demandes(usager=marc.id).rows == []
        assert marc.id in comptes()
