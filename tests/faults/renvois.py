"""The cashier, who sends money back while everything breaks; a second person agrees."""

from carouge.guichet.demo.settings import PASSWORD
from lxml import html
from patient import Abandon
from patient import Compteurs
from patient import Patient
from queue import Empty
from queue import SimpleQueue

import random
import threading


#: One payment in so many is sent back, whole or in part.
RENDUS = 6


class Renvois(threading.Thread):
    """Works until :meth:`finir`; ``encaisses`` are uids of payments."""

    def __init__(
        self,
        guichet: str,
        compteurs: Compteurs,
        hasard: random.Random,
        encaisses: SimpleQueue,
    ) -> None:
        super().__init__(daemon=True)
        base = f"{guichet}/agents/caisse/paiements"
        self.compteurs = compteurs
        self.hasard = hasard
        self.encaisses = encaisses
        self.caisse = Patient(base, compteurs, hasard)
        self.caisse.session.auth = ("caisse", PASSWORD)
        self.chef = Patient(base, compteurs, hasard)
        self.chef.session.auth = ("admin", PASSWORD)
        self._end = threading.Event()

    def finir(self) -> None:
        self._end.set()
        self.join(300)

    def run(self) -> None:
        seen = 0
        while True:
            try:
                uid = self.encaisses.get(timeout=0.5)
            except Empty:
                if self._end.is_set():
                    return
                continue
            seen += 1
            if seen % RENDUS == 0:
                try:
                    self.rendre(uid)
                except Abandon as error:
                    self.compteurs.noter(f"abandon de la caisse : {error}")

    def rendre(self, uid: str) -> None:
        """Send all or some of it back."""
        page = self.caisse.voir(uid)
        [form] = page.xpath("//form[@id='caisse-rembourser']")
        values = dict(form.form_values())
        if self.hasard.random() < 0.5:
            values["montant"] = "0.05"
        values |= {"geste": "rembourser", "raison-remboursement": "essai"}
        # Pressed twice, it is one refund: the page has a key.
        for _click in range(2):
            self.suivre(self.caisse, self.caisse.envoyer(uid, values))
        forms = self.chef.voir(uid).xpath("//form[.//button[@value='approuver']]")
        for form in forms:
            values = dict(form.form_values()) | {"geste": "approuver"}
            self.suivre(self.chef, self.chef.envoyer(uid, values))
        self.compteurs.noter("remboursements décidés")

    def suivre(self, who: Patient, answer) -> None:
        """Where the page leads, and what its script presses there: now it is ordered."""
        if answer.status_code != 303:
            return
        address = answer.headers["Location"]
        page = html.fromstring(who.demander("GET", address).text)
        for form in page.xpath("//form[.//*[@name='geste'][@value='interroger']]"):
            values = dict(form.form_values()) | {"geste": "interroger"}
            who.demander("POST", form.get("action"), values)
            self.compteurs.noter("remboursements envoyés")
