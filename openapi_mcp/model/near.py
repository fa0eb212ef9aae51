"""Names that are spelled nearly like another one, found among thousands within a moment."""

from collections.abc import Collection
from dataclasses import dataclass
from heapq import nlargest

from openapi_mcp.model.text import one_line

_LONGEST = 128  # characters of a name that are compared
_SHOWN = 80
_PIECE = 3  # characters
_MOST_PIECES = 16  # of a name that are looked for in each other name
_MOST_COMPARED = 100  # names, by the slow way


def spelled_near(name: str, names: Collection[str], most: int) -> list[str]:
    """Return those of some names that are spelled most like another: ("order_list", ["orders_list"], 3).

    What differs in case alone comes first. The names that share most pieces with it are compared, not all: among 20,000
    that would take a second.
    """
    from difflib import get_close_matches

    name = name[:_LONGEST]
    same = [each for each in names if each.casefold() == name.casefold()]
    if len(names) > _MOST_COMPARED:
        pieces = _pieces(name)
        shared = ((sum([piece in each for piece in pieces]), each) for each in names)
        names = [each for count, each in nlargest(_MOST_COMPARED, shared) if count]
    compared = {each[:_LONGEST]: each for each in names}
    near = [compared[each] for each in get_close_matches(name, compared, most)]
    return list(dict.fromkeys((*same, *near)))[:most]


def _pieces(name: str) -> list[str]:
    """Return pieces from all over a name: "order_list" -> ["ord", "rde", "der", ...], every second of a long one."""
    step = 1 + len(name) // _MOST_PIECES
    return list(dict.fromkeys(name[at : at + _PIECE] for at in range(0, max(1, len(name) - _PIECE + 1), step)))


@dataclass(slots=True, kw_only=True)
class Guesses:
    """Says what misspelt names of a document may mean. `left` is how often: each time looks at all that there are."""

    left: int = 500

    def meant(self, name: str, names: Collection[str], otherwise: str = "") -> str:
        """Return "did you mean 'orders_list'?" of a name that is not there, `otherwise` where none is like it."""
        if self.left <= 0 or not names or name in names:
            return otherwise
        self.left -= 1
        near = spelled_near(name, names, 1)
        return f"did you mean {one_line(near[0], _SHOWN)!r}?" if near else otherwise

    def also(self, name: str, names: Collection[str]) -> str:
        """Return the same behind what was said of the name: "; did you mean 'orders_list'?", or ""."""
        said = self.meant(name, names)
        return f"; {said}" if said else ""
