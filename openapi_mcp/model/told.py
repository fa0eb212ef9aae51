"""A line for a person that is an event, too, where the log is read by a program."""

from collections.abc import Mapping


class Told(str):
    """What is said to a person; in a log of JSON it is the `event` of this name, with its `fields` beside the words.

    Told("Redis answers again", "redis_found", {"address": "db:6379"}) is that line, and can be filtered for.
    """

    __slots__ = ("event", "fields")
    event: str
    fields: Mapping[str, str]

    def __new__(cls, text: str, event: str, fields: Mapping[str, str]) -> "Told":
        """Return the line."""
        made = super().__new__(cls, text)
        made.event, made.fields = event, fields
        return made
