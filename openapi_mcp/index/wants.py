"""Which arguments of a tool identify something, of which kind, and by which key."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openapi_mcp.index.entities import HANDLES, IDS, REFERENCES, parameter_in, parse, segments, split
from openapi_mcp.index.inputs import Input, id_sentences, plain_words, says_id
from openapi_mcp.index.vocabulary import Vocabulary, Words, holder_of
from openapi_mcp.model.tool import Tool

_NEVER = frozenset(
    (
        "limit", "offset", "page", "per", "size", "cursor", "after", "before", "since", "until", "sort", "order",
        "direction", "locale", "language", "lang", "country", "region", "market", "currency", "timezone", "tz",
        "format", "field", "fields", "include", "expand", "embed", "exclude", "q", "query", "search", "filter",
        "count", "skip", "top", "take", "version", "callback", "nonce", "signature", "secret", "password", "token",
        "state", "status", "type", "kind", "idempotency", "trace", "correlation", "session", "request", "from", "to",
        "start", "end", "date", "year", "month", "day", "lat", "lon", "latitude", "longitude",
    )
)  # fmt: skip
_CURSORS = frozenset(("after", "before", "since", "cursor", "max", "min", "starting", "ending", "next", "previous"))
_JOINING = frozenset(("with", "without", "for", "in", "by", "seed", "exclude", "include", "source", "target", "parent"))
_COUNTS = frozenset(("max", "min", "num", "total", "number", "count", "is", "has", "size", "amount", "price"))
_MOST_KINDS = 3
_ID_ORDER = ("id", "uuid", "pk", "guid", "uid", "gid", "oid", "identifier")
_SAID_KEY = re.compile(r"\b(number|slug|login|username|sku|code|name|handle|symbol)\b`? of\b", re.IGNORECASE)
_ID_OF = re.compile(
    r"\b(?:ids?|uuids?|identifiers?) (?:of|for) (?:the |an? |each |this )?((?:\w+[ ,]?){1,4})", re.IGNORECASE
)
_PLAIN_KEYS = IDS | {"sku", "slug", "uri", "href", "urn", "iri"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """An argument that identifies a thing of one of some `kinds`, by the first of the `keys` that an answer has.

    `above` is the path of the collection that it is a key in, "" where it is none: `/albums` for `/albums/{id}`.
    """

    given: Input
    kinds: tuple[str, ...]
    keys: tuple[str, ...]
    above: str = ""

    @property
    def is_handle(self) -> bool:
        """True for a text that need not be an id."""
        return self.keys[0] not in IDS and not self.given.is_whole_number

    @property
    def entity(self) -> str:
        """What it identifies, in words: "artist or user"."""
        return " or ".join(self.kinds)


def wants_of(
    tool: Tool, inputs: Sequence[Input], vocabulary: Vocabulary, linked: frozenset[str] = frozenset()
) -> list[Want]:
    """Return the arguments of a tool that identify something, those that must be given first.

    Those that are `linked` do, whatever they are called.
    """
    reader = _Wants(tool, inputs, vocabulary)
    found = [want for given in inputs if (want := reader.read(given) or reader.linked(given, linked))]
    return sorted(found, key=lambda want: not want.given.is_required)


class _Wants:
    def __init__(self, tool: Tool, inputs: Sequence[Input], vocabulary: Vocabulary) -> None:
        self._tool = tool
        self._inputs = inputs
        self._vocabulary = vocabulary
        self._parts = segments(tool.operation.path)

    def read(self, given: Input) -> Want | None:
        """Return what an argument identifies, None where it is a choice, a flag, a page, a word to search for."""
        if not given.may_identify:
            return None
        if given.location == "path":
            return self._in_path(given)
        name = parse(given.name)
        words = set(name.words)
        if (given.location in ("header", "cookie") and name.key != "id") or given.format == "email":
            return None
        if (words or {name.key}) <= _NEVER or words & _CURSORS or given.name.lower() in _NEVER:
            return None
        kinds = self._kinds_beside(given)
        return Want(given=given, kinds=kinds[:_MOST_KINDS], keys=self._keys(given, kinds)) if kinds else None

    def linked(self, given: Input, names: frozenset[str]) -> Want | None:
        """Return what an argument identifies that a link has a value for."""
        if given.argument not in names or not given.may_identify:
            return None
        kind = self._vocabulary.entity(parse(given.name).words or split(given.name))
        return Want(given=given, kinds=(kind,), keys=self._keys(given, (kind,)))

    def _in_path(self, given: Input) -> Want | None:
        name = parse(given.name)
        position = next((at for at, part in enumerate(self._parts) if parameter_in(part) == given.name), None)
        if position is None or (name.words and set(name.words) <= _NEVER) or given.name.lower() in _NEVER:
            return None
        holder = holder_of(self._parts, position)
        kind = self._kind_in_path(name.words, bool(name.key), holder, given)
        prefix = self._tool.operation.path.partition("{" + given.name + "}")[0].rstrip("/")
        return Want(given=given, kinds=(kind,), keys=self._keys(given, (kind,)), above=prefix) if kind else None

    def _kind_in_path(self, words: Words, has_key: bool, holder: Words, given: Input) -> str:
        """Return the kind of a path's key: what it is called where that is known, else what stands before it."""
        vocabulary, own = self._vocabulary, self._vocabulary.canonical("_".join(holder))
        if not words:
            said = () if own in vocabulary.keyed else self._described(given.description)
            return own or next(iter(said), "")
        if known := vocabulary.known(words):
            return known
        return own if has_key and own else "_".join(words)

    def _kinds_beside(self, given: Input) -> tuple[str, ...]:
        """Return what an argument in the query or the body identifies."""
        name = parse(given.name)
        if not name.words:
            return self._kinds_of_plain_key(given, name.key, given.is_list or name.is_plural)
        known = self._vocabulary.known(name.words)
        if name.key in IDS:
            chosen = () if self._vocabulary.is_exact(name.words) else self._sibling_kinds(name.words)
            if known and not chosen:
                return (known,)
            return chosen or self._owners(given.description) or (self._vocabulary.entity(name.words),)
        if name.key in REFERENCES:
            return self._referred(given, known)
        if name.key:
            return (known,) if known and name.key in ("slug", "sku", "handle", "ref", "key") else ()
        return self._kinds_of_word(given, name.words, known)

    def _referred(self, given: Input, known: str) -> tuple[str, ...]:
        """Return what `context_uri` is a reference to; any other URL (`callback_url`) is none."""
        if parse(given.name).key not in ("uri", "href", "urn", "iri"):
            return ()
        return (known,) if known else self._described(given.description)

    def _kinds_of_plain_key(self, given: Input, key: str, is_plural: bool) -> tuple[str, ...]:
        """Return what `ids`, `uri` or `sku` is a key of: what is said of it, else what the path is about.

        A single one in a body is that of the thing which is sent.
        """
        if key not in _PLAIN_KEYS or (key in ("sku", "slug") and given.location == "body"):
            return ()
        said = self._sibling_kinds() or self._described(given.description)
        if "." in given.argument:
            return said or self._kind_of_list(given.argument)
        if said or (given.location == "body" and not is_plural and self._tool.operation.method != "DELETE"):
            return said
        words = split(next((part for part in reversed(self._parts) if "{" not in part), ""))
        return tuple(filter(None, (self._vocabulary.known(words),)))

    def _kind_of_list(self, argument: str) -> tuple[str, ...]:
        """Return what the list around a field is of: "tracks[].uri" -> ("track",)."""
        around = argument.rsplit(".", 1)[0].rpartition(".")[2]
        return tuple(filter(None, (self._vocabulary.known(split(around)),))) if around.endswith("[]") else ()

    def _sibling_kinds(self, words: Words = ()) -> tuple[str, ...]:
        """Return the kinds that a `type` beside it lets one choose from; `media_type` is beside `media_id`."""
        for given in self._inputs:
            if given.values and split(given.name) in ((*words, "type"), (*words, "kind")):
                kinds = tuple(self._vocabulary.known(split(value)) for value in given.values if isinstance(value, str))
                return kinds if kinds and all(kinds) else ()
        return ()

    def _kinds_of_word(self, given: Input, words: Words, known: str) -> tuple[str, ...]:
        """Return what an argument without a key identifies: `product`, `seed_artists`, `assignee`."""
        is_clear = given.is_whole_number or given.is_list or given.format == "uuid" or says_id(given.description)
        if _COUNTS & set(words) or (given.is_whole_number and not given.is_list and parse(given.name).is_plural):
            return ()
        if not known:
            return self._described(given.description) if is_clear and given.location != "query" else ()
        if self._vocabulary.is_exact(words):
            is_told = not _is_a_name(given.description) and not self._is_of_this(known, given)
        else:
            is_told = is_clear or bool(_JOINING & set(words[:-1]))
        return (known,) if is_told else ()

    def _is_of_this(self, known: str, given: Input) -> bool:
        """True for a text in the body that is a property of the thing itself: {"comment": "..."} to /comments."""
        if given.location != "body" or given.is_whole_number or says_id(given.description):
            return False
        return self._vocabulary.known(split(self._parts[-1] if self._parts else "")) == known

    def _keys(self, given: Input, kinds: tuple[str, ...]) -> tuple[str, ...]:
        """Return the properties that may hold what is wanted, the likeliest first.

        What has no key in its name goes by that which its description says, else by that which paths have for it.
        """
        name = parse(given.name)
        said = tuple(found.lower() for found in _SAID_KEY.findall(given.description))
        asked = tuple(filter(None, (self._vocabulary.keys.get(kind) for kind in kinds)))
        order: tuple[str, ...]
        if name.key in REFERENCES:
            order = (name.key, *REFERENCES, "id")
        elif name.key in IDS:
            order = (name.key, *_ID_ORDER)
        elif name.key:
            order = (name.key, *HANDLES, "id")
        elif _is_handle(given):
            order = (*said, *asked, *HANDLES[:4], "key", "code", "id", "name")
        else:
            order = (*said, *asked, *_ID_ORDER, *HANDLES)
        return tuple(dict.fromkeys(order))

    def _described(self, text: str) -> tuple[str, ...]:
        """Return the kinds that a description speaks of, first where it speaks of ids."""
        for sentences in (id_sentences(text), [plain_words(text)] if says_id(text) else []):
            found = dict.fromkeys(kind for sentence in sentences for kind in self._named_in(sentence))
            if found:
                return tuple(found)
        return ()

    def _owners(self, text: str) -> tuple[str, ...]:
        """Return the kinds that a description says this is the id of: "ID of the user that it is for"."""
        found = (kind for said in _ID_OF.findall(plain_words(text)) for kind in self._named_in(said))
        return tuple(dict.fromkeys(found))

    def _named_in(self, sentence: str) -> Iterator[str]:
        words = [word for text in sentence.split() for word in split(text)]
        position = 0
        while position < len(words):
            pair, one = tuple(words[position : position + 2]), (words[position],)
            found = next((names for names in (pair, one) if self._vocabulary.is_exact(names)), None)
            if found is not None:
                yield self._vocabulary.canonical("_".join(found))
            position += len(found or one)


def _is_a_name(text: str) -> bool:
    """True for a description that asks for a name and not for an id."""
    return "name" in text.lower() and not says_id(text)


def _is_handle(given: Input) -> bool:
    """True for a text that need not be an id: `{owner}`, `assignees`."""
    return (
        not parse(given.name).key
        and "string" in given.kinds
        and "integer" not in given.kinds
        and given.format != "uuid"
        and not says_id(given.description)
    )
