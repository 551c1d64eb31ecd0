"""The only door to the webhooks: who is told, what is waiting, what became of it.

A message is written with the change it tells of, in one transaction, and taken away
later: nothing is told that did not happen, and nothing that happened is lost. It may
arrive twice (the ``webhook-id`` is then the same), and out of order.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.demande.content import Demande
from carouge.guichet.demarche.service import get_catalogue
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.journal.service import record
from carouge.guichet.webhook.content import ABANDONNE
from carouge.guichet.webhook.content import Abonnement
from carouge.guichet.webhook.content import EN_ATTENTE
from carouge.guichet.webhook.content import Envoi
from carouge.guichet.webhook.content import REMIS
from carouge.guichet.webhook.content import Webhooks
from carouge.guichet.webhook.domain import CibleRefusee
from carouge.guichet.webhook.domain import cle_de
from carouge.guichet.webhook.domain import corps_de
from carouge.guichet.webhook.domain import entetes
from carouge.guichet.webhook.domain import ESSAI
from carouge.guichet.webhook.domain import EVENEMENTS
from carouge.guichet.webhook.domain import lire_reseaux
from carouge.guichet.webhook.domain import MIN_SECRET
from carouge.guichet.webhook.domain import prochain_essai
from carouge.guichet.webhook.domain import repos_apres
from carouge.guichet.webhook.domain import Reseau
from carouge.guichet.webhook.domain import verifier_url
from carouge.guichet.webhook.transport import Echec
from carouge.guichet.webhook.transport import remettre
from collections.abc import Callable
from datetime import datetime
from datetime import timedelta
from zope.annotation.interfaces import IAnnotations

import logging
import os
import time
import transaction


logger = logging.getLogger("carouge.guichet.webhook")

_KEY = "carouge.guichet.webhooks"

#: The secret all keys are made of, at least 32 characters.
SECRET = "GUICHET_WEBHOOK_SECRET"
#: Networks that may be told although they are not public, by comma.
RESEAUX = "GUICHET_WEBHOOK_RESEAUX"

#: Of two processes, the second leaves a message alone for that long.
BAIL = timedelta(minutes=2)
#: Messages in one go, so that it ends.
MAX_ENVOIS = 200
#: Seconds after which no further message is begun in one go.
MAX_DUREE = 30.0
#: How long one can see what became of a message.
GARDE = timedelta(days=30)


class SansSecret(RuntimeError):
    """There is no secret to sign with: nothing can be sent."""


class AbonnementInvalide(ValueError):
    """What was typed is no subscription; ``champ`` is what is wrong."""

    def __init__(self, champ: str) -> None:
        super().__init__(champ)
        self.champ = champ


def webhooks_de(guichet, *, faire: bool = False) -> Webhooks | None:
    """Subscriptions and messages of a guichet; None as long as there are none."""
    annotations = IAnnotations(guichet)
    if faire and _KEY not in annotations:
        annotations[_KEY] = Webhooks()
    return annotations.get(_KEY)


def oublier_tout(guichet) -> None:
    """Nobody is told anything, and nothing is known of any message."""
    IAnnotations(guichet).pop(_KEY, None)


def secret() -> str:
    """The master secret.

    :raises SansSecret: there is none, or it is too short to be one
    """
    value = os.environ.get(SECRET, "")
    if len(value) < MIN_SECRET:
        raise SansSecret(SECRET)
    return value


def cle(abonnement: Abonnement) -> bytes:
    """The key that the receiver checks signatures with.

    :raises SansSecret: see :func:`secret`
    """
    return cle_de(secret(), abonnement.id)


# --- subscriptions -------------------------------------------------------------


def abonner(guichet, *, nom: str, url: str, evenements, services=()) -> Abonnement:
    """Tell a system from now on.

    :raises AbonnementInvalide: see there
    """
    abonnement = Abonnement(**_valide(guichet, nom, url, evenements, services))
    webhooks_de(guichet, faire=True).abonner(abonnement)
    record("webhook.abonner", subject=abonnement.id)
    return abonnement


def modifier(
    guichet, abonnement: Abonnement, *, nom: str, url: str, evenements, services=()
) -> None:
    """Change a subscription; its key stays the same.

    :raises AbonnementInvalide: see there
    """
    for name, value in _valide(guichet, nom, url, evenements, services).items():
        setattr(abonnement, name, value)
    abonnement.reprendre()
    record("webhook.modifier", subject=abonnement.id)


def suspendre(abonnement: Abonnement, oui: bool) -> None:
    """Tell a system nothing for a while, or again; what waits goes on waiting."""
    abonnement.actif = not oui
    abonnement.reprendre()
    record("webhook.suspendre" if oui else "webhook.reprendre", subject=abonnement.id)


def desabonner(guichet, abonnement: Abonnement) -> None:
    """Tell a system nothing any more, and forget what it was told."""
    webhooks_de(guichet).retirer(abonnement)
    record("webhook.desabonner", subject=abonnement.id)


def _valide(guichet, nom: str, url: str, evenements, services) -> dict:
    nom = " ".join(nom.split())
    if not 0 < len(nom) <= 100:
        raise AbonnementInvalide("nom")
    try:
        url = verifier_url(url)
    except CibleRefusee as error:
        raise AbonnementInvalide("url") from error
    chosen = tuple(name for name in EVENEMENTS if name in set(evenements))
    if not chosen:
        raise AbonnementInvalide("evenements")
    return {
        "nom": nom,
        "url": url,
        "evenements": chosen,
        "services": tuple(sorted(set(services))),
    }


# --- messages ------------------------------------------------------------------


def emettre(demande: Demande, type: str, **details: str) -> int:
    """Write a message for every system that wants to know; how many.

    ``details`` are ids and dates, never what somebody typed.
    """
    guichet = guichet_of(demande)
    store = webhooks_de(guichet)
    if store is None:
        return 0
    told = [
        abonnement
        for abonnement in store.abonnements
        if type in abonnement.evenements
        and (not abonnement.services or demande.service_uid in abonnement.services)
    ]
    moment = swisstime.now()
    for abonnement in told:
        corps = corps_de(type, moment, _data(guichet, demande) | details)
        store.poster(
            Envoi(
                abonnement=abonnement.id,
                type=type,
                numero=demande.numero,
                corps=corps,
                cree=moment,
            )
        )
    return len(told)


def _data(guichet, demande: Demande) -> dict[str, object]:
    fiche = get_catalogue(guichet).by_uid.get(demande.demarche_uid)
    return {
        "numero": demande.numero,
        "demarche": fiche.path if fiche is not None else None,
        "service": demande.service_uid or None,
        "etat": demande.etat.value,
    }


def essayer(guichet, abonnement: Abonnement) -> Envoi:
    """Write a message that says nothing, to see whether it arrives."""
    moment = swisstime.now()
    envoi = Envoi(
        abonnement=abonnement.id,
        type=ESSAI,
        numero="",
        corps=corps_de(ESSAI, moment, {}),
        cree=moment,
    )
    webhooks_de(guichet).poster(envoi)
    abonnement.reprendre()
    record("webhook.essayer", subject=abonnement.id)
    return envoi


def rejouer(guichet, envoi: Envoi) -> None:
    """Send a message once more, as soon as possible, with the same id."""
    envoi.etat = EN_ATTENTE
    envoi.essais = 0
    envoi.prochain = swisstime.now()
    store = webhooks_de(guichet)
    store.poster(envoi)
    abonnement = store.abonnement(envoi.abonnement)
    if abonnement is not None:
        abonnement.reprendre()
    record("webhook.rejouer", subject=envoi.id)


# --- on the way ----------------------------------------------------------------


def delivrer(
    guichet,
    maintenant: Callable[[], datetime] = swisstime.now,
    commit: Callable[[], None] = transaction.commit,
    chrono: Callable[[], float] = time.monotonic,
) -> dict[str, int]:
    """Take away what is due; how many were taken and how many failed.

    A system that has failed is left alone for a while, whatever else there is for it.
    After :data:`MAX_DUREE` seconds (``chrono``) the rest is left to the next run.

    Nothing is written while the network is asked: a message is reserved, committed,
    sent, and what became of it is committed as well. When this process dies in between,
    the message is sent once more.
    """
    comptes = {"remis": 0, "echecs": 0}
    store = webhooks_de(guichet)
    if store is None:
        return comptes
    try:
        master, reseaux = secret(), _reseaux()
    except (SansSecret, ValueError):
        logger.error("%s is missing or %s cannot be read", SECRET, RESEAUX)
        return comptes
    muets: set[str] = set()
    fin = chrono() + MAX_DUREE
    for envoi in _dus(store, maintenant())[:MAX_ENVOIS]:
        abonnement = store.abonnement(envoi.abonnement)
        # Who does not answer the first message would not answer the next one.
        if abonnement is None or abonnement.id in muets:
            continue
        if chrono() >= fin:
            break
        envoi.prochain = maintenant() + BAIL
        commit()
        resultat = _remettre(abonnement, envoi, master, reseaux, maintenant())
        if _conclure(store, envoi, resultat, maintenant()):
            comptes["remis"] += 1
            abonnement.reprendre()
        else:
            comptes["echecs"] += 1
            muets.add(abonnement.id)
            abonnement.echecs += 1
            abonnement.repos = repos_apres(abonnement.echecs, maintenant())
        commit()
    return comptes


def en_reste(guichet) -> bool:
    """Whether something is due now, and could be sent."""
    store = webhooks_de(guichet)
    if store is None or not _dus(store, swisstime.now()):
        return False
    try:
        secret(), _reseaux()
    except (SansSecret, ValueError):
        return False
    return True


def _dus(store: Webhooks, maintenant: datetime) -> list[Envoi]:
    actifs = {
        abonnement.id
        for abonnement in store.abonnements
        if abonnement.actif and not abonnement.se_repose(maintenant)
    }
    return [
        envoi
        for envoi in store.attendent()
        if envoi.abonnement in actifs and envoi.prochain <= maintenant
    ]


def _remettre(
    abonnement: Abonnement,
    envoi: Envoi,
    master: str,
    reseaux: tuple[Reseau, ...],
    moment: datetime,
) -> str | None:
    """Why it was not taken; None when it was."""
    corps = envoi.corps.encode()
    headers = entetes(cle_de(master, abonnement.id), envoi.id, moment, corps)
    try:
        remettre(abonnement.url, corps, headers, reseaux)
    except (CibleRefusee, Echec) as error:
        logger.warning("webhook %s: %s", envoi.id, error)
        return str(error)
    return None


def _conclure(
    store: Webhooks, envoi: Envoi, resultat: str | None, moment: datetime
) -> bool:
    envoi.dernier = moment
    envoi.essais += 1
    envoi.resultat = resultat or ""
    if resultat is None:
        store.finir(envoi, REMIS)
        return True
    prochain = prochain_essai(envoi.essais, moment)
    if prochain is None:
        store.finir(envoi, ABANDONNE)
    else:
        envoi.prochain = prochain
    return False


def purger(guichet, maintenant: datetime) -> int:
    """Forget what was sent or given up long ago; how many messages."""
    store = webhooks_de(guichet)
    if store is None:
        return 0
    vieux = [
        envoi
        for envoi in store.envois()
        if envoi.etat != EN_ATTENTE
        and (envoi.dernier or envoi.cree) < maintenant - GARDE
    ]
    for envoi in vieux:
        store.oublier(envoi)
    return len(vieux)


def _reseaux() -> tuple[Reseau, ...]:
    """
    :raises ValueError: the environment names something that is no network
    """
    return lire_reseaux(os.environ.get(RESEAUX, ""))
