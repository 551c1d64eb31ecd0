"""The control panel of the register, over HTTP."""

from carouge.guichet.registre.interfaces import PREFIX
from lxml import html
from plone import api

import pytest
import requests


PASSWORD = "Guichet-2026!"


class Panel:
    def __init__(self, layer, login="admin-site"):
        self.base = f"http://{layer['host']}:{layer['port']}/plone"
        self.session = requests.Session()
        self.session.auth = (login, PASSWORD)

    def page(self, name):
        response = self.session.get(f"{self.base}/@@{name}")
        assert response.status_code == 200
        return html.fromstring(response.text)

    def save(self, button="save", **values):
        page = self.page("guichet-registre")
        form = page.get_element_by_id("form")
        data = dict(form.form_values())
        data["form.widgets.donnees:list"] = ["town", "street"]
        for name, value in values.items():
            data[self.field(form, name)] = value
        data[f"form.buttons.{button}"] = "1"
        return self.session.post(form.get("action"), data=data)

    @staticmethod
    def field(form, name):
        names = [
            field.rsplit(":", 1)[0]
            for field in form.fields
            if field.rsplit(":", 1)[0].split(".")[-1] == name
        ]
        assert names, name
        (full,) = set(names)
        suffixed = f"{full}:list"
        return suffixed if suffixed in form.fields else full

    def ask(self, **values):
        page = self.page("guichet-registre-essai")
        form = next(
            form for form in page.forms if "essai" in (form.get("action") or "")
        )
        data = {**dict(form.form_values()), **values}
        return self.session.post(form.get("action"), data=data)


@pytest.fixture
def panel(functional):
    return Panel(functional)


def words(response_or_page, element_id):
    page = response_or_page
    if not hasattr(page, "get_element_by_id"):
        page = html.fromstring(page.text)
    return " ".join(page.get_element_by_id(element_id).text_content().split())


def errors(response):
    page = html.fromstring(response.text)
    return [
        " ".join(element.text_content().split())
        for element in page.xpath(
            "//div[contains(@class, 'field')]"
            "//*[contains(@class, 'invalid-feedback') or contains(@class, 'error')]"
        )
        if element.text_content().strip()
    ]


def setting(name):
    return api.portal.get_registry_record(f"{PREFIX}.{name}")


def test_it_is_in_the_site_setup(panel):
    page = panel.page("overview-controlpanel")
    links = page.xpath("//a[contains(@href, '@@guichet-registre')]")
    assert links
    for link in links:
        # The icon has a title of its own.
        words = " ".join(link.text_content().split())
        assert words.endswith("Guichet : registre des habitants")


def test_only_site_administrators(functional):
    for login in ("editeur", "agent-ecoles"):
        for name in ("guichet-registre", "guichet-registre-essai"):
            response = requests.get(
                f"http://{functional['host']}:{functional['port']}/plone/@@{name}",
                auth=(login, PASSWORD),
                allow_redirects=False,
            )
            assert response.status_code in (302, 401, 403)


def test_settings_are_saved(panel, functional):
    form = panel.page("guichet-registre").get_element_by_id("form")
    assert form.fields["form.widgets.commune_ofs"] == "6608"
    response = panel.save(nom="Registre de Carouge")
    assert response.status_code == 200
    functional["portal"]._p_jar.sync()
    assert setting("nom") == "Registre de Carouge"
    assert setting("client") == "csv"
    assert setting("commune_ofs") == 6608
    assert setting("donnees") == {"town", "street"}


def test_saving_and_testing_leads_to_the_trial(panel):
    response = panel.save("test")
    assert response.url == f"{panel.base}/@@guichet-registre-essai"
    assert words(response, "configuration") == (
        "Le registre Registre des habitants peut être interrogé avec ces réglages."
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"http_url": "http://registre.example.ch/"},
            "L’adresse doit commencer par https://.",
        ),
        (
            {"http_url": "https://registre.example.ch/{avs}"},
            "Le numéro AVS ne doit pas figurer dans une adresse : "
            "envoyez un document (POST).",
        ),
        (
            {"sql_requete": "DELETE FROM habitants WHERE avs = :avs"},
            "La requête doit être un seul SELECT.",
        ),
        (
            {"sql_url": "postgresql://a:secret@db/habitants"},
            "Pas de mot de passe dans une adresse : utilisez l’environnement.",
        ),
        ({"http_correspondance": "{"}, "Ce n’est pas du JSON valable."),
        (
            {"http_correspondance": '{"champs": {"sex": "genre"}}'},
            "Il manque dans la table : family_name, given_names, birthdate, "
            "municipality, residence, moved_out, deceased",
        ),
        (
            {"csv_chemin": ""},
            "Cette indication est nécessaire pour le mode d’accès choisi.",
        ),
        (
            {"client": "sql"},
            "Cette indication est nécessaire pour le mode d’accès choisi.",
        ),
    ],
)
def test_mistakes_are_told_and_nothing_is_saved(panel, functional, values, message):
    response = panel.save(nom="Autre registre", **values)
    assert message in errors(response)
    functional["portal"]._p_jar.sync()
    assert setting("nom") == "Registre des habitants"


def test_mistakes_on_another_tab_are_named(panel):
    page = html.fromstring(panel.save(client="http").text)
    [alert] = page.xpath("//*[@role='alert']")
    # Plone puts a word of its own before it.
    assert " ".join(alert.text_content().split()).partition(" ")[2] == (
        "Rien n’a été enregistré. À corriger : Adresse du service web, Table de la "
        "réponse, Document à envoyer (POST)."
    )


def test_a_trial_shows_the_status_and_nothing_else(panel):
    response = panel.ask(nom="Rochat", prenom="Camille", date_naissance="1986-04-12")
    assert words(response, "reponse") == "Trouvé : habite la commune."
    assert "Saint-Joseph" not in response.text
    assert response.headers["Cache-Control"] == "no-store, private"


@pytest.mark.parametrize(
    ("values", "answer"),
    [
        (
            {"nom": "Dubois", "prenom": "Marc", "date_naissance": "1979-01-23"},
            "Pas trouvé, ou n’habite pas la commune.",
        ),
        (
            {"nom": "Martin", "prenom": "Jean", "date_naissance": "1975-05-05"},
            "Ambigu : plusieurs personnes, ou des indications contradictoires.",
        ),
        (
            {"avs": "756.1234.5678.97", "date_naissance": "1986-04-12"},
            "Trouvé : habite la commune.",
        ),
    ],
)
def test_other_answers(panel, values, answer):
    assert words(panel.ask(**values), "reponse") == answer


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"nom": "Rochat"}, "Indiquez la date de naissance complète."),
        ({"date_naissance": "1986"}, "Indiquez la date de naissance complète."),
        ({"date_naissance": "jadis"}, "Indiquez la date de naissance complète."),
        (
            {"date_naissance": "1986-04-12", "avs": "756.1234.5678.98"},
            "Ce n’est pas un numéro AVS.",
        ),
    ],
)
def test_what_cannot_be_asked(panel, values, message):
    assert words(panel.ask(**values), "erreur") == message


def test_what_was_typed_is_a_text(panel):
    response = panel.ask(nom="<script>alert(1)</script>", date_naissance="1986-04-12")
    assert "<script>alert(1)" not in response.text


def test_a_trial_proves_that_it_was_meant(panel):
    response = panel.session.post(
        f"{panel.base}/@@guichet-registre-essai", data={"date_naissance": "1986-04-12"}
    )
    assert response.status_code == 403


def test_a_file_that_is_gone(panel, tmp_path):
    response = panel.save("test", csv_chemin=str(tmp_path / "absent.csv"))
    assert words(response, "configuration") == "Le fichier ne peut pas être lu."
    response = panel.ask(nom="Rochat", prenom="Camille", date_naissance="1986-04-12")
    assert words(response, "reponse") == (
        "Pas de réponse sûre : le journal du serveur dit pourquoi."
    )


def test_no_register_at_all(panel):
    response = panel.save("test", client="aucun")
    assert words(response, "configuration") == (
        "Aucun registre n’est relié : personne ne compte comme habitant."
    )
    assert "essai-nom" not in response.text
