"""``/<demarche>/formulaire``: the form, step by step, until the demande is sent."""

from __future__ import annotations

from carouge.guichet.brouillon.domain import BrouillonModifie
from carouge.guichet.brouillon.domain import IdPris
from carouge.guichet.brouillon.domain import TropDeBrouillons
from carouge.guichet.brouillon.domain import TropLong
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire import televersement
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.anterieur import forme_anterieure
from carouge.guichet.formulaire.anterieur import lire_page
from carouge.guichet.formulaire.anterieur import PageAnterieure
from carouge.guichet.formulaire.au_guichet import adresse_du_depot
from carouge.guichet.formulaire.browser.brouillon import FORME
from carouge.guichet.formulaire.browser.brouillon import MIRROR
from carouge.guichet.formulaire.browser.brouillon import PageDeBrouillon
from carouge.guichet.formulaire.browser.brouillon import PERSON
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.domain import InvalidJeton
from carouge.guichet.formulaire.envoyee import forme_envoyee
from carouge.guichet.formulaire.limites import TROP_VITE
from carouge.guichet.formulaire.limites import TropVite
from carouge.guichet.formulaire.membres import reprendre_membres
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.saisies import forged
from carouge.guichet.formulaire.saisies import lire_etape
from carouge.guichet.formulaire.saisies import nouveau_rang
from carouge.guichet.formulaire.service import new_jeton
from carouge.guichet.formulaire.service import person_mark
from carouge.guichet.formulaire.televersement import joindre_envoi
from collections.abc import Mapping
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from zope.interface import alsoProvides


class PageEtape(PageDeBrouillon):
    """One step: shown, saved, finished."""

    introuvable_template = ViewPageTemplateFile("../templates/introuvable.pt")

    def __call__(self, etape_id: str | None = None) -> str:
        if self.request.method == "POST":
            return self.envoyer(etape_id)
        if self.brouillon is None and self.id is not None:
            return self.introuvable()
        parcours = self.ouvrir()
        if not parcours.etapes:
            # Nothing is asked of this person.
            return self.request.response.redirect(self.context.absolute_url())
        etape = self._etape(parcours, etape_id)
        if etape is None:
            return self._rediriger(self.ouvert.suite)
        if self.brouillon is None:
            self.jeton = new_jeton(self.context)
        return self.montrer_etape(parcours, etape)

    def reprendre(self) -> str:
        """Go on exactly where somebody stopped."""
        if self.request.method == "POST":
            return self.envoyer(None)
        if self.brouillon is None:
            return self.introuvable()
        parcours = self.ouvrir()
        stopped = parcours.etape(self.brouillon.etape or "")
        if stopped is None or stopped.id in self.faites:
            return self._rediriger(self.ouvert.suite)
        return self._rediriger(stopped)

    def introuvable(self) -> str:
        """There is no such brouillon, or it belongs to somebody else."""
        if self.id and remplir.deja_depose(self.context, self.id):
            return self._confirmation()
        self.request.response.setStatus(404)
        return self._montrer(self.introuvable_template)

    def _confirmation(self, query: Mapping[str, str] | None = None) -> str:
        submission = remplir.deja_depose(self.context, self.id)
        address = adresse_du_depot(self.context, submission, self.id)
        if not address:
            query = urlencode({"brouillon": self.id, **(query or {})})
            address = f"{self.context.absolute_url()}/confirmation?{query}"
        return self.request.response.redirect(address)

    def _etape(self, parcours: Parcours, id: str | None) -> Etape | None:
        """The step of the address, or the first; None for one that is not shown."""
        if id is None:
            return parcours.etapes[0]
        return parcours.etape(id)

    def _rediriger(self, etape: Etape | None) -> str:
        address = self.adresse_verification() if etape is None else None
        return self.request.response.redirect(address or self.adresse_etape(etape))

    # --- sent -----------------------------------------------------------------

    def envoyer(self, etape_id: str | None) -> str:
        form = self.request.form
        try:
            if self.brouillon is None:
                self._first(etape_id)
        except _Stopped as stopped:
            return stopped.page
        alsoProvides(self.request, IDisableCSRFProtection)
        self.prolonger()
        parcours = self.ouvrir()
        page = lire_page(
            self.context,
            self.brouillon,
            self._text(FORME),
            etape_id,
            form,
            parcours,
        )
        if page is not None:
            return self._from_before(parcours, page)
        etape = self._etape(parcours, etape_id)
        if etape is None:
            return self._hidden_step(parcours, etape_id)
        saisies = lire_etape(parcours, etape, form)
        errors = forged(parcours, etape, form)
        saisies, filled = reprendre_membres(
            parcours, saisies, anew=self._text("reprendre")
        )
        try:
            ouvert = self._note(etape, saisies)
        except _Stopped as stopped:
            return stopped.page
        attached, refused = joindre_envoi(self.context, self.brouillon, etape, form)
        if errors or refused:
            return self.montrer_etape(self.ouvrir(), etape, [*errors, *refused])
        if attached:
            ouvert = remplir.ouvrir(self.context, self.brouillon)
        return self._next(ouvert, etape, filled, parcours)

    def _note(self, etape: Etape, saisies: Mapping) -> remplir.Ouvert:
        """Keep the answers of a step.

        :raises _Stopped: with the page to show when they could not be kept
        """
        try:
            return remplir.noter(
                self.context,
                self.brouillon,
                etape.id,
                saisies,
                revision=self.revision,
                secondes=self.secondes(),
            )
        except BrouillonModifie as error:
            self.notice = texts.CHANGED_ELSEWHERE
            raise _Stopped(self._as_typed(saisies, etape)) from error
        except TropLong as error:
            self.notice = texts.TOO_LONG
            raise _Stopped(self._as_typed(saisies, etape)) from error

    def _hidden_step(self, parcours: Parcours, etape_id: str | None) -> str:
        """Keep what was sent for a step that is not asked, until it may be."""
        etape = parcours.form.etape(etape_id or "")
        if etape is None:
            return self._rediriger(self.ouvert.suite)
        try:
            ouvert = self._note(etape, lire_etape(parcours, etape, self.request.form))
        except _Stopped as stopped:
            return stopped.page
        return self._rediriger(ouvert.suite)

    def _from_before(self, parcours: Parcours, page: PageAnterieure) -> str:
        """Go on with what was sent from a page of an earlier version of the form."""
        etape = parcours.etape(page.etape)
        shown = etape or self.ouvert.suite or parcours.etapes[-1]
        try:
            ouvert = self._note(shown, page.saisies)
        except _Stopped as stopped:
            return stopped.page
        if etape is not None and not page.a_revoir:
            return self._next(ouvert, etape, filled=False)
        # What has become of the answers is told once, on the page that comes now.
        parcours = self.prendre(ouvert)
        self.a_revoir = page.a_revoir
        return self.montrer_etape(parcours, shown)

    def _next(
        self,
        ouvert: remplir.Ouvert,
        etape: Etape,
        filled: bool,
        before: Parcours | None = None,
    ) -> str:
        """What the pressed button asks for; ``before`` is what the page was made of."""
        form = self.request.form
        done = self._rows(ouvert, etape) or self._files()
        if done:
            return self.request.response.redirect(f"{self.adresse_etape(etape)}#{done}")
        if "precedent" in form:
            return self._rediriger(ouvert.parcours.precedente(etape.id) or etape)
        if "plus_tard" in form:
            self.bonne_nouvelle = texts.SAVED_FOR_LATER
            return self.montrer_etape(self.prendre(ouvert), etape)
        if "reprendre" in form or filled:
            self.bonne_nouvelle = texts.TAKEN_OVER
            return self.montrer_etape(self.prendre(ouvert), etape)
        errors = remplir.valider(self.context, ouvert, etape)
        if errors:
            return self.montrer_etape(self.ouvrir(), etape, errors)
        scripts = before is None or MIRROR in form
        if not scripts and ouvert.parcours.apparues(before, etape):
            # The browser has not shown what the answers have brought up.
            self.bonne_nouvelle = texts.MORE_QUESTIONS
            return self.montrer_etape(self.ouvrir(), etape)
        return self._rediriger(ouvert.parcours.suivante(etape.id))

    # --- what is not there any more --------------------------------------------

    def _first(self, etape_id: str | None) -> None:
        """Make the brouillon, or say why there is none.

        :raises _Stopped: with the page to show, and what was typed on it
        """
        if self.id is not None and remplir.deja_depose(self.context, self.id):
            raise _Stopped(self._confirmation())
        before, present = self._text(PERSON), person_mark()
        if self.id is not None:
            stale = before != present
            notice = texts.stale_notice(before, present) if stale else texts.GONE
        else:
            try:
                self.commencer()
                return
            except (InvalidJeton, IdPris):
                stale = True
                notice = texts.stale_notice(before, present)
            except TropDeBrouillons:
                stale = False
                notice = texts.TOO_MANY
            except TropVite:
                stale = False
                notice = TROP_VITE
        self.notice = notice
        self.expired = stale and bool(before) and not present
        if not self.expired:
            self.jeton = new_jeton(self.context)
        raise _Stopped(self._as_sent(etape_id))

    def _as_sent(self, etape_id: str | None) -> str:
        """The step as it was sent, without its brouillon; nothing is written."""
        sent = self.request.form
        form = compile_form(self.context)
        form = forme_anterieure(self.context, self._text(FORME), form) or form
        etape = form.etape(etape_id or "") or form.etapes[0]
        form = forme_envoyee(form, etape, sent)
        contexte = self.ouvrir().contexte
        blank = Parcours(form, {}, contexte, self.context)
        saisies = lire_etape(blank, etape, sent)
        return self.montrer_etape(
            Parcours(form, saisies, contexte, self.context), etape
        )

    def _as_typed(self, saisies: Mapping, etape: Etape) -> str:
        """The step as it was sent, over what is saved; nothing is written."""
        before = self.ouvrir()
        typed = {nom: saisie for nom, saisie in saisies.items() if saisie is not None}
        parcours = Parcours(
            before.form, {**before.saisies, **typed}, before.contexte, self.context
        )
        return self.montrer_etape(parcours, etape)

    # --- rows, files, members ---------------------------------------------------

    def _rows(self, ouvert: remplir.Ouvert, etape: Etape) -> str:
        """Add or take away a row; the id of what to look at next, or nothing."""
        groups = ouvert.parcours.form.groupes
        groupe = groups.get(self._text("ajouter"))
        if groupe is not None:
            rows = ouvert.parcours.rangs(groupe)
            if len(rows) < groupe.max:
                row = nouveau_rang()
                remplir.noter(
                    self.context, self.brouillon, etape.id, {groupe.nom: [*rows, row]}
                )
                return f"rang-{groupe.nom}-{row['id']}"
            return f"champ-{groupe.nom}"
        name, _point, rang = self._text("retirer").partition(".")
        groupe = groups.get(name)
        if groupe is None:
            return ""
        rows = [row for row in ouvert.parcours.rangs(groupe) if row["id"] != rang]
        remplir.noter(self.context, self.brouillon, etape.id, {groupe.nom: rows})
        return f"champ-{groupe.nom}"

    def _files(self) -> str:
        """Take away a file whose button was pressed."""
        for name in self.request.form:
            if name.startswith("retirer-fichier."):
                cle, _point, id = name.removeprefix("retirer-fichier.").rpartition(".")
                televersement.retirer(self.context, self.brouillon, id)
                return f"champ-{cle}".replace(".", "-")
        return ""


class _Stopped(Exception):
    """The request ends here, with this page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.page = page
