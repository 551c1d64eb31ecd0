"""``/mon-espace/demandes``: what somebody has filed."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.access.page import ComptePage
from carouge.guichet.brouillon.service import lister
from carouge.guichet.compte.service import owner_ids
from carouge.guichet.demande.domain import InvalidNumber
from carouge.guichet.demande.queries import facettes_usager
from carouge.guichet.demande.row import Page
from carouge.guichet.entiers import lire_entier
from carouge.guichet.espace.browser.partie import COMPTE_PREFIX
from carouge.guichet.espace.demandes import chercher
from carouge.guichet.espace.demandes import Choix
from carouge.guichet.espace.demandes import Groupe
from carouge.guichet.espace.demandes import ligne_vue
from carouge.guichet.espace.demandes import lire_choix
from carouge.guichet.espace.demandes import MAX_QUERY
from carouge.guichet.espace.demandes import MOI
from carouge.guichet.espace.demandes import numero_de
from carouge.guichet.espace.demandes import PAGE_SIZE
from carouge.guichet.espace.demandes import TRIS
from carouge.guichet.espace.labels import GROUPE_LABELS
from carouge.guichet.espace.labels import TRI_LABELS
from functools import cached_property
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from zExceptions import NotFound
from zope.component import getMultiAdapter
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


@implementer(IPublishTraverse)
class MesDemandes(ComptePage):
    """The list, newest first; ``<numero>`` below it is one of it."""

    page_title = _("My demandes")
    template = ViewPageTemplateFile("../templates/demandes.pt")
    max_query = MAX_QUERY
    #: What is wrong with the number that was looked for.
    typo = None

    def publishTraverse(self, request, name):
        view = COMPTE_PREFIX.removesuffix("-")
        page = getMultiAdapter((self.context, request), name=view)
        page.numero = name
        return page

    def show(self):
        try:
            self.page = chercher(self.compte, self.choix, self.number)
        except InvalidNumber:
            self.page = Page([], 0)
            self.typo = _(
                "This number contains a typing error. Please compare it with the "
                "confirmation of your demande."
            )
        if self.number > 1 and not self.page.rows:
            raise NotFound(self.text("page"))
        return self.template()

    # What is chosen

    @cached_property
    def choix(self) -> Choix:
        return lire_choix(self.text)

    @cached_property
    def number(self) -> int:
        """The page of the list, from 1."""
        return lire_entier(self.text("page", 6)) or 1

    # What can be chosen

    @cached_property
    def facettes(self):
        return facettes_usager(owner_ids(self.compte))

    @property
    def some(self) -> bool:
        """Whether there is anything to choose from."""
        return any(self.facettes.etats.values())

    @property
    def groupes(self) -> list[tuple]:
        """State groups as (value, label, chosen)."""
        return [
            (groupe.value, GROUPE_LABELS[groupe], groupe is self.choix.etat)
            for groupe in Groupe
        ]

    @property
    def concernes(self) -> list[tuple]:
        """For whom, as (value, label, chosen); empty when all are for oneself."""
        found = [
            (f"membre:{id}", name) for id, name in self.facettes.membres.items()
        ] + [
            (f"organisation:{id}", name)
            for id, name in self.facettes.organisations.items()
        ]
        if not found:
            return []
        found = [(MOI, _("Myself")), *sorted(found, key=lambda pair: pair[1])]
        return [(*pair, pair[0] == self.choix.concerne) for pair in found]

    @property
    def demarches(self) -> list[tuple]:
        """Démarches as (UID, title, chosen); empty when there is only one."""
        found = self.facettes.demarches
        if len(found) < 2:
            return []
        return [
            (uid, title, uid == self.choix.demarche)
            for uid, title in sorted(found.items(), key=lambda pair: pair[1].casefold())
        ]

    @property
    def tris(self) -> list[tuple]:
        """Orders as (value, label, chosen)."""
        return [(tri.value, TRI_LABELS[tri], tri is self.choix.tri) for tri in TRIS]

    @property
    def more_open(self) -> bool:
        """Whether one of the choices is made that are not always in sight."""
        choix = self.choix
        return bool(choix.concerne or choix.demarche or choix.tri is not TRIS[0])

    # What is shown

    @cached_property
    def lignes(self) -> list:
        return [ligne_vue(row, self.compte) for row in self.page.rows]

    @cached_property
    def brouillons(self) -> int:
        """How many drafts the person has."""
        return len(lister(self.context, (self.compte.id,)))

    @property
    def foreign_number(self) -> str:
        """The number that was looked for, when it is good but none of one's own."""
        if self.typo or self.page.rows:
            return ""
        return numero_de(self.choix.texte)

    @property
    def suivi_url(self) -> str:
        query = urlencode({"numero": self.foreign_number})
        return f"{self.guichet_url}/suivi?{query}"

    @property
    def url(self) -> str:
        return f"{self.espace_url}/demandes"

    @property
    def waiting_url(self) -> str:
        return f"{self.url}?{urlencode({'etat': Groupe.ATTENDU.value})}"

    @property
    def shows_waiting(self) -> bool:
        return self.choix.etat is Groupe.ATTENDU

    def page_url(self, number: int) -> str:
        query: dict = self.choix.params()
        if number > 1:
            query["page"] = number
        return f"{self.url}?{urlencode(query)}" if query else self.url

    @property
    def previous(self) -> str:
        return self.page_url(self.number - 1) if self.number > 1 else ""

    @property
    def next(self) -> str:
        more = self.number * PAGE_SIZE < self.page.total
        return self.page_url(self.number + 1) if more else ""

    @property
    def last(self) -> int:
        return max(1, -(-self.page.total // PAGE_SIZE))
