"""A site made by the code of the version before becomes one of this version."""

from BTrees.OOBTree import OOTreeSet
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.facture.reglages import reglages
from carouge.guichet.paiement.service import lire_paiements
from carouge.guichet.regie.service import enregistrer
from carouge.guichet.regie.service import get_regie
from carouge.guichet.upgrades import donnees
from carouge.guichet.upgrades import service
from contextlib import contextmanager
from dataclasses import replace
from etat_du_site import etat_de
from pathlib import Path
from persistent.list import PersistentList
from plone.base.utils import get_installer
from Products.GenericSetup.upgrade import _upgrade_registry
from Products.GenericSetup.upgrade import UpgradeStep
from Testing.makerequest import makerequest
from ZODB.blob import BlobStorage
from ZODB.DemoStorage import DemoStorage
from ZODB.FileStorage import FileStorage
from zope.component import getGlobalSiteManager
from zope.component.hooks import getSite
from zope.component.hooks import setSite
from zope.globalrequest import getRequest
from zope.globalrequest import setRequest

import json
import pytest
import tarfile
import transaction
import ZODB


VERSIONS = Path(__file__).parent / "versions"
AVANT = "1000"


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """The data folder of a site of the version before."""
    folder = tmp_path_factory.mktemp("version")
    with tarfile.open(VERSIONS / f"{AVANT}.tar.xz") as found:
        found.extractall(folder, filter="data")
    return folder


@pytest.fixture
def ancien(integration, archive):
    """That site, opened with the code of today; what is written is forgotten."""
    before = getSite(), getRequest()
    base = FileStorage(str(archive / "filestorage" / "Data.fs"), read_only=True)
    blobs = BlobStorage(str(archive / "blobstorage"), base)
    database = ZODB.DB(DemoStorage(base=blobs))
    connection = database.open()
    app = makerequest(connection.root()["Application"])
    site = app.carouge
    setRequest(app.REQUEST)
    setSite(site)
    connect(site)
    yield site
    transaction.abort()
    setSite(before[0])
    setRequest(before[1])
    connection.close()
    database.close()


def connect(site) -> None:
    """The layer has its own registry, into which the ZCML was loaded."""
    site.getSiteManager().__bases__ = (getGlobalSiteManager(),)


@contextmanager
def step(handler, source, destination):
    """A further step of the profile, for the time of a test."""
    made = UpgradeStep(
        "Test", service.PROFIL, source, destination, "", handler, None, 9
    )
    steps = _upgrade_registry.getUpgradeStepsForProfile(service.PROFIL)
    steps[made.id] = made
    try:
        yield
    finally:
        del steps[made.id]


def known() -> dict:
    """What the old code has found in the site."""
    return json.loads((VERSIONS / f"{AVANT}.json").read_text("utf-8"))


def without_settings(etat: dict) -> dict:
    others = ("reglages", "profil")
    return {name: value for name, value in etat.items() if name not in others}


def test_the_archive_holds_something_of_everything():
    etat = known()
    assert [name for name, found in etat.items() if not found] == []
    assert {one[1] for one in etat["paiements"]} == {
        "annulee",
        "capturee",
        "echouee",
        "en_attente",
    }
    assert {one[4] for one in etat["mouvements"]} == {"", "classe"}
    assert [one[5] for one in etat["lots"]] == ["GL-1", ""]


def test_what_is_due(ancien):
    assert service.version_du_site(ancien) == AVANT
    assert [(pas.titre, pas.de, pas.vers) for pas in service.pas_dus(ancien)] == [
        (titre, "1000", "1001")
        for titre in (
            "Nouveaux réglages : durée de conservation des traces de paiements",
            "Régies : adresse électronique de la caisse",
            "Registres de la caisse : ce qui attend se trouve sans tout lire",
            "Demandes : celles qui arrivent au même moment ne se gênent plus",
        )
    ]


def test_the_code_of_today_works_before_the_upgrade(ancien):
    """Between the start of the new code and the upgrade the counter is open."""
    etat = known()
    assert without_settings(etat_de(ancien)) == without_settings(etat)
    paiements = lire_paiements(ancien.guichet)
    assert len(paiements.mouvements_ouverts) == 1
    assert len(paiements.lots_ouverts) == 1
    assert (reglages().jours_abandonnes, reglages().jours_payeurs) == (0, 0)


def test_content_survives(ancien):
    service.mettre_a_niveau(ancien)
    assert service.version_du_site(ancien) == service.version_du_code(ancien)
    assert service.pas_dus(ancien) == []
    etat, avant = etat_de(ancien), known()
    assert without_settings(etat) == without_settings(avant)
    assert {name: etat["reglages"].get(name) for name in avant["reglages"]} == avant[
        "reglages"
    ]


@pytest.mark.parametrize("par_point", [donnees.PAR_POINT, 1])
def test_the_registers_of_the_cash_desk(ancien, monkeypatch, par_point):
    # With a savepoint after each object as well.
    monkeypatch.setattr(donnees, "PAR_POINT", par_point)
    service.mettre_a_niveau(ancien)
    paiements = lire_paiements(ancien.guichet)
    stored = vars(paiements)
    attente = [cle for cle, one in paiements.a_traiter.items() if not one.issue]
    assert [*stored["_mouvements_ouverts"]] == attente
    assert [*stored["_lots_ouverts"]] == [("VILLE", 2)]
    assert len(stored["_payeurs_connus"]) == 1
    assert isinstance(stored["_termines"], OOTreeSet)
    assert {uid for _jour, uid in stored["_termines"]} == {
        one.uid for one in paiements if one.etat.sans_argent
    }
    for fait in (*paiements.lots.values(), *paiements.clotures.values()):
        assert isinstance(vars(fait)["_lignes"], PersistentList)
    assert "erp" not in {cle[2] for cle in paiements.a_cloturer}
    assert {one.etat.value for one in paiements if one.adresse} == {"en_attente"}
    assert (reglages().jours_abandonnes, reglages().jours_payeurs) == (180, 180)


def test_demandes_are_spread(ancien):
    store = demandes_of(ancien.guichet)
    avant = {demande.numero: demande for demande in store}
    assert avant
    assert store.get("1999-0000-0000") is None
    assert "1999-0000-0000" not in store
    assert [*vars(store)["_years"]] == [*{numero[:4] for numero in avant}]
    service.mettre_a_niveau(ancien)
    assert "_years" not in vars(store)
    assert {demande.numero: demande for demande in store} == avant
    assert len(store) == len(avant)
    assert all(store.get(numero) == demande for numero, demande in avant.items())


def test_the_regies_get_their_new_setting(ancien):
    before = get_regie("VILLE")
    assert before.courriel == ""
    service.mettre_a_niveau(ancien)
    assert get_regie("VILLE") == before
    enregistrer("VILLE", courriel="caisse@example.ch")
    assert get_regie("VILLE") == replace(before, courriel="caisse@example.ch")


def test_twice_is_harmless(ancien):
    service.mettre_a_niveau(ancien)
    once = etat_de(ancien), _sets(ancien)
    ancien.portal_setup.setLastVersionForProfile(service.PROFIL, AVANT)
    service.mettre_a_niveau(ancien)
    assert (etat_de(ancien), _sets(ancien)) == once


def _sets(site) -> dict:
    return {
        name: [*value]
        for name, value in vars(lire_paiements(site.guichet)).items()
        if isinstance(value, OOTreeSet)
    }


def test_a_step_that_fails_leaves_the_version_before(ancien):
    def fail(tool):
        raise ValueError("broken")

    with step(fail, "1000", "1001"), pytest.raises(service.PasEchoue) as caught:
        service.mettre_a_niveau(ancien)
    assert caught.value.titre == "Test"
    assert isinstance(caught.value.__cause__, ValueError)
    transaction.abort()
    connect(ancien)
    assert service.version_du_site(ancien) == AVANT
    assert "_lots_ouverts" not in vars(lire_paiements(ancien.guichet))


def test_the_control_panel_of_the_add_ons_offers_and_does_it(ancien):
    installer = get_installer(ancien, ancien.REQUEST)
    info = installer.upgrade_info("carouge.guichet")
    assert info["available"] is True
    assert (info["installedVersion"], info["newVersion"]) == (
        AVANT,
        service.version_du_code(ancien),
    )
    assert installer.upgrade_product("carouge.guichet") is True
    assert installer.upgrade_info("carouge.guichet")["available"] is False
    assert without_settings(etat_de(ancien)) == without_settings(known())


def test_a_site_that_is_newer_than_the_code_is_left_alone(ancien):
    ancien.portal_setup.setLastVersionForProfile(service.PROFIL, "9999")
    with pytest.raises(service.SiteTropRecent):
        service.mettre_a_niveau(ancien)


def test_no_steps_to_the_version_of_the_code(ancien, monkeypatch):
    monkeypatch.setattr(
        _upgrade_registry, "getUpgradeStepsForProfile", lambda profile: {}
    )
    with pytest.raises(service.SansChemin):
        service.mettre_a_niveau(ancien)
    assert service.version_du_site(ancien) == AVANT


def test_a_site_without_the_add_on(ancien):
    ancien.portal_setup.unsetLastVersionForProfile(service.PROFIL)
    with pytest.raises(service.PasInstalle):
        service.pas_dus(ancien)


def test_a_new_site_needs_nothing(integration):
    assert service.pas_dus(integration["portal"]) == []
