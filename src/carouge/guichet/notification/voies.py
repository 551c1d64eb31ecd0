"""The one place that chooses how a citizen is told something."""

from __future__ import annotations

from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import Canal
from carouge.guichet.compte.modification import channel_ready
from carouge.guichet.compte.modification import channel_works
from carouge.guichet.compte.service import get_compte
from carouge.guichet.demande.content import Demande
from carouge.guichet.dossier.destinataire import Destinataire
from carouge.guichet.dossier.destinataire import destinataire_de
from collections.abc import Iterator
from dataclasses import dataclass
from plone import api


@dataclass(frozen=True)
class Voie:
    """A way to reach somebody.

    ``adresse`` is an e-mail address or a telephone number in international form; empty
    for letters and calls, which an agent makes to ``destinataire``.
    """

    canal: Canal
    adresse: str = ""
    destinataire: Destinataire = Destinataire()


def compte_de(demande: Demande) -> Compte | None:
    """The compte of whoever filed it, or None."""
    return get_compte(demande.usager_id) if demande.usager_id else None


def langue_de(demande: Demande) -> str:
    """The language somebody is written to in: his compte's, else the site's."""
    compte = compte_de(demande)
    return compte.langue if compte else api.portal.get_default_language()


def voies_de(demande: Demande) -> Iterator[Voie]:
    """The ways to reach whoever filed a demande, the best first; none at all for some.

    What he prefers, as far as it works; then e-mail; then a letter or a call. Nobody is
    looked for who has filed without account, online, and said nowhere where he lives.
    """
    compte = compte_de(demande)
    preferred = compte.canal if compte is not None else None
    ready = compte is not None and channel_ready(compte, preferred)
    if ready and preferred is Canal.SMS and channel_works(Canal.SMS):
        yield Voie(Canal.SMS, compte.telephone_verifie)
    if ready and preferred in (Canal.LETTRE, Canal.TELEPHONE):
        destinataire = destinataire_de(demande)
        yield Voie(preferred, destinataire=destinataire)
    yield from _mails(demande, compte)
    yield from _by_hand(demande)


def _mails(demande: Demande, compte: Compte | None) -> Iterator[Voie]:
    known = (
        (compte.courriel_verifie, compte.value("courriel"))
        if compte is not None
        else ()
    )
    for address in dict.fromkeys((*known, demande.courriel)):
        if address:
            yield Voie(Canal.COURRIEL, address)


def _by_hand(demande: Demande) -> Iterator[Voie]:
    destinataire = destinataire_de(demande)
    if destinataire.adresse_connue:
        yield Voie(Canal.LETTRE, destinataire=destinataire)
    elif destinataire.telephone:
        yield Voie(Canal.TELEPHONE, destinataire=destinataire)
    elif demande.saisi_par or demande.owner_ids:
        # Somebody at the counter knows him, or finds out: the list says what is missing.
        yield Voie(Canal.LETTRE, destinataire=destinataire)
