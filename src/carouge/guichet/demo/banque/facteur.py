"""Takes the notifications to the merchants, signed, again and again if need be."""

from __future__ import annotations

from carouge.guichet.demo.banque.defauts import Defauts
from carouge.guichet.demo.banque.livre import Livre
from carouge.guichet.demo.banque.livre import Operation
from carouge.guichet.demo.banque.settings import BankSettings
from concurrent.futures import ThreadPoolExecutor

import hmac
import json
import logging
import requests
import threading
import time


logger = logging.getLogger(__name__)

WORKERS = 4
SECONDS = 15.0

#: How far back an old notification says it is from (seconds).
VIEILLE = 3_600.0


def signer(cle: str, corps: bytes, moment: float) -> str:
    """Return the header that proves a notification: HMAC-SHA256 of time and body.

    ``cle`` is in hexadecimal digits, ``moment`` in seconds since 1970; the header has
    milliseconds.
    """
    stamp = str(int(moment * 1_000))
    digest = hmac.new(bytes.fromhex(cle), stamp.encode() + corps, "sha256")
    return f"t={stamp},s0={digest.hexdigest()}"


class Facteur:
    """The post office; :meth:`start` and :meth:`stop` run it in threads."""

    def __init__(self, settings: BankSettings, livre: Livre, defauts: Defauts) -> None:
        self._settings = settings
        self._livre = livre
        self._defauts = defauts
        self._wake = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None

    def annoncer(self, operation: Operation) -> None:
        """Tell the merchant how an operation stands now; called with the books open."""
        if not operation.notification:
            return
        now = time.time()
        corps = json.dumps(operation.document(), ensure_ascii=False).encode()
        self._livre.liberer(operation.marchand, now + 0.3)
        regle = self._defauts.tirer("notification", operation.refno)
        mode = regle.mode if regle else ""
        if mode == "perdue":
            return
        late = mode in ("retard", "desordre")
        seconds = self._settings.lenteur
        if regle and regle.secondes is not None:
            seconds = regle.secondes
        for _copy in range(2 if mode == "double" else 1):
            self._livre.poster(operation, corps, mode, now + (seconds if late else 0))

    def reveiller(self) -> None:
        """There may be something to take away."""
        self._wake.set()

    def start(self) -> None:
        with self._livre.ouvert():
            self._livre.reprendre()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._wake.set()
        if self._thread is not None:
            self._thread.join(5)

    def _run(self) -> None:
        with ThreadPoolExecutor(WORKERS) as pool:
            while not self._stopping:
                self._wake.wait(0.1)
                self._wake.clear()
                with self._livre.ouvert() as livre:
                    due = livre.a_envoyer(time.time())
                    for id, *_rest in due:
                        livre.envoi(id, etat="en_route")
                for envoi in due:
                    pool.submit(self._porter, *envoi)

    def _porter(
        self, id: str, marchand: str, adresse: str, corps: bytes, mode: str, essais: int
    ) -> None:
        taken = self._remettre(marchand, adresse, corps, mode)
        pauses = self._settings.reprises
        with self._livre.ouvert() as livre:
            if taken:
                livre.envoi(id, etat="remis")
            elif essais < len(pauses):
                livre.envoi(id, etat="attend", prochain=time.time() + pauses[essais])
            else:
                livre.envoi(id, etat="perdu")

    def _remettre(self, marchand: str, adresse: str, corps: bytes, mode: str) -> bool:
        cle = self._settings.marchand(marchand).signature
        moment = time.time()
        if mode == "signature":
            cle = "00" * 32
        if mode == "vieille":
            moment -= VIEILLE
        headers = {"Content-Type": "application/json; charset=UTF-8"}
        if mode != "sans_signature":
            headers["Datatrans-Signature"] = signer(cle, corps, moment)
        try:
            response = requests.post(
                adresse,
                data=corps,
                headers=headers,
                timeout=SECONDS,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            logger.info("notification not delivered: %s", type(error).__name__)
            return False
        logger.info("notification: %s", response.status_code)
        return 200 <= response.status_code < 300
