"""Conditions in words, as the list of questions, the differences between versions and
the paper form say them: « si « Type de logement » est « Maison » ».
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.formulaire.reglages import ICalcul
from carouge.guichet.formulaire.reglages import IMontant
from carouge.guichet.formulaire.reglages import INpaLocalite
from collections.abc import Callable
from zope.i18nmessageid import Message
from zope.interface.interface import InterfaceClass
from zope.schema.interfaces import IBool
from zope.schema.interfaces import IChoice
from zope.schema.interfaces import ICollection
from zope.schema.interfaces import IDate
from zope.schema.interfaces import IDecimal
from zope.schema.interfaces import IField
from zope.schema.interfaces import IFloat
from zope.schema.interfaces import IInt
from zope.schema.interfaces import IText
from zope.schema.interfaces import IVocabularyTokenized


#: What can be asked about who fills in the form, with the possible answers.
USAGER = {
    "usager.type": (
        _("The person who fills in the form"),
        (
            ("anonyme", _("somebody without an account")),
            ("personne", _("a private person")),
            ("entreprise", _("a company")),
            ("association", _("an association")),
            ("agent", _("an agent at the counter")),
        ),
    ),
    "usager.niveau": (
        _("The account"),
        (
            ("anonyme", _("missing")),
            ("declare", _("declared")),
            ("verifie", _("verified")),
        ),
    ),
    "usager.resident": (
        _("The person lives in the commune"),
        (("oui", _("yes")), ("non", _("no"))),
    ),
}

#: One rule as a part of a sentence, by operator.
_REGLES = {
    "est": _("“${question}” is “${valeur}”"),
    "n_est_pas": _("“${question}” is not “${valeur}”"),
    "est_parmi": _("“${question}” is one of ${valeur}"),
    "contient": _("“${question}” contains “${valeur}”"),
    "rempli": _("“${question}” is answered"),
    "vide": _("“${question}” is not answered"),
    "oui": _("“${question}”: yes"),
    "non": _("“${question}”: no"),
    "egal": _("“${question}” is equal to ${valeur}"),
    "different": _("“${question}” is different from ${valeur}"),
    "plus_que": _("“${question}” is more than ${valeur}"),
    "moins_que": _("“${question}” is less than ${valeur}"),
    "au_moins": _("“${question}” is at least ${valeur}"),
    "au_plus": _("“${question}” is at most ${valeur}"),
    "le": _("“${question}” is ${valeur}"),
    "avant": _("“${question}” is before ${valeur}"),
    "apres": _("“${question}” is after ${valeur}"),
    "age_au_moins": _("age according to “${question}”: ${valeur} years or more"),
    "age_moins_de": _("age according to “${question}”: less than ${valeur} years"),
}

#: What one can choose in the editor, by family of questions; in this order.
OPERATEURS: dict[str, tuple[tuple[str, Message], ...]] = {
    "choix": (
        ("est", _("is")),
        ("n_est_pas", _("is not")),
        ("est_parmi", _("is one of")),
        ("rempli", _("is answered")),
        ("vide", _("is not answered")),
    ),
    "usager": (
        ("est", _("is")),
        ("n_est_pas", _("is not")),
        ("est_parmi", _("is one of")),
    ),
    "plusieurs": (
        ("contient", _("contains")),
        ("rempli", _("is answered")),
        ("vide", _("is not answered")),
    ),
    "oui_non": (("oui", _("is yes")), ("non", _("is no"))),
    "nombre": (
        ("egal", _("is equal to")),
        ("different", _("is different from")),
        ("plus_que", _("is more than")),
        ("moins_que", _("is less than")),
        ("au_moins", _("is at least")),
        ("au_plus", _("is at most")),
        ("rempli", _("is answered")),
        ("vide", _("is not answered")),
    ),
    "date": (
        ("le", _("is the day")),
        ("avant", _("is before")),
        ("apres", _("is after")),
        ("age_au_moins", _("makes an age of at least (years)")),
        ("age_moins_de", _("makes an age of less than (years)")),
        ("rempli", _("is answered")),
        ("vide", _("is not answered")),
    ),
    "texte": (
        ("est", _("is")),
        ("n_est_pas", _("is not")),
        ("contient", _("contains")),
        ("rempli", _("is answered")),
        ("vide", _("is not answered")),
    ),
    "autre": (
        ("rempli", _("is answered")),
        ("vide", _("is not answered")),
    ),
}

#: Operators that need nothing beside the question.
SANS_VALEUR = frozenset({"rempli", "vide", "oui", "non"})

_NOMBRES = (ICalcul, IDecimal, IFloat, IInt, IMontant)

_AND = _("condition_and", default="${first} and ${second}")
_OR = _("condition_or", default="${first} or ${second}")


def famille_de(champ: IField) -> str:
    """To which family of :data:`OPERATEURS` a question belongs."""
    if IBool.providedBy(champ):
        return "oui_non"
    if IDate.providedBy(champ):
        return "date"
    if any(interface.providedBy(champ) for interface in _NOMBRES):
        return "nombre"
    if ICollection.providedBy(champ):
        return "plusieurs" if choix_de(champ) else "autre"
    if IChoice.providedBy(champ):
        return "choix" if choix_de(champ) else "autre"
    if IText.providedBy(champ) or INpaLocalite.providedBy(champ):
        return "texte"
    return "autre"


def choix_de(champ: IField) -> list[tuple[str, str]]:
    """What can be chosen, as (value, title); empty where it is not in the form."""
    champ = getattr(champ, "value_type", None) or champ
    vocabulaire = getattr(champ, "vocabulary", None)
    if not IVocabularyTokenized.providedBy(vocabulaire):
        return []
    return [(str(term.value), term.title or str(term.value)) for term in vocabulaire]


def titre_de(nom: str, schema: InterfaceClass, dire: Callable[[object], str]) -> str:
    """What a condition calls a question, a group or a fact about the usager."""
    if nom in USAGER:
        return dire(USAGER[nom][0])
    if nom in schema:
        return dire(schema[nom].title) or nom
    groupe = deroulement_de(schema)["groupes"].get(nom)
    if groupe:
        return dire(_("Number: ${titre}", mapping={"titre": groupe["titre"]}))
    return dire(
        _("a question that does not exist any more (${nom})", mapping={"nom": nom})
    )


def en_mots(
    condition: object, schema: InterfaceClass, dire: Callable[[object], str]
) -> str:
    """A condition as a clause, « si … »; empty for none.

    Says something of every condition, also of one that refers to nothing or that no
    editor of ours has written. Plain text: it holds what people typed.

    :param dire: translates a message
    """
    if not condition:
        return ""
    regles = condition.get("regles") if isinstance(condition, dict) else None
    if not isinstance(regles, list) or not regles:
        return dire(_("under a condition that cannot be read"))
    liaison = _OR if condition.get("si") == "une" else _AND
    phrase = ""
    for regle in regles:
        mots = _regle_en_mots(regle, schema, dire)
        phrase = (
            dire(Message(liaison, mapping={"first": phrase, "second": mots}))
            if phrase
            else mots
        )
    return dire(_("if ${condition}", mapping={"condition": phrase}))


def _regle_en_mots(regle, schema, dire) -> str:
    if not isinstance(regle, dict) or not isinstance(regle.get("champ"), str):
        return dire(_("(a rule that cannot be read)"))
    nom = regle["champ"]
    question = titre_de(nom, schema, dire)
    message = _REGLES.get(str(regle.get("op")))
    if message is None:
        return dire(
            _(
                "“${question}” (a rule that cannot be read)",
                mapping={"question": question},
            )
        )
    valeur = regle.get("valeur")
    titres = _titres(nom, schema, dire)
    if isinstance(valeur, list):
        mots = ", ".join(
            dire(_("“${valeur}”", mapping={"valeur": titres.get(str(v), str(v))}))
            for v in valeur
        )
    else:
        mots = titres.get(str(valeur), "" if valeur is None else str(valeur))
    if regle["op"] in ("le", "avant", "apres"):
        mots = jour_en_mots(mots)
    return dire(Message(message, mapping={"question": question, "valeur": mots}))


def _titres(nom, schema, dire) -> dict[str, str]:
    if nom in USAGER:
        return {valeur: dire(titre) for valeur, titre in USAGER[nom][1]}
    if nom in schema:
        return {valeur: dire(titre) for valeur, titre in choix_de(schema[nom])}
    return {}


def jour_en_mots(iso: str) -> str:
    """25.11.2026 for 2026-11-25; anything else as it is."""
    parts = iso.split("-")
    if len(parts) == 3 and all(part.isdigit() for part in parts):
        return ".".join(reversed(parts))
    return iso
