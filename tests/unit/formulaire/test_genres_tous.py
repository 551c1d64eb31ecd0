"""What holds for every kind of question, whatever is typed."""

from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genres import genre_de
from carouge.guichet.formulaire.genres import INCONNU
from carouge.guichet.formulaire.valeurs import MembreConnu
from collective.easyform.fields import Label
from collective.easyform.fields import ReCaptcha
from collective.easyform.fields import RichLabel
from genres import CONTEXTE
from genres import dire
from genres import tous_les_champs
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from zope import schema

import json
import pytest


CHAMPS = tous_les_champs()
NOMS = sorted(CHAMPS)

#: Saisies that look like answers more often than chance would have it.
PLAUSIBLES = st.one_of(
    st.sampled_from(
        [
            "oui",
            "non",
            "maison",
            "m1",
            "m2",
            "f1",
            "1227",
            "25.11.2026",
            "31/12/2026",
            "2026-12-01",
            "1'234,50",
            "-0",
            "CHF 12.-",
            "name@example.ch",
            "022 307 91 11",
            "+33 4 50 12 34 56",
            "CH93 0076 2011 6238 5295 7",
            "GB82 WEST 1234 5698 7654 32",
            "756.9217.0769.85",
            "CHE-123.456.788",
        ]
    ),
    st.integers(-(10**20), 10**20).map(str),
    st.decimals(allow_nan=True, allow_infinity=True).map(str),
    st.dates().map(lambda day: day.strftime("%d.%m.%Y")),
    st.from_regex(r"[0-9'’., /+-]{1,20}", fullmatch=True),
    st.text(max_size=40),
)
PARTIES = st.sampled_from(["rue", "npa", "localite", "moyen", "fichiers", "id", ""])
SAISIES = st.one_of(
    PLAUSIBLES,
    st.lists(PLAUSIBLES, max_size=4),
    st.dictionaries(
        PARTIES,
        st.one_of(
            PLAUSIBLES,
            st.just(""),
            st.just("poste"),
            st.lists(st.sampled_from(["f1", "f2", "f3", "f4"]), max_size=4),
        ),
        max_size=4,
    ),
    st.none(),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.recursive(
        st.none() | st.text(max_size=5),
        lambda inside: (
            st.lists(inside, max_size=3)
            | st.dictionaries(st.text(max_size=5), inside, max_size=3)
        ),
        max_leaves=5,
    ),
)


@pytest.mark.parametrize("nom", NOMS)
@given(saisie=SAISIES)
def test_nothing_but_a_refusal_or_an_answer_that_comes_back(nom, saisie):
    champ = CHAMPS[nom]
    genre = genre_de(champ)
    try:
        valeur = genre.lire(champ, saisie, CONTEXTE)
    except Illisible as error:
        assert dire(error.message)
        assert "${" not in dire(error.message)
        return
    ecrite = genre.ecrire(champ, valeur)
    assert genre.lire(champ, ecrite, CONTEXTE) == valeur
    assert json.loads(json.dumps(ecrite)) == ecrite
    brut = genre.json(champ, valeur)
    # It goes through JSON.
    brut = json.loads(json.dumps(brut))
    assert genre.lire(champ, genre.depuis_json(champ, brut), CONTEXTE) == valeur
    assert isinstance(genre.mots(champ, valeur, dire), str)
    canonique = genre.canonique(champ, valeur)
    assert canonique is None or canonique
    assert (canonique is None) == genre.est_vide(valeur)


@pytest.mark.parametrize("nom", NOMS)
@given(brut=SAISIES)
def test_no_json_but_is_read_or_refused(nom, brut):
    champ = CHAMPS[nom]
    genre = genre_de(champ)
    try:
        saisie = genre.depuis_json(champ, brut)
        genre.lire(champ, saisie, CONTEXTE)
    except Illisible as error:
        assert dire(error.message)


@pytest.mark.parametrize("nom", NOMS)
@given(
    formulaire=st.dictionaries(
        st.sampled_from(
            [
                "champ.x",
                *(
                    f"champ.x.{partie}"
                    for partie in ("rue", "npa", "localite", "moyen", "fichiers")
                ),
            ]
        ),
        st.one_of(PLAUSIBLES, st.lists(PLAUSIBLES, max_size=3), st.just(object())),
    )
)
def test_whatever_a_browser_sends_is_a_saisie(nom, formulaire):
    champ = CHAMPS[nom]
    genre = genre_de(champ)
    saisie = genre.depuis_formulaire(formulaire, "champ.x")
    assert json.loads(json.dumps(saisie)) == saisie
    assert isinstance(saisie, type(genre.vide()))


@pytest.mark.parametrize("nom", NOMS)
def test_no_answer(nom):
    champ = CHAMPS[nom]
    genre = genre_de(champ)
    for rien in (genre.vide(), genre.depuis_json(champ, None), ""):
        valeur = genre.lire(champ, rien, CONTEXTE)
        assert valeur is None
        assert genre.est_vide(valeur)
    assert genre.ecrire(champ, None) == genre.vide()
    assert genre.mots(champ, None, dire) == ""
    assert genre.canonique(champ, None) is None
    assert genre.depuis_formulaire({}, "champ.x") == genre.vide()
    assert dire(genre.manque(champ))


@pytest.mark.parametrize("nom", NOMS)
@given(saisie=SAISIES)
def test_what_is_read_is_valid_in_json(nom, saisie):
    champ = CHAMPS[nom]
    genre = genre_de(champ)
    try:
        valeur = genre.lire(champ, saisie, CONTEXTE)
    except Illisible:
        return
    if valeur is None:
        return
    description = genre.schema(champ, dire)
    validator = Draft202012Validator(description)
    brut = genre.json(champ, valeur)
    if nom in ("piece", "fichier"):
        # Files are sent by their ids.
        brut = genre.depuis_json(champ, brut)
    validator.validate(brut)


@pytest.mark.parametrize("nom", NOMS)
def test_the_description_is_json_schema(nom):
    champ = CHAMPS[nom]
    description = genre_de(champ).schema(champ, dire)
    Draft202012Validator.check_schema(description)
    json.dumps(description)
    assert description["title"] == champ.title


@pytest.mark.parametrize(
    ("nom", "genre"),
    [
        (nom, {"float": "decimal", "jour": "date", "fichier": "piece"}.get(nom, nom))
        for nom in NOMS
        if " " not in nom
    ],
)
def test_the_kind_has_its_name(nom, genre):
    assert genre_de(CHAMPS[nom]).nom == genre


def test_information_asks_nothing():
    for champ in (Label(title="Info"), RichLabel(title="Info", rich_label="<p></p>")):
        genre = genre_de(champ)
        assert (genre.nom, genre.macro) == ("information", "information")
        assert genre.lire(champ, "forgé", CONTEXTE) is None


@pytest.mark.parametrize(
    "champ",
    [
        ReCaptcha(title="Captcha"),
        schema.Password(title="Mot de passe"),
        schema.Datetime(title="Moment"),
        schema.List(title="Lignes", value_type=schema.TextLine()),
        schema.Object(schema.interfaces.IField, title="Objet"),
    ],
)
def test_other_fields_cannot_be_answered(champ):
    genre = genre_de(champ)
    assert genre is INCONNU
    assert genre.lire(champ, "", CONTEXTE) is None
    with pytest.raises(Illisible):
        genre.lire(champ, "quelque chose", CONTEXTE)


def test_a_member_keeps_his_name():
    champ = CHAMPS["membre"]
    genre = genre_de(champ)
    valeur = genre.lire(champ, "m2", CONTEXTE)
    assert isinstance(valeur, MembreConnu)
    assert type(genre.json(champ, valeur)) is str
