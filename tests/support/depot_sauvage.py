"""Somebody reports rubbish: answers that the demonstration's form takes."""

#: What he has seen, without who he is.
CONSTAT = {
    "lieu": "devant le 12, rue Vautier",
    "terrain": "Trottoir ou chaussée",
    "date_constat": "2026-11-20",
    "nature": ["Meubles ou matelas"],
    "danger": "Non",
    "description": "Un canapé rouge",
    "accord": True,
}

REPONSES = {
    **CONSTAT,
    "nom": "Rochat",
    "prenom": "Aline",
    "courriel": "aline@example.org",
}
