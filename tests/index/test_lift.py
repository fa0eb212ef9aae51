"""index/lift.py."""

from openapi_mcp.index.corpus import Corpus, Entry
from openapi_mcp.index.lift import lifted, usual_needs
from openapi_mcp.index.search import Index
from openapi_mcp.model.capability import Capabilities, Capability, Need, Producer


def need(argument: str, *makers: str, is_required: bool = True) -> Need:
    producers = tuple(Producer(tool=maker, method="GET", path=f"/{maker}", field="id") for maker in makers)
    return Need(argument=argument, entity=argument, producers=producers, is_required=is_required)


CAPABILITIES: Capabilities = {
    "refund": Capability(needs=(need("order", "orders", "recent", "find"), need("reason", is_required=True))),
    "orders": Capability(),
    "recent": Capability(),
    "find": Capability(finds=("q",)),
}


def test_what_yields_what_the_best_needs_is_lifted() -> None:
    """Issue 6, Search quality: producers of what the best hits need are lifted."""
    found = lifted({"refund": 1.0, "other": 0.2}, CAPABILITIES, by_name=False)
    assert 0.2 < found["orders"] < 1.0
    assert "recent" not in found
    assert "find" not in found


def test_of_those_that_yield_the_same_the_one_that_fits_the_request_is_lifted() -> None:
    """Our choice: "refund the most recent order"."""
    found = lifted({"refund": 1.0, "recent": 0.5}, CAPABILITIES, by_name=False)
    assert found["recent"] > 0.5
    assert "orders" not in found


def test_what_finds_things_by_words_is_lifted_where_the_request_has_a_name() -> None:
    """Issue 6, Needs and yields: search inputs mark a way from words to ids."""
    found = lifted({"refund": 1.0}, CAPABILITIES, by_name=True)
    assert found["refund"] > found["find"] > found["orders"]


def test_a_tool_that_ranks_higher_by_itself_stays_there() -> None:
    """Our choice."""
    assert lifted({"refund": 1.0, "orders": 0.95}, CAPABILITIES, by_name=False)["orders"] == 0.95


def test_a_need_that_nothing_yields_lifts_nothing() -> None:
    """Our choice."""
    assert lifted({"a": 1.0}, {"a": Capability(needs=(need("x"),))}, by_name=True) == {"a": 1.0}
    assert lifted({"a": 1.0}, {}, by_name=True) == {"a": 1.0}


def test_a_need_that_can_be_left_out_counts_too() -> None:
    """Our choice: most arguments that are needed to do what a person wants are not required."""
    capabilities = {"a": Capability(needs=(need("order", "orders", is_required=False),)), "orders": Capability()}
    assert "orders" in lifted({"a": 1.0}, capabilities, by_name=False)


def test_what_a_great_part_of_all_tools_need_is_no_step() -> None:
    """Our choice: every call of some APIs names an account or a project."""
    account = Capability(needs=(need("account", "accounts"), need("order", "orders")))
    capabilities = {f"t{index}": account for index in range(10)}
    assert usual_needs(capabilities) == frozenset()
    capabilities |= {f"o{index}": Capability() for index in range(12)}
    assert usual_needs(capabilities) == {"account", "order"}
    assert "accounts" not in lifted({"t1": 1.0}, capabilities, frozenset({"account"}), by_name=False)
    assert "orders" in lifted({"t1": 1.0}, capabilities, frozenset({"account"}), by_name=False)


def entry(**fields: str) -> Entry:
    counted = {name: dict.fromkeys(text.split(), 1) for name, text in fields.items()}
    return Entry(method="GET", fields=counted, about="")


CORPUS = Corpus(
    entries={
        "refund": entry(summary="refund order"),
        "orders": entry(summary="list"),
        "recent": entry(),
        "find": entry(),
    },
    capabilities=CAPABILITIES,
)


def test_a_search_brings_along_what_comes_before_its_best_hit() -> None:
    """Issue 6, Search quality."""
    assert [hit.tool for hit in Index(CORPUS).search("refund the order").hits] == ["refund", "orders"]
    assert [hit.tool for hit in Index(CORPUS).search("refund the order of Ana").hits] == ["refund", "find", "orders"]


def test_what_a_caller_may_not_use_is_not_lifted() -> None:
    """security.md: a hidden tool is not told of."""
    hits = Index(CORPUS).search("refund the order", allowed=lambda name: name != "orders").hits
    assert [hit.tool for hit in hits] == ["refund"]


def test_a_request_with_an_id_needs_nothing_before() -> None:
    """Our choice: a request of one step that has a number may give what is needed."""
    assert [hit.tool for hit in Index(CORPUS).search("refund order 17").hits] == ["refund"]
