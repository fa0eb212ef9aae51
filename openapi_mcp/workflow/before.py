"""A step held against its operation's schemas before anything runs: what it lacks, and literals that do not fit."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from openapi_mcp.model.pointer import join
from openapi_mcp.model.tool import SentBody, Tool
from openapi_mcp.model.workflow import Step
from openapi_mcp.workflow.arguments import binding_of, body_of
from openapi_mcp.workflow.bracketed import nested
from openapi_mcp.workflow.faults import PayloadError
from openapi_mcp.workflow.lacking import lacking
from openapi_mcp.workflow.literals import Open, body_known, known
from openapi_mcp.workflow.misfits import Misfits
from openapi_mcp.workflow.unknown_fields import unknown_fields
from openapi_mcp.workflow.warned import Warned

_PAYLOAD = "/requestBody/payload"


def before_sending(step: Step, tool: Tool, misfits: Misfits) -> list[Warned]:
    """Return what is wrong with a step that calls an operation, as far as that is known before a run."""
    body, said = None, list(_of_parameters(step, tool, misfits))
    if step.body is not None and (sent := body_of(tool, step.body)) is not None:
        try:
            body = nested(body_known(step.body, sent.content_type), sent)
        except PayloadError as error:
            return [*said, Warned(error.message, error.hint or "", "/requestBody", is_fatal=True)]
        unknown = unknown_fields(replace(step.body, payload=body), tool, misfits.guesses)
        own = [*lacking(step, tool, body), *_of_body(body, tool, sent, misfits)]
        return [*said, *unknown, *(_maybe_mended(own) if unknown else own)]
    return [*lacking(step, tool, body), *said]


def _maybe_mended(said: list[Warned]) -> list[Warned]:
    """Return what is wrong beside a field of a name that is near another one, which a call takes for that."""
    return [each._replace(is_fatal=each.is_fatal and not each.is_lacking) for each in said]


def _of_parameters(step: Step, tool: Tool, misfits: Misfits) -> Iterator[Warned]:
    definitions = tool.input_schema.get("$defs", {})
    own = [each for each in step.parameters if not each.is_inherited]
    for each in step.parameters:
        binding = binding_of(tool, each)
        if binding is not None:
            schema = tool.input_schema.get("properties", {}).get(binding.argument)
            at = "" if each.is_inherited else f"/parameters/{own.index(each)}/value"
            yield from misfits.of(each.name, known(each.value), schema, definitions, at)


def _of_body(body: Any, tool: Tool, sent: SentBody, misfits: Misfits) -> Iterator[Warned]:
    definitions = tool.input_schema.get("$defs", {})
    schemas = {**tool.input_schema.get("properties", {}), **sent.schemas}
    whole = next((each for each in sent.bindings if each.is_whole_body), None)
    if whole is not None and not isinstance(body, str):
        yield from misfits.of("body", body, schemas.get(whole.argument), definitions, _PAYLOAD)
    elif whole is None and not isinstance(body, Open | Mapping):
        said = "the body is no object, and the operation takes one"
        yield Warned(said, "write the payload with its fields", _PAYLOAD, is_fatal=True)
    for each in sent.bindings if isinstance(body, Mapping) else ():
        if each.is_body_field and each.name in body and each.argument not in tool.fixed:
            at = join(_PAYLOAD, each.name)
            yield from misfits.of(each.name, body[each.name], schemas.get(each.argument), definitions, at)
