"""The words of the catalogue, and which of them a typed word may stand for."""

from bisect import bisect_left
from carouge.guichet.demarche.french import alike
from carouge.guichet.demarche.french import singular
from carouge.guichet.demarche.french import sound
from carouge.guichet.demarche.french import stem
from carouge.guichet.demarche.french import STOP_WORDS
from carouge.guichet.demarche.french import variants
from carouge.guichet.demarche.french import WEAK_WORDS
from collections import defaultdict
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract


# How much a reading of a typed word is worth.
EXACT, PLURAL, STEM, PREFIX, FAMILY, SAME_SOUND = 1.0, 0.98, 0.93, 0.6, 0.5, 0.5

# A word read so strongly needs no looser reading.
STRONG = 0.56

# Shorter words have too many neighbours to be corrected.
SPELLABLE = 4


@cache
def _weak_stems() -> frozenset[str]:
    return frozenset(map(stem, WEAK_WORDS))


@dataclass(frozen=True)
class Reading:
    """A word of the catalogue that a typed word may stand for."""

    word: str
    quality: float
    corrected: bool = False


class Lexicon:
    """Reads typed words as words of the catalogue, exactly or by likeness.

    `strengths` tells of each word of the catalogue how much its best place is worth.
    """

    def __init__(self, strengths: Mapping[str, float]) -> None:
        self._strengths = strengths
        self._words = sorted(strengths)
        self._by_stem = _group(self._words, stem)
        self._by_sound = _group(self._words, sound)
        self._stems = sorted(self._by_stem)
        self._sounds = sorted(self._by_sound)
        # A mistyped stop word must not be taken for a word of the catalogue.
        spellable = STOP_WORDS.union(WEAK_WORDS, self._words)
        self._spellable = sorted(w for w in spellable if len(w) >= SPELLABLE)

    def mended(self, typed: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """Mend words typed in two (« para scolaire ») or in one (« sacpoubelle »)."""
        position = 0
        while position < len(typed):
            word, spelling = typed[position]
            after, after_spelling = (*typed, ("", ""))[position + 1]
            both_known = self._is_known(word) and self._is_known(after)
            if after and not both_known and word + after in self._strengths:
                yield word + after, spelling + after_spelling
                position += 2
            else:
                yield from self._split(word) or [(word, spelling)]
                position += 1

    def _split(self, word: str) -> list[tuple[str, str]]:
        if len(word) < 8 or self._is_known(word) or _near(word, self._spellable, 1):
            return []
        for cut in range(3, len(word) - 2):
            parts = word[:cut], word[cut:]
            if all(self._is_known(part) or self._forms(part) for part in parts):
                return [(part, part) for part in parts]
        return []

    def _is_known(self, word: str) -> bool:
        return word in self._strengths or word in STOP_WORDS or word in WEAK_WORDS

    def readings(self, word: str, is_last: bool) -> list[Reading] | None:
        """Return the words meant by `word`; None when it is a mistyped stop word."""
        readings = self._forms(word)
        if is_last and len(word) > 1:
            readings += self._beginning(word)
        for variant in variants(word):
            readings = readings or self._forms(variant)
        readings += self._homophones(word)
        if all(self._strength(reading) < STRONG for reading in readings):
            readings += self._family(word)
        understood = not all(reading.corrected for reading in readings)
        if understood or len(word) < SPELLABLE or stem(word) in _weak_stems():
            return readings
        return self._corrected(word, is_last)

    def _strength(self, reading: Reading) -> float:
        return reading.quality * self._strengths[reading.word]

    def _forms(self, word: str) -> list[Reading]:
        readings = []
        for same in self._by_stem.get(stem(word), ()):
            is_plural = singular(same) == singular(word)
            quality = EXACT if same == word else PLURAL if is_plural else STEM
            readings.append(Reading(same, quality))
        return readings

    def _beginning(self, start: str) -> list[Reading]:
        return [
            Reading(word, PREFIX + 0.2 * len(start) / len(word))
            for word in _starting(self._words, start)
        ]

    def _homophones(self, word: str) -> list[Reading]:
        """Return « salle » for « sale », which is a word too and no typing error."""
        return [
            Reading(same, SAME_SOUND, corrected=True)
            for same in self._spoken_like(word)
            if stem(same) != stem(word)
        ]

    def _spoken_like(self, word: str) -> list[str]:
        spoken = sound(word)
        if len(word) < SPELLABLE or len(spoken) < 3:
            return []
        return self._by_sound.get(spoken, [])

    def _family(self, word: str) -> list[Reading]:
        root = stem(word)
        return [
            Reading(same, FAMILY)
            for other in _starting(self._stems, root[: max(4, len(root) * 3 // 5)])
            if alike(root, other)
            for same in self._by_stem[other]
        ]

    def _corrected(self, word: str, is_last: bool) -> list[Reading] | None:
        costs = self._costs(word)
        cost = min(costs.values(), default=0.0)
        near = [other for other in sorted(costs) if costs[other] < cost + 0.25]
        understood = [other for other in near if other in self._strengths][:4]
        if near and not understood:
            return None
        spoken = sound(word)
        if not near and is_last and len(spoken) > 3:
            sounds = _starting(self._sounds, spoken)
            understood = [word for other in sounds for word in self._by_sound[other]]
            cost = 2.0
        quality = max(0.35, 0.8 - 2.0 * cost / len(word))
        return [
            Reading(form.word, quality * form.quality, corrected=True)
            for other in understood
            for form in self._forms(other)
        ]

    def _costs(self, word: str) -> dict[str, float]:
        """Return how far from `word` are the words that may have been meant."""
        allowed = 1 if len(word) < 7 else 2 if len(word) < 12 else 3
        costs = {
            other: distance + 0.5 * (other[0] != word[0])
            for other, distance in _near(word, self._spellable, allowed)
            # The first letter is seldom wrong: « toiture » is not « voiture ».
            if other[0] == word[0] or len(word) > 8
            # Too many words of four letters are one letter apart: two swapped only.
            if len(word) > 4 or sorted(other) == sorted(word)
        }
        for other in self._spoken_like(word):
            costs[other] = min(0.8, costs.get(other, 1.0))
        spoken = sound(word)
        if not costs and len(spoken) > 4:
            for near, _ in _near(spoken, self._sounds, 1):
                if near[0] == spoken[0]:
                    costs |= dict.fromkeys(self._by_sound[near], 2.0)
        return costs


def _group(words: list[str], key: Callable[[str], str]) -> dict[str, list[str]]:
    groups = defaultdict(list)
    for word in words:
        groups[key(word)].append(word)
    return dict(groups)


def _near(word: str, others: list[str], allowed: int) -> list[tuple[str, float]]:
    """Return the words at most `allowed` typing errors away, with their number."""
    found = extract(
        word,
        others,
        scorer=OSA.distance,
        processor=None,
        score_cutoff=allowed,
        limit=None,
    )
    return [(other, distance) for other, distance, _ in found]


def _starting(sorted_words: list[str], start: str) -> Iterator[str]:
    for position in range(bisect_left(sorted_words, start), len(sorted_words)):
        if not sorted_words[position].startswith(start):
            return
        yield sorted_words[position]
