"""The kinds of things that an API knows, and the names that speak of them.

A kind ("album") that paths have a key for (`/albums/{id}`) is the surest; then a component whose objects have an id.
Other names are brought to these: `SimplifiedAlbumObject`, `related-artists`, `seed_artists`, `owner` (which is a User).
"""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from openapi_mcp.index.entities import bare, parse, split
from openapi_mcp.index.shapes import Shapes

Words = tuple[str, ...]

_ROLES = frozenset(
    (
        "owner", "author", "creator", "assignee", "reviewer", "member", "sender", "recipient", "receiver", "follower",
        "collaborator", "approver", "manager", "editor", "user", "actor", "cast", "crew", "director", "guest", "buyer",
        "seller", "friend", "requester", "reporter", "subscriber", "participant", "attendee", "invitee", "agent",
        "representative", "employee", "admin", "moderator", "host", "performer", "writer", "contributor",
    )
)  # fmt: skip
_DEEDS = frozenset(("created", "updated", "modified", "assigned", "requested", "approved", "deleted", "added", "sent"))
_PEOPLE = ("user", "person", "member", "account", "customer", "contact", "employee", "profile")
_SHARED = 3  # properties that two objects must have in common to be taken for the same kind
_COMMON = 40  # kinds that have a property; more of them tell nothing
_LIKE = 0.6  # of the weight of an object's properties
_CLEARLY = 0.1  # by which the best kind must be ahead of the next
_MOST_LIKENED = 60  # properties that are looked at


@dataclass(slots=True)
class Vocabulary:
    """Which names speak of which kinds.

    `keyed` are the kinds that a path has a key for, `held` those that a component with an id describes, `seen` those
    that only a property holds, `listed` those that only the end of a path names. `alias` says what a component or a
    property really is, `same` that what one path calls a repo is a repository elsewhere. `keys` are those by which most
    paths ask for a kind, `profiles` the properties that its objects have. `described` are those that a component is
    named after.
    """

    shapes: Shapes
    keyed: set[str] = field(default_factory=set)
    held: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    alias: dict[str, str] = field(default_factory=dict)
    same: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    seen: set[str] = field(default_factory=set)
    described: set[str] = field(default_factory=set)
    profiles: dict[str, set[str]] = field(default_factory=dict)
    _known: dict[Words, str] = field(default_factory=dict)
    _weights: dict[str, float] = field(default_factory=dict)
    _having: dict[str, list[str]] = field(default_factory=dict)

    def known(self, words: Words) -> str:
        """Return the kind that words name, "" for none: ("related", "artist") -> "artist", ("owner",) -> "user"."""
        return self.thing(words) or self._person(words)

    def thing(self, words: Words) -> str:
        """Return the kind that some words name, "" for none and for words that only say what somebody does."""
        if words not in self._known:
            self._known[words] = self.canonical(self._look_up(words))
        return self._known[words]

    def _look_up(self, words: Words) -> str:
        whole = dict.fromkeys("_".join(each) for each in (words, bare(words)))
        for names in (whole, list(spellings(words))[len(whole) :], list(_endings(words))):
            found = self._first(names, self.keyed) or self._first(names, self.alias) or self._first(names, self.held)
            if found:
                return self.alias.get(found, found) if found not in self.keyed else found
        joined = words[0] if len(words) == 1 else ""
        if joined.endswith("id") and joined[:-2] in self.keyed | self.held:
            return joined[:-2]
        if self._person(words):
            return ""
        return self._first(spellings(words), self.seen) or self._first(spellings(words), self.listed)

    def _first(self, names: Iterable[str], among: Container[str]) -> str:
        return next((name for name in names if name in among), "")

    def _person(self, words: Words) -> str:
        """Return what stands for people, where a word says what one of them does."""
        if not _says_who(words):
            return ""
        things = (self.keyed, self.held, self.seen)
        return next((name for kinds in things for name in _PEOPLE if name in kinds), "")

    def canonical(self, name: str) -> str:
        """Return the name under which a kind goes, where paths have two for it."""
        return self.same.get(name, name)

    def is_exact(self, words: Words) -> bool:
        """True where just these words name a kind."""
        name = "_".join(words)
        return bool(words) and (name in self.keyed or name in self.held)

    def is_person(self, words: Words) -> bool:
        """True where just these words name what stands for people here."""
        return len(words) == 1 and words[0] in _PEOPLE and self.known(words) == words[0]

    def exact_ending(self, words: Words) -> str:
        """Return the kind that the last words name, "" where none does: ("follow", "user") -> "user"."""
        return next((self.canonical(name) for name in _endings(words) if self.is_exact(tuple(name.split("_")))), "")

    def entity(self, words: Words) -> str:
        """Return the kind that some words name; the words themselves where the API does not know it."""
        return self.known(words) or "_".join(bare(words) or words)

    def resembling(self, properties: Iterable[str]) -> str:
        """Return the kind whose objects have these properties, "" where none or several do."""
        names = list(properties)[:_MOST_LIKENED]
        weights = {name: self._weights[name] for name in names if name in self._weights}
        total = sum(weights.values()) + 0.5 * (len(names) - len(weights))
        shared: dict[str, list[float]] = {}
        for name, weight in weights.items():
            for kind in self._having[name]:
                shared.setdefault(kind, []).append(weight)
        scores = sorted(
            ((sum(each) / total, kind) for kind, each in shared.items() if len(each) >= _SHARED), reverse=True
        )
        if not scores or scores[0][0] < _LIKE or (len(scores) > 1 and scores[0][0] - scores[1][0] < _CLEARLY):
            return ""
        return scores[0][1]

    def learn(self, kind: str, properties: Iterable[str]) -> None:
        """Note that the objects of a kind have these properties."""
        self.profiles.setdefault(kind, set()).update(list(properties)[:_MOST_LIKENED])

    def weigh(self) -> None:
        """Work out how much a property tells: one that every kind has tells nothing."""
        having: dict[str, list[str]] = {}
        for kind, profile in self.profiles.items():
            for name in profile - {"id", "name"}:
                having.setdefault(name, []).append(kind)
        self._having = {name: kinds for name, kinds in having.items() if len(kinds) <= _COMMON}
        self._weights = {name: 1 / len(kinds) for name, kinds in self._having.items()}
        self._known.clear()


def _says_who(words: Words) -> bool:
    """True for "owner" and "created_by"."""
    return bool(words) and (words[-1] in _ROLES or (words[-1] == "by" and words[0] in _DEEDS))


def spellings(words: Words) -> Iterator[str]:
    """Yield the names that words may stand for, the longest first; what they end with is what they speak of."""
    inner = bare(words)
    yield from dict.fromkeys("_".join(each) for each in (words, inner))
    for start in range(1, len(inner)):
        yield "_".join(inner[start:])


def _endings(words: Words) -> Iterator[str]:
    """Yield what words end with where that may only be a form: `belongs_to_collection`, where those are known."""
    for start in range(1, len(words)):
        yield "_".join(words[start:])


def holder_of(parts: Sequence[str], position: int) -> Words:
    """Return the words of the segment that says what the parameter at `position` is a key of.

    ("users", "{id}"), 1 -> ("user",). One that only says by what it is looked up is passed over: /users/by-name/{name}.
    """
    for before in reversed(parts[:position]):
        if "{" in before:
            return ()
        words = split(before)
        if words and "by" not in words and not parse(before).key:
            return words
    return ()
