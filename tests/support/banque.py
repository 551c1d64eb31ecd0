"""The bank of the demonstration in a thread, and payers who use its page."""

from carouge.guichet.demo.banque.app import make_banque
from carouge.guichet.demo.banque.settings import BankSettings
from carouge.guichet.demo.banque.settings import Marchand
from carouge.guichet.regie.domain import Adresse
from carouge.guichet.regie.domain import Regie
from collections import deque
from contextlib import suppress
from dataclasses import replace
from flask import request
from unittest.mock import patch
from urllib.parse import urlsplit
from waitress import wasyncore

import os
import requests
import socket
import threading
import time
import waitress


#: Secrets of the régies of the tests.
MOTS_DE_PASSE = {"VILLE": "mot-de-passe-ville", "CCAS": "mot-de-passe-ccas"}
SIGNATURES = {"VILLE": "1a" * 32, "CCAS": "2b" * 32}
NUMEROS = {"VILLE": "1100004001", "CCAS": "1100004002"}

AUTH = (NUMEROS["VILLE"], MOTS_DE_PASSE["VILLE"])

VISA = "4242 4242 4242 4242"
TROIS_DS = "4000 0000 0000 3220"
TROIS_DS_REFUSE = "4000 0025 0000 3155"
REFUSEE = "4000 0000 0000 0002"
SANS_PROVISION = "4000 0000 0000 9995"
CODE = "123456"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Banque:
    """A bank on a free port of this machine, used as a context manager.

    Its merchants are the régies VILLE and CCAS. Inside of the ``with`` the environment
    holds their secrets. ``vues`` are the calls of the API it got, newest last:
    dictionaries with ``method``, ``path``, ``key`` (Idempotency-Key) and ``json``.
    """

    def __init__(self, **settings) -> None:
        self.port = free_port()
        self.adresse = f"http://localhost:{self.port}"
        self.settings = BankSettings(
            **{
                "adresse": self.adresse,
                "marchands": tuple(
                    Marchand(NUMEROS[code], code, MOTS_DE_PASSE[code], SIGNATURES[code])
                    for code in NUMEROS
                ),
                "reprises": (0.2, 0.2, 0.2, 0.2, 0.2),
            }
            | settings
        )
        self.app = make_banque(self.settings)
        self.banque = self.app.extensions["banque"]
        self.vues: deque[dict] = deque(maxlen=2_000)
        self.app.before_request(self._remember)
        self._environ = patch.dict(os.environ, self.environ)
        self._server = None

    def __enter__(self) -> "Banque":
        self._environ.start()
        return self.start()

    def __exit__(self, *details) -> None:
        self.stop()
        self._environ.stop()

    @property
    def environ(self) -> dict[str, str]:
        """The secrets of the régies, as :func:`regie.service.secrets_de` reads them, and
        that they may go to this bank."""
        values = {"GUICHET_PASSERELLES": f"{urlsplit(self.adresse).netloc},localhost:9"}
        for code in NUMEROS:
            values[f"GUICHET_REGIE_{code}_MOT_DE_PASSE"] = MOTS_DE_PASSE[code]
            values[f"GUICHET_REGIE_{code}_SIGNATURES"] = SIGNATURES[code]
        return values

    def regie(self, code: str = "VILLE", **changes) -> Regie:
        """A régie that is paid at this bank."""
        regie = Regie(
            code=code,
            titre="Ville de Carouge" if code == "VILLE" else "CCAS",
            budget="Budget général",
            compte_comptable="4000",
            creancier=Adresse(
                "Ville de Carouge", "Place du Marché", "14", "1227", "Carouge GE"
            ),
            qr_iban="CH4431999123000889012",
            prefixe_reference="21" if code == "VILLE" else "22",
            prefixe_numero="VG" if code == "VILLE" else "CC",
            passerelle="datatrans",
            adresse_passerelle=self.adresse,
            marchand=NUMEROS[code],
        )
        return replace(regie, **changes)

    def reglages(self, code: str = "VILLE") -> dict[str, str]:
        """What a stored régie needs to be paid at this bank (factures.make_regie)."""
        return {
            "passerelle": "datatrans",
            "adresse_passerelle": self.adresse,
            "marchand": NUMEROS[code],
        }

    # --- running ---------------------------------------------------------------

    def start(self) -> "Banque":
        """Listen; a stopped bank can be started again and has the same books."""
        self._sockets: dict = {}
        self._stopping = False
        self._server = waitress.create_server(
            self.app, map=self._sockets, host="127.0.0.1", port=self.port, threads=8
        )
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        self.banque.facteur.start()
        return self

    def stop(self) -> None:
        """Refuse every connection from now on."""
        if self._server is None:
            return
        self.sans_defaut()
        self.banque.facteur.stop()
        self._stopping = True
        # The loop may have seen it before it is woken.
        with suppress(OSError):
            self._server.pull_trigger()
        self._thread.join(5)
        self._server = None

    def _serve(self) -> None:
        while not self._stopping:
            wasyncore.loop(timeout=1, map=self._sockets, count=1)
        # An answer that is slow on purpose is not waited for.
        self._server.task_dispatcher.shutdown(timeout=0.1)
        self._server.close()
        wasyncore.close_all(self._sockets)

    def _remember(self) -> None:
        if request.path.startswith("/v1/transactions"):
            self.vues.append(
                {
                    "method": request.method,
                    "path": request.path,
                    "key": request.headers.get("Idempotency-Key", ""),
                    "json": request.get_json(silent=True),
                }
            )

    # --- faults ----------------------------------------------------------------

    def defaut(
        self, operation: str, mode: str, fois: int | None = 1, **details
    ) -> None:
        """One more fault: the next time, ``fois`` times, or without end (None).

        See demo/banque/defauts.py for operations, modes and details.
        """
        self.banque.defauts.ajouter(
            operation=operation, mode=mode, fois=fois, **details
        )

    def sans_defaut(self) -> None:
        """Behave again; what is slow on purpose ends at once."""
        self.banque.defauts.remplacer([])

    def expirer(self, reference: str) -> None:
        """The session of a payment is over."""
        assert self.banque.changer(reference, self.banque.expirer)

    def contester(self, reference: str) -> None:
        """The payer's own bank takes all the money of a payment back."""
        assert self.banque.changer(reference, self.banque.contester)

    # --- a merchant ------------------------------------------------------------

    def commander(
        self, chemin: str, ordre: object, cle: str = "", auth=AUTH
    ) -> requests.Response:
        """Order something, as a merchant does; ``chemin`` begins with a slash or is
        empty, for a new payment."""
        return requests.post(
            f"{self.adresse}/v1/transactions{chemin}",
            json=ordre,
            auth=auth,
            headers={"Idempotency-Key": cle} if cle else {},
            timeout=10,
            allow_redirects=False,
        )

    def document(self, reference: str) -> dict:
        """What the API says of a payment."""
        return requests.get(
            f"{self.adresse}/v1/transactions/{reference}", auth=AUTH, timeout=10
        ).json()

    # --- books -----------------------------------------------------------------

    def livre(self) -> dict:
        """The books, as the page ``/livre.json`` has them."""
        return requests.get(f"{self.adresse}/livre.json", timeout=10).json()

    def operation(self, reference: str):
        """One operation (demo/banque/livre.py: Operation), or None."""
        with self.banque.livre.ouvert() as livre:
            return livre.operation(reference)

    def total(self, code: str = "VILLE") -> int:
        """Centimes that a régie has got, less what went back."""
        return self.livre()["totaux"].get(NUMEROS[code], 0)

    def attendre_envois(self, seconds: float = 10.0) -> dict[str, int]:
        """Wait until no notification is on its way; how many by what became of them."""
        end = time.monotonic() + seconds
        while True:
            with self.banque.livre.ouvert() as livre:
                sent = livre.envois()
            if not {"attend", "en_route"} & set(sent):
                return sent
            assert time.monotonic() < end, sent
            time.sleep(0.02)

    # --- payers ----------------------------------------------------------------

    def payer(self, reference: str, carte: str = VISA, code: str = CODE) -> str:
        """Pay on the page, by card; the address the browser is sent back to."""
        data = {"numero": carte, "expiration": "12/30", "cvc": "123"}
        answer = self._poster(reference, "", data)
        if answer.headers.get("Location", "").startswith(("/", self.adresse)):
            answer = self._poster(reference, "/code", {"code": code})
        return self._back(answer)

    def payer_twint(self, reference: str) -> str:
        """Pay on the page, with TWINT; the address the browser is sent back to."""
        return self._back(self._poster(reference, "", {"moyen": "twint"}))

    def abandonner(self, reference: str) -> str:
        """Press « Annuler »; the address the browser is sent back to."""
        return self._back(self._poster(reference, "/annuler", {}))

    def _poster(self, reference: str, path: str, data: dict) -> requests.Response:
        return requests.post(
            f"{self.adresse}/v1/start/{reference}{path}",
            data=data,
            timeout=30,
            allow_redirects=False,
        )

    def _back(self, answer: requests.Response) -> str:
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]
