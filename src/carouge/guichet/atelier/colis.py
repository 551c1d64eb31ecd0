"""The parcel démarches travel in: a ZIP of JSON and XML. Needs no site.

What is written depends on the content alone: entries are sorted, stored without
compression (libraries compress differently), dated 1980 and readable by all. What is
read comes from anybody: only names of a known form, known sizes, valid UTF-8, JSON
without surprises, and the digests of the manifest.
"""

from __future__ import annotations

from carouge.guichet import _
from collections.abc import Iterable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field
from io import BytesIO
from math import isfinite
from typing import Any
from zipfile import BadZipFile
from zipfile import ZIP_DEFLATED
from zipfile import ZIP_STORED
from zipfile import ZipFile
from zipfile import ZipInfo

import hashlib
import json
import re
import zlib


FORMAT = "carouge.guichet/demarches"
VERSION = 1

MANIFESTE = "manifeste.json"

#: Limits of what is read: bytes of the parcel, of one file and of all, and files.
MAX_COLIS = 5 * 1024 * 1024
MAX_FICHIER = 2 * 1024 * 1024
MAX_TOTAL = 20 * 1024 * 1024
MAX_FICHIERS = 2000

#: Id of a démarche that travels with it: a UUID without dashes.
IDENTIFIANT = re.compile(r"[0-9a-f]{32}", re.ASCII)

_NOM = re.compile(
    r"demarches/(?P<id>[0-9a-f]{32})/"
    r"(?P<fichier>demarche\.json|formulaire\.xml|scenarios/[a-z0-9][a-z0-9-]{0,59}\.json)",
    re.ASCII,
)
_REGULAR = 0o100644 << 16
_DATE = (1980, 1, 1, 0, 0, 0)
_ENCRYPTED = 0x1


class ColisRefuse(Exception):
    """The parcel cannot be used; ``message`` says why, for the person who sent it."""

    def __init__(self, message) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True)
class Contenu:
    """One démarche of a parcel.

    ``donnees`` is ``demarche.json``, ``modele`` the XML of the form, ``scenarios`` are
    JSON values by name.
    """

    identifiant: str
    donnees: Mapping[str, Any]
    modele: str
    scenarios: Mapping[str, Any] = field(default_factory=dict)


def ecrire(contenus: Iterable[Contenu]) -> bytes:
    """The bytes of a parcel, always the same for the same content."""
    files: dict[str, bytes] = {}
    for contenu in contenus:
        folder = f"demarches/{contenu.identifiant}"
        files[f"{folder}/demarche.json"] = json_bytes(contenu.donnees)
        files[f"{folder}/formulaire.xml"] = contenu.modele.encode()
        for name, scenario in contenu.scenarios.items():
            files[f"{folder}/scenarios/{name}.json"] = json_bytes(scenario)
    manifest = {
        "format": FORMAT,
        "version": VERSION,
        "fichiers": {name: _digest(data) for name, data in files.items()},
    }
    out = BytesIO()
    with ZipFile(out, "w", ZIP_STORED) as archive:
        for name in (MANIFESTE, *sorted(files)):
            entry = ZipInfo(name, _DATE)
            entry.create_system = 3
            entry.external_attr = _REGULAR
            data = json_bytes(manifest) if name == MANIFESTE else files[name]
            archive.writestr(entry, data)
    return out.getvalue()


def lire(data: bytes) -> list[Contenu]:
    """The démarches of a parcel, by identifiant; nothing of them is believed yet.

    :raises ColisRefuse: damaged, hostile, or of another format
    """
    files = _unpack(data)
    if MANIFESTE not in files:
        raise ColisRefuse(_("This file holds no démarches: its manifest is missing."))
    _check_manifest(_json(files.pop(MANIFESTE), MANIFESTE), files)
    parts: dict[str, dict[str, bytes]] = {}
    for name, content in files.items():
        match = _NOM.fullmatch(name)
        parts.setdefault(match["id"], {})[match["fichier"]] = content
    if not parts:
        raise ColisRefuse(_("This file holds no démarche."))
    return [_contenu(id, parts[id]) for id in sorted(parts)]


def json_bytes(value: object) -> bytes:
    """Canonical JSON: sorted keys, two spaces, UTF-8, a line end."""
    text = json.dumps(
        value, ensure_ascii=False, sort_keys=True, indent=2, allow_nan=False
    )
    return f"{text}\n".encode()


def texte_sain(text: str) -> bool:
    """Whether a text survives JSON and XML: no controls but tab and line ends."""
    return not any(
        (ord(char) < 32 and char not in "\t\n\r")
        or 0xD800 <= ord(char) < 0xE000
        or (ord(char) & 0xFFFE) == 0xFFFE
        for char in text
    )


def textes(value: object) -> Iterator[str]:
    """All texts in a JSON value, but for keys."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, (list, dict)):
        for part in value.values() if isinstance(value, dict) else value:
            yield from textes(part)


def _contenu(id: str, files: Mapping[str, bytes]) -> Contenu:
    folder = f"demarches/{id}"
    for name in ("demarche.json", "formulaire.xml"):
        if name not in files:
            raise _missing(f"{folder}/{name}")
    donnees = _json(files["demarche.json"], f"{folder}/demarche.json")
    if not isinstance(donnees, dict) or donnees.get("identifiant") != id:
        raise _unreadable(f"{folder}/demarche.json")
    return Contenu(
        identifiant=id,
        donnees=donnees,
        modele=_text(files["formulaire.xml"], f"{folder}/formulaire.xml"),
        scenarios={
            name.removeprefix("scenarios/").removesuffix(".json"): _json(
                data, f"{folder}/{name}"
            )
            for name, data in sorted(files.items())
            if name.startswith("scenarios/")
        },
    )


def _check_manifest(manifest: object, files: Mapping[str, bytes]) -> None:
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise ColisRefuse(_("This file was not made by the export of a guichet."))
    version = manifest.get("version")
    if type(version) is not int or version != VERSION:
        raise ColisRefuse(
            _(
                "This file has format version ${version}; this guichet reads version "
                "${ours}. Update the older of the two sites, then export again.",
                mapping={"version": str(version)[:20], "ours": VERSION},
            )
        )
    digests = manifest.get("fichiers")
    if not isinstance(digests, dict):
        raise _unreadable(MANIFESTE)
    for name in sorted({*digests, *files}):
        if name not in files:
            raise _missing(name)
        if digests.get(name) != _digest(files[name]):
            raise ColisRefuse(
                _(
                    "The file is damaged or was changed by hand: “${name}” is not what "
                    "its manifest says.",
                    mapping={"name": name[:120]},
                )
            )


def _unpack(data: bytes) -> dict[str, bytes]:
    if len(data) > MAX_COLIS:
        raise ColisRefuse(
            _("The file is too large: ${mb} MB are possible.", mapping={"mb": 5})
        )
    try:
        with ZipFile(BytesIO(data)) as archive:
            entries = archive.infolist()
            _check_entries(entries)
            return {entry.filename: _read(archive, entry) for entry in entries}
    except ColisRefuse:
        raise
    except (
        BadZipFile,
        EOFError,
        NotImplementedError,
        OSError,
        RuntimeError,
        ValueError,
        zlib.error,
    ) as error:
        # All the ways in which zipfile gives up on a broken archive.
        raise ColisRefuse(
            _("The file is damaged, or no ZIP file. Export it again.")
        ) from error


def _check_entries(entries: list[ZipInfo]) -> None:
    if len(entries) > MAX_FICHIERS:
        raise ColisRefuse(_("There are too many files in this ZIP file."))
    seen = set()
    for entry in entries:
        # What the archive really says, before zipfile makes a usable name of it.
        name = entry.orig_filename
        known = name == MANIFESTE or _NOM.fullmatch(name)
        if not known or name != entry.filename:
            raise ColisRefuse(
                _(
                    "The file has an entry that no export makes: “${name}”.",
                    mapping={"name": name[:120].encode("ascii", "replace").decode()},
                )
            )
        if name in seen:
            raise ColisRefuse(
                _(
                    "The file has two entries with the same name: “${name}”.",
                    mapping={"name": name},
                )
            )
        seen.add(name)
        if entry.flag_bits & _ENCRYPTED:
            raise ColisRefuse(_("The file is protected by a password."))
        if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
            raise ColisRefuse(_("The file is compressed in a way no export uses."))
        if entry.file_size > MAX_FICHIER:
            raise _too_large(name)
    if sum(entry.file_size for entry in entries) > MAX_TOTAL:
        raise ColisRefuse(_("Unpacked, this file would be too large."))


def _read(archive: ZipFile, entry: ZipInfo) -> bytes:
    with archive.open(entry) as stream:
        # Whatever size the archive claims.
        content = stream.read(MAX_FICHIER + 1)
    if len(content) > MAX_FICHIER:
        raise _too_large(entry.filename)
    return content


def _json(data: bytes, name: str) -> Any:
    def no_constant(constant: str):
        raise ValueError(constant)

    def no_double(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        values = dict(pairs)
        if len(values) != len(pairs):
            raise ValueError("the same key twice")
        if not all(map(texte_sain, values)):
            raise ValueError("a key with control characters")
        return values

    def finite(number: str) -> float:
        value = float(number)
        if not isfinite(value):
            raise ValueError(number)
        return value

    try:
        value = json.loads(
            _text(data, name),
            parse_constant=no_constant,
            parse_float=finite,
            object_pairs_hook=no_double,
        )
        # Escapes can say what the text itself must not contain.
        if not all(map(texte_sain, textes(value))):
            raise ValueError("control characters")
        return value
    except (ValueError, RecursionError) as error:
        raise _unreadable(name) from error


def _text(data: bytes, name: str) -> str:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _unreadable(name) from error
    if not texte_sain(text) or text.startswith("\ufeff"):
        raise _unreadable(name)
    return text


def _digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def _unreadable(name: str) -> ColisRefuse:
    return ColisRefuse(
        _("“${name}” in this file cannot be read.", mapping={"name": name})
    )


def _missing(name: str) -> ColisRefuse:
    return ColisRefuse(
        _(
            "The file is incomplete: “${name}” is missing.",
            mapping={"name": str(name)[:120].encode("ascii", "replace").decode()},
        )
    )


def _too_large(name: str) -> ColisRefuse:
    return ColisRefuse(
        _("“${name}” in this file is too large.", mapping={"name": name})
    )
