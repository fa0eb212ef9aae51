"""The law of recovery: every value in a repaired call was given, was looked up, or is one of these, rewritten."""

import re
import unicodedata
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from support.make import BASE_URL, Json, answering, json_body, parameter, toolset
from support.recover import prepared

from openapi_mcp.index.capabilities import find_capabilities
from openapi_mcp.model.call import Call, Failure, FailureKind
from openapi_mcp.model.capability import Capability
from openapi_mcp.model.fault import RULES, Fault
from openapi_mcp.model.policy import Recovering
from openapi_mcp.recovery.recover import recover
from openapi_mcp.recovery.registry import in_order, own_strategies
from openapi_mcp.recovery.steps import MOST_LOOKUPS, Attempt, Found, Learn, Lookup, MayCall
from openapi_mcp.recovery.values import leaves

CUSTOMER: Json = {"type": "object", "properties": {"id": {"type": "integer"}, "name": {"type": "string"}}}
ORDER: Json = {
    "type": "object",
    "required": ["customer_id", "size"],
    "properties": {
        "customer_id": {"type": "integer"},
        "size": {"type": "integer", "maximum": 500},
        "status": {"enum": ["placed", "in_progress", "orders"]},
        "due": {"type": "string", "format": "date"},
        "gift": {"type": "boolean"},
        "tags": {"type": "array", "items": {"type": "string"}},
        "weight_kg": {"type": "number", "description": "In kg."},
        "address": {"type": "object", "properties": {"city": {"type": "string"}}},
    },
}
TOOLS = toolset(
    {
        "/customers": {
            "get": {
                "operationId": "customers",
                "parameters": [parameter("search")],
                **answering({"type": "array", "items": CUSTOMER}),
            }
        },
        "/orders": {
            "post": {"operationId": "order", "requestBody": {"required": True, "content": json_body(ORDER)}},
        },
    }
)
KNOWN = find_capabilities(TOOLS.tools, {})
STRATEGIES = in_order(own_strategies(), Recovering())

NAMES = st.sampled_from(
    ("customer_id", "customerId", "customer", "size", "Size", "sizes", "status", "due", "gift", "tags", "weight_kg",
     "weight", "address", "city", "body", "order", "url", "x")
)  # fmt: skip
TEXTS = st.sampled_from(
    ("Bob", "bob ", "5", "5.0", "5 kg", "1,200", "true", "yes", "Placed", "in progress", "order", "2026-11-21",
     "21 November 2026", "03/04/2026", '["a","b"]', '{"city": "Porto"}', "a,b", "", "Porto", "/orders/17", "7,8",
     f"{BASE_URL}/customers/17", "null", "12.50", "Bob's latest order", "bob@example.com")
)  # fmt: skip
PLAIN = (
    st.none() | st.booleans() | st.integers(-5, 1000) | st.floats(-5, 5).map(lambda number: round(number, 1)) | TEXTS
)
VALUES = PLAIN | st.lists(PLAIN, max_size=2) | st.dictionaries(NAMES, PLAIN, max_size=3)
NEARLY: tuple[Json, ...] = (
    {"customer_id": "Bob", "size": 3}, {"customer_id": 7, "size": "5"}, {"customerId": "7", "size": "5 "},
    {"order": {"customer_id": 7, "size": 3}}, {"customer_id": 7, "size": 3, "status": "Placed"},
    {"customer_id": 7, "size": 3, "due": "21 November 2026"}, {"customer": "Bob", "Size": 3, "tags": "a,b"},
    {"customer_id": 7, "size": "1,200", "weight_kg": "5 kg"}, {"customer_id": "/customers/17", "size": [3]}, {},
)  # fmt: skip
ARGUMENTS = st.builds(
    lambda nearly, more: {**nearly, **more}, st.sampled_from(NEARLY), st.dictionaries(NAMES, VALUES, max_size=2)
)
ITEMS = st.lists(
    st.fixed_dictionaries({"id": st.integers(900, 999), "name": st.sampled_from(("Bob", "Ana", "order", "7,8"))}),
    max_size=3,
)
FAULTS = st.lists(
    st.builds(
        Fault,
        path=st.sampled_from(sorted(ORDER["properties"])).map(lambda name: (name,)),
        rule=st.sampled_from(sorted(RULES)),
        limit=st.sampled_from((None, 3, "date", "integer", ("Placed", "admin"), ("small", "large"))),
    ),
    max_size=2,
)


def canonical(value: object) -> str:
    """Return letters and digits alone, without case and accents."""
    plain = unicodedata.normalize("NFKD", str(value)).casefold()
    return "".join(char for char in plain if char.isalnum())


def numbers(value: object) -> set[Decimal]:
    """Return the numbers that a value holds, groups of thousands taken together too."""
    found = re.findall(r"-?\d[\d.,]*\d|-?\d", str(value))
    read = set()
    for text in (*found, *(text.replace(",", "") for text in found)):
        try:
            read.add(Decimal(text))
        except InvalidOperation:
            continue
    return read


def is_derived(value: Any, sources: Iterable[Any]) -> bool:
    """True for a value that was there, or is one of these in another form."""
    sources = list(sources)
    if isinstance(value, bool):
        words = {canonical(each) for each in sources}
        said = {"true", "yes", "on", "y"} if value else {"false", "no", "off", "n"}
        return bool(words & said) or any(Decimal(value) in numbers(each) for each in sources)
    if isinstance(value, int | float):
        return any(Decimal(str(value)) in numbers(each) for each in sources if not isinstance(each, bool))
    wanted = canonical(value)
    if any(wanted in canonical(each) or canonical(each) == wanted.removesuffix("s") for each in sources):
        return True
    day = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", str(value))
    return day is not None and any({Decimal(part) for part in day.groups()[::2]} <= numbers(each) for each in sources)


@settings(max_examples=250, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(arguments=ARGUMENTS, items=ITEMS, refusals=st.lists(FAULTS, min_size=1, max_size=4))
def test_every_value_of_a_repaired_call_was_there(
    arguments: Json, items: list[Json], refusals: list[list[Fault]]
) -> None:
    """style.md, Tests: in the input, in a looked-up result, or one of these rewritten without loss."""
    first = prepared(TOOLS, "order", arguments)
    if not isinstance(first, Failure):
        return
    sources = [*leaves(arguments), *_names(arguments)]
    lookups = attempts = 0
    flow = recover(Call(tool="order", arguments=arguments), first, TOOLS.by_name, STRATEGIES, Recovering(), BASE_URL)
    answer: Any = None
    outcome: Any = None
    try:
        while True:
            step = flow.send(answer)
            match step:
                case Attempt():
                    answer = prepared(TOOLS, "order", step.call.arguments)
                    if not isinstance(answer, Failure):
                        strange = [each for each in leaves(answer.arguments) if not is_derived(each, sources)]
                        assert strange == []
                        faults = tuple(refusals[attempts % len(refusals)])
                        attempts += 1
                        answer = Failure(kind=FailureKind.REJECTED, message="no", status=422, attempts=1, faults=faults)
                case Lookup():
                    assert step.call.tool == "customers"
                    lookups += 1
                    sources += leaves(items)
                    answer = Found(value=list(items))
                case Learn():
                    answer = lambda name: KNOWN.get(name, Capability())  # noqa: E731
                case MayCall():
                    answer = True
                case _:
                    answer = None
    except StopIteration as done:
        outcome = done.value.outcome
    event(f"{attempts} attempts, {lookups} lookups")
    assert isinstance(outcome, Failure)
    assert lookups <= MOST_LOOKUPS
    assert attempts <= 3


def _names(arguments: Any) -> list[str]:
    """Return the names in arguments: one may hold what a value is of."""
    if isinstance(arguments, dict):
        return [name for key, value in arguments.items() for name in (key, *_names(value))]
    return [name for item in arguments for name in _names(item)] if isinstance(arguments, list) else []
