"""The prepared catalogue follows each change, and only what was committed counts."""

from carouge.guichet import config
from carouge.guichet.access.domain import AccountType
from carouge.guichet.access.domain import Level
from carouge.guichet.access.domain import Usager
from carouge.guichet.access.service import check_access
from carouge.guichet.demarche.browser.champs import DemarcheFields
from carouge.guichet.demarche.content import Categorie
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.service import drafts_of
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import touch_catalogue
from carouge.guichet.registre.domain import Status
from OFS.CopySupport import CopyError
from plone import api
from plone.app.testing import login
from plone.app.testing import logout
from plone.app.testing import setRoles
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import TEST_USER_ID
from plone.schemaeditor.utils import SchemaModifiedEvent
from zExceptions import BadRequest
from zope.event import notify
from zope.lifecycleevent import ObjectModifiedEvent

import pytest
import transaction


@pytest.fixture
def guichet(demo_integration):
    portal = demo_integration["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    return portal.guichet


def titles(guichet, categorie="dechets") -> list[str]:
    return [
        fiche.title for fiche in get_catalogue(guichet).category(categorie).demarches
    ]


def edit(demarche, **values):
    for name, value in values.items():
        setattr(demarche, name, value)
    notify(ObjectModifiedEvent(demarche))


class TestSnapshot:
    def test_is_built_once(self, guichet):
        assert get_catalogue(guichet) is get_catalogue(guichet)

    def test_edit(self, guichet):
        titles(guichet)
        edit(guichet.dechets["commander-un-conteneur"], title="Avoir une benne")
        assert titles(guichet)[0] == "Avoir une benne"

    def test_edit_of_the_categorie(self, guichet):
        get_catalogue(guichet)
        edit(guichet.dechets, title="Ordures")
        assert get_catalogue(guichet).category("dechets").title == "Ordures"

    def test_add_publish_suspend_withdraw_delete(self, guichet):
        before = titles(guichet)
        demarche = api.content.create(
            guichet.dechets, config.DEMARCHE, title="Zéro déchet"
        )
        assert titles(guichet) == before
        assert [fiche.title for fiche in drafts_of(guichet.dechets)] == ["Zéro déchet"]
        api.content.transition(demarche, "publier")
        assert titles(guichet) == [*before, "Zéro déchet"]
        api.content.transition(demarche, "suspendre")
        fiche = get_catalogue(guichet).by_uid[demarche.UID()]
        assert fiche.suspended
        api.content.transition(demarche, "depublier")
        assert titles(guichet) == before
        api.content.transition(demarche, "publier")
        api.content.delete(demarche)
        assert titles(guichet) == before

    def test_move_to_another_categorie(self, guichet):
        titles(guichet)
        demarche = guichet.dechets["commander-un-conteneur"]
        api.content.move(demarche, guichet.culture)
        assert "Commander un conteneur" not in titles(guichet)
        assert "Commander un conteneur" in titles(guichet, "culture")

    def test_search_follows(self, guichet):
        assert get_catalogue(guichet).search("hippopotame") == []
        edit(guichet.dechets["commander-un-conteneur"], synonymes=["hippopotame"])
        found = get_catalogue(guichet).search("hippopotame")
        assert [fiche.title for fiche, _hit in found] == ["Commander un conteneur"]

    def test_limit_of_the_search(self, guichet):
        assert len(get_catalogue(guichet).search("demande", 2)) <= 2

    def test_what_was_rolled_back_is_seen_by_nobody(self, guichet):
        before = titles(guichet)
        version = guichet.catalogue_version
        savepoint = transaction.savepoint()
        edit(guichet.dechets["commander-un-conteneur"], title="Jamais")
        assert "Jamais" in titles(guichet)
        poisoned = guichet.catalogue_version
        savepoint.rollback()
        assert guichet.catalogue_version == version
        assert titles(guichet) == before
        touch_catalogue(guichet)
        assert guichet.catalogue_version not in (version, poisoned)
        assert titles(guichet) == before

    def test_two_edits_in_one_transaction(self, guichet):
        demarche = guichet.dechets["commander-un-conteneur"]
        edit(demarche, title="AAA un")
        assert titles(guichet)[0] == "AAA un"
        edit(demarche, title="AAA deux")
        assert titles(guichet)[0] == "AAA deux"

    def test_field_editor(self, guichet):
        """easyform tells nobody that the form changed."""
        demarche = guichet.dechets["commander-un-conteneur"]
        version = guichet.catalogue_version
        request = demarche.REQUEST
        fields = DemarcheFields(demarche, request).__of__(demarche)
        notify(SchemaModifiedEvent(fields))
        assert guichet.catalogue_version != version


class TestGate:
    def test_draft_is_never_open(self, guichet):
        demarche = guichet.aines["visites-de-benevoles"]
        assert gate_of(demarche).availability is Availability.SUSPENDED

    def test_anonymous_padlocks(self, guichet):
        logout()
        allowed = {
            fiche.path
            for fiche in get_catalogue(guichet).by_path.values()
            if check_access(fiche.conditions).allowed
        }
        assert "dechets/signaler-un-depot-sauvage" in allowed
        assert "etat-civil/acte-de-naissance" in allowed
        assert not allowed & {
            "dechets/commander-un-conteneur",
            "dechets/rendez-vous-encombrants",
            "commerces/autorisation-terrasse",
            "culture/subvention-association",
            "animaux/annoncer-un-chien",
            "mobilite/macaron-stationnement",
        }

    def test_staff_has_no_account(self, guichet):
        login(guichet.aq_parent.aq_parent, SITE_OWNER_NAME)
        conditions = get_catalogue(guichet).by_path["dechets/commander-un-conteneur"]
        assert not check_access(conditions.conditions).allowed

    @pytest.mark.parametrize(
        "usager, path, reason",
        [
            (
                Usager(Level.DECLARED, AccountType.PERSONNE),
                "commander-un-conteneur",
                None,
            ),
            (
                Usager(Level.DECLARED, AccountType.PERSONNE),
                "rendez-vous-encombrants",
                "level",
            ),
            (
                Usager(Level.VERIFIED, AccountType.PERSONNE, Status.NOT_RESIDENT),
                "rendez-vous-encombrants",
                "not_resident",
            ),
            (
                Usager(Level.VERIFIED, AccountType.PERSONNE, Status.RESIDENT),
                "rendez-vous-encombrants",
                None,
            ),
        ],
    )
    def test_accounts(self, guichet, usager, path, reason):
        fiche = get_catalogue(guichet).by_path[f"dechets/{path}"]
        decision = check_access(fiche.conditions, usager)
        assert (decision.reason and decision.reason.value) == reason


class TestIds:
    @pytest.mark.parametrize("reserved", sorted(config.RESERVED_IDS - {"demandes"}))
    def test_reserved(self, guichet, reserved):
        categorie = api.content.create(
            guichet, config.CATEGORIE, title=reserved.replace("-", " ")
        )
        assert categorie.getId() not in config.RESERVED_IDS
        assert categorie.getId().startswith(reserved)

    @pytest.mark.parametrize("reserved", sorted(config.RESERVED_IDS - {"demandes"}))
    def test_an_id_asked_for_by_name_is_refused(self, guichet, reserved):
        with pytest.raises(BadRequest):
            guichet._setObject(reserved, Categorie(reserved))

    def test_rename_to_a_reserved_id_is_refused(self, guichet):
        # Renaming wants the object in a transaction of its own.
        transaction.savepoint()
        with pytest.raises((BadRequest, CopyError)):
            guichet.manage_renameObject("dechets", "aide")
        assert "dechets" in guichet.objectIds()
