"""What is different between two states of a form, as an editor would tell it."""

from __future__ import annotations

from bisect import bisect_left
from carouge.guichet import _
from carouge.guichet.atelier.differences_textes import changements
from carouge.guichet.atelier.reglages_question import reglages_changes
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.formulaire.compile import compile_model
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.mots_conditions import en_mots
from carouge.guichet.formulaire.mots_conditions import titre_de as nom_dans_condition
from carouge.guichet.formulaire.procedure import conditions_de
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.money import format_chf
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Difference:
    """One change; ``ou`` says where: a step, or one of the other parts of a form."""

    ou: str
    texte: str


def differences(
    ancien: Mapping[str, object],
    nouveau: Mapping[str, object],
    dire: Callable[[object], str],
) -> list[Difference]:
    """What has changed, in the order of the form.

    Both have the values by name of :data:`carouge.guichet.demarche.versions.FORM_ATTRIBUTES`. Plain text: it holds what
    people typed.

    :param dire: translates a message
    """
    found: list[Difference] = []
    if ancien["fields_model"] != nouveau["fields_model"]:
        found += _Comparaison(
            _compiled(ancien["fields_model"]), _compiled(nouveau["fields_model"]), dire
        ).toutes()
    found += _prices(ancien, nouveau, dire)
    for name in _TEXTES:
        if _raw(ancien[name]) != _raw(nouveau[name]):
            found.append(
                Difference(dire(_("Texts")), dire(_text_change(ancien, nouveau, name)))
            )
    for line in changements(
        Textes.from_json(ancien["correspondance"]),
        Textes.from_json(nouveau["correspondance"]),
        dire,
    ):
        found.append(Difference(dire(_("Notices and models")), line))
    if not found and ancien["fields_model"] != nouveau["fields_model"]:
        details = _("Details nobody sees were changed.")
        found.append(Difference(dire(_("Form")), dire(details)))
    return found


_TEXTES = {
    "formPrologue": _("Text before the form"),
    "formEpilogue": _("Text after the form"),
}

_EMPTY = (
    '<model xmlns="http://namespaces.plone.org/supermodel/schema"><schema /></model>'
)


def _compiled(model: str) -> CompiledForm:
    return compile_model(model or _EMPTY)


def _raw(value) -> str:
    return getattr(value, "raw", value) or ""


def _text_change(ancien, nouveau, name):
    mapping = {"titre": _TEXTES[name]}
    if not _raw(ancien[name]):
        return _("“${titre}” was added.", mapping=mapping)
    if not _raw(nouveau[name]):
        return _("“${titre}” was removed.", mapping=mapping)
    return _("“${titre}” was rewritten.", mapping=mapping)


def _prices(ancien, nouveau, dire) -> Iterator[Difference]:
    where = dire(_("Price"))
    if ancien["emolument"] != nouveau["emolument"]:
        yield Difference(
            where,
            dire(
                _(
                    "The fee is ${nouveau} instead of ${ancien}.",
                    mapping={
                        "nouveau": format_chf(nouveau["emolument"]),
                        "ancien": format_chf(ancien["emolument"]),
                    },
                )
            ),
        )
    before = _price_lines(_compiled(ancien["fields_model"]), dire)
    after = _price_lines(_compiled(nouveau["fields_model"]), dire)
    for line in before:
        if line not in after:
            yield Difference(
                where, dire(_("Price line removed: ${ligne}", mapping={"ligne": line}))
            )
    for line in after:
        if line not in before:
            yield Difference(
                where, dire(_("Price line added: ${ligne}", mapping={"ligne": line}))
            )


def _price_lines(form: CompiledForm, dire) -> list[str]:
    schema = form.schema
    lines = []
    for line in deroulement_de(schema)["prix"]:
        words = f"{line['libelle']}, {format_chf(line['montant'])}"
        if line["par"]:
            par = nom_dans_condition(line["par"], schema, dire)
            words = dire(
                _("${ligne} times “${par}”", mapping={"ligne": words, "par": par})
            )
        condition = en_mots(line["si"], schema, dire)
        lines.append(f"{words}, {condition}" if condition else words)
    return lines


class _Comparaison:
    """Two forms side by side."""

    def __init__(self, ancien: CompiledForm, nouveau: CompiledForm, dire) -> None:
        self.ancien = ancien
        self.nouveau = nouveau
        self.dire = dire

    def toutes(self) -> Iterator[Difference]:
        yield from self._etapes()
        yield from self._groupes()
        for question in self.ancien.questions.values():
            if question.nom not in self.nouveau.questions:
                yield self._line(
                    self._titre_etape(self.ancien, question.etape),
                    _(
                        "Question removed: “${titre}”",
                        mapping={"titre": question.titre},
                    ),
                )
        for question in self.nouveau.questions.values():
            where = self._titre_etape(self.nouveau, question.etape)
            before = self.ancien.questions.get(question.nom)
            for message in (
                self._added(question)
                if before is None
                else self._changed(before, question)
            ):
                yield self._line(where, message)
        yield from self._moved()

    def _line(self, where: str, message) -> Difference:
        return Difference(where, self.dire(message))

    def _titre_etape(self, form: CompiledForm, id: str) -> str:
        etape = form.etape(id)
        titre = etape.titre if etape is not None else id
        return self.dire(titre or _("Beginning of the form"))

    def _condition(self, form: CompiledForm, condition) -> str:
        return en_mots(condition, form.schema, self.dire)

    # --- steps and groups -----------------------------------------------------

    def _etapes(self) -> Iterator[Difference]:
        where = self.dire(_("Steps"))
        before = {etape.id: etape for etape in self.ancien.etapes}
        after = {etape.id: etape for etape in self.nouveau.etapes}
        for id in before:
            if id not in after:
                titre = self._titre_etape(self.ancien, id)
                yield self._line(
                    where, _("Step removed: “${titre}”", mapping={"titre": titre})
                )
        for id, etape in after.items():
            titre = self._titre_etape(self.nouveau, id)
            if id not in before:
                yield self._line(
                    where, _("Step added: “${titre}”", mapping={"titre": titre})
                )
                continue
            ancien = self._titre_etape(self.ancien, id)
            if ancien != titre:
                yield self._line(
                    where,
                    _(
                        "The step “${ancien}” is now called “${titre}”.",
                        mapping={"ancien": ancien, "titre": titre},
                    ),
                )
            if before[id].aide != etape.aide:
                yield self._line(
                    where,
                    _(
                        "The help of the step “${titre}” was rewritten.",
                        mapping={"titre": titre},
                    ),
                )
        common = [id for id in after if id in before]
        for id in _displaced([id for id in before if id in after], common):
            titre = self._titre_etape(self.nouveau, id)
            yield self._line(
                where,
                _("The step “${titre}” was moved.", mapping={"titre": titre}),
            )
        yield from self._part_conditions("etapes", where, self._titre_etape)

    def _groupes(self) -> Iterator[Difference]:
        where = self.dire(_("Groups"))
        before, after = self.ancien.groupes, self.nouveau.groupes
        for nom, groupe in before.items():
            if nom not in after:
                yield self._line(
                    where,
                    _("Group removed: “${titre}”", mapping={"titre": groupe.titre}),
                )
        for nom, groupe in after.items():
            ancien = before.get(nom)
            if ancien is None:
                message = _("Group added: “${titre}”", mapping={"titre": groupe.titre})
                yield self._line(where, message)
                continue
            if ancien.titre != groupe.titre:
                yield self._line(
                    where,
                    _(
                        "The group “${ancien}” is now called “${titre}”.",
                        mapping={"ancien": ancien.titre, "titre": groupe.titre},
                    ),
                )
            if (ancien.min, ancien.max) != (groupe.min, groupe.max):
                yield self._line(
                    where,
                    _(
                        "“${titre}”: ${min} to ${max} rows instead of ${min_avant} to "
                        "${max_avant}.",
                        mapping={
                            "titre": groupe.titre,
                            "min": str(groupe.min),
                            "max": str(groupe.max),
                            "min_avant": str(ancien.min),
                            "max_avant": str(ancien.max),
                        },
                    ),
                )
        yield from self._part_conditions(
            "groupes", where, lambda form, nom: form.groupes[nom].titre
        )

    def _part_conditions(self, part: str, where: str, titre_de) -> Iterator[Difference]:
        before = deroulement_de(self.ancien.schema)[part]
        after = deroulement_de(self.nouveau.schema)[part]
        existing = (
            [etape.id for etape in self.nouveau.etapes]
            if part == "etapes"
            else [*self.nouveau.groupes]
        )
        for nom in existing:
            message = self._condition_change(
                titre_de(self.nouveau, nom),
                (before.get(nom) or {}).get("si"),
                (after.get(nom) or {}).get("si"),
            )
            if message is not None:
                yield self._line(where, message)

    def _condition_change(self, titre, ancien, nouveau):
        if ancien == nouveau:
            return None
        if not nouveau:
            return _("“${titre}” is always shown now.", mapping={"titre": titre})
        mapping = {
            "titre": titre,
            "nouveau": self._condition(self.nouveau, nouveau),
            "ancien": self._condition(self.ancien, ancien),
        }
        if not ancien:
            return _("“${titre}” is only shown ${nouveau}.", mapping=mapping)
        return _("“${titre}” is shown ${nouveau} (before: ${ancien}).", mapping=mapping)

    # --- questions ------------------------------------------------------------

    def _added(self, question: Question):
        mapping = {"titre": question.titre}
        if question.requis:
            yield _("Question added: “${titre}” (required)", mapping=mapping)
        else:
            yield _("Question added: “${titre}”", mapping=mapping)
        message = self._condition_change(
            question.titre, None, conditions_de(self.nouveau.schema).get(question.nom)
        )
        if message is not None:
            yield message

    def _changed(self, ancien: Question, question: Question):
        mapping = {"titre": question.titre, "ancien": ancien.titre}
        if ancien.titre != question.titre:
            yield _("“${ancien}” is now called “${titre}”.", mapping=mapping)
        if ancien.etape != question.etape:
            mapping["etape"] = self._titre_etape(self.ancien, ancien.etape)
            yield _("“${titre}” was in the step “${etape}”.", mapping=mapping)
        if ancien.groupe != question.groupe:
            groupe = self.nouveau.groupes.get(question.groupe)
            if groupe is None:
                yield _("“${titre}” is in no group any more.", mapping=mapping)
            else:
                mapping["groupe"] = groupe.titre
                yield _("“${titre}” is now in the group “${groupe}”.", mapping=mapping)
        yield from reglages_changes(self.ancien, self.nouveau, question.nom, self.dire)
        message = self._condition_change(
            question.titre,
            conditions_de(self.ancien.schema).get(question.nom),
            conditions_de(self.nouveau.schema).get(question.nom),
        )
        if message is not None:
            yield message

    def _moved(self) -> Iterator[Difference]:
        for etape in self.nouveau.etapes:
            before = self.ancien.etape(etape.id)
            if before is None:
                continue
            old = [question.nom for question in before.questions]
            new = [question.nom for question in etape.questions]
            stayed = [nom for nom in old if nom in new]
            for nom in _displaced(stayed, [nom for nom in new if nom in old]):
                yield self._line(
                    self._titre_etape(self.nouveau, etape.id),
                    _(
                        "“${titre}” stands in another place.",
                        mapping={"titre": self.nouveau.questions[nom].titre},
                    ),
                )


def _displaced(before: list[str], after: list[str]) -> list[str]:
    """The fewest things whose moving makes one order of the other."""
    places = {nom: place for place, nom in enumerate(before)}
    # The longest run that kept its order (patience sorting); the rest has moved.
    tops: list[int] = []
    chains: list[list[str]] = []
    for nom in after:
        place = places[nom]
        height = bisect_left(tops, place)
        chain = [*(chains[height - 1] if height else []), nom]
        if height == len(tops):
            tops.append(place)
            chains.append(chain)
        else:
            tops[height], chains[height] = place, chain
    kept = set(chains[-1]) if chains else set()
    return [nom for nom in after if nom not in kept]
