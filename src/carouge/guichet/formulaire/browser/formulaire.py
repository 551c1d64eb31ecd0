"""``/<demarche>/formulaire``: the form, step by step, until the demande is sent."""

from __future__ import annotations

from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.domain import BrouillonModifie
from carouge.guichet.brouillon.domain import IdPris
from carouge.guichet.brouillon.domain import TropDeBrouillons
from carouge.guichet.brouillon.domain import TropLong
from carouge.guichet.compte.domain import FACTS
from carouge.guichet.compte.service import current_compte
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire import televersement
from carouge.guichet.formulaire import texts
from carouge.guichet.formulaire.browser.vue import VueDeFormulaire
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.domain import InvalidJeton
from carouge.guichet.formulaire.membres import reprendre_membres
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.saisies import forged
from carouge.guichet.formulaire.saisies import lire_etape
from carouge.guichet.formulaire.saisies import nouveau_rang
from carouge.guichet.formulaire.service import new_jeton
from carouge.guichet.formulaire.service import open_jeton
from carouge.guichet.formulaire.service import person_mark
from carouge.guichet.formulaire.televersement import joindre_envoi
from carouge.guichet.swisstime import now
from functools import cached_property
from plone.protect.interfaces import IDisableCSRFProtection
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zope.interface import alsoProvides


#: Names of the inputs that are no questions.
JETON = "jeton"
PERSON = "pour"
REVISION = "revision"
FACT = "donnee"

#: Longer than this without a save, somebody was away (seconds).
_AWAY = 900


class PageDeBrouillon(VueDeFormulaire):
    """A page of the form whose answers are kept in a brouillon.

    ``id`` is the brouillon of the address, None before the first save.
    """

    def __init__(self, context, request, id: str | None = None) -> None:
        super().__init__(context, request)
        self.id = id
        self.jeton = self._text(JETON)
        self.brouillon = None if id is None else self._find(id)
        self.revision = self._text(REVISION)

    def _find(self, id: str) -> Brouillon | None:
        owners = brouillons.proprietaires(self.request)
        found = brouillons.trouver(self._guichet, id, owners)
        if found is None or found.demarche_uid != self.context.UID():
            return None
        return found

    @cached_property
    def _guichet(self):
        return guichet_of(self.context)

    def _text(self, name: str) -> str:
        value = self.request.form.get(name)
        return value if isinstance(value, str) else ""

    # --- addresses ------------------------------------------------------------

    @property
    def base(self) -> str:
        """Address of the form, or of the brouillon once there is one."""
        address = f"{self.context.absolute_url()}/formulaire"
        return f"{address}/{self.brouillon.id}" if self.brouillon else address

    def adresse_etape(self, etape: Etape) -> str:
        return f"{self.base}/etape/{etape.id}" if self.brouillon else self.base

    def adresse_verification(self) -> str:
        return f"{self.base}/verifier"

    def adresse_fichier(self, id: str) -> str:
        return f"{self.base}/fichiers/{id}"

    @property
    def action(self) -> str:
        return self.adresse_etape(self.etape)

    @property
    def adresse_enregistrement(self) -> str:
        return f"{self.base}/enregistrer"

    @property
    def adresse_envoi(self) -> str:
        return f"{self.base}/fichiers"

    @property
    def retour(self) -> str:
        return self.adresse_etape(self.etape) if hasattr(self, "etape") else self.base

    @property
    def person(self) -> str:
        return self._text(PERSON) if self.expired else person_mark()

    @property
    def donnee(self) -> str:
        """The fact a request for correction is about, of the address or the page."""
        return self._text(FACT) if self._text(FACT) in FACTS else ""

    @property
    def caches(self) -> list[tuple[str, str]]:
        inputs = [(PERSON, self.person)]
        if self.brouillon is None:
            inputs.append((JETON, self.jeton))
            if self.donnee:
                inputs.append((FACT, self.donnee))
        else:
            inputs.append((REVISION, str(self.brouillon.revision)))
        return inputs

    # --- the present state ----------------------------------------------------

    def ouvrir(self) -> Parcours:
        """The answers so far: of the brouillon, or none."""
        if self.brouillon is None:
            contexte = remplir.contexte_de(current_compte(), donnee=self.donnee)
            self.a_revoir = ()
            return Parcours(compile_form(self.context), {}, contexte, self.context)
        ouvert = remplir.ouvrir(self.context, self.brouillon)
        return self.prendre(ouvert)

    def prendre(self, ouvert: remplir.Ouvert) -> Parcours:
        """Show this state of the brouillon from now on."""
        self.ouvert = ouvert
        self.faites = ouvert.faites
        self.a_revoir = ouvert.a_revoir
        return ouvert.parcours

    @property
    def remplacements(self):
        """What the register knew better after a login."""
        return self.ouvert.remplacements if self.brouillon is not None else ()

    @property
    def enregistre_a(self):
        """When it was last saved; None before the first time."""
        return self.brouillon.modifie if self.brouillon is not None else None

    @property
    def garde_jusqu_au(self):
        """The day it will be deleted; None before the first save."""
        if self.brouillon is None:
            return None
        return brouillons.expire_le(self.brouillon)

    @property
    def du_navigateur(self) -> bool:
        """Whether only this browser finds it again."""
        return current_compte() is None

    # --- the first save -------------------------------------------------------

    def commencer(self) -> Brouillon:
        """The brouillon of this page's jeton.

        :raises InvalidJeton: the page is too old, or was made for somebody else
        :raises TropDeBrouillons: there are enough of them
        """
        jeton = open_jeton(self.context, self.jeton)
        compte = current_compte()
        owner = (
            compte.id
            if compte is not None
            else brouillons.marquer_navigateur(self.request)
        )
        id = remplir.brouillon_id(jeton)
        alsoProvides(self.request, IDisableCSRFProtection)
        self.brouillon = remplir.commencer(self.context, id, owner, self.donnee)
        self.id = id
        return self.brouillon

    def secondes(self) -> int:
        """How long somebody was at work since the last save, in seconds."""
        passed = int((now() - self.brouillon.modifie).total_seconds())
        return passed if passed <= _AWAY else 0


class PageEtape(PageDeBrouillon):
    """One step: shown, saved, finished."""

    introuvable_template = ViewPageTemplateFile("../templates/introuvable.pt")

    def __call__(self, etape_id: str | None = None) -> str:
        if self.request.method == "POST":
            return self.envoyer(etape_id)
        if self.brouillon is None and self.id is not None:
            return self.introuvable()
        parcours = self.ouvrir()
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
            address = f"{self.context.absolute_url()}/confirmation?brouillon={self.id}"
            return self.request.response.redirect(address)
        self.request.response.setStatus(404)
        return self._montrer(self.introuvable_template)

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
        parcours = self.ouvrir()
        etape = self._etape(parcours, etape_id)
        if etape is None:
            return self._rediriger(self.ouvert.suite)
        saisies = lire_etape(parcours, etape, form)
        errors = forged(parcours, etape, form)
        saisies, filled = reprendre_membres(
            parcours, saisies, anew="reprendre" in form
        )
        try:
            ouvert = remplir.noter(
                self.context,
                self.brouillon,
                etape.id,
                saisies,
                revision=self._revision(),
                secondes=self.secondes(),
            )
        except BrouillonModifie:
            self.notice = texts.CHANGED_ELSEWHERE
            return self._as_typed(saisies, etape)
        except TropLong:
            self.notice = texts.TOO_LONG
            return self._as_typed(saisies, etape)
        attached, refused = joindre_envoi(self.context, self.brouillon, etape, form)
        if errors or refused:
            return self.montrer_etape(self.ouvrir(), etape, [*errors, *refused])
        if attached:
            ouvert = remplir.ouvrir(self.context, self.brouillon)
        return self._next(ouvert, etape, filled)

    def _next(self, ouvert: remplir.Ouvert, etape: Etape, filled: bool) -> str:
        """What the pressed button asks for."""
        form = self.request.form
        done = self._rows(ouvert, etape) or self._files()
        if done:
            return self.request.response.redirect(
                f"{self.adresse_etape(etape)}#{done}"
            )
        if "precedent" in form:
            before = ouvert.parcours.precedente(etape.id)
            return self._rediriger(before or etape)
        if "plus_tard" in form:
            self.bonne_nouvelle = texts.SAVED_FOR_LATER
            return self.montrer_etape(self.prendre(ouvert), etape)
        if "reprendre" in form or filled:
            self.bonne_nouvelle = texts.TAKEN_OVER
            return self.montrer_etape(self.prendre(ouvert), etape)
        errors = remplir.valider(self.context, ouvert, etape)
        if errors:
            return self.montrer_etape(self.ouvrir(), etape, errors)
        parcours = self.ouvrir()
        return self._rediriger(parcours.suivante(etape.id))

    # --- what is not there any more --------------------------------------------

    def _first(self, etape_id: str | None) -> None:
        """Make the brouillon, or say why there is none.

        :raises _Stopped: with the page to show, and what was typed on it
        """
        if self.id is not None and remplir.deja_depose(self.context, self.id):
            address = f"{self.context.absolute_url()}/confirmation?brouillon={self.id}"
            raise _Stopped(self.request.response.redirect(address))
        notice = None
        if self.id is not None:
            before, now_ = self._text(PERSON), person_mark()
            self.expired = bool(before) and not now_
            notice = (
                texts.stale_notice(before, now_) if before != now_ else texts.GONE
            )
        else:
            try:
                self.commencer()
            except InvalidJeton:
                before, now_ = self._text(PERSON), person_mark()
                self.expired = bool(before) and not now_
                notice = texts.stale_notice(before, now_)
            except (TropDeBrouillons, IdPris):
                notice = texts.TOO_MANY
        if notice is None:
            return
        self.notice = notice
        parcours = self.ouvrir()
        etape = self._etape(parcours, etape_id) or parcours.etapes[0]
        saisies = lire_etape(parcours, etape, self.request.form)
        if not self.expired:
            self.jeton = new_jeton(self.context)
        raise _Stopped(self._as_typed(saisies, etape))

    @property
    def action(self) -> str:
        if self.expired and self.id is not None:
            # The brouillon is found again once its owner is back.
            base = f"{self.context.absolute_url()}/formulaire/{self.id}"
            return f"{base}/etape/{self.etape.id}"
        return super().action

    def _as_typed(self, saisies, etape: Etape) -> str:
        """The step as it was sent; nothing is written."""
        before = self.ouvrir()
        parcours = Parcours(
            before.form, {**before.saisies, **saisies}, before.contexte, self.context
        )
        return self.montrer_etape(parcours, parcours.etape(etape.id) or etape)

    def _revision(self) -> int | None:
        return int(self.revision) if self.revision.isdecimal() else None

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
