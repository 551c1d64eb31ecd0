"""The search of the catalogue: from a citizen's words to the démarches he means.

Pure Python, in memory, rebuilt when the catalogue changes. A typed word is read as one
or several words of the catalogue, each reading with a quality (itself, same stem,
beginning, same family, same sound, few typing errors). A démarche is ranked by how much
of what was typed it covers, then by where the words stand in it.
"""

from carouge.guichet.demarche.french import ACTION_WORDS
from carouge.guichet.demarche.french import content_words
from carouge.guichet.demarche.french import normalise
from carouge.guichet.demarche.french import spellings
from carouge.guichet.demarche.french import stem
from carouge.guichet.demarche.french import STOP_WORDS
from carouge.guichet.demarche.french import WEAK_WORDS
from carouge.guichet.demarche.lexicon import Lexicon
from carouge.guichet.demarche.lexicon import Reading
from carouge.guichet.demarche.lexicon import STEM
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from dataclasses import field
from math import fsum
from math import log


__all__ = ["Fiche", "Hit", "SearchIndex", "normalise"]

MAX_CHARACTERS = 200
MAX_WORDS = 12
MAX_LETTERS = 40

# How much the place of a word is worth.
TITLE, KEYWORD, SYNONYM = 1.0, 0.9, 0.86
SUMMARY, CATEGORY, AUDIENCE, DETAILS = 0.6, 0.45, 0.35, 0.25
# Between equals, the démarche that speaks more of it.
AGAIN = 0.03

# Strength is the quality of a reading times its place: from here on, a word is covered.
COVERED = 0.5

# How much a typed word is worth, apart from its rarity.
WEAK_WEIGHT, ACTION_WEIGHT, UNKNOWN_WEIGHT = 0.2, 0.5, 0.5
RARITY = 1.3

WHOLE_PHRASE, WHOLE_TITLE, SHARE_OF_TITLE = 0.2, 0.2, 0.1
# Parts of the best possible score, and of the best score, that a hit must reach.
ENOUGH, ENOUGH_OF_BEST = 0.12, 0.45

_WEAK_STEMS = frozenset(map(stem, WEAK_WORDS))
_ACTION_STEMS = frozenset(map(stem, ACTION_WORDS))


@dataclass(frozen=True)
class Fiche:
    """What the index knows of one démarche."""

    key: str
    title: str
    summary: str
    category: str
    keywords: tuple[str, ...]
    synonyms: tuple[str, ...]
    audience: str
    details: str


@dataclass(frozen=True)
class Hit:
    """One démarche found; `corrections` are pairs (typed word, understood word)."""

    key: str
    score: float
    corrections: tuple[tuple[str, str], ...]


@dataclass
class _Term:
    """A typed word, and how strongly each démarche answers it."""

    typed: str
    stems: frozenset[str]
    quality: float
    weight: float = 0.0
    strengths: dict[int, float] = field(default_factory=dict)
    corrections: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Phrase:
    """A keyword or synonym of a démarche, which answers as a unit."""

    fiche: int
    needed: frozenset[str]
    stems: frozenset[str]
    weight: float


class SearchIndex:
    """Finds démarches by what a citizen types. Immutable once built, thread-safe."""

    def __init__(self, fiches: Iterable[Fiche]) -> None:
        self._fiches = tuple(fiches)
        self._titles = [normalise(fiche.title) for fiche in self._fiches]
        self._title_stems = [_stems(title) for title in self._titles]
        self._places: dict[str, dict[int, float]] = {}
        self._spellings: dict[str, str] = {}
        self._phrases: dict[str, list[_Phrase]] = {}
        for number, fiche in enumerate(self._fiches):
            self._add(number, fiche)
        self._lexicon = Lexicon(
            {word: max(places.values()) for word, places in self._places.items()}
        )

    def search(self, query: str, limit: int | None = None) -> list[Hit]:
        """Return the démarches that answer `query`, best first."""
        query = query[:MAX_CHARACTERS]
        terms = self._terms(query)
        scores = self._scores(terms, normalise(query))
        enough = ENOUGH_OF_BEST * max(scores.values(), default=0.0)
        hits = sorted(
            (-score, self._titles[number], self._fiches[number].key, number)
            for number, score in scores.items()
            if score >= enough
        )
        return [
            Hit(key, -negated, _corrections(terms, number))
            for negated, _, key, number in hits
        ][: None if limit is None else max(0, limit)]

    # Building

    def _add(self, number: int, fiche: Fiche) -> None:
        self._add_text(number, fiche.title, TITLE)
        self._add_text(number, fiche.summary, SUMMARY)
        self._add_text(number, fiche.category, CATEGORY)
        self._add_text(number, fiche.audience, AUDIENCE)
        self._add_text(number, fiche.details, DETAILS)
        for texts, place in ((fiche.keywords, KEYWORD), (fiche.synonyms, SYNONYM)):
            for text in texts:
                stems = _stems(text)
                # One word of « carte de fidélité » says less than « carte » alone.
                share = 1.0 if len(stems) < 2 else 0.55 + 0.5 / len(stems)
                self._add_text(number, text, place * share)
                if needed := stems - _WEAK_STEMS or stems:
                    phrase = _Phrase(number, needed, stems, place)
                    self._phrases.setdefault(min(needed), []).append(phrase)

    def _add_text(self, number: int, text: str, place: float) -> None:
        for typed in spellings(text):
            parts = typed.split("-")
            # « rendez-vous » is also typed « rendezvous ».
            joined = ["".join(parts)] if len(parts) > 1 else []
            for spelling in parts + joined:
                for word in content_words(spelling):
                    self._spellings.setdefault(word, spelling)
                    places = self._places.setdefault(word, {})
                    before = places.get(number, 0.0)
                    places[number] = max(place, before) + AGAIN * min(place, before)

    # Reading the query

    def _terms(self, query: str) -> list[_Term]:
        typed = [
            (word, spelling)
            for spelling in spellings(query.replace("-", " "))
            for word in normalise(spelling[:MAX_LETTERS]).split()
        ]
        typed = list(self._lexicon.mended(typed))
        content = [
            (word, spelling, position == len(typed))
            for position, (word, spelling) in enumerate(typed, start=1)
            if word not in STOP_WORDS
        ]
        terms = []
        for word, spelling, is_last in content[:MAX_WORDS]:
            readings = self._lexicon.readings(word, is_last)
            if readings is not None:
                terms.append(self._term(word, spelling, readings))
        # « demande » alone is all we know of the citizen's wish: it counts.
        if not all(term.stems & _WEAK_STEMS for term in terms):
            for term in terms:
                if term.stems & _WEAK_STEMS:
                    term.weight *= WEAK_WEIGHT
                elif term.stems & _ACTION_STEMS:
                    term.weight *= ACTION_WEIGHT
        return terms

    # Weighing

    def _term(self, word: str, spelling: str, readings: list[Reading]) -> _Term:
        quality = max((reading.quality for reading in readings), default=0.0)
        sure = {stem(r.word) for r in readings if r.corrected or r.quality >= STEM}
        term = _Term(spelling, frozenset(sure | {stem(word)}), quality)
        for reading in sorted(readings, key=lambda r: (-r.quality, r.word)):
            for number, place in self._places[reading.word].items():
                strength = place * reading.quality
                if strength > term.strengths.get(number, 0.0):
                    term.strengths[number] = strength
                    term.corrections.pop(number, None)
                    if reading.corrected:
                        term.corrections[number] = self._spellings[reading.word]
        # A démarche that mentions a word in passing makes it only a little commoner,
        commonness = fsum(term.strengths.values()) / (quality or 1.0)
        rarity = log(1 + len(self._fiches) / (1 + commonness)) ** RARITY
        # and a word that no démarche is about says little, however rare.
        best = min(1.0, max(term.strengths.values(), default=0.0) / COVERED)
        term.weight = rarity * max(UNKNOWN_WEIGHT, quality * best)
        return term

    def _scores(self, terms: list[_Term], typed: str) -> dict[int, float]:
        total = fsum(term.weight for term in terms)
        bonuses = self._phrase_bonuses(terms, total)
        scores = {}
        for number in {number for term in terms for number in term.strengths}:
            found = [(t.weight / total, t.strengths.get(number, 0.0)) for t in terms]
            strength = fsum(weight * strong for weight, strong in found)
            covered = fsum(w * min(1.0, strong / COVERED) for w, strong in found)
            if strength >= ENOUGH:
                score = (2 * covered + strength) / 3
                score += WHOLE_PHRASE * bonuses.get(number, 0.0)
                score += WHOLE_TITLE * (typed == self._titles[number])
                score += SHARE_OF_TITLE * self._title_share(number, terms)
                # Rounded, so that démarches that are equal tie.
                scores[number] = round(score, 9)
        return scores

    def _phrase_bonuses(self, terms: list[_Term], total: float) -> dict[int, float]:
        """Strengthen the words of whole phrases; return how much these explain."""
        typed = {root for term in terms for root in term.stems}
        bonuses: dict[int, float] = defaultdict(float)
        for phrase in (p for root in typed for p in self._phrases.get(root, ())):
            if not phrase.needed <= typed:
                continue
            share = 0.0
            for term in terms:
                if term.stems & phrase.stems:
                    share += term.weight / total
                    before = term.strengths.get(phrase.fiche, 0.0)
                    now = max(before, phrase.weight * term.quality)
                    term.strengths[phrase.fiche] = now
            bonus = share * share * len(phrase.stems & typed) / len(phrase.stems)
            bonuses[phrase.fiche] = max(bonus, bonuses[phrase.fiche])
        return bonuses

    def _title_share(self, number: int, terms: list[_Term]) -> float:
        """Return how much of the title was typed: the shorter title wins a tie."""
        stems = self._title_stems[number]
        typed = sum(1 for term in terms if term.stems & stems)
        return min(1.0, typed / len(stems)) if stems else 0.0


def _stems(text: str) -> frozenset[str]:
    return frozenset(map(stem, content_words(text)))


def _corrections(terms: list[_Term], number: int) -> tuple[tuple[str, str], ...]:
    found = [(t.typed, t.corrections[number]) for t in terms if number in t.corrections]
    return tuple(dict.fromkeys(found))
