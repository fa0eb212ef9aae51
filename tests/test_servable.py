"""What must be there before a document is served."""

from typing import Any

import pytest
from support.make import document, toolset

from openapi_mcp.config import Config
from openapi_mcp.errors import ConfigError
from openapi_mcp.model.policy import Recovering, Selection
from openapi_mcp.servable import parts_of, require_extras, require_tools

WRITES: dict[str, Any] = {"/a": {"post": {}}, "/b": {"delete": {}}}


def test_a_document_of_which_nothing_became_a_tool_is_refused_with_the_reasons() -> None:
    """design.md, Safety: read-only unless opted in, and nothing is dropped in silence."""
    with pytest.raises(ConfigError, match="no operation became a tool: ") as caught:
        require_tools(toolset(WRITES, selection=Selection()), document(WRITES))
    assert caught.value.hint
    assert "--methods" in caught.value.hint


def test_a_document_without_operations_is_served_empty() -> None:
    """Our choice: there is nothing that was left out."""
    require_tools(toolset({}), document({}))


def test_a_strategy_that_is_named_and_not_installed_ends_the_start() -> None:
    """Issue 6, pluggable: the operator hears of it before the first call."""
    with pytest.raises(ConfigError, match="nobody_has_it"):
        require_extras(Config(recovery=Recovering(only=("nobody_has_it",))))


def test_a_list_whose_origin_is_not_known_has_no_parts() -> None:
    """Our choice: then a new one replaces it, whatever is missing in that."""
    assert parts_of(None) == ()
