"""Names as an API writes them, taken apart: which kind of thing they speak of, and by which key it is named."""

import re
from dataclasses import dataclass
from functools import lru_cache

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+")
_PLURAL_CAPITALS = re.compile(r"(?<=[A-Z]{2})s(?![a-z])")  # "IDs", "URLs"
_LONGEST = 120  # characters of a name that are looked at
_MOST_WORDS = 8

IDS = frozenset(("id", "uuid", "guid", "pk", "gid", "uid", "oid", "identifier"))
REFERENCES = ("uri", "href", "url", "iri", "urn", "self")
HANDLES = ("login", "username", "slug", "handle", "key", "code", "name")  # what stands for a thing where no id does
_NAMES = frozenset((*HANDLES, "sku", "number", "no", "symbol", "hash", "sha", "isbn", "ean", "ref", "reference"))
KEYS = IDS | _NAMES | frozenset(REFERENCES)

WRAPPERS = frozenset(
    (
        "result", "item", "data", "datum", "value", "entry", "content", "element", "record", "row", "list", "object",
        "payload", "response", "embedded", "hit", "edge", "node", "page", "collection", "document", "doc", "body",
        "output", "return", "resource", "attribute", "model", "detail", "set", "all", "source", "property",
    )
)  # fmt: skip
_ABOUT_THE_FORM = WRAPPERS | frozenset(
    (
        "simplified", "simple", "full", "base", "nullable", "optional", "paginated", "paging", "paged", "cursor",
        "request", "dto", "schema", "info", "summary", "entity", "view", "read", "write", "out", "in", "input",
        "create", "created", "update", "updated", "partial", "patched", "patch", "public", "private", "minimal",
        "mini", "short", "basic", "extended", "expanded", "compact", "get", "post", "put", "new", "saved",
        "api", "reference", "ref", "a", "an", "the", "of", "many", "one", "s", "type", "def", "definition",
    )
)  # fmt: skip
_IRREGULAR = {
    "people": "person", "persons": "person", "children": "child", "men": "man", "women": "woman", "movies": "movie",
    "cookies": "cookie", "calories": "calorie", "hoodies": "hoodie", "series": "series", "species": "species",
    "news": "news", "indices": "index", "vertices": "vertex", "matrices": "matrix", "analyses": "analysis",
    "quizzes": "quiz", "statuses": "status", "buses": "bus", "viruses": "virus", "bonuses": "bonus",
    "campuses": "campus", "caches": "cache", "shoes": "shoe", "shelves": "shelf", "leaves": "leaf",
    "criteria": "criterion", "feet": "foot", "teeth": "tooth", "pies": "pie", "ties": "tie", "gas": "gas",
    "canvas": "canvas", "alias": "alias", "atlas": "atlas", "bias": "bias", "aliases": "alias",
    "canvases": "canvas", "biases": "bias", "atlases": "atlas", "axes": "axis", "mice": "mouse", "lens": "lens",
    "lenses": "lens", "aws": "aws", "dns": "dns", "sms": "sms", "gps": "gps", "ios": "ios", "https": "https",
    "uris": "uri", "iris": "iri", "apis": "api", "kpis": "kpi", "emojis": "emoji", "taxis": "taxi",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Name:
    """What a name is made of: ("customer",) and the key "id" of "customerIds", which is plural."""

    words: tuple[str, ...]
    key: str = ""
    is_plural: bool = False


@lru_cache(maxsize=1 << 14)
def split(text: str) -> tuple[str, ...]:
    """Return the words of a name in lower case, each in the singular: "albumIDs" -> ("album", "id")."""
    return tuple(map(singular, split_as_is(text)))


def split_as_is(text: str) -> tuple[str, ...]:
    """Return the words of a name in lower case: "albumIDs" -> ("album", "id"), "albums" -> ("albums",)."""
    plain = _PLURAL_CAPITALS.sub("", text[:_LONGEST])
    return tuple(found.lower() for found in _WORD.findall(plain)[:_MOST_WORDS])


@lru_cache(maxsize=1 << 14)
def singular(word: str) -> str:
    """Return an English noun in the singular: "categories" -> "category", "warehouses" -> "warehouse"."""
    if word in _IRREGULAR:
        return _IRREGULAR[word]
    if len(word) < 3 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "shes", "ches", "xes", "oes")):
        return word[:-2]
    return word[:-1]


@lru_cache(maxsize=1 << 14)
def parse(text: str) -> Name:
    """Return a name taken apart: "customerId", "customer_ids" and "id_customer" are all the id of a customer."""
    words = split(text)
    is_plural = text[:_LONGEST].rstrip("[]").endswith("s")
    if not words:
        return Name(())
    if words[-1] == "username":  # whose name it is, it says itself
        return Name((*words[:-1], "user"), "username", is_plural)
    if words[-1] in KEYS:
        return Name(words[:-1], words[-1], is_plural)
    if words[0] == "id" and len(words) > 1:
        return Name(words[1:], "id", is_plural)
    return Name(words, "", is_plural)


@lru_cache(maxsize=1 << 14)
def bare(words: tuple[str, ...]) -> tuple[str, ...]:
    """Return the words of a schema's name without those on its form: SimplifiedAlbumObject -> ("album",)."""
    start, end = 0, len(words)
    while end > start and (words[end - 1] in _ABOUT_THE_FORM or words[end - 1].isdigit()):
        end -= 1
    while start < end and (words[start] in _ABOUT_THE_FORM or words[start].isdigit()):
        start += 1
    return words[start:end]


def is_wrapper(name: str) -> bool:
    """True for a property that only holds what an answer is about: "results", "data", "_embedded"."""
    words = split(name)
    return all(word in WRAPPERS for word in words)


@lru_cache(maxsize=1 << 14)
def segments(path: str) -> tuple[str, ...]:
    """Return the segments of a path template that may tell something: "/v1/users/{id}" -> ("users", "{id}")."""
    found = [segment for segment in path.split("/") if segment]
    return tuple(segment for segment in found if not re.fullmatch(r"v\d+(\.\d+)*|api|rest", segment))


def parameter_in(segment: str) -> str:
    """Return the name of the parameter that a segment holds, "" where it holds none."""
    start, end = segment.find("{"), segment.find("}")
    return segment[start + 1 : end] if -1 < start < end else ""
