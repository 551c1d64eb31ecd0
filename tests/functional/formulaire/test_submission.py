"""The form of a démarche over HTTP: what a citizen sees, what is stored."""

from carouge.guichet.demande.queries import demandes_of
from io import BytesIO
from lxml import html
from PIL import Image
from plone import api
from visitor import by_id
from visitor import errors
from visitor import Visitor
from zExceptions import BadRequest

import pytest
import transaction


DEMARCHE = "dechets/signaler-un-depot-sauvage"
ANSWERS = {
    "lieu": "devant le 12, rue Vautier",
    "terrain": "Trottoir ou chaussée",
    "date_constat": "2026-11-20",
    "nature": ["Meubles ou matelas", "Sacs d'ordures"],
    "danger": "Non",
    "description": "Un canapé rouge",
    "nom": "Rochat",
    "prenom": "Aline",
    "courriel": "aline.rochat@example.org",
    "telephone": "079 123 45 67",
    "accord": True,
}


def _png() -> bytes:
    content = BytesIO()
    Image.new("RGB", (8, 8), "red").save(content, "PNG")
    return content.getvalue()


PNG = _png()


@pytest.fixture
def visitor(functional):
    return Visitor(f"http://{functional['host']}:{functional['port']}/plone/guichet")


@pytest.fixture
def stored(functional):
    def read():
        transaction.begin()
        return list(demandes_of(functional["portal"].guichet))

    return read


def answers_of(demande):
    return {reponse.name: reponse.text for reponse in demande.reponses}


def test_submission_creates_one_demande_and_shows_its_number(visitor, stored):
    response = visitor.open_form(DEMARCHE).fill(**ANSWERS).submit()
    assert errors(response) == []
    [demande] = stored()
    assert "/confirmation?brouillon=" in response.url
    assert by_id(response, "numero") == demande.numero
    assert answers_of(demande) == {
        "lieu": "devant le 12, rue Vautier",
        "terrain": "Trottoir ou chaussée",
        "date_constat": "20.11.2026",
        "nature": "Sacs d'ordures, Meubles ou matelas",
        "volume": "",
        "danger": "Non",
        "description": "Un canapé rouge",
        "photo": "",
        "nom": "Rochat",
        "prenom": "Aline",
        "courriel": "aline.rochat@example.org",
        "telephone": "+41 79 123 45 67",
        "accord": "Oui",
    }
    assert [reponse.step for reponse in demande.reponses][::5] == [
        "L'endroit",
        "Le dépôt",
        "Vos coordonnées",
    ]
    assert demande.reponses[0].label == "Adresse ou endroit"
    assert demande.courriel == "aline.rochat@example.org"
    assert demande.usager_id is None


def test_an_uploaded_piece_is_kept_byte_for_byte(visitor, stored):
    form = visitor.open_form(DEMARCHE)
    form.fill(**ANSWERS, photo=("dépôt <b>.png", PNG, "image/png")).submit()
    [demande] = stored()
    [piece] = demande.pieces
    # The name is made safe for every disk.
    assert (piece.file.filename, piece.file.data) == ("dépôt _b_.png", PNG)
    assert piece.label == "Photo du dépôt"
    assert len(piece.digest) == 64


def test_the_same_form_sent_twice_is_one_demande(visitor, stored):
    form = visitor.open_form(DEMARCHE).fill(**ANSWERS)
    form.review()
    first, second = form.send(), form.send()
    assert by_id(first, "numero") == by_id(second, "numero")
    assert len(stored()) == 1


def test_a_brouillon_that_was_sent_leads_to_its_confirmation(visitor, stored):
    form = visitor.open_form(DEMARCHE).fill(**ANSWERS)
    review = form.review().url
    confirmation = form.send()
    assert visitor.session.get(review).url == confirmation.url
    assert visitor.session.get(review.removesuffix("/verifier")).url == confirmation.url
    assert len(stored()) == 1


def test_two_forms_are_two_demandes(visitor, stored):
    visitor.open_form(DEMARCHE).fill(**ANSWERS).submit()
    visitor.open_form(DEMARCHE).fill(**ANSWERS).submit()
    assert len({demande.numero for demande in stored()}) == 2


def test_reload_of_the_confirmation_shows_the_same(visitor):
    response = visitor.open_form(DEMARCHE).fill(**ANSWERS).submit()
    again = visitor.session.get(response.url)
    assert by_id(again, "numero") == by_id(response, "numero")
    assert by_id(again, "code") == by_id(response, "code")
    assert again.headers["Cache-Control"] == "no-store, private"
    assert again.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("id", ["", "x", "A" * 32, "../../etc", "é" * 10])
def test_a_confirmation_for_a_wrong_id_is_not_found(visitor, id):
    response = visitor.get(f"/{DEMARCHE}/confirmation", params={"brouillon": id})
    assert response.status_code == 404
    assert not html.fromstring(response.text).xpath("//*[@id='numero']")


def test_a_brouillon_nothing_was_submitted_with_has_no_confirmation(visitor):
    form = visitor.open_form(DEMARCHE).fill(**ANSWERS)
    form.press()
    id = form.action.split("/")[-3]
    response = visitor.get(f"/{DEMARCHE}/confirmation", params={"brouillon": id})
    assert response.status_code == 404


def kept(response, name):
    element = html.fromstring(response.text).get_element_by_id(f"champ-{name}")
    return element.value


def test_missing_answers_are_named_and_nothing_is_lost(visitor, stored):
    wrong = {**ANSWERS, "nature": [], "danger": "", "description": ""}
    form = visitor.open_form(DEMARCHE).fill(**wrong)
    response = form.submit()
    assert errors(response) == [
        ("champ-nature", "Veuillez répondre à cette question."),
        ("champ-danger", "Veuillez répondre à cette question."),
        ("champ-description", "Veuillez répondre à cette question."),
    ]
    wrong = {"courriel": "pas-une-adresse", "accord": False, "description": "Un canapé"}
    form.fill(**{**ANSWERS, **wrong})
    response = form.submit()
    assert [target for target, _message in errors(response)] == [
        "champ-courriel",
        "champ-accord",
    ]
    assert kept(response, "nom") == "Rochat"
    assert kept(response, "courriel") == "pas-une-adresse"
    assert stored() == []


@pytest.mark.parametrize("jeton", ["", "A" * 50, "x"])
def test_a_forged_jeton_creates_nothing_and_loses_nothing(visitor, stored, jeton):
    form = visitor.open_form(DEMARCHE).fill(**ANSWERS)
    form.form.fields["jeton"] = jeton
    response = form.press()
    assert response.status_code == 200
    assert html.fromstring(response.text).xpath("//div[@role='alert']")
    assert kept(response, "lieu") == ANSWERS["lieu"]
    assert form.hidden["jeton"] != jeton
    assert "/confirmation" in form.submit().url
    assert len(stored()) == 1


def test_a_jeton_of_another_demarche_is_refused(visitor):
    other = visitor.open_form("etat-civil/acte-de-naissance").hidden["jeton"]
    form = visitor.open_form(DEMARCHE).fill(**ANSWERS)
    form.form.fields["jeton"] = other
    response = form.press()
    assert response.url == f"{visitor.base}/{DEMARCHE}/formulaire"
    assert html.fromstring(response.text).xpath("//div[@role='alert']")


def answer_with(visitor, name, value):
    """The response to a form with one answer that a page cannot hold."""
    form = visitor.open_form(DEMARCHE).fill(**ANSWERS)
    while True:
        fields = form.form.xpath(f".//*[@name='champ.{name}']")
        if fields:
            break
        form.press()
    form.answers.pop(name, None)
    for field in fields:
        field.getparent().remove(field)
    form.add(f"champ.{name}", value)
    return form.press()


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("lieu", "x" * 1_000_000),
        ("lieu", "ligne\nsuivante"),
        ("lieu", "nul\x00octet"),
        ("description", "échappement \x1b[31m"),
        ("description", "x" * 1_000_000),
        ("telephone", "0" * 500),
    ],
)
def test_answers_nobody_could_mean_are_refused(visitor, stored, name, value):
    answer = answer_with(visitor, name, value)
    assert [target for target, _message in errors(answer)] == [f"champ-{name}"]
    assert stored() == []


def test_more_than_fits_into_a_brouillon_is_told(visitor, stored):
    answer = answer_with(visitor, "description", "x" * 3_000_000)
    assert by_id(answer, "guichet-avis").startswith("Vos réponses sont trop longues")
    assert stored() == []


NASTY = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'; DROP TABLE demandes; --",
    "${7*7} {{7*7}} <%= 7*7 %>",
    "=cmd|' /C calc'!A0",
    "../../../etc/passwd",
]


@pytest.mark.parametrize("text", NASTY)
def test_script_and_sql_shaped_text_is_text(visitor, stored, text):
    answers = {**ANSWERS, "lieu": text, "description": text, "nom": text}
    response = visitor.open_form(DEMARCHE).fill(**answers).submit()
    assert "/confirmation" in response.url
    [demande] = stored()
    assert answers_of(demande)["lieu"] == text
    assert answers_of(demande)["description"] == text


@pytest.mark.parametrize("text", NASTY)
def test_script_shaped_text_comes_back_as_text(visitor, text):
    form = visitor.open_form(DEMARCHE).fill(**{**ANSWERS, "lieu": text, "terrain": ""})
    response = form.press()
    assert kept(response, "lieu") == text
    assert "<script>alert(1)" not in response.text
    assert "<img src=x" not in response.text
    review = form.fill(terrain="Parc ou place").review()
    assert review.url.endswith("/verifier")
    assert "<script>alert(1)" not in review.text
    assert "<img src=x" not in review.text


def test_fields_that_are_not_in_the_form_are_left_out(visitor, stored):
    form = visitor.open_form(DEMARCHE).fill(**ANSWERS)
    form.add("champ.etat", "validee").add("numero", "2026-AAAA-AAAA")
    form.add("champ.service_uid", "x").add("usager_id", "admin").submit()
    [demande] = stored()
    assert "etat" not in answers_of(demande)
    assert demande.usager_id is None
    assert demande.etat.value == "deposee"


def test_a_choice_that_was_not_offered_is_refused(visitor, stored):
    response = answer_with(visitor, "terrain", "Sur la Lune")
    assert [t for t, _m in errors(response)] == ["champ-terrain"]
    assert stored() == []


@pytest.mark.parametrize(
    "demarche",
    [
        "animaux/sterilisation-du-chat",  # suspended
        "culture/bourse-de-creation-2026",  # period over
    ],
)
def test_a_form_that_is_closed_to_me_leads_to_the_page_that_says_why(
    visitor, stored, demarche
):
    response = visitor.get(f"/{demarche}/formulaire")
    assert response.url == f"{visitor.base}/{demarche}"
    visitor.post(f"/{demarche}/formulaire", data={"suivant": "x"})
    assert stored() == []


def test_a_form_for_companies_may_be_begun_before_the_login(visitor, stored):
    demarche = "commerces/autorisation-terrasse"
    form = visitor.open_form(demarche)
    assert form.response.url == f"{visitor.base}/{demarche}/formulaire?nouveau=1"
    words = form.page.get_element_by_id("guichet-preuve").text_content()
    assert "commencer maintenant et prouver votre identité plus tard" in words
    assert stored() == []


def test_a_demarche_suspended_while_typing_keeps_what_was_typed(
    functional, visitor, stored
):
    form = visitor.open_form(DEMARCHE).fill(**ANSWERS)
    form.review()
    demarche = functional["portal"].guichet.unrestrictedTraverse(DEMARCHE)
    with api.env.adopt_roles(["Manager"]):
        api.content.transition(demarche, "suspendre")
    transaction.commit()
    response = form.send()
    assert html.fromstring(response.text).xpath("//div[@role='alert']")
    assert "Un canapé rouge" in response.text
    assert stored() == []
    with api.env.adopt_roles(["Manager"]):
        api.content.transition(demarche, "publier")
    transaction.commit()
    assert "/confirmation" in form.send().url
    [demande] = stored()
    assert answers_of(demande)["description"] == "Un canapé rouge"


def test_a_file_survives_an_error_elsewhere(visitor, stored):
    form = visitor.open_form(DEMARCHE)
    form.fill(**{**ANSWERS, "danger": "", "photo": ("a.png", PNG, "image/png")})
    assert [target for target, _m in errors(form.submit())] == ["champ-danger"]
    assert "/confirmation" in form.fill(danger="Non").submit().url
    [demande] = stored()
    [piece] = demande.pieces
    assert (piece.file.filename, piece.file.data) == ("a.png", PNG)


def test_unknown_demarche_is_not_found(visitor):
    assert visitor.get("/dechets/rien-de-tel/formulaire").status_code == 404


def test_a_link_cannot_fill_in_the_form(visitor):
    response = visitor.get(f"/{DEMARCHE}/formulaire?champ.lieu=ici")
    assert kept(response, "lieu") in (None, "")


@pytest.mark.parametrize(
    "address", ["é@ü.ch", "a@b", "a b@example.org", "a@example.org,b@example.org"]
)
def test_an_address_nobody_can_write_to_is_refused(visitor, stored, address):
    answers = {**ANSWERS, "courriel": address}
    response = visitor.open_form(DEMARCHE).fill(**answers).submit()
    assert [target for target, _message in errors(response)] == ["champ-courriel"]
    assert stored() == []


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.png", b"<script>alert(1)</script>"),
        ("image.svg", b"<svg onload='alert(1)'/>"),
        ("programme.pdf", b"MZ\x90\x00"),
        ("vide.jpg", b"\n"),
        ("grand.pdf", b"%PDF-1.7" + b"0" * (10 * 1024 * 1024)),
    ],
)
def test_a_document_is_judged_by_its_content(visitor, stored, name, content):
    form = visitor.open_form(DEMARCHE)
    form.fill(**ANSWERS, photo=(name, content, "image/png"))
    response = form.submit()
    assert [target for target, _message in errors(response)] == ["champ-photo"]
    assert stored() == []


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("champ.lieu:list", "a@example.org"),
        ("champ.date_constat:list", "x"),
        ("champ.lieu.y:record", "1"),
        ("champ.terrain.a:record", "1"),
        ("champ.terrain:list", "Parc ou place"),
        ("rangs.rien:list", "x"),
        ("suivant:list", "x"),
        ("revision:int", "1"),
    ],
)
def test_values_no_browser_sends_break_nothing(visitor, stored, name, value):
    form = visitor.open_form(DEMARCHE)
    response = visitor.post(
        f"/{DEMARCHE}/formulaire",
        data={**form.hidden, name: value, "suivant": "1"},
    )
    assert response.status_code == 200
    assert errors(response)
    assert stored() == []


def test_a_file_where_a_text_is_asked_is_no_answer(visitor, stored):
    form = visitor.open_form(DEMARCHE)
    response = visitor.post(
        f"/{DEMARCHE}/formulaire",
        data={**form.hidden, "suivant": "1"},
        files={"champ.lieu": ("b", b"y"), "champ.terrain": ("a.txt", b"x")},
    )
    assert [target for target, _message in errors(response)] == [
        "champ-lieu",
        "champ-terrain",
        "champ-date_constat",
    ]
    assert stored() == []


@pytest.mark.parametrize(
    "path", ["@@embedded", "@@z3cform_validate_field?fname:list=x", "@@saveddata"]
)
def test_easyforms_own_ways_in_are_closed(visitor, path):
    assert visitor.get(f"/{DEMARCHE}/{path}").status_code in (401, 404)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("<required>True</required>", "<required/>"),
        ("zope.schema.TextLine", "no.such.Field"),
        ("</model>", ""),
    ],
)
def test_a_form_that_could_not_be_read_back_is_not_stored(functional, old, new):
    demarche = functional["portal"].guichet.unrestrictedTraverse(DEMARCHE)
    before = demarche.fields_model
    assert old in before
    with pytest.raises(BadRequest):
        demarche.fields_model = before.replace(old, new, 1)
    assert demarche.fields_model == before


def test_a_demarche_can_be_read_as_content(functional, visitor):
    response = visitor.get(f"/{DEMARCHE}", headers={"Accept": "application/json"})
    assert response.status_code == 200
    assert response.json()["title"] == "Signaler un dépôt sauvage"
