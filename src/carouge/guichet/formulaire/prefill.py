"""What the counter already knows of the answers to a form.

A :class:`Reprise` holds, for one form and one compte, what each question would take
from it. Page, REST service and submission ask the same object; what is locked in it is
the answer, whatever else is sent.
"""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Fact
from carouge.guichet.compte.domain import FACTS
from carouge.guichet.compte.domain import Membre
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.labels import FACT_LABELS
from carouge.guichet.compte.labels import SEX_LABELS
from carouge.guichet.compte.labels import SOURCE_LABELS
from carouge.guichet.compte.modification import fact_names
from carouge.guichet.compte.modification import VERIFIED_FACTS
from carouge.guichet.compte.saisie import format_fact
from carouge.guichet.compte.service import may_edit
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.faits import COMPOSED
from carouge.guichet.formulaire.faits import CORRECTION
from carouge.guichet.formulaire.faits import MEMBRE
from carouge.guichet.formulaire.faits import MEMBRE_COMPOSED
from carouge.guichet.formulaire.fields import membres_of
from carouge.guichet.formulaire.genres import genre_de
from carouge.guichet.formulaire.genres_textes import Numero
from carouge.guichet.formulaire.reglages import IAdresse
from carouge.guichet.formulaire.reglages import INpaLocalite
from carouge.guichet.formulaire.valeurs import AdressePostale
from carouge.guichet.formulaire.valeurs import Lieu
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import local_date
from collections.abc import Callable
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from datetime import datetime
from zope.globalrequest import getRequest
from zope.i18n import translate
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IField


#: Facts of a member that only the holder of the compte says, even of one from the
#: register.
_MEMBRE_OWN = frozenset({"ecole", "classe"})


@dataclass(frozen=True)
class Proposition:
    """What one question would take from the compte.

    ``fait`` is the name of the source, ``value`` the answer in the type of the field,
    ``text`` the same in words; ``origin`` names where it comes from, in words. ``at``
    is None when nobody knows since when. ``retenue``: it is what was answered before, and
    only the person herself, logged in, could answer otherwise; ``origin`` is empty then
    when it was her own choice.
    """

    fait: str
    value: object
    text: str
    source: Source
    origin: str
    at: datetime | None
    locked: bool
    retenue: bool = False

    @property
    def of_correction(self) -> bool:
        """The source of it is an answer of the same form."""
        return self.fait.startswith(CORRECTION)

    @property
    def since(self) -> str:
        """The day the source said so, in words; may be empty."""
        return format_date(local_date(self.at)) if self.at else ""


@dataclass(frozen=True)
class Reprise:
    """What a compte knows of the answers to a form; ``membres`` are the chosen ones.

    Keys are names of fields.
    """

    compte: Compte | None
    propositions: Mapping[str, Proposition]
    membres: Mapping[str, Membre]

    @property
    def locked(self) -> dict[str, Proposition]:
        return {
            name: proposition
            for name, proposition in self.propositions.items()
            if proposition.locked
        }


NOTHING = Reprise(None, {}, {})


def reprise_of(
    form: CompiledForm,
    compte: Compte | None,
    chosen: Mapping[str, object] | None = None,
    donnee: str = "",
) -> Reprise:
    """What ``compte`` knows of the answers.

    ``chosen`` are ids of household members by name of the question that asks for them;
    ids of anybody else's household are nobody. ``donnee`` is the fact a request for
    correction is about.
    """
    if compte is None:
        return NOTHING
    membres = chosen_membres(form, compte, chosen or {})
    propositions = {}
    for name, source in form.sources.items():
        proposition = _proposition(
            form.schema[name], source, compte, membres.get(form.membre_of(name)), donnee
        )
        if proposition is not None:
            propositions[name] = proposition
    return Reprise(compte, propositions, membres)


def chosen_membres(
    form: CompiledForm, compte: Compte, chosen: Mapping[str, object]
) -> dict[str, Membre]:
    """The members of one's own household that were chosen, by name of the question."""
    membres = {}
    for name in form.membres:
        possible = {
            membre.id: membre
            for membre in membres_of(compte.foyer, form.schema[name].personnes)
        }
        given = chosen.get(name)
        if isinstance(given, str) and given in possible:
            membres[name] = possible[given]
    return membres


def savable(form: CompiledForm, reprise: Reprise) -> list[str]:
    """Names of the questions whose answers may be kept in the compte."""
    compte = reprise.compte
    if compte is None or not may_edit(compte):
        return []
    # An address counts once a code sent there came back, which no form can wait for.
    keepable = set(fact_names(compte)) - VERIFIED_FACTS
    locked = reprise.locked
    return [
        name
        for name, source in form.sources.items()
        if source in keepable and name not in locked
    ]


# --- one question -------------------------------------------------------------


def _proposition(
    field: IField, source: str, compte: Compte, membre: Membre | None, donnee: str
) -> Proposition | None:
    if source.startswith(CORRECTION):
        return _of_correction(source, compte, donnee)
    if source.startswith(MEMBRE):
        if membre is None:
            return None
        facts = membre_facts(membre)
        lines = MEMBRE_COMPOSED.get(source) or ((source.removeprefix(MEMBRE),),)
    else:
        facts = compte.facts
        lines = COMPOSED.get(source) or ((source,),)
    return _of_facts(field, source, lines, facts, compte)


def _of_facts(
    field: IField,
    source: str,
    lines: tuple[tuple[str, ...], ...],
    facts: Mapping[str, Fact],
    compte: Compte,
) -> Proposition | None:
    used = [facts[name] for line in lines for name in line if name in facts]
    # A number without its street says nothing.
    if not used or used[0].name != lines[0][0]:
        return None
    if IDate.providedBy(field):
        value = _date(used[0].value)
    elif IChoice.providedBy(field):
        value = _term(field, used[0])
    elif INpaLocalite.providedBy(field) or IAdresse.providedBy(field):
        value = _composee(field, facts)
    elif isinstance(genre_de(field), Numero):
        # Kept in the form in which the question answers it.
        value = used[0].value
    else:
        texts = [
            " ".join(_words(facts[name]) for name in line if name in facts)
            for line in lines
        ]
        value = ", ".join(text for text in texts if text)
    if value is None:
        return None
    # A line is as sure as the least sure of its parts.
    weakest = max(used, key=lambda fact: list(Source).index(fact.source))
    return Proposition(
        fait=source,
        value=value,
        text=genre_de(field).mots(field, value, _say),
        source=weakest.source,
        origin=origin_of(weakest.source, compte),
        at=min((fact.at for fact in used if fact.at), default=None),
        locked=all(fact.locked for fact in used),
    )


def _composee(field: IField, facts: Mapping[str, Fact]) -> Lieu | AdressePostale | None:
    """A place of which all parts are known, or None."""
    known = {name: _words(fact) for name, fact in facts.items()}
    if not known.get("npa") or not known.get("localite"):
        return None
    if INpaLocalite.providedBy(field):
        return Lieu(known["npa"], known["localite"])
    if not known.get("rue"):
        return None
    rue = f"{known['rue']} {known.get('numero', '')}".strip()
    return AdressePostale(rue, known["npa"], known["localite"])


def membre_facts(membre: Membre) -> dict[str, Fact]:
    """What is known of a household member, like the facts of a compte."""
    values = {
        "prenom": membre.prenom,
        "nom": membre.nom,
        "date_naissance": (
            membre.date_naissance.isoformat() if membre.date_naissance else ""
        ),
        "sexe": membre.sexe,
        "ecole": membre.ecole,
        "classe": membre.classe,
    }
    return {
        name: Fact(
            name,
            value,
            Source.DECLARE if name in _MEMBRE_OWN else membre.source,
            membre.at,
        )
        for name, value in values.items()
        if value
    }


def _of_correction(source: str, compte: Compte, donnee: str) -> Proposition | None:
    if donnee not in FACTS:
        return None
    fact = compte.fact(donnee)
    if source == "correction.donnee":
        text = _say(FACT_LABELS[donnee])
    elif fact is None:
        return None
    elif source == "correction.valeur":
        text = _words(fact)
    else:
        text = origin_of(fact.source, compte)
        if fact.at:
            text = f"{text}, {format_date(local_date(fact.at))}"
    return Proposition(
        fait=source,
        value=text,
        text=text,
        source=fact.source if fact else Source.DECLARE,
        origin=origin_of(fact.source, compte) if fact else "",
        at=fact.at if fact else None,
        locked=True,
    )


def origin_of(source: Source, compte: Compte) -> str:
    """Where a fact comes from, in words; the register by its own name."""
    if source is Source.REGISTRE and compte.residency_source:
        return compte.residency_source
    return _say(SOURCE_LABELS[source])


def _words(fact: Fact) -> str:
    if fact.name == "sexe" and fact.value in SEX_LABELS:
        return _say(SEX_LABELS[fact.value])
    return format_fact(fact.name, fact.value)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _term(field: IField, fact: Fact):
    """The offered answer that says the same as the fact, if there is one."""
    wanted = {fact.value.casefold(), _words(fact).casefold()}
    terms: Callable = field.bind(None).vocabulary
    for term in terms:
        if {str(term.value).casefold(), str(term.title or "").casefold()} & wanted:
            return term.value
    return None


def _say(message) -> str:
    return translate(message, context=getRequest())
