"""The search of the catalogue: from a citizen's words to the démarches he means.

Pure Python, in memory, rebuilt when the catalogue changes. A typed word is read as one
or several words of the catalogue, each reading with a quality (itself, same stem,
beginning, same family, same sound, few typing errors). A démarche is ranked by how much
of what was typed it covers, then by where the words stand in it.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import field
from functools import lru_cache
from math import log
from rapidfuzz.distance import OSA
from rapidfuzz.process import extract
from threading import Lock

import re
import snowballstemmer
import unicodedata


MAX_CHARACTERS = 200
MAX_WORDS = 12

EXACT, PLURAL, STEM, PREFIX, FAMILY, SAME_SOUND = 1.0, 0.98, 0.93, 0.6, 0.5, 0.5
TITLE, KEYWORD, SYNONYM = 1.0, 0.9, 0.86
SUMMARY, CATEGORY, AUDIENCE, DETAILS = 0.6, 0.45, 0.35, 0.25

# A word read in a title, keyword or synonym needs no looser reading.
STRONG = SYNONYM * STEM * 0.7
# From this strength on a typed word counts as fully covered.
COVERED = 0.5
WEAK_WEIGHT, UNKNOWN_WEIGHT = 0.2, 0.5
AGAIN = 0.03
# Parts of the best possible score, and of the best score, that a hit must reach.
ENOUGH, ENOUGH_OF_BEST = 0.12, 0.45

STOP_WORDS = frozenset(
    """
    a ai aie ait alors apres as au aucun aucune aussi autre autres aux avait avant avec
    avez avoir avons ayant bien bonjour bonsoir c ca car ce ceci cela celle celui ces
    cest cet cette chaque chez ci comme comment contre d dans de deja depuis des dois
    doit donc du elle elles en encore entre es est et etait etant etes etre eu eux f faut
    fois h i il ils j jai je jusqu k l la le les leur leurs lorsque lui m ma mais me meme
    merci mes moi moins mon ne nest ni non nos notre nous on ont or ou oui par parce
    parmi pas pendant peu peut peux plus plusieurs pour pourquoi pourrais pourriez
    puis puisque q qu quand que quel quelle quelles quelqu quelque quelques quels qui
    quil quoi r s sa salut sans se selon sera ses si sinon soit son sont sous suis sur
    svp t ta te tes toi ton toujours tous tout toute toutes tres trop tu u un une v va
    vais vers veut veux voici voila vos votre voudrais voulais vouloir vous w x y z
    """.split()
)
WEAK_WORDS = frozenset(
    """
    acheter aide aider aimerais aller avis besoin chercher cherche commune demande
    demandee demander demandes demarche demarches dire donner effectuer fais faire fait
    font formulaire formulaires infos information informations mairie mettre necessaire
    obtenir possible pouvoir prendre probleme prestation prestations procedure question
    recevoir remplir renseignement renseignements savoir souhaite souhaiterais souhaiter
    trouver ville
    """.split()
)

_WORD = re.compile(r"[^\W_]+")
_SPELLING = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
# Snowball's stemmers keep their state in the object, and Zope has several threads.
_stemmer = snowballstemmer.stemmer("french")
_stemmer_lock = Lock()

_SOUNDS = tuple(
    (re.compile(pattern), sound)
    for pattern, sound in (
        (r"(.)\1+", r"\1"),
        (r"ph", "f"),
        (r"s?ch|sh", "C"),
        (r"h", ""),
        (r"c?qu?|ck", "k"),
        (r"s?c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"ge(?=[aou])|g(?=[eiy])", "j"),
        (r"gu(?=[eiy])", "g"),
        (r"ti(?=on|el|eu)", "si"),
        (r"x", "ks"),
        (r"z", "s"),
        (r"w", "v"),
        (r"y", "i"),
        (r"e?aux?", "o"),
        (r"(?<=i)en(?![aeioumn])|[ae]?i[mn](?![aeioumn])|u[mn](?![aeioumn])", "I"),
        (r"[ae][mn](?![aeioumn])", "A"),
        (r"o[mn](?![aeioumn])", "O"),
        (r"[ae]i|o?eu?", "e"),
        (r"(.)\1+", r"\1"),
        (r"(?:e[rst]?|[dpst]+)$", ""),
    )
)


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


@dataclass(frozen=True)
class _Reading:
    """A word of the catalogue that a typed word may stand for."""

    word: str
    quality: float
    corrected: bool = False


@dataclass
class _Term:
    """A typed word, and how strongly each démarche answers it."""

    typed: str
    weight: float
    quality: float
    stems: frozenset[str]
    strengths: dict[int, float] = field(default_factory=dict)
    corrections: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Phrase:
    """A keyword or synonym of several words, which answers as a unit."""

    fiche: int
    stems: frozenset[str]
    weight: float


def normalise(text: str) -> str:
    """Return the words of `text` without case, accents, ligatures and punctuation."""
    previous = None
    while text != previous:
        previous = text
        text = unicodedata.normalize("NFKD", text.casefold())
        text = text.replace("œ", "oe").replace("æ", "ae").replace("ø", "o")
        text = "".join(char for char in text if not unicodedata.combining(char))
        text = " ".join(_WORD.findall(text))
    return text


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return what the forms of a normalised French word have in common."""
    with _stemmer_lock:
        root: str = _stemmer.stemWord(_singular(word))
    for ending, common in (("ail", "al"), ("if", "iv")):
        if len(root) > 4 and root.endswith(ending):
            return root[: -len(ending)] + common
    return root


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return roughly how a normalised French word is spoken, to bear misspelling."""
    for pattern, spoken in _SOUNDS:
        word = pattern.sub(spoken, word)
    return word


class SearchIndex:
    """Finds démarches by what a citizen types. Immutable once built, thread-safe."""

    def __init__(self, fiches: Iterable[Fiche]) -> None:
        self._fiches = tuple(fiches)
        self._titles = [normalise(fiche.title) for fiche in self._fiches]
        self._title_stems = [frozenset(map(stem, _words(t))) for t in self._titles]
        self._weights: dict[str, dict[int, float]] = defaultdict(dict)
        self._spellings: dict[str, str] = {}
        self._phrases: dict[str, list[_Phrase]] = defaultdict(list)
        for number, fiche in enumerate(self._fiches):
            self._add(number, fiche)
        self._vocabulary = sorted(self._weights)
        self._by_stem: dict[str, list[str]] = defaultdict(list)
        self._by_sound: dict[str, list[str]] = defaultdict(list)
        for word in self._vocabulary:
            self._by_stem[stem(word)].append(word)
            self._by_sound[sound(word)].append(word)
        self._stems = sorted(self._by_stem)
        self._sounds = sorted(self._by_sound)
        # A mistyped stop word must not be taken for a word of the catalogue.
        long_stops = {word for word in STOP_WORDS | WEAK_WORDS if len(word) > 3}
        self._spellable = sorted(long_stops.union(self._vocabulary))

    def search(self, query: str, limit: int | None = None) -> list[Hit]:
        """Return the démarches that answer `query`, best first."""
        terms = self._terms(query)
        if not any(term.strengths for term in terms):
            return []
        total = sum(term.weight for term in terms)
        typed = normalise(query[:MAX_CHARACTERS])
        phrases = self._phrase_bonuses(terms, total)
        ranked: list[tuple[float, int]] = []
        for number in set().union(*(term.strengths for term in terms)):
            covered = strength = 0.0
            for term in terms:
                found = term.strengths.get(number, 0.0)
                strength += term.weight * found
                covered += term.weight * min(1.0, found / COVERED)
            if strength < ENOUGH * total:
                continue
            score = (2 * covered + strength) / (3 * total)
            score += 0.2 * phrases.get(number, 0.0)
            score += 0.1 * self._title_share(number, terms)
            score += 0.2 * (typed == self._titles[number])
            ranked.append((score, number))
        best = max((score for score, _ in ranked), default=0.0)
        hits = [
            (self._titles[number], self._hit(number, score, terms))
            for score, number in ranked
            if score >= ENOUGH_OF_BEST * best
        ]
        hits.sort(key=lambda item: (-item[1].score, item[0], item[1].key))
        return [hit for _, hit in hits][: None if limit is None else max(0, limit)]

    def _hit(self, number: int, score: float, terms: list[_Term]) -> Hit:
        corrections = dict.fromkeys(
            (term.typed, term.corrections[number])
            for term in terms
            if number in term.corrections
        )
        # Rounded so that equal fiches tie whatever the order of the additions.
        return Hit(self._fiches[number].key, round(score, 9), tuple(corrections))

    # Building

    def _add(self, number: int, fiche: Fiche) -> None:
        self._add_text(number, fiche.title, TITLE)
        self._add_text(number, fiche.summary, SUMMARY)
        self._add_text(number, fiche.category, CATEGORY)
        self._add_text(number, fiche.audience, AUDIENCE)
        self._add_text(number, fiche.details, DETAILS)
        for texts, weight in ((fiche.keywords, KEYWORD), (fiche.synonyms, SYNONYM)):
            for text in texts:
                words = [w for w in _words(text) if w not in WEAK_WORDS]
                # One word of « carte de fidélité » says less than « carte » alone.
                share = 1.0 if len(words) < 2 else 0.55 + 0.5 / len(words)
                self._add_text(number, text, weight * share)
                if words:
                    phrase = _Phrase(number, frozenset(map(stem, words)), weight)
                    self._phrases[stem(words[0])].append(phrase)

    def _add_text(self, number: int, text: str, weight: float) -> None:
        for typed in _spellings(text):
            parts = typed.split("-")
            # « rendez-vous » is also typed « rendezvous ».
            for spelling in [*parts, "".join(parts)]:
                for word in _words(spelling):
                    self._spellings.setdefault(word, spelling)
                    found = self._weights[word]
                    before = found.get(number, 0.0)
                    # Between equals, the one that speaks more of it.
                    found[number] = max(weight, before) + AGAIN * min(weight, before)

    # Reading the query

    def _terms(self, query: str) -> list[_Term]:
        typed = [
            (word, spelling)
            for spelling in _spellings(query[:MAX_CHARACTERS].replace("-", " "))
            for word in normalise(spelling).split()
        ]
        typed = list(self._rejoin(typed))
        last = len(typed) - 1
        content = [
            (word, spelling, position == last)
            for position, (word, spelling) in enumerate(typed)
            if word not in STOP_WORDS
        ][:MAX_WORDS]
        weak = {word for word, _, _ in content if word in WEAK_WORDS}
        # « demande » alone is all we know of the citizen's wish: it counts.
        only_weak = len(weak) == len({word for word, _, _ in content})
        terms = []
        for word, spelling, is_last in content:
            readings = self._readings(word, is_last)
            if readings is None:
                continue
            term = self._term(word, spelling, readings)
            if word in weak and not only_weak:
                term.weight *= WEAK_WEIGHT
            terms.append(term)
        return terms

    def _rejoin(self, typed: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        """Mend words typed in two (« para scolaire ») or in one (« sacpoubelle »)."""
        position = 0
        while position < len(typed):
            word, spelling = typed[position]
            if position + 1 < len(typed):
                after, after_spelling = typed[position + 1]
                alone = self._known(word) and self._known(after)
                if not alone and word + after in self._weights:
                    yield word + after, spelling + after_spelling
                    position += 2
                    continue
            position += 1
            yield from self._split(word) or [(word, spelling)]

    def _split(self, word: str) -> list[tuple[str, str]]:
        if len(word) < 8 or self._known(word) or self._near(word, 1):
            return []
        for cut in range(3, len(word) - 2):
            parts = word[:cut], word[cut:]
            if all(self._known(part) for part in parts):
                return [(part, part) for part in parts]
        return []

    def _known(self, word: str) -> bool:
        return word in self._weights or word in STOP_WORDS or word in WEAK_WORDS

    def _readings(self, word: str, is_last: bool) -> list[_Reading] | None:
        """Return the words meant by `word`; None when it is a mistyped stop word."""
        readings = self._forms(word)
        if is_last and len(word) > 1:
            readings += self._beginning(word)
        readings += self._homophones(word)
        strongest = max((self._strength(reading) for reading in readings), default=0)
        if strongest < STRONG:
            readings += self._family(word)
        if not readings and (elided := self._elided(word)):
            readings = self._forms(elided)
        misread = all(reading.corrected for reading in readings)
        if misread and len(word) > 3 and word not in WEAK_WORDS:
            return self._misspelt(word, is_last)
        return readings

    def _forms(self, word: str) -> list[_Reading]:
        readings = []
        for same in self._by_stem.get(stem(word), ()):
            plural = _singular(same) == _singular(word)
            quality = EXACT if same == word else PLURAL if plural else STEM
            readings.append(_Reading(same, quality))
        return readings

    def _beginning(self, start: str) -> list[_Reading]:
        return [
            _Reading(word, PREFIX + 0.2 * len(start) / len(word))
            for word in _starting(self._vocabulary, start)
        ]

    def _homophones(self, word: str) -> list[_Reading]:
        """Return « salle » for « sale », which is a word too and no typing error."""
        spoken = sound(word)
        return [
            _Reading(same, SAME_SOUND, corrected=True)
            for same in (self._by_sound.get(spoken, ()) if len(spoken) > 2 else ())
            if stem(same) != stem(word)
        ]

    def _family(self, word: str) -> list[_Reading]:
        """Return words formed alike: « marier » and « mariage »."""
        root = stem(word)
        if len(root) < 4:
            return []
        readings = []
        for other in _starting(self._stems, root[: max(4, len(root) - 2)]):
            shorter, longer = sorted((len(root), len(other)))
            differing = (n for n in range(shorter) if root[n] != other[n])
            shared = next(differing, shorter)
            if shared >= shorter - 1 and shared >= 0.6 * longer:
                readings += [_Reading(same, FAMILY) for same in self._by_stem[other]]
        return readings

    def _elided(self, word: str) -> str | None:
        """Return « école » for « lecole », typed without its apostrophe."""
        found = re.fullmatch(r"(?:[cdjlmnst]|qu)([aeiouyh].{2,})", word)
        return found[1] if found and self._forms(found[1]) else None

    def _misspelt(self, word: str, is_last: bool) -> list[_Reading] | None:
        spoken = sound(word)
        allowed = 1 if len(word) < 7 else 2 if len(word) < 12 else 3
        costs = {
            other: distance + 0.5 * (other[0] != word[0])
            for other, distance in self._near(word, allowed)
            if other[0] == word[0] or len(word) > 5
            # Too many words of four letters are one letter apart: two swapped only.
            if len(word) > 4 or sorted(other) == sorted(word)
        }
        for other in self._by_sound.get(spoken, ()) if len(spoken) > 2 else ():
            costs[other] = min(0.8, costs.get(other, 1.0))
        best = min(costs.values(), default=0.0)
        near = [other for other, cost in sorted(costs.items()) if cost < best + 0.25]
        understood = [other for other in near if other in self._weights][:4]
        if near and not understood:
            return None
        if not near and is_last and len(spoken) > 3:
            sounds = _starting(self._sounds, spoken)
            understood = [word for key in sounds for word in self._by_sound[key]]
            best = 2.0
        quality = max(0.35, 0.8 - 1.2 * best / len(word))
        return [
            _Reading(form.word, quality * form.quality, corrected=True)
            for other in understood
            for form in self._forms(other)
        ]

    def _near(self, word: str, allowed: int) -> list[tuple[str, float]]:
        found = extract(
            word,
            self._spellable,
            scorer=OSA.distance,
            processor=None,
            score_cutoff=allowed,
            limit=None,
        )
        return [(other, distance) for other, distance, _ in found]

    # Weighing

    def _strength(self, reading: _Reading) -> float:
        return reading.quality * max(self._weights[reading.word].values())

    def _term(self, word: str, spelling: str, readings: list[_Reading]) -> _Term:
        term = _Term(
            spelling,
            weight=0.0,
            quality=max((reading.quality for reading in readings), default=0.0),
            stems=frozenset([stem(word)]),
        )
        readings.sort(key=lambda reading: (-reading.quality, reading.word))
        for reading in readings:
            if reading.corrected:
                term.stems |= {stem(reading.word)}
            for number, weight in self._weights[reading.word].items():
                strength = weight * reading.quality
                if strength > term.strengths.get(number, 0.0):
                    term.strengths[number] = strength
                    if reading.corrected:
                        term.corrections[number] = self._spellings[reading.word]
        # A démarche that mentions a word in passing makes it only a little commoner.
        commonness = sum(term.strengths.values()) / max(term.quality, 0.01)
        term.weight = log(1 + len(self._fiches) / (1 + commonness))
        term.weight *= 1.0 if term.strengths else UNKNOWN_WEIGHT
        return term

    def _phrase_bonuses(self, terms: list[_Term], total: float) -> dict[int, float]:
        """Strengthen the words of whole phrases; return the share that they explain."""
        typed = frozenset().union(*(term.stems for term in terms))
        bonuses: dict[int, float] = {}
        for root in typed:
            for phrase in self._phrases.get(root, ()):
                if not phrase.stems <= typed:
                    continue
                share = 0.0
                for term in terms:
                    if term.stems & phrase.stems:
                        share += term.weight / total
                        term.strengths[phrase.fiche] = max(
                            phrase.weight * term.quality,
                            term.strengths.get(phrase.fiche, 0.0),
                        )
                bonuses[phrase.fiche] = max(share**2, bonuses.get(phrase.fiche, 0.0))
        return bonuses

    def _title_share(self, number: int, terms: list[_Term]) -> float:
        """Return how much of the title was typed: the shorter title wins a tie."""
        stems = self._title_stems[number]
        typed = sum(1 for term in terms if term.stems & stems)
        return typed / len(stems) if stems else 0.0


def _singular(word: str) -> str:
    plural = len(word) > 3 and word[-1] in "sx" and not word.endswith(("ss", "aux"))
    return word[:-1] if plural else word


def _words(text: str) -> list[str]:
    return [word for word in normalise(text).split() if word not in STOP_WORDS]


def _spellings(text: str) -> list[str]:
    """Return the words of `text` as typed, hyphenated words in one piece."""
    return _SPELLING.findall(unicodedata.normalize("NFC", text).lower())


def _starting(sorted_words: list[str], start: str) -> Iterator[str]:
    for position in range(bisect_left(sorted_words, start), len(sorted_words)):
        if not sorted_words[position].startswith(start):
            return
        yield sorted_words[position]
