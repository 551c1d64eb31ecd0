"""What the search knows of French: words that say little, and words that are alike."""

from functools import lru_cache
from threading import Lock

import re
import Stemmer
import unicodedata


def _set_of(words: str) -> frozenset[str]:
    return frozenset(words.split())


STOP_WORDS = _set_of(
    """
    a ai aie ait allons alors apres as au aucun aucune aussi autre autres aux avait
    avant avec avez avoir avons ayant bien bonjour bonsoir c ca car ce ceci cela celle
    celui ces cest cet cette chaque chez ci comme comment contre d dans de deja depuis
    des devez devons dois doit donc du elle elles en encore entre es est et etait etant
    etes etre eu eux f faire fais fait faites faut fois font h i il ils j jai je jusqu k
    l la le les leur leurs lorsque lui m ma mais me meme merci mes moi moins mon ne nest
    ni non nos notre nous on ont or ou oui par parce parmi pas pendant peu peut peux
    plus plusieurs pour pourquoi pourrais pouvez pouvons puis puisque q qu quand que
    quel quelle quelles quelqu quelque quelques quels qui quil quoi r s sa salut sans se
    selon sera ses si sinon soit sommes son sont sous suis sur svp t ta te tes toi ton
    toujours tous tout toute toutes tres trop tu u un une v va vais vers veut veux voici
    voila vos votre voudrais voulais voulez vouloir voulons vous w x y z
    """
)

# Said in any request, or for whom and when; they count when nothing else was said.
WEAK_WORDS = _set_of(
    """
    acheter aide aider aimerais aller arriver aujourd avis besoin chercher commune
    demain demande demander demarche dimanche dire donner effectuer femme fille fils
    formulaire frere hier hui information infos jeudi lundi mairie mardi mari mercredi
    mere mettre necessaire obtenir pere possible pouvoir prendre prestation probleme
    procedure question recevoir remplir renseignement samedi savoir soeur souhaite
    souhaiter trouver vendredi ville
    """
)

# What is done says less than what it is done to.
ACTION_WORDS = _set_of(
    """
    annoncer changer commander creer declaration declarer deposer devenir enlever
    envoyer inscription inscrire location louer modifier organiser payer proposer
    renouveler reservation reserver signaler
    """
)

_WORD = re.compile(r"[^\W_]+")
_SPELLING = re.compile(r"[^\W_]+(?:-[^\W_]+)*")
_ABBREVIATION = re.compile(r"(?<=\b[^\W\d_])\.(?=[^\W\d_]\b)")
_ELISION = re.compile(r"^(?:[cdjlmnst]|qu)(?=[aeiouyh])")
_CONJUGATION = re.compile(r"(?:e?ons|ent)$")

# Snowball's stemmers keep their state in the object, and Zope has several threads.
_stemmer = Stemmer.Stemmer("french")
_stemmer_lock = Lock()

_SOUNDS = tuple(
    (re.compile(pattern), spoken)
    for pattern, spoken in (
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


def content_words(text: str) -> list[str]:
    """Return the normalised words of `text` that mean something."""
    return [word for word in normalise(text).split() if word not in STOP_WORDS]


def spellings(text: str) -> list[str]:
    """Return the words of `text` as typed, hyphenated words in one piece."""
    text = unicodedata.normalize("NFC", text).lower()
    return _SPELLING.findall(_ABBREVIATION.sub("", text))


def singular(word: str) -> str:
    """Return a normalised word without the marks of plural and of « -ée »."""
    if len(word) > 3 and word[-1] in "sx" and not word.endswith(("ss", "aux")):
        word = word[:-1]
    return word[:-1] if len(word) > 4 and word.endswith("ee") else word


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return what the forms of a normalised word have in common."""
    with _stemmer_lock:
        root: str = _stemmer.stemWord(singular(word))
    for ending, common in (("ail", "al"), ("if", "iv")):
        if len(root) > 4 and root.endswith(ending):
            return root[: -len(ending)] + common
    return root


def alike(one: str, other: str) -> bool:
    """Tell whether two stems look like one family: « marier » and « mariage »."""
    shorter, longer = sorted((len(one), len(other)))
    differing = (n for n in range(shorter) if one[n] != other[n])
    shared = next(differing, shorter)
    return shared >= max(4, shorter - 1, 0.6 * longer)


def variants(word: str) -> list[str]:
    """Return « ecole » for « lecole », « garer » for « garons » and « garent »."""
    written = (_ELISION.sub("", word), _CONJUGATION.sub("er", word))
    return [other for other in written if len(other) > 2 and other != word]


@lru_cache(maxsize=65536)
def sound(word: str) -> str:
    """Return roughly how a normalised word is spoken, to bear with misspelling."""
    for pattern, spoken in _SOUNDS:
        word = pattern.sub(spoken, word)
    return word
