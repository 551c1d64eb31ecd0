"""What differs between what a scenario expects and what it comes to, in words."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.atelier.domain import Constat
from carouge.guichet.atelier.mots_problemes import titre_de
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.money import format_chf
from zope.i18nmessageid import Message


def ecarts(attendu: Constat, obtenu: Constat, form: CompiledForm) -> list[Message]:
    """One message per difference; empty when the scenario passes."""
    if attendu.acces != obtenu.acces:
        if obtenu.acces:
            return [_("This usager may not begin any more.")]
        return [_("This usager may begin now, and could not before.")]
    return [
        *_steps(attendu, obtenu, form),
        *_refusals(attendu, obtenu, form),
        *_price(attendu, obtenu),
        *_pieces(attendu, obtenu, form),
        *_end(attendu, obtenu),
    ]


def _steps(attendu, obtenu, form):
    def titles(ids):
        return [titre_de("etape", id, form) for id in ids]

    for title in titles(id for id in attendu.etapes if id not in obtenu.etapes):
        yield _("The step “${titre}” is not shown any more.", mapping={"titre": title})
    for title in titles(id for id in obtenu.etapes if id not in attendu.etapes):
        yield _("The step “${titre}” is shown as well.", mapping={"titre": title})
    if attendu.etapes != obtenu.etapes and set(attendu.etapes) == set(obtenu.etapes):
        yield _("The steps come in another order.")


def _refusals(attendu, obtenu, form):
    for etape, cle in _without(obtenu.refus, attendu.refus):
        if not cle:
            yield _(
                "The step “${etape}” is not there when it comes to it.",
                mapping={"etape": titre_de("etape", etape, form)},
            )
            continue
        yield _(
            "The answer to “${question}” (step “${etape}”) is refused now.",
            mapping={
                "question": _question(cle, form),
                "etape": titre_de("etape", etape, form),
            },
        )
    for etape, cle in _without(attendu.refus, obtenu.refus):
        yield _(
            "The answer to “${question}” (step “${etape}”) is not refused any more.",
            mapping={
                "question": _question(cle, form),
                "etape": titre_de("etape", etape, form),
            },
        )


def _price(attendu, obtenu):
    if attendu.prix != obtenu.prix:
        yield _(
            "The price is ${obtenu} instead of ${attendu}.",
            mapping={
                "obtenu": format_chf(obtenu.prix),
                "attendu": format_chf(attendu.prix),
            },
        )


def _pieces(attendu, obtenu, form):
    for nom in attendu.pieces:
        if nom not in obtenu.pieces:
            yield _(
                "The document “${titre}” is not asked for any more.",
                mapping={"titre": titre_de("champ", nom, form)},
            )
    for nom in obtenu.pieces:
        if nom not in attendu.pieces:
            yield _(
                "The document “${titre}” is asked for as well.",
                mapping={"titre": titre_de("champ", nom, form)},
            )


def _end(attendu, obtenu):
    if attendu.complet and not obtenu.complet:
        yield _("The demande could not be sent with these answers any more.")
    elif obtenu.complet and not attendu.complet:
        yield _("The demande could be sent with these answers now.")


def _without(pairs, others):
    """What the first has more of than the second, in its order."""
    rest = list(others)
    for pair in pairs:
        if pair in rest:
            rest.remove(pair)
        else:
            yield pair


def _question(cle: str, form: CompiledForm):
    # A path names the group, the row and the question; the last part says most.
    nom = cle.rpartition(".")[2]
    return titre_de("groupe" if nom in form.groupes else "champ", nom, form)
