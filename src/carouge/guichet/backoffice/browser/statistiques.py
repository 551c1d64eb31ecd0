"""``/agents/statistiques``: the numbers of one's own services."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import swisstime
from carouge.guichet.backoffice import bilan
from carouge.guichet.backoffice.bilan import Choix
from carouge.guichet.backoffice.browser.page import DeskPage
from carouge.guichet.backoffice.browser.partie import FORBIDDEN
from carouge.guichet.backoffice.exports.ecrivains import EcrivainCsv
from carouge.guichet.backoffice.graphiques import histogramme
from carouge.guichet.backoffice.statistiques import lire_periode
from carouge.guichet.backoffice.statistiques import pourcent
from carouge.guichet.backoffice.statistiques import quantile
from carouge.guichet.backoffice.statistiques import Resume
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.labels import CANAL_LABELS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demarche.service import get_catalogue
from functools import cached_property
from io import BytesIO
from plone import api
from plone.protect.authenticator import check as check_authenticator
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile
from urllib.parse import urlencode
from zExceptions import Forbidden
from zope.i18n import translate


class AgentsStatistiques(DeskPage):
    """Charts with their tables; ``format=csv`` gives the tables as a file."""

    template = ViewPageTemplateFile("../templates/statistiques.pt")
    page_title = _("Statistics")
    max_direct = bilan.MAX_DIRECT
    alert = None

    def __call__(self):
        self.prepare()
        if self.request.method == "POST":
            try:
                check_authenticator(self.request)
            except Forbidden:
                self.request.response.setStatus(403)
                self.alert = FORBIDDEN
            else:
                travail = bilan.commander_bilan(self.context, self.choix)
                url = f"{self.list_url}/travaux/{travail.id}"
                return self.request.response.redirect(url, status=303)
        if self.resume is not None and self.request.form.get("format") == "csv":
            return self._csv()
        return self.template()

    # What is asked for

    def typed(self, name: str) -> str:
        text = self.request.form.get(name)
        return text.strip()[:64] if isinstance(text, str) else ""

    @cached_property
    def periode(self):
        return lire_periode(self.typed("du"), self.typed("au"), swisstime.today())

    @cached_property
    def choix(self) -> Choix:
        service, demarche = self.typed("service"), self.typed("demarche")
        titles = self.desk.service_titles
        own = {choice.uid for choice in self.desk.demarches}
        return Choix(
            (service,) if service in titles else tuple(sorted(titles)),
            demarche if demarche in own else None,
            self.periode,
        )

    @cached_property
    def large(self) -> bool:
        return bilan.est_grand(self.choix)

    @cached_property
    def travail(self):
        """The job that counts it; None when it is counted at once, or not ordered."""
        return bilan.bilan_commande(self.context, self.choix) if self.large else None

    @cached_property
    def resume(self) -> Resume | None:
        """What was counted; None as long as it is not."""
        if not self.large:
            return bilan.faire_le_bilan(self.choix)
        return bilan.resultat(self.travail) if self.travail is not None else None

    @property
    def travail_url(self) -> str:
        return f"{self.list_url}/travaux/{self.travail.id}"

    # What is shown

    @property
    def action(self) -> str:
        return f"{self.list_url}/statistiques"

    @property
    def csv_url(self) -> str:
        return f"{self.action}?{urlencode([*self.query, ('format', 'csv')])}"

    @property
    def query(self) -> list[tuple[str, str]]:
        pairs = [
            ("du", f"{self.periode.du:%Y-%m}"),
            ("au", f"{self.periode.au:%Y-%m}"),
        ]
        if len(self.choix.services) == 1 and self.typed("service"):
            pairs.append(("service", self.choix.services[0]))
        if self.choix.demarche:
            pairs.append(("demarche", self.choix.demarche))
        return pairs

    @cached_property
    def months(self) -> list[dict]:
        return [
            {
                "month": month,
                "label": f"{month[5:]}.{month[:4]}",
                "in": self.resume.deposees[month],
                "out": self.resume.terminees[month],
            }
            for month in self.periode.mois
        ]

    @property
    def chart(self):
        return histogramme(
            [row["label"] for row in self.months],
            [
                {row["label"]: row["in"] for row in self.months},
                {row["label"]: row["out"] for row in self.months},
            ],
        )

    @property
    def delays(self) -> list[dict]:
        """How long it took, for each number of days with any demande up to the 90th
        percentile, the rest in one bar."""
        durees = self.resume.durees
        last = quantile(durees, 0.9)
        if last is None:
            return []
        step = last // 12 + 1
        found = []
        for start in range(0, last + 1, step):
            end = start + step - 1
            label = str(start) if step == 1 else f"{start}-{end}"
            count = sum(n for days, n in durees.items() if start <= days <= end)
            found.append({"label": label, "count": count})
        rest = sum(n for days, n in durees.items() if days >= start + step)
        return [*found, {"label": f">{start + step - 1}", "count": rest}]

    @property
    def delay_chart(self):
        delays = {row["label"]: row["count"] for row in self.delays}
        return histogramme([*delays], [delays])

    @property
    def median(self) -> int | None:
        return quantile(self.resume.durees, 0.5)

    @property
    def p90(self) -> int | None:
        return quantile(self.resume.durees, 0.9)

    @property
    def in_time(self) -> int | None:
        resume = self.resume
        return pourcent(resume.a_temps, resume.a_temps + resume.hors_delai)

    @property
    def states(self) -> list[dict]:
        return self._shares(
            [(STATE_LABELS[etat], self.resume.etats[etat.value]) for etat in State]
        )

    @property
    def channels(self) -> list[dict]:
        return self._shares(
            [(CANAL_LABELS[canal], self.resume.canaux[canal.value]) for canal in Canal]
        )

    @property
    def services(self) -> list[dict]:
        titles = self.desk.service_titles
        return self._shares(
            [(titles[uid], self.resume.services[uid]) for uid in self.choix.services]
        )

    @cached_property
    def demarches(self) -> list[dict]:
        """One line per démarche, the most asked for first."""
        resume = self.resume
        uids = {*resume.demarches, *resume.durees_demarches}
        found = [
            {
                "title": resume.titres.get(uid, uid),
                "count": resume.demarches[uid],
                "median": quantile(resume.durees_demarches.get(uid, {}), 0.5),
                "p90": quantile(resume.durees_demarches.get(uid, {}), 0.9),
            }
            for uid in uids
        ]
        return sorted(found, key=lambda row: (-row["count"], row["title"]))

    @cached_property
    def forms(self) -> list[dict]:
        """How many of those who begin a form send it."""
        fiches = get_catalogue(self.context).by_uid
        wanted = [
            uid
            for uid, fiche in fiches.items()
            if fiche.service_uid in self.choix.services
            and self.choix.demarche in (None, uid)
        ]
        counted = bilan.frequentation(self.context, wanted)
        return sorted(
            (
                {
                    "title": fiches[uid].title,
                    "begun": begun,
                    "sent": sent,
                    "left": pourcent(max(0, begun - sent), begun),
                }
                for uid, (begun, sent) in counted.items()
            ),
            key=lambda row: row["title"].casefold(),
        )

    def _shares(self, counts) -> list[dict]:
        total = sum(count for _title, count in counts)
        return [
            {"title": title, "count": count, "percent": pourcent(count, total)}
            for title, count in counts
            if count
        ]

    def _csv(self) -> bytes:
        stream = BytesIO()
        say = self._say
        out = EcrivainCsv(
            stream, [say(_("Topic")), say(_("What")), say(_("Number of demandes"))]
        )
        for row in self.months:
            out.ligne([say(_("Demandes submitted")), row["label"], row["in"]])
        for row in self.months:
            out.ligne([say(_("Demandes ended")), row["label"], row["out"]])
        for subject, rows in (
            (_("State"), self.states),
            (_("Channel"), self.channels),
            (_("Service"), self.services),
            (_("Démarche"), self.demarches),
        ):
            for row in rows:
                out.ligne([say(subject), say(row["title"]), row["count"]])
        for days, count in sorted(self.resume.durees.items()):
            out.ligne([say(_("Working days")), str(days), count])
        for row in self.forms:
            out.ligne([say(_("Forms begun")), row["title"], row["begun"]])
            out.ligne([say(_("Forms sent")), row["title"], row["sent"]])
        out.fin()
        name = f"statistiques-{self.periode.mois[0]}-{self.periode.mois[-1]}.csv"
        response = self.request.response
        response.setHeader("Content-Type", "text/csv; charset=utf-8")
        response.setHeader("Content-Disposition", f"attachment; filename={name}")
        response.setHeader("X-Content-Type-Options", "nosniff")
        return stream.getvalue()

    def _say(self, message) -> str:
        language = api.portal.get_current_language()
        return translate(message, target_language=language)
