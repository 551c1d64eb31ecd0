"""What is published of a démarche: each publication is a version that is kept.

Editors change the working copy, which is the démarche itself. Citizens get the form of
the last published version until the next publication. Title, delay and the other texts
of the catalogue belong to no version: they count at once.
"""

from __future__ import annotations

from Acquisition import aq_base
from BTrees.OOBTree import OOBTree
from carouge.guichet import swisstime
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from persistent.mapping import PersistentMapping
from plone import api
from plone.app.textfield.value import RichTextValue
from zope.event import notify
from zope.lifecycleevent import ObjectModifiedEvent

import hashlib


#: The attributes of a démarche that make up a version.
FORM_ATTRIBUTES = (
    "fields_model",
    "formPrologue",
    "formEpilogue",
    "emolument",
    "correspondance",
)

#: States in which citizens get the published version.
PUBLISHED_STATES = ("publiee", "suspendue")

#: Name of the attribute with the versions; stored.
_STORE = "versions_publiees"


@dataclass(frozen=True)
class Accepte:
    """A warning an editor published in spite of, and why."""

    code: str
    message: str
    raison: str


@dataclass(frozen=True)
class Version:
    """One publication.

    ``numero`` counts from 1, ``date`` is aware, ``auteur`` is a user id. ``contenu`` has
    the values by name of :data:`FORM_ATTRIBUTES`.
    """

    numero: int
    date: datetime
    auteur: str
    note: str
    contenu: Mapping[str, object]
    acceptes: tuple[Accepte, ...] = ()

    @property
    def hash(self) -> str:
        """What a demande keeps of the form it was made with."""
        return hash_of(self.contenu["fields_model"])


def hash_of(model: str) -> str:
    """The name of a state of a form: 12 hexadecimal digits of a SHA-256."""
    return hashlib.sha256(model.encode()).hexdigest()[:12]


def contenu_de_travail(demarche) -> dict[str, object]:
    """The working copy, by name of :data:`FORM_ATTRIBUTES`."""
    base = aq_base(demarche)
    return {
        "fields_model": base.fields_model or "",
        "formPrologue": getattr(base, "formPrologue", None) or None,
        "formEpilogue": getattr(base, "formEpilogue", None) or None,
        "emolument": getattr(base, "emolument", None) or 0,
        # Written as a whole, never changed in place: see demarche/textes.py.
        "correspondance": getattr(base, "correspondance", None) or {},
    }


def versions_de(demarche) -> list[Version]:
    """All publications, the oldest first."""
    store = _store(demarche)
    return [_read(numero, entry) for numero, entry in store.items()] if store else []


def version_publiee(demarche) -> Version | None:
    """The last publication, whether or not the démarche is published now."""
    store = _store(demarche)
    if not store:
        return None
    numero = store.maxKey()
    return _read(numero, store[numero])


def version_numero(demarche, numero: int) -> Version:
    """
    :raises KeyError: no publication has that number
    """
    store = _store(demarche)
    if not store or numero not in store:
        raise KeyError(numero)
    return _read(numero, store[numero])


def version_par_hash(demarche, hash12: str) -> Version | None:
    """The last publication of that form; None when it was never published."""
    return next(
        (
            version
            for version in reversed(versions_de(demarche))
            if version.hash == hash12
        ),
        None,
    )


def modifiee(demarche) -> bool:
    """Whether the working copy differs from the last publication.

    False as long as there was none: then there is nothing to differ from.
    """
    version = version_publiee(demarche)
    return version is not None and not _same(
        contenu_de_travail(demarche), version.contenu
    )


def contenu_publie(demarche) -> Mapping[str, object]:
    """What citizens get, by name of :data:`FORM_ATTRIBUTES`.

    Of a démarche that is not published, and of one that was published before there
    were versions: the working copy.
    """
    if api.content.get_state(demarche, default="") in PUBLISHED_STATES:
        version = version_publiee(demarche)
        if version is not None:
            return version.contenu
    return contenu_de_travail(demarche)


def modele_publie(demarche) -> str:
    """The form citizens get, as supermodel XML; see :func:`contenu_publie`."""
    return contenu_publie(demarche)["fields_model"]


def publier_version(
    demarche,
    auteur: str,
    note: str = "",
    acceptes: Iterable[Accepte] = (),
    *,
    date: datetime | None = None,
) -> Version:
    """Keep the working copy as a new version; the last one when nothing changed."""
    dernier = version_publiee(demarche)
    contenu = contenu_de_travail(demarche)
    if dernier is not None and _same(contenu, dernier.contenu):
        return dernier
    store = _store(demarche)
    if store is None:
        store = OOBTree()
        setattr(aq_base(demarche), _STORE, store)
    numero = dernier.numero + 1 if dernier is not None else 1
    # Plain values only: what is stored names no class of ours.
    store[numero] = PersistentMapping(
        date=date or swisstime.now(),
        auteur=auteur,
        note=note,
        acceptes=tuple((one.code, one.message, one.raison) for one in acceptes),
        **{name: _plain(value) for name, value in contenu.items()},
    )
    return _read(numero, store[numero])


def restaurer(demarche, numero: int) -> None:
    """Make the form of a version the working copy again; it is not published by that.

    :raises KeyError: no publication has that number
    """
    for name, value in version_numero(demarche, numero).contenu.items():
        setattr(demarche, name, value)
    notify(ObjectModifiedEvent(demarche))


def oublier_versions(demarche) -> None:
    """Forget all publications; a copy of a démarche has none of its own."""
    if _store(demarche) is not None:
        delattr(aq_base(demarche), _STORE)


def _store(demarche):
    return getattr(aq_base(demarche), _STORE, None)


def _read(numero: int, entry: Mapping) -> Version:
    return Version(
        numero=numero,
        date=entry["date"],
        auteur=entry["auteur"],
        note=entry["note"],
        # Publications of the first releases have no texts.
        contenu={name: _rich(entry.get(name, {})) for name in FORM_ATTRIBUTES},
        acceptes=tuple(Accepte(*one) for one in entry["acceptes"]),
    )


def _plain(value):
    if isinstance(value, RichTextValue):
        return (value.raw, value.mimeType, value.outputMimeType)
    return value


def _rich(value):
    return RichTextValue(*value) if isinstance(value, tuple) else value


def _same(one: Mapping[str, object], other: Mapping[str, object]) -> bool:
    return all(_plain(one[name]) == _plain(other[name]) for name in FORM_ATTRIBUTES)
