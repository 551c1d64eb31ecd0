"""What is different between two states of a démarche's notices and models."""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.demarche.textes import Avis
from carouge.guichet.demarche.textes import OCCASIONS
from carouge.guichet.demarche.textes import Textes
from collections.abc import Callable
from collections.abc import Iterable
from collections.abc import Iterator


_PARTS = {
    "objet": _("subject"),
    "texte": _("text"),
    "sms": _("text message"),
    "corps": _("text"),
    "titre": _("title"),
    "mouvements": _("moves it is proposed for"),
    "genre": _("kind"),
    "mouvement": _("move it goes with"),
    "signataire": _("signature"),
}

#: Longer texts are not shown as a whole.
MAX_LINES = 6
MAX_LINE = 160


def changements(
    ancien: Textes, nouveau: Textes, dire: Callable[[object], str]
) -> Iterator[str]:
    """Each change in words: what it is about, and the lines that went and came."""
    for occasion, titre in OCCASIONS.items():
        nom = dire(_("Notice “${titre}”", mapping={"titre": titre}))
        before = ancien.avis.get(occasion, Avis())
        after = nouveau.avis.get(occasion, Avis())
        if after.vide and not before.vide:
            yield dire(_("${nom}: the standard words again.", mapping={"nom": nom}))
        else:
            yield from _parts(nom, before, after, ("objet", "texte", "sms"), dire)
    yield from _modeles(
        ancien.messages,
        nouveau.messages,
        _("Message “${titre}”"),
        ("titre", "texte", "mouvements"),
        dire,
    )
    yield from _modeles(
        ancien.documents,
        nouveau.documents,
        _("Document “${titre}”"),
        ("titre", "corps", "genre", "mouvement", "signataire"),
        dire,
    )


def _modeles(
    ancien: Iterable, nouveau: Iterable, titre: str, parts, dire
) -> Iterator[str]:
    before = {modele.id: modele for modele in ancien}
    after = {modele.id: modele for modele in nouveau}
    for id, modele in before.items():
        if id not in after:
            nom = _nom(titre, modele, dire)
            yield dire(_("${nom} was removed.", mapping={"nom": nom}))
    for id, modele in after.items():
        nom = _nom(titre, modele, dire)
        if id not in before:
            yield dire(_("${nom} was added.", mapping={"nom": nom}))
        else:
            yield from _parts(nom, before[id], modele, parts, dire)


def _nom(titre, modele, dire) -> str:
    return dire(_(titre, mapping={"titre": modele.titre}))


def _parts(nom: str, before, after, parts, dire) -> Iterator[str]:
    for part in parts:
        was, will = getattr(before, part), getattr(after, part)
        if was == will:
            continue
        mapping = {"nom": nom, "part": dire(_PARTS[part])}
        if isinstance(was, str) and part in ("texte", "corps"):
            mapping["lignes"] = _lines(was, will)
            yield dire(_("${nom}, ${part}: ${lignes}", mapping=mapping))
            continue
        mapping |= {"avant": _words(was, dire), "apres": _words(will, dire)}
        if not was:
            yield dire(_("${nom}, ${part}: “${apres}” is new.", mapping=mapping))
        elif not will:
            yield dire(_("${nom}, ${part}: “${avant}” is gone.", mapping=mapping))
        else:
            yield dire(
                _("${nom}, ${part}: “${apres}” instead of “${avant}”.", mapping=mapping)
            )


def _words(value, dire) -> str:
    names = value if isinstance(value, tuple) else (value,)
    return ", ".join(dire(OCCASIONS.get(name, name)) for name in names)


def _lines(before: str, after: str) -> str:
    """The lines that are not in the other text: ``− old`` and ``+ new``."""
    was, will = before.splitlines(), after.splitlines()
    gone = [f"− {line}"[:MAX_LINE] for line in was if line.strip() and line not in will]
    new = [f"+ {line}"[:MAX_LINE] for line in will if line.strip() and line not in was]
    shown = [*gone[:MAX_LINES], *new[:MAX_LINES]]
    if len(gone) > MAX_LINES or len(new) > MAX_LINES:
        shown.append("…")
    # With the same lines in both it is their order that has changed.
    return " ".join(shown) if shown else "↕"
