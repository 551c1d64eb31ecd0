"""``@demandes`` over HTTP: one demande per key, the rules of the page, one's own only."""

from base64 import b64encode
from carouge.guichet.access.domain import AccountType
from carouge.guichet.access.domain import Level
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.service import move_demande
from carouge.guichet.rest import MAX_BODY
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from fichiers import image
from plone import api
from visitor import errors
from visitor import Visitor

import hashlib
import json
import pytest
import requests
import transaction


OPEN = "dechets/signaler-un-depot-sauvage"
ANY_ACCOUNT = "dechets/commander-un-conteneur"
DRAFT = "aines/visites-de-benevoles"
SUSPENDED = "animaux/sterilisation-du-chat"
EXTERNAL = "enfance-ecoles/inscription-ecole-primaire"
NO_FORM = "dechets/petite-poubelle-verte"

PHOTO = image("JPEG")

ANSWERS = {
    "lieu": "devant le 12, rue Vautier",
    "terrain": "Trottoir ou chaussée",
    "date_constat": "2026-11-20",
    "nature": ["Meubles ou matelas", "Autre chose"],
    "volume": None,
    "danger": False,
    "description": "Un canapé rouge",
    "nom": "Rochat",
    "prenom": "Aline",
    "courriel": "aline.rochat@example.org",
    "telephone": "079 123 45 67",
    "accord": True,
}


def document(data=PHOTO, **changes):
    return {
        "filename": "photo.jpg",
        "content-type": "image/jpeg",
        "data": b64encode(data).decode(),
        "encoding": "base64",
        **changes,
    }


def error(response):
    return response.json()["error"]


# --- success ------------------------------------------------------------------


def test_a_demande_is_made(jeanne, counter):
    response = jeanne.post(OPEN, {**ANSWERS, "photo": document()})
    assert response.status_code == 201
    numbers = counter.numbers()
    assert len(numbers) == 1
    demande = counter.demande(numbers[0])
    body = response.json()
    code = body.pop("code")
    assert len(code) == 11
    assert body == {
        "@id": f"{jeanne.url}/@demandes/{numbers[0]}",
        "numero": numbers[0],
        "etat": "deposee",
        "attendu": demande.attendu.isoformat(),
        "suivi": f"{jeanne.guichet_url}/suivi",
    }
    assert response.headers["Location"] == body["@id"]
    assert response.headers["Cache-Control"] == "no-store, private"
    assert demande.usager_id == api.user.get(username="jeanne").getId()
    assert demande.courriel == "aline.rochat@example.org"
    assert {r.name: r.value for r in demande.reponses} == {
        **ANSWERS,
        "photo": {
            "moyen": "",
            "fichiers": [
                {
                    "id": hashlib.sha256(PHOTO).hexdigest()[:32],
                    "nom": "photo.jpg",
                    "type": "image/jpeg",
                    "taille": len(PHOTO),
                    "digest": hashlib.sha256(PHOTO).hexdigest(),
                }
            ],
        },
        "telephone": "+41791234567",
    }
    assert [(p.name, p.file.data, p.file.contentType) for p in demande.pieces] == [
        ("photo", PHOTO, "image/jpeg")
    ]


def test_anonymous_may_do_what_is_open_to_all(anonymous, counter):
    response = anonymous.post(OPEN, ANSWERS)
    assert response.status_code == 201
    (number,) = counter.numbers()
    assert counter.demande(number).usager_id is None


def test_the_page_and_rest_store_the_same_answers(anonymous, counter):
    """What a browser sends and what a program sends is one and the same demande."""
    typed = {name: value for name, value in ANSWERS.items() if value is not None}
    form = Visitor(anonymous.guichet_url).open_form(OPEN)
    form.fill(**{**typed, "danger": "Non"}).submit()
    number = anonymous.post(OPEN, ANSWERS).json()["numero"]
    other = next(n for n in counter.numbers() if n != number)
    by_rest = counter.demande(number)
    by_page = counter.demande(other)
    assert by_rest.reponses == by_page.reponses
    assert by_rest.form_version == by_page.form_version
    assert by_rest.courriel == by_page.courriel


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "'; DROP TABLE demandes; --",
        "${python:1+1} {{7*7}} %(x)s",
        '=HYPERLINK("http://x")',
        "Émile « Zoë » — 日本 🐕",
        "une ligne\nune autre\r\nencore\tune",
    ],
)
def test_text_is_text(jeanne, counter, text):
    response = jeanne.post(OPEN, {**ANSWERS, "description": text})
    assert response.status_code == 201
    answers = jeanne.get(f"@demandes/{response.json()['numero']}").json()["reponses"]
    kept = next(a["valeur"] for a in answers if a["nom"] == "description")
    # Lines end as they do everywhere.
    assert kept == text.replace("\r\n", "\n")


# --- the key ------------------------------------------------------------------


def test_the_same_key_gives_the_same_demande(anonymous, counter):
    first = anonymous.post(OPEN, {**ANSWERS, "photo": document()})
    second = anonymous.post(OPEN, {**ANSWERS, "photo": document()})
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == first.json()
    assert "Location" not in second.headers
    assert counter.numbers() == [first.json()["numero"]]


def test_left_out_is_the_same_as_null(anonymous, counter):
    anonymous.post(OPEN, ANSWERS)
    shorter = {name: value for name, value in ANSWERS.items() if value is not None}
    assert anonymous.post(OPEN, shorter).status_code == 200
    assert len(counter.numbers()) == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"description": "Deux canapés"},
        {"telephone": None},
        {"photo": document(PHOTO + b"!")},
        {"photo": None},
        {"danger": "false"},
        {"inconnu": 1},
        {"courriel": "pas une adresse"},
    ],
)
def test_the_same_key_with_other_answers_is_a_conflict(
    anonymous, counter, french, changes
):
    first = anonymous.post(OPEN, {**ANSWERS, "photo": document()})
    response = anonymous.post(OPEN, {**ANSWERS, "photo": document(), **changes})
    assert response.status_code == 409
    assert error(response) == {
        "type": "Conflict",
        "message": french(
            "This Idempotency-Key has already been used with other answers. Nothing was "
            "changed; use a new key for a new demande."
        ),
    }
    assert counter.numbers() == [first.json()["numero"]]


def test_another_key_is_another_demande(anonymous, counter):
    anonymous.post(OPEN, ANSWERS, key="cle-0000-0001")
    response = anonymous.post(OPEN, ANSWERS, key="cle-0000-0002")
    assert response.status_code == 201
    assert len(counter.numbers()) == 2


def test_the_same_key_of_another_caller_is_another_demande(
    anonymous, jeanne, karim, counter
):
    answers = [
        program.post(OPEN, ANSWERS).json() for program in (anonymous, jeanne, karim)
    ]
    assert len({answer["numero"] for answer in answers}) == 3
    assert len({answer["code"] for answer in answers}) == 3
    assert len(counter.numbers()) == 3


def test_the_same_key_at_the_same_moment_is_one_demande(anonymous, jeanne, counter):
    with ThreadPoolExecutor(6) as pool:
        responses = list(pool.map(lambda _: jeanne.post(OPEN, ANSWERS), range(6)))
    assert sorted(r.status_code for r in responses) == [200] * 5 + [201]
    assert {r.json()["numero"] for r in responses} == set(counter.numbers())
    assert len(counter.numbers()) == 1


def test_a_retry_after_the_end_of_the_period_still_gets_its_receipt(anonymous, counter):
    first = anonymous.post(OPEN, ANSWERS)
    counter.change(OPEN, fermeture=date(2001, 1, 1))
    second = anonymous.post(OPEN, ANSWERS)
    assert (second.status_code, second.json()) == (200, first.json())
    assert anonymous.post(OPEN, ANSWERS, key="cle-0000-0002").status_code == 403


@pytest.mark.parametrize("key", ["a" * 8, "A-b_c.9" * 2, "x" * 100])
def test_usable_keys(anonymous, key):
    assert anonymous.post(OPEN, ANSWERS, key=key).status_code == 201


@pytest.mark.parametrize(
    "key",
    ["a" * 7, "x" * 101, "avec espace", "cle:00000001", "clé-00000001", "a/b" * 5],
)
def test_a_malformed_key_is_told(anonymous, counter, french, key):
    response = anonymous.post(OPEN, ANSWERS, key=key.encode("latin-1"))
    assert response.status_code == 400
    assert error(response) == {
        "type": "BadRequest",
        "message": french(
            "The header Idempotency-Key must have 8 to 100 characters: letters without "
            "accents, digits, point, underscore or hyphen."
        ),
    }
    assert counter.numbers() == []


def test_a_missing_key_is_told(anonymous, counter, french):
    response = anonymous.post_raw(json={"demarche": OPEN, "reponses": ANSWERS})
    assert response.status_code == 400
    assert error(response) == {
        "type": "BadRequest",
        "message": french("The header Idempotency-Key is missing."),
    }
    assert counter.numbers() == []


# --- bad answers --------------------------------------------------------------

DATE = "A date is expected here, such as 2026-11-25."
TEXT = "A text is expected here."
BOOL = "true or false is expected here, without quotation marks."
OFFERED = "Only one of the offered answers is possible here."
LIST = "A list is expected here, with square brackets."
NO_QUESTION = "This form has no such question."
CONTROLS = "This answer contains characters that cannot be used. Type it anew."
DOCUMENT = (
    "A document is expected here: an object with filename, content-type, data and "
    "encoding, the encoding being base64."
)


@pytest.mark.parametrize(
    ("changes", "messages"),
    [
        ({"inconnu": "x"}, {"inconnu": NO_QUESTION}),
        ({"__proto__": {}}, {"__proto__": NO_QUESTION}),
        ({"form.widgets.lieu": "x"}, {"form.widgets.lieu": NO_QUESTION}),
        ({"lieu": 12}, {"lieu": TEXT}),
        ({"lieu": ["a"]}, {"lieu": TEXT}),
        ({"lieu": {"a": 1}}, {"lieu": TEXT}),
        ({"lieu": True}, {"lieu": TEXT}),
        ({"lieu": "a\u0000b"}, {"lieu": CONTROLS}),
        ({"lieu": "a\u009bb"}, {"lieu": CONTROLS}),
        ({"lieu": "a\ud800b"}, {"lieu": CONTROLS}),
        ({"description": "a\u0008b"}, {"description": CONTROLS}),
        ({"danger": "false"}, {"danger": BOOL}),
        ({"danger": 0}, {"danger": BOOL}),
        ({"accord": "true"}, {"accord": BOOL}),
        (
            {"accord": False},
            {
                "accord": "Please tick this box: without it the demande cannot be "
                "submitted."
            },
        ),
        ({"terrain": "Ailleurs"}, {"terrain": OFFERED}),
        ({"terrain": 1}, {"terrain": OFFERED}),
        ({"terrain": ["Parc ou place"]}, {"terrain": OFFERED}),
        ({"nature": "Autre chose"}, {"nature": LIST}),
        ({"nature": ["Autre chose", "Ailleurs"]}, {"nature": OFFERED}),
        ({"nature": [["Autre chose"]]}, {"nature": OFFERED}),
        ({"date_constat": "20.11.2026"}, {"date_constat": DATE}),
        ({"date_constat": "2026-02-30"}, {"date_constat": DATE}),
        ({"date_constat": "20261120"}, {"date_constat": DATE}),
        ({"date_constat": 20261120}, {"date_constat": DATE}),
        ({"photo": "photo.jpg"}, {"photo": DOCUMENT}),
        ({"photo": {}}, {"photo": DOCUMENT}),
        ({"photo": document(encoding="hex")}, {"photo": DOCUMENT}),
        ({"photo": document(filename=3)}, {"photo": DOCUMENT}),
        ({"photo": document(chemin="/etc/passwd")}, {"photo": DOCUMENT}),
        (
            {"photo": document(data=b"") | {"data": "pas du base64 !"}},
            {"photo": "The document is not correctly encoded."},
        ),
        (
            {"photo": document(data=b"")},
            {"photo": "This file is empty. Please choose it again."},
        ),
        (
            {"lieu": 3, "danger": "non", "autre": 1},
            {"lieu": TEXT, "danger": BOOL, "autre": NO_QUESTION},
        ),
    ],
)
def test_wrong_answers_are_named(anonymous, counter, french, changes, messages):
    response = anonymous.post(OPEN, {**ANSWERS, **changes})
    assert response.status_code == 400
    assert error(response) == {
        "type": "BadRequest",
        "message": french(
            "Some answers are missing or not valid. Nothing was submitted."
        ),
        "champs": {name: french(message) for name, message in messages.items()},
    }
    assert counter.numbers() == []


def test_missing_answers_are_named(anonymous, counter):
    response = anonymous.post(OPEN, {"nom": "  ", "nature": [], "lieu": ""})
    assert response.status_code == 400
    assert set(error(response)["champs"]) == {
        "lieu",
        "terrain",
        "date_constat",
        "nature",
        "danger",
        "description",
        "nom",
        "prenom",
        "courriel",
        "accord",
    }
    assert counter.numbers() == []


@pytest.mark.parametrize(
    ("name", "json_value", "form_value"),
    [
        ("lieu", "", ""),
        ("lieu", "x" * 201, "x" * 201),
        ("lieu", "a\nb", "a\nb"),
        ("description", "x" * 2001, "x" * 2001),
        ("telephone", "0" * 31, "0" * 31),
        ("courriel", "aline", "aline"),
        ("courriel", "a@b.ch\r\nBcc: c@d.ch", "a@b.ch\r\nBcc: c@d.ch"),
        ("courriel", "a@b.ch, c@d.ch", "a@b.ch, c@d.ch"),
    ],
)
def test_rest_says_what_the_page_says(anonymous, counter, name, json_value, form_value):
    """The rules are those of the form, word for word."""
    form = Visitor(anonymous.guichet_url).open_form(OPEN)
    typed = {key: value for key, value in ANSWERS.items() if value is not None}
    form.fill(**{**typed, "danger": "Non", name: form_value})
    message = dict(errors(form.submit()))[f"champ-{name}"]
    response = anonymous.post(OPEN, {**ANSWERS, name: json_value})
    assert response.status_code == 400
    assert error(response)["champs"] == {name: message}
    assert counter.numbers() == []


def test_two_megabytes_of_text_are_refused(anonymous, counter):
    response = anonymous.post(OPEN, {**ANSWERS, "description": "a" * 2 * 2**20})
    assert response.status_code == 400
    assert list(error(response)["champs"]) == ["description"]
    assert len(response.content) < 1000
    assert counter.numbers() == []


def test_thousands_of_names_are_not_repeated(anonymous, counter):
    names = {f"{'n' * 500}{number}": 1 for number in range(5000)}
    response = anonymous.post(OPEN, {**ANSWERS, **names})
    assert response.status_code == 400
    assert len(response.content) < 50_000
    assert counter.numbers() == []


def test_a_document_larger_than_on_the_page_is_refused(anonymous, counter):
    large = PHOTO + b"\0" * 10 * 2**20
    response = anonymous.post(OPEN, {**ANSWERS, "photo": document(large)})
    assert response.status_code == 400
    assert list(error(response)["champs"]) == ["photo"]
    assert counter.numbers() == []


def test_the_path_in_a_file_name_is_dropped(anonymous, counter):
    photo = document(filename="C:\\Users\\..\\secret/photo.jpg")
    response = anonymous.post(OPEN, {**ANSWERS, "photo": photo})
    assert response.status_code == 201
    (piece,) = counter.demande(response.json()["numero"]).pieces
    assert "/" not in piece.file.filename
    assert "\\" not in piece.file.filename


NUMBERS = """
<model xmlns="http://namespaces.plone.org/supermodel/schema"
       xmlns:easyform="http://namespaces.plone.org/supermodel/easyform">
  <schema>
    <field name="combien" type="zope.schema.Int">
      <title>Combien</title><min>1</min><max>20</max>
    </field>
    <field name="montant" type="zope.schema.Decimal">
      <title>Montant</title><min>0</min><required>False</required>
    </field>
    <field name="remarque" type="zope.schema.TextLine"
           easyform:validators="isNotLinkSpam">
      <title>Remarque</title><required>False</required>
    </field>
    <field name="canal" type="zope.schema.TextLine" easyform:serverSide="True">
      <title>Canal</title><default>guichet</default><required>False</required>
    </field>
    <field name="origine" type="zope.schema.TextLine" easyform:THidden="True">
      <title>Origine</title><default>commune</default>
    </field>
  </schema>
</model>
"""


@pytest.fixture
def numbers_form(counter):
    counter.change(OPEN, fields_model=NUMBERS)


def test_numbers_and_what_the_server_gives_itself(anonymous, counter, numbers_form):
    response = anonymous.session.post(
        f"{anonymous.url}/@demandes",
        data=f'{{"demarche": "{OPEN}", "reponses": {{"combien": 3, "montant": 12.50}}}}',
        headers={
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": "cle-0000-0001",
        },
    )
    assert response.status_code == 201
    demande = counter.demande(counter.numbers()[0])
    assert {r.name: r.value for r in demande.reponses} == {
        "combien": 3,
        "montant": "12.50",
        "remarque": None,
        "canal": "guichet",
        "origine": "commune",
    }


def test_questions_of_the_server_are_not_offered(anonymous, numbers_form):
    form = anonymous.get(f"@demarches/{OPEN}").json()["formulaire"]
    assert [field["name"] for field in form["fields"]] == [
        "combien",
        "montant",
        "remarque",
    ]


WHOLE = "A whole number is expected here, without quotation marks."
NUMBER = "A number is expected here, without quotation marks."


@pytest.mark.parametrize(
    ("reponses", "messages"),
    [
        ({"combien": 3, "canal": "agent"}, {"canal": NO_QUESTION}),
        ({"combien": 3, "origine": "ailleurs"}, {"origine": NO_QUESTION}),
        ({"combien": "3"}, {"combien": WHOLE}),
        ({"combien": 3.0}, {"combien": WHOLE}),
        ({"combien": True}, {"combien": WHOLE}),
        ({"combien": 10**15}, {"combien": WHOLE}),
        ({"combien": 3, "montant": False}, {"montant": NUMBER}),
    ],
)
def test_wrong_numbers_and_forged_answers(
    anonymous, counter, french, numbers_form, reponses, messages
):
    response = anonymous.post(OPEN, reponses)
    assert response.status_code == 400
    assert error(response)["champs"] == {
        name: french(message) for name, message in messages.items()
    }
    assert counter.numbers() == []


@pytest.mark.parametrize(
    ("reponses", "name"),
    [
        ({"combien": 0}, "combien"),
        ({"combien": 21}, "combien"),
        ({"combien": 3, "montant": -1}, "montant"),
        ({"combien": 3, "remarque": "voir http://exemple.ch"}, "remarque"),
    ],
)
def test_the_rules_of_the_editor_hold(anonymous, counter, numbers_form, reponses, name):
    response = anonymous.post(OPEN, reponses)
    assert response.status_code == 400
    assert list(error(response)["champs"]) == [name]
    assert counter.numbers() == []


# --- bad requests -------------------------------------------------------------

NOT_JSON = "This is not valid JSON."
NO_OBJECT = "Send a JSON object, with braces."
TWO_KEYS = (
    "Send an object with two keys: demarche, a text, and reponses, an object with the "
    "answers by name."
)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", NOT_JSON),
        (b"demarche=dechets", NOT_JSON),
        (b"{", NOT_JSON),
        (b"\xff\xfe\xfd", NOT_JSON),
        (b'{"demarche": NaN}', NOT_JSON),
        (b'{"demarche": 1e999999999}', NOT_JSON),
        (b'{"demarche": ' + b"9" * 5000 + b"}", NOT_JSON),
        (b'{"demarche": "a", "demarche": "b", "reponses": {}}', NOT_JSON),
        (b"[]", NO_OBJECT),
        (b"[{}]", NO_OBJECT),
        (b'"demarche"', NO_OBJECT),
        (b"null", NO_OBJECT),
        (b"3", NO_OBJECT),
        (b"{}", TWO_KEYS),
        (b'{"demarche": "a/b"}', TWO_KEYS),
        (b'{"reponses": {}}', TWO_KEYS),
        (b'{"demarche": 3, "reponses": {}}', TWO_KEYS),
        (b'{"demarche": "a/b", "reponses": []}', TWO_KEYS),
        (b'{"demarche": "a/b", "reponses": "x"}', TWO_KEYS),
        (b'{"demarche": "a/b", "reponses": {}, "usager_id": "karim"}', TWO_KEYS),
    ],
)
def test_a_body_of_another_form_is_told(anonymous, counter, french, body, message):
    response = anonymous.post_raw(
        data=body,
        headers={
            "Content-Type": "application/json",
            "Idempotency-Key": "cle-0000-0001",
        },
    )
    assert response.status_code == 400
    assert error(response) == {"type": "BadRequest", "message": french(message)}
    assert response.headers["Content-Type"] == "application/json"
    assert counter.numbers() == []


def test_brackets_without_end_are_told(anonymous, counter, french):
    response = anonymous.post_raw(
        data=b"[" * 100_000,
        headers={
            # plone.restapi's own login reads the plain spelling first, and stumbles.
            "Content-Type": "application/json; charset=utf-8",
            "Idempotency-Key": "cle-0000-0001",
        },
    )
    assert response.status_code == 400
    assert error(response) == {"type": "BadRequest", "message": french(NOT_JSON)}


def test_a_body_beyond_all_documents_is_refused(anonymous, counter, french):
    response = anonymous.post_raw(
        data=b" " * (MAX_BODY + 1),
        headers={
            "Content-Type": "application/json",
            "Idempotency-Key": "cle-0000-0001",
        },
    )
    assert response.status_code == 413
    assert error(response) == {
        "type": "PayloadTooLarge",
        "message": french("This is too much for one demande."),
    }


@pytest.mark.parametrize(
    "content_type",
    [
        "application/x-www-form-urlencoded",
        "text/plain",
        "text/plain; application/json",
        "multipart/form-data; boundary=x",
        None,
    ],
)
def test_no_form_of_another_site_can_submit(jeanne, counter, french, content_type):
    body = json.dumps({"demarche": OPEN, "reponses": ANSWERS}).encode()
    headers = {"Idempotency-Key": "cle-0000-0001"}
    if content_type:
        headers["Content-Type"] = content_type
    if content_type and content_type.startswith("multipart"):
        body = (
            b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n'
            + body
            + b"\r\n--x--\r\n"
        )
    response = jeanne.post_raw(data=body, headers=headers)
    assert response.status_code == 400
    assert error(response) == {
        "type": "BadRequest",
        "message": french("Send JSON, with the header Content-Type: application/json."),
    }
    assert counter.numbers() == []


@pytest.mark.parametrize(
    "path",
    [
        "dechets/inconnue",
        "dechets",
        "",
        "/",
        DRAFT,
        f"{OPEN}/",
        f"/{OPEN}",
        "../guichet/dechets/signaler-un-depot-sauvage",
        "dechets/\ud800",
    ],
)
def test_an_unknown_demarche(anonymous, counter, french, path):
    response = anonymous.post(path, ANSWERS)
    assert response.status_code == 404
    assert error(response) == {
        "type": "NotFound",
        "message": french("There is no such démarche."),
    }
    assert counter.numbers() == []


def test_nothing_is_posted_below(anonymous, jeanne, counter, french):
    response = anonymous.session.post(f"{anonymous.url}/@demandes/2026", json={})
    assert response.status_code == 401
    assert error(response) == {
        "type": "Unauthorized",
        "message": french("Please log in first."),
    }
    response = jeanne.session.post(f"{jeanne.url}/@demandes/2026", json={})
    assert response.status_code == 404
    assert error(response) == {
        "type": "NotFound",
        "message": french("Nothing was found at this address."),
    }


# --- refusals -----------------------------------------------------------------


def test_who_is_not_allowed_is_told_why(anonymous, counter, french):
    response = anonymous.post(ANY_ACCOUNT, {"quatsch": 1})
    assert response.status_code == 403
    assert error(response) == {
        "type": "Forbidden",
        "motif": "login",
        "remede": "log_in",
        "message": ". ".join(
            (
                french("You need an account for this démarche"),
                french(
                    "Log in: you come back to this page at once. Without an account, "
                    "the counter does this démarche with you."
                ),
            )
        ),
    }
    assert counter.numbers() == []


def test_who_has_an_account_is_allowed(jeanne, counter, proved):
    assert jeanne.post(ANY_ACCOUNT, {}).status_code == 403
    proved(level=Level.DECLARED, account_type=AccountType.PERSONNE)
    response = jeanne.post(
        ANY_ACCOUNT,
        {
            "adresse": {
                "rue": "rue Vautier 12",
                "npa": "1227",
                "localite": "Carouge GE",
            },
            "type_immeuble": "Immeuble d'habitation",
            "nombre_logements": 12,
            "qualite": "Concierge",
            "accord_proprietaire": {"moyen": "poste"},
            "motif": "Nouveau conteneur",
            "type_dechet": "Papier et carton",
            "taille": "800 litres",
            "quantite": 1,
            "courriel": "jeanne@example.org",
            "telephone": "079 123 45 67",
            "accord": True,
        },
    )
    assert response.status_code == 201
    assert counter.numbers() == [response.json()["numero"]]


@pytest.mark.parametrize(
    ("path", "changes", "reason", "message"),
    [
        (SUSPENDED, {}, "suspended", "This démarche is suspended for the moment."),
        (NO_FORM, {}, "no_form", "This démarche has no online form."),
        (OPEN, {"fermeture": date(2001, 1, 1)}, "closed", "This démarche is closed."),
        (
            OPEN,
            {"ouverture": date(2999, 1, 1)},
            "not_yet",
            "This démarche is not open yet.",
        ),
        (
            OPEN,
            {"lien_externe": "https://www.ge.ch/"},
            "external",
            "This démarche is done on another site.",
        ),
    ],
)
def test_a_closed_demarche_says_so(
    anonymous, counter, french, path, changes, reason, message
):
    if changes:
        counter.change(path, **changes)
    response = anonymous.post(path, ANSWERS)
    assert response.status_code == 403
    assert error(response) == {
        "type": "Forbidden",
        "motif": reason,
        "remede": None,
        "message": french(message),
    }
    assert counter.numbers() == []


def test_a_login_that_is_not_recognised_makes_no_anonymous_demande(
    anonymous, counter, french
):
    for value in ("Basic amVhbm5lOmZhdXg=", "Bearer un.jeton.perime"):
        response = anonymous.post(OPEN, ANSWERS, headers={"Authorization": value})
        assert response.status_code == 401
        assert error(response) == {
            "type": "Unauthorized",
            "message": french("Please log in first."),
        }
    assert counter.numbers() == []


# --- reading ------------------------------------------------------------------


def test_ones_own_demandes_newest_first(jeanne, karim, counter):
    numbers = [
        jeanne.post(OPEN, ANSWERS, key=f"cle-0000-000{index}").json()["numero"]
        for index in range(3)
    ]
    for index, demande in enumerate([counter.demande(number) for number in numbers]):
        demande.depot = demande.depot.replace(minute=index, second=0)
        demande.reindexObject()
    transaction.commit()
    karim.post(OPEN, ANSWERS)
    body = jeanne.get("@demandes").json()
    assert [item["numero"] for item in body["items"]] == numbers[::-1]
    assert body["items_total"] == 3
    newest = counter.demande(numbers[2])
    assert body["items"][0] == {
        "@id": f"{jeanne.url}/@demandes/{numbers[2]}",
        "numero": numbers[2],
        "titre": "Signaler un dépôt sauvage",
        "etat": "deposee",
        "etat_libelle": body["items"][0]["etat_libelle"],
        "depot": newest.depot.isoformat(timespec="seconds"),
        "attendu": newest.attendu.isoformat(),
        "deposant": None,
        "organisation": None,
        "membre": None,
        "demarche": newest.demarche_uid,
        "attendu_de_moi": [],
    }
    page = jeanne.get("@demandes", b_size=2, b_start=2).json()
    assert [item["numero"] for item in page["items"]] == numbers[:1]
    assert page["items_total"] == 3
    assert "next" not in page["batching"]
    assert page["batching"]["prev"] == f"{jeanne.url}/@demandes?b_size=2&b_start=0"


def test_one_demande_with_all_that_is_known(jeanne, counter, french):
    number = jeanne.post(OPEN, {**ANSWERS, "photo": document()}).json()["numero"]
    with api.env.adopt_user(username="agent-dechets"):
        move_demande(
            demande=counter.demande(number),
            transition="demander_complement",
            actor=Actor.AGENT,
            message="Quelle est la couleur du canapé ?",
        )
    transaction.commit()
    response = jeanne.get(f"@demandes/{number}")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store, private"
    body = response.json()
    demande = counter.demande(number)
    assert body["@id"] == f"{jeanne.url}/@demandes/{number}"
    assert body["numero"] == number
    assert body["titre"] == "Signaler un dépôt sauvage"
    assert body["etat"] == "a_completer"
    assert body["etat_libelle"] == french("To be completed")
    assert body["attendu"] == demande.attendu.isoformat()
    assert body["courriel"] == "aline.rochat@example.org"
    assert body["reponses"][0] == {
        "nom": "lieu",
        "etape": "L'endroit",
        "question": "Adresse ou endroit",
        "texte": "devant le 12, rue Vautier",
        "valeur": "devant le 12, rue Vautier",
    }
    assert [answer["nom"] for answer in body["reponses"]] == [
        reponse.name for reponse in demande.reponses
    ]
    assert body["pieces"] == [
        {
            "@id": f"{jeanne.url}/@demandes/{number}/pieces/1",
            "nom": "photo",
            "question": "Photo du dépôt",
            "fichier": "photo.jpg",
            "taille": len(PHOTO),
            "sha256": hashlib.sha256(PHOTO).hexdigest(),
            "moyen": None,
            "recue": None,
        }
    ]
    assert [
        (step["etat"], step["transition"], step["message"])
        for step in body["historique"]
    ] == [
        ("deposee", None, ""),
        ("a_completer", "demander_complement", "Quelle est la couleur du canapé ?"),
    ]
    assert "agent-dechets" not in response.text
    assert "code" not in body


def test_a_foreign_demande_does_not_exist(jeanne, karim, anonymous, french):
    of_karim = karim.post(OPEN, ANSWERS).json()["numero"]
    of_nobody = anonymous.post(OPEN, ANSWERS).json()["numero"]
    not_found = {
        "error": {
            "type": "NotFound",
            "message": french("Nothing was found at this address."),
        }
    }
    for number in (of_karim, of_nobody, "2026-K7QM-4TXC", "bidon", "2026", "%00"):
        response = jeanne.session.get(f"{jeanne.url}/@demandes/{number}")
        assert (response.status_code, response.json()) == (404, not_found)
    own = jeanne.post(OPEN, ANSWERS).json()["numero"]
    response = jeanne.get(f"@demandes/{own}/pieces")
    assert (response.status_code, response.json()) == (404, not_found)


def test_staff_read_what_their_services_have(jeanne):
    number = jeanne.post(OPEN, ANSWERS).json()["numero"]
    found = {
        login: requests.get(
            f"{jeanne.url}/@demandes/{number}", auth=(login, "Guichet-2026!")
        ).status_code
        for login in ("agent-dechets", "agent-ecoles", "editeur")
    }
    assert found == {"agent-dechets": 200, "agent-ecoles": 404, "editeur": 404}


def test_anonymous_reads_nothing(anonymous, french):
    receipt = anonymous.post(OPEN, ANSWERS).json()
    for path in ("@demandes", f"@demandes/{receipt['numero']}"):
        response = anonymous.get(path, code=receipt["code"])
        assert response.status_code == 401
        assert response.headers["Cache-Control"] == "no-store, private"
        assert "WWW-Authenticate" not in response.headers
        assert response.json() == {
            "error": {
                "type": "Unauthorized",
                "message": french("Please log in first."),
            }
        }


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_there_is_nothing_else_to_do(jeanne, counter, method):
    number = jeanne.post(OPEN, ANSWERS).json()["numero"]
    for path in ("@demandes", f"@demandes/{number}"):
        response = getattr(jeanne.session, method)(f"{jeanne.url}/{path}", json={})
        assert response.status_code == 404
    assert counter.numbers() == [number]


def test_errors_are_in_french(anonymous):
    response = anonymous.post_raw(json=[])
    assert error(response)["message"] == "Envoyez un objet JSON, entre accolades."
