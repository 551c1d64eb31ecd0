"""What the page of one demande shows."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice import actions
from carouge.guichet.backoffice import labels
from carouge.guichet.backoffice.browser.emolument import AvecEmolument
from carouge.guichet.backoffice.browser.partie import DemandePage
from carouge.guichet.backoffice.dialogue import conversation
from carouge.guichet.backoffice.dialogue import models_of
from carouge.guichet.backoffice.domain import group_by_step
from carouge.guichet.backoffice.historique import in_words
from carouge.guichet.backoffice.historique import name_of
from carouge.guichet.backoffice.presence import present
from carouge.guichet.backoffice.suite import suite
from carouge.guichet.compte.domain import Canal as Moyen
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.labels import CANAL_LABELS as MOYENS
from carouge.guichet.compte.saisie import format_fact
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.echeance import reste_en_mots
from carouge.guichet.demande.envois import envois
from carouge.guichet.demande.labels import CANAL_LABELS
from carouge.guichet.demande.labels import CONTROLE_IDENTITE_LABELS
from carouge.guichet.demande.labels import NIVEAU_LABELS
from carouge.guichet.demande.labels import remark_on
from carouge.guichet.demande.labels import RESIDENCE_LABELS
from carouge.guichet.demande.labels import TRANSITION_LABELS
from carouge.guichet.demande.labels import TYPE_LABELS
from carouge.guichet.demande.traitement import historique
from carouge.guichet.demande.traitement import non_lus
from carouge.guichet.demande.traitement import SERVICE
from carouge.guichet.demarche.textes import OCCASIONS
from carouge.guichet.dossier.correction import Ancienne
from carouge.guichet.dossier.correction import anciennes_reponses
from carouge.guichet.formulaire.pieces_jointes import MAX_JOINTES
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import local_date
from carouge.guichet.swisstime import today
from datetime import date
from datetime import datetime
from functools import cached_property
from plone import api
from urllib.parse import quote
from zope.component import queryMultiAdapter
from zope.i18n import translate


PIECE = "piece"
#: Pages below a demande: /agents/<numero>/<part> is the view agents-demande-<part>.
PARTS = "agents-demande"

#: The move that asks for something, on a page of its own.
COMPLEMENT = "demander_complement"

#: Parts with a way to them on the page, in this order; those there are.
WORK = (
    ("complement", _("Ask for a complement")),
    ("completer", _("Enter the citizen's answer")),
    ("document", _("Prepare a document for the citizen")),
)
#: Those that make a move are there when it can be made.
NEEDED = {"complement": COMPLEMENT, "completer": "completer"}
PAPER = (
    ("recepisse", _("Receipt (PDF)")),
    ("imprimer", _("Print the demande (PDF)")),
    ("code", _("New tracking code")),
)

#: Moves with a place of their own on the page.
ELSEWHERE = {"prendre_en_charge"}


def format_name(deposant) -> str:
    """The organisation acted for, with its UID if it has one."""
    if not deposant.ide:
        return deposant.organisation
    return f"{deposant.organisation} ({format_fact('ide', deposant.ide)})"


class DemandeVue(AvecEmolument, DemandePage):
    """The facts of the demande, in words."""

    format_chf = staticmethod(format_chf)
    max_jointes = MAX_JOINTES

    @property
    def action(self) -> str:
        return self.demande_url(self.demande.numero)

    def say(self, message) -> str:
        return translate(message, context=self.request)

    # On top

    @property
    def late(self) -> bool:
        demande = self.demande
        return is_late(demande.attendu, demande.etat, today(), demande.suspendu)

    @property
    def time_left(self):
        return reste_en_mots(self.demande, today())

    @property
    def service_title(self) -> str:
        return self.desk.service_titles[self.demande.service_uid]

    @property
    def canal(self):
        return CANAL_LABELS[Canal(self.demande.canal)]

    @property
    def saisi_par(self) -> str:
        return name_of(self.demande.saisi_par, self.request)

    @property
    def mail_url(self) -> str:
        return "mailto:" + quote(self.demande.courriel, safe="@")

    @property
    def deposant(self) -> str:
        """Who filed it, in words; empty without an account."""
        deposant = self.demande.deposant
        if deposant is None:
            return ""
        phrases = [
            deposant.nom,
            deposant.organisation and format_name(deposant),
            TYPE_LABELS.get(deposant.type),
            NIVEAU_LABELS.get(deposant.niveau),
            RESIDENCE_LABELS.get(deposant.residence),
        ]
        return ", ".join(self.say(phrase) for phrase in phrases if phrase)

    @property
    def identite(self) -> str:
        """Who stood at the counter and how an agent knew, in words; empty for nobody."""
        identite = self.demande.identite
        if identite is None:
            return ""
        born = identite.naissance
        phrases = [
            f"{identite.prenom} {identite.nom}".strip(),
            format_date(date.fromisoformat(born)) if born else "",
            CONTROLE_IDENTITE_LABELS[Controle(identite.controle)],
        ]
        return ", ".join(self.say(phrase) for phrase in phrases if phrase)

    @property
    def telephone(self) -> tuple[str, str]:
        """The number somebody left at the counter: its address and as one writes it."""
        identite = self.demande.identite
        number = identite.telephone if identite is not None else ""
        if not number:
            return "", ""
        return f"tel:{number}", format_fact("telephone", number)

    @cached_property
    def me(self) -> str:
        return api.user.get_current().getId()

    @cached_property
    def hands(self) -> dict:
        """In whose hands it is, and who follows it."""
        dossier = self.demande.dossier
        return {
            "agent": name_of(dossier.agent, self.request),
            "mine": dossier.agent == self.me,
            "followers": ", ".join(
                sorted(name_of(user, self.request) for user in dossier.suiveurs)
            ),
            "following": self.me in dossier.suiveurs,
        }

    @property
    def others(self) -> str:
        """Who else has this page open, in words; empty for nobody."""
        numero = self.demande.numero
        users = present(self.context, numero, sauf=self.me)
        return ", ".join(sorted(name_of(user, self.request) for user in users))

    @property
    def suite(self):
        return suite(self.demande, today())

    # Answers and pieces

    @property
    def groups(self):
        return group_by_step(self.demande.reponses)

    @property
    def origins(self) -> dict[str, dict]:
        """Where the answers that an account had a say in come from, by question."""
        return {
            fait.champ: {
                # The words kept with the answer speak to the citizen.
                "source": labels.STAFF_SOURCES.get(Source(fait.source), fait.origine),
                "date": format_date(local_date(datetime.fromisoformat(fait.date))),
                "confirmed": fait.verrouille,
            }
            for fait in self.demande.faits
        }

    @cached_property
    def corrections(self) -> dict[str, list[dict]]:
        """What was answered before, by question, the last correction first."""
        return {
            nom: [self._former(one) for one in former]
            for nom, former in anciennes_reponses(self.demande).items()
        }

    @property
    def taken_away(self) -> list[dict]:
        """Former answers to questions that are asked no more."""
        asked = {reponse.name for reponse in self.demande.reponses}
        return [
            former[0] for nom, former in self.corrections.items() if nom not in asked
        ]

    def _former(self, ancienne: Ancienne) -> dict:
        return {
            "question": ancienne.question,
            "text": ancienne.texte or "",
            "new": ancienne.texte is None,
            "date": self.moment(ancienne.date),
        }

    @cached_property
    def pieces(self) -> list[dict]:
        return [
            {
                "rang": index - 1,
                "label": piece.label,
                "remark": remark_on(piece),
                "filename": ""
                if piece.file is None
                else labels.filename_of(piece, index),
                "size": None
                if piece.file is None
                else labels.size_of(piece.file.getSize()),
                "url": f"{self.part_url}/{PIECE}/{index}" if piece.lisible else "",
                "awaited": piece.annoncee,
                "moyen": piece.moyen,
                "reminded": self.reminded if piece.annoncee else "",
                "received": ""
                if piece.recue is None
                else f"{self.moment(piece.recue)}, "
                f"{name_of(piece.recue_par, self.request)}",
                "undo": piece.recue is not None and piece.file is None,
                "scan": piece.recue is not None
                and piece.file is not None
                and piece.remplacee is None
                and not self.demande.etat.final,
            }
            for index, piece in enumerate(self.demande.pieces, start=1)
        ]

    @cached_property
    def reminded(self) -> str:
        """When the citizen was reminded of what he had announced; empty if never."""
        sent = [
            evenement.date
            for evenement in self.demande.dossier.evenements
            if evenement.genre == "rappel_pieces"
        ]
        return self.moment(sent[-1]) if sent else ""

    @property
    def documents(self) -> list[dict]:
        """What the service has issued to the citizen, the last one first."""
        return [
            {
                "title": document.titre,
                "date": self.moment(document.date),
                "person": name_of(document.par, self.request),
                "read": self.moment(document.lu) if document.lu else "",
                "withdrawn": self.moment(document.retire) if document.retire else "",
                "url": f"{self.part_url}/document/{document.id}",
            }
            for document in reversed(self.demande.dossier.documents)
        ]

    # Words

    @cached_property
    def conversation(self) -> list[dict]:
        return conversation(self.demande, self.request, self.part_url)

    @property
    def unread(self) -> int:
        return len(non_lus(self.demande, SERVICE))

    @property
    def history(self) -> list[dict]:
        return in_words(self.demande, historique(self.demande), self.request)

    @cached_property
    def envois(self) -> list[dict]:
        """What the citizen was told, when and by which way; never what was said."""
        return [
            {
                "quand": self.moment(one.date),
                "occasion": OCCASIONS[one.occasion],
                "canal": MOYENS[Moyen(one.canal)],
            }
            for one in envois(self.demande)
        ]

    @cached_property
    def models(self) -> list[dict]:
        return models_of(self.demande)

    @cached_property
    def message_models(self) -> list[dict]:
        return models_of(self.demande, "")

    # What can be done

    @cached_property
    def moves(self) -> list[dict]:
        return [
            {
                "id": move.id,
                "title": TRANSITION_LABELS[move.id],
                "css": labels.MOVE_COLOURS.get(move.id, "btn-outline-primary"),
                "message_required": move.message_required,
            }
            for move in actions.moves_for_agent(self.demande)
            if move.id not in ELSEWHERE
            and not (move.id == COMPLEMENT and self._part("complement"))
        ]

    @property
    def moves_with_message(self) -> str:
        """The moves for which the citizen must be told why, as on their buttons."""
        return ", ".join(
            f"«\u00a0{self.say(move['title'])}\u00a0»"
            for move in self.moves
            if move["message_required"]
        )

    @property
    def can_take(self) -> bool:
        demande = self.demande
        if demande.etat.final:
            return False
        return not self.hands["mine"] or actions.can_be_taken(demande)

    @property
    def links(self) -> list[dict]:
        """The ways to what is done on a page of its own."""
        moves = {move.id for move in actions.moves_for_agent(self.demande)}
        return [
            link
            for link in self._links(WORK)
            if NEEDED.get(link["name"]) in (None, *moves)
        ]

    @property
    def paper(self) -> list[dict]:
        """The ways to what is printed for somebody who stands at the counter."""
        # Whoever has an account needs no code.
        owned = bool(self.demande.owner_ids)
        return [
            link for link in self._links(PAPER) if link["name"] != "code" or not owned
        ]

    def _links(self, parts) -> list[dict]:
        return [
            {"name": name, "title": title, "url": f"{self.part_url}/{name}"}
            for name, title in parts
            if self._part(name) is not None
        ]

    @property
    def colleagues(self) -> list[dict]:
        """The agents of the service, by name."""
        found = [
            {"id": user, "name": name_of(user, self.request)}
            for user in actions.agents_of(self.demande)
        ]
        return sorted(found, key=lambda one: one["name"].casefold())

    @property
    def services(self) -> list[dict]:
        return [
            {"uid": service.UID(), "title": service.title}
            for service in actions.other_services(self.demande)
        ]

    def _part(self, name: str):
        return queryMultiAdapter((self.context, self.request), name=f"{PARTS}-{name}")
