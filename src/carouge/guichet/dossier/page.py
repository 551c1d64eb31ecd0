"""The page that answers a complement, for whoever brings the answer.

:class:`PageComplement` does all of it; the citizen's two ways in and the agent's desk
join it with the frame of their own pages, which says whose demande it is.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.brouillon.domain import BrouillonModifie
from carouge.guichet.brouillon.domain import TropLong
from carouge.guichet.compte.content import Compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Actor
from carouge.guichet.dossier import complement as complements
from carouge.guichet.dossier.complement import Incomplete
from carouge.guichet.dossier.complement import RienDemande
from carouge.guichet.dossier.complement import SupportDeComplement
from carouge.guichet.dossier.fichiers import FichiersDeComplement
from carouge.guichet.dossier.parcours import CHOIX_DE_LA_PERSONNE
from carouge.guichet.dossier.reduction import ETAPE
from carouge.guichet.formulaire import televersement
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.affichage import Champ
from carouge.guichet.formulaire.affichage import elements_de
from carouge.guichet.formulaire.affichage import GroupeVue
from carouge.guichet.formulaire.affichage import PREFIX
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.membres import reprendre_membres
from carouge.guichet.formulaire.mirror import mirror_of
from carouge.guichet.formulaire.parcours import Erreur
from carouge.guichet.formulaire.saisies import forged
from carouge.guichet.formulaire.saisies import lire_etape
from carouge.guichet.formulaire.saisies import nouveau_rang
from carouge.guichet.swisstime import format_clock
from carouge.guichet.swisstime import format_date
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import replace
from zExceptions import NotFound

import json
import secrets


ASKED_OTHERWISE = _(
    "The service has asked for something else meanwhile. Nothing was sent; please look "
    "at what it needs now."
)

#: Names of hidden inputs: which complement, which page of it, the state of the answer.
COMPLEMENT = "complement"
ENVOI = "envoi"
REVISION = "revision"
#: Of answers that can go nowhere any more, so much is shown again.
MAX_KEPT = 20_000


class PageComplement(FichiersDeComplement):
    """``completer`` and, below it, ``enregistrer`` and ``fichiers/…``.

    Whoever joins it has ``context`` (the guichet), ``request``, ``opened`` (the demande,
    for somebody who may answer), ``items``, ``posted``, ``text``, ``proved``,
    ``unproved``, ``done``, ``token_name``, ``token``, ``retour_url`` and ``login_url``.
    """

    template = None
    too_late_template = None
    acteur = Actor.USAGER
    max_items = 3

    opened: Demande
    erreurs: Sequence[Erreur] = ()
    bonne_nouvelle = None
    avertissement = None
    garde_jusqu_au = None
    du_navigateur = False
    format_clock = staticmethod(format_clock)
    format_date = staticmethod(format_date)

    #: The compte of whoever looks at the page; nobody's without login and at the desk.
    lecteur: Compte | None = None
    #: What stands below the choice of a household member by somebody else than the
    #: person, and where the person can make it.
    avis_retenue = CHOIX_DE_LA_PERSONNE
    connexion_url = ""

    def ouvrir(self):
        """The complement of the demande, as far as it is this reader's.

        :raises RienDemande: it waits for no answer
        """
        return complements.ouvrir(
            self.opened, self.lecteur, au_bureau=self.acteur is Actor.AGENT
        )

    def servir(self):
        """The answer, whatever was asked of this page or below it."""
        if self.items:
            return self.servir_dessous()
        try:
            self.ouverture = self.ouvrir()
        except RienDemande:
            return self.trop_tard() if self.posted else self._go(self.retour_url)
        if not self.posted:
            return self.montrer()
        if not self.proved():
            return self.unproved()
        return self._sent()

    def montrer_encore(self):
        """The page with what was typed on it; nothing is written."""
        try:
            self.ouverture = self.ouvrir()
        except RienDemande:
            return self.trop_tard()
        return self.montrer(self._typed())

    def montrer(self, typed: Mapping | None = None):
        """The page as it is saved, or with something else in it."""
        self.parcours = self.ouverture.parcours
        if typed is not None:
            self.parcours = self.ouverture.avec(
                {**self.ouverture.brouillon.saisies, **typed}
            )
        self.etape = self.ouverture.reduction.etape
        return self.template()

    def trop_tard(self):
        """Nobody waits for it any more."""
        if complements.deja_repondu(self.opened, self.text(ENVOI, 40)):
            return self.done("complement")
        self.request.response.setStatus(409)
        self.problem = complements.PLUS_ATTENDU
        return self.too_late_template()

    # --- what was sent ----------------------------------------------------------

    def _sent(self):
        form = self.request.form
        ouverture = self.ouverture
        if self.text(COMPLEMENT, 40) not in ("", ouverture.complement.id):
            self.avertissement = ASKED_OTHERWISE
            return self.montrer(self._typed())
        before, etape = ouverture.parcours, ouverture.reduction.etape
        saisies = lire_etape(before, etape, form)
        errors = forged(before, etape, form)
        saisies, filled = reprendre_membres(
            before, saisies, anew=self.text("reprendre")
        )
        try:
            self.ouverture = complements.noter(
                ouverture, saisies, revision=self.revision
            )
        except BrouillonModifie:
            return self._refused(409, texts.CHANGED_ELSEWHERE, saisies)
        except TropLong:
            return self._refused(413, texts.TOO_LONG, saisies)
        _attached, refused = televersement.joindre_envoi_a(
            SupportDeComplement(self.ouverture), etape, form
        )
        self.ouverture = replace(self.ouverture)
        if errors or refused:
            return self._wrong([*errors, *refused])
        place = self._rows() or self._files()
        if place:
            return self._go(f"{self.adresse}#{place}")
        if "plus_tard" in form:
            self.bonne_nouvelle = texts.SAVED_FOR_LATER
            return self.montrer()
        if "reprendre" in form or filled:
            self.bonne_nouvelle = texts.TAKEN_OVER
            return self.montrer()
        if "miroir" not in form and self.ouverture.parcours.apparues(before, etape):
            self.bonne_nouvelle = texts.MORE_QUESTIONS
            return self.montrer()
        return self._answer()

    def _answer(self):
        try:
            self.envoyer()
        except Incomplete as error:
            return self._wrong(error.erreurs)
        except RienDemande:
            return self.trop_tard()
        return self.done("complement")

    def envoyer(self) -> None:
        """Give the answer to the service; the desk does it in its own way."""
        complements.repondre(self.ouverture, self.acteur, self.text(ENVOI, 40))

    def _wrong(self, errors: Sequence[Erreur]):
        self.erreurs = errors
        self.request.response.setStatus(400)
        return self.montrer()

    def _refused(self, status: int, notice, saisies: Mapping):
        self.avertissement = notice
        self.request.response.setStatus(status)
        return self.montrer(saisies)

    def _typed(self) -> Mapping:
        etape = self.ouverture.reduction.etape
        return lire_etape(self.ouverture.parcours, etape, self.request.form)

    def _rows(self) -> str:
        """Add or take away a row; the id of what to look at next, or nothing."""
        parcours = self.ouverture.parcours
        asked = {
            element.nom: element
            for element in self.ouverture.reduction.etape.elements
            if isinstance(element, Groupe)
        }
        groupe = asked.get(self.text("ajouter", 200))
        if groupe is not None:
            rows, place = parcours.rangs(groupe), f"champ-{groupe.nom}"
            if len(rows) < groupe.max:
                row = nouveau_rang()
                rows, place = [*rows, row], f"rang-{groupe.nom}-{row['id']}"
        else:
            name, _point, rang = self.text("retirer", 200).partition(".")
            groupe = asked.get(name)
            if groupe is None:
                return ""
            rows = [row for row in parcours.rangs(groupe) if row["id"] != rang]
            place = f"champ-{name}"
        complements.noter(self.ouverture, {groupe.nom: rows})
        return place

    def _files(self) -> str:
        """Take away a file whose button was pressed."""
        for name in self.request.form:
            if name.startswith("retirer-fichier."):
                cle, _point, id = name.removeprefix("retirer-fichier.").rpartition(".")
                televersement.retirer_de(SupportDeComplement(self.ouverture), id)
                return f"champ-{cle}".replace(".", "-")
        return ""

    def _go(self, address: str):
        return self.request.response.redirect(address, status=303)

    # --- what the templates ask for -----------------------------------------------

    @property
    def complement(self):
        return self.ouverture.complement

    @property
    def demande_par(self) -> list[str]:
        """What the service has written, line by line."""
        return complements.message_de(self.opened).splitlines()

    @property
    def caches(self) -> list[tuple[str, str]]:
        """Hidden inputs: what the next request has to know."""
        return [
            (self.token_name, self.token),
            (COMPLEMENT, self.complement.id),
            (ENVOI, secrets.token_hex(16)),
            (REVISION, str(self.ouverture.brouillon.revision)),
        ]

    @property
    def etape_id(self) -> str:
        return ETAPE

    @property
    def elements(self) -> list[Champ | GroupeVue]:
        errors: dict[str, str] = {}
        for error in self.erreurs:
            words = in_words(error.message)
            before = errors.get(error.cle)
            errors[error.cle] = f"{before} {words}" if before else words
        return elements_de(self.parcours, self.etape, errors, self.adresse_fichier)

    def est_groupe(self, element) -> bool:
        return isinstance(element, GroupeVue)

    def membre_de(self, champ: Champ) -> str | None:
        """The id of the input whose choice fills this question in, or None."""
        form = self.parcours.form
        if self.ouverture.compte is None:
            return None
        if not form.sources.get(champ.question.nom, "").startswith("membre."):
            return None
        chooser = form.membre_of(champ.question.nom)
        return f"champ-{chooser}" if chooser else None

    @property
    def resume(self) -> list[dict]:
        """The errors, with a link target each."""
        return [
            {
                "id": f"champ-{error.cle}".replace(".", "-"),
                "label": in_words(
                    error.question.titre if error.question else error.groupe.titre
                ),
                "message": in_words(error.message),
            }
            for error in self.erreurs
        ]

    @property
    def miroir(self) -> str:
        """What the browser needs to show and hide questions itself, as JSON."""
        text = json.dumps(mirror_of(self.parcours, self.etape), ensure_ascii=True)
        # It stands in a script element, whose end must not appear in it.
        return text.replace("<", "\\u003c")

    @property
    def enregistre_a(self):
        """When the answer was last saved; None before the first time."""
        brouillon = self.ouverture.garde
        return None if brouillon is None else brouillon.modifie

    @property
    def compte_url(self) -> str:
        return f"{self.context.absolute_url()}/mon-espace/compte"

    @property
    def perdu(self) -> list[str]:
        """What was typed into a page that came too late, line by line."""
        texts = (
            value
            for name, value in sorted(self.request.form.items())
            if name.startswith(PREFIX) and isinstance(value, str) and value.strip()
        )
        return "\n".join(texts)[:MAX_KEPT].splitlines()

    def publishTraverse(self, request, name):
        if len(self.items) >= self.max_items:
            raise NotFound(name)
        self.items = (*self.items, name)
        return self
