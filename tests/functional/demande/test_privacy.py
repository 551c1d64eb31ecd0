"""The town's site knows nothing of a citizen's demande."""

from carouge.guichet import config
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demo.content import PASSWORD
from plone import api
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from Products.CMFCore.indexing import processQueue
from visitor import Visitor
from zExceptions import Forbidden

import gzip
import pytest
import re
import transaction


DEMARCHE = "dechets/signaler-un-depot-sauvage"
SECRET_WORD = "hippocampe"


@pytest.fixture
def site(functional):
    return f"http://{functional['host']}:{functional['port']}/plone"


@pytest.fixture
def demande(functional, site):
    form = Visitor(f"{site}/guichet").open_form(DEMARCHE)
    form.fill(
        lieu=f"rue du {SECRET_WORD}",
        terrain="Trottoir ou chaussée",
        date_constat="2026-11-20",
        nature=["Meubles ou matelas"],
        danger="Non",
        description=SECRET_WORD,
        nom="Hippocampe",
        prenom="Aline",
        courriel=f"{SECRET_WORD}@example.org",
        accord=True,
    ).submit()
    transaction.begin()
    [demande] = demandes_of(functional["portal"].guichet)
    return demande


@pytest.fixture
def manager(site):
    return Visitor(site, (SITE_OWNER_NAME, SITE_OWNER_PASSWORD))


@pytest.mark.parametrize(
    "path",
    [
        "/@@search?SearchableText={word}",
        "/@@ajax-search?SearchableText={word}",
        "/guichet/@@search?SearchableText={word}",
        "/sitemap",
        "/guichet/sitemap",
        "/guichet/RSS",
        "/guichet/rss.xml",
        "/guichet/atom.xml",
        "/@@recently-published",
        "/guichet/folder_contents",
        "/++api++/@search?SearchableText={word}",
        "/++api++/@search?portal_type=Demande",
        "/++api++/guichet/@search?sort_on=modified&metadata_fields=_all",
        "/++api++/guichet?fullobjects=1",
        "/++api++/@querystring-search?query=%7B%22query%22%3A%5B%5D%7D",
    ],
)
def test_no_list_of_the_site_shows_it(manager, demande, path):
    """Searching for one thing known of the demande finds none of the others."""
    known = {demande.numero, f"rue du {SECRET_WORD}", demande.title}
    for word in (demande.numero, SECRET_WORD):
        response = manager.get(path.format(word=word))
        assert [text for text in known - {word} if text in response.text] == []


def test_sitemap_for_search_engines_does_not_know_it(functional, manager, demande):
    with api.env.adopt_roles(["Manager"]):
        api.portal.set_registry_record("plone.enable_sitemap", True)
    transaction.commit()
    index = gzip.decompress(manager.get("/sitemap.xml.gz").content).decode()
    maps = [
        gzip.decompress(manager.session.get(address).content).decode()
        for address in re.findall(r"<loc>([^<]*sitemap[^<]*)</loc>", index)
    ]
    everything = "".join([index, *maps])
    assert f"/{DEMARCHE}" in everything
    assert demande.numero not in everything
    assert "/demandes" not in everything


def test_site_catalogue_does_not_know_it_even_rebuilt(functional, demande):
    catalog = functional["portal"].portal_catalog
    before = set(catalog._catalog.uids)
    with api.env.adopt_roles(["Manager"]):
        catalog.clearFindAndRebuild()
        processQueue()
    after = set(catalog._catalog.uids)
    for paths in (before, after):
        assert f"/plone/guichet/{DEMARCHE}" in paths
        assert [path for path in paths if "/demandes" in path] == []
    assert len(catalog.unrestrictedSearchResults(portal_type=config.DEMANDE)) == 0
    assert len(catalog.unrestrictedSearchResults(SearchableText=SECRET_WORD)) == 0


@pytest.mark.parametrize(
    "path",
    [
        "/guichet/demandes",
        "/guichet/demandes/{numero}",
        "/guichet/_demandes",
        "/guichet/{numero}",
        "/guichet_catalog",
        "/guichet_catalog/manage_catalogView",
        "/guichet_catalog/searchResults?etat=deposee",
        "/guichet_catalog/search?etat=deposee",
        "/guichet_catalog/uniqueValuesFor?name=usager",
        "/guichet_catalog/indexes",
        "/guichet_catalog/getpath?rid=1",
        "/guichet_catalog/listes",
        "/guichet_catalog/_listes",
        "/guichet_catalog/rid?numero={numero}",
        "/guichet_catalog/ligne?rid=1",
        "/++api++/guichet_catalog",
        "/++api++/guichet/demandes/{numero}",
    ],
)
@pytest.mark.parametrize("login", [None, "editeur", "agent-ecoles", "agent-dechets"])
def test_no_address_leads_to_it(site, demande, path, login):
    visitor = Visitor(site, (login, PASSWORD) if login else None)
    response = visitor.get(path.format(numero=demande.numero), allow_redirects=False)
    assert response.status_code in (302, 401, 403, 404)
    assert SECRET_WORD not in response.text


def test_a_copied_guichet_takes_no_demande_along(functional, demande):
    portal = functional["portal"]
    with api.env.adopt_roles(["Manager"]):
        copy = api.content.copy(portal.guichet, portal, id="copie")
    assert list(demandes_of(copy)) == []
    assert [d.numero for d in demandes_of(portal.guichet)] == [demande.numero]


@pytest.mark.parametrize("path", ["guichet", "guichet/service-voirie"])
def test_what_holds_demandes_cannot_be_deleted(functional, manager, demande, path):
    before = sorted(functional["portal"].guichet.objectIds())
    response = manager.session.delete(
        f"{manager.base}/{path}", headers={"Accept": "application/json"}
    )
    assert response.status_code == 403
    transaction.begin()
    assert sorted(functional["portal"].guichet.objectIds()) == before


def test_a_folder_around_a_guichet_with_demandes_cannot_be_deleted(functional, demande):
    portal = functional["portal"]
    with api.env.adopt_roles(["Manager"]):
        folder = api.content.create(portal, "Folder", id="dossier")
        api.content.move(portal.guichet, folder)
        with pytest.raises(Forbidden):
            portal.manage_delObjects(["dossier"])
