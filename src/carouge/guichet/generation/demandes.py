"""Invented demandes: what happened to each of them, from its submission to its end."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import AccountType
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import Canal
from carouge.guichet.demande.domain import code_digest
from carouge.guichet.demande.domain import Controle
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import IdentiteControlee
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.domain import tracking_code
from carouge.guichet.demande.domain import TRANSITIONS
from carouge.guichet.demande.dossier import Evenement
from carouge.guichet.demande.dossier import Message
from carouge.guichet.demande.dossier import Note
from carouge.guichet.demande.horloge import geneva_holidays
from carouge.guichet.demande.horloge import Horloge
from carouge.guichet.generation.personnes import Personne
from carouge.guichet.generation.reponses import Modele
from carouge.guichet.swisstime import local_date
from carouge.guichet.swisstime import ZURICH
from collections.abc import Sequence
from dataclasses import astuple
from dataclasses import dataclass
from DateTime import DateTime
from datetime import date
from datetime import datetime
from datetime import time
from datetime import timedelta
from datetime import timezone
from persistent.mapping import PersistentMapping
from plone.namedfile.file import NamedBlobFile
from random import Random

import hashlib


#: Over how many days the demandes are spread.
JOURS = 3 * 365
#: Share of the newest ones that are open still, and of those before.
RECENTES, OUVERTES, OUBLIEES = 0.03, 0.85, 0.005

_CANAUX = (
    (Canal.EN_LIGNE, 86),
    (Canal.GUICHET, 8),
    (Canal.TELEPHONE, 4),
    (Canal.COURRIER, 2),
)
_FINS = (("valider", 82), ("refuser", 7), ("classer", 6), ("retirer", 5))
_OUVERTS = (
    (State.DEPOSEE, 45),
    (State.EN_COURS, 33),
    (State.A_COMPLETER, 14),
    (State.COMPLETEE, 8),
)
_QUESTIONS = (
    "Bonjour, pouvez-vous nous dire le numéro de la rue ? Merci.",
    "Il nous manque une copie du bail. Vous pouvez l’ajouter ici.",
    "À quelle date souhaitez-vous commencer ?",
)
_REPONSES = (
    "C’est au numéro 12, côté cour.",
    "Voici ce qui manquait. Meilleures salutations.",
    "Dès que possible. Merci beaucoup !",
)
_NOTES = ("Vu avec la collègue.", "Rappeler lundi.", "Plan dans le dossier papier.")


@dataclass(frozen=True)
class Offre:
    """A démarche that demandes are made for, with its service's agents (user ids)."""

    uid: str
    titre: str
    service: str
    delai: int | None
    compte: bool
    modele: Modele
    agents: tuple[str, ...]


@dataclass(frozen=True)
class Place:
    """One demande among all of them: its rank, of ``total``, and the last day."""

    graine: str
    rang: int
    total: int
    fin: date

    def alea(self) -> Random:
        return Random(f"{self.graine}:demande:{self.rang}")

    @property
    def secret(self) -> bytes:
        """What its number follows from."""
        return hashlib.sha256(
            f"{self.graine}:{self.rang}:{self.total}:{self.fin}".encode()
        ).digest()

    @property
    def depot(self) -> datetime:
        """When it came; the ranks follow the days."""
        part = (self.rang + 1) / self.total
        jour = self.fin - timedelta(days=int(JOURS * (1 - part)))
        alea = Random(f"{self.graine}:heure:{self.rang}")
        seconds = int(alea.triangular(6 * 3600, 23.5 * 3600, 11 * 3600))
        moment = datetime.combine(jour, time(), tzinfo=ZURICH)
        return (moment + timedelta(seconds=seconds)).astimezone(timezone.utc)

    def ouverte(self, alea: Random) -> bool:
        """Whether nobody has decided yet."""
        recent = self.rang >= self.total * (1 - RECENTES)
        return alea.random() < (OUVERTES if recent else OUBLIEES)


class Vie:
    """The life of one demande, told move by move."""

    def __init__(self, place: Place, offre: Offre, alea: Random, auteur: str) -> None:
        self.offre, self.alea, self.auteur = offre, alea, auteur
        self.moment = place.depot
        self.limite = datetime.combine(
            place.fin, time(23, 59), tzinfo=ZURICH
        ).astimezone(timezone.utc)
        self.etat = State.DEPOSEE
        self.agent = ""
        jour = local_date(self.moment)
        self.horloge = Horloge(offre.delai or None).demarrer(jour)
        self.attendu = self.horloge.attendu(geneva_holidays())
        self.cloture: datetime | None = None
        self.entries: list[dict] = []
        self._note(None, "", auteur)

    def aller(self, transition: str, message: str = "", par: str | None = None) -> None:
        """Make a move, some time after the last one."""
        self._wait()
        self.etat = TRANSITIONS[transition].target
        self._note(transition, message, self.agent if par is None else par)
        jour = local_date(self.moment)
        if self.etat.final or self.etat is State.A_COMPLETER:
            self.horloge = self.horloge.arreter(jour, geneva_holidays())
        else:
            self.horloge = self.horloge.demarrer(jour)
            self.attendu = self.horloge.attendu(geneva_holidays()) or self.attendu
        if self.etat.final:
            self.cloture = self.moment

    def vivre(self, ouverte: bool) -> None:
        """All moves, up to the last day."""
        but = self._pick(_OUVERTS) if ouverte else None
        agents = self.offre.agents
        if agents and (but is not State.DEPOSEE or self.alea.random() < 0.1):
            self.agent = self.alea.choice(agents)
        if but is State.DEPOSEE:
            return
        if but is None and self.alea.random() < 0.2:
            self._finish()
            return
        self.aller("prendre_en_charge")
        wanted = but in (State.A_COMPLETER, State.COMPLETEE)
        if wanted or self.alea.random() < 0.15:
            self.aller("demander_complement", self.alea.choice(_QUESTIONS))
            if but is State.A_COMPLETER:
                return
            self.aller("completer", self.alea.choice(_REPONSES), self.auteur)
            if but is State.COMPLETEE:
                return
            self.aller("prendre_en_charge")
        if but is None:
            self._finish()

    def _finish(self) -> None:
        transition = self._pick(_FINS)
        words = TRANSITIONS[transition].message_required
        par = self.auteur if transition == "retirer" else None
        self.aller(transition, "Voir le règlement communal." if words else "", par)

    def _pick(self, weighted):
        values, weights = zip(*weighted, strict=True)
        return self.alea.choices(values, weights)[0]

    def _wait(self) -> None:
        days = self.alea.lognormvariate(0.6, 0.9) * (self.offre.delai or 10) / 10
        self.moment = min(self.moment + timedelta(days=days), self.limite)

    def _note(self, transition: str | None, message: str, actor: str) -> None:
        self.entries.append(
            {
                "action": transition,
                "review_state": self.etat.value,
                "actor": actor or None,
                "comments": message,
                "time": DateTime(self.moment),
            }
        )


def demande_de(
    place: Place, numero: str, offre: Offre, qui: Personne | None, compte: Compte | None
) -> Demande:
    """The demande of that place, not stored yet. ``qui`` is None for no account."""
    alea = place.alea()
    canal = alea.choices(*zip(*_CANAUX, strict=True))[0]
    auteur = compte.id if compte is not None and canal is Canal.EN_LIGNE else ""
    vie = Vie(place, offre, alea, auteur)
    vie.vivre(place.ouverte(alea))
    demande = Demande(numero)
    demande.portal_type = config.DEMANDE
    demande.numero = numero
    demande.title = f"{offre.titre} – {numero}"
    demande.code_digest = code_digest(numero, tracking_code(place.secret))
    demande.jeton_digest = hashlib.sha256(place.secret).hexdigest()
    demande.demarche_uid = offre.uid
    demande.demarche_titre = offre.titre
    demande.service_uid = offre.service
    demande.form_version = offre.modele.version
    demande.depot = place.depot
    demande.courriel = f"{numero}@generation.invalid"
    demande.canal = canal.value
    demande._reponses = offre.modele.repondre(alea)
    if compte is not None and qui is not None:
        _file_for(demande, qui, compte)
    elif canal is not Canal.EN_LIGNE and qui is not None:
        demande._identite = astuple(
            IdentiteControlee(
                qui.nom,
                qui.prenom,
                qui.naissance.isoformat(),
                alea.choice([*Controle]).value,
            )
        )
    if canal is not Canal.EN_LIGNE and offre.agents:
        demande.saisi_par = alea.choice(offre.agents)
    demande.pieces = _pieces(alea, offre, place.depot)
    demande.workflow_history = PersistentMapping(
        {config.DEMANDE_WORKFLOW: tuple(vie.entries)}
    )
    demande.attendu = vie.attendu
    demande.horloge = vie.horloge
    demande.modifie = vie.moment if len(vie.entries) > 1 else None
    if vie.cloture is not None:
        demande.cloture = vie.cloture
        demande.duree_jours = vie.horloge.jours
    _fill_dossier(demande, vie, alea)
    return demande


def _file_for(demande: Demande, qui: Personne, compte: Compte) -> None:
    organisation = qui.organisation.name if qui.organisation is not None else ""
    demande.usager_id = compte.id
    if qui.type is not AccountType.PERSONNE:
        demande.organisation_id = compte.organisation_principal
    demande._deposant = astuple(
        Deposant(
            compte=compte.id,
            type=qui.type.value,
            niveau=qui.niveau.name.lower().replace("verified", "verifie"),
            nom=f"{qui.prenom} {qui.nom}",
            organisation=organisation,
            residence=compte.residency.value if compte.residency is not None else "",
        )
    )


def _pieces(alea: Random, offre: Offre, depot: datetime) -> tuple[Piece, ...]:
    pieces = []
    for name, label in offre.modele.pieces[:2]:
        share = alea.random()
        if share < 0.02:
            content = f"Document {alea.random()}".encode()
            digest = hashlib.sha256(content).hexdigest()
            file = NamedBlobFile(content, "text/plain", "document.txt")
            pieces.append(Piece(name, label, file, digest))
        elif share < 0.1:
            piece = Piece(
                name, label, None, "", moyen=alea.choice(("poste", "guichet"))
            )
            piece.recue = depot + timedelta(days=alea.randint(1, 3))
            piece.recue_par = alea.choice(offre.agents) if offre.agents else ""
            pieces.append(piece)
    return tuple(pieces)


def _fill_dossier(demande: Demande, vie: Vie, alea: Random) -> None:
    messages = alea.choices((0, 1, 2, 3), (85, 8, 5, 2))[0]
    note = alea.random() < 0.1
    if not (vie.agent or messages or note):
        return
    dossier = demande.ouvrir_dossier()
    dossier.agent = vie.agent
    depot = demande.depot
    events = []
    if vie.agent:
        events.append(Evenement(depot, vie.agent, "attribuer", {"agent": vie.agent}))
    if vie.agent and alea.random() < 0.02:
        dossier.suiveurs.insert(vie.agent)
    span = (vie.moment - depot).total_seconds()
    dates: Sequence[datetime] = sorted(
        depot + timedelta(seconds=span * alea.random()) for _n in range(messages + note)
    )
    for index, moment in enumerate(dates[:messages]):
        side = "usager" if index % 2 == 0 else "service"
        words = _REPONSES if side == "usager" else _QUESTIONS
        par = vie.auteur if side == "usager" else vie.agent
        message = Message(auteur=side, par=par, texte=alea.choice(words), date=moment)
        message.id = f"{alea.getrandbits(64):016x}"
        last = index == messages - 1
        message.lu = None if last and not vie.etat.final else moment
        dossier.messages.append(message)
        events.append(
            Evenement(moment, par, f"message_{side}", {"message": message.id})
        )
    if note:
        dossier.notes.append(
            Note(par=vie.agent, texte=alea.choice(_NOTES), date=dates[-1])
        )
        dossier.notes[-1].id = f"{alea.getrandbits(64):016x}"
        events.append(Evenement(dates[-1], vie.agent, "note", {}))
    for event in sorted(events, key=lambda event: event.date):
        dossier.noter(event)
