"""Which arguments of a tool identify something, of which kind, and by which key."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from openapi_mcp.index.entities import (
    HANDLES,
    IDS,
    NUMBERS,
    REFERENCES,
    Name,
    bare,
    parameter_in,
    parse,
    segments,
    split,
)
from openapi_mcp.index.inputs import Input, id_sentences, plain_words, says_id, says_slug
from openapi_mcp.index.vocabulary import Vocabulary, Words, holder_of
from openapi_mcp.model.tool import Tool

_NEVER = frozenset(
    (
        "limit", "offset", "page", "per", "size", "cursor", "after", "before", "since", "until", "sort", "order",
        "direction", "locale", "language", "lang", "country", "region", "market", "currency", "timezone", "tz",
        "format", "field", "fields", "include", "expand", "embed", "exclude", "q", "query", "search", "filter",
        "count", "skip", "top", "take", "version", "callback", "nonce", "signature", "secret", "password", "token",
        "state", "status", "type", "kind", "idempotency", "trace", "correlation", "session", "request", "from", "to",
        "path", "start", "end", "date", "year", "month", "day", "lat", "lon", "latitude", "longitude",
    )
)  # fmt: skip
_PAGING = frozenset(("page", "limit", "offset", "count", "size", "top", "skip", "year", "month", "day", "version"))
_OF_THE_CALL = frozenset(("request", "trace", "correlation", "idempotency", "nonce", "session"))
_CURSORS = frozenset(("after", "before", "since", "cursor", "max", "min", "starting", "ending", "next", "previous"))
_JOINING = frozenset(("with", "without", "for", "in", "by", "seed", "exclude", "include", "source", "target", "parent"))
_COUNTS = frozenset(("max", "min", "num", "total", "number", "count", "is", "has", "size", "amount", "price"))
_NOT_NUMBERED = frozenset(
    (
        "phone", "zip", "postal", "country", "currency", "language", "locale", "area", "house", "street", "card", "fax",
        "mobile", "page", "line", "error", "status", "color", "tax", "vat", "version", "state", "region", "building",
        "telephone", "cell", "routing", "security", "access", "api", "verification", "auth", "serial", "passport",
    )
)  # fmt: skip
_MOST_KINDS = 3
_MOST = 24  # of one tool
_ID_ORDER = ("id", "uuid", "pk", "guid", "uid", "gid", "oid", "identifier")
_SAID_KEY = re.compile(r"\b(number|slug|login|username|sku|code|name|handle|symbol)\b`? of\b", re.IGNORECASE)
_ID_OF = re.compile(
    r"\b(?:ids?|uuids?|identifiers?) (?:of|for) (?:the |an? |each |this )?((?:\w+[ ,]?){1,4})", re.IGNORECASE
)
_KEY_OF = re.compile(
    r"\b(?:ids?|uuids?|identifier|login|username|slug|key|handle|name) of (?:the |an? )((?:\w+ ?){1,3})", re.IGNORECASE
)
_PLAIN_KEYS = IDS | {"sku", "slug", "uri", "href", "urn", "iri"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """An argument that identifies a thing of one of some `kinds`, by the first of the `keys` that an answer has.

    `above` is the path before it, "" where it is none: `/albums` for `/albums/{id}`. `is_member` where that is the
    collection of such things.
    """

    given: Input
    kinds: tuple[str, ...]
    keys: tuple[str, ...]
    above: str = ""
    is_member: bool = False

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
    return sorted(found, key=lambda want: not want.given.is_required)[:_MOST]


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
        if name.words and not name.key and bare(name.words)[-1:] != name.words[-1:]:
            return None  # a `key_type` is no key
        if (given.location in ("header", "cookie") and name.key != "id") or given.format == "email":
            return None
        if self._is_about_the_call(given, name) or (words & _CURSORS and not self._vocabulary.is_exact(name.words)):
            return None
        kinds = self._kinds_beside(given)
        return Want(given=given, kinds=kinds[:_MOST_KINDS], keys=self._keys(given, kinds)) if kinds else None

    def _is_about_the_call(self, given: Input, name: Name) -> bool:
        """True for what says how to answer (a page, an order, a language) or names the call itself, and no thing.

        An `order_id` is one of an order, and so is an `order` that is a number; `order=asc` is none.
        """
        words = set(name.words)
        if name.key in IDS and words:
            return words <= _OF_THE_CALL and not self._vocabulary.is_exact(name.words)
        if not (words or {name.key}) <= _NEVER:
            return False
        is_key = (given.is_whole_number and not words & _PAGING) or given.format == "uuid" or says_id(given.description)
        return not (is_key and self._vocabulary.is_exact(name.words))

    def linked(self, given: Input, names: frozenset[str]) -> Want | None:
        """Return what an argument identifies that a link has a value for."""
        if given.argument not in names or not given.may_identify:
            return None
        kind = self._vocabulary.entity(parse(given.name).words or split(given.name)) or given.argument
        return Want(given=given, kinds=(kind,), keys=self._keys(given, (kind,)))

    def _in_path(self, given: Input) -> Want | None:
        name = parse(given.name)
        position = next((at for at, part in enumerate(self._parts) if parameter_in(part) == given.name), None)
        if position is None or self._is_about_the_call(given, name):
            return None
        holder = holder_of(self._parts, position)
        kind = self._kind_in_path(name.words, bool(name.key), holder, given)
        if not kind:
            return None
        prefix = self._tool.operation.path.partition("{" + given.name + "}")[0].rstrip("/")
        is_member = kind == self._vocabulary.canonical("_".join(holder))
        return Want(given=given, kinds=(kind,), keys=self._keys(given, (kind,)), above=prefix, is_member=is_member)

    def _kind_in_path(self, words: Words, has_key: bool, holder: Words, given: Input) -> str:
        """Return the kind of a path's key: what it is called where that is known, else what stands before it."""
        vocabulary, own = self._vocabulary, self._vocabulary.canonical("_".join(holder))
        if not words:
            said = () if own in vocabulary.keyed else self._described(given.description)
            return own or next(iter(said), "")
        if own in vocabulary.described and holder[-len(words) :] == words:
            return own
        if has_key and own and not vocabulary.is_exact(words):
            is_part = own in vocabulary.described or bool(set(holder) & set(words))  # databases/{database_cluster_id}
            return own if is_part else vocabulary.exact_ending(words) or own
        return vocabulary.known(words) or "_".join(words)

    def _kinds_beside(self, given: Input) -> tuple[str, ...]:
        """Return what an argument in the query or the body identifies."""
        name = parse(given.name)
        if not name.words:
            return self._kinds_of_plain_key(given, name.key, given.is_list or name.is_plural)
        known = self._vocabulary.known(name.words)
        if name.key in IDS:
            chosen = () if self._vocabulary.is_exact(name.words) else self._sibling_kinds(name.words)
            said = chosen or self._owners(given.description)
            if known and not chosen:
                return (known,) if self._vocabulary.is_exact(name.words) else said or (known,)
            return said or (() if _NOT_NUMBERED.issuperset(name.words) else (self._vocabulary.entity(name.words),))
        if name.key in REFERENCES:
            return self._referred(given, known)
        if name.key:
            return self._numbered(given, name.key, name.words)
        return self._kinds_of_word(given, name.words, known)

    def _numbered(self, given: Input, key: str, words: Words) -> tuple[str, ...]:
        """Return what `account_number` or `product_code` is of; where such a thing is made, it is a new one."""
        kind = self._vocabulary.entity(words)
        about = {self._vocabulary.entity(split(part)) for part in self._parts[-2:]}
        makes = self._tool.operation.method == "POST" and given.location == "body" and kind in about
        return () if key not in NUMBERS or makes or _NOT_NUMBERED & set(words) else (kind,)

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
        is_one = given.location == "body" and not is_plural and self._tool.operation.method != "DELETE"
        told = self._others(given.description) if is_one else self._described(given.description)
        said = self._sibling_kinds() or told
        if "." in given.argument:
            return said or self._kind_of_list(given.argument)
        if said or is_one:
            return said
        words = split(next((part for part in reversed(self._parts) if "{" not in part), ""))
        return tuple(filter(None, (self._vocabulary.known(words),)))

    def _kind_of_list(self, argument: str) -> tuple[str, ...]:
        """Return what the list around a field is of: "tracks[].uri" -> ("track",).

        Where no path has a key for such a part, only what it is a part of knows it: `lines[].id` of an order.
        """
        around = argument.rsplit(".", 1)[0].rpartition(".")[2]
        kind = self._vocabulary.known(split(around)) if around.endswith("[]") else ""
        return (kind,) if kind in self._vocabulary.keyed else ()

    def _sibling_kinds(self, words: Words = ()) -> tuple[str, ...]:
        """Return the kinds that a `type` beside it lets one choose from; `media_type` is beside `media_id`."""
        for given in self._inputs:
            if given.values and split(given.name) in ((*words, "type"), (*words, "kind")):
                kinds = tuple(self._vocabulary.known(split(value)) for value in given.values if isinstance(value, str))
                return kinds if kinds and all(kinds) else ()
        return ()

    def _kinds_of_word(self, given: Input, words: Words, known: str) -> tuple[str, ...]:
        """Return what an argument without a key identifies: `product`, `seed_artists`, `assignee`."""
        if said := self._key_of(given):
            return said
        is_seen = given.location == "query" and "_".join(words) in self._vocabulary.seen
        is_clear = given.is_whole_number or given.is_list or given.format == "uuid" or says_id(given.description)
        if _COUNTS & set(words) or (given.is_whole_number and not given.is_list and parse(given.name).is_plural):
            return ()
        if not known:
            return self._of_unknown_word(given, words) if is_clear and given.location != "query" else ()
        if self._vocabulary.is_exact(words) or self._vocabulary.is_person(words):
            is_told = not _is_a_name(given.description) and not self._is_of_this(known, given)
        else:
            is_told = is_clear or bool(_JOINING & set(words[:-1])) or (is_seen and not _is_a_name(given.description))
        return (known,) if is_told else ()

    def _key_of(self, given: Input) -> tuple[str, ...]:
        """Return what a description says this is a key of: "Login of the user who does it"; its own name is none."""
        heads = (split(said)[:2] for said in _KEY_OF.findall(plain_words(given.description)))
        found = (words for both in heads for words in (both, both[:1]) if self._vocabulary.is_exact(words))
        kinds = dict.fromkeys(self._vocabulary.known(words) for words in found)
        own = {self._vocabulary.known(split(part)) for part in self._parts if "{" not in part}
        return tuple(kind for kind in kinds if kind not in own)[:1]

    def _of_unknown_word(self, given: Input, words: Words) -> tuple[str, ...]:
        """Return what a description says that an argument identifies; its own `link` or `slug` is that of no other."""
        if words[-1].endswith("type") or (given.location == "body" and says_slug(given.description)):
            return ()
        return self._described(given.description) if given.is_whole_number else self._but_own(given.description)

    def _but_own(self, text: str) -> tuple[str, ...]:
        """Return the kinds that a description speaks of, other than what the operation is about."""
        own = {self._vocabulary.known(split(part)) for part in self._parts if "{" not in part}
        return tuple(kind for kind in self._described(text) if kind not in own)

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
        heads = (split(said)[:2] for said in _ID_OF.findall(plain_words(text)))
        found = (words for both in heads for words in (both, both[:1], both[1:]) if self._vocabulary.is_exact(words))
        return tuple(dict.fromkeys(self._vocabulary.known(words) for words in found))[:1]

    def _others(self, text: str) -> tuple[str, ...]:
        """Return what a description says that this is the id of, unless that is what the operation is about."""
        own = {self._vocabulary.known(split(part)) for part in self._parts if "{" not in part}
        return tuple(kind for kind in self._owners(text) if kind not in own)

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
