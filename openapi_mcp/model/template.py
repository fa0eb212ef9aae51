"""Path templates: which parts of one are the path and the query, and what stands in braces. OAS 3.1.1, 4.8.2.2."""

import re

PLACEHOLDER = re.compile(r"\{([^{}]*)\}")
_QUERY_EXPRESSION = re.compile(r"\{[?&][^{}]*\}")  # RFC 6570 section 3.2.8: those are query parameters of their own


def path_and_query(template: str) -> tuple[str, str]:
    """Return the path of a template and the query written into it, without a fragment.

    "/pets/{id}#copy" -> ("/pets/{id}", ""); "/pets?a={a}" -> ("/pets", "a={a}"); "/pets{?page}" -> ("/pets", "")
    """
    path, _, query = _QUERY_EXPRESSION.sub("", template).partition("#")[0].partition("?")
    return path, query


def placeholders(text: str) -> list[str]:
    """Return the names in braces, each once: "/{a}/{b}-{a}" -> ["a", "b"]."""
    return list(dict.fromkeys(PLACEHOLDER.findall(text)))
