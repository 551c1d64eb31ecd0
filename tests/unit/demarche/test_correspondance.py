"""The texts editors write: variables, documents, and what may be stored."""

from carouge.guichet.demarche import textes
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.demarche.textes import Bloc
from carouge.guichet.demarche.textes import ModeleDeDocument
from carouge.guichet.demarche.textes import ModeleDeMessage
from carouge.guichet.demarche.textes import Textes
from hypothesis import given
from hypothesis import strategies as st

import json
import pytest


MODELE = "Demande ${numero}\nAttendue le ${ date_attendue }.\nMerci"

PRINTABLE = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=60)


def test_variables_take_their_values():
    rempli = textes.remplir(
        MODELE, {"numero": "2026-K7QM-4TXC", "date_attendue": "01.12.2026"}
    )
    assert rempli.texte == ("Demande 2026-K7QM-4TXC\nAttendue le 01.12.2026.\nMerci")
    assert rempli.inconnues == ()


def test_a_line_without_any_value_is_left_out():
    rempli = textes.remplir(MODELE, {"numero": "N", "date_attendue": ""})
    assert rempli.texte == "Demande N\nMerci"
    both = textes.remplir("${a} et ${b}", {"a": "", "b": "x"})
    assert both.texte == " et x"


def test_an_unknown_variable_stays_and_is_reported():
    rempli = textes.remplir("A ${secret} ${numero} ${secret}", {"numero": "N"})
    assert rempli.texte == "A ${secret} N ${secret}"
    assert rempli.inconnues == ("secret",)


def test_what_is_no_variable_stays():
    text = "CHF ${ } ${} $numero ${{numero} 100 $ {numero}"
    assert textes.remplir(text, {"numero": "N"}).texte == text


@given(st.dictionaries(st.sampled_from("abc"), PRINTABLE, min_size=3), PRINTABLE)
def test_a_value_is_never_a_pattern(valeurs, reste):
    texte = "|".join(["${a}", "${b}", "${c}"])
    if all(not value.strip() for value in valeurs.values()):
        return
    assert textes.remplir(texte, valeurs).texte == "|".join(
        valeurs[nom] for nom in "abc"
    )


@given(st.text())
def test_without_values_nothing_changes(texte):
    assert textes.remplir(texte, {}).texte == texte


@given(PRINTABLE)
def test_a_value_with_variables_in_it_is_shown_as_it_is(value):
    valeurs = {"numero": "${lien}" + value, "lien": "https://example.ch"}
    assert textes.remplir("${numero}", valeurs).texte == "${lien}" + value


# --- documents ------------------------------------------------------------------


CORPS = """# Autorisation
Vu la demande de ${usager},
vu le règlement,

## Conditions
- Du ${debut} au ${fin}
- ${inutile}
- Place : ${place}

Le service"""


def test_the_parts_of_a_document():
    found = textes.blocs(
        CORPS,
        {
            "usager": "Café du Marché",
            "debut": "1er mai",
            "fin": "31 octobre",
            "inutile": "",
            "place": "Place du Marché",
        },
    )
    assert found == (
        Bloc("titre", ("Autorisation",)),
        Bloc("paragraphe", ("Vu la demande de Café du Marché,", "vu le règlement,")),
        Bloc("sous_titre", ("Conditions",)),
        Bloc("liste", ("Du 1er mai au 31 octobre", "Place : Place du Marché")),
        Bloc("paragraphe", ("Le service",)),
    )


def test_a_value_makes_no_part_of_a_document():
    value = "# Titre\n- point\n\nVous êtes autorisé\n## Signé"
    found = textes.blocs("Avant\n${a}\n\n- ${a}", {"a": value})
    assert found == (
        Bloc("paragraphe", ("Avant", value)),
        Bloc("liste", (value,)),
    )


@given(st.text())
def test_any_text_can_be_read_as_a_document(corps):
    for bloc in textes.blocs(corps, {}):
        assert bloc.lignes
        assert bloc.genre in ("titre", "sous_titre", "liste", "paragraphe")


# --- what is kept -----------------------------------------------------------------


ALL = Textes(
    avis={"valider": Avis("Accordée : ${numero}", "Voyez ${lien}", "")},
    messages=(ModeleDeMessage("a1", "Plan manquant", "Bonjour", ("refuser",)),),
    documents=(ModeleDeDocument("b2", "Autorisation", "# Vu", "decision", "valider"),),
)

ID = st.from_regex(r"[a-z0-9][a-z0-9-]{0,39}", fullmatch=True)
TITRE = PRINTABLE.filter(str.strip)
AVIS = st.builds(Avis, PRINTABLE, st.text(max_size=200), PRINTABLE).filter(
    lambda avis: not avis.vide
)
TEXTES = st.builds(
    Textes,
    st.dictionaries(st.sampled_from([*textes.OCCASIONS]), AVIS),
    st.lists(
        st.builds(
            ModeleDeMessage,
            ID,
            TITRE,
            st.text(max_size=200),
            st.lists(st.sampled_from([*textes.OCCASIONS])).map(tuple),
        ),
        unique_by=lambda one: one.id,
        max_size=5,
    ).map(tuple),
    st.lists(
        st.builds(
            ModeleDeDocument,
            ID,
            TITRE,
            st.text(max_size=200),
            st.sampled_from(textes.GENRES),
            st.sampled_from(["", *textes.OCCASIONS]),
            PRINTABLE,
        ),
        unique_by=lambda one: one.id,
        max_size=5,
    ).map(tuple),
)


@given(TEXTES)
def test_texts_survive_json(found):
    assert Textes.from_json(json.loads(json.dumps(found.to_json()))) == found


def test_nothing_is_an_empty_object():
    assert Textes().to_json() == {}
    assert Textes.from_json({}) == Textes()


def test_an_emptied_notice_goes():
    assert ALL.avec_avis("valider", Avis()).avis == {}
    other = Avis("Refusée", "", "")
    assert ALL.avec_avis("refuser", other).avis == {**ALL.avis, "refuser": other}


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw.pop("avis"),
        lambda raw: raw.update(autre=[]),
        lambda raw: raw.update(avis=[]),
        lambda raw: raw["avis"].update(jamais=raw["avis"]["valider"]),
        lambda raw: raw["avis"]["valider"].update(objet="deux\nlignes"),
        lambda raw: raw["avis"]["valider"].update(objet="x" * 151),
        lambda raw: raw["avis"]["valider"].update(sms=None),
        lambda raw: raw["avis"].update(refuser={"objet": "", "texte": "", "sms": ""}),
        lambda raw: raw["messages"][0].update(id="../x"),
        lambda raw: raw["messages"][0].update(titre="  "),
        lambda raw: raw["messages"][0].update(mouvements=["jamais"]),
        lambda raw: raw["messages"][0].update(mouvements=[["valider"]]),
        lambda raw: raw["messages"].append(raw["messages"][0]),
        lambda raw: raw.update(messages={}),
        lambda raw: raw["documents"][0].update(genre="facture"),
        lambda raw: raw["documents"][0].update(corps="x" * 20_001),
        lambda raw: raw["documents"][0].update(mouvement="jamais"),
        lambda raw: raw["documents"][0].pop("signataire"),
        lambda raw: raw.update(documents=raw["documents"] * 41),
    ],
)
def test_what_no_editor_could_have_made_is_refused(change):
    raw = json.loads(json.dumps(ALL.to_json()))
    change(raw)
    with pytest.raises(ValueError):
        Textes.from_json(raw)


@pytest.mark.parametrize("raw", [None, [], "x", 3, {"a": 1}])
def test_no_object_at_all_is_refused(raw):
    with pytest.raises(ValueError):
        Textes.from_json(raw)


def test_an_answer_cannot_take_the_name_of_a_fixed_variable():
    assert textes.nom_de_reponse("lieu") == "lieu"
    assert textes.nom_de_reponse("telephone") == "reponse.telephone"
    assert textes.nom_de_reponse("usager") == "reponse.usager"


def test_an_answer_begins_no_part_of_a_document():
    answer = "# Autorisation accordée\n## Article 1\n- tout\n#non"
    corps = textes.remplir("${a}", {"a": textes.sans_marques(answer)}).texte
    (bloc,) = textes.blocs(corps, {})
    assert bloc.genre == "paragraphe"
    assert [ligne.strip() for ligne in bloc.lignes] == answer.split("\n")
