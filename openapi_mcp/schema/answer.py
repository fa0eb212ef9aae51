"""Schemas as answers are held against them: what is certain of them, and what no validator needs left out."""

from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.model.document import Schema

# What refuses a value because a subschema takes it (`not`, `if`, `unevaluatedProperties`, `maxContains`) accuses
# wrongly where that has lost a word on its way to 2020-12, or says it with a `format`.
_AS_IT_IS = frozenset(
    (
        "$ref", "type", "enum", "const", "required", "pattern", "minimum", "maximum", "exclusiveMinimum",
        "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "minItems", "maxItems", "minProperties",
        "maxProperties", "uniqueItems",
    )
)  # fmt: skip
_SUBSCHEMAS = frozenset(("items", "additionalProperties", "contains", "propertyNames"))
_LISTS = frozenset(("allOf", "anyOf", "prefixItems"))
_MAPS = frozenset(("properties", "patternProperties"))
_COMPOSED = ("allOf", "anyOf", "oneOf")
_DEEPEST = 60  # as deep as the loader reads
_NEAR = 8  # compositions within each other that are looked through for a property

Scope = tuple[Schema, ...]


def answer_form(schema: Schema, schemas: Mapping[str, Schema]) -> dict[str, Any]:
    """Return a schema in the form that answers are held against; of that form it changes nothing.

    `schemas` are what a `$ref` names. `oneOf` asks for one branch at least: what tells them apart may be a `format`. A
    property that is writeOnly may be missing, even if it is required (OAS 3.0.4, Schema Object; JSON Schema 2020-12
    Validation 9.4). Words for readers are left out.
    """
    form: dict[str, Any] = _Form(schemas).of(schema, (), 0)
    return form


class AnswerForms(Mapping[str, Schema]):
    """Schemas by their references, each brought into the form of answers when it is first asked for.

    What a document does not hold takes any value.
    """

    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas
        self._made: dict[str, Schema] = {}

    def __getitem__(self, ref: str) -> Schema:
        if ref not in self._made:
            found = self._schemas.get(ref)
            self._made[ref] = {} if found is None else answer_form(found, self._schemas)
        return self._made[ref]

    def __iter__(self) -> Iterator[str]:
        return iter(self._schemas)

    def __len__(self) -> int:
        return len(self._schemas)


class _Form:
    def __init__(self, schemas: Mapping[str, Schema]) -> None:
        self._schemas = schemas

    def of(self, schema: Any, scope: Scope, depth: int) -> Any:
        """Return a schema's form; `scope` are those that it is composed in, which hold for the same value."""
        if not isinstance(schema, Mapping) or depth > _DEEPEST:
            return {}
        scope = (*scope, schema)
        form = {word: value for word, value in schema.items() if word in _AS_IT_IS}
        for word, value in schema.items():
            if word in _SUBSCHEMAS:
                form[word] = value if isinstance(value, bool) else self.of(value, (), depth + 1)
            elif word in _MAPS:
                form[word] = {name: self.of(inner, (), depth + 1) for name, inner in value.items()}
            elif word in _LISTS:
                inner_scope = () if word == "prefixItems" else scope
                form[word] = [self.of(inner, inner_scope, depth + 1) for inner in value]
        if schema.get("minContains") == 0:  # then `contains` asks for nothing (JSON Schema 2020-12, 10.3.1.3)
            form.pop("contains", None)
        self._add_branches(form, schema, scope, depth)
        if "required" in form:
            form["required"] = [name for name in form["required"] if not self._is_hidden(name, scope)]
        if "patternProperties" in form:  # of which a pattern that is no regular expression here is already lost
            form.pop("additionalProperties", None)
        return form

    def _add_branches(self, form: dict[str, Any], schema: Schema, scope: Scope, depth: int) -> None:
        branches = [self.of(inner, scope, depth + 1) for inner in schema.get("oneOf", ())]
        if branches and "anyOf" in form:
            form["allOf"] = [*form.get("allOf", ()), {"anyOf": branches}]
        elif branches:
            form["anyOf"] = branches

    def _is_hidden(self, name: str, scope: Scope) -> bool:
        return any(self._hides(name, schema, 0) for schema in scope)

    def _hides(self, name: str, schema: Any, depth: int) -> bool:
        """True where a schema, or one that it is composed of, declares a property as writeOnly."""
        if not isinstance(schema, Mapping) or depth > _NEAR:
            return False
        declared = schema.get("properties", {}).get(name)
        if declared is not None:
            return self._is_write_only(declared)
        inner = [one for word in _COMPOSED for one in schema.get(word, ())]
        if "$ref" in schema:
            inner.append(self._schemas.get(schema["$ref"]))
        return any(self._hides(name, one, depth + 1) for one in inner)

    def _is_write_only(self, schema: Schema) -> bool:
        named = self._schemas.get(schema["$ref"]) if "$ref" in schema else None
        parts = (schema, named or {}, *schema.get("allOf", ()))
        return any(part.get("writeOnly") is True for part in parts)


def references(schema: Any) -> Iterator[str]:
    """Yield the references in a schema that has the form of answers."""
    stack = [schema]
    while stack:
        node = stack.pop()
        if not isinstance(node, Mapping):
            continue
        if "$ref" in node:
            yield node["$ref"]
        stack.extend(node[word] for word in _SUBSCHEMAS if word in node)
        stack.extend(inner for word in _LISTS for inner in node.get(word, ()))
        stack.extend(inner for word in _MAPS for inner in node.get(word, {}).values())
