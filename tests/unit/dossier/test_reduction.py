"""The form of a demande, reduced to what is asked for again."""

from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.dossier import Complement
from carouge.guichet.dossier import reduction
from carouge.guichet.dossier.correction import fusion
from carouge.guichet.dossier.parcours import decoupe
from carouge.guichet.dossier.reduction import AUTRES
from carouge.guichet.dossier.reduction import MOTS
from carouge.guichet.dossier.reduction import ouvertes_de
from carouge.guichet.dossier.reduction import parcours_de
from carouge.guichet.dossier.reduction import reduire
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.conditions import ChampPlan
from carouge.guichet.formulaire.conditions import EtapePlan
from carouge.guichet.formulaire.conditions import GroupePlan
from carouge.guichet.formulaire.conditions import lire_condition
from carouge.guichet.formulaire.conditions import planifier
from carouge.guichet.formulaire.fields import Justificatif
from carouge.guichet.formulaire.genres import genre_de
from datetime import datetime
from datetime import timezone
from types import SimpleNamespace
from zope.schema import Choice
from zope.schema import TextLine

import pytest


NOW = datetime(2026, 11, 20, 9, tzinfo=timezone.utc)
SI_AUTRE = lire_condition(
    {"si": "toutes", "regles": [{"champ": "sujet", "op": "est", "valeur": "autre"}]}
)


def question(nom, champ, etape="quoi", groupe=None, condition=None):
    champ.__name__ = nom
    return Question(nom, champ, genre_de(champ), etape, groupe, condition)


def forme():
    nom = question("nom", TextLine(title="Nom"))
    sujet = question("sujet", Choice(title="Sujet", values=["bruit", "autre"]))
    precision = question("precision", TextLine(title="Précision"), condition=SI_AUTRE)
    prenom = question("prenom", TextLine(title="Prénom"), groupe="enfants")
    age = question("age", TextLine(title="Âge", required=False), groupe="enfants")
    preuve = question("preuve", Justificatif(title="Preuve", required=False))
    suite = question("suite", TextLine(title="Suite"), etape="suite")
    enfants = Groupe("enfants", "Enfant", "", 1, 3, (prenom, age))
    etapes = (
        Etape("quoi", "Quoi", "", (nom, sujet, precision, enfants, preuve)),
        Etape("suite", "Suite", "", (suite,), SI_AUTRE),
    )
    plan = planifier(
        [
            EtapePlan(
                etape.id,
                etape.condition,
                tuple(
                    ChampPlan(one.nom, one.groupe, one.condition)
                    for one in etape.questions
                ),
            )
            for etape in etapes
        ],
        [GroupePlan("enfants", None)],
    )
    return CompiledForm(
        schema=None,
        version="1" * 12,
        etapes=etapes,
        plan=plan,
        problemes=(),
        contact=None,
        sources={},
        membres=(),
        extensions={},
        references=frozenset({"sujet"}),
    )


REPONSES = [
    Reponse("nom", "Quoi", "Nom", "Rochat", "Rochat"),
    Reponse("sujet", "Quoi", "Sujet", "bruit", "bruit"),
    Reponse("enfants.0001.prenom", "Quoi", "Prénom (Enfant 1)", "Léa", "Léa"),
    Reponse("enfants.0001.age", "Quoi", "Âge (Enfant 1)", "", None),
    Reponse("enfants.0002.prenom", "Quoi", "Prénom (Enfant 2)", "Tim", "Tim"),
    Reponse("enfants.0002.age", "Quoi", "Âge (Enfant 2)", "9", "9"),
    Reponse("preuve", "Quoi", "Preuve", "a.pdf", {"moyen": "", "fichiers": []}),
    Reponse("ancienne", "Quoi", "Question d'avant", "oui\nnon", "oui"),
]


@pytest.fixture
def demande():
    return SimpleNamespace(
        reponses=REPONSES,
        faits=(),
        pieces=(Piece("preuve", "Preuve", None, "", moyen="poste"),),
        depot=NOW,
        deposant=None,
        form_version="1" * 12,
    )


@pytest.fixture
def reduce(demande, monkeypatch):
    monkeypatch.setattr(reduction, "forme_de", lambda demande, demarche: forme())

    def reduce(*questions, documents=()):
        complement = Complement(
            message="?", questions=questions, documents=documents, date=NOW, par=""
        )
        return reduire(demande, complement, object(), None)

    return reduce


def names(found):
    return [
        element.nom
        for element in found.etape.elements
        if element.nom not in (AUTRES, MOTS)
    ]


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ((), []),
        (("nom",), ["nom"]),
        # In the order of the form, whatever the agent has ticked first.
        (("preuve", "nom"), ["nom", "preuve"]),
        # What the new answer may bring up stands there, hidden.
        (("sujet",), ["sujet", "precision", "suite"]),
        (("enfants",), ["enfants"]),
        (("enfants.0002.prenom",), ["enfants.0002.prenom"]),
        (("enfants", "enfants.0001.age"), ["enfants"]),
        # Of another version of the form: asked as it was worded then.
        (("ancienne",), ["ancienne"]),
        (("inconnue", "enfants.0009.prenom", "autre.0001.x"), []),
    ],
)
def test_what_is_shown(reduce, asked, shown):
    assert names(reduce(*asked)) == shown


def test_one_answer_of_a_row_says_which(reduce):
    found = reduce("enfants.0002.prenom")
    [plate] = [one for one in found.etape.elements if one.nom.startswith("enfants")]
    assert plate.titre == "Prénom (Enfant 2)"
    assert plate.requis
    assert found.avant["enfants.0002.prenom"] == "Tim"


def test_a_piece_that_is_asked_for_is_needed_and_given_anew(reduce):
    found = reduce("preuve", documents=["Bail"])
    pieces = {one.nom: one for one in found.etape.elements if one.genre.a_des_fichiers}
    assert {nom: one.requis for nom, one in pieces.items()} == {
        "preuve": True,
        next(nom for nom in pieces if nom.endswith("_1")): True,
        AUTRES: False,
    }
    assert found.avant["preuve"] == {"moyen": "", "fichiers": []}


def test_words_are_needed_where_nothing_else_is(reduce):
    def mots(found):
        return next(one for one in found.etape.elements if one.nom == MOTS).requis

    assert mots(reduce())
    assert not mots(reduce("nom"))
    assert not mots(reduce(documents=["Bail"]))


def test_only_what_was_asked_is_taken(reduce):
    found = reduce("nom", "enfants.0001.prenom")
    typed = {
        "nom": "Autre",
        "sujet": "autre",
        "enfants": [],
        "enfants.0001.prenom": "Zoé",
        "enfants.0001.age": "99",
    }
    assert ouvertes_de(found, typed) == {"nom": "Autre", "enfants.0001.prenom": "Zoé"}


def test_the_other_answers_are_as_they_were(reduce, demande):
    found = reduce("sujet", "enfants.0001.prenom")
    walk = parcours_de(
        demande,
        found,
        None,
        object(),
        {"sujet": "autre", "enfants.0001.prenom": "Zoé", "enfants.0002.prenom": "X"},
        {},
    )
    form = found.form
    assert walk.montre(form.questions["precision"])
    assert walk.rangs(form.groupes["enfants"]) == [
        {"id": "0001", "prenom": "Zoé", "age": ""},
        {"id": "0002", "prenom": "Tim", "age": "9"},
    ]
    assert walk.saisie(form.questions["nom"]) == "Rochat"
    assert not walk.modifiable(form.questions["nom"])
    assert walk.modifiable(form.questions["sujet"])
    errors = {error.cle for error in walk.erreurs(found.etape)}
    assert errors == {"precision", "suite"}


def test_paths():
    assert decoupe("nom") == ("", "", "nom")
    assert decoupe("enfants.0001.prenom") == ("enfants", "0001", "prenom")


class TestFusion:
    def reponse(self, name, text):
        return Reponse(name, "", name, text, text)

    def merge(self, old, new, visibles, ouvertes):
        merged = fusion(
            [self.reponse(*one) for one in old.items()],
            [self.reponse(*one) for one in new.items()],
            visibles=visibles,
            ouvertes=ouvertes,
        )
        return {reponse.name: reponse.text for reponse in merged}

    def test_what_is_not_open_stays_word_for_word(self):
        assert self.merge(
            {"a": "1", "b": "2"}, {"a": "9", "b": "9"}, {"a", "b"}, {"b"}
        ) == {"a": "1", "b": "9"}

    def test_what_comes_up_and_what_goes(self):
        merged = self.merge(
            {"a": "1", "b": "2", "c": "3"},
            {"a": "9", "new": "4", "c": "9"},
            {"a", "b", "c"},
            {"a"},
        )
        assert list(merged.items()) == [("a", "9"), ("new", "4"), ("c", "3")]

    def test_what_the_form_at_hand_never_knew_keeps_its_place(self):
        merged = self.merge(
            {"x": "0", "a": "1", "y": "2", "b": "3"},
            {"a": "1", "b": "3", "since": ""},
            {"a", "b", "since"},
            set(),
        )
        assert list(merged.items()) == [("x", "0"), ("a", "1"), ("y", "2"), ("b", "3")]


def test_a_document_from_beside_the_form_can_be_asked_for_again(reduce, demande):
    demande.pieces += (Piece("complement_x_1", "Bail", None, "", moyen="poste"),)
    found = reduce("complement_x_1")
    assert names(found) == ["complement_x_1"]
    assert found.etape.elements[0].titre == "Bail"
    assert found.precise
