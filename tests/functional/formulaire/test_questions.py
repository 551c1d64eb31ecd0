"""Each kind of question as a browser gets it: labels, helps, errors, limits."""

from carouge.guichet.swisstime import today
from datetime import timedelta
from fichiers import image
from fichiers import pdf
from lxml import html
from publication import publier
from visitor import Visitor

import pytest
import transaction


PATH = "dechets/signaler-un-depot-sauvage"

MODEL = """
<model xmlns="http://namespaces.plone.org/supermodel/schema"
       xmlns:form="http://namespaces.plone.org/supermodel/form">
  <schema>
    <fieldset name="tout" label="Tout">
      <field name="info" type="collective.easyform.fields.RichLabel">
        <title>À savoir</title>
        <rich_label>&lt;p&gt;Une &lt;b&gt;phrase&lt;/b&gt;&lt;script&gt;x()&lt;/script&gt;&lt;/p&gt;</rich_label>
      </field>
      <field name="ligne" type="zope.schema.TextLine">
        <title>Ligne</title><description>Aide de la ligne</description>
        <max_length>20</max_length>
      </field>
      <field name="texte" type="zope.schema.Text">
        <title>Texte</title><required>False</required>
      </field>
      <field name="nombre" type="zope.schema.Int">
        <title>Nombre</title><min>1</min>
      </field>
      <field name="loyer" type="carouge.guichet.formulaire.fields.Montant">
        <title>Loyer</title><description>Par mois</description>
      </field>
      <field name="jour" type="carouge.guichet.formulaire.fields.Jour">
        <title>Jour</title><au_plus_tot>0</au_plus_tot>
      </field>
      <field name="liste" type="zope.schema.Choice">
        <title>Liste</title>
        <values><element>un</element><element>deux</element></values>
      </field>
      <field name="radios" type="zope.schema.Choice">
        <form:widget type="z3c.form.browser.radio.RadioFieldWidget" />
        <title>Radios</title><description>Aide des radios</description>
        <values><element>un</element><element>deux</element></values>
      </field>
      <field name="cases" type="zope.schema.Set">
        <title>Cases</title>
        <value_type type="zope.schema.Choice">
          <values><element>un</element><element>deux</element></values>
        </value_type>
      </field>
      <field name="oui" type="zope.schema.Bool">
        <title>Oui ou non</title>
      </field>
      <field name="accord" type="carouge.guichet.formulaire.fields.Consentement">
        <title>J'accepte</title><description>Sans cela, rien.</description>
      </field>
      <field name="courriel" type="plone.schema.email.Email">
        <title>Courriel</title>
      </field>
      <field name="telephone" type="carouge.guichet.formulaire.fields.Telephone">
        <title>Téléphone</title>
      </field>
      <field name="iban" type="carouge.guichet.formulaire.fields.Iban">
        <title>IBAN</title>
      </field>
      <field name="lieu" type="carouge.guichet.formulaire.fields.NpaLocalite">
        <title>Lieu</title>
      </field>
      <field name="adresse" type="carouge.guichet.formulaire.fields.Adresse">
        <title>Adresse</title>
      </field>
      <field name="total" type="carouge.guichet.formulaire.fields.Calcul">
        <title>Total</title><montant>True</montant>
        <formule>{"op":"produit","termes":[{"champ":"nombre"},{"champ":"loyer"}]}</formule>
      </field>
      <field name="piece" type="carouge.guichet.formulaire.fields.Justificatif">
        <title>Pièce</title><max_fichiers>2</max_fichiers><max_mo>4</max_mo>
        <types><element>pdf</element><element>image</element></types>
        <par_poste>True</par_poste><au_guichet>True</au_guichet>
      </field>
      <field name="photo" type="plone.namedfile.field.NamedBlobFile">
        <title>Photo</title>
      </field>
    </fieldset>
  </schema>
</model>
"""

ANSWERED = {
    "ligne": "Une ligne",
    "nombre": "2",
    "loyer": "1'200.50",
    "jour": today().isoformat(),
    "liste": "deux",
    "radios": "deux",
    "cases": ["un", "deux"],
    "oui": "Non",
    "accord": True,
    "courriel": "aline@example.org",
    "telephone": "079 123 45 67",
    "iban": "CH93 0076 2011 6238 5295 7",
    "lieu.npa": "1227",
    "lieu.localite": "Carouge GE",
    "adresse.rue": "Rue Ancienne 12",
    "adresse.npa": "1227",
    "adresse.localite": "Carouge GE",
}


@pytest.fixture
def form(functional):
    """The page of the form, as somebody gets it who has typed nothing."""
    demarche = functional["portal"].guichet.dechets["signaler-un-depot-sauvage"]
    demarche.fields_model = MODEL
    publier(demarche)
    transaction.commit()
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"
    return Visitor(base).open_form(PATH)


def words(element):
    return " ".join(element.text_content().split())


def one(page, xpath):
    (found,) = page.xpath(xpath)
    return found


def question(page, name):
    return one(page, f"//*[@data-guichet-question='{name}']")


def attributes(page, name, *names):
    element = one(page, f"//*[@name='champ.{name}']")
    return tuple(element.get(attribute) for attribute in names)


def test_every_input_has_a_name_one_can_hear(form):
    page = form.page
    inputs = page.xpath(
        "//form[@id='form']//*[self::input or self::select or self::textarea]"
        "[starts-with(@name,'champ.')]"
    )
    assert len(inputs) > 25
    for element in inputs:
        (label,) = page.xpath(f"//label[@for='{element.get('id')}']")
        assert words(label)
        for id in (element.get("aria-describedby") or "").split():
            assert page.get_element_by_id(id) is not None
    ids = page.xpath("//@id")
    assert len(ids) == len(set(ids))


def test_groups_of_inputs_have_a_legend(form):
    for name in ("radios", "cases", "oui", "lieu", "adresse", "piece", "photo"):
        legend = question(form.page, name).xpath("./div/fieldset/legend")
        assert len(legend) == 1, name
    group = one(question(form.page, "radios"), "./div/fieldset")
    assert words(form.page.get_element_by_id(group.get("aria-describedby"))) == (
        "Aide des radios"
    )


def test_lines(form):
    page = form.page
    assert attributes(page, "ligne", "type", "maxlength", "required", "value") == (
        "text",
        "20",
        "required",
        "",
    )
    assert attributes(page, "ligne", "aria-describedby", "aria-invalid") == (
        "aide-champ-ligne",
        None,
    )
    assert attributes(page, "texte", "maxlength", "required") == ("10000", None)
    assert attributes(page, "nombre", "type", "inputmode") == ("text", "numeric")
    assert attributes(page, "courriel", "type", "autocomplete") == ("email", "email")
    assert attributes(page, "telephone", "type", "autocomplete") == ("tel", "tel")
    assert attributes(page, "iban", "spellcheck") == ("false",)
    assert attributes(page, "jour", "type", "min", "max") == (
        "date",
        today().isoformat(),
        None,
    )
    assert attributes(page, "loyer", "inputmode", "aria-describedby") == (
        "decimal",
        "monnaie-champ-loyer aide-champ-loyer",
    )


def test_an_information_is_shown_without_what_is_not_safe(form):
    info = question(form.page, "info")
    assert words(info) == "À savoir Une phrase"
    assert len(info.xpath(".//b")) == 1
    assert info.xpath(".//script") == []


def test_streets_and_towns_are_proposed(form):
    rue = one(form.page, "//*[@name='champ.adresse.rue']")
    proposed = [
        option.get("value") for option in form.page.get_element_by_id(rue.get("list"))
    ]
    assert "Rue Ancienne" in proposed
    assert rue.get("autocomplete") == "address-line1"
    localite = one(form.page, "//*[@name='champ.lieu.localite']")
    towns = [
        option.get("value")
        for option in form.page.get_element_by_id(localite.get("list"))
    ]
    assert {"Carouge GE", "Genève", "Lancy"} & set(towns) == {"Carouge GE", "Genève"}
    npa = one(form.page, "//*[@name='champ.lieu.npa']")
    assert (npa.get("list"), npa.get("autocomplete")) == (None, "off")


def test_limits_of_documents_are_told_before(form):
    piece = question(form.page, "piece")
    upload = one(piece, ".//input[@type='file']")
    assert (upload.get("name"), upload.get("multiple")) == (
        "champ.piece.envoi",
        "multiple",
    )
    assert "application/pdf" in upload.get("accept")
    limits = words(form.page.get_element_by_id("limites-champ-piece"))
    assert "2" in limits
    assert "4" in limits
    assert "PDF, JPEG, PNG, GIF, HEIC" in limits
    assert [radio.get("value") for radio in piece.xpath(".//input[@type='radio']")] == [
        "",
        "poste",
        "guichet",
    ]
    photo = one(question(form.page, "photo"), ".//input[@type='file']")
    assert photo.get("multiple") is None
    assert question(form.page, "photo").xpath(".//input[@type='radio']") == []


def test_errors_stand_at_their_question_and_in_the_summary(form):
    yesterday = (today() - timedelta(days=1)).isoformat()
    form.fill(ligne="x" * 21, jour=yesterday, nombre="trois").press()
    page = form.page
    targets = [
        link.get("href").lstrip("#") for link in page.xpath("//div[@id='erreurs']//a")
    ]
    assert {"champ-ligne", "champ-jour", "champ-nombre", "champ-radios"} <= set(targets)
    for target in targets:
        assert page.get_element_by_id(target) is not None
        assert words(page.get_element_by_id(f"erreur-{target}"))
    assert attributes(page, "ligne", "value", "aria-invalid", "aria-describedby") == (
        "x" * 21,
        "true",
        "aide-champ-ligne erreur-champ-ligne",
    )
    assert attributes(page, "nombre", "value") == ("trois",)
    assert attributes(page, "jour", "value", "type") == (yesterday, "date")


def test_a_date_that_cannot_be_read_stays_as_it_was_typed(form):
    form.fill(jour="demain").press()
    assert attributes(form.page, "jour", "value", "type") == ("demain", "text")


def test_what_was_answered_is_shown_again(form):
    form.path(ANSWERED)
    form.fill(
        piece=("permis.pdf", pdf(), "application/pdf"),
        photo=("vue.png", image(), "image/png"),
    )
    form.press("plus_tard")
    page = form.page
    assert attributes(page, "loyer", "value") == ("1'200.50",)
    assert attributes(page, "adresse.rue", "value") == ("Rue Ancienne 12",)
    assert words(one(question(page, "total"), ".//output")) == "CHF 2'401.00"
    assert one(page, "//select[@name='champ.liste']").value == "deux"
    ticked = page.xpath("//input[@name='champ.cases'][@checked]")
    assert [box.get("value") for box in ticked] == ["un", "deux"]
    assert one(page, "//input[@name='champ.oui'][@checked]").get("value") == "non"
    assert attributes(page, "accord", "checked") == ("checked",)
    listed = one(question(page, "piece"), ".//*[@data-guichet-liste]")
    assert listed.get("hidden") is None
    assert words(one(listed, ".//a")) == "permis.pdf"
    remove = one(listed, ".//button")
    assert remove.get("name").startswith("retirer-fichier.piece.")
    assert "permis.pdf" in words(remove)
    picture = one(question(page, "photo"), ".//img")
    assert picture.get("alt") == ""
    shown = form.visitor.session.get(picture.get("src"))
    assert shown.headers["Content-Type"] == "image/jpeg"
    # One is all it takes.
    assert one(question(page, "photo"), ".//*[@data-guichet-envoi]").get("hidden")
    form.press(remove.get("name"))
    left = html.fromstring(form.response.text)
    assert question(left, "piece").xpath(".//li") == []
