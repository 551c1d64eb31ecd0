"""How a new démarche begins: the least form that makes sense, or the copy of another."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet import config
from carouge.guichet.demarche.service import guichet_of
from carouge.guichet.demarche.service import services_of
from carouge.guichet.demarche.textes import enregistrer_textes
from carouge.guichet.demarche.textes import textes_de_travail
from copy import deepcopy
from dataclasses import dataclass
from lxml import etree
from plone import api
from zope.globalrequest import getRequest
from zope.i18n import translate


SCHEMA = "http://namespaces.plone.org/supermodel/schema"

#: No action: what happens after the button is the counter's business.
NO_ACTIONS = f'<model xmlns="{SCHEMA}"><schema /></model>'

#: Name, type, required, label, maximum length.
_CONTACT = (
    ("nom", "zope.schema.TextLine", True, _("Family name"), 80),
    ("prenom", "zope.schema.TextLine", True, _("First name"), 80),
    ("courriel", "plone.schema.email.Email", True, _("E-mail address"), None),
    ("telephone", "zope.schema.TextLine", False, _("Telephone"), 30),
    (
        "accord",
        "carouge.guichet.formulaire.fields.Consentement",
        True,
        _("I agree that the service uses these data to handle my demande."),
        None,
    ),
)

#: What a copy takes from its model. Its texts about itself, its dates and its address
#: are its own.
_COPIED = (
    "fields_model",
    "formPrologue",
    "formEpilogue",
    "pour_qui",
    "pieces_requises",
    "etapes",
    "delai_jours",
    "cout",
    "emolument",
    "regie",
    "base_legale",
    "service",
    "niveau",
    "types_compte",
    "residents_seulement",
    "connexion_minutes",
    "compte_recommande",
)


@dataclass(frozen=True)
class Modele:
    """A démarche that a new one can begin as a copy of."""

    uid: str
    title: str
    categorie: str
    fields: int
    steps: int


def contact_form() -> str:
    """The form of a new démarche: who the person is, and his consent.

    The labels are in the language of the present request, like everything an editor
    writes.
    """
    model = etree.Element(f"{{{SCHEMA}}}model", nsmap={None: SCHEMA})
    schema = etree.SubElement(model, f"{{{SCHEMA}}}schema")
    fieldset = etree.SubElement(
        schema,
        f"{{{SCHEMA}}}fieldset",
        name="coordonnees",
        label=_words(_("Your contact details")),
    )
    for name, kind, required, label, max_length in _CONTACT:
        field = etree.SubElement(fieldset, f"{{{SCHEMA}}}field", name=name, type=kind)
        etree.SubElement(field, f"{{{SCHEMA}}}title").text = _words(label)
        etree.SubElement(field, f"{{{SCHEMA}}}required").text = str(required)
        if max_length:
            etree.SubElement(field, f"{{{SCHEMA}}}max_length").text = str(max_length)
    return etree.tostring(model, encoding="unicode", pretty_print=True)


def complete_new(demarche) -> None:
    """Give a démarche that has just been added what its creator left out.

    Who made it has no more rights in it than other editors: easyform gives the owner of
    a form tools that are not for editors.
    """
    if "fields_model" not in demarche.__dict__:
        demarche.fields_model = contact_form()
    demarche.actions_model = NO_ACTIONS
    demarche.manage_delLocalRoles(list(dict(demarche.get_local_roles())))


def modeles_of(guichet) -> list[Modele]:
    """The démarches a new one can be a copy of, in the order of the catalogue."""
    modeles = []
    for categorie in guichet.objectValues():
        if categorie.portal_type != config.CATEGORIE:
            continue
        shelf = [
            _modele(demarche, categorie)
            for demarche in categorie.objectValues()
            if demarche.portal_type == config.DEMARCHE
        ]
        modeles += sorted(shelf, key=lambda modele: modele.title.casefold())
    return modeles


def create_draft(categorie, title: str, model_uid: str | None):
    """Add a draft to a categorie, as a copy of another démarche's form or with its own.

    :raises LookupError: no démarche of this guichet has that UID
    """
    guichet = guichet_of(categorie)
    values = {}
    if model_uid:
        model = _find(guichet, model_uid)
        values = {name: deepcopy(getattr(model, name)) for name in _COPIED}
    else:
        services = services_of(guichet)
        if len(services) == 1:
            values["service"] = services[0].UID()
    draft = api.content.create(categorie, config.DEMARCHE, title=title, **values)
    if model_uid:
        enregistrer_textes(draft, textes_de_travail(model))
    return draft


def _find(guichet, uid: str):
    demarche = api.content.get(UID=uid)
    if (
        demarche is None
        or demarche.portal_type != config.DEMARCHE
        or guichet_of(demarche) != guichet
    ):
        raise LookupError(uid)
    return demarche


def _modele(demarche, categorie) -> Modele:
    fields, steps = _size(demarche.fields_model or "")
    return Modele(demarche.UID(), demarche.title, categorie.title, fields, steps)


def _size(model: str) -> tuple[int, int]:
    """How many fields and steps a form has."""
    if not model:
        return 0, 0
    parser = etree.XMLParser(resolve_entities=False)
    root = etree.fromstring(model.encode("utf-8"), parser=parser)
    fields = root.findall(f".//{{{SCHEMA}}}field")
    loose = root.find(f"{{{SCHEMA}}}schema/{{{SCHEMA}}}field")
    steps = len(root.findall(f".//{{{SCHEMA}}}fieldset"))
    return len(fields), steps + (loose is not None)


def _words(message) -> str:
    return translate(message, context=getRequest())
