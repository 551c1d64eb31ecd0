"""``enregistrer``: what a browser with scripts saves while somebody types."""

from comptes import make_compte
from formulaires import etape
from formulaires import PATH
from formulaires import reponses
from formulaires import valeur
from modeles import champ
from modeles import etape as page
from modeles import modele
from visitor import Form
from visitor import Visitor

import pytest
import re
import threading
import transaction


MODEL = modele(
    page("un", champ("nom", requis=True), champ("nombre", "nombre")),
    page("deux", champ("mot", "texte_long")),
    prix=[{"libelle": "Pièce", "montant": 250, "par": "nombre", "si": None}],
)


@pytest.fixture(autouse=True)
def form_of_two_steps(publie):
    publie(MODEL)


def save(form, session=None, **values):
    """What ``formulaire.js`` sends."""
    answers = {f"champ.{nom}": one for nom, one in values.items()}
    data = {**form.hidden, "etape": etape(form), **answers}
    address = form.form.get("data-guichet-enregistrer")
    session = session or form.visitor.session
    return session.post(address, data=data, files=[("", ("", b""))])


def test_the_first_save_makes_the_draft(anonyme, gardes):
    form = anonyme.open_form(PATH)
    answer = save(form, nom="Roch", nombre="2")
    [brouillon] = gardes()
    start = f"{anonyme.base}/{PATH}/formulaire/{brouillon.id}"
    body = answer.json()
    assert re.fullmatch("[0-9]{2}:[0-9]{2}", body.pop("enregistre"))
    assert (answer.status_code, body) == (
        200,
        {
            "revision": brouillon.revision,
            "adresse": start,
            "etape": f"{start}/etape/un",
            "prix": "CHF 5.00",
        },
    )
    assert brouillon.saisies == {"nom": "Roch", "nombre": "2"}
    assert answer.headers["Cache-Control"] == "no-store, private"
    # The same again is the same draft.
    assert save(form, nom="Rochat", nombre="2").status_code == 200
    [brouillon] = gardes()
    assert brouillon.saisies["nom"] == "Rochat"
    # Nothing is judged, and no step is finished by it.
    assert brouillon.faites == frozenset()


def test_wrong_answers_are_kept_as_they_are(anonyme, gardes):
    form = anonyme.open_form(PATH)
    assert save(form, nom="", nombre="douze").status_code == 200
    assert gardes()[0].saisies == {"nom": "", "nombre": "douze"}
    form.show(anonyme.session.get(f"{form.action}/{gardes()[0].id}"))
    assert valeur(form, "nombre") == "douze"


def test_only_this_step_is_written(anonyme, gardes):
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()
    assert save(form, mot="un texte").status_code == 200
    assert gardes()[0].saisies == {"nom": "Rochat", "nombre": "", "mot": "un texte"}


def test_405_for_anything_but_a_post(anonyme, gardes):
    form = anonyme.open_form(PATH)
    answer = anonyme.session.get(form.form.get("data-guichet-enregistrer"))
    assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")
    assert gardes() == []


def test_401_when_the_login_has_ended(connecte, functional, gardes):
    compte = make_compte()
    transaction.commit()
    visitor = connecte(compte)
    form = visitor.open_form(PATH).fill(nom="Rochat")
    form.press()
    visitor.session.cookies.clear()
    answer = save(form, mot="texte")
    assert answer.status_code == 401
    body = answer.json()
    assert body["message"].startswith("Votre connexion a pris fin.")
    assert "/se-connecter?retour=" in body["connexion"]
    assert gardes()[0].saisies.get("mot") is None
    connecte(compte, visitor)
    assert save(form, mot="texte").status_code == 200


def test_401_when_somebody_else_is_there(connecte, functional):
    camille, marc = make_compte(), make_compte("G-marc", prenom="Marc")
    transaction.commit()
    visitor = connecte(camille)
    form = visitor.open_form(PATH).fill(nom="Rochat")
    form.press()
    visitor.session.cookies.clear()
    connecte(marc, visitor)
    answer = save(form, mot="texte")
    assert answer.status_code == 401
    assert "connexion" not in answer.json()
    assert answer.json()["message"].startswith("Un autre compte s’est connecté")


@pytest.mark.parametrize("jeton", ["", "x", "A" * 60])
def test_404_for_a_forged_jeton(anonyme, gardes, jeton):
    form = anonyme.open_form(PATH)
    form.form.fields["jeton"] = jeton
    assert save(form, nom="x").status_code == 404
    assert gardes() == []


def test_404_for_a_draft_that_is_gone_or_foreign(anonyme, base, gardes):
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()
    assert save(form, Visitor(base).session, mot="x").status_code == 404
    start = form.action.removesuffix("etape/deux")
    anonyme.session.post(f"{start}supprimer")
    answer = save(form, mot="x")
    assert answer.status_code == 404
    assert answer.json()["message"].startswith("Ce brouillon n'existe plus")


@pytest.mark.parametrize("step", ["rien", "", "../un"])
def test_404_for_a_step_that_is_not_there(anonyme, gardes, step):
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()
    data = {**form.hidden, "etape": step, "champ.mot": "x"}
    address = form.form.get("data-guichet-enregistrer")
    assert anonyme.session.post(address, data=data).status_code == 404
    # The first step is not emptied by that.
    assert gardes()[0].saisies == {"nom": "Rochat", "nombre": ""}


def test_409_when_another_window_has_saved(anonyme, gardes):
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()
    other = Form(anonyme, anonyme.session.get(form.action))
    assert save(form, mot="premier").status_code == 200
    answer = save(other, mot="second")
    assert answer.status_code == 409
    assert answer.json()["message"].startswith("Cette demande a été modifiée")
    assert gardes()[0].saisies["mot"] == "premier"


def test_409_when_there_are_too_many(anonyme, gardes):
    sixth = anonyme.open_form(PATH)
    for _number in range(5):
        assert save(anonyme.open_form(PATH), nom="x").status_code == 200
    answer = save(sixth, nom="sixième")
    assert answer.status_code == 409
    assert answer.json()["message"].startswith("Vous avez déjà cinq demandes")
    assert len(gardes()) == 5


def test_413_when_it_is_too_long(anonyme, gardes):
    form = anonyme.open_form(PATH).fill(nom="Rochat")
    form.press()
    answer = save(form, mot="x" * 2_500_000)
    assert answer.status_code == 413
    assert "mot" not in gardes()[0].saisies


def test_values_no_browser_sends_break_nothing(anonyme):
    form = anonyme.open_form(PATH)
    for name in ("champ.nom:list", "etape:list", "revision:int", "champ.nom.x:record"):
        answer = anonyme.session.post(
            form.form.get("data-guichet-enregistrer"),
            data={**form.hidden, "etape": "un", name: "1"},
        )
        assert answer.status_code in (200, 404)


def together(*calls):
    """Make all calls at the same moment; their results in order."""
    barrier = threading.Barrier(len(calls))
    results = [None] * len(calls)

    def run(number, call):
        barrier.wait(timeout=30)
        results[number] = call()

    threads = [
        threading.Thread(target=run, args=(number, call))
        for number, call in enumerate(calls)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return results


def copy_of(form):
    """The same browser, for another thread."""
    visitor = Visitor(form.visitor.base)
    visitor.session.cookies.update(form.visitor.session.cookies)
    return visitor


def test_a_save_and_the_last_button_at_once_are_one_demande(anonyme, stored, gardes):
    form = anonyme.open_form(PATH).fill(nom="Rochat", mot="avant")
    form.review()
    step = form.step("deux")
    first, second, third = (copy_of(form) for _ in range(3))
    data = [*form.hidden.items(), ("envoyer", "1")]
    results = together(
        lambda: first.session.post(form.action, data=data),
        lambda: second.session.post(form.action, data=data),
        lambda: save(step, third.session, mot="après"),
    )
    sent = [result for result in results[:2] if "/confirmation" in result.url]
    assert sent
    assert results[2].status_code in (200, 404, 409)
    [demande] = stored()
    assert reponses(demande)["mot"] in ("avant", "après")
    assert gardes() == []


def test_two_first_saves_at_once_are_one_draft(anonyme, gardes):
    # The cookie of the browser is there already.
    save(anonyme.open_form(PATH), nom="déjà")
    form = anonyme.open_form(PATH)
    first, second = copy_of(form), copy_of(form)
    results = together(
        lambda: save(form, first.session, nom="x"),
        lambda: save(form, second.session, nom="x"),
    )
    assert [result.status_code for result in results] == [200, 200]
    assert len({result.json()["adresse"] for result in results}) == 1
    assert len(gardes()) == 2
