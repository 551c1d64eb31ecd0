"""What the form editor does to the structure of a form, through the stored model."""

from carouge.guichet.atelier.formulaire_modele import ajouter_etape
from carouge.guichet.atelier.formulaire_modele import champ_vers_etape
from carouge.guichet.atelier.formulaire_modele import deplacer_champ
from carouge.guichet.atelier.formulaire_modele import deplacer_etape
from carouge.guichet.atelier.formulaire_modele import deplacer_groupe
from carouge.guichet.atelier.formulaire_modele import enregistrer
from carouge.guichet.atelier.formulaire_modele import enregistrer_groupe
from carouge.guichet.atelier.formulaire_modele import enregistrer_prix
from carouge.guichet.atelier.formulaire_modele import etapes_de
from carouge.guichet.atelier.formulaire_modele import lire
from carouge.guichet.atelier.formulaire_modele import modifier_etape
from carouge.guichet.atelier.formulaire_modele import Refus
from carouge.guichet.atelier.formulaire_modele import supprimer_champ
from carouge.guichet.atelier.formulaire_modele import supprimer_etape
from carouge.guichet.atelier.formulaire_modele import supprimer_groupe
from carouge.guichet.formulaire.binding import FAITS_KEY
from carouge.guichet.formulaire.compile import compile_draft
from carouge.guichet.formulaire.procedure import conditions_de
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.formulaire.procedure import groupes_de
from carouge.guichet.formulaire.procedure import set_condition

import pytest


FIELD = '<field name="{0}" type="zope.schema.TextLine"><title>{0}</title></field>'
MODEL = """<model xmlns="http://namespaces.plone.org/supermodel/schema"
                  xmlns:guichet="http://carouge.guichet/formulaire">
<schema>{}<fieldset name="un" label="Un" description="Aide">{}</fieldset>
<fieldset name="deux" label="Deux">{}</fieldset></schema></model>"""
SI = {"si": "toutes", "regles": [{"champ": "b", "op": "est", "valeur": "« é » & <"}]}
GROUPE = {"titre": "Enfant", "ajouter": "Ajouter", "min": 1, "max": 4, "si": None}


def fields(names):
    return "".join(FIELD.format(name) for name in names)


@pytest.fixture
def demarche(demo_integration):
    demarche = demo_integration["portal"].guichet.dechets["commander-un-conteneur"]
    demarche.fields_model = MODEL.format("", fields("abc"), fields("de"))
    return demarche


@pytest.fixture
def change(demarche):
    """Apply a change, store it, and read the form again."""

    def change(function, *args):
        schema = lire(demarche)
        result = function(schema, *args)
        enregistrer(demarche, schema)
        return result

    return change


def plan(demarche):
    return [(etape.nom, "".join(etape.champs)) for etape in etapes_de(lire(demarche))]


class TestEtapes:
    def test_add(self, demarche, change):
        assert change(ajouter_etape, "Les pièces", "Aide é", SI) == "les_pieces"
        etape = etapes_de(lire(demarche))[-1]
        assert (etape.titre, etape.aide, etape.champs, etape.si) == (
            "Les pièces",
            "Aide é",
            (),
            SI,
        )

    @pytest.mark.parametrize("titre", ["Vérifier", "Fichiers", "Un", "A", "Début", "X"])
    def test_no_name_twice_nor_that_of_a_page(self, change, titre):
        assert change(ajouter_etape, titre, "", None).endswith("_2")

    @pytest.mark.parametrize("titre", ["42", "???", "中文", "<b>", "__"])
    def test_names_are_names(self, change, titre):
        nom = change(ajouter_etape, titre, "", None)
        assert nom.isascii() and nom.isidentifier() and nom[0].isalpha()

    def test_change(self, demarche, change):
        assert change(modifier_etape, "un", "Vous", "", SI) == "un"
        etape = etapes_de(lire(demarche))[0]
        assert (etape.nom, etape.titre, etape.aide, etape.si) == ("un", "Vous", "", SI)
        change(modifier_etape, "un", "Vous", "", None)
        assert etapes_de(lire(demarche))[0].si is None
        assert "procedure" not in demarche.fields_model

    def test_move(self, demarche, change):
        change(deplacer_etape, "deux", -1)
        assert plan(demarche) == [("deux", "de"), ("un", "abc")]
        change(deplacer_etape, "deux", -1)
        assert plan(demarche) == [("deux", "de"), ("un", "abc")]
        change(deplacer_etape, "deux", 1)
        assert plan(demarche) == [("un", "abc"), ("deux", "de")]

    def test_delete(self, demarche, change):
        change(modifier_etape, "deux", "Deux", "", SI)
        change(supprimer_etape, "deux", "un")
        assert plan(demarche) == [("un", "abcde")]
        assert deroulement_de(lire(demarche))["etapes"] == {}

    @pytest.mark.parametrize("vers", [None, "", "deux", "trois"])
    def test_questions_are_never_lost(self, demarche, vers):
        with pytest.raises(Refus):
            supprimer_etape(lire(demarche), "deux", vers)

    def test_the_step_without_a_name(self, demarche, change):
        demarche.fields_model = MODEL.format(fields("xy"), fields("a"), "")
        assert plan(demarche) == [("", "xy"), ("un", "a"), ("deux", "")]
        assert change(modifier_etape, "", "Pour commencer", "", None) == (
            "pour_commencer"
        )
        assert plan(demarche) == [("pour_commencer", "xy"), ("un", "a"), ("deux", "")]

    def test_unknown(self, demarche):
        for function in (modifier_etape, deplacer_etape, supprimer_etape):
            args = ("T", "", None) if function is modifier_etape else (1,)
            with pytest.raises(KeyError):
                function(lire(demarche), "trois", *args)


class TestQuestions:
    def test_move(self, demarche, change):
        change(deplacer_champ, "c", -1)
        assert plan(demarche) == [("un", "acb"), ("deux", "de")]
        change(deplacer_champ, "a", -1)
        change(deplacer_champ, "e", 1)
        assert plan(demarche) == [("un", "acb"), ("deux", "de")]

    def test_to_another_step(self, demarche, change):
        change(champ_vers_etape, "a", "deux")
        assert plan(demarche) == [("un", "bc"), ("deux", "dea")]

    def test_what_belongs_to_it_comes_with_it(self, demarche, change):
        schema = lire(demarche)
        set_condition(schema, "a", SI)
        schema.setTaggedValue(FAITS_KEY, {"a": "prenom"})
        enregistrer(demarche, schema)
        change(champ_vers_etape, "a", "deux")
        schema = lire(demarche)
        assert conditions_de(schema) == {"a": SI}
        assert schema.queryTaggedValue(FAITS_KEY) == {"a": "prenom"}

    def test_delete(self, demarche, change):
        schema = lire(demarche)
        set_condition(schema, "a", SI)
        enregistrer(demarche, schema)
        assert compile_draft(demarche).problemes == ()
        change(supprimer_champ, "b")
        assert plan(demarche) == [("un", "ac"), ("deux", "de")]
        assert conditions_de(lire(demarche)) == {"a": SI}
        assert [p.code for p in compile_draft(demarche).problemes] == ["champ_inconnu"]


class TestGroupes:
    def test_make(self, demarche, change):
        assert change(enregistrer_groupe, None, GROUPE, {"a", "c"}) == "enfant"
        schema = lire(demarche)
        assert groupes_de(schema) == {"a": "enfant", "c": "enfant"}
        assert deroulement_de(schema)["groupes"] == {"enfant": GROUPE}
        assert plan(demarche) == [("un", "acb"), ("deux", "de")]
        assert compile_draft(demarche).problemes == ()

    def test_change(self, demarche, change):
        change(enregistrer_groupe, None, GROUPE, {"a", "b"})
        change(enregistrer_groupe, "enfant", {**GROUPE, "si": SI, "max": 0}, {"b", "c"})
        schema = lire(demarche)
        assert groupes_de(schema) == {"b": "enfant", "c": "enfant"}
        assert deroulement_de(schema)["groupes"]["enfant"]["si"] == SI
        assert deroulement_de(schema)["groupes"]["enfant"]["max"] == 1

    @pytest.mark.parametrize("champs", [set(), {"z"}, {"a", "d"}])
    def test_refused(self, demarche, champs):
        with pytest.raises(Refus):
            enregistrer_groupe(lire(demarche), None, GROUPE, champs)

    def test_one_group_per_question(self, demarche, change):
        change(enregistrer_groupe, None, GROUPE, {"a", "b"})
        with pytest.raises(Refus):
            enregistrer_groupe(lire(demarche), None, GROUPE, {"b", "c"})

    def test_moves(self, demarche, change):
        change(enregistrer_groupe, None, GROUPE, {"a", "b"})
        change(deplacer_champ, "b", -1)
        assert plan(demarche)[0] == ("un", "bac")
        change(deplacer_champ, "a", 1)
        assert plan(demarche)[0] == ("un", "bac")
        change(deplacer_champ, "c", -1)
        assert plan(demarche)[0] == ("un", "cba")
        change(deplacer_groupe, "enfant", -1)
        assert plan(demarche)[0] == ("un", "bac")
        change(champ_vers_etape, "a", "deux")
        assert groupes_de(lire(demarche)) == {"b": "enfant"}

    def test_delete(self, demarche, change):
        change(enregistrer_groupe, None, GROUPE, {"a", "b"})
        change(supprimer_groupe, "enfant")
        assert groupes_de(lire(demarche)) == {}
        assert deroulement_de(lire(demarche))["groupes"] == {}
        assert plan(demarche)[0] == ("un", "abc")


def test_prices(demarche, change):
    line = {"libelle": "Vignette", "montant": 4000, "par": "", "si": SI}
    change(enregistrer_prix, [line, {**line, "si": None}])
    assert deroulement_de(lire(demarche))["prix"] == [line, {**line, "si": None}]
    change(enregistrer_prix, [])
    assert deroulement_de(lire(demarche))["prix"] == []
