"""Notices and models of a démarche: the gate, versions, differences, parcels."""

from carouge.guichet import config
from carouge.guichet.atelier import colis
from carouge.guichet.atelier.colis import ColisRefuse
from carouge.guichet.atelier.controle import controler
from carouge.guichet.atelier.differences_textes import changements
from carouge.guichet.atelier.importation import analyser
from carouge.guichet.atelier.importation import appliquer
from carouge.guichet.atelier.liaisons import CREER
from carouge.guichet.atelier.publication import PublicationRefusee
from carouge.guichet.atelier.transfert import exporter
from carouge.guichet.demarche import textes
from carouge.guichet.demarche import versions
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.demarche.textes import enregistrer_textes
from carouge.guichet.demarche.textes import ModeleDeDocument
from carouge.guichet.demarche.textes import ModeleDeMessage
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.demarche.textes import textes_de_travail
from carouge.guichet.formulaire.answers import in_words
from dataclasses import replace
from functools import partial
from modeles import champ
from modeles import etape
from modeles import modele
from plone import api
from plone.app.testing import setRoles
from plone.app.testing import TEST_USER_ID
from zope.i18n import translate

import json
import pytest


TEXTES = Textes(
    avis={"valider": Avis("Accordée : ${numero}", "Voyez ${lien}", "")},
    messages=(ModeleDeMessage("plan", "Plan manquant", "Bonjour ${nom}"),),
    documents=(ModeleDeDocument("permis", "Permis", "# Permis\n\nPour ${nom}"),),
)


@pytest.fixture
def guichet(demo_integration):
    portal = demo_integration["portal"]
    setRoles(portal, TEST_USER_ID, ["Manager"])
    return portal.guichet


@pytest.fixture
def demarche(guichet):
    demarche = guichet.dechets["signaler-un-depot-sauvage"]
    demarche.niveau = "ouvert"
    demarche.types_compte = set()
    demarche.residents_seulement = False
    demarche.fields_model = modele(
        etape("un", champ("nom"), champ("telephone"), titre="Vous")
    )
    enregistrer_textes(demarche, Textes())
    return demarche


def gate(demarche, edited):
    enregistrer_textes(demarche, edited)
    return [(one.code, one.sujet, one.lien) for one in controler(demarche)]


def with_notice(**parts):
    return Textes(avis={"valider": Avis(**parts)})


class TestGate:
    def test_sound(self, demarche):
        assert gate(demarche, TEXTES) == []

    @pytest.mark.parametrize("nom", ["nom", "usager", "reponse.telephone"])
    def test_an_answer_or_a_name_in_a_notice(self, demarche, nom):
        assert gate(demarche, with_notice(texte=f"Bonjour ${{{nom}}}")) == [
            (
                "variable_personnelle",
                f"avis.valider.texte.{nom}",
                "@@texte-avis?occasion=valider",
            )
        ]

    def test_a_fixed_variable_is_none_even_if_a_question_has_its_name(self, demarche):
        assert gate(demarche, with_notice(texte="Appelez le ${telephone}")) == []

    def test_unknown_everywhere(self, demarche):
        edited = replace(
            with_notice(sms="${rue} ${lien}"),
            messages=(ModeleDeMessage("a", "A", "${rue}"),),
            documents=(
                ModeleDeDocument("b", "B ${rue}", "${rue}", signataire="${chef}"),
            ),
        )
        assert gate(demarche, edited) == [
            (
                "variable_inconnue",
                "avis.valider.sms.rue",
                "@@texte-avis?occasion=valider",
            ),
            (
                "variable_inconnue",
                "message.a.texte.rue",
                "@@texte-message?modele=a",
            ),
            (
                "variable_inconnue",
                "document.b.titre.rue",
                "@@texte-document?modele=b",
            ),
            (
                "variable_inconnue",
                "document.b.corps.rue",
                "@@texte-document?modele=b",
            ),
            (
                "variable_inconnue",
                "document.b.signataire.chef",
                "@@texte-document?modele=b",
            ),
        ]

    def test_a_question_that_was_deleted(self, demarche):
        enregistrer_textes(demarche, TEXTES)
        demarche.fields_model = modele(etape("un", champ("prenom")))
        assert [one.sujet for one in controler(demarche)] == [
            "message.plan.texte.nom",
            "document.permis.corps.nom",
        ]
        with pytest.raises(PublicationRefusee):
            api.content.transition(demarche, "publier_modifications")

    def test_a_subject_that_may_be_empty(self, demarche):
        assert [
            code
            for code, _sujet, _lien in gate(
                demarche, with_notice(objet="${date_attendue} ${telephone}")
            )
        ] == ["objet_vide"]
        sound = with_notice(objet="Demande ${numero}, ${date_attendue}")
        assert gate(demarche, sound) == []

    def test_a_text_message_that_gets_too_long(self, demarche):
        assert [
            code
            for code, _sujet, _lien in gate(demarche, with_notice(sms="${lien} " * 6))
        ] == ["sms_long"]

    def test_a_model_that_says_nothing(self, demarche):
        edited = Textes(
            messages=(ModeleDeMessage("a", "A", " "),),
            documents=(ModeleDeDocument("b", "B"),),
        )
        assert [sujet for _code, sujet, _lien in gate(demarche, edited)] == [
            "message.a.texte",
            "document.b.corps",
        ]


class TestVersions:
    def test_agents_get_the_published_ones(self, demarche):
        enregistrer_textes(demarche, TEXTES)
        assert versions.modifiee(demarche)
        assert textes.avis_de(demarche, "valider") == Avis()
        assert textes.modeles_de_message(demarche) == ()
        api.content.transition(demarche, "publier_modifications")
        assert textes.avis_de(demarche, "valider") == TEXTES.avis["valider"]
        assert textes.modeles_de_message(demarche) == TEXTES.messages
        assert textes.modeles_de_document(demarche) == TEXTES.documents

    def test_models_by_move(self, demarche):
        only = replace(TEXTES.messages[0], id="x", mouvements=("refuser",))
        permis = replace(TEXTES.documents[0], id="y", mouvement="valider")
        enregistrer_textes(
            demarche,
            replace(
                TEXTES,
                messages=(*TEXTES.messages, only),
                documents=(*TEXTES.documents, permis),
            ),
        )
        api.content.transition(demarche, "publier_modifications")
        for move, expected in (
            ("", ["plan"]),
            ("refuser", ["plan", "x"]),
            ("valider", ["plan"]),
            (None, ["plan", "x"]),
        ):
            found = textes.modeles_de_message(demarche, move)
            assert [one.id for one in found] == expected
        for move, expected in (
            ("refuser", ["permis"]),
            ("valider", ["permis", "y"]),
            (None, ["permis", "y"]),
        ):
            found = textes.modeles_de_document(demarche, move)
            assert [one.id for one in found] == expected

    def test_restoring_brings_them_back(self, demarche):
        enregistrer_textes(demarche, TEXTES)
        api.content.transition(demarche, "publier_modifications")
        numero = versions.version_publiee(demarche).numero
        enregistrer_textes(demarche, Textes())
        api.content.transition(demarche, "publier_modifications")
        versions.restaurer(demarche, numero)
        assert textes_de_travail(demarche) == TEXTES

    def test_a_publication_from_before_there_were_texts(self, demarche):
        api.content.transition(demarche, "publier_modifications")
        store = demarche.versions_publiees
        del store[store.maxKey()]["correspondance"]
        assert textes.textes_publies(demarche) == Textes()
        assert not versions.modifiee(demarche)

    def test_a_copy_has_the_same_texts(self, demarche):
        enregistrer_textes(demarche, TEXTES)
        copie = api.content.copy(demarche, demarche.__parent__, safe_id=True)
        assert textes_de_travail(copie) == TEXTES


class TestDifferences:
    @pytest.fixture
    def said(self):
        dire = partial(translate, target_language="en")
        return lambda before, after: [*changements(before, after, dire)]

    def test_nothing(self, said):
        assert said(TEXTES, TEXTES) == []

    def test_all_new_and_all_gone(self, said):
        assert said(Textes(), TEXTES) == [
            "Notice “Demande approved”, subject: “Accordée : ${numero}” is new.",
            "Notice “Demande approved”, text: + Voyez ${lien}",
            "Message “Plan manquant” was added.",
            "Document “Permis” was added.",
        ]
        assert said(TEXTES, Textes()) == [
            "Notice “Demande approved”: the standard words again.",
            "Message “Plan manquant” was removed.",
            "Document “Permis” was removed.",
        ]

    def test_changes(self, said):
        after = Textes(
            avis={"valider": Avis("C'est oui", "Voyez ${lien}\nMerci", "")},
            messages=(
                replace(
                    TEXTES.messages[0],
                    titre="Il manque un plan",
                    mouvements=("refuser",),
                ),
            ),
            documents=(
                replace(
                    TEXTES.documents[0],
                    corps="Pour ${nom}\n\n# Permis",
                    signataire="Le chef",
                ),
            ),
        )
        assert said(TEXTES, after) == [
            "Notice “Demande approved”, subject: “C'est oui” instead of "
            "“Accordée : ${numero}”.",
            "Notice “Demande approved”, text: + Merci",
            "Message “Il manque un plan”, title: “Il manque un plan” instead of "
            "“Plan manquant”.",
            "Message “Il manque un plan”, moves it is proposed for: "
            "“Demande refused” is new.",
            "Document “Permis”, text: ↕",
            "Document “Permis”, signature: “Le chef” is new.",
        ]


class TestParcels:
    @pytest.fixture
    def ailleurs(self, guichet):
        portal = api.portal.get()
        return api.content.create(portal, config.GUICHET, id="autre", title="Autre")

    def importer(self, guichet, data):
        plan = analyser(guichet, data, {})
        answers = {
            liaison.cle: CREER if liaison.choix is not None else liaison.proposition
            for liaison in plan.manquantes
        }
        return appliquer(guichet, analyser(guichet, data, answers))

    def changed(self, data, **changes):
        (contenu,) = colis.lire(data)
        donnees = json.loads(json.dumps(contenu.donnees)) | changes
        return colis.ecrire([replace(contenu, donnees=donnees)])

    def test_there_and_back(self, demarche, ailleurs):
        enregistrer_textes(demarche, TEXTES)
        data = exporter([demarche])
        (copie,) = self.importer(ailleurs, data)
        assert textes_de_travail(copie) == TEXTES
        assert exporter([copie]) == data

    def test_what_would_change_is_said_first(self, demarche, guichet):
        data = exporter([demarche])
        enregistrer_textes(demarche, TEXTES)
        plan = analyser(guichet, data, {})
        expected = changements(TEXTES, Textes(), in_words)
        assert [one.apres for one in plan.projets[0].differences] == [*expected]
        assert plan.projets[0].action == "modifier"
        self.importer(guichet, data)
        assert textes_de_travail(demarche) == Textes()

    def test_a_parcel_from_before_there_were_texts_leaves_them(self, demarche, guichet):
        (contenu,) = colis.lire(exporter([demarche]))
        donnees = {k: v for k, v in contenu.donnees.items() if k != "textes"}
        enregistrer_textes(demarche, TEXTES)
        data = colis.ecrire([replace(contenu, donnees=donnees)])
        assert analyser(guichet, data, {}).projets[0].action == "identique"

    def test_addresses_are_bound_anew(self, demarche, ailleurs):
        edited = with_notice(texte="Écrivez à voirie@ailleurs.example ${lien}")
        enregistrer_textes(demarche, edited)
        data = exporter([demarche])
        cle = "courriel:voirie@ailleurs.example"
        asked = {one.cle for one in analyser(ailleurs, data, {}).manquantes}
        assert cle in asked

    @pytest.mark.parametrize(
        "bad",
        [
            None,
            [],
            {"avis": {}, "messages": []},
            {"avis": {"jamais": {}}, "messages": [], "documents": []},
            {
                "avis": {},
                "messages": [
                    {"id": "<x>", "titre": "T", "texte": "", "mouvements": []}
                ],
                "documents": [],
            },
        ],
    )
    def test_what_no_export_makes_is_refused(self, demarche, guichet, bad):
        data = self.changed(exporter([demarche]), textes=bad)
        with pytest.raises(ColisRefuse):
            analyser(guichet, data, {})
