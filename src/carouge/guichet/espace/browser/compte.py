"""``/mon-espace/compte``: what the counter knows of a person, section by section."""

from carouge.guichet import _
from carouge.guichet.access.labels import acting_as
from carouge.guichet.access.page import ComptePage
from carouge.guichet.compte import verification
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.domain import LockedFact
from carouge.guichet.compte.labels import CANAL_LABELS
from carouge.guichet.compte.labels import LANGUE_LABELS
from carouge.guichet.compte.labels import problem_text
from carouge.guichet.compte.modification import channel_ready
from carouge.guichet.compte.modification import ChannelNotReady
from carouge.guichet.compte.modification import has_household
from carouge.guichet.compte.modification import InvalidFacts
from carouge.guichet.compte.modification import offered_channels
from carouge.guichet.compte.modification import offered_languages
from carouge.guichet.compte.modification import ReadOnly
from carouge.guichet.compte.modification import write_facts
from carouge.guichet.compte.modification import write_preferences
from carouge.guichet.compte.saisie import MAX_LENGTH
from carouge.guichet.compte.saisie import parse_facts
from carouge.guichet.compte.service import may_edit
from carouge.guichet.espace import labels
from carouge.guichet.espace.adresses import adresses_of
from carouge.guichet.espace.adresses import send_problem
from carouge.guichet.espace.adresses import wrong_code_text
from carouge.guichet.espace.champs import champs_of
from carouge.guichet.espace.champs import Option
from carouge.guichet.espace.champs import Section
from carouge.guichet.espace.champs import section_names
from carouge.guichet.espace.champs import section_title
from carouge.guichet.espace.champs import version_of
from carouge.guichet.espace.correction import correction_of
from carouge.guichet.espace.membres import membres_of
from carouge.guichet.swisstime import today
from functools import cached_property
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


#: What is shown again of a value that was not taken, at most.
MAX_TYPED = 4 * MAX_LENGTH

READY_LABELS = {
    Canal.COURRIEL: _("Please give an e-mail address first, on this page."),
    Canal.SMS: _("Please confirm your mobile number first, on this page."),
    Canal.TELEPHONE: _("Please give your telephone number first, on this page."),
    Canal.LETTRE: _("Please give your address first, on this page."),
}


class MonCompte(ComptePage):
    """Each section is a form of its own, saved without the others."""

    template = ViewPageTemplateFile("../templates/compte.pt")
    page_title = _("My account")

    #: The section whose form was not taken, and what was wrong with it.
    failed = ""
    alert = None

    def show(self):
        self.errors = {}
        self.typed_values = {}
        if self.posted:
            return self._save()
        return self.template()

    # What is shown

    @property
    def acting(self):
        return acting_as(self.compte)

    @property
    def language(self) -> str:
        return api.portal.get_current_language()

    @cached_property
    def editable(self) -> bool:
        return may_edit(self.compte)

    @property
    def read_only_text(self):
        return labels.READ_ONLY

    @property
    def url(self) -> str:
        return f"{self.espace_url}/compte"

    def notice_of(self, section: str):
        """What has just been done to a section, if anything."""
        done = self.text("fait", 40)
        if self.posted or done.partition("-")[0] != section:
            return None
        return labels.NOTICES.get(done)

    @cached_property
    def sections(self) -> list[Section]:
        correction = correction_of(self.context)
        sections = []
        for name, facts in section_names(self.compte).items():
            failed = name == self.failed
            champs = champs_of(
                self.compte,
                facts,
                language=self.language,
                correction=correction,
                editable=self.editable,
                typed=self.typed_values if failed else {},
                errors=self.errors if failed else {},
            )
            sections.append(
                Section(
                    name=name,
                    title=section_title(self.compte, name),
                    champs=champs,
                    version=version_of(self.compte, facts),
                    notice=self.notice_of(name),
                )
            )
        return sections

    @cached_property
    def adresses(self) -> list:
        """E-mail address and mobile number, with the state of their verification."""
        return adresses_of(
            self.compte,
            failed=self.failed,
            errors=self.errors,
            typed=self.typed_values,
        )

    def title_of(self, name: str):
        return section_title(self.compte, name)

    @property
    def canaux(self) -> list[Option]:
        chosen = self._chosen("canal", self.compte.canal.value)
        return [
            Option(canal.value, CANAL_LABELS[canal], canal.value == chosen)
            for canal in offered_channels()
        ]

    @property
    def langues(self) -> list[Option]:
        """The languages to choose from; empty when there is only one."""
        codes = offered_languages()
        if len(codes) < 2:
            return []
        chosen = self._chosen("langue", self.compte.langue)
        return [Option(code, LANGUE_LABELS[code], code == chosen) for code in codes]

    def canal_hint(self, value: str):
        """What is missing before one can be reached this way."""
        canal = Canal(value)
        if channel_ready(self.compte, canal):
            return None
        return READY_LABELS[canal]

    def _chosen(self, name: str, present: str) -> str:
        if self.failed == "preferences":
            return self.typed_values.get(name, present)
        return present

    @property
    def has_household(self) -> bool:
        return has_household(self.compte)

    @cached_property
    def membres(self) -> list:
        return membres_of(
            self.compte, self.language, correction_of(self.context), self.espace_url
        )

    @property
    def summary(self) -> list[dict]:
        """The errors with a link target each, in the order of the page."""
        found = [
            {"id": champ.id, "label": champ.label, "message": champ.error}
            for section in self.sections
            for champ in section.champs
            if champ.error
        ]
        found += [
            {"id": adresse.error_id, "label": adresse.title, "message": adresse.error}
            for adresse in self.adresses
            if adresse.error
        ]
        if self.failed == "preferences" and self.errors:
            found += [
                {
                    "id": f"preferences-{name}",
                    "label": labels.SECTION_LABELS["preferences"],
                    "message": message,
                }
                for name, message in self.errors.items()
            ]
        return found

    # What is done

    def _save(self):
        section = self.text("section", 40)
        facts = section_names(self.compte).get(section)
        self.failed = section
        self.typed_values = {
            name: value[:MAX_TYPED]
            for name, value in self.request.form.items()
            if isinstance(value, str)
        }
        if not self.proved():
            return self._again(labels.OUTDATED, 403)
        try:
            if facts is not None:
                return self._save_facts(section, facts)
            if section == "preferences":
                return self._save_preferences()
            if section in {adresse.name for adresse in self.adresses}:
                # Read above without the errors that may come now.
                del self.adresses
                return self._save_address(Canal(section))
        except ReadOnly:
            return self._again(labels.READ_ONLY, 403)
        self.failed = ""
        return self._again(_("This form is not known. Nothing was saved."), 400)

    def _save_facts(self, section: str, facts: tuple[str, ...]):
        values = {
            name: self.request.form[name] for name in facts if name in self.request.form
        }
        if self.text("version", 40) != version_of(self.compte, facts):
            good, problems = parse_facts(values, today())
            same = all(self.compte.value(name) == good[name] for name in good)
            if problems or not same:
                return self._again(labels.CONFLICT, 409)
        try:
            write_facts(self.compte, values)
        except InvalidFacts as error:
            self.errors = {
                name: problem_text(problem, name)
                for name, problem in error.problems.items()
            }
            return self._again(None, 400)
        except LockedFact:
            return self._again(
                _(
                    "Some of these data come from an official source and cannot be "
                    "changed here. Nothing was saved."
                ),
                400,
            )
        return self._done(section)

    def _save_preferences(self):
        canal = self.text("canal", 40) or None
        try:
            write_preferences(
                self.compte, canal=canal, langue=self.text("langue", 40) or None
            )
        except InvalidFacts as error:
            self.errors = {
                name: problem_text(problem) for name, problem in error.problems.items()
            }
            return self._again(None, 400)
        except ChannelNotReady:
            self.errors = {"canal": READY_LABELS[Canal(canal)]}
            return self._again(None, 400)
        return self._done("preferences")

    def _save_address(self, canal: Canal):
        if not self.editable:
            raise ReadOnly
        action = self.text("action", 40)
        if action == "garder":
            verification.give_up(self.compte, canal)
            return self._done(canal.value, "garde")
        if action == "confirmer":
            try:
                verification.confirm(self.compte, canal, self.text("code", 100))
            except (verification.NoCode, verification.WrongCode) as error:
                self.errors = {"code": wrong_code_text(error)}
                return self._again(None, 400)
            return self._done(canal.value, "verifie")
        address = self.text("adresse", MAX_TYPED)
        if action == "renvoyer":
            address = verification.pending(self.compte, canal) or address
        try:
            verification.send_code(self.compte, canal, address)
        except verification.AlreadyVerified:
            return self._done(canal.value, "garde")
        except (ValueError, verification.TooSoon) as error:
            name = "code" if action == "renvoyer" else "adresse"
            self.errors = {name: send_problem(error)}
            status = 429 if isinstance(error, verification.TooSoon) else 400
            return self._again(None, status)
        return self._done(canal.value, "code")

    def _done(self, section: str, move: str = ""):
        # See Other: a reload repeats the page, never the move.
        done = f"{section}-{move}" if move else section
        return self.request.response.redirect(
            f"{self.url}?fait={done}#section-{section}", status=303
        )

    def _again(self, alert, status: int):
        self.request.response.setStatus(status)
        self.alert = alert
        return self.template()
