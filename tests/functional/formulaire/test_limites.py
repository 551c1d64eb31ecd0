"""What a stranger can do to the brouillons of others, and to the disk."""

from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire import papier
from carouge.guichet.formulaire.domain import LIFETIME
from carouge.guichet.limiter import Quota
from comptes import make_compte
from datetime import timedelta
from formulaires import PATH
from modeles import champ
from modeles import etape
from modeles import modele
from visitor import Visitor

import pytest
import requests
import transaction


MODEL = modele(
    etape("un", champ("nom", requis=True)),
    etape("deux", champ("preuve", "piece", requis=False)),
)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n"
TROP = (
    "Too much has come from your internet connection today. Please log in, or try "
    "again tomorrow.",
    "Beaucoup de demandes sont venues aujourd’hui de votre connexion internet. "
    "Connectez-vous, ou réessayez demain.",
)


@pytest.fixture(autouse=True)
def form_of_two_steps(publie):
    publie(MODEL)


@pytest.fixture
def quota(monkeypatch):
    """Set one of the quotas, and count this machine as any other."""
    monkeypatch.setattr(limites, "_est_locale", lambda address: False)

    def allow(name, uses):
        monkeypatch.setattr(limites, name, Quota(lambda: 0.0, uses, 60.0))

    return allow


def save(form, **headers):
    """What ``formulaire.js`` sends."""
    return form.visitor.session.post(
        form.form.get("data-guichet-enregistrer"),
        data={**form.hidden, "etape": "un", "champ.nom": "Rochat"},
        files=[("", ("", b""))],
        headers=headers,
    )


# --- the page of somebody else ----------------------------------------------------


def test_who_had_the_page_before_does_not_know_the_draft(anonyme, base, gardes):
    form = anonyme.open_form(PATH)
    page = dict(form.hidden)
    known = save(form).json()["adresse"]
    anonyme.session.post(f"{known}/supprimer", data={"a": "b"})
    assert gardes() == []
    # The same page in another browser: had it the same id, its confirmation with
    # number and code would be open to whoever began it first.
    form = Visitor(base).open_form(PATH)
    form.visitor.session.post(form.action, data={**page, "champ.nom": "Victime"})
    [brouillon] = gardes()
    assert brouillon.saisies["nom"] == "Victime"
    assert not known.endswith(brouillon.id)


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_foreign_page_begins_nothing(anonyme, gardes, site):
    form = anonyme.open_form(PATH)
    answer = anonyme.session.post(
        form.action,
        data={**form.hidden, "champ.nom": "planté"},
        headers={"Sec-Fetch-Site": site},
    )
    assert answer.status_code == 200
    assert "Set-Cookie" not in answer.headers
    assert save(form, **{"Sec-Fetch-Site": site}).status_code == 404
    assert gardes() == []
    assert save(form, **{"Sec-Fetch-Site": "same-origin"}).status_code == 200
    assert len(gardes()) == 1


# --- the confirmation -------------------------------------------------------------


def test_the_key_of_a_program_opens_nothing(base, stored):
    body = {"demarche": PATH, "reponses": {"nom": "Rochat"}}
    rest = base.replace("/plone/", "/plone/++api++/")
    headers = {"Accept": "application/json", "Idempotency-Key": "0000000000000001"}
    made = requests.post(f"{rest}/@demandes", json=body, headers=headers)
    assert made.status_code == 201
    [demande] = stored()
    page = requests.get(f"{base}/{PATH}/confirmation?brouillon=0000000000000001")
    assert page.status_code == 404
    assert demande.numero not in page.text
    receipt = requests.post(
        f"{rest}/@brouillons/0000000000000001/depot",
        json={"demarche": PATH},
        headers=headers,
    )
    assert receipt.status_code == 404
    assert demande.numero not in receipt.text


@pytest.mark.parametrize("id", ["a:b", "é" * 20, "x" * 200, "..."])
def test_no_id_at_all(base, id):
    for address in (f"formulaire/{id}", f"formulaire/{id}/verifier"):
        answer = requests.get(f"{base}/{PATH}/{address}")
        assert answer.status_code == 404
    assert requests.get(f"{base}/{PATH}/confirmation?brouillon={id}").status_code == 404


def test_the_confirmation_opens_for_a_day(anonyme, stored):
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    address = form.submit().url
    assert requests.get(address).status_code == 200
    [demande] = stored()
    demande.depot = demande.depot - LIFETIME - timedelta(minutes=1)
    transaction.commit()
    later = requests.get(address)
    assert later.status_code == 404
    assert demande.numero not in later.text


# --- how much ---------------------------------------------------------------------


def test_brouillons_of_one_place(anonyme, base, gardes, quota):
    quota("brouillons", 2)
    form = anonyme.open_form(PATH)
    # Saved twice it is still one.
    assert [save(form).status_code for _time in range(2)] == [200, 200]
    assert save(Visitor(base).open_form(PATH)).status_code == 200
    other = Visitor(base).open_form(PATH).fill(nom="Rochat")
    refused = save(other)
    assert refused.status_code == 429
    assert refused.json()["message"] in TROP
    page = other.press()
    assert any(words in page.text for words in TROP)
    assert "Rochat" in page.text
    assert len(gardes()) == 2


def test_the_same_by_rest(base, gardes, quota):
    quota("brouillons", 1)

    def begin(service, key):
        return requests.post(
            f"{base.replace('/plone/', '/plone/++api++/')}/{service}",
            json={"demarche": PATH, "reponses": {}},
            headers={"Accept": "application/json", "Idempotency-Key": key},
        ).status_code

    assert begin("@brouillons", "cle-0000-0001") == 201
    assert begin("@brouillons", "cle-0000-0002") == 429
    assert begin("@demandes", "cle-0000-0003") == 429
    assert len(gardes()) == 1


def test_a_compte_is_not_closed_out_by_its_neighbours(anonyme, connecte, quota):
    quota("brouillons", 1)
    compte = make_compte()
    transaction.commit()
    assert save(anonyme.open_form(PATH)).status_code == 200
    visitor = connecte(compte)
    assert save(visitor.open_form(PATH)).status_code == 200
    second = visitor.open_form(PATH)
    assert save(second).status_code == 429


def test_megabytes_of_one_place(anonyme, gardes, quota):
    quota("megaoctets", 2)
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()

    def send(data):
        [brouillon] = gardes()
        return anonyme.session.post(
            f"{anonyme.base}/{PATH}/formulaire/{brouillon.id}/fichiers",
            data={"champ": "preuve"},
            files={"fichier": ("a.pdf", data, "application/pdf")},
        )

    # The second megabyte has begun: three would be needed with it.
    assert send(PDF).status_code == 201
    refused = send(PDF + b" " * 1024 * 1024)
    assert refused.status_code == 400
    assert refused.json()["message"] in TROP
    assert send(PDF).status_code == 201
    assert send(PDF).status_code == 400


def test_long_answers_are_not_written_again_and_again(anonyme, gardes, quota):
    quota("megaoctets", 2)
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()
    [brouillon] = gardes()
    address = f"{anonyme.base}/{PATH}/formulaire/{brouillon.id}/enregistrer"

    def write(nom):
        return anonyme.session.post(address, data={"etape": "un", "champ.nom": nom})

    answers = [write(letter * 100_000) for letter in "abc"]
    assert [answer.status_code for answer in answers] == [200, 200, 413]
    assert write("court").status_code == 200


def test_forms_on_paper_for_one_place(base, quota, monkeypatch):
    made = []
    monkeypatch.setattr(papier, "en_pdf", lambda html, style: made.append(html) or b"x")
    quota("papiers", 1)

    def get(host):
        return requests.get(f"{base}/{PATH}/papier", headers={"Host": host})

    # Another host name is another sheet; the one that is there costs nothing.
    answers = [get(host) for host in ("un.example", "deux.example", "un.example")]
    assert [answer.status_code for answer in answers] == [200, 429, 200]
    assert answers[1].text in TROP
    assert len(made) == 1
