"""What a document says of many operations alike, such as who may call them: it helps nobody to choose between them."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence

from openapi_mcp.generator.prose import sentences, without_pointers
from openapi_mcp.model.document import Operation

_FEWEST, _SHARE = 5, 0.2  # operations, and their share of those that have a description
_MANY, _SHARE_OF_MANY = 20, 0.05  # the same where a document has hundreds
_TIMES = 3  # that each of the wordings of a sentence stands there, else it tells operations apart
_WORD = re.compile(r"[^\W\d_]{2}")
_VARYING = re.compile(r"`[^`]*`|\d+")


class Details:
    """The descriptions of a document's operations in sentences of plain text, without those that many of them share.

    What stands there depends on the whole document: it may change when operations come and go. Names do not.
    """

    def __init__(self, operations: Iterable[Operation]) -> None:
        texts = [each.description for each in operations if each.description]
        self._said = {text: _sentences(text) for text in texts}
        self._shared = _shared([self._said[text] for text in texts])

    def of(self, operation: Operation) -> Sequence[str]:
        """Return what an operation's description says of it; all of it where nothing else is said of it."""
        said = self._said.get(operation.description)
        if said is None:
            said = _sentences(operation.description)
        own = [each for each in said if each not in self._shared] if self._shared else said
        return own if own or operation.summary else said


def _sentences(text: str) -> list[str]:
    return [each for line in without_pointers(text).split("\n") for each in sentences(line)]


def _shared(texts: Sequence[Sequence[str]]) -> frozenset[str]:
    """Return the sentences that stand in many texts, or differ from such ones in code and numbers alone.

    "You need the `repo` scope." and "You need the `user` scope." count as one.
    """
    fewest = _fewest(len(texts))
    if len(texts) < fewest:
        return frozenset()
    counts = Counter(each for text in texts for each in set(text))
    wordings: dict[str, list[str]] = {}
    for each in counts:
        wordings.setdefault(_VARYING.sub("", each), []).append(each)
    return frozenset(
        each
        for form, said in wordings.items()
        if sum(counts[each] for each in said) >= max(fewest, _TIMES * len(said)) and _WORD.search(form)
        for each in said
    )


def _fewest(texts: int) -> int:
    """Return in how many of so many texts a sentence stands at least that does not help to choose."""
    most = max(_MANY, int(_SHARE_OF_MANY * texts))
    return max(_FEWEST, min(most, int(_SHARE * texts) + 1))
