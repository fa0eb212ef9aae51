"""Laws of the strategies that rewrite values: what they return says what was given, by a reading of our own."""

import base64
import re
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal, InvalidOperation
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st
from support.make import Json
from support.repair import preparer, sent, taking

from openapi_mcp.model.call import Call, Failure

quick = settings(max_examples=150, deadline=None)
MONTHS = ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
          "November", "December")  # fmt: skip
SCHEMAS: tuple[Json, ...] = (
    {"type": "integer"},
    {"type": "number"},
    {"type": "boolean"},
    {"type": "string"},
    {"type": "string", "pattern": "^[A-Za-z]+$"},
    {"type": "string", "enum": ["active", "on-hold", "In Progress", "a", "A1", "-a", "10", "1-0"]},
    {"type": "integer", "enum": [1, 2]},
    {"type": "array", "items": {"type": "integer"}},
    {"type": "array", "items": {"type": "string", "enum": ["red", "light-blue"]}},
    {"type": "object"},
    {"type": "string", "format": "date"},
    {"type": "string", "format": "byte"},
    {"type": "string", "format": "uuid"},
    {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    {"anyOf": [{"type": "boolean"}, {"type": "number"}]},
)
texts = st.one_of(
    st.text(max_size=12),
    st.text(alphabet="0123456789.,-+eE '%kg$", max_size=10),
    st.text(alphabet="aA1 -_ontiveOHldgres,\"'", max_size=14),
    st.sampled_from(["Active", "on hold", "InProgress", "ON_HOLD", '"active"', " a ", "RED", "light blue,red", "1,2"]),
    st.integers().map(str),
    st.floats(allow_nan=False).map(str),
)
leaves = st.one_of(texts, st.integers(), st.floats(allow_nan=False, allow_infinity=False), st.booleans())
values = st.one_of(leaves, st.lists(leaves, max_size=3), st.dictionaries(st.sampled_from(["a", "value"]), leaves))


def number(text: str) -> Decimal | None:
    try:
        return Decimal(text) if re.fullmatch(r"[-+.0-9eE]+", text) else None
    except InvalidOperation:
        return None


def readings(value: Any) -> list[list[Any]]:
    """Return what a value can say, whatever its type: its letters and digits in one case, a number by what it is worth.

    An array, or an object of one field, is what it holds. A text with commas is its parts, or one number.
    """
    match value:
        case bool() | None:
            return [[{True: Decimal(1), False: Decimal(0), None: "null"}[value]]]
        case list() | dict():
            items = value if isinstance(value, list) else list(value.values())
            return [[part for item in items for part in readings(item)[0]]]
        case int() | float():
            return [[Decimal(repr(value))]]
    plain = re.sub(r"[\s_\"'`\u2018-\u201d]", "", str(value))
    numbers = {plain.replace(",", ""), plain.replace(".", "").replace(",", "."), plain.replace(".", "")}
    wholes = [[found] for text in numbers if not plain.isdigit() and (found := number(text)) is not None]
    return [[_word(part) for part in plain.split(",")], *wholes]


def _word(text: str) -> Any:
    if text.lower() in ("true", "false"):
        return Decimal(text.lower() == "true")
    plain = "".join(char for char in unicodedata.normalize("NFKD", text) if not unicodedata.combining(char))
    found = number(text)
    return found if found is not None else re.sub(r"(?<=\D)-|-(?=\D)", "", plain).casefold().rstrip("s") or "null"


def says_the_same(one: Any, other: Any) -> bool:
    """True where a value is one of the readings of another."""
    return readings(other)[0] in readings(one)


@quick
@given(st.sampled_from(SCHEMAS[:9] + SCHEMAS[-2:]), values)
def test_whatever_is_sent_says_what_was_given(schema: Json, value: Any) -> None:
    """style.md, Tests: every value in a recovered call was in the input, or is one of these rewritten without loss."""
    tool = taking(schema)
    if not isinstance(preparer(tool).prepare(call_of(tool.name, value)), Failure):
        return
    outcome = sent(tool, {"a": value})
    if not isinstance(outcome, Failure) and "a" in outcome:
        assert says_the_same(value, outcome["a"]), (schema, value, outcome["a"])


def call_of(name: str, value: Any) -> Any:
    return Call(tool=name, arguments={"a": value})


@quick
@given(
    st.dates(),
    st.sampled_from(["{d} {M} {y}", "{M} {d}, {y}", "{y}/{m}/{d}", "{d}.{m}.{y}", "{m}/{d}/{y}", "{y}{m}{d}"]),
)
def test_a_date_stays_the_day_that_it_was_or_is_left(day: date, form: str) -> None:
    """Issue 7, Recover, 2: never `03/04/2026`."""
    name = MONTHS[day.month - 1]
    text = form.format(d=f"{day.day:02}", m=f"{day.month:02}", y=f"{day.year:04}", M=name)
    outcome = sent(taking({"type": "string", "format": "date"}), {"a": text})["a"]
    is_unclear = form[-3:] == "{y}" and "{M}" not in form and day.day <= 12 and day.day != day.month
    assert outcome == (text if is_unclear else day.isoformat())


zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@quick
@given(
    st.datetimes(min_value=datetime(1000, 1, 1), timezones=zones),
    st.sampled_from(["%Y-%m-%d %H:%M:%S%z", "%d %b %Y %H:%M:%S %z", "%b %d, %Y %I:%M:%S %p %z"]),
)
def test_a_time_stays_the_instant_that_it_was(moment: datetime, form: str) -> None:
    """Issue 7, Recover, 2."""
    moment = moment.replace(microsecond=0)
    outcome = sent(taking({"type": "string", "format": "date-time"}), {"a": moment.strftime(form)})["a"]
    assert datetime.fromisoformat(outcome) == moment
    assert datetime.fromisoformat(outcome).astimezone(UTC).utcoffset() == timedelta(0)


@quick
@given(st.binary(min_size=1, max_size=200), st.booleans(), st.booleans(), st.booleans())
def test_base64_stays_the_bytes_that_it_was_or_is_left(
    data: bytes, is_url: bool, is_padded: bool, is_data: bool
) -> None:
    """Issue 7, Recover, 2."""
    text = (base64.urlsafe_b64encode if is_url else base64.b64encode)(data).decode()
    text = ("data:;base64," if is_data else "") + (text if is_padded else text.rstrip("="))
    tool = taking({"type": "string", "format": "byte"})
    if isinstance(preparer(tool).prepare(call_of(tool.name, text)), Failure):
        outcome = sent(tool, {"a": text})["a"]
        assert outcome in (text, base64.b64encode(data).decode())


@quick
@example("ai_aggk")  # its bytes can be read
@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz-_ ", min_size=1, max_size=30))
def test_words_are_never_taken_for_base64(text: str) -> None:
    """Issue 7: 0 wrong repairs."""
    tool = taking({"type": "string", "format": "byte"})
    if isinstance(preparer(tool).prepare(call_of(tool.name, text)), Failure):
        assert sent(tool, {"a": text})["a"] in (text, text.strip())


@quick
@given(st.decimals(min_value=-(10**9), max_value=10**9, places=2), st.sampled_from([",", " ", "_", "'"]))
def test_a_number_with_its_thousands_divided_stays_what_it_is(amount: Decimal, gap: str) -> None:
    """Issue 7, Recover, 2; "1,299" alone may be another number."""
    text = f"{amount:,}".replace(",", gap)
    tool = taking({"type": "number"})
    outcome = sent(tool, {"a": text})
    assert Decimal(repr(outcome["a"])) == amount
