"""What an answer finds wrong, as it says it, before anything is made of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from openapi_mcp.model.fault import Path

MOST_COMPLAINTS = 20  # of one answer
LONGEST_NAME = 200  # characters of a field's name
LONGEST_SAID = 500  # characters of what is said of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Complaint:
    """One thing that an answer finds wrong: the words, and the pointer of the place in the answer where they stand.

    `named` is the field as the answer writes it, `steps` the same, outermost first: "items.0.quantity" and
    ("items", 0, "quantity"); both are empty where only the words may name one. `location` is where the request has it:
    "query", "body", "" where that is not said. `code` is the answer's word for the rule, `told` what it says of it
    beside the words: {"expected": "'a' or 'b'"}. What `is_loose` may be no field at all, and counts only where the
    tool has one of that name.
    """

    said: str
    at: str
    named: str = ""
    steps: Path = ()
    location: str = ""
    code: str = ""
    told: Mapping[str, Any] = field(default_factory=dict)
    is_loose: bool = False
