"""A demande as its citizen sees it: everything in words, nothing of who works on it."""

from __future__ import annotations

from carouge.guichet.demande.attentes import Attente
from carouge.guichet.demande.attentes import attentes_de
from carouge.guichet.demande.attentes import en_mots
from carouge.guichet.demande.chronologie import chronologie
from carouge.guichet.demande.content import Demande
from carouge.guichet.demande.content import Piece
from carouge.guichet.demande.domain import is_late
from carouge.guichet.demande.domain import Reponse
from carouge.guichet.demande.domain import State
from carouge.guichet.demande.echeance import echeance_en_mots
from carouge.guichet.demande.labels import remark_on
from carouge.guichet.demande.labels import STATE_COLOURS
from carouge.guichet.demande.labels import STATE_LABELS
from carouge.guichet.demande.labels import STATE_MEANINGS
from carouge.guichet.demande.service import history
from carouge.guichet.demande.traitement import non_lus
from carouge.guichet.demande.traitement import USAGER
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import service_by_uid
from carouge.guichet.dossier.emolument import facture_de
from carouge.guichet.dossier.emolument import sans_suite
from carouge.guichet.espace.dialogue import ferme_le
from carouge.guichet.espace.dialogue import peut_ecrire
from carouge.guichet.espace.labels import AUTEUR_LABELS
from carouge.guichet.espace.labels import DOCUMENT_LABELS
from carouge.guichet.espace.service import can
from carouge.guichet.formulaire.affichage import taille_dite
from carouge.guichet.money import format_chf
from carouge.guichet.swisstime import format_date
from carouge.guichet.swisstime import format_time
from carouge.guichet.swisstime import local_date
from carouge.guichet.swisstime import today
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from zope.i18nmessageid import Message as Texte


@dataclass(frozen=True)
class PasVu:
    """One line of the timeline; ``lines`` is what one side told the other with it.

    ``ancre`` is the id on the page of the message or document it is about.
    """

    time: str
    label: Texte
    lines: tuple[str, ...]
    ancre: str


@dataclass(frozen=True)
class PieceVue:
    """A document: its question, its file (empty for none), what is to be said of it.

    ``part`` is the part of the demande that gives the file; empty where nobody may.
    """

    label: str
    fichier: str
    taille: str
    part: str
    remarque: Texte | None
    recue: str


@dataclass(frozen=True)
class MessageVu:
    """One message; ``lu`` is when the service has read it, empty for not yet."""

    id: str
    mine: bool
    auteur: Texte
    time: str
    lines: tuple[str, ...]
    pieces: tuple[PieceVue, ...]
    nouveau: bool
    lu: str


@dataclass(frozen=True)
class DocumentVu:
    """A document of the service; ``retire`` is when it was withdrawn, empty if not."""

    id: str
    titre: str
    genre: Texte
    date: str
    nouveau: bool
    retire: str
    raison: str
    code: str


@dataclass(frozen=True)
class AFaire:
    """One thing to do; ``part`` is where, ``pieces`` are (label, how it will come)."""

    attente: str
    words: Texte
    pieces: tuple[tuple[str, Texte | None], ...] = ()


@dataclass(frozen=True)
class Suivi:
    """What the citizen sees of his demande; dates and times are in words."""

    numero: str
    titre: str
    etat: str
    meaning: str
    colour: str
    depot: str
    echeance: Texte | None
    late: bool
    open: bool
    a_faire: tuple[AFaire, ...]
    #: What the service has written, and the labels of what it asks for.
    question: tuple[str, ...]
    demandes: tuple[str, ...]
    can_withdraw: bool
    by_mail: bool
    steps: tuple[PasVu, ...]
    messages: tuple[MessageVu, ...]
    non_lus: int
    can_write: bool
    #: The last day on which one can write; empty as long as it is open.
    ecrire_jusqu_au: str
    documents: tuple[DocumentVu, ...]
    reponses: tuple[tuple[str, tuple[Reponse, ...]], ...]
    pieces: tuple[PieceVue, ...]
    #: Some of them are still to come: there is a cover sheet for them.
    attend_pieces: bool
    #: (what for, how much) as it was at the submission; empty when it is free.
    prix: tuple[tuple[str, str], ...]
    total: str
    #: Number of the invoice of the fee, empty without one; the day it was paid.
    facture: str
    payee_le: str
    #: It was waived, or the demande has ended before it was paid.
    rien_a_payer: bool
    membre: str
    organisation: str
    deposant: str
    service: str
    telephone: str
    courriel: str


def suivi_of(demande: Demande, lecteur: str = "") -> Suivi:
    """The page of a demande.

    ``lecteur`` is the id of the compte that reads it, empty for number and code.
    """
    etat = demande.etat
    deposant = demande.deposant
    service = service_by_uid(guichet_of(demande), demande.service_uid)
    fin = ferme_le(demande)
    facture = facture_de(demande)
    payee_le = facture.payee_le if facture is not None else None
    return Suivi(
        numero=demande.numero,
        titre=demande.demarche_titre,
        etat=STATE_LABELS[etat],
        meaning=STATE_MEANINGS[etat],
        colour=STATE_COLOURS[etat],
        depot=format_time(demande.depot),
        echeance=echeance_en_mots(demande, today()),
        late=is_late(demande.attendu, etat, today(), demande.suspendu),
        open=not etat.final,
        a_faire=tuple(_a_faire(demande)),
        question=_question(demande) if etat is State.A_COMPLETER else (),
        demandes=_demandes(demande),
        can_withdraw=can(demande, "retirer"),
        by_mail=bool(demande.courriel or demande.usager_id),
        steps=tuple(
            PasVu(
                time=format_time(ligne.date),
                label=ligne.label,
                lines=tuple(ligne.message.splitlines()),
                ancre=_ancre(ligne),
            )
            for ligne in chronologie(demande)
        ),
        messages=tuple(_messages(demande, lecteur)),
        non_lus=len(non_lus(demande, USAGER)),
        can_write=peut_ecrire(demande),
        ecrire_jusqu_au=format_date(fin) if fin else "",
        documents=tuple(_documents(demande)),
        reponses=tuple(_by_step(demande.reponses)),
        pieces=tuple(
            _piece(piece, f"piece/{rang}")
            for rang, piece in enumerate(demande.pieces, 1)
        ),
        attend_pieces=bool(demande.pieces_annoncees) and not etat.final,
        prix=tuple(
            (ligne.libelle, format_chf(ligne.montant)) for ligne in demande.prix
        ),
        total=format_chf(demande.total),
        facture=facture.numero if facture is not None else "",
        payee_le=format_date(payee_le) if payee_le else "",
        rien_a_payer=sans_suite(facture),
        membre=demande.membre.nom if demande.membre else "",
        organisation=deposant.organisation if deposant else "",
        deposant=deposant.nom if deposant else "",
        service=service.title if service is not None else "",
        telephone=(service.telephone if service is not None else "") or "",
        courriel=(service.courriel if service is not None else "") or "",
    )


def a_lire(demande: Demande) -> int:
    """How many messages the citizen has not read."""
    return len(non_lus(demande, USAGER))


def _a_faire(demande: Demande) -> Iterator[AFaire]:
    annoncees, unread = demande.pieces_annoncees, a_lire(demande)
    decisions = len(demande.dossier.decisions_a_lire)
    for attente in attentes_de(demande.etat, unread, len(annoncees), decisions):
        pieces = annoncees if attente is Attente.ENVOYER else ()
        yield AFaire(
            attente.value,
            en_mots(attente, unread, len(annoncees)),
            tuple((piece.label, remark_on(piece)) for piece in pieces),
        )


def _question(demande: Demande) -> tuple[str, ...]:
    """What the service has asked last."""
    complement = demande.dossier.complement
    if complement is not None:
        return tuple(complement.message.splitlines())
    asked = [
        step for step in history(demande) if step.transition == "demander_complement"
    ]
    return tuple(asked[-1].message.splitlines()) if asked else ()


def _demandes(demande: Demande) -> tuple[str, ...]:
    """The labels of the answers and documents the service waits for."""
    complement = demande.dossier.complement
    if complement is None:
        return ()
    asked = {*complement.questions}
    labels = [reponse.label for reponse in demande.reponses if reponse.name in asked]
    return (*labels, *complement.documents)


def _ancre(ligne) -> str:
    if ligne.genre.startswith("message_"):
        return f"message-{ligne.objet}"
    return f"document-{ligne.objet}" if ligne.genre == "document" else ""


def _messages(demande: Demande, lecteur: str) -> Iterator[MessageVu]:
    for message in demande.dossier.messages:
        mine = message.auteur == USAGER
        auteur = message.auteur
        if mine and lecteur and message.par not in ("", lecteur):
            auteur = "collegue"
        yield MessageVu(
            id=message.id,
            mine=mine,
            auteur=AUTEUR_LABELS[auteur],
            time=format_time(message.date),
            lines=tuple(message.texte.splitlines()),
            pieces=tuple(
                _piece(piece, f"message/{message.id}/{rang}")
                for rang, piece in enumerate(message.pieces, 1)
            ),
            nouveau=not mine and message.lu is None,
            lu=format_time(message.lu) if mine and message.lu else "",
        )


def _documents(demande: Demande) -> Iterator[DocumentVu]:
    for document in reversed(demande.dossier.documents):
        retire = document.retire
        yield DocumentVu(
            id=document.id,
            titre=document.titre,
            genre=DOCUMENT_LABELS[document.genre],
            date=format_date(local_date(document.date)),
            nouveau=document.lu is None and retire is None,
            retire=format_date(local_date(retire)) if retire else "",
            raison=document.raison,
            code=document.code,
        )


def _piece(piece: Piece, part: str) -> PieceVue:
    return PieceVue(
        label=piece.label,
        fichier="" if piece.file is None else piece.file.filename or piece.label,
        taille="" if piece.file is None else taille_dite(piece.file.getSize()),
        part=part if piece.lisible else "",
        remarque=remark_on(piece),
        recue=format_date(local_date(piece.recue)) if piece.recue else "",
    )


def _by_step(
    reponses: list[Reponse],
) -> Iterator[tuple[str, tuple[Reponse, ...]]]:
    for step, group in groupby(reponses, key=lambda reponse: reponse.step):
        yield step, tuple(group)
