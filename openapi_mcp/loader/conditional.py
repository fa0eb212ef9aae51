"""What was fetched before is asked for by its validators (RFC 9110 13): a server that still has it sends it not again.

The mappings of header fields are those of a request or an answer; letters of either case are one.
"""

from collections.abc import Mapping, MutableMapping
from email.utils import parsedate_to_datetime

from openapi_mcp.model.part import Validators, digest

_LONGEST_VALIDATOR = 500


def ask_if_changed(known: Validators | None, url: str, headers: MutableMapping[str, str]) -> None:
    """Ask the URL that gave the validators for what is new, and any other one for all."""
    asked = known if known is not None and known.url == _digest_of(url) else None
    fields = {"If-None-Match": asked and asked.etag, "If-Modified-Since": asked and asked.last_modified}
    for name, value in fields.items():
        headers.pop(name, None)  # of the URL that redirected to here
        if value:
            headers[name] = value


def _digest_of(url: str) -> str:
    return digest(url.encode())


def is_conditional(headers: Mapping[str, str]) -> bool:
    """True where a request asks only for what is new."""
    return "If-None-Match" in headers or "If-Modified-Since" in headers


def validators_of(url: str, headers: Mapping[str, str]) -> Validators | None:
    """Return what the server tells this version of a URL by; None where it tells nothing that can be relied on."""
    etag, modified = (_usable(headers.get(name, "")) for name in ("etag", "last-modified"))
    if modified and not _is_settled(modified, headers.get("date", "")):
        modified = None
    if not (etag or modified):
        return None
    return Validators(url=_digest_of(url), etag=etag, last_modified=modified)


def _usable(value: str) -> str | None:
    return value if value.isascii() and value.isprintable() and 0 < len(value) <= _LONGEST_VALIDATOR else None


def _is_settled(modified: str, date: str) -> bool:
    """True where the document cannot have changed again within the second that its time names. RFC 9110 8.8.2.2."""
    try:
        return (parsedate_to_datetime(date) - parsedate_to_datetime(modified)).total_seconds() >= 1
    except (ValueError, TypeError):  # no dates, or one of them without a time zone
        return False
