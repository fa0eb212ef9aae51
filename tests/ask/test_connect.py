"""ask/completions.py: what of pydantic-ai it holds on to. What it does is in test_providers.py, over HTTP."""

import inspect
from dataclasses import fields
from importlib.metadata import version

import pytest
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIStreamedResponse

WITHOUT = (
    "the chunks of compatible servers are not put right with this release: find its new hook for "
    "openapi_mcp/ask/completions.py, or bound pydantic-ai-slim below it in pyproject.toml"
)


@pytest.mark.parametrize(
    ("owner", "name"),
    [
        (OpenAIChatModel, "_streamed_response_cls"),
        (OpenAIStreamedResponse, "_validate_response"),
        (OpenAIChatModel, "_map_model_response"),
    ],
)
def test_a_hook_of_pydantic_ai_is_there_and_is_one(owner: type, name: str) -> None:
    """pydantic-ai's docstrings of both: "This method may be overridden by subclasses". They are no public names."""
    where = f"pydantic-ai {version('pydantic-ai-slim')}: {owner.__name__}.{name}"
    assert hasattr(owner, name), f"{where} is gone; {WITHOUT}"
    said = inspect.getdoc(getattr(owner, name)) or ""
    assert "may be overridden" in said or "may override this method" in said, (
        f"{where} is not said to be a hook any more; {WITHOUT}"
    )


def test_a_stream_of_pydantic_ai_has_its_response() -> None:
    """Its extensions say whether the stream ended with [DONE]."""
    assert "_response" in {field.name for field in fields(OpenAIStreamedResponse)}, WITHOUT
