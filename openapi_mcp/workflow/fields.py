"""The fields of an object, narrowed to what belongs there; what does not is found and said."""

import re
from collections.abc import Iterable, Iterator

from openapi_mcp.model.jsontext import JsonValue
from openapi_mcp.model.pointer import join
from openapi_mcp.model.text import one_line
from openapi_mcp.workflow.findings import Findings

JsonObject = dict[str, JsonValue]

KEY = re.compile(r"[a-zA-Z0-9._\-]+")
"""What outputs and components are called by (4.6.4, 4.6.9)."""
_SHOWN = 60  # characters of a foreign text


class Fields:
    """One object of the document at its `pointer`; a value of another type counts as an empty object, and is said."""

    def __init__(self, value: JsonValue, pointer: str, findings: Findings, what: str) -> None:
        self.pointer = pointer
        self.findings = findings
        self._what = what
        self._held: JsonObject = value if isinstance(value, dict) else {}
        if not isinstance(value, dict):
            findings.error(pointer, f"{what} is not an object", "write it with named fields")

    def __contains__(self, key: str) -> bool:
        return key in self._held

    def get(self, key: str) -> JsonValue:
        """Return a field as it stands, None where there is none."""
        return self._held.get(key)

    def at(self, key: str) -> str:
        """Return the pointer of a field."""
        return join(self.pointer, key)

    def know(self, fields: Iterable[str], needed: Iterable[str] = ()) -> None:
        """Warn of each field that the specification does not have here.

        What is nearly one of the `needed` fields is an error: without it something else would be done than is written.
        """
        known, vital = frozenset(fields), frozenset(needed)
        for key in self._unknown(known):
            hint = self.findings.meant(key, known, "correct its name, or begin it with x-")
            is_vital = bool(self.findings.meant(key, vital, ""))
            (self.findings.error if is_vital else self.findings.warn)(self.at(key), self._lacks(key), hint)

    def know_all(self, fields: Iterable[str]) -> None:
        """Refuse each field that the specification does not have here: all of them decide what is done."""
        known = frozenset(fields)
        for key in self._unknown(known):
            hint = self.findings.meant(key, known, "remove it, or begin its name with x-")
            self.findings.error(self.at(key), self._lacks(key), hint)

    def _unknown(self, known: frozenset[str]) -> list[str]:
        return [key for key in self._held if key not in known and not key.startswith("x-")]

    def _lacks(self, key: str) -> str:
        return f"{self._what} has no field {one_line(key, _SHOWN)!r}"

    def text(self, key: str, *, required: bool = False) -> str:
        """Return a text, "" where there is none."""
        value = self._held.get(key)
        if isinstance(value, str) and (value or not required):
            return value
        if required and value in (None, ""):
            self.findings.error(self.pointer, f"{self._what} has no `{key}`", f"give it one: {key}")
        elif value is not None:
            self.findings.error(self.at(key), f"the `{key}` of {self._what} is not a text", "write it as a text")
        return ""

    def items(self, key: str, most: int) -> Iterator[tuple[JsonValue, str]]:
        """Yield the items of a list with their pointers, `most` of them."""
        value = self._held.get(key, [])
        place = self.at(key)
        if not isinstance(value, list):
            self.findings.error(place, f"the `{key}` of {self._what} is not a list", "write it as a list")
            return
        if len(value) > most:
            said = f"{self._what} has {len(value):,} {key}, and {most} are read at most"
            self.findings.error(place, said, "split it")
        for index, item in enumerate(value[:most]):
            yield item, join(place, index)

    def members(self, key: str, most: int) -> Iterator[tuple[str, JsonValue, str]]:
        """Yield the members of a map with their pointers, `most` of them; those with a name that none may have not."""
        value = self._held.get(key, {})
        place = self.at(key)
        if not isinstance(value, dict):
            self.findings.error(place, f"the `{key}` of {self._what} is not a map", "write names with their values")
            return
        if len(value) > most:
            said = f"{self._what} has {len(value):,} {key}, and {most} are read at most"
            self.findings.error(place, said, "split it")
        for name, member in list(value.items())[:most]:
            if KEY.fullmatch(name):
                yield name, member, join(place, name)
            else:
                said = f"{one_line(name, _SHOWN)!r} is no name that `{key}` may have"
                self.findings.error(join(place, name), said, "use letters, digits, dots, hyphens and underscores")


def quoted(text: str) -> str:
    """Return a foreign text as an error may show it."""
    return repr(one_line(text, _SHOWN))
