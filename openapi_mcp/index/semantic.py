"""Finding tools by what a request means, whatever its words: optional, beside the search by words."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

from openapi_mcp.index.corpus import Corpus

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Vectors: TypeAlias = "NDArray[np.float32]"
"""A row for each text."""
_FEW = 10  # texts: the mean of fewer says little about what all of them have in common


class Embeds(Protocol):
    """A model that turns texts into vectors (embedding.py reads one); those of texts that mean alike point one way."""

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vector of each text."""


def read_meaning(corpus: Corpus, model: Embeds) -> "Meaning":
    """Return the meaning of a corpus: of what each tool is about."""
    return Meaning({name: entry.about for name, entry in corpus.entries.items()}, model)


class Meaning:
    """The texts of an index as vectors. Making it takes long, asking it does not; several threads may ask."""

    def __init__(self, texts: Mapping[str, str], model: Embeds) -> None:
        self._names, self._model = tuple(texts), model
        vectors = self._model.embed(list(texts.values()))
        self._common = vectors.sum(axis=0) / (len(texts) + _FEW)
        self._vectors = self._apart(vectors)

    def scores(self, parts: Sequence[str]) -> Mapping[str, float]:
        """Return how near each tool is to the part of a request that it is nearest to, up to 1; the far ones have none.

        The texts of one API are all about the same things: what they have in common is taken off both sides, so that
        what sets a tool apart is compared ("queue" and "volume", where all are about a player).
        """
        if not parts or not self._names:
            return {}
        import numpy as np

        asked = self._apart(self._model.embed(parts))
        nearest = np.einsum("td,pd->tp", self._vectors, asked).max(axis=1)  # `@` keeps a second core spinning
        return {name: score for name, score in zip(self._names, nearest.tolist(), strict=True) if score > 0}

    def _apart(self, vectors: Vectors) -> Vectors:
        """Return the vectors without what all texts have in common, each of length 1."""
        import numpy as np

        apart = vectors - self._common
        lengths = np.linalg.norm(apart, axis=1, keepdims=True)
        unit: Vectors = apart / np.maximum(lengths, np.finfo(np.float32).tiny)
        return unit
