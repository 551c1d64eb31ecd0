"""Which demandes an agent has chosen in a list: ticked ones, or all of a filter."""

from __future__ import annotations

from carouge.guichet.backoffice.domain import parse_filters
from carouge.guichet.backoffice.liste import all_rows
from carouge.guichet.backoffice.lot import MAX_LOT
from carouge.guichet.backoffice.lot import numeros_de
from carouge.guichet.backoffice.service import Desk
from carouge.guichet.demande.queries import Row
from carouge.guichet.demande.queries import rows_of
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass


#: The value of the field ``tous`` that stands for the whole list.
TOUS = "1"


@dataclass(frozen=True)
class Selection:
    """The chosen numbers, :data:`MAX_LOT` at most; ``trop``: there were more."""

    numeros: list[str]
    trop: bool


#: Longest text taken for the number of a demande.
MAX_NUMERO = 64


def numeros_choisis(desk: Desk, form: Mapping[str, object]) -> Selection:
    """Read a posted selection.

    ``numeros`` are the ticked boxes, ``choix`` the same in one field, separated by
    blanks; with ``tous=1`` the filter says which, as in the address of the list.
    """
    if form.get("tous") == TOUS:
        found = [row.numero for row in lignes_du_filtre(desk, form)]
    else:
        ticked = form.get("numeros")
        texts = ticked if isinstance(ticked, (list, tuple)) else [ticked]
        words = form.get("choix")
        found = [text for text in texts if isinstance(text, str) and text.strip()]
        found += words.split() if isinstance(words, str) else []
        found = [text[:MAX_NUMERO] for text in found]
    chosen = list(dict.fromkeys(found))
    return Selection(chosen[:MAX_LOT], len(chosen) > MAX_LOT)


def lignes_choisies(desk: Desk, form: Mapping[str, object]) -> list[Row]:
    """The rows of a posted selection; of the whole list when nothing is ticked."""
    if form.get("tous") != TOUS and ("numeros" in form or "choix" in form):
        chosen = numeros_choisis(desk, form).numeros
        numbers, _wrong = numeros_de(chosen)
        return rows_of(numbers, services=[*desk.service_titles])
    return [*lignes_du_filtre(desk, form)]


def lignes_du_filtre(desk: Desk, form: Mapping[str, object]) -> Iterator[Row]:
    """The rows of the list that this address shows, on all its pages."""
    filters = parse_filters(
        form,
        services=desk.service_titles,
        demarches={choice.uid for choice in desk.demarches},
    )
    return all_rows(desk, filters)
