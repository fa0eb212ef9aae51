"""index/corpus.py and index/fields.py."""

from hypothesis import given
from hypothesis import strategies as st
from support import make

from openapi_mcp.index.corpus import Corpus, corpus_of, read_corpus, united_corpus
from openapi_mcp.index.fields import Fields
from openapi_mcp.model.capability import Capability, Need, Producer, Yield
from openapi_mcp.model.jsontext import read_json, write_json

NEEDED = Capability(
    needs=(Need(argument="id", entity="order", producers=(Producer(tool="a", method="GET", path="/a", field="id"),)),),
    yields=(Yield(entity="order", field="id"),),
    finds=("q",),
)


def test_a_tool_is_searched_by_all_that_says_what_it_is_about() -> None:
    """Issue 6, Search quality: identifiers, summary, description, tags, parameters, body and response properties."""
    ref = {"$ref": "#/components/schemas/Order"}
    operation = {
        "operationId": "listCustomerOrders",
        "summary": "Orders of a customer",
        "description": "Newest first.",
        "tags": ["Sales"],
        "parameters": [make.parameter("sortKey", description="How they are sorted.", schema={"enum": ["date", "sum"]})],
        "requestBody": {"content": make.json_body({"type": "object", "properties": {"warehouse": {"type": "string"}}})},
        **make.answering({"type": "object", "properties": {"results": {"type": "array", "items": ref}}}),
    }
    schema = {"properties": {"total": {"type": "number"}, "parent": ref}}
    document = make.document({"/customers/{id}/orders": {"post": operation}}, components={"schemas": {"Order": schema}})
    (tool,) = make.toolset({"/customers/{id}/orders": {"post": operation}}).tools
    assert Fields(document.schemas).of(tool) == {
        "name": "listCustomerOrders",
        "path": "customers orders",
        "resource": "orders",
        "summary": "Orders of a customer",
        "text": "Newest first.",
        "tags": "Sales",
        "inputs": "id sortKey date sum warehouse",
        "hints": "How they are sorted.",
        "outputs": "results total parent",
    }


def test_the_argument_that_selects_a_part_of_any_answer_is_no_word_of_a_tool() -> None:
    """Our choice: it is ours, and every tool has it."""
    tool = make.one_tool()
    assert Fields({}).of(tool)["inputs"] == ""


def test_what_is_kept_is_read_back() -> None:
    """Issue 6, Search quality: built lazily or cached."""
    tools = make.toolset({"/orders": {"get": {"summary": "Orders"}}, "/users": {"get": {"description": "People."}}})
    names = [tool.name for tool in tools.tools]
    corpus = read_corpus(tools.tools, {}, {names[0]: NEEDED, names[1]: Capability()})
    assert corpus_of(read_json(write_json(corpus.as_json()))) == corpus


def test_several_are_searched_as_one() -> None:
    """Issue 5, Several APIs: their tools' names differ."""
    entry = read_corpus(make.toolset({"/a": {"get": {}}}).tools, {}, {})
    (name,) = entry.entries
    other = Corpus(entries={"b": entry.entries[name]}, capabilities={"b": NEEDED})
    both = united_corpus([entry, other])
    assert (set(both.entries), both.capabilities) == ({name, "b"}, {"b": NEEDED})


JSON = st.recursive(
    st.none() | st.booleans() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["properties", "items", "allOf", "anyOf", "$ref", "a", "enum"]), inner, max_size=4
        )
    ),
)


@given(JSON)
def test_any_schema_of_an_answer_can_be_searched(schema: object) -> None:
    """Our choice: documents are hostile."""
    made = make.document({"/a": {"get": make.answering(schema)}})
    tools = make.toolset({"/a": {"get": make.answering(schema)}}).tools
    assert set(read_corpus(tools, made.schemas, {}).entries) == {tool.name for tool in tools}
