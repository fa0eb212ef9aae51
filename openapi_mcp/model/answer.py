"""What an answer of the API holds, before it is fitted to a context."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.call import Blob
from openapi_mcp.model.jsontext import JsonValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """JSON (`value`, and `text` where it is written already), else text, else bytes (`blob`), secrets masked.

    `note` is what we ourselves have to say about it: it stands under `_note` in the result.
    """

    value: JsonValue = None
    text: str = ""
    blob: Blob | None = None
    is_json: bool = True
    note: Mapping[str, Any] = field(default_factory=dict)
