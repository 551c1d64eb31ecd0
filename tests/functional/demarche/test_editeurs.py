"""What an editor of the guichet can do, and what is closed to him."""

from bs4 import BeautifulSoup
from carouge.guichet.demarche import recherches
from personnel import Browser
from plone import api

import pytest
import transaction


DEMARCHE = "/guichet/dechets/commander-un-conteneur"


@pytest.fixture
def browser(functional):
    return lambda login=None: Browser(functional, login)


@pytest.fixture
def editor(browser):
    return browser("editeur")


@pytest.fixture
def guichet(functional):
    return functional["portal"].guichet


class TestAdd:
    NEW = "/guichet/dechets/nouvelle-demarche"

    def test_the_way_there(self, editor):
        hrefs = [a["href"] for a in editor.soup("/guichet/dechets").select("a[href]")]
        assert hrefs.count(editor.base + self.NEW) == 2  # the page and the toolbar

    def test_models_by_categorie(self, editor):
        soup = editor.soup(self.NEW)
        groups = [group["label"] for group in soup.select("optgroup")]
        assert groups[:2] == ["Déchets", "Enfance et écoles"]
        options = [option.get_text() for option in soup.select("optgroup option")]
        assert "Signaler un dépôt sauvage (14 champs, 3 étapes)" in options

    def test_copy_becomes_a_draft(self, editor, guichet):
        model = guichet.dechets["rendez-vous-encombrants"]
        response = editor.post(
            self.NEW,
            {"titre": "Réserver une benne", "modele": model.UID()},
            token_from=self.NEW,
            allow_redirects=False,
        )
        assert response.status_code == 302
        address = f"{editor.base}/guichet/dechets/reserver-une-benne"
        assert response.headers["Location"] == f"{address}/edit"
        transaction.begin()
        draft = guichet.dechets["reserver-une-benne"]
        assert draft.fields_model == model.fields_model
        assert api.content.get_state(draft) == "brouillon"
        assert editor.get("/guichet/dechets/reserver-une-benne/edit").status_code == 200

    def test_without_title(self, editor, guichet):
        before = set(guichet.dechets.objectIds())
        response = editor.post(self.NEW, {"titre": "  "}, token_from=self.NEW)
        soup = BeautifulSoup(response.text, "html.parser")
        assert soup.select_one("[role=alert]").get_text() == (
            "Veuillez indiquer un titre de 150 caractères au plus."
        )
        assert soup.select_one("#titre")["aria-invalid"] == "true"
        transaction.begin()
        assert set(guichet.dechets.objectIds()) == before

    def test_unknown_model(self, editor):
        response = editor.post(
            self.NEW, {"titre": "Titre", "modele": "nonsense"}, token_from=self.NEW
        )
        assert response.status_code == 404

    def test_without_token(self, editor, guichet):
        before = set(guichet.dechets.objectIds())
        response = editor.post(self.NEW, {"titre": "Titre"})
        assert response.status_code == 403
        transaction.begin()
        assert set(guichet.dechets.objectIds()) == before

    def test_get_writes_nothing(self, editor, guichet):
        before = set(guichet.dechets.objectIds())
        assert editor.get(f"{self.NEW}?titre=Titre").status_code == 200
        transaction.begin()
        assert set(guichet.dechets.objectIds()) == before

    @pytest.mark.parametrize("login", [None, "agent-dechets", "caisse"])
    def test_others_are_refused(self, browser, login):
        response = browser(login).get(self.NEW, allow_redirects=False)
        assert response.status_code == 302
        assert "require_login" in response.headers["Location"]


class TestEdit:
    def test_no_technical_field(self, editor):
        labels = editor.labels(f"{DEMARCHE}/edit")
        # Title, summary, text above and below the form, and the short name are Plone's
        # and easyform's own; whatever else is there has to be ours.
        assert [labels[0], labels[1], labels[-1]] == [
            "Titre",
            "Description",
            "Nom court",
        ]
        assert labels[4:-1] == [
            "Pour qui",
            "Ce qu’il vous faut",
            "Étapes",
            "Délai prévu",
            "Coût",
            "Émolument en francs",
            "Régie",
            "Base légale",
            "Service responsable",
            "Adresse externe",
            "Mots-clés",
            "Synonymes",
            "Qui peut la faire",
            "Tout le monde, sans compte",
            "Tout compte e-démarches",
            "Compte e-démarches vérifié",
            "Types de compte",
            "Personne physique",
            "Entreprise",
            "Association",
            "Habitants de la commune seulement",
            "Âge maximal de la connexion",
            "Un compte est recommandé",
            "Ouvre le",
            "Ferme le",
            "Message pendant la suspension",
        ]

    def test_field_editor(self, editor):
        soup = editor.soup(f"{DEMARCHE}/fields")
        assert "Commander un conteneur" in soup.select_one("h1").get_text()
        assert "modeleditor" not in str(soup)
        labels = editor.labels("/guichet/aines/visites-de-benevoles/fields/nom")
        assert labels[:9] == [
            "Question",
            "Aide sous la question",
            "La réponse est obligatoire",
            "Longueur minimum",
            "Longueur maximum",
            "Vient du compte",
            "Toujours",
            "Si toutes ces conditions sont remplies",
            "Si l’une de ces conditions est remplie",
        ]
        # The rest is the one empty line of the condition.
        assert labels[9:] == ["Question"]

    def test_publish_and_suspend(self, editor, browser):
        draft = "/guichet/aines/visites-de-benevoles"
        for action, status in (
            ("publier", 200),
            ("suspendre", 200),
            ("depublier", 302),
        ):
            editor.post(
                f"{draft}/content_status_modify",
                {"workflow_action": action},
                token_from="/guichet/aines/nouvelle-demarche",
            )
            response = browser().get(draft, allow_redirects=False)
            assert response.status_code == status, action


class TestClosed:
    @pytest.mark.parametrize("login", ["editeur", "admin-site"])
    @pytest.mark.parametrize(
        "path",
        [
            "actions",
            "actions/mailer",
            "actions/@@add-action",
            "@@actions",
            "fields/modeleditor",
            "fields/@@modeleditor",
            "saveddata",
        ],
    )
    def test_tools_of_easyform(self, browser, login, path):
        response = browser(login).get(f"{DEMARCHE}/{path}")
        assert response.status_code == 404

    def test_xml_model_through_rest(self, editor, guichet):
        """The XML could hold expressions."""
        demarche = guichet.dechets["commander-un-conteneur"]
        before = demarche.fields_model, demarche.actions_model
        response = editor.session.patch(
            editor.base + "/++api++" + DEMARCHE,
            json={
                "fields_model": before[0].replace(
                    "<field ", '<field easyform:TDefault="python:1" ', 1
                ),
                "actions_model": "<model/>",
                "cout": "Changé",
            },
            headers={"Accept": "application/json"},
            timeout=30,
        )
        assert response.status_code == 204
        transaction.begin()
        assert (demarche.fields_model, demarche.actions_model) == before
        assert demarche.cout == "Changé"

    @pytest.mark.parametrize("path", ["/@@overview-controlpanel", "/manage_main"])
    def test_the_rest_of_the_site(self, editor, path):
        assert editor.get(path, allow_redirects=False).status_code in (302, 401)

    def test_another_easyform_keeps_its_tools(self, functional, browser):
        """The town's own forms are none of our business."""
        portal = functional["portal"]
        with api.env.adopt_roles(["Manager"]):
            api.content.create(portal, "EasyForm", id="sondage", title="Sondage")
        transaction.commit()
        response = browser("admin-site").get("/sondage/actions")
        assert response.status_code == 200


class TestGuichet:
    @pytest.mark.parametrize("login", ["editeur", "admin-site"])
    def test_the_addresses_of_the_toolbar(self, browser, login):
        """They are aliases of the type; without them « edit » is an old method."""
        labels = browser(login).labels("/guichet/edit")
        assert "Démarche pour les corrections" in labels

    def test_not_an_agent(self, browser, guichet):
        response = browser("agent-ecoles").get("/guichet/edit", allow_redirects=False)
        assert response.status_code in (302, 401)
        transaction.begin()
        assert guichet.title == "Guichet en ligne"


class TestSearchesWithoutResult:
    PAGE = "/guichet/recherches-sans-resultat"

    @pytest.fixture(autouse=True)
    def path(self, monkeypatch, tmp_path):
        monkeypatch.setenv(recherches.VARIABLE, str(tmp_path / "recherches.txt"))

    def test_list_and_empty(self, editor, browser):
        for query in ("licorne", "licorne", "dragon"):
            browser().get("/guichet/recherche", params={"q": query})
        rows = [
            [cell.get_text() for cell in row.select("td")]
            for row in editor.soup(self.PAGE).select("tbody tr")
        ]
        assert rows == [["licorne", "2"], ["dragon", "1"]]
        editor.post(self.PAGE, {}, token_from=self.PAGE)
        assert not editor.soup(self.PAGE).select("tbody tr")

    def test_emptying_wants_a_token(self, editor, browser):
        browser().get("/guichet/recherche", params={"q": "licorne"})
        assert editor.post(self.PAGE, {}).status_code == 403
        assert editor.soup(self.PAGE).select("tbody tr")

    @pytest.mark.parametrize("login", [None, "agent-dechets", "caisse"])
    def test_others_are_refused(self, browser, login):
        response = browser(login).get(self.PAGE, allow_redirects=False)
        assert response.status_code == 302
        assert "require_login" in response.headers["Location"]
