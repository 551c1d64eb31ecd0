"""The macros that draw one question each, for every page with a form."""

from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


class QuestionMacros(BrowserView):
    """``@@guichet-questions``."""

    template = ViewPageTemplateFile("../templates/questions.pt")

    def __getitem__(self, name: str):
        return self.template.macros[name]
