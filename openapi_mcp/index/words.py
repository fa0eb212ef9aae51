"""Text and identifiers as the terms that are searched: split into words, lower case, without endings."""

import re
from collections.abc import Iterator
from functools import cache, lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+|\d+")
_STOP = frozenset(
    (
        "a", "an", "and", "any", "are", "as", "at", "be", "been", "but", "by", "can", "do", "for", "from", "get", "has",
        "have", "how", "i", "if", "in", "into", "is", "it", "its", "me", "my", "of", "on", "or", "our", "that", "the",
        "their", "them", "then", "there", "these", "they", "this", "those", "to", "up", "us", "was", "we", "were",
        "what", "when", "where", "which", "who", "will", "with", "would", "you", "your",
    )
)  # fmt: skip


def terms(text: str) -> list[str]:
    """Return the terms of a text or an identifier: "listUserOrders" -> ["list", "user", "order"]."""
    return [stem(word) for word in words(text)]


def words(text: str) -> Iterator[str]:
    """Yield the words of a text or an identifier in lower case, without those that say nothing."""
    for found in _WORD.finditer(text):
        word = found.group().lower()
        if word not in _STOP:
            yield word


@lru_cache(maxsize=1 << 16)
def stem(word: str) -> str:
    """Return an English word without its endings: "orders" -> "order"."""
    return str(_stemmer().stemWord(word)) if len(word) > 2 else word


@cache
def _stemmer():  # type: ignore[no-untyped-def]
    from snowballstemmer import stemmer

    return stemmer("english")
