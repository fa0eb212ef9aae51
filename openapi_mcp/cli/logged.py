"""The lines of the log: as text for people, or each as a JSON object for whoever collects them."""

import json
import logging
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from openapi_mcp.model.text import without_controls
from openapi_mcp.telemetry.events import call_of, event_of


class TextLines(logging.Formatter):
    """A line for each record: "INFO openapi_mcp.executor answered tool=orders_list status=200"."""

    def __init__(self) -> None:
        super().__init__("%(levelname)s %(name)s %(message)s")

    def formatMessage(self, record: logging.LogRecord) -> str:
        """Return the line; what a terminal would obey, and what would begin another line, are escapes in it."""
        line = without_controls(super().formatMessage(record)).replace("\n", "\\n")
        return f"{line} id={call}" if (call := call_of(record)) else line

    def formatException(self, ei: Any) -> str:
        """Return the traceback, on lines of its own."""
        return without_controls(super().formatException(ei))


class JsonLines(logging.Formatter):
    """An object for each record: {"time", "level", "event", "message", "logger"}, and the fields of the event."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        event = event_of(record)
        fields = {**event.fields, "logger": record.name}
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json_line(record.levelname.lower(), event.name, event.message, fields, record.created)


def json_line(
    level: str, event: str, message: str, fields: Mapping[str, Any] | None = None, when: float | None = None
) -> str:
    """Return an event as one line of JSON, in ASCII: no reader, and no terminal, takes a sign of it for another one.

    A field never takes the place of what each event has.
    """
    moment = datetime.now(UTC) if when is None else datetime.fromtimestamp(when, UTC)
    own = {
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": level,
        "event": event,
        "message": message,
    }
    return json.dumps({**own, **{name: value for name, value in (fields or {}).items() if name not in own}})
