"""The schemas of a description, by the references that name them."""

from collections.abc import Iterator, Mapping

from openapi_mcp.loader.narrow import as_object
from openapi_mcp.loader.refs import RefError, Resources
from openapi_mcp.loader.upgrade import upgrade_schema
from openapi_mcp.model.document import Schema
from openapi_mcp.model.pointer import join


class Schemas(Mapping[str, Schema]):
    """What a `$ref` in a schema points at, upgraded when first asked for; a KeyError says why there is nothing."""

    def __init__(self, resources: Resources, openapi: str) -> None:
        self._resources = resources
        self._openapi = openapi
        self._read: dict[str, Schema] = {}

    def __getitem__(self, ref: str) -> Schema:
        if ref not in self._read:
            try:
                target, place = self._resources.resolve(f"#{ref.partition('#')[2]}", ref.partition("#")[0])
                base = place.partition("#")[0]
                self._read[ref] = upgrade_schema(target, openapi=self._openapi, resources=self._resources, base=base)
            except RefError as error:
                raise KeyError(str(error)) from None
        return self._read[ref]

    def __iter__(self) -> Iterator[str]:
        """Return the references to the document's named schemas; others can be looked up all the same."""
        root = as_object(self._resources.roots.get(""))
        if self._openapi.startswith("2."):
            return (join("#/definitions", name) for name in as_object(root.get("definitions")))
        schemas = as_object(as_object(root.get("components")).get("schemas"))
        return (join("#/components/schemas", name) for name in schemas)

    def __len__(self) -> int:
        return sum(1 for _ in self)
