"""A JSON payload that is written as a text with expressions in it."""

import re
from typing import Any

from openapi_mcp.model.jsontext import read_json, write_json
from openapi_mcp.model.text import one_line
from openapi_mcp.workflow.expressions import pieces
from openapi_mcp.workflow.faults import PayloadError

_ESCAPE_OR_QUOTE = re.compile(r'\\.|"', re.DOTALL)


def template(text: str) -> Any:
    """Return the JSON value that a template is, its expressions still in its texts; the text where it opens none.

    '{"id": {$inputs.id}, "note": "for {$inputs.name}"}' -> {"id": "$inputs.id", "note": "for {$inputs.name}"}. It is
    read first and filled then, so that no value can add a field.

    Raises:
        PayloadError: what opens as JSON is none.
    """
    opens = text.lstrip().startswith(("{", "[")) and not text.lstrip().startswith("{$")
    return read_template(text) if opens else text


def read_template(text: str) -> Any:
    """Return the JSON value that a template is, its expressions still in it.

    Raises:
        PayloadError: it is none.
    """
    try:
        return read_json(text)
    except ValueError:
        pass  # it may be JSON once the expressions that stand for numbers are there
    try:
        return read_json(_quoted(text))
    except ValueError as error:
        said = f"the payload is no JSON: {one_line(str(error), 100)}"
        raise PayloadError(said, hint="write it as YAML or JSON values, not as a text") from None


def _quoted(text: str) -> str:
    """Return a template with the expressions between its texts as texts: {"id": {$inputs.id}} -> {"id": "$inputs.id"}.

    Filled, such a text is the value that it names, whatever its type.
    """
    parts: list[str] = []
    is_within = False
    for piece in pieces(text):
        if not isinstance(piece, str):
            parts.append(f"{{{piece.text}}}" if is_within else write_json(piece.text))
            continue
        parts.append(piece)
        if sum(found[0] == '"' for found in _ESCAPE_OR_QUOTE.finditer(piece)) % 2:
            is_within = not is_within
    return "".join(parts)
