"""index/lift.py."""

from openapi_mcp.index.corpus import Corpus, Entry
from openapi_mcp.index.lift import Lift
from openapi_mcp.index.search import Index
from openapi_mcp.model.capability import Capabilities, Capability, Need, Producer


def need(argument: str, *makers: str, is_required: bool = True) -> Need:
    producers = tuple(Producer(tool=maker, method="GET", path=f"/{maker}", field="id") for maker in makers)
    return Need(argument=argument, entity=argument, producers=producers, is_required=is_required)


def lifted(
    scores: dict[str, float], capabilities: Capabilities | None = None, *, by_name: bool = False
) -> dict[str, float]:
    return Lift(CAPABILITIES if capabilities is None else capabilities).lifted(scores, by_name=by_name)


CAPABILITIES: Capabilities = {
    "refund": Capability(needs=(need("order", "orders", "recent", "find"), need("reason", is_required=True))),
    "orders": Capability(),
    "recent": Capability(),
    "find": Capability(finds=("q",)),
}


def test_what_yields_what_the_best_needs_is_lifted() -> None:
    """Issue 6, Search quality: producers of what the best hits need are lifted."""
    found = lifted({"refund": 1.0, "other": 0.2})
    assert 0.2 < found["orders"] < 1.0
    assert "recent" not in found
    assert "find" not in found


def test_of_those_that_yield_the_same_the_one_that_fits_the_request_is_lifted() -> None:
    """Our choice: "refund the most recent order"."""
    found = lifted({"refund": 1.0, "recent": 0.5})
    assert found["recent"] > 0.5
    assert "orders" not in found


def test_what_finds_things_by_words_is_lifted_where_the_request_has_a_name() -> None:
    """Issue 6, Needs and yields: search inputs mark a way from words to ids."""
    found = lifted({"refund": 1.0}, by_name=True)
    assert found["refund"] > found["find"] > found["orders"]


def test_a_tool_that_ranks_higher_by_itself_stays_there() -> None:
    """Our choice."""
    assert lifted({"refund": 1.0, "orders": 0.95})["orders"] == 0.95


def test_a_need_that_nothing_yields_lifts_nothing() -> None:
    """Our choice."""
    assert lifted({"a": 1.0}, {"a": Capability(needs=(need("x"),))}, by_name=True) == {"a": 1.0}
    assert lifted({"a": 1.0}, {}, by_name=True) == {"a": 1.0}


def test_a_need_that_can_be_left_out_counts_too() -> None:
    """Our choice: most arguments that are needed to do what a person wants are not required."""
    capabilities = {"a": Capability(needs=(need("order", "orders", is_required=False),)), "orders": Capability()}
    assert "orders" in lifted({"a": 1.0}, capabilities)


def test_what_a_great_part_of_all_tools_need_is_no_step() -> None:
    """Our choice: every call of some APIs names an account or a project."""
    both = Capability(needs=(need("account", "accounts"), need("order", "orders")))
    accounts = Capability(needs=(need("account", "accounts"),))
    makers = {"accounts": Capability(), "orders": Capability()}
    few = makers | {f"t{index}": both for index in range(10)}
    assert lifted({"t1": 1.0}, few).keys() == {"t1", "accounts", "orders"}
    many = makers | {"t1": both} | {f"a{index}": accounts for index in range(20)}
    assert lifted({"t1": 1.0}, many).keys() == {"t1", "orders"}


def test_of_what_can_be_left_out_that_counts_which_others_need() -> None:
    """Our choice: the customer of an invoice, and not its template, is a step before it."""
    loose = [need(name, f"{name}s", is_required=False) for name in ("template", "colour", "customer")]
    needing = Capability(needs=(need("customer", "customers"),))
    capabilities = {"invoice": Capability(needs=tuple(loose)), "a": needing, "b": needing, "customers": Capability()}
    capabilities |= {"templates": Capability(), "colours": Capability()}
    assert lifted({"invoice": 1.0}, capabilities).keys() == {"invoice", "customers", "templates"}


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
    """Our choice: a request of one step that gives an id gives what is needed."""
    assert [hit.tool for hit in Index(CORPUS).search("refund order #17").hits] == ["refund"]
