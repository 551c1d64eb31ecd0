"""The XML of a form from elsewhere: what an editor could have made, and nothing else."""

from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.atelier.controle_modele import canonique
from carouge.guichet.atelier.controle_modele import MAX_QUESTIONS
from carouge.guichet.atelier.controle_modele import verifier
from html import escape
from hypothesis import given
from hypothesis import strategies as st

import pytest


SIMPLE = frozenset({"title", "description", "required", "max_length", "default"})
GENRES = {
    "zope.schema.TextLine": SIMPLE,
    "zope.schema.Choice": SIMPLE | {"values"},
    "zope.schema.Set": SIMPLE | {"value_type"},
    "collective.easyform.fields.RichLabel": SIMPLE | {"rich_label"},
}

NAMESPACES = (
    'xmlns="http://namespaces.plone.org/supermodel/schema" '
    'xmlns:form="http://namespaces.plone.org/supermodel/form" '
    'xmlns:security="http://namespaces.plone.org/supermodel/security" '
    'xmlns:easyform="http://namespaces.plone.org/supermodel/easyform" '
    'xmlns:guichet="http://carouge.guichet/formulaire"'
)


def model(fields="", schema="", before=""):
    return f"{before}<model {NAMESPACES}><schema {schema}>{fields}</schema></model>"


def line(attributes="", parts="<title>Nom</title>", name="nom"):
    return (
        f'<field name="{name}" type="zope.schema.TextLine" {attributes}>{parts}</field>'
    )


def label(html):
    return (
        '<field name="texte" type="collective.easyform.fields.RichLabel">'
        f"<rich_label>{escape(html, quote=False)}</rich_label>"
        "</field>"
    )


def refusal(text) -> tuple[str, str]:
    """The message and what it names."""
    with pytest.raises(ColisRefuse) as refused:
        verifier(text, GENRES)
    message = refused.value.message
    mapping = message.mapping or {}
    return str(message), mapping.get("what") or mapping.get("kind") or mapping.get(
        "name"
    )


SETTING = (
    "The question “${name}” has a setting that only a site administrator can make, and "
    "that is not imported: “${what}”."
)
KIND = "The question “${name}” is of a kind this guichet does not have: “${kind}”."
ENTITIES = "The form holds definitions of XML entities, which no export makes."


def test_what_an_editor_makes():
    verifier(
        model(
            '<fieldset name="a" label="Vous" description="Aide">'
            + line('guichet:fait="compte.nom" guichet:si="{}" easyform:THidden="False"')
            + '<field name="jours" type="zope.schema.Set"><title>Jours</title>'
            '<value_type type="zope.schema.Choice"><values><element>Lundi</element>'
            '<element key="ma">Mardi</element></values></value_type>'
            '<form:widget type="z3c.form.browser.checkbox.CheckBoxFieldWidget"/></field>'
            + label(
                '<p class="small">Voir <a href="https://ge.ch/x?a=1&amp;b=2">la loi</a>,'
                ' <a href="mailto:a@b.ch">nous</a> et <a href="/aide">l’aide</a>.<br/></p>'
            )
            + "</fieldset>",
            "guichet:procedure='{\"prix\": []}'",
        ),
        GENRES,
    )


@pytest.mark.parametrize(
    "attribute, named",
    [
        ('easyform:TDefault="python:context"', "easyform:TDefault"),
        ('easyform:TEnabled="python:False"', "easyform:TEnabled"),
        ('easyform:TValidator="python:1"', "easyform:TValidator"),
        ('easyform:validators="isEmail"', "easyform:validators"),
        ('easyform:serverSide="True"', "easyform:serverSide"),
        ('easyform:css_class="pat-inject"', "easyform:css_class"),
        ('form:validator="os.system"', "validator"),
        ('form:widget="os.system"', "widget"),
        ('security:read-permission="View"', "read-permission"),
        ('onclick="alert(1)"', "onclick"),
    ],
)
def test_settings_of_administrators(attribute, named):
    assert refusal(model(line(attribute))) == (SETTING, named)


@pytest.mark.parametrize(
    "parts, named",
    [
        ("<defaultFactory>os.getcwd</defaultFactory>", "defaultFactory"),
        ("<source>plone.app.vocabularies.users.UsersSource</source>", "source"),
        ("<vocabulary>plone.app.vocabularies.Users</vocabulary>", "vocabulary"),
        ("<constraint>os.system</constraint>", "constraint"),
        ('<form:widget type="os.system"/>', "os.system"),
        ("<form:validator>os.system</form:validator>", "validator"),
        ("<title><b>x</b></title>", "b"),
        ('<title type="x">Nom</title>', "type"),
    ],
)
def test_parts_that_name_code(parts, named):
    assert refusal(model(line(parts=parts))) == (SETTING, named)


@pytest.mark.parametrize(
    "kind",
    ["zope.schema.Password", "z3c.relationfield.RelationChoice", "os.system", ""],
)
def test_kinds_nobody_offers(kind):
    field = f'<field name="nom" type="{kind}"/>'
    assert refusal(model(field)) == (KIND, kind or "nom")
    inside = (
        f'<field name="nom" type="zope.schema.Set"><value_type type="{kind}"/></field>'
    )
    assert refusal(model(inside)) == (KIND, kind or "nom")


@pytest.mark.parametrize(
    "text, named",
    [
        (model(schema='based-on="os.path"'), "os.path"),
        (model(schema='class="os.path"'), "class"),
        (model("<invariant>os.system</invariant>"), "invariant"),
        (model('<fieldset name="a"><object/></fieldset>'), "object"),
        (model('<fieldset name="a" order="x"/>'), "x"),
    ],
)
def test_schemas_that_name_code(text, named):
    assert refusal(text) == (SETTING, named)


@pytest.mark.parametrize(
    "text",
    [
        "<a/>",
        f"<model {NAMESPACES}/>",
        f"<model {NAMESPACES}><schema/><schema/></model>",
    ],
)
def test_another_document(text):
    assert refusal(text)[0] == "The form is not one of easyform."


@pytest.mark.parametrize("text", ["", "<model", "texte", "<a><b></a></b>", "\ud800"])
def test_no_xml(text):
    assert refusal(text)[0] == "The form cannot be read: it is no XML."


BOMB = (
    '<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa">'
    + "".join(
        f'<!ENTITY a{n} "' + f"&a{n - 1 or ''};" * 10 + '">' for n in range(1, 12)
    )
    + "]>"
)


@pytest.mark.parametrize(
    "before, inside",
    [
        (BOMB, "&a11;"),
        ('<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>', "&f;"),
        ('<!DOCTYPE x SYSTEM "http://localhost:1/x.dtd">', ""),
        ('<?xml version="1.0" encoding="utf-7"?><!DOCTYPE x []>', ""),
    ],
)
def test_entities(before, inside):
    text = model(line(parts=f"<title>{inside}</title>"), before=before)
    assert refusal(text)[0] == ENTITIES
    with pytest.raises(ColisRefuse):
        canonique(text)


def test_another_encoding_than_the_one_it_claims():
    hidden = '<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE x []+AD4'
    with pytest.raises(ColisRefuse):
        canonique(hidden + model())


def test_the_same_question_twice():
    assert refusal(model(line() + line()))[0] == (
        "Two questions have the same name: “${name}”."
    )


def test_too_many_questions():
    fields = "".join(line(name=f"q{n}") for n in range(MAX_QUESTIONS + 1))
    assert refusal(model(fields))[0] == "The form has too many questions."


@pytest.mark.parametrize("name", ["", "__class__", "_x", "a.b", "a b", "é", "x" * 101])
def test_names_that_cannot_be(name):
    assert refusal(model(line(name=name)))[0] == (
        "A question has a name that cannot be: “${name}”."
    )


@pytest.mark.parametrize(
    "html, named",
    [
        ("<script>alert(1)</script>", "<script>"),
        ("<img src=x onerror=alert(1)>", "<img src=x onerror=a"),
        ('<img src="x">', "<img>"),
        ('<p onclick="alert(1)">x</p>', "<p onclick>"),
        ('<p style="x">x</p>', "<p style>"),
        ('<a href="javascript:alert(1)">x</a>', "<a href>"),
        ('<a href="java&#9;script:alert(1)">x</a>', "<a href>"),
        ('<a href=" JavaScript:alert(1)">x</a>', "<a href>"),
        ('<a href="data:text/html,x">x</a>', "<a href>"),
        ('<a href="//evil.example">x</a>', "<a href>"),
        ('<div class="pat-inject" >x</div>', "<div class>"),
        (
            '<div data-pat-inject="url: https://evil.example">x</div>',
            "<div data-pat-inject>",
        ),
        ("<!-- x --><p>x</p>", "<!-- x --><p>x</p>"),
        ("<![CDATA[<p>]]>", "<![CDATA[<p>]]>"),
        ("<p <script>>x", "<p <script>>x"),
        ("<svg><p>x</p></svg>", "<svg>"),
        ("a < b", "< b"),
    ],
)
def test_texts_that_do_something(html, named):
    assert refusal(model(label(html))) == (SETTING, named)


@given(st.text(alphabet="<>&\"'= /pascriponj:#x!-", max_size=60))
def test_no_text_is_read_as_a_tag_that_is_not_allowed(html):
    """Whatever is let through has no tag, as a browser's own tokeniser sees it."""
    from html.parser import HTMLParser

    seen = []

    class Tokens(HTMLParser):
        def handle_starttag(self, tag, attrs):
            seen.append((tag, dict(attrs)))

        def handle_comment(self, data):
            seen.append(("!", {}))

    text = model(label(html))
    try:
        verifier(text, GENRES)
    except ColisRefuse:
        return
    Tokens().feed(html)
    for tag, attributes in seen:
        assert tag in {"p", "a", "s", "pre", "i", "b"}
        assert not [name for name in attributes if name.startswith("on")]


def test_canonical():
    once = canonique(
        f"<!-- note --><model {NAMESPACES}>\n <schema  >"
        "<field type='zope.schema.TextLine'   name='a'><title>É&#x41;</title></field>"
        "</schema></model>"
    )
    assert once == (
        '<model xmlns="http://namespaces.plone.org/supermodel/schema">\n <schema>'
        '<field name="a" type="zope.schema.TextLine"><title>ÉA</title></field>'
        "</schema></model>"
    )
    assert canonique(once) == once
