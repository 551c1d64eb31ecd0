"""``/mon-espace/foyer/...``: one member of the household."""

from carouge.guichet import _
from carouge.guichet.access.page import ComptePage
from carouge.guichet.compte.foyer import DuplicateMembre
from carouge.guichet.compte.foyer import HouseholdFull
from carouge.guichet.compte.foyer import InvalidMembre
from carouge.guichet.compte.foyer import LOCKED_FIELDS
from carouge.guichet.compte.foyer import LockedMembre
from carouge.guichet.compte.foyer import MAX_MEMBRES
from carouge.guichet.compte.foyer import OWN_FIELDS
from carouge.guichet.compte.labels import MEMBRE_LABELS
from carouge.guichet.compte.labels import problem_text
from carouge.guichet.compte.labels import said_by
from carouge.guichet.compte.modification import add_membre
from carouge.guichet.compte.modification import change_membre
from carouge.guichet.compte.modification import has_household
from carouge.guichet.compte.modification import LockedRemoval
from carouge.guichet.compte.modification import ReadOnly
from carouge.guichet.compte.modification import remove_membre
from carouge.guichet.compte.saisie import MAX_LENGTH
from carouge.guichet.compte.service import may_edit
from carouge.guichet.controlpanel.service import schools
from carouge.guichet.espace import labels
from carouge.guichet.espace.correction import correction_of
from carouge.guichet.espace.membres import champs_of_membre
from carouge.guichet.espace.membres import is_full
from carouge.guichet.espace.membres import values_of
from functools import cached_property
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


ADD = "ajouter"
REMOVE = "retirer"
MAX_TYPED = 4 * MAX_LENGTH


@implementer(IPublishTraverse)
class Foyer(ComptePage):
    """``ajouter``, ``<id>`` and ``<id>/retirer``; the list is on the account page."""

    form_template = ViewPageTemplateFile("../templates/membre.pt")
    remove_template = ViewPageTemplateFile("../templates/retirer-membre.pt")
    page_title = _("Household")
    alert = None

    def __init__(self, context, request):
        super().__init__(context, request)
        self.path: list[str] = []

    def publishTraverse(self, request, name):
        if len(self.path) > 1:
            raise NotFound(name)
        self.path.append(name)
        return self

    def show(self):
        self.errors = {}
        if not has_household(self.compte):
            raise NotFound("foyer")
        if not self.path:
            return self.request.response.redirect(self.list_url)
        self.editable = may_edit(self.compte)
        self.membre = self.compte.membre(self.path[0])
        if self.path[1:] == [REMOVE]:
            return self._remove_page()
        if self.path[1:] or (self.membre is None and self.path[0] != ADD):
            raise NotFound(self.path[-1])
        self.values = values_of(self.membre) if self.membre else {}
        if not self.editable:
            self.request.response.setStatus(403)
            self.alert = labels.READ_ONLY
            return self.form_template()
        if self.posted:
            return self._save()
        return self.form_template()

    # What is shown

    @property
    def language(self) -> str:
        return api.portal.get_current_language()

    @property
    def list_url(self) -> str:
        return f"{self.espace_url}/compte#section-foyer"

    @property
    def url(self) -> str:
        return "/".join((self.espace_url, "foyer", *self.path))

    @property
    def full(self) -> bool:
        return self.membre is None and is_full(self.compte)

    @property
    def limit(self) -> str:
        return str(MAX_MEMBRES)

    @cached_property
    def champs(self) -> list:
        locked = self.membre if self.membre and self.membre.locked else None
        return champs_of_membre(
            self.values, self.errors, schools(), locked, self.language
        )

    @property
    def source(self):
        """Who says so of a member from the register; None for the others."""
        if self.membre is None or not self.membre.locked:
            return None
        return said_by(self.membre.source, self.membre.at, self.language)

    @property
    def correction(self) -> str:
        return correction_of(self.context)("foyer")

    @property
    def summary(self) -> list[dict]:
        return [
            {
                "id": f"membre-{name}",
                "label": MEMBRE_LABELS[name],
                "message": message,
            }
            for name, message in self.errors.items()
        ]

    # What is done

    def _save(self):
        self.values = {
            name: value[:MAX_TYPED]
            for name, value in self.request.form.items()
            if isinstance(value, str)
        }
        if not self.proved():
            return self._again(labels.OUTDATED, 403)
        values: dict[str, object] = {
            name: self.values[name]
            for name in (*LOCKED_FIELDS, *OWN_FIELDS)
            if name in self.values
        }
        # An unticked box is not sent.
        values["representant"] = bool(self.values.get("representant"))
        try:
            if self.membre is None:
                add_membre(self.compte, values)
            else:
                change_membre(self.compte, self.membre.id, values)
        except InvalidMembre as error:
            self.errors = {
                name: problem_text(problem, name)
                for name, problem in error.problems.items()
            }
            return self._again(None, 400)
        except DuplicateMembre as error:
            return self._again(
                _(
                    "${name}, born on the same day, is already part of your household.",
                    mapping={"name": error.membre.nom_complet},
                ),
                400,
            )
        except HouseholdFull:
            return self._again(
                _(
                    "Your household already has ${max} members. Please contact the "
                    "counter if there are more of you.",
                    mapping={"max": self.limit},
                ),
                400,
            )
        except LockedMembre:
            return self._again(
                _(
                    "Some of these data come from the residents' register and cannot "
                    "be changed here. Nothing was saved."
                ),
                400,
            )
        return self._done("ajoute" if self.membre is None else "modifie")

    def _remove_page(self):
        if self.membre is None:
            if self.posted and self.proved():
                # A double click, another tab: what was asked for is done.
                return self._done("retire")
            raise NotFound(REMOVE)
        if not self.posted:
            return self.remove_template()
        if not self.proved():
            return self._not_removed(labels.OUTDATED, 403)
        try:
            remove_membre(self.compte, self.membre.id)
        except LockedRemoval:
            return self._not_removed(
                _(
                    "The residents' register says that this person is part of your "
                    "household. Nobody can be removed from it here."
                ),
                400,
            )
        except ReadOnly:
            return self._not_removed(labels.READ_ONLY, 403)
        return self._done("retire")

    def _done(self, move: str):
        return self.request.response.redirect(
            f"{self.espace_url}/compte?fait=foyer-{move}#section-foyer", status=303
        )

    def _again(self, alert, status: int):
        self.request.response.setStatus(status)
        self.alert = alert
        return self.form_template()

    def _not_removed(self, alert, status: int):
        self.request.response.setStatus(status)
        self.alert = alert
        return self.remove_template()
