"""An agent fills in a form for somebody: at the counter, by telephone, from a letter.

The brouillon is the agent's own and says for whom it is. What is known of that person
is as for the person himself; who acts, in the journal as well, is the agent.
"""

from __future__ import annotations

from carouge.guichet.access.domain import ANONYMOUS
from carouge.guichet.access.domain import Decision
from carouge.guichet.access.service import check_access
from carouge.guichet.access.service import usager_of
from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.domain import PourAutrui
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.service import current_compte
from carouge.guichet.compte.service import get_compte
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.service import Submission
from carouge.guichet.demarche.service import fiche_of
from carouge.guichet.demarche.service import Gate
from carouge.guichet.demarche.service import gate_at_counter
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.prefill import reprise_of
from carouge.guichet.swisstime import now
from urllib.parse import urlencode


def compte_de(brouillon: Brouillon | None) -> Compte | None:
    """Whose facts answer: the chosen person's, else those of whoever is logged in."""
    if brouillon is None or brouillon.pour is None:
        return current_compte()
    return get_compte(brouillon.pour.compte)


def canal_de(brouillon: Brouillon) -> Canal:
    """How the demande comes."""
    pour = brouillon.pour
    return Canal.EN_LIGNE if pour is None else Canal(pour.canal)


def gate_de(demarche, brouillon: Brouillon | None) -> Gate:
    """Whether the form can be sent: padlocks are for what citizens file themselves."""
    if brouillon is None or brouillon.pour is None:
        return gate_of(demarche)
    return gate_at_counter(demarche)


def refus_en_ligne(demarche, compte: Compte | None) -> Decision:
    """What the policy says to that person online, with a login of this moment.

    It keeps no agent from anything: he has to know.
    """
    usager = ANONYMOUS if compte is None else usager_of(compte, now())
    return check_access(fiche_of(demarche).conditions, usager)


def identite_de(pour: PourAutrui) -> IdentiteControlee:
    """Who it was, as the demande keeps it."""
    return IdentiteControlee(
        nom=pour.nom,
        prenom=pour.prenom,
        naissance=pour.naissance,
        controle=pour.controle,
        ide=pour.ide,
        telephone=pour.telephone,
        adresse=pour.adresse,
    )


def saisies_connues(form: CompiledForm, pour: PourAutrui) -> dict[str, Saisie]:
    """The first answers for somebody without compte: what he has just said of himself.

    They stand in the form like anything that was typed.
    """
    if pour.compte:
        return {}
    nobody = Compte("", "", "", AccountType.PERSONNE)
    nobody.set_facts(Source.DECLARE, _faits(pour), now())
    known = reprise_of(form, nobody).propositions
    return {
        nom: form.questions[nom].genre.ecrire(form.questions[nom].champ, one.value)
        for nom, one in known.items()
        if form.questions[nom].groupe is None
    }


def adresse_du_depot(demarche, submission: Submission, id: str) -> str:
    """Where an agent sees what he has just filed; empty for what a citizen has."""
    if not submission.demande.saisi_par:
        return ""
    query = urlencode({"demarche": demarche.UID(), "brouillon": id})
    return f"{guichet_of(demarche).absolute_url()}/agents/saisie?{query}"


def proprietaires(request, guichet) -> tuple[str, ...]:
    """Whose brouillons the pages of a form open: one's own, and an agent's entries."""
    owners = brouillons.proprietaires(request)
    agent = brouillons.agent(guichet)
    return owners if agent is None else (*owners, agent)


def _faits(pour: PourAutrui) -> dict[str, str]:
    name, _space, number = pour.rue.rpartition(" ")
    street = (name, number) if number[:1].isdigit() else (pour.rue, "")
    facts = {
        "courriel": pour.courriel,
        "telephone": pour.telephone,
        "rue": street[0],
        "numero": street[1],
        "npa": pour.npa,
        "localite": pour.localite,
    }
    if pour.organisation:
        return facts | {"raison_sociale": pour.nom, "ide": pour.ide}
    return facts | {
        "prenom": pour.prenom,
        "nom": pour.nom,
        "date_naissance": pour.naissance,
    }
