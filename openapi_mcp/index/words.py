"""Text and identifiers as the terms that are searched: split into words, in lower case, without endings."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import Any

_WORD = re.compile(r"[A-Z]+(?![^\WA-Z\d_])|[A-Z]?[^\WA-Z\d_]+|\d+")  # "listAPIKeys2" -> list, API, Keys, 2
_UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff]{2,}")  # scripts that put no blank between words
_STOP = frozenset(
    (
        "a", "about", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "could", "do", "does",
        "for", "from", "get", "has", "have", "how", "if", "in", "into", "is", "it", "its", "may", "of", "on",
        "or", "our", "please", "should", "so", "such", "that", "the", "their", "them", "then", "there", "these", "they",
        "this", "those", "to", "up", "us", "use", "using", "via", "want", "was", "we", "were", "what", "when", "where",
        "whether", "which", "who", "will", "with", "would", "you", "your",
    )
)  # fmt: skip

SELF = "me"
"""The term for whoever asks."""
_SELF = frozenset(("i", "me", "mine", "my", "myself"))
_OWN_ACCOUNT = re.compile(
    r"(?:current|authenticated|logged[ -]in|signed[ -]in) ?(?:user|account|member)", re.IGNORECASE
)


def terms(text: str) -> list[str]:
    """Return the terms of a text or an identifier: "listUserOrders" -> ["list", "user", "order"]."""
    return [stem(word) for word in words(text)]


def words(text: str) -> Iterator[str]:
    """Yield the words of a text or an identifier in lower case, without accents and without those that say nothing."""
    for found in _WORD.findall(text if text.isascii() else _without_accents(text)):
        word = found.lower()
        if word in _SELF:
            yield SELF
        elif word not in _STOP:
            yield from _parts(word)
    for _ in _OWN_ACCOUNT.finditer(text):
        yield SELF


def _parts(word: str) -> Iterator[str]:
    """Yield a word; of a run of words without blanks between them, each two characters: "abc" -> "ab", "bc"."""
    if word.isascii() or not _UNSPACED.fullmatch(word):
        yield word
    else:
        yield from (word[at : at + 2] for at in range(len(word) - 1))


def _without_accents(text: str) -> str:
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    return unicodedata.normalize("NFC", plain)


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return an English word without its endings: "orders" -> "order"."""
    return str(_stemmer().stemWord(word)) if len(word) > 2 else word


@cache
def _stemmer() -> Any:
    from snowballstemmer import stemmer

    return stemmer("english")
