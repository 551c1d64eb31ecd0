"""A large form: its XML is read once, and a step reads what it needs."""

from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.formulaire import compile as compilation
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire.browser.enregistrement import Enregistrement
from carouge.guichet.formulaire.browser.formulaire import PageEtape
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import compile_model
from collections import Counter
from modeles import champ
from modeles import etape
from modeles import modele
from modeles import regle
from modeles import si
from publication import publier

import pytest


#: 10 steps of 8 questions and a group of 4; 4 conditions in each.
STEPS, PLAIN, GROUPED = 10, 8, 4
#: The questions of the first step that all conditions read.
READ = [f"q0_{number}" for number in range(4)]


def _step(step: int) -> str:
    plain = [
        champ(
            f"q{step}_{number}",
            requis=True,
            # The last ones of each step depend on the first step.
            **(
                {"si": si(regle(READ[number % 4], "rempli"))}
                if number >= PLAIN - 4 and step
                else {}
            ),
        )
        for number in range(PLAIN)
    ]
    grouped = [
        champ(f"g{step}_{number}", groupe=f"groupe{step}") for number in range(GROUPED)
    ]
    return etape(f"etape{step}", *plain, *grouped)


MODEL = modele(
    *[_step(step) for step in range(STEPS)],
    groupes={
        f"groupe{step}": {
            "titre": "Rang",
            "ajouter": "",
            "min": 2,
            "max": 5,
            "si": None,
        }
        for step in range(STEPS)
    },
    etapes={
        f"etape{step}": {"si": si(regle(READ[0], "rempli"))} for step in range(6, 10)
    },
)


@pytest.fixture
def demarche(demo_integration):
    compile_model.cache_clear()
    demarche = demo_integration["portal"].guichet.dechets["commander-un-conteneur"]
    demarche.fields_model = MODEL
    demarche.niveau = "ouvert"
    publier(demarche)
    return demarche


@pytest.fixture
def parsed(monkeypatch):
    """The models that were parsed, in order."""
    found = []
    parse = compilation.loadString
    monkeypatch.setattr(
        compilation,
        "loadString",
        lambda model, *args, **kwargs: (
            found.append(model),
            parse(model, *args, **kwargs),
        )[1],
    )
    return found


@pytest.fixture
def read(demarche, monkeypatch):
    """How often each question was read."""
    found = Counter()
    classes = {type(one.genre) for one in compile_form(demarche).questions.values()}
    for genre in classes:

        def lire(self, champ, *args, _lire=genre.lire):
            found[champ.__name__] += 1
            return _lire(self, champ, *args)

        monkeypatch.setattr(genre, "lire", lire)
    return found


@pytest.fixture
def request_(demo_integration):
    """A request of a browser that has begun something."""
    request = demo_integration["request"].clone()
    request.method = "POST"
    brouillons.marquer_navigateur(request)
    return request


@pytest.fixture
def brouillon(demarche, request_):
    """All of it answered but the last step."""
    owner = brouillons.navigateur(request_)
    brouillon = remplir.commencer(demarche, "a" * 32, owner)
    form = compile_form(demarche)
    for step in form.etapes[:-1]:
        saisies = {one.nom: "x" for one in step.questions if one.groupe is None}
        ouvert = remplir.noter(demarche, brouillon, step.id, saisies)
        assert remplir.valider(demarche, ouvert, step) == []
    return brouillon


def send(page, demarche, request, brouillon, step, **more):
    request.form.update({f"champ.q{step}_{n}": "y" for n in range(PLAIN)})
    request.form.update({"revision": str(brouillon.revision), **more})
    return page(demarche, request, brouillon.id)


def test_the_size_of_it(demarche):
    form = compile_form(demarche)
    conditions = [one for one in form.plan.suite if one.condition]
    assert len(form.questions) == 120
    assert len(form.groupes) == 10
    assert len(conditions) == 40
    assert form.references == set(READ)
    assert form.problemes == ()


def test_the_model_is_parsed_once_for_all_that_follows(
    parsed, demarche, request_, brouillon
):
    for _time in range(3):
        page = send(PageEtape, demarche, request_, brouillon, 5, suivant="1")
        page("etape5")
        page = send(Enregistrement, demarche, request_, brouillon, 5, etape="etape5")
        page()
    assert parsed.count(MODEL) == 1


def test_another_version_is_parsed_once_as_well(parsed, demarche, brouillon):
    compile_form(demarche)
    demarche.fields_model = MODEL.replace("Q5_1", "Autrement")
    publier(demarche)
    for _time in range(3):
        remplir.ouvrir(demarche, brouillon)
    assert len(parsed) == len(set(parsed)) == 2


def test_a_step_reads_itself_and_what_conditions_read(
    demarche, request_, brouillon, read
):
    page = send(PageEtape, demarche, request_, brouillon, 5, suivant="1")
    read.clear()
    page("etape5")
    location = request_.response.getHeader("Location")
    assert location.endswith("/etape/etape6")
    here = {one.nom for one in compile_form(demarche).etape("etape5").questions}
    # Before the save and after it, nothing of the other steps is read but this.
    assert set(read) <= here | set(READ)
    assert max(read[nom] for nom in READ) == 2
    # The questions of the step are judged once; those of the group once per row.
    assert {read[nom] for nom in here if nom.startswith("q")} == {1}
    assert {read[nom] for nom in here if nom.startswith("g")} == {2}


def test_a_save_while_typing_judges_nothing(demarche, request_, brouillon, read):
    page = send(Enregistrement, demarche, request_, brouillon, 5, etape="etape5")
    read.clear()
    page()
    assert request_.response.getStatus() == 200
    assert set(read) == set(READ)
    assert brouillon.saisies["q5_0"] == "y"
