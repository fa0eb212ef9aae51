"""Texts as vectors, by a small model that a package ships: nothing is downloaded. What the extra [semantic] brings.

The package is wordllama. It is not imported, only its two files are read: what it imports sets up logging for the whole
process, and what loads its model fetches the tokenizer from the network, although it lies beside the model.
"""

from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from openapi_mcp.errors import ConfigError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from tokenizers import Tokenizer

Vectors: TypeAlias = "NDArray[np.float32]"
"""A row for each text."""

_SHIPS = "wordllama"
_BESIDE = ("numpy", "tokenizers", "safetensors")
_TOKENIZER = Path("tokenizers", "l2_supercat_tokenizer_config.json")
_WEIGHTS = Path("weights", "l2_supercat_256.safetensors")
_HOW = "add it: pipx inject openapi-mcp-cli 'openapi-mcp-cli[semantic]'"


class WordVectors:
    """A vector for each piece of a word; a text has the mean of its pieces. It may be asked from several threads."""

    def __init__(self, tokenizer: "Tokenizer", weights: "NDArray[np.float16]") -> None:
        self._tokenizer, self._weights = tokenizer, weights

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return the vector of each text; one without a word has zeros."""
        import numpy as np

        vectors = np.zeros((len(texts), self._weights.shape[1]), np.float32)
        for row, text in enumerate(texts):
            whole = text.encode(errors="replace").decode()  # JSON may bring halves of characters: no tokenizer's
            pieces = self._tokenizer.encode(whole, add_special_tokens=False).ids
            if pieces:
                vectors[row] = self._weights[pieces].mean(axis=0, dtype=np.float32)
        return vectors


def require_model() -> None:
    """Do nothing where the extra is there; nothing is imported.

    Raises:
        ConfigError: it is not.
    """
    missing = [name for name in (_SHIPS, *_BESIDE) if find_spec(name) is None]
    if missing:
        message = f"--semantic needs the extra [semantic], which is not installed: {', '.join(missing)} missing"
        raise ConfigError(message, hint=_HOW)


@cache
def load_model() -> WordVectors:
    """Return the model; read once.

    Raises:
        ConfigError: the extra is not there, or its package has other files than the ones we know.
    """
    require_model()
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    folder = _folder()
    tokenizer = Tokenizer.from_file(str(folder / _TOKENIZER))
    tokenizer.no_padding()
    tokenizer.no_truncation()
    (weights,) = load_file(folder / _WEIGHTS).values()
    return WordVectors(tokenizer, weights)


def _folder() -> Path:
    """Return the folder of the package that ships the model."""
    found = find_spec(_SHIPS)
    for place in (found.submodule_search_locations or ()) if found else ():
        if all((Path(place) / part).is_file() for part in (_TOKENIZER, _WEIGHTS)):
            return Path(place)
    message = f"the package {_SHIPS} that is installed does not have the model that --semantic needs"
    raise ConfigError(message, hint=f"{_HOW} --force")
