"""The guichet under its own host name, and inside the town's site."""

from bs4 import BeautifulSoup
from Products.SiteAccess.VirtualHostMonster import manage_addVirtualHostMonster
from urllib.parse import urlsplit

import pytest
import requests
import transaction


PAGES = (
    "",
    "aide",
    "recherche?q=conteneur",
    "recherche?q=xyzzy",
    "dechets",
    "dechets/signaler-un-depot-sauvage",
    "dechets/rendez-vous-encombrants",
    "service-voirie",
)
OWN_HOST = "VirtualHostBase/http/guichet.example:80/plone/guichet/VirtualHostRoot"
TOWN = "VirtualHostBase/https/www.carouge.example:443/plone/VirtualHostRoot"
LINKS = ("href", "src", "action", "data-guichet-suggestions", "data-base-url")


@pytest.fixture
def hosting(functional):
    manage_addVirtualHostMonster(functional["app"], "virtual_hosting")
    transaction.commit()
    return functional


@pytest.fixture
def links(hosting, monkeypatch, tmp_path):
    monkeypatch.setenv("GUICHET_RECHERCHES", str(tmp_path / "recherches.txt"))
    base = f"http://{hosting['host']}:{hosting['port']}"

    def links(path) -> set[str]:
        response = requests.get(f"{base}/{path}", timeout=30)
        assert response.status_code == 200
        soup = BeautifulSoup(response.text, "html.parser")
        body = soup.select("#portal-footer-wrapper")
        for footer in body:
            footer.decompose()
        return {
            tag[name] for name in LINKS for tag in soup.find_all(attrs={name: True})
        }

    return links


def hosts(links) -> set[str]:
    web = (urlsplit(link) for link in links if not link.startswith(("tel:", "mailto:")))
    return {f"{link.scheme}://{link.netloc}" for link in web if link.netloc}


@pytest.mark.parametrize("page", PAGES)
def test_own_host(links, page):
    found = links(f"{OWN_HOST}/{page}")
    assert hosts(found) == {"http://guichet.example"}
    assert not [link for link in found if "/plone/" in link or "VirtualHost" in link]


@pytest.mark.parametrize("page", PAGES)
def test_inside_the_towns_site(links, page):
    found = links(f"{TOWN}/guichet/{page}")
    assert hosts(found) == {"https://www.carouge.example"}
    assert not [link for link in found if "/plone/" in link or "VirtualHost" in link]


def test_the_logo_leads_to_the_guichet(hosting):
    base = f"http://{hosting['host']}:{hosting['port']}"

    def logo(path):
        html = requests.get(f"{base}/{path}", timeout=30).text
        return BeautifulSoup(html, "html.parser").select_one("#portal-logo")["href"]

    assert logo(f"{OWN_HOST}/dechets") == "http://guichet.example"
    assert logo(f"{TOWN}/guichet/dechets") == "https://www.carouge.example/guichet"


def test_both_addresses_in_turn(links):
    """A page kept for one address must not be shown under another."""
    links(f"{OWN_HOST}/dechets")
    assert hosts(links(f"{TOWN}/guichet/dechets")) == {"https://www.carouge.example"}
    assert hosts(links(f"{OWN_HOST}/dechets")) == {"http://guichet.example"}
