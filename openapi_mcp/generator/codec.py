"""Values of the model as JSON, and back: what a catalogue holds of them."""

import dataclasses
import types
from collections.abc import Mapping
from dataclasses import is_dataclass
from enum import Enum
from functools import cache
from typing import Any, Union, get_args, get_origin, get_type_hints


def encode(value: Any) -> Any:
    """Return a value of the model as JSON: an object of the fields that differ from their default."""
    kind: type = type(value)
    if kind in _AS_IT_IS:
        return value
    if (fields := _fields(kind)) is not None:
        held = ((name, getattr(value, name), default) for name, default in fields)
        return {name: encode(one) for name, one, default in held if one != default or type(one) is not type(default)}
    if kind is tuple:
        return [encode(item) for item in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, frozenset):
        return sorted(value)
    return dict(value) if isinstance(value, Mapping) else value


_AS_IT_IS = frozenset((str, int, float, bool, type(None), dict, list))


@cache
def _fields(kind: type) -> tuple[tuple[str, Any], ...] | None:
    """Return the fields of a dataclass, each with its default; None for another type."""
    return tuple((spec.name, _default(spec)) for spec in dataclasses.fields(kind)) if is_dataclass(kind) else None


def _default(spec: "dataclasses.Field[Any]") -> Any:
    return spec.default if spec.default_factory is dataclasses.MISSING else spec.default_factory()


def decode(kind: Any, value: Any) -> Any:
    """Return a value of the model from what `encode` returned.

    Raises:
        ValueError: it is none.
    """
    if is_dataclass(kind) and isinstance(kind, type):
        return _decode_fields(kind, value)
    form, inner = get_origin(kind), get_args(kind)
    if form in (Union, types.UnionType):
        return None if value is None else decode(next(one for one in inner if one is not types.NoneType), value)
    if form in (tuple, frozenset):
        _expect(isinstance(value, list), kind)
        return form(decode(inner[0], item) for item in value)
    if kind is Any or (isinstance(form, type) and issubclass(Mapping, form)):
        return value
    _expect(isinstance(kind, type) and isinstance(value, (str, int, float)), kind)
    return kind(value) if issubclass(kind, Enum) else _plain(kind, value)


def _decode_fields(kind: type, value: Any) -> Any:
    hints = _hints(kind)
    _expect(isinstance(value, dict) and value.keys() <= hints.keys(), kind)
    try:
        return kind(**{name: decode(hints[name], held) for name, held in value.items()})
    except TypeError as error:  # a field is missing
        raise ValueError(str(error)) from None


def _plain(kind: type, value: Any) -> Any:
    _expect(type(value) is kind, kind)
    return value


def _expect(holds: bool, kind: Any) -> None:
    if not holds:
        raise ValueError(f"not a {kind}")


@cache
def _hints(kind: type) -> dict[str, Any]:
    hints = get_type_hints(kind)
    return {spec.name: hints[spec.name] for spec in dataclasses.fields(kind) if spec.init}
