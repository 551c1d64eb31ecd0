"""The form of a démarche on paper: everything it asks, with room to answer by hand.

Made of the compiled form alone. Conditions stand in words beside what they are about,
groups have room for several rows; what the guichet computes itself is left out.
"""

from __future__ import annotations

from carouge.guichet import _
from carouge.guichet.formulaire import limites
from carouge.guichet.formulaire.compile import CompiledForm
from carouge.guichet.formulaire.compile import Groupe
from carouge.guichet.formulaire.compile import Question
from carouge.guichet.formulaire.genre import Contexte
from carouge.guichet.formulaire.mots_conditions import en_mots
from carouge.guichet.formulaire.mots_conditions import titre_de
from carouge.guichet.formulaire.procedure import conditions_de
from carouge.guichet.formulaire.procedure import deroulement_de
from carouge.guichet.money import format_chf
from carouge.guichet.pdf import en_pdf
from carouge.guichet.swisstime import today
from collections import OrderedDict
from collections.abc import Callable
from collections.abc import Iterator
from dataclasses import dataclass
from threading import Lock

import hashlib
import lxml.html


#: Blanks of a repeatable group, unless it asks for more or allows fewer.
RANGS = 3

#: Most blanks of a group: whoever has more adds a sheet.
RANGS_AU_PLUS = 8

#: Choices up to this length stand beside each other.
MOT_COURT = 24

#: PDFs a process keeps.
GARDES = 64

_PARTIES = {
    "rue": _("Street and number"),
    "npa": _("Postal code"),
    "localite": _("Town"),
}

STYLE = """
.mention { font-size: 9.5pt; margin-bottom: 1mm; }
.si { font-style: italic; margin-bottom: 1mm; }
.question { break-inside: avoid; margin: 0 0 5mm; }
.question h3, .question h4 { margin: 0 0 1mm; }
h4 { break-after: avoid; font-size: 11pt; }
.rang { border: 0.3mm solid #000; break-inside: avoid-page; margin: 0 0 4mm;
        padding: 3mm 4mm 0; }
.rang > h3 { margin-top: 0; }
.cases { list-style: none; padding: 0; }
.cases li { padding-left: 7mm; text-indent: -7mm; }
.serre li { display: inline-block; padding-left: 0; text-indent: 0; width: 52mm; }
.case { border: 0.4mm solid #000; display: inline-block; height: 3.5mm;
        margin-right: 3mm; width: 3.5mm; }
.ligne { border-bottom: 0.3mm solid #000; height: 7.5mm; margin: 0; }
.partie { display: flex; align-items: flex-end; gap: 3mm; }
.partie .ligne { flex: 1; }
.date span { border: 0.3mm solid #000; display: inline-block; height: 7mm;
             margin-right: 0.6mm; width: 6mm; }
.date .point { border: 0; text-align: center; width: 3mm; }
address { font-style: normal; white-space: pre-line; }
.bloc { break-inside: avoid; }
"""


@dataclass(frozen=True)
class Champ:
    """A question on paper.

    ``forme`` is how one answers: ``ligne``, ``lignes``, ``date``, ``montant``, ``parties``,
    ``case`` (one box before ``titre``), ``cases`` (one of ``choix``), ``plusieurs``,
    ``piece``, or ``information`` (``textes``, nothing is asked). ``si`` says when it is
    asked, empty: always.
    """

    titre: str
    aide: str
    forme: str
    requis: bool = False
    si: str = ""
    choix: tuple[str, ...] = ()
    textes: tuple[str, ...] = ()

    @property
    def serre(self) -> bool:
        """Whether the choices have room beside each other."""
        return len(self.choix) > 2 and max(map(len, self.choix)) <= MOT_COURT


@dataclass(frozen=True)
class Bloc:
    """A repeatable group: the same questions in ``rangs`` blanks.

    ``plus`` says that there may be more rows than there are blanks.
    """

    titre: str
    si: str
    rangs: tuple[int, ...]
    plus: bool
    champs: tuple[Champ, ...]


@dataclass(frozen=True)
class Partie:
    """A step on paper."""

    titre: str
    aide: str
    si: str
    elements: tuple[Champ | Bloc, ...]


def parties_de(form: CompiledForm, dire: Callable[[object], str]) -> list[Partie]:
    """The form as it is printed; ``dire`` translates a message."""
    return [*_Mise(form, dire).parties()]


def prix_de(form: CompiledForm, dire: Callable[[object], str]) -> list[str]:
    """The lines of the price in words, each with when it counts."""
    lines = []
    for ligne in deroulement_de(form.schema)["prix"]:
        amount = format_chf(abs(ligne["montant"]))
        if ligne["montant"] < 0:
            amount = f"– {amount}"
        words = dire(
            _(
                "${libelle}: ${montant}",
                mapping={"libelle": ligne["libelle"], "montant": amount},
            )
        )
        if ligne["par"]:
            per = titre_de(ligne["par"], form.schema, dire)
            words = dire(
                _("${prix} (times: ${par})", mapping={"prix": words, "par": per})
            )
        condition = en_mots(ligne["si"], form.schema, dire)
        lines.append(f"{words}, {condition}" if condition else words)
    return lines


def textes_de(html: str) -> tuple[str, ...]:
    """The paragraphs of a formatted text, as plain text."""
    # Line ends of the source are spaces; those of the page are added below.
    html = " ".join(html.split())
    if not html:
        return ()
    root = lxml.html.fragment_fromstring(html, create_parent="div")
    for line in root.iter("br"):
        line.tail = "\n" + (line.tail or "")
    for block in root.iter("p", "li", "div", "h2", "h3", "h4", "h5", "h6", "tr"):
        block.tail = "\n" + (block.tail or "")
    lines = (" ".join(line.split()) for line in root.text_content().splitlines())
    return tuple(line for line in lines if line)


class _Mise:
    """Puts one form on paper."""

    def __init__(self, form: CompiledForm, dire: Callable[[object], str]) -> None:
        self.form = form
        self.dire = dire
        self.conditions = conditions_de(form.schema)
        self.procedure = deroulement_de(form.schema)
        self.contexte = Contexte(compte=None, aujourdhui=today())

    def parties(self) -> Iterator[Partie]:
        for etape in self.form.etapes:
            settings = self.procedure["etapes"].get(etape.id) or {}
            elements = [
                self._bloc(element)
                if isinstance(element, Groupe)
                else self._champ(element)
                for element in etape.elements
            ]
            yield Partie(
                self.dire(etape.titre) if etape.titre else "",
                self.dire(etape.aide) if etape.aide else "",
                self._si(settings.get("si")),
                tuple(element for element in elements if element is not None),
            )

    def _bloc(self, groupe: Groupe) -> Bloc:
        settings = self.procedure["groupes"].get(groupe.nom) or {}
        count = min(max(groupe.min, RANGS), groupe.max, RANGS_AU_PLUS)
        champs = (self._champ(question) for question in groupe.questions)
        return Bloc(
            groupe.titre,
            self._si(settings.get("si")),
            tuple(range(1, count + 1)),
            groupe.max > count,
            tuple(champ for champ in champs if champ is not None),
        )

    def _champ(self, question: Question) -> Champ | None:
        forme = self._forme(question)
        if forme is None:
            return None
        field = question.champ
        label = getattr(field, "rich_label", None) or ""
        texts = textes_de(getattr(label, "raw", label))
        return Champ(
            titre=self.dire(field.title) if field.title else "",
            aide=self.dire(field.description) if field.description else "",
            forme=forme,
            requis=question.requis and forme != "case",
            si=self._si(self.conditions.get(question.nom)),
            choix=self._choix(question, forme),
            textes=texts if forme == "information" else (),
        )

    def _forme(self, question: Question) -> str | None:
        nom = question.genre.nom
        if question.calculee or nom == "unsupported":
            return None
        if question.information:
            return "information"
        if nom == "membre":
            return "ligne"
        if question.genre.a_des_fichiers:
            return "piece"
        return _FORMES.get(nom, "ligne")

    def _choix(self, question: Question, forme: str) -> tuple[str, ...]:
        if forme == "parties":
            return tuple(
                self.dire(_PARTIES.get(name, name)) for name in question.genre.vide()
            )
        if question.genre.nom == "boolean":
            return (self.dire(_("Yes")), self.dire(_("No")))
        if forme not in ("cases", "plusieurs"):
            return ()
        choices = question.genre.choix(question.champ, self.contexte) or ()
        return tuple(self.dire(title) for value, title in choices if value)

    def _si(self, condition) -> str:
        words = en_mots(condition, self.form.schema, self.dire)
        if not words:
            return ""
        return self.dire(_("Only ${condition}", mapping={"condition": words}))


_FORMES = {
    "adresse": "parties",
    "boolean": "cases",
    "choice": "cases",
    "choices": "plusieurs",
    "consent": "case",
    "date": "date",
    "montant": "montant",
    "npa_localite": "parties",
    "text": "lignes",
}

# --- PDFs -----------------------------------------------------------------------

_kept: OrderedDict[str, bytes] = OrderedDict()
_lock = Lock()


def pdf_de(html: str) -> bytes:
    """The PDF of a page; made once for the same page, which takes seconds.

    :raises carouge.guichet.formulaire.limites.TropVite: too many were made for the
        caller: the page says the host name he has asked for
    """
    key = hashlib.sha256(html.encode()).hexdigest()
    with _lock:
        document = _kept.get(key)
        if document is not None:
            _kept.move_to_end(key)
            return document
    limites.compter(limites.papiers)
    document = en_pdf(html, style=STYLE)
    with _lock:
        _kept[key] = document
        while len(_kept) > GARDES:
            _kept.popitem(last=False)
    return document
