"""``<demarche>/voir-comme``: an editor walks through the form as somebody else."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.domain import Marche
from carouge.guichet.atelier.domain import Page
from carouge.guichet.atelier.marches import MarchePerdue
from carouge.guichet.atelier.marches import ouvrir
from carouge.guichet.atelier.marches import sceller
from carouge.guichet.atelier.mots_problemes import titre_de
from carouge.guichet.atelier.profils import Profil
from carouge.guichet.atelier.profils import PROFILS
from carouge.guichet.atelier.scenarios import MAX_NOM
from carouge.guichet.atelier.scenarios import Visite
from carouge.guichet.compte.service import acting_as
from carouge.guichet.demarche.domain import Availability
from carouge.guichet.demarche.labels import refusal_of
from carouge.guichet.demarche.service import fiche_of
from carouge.guichet.demarche.service import Gate
from carouge.guichet.demarche.versions import contenu_de_travail
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.affichage import PREFIX
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.browser.vue import VueDeFormulaire
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.documents import inspecter
from carouge.guichet.formulaire.genres_pieces import limites_de
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.membres import reprendre_membres
from carouge.guichet.formulaire.parcours import Erreur
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.saisies import forged
from carouge.guichet.formulaire.saisies import lire_etape
from carouge.guichet.formulaire.saisies import nouveau_rang
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from carouge.guichet.swisstime import today
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from ZPublisher.HTTPRequest import FileUpload

import secrets
import transaction


#: Where the review and the end of a walk are, in the place of a step.
VERIFIER = "verifier"
FIN = "fin"


class VoirComme(VueDeFormulaire):
    """The citizen's own pages, of the working copy, with a banner.

    All that is known of the walk is in the page, sealed. The transaction is doomed
    before anything is done: nothing can be stored or sent from here.
    """

    page_template = ViewPageTemplateFile("../templates/voir-comme.pt")
    choix_template = ViewPageTemplateFile("../templates/voir-comme-choix.pt")
    refus_template = ViewPageTemplateFile("../templates/voir-comme-refus.pt")
    fin_template = ViewPageTemplateFile("../templates/voir-comme-fin.pt")
    page_title = _("See as")
    enregistre_seul = False
    max_nom = MAX_NOM
    profils = tuple(PROFILS.values())
    profil: Profil | None = None
    savable: tuple[str, ...] = ()
    #: What the review says of a démarche that takes no demandes: nothing here.
    ouverte = True
    #: The last button of the review is there: it ends the walk.
    peut_envoyer = True
    #: The banner has no walk to record yet.
    etat = ""

    def __call__(self) -> str:
        transaction.doom()
        try:
            marche = self._marche()
        except MarchePerdue:
            self.notice = _(
                "This page was open for a long time. Please choose again as whom you "
                "want to see the form."
            )
            marche = None
        if marche is None:
            self._montrer(self.choix_template)
        else:
            self._prendre(marche)
            with acting_as(self.visite.compte):
                self._page()
        # The frame around the form stays the editor's own.
        return self.page_template()

    def _montrer(self, template) -> str:
        keep_private(self.request.response)
        single_column(self.request)
        self.body = template()
        return self.body

    def _marche(self) -> Marche | None:
        """The walk of the page that was sent, or a new one; None: nobody was chosen."""
        text = self._text("etat")
        if text:
            return ouvrir(self.context, text)
        profil = self._text("profil")
        return Marche(profil, today()) if profil in PROFILS else None

    def _prendre(self, marche: Marche) -> None:
        self.marche = marche
        self.visite = Visite(self.context, marche)
        self.profil = PROFILS[marche.profil]
        self.etat = sceller(self.context, marche)

    def _text(self, name: str) -> str:
        value = self.request.form.get(name)
        return value if isinstance(value, str) else ""

    # --- the pages ------------------------------------------------------------

    def _page(self) -> str:
        if not self.gate.may_begin:
            return self._montrer(self.refus_template)
        parcours = self._parcours()
        if not parcours.etapes:
            return self._verifier()
        wanted = self._text("etape")
        if self.request.method == "POST" and wanted in (VERIFIER, FIN):
            return self._montrer_fin()
        if wanted == VERIFIER:
            return self._verifier()
        etape = parcours.etape(wanted) or parcours.etapes[0]
        if self.request.method == "POST" and wanted:
            return self._envoyer(parcours, etape)
        return self.montrer_etape(parcours, etape)

    def _parcours(self) -> Parcours:
        parcours = self.visite.parcours(self.marche.saisies)
        looked_at = {page.etape for page in self.marche.pages if page.valide}
        self.faites = {
            etape.id
            for etape in parcours.etapes
            if etape.id in looked_at and not parcours.erreurs(etape)
        }
        return parcours

    def _verifier(self) -> str:
        return self.montrer_verification(self._parcours())

    def _montrer_fin(self) -> str:
        self.parcours = self._parcours()
        self.constat = self.visite.constat()
        return self._montrer(self.fin_template)

    def _envoyer(self, parcours: Parcours, etape: Etape) -> str:
        form = self.request.form
        saisies = lire_etape(parcours, etape, form)
        errors = forged(parcours, etape, form)
        pressed = form.get("reprendre")
        saisies, filled = reprendre_membres(
            parcours, saisies, anew=pressed if isinstance(pressed, str) else ""
        )
        files, refused = self._fichiers(parcours, etape, saisies)
        moves = self._rangs(parcours, saisies) or self._retirer(parcours, saisies)
        further = not (moves or filled or {"precedent", "reprendre"} & form.keys())
        self._prendre(
            replace(
                self.marche.avec(Page(etape.id, saisies, valide=further)),
                fichiers={**(self.marche.fichiers or {}), **files},
            )
        )
        parcours = self._parcours()
        here = parcours.etape(etape.id) or parcours.etapes[0]
        errors += refused
        if errors or not further:
            if "precedent" in form and not errors:
                here = parcours.precedente(here.id) or here
            if filled or "reprendre" in form:
                self.bonne_nouvelle = texts.TAKEN_OVER
            return self.montrer_etape(parcours, here, errors)
        errors = parcours.erreurs(here)
        if errors:
            return self.montrer_etape(parcours, here, errors)
        following = parcours.suivante(here.id)
        if following is None:
            return self._verifier()
        return self.montrer_etape(parcours, following)

    def _rangs(self, parcours: Parcours, saisies: dict) -> bool:
        """Add or take away a row, when its button was pressed."""
        groupes = parcours.form.groupes
        name = self._text("ajouter")
        if name in groupes:
            rows = saisies.get(name, parcours.rangs(groupes[name]))
            if len(rows) < groupes[name].max:
                saisies[name] = [*rows, nouveau_rang()]
            return True
        name, _point, rang = self._text("retirer").partition(".")
        if name in groupes:
            rows = saisies.get(name, parcours.rangs(groupes[name]))
            saisies[name] = [row for row in rows if row["id"] != rang]
            return True
        return False

    def _fichiers(
        self, parcours: Parcours, etape: Etape, saisies: dict
    ) -> tuple[dict[str, dict], list[Erreur]]:
        """What is known of the files that came along; they are looked at, not kept."""
        known: dict[str, dict] = {}
        errors: list[Erreur] = []
        for question, groupe, rang in parcours.questions(etape):
            if not question.genre.a_des_fichiers:
                continue
            cle = cle_de(question, groupe, rang)
            row = _row(saisies, groupe, rang)
            for envoi in _sent(self.request.form, f"{PREFIX}{cle}.envoi"):
                try:
                    id, one = _inspect(question.champ, envoi)
                except DocumentRefuse as error:
                    errors.append(Erreur(question, groupe, rang, error.message))
                    continue
                known[id] = one
                before = row.get(question.nom) or question.genre.vide()
                row[question.nom] = {
                    "moyen": "",
                    "fichiers": [*before["fichiers"], id],
                }
        return known, errors

    def _retirer(self, parcours: Parcours, saisies: dict) -> bool:
        """Take away a file, when its button was pressed."""
        for name in self.request.form:
            if name.startswith("retirer-fichier."):
                _drop(saisies, name.rpartition(".")[2])
                return True
        return False

    # --- what the templates ask for -------------------------------------------

    @property
    def url(self) -> str:
        return f"{self.context.absolute_url()}/@@voir-comme"

    def adresse_etape(self, etape: Etape) -> str:
        return f"{self.url}?{urlencode({'etape': etape.id, 'etat': self.etat})}"

    def adresse_verification(self) -> str:
        return f"{self.url}?{urlencode({'etape': VERIFIER, 'etat': self.etat})}"

    def adresse_fichier(self, id: str) -> str:
        # The files themselves are not kept: there is nothing to open.
        return "#form"

    @property
    def action(self) -> str:
        return self.url

    @property
    def caches(self) -> list[tuple[str, str]]:
        here = self.etape.id if hasattr(self, "etape") else VERIFIER
        return [("etat", self.etat), ("etape", here)]

    @property
    def retour(self) -> str:
        return self.url

    def titre_etape(self, id: str) -> str:
        """What a step is called."""
        return in_words(titre_de("etape", id, self.visite.form))

    @property
    def manque(self) -> bool:
        return len(self.faites) < len(self.parcours.etapes)

    @cached_property
    def gate(self) -> Gate:
        return Gate(Availability.OPEN, self.visite.decision)

    @property
    def contenu(self):
        return contenu_de_travail(self.context)

    @property
    def refus(self):
        """Why this usager may not begin, in the words of the catalogue."""
        return refusal_of(fiche_of(self.context), self.visite.decision)


def _sent(form: Mapping[str, object], name: str) -> list[FileUpload]:
    sent = form.get(name)
    files = sent if isinstance(sent, list) else [sent]
    # A browser sends an input without a file as a file without a name.
    return [one for one in files if isinstance(one, FileUpload) and one.filename]


def _inspect(champ, envoi: FileUpload) -> tuple[str, dict]:
    """
    :raises carouge.guichet.formulaire.types_documents.DocumentRefuse: see there
    """
    limits = limites_de(champ)
    found = inspecter(
        envoi.filename,
        envoi.read(limits.max_octets + 1),
        types=limits.types,
        max_octets=limits.max_octets,
    )
    known = {"nom": found.nom, "type": found.type, "taille": found.taille}
    return secrets.token_hex(4), known


def _row(saisies: dict, groupe, rang: str | None) -> dict:
    if groupe is None:
        return saisies
    rows = saisies.get(groupe.nom, [])
    return next((row for row in rows if row["id"] == rang), {})


def _drop(saisies: dict, id: str) -> None:
    """Take the file with this id away, wherever it is."""
    for saisie in saisies.values():
        if isinstance(saisie, list):
            for row in saisie:
                if isinstance(row, dict):
                    _drop(row, id)
        elif isinstance(saisie, dict) and id in saisie.get("fichiers", ()):
            saisie["fichiers"] = [one for one in saisie["fichiers"] if one != id]
