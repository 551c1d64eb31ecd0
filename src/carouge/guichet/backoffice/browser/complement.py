"""``/agents/<numero>/complement``: choose what the citizen is asked for again."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.backoffice import actions
from carouge.guichet.backoffice.browser.partie import DemandePage
from carouge.guichet.backoffice.browser.partie import Refused
from carouge.guichet.backoffice.dialogue import filled
from carouge.guichet.backoffice.dialogue import models_of
from carouge.guichet.demande.domain import is_blank
from carouge.guichet.demande.service import TransitionRefused
from carouge.guichet.dossier import complement as complements
from carouge.guichet.formulaire.affichage import elements_de
from carouge.guichet.formulaire.affichage import GroupeVue
from carouge.guichet.formulaire.domain import has_control_characters
from functools import cached_property
from plone import api
from Products.Five.browser.pagetemplatefile import ViewPageTemplateFile


MOVE = "demander_complement"
#: Stands above the documents no question of the form has asked for.
BESIDE = _("Documents handed in beside the form")
#: Further documents of one request, and characters of what each is called.
MAX_DOCUMENTS = 6
MAX_LABEL = 150


class AgentsComplement(DemandePage):
    """Ticks, labels of further documents, words; then what the citizen will see."""

    template = ViewPageTemplateFile("../templates/complement.pt")
    max_label = MAX_LABEL
    preview = None
    #: The text of a model that was just inserted.
    inserted = None

    def act(self) -> str | None:
        geste = self.typed("geste")
        if geste == "inserer":
            self._insert()
            return None
        questions, documents = self.questions, self.documents
        message = self.checked("message")
        if geste == "apercu":
            self.preview = complements.apercu(self.demande, questions, documents)
            return None
        if is_blank(message):
            raise Refused(
                _("Please write to the citizen what is missing, and why."), "message"
            )
        ordre = ("complement", message, *questions, "", *documents)
        with self.changing(*ordre) as to_do:
            if to_do:
                if not self.possible:
                    raise TransitionRefused(MOVE)
                complements.demander(
                    self.demande,
                    message=message,
                    questions=questions,
                    documents=documents,
                    par=api.user.get_current().getId() or "",
                )
        return self.done(
            _(
                "The citizen is asked for a complement; the clock stands until he answers."
            )
        )

    def _insert(self) -> None:
        """Put a model below what is typed; nothing is sent."""
        chosen = self.typed("modele")
        model = next((one for one in self.models if one["id"] == chosen), None)
        if model is None:
            raise Refused(_("Please choose a model."), "message-modele")
        parts = (self.typed("message"), filled(self.demande, model["text"]))
        self.inserted = "\n\n".join(part for part in parts if part)

    # --- what was chosen ---------------------------------------------------------

    @cached_property
    def questions(self) -> list[str]:
        """Names of the answers that were ticked."""
        sent = self.request.form.get("question", [])
        sent = {sent} if isinstance(sent, str) else {*map(str, sent)}
        return [nom for nom in self.demandables if nom in sent]

    @cached_property
    def documents(self) -> list[str]:
        """Labels of further documents.

        :raises Refused: too long, or with characters no keyboard makes
        """
        sent = self.request.form.get("document", [])
        sent = [sent] if isinstance(sent, str) else sent
        labels = [" ".join(one.split()) for one in sent if isinstance(one, str)]
        labels = [label for label in labels if label][:MAX_DOCUMENTS]
        if any(
            len(label) > MAX_LABEL or has_control_characters(label) for label in labels
        ):
            raise Refused(
                _(
                    "What a document is called has at most ${count} characters.",
                    mapping={"count": str(MAX_LABEL)},
                ),
                "document",
            )
        return labels

    # --- what the template asks for --------------------------------------------------

    @cached_property
    def possible(self) -> bool:
        """Whether the citizen can be asked for something now."""
        moves = actions.moves_for_agent(self.demande)
        return MOVE in {move.id for move in moves}

    @cached_property
    def demandables(self) -> dict[str, str]:
        return complements.demandables(self.demande)

    @property
    def sections(self) -> list[dict]:
        """What can be ticked, step by step; ``texte`` is None for a whole group."""
        given = {reponse.name: reponse for reponse in self.demande.reponses}
        pieces = {piece.name for piece in self.demande.pieces}
        sections: list[dict] = []
        for number, (nom, label) in enumerate(self.demandables.items()):
            reponse = given.get(nom)
            group = reponse is None and nom not in pieces
            after = next(
                (one for name, one in given.items() if name.startswith(f"{nom}.")), None
            )
            step = (reponse or after).step if reponse or after else BESIDE
            if not sections or sections[-1]["titre"] != step:
                sections.append({"titre": step, "items": []})
            sections[-1]["items"].append(
                {
                    "id": f"agents-question-{number}",
                    "nom": nom,
                    "label": label,
                    "groupe": group,
                    "piece": nom in pieces,
                    "texte": reponse.text if reponse else "",
                    "coche": nom in self.questions,
                }
            )
        return sections

    @property
    def typed_documents(self) -> list[dict]:
        """What stands in the fields for further documents, the empty ones last."""
        sent = self.request.form.get("document", [])
        sent = [sent] if isinstance(sent, str) else sent
        texts = [one[: 2 * MAX_LABEL] for one in sent if isinstance(one, str)]
        texts = [text for text in texts if text.strip()]
        labels = [*texts, *[""] * MAX_DOCUMENTS][:MAX_DOCUMENTS]
        return [
            {"number": str(number), "label": label}
            for number, label in enumerate(labels, start=1)
        ]

    @property
    def visible(self) -> int:
        """How many of these fields are open: those in use, and one more."""
        used = sum(bool(item["label"]) for item in self.typed_documents)
        return min(used + 1, MAX_DOCUMENTS)

    @property
    def texte(self) -> str:
        return self.typed("message") if self.inserted is None else self.inserted

    @cached_property
    def models(self) -> list[dict]:
        return models_of(self.demande, MOVE)

    @property
    def anciens(self) -> list[dict]:
        """What was asked before, and what the answers have changed, the last first."""
        return [
            {
                "date": self.moment(complement.date),
                "repondu": complement.repondu and self.moment(complement.repondu),
                "message": complement.message,
                "documents": complement.documents,
                "changements": complements.changements(complement),
            }
            for complement in reversed(self.demande.dossier.complements)
        ]

    # The preview, drawn by the macros of the form.

    @property
    def elements(self):
        parcours = self.preview
        step = parcours.reduction.etape
        return elements_de(parcours, step, {}, lambda id: "#")

    def est_groupe(self, element) -> bool:
        return isinstance(element, GroupeVue)

    def membre_de(self, champ) -> None:
        return None

    @property
    def compte_url(self) -> str:
        return "#"

    avis_retenue = _("Logged in, the person can choose another member here.")
    connexion_url = ""
