"""What a call itself had: an answer that only says it again has not given it."""

import re
from collections.abc import Iterator

from openapi_mcp.ask.leaves import folded, leaves, written
from openapi_mcp.ask.meant import Meant
from openapi_mcp.index.entities import IDS, parse
from openapi_mcp.model.reading import READ_RESULT, SELECT

_FILTER = re.compile(r"\[\?(?:[^\[\]]|\[[^\[\]]*\])*\]")
_LITERAL = re.compile(r"`(?:[^`\\]|\\.)*`|'(?:[^'\\]|\\.)*'")
_MOST = 20_000  # characters of arguments whose words are looked at


def own_values(meant: Meant) -> frozenset[str]:
    """Return the values of a call's arguments, folded, and the words with a digit within them."""
    found: set[str] = set()
    left = _MOST
    for leaf in leaves(meant.arguments):
        if leaf.is_key:
            continue
        plain = folded(written(leaf.value))
        found.add(plain)
        if left > 0 and not (leaf.place == SELECT and not _LITERAL.search(str(leaf.value))):
            found.update(word for word in plain[:left].split() if any(map(str.isdigit, word)))
            left -= len(plain)
    return frozenset(found)


def makes_values(meant: Meant) -> bool:
    """True where a call's own expression may write numbers into what it selects: `{id: `7`}`, join('', ['o', '7'])."""
    return any(any(map(str.isdigit, each)) for each in _literals(meant))


def _literals(meant: Meant) -> Iterator[str]:
    """Yield the literals of the expressions that select of an answer, but for those that only filter it."""
    for name in (SELECT, "select") if meant.tool == READ_RESULT else (SELECT,):
        if isinstance(text := meant.arguments.get(name), str):
            yield from _LITERAL.findall(_FILTER.sub("", text))


def is_identifying(field: str) -> bool:
    """True for a field whose name says that it identifies the item which has it."""
    return parse(field).key in IDS
