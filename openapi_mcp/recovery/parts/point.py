"""Latitude and longitude in a pair: "geo:41.15,-8.61", {"lat": 41.15, "lng": -8.61}, a GeoJSON point."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.index.entities import split
from openapi_mcp.recovery.naming.level import Level, takes
from openapi_mcp.recovery.parts.part import Part, fitted, number_in
from openapi_mcp.recovery.strategy import Case
from openapi_mcp.recovery.values import MISSING

_LATITUDE = frozenset(("lat", "latitude"))
_LONGITUDE = frozenset(("lng", "lon", "long", "longitude"))
_POINTS = frozenset(
    ("location", "coordinate", "coord", "position", "point", "geo", "gps", "ll", "geolocation", "latlng", "latlon",
     "latlong", "lnglat", "lonlat", "longlat")
)  # fmt: skip
_LATITUDE_FIRST = frozenset(("latlng", "latlon", "latlong", "latitudelongitude"))
_LONGITUDE_FIRST = frozenset(("lnglat", "lonlat", "longlat", "longitudelatitude"))
_PAIR = re.compile(r"(-?[0-9]{1,3}(?:\.[0-9]{1,12})?) ?[,; ] ?(-?[0-9]{1,3}(?:\.[0-9]{1,12})?)")
_LABEL = re.compile(r"\b(lat|lng|lon|long)(?:itude)?\b ?[:=]? ?", re.IGNORECASE)
_ORDER = re.compile(r"\b(lat|lng|lon|long)(?:itude)? ?[,;/] ?(lat|lng|lon|long)(?:itude)?\b")
_LONGEST = 80  # characters
_MOST_SAID = 2_000

_Number = str | int | float
_Reading = tuple[_Number, _Number]
"""Latitude and longitude."""


def points(case: Case, level: Level) -> Iterator[Part]:
    """Yield what a pair gives latitude and longitude: twice, where it does not say which of them comes first."""
    for prefix, latitude, longitude in _pairs(level):
        for source in (latitude, longitude, *level.unknown):
            if source in level.given and (source in (latitude, longitude) or _is_point(source, prefix)):
                for reading in _readings(_said_of(source, level), level.given[source]):
                    yield from _part(case, level, source, (latitude, longitude), reading)


def _pairs(level: Level) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """Yield the declared pairs, with the words that stand before them: "start_lat", "start_lng" -> ("start",)."""
    for name in level.declared:
        words = split(name)
        if words and words[-1] in _LATITUDE:
            others = [each for each in level.declared if _is_longitude(each, words[:-1])]
            if len(others) == 1:
                yield words[:-1], name, others[0]


def _is_longitude(name: str, prefix: tuple[str, ...]) -> bool:
    words = split(name)
    return bool(words) and words[:-1] == prefix and words[-1] in _LONGITUDE


def _is_point(source: str, prefix: tuple[str, ...]) -> bool:
    words = split(source)
    own = words[len(prefix) :] if words[: len(prefix)] == prefix else ()
    return (bool(words) and words == prefix) or (bool(own) and set(own) <= _POINTS | _LATITUDE | _LONGITUDE)


def _said_of(source: str, level: Level) -> str:
    """Return the words of a name in one, and each "latitude,longitude" in what the document says of it."""
    described = level.declared.get(source, {}).get("description")
    pairs = _ORDER.findall(described.lower()[:_MOST_SAID]) if isinstance(described, str) else []
    return " ".join(("".join(split(source)), *(f"{one}{other}" for one, other in pairs)))


def _readings(said: str, value: Any) -> list[_Reading]:
    """Return the ways to read a pair that are within the ranges of both.

    Neither an array nor a text has an order of its own: ISO 6709 has the latitude first, GeoJSON the longitude.
    """
    match value:
        case {"type": "Point", "coordinates": [longitude, latitude]} if len(value) == 2:  # RFC 7946, section 3.1.1
            found = [(latitude, longitude)]
        case Mapping():
            found = _named(value)
        case [first, second]:
            found = _ordered(said, first, second)
        case str() if len(value) <= _LONGEST:
            found = _in_text(said, value.strip())
        case _:
            found = []
    return [each for each in found if _is_within(each[0], 90) and _is_within(each[1], 180)]


def _named(value: Mapping[str, Any]) -> list[_Reading]:
    latitude = [each for name, each in value.items() if name.lower() in _LATITUDE]
    longitude = [each for name, each in value.items() if name.lower() in _LONGITUDE]
    return [(latitude[0], longitude[0])] if len(value) == 2 and len(latitude) == len(longitude) == 1 else []


def _in_text(said: str, text: str) -> list[_Reading]:
    if text.startswith("(") and text.endswith(")"):
        text = text[1:-1].strip()
    is_uri = text.lower().startswith("geo:")  # RFC 5870, section 3.3: latitude comes first
    found = _PAIR.fullmatch(_LABEL.sub("", text[4:] if is_uri else text))
    if not found:
        return []
    labels = "".join(_LABEL.findall(text.lower())).replace("long", "lon")
    return [(found[1], found[2])] if is_uri else _ordered(labels or said, found[1], found[2])


def _ordered(said: str, first: Any, second: Any) -> list[_Reading]:
    """Return the reading that the argument's name, or what is said of it, says; both, where it says none."""
    is_latitude, is_longitude = (any(each in said for each in names) for names in (_LATITUDE_FIRST, _LONGITUDE_FIRST))
    found = [(first, second), (second, first)]
    return found if is_latitude == is_longitude else found[is_longitude:][:1]


def _is_within(value: Any, most: int) -> bool:
    number = number_in(value) if isinstance(value, str) else value
    return isinstance(number, (int, float)) and not isinstance(number, bool) and -most <= number <= most


def _part(case: Case, level: Level, source: str, names: tuple[str, str], reading: _Reading) -> Iterator[Part]:
    values = {name: _taken(case, level, name, each) for name, each in zip(names, reading, strict=True)}
    if MISSING not in values.values():
        yield Part(source=source, values=values, how=f'"{source}" held both "{names[0]}" and "{names[1]}"')


def _taken(case: Case, level: Level, name: str, value: _Number) -> Any:
    if isinstance(value, str):
        number = number_in(value)
        return number if takes(case, level, name, number) else fitted(case, level, name, value)
    return value if takes(case, level, name, value) else MISSING
