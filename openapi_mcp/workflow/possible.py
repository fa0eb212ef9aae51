"""Chains that nobody need have called: a thing is found, and what needs its id is called with it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from openapi_mcp.workflow.chains import LONGEST, Chain, Node
from openapi_mcp.workflow.known import Known, Taken
from openapi_mcp.workflow.scalars import Path

_READS = ("GET", "HEAD", "QUERY")


@dataclass(frozen=True, slots=True, kw_only=True)
class Possible:
    """A chain whose last step needs what those before it find; `needed` are pairs of an argument and an entity."""

    chain: Chain
    needed: tuple[tuple[str, str], ...]

    @property
    def finds(self) -> Chain:
        """The steps that find."""
        return self.chain[:-1]

    @property
    def act(self) -> Node:
        """The step that needs."""
        return self.chain[-1]


def possible(known: Mapping[str, Known]) -> list[Possible]:
    """Return the chains that needs and yields allow without a doubt, the most central first.

    Of each thing that is needed one operation alone makes a list, and needs none itself. What finds by words comes
    before what only lists; then what more operations need. Nothing is written to because it was found first: what
    nobody has seen called so is a read.
    """
    needed = Counter(taken.kind for each in known.values() for taken in each.takes.values() if taken.places)

    def rank(each: Possible) -> tuple[bool, int]:
        by_words = all(known[node.tool].finds for node in each.finds)
        return not by_words, -max(needed[kind] for _, kind in each.needed)

    return sorted(_chains(known), key=rank)


def _chains(known: Mapping[str, Known]) -> Iterator[Possible]:
    for name, each in known.items():
        needs = {argument: taken for argument, taken in each.takes.items() if taken.is_required and taken.places}
        if not 1 <= len(needs) < LONGEST or not _reads(each):
            continue
        sources: list[tuple[str, Node, Path]] = []
        for argument, taken in sorted(needs.items()):
            finders = _finders(name, taken, known)
            sources += [(argument, Node(tool), path) for tool, path in finders.items() if len(finders) == 1]
        if len(sources) == len(needs):
            finds = tuple(dict.fromkeys(node for _, node, _ in sources))
            chain = (*finds, Node(name, tuple(sources)))
            yield Possible(chain=chain, needed=tuple((argument, needs[argument].kind) for argument in sorted(needs)))


def _finders(name: str, taken: Taken, known: Mapping[str, Known]) -> dict[str, Path]:
    """Return the tools that list such things themselves, and need nothing that only an answer could tell."""
    return {
        tool: path
        for tool, path in reversed(taken.places)
        if tool != name and tool in known and None in path and _finds(known[tool], taken.kind)
    }


def _finds(known: Known, kind: str) -> bool:
    return known.subject in kind.split(" or ") and _reads(known) and not _needs(known)


def _needs(known: Known) -> bool:
    return any(taken.is_required and taken.is_id for taken in known.takes.values())


def _reads(known: Known) -> bool:
    return known.tool.operation.method in _READS
