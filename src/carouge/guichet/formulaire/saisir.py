"""An agent begins to fill a form in for somebody."""

from __future__ import annotations

from carouge.guichet.brouillon import service as brouillons
from carouge.guichet.brouillon.content import Brouillon
from carouge.guichet.brouillon.domain import PourAutrui
from carouge.guichet.formulaire import remplir
from carouge.guichet.formulaire.au_guichet import saisies_connues
from carouge.guichet.formulaire.compile import compile_form
from carouge.guichet.formulaire.service import stable_jeton
from carouge.guichet.journal.service import record


def commencer_pour(
    demarche, cle: str, proprietaire: str, pour: PourAutrui
) -> Brouillon:
    """The brouillon that an agent fills in for somebody.

    ``cle`` is random and stands for one press of the button: pressed twice, it is one
    brouillon, and another one once that was filed.

    :raises carouge.guichet.brouillon.service.TropDeBrouillons: too many of them
    """
    jeton = stable_jeton(demarche, f"saisie/{cle}")
    id = remplir.id_libre(demarche, jeton, proprietaire)
    brouillon = remplir.commencer(demarche, id, proprietaire, pour=pour)
    new = not brouillon.revision and not brouillon.saisies
    known = saisies_connues(compile_form(demarche), pour) if new else {}
    brouillons.preparer(brouillon, pour, known)
    record(
        "brouillon.saisir",
        subject=brouillon.id,
        canal=pour.canal,
        controle=pour.controle,
        compte=pour.compte,
    )
    return brouillon
