"""Who asks for a thing: what a producer costs the one operation that wants it, beside what it costs everybody."""

from collections.abc import Iterable
from dataclasses import dataclass

from openapi_mcp.index.entities import is_wrapper, split, split_as_is
from openapi_mcp.index.facts import Facts
from openapi_mcp.index.spot import Spot
from openapi_mcp.index.wants import Want

NEEDS_MORE, _AND_MORE = 2.0, 0.5  # the second thing that it needs costs less than to make one
_NEEDS_THE_SAME, _SAME_LIST, _UNSAID_KEY = 8.0, 4.0, 0.5
_NARROWED, _PRIVILEGED = 3.0, 4.0
_OWN, _ONESELF, _WHO_ACTS = -0.25, -1.0, -4.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """One argument of one operation.

    `others` are the kinds that its path has keys for beside: the caller has those. `adds` where it puts the thing into
    a collection, `acts` where the thing is whoever calls, most likely.
    """

    kinds: frozenset[str]
    others: frozenset[str]
    above: str
    path: str
    is_removal: bool
    is_privileged: bool
    adds: bool
    acts: bool

    def cost(self, facts: Facts, spot: Spot) -> float:
        """Return what a producer costs whoever asks: what it needs that they do not have, and what fits them less."""
        more = len(facts.asked - self.others - self.kinds)
        cost = (NEEDS_MORE + _AND_MORE * (more - 1) if more else 0.0) + _UNSAID_KEY * facts.unsaid
        if facts.asked & (self.kinds - self.others):
            cost += _NEEDS_THE_SAME
        if facts.whose.is_privileged and not self.is_privileged:
            cost += _PRIVILEGED
        if facts.reads:
            cost += self._of_a_read(facts, spot)
        return cost

    def _of_a_read(self, facts: Facts, spot: Spot) -> float:
        cost = 0.0
        if facts.path == self.path:
            cost += -_SAME_LIST if self.is_removal else _SAME_LIST
        elif self.adds and facts.path == self.above:
            cost += _SAME_LIST
        if facts.narrowed & self.kinds and _is_one(spot):
            cost += _NARROWED
        if facts.whose.is_own and spot.is_own and not spot.steps:
            cost += (_WHO_ACTS if self.acts else _ONESELF) if facts.whose.is_oneself else _OWN
        return cost


def asking_of(want: Want, consumer: Facts) -> Asking:
    """Return who asks for what an argument identifies."""
    paths = (other for other in consumer.wants if other is not want and other.given.location == "path")
    return Asking(
        kinds=frozenset(want.kinds),
        others=_kinds_of(paths),
        above=want.above,
        path=consumer.path,
        is_removal=consumer.tool.operation.method == "DELETE",
        is_privileged=consumer.whose.is_privileged,
        adds=adds(want, consumer),
        acts=_acts(want, consumer),
    )


def _kinds_of(wants: Iterable[Want]) -> frozenset[str]:
    return frozenset(kind for want in wants for kind in want.kinds)


def place(want: Want) -> str:
    """Return a path as far as the key that is wanted: "/repos/{owner}"."""
    return f"{want.above}/{{{want.given.name}}}"


def adds(want: Want, consumer: Facts) -> bool:
    """True for a PUT that puts a thing into a collection: what is there already need not be added.

    PUT /user/following/{username} is one, and PUT /albums/{id}/videos/{video} where nothing is sent of the video.
    """
    operation = consumer.tool.operation
    if operation.method != "PUT" or not want.above:
        return False
    sends_nothing = operation.request_body is None and consumer.path == place(want)
    return not want.is_member or (sends_nothing and "/" in want.above.strip("/"))


def _acts(want: Want, consumer: Facts) -> bool:
    """True where a path begins with the key of whoever makes something: POST /users/{user_id}/playlists."""
    after = consumer.path.removeprefix(place(want))
    is_first = bool(want.above) and "{" not in want.above
    return is_first and not consumer.reads and after != "" and not after.startswith("/{")


def _is_one(spot: Spot) -> bool:
    """True for a place of one thing, and for a list that is called by one: `channel[].id`."""
    name = spot.field.partition("[]")[0].rpartition(".")[2]
    return not spot.is_listed or (name != "" and not is_wrapper(name) and split(name) == split_as_is(name))
