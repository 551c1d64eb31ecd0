"""What the profile installs changes with a new version and steps to it, never without."""

from empreinte_profil import empreinte_de
from pathlib import Path
from xml.etree import ElementTree

import json
import pytest


ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "carouge" / "guichet"
PROFIL = PACKAGE / "profiles" / "default"
ZCML = PACKAGE / "upgrades" / "configure.zcml"
GENERICSETUP = "{http://namespaces.zope.org/genericsetup}"

#: Digest of the profile by its version; a version that was released never changes.
EMPREINTES = json.loads((PACKAGE / "upgrades" / "empreintes.json").read_text("utf-8"))
VERSION = ElementTree.parse(PROFIL / "metadata.xml").findtext("version")
ARCHIVES = sorted((ROOT / "tests" / "setup" / "versions").glob("*.json"))


def test_the_profile_is_the_one_of_its_version():
    """It has changed: raise the version, write the steps (docs/mise-a-niveau.md)."""
    assert [*EMPREINTES][-1] == VERSION
    assert empreinte_de(PROFIL) == EMPREINTES[VERSION]


@pytest.mark.parametrize("path", ARCHIVES, ids=lambda path: path.stem)
def test_what_was_released_stays(path):
    released = json.loads(path.read_text("utf-8"))["profil"]
    assert EMPREINTES[path.stem] == released


def test_steps_lead_from_each_version_to_the_next():
    groups = [
        (group.get("profile"), group.get("source"), group.get("destination"))
        for group in ElementTree.parse(ZCML).iter(f"{GENERICSETUP}upgradeSteps")
    ]
    versions = [*EMPREINTES]
    assert versions == sorted(versions, key=int)
    assert groups == [
        ("carouge.guichet:default", before, after)
        for before, after in zip(versions, versions[1:], strict=False)
    ]


def test_a_module_for_each_version():
    handlers = {
        (group.get("destination"), step.get("handler").split(".")[1])
        for group in ElementTree.parse(ZCML).iter(f"{GENERICSETUP}upgradeSteps")
        for step in group.iter(f"{GENERICSETUP}upgradeStep")
    }
    assert {module for _version, module in handlers} == {
        path.stem for path in (PACKAGE / "upgrades").glob("v*.py")
    }
    assert all(module == f"v{version}" for version, module in handlers)


def test_the_version_before_is_archived():
    assert [*EMPREINTES][-2] in {path.stem for path in ARCHIVES}


def test_every_change_is_noticed(tmp_path):
    """The digest follows the content, not the white space."""
    path = tmp_path / "types.xml"
    path.write_text('<object name="portal_types"><object name="Guichet"/></object>')
    before = empreinte_de(tmp_path)
    path.write_text(
        '<object\n name="portal_types">\n <object name="Guichet" />\n</object>'
    )
    assert empreinte_de(tmp_path) == before
    path.write_text('<object name="portal_types"><object name="Service"/></object>')
    changed = empreinte_de(tmp_path)
    assert changed != before
    (tmp_path / "registry.xml").write_text(
        '<registry><records interface="carouge.guichet.facture.interfaces'
        '.IFactureSettings"/></registry>'
    )
    assert empreinte_de(tmp_path) != changed
