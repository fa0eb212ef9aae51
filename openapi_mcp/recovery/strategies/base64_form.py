"""Base64 in another form than the one that is asked for."""

import base64

from openapi_mcp.recovery.rewriting.asked import fits, format_asked
from openapi_mcp.recovery.rewriting.encoded import bytes_in
from openapi_mcp.recovery.strategy import Case, Rewrite, Strategy, Told, at_once
from openapi_mcp.schema.formats import has_format

_PLAIN = frozenset(("byte", "base64"))
_RULES = frozenset(("format", "pattern", "invalid"))


def base64_form(case: Case) -> Rewrite | Told | None:
    """Return the call with the same bytes in the base64 that is asked for: without lines, of its alphabet, padded.

    A text that may be no base64 at all is not encoded: whether its letters are meant as bytes, only a caller knows.
    """
    wanted = format_asked(case)
    if case.fault.rule not in _RULES or wanted not in {*_PLAIN, "base64url"} or not isinstance(case.value, str):
        return None
    data = bytes_in(case.value)
    if data is None:
        is_it = has_format(case.value, wanted)
        return None if is_it else Told(hint=f'give "{case.fault.place}" as base64 of its bytes (RFC 4648)')
    encode = base64.b64encode if wanted in _PLAIN else base64.urlsafe_b64encode
    value = encode(data).decode()
    if not fits(case, value):
        return None
    form = "the plain alphabet, padded, on one line" if wanted in _PLAIN else "the alphabet for URLs"
    return case.rewritten(value, f"base64 is given in {form}")


STRATEGY = Strategy(
    name="base64_form",
    rank=240,
    about="base64 of another alphabet, without padding, in lines or in a data: URL is written as it is asked for",
    repair=at_once(base64_form),
)
