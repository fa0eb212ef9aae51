"""Runtime expressions read (Arazzo 1.0.1, 4.7): "$steps.find.outputs.id#/0" as what it names."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from openapi_mcp.model.near import Guesses
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line
from openapi_mcp.workflow.faults import ExpressionError

LONGEST = 1_000  # characters of an expression
_LONGEST_ROOT = 40
_OPEN = "{$"
_BEGINS = re.compile(
    r"\$(?:(?:url|method|statusCode)\Z"
    r"|(?:request|response|inputs|outputs|steps|workflows|sourceDescriptions|components)(?:\.|\Z))"
)
_ALMOST = re.compile(r"(?:\A|\{)\$([A-Za-z]{3,40})\.")
_BARE = re.compile(
    r"(?<![{=$\w])\$(?:inputs|outputs|steps|workflows|response|request|sourceDescriptions|components)\.[\w#./~-]*\w"
)  # behind "=" it is the value of a form's field
_TOKEN = re.compile(r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+")  # RFC 9110, a field's name
_ESCAPE = re.compile("~(?![01])")
_INDEX = r"\[(0|[1-9][0-9]{0,9})\]"
_INDEXED = re.compile(rf"([^\[\]]*+)((?:{_INDEX}(?:\.[^.\[\]]++)*+)++)")
_STEP = re.compile(rf"{_INDEX}|\.([^.\[\]]++)")


class Root(StrEnum):
    """The word that an expression begins with."""

    URL = "url"
    METHOD = "method"
    STATUS = "statusCode"
    REQUEST = "request"
    RESPONSE = "response"
    INPUTS = "inputs"
    OUTPUTS = "outputs"
    STEPS = "steps"
    WORKFLOWS = "workflows"
    SOURCES = "sourceDescriptions"
    COMPONENTS = "components"


ROOTS = tuple(f"${root}" for root in Root)
"""What expressions begin with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expression:
    """One runtime expression. `owner` is the id of a step or workflow, the name of a source or section of components.

    `part` is "header", "query", "path" or "body" of a message, "inputs" or "outputs" of a step or workflow. `name` may
    go on into the value by dots ("customer.id"); `pointer` is a JSON Pointer into it, None where it has none.
    """

    text: str
    root: Root
    owner: str = ""
    part: str = ""
    name: str = ""
    pointer: str | None = None


def begins_one(text: str) -> bool:
    """True for a text that is meant as an expression: "$inputs.x", not "$5" or "$input.x"."""
    return _BEGINS.match(text) is not None


def roots_meant(text: str) -> list[str]:
    """Return what begins the expressions of a text and is no root: "$input.x" -> ["$input"]; not of "$5.00"."""
    return [f"${found}" for found in _ALMOST.findall(text[:LONGEST]) if found not in tuple(Root)]


def without_their_braces(text: str) -> list[str]:
    """Return the expressions within a text that would need braces: "for $inputs.name" -> ["$inputs.name"]."""
    return [] if begins_one(text) else _BARE.findall(text[:LONGEST])


def without_braces(text: str) -> str:
    """Return what stands in the braces of a text that is all in one pair: "{$inputs.x}" -> "$inputs.x"."""
    bare = text.strip()
    return bare[1:-1].strip() if bare.startswith(_OPEN) and bare.endswith("}") else bare


@lru_cache(maxsize=4096)
def parse(text: str) -> Expression:
    """Return a runtime expression.

    Beyond the grammar, dots may follow a body, an input or an output, as conditions have them, and indexes a body or an
    output: "$response.body.items[0].id". An index and what is behind it are read as the JSON Pointer that they are.

    Raises:
        ExpressionError: the text is none.
    """
    if len(text) > LONGEST:
        raise ExpressionError(f"an expression has more than {LONGEST:,} characters", hint="write a shorter one")
    word, dot, rest = text.removeprefix("$").partition(".")
    root = next((each for each in Root if each == word), None)
    if root is None or not text.startswith("$"):
        if word.partition("[")[0] in tuple(Root):
            raise _refused(text, "a name comes before an index: $outputs.NAME[0]; in an answer, $response.body#/0")
        near = Guesses().meant(f"${word.removeprefix('$')[:_LONGEST_ROOT]}", ROOTS)
        raise _refused(text, near or f"an expression begins with one of {', '.join(ROOTS)}")
    if root in (Root.URL, Root.METHOD, Root.STATUS):
        if dot:
            raise _refused(text, f"nothing follows ${root}")
        return Expression(text=text, root=root)
    if root in (Root.REQUEST, Root.RESPONSE):
        return _message(text, root, rest)
    if root in (Root.INPUTS, Root.OUTPUTS):
        return _named(text, root, rest, is_input=root is Root.INPUTS)
    return _owned(text, root, rest)


def pieces(text: str) -> tuple[str | Expression, ...]:
    """Split a text into what stands for itself and the expressions in braces: "Bearer {$inputs.token}".

    Braces around anything else stand for themselves. An expression in braces ends at the first "}".

    Raises:
        ExpressionError: something in braces begins as an expression does, and is none.
    """
    found: list[str | Expression] = []
    at = start = 0
    while (opened := text.find(_OPEN, at)) >= 0 and (closed := text.find("}", opened)) >= 0:
        inner = text[opened + 1 : closed].strip() if closed - opened <= LONGEST else ""
        at = closed + 1
        if begins_one(inner):
            found += [text[start:opened], parse(inner)]
            start = at
    return tuple(piece for piece in (*found, text[start:]) if piece != "")


def whole(text: str) -> Expression | None:
    """Return the expression that a text is, None where it is no expression, or only has some in braces.

    Raises:
        ExpressionError: it begins as an expression does, and is none.
    """
    return parse(text) if begins_one(text) else None


def expressions_in(value: Any, pointer: str) -> Iterator[tuple[str, Expression]]:
    """Yield the expressions in the texts of a JSON value, however deep, each with the place of its text.

    Raises:
        ExpressionError: a text begins as an expression does, and is none; `where` is its place.
    """
    for place, text in texts_in(value, pointer):
        yield from ((place, each) for each in _of_text(text, place))


def texts_in(value: Any, pointer: str) -> Iterator[tuple[str, str]]:
    """Yield the texts of a JSON value, however deep, each with its place."""
    stack = [(value, pointer)]
    while stack:
        node, place = stack.pop()
        if isinstance(node, str):
            yield place, node
        elif isinstance(node, dict):
            stack += [(child, join(place, key)) for key, child in node.items()]
        elif isinstance(node, list):
            stack += [(child, join(place, index)) for index, child in enumerate(node)]


def _of_text(text: str, place: str) -> list[Expression]:
    if "$" not in text:
        return []
    try:
        only = whole(text)
        return [only] if only else [piece for piece in pieces(text) if isinstance(piece, Expression)]
    except ExpressionError as error:
        raise ExpressionError(error.message, where=place, hint=error.hint) from None


def _message(text: str, root: Root, rest: str) -> Expression:
    """Read what follows "$request." or "$response."."""
    if rest == "body" or rest.startswith(("body#", "body.", "body[")):
        name, sharp, pointer = rest.removeprefix("body").removeprefix(".").partition("#")
        if rest.startswith("body.") and not name:
            raise _refused(text, "a name follows the dot")
        name, within = _indexed(name)
        if "[" in name or (within is not None and sharp):
            raise _refused(text, f"write a JSON Pointer: ${root}.body#/items/0/id")
        led = _pointer(text, pointer) if sharp else within
        return Expression(text=text, root=root, part="body", name=name, pointer=led)
    part, _, name = rest.partition(".")
    if part == "header":
        if not _TOKEN.fullmatch(name):
            raise _refused(text, "write the name of a header: $response.header.X-Total")
        return Expression(text=text, root=root, part=part, name=name)
    if rest == "statusCode":
        raise _refused(text, "write $statusCode")
    if part == "headers" and name:
        raise _refused(text, f"write ${root}.header.{one_line(name, 60)}")
    if part not in ("query", "path") or not name or root is Root.RESPONSE:
        more = ", query.NAME, path.NAME" if root is Root.REQUEST else ""
        raise _refused(text, f"what follows is header.NAME, body or body#/POINTER{more}")
    return Expression(text=text, root=root, part=part, name=name)


def _named(text: str, root: Root, rest: str, *, is_input: bool) -> Expression:
    """Read the name of an output, or of an input, which is called by any name: "ids[0]" is one, too."""
    name, sharp, pointer = rest.partition("#")
    name, within = (name, None) if sharp or is_input else _indexed(name)
    if not name:
        raise _refused(text, f"a name follows: ${root}.NAME")
    return Expression(text=text, root=root, name=name, pointer=_pointer(text, pointer) if sharp else within)


def _indexed(name: str) -> tuple[str, str | None]:
    """Return a name, and the indexes and names behind it as a JSON Pointer: "items[0].id" -> "items", "/0/id"."""
    found = _INDEXED.fullmatch(name)
    if found is None:
        return name, None
    steps = [index or member for index, member in _STEP.findall(found[2])]
    return found[1], "".join("/" + step.replace("~", "~0").replace("/", "~1") for step in steps)


def _owned(text: str, root: Root, rest: str) -> Expression:
    """Read what follows "$steps.", "$workflows.", "$sourceDescriptions." or "$components."."""
    if root in (Root.SOURCES, Root.COMPONENTS):
        owner, _, name = rest.partition(".")
        if not owner or not name:
            raise _refused(text, f"write ${root}.{'NAME.url' if root is Root.SOURCES else 'parameters.NAME'}")
        return Expression(text=text, root=root, owner=owner, name=name)
    parts = ("outputs",) if root is Root.STEPS else ("inputs", "outputs")
    for part in parts:
        owner, found, name = rest.partition(f".{part}.")
        if owner and found and name.partition("#")[0]:
            inner = _named(text, root, name, is_input=part == "inputs")
            return Expression(text=text, root=root, owner=owner, part=part, name=inner.name, pointer=inner.pointer)
    raise _refused(text, f"write ${root}.ID.{'.NAME or .'.join(parts)}.NAME")


def _pointer(text: str, pointer: str) -> str:
    if (pointer and not pointer.startswith("/")) or _ESCAPE.search(pointer):
        raise _refused(text, "a JSON Pointer follows the #: /items/0, with ~1 for / and ~0 for ~")
    return pointer


def _refused(text: str, hint: str) -> ExpressionError:
    return ExpressionError(f"{one_line(text, 80)!r} is no runtime expression", hint=hint)
