"""Names that are stored in databases or in citizens' hands.

They change only through an upgrade step; ``docs/architecture.md`` lists them.
"""

# Portal types
GUICHET = "Guichet"
CATEGORIE = "Categorie"
SERVICE = "Service"
DEMARCHE = "Demarche"
DEMANDE = "Demande"

# Id of the container of demandes in a guichet, and of the tool that indexes them.
DEMANDES_ID = "demandes"
CATALOG_ID = "guichet_catalog"

# Workflows
DEMANDE_WORKFLOW = "demande_workflow"

# Roles. ROLE_USAGER is computed for the person a demande belongs to, never assigned.
ROLE_AGENT = "Agent de guichet"
ROLE_CAISSIER = "Caissier de guichet"
ROLE_EDITEUR = "Editeur de guichet"
ROLE_USAGER = "Usager de guichet"

# Roles of whoever is logged in with a compte, computed from it (identity/plugin.py).
ROLE_COMPTE = "Compte de guichet"
ROLE_COMPTE_VERIFIE = "Compte verifie de guichet"
ROLE_RESIDENT = "Resident de guichet"
ROLE_ORGANISATION = "Organisation de guichet"

# Id of the PAS plugin that knows the comptes.
PLUGIN_ID = "edemarches"

# Permissions (titles; the ids are in permissions.zcml)
MANAGE_CATALOGUE = "carouge.guichet: Manage Catalogue"
USE_DESK = "carouge.guichet: Use Agent Desk"
VIEW_DEMANDE = "carouge.guichet: View Demande"
PROCESS_DEMANDE = "carouge.guichet: Process Demande"
MANAGE_COMPTES = "carouge.guichet: Manage Comptes"
USE_CASH_DESK = "carouge.guichet: Use Cash Desk"
MANAGE_REGIES = "carouge.guichet: Manage Regies"

# Pages of a guichet. No content may take one of these ids: it would hide the page.
RESERVED_IDS = frozenset(
    {
        "agents",
        "aide",
        "connexion",
        "demandes",
        "exporter",
        "importer",
        "inscription",
        "mon-espace",
        "mot-de-passe-oublie",
        "paiement",
        "panier",
        "recherche",
        "recherche-suggestions",
        "recherches-sans-resultat",
        "se-connecter",
        "se-deconnecter",
        "suivi",
        "verifier",
        "webhooks",
    }
)
