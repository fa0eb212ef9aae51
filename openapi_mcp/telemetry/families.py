"""Numbers with their names and labels, before anybody writes them down in a format."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 300.0)
"""Seconds; how many calls took at most so long is counted for each."""


class Form(StrEnum):
    """What a number is: it only grows, it goes up and down, or how often what was how long."""

    COUNTER = "counter"
    GAUGE = "gauge"
    HISTOGRAM = "histogram"


@dataclass(slots=True)
class Spread:
    """How long things took: how many fell between one of the BOUNDS and the next, and their sum in seconds."""

    counts: list[int] = field(default_factory=lambda: [0] * (len(BOUNDS) + 1))
    total: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Numbers of one name; each with the values of its `labels`."""

    name: str
    help: str
    form: Form
    labels: tuple[str, ...] = ()
    unit: str = ""
    samples: Sequence[tuple[tuple[str, ...], float | Spread]] = ()


def gauge(name: str, help_text: str, label: str, values: Mapping[str, float], unit: str = "") -> Family:
    """Return numbers that go up and down, each with the value of one label."""
    samples = [((said,), number) for said, number in values.items()]
    return Family(name=name, help=help_text, form=Form.GAUGE, labels=(label,), unit=unit, samples=samples)


def number(name: str, help_text: str, value: float, form: Form = Form.GAUGE) -> Family:
    """Return one number without labels."""
    return Family(name=name, help=help_text, form=form, samples=[((), value)])


def counter(
    name: str, help_text: str, labels: tuple[str, ...], samples: Iterable[tuple[tuple[str, ...], float]], unit: str = ""
) -> Family:
    """Return numbers that only grow."""
    return Family(name=name, help=help_text, form=Form.COUNTER, labels=labels, unit=unit, samples=list(samples))
