"""The inputs of a workflow as one JSON Schema that stands for itself: what a `$ref` names comes along in `$defs`."""

import re
from collections import deque
from collections.abc import Mapping
from typing import Any

from openapi_mcp.model.pointer import join, tokens
from openapi_mcp.workflow.dereference import by_index, by_name
from openapi_mcp.workflow.fields import KEY, JsonObject, quoted
from openapi_mcp.workflow.findings import Findings
from openapi_mcp.workflow.keywords import LISTS, MAPS, NOT_FOLLOWED, SCHEMAS, is_well_formed
from openapi_mcp.workflow.state import NOTHING

_DEEPEST = 150  # schemas within each other, as many as are checked
_MOST_DEFINITIONS = 1_000
_LONGEST_CHAIN = 20  # references to references
_DEFINITIONS = "#/$defs/"
_UNSAFE = re.compile(r"[^A-Za-z0-9._\-]+")
_SAYS = frozenset(("title", "description", "default", "examples", "deprecated", "$comment"))
_OPENING = ("allOf", "anyOf", "oneOf", "if", "$ref", "patternProperties")


def inputs_schema(value: Any, pointer: str, root: JsonObject, findings: Findings) -> dict[str, Any]:
    """Return a workflow's inputs as a schema of an object, {} for none; references stay, and lead into its `$defs`.

    A reference leads to a place of this document, or into the schema itself; cycles stay cycles.
    """
    if value is None or value is True:
        return {}
    if not isinstance(value, dict):
        findings.error(pointer, "the inputs are no schema of an object", "write type: object with properties")
        return {}
    schema = _Inputs(value, root, findings).read(value, pointer)
    if "type" not in schema or schema["type"] == "object":
        return {"type": "object", **schema}
    kind = schema["type"]
    if isinstance(kind, list) and "object" in kind:
        return {**schema, "type": "object"}
    findings.error(pointer, "the inputs are no schema of an object", "write type: object with properties")
    return {}


def names_of(schema: Mapping[str, Any]) -> frozenset[str] | None:
    """Return the inputs that a schema names, None where it may take others that it does not name."""
    if any(word in schema for word in _OPENING) or schema.get("additionalProperties"):
        return None
    return frozenset(schema.get("properties", ()))


class _Inputs:
    def __init__(self, own: JsonObject, root: JsonObject, findings: Findings) -> None:
        self._own, self._root, self._findings = own, root, findings
        self._names: dict[str, str] = {}  # of each reference: what its definition is called
        defined = own.get("$defs")
        self._taken = set(defined) if isinstance(defined, dict) else set()
        if "$ref" not in own and "$defs" not in root:  # what is in its place already
            self._names |= {f"{_DEFINITIONS}{name}": name for name in self._taken if KEY.fullmatch(name)}
        self._waiting: deque[tuple[str, Any, str]] = deque()

    def read(self, value: JsonObject, pointer: str) -> dict[str, Any]:
        """Return the schema with all that it leads to."""
        schema = self._object(self._led(value, pointer), pointer, _DEEPEST)
        definitions: dict[str, Any] = dict(schema.pop("$defs", {}))
        while self._waiting:
            name, found, place = self._waiting.popleft()
            definitions[name] = self._schema(found, place, _DEEPEST)
        return {**schema, "$defs": definitions} if definitions else schema

    def _led(self, value: JsonObject, pointer: str) -> JsonObject:
        """Return the schema itself in place of one that only leads to it: a tool's arguments are its properties."""
        chain: list[JsonObject] = []
        while isinstance(reference := value.get("$ref"), str):
            target = self._target(reference)
            chain.append({word: each for word, each in value.items() if word != "$ref"})
            if not isinstance(target, dict) or len(chain) > _LONGEST_CHAIN:
                said = f"the reference {quoted(reference)} leads to no schema of an object"
                self._findings.error(pointer, said, "name one of components/inputs")
                return {}
            value = target
        beside = [each for each in chain if each.keys() - _SAYS]
        said_here = {word: each for words in reversed(chain) for word, each in words.items() if word in _SAYS}
        led = {**value, **said_here}
        return {**led, "allOf": [*_listed(led.get("allOf")), *beside]} if beside else led

    def _schema(self, value: Any, pointer: str, levels: int) -> Any:
        if not isinstance(value, dict):
            return value if isinstance(value, bool) else {}
        return self._object(value, pointer, levels)

    def _object(self, value: JsonObject, pointer: str, levels: int) -> dict[str, Any]:
        if levels == 0:
            self._findings.error(pointer, f"a schema is nested deeper than {_DEEPEST} levels", "write it flatter")
            return {}
        found: dict[str, Any] = {}
        for word, each in value.items():
            place = join(pointer, word)
            if word in NOT_FOLLOWED or not is_well_formed(word, each):
                self._findings.warn(place, f"{quoted(word)} is not followed here", "write it as JSON Schema 2020-12")
            elif word == "$ref":
                found[word] = self._reference(str(each), place)
            elif word in MAPS and isinstance(each, dict):
                found[word] = {name: self._schema(at, join(place, name), levels - 1) for name, at in each.items()}
            elif word in LISTS and isinstance(each, list):
                found[word] = [self._schema(at, join(place, index), levels - 1) for index, at in enumerate(each)]
            elif word in SCHEMAS:
                found[word] = self._schema(each, place, levels - 1)
            else:
                found[word] = each
        return found

    def _reference(self, text: str, pointer: str) -> str:
        """Return a reference into `$defs` in place of one to anywhere in the document."""
        if text not in self._names:
            target = self._target(text)
            if target is NOTHING or len(self._names) == _MOST_DEFINITIONS:
                said = f"the reference {quoted(text)} leads to no schema of this document"
                self._findings.error(pointer, said, "write #/components/inputs/NAME")
                return _DEFINITIONS
            self._names[text] = self._name(text)
            self._waiting.append((self._names[text], target, text))
        return _DEFINITIONS + self._names[text]

    def _target(self, text: str) -> Any:
        """Return the schema that a reference names: in the document, or else within the inputs themselves."""
        try:
            steps = tokens(text) if text.startswith("#/") else None
        except ValueError:
            steps = None
        if steps is None:
            return NOTHING
        for start in (self._root, self._own):
            found = _at(start, steps)
            if isinstance(found, dict | bool):
                return found
        return NOTHING

    def _name(self, text: str) -> str:
        plain = _UNSAFE.sub("_", tokens(text)[-1])[:60] or "schema"
        name, number = plain, 1
        while name in self._taken:
            number += 1
            name = f"{plain}_{number}"
        self._taken.add(name)
        return name


def _at(value: Any, steps: tuple[str, ...]) -> Any:
    for step in steps:
        value = by_index(value, int(step)) if isinstance(value, list) and step.isdecimal() else by_name(value, step)
    return value


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
