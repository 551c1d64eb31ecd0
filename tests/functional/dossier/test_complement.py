"""What the service asks for again: exactly that, answered by whoever may."""

from base64 import b64encode
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.queries import demandes_of
from carouge.guichet.demande.service import history
from carouge.guichet.demande.service import move_demande
from carouge.guichet.dossier import complement as complements
from comptes import cookies_of
from comptes import make_compte
from fichiers import image
from fichiers import pdf
from formulaires import PATH
from formulaires import reponses
from lxml import html
from modeles import champ
from modeles import etape as page
from modeles import modele
from modeles import regle
from modeles import si
from plone import api
from plone.app.testing import logout
from publication import publier
from visitor import errors
from visitor import Form
from visitor import Visitor

import pytest
import transaction


MODEL = modele(
    page(
        "quoi",
        champ("nom", requis=True, titre="Votre nom"),
        champ("courriel", "courriel", requis=True, titre="Courriel"),
        champ(
            "sujet", "choix", requis=True, choix={"bruit": "Bruit", "autre": "Autre"}
        ),
        champ("precision", requis=True, si=si(regle("sujet", "est", "autre"))),
        champ("prenom", groupe="enfants", requis=True, titre="Prénom"),
        champ("age", "nombre", groupe="enfants", titre="Âge", min=0, max=20),
    ),
    page(
        "pieces",
        champ("preuve", "piece", requis=True, par_poste=True, au_guichet=True),
        champ("accord", "consentement", requis=True),
    ),
    groupes={
        "enfants": {"titre": "Enfant", "ajouter": "", "min": 2, "max": 3, "si": None}
    },
)
PDF = ("avis.pdf", pdf(), "application/pdf")
PNG = ("photo.png", image(), "image/png")
ANSWERS = {
    "nom": "Camille Rochat",
    "courriel": "camille@example.ch",
    "sujet": "Bruit",
    "enfants.0001.prenom": "Léa",
    "enfants.0001.age": "7",
    "enfants.0002.prenom": "Tim",
    "enfants.0002.age": "9",
    "preuve": PDF,
    "accord": True,
}


@pytest.fixture
def base(functional):
    return f"http://{functional['host']}:{functional['port']}/plone/guichet"


@pytest.fixture
def demarche(functional):
    return functional["portal"].guichet.unrestrictedTraverse(PATH)


@pytest.fixture(autouse=True)
def formulaire(demarche):
    demarche.fields_model = MODEL
    demarche.niveau, demarche.types_compte = "ouvert", set()
    demarche.residents_seulement, demarche.emolument = False, 0
    demarche.formPrologue = demarche.formEpilogue = None
    demarche.delai_jours = 10
    publier(demarche)
    transaction.commit()


@pytest.fixture
def stored(functional):
    def read():
        transaction.begin()
        [demande] = demandes_of(functional["portal"].guichet)
        return demande

    return read


@pytest.fixture
def camille(functional, base):
    """A browser in which Camille is logged in, with a demande she has filed."""
    visitor = Visitor(base)
    visitor.session.cookies.update(cookies_of(functional, make_compte()))
    response = visitor.open_form(PATH).path(ANSWERS).submit()
    assert "confirmation" in response.url, errors(response)
    return visitor


@pytest.fixture
def ask(functional, stored):
    """The service asks for something."""

    def ask(*questions, documents=(), message="Merci de corriger."):
        demande = stored()
        with api.env.adopt_user("admin"), api.env.adopt_roles(["Agent de guichet"]):
            complements.demander(
                demande,
                message=message,
                questions=questions,
                documents=documents,
                par="agent-dechets",
            )
        logout()
        transaction.commit()
        return demande.numero

    return ask


def address(numero):
    return f"/mon-espace/demandes/{numero}/completer"


def open_page(visitor, numero):
    response = visitor.get(address(numero))
    assert response.status_code == 200, response.text[-3000:]
    return Form(visitor, response)


def test_the_demande_page_names_what_is_asked(camille, ask):
    numero = ask("enfants.0002.prenom", "preuve", documents=["Bail <b>à loyer</b>"])
    page = html.fromstring(camille.get(f"/mon-espace/demandes/{numero}").text)
    asked = page.get_element_by_id("suivi-demandes").xpath("./li")
    assert [" ".join(item.text_content().split()) for item in asked] == [
        "Prénom (Enfant 2)",
        "Preuve",
        "Bail <b>à loyer</b>",
    ]


def test_exactly_what_is_asked_with_the_answers_given_before(camille, ask, stored):
    numero = ask("nom", "enfants.0002.prenom", "preuve", documents=["Bail à loyer"])
    form = open_page(camille, numero)
    document = f"complement_{stored().dossier.complement.id}_1"
    assert form.asked == [
        "nom",
        "enfants.0002.prenom",
        "preuve",
        document,
        "complement_autres",
        "complement_mots",
    ]
    inputs = {
        element.get("name"): element.value
        for element in form.form.xpath(".//input[@type='text']")
    }
    assert inputs == {
        "champ.nom": "Camille Rochat",
        "champ.enfants.0002.prenom": "Tim",
    }
    labels = [
        " ".join(label.text_content().split()) for label in form.form.iter("label")
    ]
    assert "Prénom (Enfant 2) *" in labels

    form.path({"nom": "Camille Rochat-Dupré", "enfants.0002.prenom": "Timothée"})
    form.path({"preuve": PNG, document: PDF, "complement_mots": "Voilà."})
    response = form.press("envoyer")
    assert response.url.endswith(f"/mon-espace/demandes/{numero}?fait=complement")
    demande = stored()
    assert demande.etat is State.COMPLETEE
    assert reponses(demande) == {
        "nom": "Camille Rochat-Dupré",
        "courriel": "camille@example.ch",
        "sujet": "Bruit",
        "enfants.0001.prenom": "Léa",
        "enfants.0001.age": "7",
        "enfants.0002.prenom": "Timothée",
        "enfants.0002.age": "9",
        "preuve": "photo.png",
        "accord": "Oui",
    }
    assert [
        (p.name, p.label, p.file.filename, p.remplacee is not None)
        for p in demande.pieces
    ] == [
        ("preuve", "Preuve", "avis.pdf", True),
        ("preuve", "Preuve", "photo.png", False),
        (document, "Bail à loyer", "avis.pdf", False),
    ]
    [complement] = demande.dossier.complements
    assert complement.repondu is not None and complement.brouillon is None
    assert [values[3] for values in complement.avant] == [
        "Camille Rochat",
        "Tim",
        "avis.pdf",
    ]
    assert [values[3] for values in complement.apres] == [
        "Camille Rochat-Dupré",
        "Timothée",
        "photo.png",
    ]
    [line] = [e for e in demande.dossier.evenements if e.genre == "reponses_corrigees"]
    assert line.details == {"questions": "Votre nom, Prénom (Enfant 2), Preuve"}
    assert history(demande)[-1].message == "Voilà."


class TestWhatIsAsked:
    def test_a_corrected_answer_may_bring_up_a_question(self, camille, ask, stored):
        numero = ask("sujet")
        form = open_page(camille, numero)
        assert form.asked == ["sujet", "complement_autres", "complement_mots"]
        # Without scripts the page shows what has come up, then wants it answered.
        response = form.fill(sujet="Autre").press("envoyer")
        assert form.asked == [
            "sujet",
            "precision",
            "complement_autres",
            "complement_mots",
        ]
        response = form.press("envoyer")
        assert response.status_code == 400
        assert errors(response) == [
            ("champ-precision", "Veuillez répondre à cette question.")
        ]
        form.fill(precision="Un dépôt").press("envoyer")
        answers = reponses(stored())
        assert list(answers)[:4] == ["nom", "courriel", "sujet", "precision"]
        assert (answers["sujet"], answers["precision"]) == ("Autre", "Un dépôt")

        # Back again: what is not asked any more is gone, and kept for the agent.
        numero = ask("sujet")
        open_page(camille, numero).fill(sujet="Bruit").press("envoyer")
        demande = stored()
        assert "precision" not in reponses(demande)
        assert complements.changements(demande.dossier.complements[-1]) == [
            ("Sujet", "Autre", "Bruit"),
            ("Precision", "Un dépôt", ""),
        ]

    def test_whole_group_rows_come_and_go(self, camille, ask, stored):
        numero = ask("enfants")
        form = open_page(camille, numero)
        assert form.asked[:4] == [
            "enfants.0001.prenom",
            "enfants.0001.age",
            "enfants.0002.prenom",
            "enfants.0002.age",
        ]
        form.press("ajouter", "enfants")
        [third] = {cle.split(".")[1] for cle in form.asked if "." in cle} - {
            "0001",
            "0002",
        }
        form.press("retirer", "enfants.0001")
        form.path({f"enfants.{third}.prenom": "Zoé"})
        response = form.press("envoyer")
        assert "fait=complement" in response.url, errors(response)
        answers = reponses(stored())
        assert {k: v for k, v in answers.items() if k.startswith("enfants")} == {
            "enfants.0002.prenom": "Tim",
            "enfants.0002.age": "9",
            f"enfants.{third}.prenom": "Zoé",
            f"enfants.{third}.age": "",
        }

    def test_words_alone_when_nothing_in_particular_is_asked(
        self, camille, ask, stored
    ):
        numero = ask(message="Expliquez-nous.\nMerci.")
        form = open_page(camille, numero)
        assert form.asked == ["complement_autres", "complement_mots"]
        message = form.page.get_element_by_id("complement-message")
        assert [line.text_content() for line in message] == [
            "Expliquez-nous.",
            "Merci.",
        ]
        response = form.press("envoyer")
        assert errors(response) == [
            ("champ-complement_mots", "Veuillez répondre à cette question.")
        ]
        assert stored().etat is State.A_COMPLETER
        form.path({"complement_mots": "C'est ainsi.", "complement_autres": PDF})
        form.press("envoyer")
        demande = stored()
        assert history(demande)[-1].message == "C'est ainsi."
        assert [p.label for p in demande.pieces] == ["Preuve", "Autres documents"]
        # The answers are those of the submission.
        assert demande.dossier.complements[0].apres == ()

    def test_a_piece_that_comes_by_post_keeps_the_clock_standing(
        self, camille, ask, stored
    ):
        numero = ask("preuve")
        form = open_page(camille, numero)
        response = form.press("envoyer")
        assert [target for target, _message in errors(response)] == ["champ-preuve"]
        form.path({"preuve": "Je l'envoie par la poste"})
        for radio in form.form.xpath(".//input[@name='champ.preuve.moyen']"):
            radio.attrib.pop("checked", None)
            if radio.get("value") == "poste":
                radio.set("checked", "checked")
        form.answers = {}
        form.press("envoyer")
        demande = stored()
        assert demande.etat is State.COMPLETEE
        assert [piece.moyen for piece in demande.pieces_annoncees] == ["poste"]
        assert demande.suspendu

    def test_what_was_not_asked_cannot_be_changed(self, camille, ask, stored):
        numero = ask("nom")
        form = open_page(camille, numero)
        form.add("champ.courriel", "pirate@example.ch")
        form.add("champ.enfants.0001.prenom", "Pirate")
        form.add("rangs.enfants", "0001")
        form.add("champ.preuve.moyen", "guichet")
        form.fill(nom="Camille R.").press("envoyer")
        demande = stored()
        answers = reponses(demande)
        assert answers["nom"] == "Camille R."
        assert answers["courriel"] == demande.courriel == "camille@example.ch"
        assert answers["enfants.0001.prenom"] == "Léa"
        assert [piece.moyen for piece in demande.pieces] == [""]

    def test_the_address_to_write_to_follows_its_answer(self, camille, ask, stored):
        numero = ask("courriel")
        form = open_page(camille, numero)
        response = form.fill(courriel="pas une adresse").press("envoyer")
        assert [target for target, _message in errors(response)] == ["champ-courriel"]
        form.fill(courriel="nouvelle@example.ch").press("envoyer")
        assert stored().courriel == "nouvelle@example.ch"


class TestWho:
    def test_nobody_else(self, functional, base, camille, ask):
        numero = ask("nom")
        stranger = Visitor(base)
        stranger.session.cookies.update(
            cookies_of(functional, make_compte("G-autre", prenom="Eva", avs=""))
        )
        assert stranger.get(address(numero)).status_code == 404
        answer = stranger.post(address(numero), data={"envoyer": "1"})
        assert answer.status_code == 404
        assert stranger.get(f"{address(numero)}/fichiers/abc").status_code == 404
        nobody = Visitor(base)
        answer = nobody.get(address(numero), allow_redirects=False)
        assert answer.status_code == 302
        assert nobody.post(address(numero), data={}).status_code == 403
        answer = nobody.post(f"{address(numero)}/enregistrer", data={})
        assert answer.status_code == 401
        assert f"{numero}%2Fcompleter" in answer.json()["connexion"]

    def test_a_page_of_somebody_else_proves_nothing(self, camille, ask, stored):
        numero = ask("nom")
        form = open_page(camille, numero).fill(nom="Pirate")
        form.form.xpath(".//input[@name='_authenticator']")[0].set("value", "x")
        response = form.press("envoyer")
        assert response.status_code == 403
        # What was typed stands on the page.
        assert form.page.get_element_by_id("champ-nom").value == "Pirate"
        assert stored().etat is State.A_COMPLETER
        assert stored().dossier.complement.brouillon is None

    def test_by_number_and_code(self, functional, base, stored, ask):
        visitor = Visitor(base)
        response = visitor.open_form(PATH).path(ANSWERS).submit()
        code = html.fromstring(response.text).get_element_by_id("code").text_content()
        numero = ask("nom", "preuve")
        opening = {"action": "ouvrir", "numero": numero, "code": code.strip()}
        visitor.post("/suivi", data=opening)
        response = visitor.get("/suivi/completer")
        assert response.status_code == 200
        form = Form(visitor, response).path({"nom": "Camille", "preuve": PNG})
        # The follow-up has closed meanwhile: nothing is lost.
        cookies = visitor.session.cookies.copy()
        visitor.session.cookies.clear()
        response = form.press("envoyer")
        assert stored().etat is State.A_COMPLETER
        kept = html.fromstring(response.text).xpath("//input[@name='champ.nom']/@value")
        assert kept == ["Camille"]
        visitor.session.cookies.update(cookies)
        form = Form(visitor, visitor.get("/suivi/completer"))
        form.path({"nom": "Camille", "preuve": PNG}).press("envoyer")
        assert reponses(stored())["nom"] == "Camille"
        assert stored().etat is State.COMPLETEE


class TestMoments:
    def test_sent_twice_is_answered_once(self, camille, ask, stored):
        numero = ask("nom")
        form = open_page(camille, numero).fill(nom="Une fois")
        form._type()
        data = [*form._values(), ("envoyer", "1")]
        answers = [camille.session.post(form.action, data=data) for _n in range(2)]
        assert [answer.url.endswith("fait=complement") for answer in answers] == [
            True,
            True,
        ]
        moves = [step.transition for step in history(stored())]
        assert moves.count("completer") == 1

    def test_another_answer_after_it_is_told_and_kept(self, camille, ask, stored):
        numero = ask("nom")
        late = open_page(camille, numero).fill(nom="Trop tard")
        open_page(camille, numero).fill(nom="À temps").press("envoyer")
        response = late.press("envoyer")
        assert response.status_code == 409
        kept = html.fromstring(response.text).get_element_by_id("complement-perdu")
        assert kept.text_content().strip() == "Trop tard"
        assert reponses(stored())["nom"] == "À temps"

    def test_withdrawn_meanwhile(self, camille, ask, stored):
        numero = ask("nom")
        form = open_page(camille, numero).fill(nom="En vain")
        move_demande(demande=stored(), transition="retirer", actor=Actor.USAGER)
        transaction.commit()
        response = form.press("envoyer")
        assert response.status_code == 409
        assert "En vain" in response.text
        assert reponses(stored())["nom"] == "Camille Rochat"
        assert stored().dossier.complements[0].abandonne is not None
        # Nothing is asked: the address leads back to the demande.
        assert camille.get(address(numero)).url.endswith(f"/demandes/{numero}")

    def test_asked_otherwise_meanwhile(self, camille, ask, stored):
        numero = ask("nom")
        form = open_page(camille, numero).fill(nom="Première")
        open_page(camille, numero).fill(nom="Première").press("envoyer")
        ask("courriel")
        form.press("envoyer")
        [notice] = form.page.xpath("//*[@id='guichet-avis']")
        assert notice.text_content().startswith("Le service a demandé autre chose")
        assert form.asked == ["courriel", "complement_autres", "complement_mots"]
        assert stored().etat is State.A_COMPLETER

    def test_two_tabs(self, camille, ask, stored):
        numero = ask("nom", "courriel")
        first, second = open_page(camille, numero), open_page(camille, numero)
        first.fill(nom="Premier onglet").press("plus_tard")
        response = second.fill(nom="Second onglet").press("envoyer")
        assert response.status_code == 409
        assert second.page.get_element_by_id("champ-nom").value == "Second onglet"
        assert stored().dossier.complement.brouillon.saisies["nom"] == "Premier onglet"
        # Sent again from the page that has told it, it counts.
        second.press("envoyer")
        assert reponses(stored())["nom"] == "Second onglet"

    def test_saved_and_gone_on_with_later(self, camille, ask, stored):
        numero = ask("nom", "preuve")
        form = open_page(camille, numero).path({"nom": "Plus tard", "preuve": PDF})
        form.press("plus_tard")
        again = open_page(camille, numero)
        assert again.page.get_element_by_id("champ-nom").value == "Plus tard"
        [link] = again.page.xpath("//*[@data-guichet-liste='preuve']//a")
        assert camille.session.get(link.get("href")).content == PDF[1]
        [button] = again.page.xpath("//*[@data-guichet-liste='preuve']//button/@name")
        again.press(button)
        assert again.page.xpath("//*[@data-guichet-liste='preuve']//a") == []
        assert not stored().dossier.complement.brouillon.fichiers


class TestScripts:
    def save(self, visitor, form, **answers):
        form.fill(**answers)._type()
        data = [*form._values(), ("etape", form.form.get("data-guichet-etape"))]
        url = form.form.get("data-guichet-enregistrer")
        return visitor.session.post(url, data=data)

    def test_saves(self, camille, ask, stored):
        numero = ask("nom")
        form = open_page(camille, numero)
        answer = self.save(camille, form, nom="Brouillon")
        assert answer.status_code == 200
        body = answer.json()
        assert body["revision"] == 1
        assert stored().dossier.complement.brouillon.saisies["nom"] == "Brouillon"
        # The page has not heard of it.
        answer = self.save(camille, form, nom="Autre")
        assert answer.status_code == 409
        camille.session.cookies.clear()
        answer = self.save(camille, form, nom="Sans connexion")
        assert answer.status_code == 401

    def test_files(self, camille, ask, stored):
        numero = ask("preuve")
        form = open_page(camille, numero)
        url = form.form.get("data-guichet-fichiers")
        token = form.hidden["_authenticator"]

        def send(cle, file, **more):
            data = {"champ": cle, "_authenticator": token, **more}
            return camille.session.post(url, data=data, files={"fichier": file})

        assert send("preuve", PNG, _authenticator="x").status_code == 401
        assert send("nom", PNG).status_code == 404
        assert send("preuve", ("x.exe", b"MZ", "image/png")).status_code == 400
        answer = send("preuve", PNG)
        assert answer.status_code == 201
        body = answer.json()
        assert camille.session.get(body["url"]).content == PNG[1]
        picture = camille.session.get(body["apercu"])
        assert picture.headers["Content-Type"] == "image/jpeg"
        answer = camille.session.post(
            f"{body['url']}/retirer", data={"_authenticator": token}
        )
        assert answer.status_code == 200
        assert not stored().dossier.complement.brouillon.fichiers


class TestForms:
    def test_a_new_version_of_the_form(self, camille, ask, stored, demarche):
        demarche.fields_model = modele(page("quoi", champ("tout_autre", requis=True)))
        publier(demarche)
        transaction.commit()
        numero = ask("nom", "enfants.0001.prenom")
        form = open_page(camille, numero)
        assert form.asked[:2] == ["nom", "enfants.0001.prenom"]
        form.path({"nom": "Nouveau", "enfants.0001.prenom": "Lou"}).press("envoyer")
        answers = reponses(stored())
        assert (answers["nom"], answers["enfants.0001.prenom"]) == ("Nouveau", "Lou")
        assert len(answers) == 9

    def test_the_demarche_is_gone(self, camille, ask, stored, demarche):
        numero = ask("nom", "enfants", "preuve")
        with api.env.adopt_roles(["Manager"]):
            api.content.delete(demarche, check_linkintegrity=False)
        transaction.commit()
        form = open_page(camille, numero)
        assert form.asked == [
            "nom",
            "enfants.0001.prenom",
            "enfants.0001.age",
            "enfants.0002.prenom",
            "enfants.0002.age",
            "preuve",
            "complement_autres",
            "complement_mots",
        ]
        assert form.page.get_element_by_id("champ-enfants-0002-prenom").value == "Tim"
        form.path({"enfants.0002.prenom": "Timothée", "preuve": PNG}).press("envoyer")
        demande = stored()
        assert demande.etat is State.COMPLETEE
        assert list(reponses(demande).items()) == [
            ("nom", "Camille Rochat"),
            ("courriel", "camille@example.ch"),
            ("sujet", "Bruit"),
            ("enfants.0001.prenom", "Léa"),
            ("enfants.0001.age", "7"),
            ("enfants.0002.prenom", "Timothée"),
            ("enfants.0002.age", "9"),
            ("preuve", "photo.png"),
            ("accord", "Oui"),
        ]


class TestRest:
    def url(self, base, numero, part="/completer"):
        root, _slash, name = base.rpartition("/")
        return f"{root}/++api++/{name}/@demandes/{numero}{part}"

    def send(self, visitor, base, numero, body, key="", **headers):
        headers = {"Accept": "application/json", **headers}
        if key:
            headers["Idempotency-Key"] = key
        return visitor.session.post(self.url(base, numero), json=body, headers=headers)

    def test_what_is_asked(self, camille, base, ask):
        numero = ask("nom", "enfants", message="Merci.")
        answer = camille.session.get(
            self.url(base, numero, ""), headers={"Accept": "application/json"}
        )
        asked = answer.json()["complement"]
        assert asked["message"] == "Merci."
        assert [(one["nom"], one["genre"]) for one in asked["questions"]] == [
            ("nom", "line"),
            ("enfants", "groupe"),
            ("complement_autres", "piece"),
        ]
        assert asked["questions"][0]["valeur"] == "Camille Rochat"
        assert asked["questions"][1]["valeur"][1] == {
            "id": "0002",
            "prenom": "Tim",
            "age": 9,
        }

    def test_answers(self, camille, base, ask, stored):
        numero = ask("nom", "enfants.0001.prenom", "preuve")
        document = {
            "filename": "photo.png",
            "content-type": "image/png",
            "encoding": "base64",
            "data": b64encode(image()).decode(),
        }
        body = {
            "reponses": {
                "nom": "Par programme",
                "enfants.0001.prenom": "Léonie",
                "preuve": {"fichiers": [document]},
            },
            "message": "Voilà.",
        }
        for _twice in range(2):
            answer = self.send(camille, base, numero, body, key="cle-1234")
            assert answer.status_code == 200, answer.text
            assert answer.json()["etat"] == "completee"
        answers = reponses(stored())
        assert (answers["nom"], answers["enfants.0001.prenom"]) == (
            "Par programme",
            "Léonie",
        )
        assert answers["preuve"] == "photo.png"
        assert [step.transition for step in history(stored())].count("completer") == 1
        # Another request comes too late.
        answer = self.send(camille, base, numero, body, key="cle-5678")
        assert answer.status_code == 409

    @pytest.mark.parametrize(
        ("body", "fields"),
        [
            ({"reponses": {"nom": ""}}, {"nom"}),
            ({"reponses": {"courriel": "x@example.ch"}}, {"courriel"}),
            ({"reponses": {"nom": ["x"]}}, {"nom"}),
            ({"reponses": {"enfants": []}}, {"enfants"}),
            ({"message": "x" * 20_000}, {"message"}),
            ({"reponses": []}, set()),
            ({"autre": 1}, set()),
        ],
    )
    def test_refused(self, camille, base, ask, stored, body, fields):
        numero = ask("nom")
        answer = self.send(camille, base, numero, body)
        assert answer.status_code == 400
        assert set(answer.json()["error"].get("champs", {})) == fields
        assert stored().etat is State.A_COMPLETER
        assert stored().dossier.complement.brouillon is None

    def test_nobody_else(self, functional, camille, base, ask):
        numero = ask("nom")
        body = {"reponses": {"nom": "Pirate"}}
        nobody = Visitor(base)
        assert self.send(nobody, base, numero, body).status_code == 401
        stranger = Visitor(base)
        stranger.session.cookies.update(
            cookies_of(functional, make_compte("G-autre", prenom="Eva", avs=""))
        )
        assert self.send(stranger, base, numero, body).status_code == 404
        answer = self.send(camille, base, numero, {**body, "complement": "autre"})
        assert answer.status_code == 409
