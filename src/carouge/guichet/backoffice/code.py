"""A new tracking code, for somebody at the counter who has lost his."""

from __future__ import annotations

from carouge.guichet.backoffice.service import changing
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import code_matches
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demande.domain import tracking_code
from carouge.guichet.demande.rattachement import renouveler_code
from carouge.guichet.sealed import keys_for
from plone import api


#: How an agent can know who asks; without a check nobody gets a code.
CONTROLES = (
    Controle.PIECE_IDENTITE,
    Controle.CONNU,
    Controle.QUESTIONS,
    Controle.SIGNATURE,
)


def nouveau_code(demande: Demande, version: int | None, controle: Controle) -> str:
    """Replace the code; the same order (a double click) tells the same code again.

    Empty when another one has taken its place meanwhile.

    :raises carouge.guichet.backoffice.service.Outdated: see there
    :raises ValueError: ``controle`` is no check
    """
    if controle not in CONTROLES:
        raise ValueError(controle)
    agent = api.user.get_current().getId()
    secret = keys_for(f"code {demande.numero} {version} {agent}")[0]
    with changing(demande, version, "code", controle.value) as to_do:
        if to_do:
            return renouveler_code(demande, secret, controle)
    code = tracking_code(secret)
    return code if est_le_code(demande, code) else ""


def est_le_code(demande: Demande, code: str) -> bool:
    """Whether it is the one that opens the demande now."""
    return not demande.code_annule and code_matches(
        demande.numero, code, demande.code_digest
    )
