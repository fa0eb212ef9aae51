"""How long something lasts, as ISO 8601 writes it."""

import re
from fractions import Fraction

_LONGEST = 40  # characters
_DURATION = re.compile(
    r"PT(?=[0-9])(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9}(?:\.[0-9]{1,9})?)S)?", re.ASCII
)  # of a day and more it is not certain how long they are
_SIZES = (3_600_000, 60_000, 1_000)


def milliseconds_in(text: str) -> Fraction | None:
    """Return how many milliseconds a duration of hours, minutes and seconds is: "PT2H30M" -> 9000000; None for others.

    ISO 8601-1, section 5.5.2.
    """
    found = _DURATION.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if found is None:
        return None
    return sum((Fraction(part or 0) * size for part, size in zip(found.groups(), _SIZES, strict=True)), Fraction(0))
