"""Which APIs a run is about: its answers say nothing about another one, and their ids are not its ids."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from openapi_mcp.errors import ConfigError
from openapi_mcp.executor.base import server_url
from openapi_mcp.identity import source_of
from openapi_mcp.loader.source import as_named
from openapi_mcp.model.text import one_line
from openapi_mcp.model.url import without_userinfo

if TYPE_CHECKING:
    from openapi_mcp.app import App

_LONGEST = 80  # characters of a title, and of a place
_MOST_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """An API as a run knows it: `title` of its document, `place` of its server ("http://localhost:8000"), both to show.

    `digest` tells it from others: it is of the title and of the whole URL, whose path may be a secret.
    """

    title: str
    place: str
    digest: str

    def __str__(self) -> str:
        return f"{self.title} at {self.place}" if self.place else self.title


def about_of(app: "App") -> About:
    """Return which API is served: the title of its document, and where its calls go."""
    title, where, place = app.toolset.title, "", ""
    try:
        where = without_userinfo(server_url(app.document, app.config.base_url))
        place = "{0.scheme}://{0.netloc}".format(urlsplit(where))
    except ConfigError:  # each operation names a server of its own
        where = as_named(source_of(app.config))
    digest = sha256("\0".join((title, where)).encode("utf-8", "surrogatepass")).hexdigest()
    return About(title=one_line(title, _LONGEST), place=one_line(place, _LONGEST), digest=digest)


def all_about(before: Iterable[About], now: Iterable[About]) -> tuple[About, ...]:
    """Return what a run is about that went on with these: what it knew, then what is new.

    Raises:
        ConfigError: an API that it was about is not there now.
    """
    known, there = {each.digest: each for each in before}, {each.digest: each for each in now}
    if lost := [each for digest, each in known.items() if digest not in there]:
        raise ConfigError(
            f"the run is about {_named(lost)}, which is not served now",
            where=f"served now: {_named(there.values())}",
            hint="name the same --spec and --base-url, or another run by --run ID, or ask anew: ids and answers of one "
            "API mean nothing to another",
        )
    return tuple({**known, **there}.values())


def _named(apis: Iterable[About]) -> str:
    names = [str(each) for each in apis]
    more = [f"{len(names) - _MOST_SHOWN} more"] if len(names) > _MOST_SHOWN else []
    return ", ".join((*names[:_MOST_SHOWN], *more)) or "none"


def about_json(about: About) -> dict[str, str]:
    """Return it as JSON."""
    return {"title": about.title, "place": about.place, "digest": about.digest}


def read_about(said: Mapping[str, Any]) -> About:
    """Return what JSON says.

    Raises:
        KeyError: it says something else.
    """
    return About(title=str(said["title"]), place=str(said["place"]), digest=str(said["digest"]))
