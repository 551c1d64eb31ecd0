"""The door to the messages the counter sends.

None of them holds an answer, a name or the words of a message: whoever gets one reads
the rest in the counter.
"""

from __future__ import annotations

from carouge.guichet import swisstime
from carouge.guichet.compte.domain import Canal
from carouge.guichet.controlpanel.service import contact
from carouge.guichet.demande.avis import avis_complet
from carouge.guichet.demande.avis import avis_standard
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.domain import Actor
from carouge.guichet.demande.domain import Canal as Arrivee
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.envois import Envoi
from carouge.guichet.demande.envois import envois
from carouge.guichet.demande.envois import noter_envoi
from carouge.guichet.demande.events import Occasion
from carouge.guichet.demande.traitement import non_lus
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.demande.valeurs import adresse_agents
from carouge.guichet.demande.valeurs import valeurs_fixes
from carouge.guichet.demarche.service import demarche_by_uid
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.demarche.service import services_of_agent
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.demarche.textes import remplir
from carouge.guichet.dossier.courrier import Depart
from carouge.guichet.dossier.courrier import deposer
from carouge.guichet.dossier.courrier import joindre_document
from carouge.guichet.dossier.courrier import transmettre_departs
from carouge.guichet.interfaces import INotificationChannel
from carouge.guichet.notification import texts
from carouge.guichet.notification.preuves import preuve_de_demande
from carouge.guichet.notification.voies import langue_de
from carouge.guichet.notification.voies import Voie
from carouge.guichet.notification.voies import voies_de
from collections.abc import Mapping
from dataclasses import asdict
from datetime import timedelta
from plone import api
from zope.component import getUtility
from zope.i18n import translate

import logging
import transaction


logger = logging.getLogger("carouge.guichet.notification")

CHANNEL = Canal.COURRIEL.value

#: To the service, for what the citizen did himself.
_BY_USAGER = {
    "completer": texts.answered,
    "retirer": texts.withdrawn,
}

#: Not worth a stamp or a call.
_MINOR = frozenset({"prendre_en_charge", "completer", "piece_recue", "code"})

#: What a move tells as well when it happens at the same time.
_SECONDARY = frozenset({"message", "document", "piece_recue"})

#: Within this time a second message, or document that arrives, is no news.
QUIET = timedelta(hours=1)

_TOLD = "carouge.guichet.told"


# --- what happens ---------------------------------------------------------------


def tell_submitted(demande: Demande, code: str) -> None:
    """Confirm a new demande to the citizen and announce it to the service.

    ``code`` is the tracking code in clear; whoever has an account needs none.
    """
    # When it is the citizen who is there, he reads what he has filed in.
    langue = None if demande.saisi_par else api.portal.get_current_language()
    tell_usager(
        demande,
        "deposer",
        code="" if demande.owner_ids else code,
        langue=None if demande.owner_ids else langue,
    )
    # As long as its fee is to be paid there is nothing for the service to do.
    if demande.etat is not State.A_PAYER:
        _announce(demande)


def _announce(demande: Demande) -> None:
    tell_service(
        demande,
        texts.arrived(
            numero=demande.numero,
            titre=demande.demarche_titre,
            attendu=demande.attendu,
            url=adresse_agents(demande),
        ),
    )


def tell_moved(demande: Demande, actor: str, transition: str) -> None:
    """Tell the other side of a move; the demande is already in its new state."""
    if transition in ("payer", "exonerer"):
        _announce(demande)
    if actor == Actor.AGENT.value:
        tell_usager(demande, transition)
    elif transition in _BY_USAGER:
        letter = _BY_USAGER[transition](
            numero=demande.numero,
            titre=demande.demarche_titre,
            url=adresse_agents(demande),
        )
        tell_service(demande, letter)


def tell_avis(demande: Demande, occasion: Occasion, pour: str) -> None:
    """Tell one side what is no move."""
    if pour == USAGER:
        tell_usager(demande, occasion.value)
        return
    values = {
        "numero": demande.numero,
        "titre": demande.demarche_titre,
        "url": adresse_agents(demande),
    }
    if occasion is Occasion.TRANSMISE:
        transmettre_departs(demande)
        tell_service(demande, texts.handed_over(**values))
    elif occasion is Occasion.ECHEANCE:
        tell_service(demande, texts.due(**values, attendu=demande.attendu))
    elif occasion is Occasion.MESSAGE:
        tell_service(demande, texts.written(**values))


# --- to the citizen ---------------------------------------------------------------


def tell_usager(
    demande: Demande, occasion: str, *, code: str = "", langue: str | None = None
) -> None:
    """Tell whoever filed it, the best way there is; ``occasion`` as in ``OCCASIONS``."""
    if _known_already(demande, occasion):
        if occasion == "document":
            joindre_document(demande)
        return
    langue = langue or langue_de(demande)
    valeurs = valeurs_fixes(demande, langue)
    avis = _avis(demande, occasion, langue, valeurs)
    for voie in voies_de(demande):
        if voie.canal in (Canal.LETTRE, Canal.TELEPHONE) and _no_paper(
            demande, occasion
        ):
            return
        moment = swisstime.now()
        preuve = preuve_de_demande(demande, moment)
        try:
            _send_to_usager(
                demande, voie, occasion, avis, valeurs, code, langue, preuve
            )
        except ValueError:
            # A mistyped address must not cost anybody his demande.
            logger.warning("demande %s: unusable %s", demande.numero, _USED[voie.canal])
            continue
        noter_envoi(demande, Envoi(moment, occasion, voie.canal.value))
        _told().add((demande.numero, occasion))
        return


_USED = {
    Canal.COURRIEL: "e-mail address",
    Canal.SMS: "telephone number, or text message",
    Canal.LETTRE: "letter",
    Canal.TELEPHONE: "call",
}


def _send_to_usager(
    demande: Demande,
    voie: Voie,
    occasion: str,
    avis: Avis,
    valeurs: Mapping[str, str],
    code: str,
    langue: str,
    preuve: str,
) -> None:
    if voie.canal is Canal.SMS:
        getUtility(INotificationChannel, name=Canal.SMS.value).send(
            voie.adresse, "", texts.text_message(avis, valeurs), preuve=preuve
        )
    elif voie.canal is Canal.COURRIEL:
        letter = texts.notice(
            avis,
            valeurs,
            code=code,
            compte=bool(demande.owner_ids),
            contact=contact(),
        )
        _send_mail(voie.adresse, letter, langue, preuve)
    else:
        deposer(
            demande,
            Depart(
                genre=voie.canal.value,
                numero=demande.numero,
                titre=demande.demarche_titre,
                service=demande.service_uid or "",
                occasion=occasion,
                objet=remplir(avis.objet, valeurs).texte,
                texte=texts.body_of(avis, valeurs),
                lien=valeurs["lien"],
                langue=langue,
                destinataire=voie.destinataire,
                cree=swisstime.now(),
            ),
        )


def _avis(
    demande: Demande, occasion: str, langue: str, valeurs: Mapping[str, str]
) -> Avis:
    demarche = demarche_by_uid(guichet_of(demande), demande.demarche_uid)
    avis = avis_complet(demarche, occasion, langue)
    # The gate lets none of them through; who knows what an import brings.
    unknown = {
        name for name, text in asdict(avis).items() if remplir(text, valeurs).inconnues
    }
    if not unknown:
        return avis
    logger.warning("demande %s: unknown variable in %s", demande.numero, occasion)
    return avis_standard(occasion, langue)


def _no_paper(demande: Demande, occasion: str) -> bool:
    """Whether nobody has to write or to telephone for that."""
    if occasion == "deposer":
        # Who stood there has the receipt in his hands.
        return demande.canal == Arrivee.GUICHET.value
    return occasion in _MINOR


def _known_already(demande: Demande, occasion: str) -> bool:
    """Whether a notice that he has not followed yet says as much."""
    if occasion not in _SECONDARY:
        return False
    if any(numero == demande.numero for numero, _occasion in _told()):
        # One click of an agent, one notice.
        return True
    if occasion == "document":
        return False
    since = swisstime.now() - QUIET
    recent = [
        one.date
        for one in envois(demande)
        if one.occasion == occasion and one.date > since
    ]
    if occasion == "message":
        unread = [message.date for message in non_lus(demande, USAGER)]
        return any(date <= sent for sent in recent for date in unread)
    return bool(recent)


def _told() -> set[tuple[str, str]]:
    """What the running transaction has told so far: numbers and occasions."""
    running = transaction.get()
    try:
        return running.data(_TOLD)
    except KeyError:
        running.set_data(_TOLD, set())
        return running.data(_TOLD)


# --- to the service -----------------------------------------------------------------


def tell_service(demande: Demande, letter: texts.Letter) -> None:
    """Write to the agent in charge, or to the service, and to whoever follows it."""
    langue = api.portal.get_default_language()
    preuve = preuve_de_demande(demande)
    for address in service_addresses(demande):
        try:
            _send_mail(address, letter, langue, preuve)
        except ValueError:
            logger.warning(
                "demande %s: unusable e-mail address of the service", demande.numero
            )


def service_addresses(demande: Demande) -> list[str]:
    """The addresses of those who work on it; whoever does it himself is not told."""
    guichet = guichet_of(demande)
    service = service_by_uid(guichet, demande.service_uid)
    dossier = demande.dossier
    addresses = [
        _address_of(dossier.agent, guichet, service)
        or ((service.courriel or "") if service is not None else "")
    ]
    me = None if api.user.is_anonymous() else api.user.get_current().getId()
    addresses += [
        _address_of(follower, guichet, service)
        for follower in dossier.suiveurs
        if follower != me
    ]
    return [*dict.fromkeys(address for address in addresses if address)]


def _address_of(user_id: str, guichet, service) -> str:
    """The address of an agent, as long as he works for the service."""
    user = api.user.get(userid=user_id) if user_id and service is not None else None
    if user is None:
        return ""
    if service.UID() not in {one.UID() for one in services_of_agent(guichet, user)}:
        return ""
    return user.getProperty("email", "") or ""


def _send_mail(
    recipient: str, letter: texts.Letter, language: str, preuve: str
) -> None:
    subject, text = texts.compose(
        letter, lambda line: translate(line, target_language=language)
    )
    channel = getUtility(INotificationChannel, name=CHANNEL)
    channel.send(recipient, subject, text, preuve=preuve)
