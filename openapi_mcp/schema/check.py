"""What checks values against one schema, kept for as long as the schema is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from openapi_mcp.model.document import Schema
from openapi_mcp.schema.bounded import MAX_STEPS, Budget, TooManyStepsError, bounded, errors
from openapi_mcp.schema.plain import FEW_STEPS, Look

if TYPE_CHECKING:
    from jsonschema.exceptions import ValidationError
    from jsonschema.protocols import Validator


class Check:
    """Holds values against a schema (JSON Schema 2020-12; `format` is an annotation there).

    `schemas` are what a `$ref` names. The validator is made for the first value that does not plainly fit. What
    takes too many steps is an error, or is checked `as_far` as they reach. `taken` are the steps of the last check.
    """

    def __init__(
        self,
        schema: Schema,
        schemas: Mapping[str, Schema] = MappingProxyType({}),
        *,
        few_steps: int = FEW_STEPS,
        most_steps: int = MAX_STEPS,
        as_far: bool = False,
    ) -> None:
        self._schema = schema
        self._schemas = schemas
        self._few_steps = few_steps
        self._most_steps = most_steps
        self._as_far = as_far
        self._validator: Validator | None = None
        self.taken = 0

    @property
    def names(self) -> list[str]:
        """The properties that the schema knows."""
        return list(self._schema.get("properties", {}))

    def errors(self, value: Any) -> "list[ValidationError]":
        """Return the rules that a value breaks.

        Raises:
            TooManyStepsError, TooDeepError, KeyError: as `bounded.errors` does.
        """
        look = Look(self._schemas, self._few_steps)
        is_fit = look.fits(self._schema, value)
        self.taken = self._few_steps - look.left
        if is_fit:
            return []
        if look.left < 0 and self._few_steps >= self._most_steps:  # the validator takes more steps than a look
            if self._as_far:
                return []
            raise TooManyStepsError
        if self._validator is None:
            self._validator = bounded(self._schema)
        budget = Budget(self._most_steps, self._schemas)
        try:
            return errors(self._validator, value, budget=budget, as_far=self._as_far)
        finally:
            self.taken += self._most_steps - budget.left
