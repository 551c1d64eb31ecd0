"""What the pages of a form have in common, whoever keeps what was typed."""

from __future__ import annotations

from carouge.guichet.access.labels import advice
from carouge.guichet.demande.domain import total_of
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.versions import contenu_publie
from carouge.guichet.formulaire.affichage import Champ
from carouge.guichet.formulaire.affichage import elements_de
from carouge.guichet.formulaire.affichage import GroupeVue
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.faits import MEMBRE
from carouge.guichet.formulaire.mirror import mirror_of
from carouge.guichet.formulaire.parcours import Erreur
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.service import person_mark
from carouge.guichet.formulaire.service import prix_of
from carouge.guichet.identity.service import login_address
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_clock
from carouge.guichet.swisstime import format_date
from collections.abc import Collection
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile

import json


@dataclass(frozen=True)
class Avancement:
    """One step in the list of steps; ``etat`` is ``faite``, ``ici`` or ``a_faire``."""

    numero: int
    titre: str
    etat: str
    adresse: str | None


@dataclass(frozen=True)
class Ligne:
    """One answer on the review page."""

    titre: str
    texte: str
    fichiers: Sequence[dict] = ()


@dataclass(frozen=True)
class Section:
    """One step on the review page; ``faite`` when nothing is missing in it."""

    titre: str
    adresse: str
    faite: bool
    lignes: Sequence[Ligne]


class VueDeFormulaire(BrowserView):
    """Draws steps and the review of a :class:`Parcours`.

    Subclasses know where what was typed is kept, and so the addresses and the hidden
    inputs.
    """

    page_template = ViewPageTemplateFile("../templates/formulaire.pt")
    etape_template = ViewPageTemplateFile("../templates/etape.pt")
    avis_template = ViewPageTemplateFile("../templates/avis.pt")
    verification_template = ViewPageTemplateFile("../templates/verification.pt")

    format_chf = staticmethod(format_chf)
    format_date = staticmethod(format_date)
    format_clock = staticmethod(format_clock)
    parcours: Parcours
    etape: Etape
    faites: Collection[str] = ()
    erreurs: Sequence[Erreur] = ()
    #: An alert above the form, and the sentence of a success.
    notice = None
    bonne_nouvelle = None
    #: The login of whoever wrote this has ended.
    expired = False
    #: The browser may save while somebody types, and where.
    enregistre_seul = True
    adresse_enregistrement: str | None = None
    adresse_envoi: str | None = None
    enregistre_a = None
    #: The day it is deleted, and whether only this browser finds it until then.
    garde_jusqu_au = None
    du_navigateur = False
    #: For whom an agent fills the form in; see browser/saisie.py.
    pour = None
    remplacements: Sequence[tuple[str, str, str]] = ()
    a_revoir: Sequence = ()

    # --- for subclasses -------------------------------------------------------

    def adresse_etape(self, etape: Etape) -> str:
        raise NotImplementedError

    def adresse_verification(self) -> str:
        raise NotImplementedError

    def adresse_fichier(self, id: str) -> str:
        raise NotImplementedError

    @property
    def action(self) -> str:
        """Where the step is sent."""
        raise NotImplementedError

    @property
    def caches(self) -> list[tuple[str, str]]:
        """Hidden inputs: what the next request has to know."""
        raise NotImplementedError

    # --- drawing --------------------------------------------------------------

    def montrer_etape(
        self, parcours: Parcours, etape: Etape, erreurs: Sequence[Erreur] = ()
    ) -> str:
        """The page of one step."""
        self.parcours, self.etape, self.erreurs = parcours, etape, erreurs
        return self._montrer(self.etape_template)

    def montrer_verification(self, parcours: Parcours) -> str:
        """The page with all answers, before they are sent."""
        self.parcours = parcours
        return self._montrer(self.verification_template)

    def _montrer(self, template) -> str:
        keep_private(self.request.response)
        single_column(self.request)
        self.body = template
        return self.page_template()

    # --- what the templates ask for -------------------------------------------

    def avis_de_brouillon(self) -> str:
        """What is to be known before one goes on."""
        return self.avis_template()

    @cached_property
    def guichet_url(self) -> str:
        return guichet_of(self.context).absolute_url()

    @cached_property
    def gate(self):
        return gate_of(self.context)

    @property
    def elements(self) -> list[Champ | GroupeVue]:
        errors: dict[str, str] = {}
        for error in self.erreurs:
            words = in_words(error.message)
            before = errors.get(error.cle)
            errors[error.cle] = f"{before} {words}" if before else words
        return elements_de(self.parcours, self.etape, errors, self.adresse_fichier)

    @property
    def televerse(self) -> bool:
        """Whether files can be sent from this page, before the form itself is."""
        return bool(self.adresse_envoi) and any(
            question.genre.a_des_fichiers for question in self.etape.questions
        )

    @property
    def remplacements_ici(self) -> bool:
        """Whether a replaced answer stands on this page; the review has them all."""
        etape = getattr(self, "etape", None)
        if etape is None:
            return True
        titles = {in_words(question.titre) for question in etape.questions}
        return any(title in titles for title, _typed, _confirmed in self.remplacements)

    def membre_de(self, champ: Champ) -> str | None:
        """The id of the input whose choice fills this question in, or None."""
        source = self.parcours.form.sources.get(champ.question.nom, "")
        if not source.startswith(MEMBRE):
            return None
        chooser = self.parcours.form.membre_of(champ.question.nom)
        return f"champ-{chooser}" if chooser else None

    def est_groupe(self, element) -> bool:
        return isinstance(element, GroupeVue)

    @property
    def resume(self) -> list[dict]:
        """The errors, in the order of the questions, with a link target each."""
        found = []
        for error in self.erreurs:
            words = []
            if error.groupe is not None:
                words.append(error.groupe.titre)
            if error.rang is not None:
                words.append(str(self._numero(error.groupe, error.rang)))
            if error.question is not None:
                words.append(in_words(error.question.titre))
            found.append(
                {
                    "id": f"champ-{error.cle}".replace(".", "-"),
                    "label": " ".join(words),
                    "message": in_words(error.message),
                }
            )
        return found

    @property
    def avancement(self) -> list[Avancement]:
        """The steps of this person, then the review."""
        here = getattr(self, "etape", None)
        steps = []
        for number, etape in enumerate(self.parcours.etapes, 1):
            done = etape.id in self.faites
            state = "ici" if etape is here else "faite" if done else "a_faire"
            reachable = done or state == "ici" or self._all_done_before(number - 1)
            steps.append(
                Avancement(
                    number,
                    etape.titre,
                    state,
                    self.adresse_etape(etape) if reachable else None,
                )
            )
        return steps

    def _all_done_before(self, position: int) -> bool:
        return all(etape.id in self.faites for etape in self.parcours.etapes[:position])

    @property
    def derniere(self) -> bool:
        """Whether the review comes after this step."""
        return self.parcours.suivante(self.etape.id) is None

    @property
    def precedente(self) -> Etape | None:
        return self.parcours.precedente(self.etape.id)

    @property
    def person(self) -> str:
        """Whom the page was made for; tells nothing to anybody else."""
        return person_mark()

    @property
    def prix(self):
        """The price of the form and of the démarche, in centimes; 0 when free."""
        return total_of(self.lignes_de_prix)

    @cached_property
    def contenu(self):
        """The version of the form: its texts and its fee."""
        return contenu_publie(self.context)

    @property
    def emolument(self) -> int:
        """The fee of the démarche, in centimes."""
        return self.contenu["emolument"] or 0

    @property
    def prologue(self) -> str:
        return _html(self.contenu["formPrologue"])

    @property
    def epilogue(self) -> str:
        return _html(self.contenu["formEpilogue"])

    @property
    def lignes_de_prix(self):
        """What the demande costs, in words and centimes."""
        return prix_of(self.parcours, self.emolument)

    @property
    def miroir(self) -> str:
        """What the browser needs to show and hide questions itself, as JSON."""
        text = json.dumps(mirror_of(self.parcours, self.etape), ensure_ascii=True)
        # It stands in a script element, whose end must not appear in it.
        return text.replace("<", "\\u003c")

    @property
    def conseil(self) -> str:
        """What is still needed before the demande can be sent; empty for nothing."""
        decision = self.gate.decision
        return "" if decision.allowed else advice(decision, in_words)

    @property
    def login_url(self) -> str:
        return login_address(self.guichet_url, self.retour)

    @property
    def retour(self) -> str:
        """Where somebody comes back to after a login."""
        return self.request.getURL()

    @property
    def compte_url(self) -> str:
        return f"{self.guichet_url}/mon-espace/compte"

    @property
    def sections(self) -> list[Section]:
        """All answers, step by step."""
        return [
            Section(
                etape.titre,
                self.adresse_etape(etape),
                etape.id in self.faites,
                list(self._lignes(etape)),
            )
            for etape in self.parcours.etapes
        ]

    def _lignes(self, etape: Etape):
        for question, groupe, rang in self.parcours.questions(etape):
            if question.information:
                continue
            champ = Champ(
                self.parcours, question, groupe, rang, None, self.adresse_fichier
            )
            valeur = self.parcours.lu(question, rang).valeur
            titre = champ.titre
            if groupe is not None:
                titre = f"{groupe.titre} {self._numero(groupe, rang)} : {titre}"
            yield Ligne(
                titre,
                question.genre.mots(question.champ, valeur, in_words),
                champ.fichiers if question.genre.a_des_fichiers else (),
            )

    def _numero(self, groupe: Groupe, rang: str) -> int:
        rows = [row["id"] for row in self.parcours.rangs(groupe)]
        return rows.index(rang) + 1


def _html(text) -> str:
    """What editors have written in Plone's own editor, filtered by Plone."""
    return text.output if text else ""
