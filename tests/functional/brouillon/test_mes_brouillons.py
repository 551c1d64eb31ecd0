"""``/mon-espace/brouillons`` over HTTP, and what a login and a conflict do."""

from carouge.guichet.brouillon import service
from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.brouillon.domain import BrouillonModifie
from carouge.guichet.brouillon.echeances import expirer
from carouge.guichet.brouillon.navigateur import COOKIE
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.queries import get_demande
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.identity.service import open_session
from carouge.guichet.swisstime import ZURICH
from comptes import cookies_of
from comptes import make_compte
from datetime import timedelta
from lxml import html
from plone import api
from visitor import Visitor
from ZODB.POSException import ConflictError

import pytest
import transaction


CHIEN = "animaux/annoncer-un-chien"
ID = "1234567890abcdef{:016d}".format
SCRIPT = "<script>alert('x')</script>"


@pytest.fixture
def guichet(functional):
    return functional["portal"].guichet


@pytest.fixture
def logged_in(functional):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"

    def log_in(compte=None):
        visitor = Visitor(base)
        if compte is not None:
            visitor.session.cookies.update(cookies_of(functional, compte))
        return visitor

    return log_in


@pytest.fixture
def begin(guichet):
    numbers = iter(range(100))

    def begin(owner, path=CHIEN, saisies=(), **options):
        brouillon = service.creer(
            guichet,
            guichet.unrestrictedTraverse(path),
            id=ID(next(numbers)),
            proprietaire=owner,
            version="aaaaaaaaaaaa",
            **options,
        )
        service.enregistrer(brouillon, saisies=dict(saisies), etape="chien")
        transaction.commit()
        return brouillon.id

    return begin


@pytest.fixture
def stored(guichet):
    def read(*owners):
        transaction.begin()
        return sorted(b.id for b in service.lister(guichet, owners))

    return read


def words(page, path):
    return [
        " ".join(item.text_content().split())
        for item in html.fromstring(page.text).xpath(path)
    ]


def delete(visitor, id, **changes):
    """Ask, and confirm."""
    asked = visitor.get(f"/mon-espace/brouillons/{id}", params={"etape": "supprimer"})
    assert asked.status_code == 200
    [form] = html.fromstring(asked.text).xpath("//form[.//button[@value='supprimer']]")
    data = {**dict(form.form_values()), "action": "supprimer", **changes}
    return visitor.session.post(form.get("action"), data=data)


class TestList:
    def test_without_any(self, logged_in):
        page = logged_in(make_compte()).get("/mon-espace/brouillons")
        assert page.status_code == 200
        assert words(page, "//h1") == ["Mes brouillons"]
        assert words(page, "//*[@id='brouillons-aucun']") == [
            "Vous n’avez pas de brouillon."
        ]
        assert page.headers["Cache-Control"] == "no-store, private"

    def test_whoever_is_not_logged_in_is_led_there(self, logged_in):
        page = logged_in().get("/mon-espace/brouillons", allow_redirects=False)
        assert page.status_code == 302
        assert "/se-connecter?retour=" in page.headers["Location"]

    def test_what_one_needs_to_choose(self, logged_in, begin, guichet):
        compte = make_compte()
        id = begin(compte.id, etapes={"moi": "Moi", "chien": "Le chien", "fin": "Fin"})
        brouillon = service.trouver(guichet, id, (compte.id,))
        for name in ("a", "b"):
            service.joindre(
                brouillon,
                Fichier(
                    id=name,
                    nom=f"{name} <b>.jpg",
                    type="image/jpeg",
                    taille=1,
                    digest="",
                    contenu=None,
                ),
            )
        transaction.commit()
        page = logged_in(compte).get("/mon-espace/brouillons")
        [item] = html.fromstring(page.text).xpath("//ul[@id='brouillons']/li")
        lines = [" ".join(p.text_content().split()) for p in item.xpath(".//h2|.//p")]
        seen = service.expire_le(brouillon).strftime("%d.%m.%Y")
        moment = brouillon.modifie.astimezone(ZURICH)
        assert lines == [
            brouillon.demarche_titre,
            f"Enregistré le {moment:%d.%m.%Y} à {moment:%H:%M}",
            "Vous en étiez à l’étape 2 sur 3 : Le chien",
            "2 fichiers : a <b>.jpg, b <b>.jpg",
            f"Si vous n’y changez plus rien, il sera effacé le {seen}.",
        ]
        [link] = item.xpath(".//a[contains(@class, 'btn-primary')]/@href")
        base = page.url.removesuffix("/mon-espace/brouillons")
        assert link == f"{base}/{CHIEN}/formulaire/{id}"

    def test_only_mine(self, logged_in, begin):
        camille, marc = make_compte(), make_compte("G-marc")
        mine, _theirs = begin(camille.id), begin(marc.id)
        page = logged_in(camille).get("/mon-espace/brouillons")
        links = html.fromstring(page.text).xpath(
            "//ul[@id='brouillons']//a[contains(@class, 'btn-primary')]/@href"
        )
        assert [link.rpartition("/")[2] for link in links] == [mine]

    def test_the_overview_counts_them(self, logged_in, begin):
        compte = make_compte()
        visitor = logged_in(compte)
        section = "//section[@aria-labelledby='espace-brouillons']"
        assert words(visitor.get("/mon-espace"), f"{section}/p") == [
            "Vous n’avez pas de brouillon."
        ]
        begin(compte.id)
        begin(compte.id)
        page = visitor.get("/mon-espace")
        assert words(page, f"{section}/p") == ["Continuer mes brouillons (2)"]
        [link] = html.fromstring(page.text).xpath(f"{section}//a/@href")
        assert link.endswith("/mon-espace/brouillons")
        nav = words(page, "//nav[contains(@class, 'mb-4')]//a")
        assert "Mes brouillons" in nav


class TestRead:
    def test_the_demarche_is_gone(self, logged_in, begin, guichet):
        compte = make_compte()
        id = begin(
            compte.id,
            saisies={"nom": f"Rex {SCRIPT}", "race": "teckel", "puce": ""},
            questions={"race": "La race", "nom": "Son nom", "puce": "Sa puce"},
        )
        with api.env.adopt_roles(["Manager"]):
            guichet.animaux.manage_delObjects(["annoncer-un-chien"])
        transaction.commit()
        visitor = logged_in(compte)
        page = visitor.get("/mon-espace/brouillons")
        [link] = html.fromstring(page.text).xpath(
            "//ul[@id='brouillons']//a[contains(@class, 'btn-primary')]/@href"
        )
        assert link.endswith(f"/mon-espace/brouillons/{id}")
        assert (
            "n’est plus proposée en ligne"
            in words(page, "//ul[@id='brouillons']/li")[0]
        )
        page = visitor.get(f"/mon-espace/brouillons/{id}")
        assert page.status_code == 200
        assert words(page, "//article//dt") == ["La race", "Son nom"]
        assert words(page, "//article//dd") == ["teckel", f"Rex {SCRIPT}"]
        assert SCRIPT not in page.text
        assert delete(visitor, id).status_code == 200
        assert (
            words(visitor.get("/mon-espace/brouillons"), "//ul[@id='brouillons']") == []
        )

    @pytest.mark.parametrize("suffix", ["", "?etape=supprimer", "/x"])
    def test_a_foreign_one_is_not_there(self, logged_in, begin, suffix):
        id = begin(make_compte("G-marc").id)
        page = logged_in(make_compte()).get(f"/mon-espace/brouillons/{id}{suffix}")
        assert page.status_code == 404

    @pytest.mark.parametrize("id", [ID(99), "x", "brouillons", "%00"])
    def test_unknown(self, logged_in, id):
        page = logged_in(make_compte()).get(f"/mon-espace/brouillons/{id}")
        assert page.status_code in (400, 404)


class TestDelete:
    def test_in_two_steps(self, logged_in, begin, stored):
        compte = make_compte()
        id, other = begin(compte.id), begin(compte.id)
        visitor = logged_in(compte)
        asked = visitor.get(
            f"/mon-espace/brouillons/{id}", params={"etape": "supprimer"}
        )
        assert words(asked, "//h1") == ["Effacer ce brouillon ?"]
        assert stored(compte.id) == [id, other]
        page = delete(visitor, id)
        assert page.url.endswith("/mon-espace/brouillons?fait=supprime")
        assert words(page, "//article//*[@role='status']") == [
            "Le brouillon a été effacé."
        ]
        assert stored(compte.id) == [other]

    def test_a_double_click(self, logged_in, begin, stored):
        compte = make_compte()
        id = begin(compte.id)
        visitor = logged_in(compte)
        delete(visitor, id)
        page = visitor.post(
            f"/mon-espace/brouillons/{id}", data={"action": "supprimer"}
        )
        assert page.url.endswith("/mon-espace/brouillons?fait=supprime")
        assert stored(compte.id) == []

    def test_not_by_a_link(self, logged_in, begin, stored):
        compte = make_compte()
        id = begin(compte.id)
        logged_in(compte).get(
            f"/mon-espace/brouillons/{id}", params={"action": "supprimer"}
        )
        assert stored(compte.id) == [id]

    def test_not_by_a_foreign_page(self, logged_in, begin, stored):
        compte = make_compte()
        id = begin(compte.id)
        page = delete(logged_in(compte), id, _authenticator="0" * 40)
        assert page.status_code == 403
        assert stored(compte.id) == [id]
        assert len(words(page, "//article//*[@role='alert']")) == 1

    def test_not_what_is_somebody_else_s(self, logged_in, begin, stored):
        marc = make_compte("G-marc")
        id = begin(marc.id)
        camille = make_compte()
        visitor = logged_in(camille)
        mine = begin(camille.id)
        asked = visitor.get(
            f"/mon-espace/brouillons/{mine}", params={"etape": "supprimer"}
        )
        [token] = html.fromstring(asked.text).xpath("//article//input/@value")
        visitor.post(
            f"/mon-espace/brouillons/{id}",
            data={"action": "supprimer", "_authenticator": token},
        )
        assert stored(marc.id, camille.id) == sorted([id, mine])


class TestLogin:
    @pytest.fixture
    def browser(self, functional, guichet):
        """A request of a browser that has a draft, and the principal it has."""
        request = functional["request"].clone()
        request["PARENTS"] = [guichet, functional["portal"]]
        return request, service.marquer_navigateur(request)

    def test_what_was_begun_goes_along(self, functional, browser, begin, stored):
        request, principal = browser
        compte = make_compte()
        id = begin(principal)
        value = request.cookies[COOKIE]
        login = request.clone()
        login["PARENTS"] = request["PARENTS"]
        login.cookies[COOKIE] = value
        open_session(login, compte)
        transaction.commit()
        assert stored(compte.id) == [id]
        assert stored(principal) == []
        # The browser forgets its key.
        cookie = login.response.cookies[COOKIE]
        assert (cookie["value"], cookie["Max-Age"], cookie["Path"]) == (
            "deleted",
            "0",
            "/plone/guichet",
        )

    def test_nothing_happens_without_the_cookie(self, browser, begin, stored, guichet):
        request, principal = browser
        compte = make_compte()
        id = begin(principal)
        login = request.clone()
        login["PARENTS"] = request["PARENTS"]
        open_session(login, compte)
        transaction.commit()
        assert stored(compte.id) == []
        assert stored(principal) == [id]
        assert COOKIE not in login.response.cookies


class TestTwoTabs:
    """Two connections to the database, as two threads of the server have them."""

    @pytest.fixture
    def other(self, functional, guichet):
        """Look at the same guichet with other eyes."""
        manager = transaction.TransactionManager()
        connection = guichet._p_jar.db().open(manager)
        yield connection.get(guichet._p_oid), manager
        manager.abort()
        connection.close()

    def test_the_second_save_is_made_again_and_told(self, begin, guichet, other):
        id = begin("ge-x", saisies={"nom": "Rex"})
        theirs, manager = other
        manager.begin()
        transaction.begin()
        mine = service.trouver(guichet, id, ("ge-x",))
        revision = mine.revision
        their = service.magasin_de(theirs).get(id)
        service.enregistrer(their, saisies={"nom": "Max"}, revision=revision)
        service.enregistrer(mine, saisies={"nom": "Fido"}, revision=revision)
        manager.commit()
        with pytest.raises(ConflictError):
            transaction.commit()
        transaction.abort()
        # What the publisher then does: once more from the beginning.
        mine = service.trouver(guichet, id, ("ge-x",))
        with pytest.raises(BrouillonModifie):
            service.enregistrer(mine, saisies={"nom": "Fido"}, revision=revision)
        assert mine.saisies == {"nom": "Max"}

    def test_a_save_while_it_is_deleted(self, begin, guichet, other):
        id = begin("ge-x", saisies={"nom": "Rex"})
        theirs, manager = other
        manager.begin()
        transaction.begin()
        mine = service.trouver(guichet, id, ("ge-x",))
        service.supprimer(theirs, service.magasin_de(theirs).get(id))
        service.enregistrer(mine, saisies={"nom": "Fido"})
        manager.commit()
        with pytest.raises(ConflictError):
            transaction.commit()
        transaction.abort()
        assert service.trouver(guichet, id, ("ge-x",)) is None

    def test_the_task_and_a_save(self, begin, guichet, other, monkeypatch):
        id = begin("ge-x", saisies={"nom": "Rex"})
        theirs, manager = other
        manager.begin()
        transaction.begin()
        mine = service.trouver(guichet, id, ("ge-x",))
        assert expirer(theirs, mine.modifie + timedelta(days=200)) == 1
        service.enregistrer(mine, saisies={"nom": "Fido"})
        transaction.commit()
        with pytest.raises(ConflictError):
            manager.commit()
        assert service.trouver(guichet, id, ("ge-x",)).saisies == {"nom": "Fido"}


class TestAttach:
    @pytest.fixture
    def made(self, guichet):
        made = submit_demande(
            guichet=guichet,
            demarche=guichet.dechets["signaler-un-depot-sauvage"],
            reponses=[Reponse("lieu", "", "Lieu", "rue Vautier", "rue Vautier")],
            pieces=[],
            form_version="1",
            secret=b"secret",
            year=2026,
        )
        transaction.commit()
        return made

    def follow(self, visitor, made):
        page = visitor.post(
            "/suivi",
            data={"action": "ouvrir", "numero": made.demande.numero, "code": made.code},
        )
        assert page.status_code == 200
        return page

    def press(self, visitor, page, **changes):
        [form] = html.fromstring(page.text).xpath("//section[@id='suivi-compte']//form")
        data = {**dict(form.form_values()), "action": "rattacher", **changes}
        return visitor.session.post(form.get("action"), data=data)

    def owner(self, guichet, made):
        transaction.begin()
        return get_demande(guichet, made.demande.numero).usager_id

    def test_it_is_mine_from_now_on(self, logged_in, made, guichet):
        compte = make_compte()
        visitor = logged_in(compte)
        number = made.demande.numero
        page = self.press(visitor, self.follow(visitor, made))
        assert page.url.endswith(f"/mon-espace/demandes/{number}?fait=rattachement")
        assert words(page, "//article//*[@role='status']") == [
            "Cette demande fait maintenant partie de votre compte."
        ]
        assert self.owner(guichet, made) == compte.id
        assert number in visitor.get("/mon-espace/demandes").text
        # The code on the paper opens nothing any more.
        page = visitor.get("/suivi")
        assert words(page, "//section[@id='suivi-compte']") == []
        assert number not in page.text

    def test_not_offered_without_account(self, logged_in, made, guichet):
        visitor = logged_in()
        page = self.follow(visitor, made)
        assert words(page, "//section[@id='suivi-compte']") == []
        [token] = html.fromstring(page.text).xpath(
            "(//input[@name='token'])[1]/@value"
        ) or [""]
        page = visitor.post("/suivi", data={"action": "rattacher", "token": token})
        assert page.status_code == 200
        assert self.owner(guichet, made) is None

    def test_not_offered_for_what_belongs_to_somebody(self, logged_in, made, guichet):
        marc = make_compte("G-marc")
        first = logged_in(marc)
        second = logged_in(make_compte())
        theirs, mine = self.follow(first, made), self.follow(second, made)
        self.press(first, theirs)
        page = self.press(second, mine)
        assert page.status_code == 200
        assert words(page, "//article//*[@role='alert']") == [
            "Le suivi est fermé. Veuillez indiquer encore une fois le numéro et le "
            "code ; rien n'a été modifié."
        ]
        assert words(page, "//section[@id='suivi-compte']") == []
        assert self.owner(guichet, made) == marc.id

    def test_only_with_the_token_of_the_follow_up(self, logged_in, made, guichet):
        visitor = logged_in(make_compte())
        self.press(visitor, self.follow(visitor, made), token="0" * 32)
        assert self.owner(guichet, made) is None
