"""What an unknown name of a call is meant for: the declared field that it fits, where that is exactly one."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from openapi_mcp.recovery.naming.alike import (
    Likeness,
    alike,
    is_bare_id,
    is_id,
    is_near_another,
    is_one_letter_off,
    is_plainly_mistyped,
)
from openapi_mcp.recovery.naming.level import Level, takes
from openapi_mcp.recovery.naming.only_id import ids_meant
from openapi_mcp.recovery.naming.told_of import is_told_of
from openapi_mcp.recovery.strategy import Case

_CERTAIN = (Likeness.SPELLED, Likeness.NUMBER, Likeness.WORD)
_MENDABLE = (Likeness.SPELLED, Likeness.NUMBER, Likeness.KEY)


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The declared fields that an unknown name may stand for: one where it is clear, and takes what is given.

    `is_given` where the one that it stands for is given as well. `alike` are all that are as near, whatever they take.
    """

    names: tuple[str, ...]
    likeness: Likeness
    is_given: bool = False
    alike: tuple[str, ...] = ()

    @property
    def only(self) -> str | None:
        """The one field that it stands for."""
        return self.names[0] if len(self.names) == 1 and not self.is_given else None


def meant_by(case: Case, level: Level, given: str) -> Meant | None:
    """Return what an unknown name of an object stands for, None where it is like none of the declared ones."""
    nearest = case.work.once("nearest", level.declared, lambda: _nearest(case, level, given), level.path, given)
    likeness, names = nearest
    if is_bare_id(given) and (likeness is None or likeness > Likeness.WORD):
        likeness, names = Likeness.KEY, ids_meant(level, case.tool)
    if likeness is None or not names:
        return None
    if likeness is Likeness.WORD and not all(is_told_of(given, name, level) for name in names):
        return Meant(names=(), likeness=likeness, alike=names)
    is_same = likeness in _CERTAIN or (likeness is Likeness.KEY and len(names) == 1)
    if is_same and any(name in level.given for name in names):
        return Meant(names=names, likeness=likeness, is_given=True)
    return Meant(names=_that_take(case, level, given, names, likeness), likeness=likeness, alike=names)


def _nearest(case: Case, level: Level, given: str) -> tuple[Likeness | None, tuple[str, ...]]:
    """Return how near an unknown name is to the declared ones that are nearest to it, and which these are."""
    case.work.spend(len(level.declared))
    found = [(alike(given, name, level, case.tool), name) for name in level.declared]
    likeness = min((each for each, _ in found if each is not None), default=None)
    return likeness, tuple(name for each, name in found if each is likeness)


def _that_take(case: Case, level: Level, given: str, names: tuple[str, ...], likeness: Likeness) -> tuple[str, ...]:
    """Return the fields that are free and take the value; all of them where it is not clear which one is meant."""
    free = [name for name in names if name not in level.given]
    if (likeness is Likeness.SLIP and len(names) > 1) or likeness is Likeness.SPELLED:
        return tuple(free)  # what is spelled so is meant, whatever may be wrong with its value
    value = level.given[given]
    fitting = [
        name for name in free if takes(case, level, name, value) and _may_be(level, given, name, value, likeness)
    ]
    if (
        not fitting
        and len(free) == 1
        and likeness in _MENDABLE
        and (free[0] in level.required or likeness is Likeness.KEY)
    ):
        is_mendable = _is_mendable(value, level.declared[free[0]].get("type"))
        fitting = free if is_mendable and not takes(case, level, free[0], value) else []
    return tuple(fitting)


def _may_be(level: Level, given: str, name: str, value: Any, likeness: Likeness) -> bool:
    """True for what is required, and for an optional field whose name is plainly the same word."""
    if likeness in _CERTAIN:
        return True
    if likeness is Likeness.KEY and is_id(name) and not is_id(given) and not _looks_like_an_id(value):
        return False  # a text, as of the comment that "comment" is
    if name in level.required:
        return True
    if likeness is Likeness.SLIP:
        others = [each for each in level.declared if each != name]
        is_plain = is_plainly_mistyped(given, name) and not is_near_another(given, name, others)
        return is_plain or is_one_letter_off(given, name)
    return (is_id(given) or is_id(name)) and _looks_like_an_id(value)


def _looks_like_an_id(value: Any) -> bool:
    if isinstance(value, str):
        return not any(each.isspace() for each in value) and any(each.isdigit() for each in value)
    return isinstance(value, int) and not isinstance(value, bool)


def _is_mendable(value: Any, types: Any) -> bool:
    """True for what another strategy may bring to the declared type: "7", 7 or [7] for each other, JSON text."""
    if isinstance(value, list):
        return len(value) == 1 or types == "array"
    return isinstance(value, str) or (isinstance(value, (int, float)) and types != "object")


def rivals(case: Case, level: Level, given: str, meant: Meant) -> Sequence[str]:
    """Return the other unknown names that stand for the same field, as clearly as this one."""
    others = ((other, meant_by(case, level, other)) for other in level.unknown if other != given)
    return [other for other, each in others if each and each.only == meant.only and each.likeness <= meant.likeness]
