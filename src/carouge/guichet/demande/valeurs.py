"""What the variables of the counter's texts stand for, for one demande.

Which variables there are is said in :mod:`carouge.guichet.demarche.textes`.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.controlpanel.service import public_address
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.demarche.textes import nom_de_reponse
from carouge.guichet.demarche.textes import REPONSE
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import local_date
from collections import defaultdict
from plone import api
from urllib.parse import urlencode
from zope.i18n import translate


def valeurs_fixes(demande: Demande, langue: str | None = None) -> dict[str, str]:
    """The values a notice may hold: none is an answer, none names a person.

    ``langue`` is the reader's, the one of the request when it is not said.
    """
    langue = langue or api.portal.get_current_language()
    counter = contact()
    service = service_by_uid(guichet_of(demande), demande.service_uid)
    return {
        "numero": demande.numero,
        "demarche": demande.demarche_titre,
        "etat": translate(STATE_LABELS[demande.etat], target_language=langue),
        "date_depot": format_date(local_date(demande.depot)),
        # As long as the clock has not started, no day can be named.
        "date_attendue": (
            format_date(demande.attendu)
            if demande.attendu and not demande.suspendu
            else ""
        ),
        "date": format_date(swisstime.today()),
        "lien": adresse_usager(demande),
        "commune": counter.commune,
        "service": service.title if service is not None else "",
        "telephone": (service.telephone if service is not None else "")
        or counter.telephone,
    }


def valeurs_de(demande: Demande, langue: str | None = None) -> dict[str, str]:
    """All values, the answers by the names of their questions.

    An answer is also there as ``reponse.<name>``. A question of a group has the answers
    of all rows, a group its rows, one per line. For messages and documents: what leaves
    the counter may hold :func:`valeurs_fixes` only.
    """
    membre = demande.membre
    values = {
        **valeurs_fixes(demande, langue),
        "usager": nom_usager(demande),
        "membre": membre.nom if membre is not None else "",
        "total": format_chf(demande.total) if demande.prix else "",
        "agent": _nom_agent(),
    }
    for nom, texte in reponses_par_nom(demande).items():
        values[REPONSE + nom] = texte
        values[nom_de_reponse(nom)] = texte
    return values


def reponses_par_nom(demande: Demande) -> dict[str, str]:
    """The answers in words, by the names of questions and groups."""
    simples: dict[str, str] = {}
    colonnes = defaultdict(list)
    rangees = defaultdict(list)
    for reponse in demande.reponses:
        groupe, rang, nom = [*reponse.name.split(".", 2), "", ""][:3]
        if not nom:
            simples[reponse.name] = reponse.text
        elif reponse.text:
            colonnes[nom].append(reponse.text)
            rangees[groupe, rang].append(reponse.text)
        else:
            colonnes.setdefault(nom, [])
    groupes = defaultdict(list)
    for (groupe, _rang), textes in rangees.items():
        groupes[groupe].append(", ".join(textes))
    return {
        **{nom: "\n".join(lignes) for nom, lignes in groupes.items()},
        **{nom: ", ".join(textes) for nom, textes in colonnes.items()},
        **simples,
    }


def nom_usager(demande: Demande) -> str:
    """In whose name it was filed, as far as a login or an agent has established it."""
    if demande.identite is not None:
        return f"{demande.identite.prenom} {demande.identite.nom}".strip()
    return demande.deposant.nom_affiche if demande.deposant is not None else ""


def adresse_usager(demande: Demande) -> str:
    """Where a citizen follows his demande: with the number, never with the code."""
    base = adresse_du_guichet(demande)
    if demande.owner_ids:
        return f"{base}/mon-espace/demandes/{demande.numero}"
    return f"{base}/suivi?{urlencode({'numero': demande.numero})}"


def adresse_agents(demande: Demande) -> str:
    """Where an agent finds the demande."""
    return f"{adresse_du_guichet(demande)}/agents/{demande.numero}"


def adresse_du_guichet(demande: Demande) -> str:
    """The address of the guichet as links outside of it name it."""
    # Whoever sends the request can choose its host name; a setting cannot be chosen.
    return public_address() or guichet_of(demande).absolute_url()


def _nom_agent() -> str:
    if api.user.is_anonymous():
        return ""
    member = api.user.get_current()
    return member.getProperty("fullname", "") or member.getId()
