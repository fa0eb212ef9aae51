"""A name for each operation and each argument: legal for every client, unique, and never moved by a neighbour.

A tool's name is a function of its own operation alone. Where the text of an operationId cannot stand as it is, or there
is none, a short digest of the operation keeps names apart, so that a new neighbour never takes or changes a name.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Sequence

from openapi_mcp.model.background import CALL_TOOLS
from openapi_mcp.model.document import Operation
from openapi_mcp.model.reading import READ_RESULT
from openapi_mcp.model.searching import CALL, DESCRIBE, SEARCH

MAX_NAME = 40  # Cursor allows 60 with the server's name, Claude Code prefixes too: clients.py
MAX_ARGUMENT = 64
_DIGEST = 4
_OURS = frozenset({READ_RESULT, *CALL_TOOLS})  # names of tools that are no operation
_CLAIMS = ("", "path", "query", "querystring", "header", "cookie", "body", "part", "media")  # "" is the whole body
HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")  # a token: RFC 9110 section 5.6.2
_LEGAL_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")
_ILLEGAL = re.compile(r"[^A-Za-z0-9_-]+")
_WORD = re.compile(r"[A-Z]+(?![a-z])[0-9]*|[A-Z]?[a-z0-9]+|[0-9]+")
_SLASHES = re.compile(r"[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*(?:/[A-Za-z0-9_]+(?:-[A-Za-z0-9_]+)*)+")
_LEGAL_ARGUMENT = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_ILLEGAL_IN_ARGUMENT = re.compile(r"[^A-Za-z0-9_.-]+")


def tool_names(operations: Sequence[Operation], longest: int = MAX_NAME, prefix: str = "") -> list[str]:
    """Return a unique name of at most `longest` characters for each operation, in order; each begins with `prefix`.

    "customers_list" -> "customers_list"; "repos/get" -> "repos--get"; "users.get" -> "users_get_" + digest;
    GET /users/{id} without operationId -> "get_users_by_id_" + digest. An operationId that several operations claim
    (OAS forbids it) names none of them: each goes by method and path. One that a tool of our own has gets a digest.
    """
    claimed, room = Counter(operation.operation_id for operation in operations), longest - len(prefix)
    names = [_name(operation, room, prefix, shared=claimed[operation.operation_id] > 1) for operation in operations]
    return [f"{prefix}{name}" for name in _apart(names, operations, room)]


def _name(operation: Operation, longest: int, prefix: str, *, shared: bool) -> str:
    text = operation.operation_id
    if text is not None and f"{prefix}{text}" in _OURS:
        return _digested(text, text, longest)
    if text is None or shared:
        text = f"{operation.method.lower()} {operation.path}".replace("{", " by ")
        return _digested(text, f"{operation.method} {operation.path}", longest)
    if "--" not in text and len(text) <= longest and _LEGAL_NAME.fullmatch(text):
        return text
    namespaced = text.replace("/", "--")
    if len(namespaced) <= longest and _SLASHES.fullmatch(text) and _LEGAL_NAME.fullmatch(namespaced):
        return namespaced  # "--" stands for "/" alone, so no other operationId comes to this name
    return _digested(text, text, longest)


def _digested(text: str, identity: str, longest: int, digits: int = _DIGEST) -> str:
    digest = hashlib.sha256(identity.encode("utf-8", "surrogatepass")).hexdigest()
    mark = format(int(digest[:16], 16), "064b")
    suffix = _base32(mark, digits)
    plain = _ILLEGAL.sub("_", text).strip("_-") or "operation"
    if not plain[0].isalpha():
        plain = f"op_{plain}"
    return f"{shorten(plain, longest - digits - 1)}_{suffix}"


def _base32(bits: str, digits: int) -> str:
    letters = "abcdefghijkmnpqrstuvwxyz23456789"
    return "".join(letters[int(bits[i * 5 : i * 5 + 5], 2)] for i in range(digits))


def _apart(names: list[str], operations: Sequence[Operation], longest: int) -> list[str]:
    """Lengthen the digest of names that still agree: a chance of one in a million for two alike texts.

    What agrees even then was written to agree, and is numbered.
    """
    taken = Counter(names)
    if len(taken) == len(names):
        return names
    longer = [
        name if taken[name] == 1 else _digested(name, f"{operation.method} {operation.path}", longest, digits=7)
        for name, operation in zip(names, operations, strict=True)
    ]
    seen, numbers = set[str](), Counter[str]()
    return [_numbered(name, seen, numbers, longest) for name in longer]


def shorten(text: str, limit: int) -> str:
    """Cut a name to `limit` characters, keeping whole words and both ends, the first and last words before the middle.

    ("listCoreV1NamespacedPersistentVolumeClaim", 30) -> "listCoreV1_VolumeClaim"
    """
    if len(text) <= limit:
        return text
    spans = [match.span() for match in _WORD.finditer(text)]
    head_end, tail_start = 0, len(text)
    left, right = 0, len(spans) - 1
    take_left = True
    while left <= right:
        new_head, new_tail = (spans[left][1], tail_start) if take_left else (head_end, spans[right][0])
        if new_head + 1 + len(text) - new_tail > limit:
            break
        head_end, tail_start = new_head, new_tail
        left, right = (left + 1, right) if take_left else (left, right - 1)
        take_left = not take_left
    if not head_end:
        return text[:limit].rstrip("_-")
    return f"{text[:head_end]}_{text[tail_start:]}".rstrip("_-")


def is_name(name: str, longest: int = MAX_NAME) -> bool:
    """True for a name that every client takes and that no tool of our own has."""
    return (
        len(name) <= longest
        and _LEGAL_NAME.fullmatch(name) is not None
        and name not in (*_OURS, SEARCH, DESCRIBE, CALL)
    )


def is_argument_name(name: str) -> bool:
    """True for the name of an argument that every client takes."""
    return _LEGAL_ARGUMENT.fullmatch(name) is not None


def argument_names(wanted: Iterable[tuple[str, str]]) -> list[str]:
    """Return a legal, unique argument name for each (location, wire name), in order.

    Of several that come to one name the first keeps it (a name that is legal as it stands before one that is not; the
    whole body, whose location is "", then path, query, header, cookie, body), and the others say where they go.

    [("body", "id"), ("path", "id"), ("query", "filter[name]")] -> ["body_id", "id", "filter_name"]
    """
    pairs = list(wanted)
    plain = [_legal_argument(name) for _, name in pairs]
    keepers: dict[str, int] = {}
    for index in sorted(range(len(pairs)), key=lambda index: _claim(pairs[index], plain[index])):
        keepers.setdefault(plain[index], index)
    taken, numbers = set(keepers), Counter[str]()
    return [
        name if keepers[name] == index else _numbered(_legal_argument(f"{place}_{name}"), taken, numbers, MAX_ARGUMENT)
        for index, (name, (place, _)) in enumerate(zip(plain, pairs, strict=True))
    ]


def _claim(pair: tuple[str, str], plain: str) -> tuple[bool, int]:
    place, name = pair
    return name != plain, _CLAIMS.index(place)


def _legal_argument(name: str) -> str:
    if _LEGAL_ARGUMENT.fullmatch(name):
        return name
    plain = _ILLEGAL_IN_ARGUMENT.sub("_", name).strip("_") or "argument"
    return plain[:MAX_ARGUMENT]


def _numbered(name: str, taken: set[str], numbers: Counter[str], limit: int) -> str:
    """Return a name that is not `taken` yet, within `limit` characters: "top" -> "top_2"; it is taken from now on."""
    unique = name
    while unique in taken:
        numbers[name] += 1
        suffix = f"_{numbers[name] + 1}"
        unique = name[: limit - len(suffix)] + suffix
    taken.add(unique)
    return unique
