"""A request taken apart: each of its clauses may be the work of another tool."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from openapi_mcp.index.actions import action_of
from openapi_mcp.index.words import SELF, terms

MAX_QUERY = 2_000  # characters that are searched for; a longer request says little more
_MOST = 24  # clauses
_OF_WHO_ASKS = 0.3
_POLITE = re.compile(r"\b(?:would|['\u2019]d) like to\b", re.IGNORECASE)  # nobody is to like anything
_BETWEEN = re.compile(
    r"[.;:!?]+\s+|,\s+|\n+"
    r"|\s+(?:and|then|also|additionally|plus|while|but|or|by|to|along with|as well as|before|after)\s+",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """A part of a request: how much each of its terms counts, and the method that stands for what it wants done."""

    text: str
    terms: Mapping[str, float]
    action: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request as a whole, and its clauses; none of them where it cannot be taken apart."""

    text: str
    whole: Clause
    clauses: tuple[Clause, ...]


def read_request(query: str) -> Request:
    """Return a request in its clauses: "find the invoice of March and send it to Ana" has three."""
    query = _POLITE.sub(" ", query[:MAX_QUERY])
    parts = [clause for part in _BETWEEN.split(query) if (clause := _clause(part)).terms]
    whole = _clause(query)
    return Request(text=query, whole=whole, clauses=tuple(parts[:_MOST]) if len(parts) > 1 else ())


def _clause(text: str) -> Clause:
    counted: dict[str, float] = dict(Counter(terms(text)))
    if len(counted) > 1 and SELF in counted:  # who asks says little beside what for
        counted[SELF] = _OF_WHO_ASKS
    return Clause(text=text, terms=counted, action=action_of(text))
