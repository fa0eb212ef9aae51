"""A place in an answer that holds a key of a thing."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in an answer that holds a key of a thing: ("results[].customer", "customer", "id").

    `kind` is "" where only the operation's path can say which; then `guess` is what the object's properties resemble.
    `steps` counts the things around it: those that have a key themselves, and are no mere wrappers. `is_own` where the
    object is that thing, else it refers to it. `parent` is the property that holds the object. A `key` of "" is the
    whole value, of which nothing is said.
    """

    field: str
    kind: str
    key: str
    steps: int = 0
    is_own: bool = True
    is_whole_number: bool = False
    is_listed: bool = False
    guess: str = ""
    parent: str = ""

    def listed(self) -> "Spot":
        """Return the place in each item of a list."""
        return Spot(
            f"[]{self.field}", self.kind, self.key, self.steps, self.is_own, self.is_whole_number, True, self.guess,
            self.parent,
        )  # fmt: skip

    def within(self, name: str, parent: str, *, is_step: bool) -> "Spot":
        """Return the place in a property; `parent` is its name where that says something."""
        return Spot(
            f".{name}{self.field}", self.kind, self.key, self.steps + is_step, self.is_own, self.is_whole_number,
            self.is_listed, self.guess, self.parent or parent,
        )  # fmt: skip
