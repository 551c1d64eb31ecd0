"""Compares the books of the bank with those of the counter, to the centime."""

from carouge.guichet.demo.settings import MARCHANDS
from collections import Counter
from collections import defaultdict


#: Names of the régies by their numbers at the bank.
CODES = {number: code for code, (number, _name) in MARCHANDS.items()}


def comparer(banque: dict, guichet: dict) -> list[str]:
    """What does not agree, in words; nothing when all does.

    ``banque`` is what ``/livre.json`` of the bank says, ``guichet`` what ``base.py``
    says of the counter.
    """
    return [
        *_centimes(banque, guichet),
        *_paiements(banque, guichet),
        *_factures(guichet),
    ]


def totaux(banque: dict, guichet: dict) -> dict[str, tuple[int, int]]:
    """By régie: centimes by the bank's books and by ours."""
    ours: Counter[str] = Counter()
    for facture in guichet["factures"]:
        for ecriture in facture["ecritures"]:
            if ecriture["paiement"]:
                ours[facture["regie"]] += ecriture["montant"]
    theirs = {CODES[number]: total for number, total in banque["totaux"].items()}
    return {code: (theirs.get(code, 0), ours[code]) for code in sorted(CODES.values())}


def _centimes(banque: dict, guichet: dict) -> list[str]:
    return [
        f"{code} : {theirs} centimes à la banque, {ours} chez nous"
        for code, (theirs, ours) in totaux(banque, guichet).items()
        if theirs != ours
    ]


def _paiements(banque: dict, guichet: dict) -> list[str]:
    booked: dict[str, int] = defaultdict(int)
    for facture in guichet["factures"]:
        for ecriture in facture["ecritures"]:
            booked[ecriture["paiement"]] += ecriture["montant"]
    known = {one["uid"]: one for one in guichet["paiements"]}
    faults = []
    moved: dict[str, list[dict]] = defaultdict(list)
    for operation in banque["operations"]:
        if operation["type"] == "payment":
            moved[operation["refno"]].append(operation)
    for uid, operations in moved.items():
        net = sum(one["debite"] - one["credite"] for one in operations)
        if net != booked.get(uid, 0):
            faults.append(f"paiement {uid} : {net} à la banque, {booked.get(uid, 0)}")
        if len([one for one in operations if one["debite"]]) > 1:
            faults.append(f"paiement {uid} : débité deux fois")
        if any(one["etat"] == "authorized" for one in operations):
            faults.append(f"paiement {uid} : réservé, ni débité ni rendu")
        if uid not in known:
            faults.append(f"paiement {uid} : inconnu chez nous")
    for uid, paiement in known.items():
        if paiement["etat"] in ("creee", "en_attente", "autorisee", "a_verifier"):
            faults.append(f"paiement {uid} : {paiement['etat']} {paiement['revue']}")
        if paiement["attendent"]:
            faults.append(f"paiement {uid} : un remboursement attend")
        if booked.get(uid, 0) and uid not in moved:
            faults.append(f"paiement {uid} : inconnu à la banque")
    return faults


def _factures(guichet: dict) -> list[str]:
    faults = []
    for facture in guichet["factures"]:
        id = facture["id"]
        entries = facture["ecritures"]
        received = sum(one["montant"] for one in entries)
        paying = [one for one in entries if one["montant"] > 0]
        if facture["verrou"]:
            faults.append(f"facture {id} : encore verrouillée")
        if len(paying) > 1 or received > facture["montant"]:
            faults.append(f"facture {id} : payée deux fois")
        if facture["etat"] not in ("ouverte", "payee", "annulee"):
            faults.append(f"facture {id} : {facture['etat']}")
        if (facture["etat"] == "payee") != (received == facture["montant"]):
            faults.append(f"facture {id} : {facture['etat']}, reçu {received}")
    return faults
