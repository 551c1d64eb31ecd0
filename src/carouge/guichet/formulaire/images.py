"""Pictures: whole, of a size one can look at, and small for the page.

The limits are of memory, which is what a picture can take away from everybody else:
a file of some kilobytes can stand for thousands of millions of points.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire.types_documents import DocumentRefuse
from io import BytesIO
from PIL import Image
from PIL import ImageOps

import threading


#: Most points of a picture, and most memory its points may take, in bytes.
MAX_POINTS = 170_000_000
MAX_MEMOIRE = 200 * 1024 * 1024
#: Longest side of a small picture, in points.
COTE = 320

TROP_DE_POINTS = _(
    "This picture has too many points. Please make it smaller, or take a photo of it."
)
ABIMEE = _("This picture is damaged or incomplete. Please choose it again.")

# Pictures that are unpacked at the same time, whatever the number of threads.
_PLACES = threading.BoundedSemaphore(2)

_FORMATS = {"jpeg": ("JPEG",), "png": ("PNG",), "gif": ("GIF",)}


class _TropGrande(Exception):
    """The picture would take too much memory."""


def verifier_image(data: bytes, nom: str) -> None:
    """Look at a picture as a whole; ``nom`` is ``jpeg``, ``png`` or ``gif``.

    :raises DocumentRefuse: damaged, incomplete or too large
    """
    if nom == "png" and b"IEND" not in data[-65536:]:
        raise DocumentRefuse(ABIMEE)
    try:
        with _PLACES:
            _lire(data, nom)
    except (_TropGrande, Image.DecompressionBombError) as error:
        raise DocumentRefuse(TROP_DE_POINTS) from error
    except Exception as error:
        # A reader of pictures that meets nonsense raises what comes to its mind.
        raise DocumentRefuse(ABIMEE) from error


def petite_image(data: bytes, nom: str) -> bytes | None:
    """The picture at most :data:`COTE` points wide and high, as JPEG; upright.

    Nothing but the points is copied: no place, no date, no camera. None when the picture
    cannot be made, for whatever reason.
    """
    try:
        with _PLACES:
            image = _lire(data, nom)
            image.thumbnail((COTE, COTE))
            image = ImageOps.exif_transpose(image)
            return _jpeg(image)
    except Exception:
        # A reader of pictures that meets nonsense raises what comes to its mind.
        return None


def _lire(data: bytes, nom: str) -> Image.Image:
    image = Image.open(BytesIO(data), formats=_FORMATS[nom])
    points = image.size[0] * image.size[1]
    if points > MAX_POINTS:
        raise _TropGrande(image.size)
    memoire = 0
    if nom == "jpeg":
        # Read at an eighth of its size: enough to look at, and to see that it is whole.
        image.draft(None, (COTE, COTE))
        if image.info.get("progressive"):
            memoire = points * 6
    memoire += image.size[0] * image.size[1] * _octets(image.mode)
    if memoire > MAX_MEMOIRE:
        raise _TropGrande(image.size)
    image.load()
    return image


def _octets(mode: str) -> int:
    """Bytes a point takes in memory."""
    if mode in ("1", "L", "P"):
        return 1
    return 2 if mode.startswith("I;16") else 4


def _jpeg(image: Image.Image) -> bytes:
    if image.mode in ("P", "PA", "LA", "RGBA", "La", "RGBa") or (
        "transparency" in image.info
    ):
        image = image.convert("RGBA")
        fond = Image.new("RGB", image.size, "white")
        fond.paste(image, mask=image.getchannel("A"))
        image = fond
    image = image.convert("RGB")
    propre = Image.frombytes("RGB", image.size, image.tobytes())
    sortie = BytesIO()
    propre.save(sortie, "JPEG", quality=80, optimize=True)
    return sortie.getvalue()
