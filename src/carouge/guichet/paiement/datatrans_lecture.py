"""What Datatrans says, in our words, and the proof that it is Datatrans who says it."""

from __future__ import annotations

from carouge.guichet.paiement.domain import NotificationInvalide
from carouge.guichet.paiement.domain import Observation
from carouge.guichet.paiement.domain import PasserelleIndisponible
from carouge.guichet.paiement.domain import Statut
from carouge.guichet.paiement.ligne import Reponse
from carouge.guichet.swisstime import now
from collections.abc import Mapping
from datetime import datetime
from datetime import timedelta
from datetime import timezone
from typing import Any

import hmac
import re


#: So long after the end of a payment page's life nobody is on it any more.
GRACE = timedelta(minutes=10)
#: How far the time of a notification may be from ours.
FRAICHEUR = timedelta(minutes=5)

STATUTS = {
    "initialized": Statut.EN_ATTENTE,
    "challenge_required": Statut.EN_ATTENTE,
    "challenge_ongoing": Statut.EN_ATTENTE,
    "authenticated": Statut.EN_ATTENTE,
    "authorized": Statut.AUTORISEE,
    "settled": Statut.CAPTUREE,
    "transmitted": Statut.CAPTUREE,
    "canceled": Statut.ANNULEE,
    "failed": Statut.ECHOUEE,
}

REFERENCE = re.compile(r"[0-9A-Za-z-]{1,64}")
#: A key of notifications.
CLE = re.compile(r"(?:[0-9a-fA-F]{2}){16,128}")

_SIGNATURE = re.compile(r"t=([0-9]{10,16}),s0=([0-9a-fA-F]{64})")
_MOYEN = re.compile(r"[A-Z0-9]{1,8}")


def reference_de(contenu: Mapping[str, Any]) -> str:
    """The transaction an answer is about.

    :raises PasserelleIndisponible: it does not say so
    """
    reference = contenu.get("transactionId")
    if not isinstance(reference, str) or not REFERENCE.fullmatch(reference):
        raise PasserelleIndisponible("no transaction in the answer")
    return reference


def code_de(reponse: Reponse) -> str:
    """The API's word for what is wrong, fit for the log."""
    error = reponse.contenu.get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and re.fullmatch(r"\w{1,40}", code) else ""


def statut_de(contenu: Mapping[str, Any]) -> Statut:
    """Its state, in our words."""
    word = contenu.get("status")
    return (
        STATUTS.get(word, Statut.INCONNU) if isinstance(word, str) else Statut.INCONNU
    )


def observation_de(reponse: Reponse) -> Observation:
    """What an answer to « how does it stand » says."""
    contenu = reponse.contenu
    statut = statut_de(contenu)
    centimes = centimes_de(contenu, "settle") or centimes_de(contenu, "authorize")
    rembourse = max(centimes_de(contenu, "credit"), _rendu(contenu))
    if statut is Statut.CAPTUREE and centimes and rembourse >= centimes:
        statut = Statut.REMBOURSEE
    elif contenu.get("status") == "initialized" and _trop_tard(reponse):
        statut = Statut.EXPIREE
    return Observation(
        statut=statut,
        centimes=centimes,
        devise=_texte(contenu, "currency"),
        marchand=_texte(contenu, "refno"),
        moyen=_moyen(contenu),
        brut=_texte(contenu, "status"),
        rembourse=rembourse,
    )


def _trop_tard(reponse: Reponse) -> bool:
    """Nobody can pay any more; by the provider's own clock when it tells it."""
    detail = reponse.contenu.get("detail")
    init = detail.get("init") if isinstance(detail, dict) else None
    expires = init.get("expires") if isinstance(init, dict) else None
    try:
        fin = datetime.fromisoformat(str(expires).replace("Z", "+00:00"))
    except ValueError:
        return False
    if fin.tzinfo is None:
        return False
    return (reponse.moment or now()) > fin + GRACE


def centimes_de(contenu: Mapping[str, Any], part: str) -> int:
    """An amount of the details; 0 without one."""
    detail = contenu.get("detail")
    found = detail.get(part) if isinstance(detail, dict) else None
    centimes = found.get("amount") if isinstance(found, dict) else None
    return centimes if type(centimes) is int and centimes > 0 else 0


def _rendu(contenu: Mapping[str, Any]) -> int:
    """What has gone back, by the history."""
    history = contenu.get("history")
    amounts = [
        line.get("amount")
        for line in (history if isinstance(history, list) else ())
        if isinstance(line, dict)
        and line.get("action") == "credit"
        and line.get("success") is True
    ]
    return sum(amount for amount in amounts if type(amount) is int and amount > 0)


def _texte(contenu: Mapping[str, Any], name: str) -> str:
    value = contenu.get(name)
    return value[:64] if isinstance(value, str) else ""


def _moyen(contenu: Mapping[str, Any]) -> str:
    value = _texte(contenu, "paymentMethod")
    return value if _MOYEN.fullmatch(value) else ""


def verifier_signature(entete: str, corps: bytes, cles: tuple[str, ...]) -> datetime:
    """When the notification says it is from.

    :raises NotificationInvalide: no signature, a wrong one, or too far from now
    """
    found = _SIGNATURE.fullmatch(entete)
    if found is None:
        raise NotificationInvalide("no signature")
    stamp, digest = found.group(1), found.group(2).lower()
    right = False
    for cle in cles:
        if not CLE.fullmatch(cle):
            continue
        wanted = hmac.new(bytes.fromhex(cle), stamp.encode() + corps, "sha256")
        right |= hmac.compare_digest(wanted.hexdigest(), digest)
    if not right:
        raise NotificationInvalide("wrong signature")
    try:
        moment = datetime.fromtimestamp(int(stamp) / 1_000, timezone.utc)
    except (OverflowError, ValueError, OSError):
        raise NotificationInvalide("no time") from None
    if abs(now() - moment) > FRAICHEUR:
        raise NotificationInvalide("too old")
    return moment
