"""Whose things a path is about."""

import pytest

from openapi_mcp.index.entities import segments
from openapi_mcp.index.whose import Whose, whose


def told(path: str) -> Whose:
    return whose(path, segments(path))


@pytest.mark.parametrize("path", ["/me", "/v1/user", "/users/me", "/me/profile", "/account/self", "/Me"])
def test_who_calls_is_who_a_path_that_ends_with_a_word_for_them_answers(path: str) -> None:
    """Our choice: words that documents have for whoever calls."""
    assert told(path) == Whose(is_own=True, is_oneself=True)


@pytest.mark.parametrize("path", ["/me/albums", "/user/repos", "/my/orders"])
def test_what_belongs_to_who_calls_is_not_who_calls(path: str) -> None:
    """Our choice: /me/albums answers albums."""
    assert told(path) == Whose(is_own=True)


@pytest.mark.parametrize("path", ["/users", "/users/{id}", "/teams/{id}/members/{member}/rights/me", "/"])
def test_other_paths_are_about_anybody(path: str) -> None:
    """Our choice: only the first segments say it."""
    assert told(path) == Whose()


@pytest.mark.parametrize("path", ["/admin/users", "/api/v2/admin.users.list"])
def test_some_paths_are_for_those_who_run_the_place(path: str) -> None:
    """Our choice: a path with points in it, as remote calls have them, is read like one with slashes."""
    assert told(path) == Whose(is_privileged=True)
