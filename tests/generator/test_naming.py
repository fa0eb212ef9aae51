"""Names of tools and arguments: legal, unique, and unmoved by a neighbour."""

import re

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from openapi_mcp.generator.naming import argument_names, shorten, tool_names
from openapi_mcp.model.document import Operation

LEGAL_TOOL = re.compile(r"[A-Za-z0-9_-]{1,40}")
LEGAL_ARGUMENT = re.compile(r"[a-zA-Z0-9_.-]{1,64}")


def operation(operation_id: str | None, method: str = "GET", path: str = "/things") -> Operation:
    return Operation(method=method, path=path, pointer="#", operation_id=operation_id)


def name(operation_id: str | None, method: str = "GET", path: str = "/things") -> str:
    return tool_names([operation(operation_id, method, path)])[0]


@pytest.mark.parametrize(
    ("operation_id", "expected"),
    [
        ("customers_list", "customers_list"),
        ("getUser", "getUser"),
        ("get-user", "get-user"),
        ("_hidden", "_hidden"),
        ("x" * 40, "x" * 40),
        ("repos/get", "repos--get"),
        ("repos/get/all-of-it", "repos--get--all-of-it"),
    ],
)
def test_an_operation_id_that_can_stand_stands(operation_id: str, expected: str) -> None:
    """design.md, Tools: a name comes from operationId."""
    assert name(operation_id) == expected


@pytest.mark.parametrize(
    ("operation_id", "start"),
    [
        ("users.get", "users_get_"),
        ("Get all users", "Get_all_users_"),
        ("a--b", "a--b_"),
        ("2fa", "op_2fa_"),
        ("ünïcode", "n_code_"),
        ("用户", "operation_"),
        ("get\n", "get_"),
        ("a/-b", "a_-b_"),
        ("a/b" * 20, "a_ba_ba_ba_ba_ba_ba"),
    ],
)
def test_an_operation_id_that_cannot_stand_is_told_apart_by_a_digest(operation_id: str, start: str) -> None:
    """design.md, Tools: unique, and unchanged when other operations come or go."""
    made = name(operation_id)
    assert made.startswith(start)
    assert re.fullmatch(r"_[a-z2-9]{4}", made[-5:])
    assert name(operation_id, "PUT", "/elsewhere") == made


def test_without_operation_id_method_and_path_make_the_name() -> None:
    """design.md, Tools: else method and path."""
    assert re.fullmatch(r"get_users_by_id_[a-z2-9]{4}", name(None, "GET", "/users/{id}"))
    assert re.fullmatch(r"get_[a-z2-9]{4}", name(None, "GET", "/"))
    assert name(None, "GET", "/users/{id}") != name(None, "GET", "/users/{name}")


def test_an_operation_id_that_two_operations_claim_names_neither() -> None:
    """OAS 3.1.1, Operation Object: operationId MUST be unique."""
    made = tool_names([operation("get", "GET", "/a"), operation("get", "GET", "/b"), operation("other")])
    assert made == [name(None, "GET", "/a"), name(None, "GET", "/b"), "other"]


operation_ids = st.one_of(
    st.none(),
    st.text(max_size=60),
    st.text(alphabet="aB/-_.{} 1", min_size=1, max_size=12),
    st.from_regex(r"[a-zA-Z_]{1,12}(?:[A-Z][a-z]{2,9}){0,9}", fullmatch=True),
)
paths = st.text(alphabet="/ab{}.-%é", max_size=20).map(lambda text: f"/{text}")
operations = st.lists(
    st.builds(operation, operation_ids, st.sampled_from(["GET", "POST"]), paths),
    max_size=12,
    unique_by=lambda op: (op.method, op.path),
)


@settings(deadline=None)
@given(operations)
def test_every_name_is_legal_and_unique(ops: list[Operation]) -> None:
    """Law. security.md 32 R-NAMES; design.md, Tools: [A-Za-z0-9_-], at most 40 characters."""
    names = tool_names(ops)
    assert len(names) == len(ops)
    assert len(set(names)) == len(names)
    assert all(LEGAL_TOOL.fullmatch(made) for made in names)


@settings(deadline=None, max_examples=60)
@given(operations, operations, st.randoms(use_true_random=False))
def test_a_name_is_not_moved_by_what_comes_goes_or_changes_place(
    kept: list[Operation], others: list[Operation], random: "object"
) -> None:
    """Law. design.md, Tools: unchanged when other operations come or go."""
    ids = [op.operation_id for op in (*kept, *others) if op.operation_id is not None]
    assume(len(set(ids)) == len(ids))
    assume(len({(op.method, op.path) for op in (*kept, *others)}) == len(kept) + len(others))
    alone = dict(zip(map(id, kept), tool_names(kept), strict=True))
    together = [*kept, *others]
    random.shuffle(together)  # type: ignore[attr-defined]
    among_others = dict(zip(map(id, together), tool_names(together), strict=True))
    assert {key: among_others[key] for key in alone} == alone


def test_a_client_of_its_own_gets_longer_or_shorter_names() -> None:
    """Issue 3: --client NAME fits names to one client; under the default they stay as they are."""
    long = operation("x" * 60)
    assert tool_names([long], 106) == ["x" * 60]
    assert [len(made) for made in tool_names([long, operation(None, path="/y" * 60)], 20)] == [20, 20]
    assert tool_names([long]) == tool_names([long], 40)


def test_a_name_written_to_agree_with_anothers_digest_takes_nothing_from_it() -> None:
    """security.md 32 R-NAMES: no operation is silently shadowed, whatever the document says."""
    first = operation("users.get", "GET", "/a")
    copy = operation(name("users.get"), "GET", "/b")
    once = tool_names([first, copy])
    assert len(set(once)) == 2
    again = operation(once[0], "GET", "/c")
    everything = tool_names([first, copy, again])
    assert len(set(everything)) == 3
    assert all(LEGAL_TOOL.fullmatch(made) for made in everything)


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("listCoreV1NamespacedPersistentVolumeClaim", 30, "listCoreV1_VolumeClaim"),
        ("short", 30, "short"),
        ("a" * 50, 10, "a" * 10),
        ("getAll" + "x" * 50, 20, "get"),
        ("parseHTTP2ServerAnswerOfTheDay", 24, "parseHTTP2Server_TheDay"),
        ("a" + "_" * 40 + "b", 10, "a_b"),
        ("list_all_the_things_of_this_world_now", 20, "list_all_world_now"),
    ],
)
def test_shortening_keeps_whole_words_and_both_ends(text: str, limit: int, expected: str) -> None:
    """design.md, Tools: shortening keeps whole words and both ends."""
    assert shorten(text, limit) == expected


@settings(deadline=None)
@given(st.from_regex(r"[a-zA-Z][a-zA-Z0-9_-]{0,120}", fullmatch=True), st.integers(8, 60))
def test_a_shortened_name_fits(text: str, limit: int) -> None:
    """Law. design.md, Tools."""
    assert 1 <= len(shorten(text, limit)) <= limit


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ([("query", "page")], ["page"]),
        ([("path", "id"), ("body", "id"), ("query", "filter[name]")], ["id", "body_id", "filter_name"]),
        ([("body", "id"), ("query", "id"), ("path", "id")], ["body_id", "query_id", "id"]),
        ([("query", "$top"), ("query", "top")], ["query_top", "top"]),
        ([("query", "$top"), ("query", "top"), ("query", "top$")], ["query_top", "top", "query_top_2"]),
        ([("path", "id"), ("body", "id"), ("query", "body_id")], ["id", "body_id_2", "body_id"]),
        ([("path", "body"), ("", "body"), ("header", "body")], ["path_body", "body", "header_body"]),
        ([("query", "é"), ("header", "ö")], ["argument", "header_argument"]),
        ([("query", "é")], ["argument"]),
        ([("header", "X-Request.Id")], ["X-Request.Id"]),
        ([("query", "x" * 70)], ["x" * 64]),
        ([("query", "")], ["argument"]),
    ],
)
def test_argument_names_say_where_they_go_only_where_they_collide(
    wanted: list[tuple[str, str]], expected: list[str]
) -> None:
    """design.md, Tools: a collision gets the location as a prefix; illegal names are renamed in the list."""
    assert argument_names(wanted) == expected


wire_names = st.lists(
    st.tuples(
        st.sampled_from(["", "path", "querystring", "query", "header", "cookie", "body"]),
        st.one_of(st.text(max_size=8), st.text(alphabet="ab[$]", max_size=80)),
    ),
    max_size=20,
)


@settings(deadline=None)
@given(wire_names)
@example([("query", "x" * 64)] * 3)
@example([("query", "a_2"), ("query", "a"), ("query", "a"), ("query", "query_a_2")])
def test_every_argument_name_is_legal_and_unique(wanted: list[tuple[str, str]]) -> None:
    """Law. mcp-facts.md section 6: ^[a-zA-Z0-9_.-]{1,64}$."""
    names = argument_names(wanted)
    assert len(names) == len(wanted)
    assert len(set(names)) == len(names)
    assert all(LEGAL_ARGUMENT.fullmatch(made) for made in names)


def test_thousands_of_alike_arguments_get_legal_names_without_delay() -> None:
    """security.md 20 R-ROBUST: any document serves; numbering was quadratic, and went past 64 characters at 1,000."""
    names = argument_names([("query", "x" * 70)] * 20_000)
    assert len(set(names)) == 20_000
    assert max(map(len, names)) == 64


def test_every_letter_of_a_digest_is_as_likely_as_any_other() -> None:
    """Our choice: the digest is the first bits of a hash, none of them fixed. 0.1 % of names agree by chance."""
    made = [name(f"a.{number}") for number in range(2000)]
    assert {one[-4] for one in made} == set("abcdefghijkmnpqrstuvwxyz23456789")


def test_an_operation_is_never_called_as_a_tool_of_our_own() -> None:
    """Issue 4: read_result is ours, in every mode; the name stays a function of the operation alone."""
    made = name("read_result")
    assert re.fullmatch(r"read_result_[a-z2-9]{4}", made)
    assert name("read_result", "PUT", "/elsewhere") == made
    assert tool_names([operation("read_result"), operation("other")]) == [made, "other"]


# --- several APIs ---


def test_the_name_of_an_api_stands_before_those_of_its_tools() -> None:
    """Issue 5, Several APIs: tools prefixed."""
    assert tool_names([operation("orders_list"), operation("repos/get")], prefix="shop_") == [
        "shop_orders_list",
        "shop_repos--get",
    ]


@settings(deadline=None)
@given(operations, st.sampled_from(["a_", "shop_", "shop-admin_", "x" * 15 + "_"]))
def test_a_prefix_stands_whole_and_the_names_stay_legal_and_unique(ops: list[Operation], prefix: str) -> None:
    """Issue 5, Several APIs: shortening keeps the name of the API."""
    made = tool_names(ops, prefix=prefix)
    assert all(one.startswith(prefix) and LEGAL_TOOL.fullmatch(one) for one in made)
    assert len(set(made)) == len(ops)


def test_with_its_prefix_too_an_operation_is_never_called_as_a_tool_of_our_own() -> None:
    """Issue 4: read_result is ours; an API may be called "read", and have a "result"."""
    assert re.fullmatch(r"read_result_[a-z2-9]{4}", tool_names([operation("result")], prefix="read_")[0])
    assert tool_names([operation("read_result")], prefix="shop_") == ["shop_read_result"]
