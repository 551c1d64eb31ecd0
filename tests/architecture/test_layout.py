"""Rules of the layout that no reader should have to check by eye."""

from importlib import metadata
from packaging.specifiers import SpecifierSet
from pathlib import Path
from xml.etree import ElementTree

import ast
import configparser
import pytest
import re
import subprocess


ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "carouge" / "guichet"
MODULES = sorted(PACKAGE.rglob("*.py"))
ZCML = sorted(PACKAGE.rglob("*.zcml"))
TEMPLATES = sorted(PACKAGE.rglob("*.pt"))
GENERICSETUP = "{http://namespaces.zope.org/genericsetup}"
BROWSER = "{http://namespaces.zope.org/browser}"
PLONE = "{http://namespaces.plone.org/plone}"
ZOPE = "{http://namespaces.zope.org/zope}"


def relative(path):
    return str(path.relative_to(ROOT))


def test_layers():
    """The contracts of .importlinter."""
    done = subprocess.run(
        [ROOT / "bin" / "lint-imports"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_modules_are_short_and_have_a_subject(path):
    assert len(path.read_text("utf-8").splitlines()) <= 400
    assert path.stem not in {"utils", "helpers", "common", "misc"}


@pytest.mark.parametrize("path", ZCML, ids=relative)
def test_zcml_files_are_short(path):
    assert len(path.read_text("utf-8").splitlines()) <= 110


def test_namespace_is_native():
    assert not (ROOT / "src" / "carouge" / "__init__.py").exists()


def included(path):
    """The ZCML files a ZCML file includes, itself first."""
    found = {path}
    for element in ElementTree.parse(path).iter(f"{ZOPE}include"):
        package = element.get("package", ".")
        if not package.startswith("."):
            continue
        folder = path.parent / package.lstrip(".").replace(".", "/")
        found |= included(folder / element.get("file", "configure.zcml"))
    return found


def test_every_zcml_file_is_included():
    roots = [PACKAGE / "configure.zcml", PACKAGE / "demo.zcml"]
    reached = set().union(*(included(root) for root in roots))
    assert {relative(path) for path in ZCML} == {relative(path) for path in reached}


def test_every_profile_is_registered_and_exists():
    registered = {
        element.get("directory")
        for path in ZCML
        for element in ElementTree.parse(path).iter(f"{GENERICSETUP}registerProfile")
    }
    existing = {
        f"profiles/{folder.name}"
        for folder in (PACKAGE / "profiles").iterdir()
        if folder.is_dir()
    }
    assert registered == existing


def test_every_installed_registry_interface_is_uninstalled():
    folder = PACKAGE / "profiles"
    installed = {path.name for path in (folder / "default/registry").glob("*.xml")}
    removed = {path.name for path in (folder / "uninstall/registry").glob("*.xml")}
    assert installed == removed


# Pages that must exist where the add-on is installed but not the layer: none.
WITHOUT_LAYER: set[str] = set()
# Services and pages that prove themselves otherwise or say nothing private.
PUBLIC: set[str] = {
    "index.html",
    "metriques",
    "plone_context_state",
    "sante",
    # As Plone has them: pages about an error need their frame as well.
    "plone.footer",
    "plone.resourceregistries.scripts",
    "plone.resourceregistries.styles",
}


def entry_points():
    for path in ZCML:
        for element in ElementTree.parse(path).iter():
            if element.tag in (
                f"{BROWSER}page",
                f"{BROWSER}viewlet",
                f"{PLONE}service",
            ):
                yield path, element


def test_every_page_and_service_has_our_layer_and_a_permission():
    for path, element in entry_points():
        name = element.get("name")
        if name not in WITHOUT_LAYER:
            # IInsideGuichetLayer extends IGuichetLayer.
            layers = ("IGuichetLayer", "IInsideGuichetLayer")
            assert (element.get("layer") or "").endswith(layers), (path, name)
        permission = element.get("permission")
        assert permission, (path, name)
        if permission == "zope.Public":
            assert name in PUBLIC, (path, name)


def workflow_definition(name):
    return ElementTree.parse(
        PACKAGE / "profiles/default/workflows" / name / "definition.xml"
    ).getroot()


def test_states_and_transitions_are_the_same_in_code_definition_and_prose():
    from carouge.guichet.demande.domain import Actor
    from carouge.guichet.demande.domain import State
    from carouge.guichet.demande.domain import TRANSITIONS

    root = workflow_definition("demande_workflow")
    assert [state.get("state_id") for state in root.iter("state")] == [
        state.value for state in State
    ]
    exits = {
        state.get("state_id"): {
            exit.get("transition_id") for exit in state.iter("exit-transition")
        }
        for state in root.iter("state")
    }
    assert exits == {
        state.value: {
            transition.id
            for transition in TRANSITIONS.values()
            if state in transition.sources
        }
        for state in State
    }
    guards = {
        Actor.AGENT: "carouge.guichet: Process Demande",
        Actor.USAGER: "carouge.guichet: Act On Own Demande",
        # Nobody has it: the counter takes the role for one call.
        Actor.GUICHET: "Modify portal content",
    }
    for element in root.iter("transition"):
        transition = TRANSITIONS[element.get("transition_id")]
        assert element.get("new_state") == transition.target.value
        assert {guard.text for guard in element.iter("guard-permission")} == {
            guards[actor] for actor in transition.actors
        }
    prose = (ROOT / "docs/security.md").read_text("utf-8")
    rows = re.findall(
        r"^\| `(\w+)` \| ([^|]+) \| `(\w+)` \| ([^|]+) \|", prose, re.MULTILINE
    )
    assert {
        (
            id,
            frozenset(re.findall(r"`(\w+)`", sources)),
            target,
            frozenset(word.strip() for word in actors.split(",")),
        )
        for id, sources, target, actors in rows
    } == {
        (
            transition.id,
            frozenset(state.value for state in transition.sources),
            transition.target.value,
            frozenset(actor.value for actor in transition.actors),
        )
        for transition in TRANSITIONS.values()
    }


def test_permissions_are_the_same_in_zcml_rolemap_and_prose():
    declared = {
        element.get("title")
        for element in ElementTree.parse(PACKAGE / "permissions.zcml").iter(
            f"{ZOPE}permission"
        )
    }
    rolemap = {
        permission.get("name"): {role.get("name") for role in permission.iter("role")}
        for permission in ElementTree.parse(
            PACKAGE / "profiles/default/rolemap.xml"
        ).iter("permission")
    }
    assert declared == set(rolemap)
    prose = (ROOT / "docs/security.md").read_text("utf-8")
    rows = re.findall(
        r"^\| `(carouge\.guichet: [^`]+)` \| ([^|]+) \|", prose, re.MULTILINE
    )
    assert {
        name: {role.strip() for role in roles.split(",")} for name, roles in rows
    } == rolemap


# One word per concept (docs/glossary.md): the English doubles of our nouns.
BANNED = re.compile(
    r"\b(?:def|class)\s+\w*(invoice|basket|procedure|applicant)\w*",
    re.IGNORECASE,
)


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_one_word_per_concept(path):
    assert BANNED.findall(path.read_text("utf-8")) == []


# What may be written into a page as HTML: what our own code or an editor's rich text
# field made, never what a person typed into a form.
HTML_SOURCES = re.compile(
    r"view/contents|view/body|view/condition|view/avis_de_brouillon|view/miroir"
    r"|view/(pro|epi)logue|champ/html|python:macros\.icon\(|context/@@authenticator"
)


@pytest.mark.parametrize("path", TEMPLATES, ids=relative)
def test_templates_are_translated_and_quote_what_people_typed(path):
    text = path.read_text("utf-8")
    words = re.sub(r"<!--.*?-->|<[^>]*>", "", text, flags=re.DOTALL).strip()
    assert not words or 'i18n:domain="carouge.guichet"' in text
    for expression in re.findall(r"structure ([^\"]+)\"", text):
        assert HTML_SOURCES.match(expression.strip()), expression


def test_versions_are_complete_and_exact():
    parser = configparser.ConfigParser(delimiters=("=",), interpolation=None)
    parser.optionxform = str
    parser.read(ROOT / "profiles/versions.cfg")
    for name, version in parser["versions"].items():
        assert re.fullmatch(r"[\w.]+", version), name


def test_ci_calls_make_test_and_nothing_else():
    lines = [
        line.strip()
        for line in (ROOT / ".ci/run").read_text("utf-8").splitlines()
        if line.strip() and not line.startswith("#")
    ]
    assert lines[-1] in ("make test", "exec make test")
    assert all(line.startswith(("set ", "cd ")) for line in lines[:-1])


def messages(path):
    """Message id and translation of each entry of a catalogue."""
    entries = re.findall(
        r'^msgid ((?:".*"\n)+)msgstr ((?:".*"\n?)+)',
        path.read_text("utf-8"),
        re.MULTILINE,
    )
    return {
        "".join(re.findall(r'"(.*)"', id)): "".join(re.findall(r'"(.*)"', text))
        for id, text in entries
    }


def test_french_is_complete():
    folder = PACKAGE / "locales"
    template = messages(folder / "carouge.guichet.pot")
    french = messages(folder / "fr/LC_MESSAGES/carouge.guichet.po")
    assert set(french) == set(template)
    assert [id for id, text in french.items() if not text] == []


@pytest.mark.parametrize("path", MODULES, ids=relative)
def test_every_message_in_the_code_is_in_the_catalogue(path):
    known = messages(PACKAGE / "locales/carouge.guichet.pot")
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if (
            isinstance(node, ast.Call)
            and getattr(node.func, "id", None) == "_"
            and node.args
            and isinstance(node.args[0], ast.Constant)
        ):
            id = node.args[0].value.replace("\\", "\\\\").replace('"', '\\"')
            assert id.replace("\n", "\\n") in known


def test_every_pin_installs_on_the_python_of_debian_12():
    refused = {
        f"{distribution.name} {requirement}"
        for distribution in metadata.distributions()
        if (requirement := distribution.metadata["Requires-Python"])
        and "3.11.2" not in SpecifierSet(requirement)
    }
    assert refused == set()
