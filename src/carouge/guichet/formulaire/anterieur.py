"""A page that was made of an earlier version of the form, and comes back.

The form may be published anew while somebody has a step of it open. What he sends is
read with the questions he saw, and then taken over into the present form.
"""

from __future__ import annotations

from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.demarche.versions import version_par_hash
from carouge.guichet.formulaire.compile import compile_model
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.genre import Saisie
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.rebase import ARevoir
from carouge.guichet.formulaire.rebase import reprendre_version
from carouge.guichet.formulaire.saisies import lire_etape
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PageAnterieure:
    """What came from such a page.

    ``etape`` is the step it showed and ``tapees`` are its saisies, both of the earlier
    form. ``saisies`` say the same in the present one, as far as they can; ``a_revoir``
    is the rest, with what the earlier steps have left.
    """

    form: CompiledForm
    etape: str
    tapees: dict[str, Saisie]
    saisies: dict[str, Saisie]
    a_revoir: tuple[ARevoir, ...]


def forme_anterieure(demarche, version: str, present: CompiledForm):
    """The earlier form of that version; None for the present one and an unknown one."""
    if not version or version == present.version:
        return None
    found = version_par_hash(demarche, version)
    return None if found is None else compile_model(found.contenu["fields_model"])


def lire_page(
    demarche,
    brouillon: Brouillon,
    version: str,
    etape: str | None,
    formulaire: Mapping[str, object],
    present: Parcours,
) -> PageAnterieure | None:
    """What was sent from a page of an earlier version; None for any other page.

    ``present`` is the brouillon with the form of today.
    """
    form = forme_anterieure(demarche, version, present.form)
    if form is None:
        return None
    before: Mapping[str, Saisie] = {}
    if brouillon.version == version:
        before = brouillon.saisies
    earlier = Parcours(form, before, present.contexte, demarche)
    shown = form.etape(etape or "") or form.etapes[0]
    tapees = lire_etape(earlier, shown, formulaire)
    contexte: Contexte = present.contexte
    saisies, a_revoir = reprendre_version(
        form, present.form, {**before, **tapees}, contexte
    )
    return PageAnterieure(form, shown.id, tapees, saisies, tuple(a_revoir))
