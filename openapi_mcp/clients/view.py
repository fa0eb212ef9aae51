"""A client's file as it may be shown: our own entry without its secrets, and of all else the names alone.

What others keep there is secret in more ways than can be listed: in words, URLs, comments, other people's options. So
no value of theirs is part of a view, nor is its text: it is written anew, line by line, from what the file says.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from openapi_mcp.clients import toml
from openapi_mcp.clients.edit import Table, is_our_asked, whole
from openapi_mcp.clients.hidden import options_of, parts_in_clear
from openapi_mcp.clients.known import Form
from openapi_mcp.clients.launch import Reference, Remote, Target, beside, entry, read_entry
from openapi_mcp.clients.ours import is_ours
from openapi_mcp.model.url import redact_url

_MASK = "***"
_ELSE = "..."
_LONGEST = 400  # characters of a word or name
_URL = re.compile(r"\b[a-z][a-z0-9+]{1,30}://.*", re.IGNORECASE | re.DOTALL)
_OF_THE_STARTER = re.compile(r"-m|--from|run|.*openapi[-_]mcp.*")
_ASKED = "inputs"


def view(text: str, table: Table, name: str, own: Target | None) -> list[str]:
    """Return the lines of a file of which one entry is shown; `own` is what that entry is known to be ours by, too.

    '{"a": 1, "mcpServers": {"b": {...}, "shop": {"command": "x"}}}' is shown as

        {
          "a": ...
          "mcpServers": {
            "b": ...
            "shop": {
              "command": "x"
            }
          }
        }

    Raises:
        TextFaultError: the text cannot be read.
    """
    if not text.strip("\ufeff \t\r\n"):
        return []
    found = whole(text, table)
    shown = _shown(table, name, _entry_at(found, table.keys, name), own)
    if table.client.form is Form.TOML:
        return list(_as_toml(found, table.keys, name, shown))
    return ["{", *_as_json(found, table.keys, name, shown, "  "), "}"]


def _entry_at(found: Any, keys: Sequence[str], name: str) -> Any:
    for key in (*keys, name):
        found = found.get(key) if isinstance(found, Mapping) else None
    return found


def _shown(table: Table, name: str, value: Any, own: Target | None) -> Any:
    """Return an entry as it may be shown; of one that is not ours only the names in it."""
    target = read_entry(table.client, name, value)
    if target is None or not (is_ours(target) or _is_same(target, own)):
        return dict.fromkeys(map(str, value), _ELSE) if isinstance(value, Mapping) else _ELSE
    return {**entry(table.client, _masked(target)), **dict.fromkeys(beside(value), _ELSE)}


def _is_same(target: Target, own: Target | None) -> bool:
    if isinstance(target, Remote):
        return isinstance(own, Remote) and own.url == target.url
    return target == own


def _masked(target: Target) -> Target:
    """Return a server without its secrets: values of variables and headers, of options, and in URLs."""
    if isinstance(target, Remote):
        return replace(target, url=_word(target.url), headers=masked_values(target.headers))
    return replace(
        target, command=_word(target.command), args=tuple(_masked_words(target.args)), env=masked_values(target.env)
    )


def masked_values(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return variables or headers without their values; what refers to a variable stays."""
    return {key: value if isinstance(value, Reference) else _MASK for key, value in given.items()}


def _masked_words(args: Sequence[str]) -> Iterator[str]:
    """Yield the words of a command: of what starts us only our own, of the rest none that is secret."""
    start = args.index("serve") if "serve" in args else len(args)
    yield from (word if _OF_THE_STARTER.fullmatch(word[:_LONGEST]) else _ELSE for word in args[:start])
    clear = [part for option, value in options_of(args[start:]) for part in parts_in_clear(option, value)]
    for word in args[start:]:
        part = next((part for part in clear if word.endswith(part)), None)
        yield _word(word if part is None else f"{word.removesuffix(part)}{_MASK}")


def _word(word: str) -> str:
    cut = word if len(word) <= _LONGEST else f"{word[:_LONGEST]}..."
    return _URL.sub(lambda found: redact_url(found[0]), cut)


def _as_json(found: Any, keys: Sequence[str], name: str, shown: Any, indent: str) -> Iterator[str]:
    """Yield the members of an object; the way to our entry is gone down."""
    for key, value in found.items() if isinstance(found, Mapping) else ():
        label = f"{indent}{json.dumps(key[:_LONGEST], ensure_ascii=False)}: "
        if keys and key == keys[0] and isinstance(value, Mapping):
            yield f"{label}{{"
            yield from _as_json(value, keys[1:], name, shown, f"{indent}  ")
            yield f"{indent}}}"
        elif not keys and key == name:
            yield from _written(label, shown, indent)
        elif key == _ASKED and isinstance(value, list):
            yield f"{label}["
            for each in value:
                yield from _written(f"{indent}  ", each if is_our_asked(each) else _ELSE, f"{indent}  ")
            yield f"{indent}]"
        else:
            yield f"{label}{_ELSE}"


def _written(label: str, value: Any, indent: str) -> Iterator[str]:
    if value == _ELSE:
        yield f"{label}{_ELSE}"
        return
    first, *more = json.dumps(value, ensure_ascii=False, indent=2).replace(f'"{_ELSE}"', _ELSE).split("\n")
    yield f"{label}{first}"
    yield from (f"{indent}{line}" for line in more)


def _as_toml(found: Any, keys: Sequence[str], name: str, shown: Any) -> Iterator[str]:
    """Yield the keys and tables of a file, our entry as it stands there."""
    for key, value in found.items():
        if key != keys[0]:
            yield f"{json.dumps(key[:_LONGEST], ensure_ascii=False)} = {_ELSE}"
            continue
        for each in value:
            if each == name and isinstance(shown, Mapping):
                text = toml.put("", keys, name, shown)
                yield from text.replace(f'"{_ELSE}"', _ELSE).splitlines()
            else:
                yield f"[{key}.{json.dumps(each[:_LONGEST], ensure_ascii=False)}] {_ELSE}"
