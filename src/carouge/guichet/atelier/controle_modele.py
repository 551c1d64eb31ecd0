"""What the XML of a form may hold when it comes from another site. Needs no site.

easyform's XML can name code of the server in many ways: expressions, factories,
validators, sources, widgets. Nothing of that can be set by an editor, so nothing of it
is accepted in a parcel: what is not known to be harmless is refused, with the name of
the question.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.colis import ColisRefuse
from collections.abc import Iterator
from collections.abc import Mapping
from html import unescape
from lxml import etree

import re


SCHEMA = "http://namespaces.plone.org/supermodel/schema"
FORM = "http://namespaces.plone.org/supermodel/form"
EASYFORM = "http://namespaces.plone.org/supermodel/easyform"
GUICHET = "http://carouge.guichet/formulaire"

MAX_QUESTIONS = 500

#: Parts of a field that name code or content of a site, whatever its kind.
INTERDITS = frozenset(
    {
        "defaultFactory",
        "key_type",
        "schema",
        "source",
        "vocabulary",
        "vocabularyName",
    }
)

#: What draws a question; the engine of the guichet has its own way in any case.
WIDGETS = frozenset(
    {
        "z3c.form.browser.checkbox.CheckBoxFieldWidget",
        "z3c.form.browser.checkbox.SingleCheckBoxFieldWidget",
        "z3c.form.browser.radio.RadioFieldWidget",
        "z3c.form.browser.select.SelectFieldWidget",
    }
)

_FIELD_ATTRIBUTES = frozenset(
    {"name", "type"} | {f"{{{GUICHET}}}{name}" for name in ("fait", "si", "groupe")}
)
_SCHEMA_ATTRIBUTES = frozenset({"name", "based-on", f"{{{GUICHET}}}procedure"})
_FIELDSET_ATTRIBUTES = frozenset({"name", "label", "description", "order"})
#: easyform writes these beside each question once its settings were opened.
_FLAGS = frozenset({f"{{{EASYFORM}}}serverSide", f"{{{EASYFORM}}}THidden"})
_CSS = f"{{{EASYFORM}}}css_class"
_BASE = "plone.supermodel.model.Schema"

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,99}", re.ASCII)
_CSS_VALUE = re.compile(r"[A-Za-z0-9_ -]{0,200}", re.ASCII)

#: What a text between the questions may be made of, by tag. Classes that begin with
#: ``pat-`` and most ``data-`` attributes make Plone's scripts do something.
_HTML = {
    **{
        tag: {"class"}
        for tag in [
            "b",
            "blockquote",
            "br",
            "caption",
            "code",
            "dd",
            "div",
            "dl",
            "dt",
            "em",
            "h2",
            "h3",
            "h4",
            "h5",
            "h6",
            "hr",
            "i",
            "li",
            "ol",
            "p",
            "pre",
            "s",
            "small",
            "span",
            "strong",
            "sub",
            "sup",
            "table",
            "tbody",
            "td",
            "tfoot",
            "th",
            "thead",
            "tr",
            "u",
            "ul",
        ]
    },
    "a": {"class", "data-linktype", "data-val", "href", "rel", "target", "title"},
    "td": {"class", "colspan", "rowspan"},
    "th": {"class", "colspan", "rowspan", "scope"},
}
#: HTML so plain that every browser reads the same in it.
_TOKEN = re.compile(
    r"[^<]+"
    r"|</(?P<end>[a-z][a-z0-9]*)\s*>"
    r"|<(?P<tag>[a-z][a-z0-9]*)"
    r"(?P<attributes>(?:\s+[a-z][a-z-]*\s*=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))*)\s*/?>",
    re.IGNORECASE | re.ASCII,
)
_ATTRIBUTE = re.compile(
    r"([a-z][a-z-]*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE | re.ASCII
)
_SCHEMES = frozenset({"http", "https", "mailto", "tel"})


def canonique(modele: str) -> str:
    """The model as canonical XML, without comments: the same text for the same form.

    :raises ColisRefuse: no XML, or XML that defines entities
    """
    root = _parse(modele)
    return etree.tostring(
        root, method="c14n", exclusive=True, with_comments=False
    ).decode()


def verifier(modele: str, genres: Mapping[str, frozenset[str]]) -> None:
    """Refuse what no editor could have made.

    ``genres`` are the kinds of questions by the name the XML has for them, each with the
    parts it may have.

    :raises ColisRefuse: with the name of the question
    """
    root = _parse(modele)
    schemas = list(root)
    if root.tag != _tag("model") or [node.tag for node in schemas] != [_tag("schema")]:
        raise ColisRefuse(_("The form is not one of easyform."))
    schema = schemas[0]
    _only(root, frozenset())
    _only(schema, _SCHEMA_ATTRIBUTES)
    if schema.get("based-on", _BASE) != _BASE or schema.get("name"):
        raise _refused("schema", schema.get("based-on") or "name")
    names = []
    for field in _fields(schema):
        _field(field, genres)
        names.append(field.get("name"))
    if len(names) > MAX_QUESTIONS:
        raise ColisRefuse(_("The form has too many questions."))
    for name in names:
        if names.count(name) > 1:
            raise ColisRefuse(
                _(
                    "Two questions have the same name: “${name}”.",
                    mapping={"name": name},
                )
            )


def _parse(modele: str) -> etree._Element:
    if "<!DOCTYPE" in modele or "<!ENTITY" in modele:
        raise ColisRefuse(
            _("The form holds definitions of XML entities, which no export makes.")
        )
    parser = etree.XMLParser(
        # Whatever encoding the text claims to have.
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(modele.encode(), parser=parser)
    except (etree.XMLSyntaxError, UnicodeEncodeError) as error:
        raise ColisRefuse(_("The form cannot be read: it is no XML.")) from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise ColisRefuse(
            _("The form holds definitions of XML entities, which no export makes.")
        )
    return root


def _fields(schema: etree._Element) -> Iterator[etree._Element]:
    for node in schema:
        if node.tag == _tag("fieldset"):
            _only(node, _FIELDSET_ATTRIBUTES)
            if not node.get("name") or not node.get("order", "0").lstrip("-").isdigit():
                raise _refused("fieldset", node.get("order") or "name")
            children = list(node)
        else:
            children = [node]
        for field in children:
            if field.tag != _tag("field"):
                raise _refused(_words(node.get("name") or "schema"), _words(field.tag))
            yield field


def _field(field: etree._Element, genres: Mapping[str, frozenset[str]]) -> None:
    name = field.get("name") or ""
    if not _NAME.fullmatch(name):
        raise ColisRefuse(
            _(
                "A question has a name that cannot be: “${name}”.",
                mapping={"name": name[:100]},
            )
        )
    for attribute, value in field.attrib.items():
        if attribute in _FLAGS and value.lower() == "false":
            continue
        if attribute == _CSS and _CSS_VALUE.fullmatch(value) and "pat-" not in value:
            continue
        if attribute not in _FIELD_ATTRIBUTES:
            raise _refused(name, _words(attribute))
    _parts(field, name, genres)


def _parts(
    node: etree._Element, name: str, genres: Mapping[str, frozenset[str]]
) -> None:
    kind = node.get("type") or ""
    if kind not in genres:
        raise ColisRefuse(
            _(
                "The question “${name}” is of a kind this guichet does not have: "
                "“${kind}”.",
                mapping={"name": name, "kind": kind[:120]},
            )
        )
    for part in node:
        if part.tag == f"{{{FORM}}}widget":
            _only(part, frozenset({"type"}), name)
            if part.get("type") not in WIDGETS or len(part):
                raise _refused(name, part.get("type") or "widget")
            continue
        local = part.tag.removeprefix(f"{{{SCHEMA}}}")
        if local in INTERDITS or local not in genres[kind]:
            raise _refused(name, _words(part.tag))
        if local == "value_type":
            _only(part, frozenset({"type"}), name)
            _parts(part, name, genres)
            continue
        _plain(part, name)
        if local == "rich_label":
            _harmless(part.text or "", name)


def _plain(part: etree._Element, name: str) -> None:
    """A value: text, or a list of texts."""
    _only(part, frozenset({"key"}), name)
    for element in part:
        if element.tag != _tag("element") or len(element):
            raise _refused(name, _words(element.tag))
        _only(element, frozenset({"key"}), name)


def _harmless(text: str, name: str) -> None:
    """HTML that cannot do anything in the citizen's browser but be read."""
    position = 0
    while position < len(text):
        token = _TOKEN.match(text, position)
        if token is None:
            raise _refused(name, text[position : position + 20])
        position = token.end()
        tag = (token["tag"] or token["end"] or "p").lower()
        if tag not in _HTML:
            raise _refused(name, f"<{tag}>")
        for attribute, *values in _ATTRIBUTE.findall(token["attributes"] or ""):
            value = unescape("".join(values)).strip()
            if not _harmless_attribute(tag, attribute.lower(), value):
                raise _refused(name, f"<{tag} {attribute}>")


def _harmless_attribute(tag: str, attribute: str, value: str) -> bool:
    if attribute not in _HTML[tag] or not all(char.isprintable() for char in value):
        return False
    if attribute == "class":
        return "pat-" not in value
    if attribute == "href":
        scheme, colon, _rest = re.split(r"[/?#]", value, maxsplit=1)[0].partition(":")
        if colon:
            return scheme.lower() in _SCHEMES
        return not value.startswith(("//", "/\\", "\\"))
    return True


def _only(node: etree._Element, allowed: frozenset[str], name: str = "") -> None:
    for attribute in node.attrib:
        if attribute not in allowed:
            raise _refused(name or _words(node.tag), _words(attribute))


def _tag(name: str) -> str:
    return f"{{{SCHEMA}}}{name}"


def _words(tag) -> str:
    """A tag or attribute as people know it, without its namespace."""
    for namespace, prefix in ((EASYFORM, "easyform:"), (GUICHET, "guichet:")):
        tag = str(tag).replace(f"{{{namespace}}}", prefix)
    return str(tag).rpartition("}")[2]


def _refused(name: str, what: str) -> ColisRefuse:
    return ColisRefuse(
        _(
            "The question “${name}” has a setting that only a site administrator can "
            "make, and that is not imported: “${what}”.",
            mapping={"name": name[:100], "what": what[:120]},
        )
    )
