"""A call's body: its media type, and what its arguments become in it."""

from collections.abc import Mapping, Sequence
from typing import Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.document import Encoding
from openapi_mcp.model.message import Headers, Streamed
from openapi_mcp.model.tool import Binding, BindingKind, SentBody, Tool
from openapi_mcp.request.body import encode_body, encode_file
from openapi_mcp.request.files import FindFile
from openapi_mcp.request.form import FormFields
from openapi_mcp.request.given import Given, about
from openapi_mcp.request.style import header_value


def content_of(
    tool: Tool, body: SentBody, arguments: Mapping[str, Any], find: FindFile
) -> tuple[bytes | Streamed, str] | None:
    """Return the body and its type: `{}` for a required one without fields, None for an optional one left out.

    Raises:
        ArgumentsError: a value that the media type cannot carry.
    """
    given = [binding for binding in body.bindings if binding.argument in arguments]
    whole = next((binding for binding in given if binding.is_whole_body), None)
    if whole is not None:
        return _whole(body, whole, arguments[whole.argument], find)
    names = {binding.name: binding.argument for binding in given if binding.is_body_field}
    form = _form(body, given, arguments, find)
    if not names and (not tool.body_required or body.needs_whole):
        return None
    fields = {name: arguments[argument] for name, argument in names.items()}
    try:
        return encode_body(fields, body.content_type, form, body.xml)
    except ArgumentsError as error:
        raise about(names.get(error.field or "", "body"), error.message, error.hint) from None


def _whole(body: SentBody, whole: Binding, value: Any, find: FindFile) -> tuple[bytes | Streamed, str]:
    try:
        if body.is_file:
            return encode_file(value, body.content_type, find)
        form = FormFields(encodings=_encodings(body), files=None, find=find)
        return encode_body(value, body.content_type, form, body.xml)
    except ArgumentsError as error:
        raise about(whole.argument, error.message, error.hint) from None


def _form(body: SentBody, given: Sequence[Binding], arguments: Mapping[str, Any], find: FindFile) -> FormFields:
    files = frozenset(binding.name for binding in body.bindings if binding.kind is BindingKind.FILE)
    return FormFields(
        encodings=_encodings(body),
        files=files,
        headers=_part_headers(given, arguments),
        find=find,
        names=frozenset(binding.name for binding in body.bindings if binding.is_body_field),
    )


def _encodings(body: SentBody) -> Mapping[str, Encoding]:
    return {encoding.field: encoding for encoding in body.encodings}


def _part_headers(given: Sequence[Binding], arguments: Mapping[str, Any]) -> Mapping[str, Headers]:
    """Return the headers of each part, by its field. OAS 3.1.1, Encoding Object, headers."""
    headers: dict[str, Headers] = {}
    parts = {binding.name for binding in given if binding.is_body_field}
    for binding in given:
        if binding.kind is BindingKind.PART_HEADER and binding.parameter is not None:
            if binding.part not in parts:
                message = f"is a header of the part {binding.part!r}, which is not given"
                raise about(binding.argument, message, f'add "{binding.part}", or leave it out')
            one = Given(argument=binding.argument, parameter=binding.parameter, value=arguments[binding.argument])
            headers[binding.part] = (*headers.get(binding.part, ()), (binding.name, one.written(header_value)))
    return headers
