"""An editor publishes through the gate, and goes back to an earlier version."""

from bs4 import BeautifulSoup
from carouge.guichet.demarche.versions import versions_de
from modeles import champ
from modeles import etape
from modeles import modele
from modeles import regle
from modeles import si
from personnel import Browser
from personnel import words
from plone import api

import pytest
import transaction


PATH = "/guichet/dechets/signaler-un-depot-sauvage"

SOUND = modele(etape("un", champ("lieu", titre="Lieu", requis=True)))
BROKEN = modele(
    etape(
        "un",
        champ("lieu", titre="Lieu"),
        champ("rue", titre="Rue", si=si(regle("disparu", "rempli"))),
    )
)


@pytest.fixture
def browser(functional):
    return lambda login=None: Browser(functional, login)


@pytest.fixture
def editor(browser):
    return browser("editeur")


@pytest.fixture
def demarche(functional):
    return functional["portal"].guichet.dechets["signaler-un-depot-sauvage"]


@pytest.fixture
def change(demarche):
    def change(model=None, **values):
        if model:
            demarche.fields_model = model
        for name, value in values.items():
            setattr(demarche, name, value)
        transaction.commit()

    return change


class TestPublication:
    PAGE = f"{PATH}/@@publication"

    def test_nothing_to_publish(self, editor):
        soup = editor.soup(self.PAGE)
        assert words(soup.h1) == "Publication de « Signaler un dépôt sauvage »"
        assert words(soup.select_one(".lead")) == (
            "Cette démarche est publiée, telle que vous l’avez sous les yeux."
        )
        assert soup.select("form[action$=publication]") == []
        assert soup.select("#guichet-modifications") == []

    def test_the_way_there(self, editor, change):
        assert editor.soup(PATH).select("#guichet-modifications") == []
        change(SOUND)
        notice = editor.soup(PATH).select_one("#guichet-modifications")
        assert "Modifications non publiées" in words(notice)
        assert notice.a["href"] == f"{editor.base}{self.PAGE}"
        hrefs = [a["href"] for a in editor.soup(PATH).select("#edit-zone a[href]")]
        menu = [href for href in hrefs if "@@publication" in href]
        assert len(menu) == 2  # the tab, and the menu of states

    def test_citizens_see_no_notice(self, browser, change):
        change(SOUND)
        assert browser().soup(PATH).select("#guichet-modifications") == []

    def test_publish(self, editor, change, demarche):
        change(SOUND)
        soup = editor.soup(self.PAGE)
        assert words(soup.select_one("#differences h3")) == "Étapes"
        lines = [words(line) for line in soup.select("#differences li")]
        assert lines[0] == "Étape retirée : « L'endroit »"
        response = editor.post(
            self.PAGE,
            {"note": "Formulaire plus court"},
            token_from=self.PAGE,
            allow_redirects=False,
        )
        assert response.status_code == 303
        assert response.headers["Location"] == f"{editor.base}{PATH}"
        transaction.begin()
        last = versions_de(demarche)[-1]
        assert (last.numero, last.auteur) == (2, "editeur")
        assert last.note == "Formulaire plus court"
        assert last.contenu["fields_model"] == SOUND

    def test_errors_close_the_gate(self, editor, change, demarche):
        change(BROKEN)
        soup = editor.soup(self.PAGE)
        [problem] = soup.select("#erreurs li")
        assert words(problem) == (
            "Erreur : « Rue » se réfère à une question qui n’existe plus (disparu)."
        )
        assert problem.a["href"] == f"{editor.base}{PATH}/fields/rue"
        assert editor.get(f"{PATH}/fields/rue").status_code == 200
        assert soup.select("form[action$=publication] button") == []
        response = editor.post(self.PAGE, {"note": ""}, token_from=self.PAGE)
        assert response.status_code == 400
        transaction.begin()
        assert len(versions_de(demarche)) == 1

    def test_every_error_leads_to_a_page(self, editor, change):
        formule = '{"op":"somme","termes":[{"champ":"parti"}]}'
        gone = si(regle("parti", "rempli"))
        change(
            modele(
                etape(
                    "un",
                    champ("rue", si=gone),
                    champ("total", "calcul", formule=formule),
                    champ("nom", groupe="gens"),
                ),
                etape("deux", champ("lieu")),
                etapes={"deux": {"si": gone}},
                groupes={"gens": {"titre": "Gens", "si": gone}},
                prix=[{"libelle": "Carte", "montant": 500, "par": "parti"}],
            )
        )
        links = editor.soup(self.PAGE).select("#erreurs a")
        assert sorted(link["href"].rpartition("/")[2] for link in links) == [
            "@@etapes",
            "etape?nom=deux",
            "groupe?nom=gens",
            "rue",
            "total",
        ]
        for link in links:
            response = editor.session.get(link["href"], timeout=30)
            assert response.status_code == 200, link["href"]

    def test_warnings_want_a_reason(self, editor, change, demarche):
        change(SOUND, delai_jours=None)
        response = editor.post(self.PAGE, {"note": ""}, token_from=self.PAGE)
        assert response.status_code == 400
        soup = BeautifulSoup(response.text, "html.parser")
        assert soup.select_one("[role=alert]") is not None
        [field] = soup.select("input[name^=raison]")
        assert (field["name"], field["aria-invalid"]) == ("raison.sans_delai", "true")
        response = editor.post(
            self.PAGE,
            {"note": "", "raison.sans_delai": "Selon la saison"},
            token_from=self.PAGE,
        )
        assert response.status_code == 200
        transaction.begin()
        [accepted] = versions_de(demarche)[-1].acceptes
        assert (accepted.code, accepted.raison) == ("sans_delai", "Selon la saison")
        page = words(editor.soup(f"{PATH}/@@versions").select_one("#versions"))
        assert "Le délai attendu manque. Selon la saison" in page

    @pytest.mark.parametrize("nom", ["deux", "x"])
    def test_a_reason_for_a_warning_about_a_step(self, editor, change, demarche, nom):
        change(modele(etape("un", champ("lieu")), etape(nom, titre="Vide")))
        [field] = editor.soup(self.PAGE).select("input[name^=raison]")
        response = editor.post(
            self.PAGE, {"note": "", field["name"]: "Pour mai"}, token_from=self.PAGE
        )
        assert response.status_code == 200
        transaction.begin()
        [accepted] = versions_de(demarche)[-1].acceptes
        assert (accepted.code, accepted.raison) == (f"etape_vide:{nom}", "Pour mai")
        # The reason is proposed again as long as the warning lasts.
        change(modele(etape("un", champ("rue")), etape(nom, titre="Vide")))
        [field] = editor.soup(self.PAGE).select("input[name^=raison]")
        assert field["value"] == "Pour mai"

    def test_without_token(self, editor, change, demarche):
        change(SOUND)
        assert editor.post(self.PAGE, {"note": ""}).status_code == 403
        transaction.begin()
        assert len(versions_de(demarche)) == 1

    @pytest.mark.parametrize("login", [None, "agent-dechets"])
    def test_not_for_others(self, browser, login):
        for page in ("@@publication", "@@versions", "@@versions/1"):
            response = browser(login).get(f"{PATH}/{page}", allow_redirects=False)
            assert response.status_code in (302, 401, 403), page


class TestOtherWays:
    """The gate stands on every way to publish."""

    def test_the_state_page(self, editor, change, demarche):
        change(BROKEN)
        response = editor.post(
            f"{PATH}/content_status_modify",
            {"workflow_action": "publier_modifications"},
            token_from=f"{PATH}/edit",
        )
        assert response.url == f"{editor.base}{PATH}/@@publication"
        assert "ne peut pas être publiée" in response.text
        transaction.begin()
        assert len(versions_de(demarche)) == 1

    def test_rest(self, editor, change, demarche):
        change(BROKEN)
        response = editor.session.post(
            f"{editor.base}/++api++{PATH}/@workflow/publier_modifications",
            headers={"Accept": "application/json"},
            timeout=30,
        )
        assert response.status_code == 400
        assert "ne peut pas être publiée" in response.json()["error"]["message"]
        transaction.begin()
        assert len(versions_de(demarche)) == 1

    def test_rest_with_a_sound_form(self, editor, change, demarche):
        change(SOUND)
        response = editor.session.post(
            f"{editor.base}/++api++{PATH}/@workflow/publier_modifications",
            headers={"Accept": "application/json"},
            json={"comment": "Par un programme"},
            timeout=30,
        )
        assert response.status_code == 200
        transaction.begin()
        assert versions_de(demarche)[-1].note == "Par un programme"


class TestVersions:
    PAGE = f"{PATH}/@@versions"

    @pytest.fixture
    def twice(self, change, demarche):
        change(SOUND)
        with api.env.adopt_user("editeur"):
            api.content.transition(demarche, "publier_modifications", comment="Court")
        transaction.commit()

    def test_list(self, editor, twice):
        soup = editor.soup(self.PAGE)
        first, second = soup.select("#versions > li")
        assert words(first.h2) == "Version 2"
        assert "Court" in words(first)
        assert "Étape retirée : « L'endroit »" in words(first)
        assert "Première publication." in words(second)
        assert len(soup.select("form[action$=versions]")) == 1

    def test_one(self, editor, twice):
        soup = editor.soup(f"{self.PAGE}/2")
        assert words(soup.h1) == "Version 2 de « Signaler un dépôt sauvage »"
        assert [words(h2) for h2 in soup.select("#content h2")] == ["Un"]
        [line] = soup.select("#content section li")
        assert words(line).startswith("Lieu Texte court")
        assert words(line).endswith("obligatoire")

    @pytest.mark.parametrize("number", ["3", "0", "x", "2/2", "99999999"])
    def test_unknown(self, editor, twice, number):
        assert editor.get(f"{self.PAGE}/{number}").status_code == 404

    def test_restore(self, editor, twice, demarche):
        response = editor.post(
            self.PAGE,
            {"restaurer": "1"},
            token_from=self.PAGE,
            allow_redirects=False,
        )
        assert response.status_code == 303
        assert response.headers["Location"] == f"{editor.base}{PATH}/@@publication"
        transaction.begin()
        first, second = versions_de(demarche)
        assert demarche.fields_model == first.contenu["fields_model"]
        assert len(versions_de(demarche)) == 2

    def test_an_expression_is_not_brought_back_by_an_editor(
        self, editor, change, demarche
    ):
        expression = SOUND.replace(
            "<field ",
            '<field xmlns:easyform="http://namespaces.plone.org/supermodel/easyform" '
            'easyform:TDefault="string:ici" ',
            1,
        )
        for model in (expression, SOUND):
            change(model)
            with api.env.adopt_user("editeur"):
                api.content.transition(demarche, "publier_modifications")
            transaction.commit()
        with_it = str(len(versions_de(demarche)) - 1)
        response = editor.post(self.PAGE, {"restaurer": with_it}, token_from=self.PAGE)
        assert "demandez-lui de la restaurer" in response.text
        transaction.begin()
        assert demarche.fields_model == SOUND
        demarche.manage_setLocalRoles("editeur", ["Manager"])
        transaction.commit()
        editor.post(self.PAGE, {"restaurer": with_it}, token_from=self.PAGE)
        transaction.begin()
        assert demarche.fields_model == expression

    def test_restoring_says_what_is_lost(self, editor, twice, change):
        warning = "Vos modifications non publiées seront perdues."
        assert warning not in words(editor.soup(self.PAGE).body)
        change(modele(etape("un", champ("rue"))))
        found = editor.soup(self.PAGE).select("form[action$=versions] details p")
        assert [words(one) for one in found] == [warning] * 2

    @pytest.mark.parametrize("number", ["7", "", "x"])
    def test_restore_nothing(self, editor, twice, demarche, number):
        response = editor.post(self.PAGE, {"restaurer": number}, token_from=self.PAGE)
        assert response.status_code == 404

    def test_restore_without_token(self, editor, twice, demarche):
        assert editor.post(self.PAGE, {"restaurer": "1"}).status_code == 403
        transaction.begin()
        assert demarche.fields_model == SOUND
