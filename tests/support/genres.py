"""Fields, files and households for the tests of the kinds of questions."""

from carouge.guichet.brouillon.content import Fichier
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Role
from carouge.guichet.formulaire import fields
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Illisible
from carouge.guichet.formulaire.genres import genre_de
from datetime import date
from decimal import Decimal
from plone.namedfile.field import NamedBlobFile
from plone.schema.email import Email
from zope import schema
from zope.i18n import interpolate
from zope.schema.vocabulary import SimpleTerm
from zope.schema.vocabulary import SimpleVocabulary

import pytest


AUJOURDHUI = date(2026, 11, 25)


def compte_avec_foyer():
    compte = Compte("ge-1", "issuer", "subject", AccountType.PERSONNE)
    compte.put_membre(
        Membre("m1", Role.ADULTE, "Dominique", "Favre", date(1984, 11, 30))
    )
    compte.put_membre(Membre("m2", Role.ENFANT, "Léa", "Rochat", date(2017, 3, 8)))
    return compte


def fichier(id="f1", **kw):
    return Fichier(
        **{
            "id": id,
            "nom": f"{id}.pdf",
            "type": "application/pdf",
            "taille": 1000,
            "digest": "0" * 64,
            "contenu": None,
        }
        | kw
    )


FICHIERS = {id: fichier(id) for id in ("f1", "f2", "f3")}
CONTEXTE = Contexte(
    compte=compte_avec_foyer(), aujourdhui=AUJOURDHUI, fichiers=FICHIERS
)

LOGEMENTS = SimpleVocabulary(
    [
        SimpleTerm("maison", title="Maison"),
        SimpleTerm("appartement", title="Appartement"),
        SimpleTerm("péniche", title="Péniche"),
    ]
)


def tous_les_champs():
    """One field of each kind, by the name of its kind and what is special in it."""
    return {
        "line": schema.TextLine(title="Nom"),
        "line limitée": schema.TextLine(title="Code", min_length=2, max_length=5),
        "text": schema.Text(title="Remarque"),
        "integer": schema.Int(title="Nombre", min=0, max=50),
        "decimal": schema.Decimal(title="Surface", min=Decimal("0.5")),
        "float": schema.Float(title="Poids"),
        "montant": fields.Montant(title="Loyer", maximum=9999),
        "date": schema.Date(title="Jour"),
        "jour": fields.Jour(title="Fête", au_plus_tot=-10, au_plus_tard=300),
        "choice": schema.Choice(title="Logement", vocabulary=LOGEMENTS),
        "choices": schema.Set(
            title="Logements", value_type=schema.Choice(vocabulary=LOGEMENTS)
        ),
        "boolean": schema.Bool(title="Oui ou non"),
        "consent": fields.Consentement(title="J'accepte"),
        "email": Email(title="Courriel"),
        "telephone": fields.Telephone(title="Téléphone"),
        "iban": fields.Iban(title="IBAN"),
        "avs": fields.Avs(title="AVS"),
        "ide": fields.Ide(title="IDE"),
        "npa_localite": fields.NpaLocalite(title="NPA et localité"),
        "adresse": fields.Adresse(title="Adresse"),
        "adresse étrangère": fields.Adresse(title="Adresse", etranger=True),
        "membre": fields.MembreDuFoyer(title="Enfant", personnes="enfants"),
        "piece": fields.Justificatif(title="Pièce", max_fichiers=2, par_poste=True),
        "fichier": NamedBlobFile(title="Photo"),
        "calcul": fields.Calcul(title="Total"),
    }


def lire(champ, saisie, contexte=CONTEXTE):
    return genre_de(champ).lire(champ, saisie, contexte)


def refus(champ, saisie, contexte=CONTEXTE):
    """What is told of a saisie that cannot be read."""
    with pytest.raises(Illisible) as caught:
        genre_de(champ).lire(champ, saisie, contexte)
    return dire(caught.value.message)


def dire(message):
    """A message in English, with its values."""
    mapping = getattr(message, "mapping", None)
    return interpolate(str(message), mapping) if mapping else str(message)
