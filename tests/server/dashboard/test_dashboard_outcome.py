"""What the pages show of a request, and of what came back."""

from openapi_mcp.model.call import Failure, FailureKind, Result, Text
from openapi_mcp.model.fault import Fault
from openapi_mcp.model.message import HttpRequest
from openapi_mcp.server.dashboard.outcome import blocks_of, failure_of, faults_of, request_of


def test_json_stands_on_several_lines_and_all_else_as_it_is() -> None:
    """The text is what a model gets."""
    shown = [blocks_of(Result(content=(Text(text=text),)))[0].text for text in ('{"a":1}', "{not json", "plain")]
    assert shown == ['{\n  "a": 1\n}', "{not json", "plain"]


def test_each_argument_has_the_first_of_its_faults() -> None:
    """Next to its field; what is wrong with none of them is said above the form."""
    faults = (
        Fault(path=("items", 0), rule="type", said="not an object"),
        Fault(path=("items", 1), rule="type", said="another"),
        Fault(path=(), rule="alternatives", said="one of them is wanted"),
    )
    failure = Failure(kind=FailureKind.INVALID_ARGUMENTS, message="no good", field="items", faults=faults)
    assert faults_of(failure, {"items"}) == {"items": "not an object"}
    bare = Failure(kind=FailureKind.REJECTED, message="no good", field="items")
    assert faults_of(bare, {"items"}) == {"items": "no good"}
    assert faults_of(bare, {"other"}) == {}


def test_a_long_curl_line_and_a_long_answer_are_cut_and_that_is_said() -> None:
    """A page stays readable."""
    request = HttpRequest(method="GET", url=f"http://127.0.0.1/{'x' * 30_000}", headers=())
    assert request_of(request).curl.endswith("characters)")
    failure = Failure(kind=FailureKind.REJECTED, message="no", body="y" * 30_000)
    assert failure_of(failure).body.endswith("... (30,000 characters)")
