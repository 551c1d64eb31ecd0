"""The publication gate: each fault is found, and a sound form has none."""

from carouge.guichet.atelier.controle import controler
from carouge.guichet.atelier.controle import erreurs
from carouge.guichet.atelier.publication import PublicationRefusee
from carouge.guichet.atelier.publication import publier
from carouge.guichet.atelier.publication import SansRaison
from carouge.guichet.demarche.interfaces import IDemarche
from carouge.guichet.demarche.versions import Accepte
from carouge.guichet.demarche.versions import version_publiee
from carouge.guichet.demarche.versions import versions_de
from modeles import champ
from modeles import etape
from modeles import modele
from modeles import regle
from modeles import si
from plone import api
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from plone.app.textfield.value import RichTextValue
from zope.i18n import translate

import pytest


LOGEMENT = {"maison": "Maison", "appartement": "Appartement"}


@pytest.fixture
def guichet(demo_integration):
    portal = demo_integration["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    return portal.guichet


@pytest.fixture
def demarche(guichet):
    demarche = guichet.dechets["commander-un-conteneur"]
    demarche.niveau = "ouvert"
    demarche.types_compte = set()
    demarche.residents_seulement = False
    # Its models name questions of its own form.
    demarche.correspondance = {}
    return demarche


@pytest.fixture
def found(demarche):
    """(niveau, code, sujet) of each problem of the given form."""

    def found(*parts, **procedure):
        demarche.fields_model = modele(*parts, **procedure)
        return [(one.niveau, one.code, one.sujet) for one in controler(demarche)]

    return found


def french(problem):
    return translate(problem.message, target_language="fr")


def test_the_whole_demonstration_passes(guichet):
    refused = {
        demarche.getId(): [one.code for one in erreurs(demarche)]
        for categorie in guichet.objectValues()
        for demarche in categorie.objectValues()
        if IDemarche.providedBy(demarche)
    }
    assert len(refused) >= 60
    assert {name: codes for name, codes in refused.items() if codes} == {}


def test_a_sound_form(found):
    assert found(etape("un", champ("nom", requis=True))) == []


class TestConditions:
    def test_unknown_question(self, found, demarche):
        condition = si(regle("disparu", "rempli"))
        assert found(etape("un", champ("nom"), champ("rue", si=condition))) == [
            ("erreur", "champ_inconnu", "champ.rue.disparu")
        ]
        [problem] = controler(demarche)
        assert problem.lien == "fields/rue"

    def test_circle(self, found):
        one = champ("a", si=si(regle("b", "rempli")))
        other = champ("b", si=si(regle("a", "rempli")))
        assert found(etape("un", champ("nom"), one, other)) == [
            ("erreur", "cycle", "champ.a.b"),
            ("erreur", "cycle", "champ.b.a"),
        ]

    def test_answer_that_is_not_offered(self, found):
        logement = champ("logement", "choix", choix=LOGEMENT)
        hidden = champ("jardin", si=si(regle("logement", "n_est_pas", "villa")))
        assert found(etape("un", logement, hidden)) == [
            ("avertissement", "choix_inconnu", "champ.jardin.villa")
        ]

    def test_no_json(self, found, demarche):
        broken = champ("rue").replace("<field ", '<field guichet:si="{" ')
        assert [code for _level, code, _who in found(etape("un", broken))] == [
            "illisible"
        ]


class TestReach:
    """The steps, groups and questions somebody can come to."""

    def step(self, condition, *others, **procedure):
        return (
            [etape("un", *others), etape("deux", champ("fin"))],
            {"etapes": {"deux": {"si": condition}}, **procedure},
        )

    def test_by_an_answer(self, found):
        parts, procedure = self.step(
            si(regle("logement", "est", "maison")),
            champ("logement", "choix", choix=LOGEMENT, requis=True),
        )
        assert found(*parts, **procedure) == []

    def test_never(self, found, demarche):
        parts, procedure = self.step(
            si(regle("logement", "est", "maison"), regle("jardin", "oui")),
            champ("logement", "choix", choix=LOGEMENT),
            champ("jardin", "oui_non", si=si(regle("logement", "est", "appartement"))),
        )
        assert found(*parts, **procedure) == [("erreur", "inatteignable", "etape.deux")]
        [problem] = controler(demarche)
        assert problem.lien == "etape?nom=deux"

    def test_what_is_required_is_answered_in_the_end(self, found):
        parts, procedure = self.step(
            si(regle("jardin", "vide")), champ("jardin", "oui_non", requis=True)
        )
        assert found(*parts, **procedure) == [("erreur", "inatteignable", "etape.deux")]

    @pytest.mark.parametrize(
        "rules",
        [
            (regle("places", "plus_que", "3"), regle("places", "moins_que", "5")),
            (regle("places", "egal", "120"),),
            (regle("places", "au_moins", "2"), regle("places", "different", "2")),
        ],
    )
    def test_numbers(self, found, rules):
        parts, procedure = self.step(si(*rules), champ("places", "nombre"))
        assert found(*parts, **procedure) == []

    @pytest.mark.parametrize(
        "rules",
        [
            (regle("places", "plus_que", "3"), regle("places", "moins_que", "4")),
            (regle("places", "plus_que", "10"),),
            (regle("places", "egal", "2"), regle("places", "egal", "3")),
        ],
    )
    def test_numbers_that_do_not_exist(self, found, rules):
        parts, procedure = self.step(
            si(*rules), champ("places", "nombre", min=0, max=10)
        )
        assert found(*parts, **procedure) == [("erreur", "inatteignable", "etape.deux")]

    def test_several_choices_at_once(self, found):
        parts, procedure = self.step(
            si(regle("jours", "contient", "lu"), regle("jours", "contient", "ve")),
            champ(
                "jours", "plusieurs", choix={"lu": "Lundi", "ma": "Mardi", "ve": "Ve"}
            ),
        )
        assert found(*parts, **procedure) == []

    def test_dates_and_ages(self, found):
        parts, procedure = self.step(
            si(
                regle("naissance", "age_au_moins", "18"),
                regle("naissance", "age_moins_de", "19"),
            ),
            champ("naissance", "date"),
        )
        assert found(*parts, **procedure) == []

    def test_what_cannot_be_decided_is_a_warning(self, found):
        parts, procedure = self.step(
            si(regle("ville", "est", "Carouge"), regle("ville", "est", "Lancy")),
            champ("ville"),
        )
        assert found(*parts, **procedure) == [
            ("avertissement", "peut_etre_inatteignable", "etape.deux")
        ]

    def test_who_may_do_it_at_all(self, found, demarche):
        parts, procedure = self.step(
            si(regle("usager.type", "est", "entreprise")), champ("nom")
        )
        assert found(*parts, **procedure) == []
        demarche.types_compte = {"association"}
        assert found(*parts, **procedure) == [("erreur", "inatteignable", "etape.deux")]

    def test_rows_of_a_group(self, found):
        parts, procedure = self.step(
            si(regle("enfants", "au_moins", "2"), regle("classe", "est", "4P")),
            champ("classe", groupe="enfants"),
            groupes={
                "enfants": {"titre": "Enfants", "ajouter": "", "min": 1, "max": 5}
            },
        )
        assert found(*parts, **procedure) == []

    def test_a_hidden_step_says_it_for_its_questions(self, found):
        parts, procedure = self.step(
            si(regle("accord", "oui"), regle("accord", "non")),
            champ("accord", "oui_non"),
        )
        parts[1] = etape(
            "deux", champ("fin"), champ("loin", si=si(regle("fin", "rempli")))
        )
        assert found(*parts, **procedure) == [("erreur", "inatteignable", "etape.deux")]

    def test_a_question_nobody_sees_is_a_warning(self, found):
        never = champ("b", si=si(regle("accord", "oui"), regle("accord", "non")))
        assert found(etape("un", champ("accord", "oui_non"), never)) == [
            ("avertissement", "inatteignable", "champ.b")
        ]


class TestQuestions:
    def test_the_same_title_twice_in_a_step(self, found):
        twice = (champ("nom"), champ("nom2", titre="nom "))
        assert found(etape("un", *twice)) == [
            ("avertissement", "titre_en_double", "nom2")
        ]
        assert found(etape("un", twice[0]), etape("deux", twice[1])) == []

    def test_empty_step(self, found):
        assert found(etape("un", champ("nom")), etape("deux")) == [
            ("avertissement", "etape_vide", "deux")
        ]

    def test_required_document_that_cannot_be_handed_in(self, found, demarche):
        demarche.pieces_requises = ["Une photo"]
        closed = champ("photo", "piece", requis=True, types="")
        assert found(etape("un", closed)) == [("erreur", "piece_sans_moyen", "photo")]
        by_post = champ("photo", "piece", requis=True, types="", par_poste=True)
        assert found(etape("un", by_post)) == []

    @pytest.mark.parametrize("genre", ["choix", "plusieurs"])
    def test_choice_without_answers(self, found, genre):
        empty = champ("nature", genre, choix={})
        assert found(etape("un", empty)) == [("erreur", "choix_vide", "nature")]
        some = champ("nature", genre, choix=LOGEMENT)
        assert found(etape("un", some)) == []

    def test_source_that_does_not_fit(self, found):
        assert found(etape("un", champ("nom", fait="date_naissance"))) == [
            ("avertissement", "reprise_impossible", "nom")
        ]

    def test_member_nobody_asks_for(self, found):
        assert found(etape("un", champ("nom", fait="membre.nom"))) == [
            ("avertissement", "reprise_impossible", "nom")
        ]


class TestTexts:
    def test_required_texts(self, found, demarche):
        demarche.pour_qui = " "
        demarche.delai_jours = None
        demarche.service = "nobody"
        demarche.pieces_requises = []
        assert found(etape("un", champ("photo", "piece"))) == [
            ("avertissement", code, "")
            for code in (
                "sans_pour_qui",
                "sans_service",
                "sans_delai",
                "sans_pieces_requises",
            )
        ]

    def test_elsewhere_nothing_of_ours_is_missing(self, found, demarche):
        demarche.lien_externe = "https://example.org"
        demarche.delai_jours = None
        assert found(etape("un", champ("nom"))) == []

    def test_nothing_takes_the_place_of_a_variable_around_the_form(
        self, found, demarche
    ):
        demarche.formPrologue = RichTextValue("<p>${nom}, ${numero}</p>")
        assert found(etape("un", champ("nom"))) == [
            ("erreur", "variable_sans_effet", "formPrologue.nom"),
            ("erreur", "variable_sans_effet", "formPrologue.numero"),
        ]


class TestGate:
    @pytest.fixture
    def broken(self, demarche):
        demarche.fields_model = modele(
            etape("un", champ("rue", si=si(regle("disparu", "rempli"))))
        )
        return demarche

    @pytest.mark.parametrize("transition", ["publier", "publier_modifications"])
    def test_closed_for_every_transition(self, broken, transition):
        if transition == "publier":
            api.content.transition(broken, "suspendre")
        state = api.content.get_state(broken)
        with pytest.raises(PublicationRefusee) as refused:
            api.content.transition(broken, transition)
        assert "disparu" in str(refused.value)
        assert api.content.get_state(broken) == state
        assert len(versions_de(broken)) == 1

    def test_other_moves_are_free(self, broken):
        api.content.transition(broken, "suspendre")
        api.content.transition(broken, "depublier")
        assert api.content.get_state(broken) == "brouillon"

    def test_closed_for_the_page(self, broken):
        with pytest.raises(PublicationRefusee):
            publier(broken, "", {})
        assert len(versions_de(broken)) == 1

    def test_warnings_want_a_reason(self, demarche):
        demarche.delai_jours = None
        demarche.emolument = 500
        with pytest.raises(SansRaison) as refused:
            publier(demarche, "", {"sans_delai": "  "})
        assert [one.cle for one in refused.value.problemes] == ["sans_delai"]
        assert len(versions_de(demarche)) == 1
        publier(demarche, "Nouveau prix", {"sans_delai": "Il dépend de la saison."})
        version = version_publiee(demarche)
        assert version.note == "Nouveau prix"
        assert version.acceptes == (
            Accepte(
                "sans_delai",
                "Le délai attendu manque.",
                "Il dépend de la saison.",
            ),
        )

    def test_warnings_hold_up_no_program(self, demarche):
        demarche.delai_jours = None
        demarche.emolument = 500
        api.content.transition(demarche, "publier_modifications")
        assert version_publiee(demarche).numero == 2

    def test_a_draft_is_published(self, guichet):
        draft = api.content.create(
            guichet.dechets,
            "Demarche",
            title="Nouvelle",
            pour_qui="Tout le monde",
            delai_jours=3,
            service=guichet.dechets["commander-un-conteneur"].service,
        )
        publier(draft, "Première", {})
        assert api.content.get_state(draft) == "publiee"
        [version] = versions_de(draft)
        assert (version.numero, version.note) == (1, "Première")
