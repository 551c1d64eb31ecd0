"""What the pages of one brouillon have in common."""

from __future__ import annotations

from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.domain import est_navigateur
from carouge.guichet.compte.domain import FACTS
from carouge.guichet.compte.service import current_compte
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire.au_guichet import gate_de
from carouge.guichet.formulaire.au_guichet import proprietaires
from carouge.guichet.formulaire.browser.saisie import SaisieAuGuichet
from carouge.guichet.formulaire.browser.vue import VueDeFormulaire
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.compile import Etape
from carouge.guichet.formulaire.domain import InvalidJeton
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.service import open_jeton
from carouge.guichet.formulaire.service import person_mark
from carouge.guichet.swisstime import now
from functools import cached_property
from plone.protect.interfaces import IDisableCSRFProtection
from zope.interface import alsoProvides


#: Names of the inputs that are no questions.
JETON = "jeton"
PERSON = "pour"
REVISION = "revision"
#: The browser shows and hides questions itself.
MIRROR = "miroir"
FACT = "donnee"
ETAPE = "etape"
FORME = "forme"

# What a browser says of a request that a page of this very host has made, or nobody.
_OUR_PAGES = ("same-origin", "none")

#: Longer than this without a save, somebody was away (seconds).
_AWAY = 900


class PageDeBrouillon(SaisieAuGuichet, VueDeFormulaire):
    """A page of the form whose answers are kept in a brouillon.

    ``id`` is the brouillon of the address, None before the first save.
    """

    def __init__(self, context, request, id: str | None = None) -> None:
        super().__init__(context, request)
        self.id = id
        self.jeton = self._text(JETON)
        self.brouillon = None if id is None else self._find(id)

    def _find(self, id: str) -> Brouillon | None:
        return self._own(brouillons.trouver(self._guichet, id, self.owners))

    @property
    def owners(self) -> tuple[str, ...]:
        """Whose brouillons the caller may open here."""
        return proprietaires(self.request, self._guichet)

    def _own(self, found: Brouillon | None) -> Brouillon | None:
        """The brouillon, unless it is one of another démarche."""
        if found is None or found.demarche_uid != self.context.UID():
            return None
        return found

    @cached_property
    def _guichet(self):
        return guichet_of(self.context)

    def _text(self, name: str) -> str:
        value = self.request.form.get(name)
        return value if isinstance(value, str) else ""

    @property
    def revision(self) -> int | None:
        """The state of the brouillon that the page was made of."""
        text = self._text(REVISION)
        plain = text.isdecimal() and text.isascii() and len(text) < 20
        return int(text) if plain else None

    # --- addresses ------------------------------------------------------------

    @property
    def base(self) -> str:
        """Address of the form, or of the brouillon once there is one."""
        address = f"{self.context.absolute_url()}/formulaire"
        return f"{address}/{self._id_de_la_page}" if self._id_de_la_page else address

    @property
    def _id_de_la_page(self) -> str | None:
        if self.brouillon is not None:
            return self.brouillon.id
        # The brouillon is found again once its owner is back.
        return self.id if self.expired else None

    def adresse_etape(self, etape: Etape) -> str:
        return f"{self.base}/etape/{etape.id}" if self._id_de_la_page else self.base

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
        inputs = [(PERSON, self.person), (FORME, self.parcours.form.version)]
        inputs += self.caches_de_saisie
        if self.brouillon is not None:
            return [*inputs, (REVISION, str(self.brouillon.revision))]
        if self._id_de_la_page:
            return [*inputs, (REVISION, self._text(REVISION))]
        inputs.append((JETON, self.jeton))
        if self.donnee:
            inputs.append((FACT, self.donnee))
        if hasattr(self, "etape"):
            # What was typed in a later step of a brouillon that is gone.
            inputs.append((ETAPE, self.etape.id))
        return inputs

    @cached_property
    def gate(self):
        return gate_de(self.context, self.brouillon)

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
        self.a_revoir = ouvert.a_revoir
        return ouvert.parcours

    @property
    def faites(self):
        """Ids of the steps that are finished."""
        return self.ouvert.faites if self.brouillon is not None else frozenset()

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
        return self.brouillon is not None and est_navigateur(
            self.brouillon.proprietaire
        )

    # --- the first save -------------------------------------------------------

    def commencer(self) -> Brouillon:
        """The brouillon of this page's jeton.

        :raises InvalidJeton: the page is too old, was made for somebody else, or was
            sent by a page of another site
        :raises TropDeBrouillons: there are enough of them
        :raises TropVite: too many came from there
        """
        # Everybody can get a jeton of nobody. Sent from another site, it would come
        # without the cookie of this browser, which a new one would replace.
        if self.request.getHeader("Sec-Fetch-Site", "none") not in _OUR_PAGES:
            raise InvalidJeton("another site")
        jeton = open_jeton(self.context, self.jeton)
        compte = current_compte()
        owner = (
            compte.id
            if compte is not None
            else brouillons.marquer_navigateur(self.request)
        )
        id = remplir.id_libre(self.context, jeton, owner)
        if self._find(id) is None:
            limites.compter(limites.brouillons)
        alsoProvides(self.request, IDisableCSRFProtection)
        self.brouillon = remplir.commencer(
            self.context, id, owner, self.donnee, self._text(FORME)
        )
        self.id = id
        return self.brouillon

    def prolonger(self) -> None:
        """A browser finds its brouillons again as long as it is used."""
        if self.du_navigateur:
            brouillons.marquer_navigateur(self.request)

    def secondes(self) -> int:
        """How long somebody was at work since the last save, in seconds."""
        passed = int((now() - self.brouillon.modifie).total_seconds())
        return passed if passed <= _AWAY else 0
