"""Which operations become tools."""

from typing import Any

import pytest
from support.make import toolset

from openapi_mcp.generator.select import matches
from openapi_mcp.model.document import Operation
from openapi_mcp.model.policy import METHODS, Selection

PATHS = {
    "/orders": {
        "get": {"operationId": "orders_list", "tags": ["orders"]},
        "post": {"operationId": "orders_create", "tags": ["orders"]},
    },
    "/orders/{id}": {
        "get": {"operationId": "orders_get", "tags": ["orders"]},
        "head": {"operationId": "orders_head"},
        "delete": {"operationId": "orders_delete", "tags": ["admin"]},
        "parameters": [{"name": "id", "in": "path", "required": True, "schema": {"type": "string"}}],
    },
    "/health": {"get": {}},
}


def names(**selection: object) -> list[str]:
    made = toolset(PATHS, selection=Selection(**selection))  # type: ignore[arg-type]
    return [f"{tool.operation.method} {tool.operation.path}" for tool in made.tools]


def test_only_reading_operations_become_tools_by_default() -> None:
    """security.md 13 R-SAFE."""
    assert names() == ["GET /orders", "GET /orders/{id}", "HEAD /orders/{id}", "GET /health"]


def test_a_method_becomes_tools_when_it_is_opted_in() -> None:
    """design.md, Options: --methods."""
    assert names(methods=frozenset({"DELETE"})) == ["DELETE /orders/{id}"]


@pytest.mark.parametrize(
    ("include", "expected"),
    [
        (("/orders",), ["GET /orders"]),
        (("/orders/*",), ["GET /orders/{id}", "HEAD /orders/{id}"]),
        (("tag:orders",), ["GET /orders", "GET /orders/{id}"]),
        (("op:orders_*",), ["GET /orders", "GET /orders/{id}", "HEAD /orders/{id}"]),
        (("op:orders_list", "/health"), ["GET /orders", "GET /health"]),
        (("tag:nothing",), []),
        (("tag:Orders",), []),
    ],
)
def test_include_keeps_only_what_a_pattern_names(include: tuple[str, ...], expected: list[str]) -> None:
    """design.md, Options: `/path/*`, `tag:NAME`, `op:GLOB`."""
    assert names(include=include) == expected


def test_exclude_wins_over_include() -> None:
    """design.md, Options: exclude wins."""
    assert names(include=("/orders*",), exclude=("op:orders_list",)) == ["GET /orders/{id}", "HEAD /orders/{id}"]


@pytest.mark.parametrize(
    ("given", "added"),
    [
        ({"allow": ("POST /orders",)}, {"POST /orders"}),
        ({"allow": ("/orders",)}, {"POST /orders"}),
        ({"allow": ("tag:admin",)}, {"DELETE /orders/{id}"}),
        ({"allow": ("op:orders_c*",)}, {"POST /orders"}),
        ({"allow": ("POST *", "DELETE tag:admin")}, {"POST /orders", "DELETE /orders/{id}"}),
        ({"allow": ("PUT /orders",)}, set()),
        ({"allow": ("*",), "exclude": ("DELETE *",)}, {"POST /orders"}),
    ],
)
def test_allow_adds_what_a_pattern_names_whatever_its_method(given: dict[str, Any], added: set[str]) -> None:
    """Issue 5, Writes: opt-in by method, tag, path or operation; exclude wins."""
    assert set(names(**given)) == {*names(), *added}


def test_where_there_are_include_patterns_one_of_them_must_name_what_is_allowed_too() -> None:
    """Our choice: include narrows everything, allow widens the methods and nothing else."""
    assert names(include=("/orders",), allow=("POST *", "DELETE *")) == ["GET /orders", "POST /orders"]


def test_include_and_exclude_take_a_method_too() -> None:
    """Our choice: the same patterns everywhere."""
    assert names(include=("GET /orders*",)) == ["GET /orders", "GET /orders/{id}"]
    assert names(exclude=("HEAD *", "GET /health")) == ["GET /orders", "GET /orders/{id}"]


def test_a_pattern_of_allow_that_names_nothing_is_warned_about() -> None:
    """style.md, Errors: nothing is dropped in silence."""
    made = toolset(PATHS, selection=Selection(allow=("PUT /orders", "POST /orders")))
    assert [problem.message for problem in made.problems] == ["--allow 'PUT /orders' matches no operation"]


def test_an_operation_without_operation_id_is_named_by_no_op_pattern_but_the_widest() -> None:
    """Our choice."""
    assert names(include=("op:*",)) == ["GET /orders", "GET /orders/{id}", "HEAD /orders/{id}", "GET /health"]
    assert names(include=("op:?*",)) == ["GET /orders", "GET /orders/{id}", "HEAD /orders/{id}"]


def test_what_is_left_out_says_why() -> None:
    """style.md, Errors: nothing is dropped in silence."""
    made = toolset(PATHS, selection=Selection(include=("/orders*",), exclude=("tag:admin", "op:orders_head")))
    assert [(s.method, s.path, s.pointer, s.reason) for s in made.skipped] == [
        ("POST", "/orders", "#/paths/~1orders/post", "method POST is not enabled (--methods, --allow)"),
        ("HEAD", "/orders/{id}", "#/paths/~1orders~1{id}/head", "excluded by 'op:orders_head' (--exclude)"),
        (
            "DELETE",
            "/orders/{id}",
            "#/paths/~1orders~1{id}/delete",
            "method DELETE is not enabled (--methods, --allow)",
        ),
        ("GET", "/health", "#/paths/~1health/get", "matches no --include pattern"),
    ]


def test_every_operation_is_a_tool_or_is_named_as_left_out() -> None:
    """style.md, Errors: nothing is dropped in silence."""
    made = toolset(PATHS, selection=Selection(methods=frozenset(METHODS), exclude=("/orders/*",)))
    assert len(made.tools) + len(made.skipped) == 6


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("/orders/{id}", True),
        ("/orders/*", True),
        ("/orders", False),
        ("*", True),
        ("/ORDERS/*", False),
        ("tag:a:b", True),
        ("tag:a", False),
        ("op:getOrder", True),
        ("op:get*", True),
        ("op:getorder", False),
        ("other:x", False),
        ("GET /orders/*", True),
        ("GET op:get*", True),
        ("POST /orders/*", False),
        ("GET /orders", False),
    ],
)
def test_a_pattern_is_read_by_what_stands_before_its_first_colon(pattern: str, expected: bool) -> None:
    """design.md, Options. A tag may hold a colon itself."""
    operation = Operation(
        method="GET", path="/orders/{id}", pointer="#", operation_id="getOrder", tags=("a:b",), description="x"
    )
    assert matches(pattern, operation) is expected
