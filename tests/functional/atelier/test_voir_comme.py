"""An editor walks through the working copy as somebody else, and records scenarios."""

from carouge.guichet.atelier import scenarios
from carouge.guichet.atelier.domain import Constat
from carouge.guichet.compte.service import comptes
from editeurs import Staff
from modeles import champ
from modeles import etape
from modeles import modele
from modeles import regle
from modeles import si

import pytest
import transaction


PATH = "/guichet/dechets/signaler-un-depot-sauvage"
VOIR = f"{PATH}/@@voir-comme"
SCENARIOS = f"{PATH}/@@scenarios"

LOGEMENT = {"maison": "Maison", "appartement": "Appartement"}
PNG = (
    b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00"
    b"\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02"
    b"\xfe\xa75\x81\x84\x00\x00\x00\x00IEND\xaeB`\x82"
)

MODEL = modele(
    etape(
        "vous",
        champ("nom", titre="Nom", requis=True, fait="nom"),
        champ("logement", "choix", titre="Logement", choix=LOGEMENT, requis=True),
        titre="Vous",
    ),
    etape("jardin", champ("surface", "nombre", titre="Surface"), titre="Jardin"),
    etape(
        "enfants",
        champ("prenom", titre="Prénom", groupe="enfants", requis=True),
        champ("photo", "piece", titre="Photo", au_guichet=True, max_fichiers=2),
        titre="Enfants",
    ),
    etapes={"jardin": {"si": si(regle("logement", "est", "maison"))}},
    groupes={"enfants": {"titre": "Enfant", "ajouter": "", "min": 1, "max": 2}},
    prix=[
        {
            "libelle": "Jardin",
            "montant": 2000,
            "par": "",
            "si": si(regle("logement", "est", "maison")),
        }
    ],
)


@pytest.fixture
def demarche(functional):
    demarche = functional["portal"].guichet.dechets["signaler-un-depot-sauvage"]
    demarche.fields_model = MODEL
    transaction.commit()
    return demarche


@pytest.fixture
def editor(functional, demarche):
    return Staff(functional)


@pytest.fixture
def begin(editor):
    def begin(profil):
        page = editor.get(f"{VOIR}?profil={profil}")
        assert page.status == 200
        return page

    return begin


def steps(page):
    return page.texts(".guichet-etapes li")


def heading(page):
    return page.one("#form h2, h2#etape").get_text(" ").split(":")[-1].strip()


def errors(page):
    return page.texts("#erreurs li a")


class TestWalk:
    def test_as_whom(self, editor):
        page = editor.get(VOIR)
        values = [tag["value"] for tag in page.soup.select("input[name=profil]")]
        assert values == [
            "anonyme",
            "declare",
            "resident",
            "non_resident",
            "entreprise",
            "association",
            "agent",
        ]
        assert page.soup.select("#guichet-voir-comme details") == []

    def test_the_working_copy_with_a_banner(self, begin):
        page = begin("anonyme")
        assert "Rien n’est enregistré ni envoyé." in page.text("#guichet-voir-comme")
        assert page.one("#champ-nom")["value"] == ""
        assert "data-guichet-enregistrer" not in page.one("#form").attrs
        assert page.response.headers["Cache-Control"] == "no-store, private"

    @pytest.mark.parametrize("profil", ["resident", "non_resident", "declare"])
    def test_the_identity_is_fictitious(self, begin, profil):
        assert "Exemple" in begin(profil).text("#form")

    def test_step_by_step(self, editor, begin):
        page = begin("anonyme")
        page = editor.send(page, "#form", press="suivant=1")
        assert errors(page) == ["Nom", "Logement"]
        page = editor.send(
            page,
            "#form",
            press="suivant=1",
            champ__nom="Rochat",
            champ__logement="maison",
        )
        assert heading(page) == "Jardin"
        assert page.text("#guichet-prix strong") == "CHF 20.00"
        page = editor.send(page, "#form", press="precedent=1", champ__surface="12")
        assert heading(page) == "Vous"
        assert page.one("#champ-nom")["value"] == "Rochat"
        page = editor.send(page, "#form", press="suivant=1")
        assert page.one("#champ-surface")["value"] == "12"
        page = editor.send(page, "#form", press="suivant=1")
        assert heading(page) == "Enfants"

    def test_rows(self, editor, begin):
        page = begin("anonyme")
        page = editor.send(
            page,
            "#form",
            press="suivant=1",
            champ__nom="Rochat",
            champ__logement="appartement",
        )
        assert heading(page) == "Enfants"
        page = editor.send(page, "#form", press="ajouter=enfants")
        rows = page.soup.select("[data-guichet-rang]")
        assert len(rows) == 2
        last = rows[-1]["data-guichet-rang"]
        page = editor.send(page, "#form", press=f"retirer=enfants.{last}")
        assert len(page.soup.select("[data-guichet-rang]")) == 1

    def test_files_are_looked_at_and_not_kept(self, editor, begin):
        page = begin("anonyme")
        page = editor.send(
            page,
            "#form",
            press="suivant=1",
            champ__nom="Rochat",
            champ__logement="appartement",
        )
        page = editor.send(
            page,
            "#form",
            press="ajouter=enfants",
            files={"champ.photo.envoi": ("chat.exe", b"MZ\x90\x00", "image/png")},
        )
        assert errors(page) == ["Photo"]
        page = editor.send(
            page,
            "#form",
            press="precedent=1",
            files={"champ.photo.envoi": ("chat.png", PNG, "image/png")},
        )
        page = editor.send(page, "#form", press="suivant=1")
        assert "chat.png" in page.text("#form")
        name = page.one("[name^='retirer-fichier.']")["name"]
        page = editor.send(page, "#form", press=f"{name}=1")
        assert "chat.png" not in page.text("#form")

    def test_to_the_end(self, editor, begin, functional):
        page = begin("resident")
        page = editor.send(
            page, "#form", press="suivant=1", champ__logement="appartement"
        )
        rang = page.one("[data-guichet-rang]")["data-guichet-rang"]
        page = editor.send(
            page,
            "#form",
            press="suivant=1",
            **{f"champ__enfants__{rang}__prenom": "Lou"},
        )
        assert page.text("h2#etape") == "Vérifiez vos réponses"
        assert "Lou" in page.text("#content-core")
        change = page.soup.select("#content-core .card a")[0]["href"]
        assert heading(editor.get(change)) == "Vous"
        page = editor.send(page, "#form", press="envoyer=1")
        assert page.text("h2#etape") == "Fin du parcours"
        assert "Ici, la demande serait envoyée." in page.text("#content-core")

    def test_nothing_is_stored(self, editor, begin, functional):
        database = functional["portal"]._p_jar.db()
        before = database.lastTransaction()
        page = begin("resident")
        page = editor.send(page, "#form", press="suivant=1", champ__logement="maison")
        page = editor.send(page, "#form", press="ajouter=enfants")
        assert page.status == 200
        assert database.lastTransaction() == before
        transaction.begin()
        assert list(comptes()) == []

    def test_who_may_not_begin(self, editor, demarche):
        demarche.types_compte = {"entreprise"}
        transaction.commit()
        page = editor.get(f"{VOIR}?profil=association")
        assert page.soup.select("#form") == []
        assert "Cet usager n’arrive pas au formulaire." in page.text("#refus")
        assert editor.get(f"{VOIR}?profil=entreprise").soup.select("#form")
        assert editor.get(f"{VOIR}?profil=agent").soup.select("#form")

    @pytest.mark.parametrize("etat", ["x", "x" * 300_000])
    def test_a_walk_we_did_not_seal(self, editor, etat):
        page = editor.post(VOIR, {"etat": etat, "etape": "vous"})
        assert page.status == 200
        assert page.soup.select("input[name=profil]")
        assert page.one("#content-core [role=alert]")

    def test_the_walk_of_another_demarche(self, editor, begin):
        etat = begin("anonyme").one("#form input[name=etat]")["value"]
        other = "/guichet/dechets/commander-un-conteneur/@@voir-comme"
        assert editor.post(other, {"etat": etat}).soup.select("input[name=profil]")

    @pytest.mark.parametrize("login", ["", "agent-dechets"])
    def test_not_for_others(self, functional, demarche, login):
        other = Staff(functional, login)
        for path in (VOIR, f"{VOIR}?profil=anonyme", SCENARIOS):
            page = other.get(path, allow_redirects=False)
            assert page.status in (302, 401, 403), path
            assert page.soup.select("#form") == []


@pytest.fixture
def recorded(editor, begin, demarche):
    """A scenario: somebody with a house who forgets his name at first."""
    page = begin("anonyme")
    page = editor.send(page, "#form", press="suivant=1", champ__logement="maison")
    page = editor.send(page, "#form", press="suivant=1", champ__nom="Rochat")
    page = editor.send(page, "#form", press="suivant=1")
    rang = page.one("[data-guichet-rang]")["data-guichet-rang"]
    page = editor.send(
        page, "#form", press="suivant=1", **{f"champ__enfants__{rang}__prenom": "Lou"}
    )
    form = "#guichet-voir-comme form"
    page = editor.send(page, form, press="enregistrer=1", nom="Une maison")
    assert page.status == 200
    transaction.begin()
    [scenario] = scenarios.scenarios_de(demarche)
    return scenario


class TestScenarios:
    def test_what_is_kept(self, recorded):
        assert recorded.nom == "Une maison"
        assert recorded.marche.profil == "anonyme"
        assert [page.etape for page in recorded.marche.pages] == [
            "vous",
            "vous",
            "jardin",
            "enfants",
        ]
        assert recorded.attendu == Constat(
            acces="",
            etapes=("vous", "jardin", "enfants"),
            refus=(("vous", "nom"),),
            prix=2000,
            pieces=("photo",),
            complet=True,
        )

    def test_replay(self, editor, recorded):
        page = editor.get(f"{SCENARIOS}?rejouer=1")
        assert (
            page.text("#resultat") == "Tous les scénarios se terminent comme attendu."
        )

    def test_replay_of_a_changed_form(self, editor, recorded, demarche):
        demarche.fields_model = MODEL.replace("2000", "2500").replace(
            '<field name="surface" type="zope.schema.Int">'
            "<title>Surface</title><description></description>"
            "<required>False</required>",
            '<field name="surface" type="zope.schema.Int">'
            "<title>Surface</title><description></description>"
            "<required>True</required>",
        )
        transaction.commit()
        page = editor.get(f"{SCENARIOS}?rejouer=1")
        assert page.texts(".alert-danger li") == [
            "La réponse à « Surface » (étape « Jardin ») est maintenant refusée.",
            "Le prix est de CHF 25.00 au lieu de CHF 20.00.",
            "Avec ces réponses, la demande ne pourrait plus être envoyée.",
        ]
        gate = editor.get(f"{PATH}/@@publication")
        assert gate.texts("#erreurs li") == [
            "Erreur : Le scénario « Une maison » ne se termine plus comme attendu."
        ]
        accept = f"section[id='{recorded.id}'] .alert-danger form"
        page = editor.send(page, accept, press="accepter")
        assert (
            page.text("#resultat") == "Tous les scénarios se terminent comme attendu."
        )
        transaction.begin()
        [scenario] = scenarios.scenarios_de(demarche)
        assert scenario.attendu.prix == 2500
        assert not scenario.attendu.complet
        assert editor.get(f"{PATH}/@@publication").soup.select("#erreurs") == []

    def test_rename_and_delete(self, editor, recorded, demarche):
        page = editor.get(SCENARIOS)
        rename, delete = page.soup.select(f"section[id='{recorded.id}'] details form")
        data = {"_authenticator": rename.select_one("input")["value"]}
        page = editor.post(SCENARIOS, {**data, "renommer": recorded.id, "nom": "Villa"})
        assert page.texts("#content section h2") == ["Villa"]
        page = editor.post(SCENARIOS, {**data, "supprimer": recorded.id})
        assert page.soup.select("#content section h2") == []
        transaction.begin()
        assert scenarios.scenarios_de(demarche) == []
        for name in ("supprimer", "accepter"):
            assert editor.post(SCENARIOS, {**data, name: recorded.id}).status == 404
        data = {**data, "renommer": recorded.id, "nom": "x"}
        assert editor.post(SCENARIOS, data).status == 404

    def test_without_a_name(self, editor, begin, demarche):
        page = begin("agent")
        page = editor.send(page, "#guichet-voir-comme form", press="enregistrer=1")
        assert page.text("[role=alert]") == "Veuillez donner un nom au scénario."
        transaction.begin()
        assert scenarios.scenarios_de(demarche) == []

    def test_without_token(self, editor, begin, demarche):
        etat = begin("agent").one("#form input[name=etat]")["value"]
        page = editor.post(SCENARIOS, {"etat": etat, "nom": "x", "enregistrer": "1"})
        assert page.status == 403
        transaction.begin()
        assert scenarios.scenarios_de(demarche) == []

    def test_who_may_not_begin(self, editor, demarche):
        demarche.types_compte = {"entreprise"}
        transaction.commit()
        page = editor.get(f"{VOIR}?profil=association")
        form = "#guichet-voir-comme form"
        editor.send(page, form, press="enregistrer=1", nom="Association")
        transaction.begin()
        [scenario] = scenarios.scenarios_de(demarche)
        assert scenario.attendu == Constat(acces="account_type")
        demarche.types_compte = set()
        transaction.commit()
        page = editor.get(f"{SCENARIOS}?rejouer=1")
        assert page.texts(".alert-danger li") == [
            "Cet usager peut maintenant commencer, ce qu’il ne pouvait pas avant."
        ]

    def test_at_most_fifty(self, editor, recorded, demarche):
        for number in range(scenarios.MAX_SCENARIOS - 1):
            scenarios.enregistrer(demarche, f"Scénario {number}", recorded.marche)
        transaction.commit()
        page = editor.get(f"{VOIR}?profil=anonyme")
        form = "#guichet-voir-comme form"
        page = editor.send(page, form, press="enregistrer=1", nom="Un de trop")
        assert page.text("[role=alert]").startswith("Une démarche a au plus 50")
