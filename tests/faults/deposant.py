"""Somebody who files a demande with files, whatever breaks meanwhile."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from dataclasses import field
from hashlib import sha256
from io import BytesIO
from patient import Abandon
from patient import Compteurs
from patient import Ligne
from PIL import Image
from visitor import by_id
from visitor import errors
from visitor import Form
from visitor import Visitor

import random
import requests


DEMARCHE = "dechets/signaler-un-depot-sauvage"
ADRESSE = "@depots.example"

#: What people do, and how often of a hundred times.
HISTOIRES = {
    "envoie": 65,
    "clique deux fois sur Envoyer": 12,
    "recharge la confirmation": 12,
    "la réponse se perd, renvoie": 11,
}

#: A page of the form that is answered again and again is not understood.
MAX_PAGES = 20


@dataclass
class Depot:
    """What somebody has filed, and the numbers he was told (one, if all is well)."""

    courriel: str
    pieces: list[str] = field(default_factory=list)
    numeros: set[str] = field(default_factory=set)


class Deposant:
    """One citizen; ``rang`` makes him different from all others."""

    def __init__(
        self, guichet: str, rang: int, compteurs: Compteurs, hasard: random.Random
    ) -> None:
        self.compteurs = compteurs
        self.hasard = hasard
        self.guichet = guichet
        self.depot = Depot(f"d{rang}{ADRESSE}")

    def vivre(self) -> None:
        """File it, one way or another."""
        histoire = self.hasard.choices([*HISTOIRES], [*HISTOIRES.values()])[0]
        self.compteurs.noter(f"histoire : {histoire}")
        try:
            self.deposer(histoire)
        except Abandon as error:
            self.compteurs.noter(f"abandon : {error}")
        except Exception as error:
            self.compteurs.noter(f"ERREUR : {type(error).__name__} {error}"[:200])
        finally:
            self.compteurs.finir()

    def deposer(self, histoire: str) -> None:
        visitor = Visitor(self.guichet)
        visitor.session = Ligne(self.compteurs, self.hasard)
        form = visitor.open_form(DEMARCHE).fill(**self._answers())
        self._jusqu_a_la_fin(form)
        if histoire == "clique deux fois sur Envoyer":
            with ThreadPoolExecutor(2) as fingers:
                clicks = [fingers.submit(form.send) for _click in range(2)]
                answers = [click.result() for click in clicks]
        elif histoire == "recharge la confirmation":
            answers = [form.send(), form.send()]
        elif histoire == "la réponse se perd, renvoie":
            self._sans_reponse(form)
            answers = [form.send()]
        else:
            answers = [form.send()]
        for answer in answers:
            self._lire(answer)

    def _jusqu_a_la_fin(self, form: Form) -> None:
        """Answer page after page, also one that comes again because the answer to it was
        lost, until the last button is there."""
        for _page in range(MAX_PAGES):
            if form.form is None:
                raise Abandon(f"pas de formulaire : {_titre(form.response)}")
            if form._button("envoyer"):
                return
            answer = form.press()
            if errors(answer):
                raise Abandon(f"refusé : {errors(answer)}")
        raise Abandon(f"le formulaire n’avance pas : {_titre(form.response)}")

    def _sans_reponse(self, form: Form) -> None:
        """Press the button on a line that breaks before the answer is there."""
        line = requests.Session()
        line.cookies.update(form.visitor.session.cookies)
        data = [*form._values(), ("envoyer", "1")]
        try:
            line.post(form.action, data=data, timeout=self.hasard.uniform(0.01, 0.3))
        except requests.RequestException:
            self.compteurs.noter("réponses perdues exprès")

    def _lire(self, answer: requests.Response) -> None:
        try:
            self.depot.numeros.add(by_id(answer, "numero"))
        except KeyError:
            raise Abandon(f"pas de confirmation : {_titre(answer)}") from None

    def _answers(self) -> dict[str, object]:
        photos = []
        for rang in range(self.hasard.choice((1, 1, 2, 3))):
            content = bruit(self.hasard, self.hasard.randrange(20, 160))
            self.depot.pieces.append(sha256(content).hexdigest())
            photos.append((f"photo{rang}.png", content, "image/png"))
        return {
            "lieu": "devant le 12, rue Vautier",
            "terrain": "Trottoir ou chaussée",
            "date_constat": "2026-11-20",
            "nature": ["Meubles ou matelas"],
            "danger": "Non",
            "description": f"Un canapé rouge ({self.depot.courriel})",
            "photo": photos,
            "nom": "Rochat",
            "prenom": "Aline",
            "courriel": self.depot.courriel,
            "accord": True,
        }


def bruit(hasard: random.Random, cote: int) -> bytes:
    """A picture like no other: about three bytes for each point."""
    out = BytesIO()
    points = hasard.randbytes(3 * cote * cote)
    Image.frombytes("RGB", (cote, cote), points).save(out, "PNG")
    return out.getvalue()


def _titre(answer: requests.Response) -> str:
    """What page that is."""
    head = answer.text.partition("<h1")[2].partition("</h1>")[0].partition(">")[2]
    return f"{answer.status_code} {' '.join(head.split())[:60]}"
