"""The demonstration's town: guichet, services, catalogue and staff."""

from __future__ import annotations

from carouge.guichet import config
from carouge.guichet.controlpanel.interfaces import PREFIX
from carouge.guichet.demarche.textes import Textes
from carouge.guichet.demo.forms import form_model
from carouge.guichet.registre.domain import PROFILE_FIELDS
from carouge.guichet.registre.interfaces import PREFIX as REGISTRE_PREFIX
from functools import cache
from importlib.resources import files
from plone import api
from plone.formwidget.namedfile.converter import b64encode_file

import yaml


PASSWORD = "Guichet-2026!"

#: Login, full name, global roles. The agents get theirs from their services.
STAFF = (
    ("editeur", "Édith Éditrice", (config.ROLE_EDITEUR,)),
    ("agent-dechets", "Denis Chappuis", ()),
    ("agent-ecoles", "Aline Rochat", ()),
    ("caisse", "Carole Perrin", (config.ROLE_CAISSIER,)),
    ("admin-site", "Administration du site", ("Site Administrator",)),
)

SETTINGS = {
    "commune": "Ville de Carouge",
    "adresse": "Guichet de la Mairie\nPlace du Marché 14\n1227 Carouge",
    "telephone": "022 307 89 87",
    "courriel": "guichet@carouge.example",
    "horaires": (
        "Lundi, mardi, jeudi : 8h30–12h et 13h30–17h\n"
        "Mercredi : 8h30–17h\n"
        "Vendredi : 8h30–16h"
    ),
    "expediteur": "ne-pas-repondre@carouge.example",
}

#: The residents' register: a file with invented people, the personas among them.
REGISTRE = {
    "client": "csv",
    "nom": "Registre des habitants",
    "commune_ofs": 6608,
    "avs_autorise": True,
    "donnees": set(PROFILE_FIELDS),
    "csv_chemin": str(
        files("carouge.guichet.demo") / "contenu" / "registre-habitants.csv"
    ),
    "csv_jours": 0,
}


def install(tool) -> None:
    """Handler of the ``demo`` profile; harmless when it runs a second time."""
    portal = api.portal.get()
    for name, value in SETTINGS.items():
        api.portal.set_registry_record(f"{PREFIX}.{name}", value)
    for name, value in REGISTRE.items():
        api.portal.set_registry_record(f"{REGISTRE_PREFIX}.{name}", value)
    logo = (files("carouge.guichet.demo") / "contenu" / "logo.svg").read_bytes()
    api.portal.set_registry_record("plone.site_logo", b64encode_file("logo.svg", logo))
    for login, fullname, roles in STAFF:
        if api.user.get(login) is None:
            api.user.create(
                username=login,
                email=f"{login}@carouge.example",
                password=PASSWORD,
                roles=("Member", *roles),
                properties={"fullname": fullname},
            )
    if "guichet" not in portal.objectIds():
        build_guichet(portal)


def build_guichet(portal):
    """Make the demonstration's counter; returns it."""
    guichet = api.content.create(
        portal,
        config.GUICHET,
        id="guichet",
        title="Guichet en ligne",
        description="Toutes les démarches de la Ville de Carouge.",
        accueil="Que souhaitez-vous faire ?",
    )
    services = _services(guichet)
    folder = files("carouge.guichet.demo") / "contenu"
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if entry.name.endswith(".yaml") and entry.name[0].isdigit():
            _categorie(guichet, yaml.safe_load(entry.read_text("utf-8")), services)
    guichet.demarche_correction = guichet["etat-civil"]["corriger-mes-donnees"].UID()
    return guichet


def _services(guichet) -> dict[str, str]:
    source = files("carouge.guichet.demo") / "contenu" / "services.yaml"
    data = yaml.safe_load(source.read_text("utf-8"))
    services = {}
    for spec in data["services"]:
        service = api.content.create(
            guichet,
            config.SERVICE,
            id=f"service-{spec['id']}",
            title=spec["titre"],
            description=spec.get("resume") or "",
            courriel=spec.get("courriel"),
            telephone=spec.get("telephone"),
            adresse=spec.get("adresse"),
            horaires=spec.get("horaires"),
            agents=[
                f"user:{login}"
                for login in spec.get("agents")
                or data.get("agents", {}).get(spec["id"], [])
            ],
        )
        services[spec["id"]] = service.UID()
    return services


def _categorie(guichet, data, services) -> None:
    categorie = api.content.create(
        guichet,
        config.CATEGORIE,
        id=data["id"],
        title=data["titre"],
        description=data["resume"],
        icone=data["icone"],
    )
    for spec in data["demarches"]:
        _demarche(categorie, spec, services)


def _demarche(categorie, spec, services) -> None:
    acces = spec.get("acces") or {}
    niveau = acces.get("niveau") or (
        "verifie"
        if acces.get("residents")
        else "declare"
        if acces.get("compte") or acces.get("types")
        else "ouvert"
    )
    demarche = api.content.create(
        categorie,
        config.DEMARCHE,
        id=spec["id"],
        title=spec["titre"],
        description=spec["resume"],
        pour_qui=spec.get("pour_qui"),
        pieces_requises=list(spec.get("pieces_requises") or []),
        etapes=list(spec.get("etapes") or []),
        delai_jours=spec.get("delai_jours"),
        cout=spec.get("cout"),
        emolument=spec.get("emolument") or 0,
        regie=spec.get("regie"),
        base_legale=list(spec.get("base_legale") or []),
        service=services[spec["service"]],
        mots_cles=[str(word) for word in spec.get("mots_cles") or []],
        synonymes=[str(word) for word in spec.get("synonymes") or []],
        ouverture=spec.get("ouverture"),
        fermeture=spec.get("fermeture"),
        lien_externe=spec.get("lien_externe"),
        niveau=niveau,
        types_compte=set(acces.get("types") or []),
        residents_seulement=bool(acces.get("residents")),
        connexion_minutes=acces.get("connexion_minutes"),
        compte_recommande=bool(acces.get("compte_recommande")),
        message_suspension=spec.get("message_suspension"),
        fields_model=form_model(
            spec.get("formulaire") or [],
            spec.get("groupes"),
            spec.get("prix") or (),
        ),
    )
    demarche.correspondance = _textes().get(f"{categorie.getId()}/{spec['id']}", {})
    if spec["etat"] != "brouillon":
        api.content.transition(demarche, "publier")
    if spec["etat"] == "suspendue":
        api.content.transition(demarche, "suspendre")


@cache
def _textes() -> dict[str, dict]:
    """Notices and models by the path of their démarche, as they are stored."""
    source = files("carouge.guichet.demo") / "contenu" / "textes.yaml"
    found = {}
    for path, raw in yaml.safe_load(source.read_text("utf-8")).items():
        for modele in raw["messages"]:
            modele.setdefault("mouvements", [])
        found[path] = Textes.from_json(raw).to_json()
    return found
