"""Changes in TOML that leave all else as it stands, comments too. tomlkit keeps what it does not change."""

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from openapi_mcp.clients.fault import TextFaultError

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import AbstractTable

_BOM = "\ufeff"
_BARE_NEWLINE = re.compile(r"(?<!\r)\n")


def put(text: str, keys: Sequence[str], name: str, value: Mapping[str, Any]) -> str:
    """Return the text with a table of a name in the table at `keys`; one that is there is changed where it stands.

    Raises:
        TextFaultError: it is no TOML, or no table stands there.
    """
    document = _parsed(text)
    holder = _holder(document, keys)
    if holder is None:
        from tomlkit import table

        document[keys[0]] = table(is_super_table=True)
        holder = _holder(document, keys)
    assert holder is not None  # noqa: S101  it was put there
    if name not in holder:
        holder[name] = _as_table(value, is_inline=_is_inline(holder))
    else:
        _change(holder[name], value)
    return _written(document, text)


def take(text: str, keys: Sequence[str], name: str) -> str:
    """Return the text without the table of a name in the table at `keys`.

    Raises:
        TextFaultError: it is no TOML, or no table stands there.
    """
    document = _parsed(text)
    holder = _holder(document, keys)
    if holder is None or name not in holder:
        return text
    del holder[name]
    return _written(document, text)


def table_at(text: str, keys: Sequence[str]) -> dict[str, Any]:
    """Return what stands in the table at `keys`, as plain values; empty where there is none.

    Raises:
        TextFaultError: it is no TOML, or no table stands there.
    """
    holder = _holder(_parsed(text), keys)
    return {} if holder is None else dict(holder.unwrap())


def whole(text: str) -> dict[str, Any]:
    """Return all that a text says.

    Raises:
        TextFaultError: it is no TOML.
    """
    return dict(_parsed(text).unwrap())


def _parsed(text: str) -> "TOMLDocument":
    from tomlkit import parse
    from tomlkit.exceptions import ParseError, TOMLKitError

    try:
        return parse(text.removeprefix(_BOM))
    except ParseError as error:
        what = str(error).partition(" at line")[0]
        raise TextFaultError(what, error.line, error.col + 1) from None
    except (TOMLKitError, ValueError, RecursionError) as error:
        raise TextFaultError(str(error)) from None


def _holder(document: "TOMLDocument", keys: Sequence[str]) -> "AbstractTable | None":
    found: Any = document
    for key in keys:
        found = found.get(key)
        if found is None:
            return None
        if not isinstance(found, Mapping):
            raise TextFaultError(f'"{key}" is no table')
    return found  # type: ignore[no-any-return]


def _is_inline(holder: Any) -> bool:
    from tomlkit.items import InlineTable

    return isinstance(holder, InlineTable)


def _as_table(value: Mapping[str, Any], *, is_inline: bool) -> "AbstractTable":
    from tomlkit import inline_table, table

    made: AbstractTable = inline_table() if is_inline else table()
    for key, each in value.items():
        made[key] = _as_table(each, is_inline=is_inline) if isinstance(each, Mapping) else each
    return made


def _change(there: Any, value: Mapping[str, Any]) -> None:
    """Make a table say what it shall, key by key: what stays the same keeps its comments."""
    if not isinstance(there, Mapping):
        raise TextFaultError("the entry is no table")
    table: Any = there
    for key in [key for key in table if key not in value]:
        del table[key]
    for key, each in value.items():
        if isinstance(each, Mapping) and isinstance(table.get(key), Mapping):
            _change(table[key], each)
        elif key not in table or _plain(table[key]) != each:
            table[key] = _as_table(each, is_inline=_is_inline(table)) if isinstance(each, Mapping) else each


def _plain(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _written(document: "TOMLDocument", before: str) -> str:
    """Return the document as text, with the line ends and the BOM that the text had before."""
    text = document.as_string()
    if "\r\n" in before and not _BARE_NEWLINE.search(before):
        text = _BARE_NEWLINE.sub("\r\n", text)
    return f"{_BOM if before.startswith(_BOM) else ''}{text}"
