"""Which path template a server takes a path for: no value may make it another one than the tool's own."""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from urllib.parse import unquote

from openapi_mcp.model.document import ANY_METHODS
from openapi_mcp.model.template import PLACEHOLDER, path_and_query

_SLASHES = re.compile("/{2,}")
_MATRIX = re.compile(";[^/]*")
_NEUTRAL = "\x00"  # stands for a value that is none of a document's own words


class Routes:
    """The path templates of a document with their methods, so kept that a path is held against few of them."""

    def __init__(self, templates: Sequence[str] = (), methods: Sequence[str] = ()) -> None:
        self._methods = dict(zip(templates, methods or [ANY_METHODS] * len(templates), strict=True))
        self._patterns: dict[str, re.Pattern[str]] = {}

    def taken_by(self, own: str, filled: str, method: str) -> str | None:
        """Return the template that a path, filled from the template `own`, is taken for in its place; None for none.

        ("/orders/{id}", "/orders/export") -> "/orders/export", where there is one: what is concrete comes before what
        is templated (OAS 3.1.1, Paths Object). A template that takes all that `own` takes is none that a value chose,
        and one without the method has no operation that could be reached.
        """
        reached = _as_read(filled) if "%" in filled or "\\" in filled else filled
        reached = reached.rstrip("/").casefold()
        own = path_and_query(own)[0]
        neutral = PLACEHOLDER.sub(_NEUTRAL, own).rstrip("/").casefold()
        for path, template in self._near(reached):
            if template == own or not self._has(template, method):
                continue
            if self._takes(path, reached) and not self._takes(path, neutral):
                return template
        return None

    def taking(self, path: str, method: str) -> Sequence[str]:
        """Return the templates that a server takes a path for: of all that fit, those that are the most concrete.

        "/jobs/export" -> ["/jobs/export"], where there is one, else ["/jobs/{id}"]. A server may drop what follows ";",
        and empty segments.
        """
        whole = _SLASHES.sub("/", _as_read(path)).casefold()
        reached = {each.rstrip("/") for each in (whole, _MATRIX.sub("", whole))}
        fitting = {
            template: _concrete(own)
            for each in reached
            for own, template in self._near(each)
            if self._has(template, method) and self._takes(own, each)
        }
        most = max(fitting.values(), default=())
        return [template for template, concrete in fitting.items() if concrete == most]

    def _has(self, template: str, method: str) -> bool:
        methods = self._methods[template].split()
        return ANY_METHODS in methods or method.upper() in methods

    def _near(self, reached: str) -> Iterator[tuple[str, str]]:
        depth = reached.count("/")
        end = reached.find("/") + 1
        while end > 0:
            yield from self._index.get((depth, reached[:end]), ())
            end = reached.find("/", end) + 1
        yield from self._index.get((depth, reached), ())

    @cached_property
    def _index(self) -> dict[tuple[int, str], list[tuple[str, str]]]:
        """Templates by how deep they are and by what stands before their first placeholder, to the last slash."""
        index: dict[tuple[int, str], list[tuple[str, str]]] = {}
        for template in self._methods:
            path = path_and_query(template)[0].rstrip("/")
            literal, brace, _ = path.partition("{")
            beginning = literal[: literal.rfind("/") + 1] if brace else path
            index.setdefault((path.count("/"), beginning.casefold()), []).append((path, template))
        return index

    def _takes(self, path: str, reached: str) -> bool:
        if path not in self._patterns:
            literals = (re.escape(text.casefold()) for text in PLACEHOLDER.split(path)[::2])
            self._patterns[path] = re.compile("[^/]+".join(literals))
        return self._patterns[path].fullmatch(reached) is not None


def _concrete(path: str) -> tuple[int, ...]:
    """Return how concrete each segment is: "/u/{id}.json/{a}" -> (2, 2, 1, 0)."""
    return tuple(2 if "{" not in part else 0 if PLACEHOLDER.fullmatch(part) else 1 for part in path.split("/"))


def _as_read(path: str) -> str:
    """Return a path as the freest server reads it: decoded, by a proxy and again by what is behind it."""
    return unquote(unquote(path)).replace("\\", "/")
