"""What the antivirus could not look at when it came in is looked at later."""

from __future__ import annotations

from carouge.guichet.antivirus.domain import A_VERIFIER
from carouge.guichet.antivirus.domain import NON_CONTROLE
from carouge.guichet.antivirus.service import examiner
from carouge.guichet.brouillon import controle as brouillons
from carouge.guichet.demande import controle as demandes
from collections import Counter
from collections.abc import Callable
from functools import partial
from itertools import chain
from itertools import islice


#: Most files of one run; the next one goes on.
MAX_FICHIERS = 200


def reexaminer(guichet, examiner: Callable[[bytes], str] = examiner) -> dict[str, int]:
    """Examine the files that wait for it, of brouillons and of demandes.

    All questions to the antivirus come before the first write. Counts the files by
    what came of it: ``sain``, ``infecte``, ``a_verifier`` (the antivirus does not
    answer, or does not want that one).
    """
    attente = chain(
        (
            (piece.file.data, partial(demandes.noter_controle, guichet, demande, piece))
            for demande, piece in demandes.pieces_a_verifier(guichet)
        ),
        (
            (
                fichier.contenu.data,
                partial(brouillons.noter_controle, brouillon, fichier),
            )
            for brouillon, fichier in brouillons.fichiers_a_verifier(guichet)
        ),
    )
    comptes: Counter[str] = Counter()
    ecritures = []
    for data, noter in islice(attente, MAX_FICHIERS):
        etat = examiner(data)
        if etat == NON_CONTROLE:
            # There is no antivirus any more; what waits goes on waiting for one.
            break
        comptes[etat] += 1
        if etat != A_VERIFIER:
            ecritures.append(partial(noter, etat))
    for ecrire in ecritures:
        ecrire()
    return dict(comptes)
