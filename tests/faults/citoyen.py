"""Somebody who pays, as patiently as people are, whatever breaks meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from patient import Abandon
from patient import Compteurs
from patient import PATIENCE
from patient import Patient
from queue import SimpleQueue
from urllib.parse import urlsplit

import random
import requests
import time


VISA = "4242424242424242"
TROIS_DS = "4000000000003220"
REFUSEE = "4000000000000002"

#: What people do, and how often of a hundred times.
HISTOIRES = {
    "paie et revient": 48,
    "paie avec 3-D Secure": 10,
    "paie avec TWINT": 8,
    "paie et ferme la fenêtre": 14,
    "paie deux fois dans deux onglets": 5,
    "clique deux fois sur Payer": 5,
    "carte refusée, recommence": 5,
    "annule, recommence": 3,
    "laisse la page ouverte": 2,
}


class Citoyen(Patient):
    """A compte with a session; ``encaisses`` gets the uids of what was paid."""

    def __init__(
        self,
        guichet: str,
        banque: str,
        fiche: dict,
        compteurs: Compteurs,
        hasard: random.Random,
        encaisses: SimpleQueue,
    ) -> None:
        super().__init__(f"{guichet}/mon-espace", compteurs, hasard)
        self.banque = banque
        self.factures = fiche["factures"]
        self.encaisses = encaisses
        self.session.cookies.update(fiche["cookie"])

    def vivre(self) -> None:
        """Pay, one way or another."""
        histoire = self.hasard.choices([*HISTOIRES], [*HISTOIRES.values()])[0]
        self.compteurs.noter(f"histoire : {histoire}")
        try:
            self.payer(histoire)
        except Abandon as error:
            self.compteurs.noter(f"abandon : {error}")
        finally:
            self.compteurs.finir()

    def payer(self, histoire: str) -> None:
        uid = self.commencer(double="deux fois sur Payer" in histoire)
        reference = self.partir(uid)
        if histoire == "carte refusée, recommence":
            self.a_la_banque(reference, {"numero": REFUSEE})
            self.revenir(uid)
            reference = self.recommencer(uid)
        if histoire == "annule, recommence":
            self.a_la_banque(reference, {}, "/annuler")
            self.revenir(uid)
            reference = self.recommencer(uid)
        if histoire == "laisse la page ouverte":
            return
        if histoire == "paie avec TWINT":
            self.a_la_banque(reference, {"moyen": "twint"})
        elif histoire == "paie avec 3-D Secure":
            self.a_la_banque(reference, {"numero": TROIS_DS})
            self.a_la_banque(reference, {"code": "123456"}, "/code")
        elif histoire == "paie deux fois dans deux onglets":
            with ThreadPoolExecutor(2) as tabs:
                for tab in [
                    tabs.submit(self.a_la_banque, reference, {"numero": VISA})
                    for _tab in range(2)
                ]:
                    tab.result()
        else:
            self.a_la_banque(reference, {"numero": VISA})
        if histoire != "paie et ferme la fenêtre":
            self.revenir(uid)

    # --- at the counter --------------------------------------------------------

    def commencer(self, double: bool = False) -> str:
        """Put the invoices into the cart and press « Payer »; the uid of the payment."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            page = self.voir("panier")
            # It was begun, and the answer did not come through.
            under_way = page.xpath("//*[@id='panier-en-cours']//a/@href")
            if under_way:
                return urlsplit(under_way[0]).path.split("/")[-2]
            in_cart = page.xpath("//form//input[@name='facture']/@value")
            missing = [id for id in self.factures if id not in in_cart]
            jeton = page.xpath("//input[@name='_authenticator']/@value")
            if missing:
                jeton = jeton or self.voir("factures").xpath(
                    "//input[@name='_authenticator']/@value"
                )
                for id in missing:
                    order = {"action": "ajouter", "facture": id, "par": "script"}
                    self.envoyer("panier", order | {"_authenticator": jeton[0]})
                continue
            expected = page.xpath("//input[@name='attendues:list']/@value")
            if not expected:
                time.sleep(1)
                continue
            order = {
                "action": "payer",
                "attendues:list": expected,
                "_authenticator": jeton[0],
            }
            uids = {
                urlsplit(answer.headers["Location"]).path.split("/")[-2]
                for answer in self.cliquer(order, 2 if double else 1)
                if answer.status_code == 303
            }
            if len(uids) > 1:
                self.compteurs.noter("ERREUR : deux paiements pour un double clic")
            if uids:
                return uids.pop()
        raise Abandon("rien à payer")

    def cliquer(self, order: dict, times: int) -> list[requests.Response]:
        with ThreadPoolExecutor(times) as fingers:
            clicks = [
                fingers.submit(self.envoyer, "panier", order) for _click in range(times)
            ]
            return [click.result() for click in clicks]

    def partir(self, uid: str) -> str:
        """Go to the bank; the bank's name for the payment."""
        for _time in range(6):
            answer = self.demander("GET", f"{self.base}/paiements/{uid}/depart")
            target = answer.headers.get("Location", "")
            if target.startswith(self.banque):
                return target.rpartition("/")[2]
            if answer.status_code == 303:
                raise Abandon("le paiement n’est plus à faire")
            time.sleep(1)
        raise Abandon("la page de la banque ne s’ouvre pas")

    def revenir(self, uid: str) -> None:
        """Come back from the bank, and look where it stands."""
        page = f"{self.base}/paiements/{uid}"
        self.demander("GET", f"{page}/retour")
        found = self.voir(f"paiements/{uid}").xpath("//*[@id='paiement']/@data-etat")
        if found == ["capturee"]:
            self.encaisses.put(uid)

    def recommencer(self, uid: str) -> str:
        """The first try is over: another payment of the same invoices."""
        for _time in range(20):
            page = self.voir(f"paiements/{uid}")
            [etat] = page.xpath("//*[@id='paiement']/@data-etat")
            if etat in ("echouee", "annulee", "expiree"):
                self.compteurs.noter("paiements recommencés")
                return self.partir(self.commencer())
            time.sleep(1)
            self.demander("GET", f"{self.base}/paiements/{uid}/retour")
        raise Abandon("le premier essai ne se termine pas")

    # --- at the bank -----------------------------------------------------------

    def a_la_banque(self, reference: str, data: dict, path: str = "") -> None:
        requests.post(
            f"{self.banque}/v1/start/{reference}{path}",
            data={"expiration": "12/30", "cvc": "123"} | data,
            timeout=60,
            allow_redirects=False,
        )
