"""The catalogue as a citizen's browser gets it."""

from bs4 import BeautifulSoup
from carouge.guichet.demarche import recherches
from carouge.guichet.demarche.service import touch_catalogue
from datetime import date
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from urllib.parse import parse_qs
from urllib.parse import urlsplit
from zope.event import notify
from zope.lifecycleevent import ObjectModifiedEvent

import pytest
import requests
import transaction


@pytest.fixture
def site(functional):
    portal = functional["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    host, port = functional["host"], functional["port"]
    portal.base = f"http://{host}:{port}/plone/guichet"
    return portal


@pytest.fixture
def get(functional):
    base = f"http://{functional['host']}:{functional['port']}/plone"

    def get(path, **options):
        return requests.get(base + path, timeout=30, **options)

    return get


@pytest.fixture
def page(get):
    def page(path, status=200, **options):
        response = get(path, **options)
        assert response.status_code == status
        return BeautifulSoup(response.text, "html.parser")

    return page


@pytest.fixture
def searches(monkeypatch, tmp_path):
    path = tmp_path / "recherches.txt"
    monkeypatch.setenv(recherches.VARIABLE, str(path))
    return path


def text(element) -> str:
    return " ".join(element.get_text(" ").split())


def texts(soup, selector) -> list[str]:
    return [text(element) for element in soup.select(selector)]


class TestHome:
    def test_one_heading_then_search_then_categories(self, page):
        soup = page("/guichet")
        assert texts(soup, "h1") == ["Guichet en ligne"]
        assert soup.select_one("form[role=search] input[name=q]")["type"] == "search"
        assert texts(soup, ".guichet-tiles:first-of-type h3 a")[:12] == [
            "Déchets",
            "Enfance et écoles",
            "Sports",
            "Culture",
            "Espace public",
            "Mobilité et stationnement",
            "Manifestations",
            "Logement",
            "Aînés",
            "Animaux",
            "État civil",
            "Commerces",
        ]

    def test_tells_how_many_demarches_a_categorie_has(self, page):
        tile = page("/guichet").select_one(".guichet-tile")
        count = len(page("/guichet/dechets").select(".guichet-item"))
        assert text(tile.select_one(".guichet-tile-count")).startswith(str(count))

    def test_contact(self, page):
        block = page("/guichet").select_one(".guichet-contact")
        assert block.select_one("a[href^=tel]")["href"] == "tel:0223078987"
        assert "Place du Marché 14" in text(block)

    def test_links_to_the_follow_up_and_the_help(self, page, site):
        hrefs = [a["href"] for a in page("/guichet").select(".guichet-extras a")]
        assert hrefs == [f"{site.base}/suivi", f"{site.base}/aide"]

    def test_the_logo_leads_home(self, page, site):
        assert page("/guichet/dechets").select_one("#portal-logo")["href"] == site.base

    def test_looks_stay_inside_the_guichet(self, get):
        assert "guichet.css" in get("/guichet").text
        assert "guichet.css" not in get("").text
        assert "portal-searchbox" not in get("/guichet").text

    def test_the_navigation_marks_the_section(self, page):
        def current(path):
            links = page(path).select("#portal-globalnav a[aria-current]")
            return [(a["href"].rsplit("/", 1)[1], a["aria-current"]) for a in links]

        assert current("/guichet") == [("guichet", "page")]
        assert current("/guichet/dechets") == [("guichet", "true")]
        assert current("/guichet/aide") == [("aide", "page")]


class TestCategorie:
    def test_padlocks_say_what_is_needed(self, page):
        items = {
            text(item.select_one("a")): item
            for item in page("/guichet/dechets").select(".guichet-item")
        }
        order = items["Commander un conteneur"].select_one(".guichet-padlock")
        assert texts(order, "span:not([aria-hidden])") == ["Avec un compte e-démarches"]
        pickup = items["Prendre rendez-vous pour des encombrants"]
        assert texts(pickup, ".guichet-padlock span:not([aria-hidden])") == [
            "Avec un compte e-démarches vérifié",
            "Pour les habitants de la commune",
        ]
        free = items["Signaler un dépôt sauvage"]
        assert free.select_one(".guichet-padlock") is None

    def test_badges(self, page):
        def badges(categorie):
            return {
                text(item.select_one("a")): texts(item, ".badge")
                for item in page(f"/guichet/{categorie}").select(".guichet-item")
            }

        assert badges("mobilite")[
            "Demander une subvention pour un vélo électrique"
        ] == ["Suspendue"]
        assert badges("etat-civil")["Demander un passeport suisse"] == [
            "Sur un autre site"
        ]
        assert badges("dechets")["Obtenir la petite poubelle verte"] == ["Au guichet"]

    def test_drafts_are_invisible(self, get, page):
        titles = texts(page("/guichet/aines"), ".guichet-item a")
        assert not [title for title in titles if "bénévoles" in title]
        response = get("/guichet/aines/visites-de-benevoles", allow_redirects=False)
        assert response.status_code == 302
        assert "require_login" in response.headers["Location"]

    def test_an_edit_shows_at_once(self, page, site):
        page("/guichet/dechets")
        demarche = site.guichet.dechets["commander-un-conteneur"]
        demarche.title = "Commander une benne"
        notify(ObjectModifiedEvent(demarche))
        transaction.commit()
        soup = page("/guichet/dechets")
        assert "Commander une benne" in texts(soup, ".guichet-item a")


class TestDemarche:
    def test_open_to_everybody(self, page, site):
        soup = page("/guichet/dechets/signaler-un-depot-sauvage")
        assert texts(soup, "h1") == ["Signaler un dépôt sauvage"]
        button = soup.select_one("a.btn-primary")
        assert text(button) == "Commencer"
        assert button["href"] == (
            f"{site.base}/dechets/signaler-un-depot-sauvage/formulaire"
        )
        assert texts(soup, "dd") == [
            "environ 5 minutes Estimé d’après les questions.",
            "3 jours ouvrables",
            "Gratuit",
        ]

    def test_refusal_says_why_and_what_next(self, page):
        soup = page("/guichet/dechets/rendez-vous-encombrants")
        box = soup.select_one(".guichet-aside .guichet-notice")
        assert text(box.h2) == "Il vous faut un compte pour cette démarche"
        assert texts(box, "li") == [
            "Avec un compte e-démarches vérifié",
            "Pour les habitants de la commune",
        ]
        assert texts(box, "p") == [
            "La vérification prend environ 3 jours ouvrables.",
            "Connectez-vous : vous revenez aussitôt sur cette page. Sans compte, le "
            "guichet fait cette démarche avec vous.",
        ]
        log_in, begin, contact = box.select("a")
        assert text(log_in) == "Se connecter"
        here = parse_qs(urlsplit(log_in["href"]).query)["retour"]
        assert here[0].endswith("/guichet/dechets/rendez-vous-encombrants")
        assert text(begin) == "Commencer maintenant, prouver plus tard"
        assert begin["href"].endswith("/rendez-vous-encombrants/formulaire")
        assert soup.select_one(contact["href"])

    def test_external(self, page):
        soup = page("/guichet/etat-civil/passeport")
        link = soup.select_one("a.btn-primary")
        assert link["href"].startswith("https://www.ge.ch/")
        assert link["rel"] == ["noopener"]
        assert text(link) == "Continuer sur www.ge.ch"
        assert "Ce lien quitte le site de la commune." in text(soup)

    def test_suspended(self, page):
        soup = page("/guichet/mobilite/subvention-velo-electrique")
        box = soup.select_one(".guichet-aside .guichet-notice")
        assert text(box.h2) == "Cette démarche est suspendue"
        assert text(box.p).startswith("Le budget 2026 est épuisé.")
        assert not soup.select("a[href$=formulaire]")

    @pytest.mark.parametrize(
        "opens, closes, heading, sentence",
        [
            (
                "2999-01-01",
                None,
                "Cette démarche n’est pas encore ouverte",
                "dès le 01.01.2999.",
            ),
            (
                None,
                "2020-06-30",
                "Cette démarche est fermée",
                "Le dernier jour était le 30.06.2020.",
            ),
        ],
    )
    def test_period(self, page, site, opens, closes, heading, sentence):
        demarche = site.guichet.dechets["signaler-un-depot-sauvage"]
        demarche.ouverture = opens and date.fromisoformat(opens)
        demarche.fermeture = closes and date.fromisoformat(closes)
        touch_catalogue(site.guichet)
        transaction.commit()
        soup = page("/guichet/dechets/signaler-un-depot-sauvage")
        box = soup.select_one(".guichet-aside .guichet-notice")
        assert text(box.h2) == heading
        assert text(box.p).endswith(sentence)
        assert not soup.select("a[href$=formulaire]")

    def test_what_an_editor_typed_is_escaped(self, get, site):
        demarche = site.guichet.dechets["signaler-un-depot-sauvage"]
        demarche.title = "<b id=x>"
        demarche.pour_qui = "<script>alert(1)</script>"
        demarche.etapes = ["<i>un</i>"]
        touch_catalogue(site.guichet)
        transaction.commit()
        html = get("/guichet/dechets/signaler-un-depot-sauvage").text
        assert "<b id=x>" not in html
        assert "<script>alert" not in html
        assert "&lt;i&gt;un&lt;/i&gt;" in html


class TestService:
    def test_contact_and_demarches(self, page):
        soup = page("/guichet/service-voirie")
        assert texts(soup, "h1") == ["Service voirie, espaces verts et matériel"]
        assert soup.select_one("a[href^=tel]")["href"] == "tel:0223078410"
        assert "Commander un conteneur" in texts(soup, ".guichet-item a")


class TestRecherche:
    def test_results_are_announced(self, page, searches):
        soup = page("/guichet/recherche?q=conteneur")
        count = len(soup.select(".guichet-item"))
        assert text(soup.select_one("[role=status]")) == f"{count} démarches trouvées"
        assert texts(soup, ".guichet-item a")[0] == "Commander un conteneur"
        assert soup.select_one("input[name=q]")["value"] == "conteneur"
        assert soup.title.string == "Recherche — Guichet en ligne"

    def test_corrections_are_shown(self, page, searches):
        soup = page("/guichet/recherche?q=contenneur")
        assert "Résultats pour « conteneur »" in text(soup.select_one("[role=status]"))

    def test_nothing_found_helps_on_and_is_counted(self, page, searches, site):
        soup = page("/guichet/recherche?q=Xyzzy!")
        assert text(soup.select_one("[role=status]")) == "Aucune démarche trouvée"
        assert "Déchets" in texts(soup, "section a")
        assert soup.select_one(".guichet-contact")
        page("/guichet/recherche?q=xyzzy")
        assert recherches.searches_without_result(site.guichet) == [("xyzzy", 2)]

    def test_what_was_asked_is_escaped(self, get, searches):
        html = get(
            "/guichet/recherche", params={"q": '"><script>alert(1)</script>'}
        ).text
        assert "<script>alert" not in html

    @pytest.mark.parametrize("query", ["q=", "", "q=a&q=b", "q:list=a", "q=%00"])
    def test_odd_questions(self, get, searches, query):
        assert get(f"/guichet/recherche?{query}").status_code == 200

    def test_suggestions(self, get, site):
        response = get("/guichet/recherche-suggestions?q=de")
        assert response.headers["Content-Type"].startswith("application/json")
        assert response.headers["Cache-Control"] == "private, max-age=60"
        assert len(response.json()["items"]) <= 8
        answer = get("/guichet/recherche-suggestions?q=conteneur").json()
        assert answer["items"][0] == {
            "@id": f"{site.base}/dechets/commander-un-conteneur",
            "title": "Commander un conteneur",
            "categorie": "Déchets",
        }
        assert answer["annonce"] == f"{answer['items_total']} démarches trouvées"

    def test_suggestions_are_not_counted(self, get, searches):
        assert get("/guichet/recherche-suggestions?q=xyzzy").json()["items"] == []
        assert not searches.exists()


class TestAide:
    def test_page(self, page):
        soup = page("/guichet/aide")
        assert texts(soup, "h1") == ["Aide"]
        assert len(soup.select(".guichet-padlock")) == 5
        assert soup.select_one(".guichet-contact")


class TestLoggedIn:
    def test_pages_are_not_shared(self, page, site):
        """An editor's page holds what others must not see."""
        editor = {"auth": ("editeur", "Guichet-2026!")}
        anonymous = texts(page("/guichet/aines"), ".guichet-item a")
        seen = texts(page("/guichet/aines", **editor), ".guichet-item a")
        assert len(seen) == len(anonymous) + 1
        assert texts(page("/guichet/aines"), ".guichet-item a") == anonymous

    def test_draft_has_a_banner(self, page):
        soup = page(
            "/guichet/aines/visites-de-benevoles", auth=("editeur", "Guichet-2026!")
        )
        assert text(soup.select_one(".alert-warning strong")) == "Brouillon"
        assert not soup.select("a[href$=formulaire]")
