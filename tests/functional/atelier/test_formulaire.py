"""An editor works on a form with a browser that has no JavaScript."""

from carouge.guichet.atelier.formulaire_modele import etapes_de
from carouge.guichet.atelier.formulaire_modele import lire
from carouge.guichet.formulaire.procedure import conditions_de
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.formulaire.procedure import groupes_de
from lxml import html
from plone.app.testing import SITE_OWNER_NAME
from plone.app.testing import SITE_OWNER_PASSWORD
from visitor import Visitor

import json
import pytest
import transaction


MODEL = """<model xmlns="http://namespaces.plone.org/supermodel/schema">
<schema><fieldset name="logement" label="Logement">
<field name="type" type="zope.schema.Choice"><title>Type de logement</title>
<required>True</required><values><element key="maison">Une maison</element>
<element key="appart">Un appartement</element><element key="autre">Autre</element></values></field>
<field name="jours" type="zope.schema.Set"><title>Jours</title><value_type
type="zope.schema.Choice"><values><element>Lundi</element><element>Mardi</element>
</values></value_type></field>
<field name="pieces" type="zope.schema.Int"><title>Nombre de pièces</title></field>
<field name="chien" type="zope.schema.Bool"><title>Avez-vous un chien ?</title></field>
</fieldset><fieldset name="vous" label="Vous">
<field name="naissance" type="zope.schema.Date"><title>Date de naissance</title></field>
<field name="nom" type="zope.schema.TextLine"><title>Nom &lt;script&gt;</title></field>
<field name="total" type="carouge.guichet.formulaire.fields.Calcul"><title>Total</title>
<required>False</required></field>
</fieldset></schema></model>"""
PATH = "/dechets/commander-un-conteneur"


class Page:
    """A page with one form of ours, filled in and sent without scripts."""

    def __init__(self, editor, response, base):
        self.editor, self.response, self.base = editor, response, base
        self.page = html.fromstring(response.text)
        self.page.make_links_absolute(response.url)
        forms = self.page.xpath(
            "//form[.//input[@name='etat' or @name='_authenticator']]"
        )
        forms = [form for form in forms if form.get("method", "").lower() == "post"]
        self.form = next((f for f in forms if f.xpath(".//*[@name='etat']")), None)
        self.form = forms[-1] if self.form is None and forms else self.form

    def send(self, button=None, _without=(), **changes):
        """Press a button (name, value); returns the page that follows."""
        values = [(k, v) for k, v in self.form.form_values() if k not in changes]
        for name, value in changes.items():
            for one in value if isinstance(value, list) else [value]:
                values.append((name, one))
        values = [pair for pair in values if pair[0] not in _without]
        if button:
            values.append(button)
        response = self.editor.session.post(self.form.get("action"), data=values)
        assert response.status_code == 200, (response.status_code, response.text[:300])
        return Page(self.editor, response, self.base)

    def one(self, name):
        """The input of a name, or None."""
        found = self.form.xpath(f".//*[@name='{name}']")
        return found[0] if found else None

    def options(self, name):
        return [option.get("value") for option in self.one(name).iter("option")]

    def alerts(self):
        """What is wrong, as the page says it."""
        found = self.page.xpath(
            "//*[@role='alert'][contains(@class, 'danger')]"
            "|//*[contains(@class, 'invalid-feedback')]"
            "|//p[contains(@class, 'text-danger') and not(@role)]"
        )
        texts = [" ".join(node.text_content().split()) for node in found]
        return [text for text in texts if text]

    @property
    def address(self):
        return self.response.url.removeprefix(self.base).partition("#")[0]


@pytest.fixture
def demarche(functional):
    demarche = functional["portal"].guichet.dechets["commander-un-conteneur"]
    demarche.fields_model = MODEL
    transaction.commit()
    return demarche


@pytest.fixture
def stored(demarche):
    """The form as it is stored now."""

    def stored():
        transaction.begin()
        return lire(demarche)

    return stored


@pytest.fixture
def visit(functional, demarche):
    base = f"http://{functional['host']}:{functional['port']}/plone/guichet"

    def visit(path, login="editeur", status=200):
        password = SITE_OWNER_PASSWORD if login == SITE_OWNER_NAME else "Guichet-2026!"
        editor = Visitor(base, (login, password) if login else None)
        response = editor.get(PATH + path, allow_redirects=False)
        assert response.status_code == status, (path, response.text[:300])
        return Page(editor, response, base + PATH)

    return visit


SI = "form.widgets.IAffichage.si"
SAVE = ("form.buttons.save", "Save")


class TestCondition:
    """« Show this question »."""

    def test_a_question_is_always_shown_at_first(self, visit):
        page = visit("/fields/nom")
        checked = page.form.xpath(f".//input[@name='{SI}.mode'][@checked]/@value")
        assert checked == [""]
        assert page.one(f"{SI}.0.champ") is not None
        assert page.one(f"{SI}.0.op") is None

    def test_line_by_line(self, visit, stored):
        page = visit("/fields/nom")
        page = page.send(
            (f"{SI}.actualiser", "1"), **{f"{SI}.mode": "une", f"{SI}.0.champ": "type"}
        )
        assert page.alerts() == []
        assert page.options(f"{SI}.0.op") == [
            "",
            "est",
            "n_est_pas",
            "est_parmi",
            "rempli",
            "vide",
        ]
        page = page.send(
            (f"{SI}.actualiser", "1"),
            **{f"{SI}.0.op": "est", "form.widgets.title": "X"},
        )
        assert page.options(f"{SI}.0.valeur") == ["", "maison", "appart", "autre"]
        page = page.send((f"{SI}.ajouter", "1"), **{f"{SI}.0.valeur": "maison"})
        # Nothing is stored on the way, nothing is lost either.
        assert conditions_de(stored()) == {}
        assert page.one("form.widgets.title").value == "X"
        page = page.send(
            SAVE, **{f"{SI}.1.champ": "chien", f"{SI}.1.op": "oui", f"{SI}.0.op": "est"}
        )
        assert page.address == "/fields"
        assert conditions_de(stored()) == {
            "nom": {
                "si": "une",
                "regles": [
                    {"champ": "type", "op": "est", "valeur": "maison"},
                    {"champ": "chien", "op": "oui"},
                ],
            }
        }
        assert stored()["nom"].title == "X"
        again = visit("/fields/nom")
        assert again.one(f"{SI}.0.valeur").value == "maison"
        assert again.one(f"{SI}.1.op").value == "oui"

    @pytest.mark.parametrize(
        ("champ", "op", "typed", "kept"),
        [
            ("type", "est_parmi", ["appart", "maison"], ["maison", "appart"]),
            ("jours", "contient", "Mardi", "Mardi"),
            ("pieces", "au_moins", "1'250,50", "1250.5"),
            ("pieces", "egal", "-0", "0"),
            ("naissance", "avant", "1.2.2008", "2008-02-01"),
            ("naissance", "le", "2008-02-29", "2008-02-29"),
            ("naissance", "age_au_moins", "018", "18"),
            ("usager.type", "n_est_pas", "agent", "agent"),
        ],
    )
    def test_values(self, visit, stored, champ, op, typed, kept):
        visit("/fields/nom").send(
            SAVE,
            **{
                f"{SI}.mode": "toutes",
                f"{SI}.0.champ": champ,
                f"{SI}.0.op": op,
                f"{SI}.0.valeur": typed,
            },
        )
        assert conditions_de(stored())["nom"] == {
            "si": "toutes",
            "regles": [{"champ": champ, "op": op, "valeur": kept}],
        }

    @pytest.mark.parametrize(
        ("line", "problem"),
        [
            ({}, "Dites quand"),
            ({"champ": "type"}, "Dites comment « Type de logement » est comparé."),
            ({"champ": "type", "op": "avant", "valeur": "2020-01-01"}, "Dites comment"),
            ({"champ": "type", "op": "est", "valeur": ""}, "Choisissez une réponse"),
            (
                {"champ": "type", "op": "est", "valeur": "tente"},
                "Choisissez une réponse",
            ),
            ({"champ": "type", "op": "est_parmi"}, "Cochez au moins une réponse."),
            ({"champ": "pieces", "op": "egal", "valeur": "x"}, "Indiquez un nombre"),
            ({"champ": "pieces", "op": "egal", "valeur": "1e3"}, "Indiquez un nombre"),
            ({"champ": "naissance", "op": "le", "valeur": "31.2.2020"}, "une date"),
            (
                {"champ": "naissance", "op": "age_au_moins", "valeur": "-1"},
                "un âge en années",
            ),
            ({"champ": "parti", "op": "rempli"}, "Cette question n’existe plus."),
            ({"champ": "nom", "op": "rempli"}, "Cette question n’existe plus."),
            ({"champ": "<img src=x>", "op": "rempli"}, "Cette question n’existe plus."),
        ],
    )
    def test_what_is_wrong_is_told_and_kept(self, visit, stored, line, problem):
        before = stored()["nom"].title
        page = visit("/fields/nom").send(
            SAVE,
            **{
                f"{SI}.mode": "toutes",
                "form.widgets.title": "Autre titre",
                **{f"{SI}.0.{part}": value for part, value in line.items()},
            },
        )
        assert any(problem in alert for alert in page.alerts()), page.alerts()
        assert conditions_de(stored()) == {}
        assert stored()["nom"].title == before
        assert page.one("form.widgets.title").value == "Autre titre"
        assert "<img" not in html.tostring(page.form, encoding="unicode")
        if line:
            assert page.one(f"{SI}.0.champ").value == line["champ"]
        if line.get("op") in ("egal", "le", "age_au_moins"):
            assert page.one(f"{SI}.0.valeur").value == line["valeur"]

    def test_a_line_is_removed(self, visit, stored):
        page = visit("/fields/nom").send(
            (f"{SI}.ajouter", "1"),
            **{f"{SI}.mode": "une", f"{SI}.0.champ": "chien", f"{SI}.0.op": "oui"},
        )
        page = page.send(
            (f"{SI}.retirer", "0"), **{f"{SI}.1.champ": "chien", f"{SI}.1.op": "non"}
        )
        page.send(SAVE)
        assert conditions_de(stored())["nom"]["regles"] == [
            {"champ": "chien", "op": "non"}
        ]

    def test_always_again(self, visit, stored):
        page = visit("/fields/nom")
        page.send(
            SAVE,
            **{f"{SI}.mode": "une", f"{SI}.0.champ": "chien", f"{SI}.0.op": "oui"},
        )
        assert "nom" in conditions_de(stored())
        visit("/fields/nom").send(SAVE, **{f"{SI}.mode": ""})
        assert conditions_de(stored()) == {}

    def test_said_beside_the_question(self, visit):
        page = visit("/fields/nom").send(
            SAVE,
            **{
                f"{SI}.mode": "toutes",
                f"{SI}.0.champ": "type",
                f"{SI}.0.op": "est",
                f"{SI}.0.valeur": "maison",
            },
        )
        text = " ".join(page.page.get_element_by_id("champ-nom").text_content().split())
        assert "si « Type de logement » est « Une maison »" in text
        used = page.page.get_element_by_id("champ-type").xpath(".//details//li/text()")
        assert used == ["Nom <script>"]

    def test_a_deleted_question_is_told(self, visit, stored, demarche):
        visit("/fields/nom").send(
            SAVE,
            **{f"{SI}.mode": "une", f"{SI}.0.champ": "chien", f"{SI}.0.op": "oui"},
        )
        page = visit("/fields").send(("supprimer", "chien"))
        assert "chien" not in stored()
        problems = page.page.xpath("//section[@aria-labelledby='fautes']//a")
        assert {a.get("href").rpartition("/")[2]: a.text_content() for a in problems}[
            "nom"
        ] == "« Nom <script> » se réfère à une question qui n’existe plus (chien)."
        page = visit("/fields/nom")
        assert page.one(f"{SI}.0.champ").value == "chien"


class TestFormule:
    F = "form.widgets.formule"

    def formula(self, stored):
        text = stored()["total"].formule
        return json.loads(text) if text else None

    def test_a_product(self, visit, stored):
        page = visit("/fields/total")
        assert page.one("form.widgets.required:list") is None
        page = page.send((f"{self.F}.ajouter", "1"), **{f"{self.F}.op": "produit"})
        page.send(
            SAVE, **{f"{self.F}.0.champ": "pieces", f"{self.F}.1.valeur": "12,50"}
        )
        assert self.formula(stored) == {
            "op": "produit",
            "termes": [{"champ": "pieces"}, {"valeur": "12.5"}],
        }
        again = visit("/fields/total")
        assert again.one(f"{self.F}.0.champ").value == "pieces"
        assert again.one(f"{self.F}.1.valeur").value == "12.5"

    @pytest.mark.parametrize(
        ("values", "problem"),
        [
            ({"op": ""}, "Dites ce qui est calculé."),
            ({"op": "somme"}, "Indiquez au moins une question."),
            ({"op": "difference", "0.champ": "pieces"}, "au moins deux lignes"),
            ({"op": "somme", "0.champ": "nom"}, "n’est pas un nombre"),
            ({"op": "age", "0.champ": "pieces"}, "n’est pas une date"),
            ({"op": "age", "0.valeur": "12"}, "Indiquez une date"),
            ({"op": "somme", "0.valeur": "douze"}, "Indiquez un nombre"),
            ({"op": "somme", "0.champ": "total"}, "Cette question n’existe plus"),
            ({"op": "somme", "0.champ": "pieces", "0.valeur": "2"}, "pas les deux"),
        ],
    )
    def test_refused(self, visit, stored, values, problem):
        page = visit("/fields/total").send(
            SAVE, **{f"{self.F}.{name}": value for name, value in values.items()}
        )
        assert any(problem in alert for alert in page.alerts()), page.alerts()
        assert self.formula(stored) is None


class TestQuestions:
    def test_the_list(self, visit):
        page = visit("/fields")
        titles = page.page.xpath("//a[@class='guichet-atelier-titre']/text()")
        assert titles == [
            "Type de logement",
            "Jours",
            "Nombre de pièces",
            "Avez-vous un chien ?",
            "Date de naissance",
            "Nom <script>",
            "Total",
        ]
        preview = page.page.xpath("//a[contains(@href, 'version=travail')]/@href")
        assert preview == [f"{page.base}/formulaire?version=travail"]

    def test_add(self, visit, stored):
        page = visit("/question?etape=vous")
        kinds = page.form.xpath(".//input[@name='genre']/@value")
        assert not [kind for kind in kinds if "assword" in kind or "elation" in kind]
        page = page.send(
            titre="Votre téléphone ?",
            genre="carouge.guichet.formulaire.fields.Telephone",
            obligatoire="oui",
        )
        assert page.address == "/fields/votre_telephone"
        assert etapes_de(stored())[1].champs[-1] == "votre_telephone"
        field = stored()["votre_telephone"]
        assert (field.title, field.required) == ("Votre téléphone ?", True)

    @pytest.mark.parametrize("titre", ["Ça", "Ça ?", "ça"])
    def test_names_are_made(self, visit, stored, titre):
        for _n in range(2):
            visit("/question?etape=vous").send(
                titre=titre, genre="zope.schema._bootstrapfields.TextLine"
            )
        assert etapes_de(stored())[1].champs[-2:] == ("ca", "ca_2")

    @pytest.mark.parametrize(
        ("values", "problem"),
        [
            (
                {"titre": "  ", "genre": "plone.schema.email.Email"},
                "Écrivez la question.",
            ),
            ({"titre": "T"}, "Choisissez un type de réponse."),
            ({"titre": "T", "genre": "zope.schema.Password"}, "Choisissez un type"),
            (
                {"titre": "T", "genre": "zope.schema._bootstrapfields.Password"},
                "Choisissez un type",
            ),
        ],
    )
    def test_add_refused(self, visit, stored, values, problem):
        before = list(stored())
        page = visit("/question").send(aide="Mon aide", **values)
        assert any(problem in alert for alert in page.alerts())
        assert page.one("aide").value == "Mon aide"
        assert list(stored()) == before

    def test_move_and_delete(self, visit, stored):
        page = visit("/fields").send(("descendre", "type"))
        assert page.address.startswith("/fields")
        page = page.send(("deplacer", "type"), **{"vers.type": "vous"})
        page.send(("supprimer", "jours"))
        assert [etape.champs for etape in etapes_de(stored())] == [
            ("pieces", "chien"),
            ("naissance", "nom", "total", "type"),
        ]

    @pytest.mark.parametrize("button", ["monter", "descendre", "supprimer", "deplacer"])
    def test_what_is_not_there_cannot_be_moved(self, visit, stored, button):
        before = etapes_de(stored())
        visit("/fields").send((button, "<b>"))
        assert etapes_de(stored()) == before


class TestEtapes:
    def test_add_change_move_delete(self, visit, stored):
        page = visit("/etape").send(
            titre="Les pièces",
            aide="Une photo\nconvient.",
            **{"si.mode": "toutes", "si.0.champ": "chien", "si.0.op": "oui"},
        )
        assert page.address == "/@@etapes"
        page = page.send(("monter", "les_pieces"))
        etapes = etapes_de(stored())
        assert [etape.nom for etape in etapes] == ["logement", "les_pieces", "vous"]
        assert etapes[1].aide == "Une photo\nconvient."
        assert etapes[1].si == {
            "si": "toutes",
            "regles": [{"champ": "chien", "op": "oui"}],
        }
        visit("/etape?nom=les_pieces").send(titre="Pièces", **{"si.mode": ""})
        assert etapes_de(stored())[1].si is None
        page = visit("/@@etapes").send(("supprimer", "les_pieces"))
        page = page.send(("supprimer", "vous"))
        assert page.alerts() == [
            "Dites vers quelle étape vont les questions de celle-ci."
        ]
        page.send(("supprimer", "vous"), **{"vers.vous": "logement"})
        assert len(etapes_de(stored())[0].champs) == 7

    def test_a_step_does_not_depend_on_its_own_questions(self, visit):
        offered = visit("/etape?nom=logement").options("si.0.champ")
        assert "chien" not in offered
        assert "nom" in offered

    def test_without_title(self, visit, stored):
        page = visit("/etape").send(titre=" ", aide="Aide gardée")
        assert page.alerts() == ["Indiquez un titre."]
        assert page.one("aide").value == "Aide gardée"
        assert len(etapes_de(stored())) == 2

    def test_unknown(self, visit):
        visit("/etape?nom=trois", status=404)

    def test_hostile_title(self, visit, stored):
        page = visit("/etape").send(titre='"><script>x</script>\x00')
        assert etapes_de(stored())[-1].titre == '"><script>x</script>'
        assert not page.page.xpath("//script[text()='x']")


class TestGroupes:
    def test_make_and_delete(self, visit, stored):
        page = visit("/groupe").send(
            titre="Enfant",
            ajouter="Ajouter un enfant",
            min="1",
            max="3",
            champs=["nom", "naissance"],
        )
        assert page.address == "/@@etapes"
        assert deroulement_de(stored())["groupes"] == {
            "enfant": {
                "titre": "Enfant",
                "ajouter": "Ajouter un enfant",
                "min": 1,
                "max": 3,
                "si": None,
            }
        }
        assert groupes_de(stored()) == {"naissance": "enfant", "nom": "enfant"}
        assert "enfant" in visit("/fields/pieces").options(f"{SI}.0.champ")
        visit("/groupe?nom=enfant").send(titre="Enfants")
        assert deroulement_de(stored())["groupes"]["enfant"]["titre"] == "Enfants"
        page.send(("supprimer-groupe", "enfant"))
        visit("/@@etapes").send(("supprimer-groupe", "enfant"))
        assert groupes_de(stored()) == {}

    @pytest.mark.parametrize(
        ("values", "problem"),
        [
            ({}, "Indiquez un titre."),
            ({"titre": "T"}, "Cochez au moins une question"),
            ({"titre": "T", "champs": ["nom", "type"]}, "dans la même étape"),
            ({"titre": "T", "champs": "nom", "min": "x"}, "de 0 à 50"),
            ({"titre": "T", "champs": "nom", "max": "51"}, "de 1 à 50"),
            ({"titre": "T", "champs": "nom", "min": "9", "max": "2"}, "plus petit"),
        ],
    )
    def test_refused(self, visit, stored, values, problem):
        page = visit("/groupe").send(ajouter="Encore", **values)
        assert any(problem in alert for alert in page.alerts()), page.alerts()
        assert page.one("ajouter").value == "Encore"
        assert deroulement_de(stored())["groupes"] == {}


class TestPrix:
    def test_lines(self, visit, stored):
        visit("/ligne-de-prix").send(libelle="Vignette", montant="CHF 1'240.-")
        visit("/ligne-de-prix").send(
            libelle="Rabais",
            montant="-5,50",
            par="pieces",
            **{"si.mode": "une", "si.0.champ": "chien", "si.0.op": "non"},
        )
        assert deroulement_de(stored())["prix"] == [
            {"libelle": "Vignette", "montant": 124000, "par": "", "si": None},
            {
                "libelle": "Rabais",
                "montant": -550,
                "par": "pieces",
                "si": {"si": "une", "regles": [{"champ": "chien", "op": "non"}]},
            },
        ]
        page = visit("/@@etapes")
        text = " ".join(page.page.text_content().split())
        assert "CHF 1'240.00" in text
        assert "− CHF 5.50" in text
        page.send(("supprimer-prix", "0"))
        page = visit("/ligne-de-prix?numero=0")
        assert page.one("montant").value == "-5.50"
        page.send(montant="5")
        assert deroulement_de(stored())["prix"][0]["montant"] == 500

    @pytest.mark.parametrize(
        ("values", "problem"),
        [
            ({"montant": "5"}, "Indiquez ce qui est payé."),
            ({"libelle": "L", "montant": "cinq"}, "Indiquez un montant"),
            ({"libelle": "L", "montant": "5.005"}, "Indiquez un montant"),
            ({"libelle": "L", "montant": "1000000000"}, "Indiquez un montant"),
            ({"libelle": "L", "montant": "5", "par": "nom"}, "par quoi le montant"),
        ],
    )
    def test_refused(self, visit, stored, values, problem):
        page = visit("/ligne-de-prix").send(**values)
        assert any(problem in alert for alert in page.alerts()), page.alerts()
        assert deroulement_de(stored())["prix"] == []

    @pytest.mark.parametrize("numero", ["7", "x", "-1", ""])
    def test_unknown(self, visit, numero):
        visit(f"/ligne-de-prix?numero={numero}", status=404)


class TestTwoEditors:
    def test_the_second_one_is_told(self, visit, stored):
        first, second = visit("/etape?nom=vous"), visit("/etape?nom=vous")
        first.send(titre="Premier")
        page = second.send(titre="Second")
        assert page.alerts()[0].startswith("Quelqu’un d’autre a modifié ceci")
        assert page.one("titre").value == "Second"
        assert etapes_de(stored())[1].titre == "Premier"
        page.send()
        assert etapes_de(stored())[1].titre == "Second"

    def test_of_a_question(self, visit, stored):
        first, second = visit("/fields/nom"), visit("/fields/nom")
        other = visit("/fields/chien")
        first.send(SAVE, **{"form.widgets.title": "Premier"})
        page = second.send(SAVE, **{"form.widgets.title": "Second"})
        assert page.alerts()[0].startswith("Quelqu’un d’autre a modifié ceci")
        assert stored()["nom"].title == "Premier"
        page.send(SAVE)
        assert stored()["nom"].title == "Second"
        # Another question is none of theirs.
        other.send(SAVE, **{"form.widgets.title": "Chien"})
        assert (stored()["chien"].title, stored()["nom"].title) == ("Chien", "Second")

    def test_what_is_gone_can_be_made_anew(self, visit, stored):
        page = visit("/etape?nom=vous")
        visit("/@@etapes").send(("supprimer", "vous"), **{"vers.vous": "logement"})
        page = page.send(titre="Vous encore")
        assert page.alerts()[0].startswith("Cette étape n’existe plus.")
        page.send()
        assert [etape.titre for etape in etapes_de(stored())] == [
            "Logement",
            "Vous encore",
        ]


PAGES = ["/fields", "/fields/nom", "/question", "/@@etapes", "/etape", "/groupe"]


class TestWho:
    @pytest.mark.parametrize("path", [*PAGES, "/ligne-de-prix"])
    @pytest.mark.parametrize("login", [None, "agent-dechets", "caisse"])
    def test_others_are_refused(self, visit, path, login):
        page = visit(path, login=login, status=302)
        assert "require_login" in page.response.headers["Location"]

    @pytest.mark.parametrize("path", [*PAGES, "/ligne-de-prix"])
    def test_a_post_proves_that_it_was_meant(self, visit, stored, path):
        before = stored().queryTaggedValue("plone.supermodel.fieldsets")[0].fields
        page = visit(path)
        values = [(k, v) for k, v in page.form.form_values() if k != "_authenticator"]
        response = page.editor.session.post(
            page.form.get("action"),
            data=[*values, ("titre", "T"), ("supprimer", "nom"), SAVE],
        )
        assert response.status_code == 403
        assert "nom" in stored()
        assert (
            stored().queryTaggedValue("plone.supermodel.fieldsets")[0].fields == before
        )

    @pytest.mark.parametrize("login", ["editeur", "admin-site"])
    @pytest.mark.parametrize(
        "path",
        [
            "/fields/@@add-field",
            "/fields/@@add-fieldset",
            "/fields/@@delete-fieldset?name=vous",
            "/fields/nom/@@delete",
            "/fields/nom/@@order?pos=0&fieldset_index=0",
            "/fields/nom/@@changefieldset?fieldset_index=1",
        ],
    )
    def test_the_tools_this_replaces_are_closed(self, visit, login, path):
        visit(path, login=login, status=404)

    def test_no_expression_for_editors(self, visit):
        names = {
            name.split(".")[-1].partition(":")[0]
            for name in visit("/fields/nom").form.xpath(".//@name")
            if ".IReglagesAvances." in name or "TALES" in name
        }
        assert names == set()
        names = visit("/fields/type").form.xpath(".//@name")
        assert not [name for name in names if "vocabularyName" in name]

    def test_expressions_for_managers_but_no_second_condition(self, visit):
        names = visit("/fields/nom", login=SITE_OWNER_NAME).form.xpath(".//@name")
        assert any("TEnabled" in name for name in names)
        assert not [name for name in names if "depends_on" in name]
