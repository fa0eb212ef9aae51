"""The server's instructions: what the API is, what is in it, and how its tools are to be used; in either mode."""

from collections import Counter
from collections.abc import Iterable, Sequence

from openapi_mcp.generator.point import in_words, things
from openapi_mcp.generator.prose import plain
from openapi_mcp.model.background import GET_CALL
from openapi_mcp.model.document import Document, Operation
from openapi_mcp.model.policy import ANY_METHOD, METHODS, SAFE_METHODS, Selection
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.searching import CALL, DESCRIBE, SEARCH
from openapi_mcp.model.text import one_line

LONGEST = 2_000  # bytes of all of them: clients cut at 2 kB
READING = (
    'A failed call answers {"error": {"kind", "message", "hint", ...}}; follow the hint before trying again.',
    "What this server adds to an answer stands under the key `_note`.",
)
NEEDING = "Where a description says `Needs x, from y.`, take x from an answer of the tool y, never from a guess."
SEARCHING = (
    f"Its operations are not listed; {SEARCH} finds them. Give it the whole task in words, also one of several steps.",
    f"{DESCRIBE} then says the arguments of those that you will call, and `needs`: which operation yields an id.",
    f"{CALL} calls one by its name.",
)
ABBREVIATED = "The list abbreviates arguments: {a, b?} names the fields of an object, b optional; more is left out."
IN_FULL = f"{ABBREVIATED} {DESCRIBE} gives all in full: ask it before a call that is not plain."
READING_ON = f"Where an answer was cut, {READ_RESULT} reads on: `_note.more` says how."
GOING_ON = (
    f"A call that takes long goes on in the background: {GET_CALL} reads its result, by the handle that it answers."
)
_COMMON = frozenset((NEEDING, ABBREVIATED, IN_FULL, *SEARCHING, READING_ON, GOING_ON, *READING))
_READS = SAFE_METHODS | {"OPTIONS", "QUERY"}
_ABOUT = 600  # characters of the document's own description
_RESOURCES = 320  # characters
_LONGEST_RESOURCE = 40
_MAIN = "Main resources:"
_MANY_NEED = "Arguments of many tools: "
_NEEDED = 600  # characters
_SHORTEST = 40  # bytes of a line that is cut


def instructions(
    document: Document, selection: Selection, served: Sequence[Operation] = (), *, goes_on: bool = False
) -> str:
    """Return the instructions for a list in which each tool stands by itself: `served` are their operations.

    They may be there though their methods are not selected. `goes_on` where calls may go on in the background.
    """
    known = {each.method if each.method in METHODS else "others" for each in served}  # no words of the document
    writes = sorted((selection.methods | known) - _READS - {"TRACE", ANY_METHOD})
    head = (
        f"{document.title} {document.version}".strip() + ", served from its OpenAPI description.",
        one_line(plain(document.description), _ABOUT),
        _resources(served),
        f"Tools may change data ({', '.join(writes)})." if writes else "Only reading operations are offered.",
    )
    return _within(filter(None, head), (*((GOING_ON,) if goes_on else ()), *READING))


def _resources(operations: Sequence[Operation]) -> str:
    """Return what the operations are about, most of them first: "Main resources: orders (12), customers (8)."."""
    tagged = [tag for each in operations for tag in each.tags[:1]]
    if 2 * len(tagged) >= len(operations) and len(set(tagged)) > 1:
        counts = Counter(one_line(tag, _LONGEST_RESOURCE) for tag in tagged)
    else:
        counts = Counter(_first_things(operations))
    del counts[""]
    if len(counts) == len(list(counts.elements())) or len(counts) == 1:
        return ""  # nothing is there more than once, or all is one
    line = _MAIN
    for resource, count in counts.most_common():
        longer = f"{line} {resource} ({count}),"
        if len(longer) > _RESOURCES:
            return f"{line} and more."
        line = longer
    return f"{line.removesuffix(',')}."


def _first_things(operations: Sequence[Operation]) -> Iterable[str]:
    """Yield for each operation the first segment of its path that names something and is not the same for all."""
    paths = [[name for name, _ in things(each.path)] for each in operations]
    shared = 0
    while len({path[shared] if len(path) > shared else None for path in paths} - {None}) == 1:
        shared += 1
    return (in_words(path[shared]) for path in paths if len(path) > shared)


def with_needs_told(text: str, many: Iterable[tuple[str, str]] = ()) -> str:
    """Return instructions for a list whose descriptions say what tools need, but for what `many` of them do.

    [("owner", "users_list")] -> "Arguments of many tools: owner, from users_list."
    """
    line = ""
    for argument, tool in many:
        longer = f"{line}; {argument}, from {tool}" if line else f"{_MANY_NEED}{argument}, from {tool}"
        if len(longer) > _NEEDED:
            break
        line = longer
    return _within((*_about(text), *((f"{line}.",) if line else ())), (NEEDING, *_going_on(text), *READING))


def without_inventory(text: str) -> str:
    """Return instructions that name no tool and no resource, for callers of whom each may know others."""
    return "\n".join(line for line in text.split("\n") if not line.startswith((_MANY_NEED, _MAIN)))


def for_search(text: str, *, reads_on: bool) -> str:
    """Return instructions for the list of the search mode, which has nothing of the API in it."""
    return _within(_about(text), (*SEARCHING, *((READING_ON,) if reads_on else ()), *_going_on(text), *READING))


def for_compact(text: str, *, describes: bool) -> str:
    """Return the instructions of a list with each tool for one that abbreviates them, and may have what describes."""
    common = [line for line in text.split("\n") if line in _COMMON - {ABBREVIATED, IN_FULL}]
    return _within(own_lines(text), (IN_FULL if describes else ABBREVIATED, *common))


def own_lines(text: str) -> list[str]:
    """Return the lines of instructions that are about the API, without those on how any API's tools are used."""
    return [line for line in text.split("\n") if line not in _COMMON]


def _going_on(text: str) -> tuple[str, ...]:
    """Return what instructions say of calls that go on in the background, where they do."""
    return (GOING_ON,) if GOING_ON in text.split("\n") else ()


def _about(text: str) -> list[str]:
    return [line for line in own_lines(text) if not line.startswith(_MANY_NEED)]


def _within(head: Iterable[str], always: Sequence[str]) -> str:
    """Return all lines, the longest of the `head` cut until there is room for what is `always` said."""
    return "\n".join((*fitting(head, LONGEST - _bytes("\n".join(always)) - 1), *always))


def fitting(lines: Iterable[str], room: int) -> list[str]:
    """Return lines of at most so many bytes together with what parts them, the longest cut first."""
    left = list(lines)
    while left and (excess := _bytes("\n".join(left)) - room) > 0:
        at = max(range(len(left)), key=lambda at: _bytes(left[at]))
        size = _bytes(left[at])
        if size <= _SHORTEST:
            del left[at]
        else:
            left[at] = _cut(left[at], max(_SHORTEST, size - excess))
    return left


def _cut(line: str, size: int) -> str:
    """Return a line of at most so many bytes in UTF-8."""
    fitting = line.encode("utf-8", "surrogatepass")[: size - len("…".encode())].decode(errors="ignore")
    return f"{fitting.rpartition(' ')[0] or fitting}…"


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
