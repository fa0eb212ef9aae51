"""Simple conditions read: "$statusCode == 200 && !$response.body#/done" as a tree (Arazzo 1.0.1, 4.6.11)."""

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import NoReturn

from openapi_mcp.model.text import one_line
from openapi_mcp.workflow.expressions import Expression, Root, parse
from openapi_mcp.workflow.faults import CriterionError, ExpressionError

LONGEST = 4_000  # characters
_DEEPEST = 50  # groups and "!" within each other
_TOKEN = re.compile(
    r"[ \t\r\n]*(?:(?P<string>'(?:[^']|'')*+')"
    r"|(?P<number>-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?(?![\w.]))"
    r"|(?P<expression>\$[^\s=!<>&|()\[\]{}']++)"
    r"|(?P<sign><=|>=|==|!=|&&|\|\||[<>!()\[\]{}.])"
    r"|(?P<word>[A-Za-z_][\w-]*+)"
    r"|(?P<end>\Z))"
)
_WORDS = {"true": True, "false": False, "null": None}
_CLOSING = {"(": ")", "{": "}"}
_COMPARING = ("<", "<=", ">", ">=", "==", "!=")
_SIGNS = {"=": "==", "&": "&&", "|": "||"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Literal:
    """true, false, null, a number or a text."""

    value: bool | int | float | str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What an expression names, and the members and items within it: `$response.body#/items[0].id`."""

    expression: Expression
    steps: tuple[str | int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Not:
    """The contrary of a condition."""

    operand: "Node"


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Conditions that must all hold, or of which one must: `sign` is "&&" or "||"."""

    sign: str
    operands: "tuple[Node, ...]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """Two values held against each other."""

    sign: str
    left: "Node"
    right: "Node"


Node = Literal | Named | Not | Joined | Compared


@lru_cache(maxsize=1024)
def parse_condition(text: str) -> Node:
    """Return a simple condition as a tree.

    "!" binds strongest, then comparisons, then "&&", then "||"; braces group as parentheses do: "{$statusCode == 401}".

    Raises:
        CriterionError: it is none; `column` says where.
    """
    if len(text) > LONGEST:
        raise CriterionError(f"a condition has more than {LONGEST:,} characters", hint="write several criteria")
    parser = _Parser(tuple(_tokens(text)))
    tree = parser.either(_DEEPEST)
    if parser.kind != "end":
        parser.refuse("nothing of the kind can stand here", 'join conditions by "&&" or "||"')
    return tree


def named_in(tree: Node) -> Iterator[Named]:
    """Yield all that a condition names, from left to right."""
    match tree:
        case Named():
            yield tree
        case Not():
            yield from named_in(tree.operand)
        case Joined():
            for operand in tree.operands:
                yield from named_in(operand)
        case Compared():
            yield from named_in(tree.left)
            yield from named_in(tree.right)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Token:
    kind: str
    text: str
    column: int


def _tokens(text: str) -> Iterator[_Token]:
    at = 0
    while True:
        found = _TOKEN.match(text, at)
        if found is None:
            _refuse_character(text, at)
        kind = str(found.lastgroup)
        yield _Token(kind=kind, text=found[kind], column=found.start(kind) + 1)
        if kind == "end":
            return
        at = found.end()


def _refuse_character(text: str, at: int) -> NoReturn:
    rest = text[at:].lstrip(" \t\r\n")
    column = len(text) - len(rest) + 1
    hint = f'write "{_SIGNS[rest[0]]}"' if rest[0] in _SIGNS else "write 'text' in single quotes, numbers as JSON does"
    said = "a text does not end" if rest[0] == "'" else f"{one_line(rest, 20)!r} is no part of a condition"
    raise CriterionError(said, column=column, hint="end it with '" if rest[0] == "'" else hint)


class _Parser:
    """A parser by precedence, one method a level; `levels` is how deep it may still go."""

    def __init__(self, tokens: tuple[_Token, ...]) -> None:
        self._tokens = tokens
        self._at = 0

    @property
    def kind(self) -> str:
        return self._tokens[self._at].kind

    def refuse(self, message: str, hint: str) -> NoReturn:
        token = self._tokens[self._at]
        met = "the condition ends too early" if token.kind == "end" else f"{one_line(token.text, 40)!r}: {message}"
        raise CriterionError(met, column=token.column, hint=hint)

    def either(self, levels: int) -> Node:
        operands = [self._all(levels)]
        while self._takes("||"):
            operands.append(self._all(levels))
        return operands[0] if len(operands) == 1 else Joined(sign="||", operands=tuple(operands))

    def _all(self, levels: int) -> Node:
        operands = [self._comparison(levels)]
        while self._takes("&&"):
            operands.append(self._comparison(levels))
        return operands[0] if len(operands) == 1 else Joined(sign="&&", operands=tuple(operands))

    def _comparison(self, levels: int) -> Node:
        left = self._operand(levels)
        sign = self._sign()
        if sign not in _COMPARING:
            return left
        self._at += 1
        right = self._operand(levels)
        if self._sign() in _COMPARING:
            self.refuse("a comparison has two sides", 'write "A < B && B < C"')
        return Compared(sign=sign, left=left, right=right)

    def _operand(self, levels: int) -> Node:
        if levels == 0:
            self.refuse(f"the condition is nested deeper than {_DEEPEST} levels", "write several criteria")
        token = self._tokens[self._at]
        self._at += 1
        match token.kind:
            case "string":
                return Literal(value=token.text[1:-1].replace("''", "'"))
            case "number":
                return self._number(token)
            case "expression":
                return self._named(token)
            case "word" if token.text in _WORDS:
                return Literal(value=_WORDS[token.text])
            case "sign" if token.text == "!":
                return Not(operand=self._operand(levels - 1))
            case "sign" if token.text in _CLOSING:
                inner = self.either(levels - 1)
                if not self._takes(_CLOSING[token.text]):
                    self.refuse(f"{_CLOSING[token.text]!r} is missing", f"close what {token.text!r} opens")
                return inner
        self._at -= 1
        is_word = token.kind == "word"
        root = re.split(r"[.\W]", token.text)[0]
        if is_word and root in tuple(Root):
            self.refuse("a value is missing here", f"write it with a $: ${root}")
        hint = "write a text in single quotes" if is_word else "write a value: $statusCode, 200, 'text', true, null"
        self.refuse("a value is missing here", hint)

    def _number(self, token: _Token) -> Literal:
        is_whole = token.text.lstrip("-").isdigit()
        value = int(token.text) if is_whole else float(token.text)
        if len(token.text) > 400 or not math.isfinite(value):
            self._at -= 1
            self.refuse("the number is beyond a double", "write a smaller one")
        return Literal(value=value)

    def _named(self, token: _Token) -> Named:
        try:
            expression = parse(token.text)
        except ExpressionError as error:
            raise CriterionError(error.message, column=token.column, hint=error.hint) from None
        steps: list[str | int] = []
        while self._sign() in (".", "["):
            steps.append(self._member() if self._takes(".") else self._item())
        return Named(expression=expression, steps=tuple(steps))

    def _member(self) -> str:
        if self.kind != "word":
            self.refuse("a name follows the dot", "write .name, or ['a name']")
        self._at += 1
        return self._tokens[self._at - 1].text

    def _item(self) -> str | int:
        self._at += 1
        token = self._tokens[self._at]
        if token.kind == "string":
            step: str | int = token.text[1:-1].replace("''", "'")
        elif token.kind == "number" and token.text.isdigit() and len(token.text) < 10:
            step = int(token.text)
        else:
            self.refuse("an index is a whole number from 0", "write [0]")
        self._at += 1
        if not self._takes("]"):
            self.refuse("']' is missing", "write [0]")
        return step

    def _sign(self) -> str:
        token = self._tokens[self._at]
        return token.text if token.kind == "sign" else ""

    def _takes(self, sign: str) -> bool:
        """Go on past a sign, if it is the next one."""
        if self._sign() != sign:
            return False
        self._at += 1
        return True
