"""What the citizen sees of his brouillons, in words."""

from __future__ import annotations

from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.domain import en_clair
from carouge.guichet.brouillon.service import expire_le
from carouge.guichet.brouillon.service import lister
from carouge.guichet.brouillon.service import trouver
from carouge.guichet.compte.content import Compte
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import ZURICH
from dataclasses import dataclass


@dataclass(frozen=True)
class BrouillonVu:
    """A brouillon on a page; ``resume_url`` is empty when its démarche is gone.

    ``date`` and ``heure`` tell of the last save, ``etape`` is the title of the step
    where the person stopped, ``numero`` its place among ``sur`` steps (0: not known).
    """

    id: str
    titre: str
    date: str
    heure: str
    etape: str
    numero: int
    sur: int
    fichiers: tuple[str, ...]
    fin: str
    a_revoir: bool
    resume_url: str


@dataclass(frozen=True)
class Question:
    """What was typed for one question, line by line."""

    label: str
    lignes: tuple[str, ...]


def mes_brouillons(guichet, compte: Compte) -> list[BrouillonVu]:
    """The brouillons of a compte, the last saved first."""
    return [vu(guichet, brouillon) for brouillon in lister(guichet, (compte.id,))]


def mon_brouillon(guichet, id: str, compte: Compte) -> Brouillon | None:
    """One of them; None for all others."""
    return trouver(guichet, id, (compte.id,))


def vu(guichet, brouillon: Brouillon) -> BrouillonVu:
    """How a brouillon is shown."""
    fiche = get_catalogue(guichet).by_uid.get(brouillon.demarche_uid)
    etapes = [*brouillon.etapes]
    place = etapes.index(brouillon.etape) + 1 if brouillon.etape in etapes else 0
    moment = brouillon.modifie.astimezone(ZURICH)
    return BrouillonVu(
        id=brouillon.id,
        # Its name may have changed; what one began is what one looks for.
        titre=brouillon.demarche_titre,
        date=format_date(moment.date()),
        heure=moment.strftime("%H:%M"),
        etape=brouillon.etapes[brouillon.etape] if place else "",
        numero=place,
        sur=len(etapes),
        fichiers=tuple(fichier.nom for fichier in brouillon.fichiers.values()),
        fin=format_date(expire_le(brouillon)),
        a_revoir=bool(brouillon.a_revoir),
        resume_url=(
            f"{guichet.absolute_url()}/{fiche.path}/formulaire/{brouillon.id}"
            if fiche is not None
            else ""
        ),
    )


def questions_de(brouillon: Brouillon) -> list[Question]:
    """All that was typed, in the order of the form; what is not known comes last."""
    noms = dict.fromkeys((*brouillon.questions, *brouillon.saisies))
    toutes = (
        Question(
            brouillon.questions.get(nom) or nom,
            tuple(en_clair(brouillon.saisies.get(nom, ""))),
        )
        for nom in noms
    )
    return [question for question in toutes if question.lignes]
