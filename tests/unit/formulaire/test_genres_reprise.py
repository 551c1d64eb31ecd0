"""What a compte knows, in the form in which each kind of question answers it."""

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Source
from carouge.guichet.formulaire import fields
from carouge.guichet.formulaire.faits import fits
from carouge.guichet.formulaire.faits import sources_for
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genres import genre_de
from carouge.guichet.formulaire.lieux import LOCALITES
from carouge.guichet.formulaire.lieux import rues_de_carouge
from carouge.guichet.formulaire.prefill import reprise_of
from carouge.guichet.formulaire.valeurs import AdressePostale
from carouge.guichet.formulaire.valeurs import Lieu
from datetime import datetime
from datetime import timezone
from genres import AUJOURDHUI
from genres import tous_les_champs
from types import SimpleNamespace

import pytest


AT = datetime(2026, 11, 1, 12, 0, tzinfo=timezone.utc)
FACTS = {
    "rue": "Rue Saint-Joseph",
    "numero": "12",
    "complement": "c/o Favre",
    "npa": "1227",
    "localite": "Carouge GE",
    "telephone": "+41223079111",
    "iban": "CH9300762011623852957",
    "avs": "7569217076985",
}


def known(field, source, facts=FACTS):
    compte = Compte("ge-1", "issuer", "subject", AccountType.PERSONNE)
    compte.set_facts(Source.REGISTRE, facts, AT)
    form = SimpleNamespace(
        sources={"question": source},
        schema={"question": field},
        membres=(),
        membre_of=lambda name: None,
    )
    return compte, reprise_of(form, compte).propositions.get("question")


@pytest.mark.parametrize(
    ("field", "source", "value", "text"),
    [
        (fields.Telephone, "telephone", "+41223079111", "+41 22 307 91 11"),
        (
            fields.Iban,
            "iban",
            "CH9300762011623852957",
            "CH93 0076 2011 6238 5295 7",
        ),
        (fields.Avs, "avs", "7569217076985", "756.9217.0769.85"),
        (
            fields.NpaLocalite,
            "npa_et_localite",
            Lieu("1227", "Carouge GE"),
            "1227 Carouge GE",
        ),
        (
            fields.Adresse,
            "adresse",
            AdressePostale("Rue Saint-Joseph 12", "1227", "Carouge GE"),
            "Rue Saint-Joseph 12, 1227 Carouge GE",
        ),
    ],
)
def test_what_is_known_is_an_answer(field, source, value, text):
    question = field(title="Question", __name__="question")
    assert fits(source, question)
    assert sources_for(question) == (source,)
    compte, proposition = known(question, source)
    assert (proposition.value, proposition.text) == (value, text)
    # The same thing again when it comes back from the page.
    genre = genre_de(question)
    contexte = Contexte(compte, AUJOURDHUI)
    assert genre.lire(question, genre.ecrire(question, value), contexte) == value


@pytest.mark.parametrize("missing", ["rue", "npa", "localite"])
def test_half_an_address_is_none(missing):
    question = fields.Adresse(title="Adresse", __name__="question")
    facts = {name: value for name, value in FACTS.items() if name != missing}
    assert known(question, "adresse", facts)[1] is None


@pytest.mark.parametrize("nom", ["montant", "piece", "calcul", "consent", "choices"])
def test_others_come_from_no_compte(nom):
    assert sources_for(tous_les_champs()[nom]) == ()


def test_the_streets_are_clean():
    rues = rues_de_carouge()
    assert len(set(rues)) == len(rues) > 70
    assert list(rues) == sorted(rues)
    assert all(rue == " ".join(rue.split()) for rue in rues)


def test_postal_codes_of_geneva():
    assert LOCALITES["1227"] == ("Carouge GE", "Les Acacias")
    assert all(1200 < int(npa) < 1300 for npa in LOCALITES)
