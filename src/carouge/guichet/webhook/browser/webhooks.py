"""``<guichet>/webhooks``: which systems are told, and what became of the messages."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demarche.service import services_of
from carouge.guichet.layout import keep_private
from carouge.guichet.layout import single_column
from carouge.guichet.swisstime import format_time
from carouge.guichet.swisstime import now
from carouge.guichet.webhook import labels
from carouge.guichet.webhook import service
from carouge.guichet.webhook.content import Abonnement
from carouge.guichet.webhook.content import EN_ATTENTE
from carouge.guichet.webhook.distribution import commander_distribution
from carouge.guichet.webhook.domain import cle_en_texte
from carouge.guichet.webhook.domain import EVENEMENTS
from functools import cached_property
from plone import api
from plone.protect import CheckAuthenticator
from Products.Five.browser import BrowserView
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from zExceptions import NotFound
from zope.interface import implementer
from zope.publisher.interfaces import IPublishTraverse


#: Messages in the log of a page.
MONTRES = 100


@implementer(IPublishTraverse)
class Webhooks(BrowserView):
    """The list with a form to add; ``<id>`` below it is one subscription."""

    list_template = ViewPageTemplateFile("../templates/webhooks.pt")
    one_template = ViewPageTemplateFile("../templates/webhook.pt")
    page_title = _("Webhooks")
    events = [(name, labels.TYPE_LABELS[name]) for name in EVENEMENTS]
    error = None
    champ = ""
    id = ""

    def publishTraverse(self, request, name):
        if self.id:
            raise NotFound(name)
        self.id = name
        return self

    def __call__(self):
        keep_private(self.request.response)
        single_column(self.request)
        if self.id and self.abonnement is None:
            raise NotFound(self.id)
        if self.request.method == "POST":
            CheckAuthenticator(self.request)
            if self._act():
                target = self.url if self.abonnement is None else self.one_url
                return self.request.response.redirect(target, status=303)
            self.request.response.setStatus(400)
        return self.one_template() if self.id else self.list_template()

    # What is done

    def _act(self) -> bool:
        """Do what the form says; False when the page has something to say."""
        action = {
            "ajouter": self._save,
            "modifier": self._save,
            "suspendre": self._suspend,
            "reprendre": self._resume,
            "supprimer": self._delete,
            "essayer": self._try,
            "rejouer": self._replay,
        }.get(self._text("action"))
        if action is None:
            raise NotFound("action")
        try:
            message = action()
        except service.AbonnementInvalide as error:
            self.champ = error.champ
            self.error = labels.CHAMP_ERRORS[error.champ]
            return False
        api.portal.show_message(message, self.request)
        return True

    def _save(self):
        values = {
            "nom": self._text("nom"),
            "url": self._text("url"),
            "evenements": self._list("evenements"),
            "services": [
                uid for uid in self._list("services") if uid in dict(self.services)
            ],
        }
        if self.id:
            service.modifier(self.context, self._one(), **values)
            return _("The webhook was changed.")
        self.abonnement = service.abonner(self.context, **values)
        return _("The webhook was added. Give the receiver its key.")

    def _suspend(self):
        service.suspendre(self._one(), True)
        return _("Nothing is sent to this address for the time being.")

    def _resume(self):
        service.suspendre(self._one(), False)
        return _("Messages are sent to this address again.")

    def _delete(self):
        service.desabonner(self.context, self._one())
        self.abonnement = None
        return _("The webhook was deleted.")

    def _try(self):
        service.essayer(self.context, self._one())
        commander_distribution(self.context)
        return _("A trial message was written. Its result appears below in a moment.")

    def _replay(self):
        """One message, or all that were given up."""
        envois = {envoi.id: envoi for envoi in self._envois if envoi.etat != EN_ATTENTE}
        chosen = [envois[id] for id in self._list("envois") if id in envois]
        for envoi in chosen:
            service.rejouer(self.context, envoi)
        commander_distribution(self.context)
        return _("Messages to be sent again: ${count}", mapping={"count": len(chosen)})

    def _one(self) -> Abonnement:
        if self.abonnement is None:
            raise NotFound(self.id)
        return self.abonnement

    # What is shown

    @cached_property
    def abonnement(self) -> Abonnement | None:
        store = service.webhooks_de(self.context)
        return store.abonnement(self.id) if store is not None and self.id else None

    @property
    def url(self) -> str:
        return f"{self.context.absolute_url()}/webhooks"

    @property
    def one_url(self) -> str:
        return f"{self.url}/{self._one().id}"

    @cached_property
    def ready(self) -> bool:
        """Whether there is a secret to sign with."""
        try:
            service.secret()
        except service.SansSecret:
            return False
        return True

    @property
    def secret_name(self) -> str:
        return service.SECRET

    @property
    def key(self) -> str:
        return cle_en_texte(service.cle(self._one()))

    @cached_property
    def services(self) -> list[tuple[str, str]]:
        return [(found.UID(), found.title) for found in services_of(self.context)]

    @property
    def repos(self) -> dict | None:
        """How often it has failed, and until when it is left alone for that."""
        abonnement = self._one()
        if not (abonnement.actif and abonnement.se_repose(now())):
            return None
        return {"echecs": abonnement.echecs, "fin": format_time(abonnement.repos)}

    @property
    def form(self) -> dict:
        """What stands in the fields: what was typed, else what is kept."""
        if self.error is not None:
            return {
                "nom": self._text("nom"),
                "url": self._text("url"),
                "evenements": self._list("evenements"),
                "services": self._list("services"),
            }
        if self.abonnement is not None:
            return {
                "nom": self.abonnement.nom,
                "url": self.abonnement.url,
                "evenements": self.abonnement.evenements,
                "services": self.abonnement.services,
            }
        return {"nom": "", "url": "", "evenements": EVENEMENTS, "services": ()}

    @property
    def rows(self) -> list[dict]:
        """The subscriptions, with how many messages wait."""
        store = service.webhooks_de(self.context)
        if store is None:
            return []
        waiting = [envoi.abonnement for envoi in store.attendent()]
        return [
            {
                "nom": abonnement.nom,
                "url": abonnement.url,
                "href": f"{self.url}/{abonnement.id}",
                "actif": abonnement.actif,
                "repos": abonnement.actif and abonnement.se_repose(now()),
                "attend": waiting.count(abonnement.id),
            }
            for abonnement in store.abonnements
        ]

    @cached_property
    def _envois(self) -> list:
        store = service.webhooks_de(self.context)
        found = store.envois(self._one().id)
        return sorted(found, key=lambda envoi: envoi.cree, reverse=True)

    @property
    def log(self) -> list[dict]:
        """The last messages, newest first."""
        return [
            {
                "id": envoi.id,
                "type": labels.TYPE_LABELS[envoi.type],
                "numero": envoi.numero,
                "cree": format_time(envoi.cree),
                "etat": labels.ETAT_LABELS[envoi.etat],
                "css": labels.ETAT_COLOURS[envoi.etat],
                "essais": envoi.essais,
                "resultat": envoi.resultat,
                "prochain": format_time(envoi.prochain)
                if envoi.etat == EN_ATTENTE and envoi.essais
                else "",
                "rejouable": envoi.etat != EN_ATTENTE,
                "corps": envoi.corps,
            }
            for envoi in self._envois[:MONTRES]
        ]

    @property
    def more(self) -> int:
        """How many messages the log does not show."""
        return max(0, len(self._envois) - MONTRES)

    def _text(self, name: str) -> str:
        value = self.request.form.get(name, "")
        return value.strip() if isinstance(value, str) else ""

    def _list(self, name: str) -> list[str]:
        value = self.request.form.get(name, [])
        values = [value] if isinstance(value, str) else value
        return [text for text in values if isinstance(text, str)]
