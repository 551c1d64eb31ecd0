"""Documents, attached without scripts and through the upload address of a page."""

from fichiers import image
from fichiers import pdf
from formulaires import etape
from formulaires import id_de
from formulaires import PATH
from formulaires import reponses
from formulaires import texte
from modeles import champ
from modeles import etape as page
from modeles import modele
from modeles import regle
from modeles import si
from visitor import errors
from visitor import Form
from visitor import Visitor

import pytest


MODEL = modele(
    page(
        "pieces",
        champ("mot", requis=True),
        champ(
            "preuves",
            "piece",
            requis=True,
            max_fichiers=2,
            max_mo=1,
            par_poste=True,
            au_guichet=True,
        ),
        champ("acte", "piece", groupe="enfants"),
    ),
    page("fin", champ("accord", "consentement", requis=True)),
    groupes={
        "enfants": {"titre": "Enfant", "ajouter": "", "min": 1, "max": 2, "si": None}
    },
)
PDF = ("avis.pdf", pdf(), "application/pdf")
PNG = ("photo.png", image(), "image/png")
OTHER = ("autre.png", image(), "image/png")


@pytest.fixture(autouse=True)
def form_with_documents(publie):
    publie(MODEL)


def attached(form, cle="preuves"):
    """The files listed on the page: name, and how large it is said to be."""
    items = form.page.xpath(f"//*[@data-guichet-liste='{cle}']/li")
    return [item.xpath(".//a")[0].text_content() for item in items]


def remove(form, cle, number=0):
    [*buttons] = form.page.xpath(f"//*[@data-guichet-liste='{cle}']//button/@name")
    return form.press(buttons[number])


class TestWithoutScripts:
    def test_several_files_at_once(self, anonyme, gardes, stored):
        form = anonyme.open_form(PATH).fill(mot="x", preuves=[PDF, PNG], accord=True)
        form.press()
        assert etape(form) == "fin"
        [brouillon] = gardes()
        ids = brouillon.saisies["preuves"]["fichiers"]
        kept = {id: brouillon.fichiers[id] for id in ids}
        assert [(f.nom, f.type) for f in kept.values()] == [
            ("avis.pdf", "application/pdf"),
            ("photo.png", "image/png"),
        ]
        form.submit()
        [demande] = stored()
        assert reponses(demande)["preuves"] == "avis.pdf, photo.png"
        assert [piece.file.data for piece in demande.pieces] == [PDF[1], PNG[1]]

    def test_too_many(self, anonyme, gardes):
        form = anonyme.open_form(PATH).fill(mot="x", preuves=[PDF, PNG, OTHER])
        response = form.press()
        assert errors(response) == [
            (
                "champ-preuves",
                "« autre.png » : On ne peut pas joindre plus de fichiers ici.",
            )
        ]
        # The ones that fit are kept, and there is no place for another.
        assert attached(form) == ["avis.pdf", "photo.png"]
        [place] = form.page.xpath("//*[@data-guichet-envoi='preuves']")
        assert place.get("hidden") == "hidden"
        assert len(gardes()[0].fichiers) == 2

    def test_a_wrong_one_among_right_ones(self, anonyme):
        wrong = ("page.png", b"<script>alert(1)</script>", "image/png")
        form = anonyme.open_form(PATH).fill(mot="x", preuves=[PDF, wrong])
        response = form.press()
        [(target, message)] = errors(response)
        assert target == "champ-preuves"
        assert message.startswith("« page.png » : Ce genre de fichier")
        assert attached(form) == ["avis.pdf"]
        form.press()
        assert etape(form) == "fin"

    def test_too_large(self, anonyme, gardes):
        large = ("grand.pdf", pdf() + b"0" * 1024 * 1024, "application/pdf")
        response = anonyme.open_form(PATH).fill(mot="x", preuves=large).press()
        [(target, message)] = errors(response)
        assert target == "champ-preuves"
        assert message.startswith("Ce fichier est trop lourd : 1,1 Mo")
        assert len(gardes()[0].fichiers) == 0

    def test_files_stay_when_another_answer_is_missing(self, anonyme):
        form = anonyme.open_form(PATH).fill(preuves=[PDF])
        response = form.press()
        assert [target for target, _text in errors(response)] == ["champ-mot"]
        assert attached(form) == ["avis.pdf"]
        form.fill(mot="x").press()
        assert etape(form) == "fin"
        form.press("precedent")
        assert attached(form) == ["avis.pdf"]

    def test_taken_away(self, anonyme, gardes):
        form = anonyme.open_form(PATH).fill(mot="x", preuves=[PDF, PNG])
        form.press()
        form.press("precedent")
        remove(form, "preuves", 0)
        assert etape(form) == "pieces"
        assert attached(form) == ["photo.png"]
        [brouillon] = gardes()
        assert len(brouillon.fichiers) == 1
        remove(form, "preuves", 0)
        response = form.press()
        assert errors(response) == [
            (
                "champ-preuves",
                "Veuillez joindre ce document, ou dire comment il arrivera.",
            )
        ]

    @pytest.mark.parametrize(
        ("label", "words", "moyen"),
        [
            ("Je l'enverrai par la poste", "Par la poste", "poste"),
            ("Je l'apporterai au guichet", "Au guichet", "guichet"),
        ],
    )
    def test_announced_instead(self, anonyme, stored, label, words, moyen):
        form = anonyme.open_form(PATH).fill(mot="x", accord=True)
        form.path({"preuves.moyen": label.replace("'", apostrophe(form))})
        form.submit()
        [demande] = stored()
        assert reponses(demande)["preuves"] == words
        [piece] = demande.pieces_annoncees
        assert (piece.name, piece.moyen) == ("preuves", moyen)

    def test_a_way_that_is_not_offered_is_refused(self, anonyme):
        form = anonyme.open_form(PATH).fill(mot="x")
        form.answers.clear()
        data = {**form.hidden, "champ.mot": "x", "champ.preuves.moyen": "pigeon"}
        response = anonyme.session.post(form.action, data={**data, "suivant": "1"})
        assert [target for target, _text in errors(response)] == ["champ-preuves"]

    def test_ids_of_files_cannot_be_forged(self, anonyme, base, gardes):
        other = Visitor(base).open_form(PATH).fill(mot="x", preuves=[PDF])
        other.press()
        [foreign] = gardes()
        [id] = foreign.fichiers
        form = anonyme.open_form(PATH)
        data = {**form.hidden, "champ.mot": "x", "champ.preuves.fichiers": id}
        response = anonyme.session.post(form.action, data={**data, "suivant": "1"})
        assert [target for target, _text in errors(response)] == ["champ-preuves"]
        assert attached(Form(anonyme, response)) == []

    def test_in_the_row_of_a_group(self, anonyme, stored):
        form = anonyme.open_form(PATH).fill(mot="x", preuves=[PDF], accord=True)
        row = form.hidden["rangs.enfants"]
        form.path({f"enfants.{row}.acte": PNG}).submit()
        [demande] = stored()
        assert reponses(demande)[f"enfants.{row}.acte"] == "photo.png"
        assert [piece.name for piece in demande.pieces] == [
            "preuves",
            f"enfants.{row}.acte",
        ]

    def test_a_document_that_makes_another_one_unnecessary(
        self, anonyme, publie, gardes
    ):
        publie(
            modele(
                page(
                    "un",
                    champ("passeport", "piece"),
                    champ("carte", "piece", si=si(regle("passeport", "vide"))),
                )
            )
        )
        form = anonyme.open_form(PATH).fill(passeport=PDF, carte=PNG)
        form.press()
        assert form.response.url.endswith("/verifier")
        assert [one.nom for one in gardes()[0].fichiers.values()] == ["avis.pdf"]


def apostrophe(form):
    """The one the page uses."""
    return "’" if "l’enverrai" in form.response.text else "'"


class TestUploads:
    @pytest.fixture
    def form(self, anonyme):
        form = anonyme.open_form(PATH).fill(mot="x")
        form.press("plus_tard")
        return form

    def upload(self, form, file=PDF, champ="preuves", visitor=None):
        address = form.form.get("data-guichet-fichiers")
        session = (visitor or form.visitor).session
        return session.post(address, data={"champ": champ}, files={"fichier": file})

    def test_one_file(self, form, gardes):
        answer = self.upload(form, PNG)
        [brouillon] = gardes()
        [id] = brouillon.fichiers
        url = f"{form.form.get('data-guichet-fichiers')}/{id}"
        assert (answer.status_code, answer.json()) == (
            201,
            {
                "id": id,
                "nom": "photo.png",
                "taille": len(PNG[1]),
                "type": "image/png",
                "etat": "non_controle",
                "url": url,
                "apercu": f"{url}/apercu",
                "revision": brouillon.revision,
            },
        )
        assert brouillon.saisies["preuves"] == {"moyen": "", "fichiers": [id]}

    def test_it_can_be_fetched_by_its_owner_only(self, form, base):
        url = self.upload(form, PNG).json()["url"]
        answer = form.visitor.session.get(url)
        assert answer.content == PNG[1]
        assert answer.headers["Content-Disposition"].startswith("attachment")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Cache-Control"] == "no-store, private"
        assert Visitor(base).session.get(url).status_code == 404
        picture = form.visitor.session.get(f"{url}/apercu")
        assert picture.headers["Content-Type"] == "image/jpeg"
        assert Visitor(base).session.get(f"{url}/apercu").status_code == 404

    def test_a_pdf_has_no_picture(self, form):
        url = self.upload(form, PDF).json()["url"]
        assert form.visitor.session.get(f"{url}/apercu").status_code == 404

    def test_taken_away(self, form, gardes):
        url = self.upload(form).json()["url"]
        answer = form.visitor.session.post(f"{url}/retirer")
        [brouillon] = gardes()
        assert (answer.status_code, answer.json()) == (
            200,
            {"revision": brouillon.revision},
        )
        assert len(brouillon.fichiers) == 0
        assert form.visitor.session.get(url).status_code == 404
        # Twice is no error.
        assert form.visitor.session.post(f"{url}/retirer").status_code == 200

    @pytest.mark.parametrize("champ", ["", "mot", "rien", "enfants", "enfants.x.acte"])
    def test_a_question_that_is_not_there(self, form, gardes, champ):
        answer = self.upload(form, champ=champ)
        assert answer.status_code == 404
        assert answer.json()["message"]
        assert len(gardes()[0].fichiers) == 0

    def test_no_file(self, form):
        address = form.form.get("data-guichet-fichiers")
        answer = form.visitor.session.post(address, data={"champ": "preuves"})
        assert answer.status_code == 400
        assert answer.json() == {"message": "Veuillez choisir un fichier."}

    def test_a_refused_one_says_why(self, form, gardes):
        answer = self.upload(form, ("x.pdf", b"MZ", "application/pdf"))
        assert answer.status_code == 400
        assert answer.json()["message"].startswith("Ce genre de fichier")
        self.upload(form)
        # The same once more, because its answer was lost, is one.
        self.upload(form)
        self.upload(form, PNG)
        answer = self.upload(form, OTHER)
        assert (answer.status_code, answer.json()) == (
            400,
            {"message": "On ne peut pas joindre plus de fichiers ici."},
        )
        assert len(gardes()[0].fichiers) == 2

    def test_a_stranger_attaches_nothing(self, form, base, gardes):
        answer = self.upload(form, visitor=Visitor(base))
        assert answer.status_code == 404
        assert len(gardes()[0].fichiers) == 0

    def test_before_the_first_save_there_is_no_place(self, anonyme, base):
        address = f"{base}/{PATH}/formulaire/fichiers"
        answer = anonyme.session.post(
            address, data={"champ": "preuves"}, files={"fichier": PDF}
        )
        assert answer.status_code == 404

    def test_the_review_names_them(self, form):
        self.upload(form)
        form.fill(accord=True).show(form.visitor.session.get(form.action)).review()
        [link] = form.page.xpath("//a[normalize-space()='avis.pdf']/@href")
        assert id_de(link) == id_de(form.action)
        assert "avis.pdf" in texte(form, "content-core")
