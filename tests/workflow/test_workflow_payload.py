"""Request bodies made of payloads, templates and replacements."""

from typing import Any

import pytest

from openapi_mcp.model.workflow import Payload, Replacement
from openapi_mcp.workflow.faults import PayloadError
from openapi_mcp.workflow.payload import payload_of
from openapi_mcp.workflow.state import Missing, State

STATE = State(inputs={"id": 5, "code": 'A"&<b', "order": {"lines": [1, 2]}, "none": None, "sign": "a&b=c"})
JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


def made(payload: Any, content_type: str = JSON, *replacements: tuple[str, Any]) -> Any:
    body = Payload(
        content_type=content_type,
        payload=payload,
        replacements=tuple(Replacement(target=target, value=value) for target, value in replacements),
    )
    return payload_of(body, STATE)


def test_a_payload_of_values_is_filled() -> None:
    """Arazzo 1.0.1, 4.6.14, JSON Object Example."""
    assert made({"id": "$inputs.id", "done": False, "n": None}) == {"id": 5, "done": False, "n": None}


def test_a_payload_may_be_one_expression() -> None:
    """Arazzo 1.0.1, 4.6.14, Complete Runtime Expression."""
    assert made("$inputs.order") == {"lines": [1, 2]}


def test_a_template_is_json_with_expressions_in_its_texts() -> None:
    """Arazzo 1.0.1, 4.6.14, JSON Templated Example."""
    assert made('{"order": {"id": "{$inputs.id}", "status": "placed"}}') == {"order": {"id": "5", "status": "placed"}}


def test_an_expression_between_the_texts_of_a_template_keeps_its_type() -> None:
    """Our choice: authors write numbers so; it is read as JSON once they stand there."""
    template = '{"id": {$inputs.id}, "a\\"b": "x {$inputs.id}", "order": {$inputs.order}, "n": [{$inputs.none}]}'
    assert made(template) == {"id": 5, 'a"b': "x 5", "order": {"lines": [1, 2]}, "n": [None]}


@pytest.mark.parametrize("template", ['{"code": "{$inputs.code}"}', '{"code": {$inputs.code}}'])
def test_no_value_breaks_out_of_a_json_template(template: str) -> None:
    """Our choice, as security.md A 5 for queries: a value cannot add a field."""
    assert made(template) == {"code": 'A"&<b'}


@pytest.mark.parametrize("media_type", ["application/xml", "text/xml; charset=utf-8", "application/soap+xml"])
def test_no_value_breaks_out_of_an_xml_template(media_type: str) -> None:
    """Arazzo 1.0.1, 4.6.14, XML Templated Example; our choice: values are escaped."""
    assert made("<id a='{$inputs.code}'>{$inputs.id}</id>", media_type) == "<id a='A&quot;&amp;&lt;b'>5</id>"


def test_no_value_breaks_out_of_a_form() -> None:
    """Arazzo 1.0.1, 4.6.14, Form Data String Example; our choice: its fields are read first."""
    assert made("a={$inputs.sign}&b=$inputs.id&a=2&c=&d=x%20y", FORM) == {
        "a": ["a&b=c", "2"],
        "b": 5,
        "c": "",
        "d": "x y",
    }


def test_a_form_of_values_is_filled() -> None:
    """Arazzo 1.0.1, 4.6.14, Form Data Example."""
    assert made({"a": "$inputs.sign"}, FORM) == {"a": "a&b=c"}


@pytest.mark.parametrize("media_type", [FORM, "multipart/form-data"])
def test_a_form_may_be_written_as_json(media_type: str) -> None:
    """Our choice: what opens a JSON object is no form of any other kind; it fails as JSON does."""
    assert made(' {"a": "{$inputs.code}", "n": {$inputs.id}}', media_type) == {"a": 'A"&<b', "n": 5}
    with pytest.raises(PayloadError, match="no JSON"):
        made('{"a": }', media_type)


def test_another_text_is_filled_as_it_is() -> None:
    """Our choice: nothing is known of its form."""
    assert made("id {$inputs.id} {$inputs.code}", "text/plain") == 'id 5 A"&<b'


def test_the_operations_own_content_type_counts_where_the_body_names_none() -> None:
    """Arazzo 1.0.1, 4.6.14: if omitted, the Content-Type of the operation."""
    body = Payload(payload="a={$inputs.sign}")
    assert payload_of(body, STATE, "application/x-www-form-urlencoded; charset=utf-8") == {"a": "a&b=c"}
    assert payload_of(body, STATE) == "a=a&b=c"


@pytest.mark.parametrize("text", ["Hello {$inputs.id}", "{$inputs.id} times"])
def test_a_text_that_opens_no_json_is_itself_the_value(text: str) -> None:
    """Our choice: a body of type string."""
    assert made(text) == text.replace("{$inputs.id}", "5")


def test_a_template_that_is_no_json_is_refused() -> None:
    """style.md, Errors."""
    with pytest.raises(PayloadError, match="no JSON"):
        made('{"a": }')


def test_a_replacement_puts_a_value_at_a_place() -> None:
    """Arazzo 1.0.1, 4.6.15, both of its examples: an expression and a literal."""
    payload = {"petId": 0, "lines": [{"n": 1}, {"n": 2}]}
    replaced = made(payload, JSON, ("/petId", "$inputs.id"), ("/lines/1/n", 10), ("#/note", "for {$inputs.id}"))
    assert replaced == {"petId": 5, "lines": [{"n": 1}, {"n": 10}], "note": "for 5"}
    assert payload == {"petId": 0, "lines": [{"n": 1}, {"n": 2}]}


def test_a_replacement_does_not_change_what_the_run_knows() -> None:
    """style.md: data does not change once made."""
    assert made("$inputs.order", JSON, ("/lines/0", 9)) == {"lines": [9, 2]}
    assert STATE.inputs["order"] == {"lines": [1, 2]}


@pytest.mark.parametrize(
    ("target", "value"), [("/a~1b/~0", {"a/b": {"~": 1}}), ("", 1), ("/", {"a/b": {"~": 0}, "": 1})]
)
def test_the_target_is_a_json_pointer(target: str, value: Any) -> None:
    """RFC 6901, sections 3 to 5."""
    assert made({"a/b": {"~": 0}}, JSON, (target, 1)) == value


def test_a_template_takes_replacements() -> None:
    """Our choice: what was a text is JSON by then."""
    assert made('{"a": {"b": 0}}', JSON, ("/a/b", "$inputs.id")) == {"a": {"b": 5}}


@pytest.mark.parametrize("target", ["/gone/x", "/lines/2", "/lines/-", "/lines/01x", "/id/x", "/lines/0/x"])
def test_a_replacement_without_a_place_is_refused(target: str) -> None:
    """Our choice: derive, never invent; no object is made up on the way."""
    with pytest.raises(PayloadError, match="no place"):
        made({"id": 1, "lines": [1, 2]}, JSON, (target, 1))


def test_a_replacement_in_a_text_is_refused() -> None:
    """Our choice: a pointer leads into JSON only."""
    with pytest.raises(PayloadError, match="no JSON"):
        made("plain", "text/plain", ("/a", 1))


@pytest.mark.parametrize("replacements", [(), (("/a", "$inputs.gone"),), (("/a", "$inputs.gone"), ("/b", 1))])
def test_a_missing_value_makes_the_body_missing(replacements: tuple[tuple[str, Any], ...]) -> None:
    """Issue 11: half a body is never sent."""
    payload = {"a": 1} if replacements else {"a": ["$inputs.gone"]}
    assert isinstance(made(payload, JSON, *replacements), Missing)
    assert isinstance(made("a={$inputs.gone}", FORM), Missing)
    assert isinstance(made("<a>{$inputs.gone}</a>", "application/xml"), Missing)
