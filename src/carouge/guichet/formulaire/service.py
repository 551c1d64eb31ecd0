"""The door between the form of a démarche and a demande."""

from __future__ import annotations

from AccessControl import getSecurityManager
from carouge.guichet import _
from carouge.guichet.brouillon.domain import PourAutrui
from carouge.guichet.compte.content import Compte
from carouge.guichet.compte.domain import DomainError
from carouge.guichet.compte.domain import Level
from carouge.guichet.compte.domain import Source
from carouge.guichet.compte.modification import write_facts
from carouge.guichet.compte.residency import current_residency
from carouge.guichet.demande.domain import Deposant
from carouge.guichet.demande.domain import FaitUtilise
from carouge.guichet.demande.domain import LigneDePrix
from carouge.guichet.demande.domain import MembreConcerne
from carouge.guichet.demande.service import find_submission
from carouge.guichet.demande.service import Submission
from carouge.guichet.demande.service import submit_demande
from carouge.guichet.demarche.service import Gate
from carouge.guichet.demarche.service import gate_at_counter
from carouge.guichet.demarche.service import gate_of
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.versions import contenu_publie
from carouge.guichet.formulaire.answers import in_words
from carouge.guichet.formulaire.answers import pieces_of
from carouge.guichet.formulaire.answers import reponses_of
from carouge.guichet.formulaire.au_guichet import identite_de
from carouge.guichet.formulaire.domain import idempotent_jeton
from carouge.guichet.formulaire.domain import Jeton
from carouge.guichet.formulaire.domain import make_jeton
from carouge.guichet.formulaire.domain import read_jeton
from carouge.guichet.formulaire.lecture import cle_de
from carouge.guichet.formulaire.parcours import Parcours
from carouge.guichet.formulaire.prefill import origin_of
from carouge.guichet.formulaire.prefill import savable
from carouge.guichet.keys import signing_keys
from carouge.guichet.regie.service import regies
from carouge.guichet.swisstime import now
from datetime import date

import hashlib
import secrets


class NotAvailable(Exception):
    """The form cannot be submitted now; ``gate`` says why."""

    def __init__(self, gate: Gate) -> None:
        super().__init__(gate)
        self.gate = gate


def new_jeton(demarche) -> str:
    """The one-shot jeton of a form that is about to be shown."""
    return make_jeton(
        key=signing_keys()[0],
        purpose=_purpose(demarche),
        random=secrets.token_bytes(16),
        now=now(),
    )


def open_jeton(demarche, text: str) -> Jeton:
    """Verify the jeton a browser sent back.

    :raises carouge.guichet.formulaire.domain.InvalidJeton: see there
    """
    return read_jeton(
        text=text,
        keys=signing_keys(),
        purpose=_purpose(demarche),
        now=now(),
    )


def stable_jeton(demarche, key: str) -> Jeton:
    """The jeton of a brouillon, or of a REST caller's ``Idempotency-Key``.

    It is the same at each retry.

    What the same caller has made with the key before is found again after the turn of
    the year (numbers begin with it) and after a rotation of the site's keys. Without
    login nothing but the key itself says who the caller is.

    :raises ValueError: when the key holds a colon
    """
    moment = now()
    last_year = moment.replace(year=moment.year - 1, month=1, day=1)
    purpose = _purpose(demarche)
    jetons = [
        idempotent_jeton(
            key=secret,
            purpose=purpose,
            idempotency_key=key,
            issued=issued,
        )
        for issued in (moment, last_year)
        for secret in signing_keys()
    ]
    return next(
        (jeton for jeton in jetons if find_deposit(demarche, jeton) is not None),
        jetons[0],
    )


def find_deposit(demarche, jeton: Jeton) -> Submission | None:
    """What was already submitted with this jeton."""
    return find_submission(
        guichet=guichet_of(demarche), secret=jeton.secret, year=jeton.issued.year
    )


def deposit(
    demarche, parcours: Parcours, jeton: Jeton, pour: PourAutrui | None = None
) -> Submission:
    """Make a demande of complete answers; the same jeton gives the same demande.

    The fee is frozen with it: later prices change nothing. ``pour`` is for whom an
    agent has filled the form in: the demande belongs to that person's compte, or to
    nobody as long as it is not claimed.

    :raises NotAvailable: when the démarche is closed, suspended, or not for this usager
    """
    gate = gate_of(demarche) if pour is None else gate_at_counter(demarche)
    if not gate.open:
        raise NotAvailable(gate)
    form, compte = parcours.form, parcours.contexte.compte
    if pour is None:
        usager_id = _user_id() or None
        entered = {}
    else:
        usager_id = compte.id if compte else None
        entered = {
            "canal": parcours.contexte.canal,
            "saisi_par": _user_id(),
            "identite": identite_de(pour),
        }
    membre = next(iter(parcours.reprise.membres.values()), None)
    return submit_demande(
        guichet=guichet_of(demarche),
        demarche=demarche,
        reponses=reponses_of(parcours),
        pieces=pieces_of(parcours),
        form_version=form.version,
        prix=prix_of(parcours, emolument_of(demarche)),
        regie=regie_of(demarche),
        secret=jeton.secret,
        year=jeton.issued.year,
        courriel=_courriel(parcours) or (pour.courriel or None if pour else None),
        usager_id=usager_id,
        organisation_id=compte.organisation_principal if compte else None,
        deposant=_deposant(compte, pour is None) if compte else None,
        membre=MembreConcerne(membre.id, membre.nom_complet) if membre else None,
        faits=_faits(parcours),
        **entered,
    )


def emolument_of(demarche) -> int:
    """The fee citizens pay for a démarche, whatever they answer, in centimes."""
    return contenu_publie(demarche)["emolument"] or 0


def regie_of(demarche) -> str:
    """The régie (code) that collects what a démarche costs; empty when none does."""
    code = getattr(demarche, "regie", None) or ""
    return code if code in regies() else ""


def prix_of(parcours: Parcours, emolument: int) -> list[LigneDePrix]:
    """What a demande costs: the fee of its démarche, then the lines of its form.

    Amounts in centimes; nothing for a free démarche.
    """
    lines = [LigneDePrix(in_words(_("Fee")), emolument)] if emolument else []
    lines += [
        LigneDePrix(ligne.libelle, ligne.total)
        for ligne in parcours.prix.lignes
        if ligne.total
    ]
    return lines


def keep_in_compte(parcours: Parcours) -> list[str]:
    """Keep the answers in the compte of who gives them, as far as they are his to say.

    Empty answers forget nothing. Returns the names of the facts that could not be kept.
    """
    compte = parcours.contexte.compte
    if compte is None:
        return []
    unkept = []
    for name in savable(parcours.form, parcours.reprise):
        value = parcours.valeurs.get(name)
        text = value.isoformat() if isinstance(value, date) else value
        if not text:
            continue
        fact = parcours.form.sources[name]
        try:
            write_facts(compte, {fact: text})
        except DomainError:
            unkept.append(fact)
    return unkept


def person_mark() -> str:
    """Marks who is in front of the screen, and tells nothing about him; may be empty."""
    user_id = _user_id()
    return hashlib.sha256(user_id.encode()).hexdigest()[:12] if user_id else ""


def _courriel(parcours: Parcours) -> str | None:
    compte = parcours.contexte.compte
    if parcours.form.contact:
        answer = parcours.valeurs.get(parcours.form.contact)
        if answer or not parcours.contexte.par_agent:
            return answer
    return (compte.value("courriel") or None) if compte else None


_NIVEAUX = {Level.DECLARED: "declare", Level.VERIFIED: "verifie"}


def _deposant(compte: Compte, en_ligne: bool) -> Deposant:
    organisation = compte.organisation
    residency = current_residency(compte, now())
    return Deposant(
        compte=compte.id,
        type=compte.account_type.value,
        niveau=_NIVEAUX.get(compte.level, ""),
        nom=compte.nom_personne,
        organisation=organisation.name if organisation else "",
        ide=organisation.uid if organisation else "",
        mandat=compte.mandate,
        # At the counter no login has proved anything.
        acr=compte.acr if en_ligne else "",
        residence=residency.value if residency else "",
    )


def _faits(parcours: Parcours) -> list[FaitUtilise]:
    """The answers that a compte had a say in, with where each comes from."""
    faits = []
    for etape in parcours.etapes:
        for question, groupe, rang in parcours.questions(etape):
            known = parcours.connu(question, rang)
            value = parcours.lu(question, rang).valeur
            if known is None or question.genre.est_vide(value):
                continue
            same = value == known.value
            faits.append(
                FaitUtilise(
                    champ=cle_de(question, groupe, rang),
                    fait=known.fait,
                    valeur=question.genre.mots(question.champ, value, in_words),
                    source=known.source.value if same else Source.DECLARE.value,
                    origine=(
                        known.origin
                        if same
                        else origin_of(Source.DECLARE, parcours.contexte.compte)
                    ),
                    date=(known.at if same and known.at else now()).isoformat(
                        timespec="seconds"
                    ),
                    verrouille=known.locked,
                )
            )
    return faits


def _user_id() -> str:
    return getSecurityManager().getUser().getId() or ""


def _purpose(demarche) -> str:
    # Bound to the person as well: a page somebody else made cannot submit in his name.
    return f"{demarche.UID()}:{_user_id()}"
