"""A digest of what the profile of the add-on installs.

Its files, whatever their white space, and the fields of the interfaces whose records they
make: a field more is a record more, although no file changes.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree
from zope.dottedname.resolve import resolve
from zope.schema import getFieldsInOrder

import hashlib


#: Interfaces with records that no file of the profile makes: one set for each régie.
AUTRES = ("carouge.guichet.regie.interfaces.IRegieSettings",)


def empreinte_de(profil: Path) -> str:
    """The digest of the profile in that folder; its interfaces can be imported."""
    digest = hashlib.sha256()
    for path in sorted(profil.rglob("*.xml")):
        text = ElementTree.canonicalize(path.read_text("utf-8"), strip_text=True)
        if path.name == "metadata.xml":
            # Its version says which digest is meant.
            text = "".join(text.split("<version>")[0::2])
        digest.update(f"{path.relative_to(profil).as_posix()}\n{text}\n".encode())
        names = {
            one.get("interface") for one in ElementTree.parse(path).iter("records")
        }
        _ajouter_champs(digest, names - {None})
    _ajouter_champs(digest, AUTRES)
    return digest.hexdigest()


def _ajouter_champs(digest, interfaces) -> None:
    for interface in sorted(interfaces):
        for name, field in sorted(getFieldsInOrder(resolve(interface))):
            digest.update(f"{interface}.{name}:{type(field).__name__}\n".encode())
