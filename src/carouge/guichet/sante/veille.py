"""The thread that looks at the parts outside, so that no visitor has to find out.

It reads the settings from the database, leaves it, and asks over the network
afterwards, each part in a thread of its own and for some seconds at most. Whoever is
found dead is left alone by everybody (circuit breakers) until the thread has seen it
alive.
"""

from __future__ import annotations

from carouge.guichet.antivirus.service import sonde as sonde_antivirus
from carouge.guichet.identity.settings import sonde as sonde_identite
from carouge.guichet.notification.departs import sonde_courriel
from carouge.guichet.notification.departs import sonde_sms
from carouge.guichet.paiement.sonde import sondes as sondes_banque
from carouge.guichet.registre.service import sonde as sonde_registre
from carouge.guichet.sante.domain import ANTIVIRUS
from carouge.guichet.sante.domain import BANQUE
from carouge.guichet.sante.domain import COURRIEL
from carouge.guichet.sante.domain import Etat
from carouge.guichet.sante.domain import etat_des_taches
from carouge.guichet.sante.domain import IDENTITE
from carouge.guichet.sante.domain import REGISTRE
from carouge.guichet.sante.domain import SMS
from carouge.guichet.sante.domain import TACHES
from carouge.guichet.sante.memoire import Memoire
from carouge.guichet.sante.memoire import memoire as memoire_du_processus
from carouge.guichet.sonde import Sonde
from carouge.guichet.taches import dernier_passage
from carouge.guichet.travaux.seance import application
from carouge.guichet.travaux.seance import dans
from carouge.guichet.travaux.seance import guichets_de
from carouge.guichet.travaux.seance import sites
from collections.abc import Callable
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import atexit
import logging
import os
import queue
import threading
import time


logger = logging.getLogger("carouge.guichet.sante")

#: Seconds between two looks; ``0``: nobody looks.
VARIABLE = "GUICHET_SANTE_SECONDES"
INTERVALLE = 15.0
#: While something does not answer one looks more often: it may be back.
INTERVALLE_PANNE = 5.0
#: Seconds a look may take as a whole; each part has shorter limits of its own.
DELAI = 8.0

#: Instead of the kind of an error: visitors got none of their answers.
SANS_REPONSE = "NoAnswer"

#: What the settings of a site say of a part: how to look at it, no such part, or an
#: error that keeps it from being used.
Vue = Sonde | None | Exception


@dataclass(frozen=True)
class Consigne:
    """What is to be looked at for one site, read from the database."""

    site: str
    vues: list[tuple[str, list[Vue]]]
    taches: Etat


class Veilleur(threading.Thread):
    """Looks at all parts of all sites; ``intervalle`` and ``delai`` are seconds."""

    def __init__(
        self,
        intervalle: float = INTERVALLE,
        delai: float = DELAI,
        memoire: Memoire = memoire_du_processus,
    ) -> None:
        super().__init__(name="guichet-sante", daemon=True)
        self.intervalle = intervalle
        self.delai = delai
        self.memoire = memoire
        self._debut = memoire.horloge()
        self._fin = threading.Event()
        # Looks that have not ended: their part is not asked twice at the same time.
        self._en_cours: dict[tuple[str, str, int], threading.Thread] = {}

    def run(self) -> None:
        # A new process begins its service first.
        pause = min(1.0, self.intervalle)
        while not self._fin.wait(pause):
            pause = self.intervalle
            try:
                if not self.tour():
                    pause = min(INTERVALLE_PANNE, self.intervalle)
            except Exception as error:
                # The database may be away, or the process about to end.
                if not self._fin.is_set():
                    logger.warning("nobody looked: %s", type(error).__name__)

    def stop(self, patience: float = 2.0) -> None:
        """End; wait for a look under way ``patience`` seconds."""
        self._fin.set()
        if self.is_alive():
            self.join(patience)

    def tour(self) -> bool:
        """Look once at everything; whether all is well."""
        with application() as app:
            consignes = [self._consigne(site) for site in sites(app)]
        # All of them, whatever is seen of the first one.
        bien = [self.regarder(consigne) for consigne in consignes]
        return all(bien)

    def _consigne(self, site) -> Consigne:
        with dans(site):
            return consigne_de(site, self._debut, self.memoire.horloge())

    def regarder(self, consigne: Consigne) -> bool:
        """Look at the parts of one site, all at once; whether all is well."""
        site, memoire = consigne.site, self.memoire
        issues: dict[tuple[str, int], queue.SimpleQueue] = {}
        for partie, vues in consigne.vues:
            for rang, vue in enumerate(vues):
                if isinstance(vue, Sonde):
                    issues[partie, rang] = self._lancer((site, partie, rang), vue)
        fin = time.monotonic() + self.delai
        bien = True
        for partie, vues in consigne.vues:
            if all(vue is None for vue in vues):
                memoire.constater(site, partie, Etat.ABSENT)
                continue
            causes = [
                _attendre(issues[partie, rang], fin)
                if isinstance(vue, Sonde)
                else type(vue).__name__
                for rang, vue in enumerate(vues)
            ]
            bien = self._conclure(site, partie, vues, causes) and bien
        memoire.constater(site, TACHES, consigne.taches)
        return bien

    def _lancer(self, cle, sonde: Sonde) -> queue.SimpleQueue:
        issue: queue.SimpleQueue = queue.SimpleQueue()
        ancien = self._en_cours.get(cle)
        if ancien is not None and ancien.is_alive():
            issue.put("StillWaiting")
            return issue
        fil = threading.Thread(
            target=_essayer, args=(sonde, issue), name="guichet-sonde", daemon=True
        )
        self._en_cours[cle] = fil
        fil.start()
        return issue

    def _conclure(self, site: str, partie: str, vues, causes: list[str]) -> bool:
        """Note what was seen of a part, and tell the circuit breakers."""
        sondes = [vue for vue in vues if isinstance(vue, Sonde)]
        disjoncteurs = [garde for sonde in sondes for garde in sonde.disjoncteurs]
        cause = next((cause for cause in causes if cause), "")
        connu = self.memoire.releves(site).get(partie)
        # It lets us knock but leaves visitors without an answer. A circuit that we have
        # opened ourselves says nothing of the kind.
        ouvert_par_nous = (
            connu is not None
            and connu.etat is Etat.PANNE
            and connu.cause != SANS_REPONSE
        )
        reposent = any(garde.resting for garde in disjoncteurs)
        if reposent and not cause and not ouvert_par_nous:
            cause = SANS_REPONSE
        avant, apres = self.memoire.noter(
            site, partie, cause, sur=cause == SANS_REPONSE
        )
        en_panne = avant is not None and avant.etat is Etat.PANNE
        if apres.etat is Etat.PANNE:
            for vue, sa_cause in zip(vues, causes, strict=True):
                if sa_cause and isinstance(vue, Sonde):
                    for garde in vue.disjoncteurs:
                        garde.trip(3 * INTERVALLE_PANNE)
            if not en_panne:
                logger.warning("%s: %s does not answer: %s", site, partie, apres.cause)
            return False
        if en_panne:
            logger.warning("%s: %s answers again", site, partie)
            if ouvert_par_nous:
                for garde in disjoncteurs:
                    garde.succeeded()
        return not apres.echecs


def consigne_de(site, debut: datetime, moment: datetime) -> Consigne:
    """What is to be looked at for the present site."""
    return Consigne(
        "/".join(site.getPhysicalPath()),
        [
            (IDENTITE, _lire(lambda: [sonde_identite()])),
            (REGISTRE, _lire(lambda: [sonde_registre()])),
            (BANQUE, _lire(lambda: [*sondes_banque()] or [None])),
            (ANTIVIRUS, _lire(lambda: [sonde_antivirus()])),
            (COURRIEL, _lire(lambda: [sonde_courriel()])),
            (SMS, _lire(lambda: [sonde_sms()])),
        ],
        _taches(guichets_de(site), debut, moment),
    )


def _lire(lecture: Callable[[], Iterable[Sonde | None]]) -> list[Vue]:
    try:
        return [*lecture()]
    except Exception as error:
        # Settings that cannot be used are a part that does not work.
        return [error]


def _taches(guichets, debut: datetime, moment: datetime) -> Etat:
    etats = set()
    for guichet in guichets:
        passage = dernier_passage(guichet)
        fin = passage.fin if passage else None
        echecs = bool(passage and passage.echecs)
        etats.add(etat_des_taches(fin, echecs, debut, moment))
    return next((etat for etat in (Etat.PANNE, Etat.RETARD) if etat in etats), Etat.OK)


def _essayer(sonde: Sonde, issue: queue.SimpleQueue) -> None:
    try:
        sonde.essayer()
    except BaseException as error:
        issue.put(type(error).__name__)
    else:
        issue.put("")


def _attendre(issue: queue.SimpleQueue, fin: float) -> str:
    try:
        return issue.get(timeout=max(0.0, fin - time.monotonic()))
    except queue.Empty:
        return "TimeoutError"


def demarrer() -> Veilleur | None:
    """Start the thread of this process, unless the environment says not to."""
    secondes = _secondes()
    if not secondes:
        return None
    veilleur = Veilleur(secondes)
    veilleur.start()
    atexit.register(veilleur.stop)
    return veilleur


def _secondes() -> float:
    texte = os.environ.get(VARIABLE, "").strip()
    if not texte:
        return INTERVALLE
    try:
        secondes = float(texte)
    except ValueError:
        secondes = -1.0
    if not 0 <= secondes <= 300:
        logger.error("%s=%r is no number of seconds", VARIABLE, texte)
        return INTERVALLE
    return secondes
