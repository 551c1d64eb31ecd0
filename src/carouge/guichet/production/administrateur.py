"""The first administrator of a Zope: ``bin/instance1 run …/administrateur.py NOM``.

Asks for the password, which would otherwise be in the list of processes and in the
history of the shell.
"""

from __future__ import annotations

from collections.abc import Callable
from collections.abc import Sequence
from getpass import getpass

import sys
import transaction


#: Characters of a password; it opens everything.
LONGUEUR = 12


def creer(
    utilisateurs, noms: Sequence[str], demander: Callable[[str], str] = getpass
) -> str:
    """Make the only one of ``noms`` a manager in a user folder; what is to be said.

    The caller commits. ``demander`` asks a person for what nobody shall see.

    :raises ValueError: it was not done; the text (French) says why
    """
    if len(noms) != 1:
        raise ValueError("Usage : bin/instance1 run …/administrateur.py NOM")
    [nom] = noms
    if utilisateurs.getUser(nom) is not None:
        raise ValueError(f"« {nom} » existe déjà : rien n'a été changé.")
    mot_de_passe = demander(f"Mot de passe de « {nom} » : ")
    if len(mot_de_passe) < LONGUEUR:
        raise ValueError(f"Il faut au moins {LONGUEUR} caractères.")
    if demander("Encore une fois : ") != mot_de_passe:
        raise ValueError("Ce n'est pas deux fois le même.")
    utilisateurs._doAddUser(nom, mot_de_passe, ["Manager"], [])
    return f"« {nom} » est administrateur."


def _words(argv: Sequence[str]) -> Sequence[str]:
    """What follows the script; « instance run » leaves its own words before it."""
    [at] = [at for at, word in enumerate(argv) if word.endswith("administrateur.py")]
    return argv[at + 1 :]


# « instance run » gives a script the root of Zope.
if "app" in globals():
    try:
        said = creer(globals()["app"].acl_users, _words(sys.argv))
        transaction.commit()
    except ValueError as fault:
        sys.exit(f"guichet : {fault}")
    print(said)
