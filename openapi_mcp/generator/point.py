"""What an operation does of which the document says nothing: by its method, its path and what it answers."""

import re

from openapi_mcp.model.document import Operation
from openapi_mcp.model.text import one_line

_VERBS = {
    "GET": "Gets",
    "HEAD": "Checks",
    "OPTIONS": "Says what can be done with",
    "QUERY": "Searches",
    "POST": "Posts to",
    "PUT": "Replaces",
    "PATCH": "Changes",
    "DELETE": "Deletes",
}
_NO_THING = re.compile(r"(?:api|rest|public|v\d+(?:[._]\d+)*(?:(?:alpha|beta)\d*)?)", re.IGNORECASE)
_WORDS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|[^A-Za-z0-9]+")
_LONGEST = 60  # characters of a segment in words


def point(operation: Operation, *, is_list: bool) -> str:
    """Return one sentence; `is_list` says whether the answer is a list.

    GET /v1/customers/{id}/orders, a list of Order -> "Lists orders of a customer."
    GET /v1/customers/{id}, a Customer -> "Gets a customer."
    """
    segments = things(operation.path)
    if not segments:
        return f"{_verb(operation, is_list=is_list)} the root."
    (name, key), *owners = reversed(segments)
    is_one = bool(key) or (operation.method == "POST" and _creates(operation))
    said = one_of(name) if is_one and not is_list else in_words(name)
    by = f" by {in_words(key)}" if key and is_list else ""
    owner = next((f" of {one_of(name)}" for name, key in owners if key), "")
    return f"{_verb(operation, is_list=is_list)} {said}{by}{owner}."


def things(path: str) -> list[tuple[str, str]]:
    """Return the segments of a path that name something, each with the parameter that picks one out, "" for none.

    "/api/v1/customers/{id}/orders" -> [("customers", "id"), ("orders", "")]
    """
    found: list[tuple[str, str]] = []
    for segment in filter(None, path.partition("?")[0].split("/")):
        if segment.startswith("{"):
            found[-1:] = [(name, segment.partition("}")[0][1:]) for name, _ in found[-1:]]
        elif not _NO_THING.fullmatch(segment) and in_words(segment):
            found.append((segment, ""))
    return found


def in_words(segment: str) -> str:
    """Return a segment in words: "line-items" -> "line items"; "" where it has none."""
    return one_line(" ".join(filter(None, _WORDS.split(segment.partition("{")[0]))).lower(), _LONGEST)


def one_of(segment: str) -> str:
    """Return one of what a segment names: "addresses" -> "an address"."""
    said = singular(in_words(segment))
    return f"{'an' if said[:1] in 'aeiou' else 'a'} {said}"


def singular(words: str) -> str:
    """Return an English plural's singular: "companies" -> "company"; a word that is none as it is."""
    if words.endswith(("series", "species")):
        return words
    for ending, other in (("ies", "y"), ("sses", "ss"), ("xes", "x"), ("ches", "ch"), ("shes", "sh")):
        if words.endswith(ending) and len(words) > len(ending) + 1:
            return words.removesuffix(ending) + other
    return words[:-1] if words.endswith("s") and not words.endswith(("ss", "us", "is")) and len(words) > 2 else words


def _verb(operation: Operation, *, is_list: bool) -> str:
    if operation.method == "GET" and is_list:
        return "Lists"
    if operation.method == "POST" and _creates(operation):
        return "Creates"
    return _VERBS.get(operation.method, f"{one_line(operation.method, 20)} of")


def _creates(operation: Operation) -> bool:
    return any(response.status == "201" for response in operation.responses)
