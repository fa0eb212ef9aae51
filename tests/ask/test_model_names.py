"""The models of the command line: --model, --model-url, --model-key and the variables."""

from pathlib import Path
from typing import Any

import pytest

from openapi_mcp.ask.names import ModelName, Wire, read_models
from openapi_mcp.errors import ConfigError, CredentialsError, ExitCode, OpenapiMcpError
from openapi_mcp.references import read_secret

KEYS = {"ANTHROPIC_API_KEY": "sk-ant-1234", "OPENAI_API_KEY": "sk-oa-1234"}
OLLAMA = "http://127.0.0.1:11434/v1"


def read(*models: str, urls: Any = (), keys: Any = (), environ: Any = None) -> tuple[ModelName, ...]:
    return read_models(models, urls, keys, KEYS if environ is None else environ, read_secret)


def key(model: ModelName) -> str | None:
    return model.key.reveal() if model.key else None


def refused(*models: str, **rest: Any) -> OpenapiMcpError:
    with pytest.raises(OpenapiMcpError) as caught:
        read(*models, **rest)
    return caught.value


def test_a_provider_before_the_name_says_where_the_model_is() -> None:
    """Issue 11: --model anthropic:NAME; it is repeatable: primary, then secondary."""
    first, second = read("anthropic:claude-x", "openai:gpt-x")
    assert (first.name, first.id, first.wire, first.url) == (
        "anthropic:claude-x",
        "claude-x",
        Wire.ANTHROPIC,
        "https://api.anthropic.com",
    )
    assert (second.id, second.wire, second.url) == ("gpt-x", Wire.OPENAI, "https://api.openai.com/v1")
    assert (key(first), key(second)) == ("sk-ant-1234", "sk-oa-1234")
    assert first.is_at_home
    assert second.is_at_home


def test_a_url_is_where_the_models_without_a_provider_are() -> None:
    """Issue 11: any OpenAI-compatible URL (Ollama, vLLM and others, --model-url)."""
    local, remote = read("qwen3:8b", "openai:gpt-x", urls=[OLLAMA + "/"])
    assert (local.name, local.id, local.url, local.wire) == ("qwen3:8b", "qwen3:8b", OLLAMA, Wire.OPENAI)
    assert (key(local), local.is_named_url, local.is_at_home) == (None, True, False)
    assert (remote.is_at_home, key(remote)) == (True, "sk-oa-1234")


def test_where_all_have_a_provider_a_url_is_where_the_openai_ones_are() -> None:
    """Our choice; OpenAI's key does not go there."""
    one, other = read("openai:llama", "anthropic:claude-x", urls=[OLLAMA])
    assert (one.id, one.url, key(one)) == ("llama", OLLAMA, None)
    assert other.is_at_home


def test_a_url_may_be_one_models() -> None:
    """Our choice: --model-url MODEL=URL."""
    one, other, third = read(
        "anthropic:x", "qwen3:8b", "llama", urls=["anthropic:x=https://proxy.example/a=b", f"qwen3:8b={OLLAMA}", OLLAMA]
    )
    assert (one.url, key(one), one.wire) == ("https://proxy.example/a=b", None, Wire.ANTHROPIC)
    assert (other.url, third.url) == (OLLAMA, OLLAMA)


def test_the_variables_of_the_services_say_where_they_are_and_the_key_goes_there() -> None:
    """As the SDKs read them: who sets both means both."""
    environ = {**KEYS, "ANTHROPIC_BASE_URL": "http://127.0.0.1:1/", "OPENAI_BASE_URL": "http://127.0.0.1:2/v1"}
    one, other = read("anthropic:x", "openai:y", environ=environ)
    assert (one.url, key(one)) == ("http://127.0.0.1:1", "sk-ant-1234")
    assert (other.url, key(other)) == ("http://127.0.0.1:2/v1", "sk-oa-1234")
    assert not one.is_at_home


def test_a_url_is_stronger_than_the_variable_and_openais_own_takes_its_key() -> None:
    """Our choice: flags before the environment; a key goes to the origin that it is for."""
    (model,) = read("gpt-x", urls=["https://API.openai.com/v1"], environ={**KEYS, "OPENAI_BASE_URL": OLLAMA})
    assert (model.url, key(model)) == ("https://API.openai.com/v1", "sk-oa-1234")
    (plain,) = read("gpt-x", urls=["http://api.openai.com/v1"])
    assert key(plain) is None  # another origin: in the clear


def test_a_key_may_be_given(tmp_path: Path) -> None:
    """Our choice: --model-key VALUE, env:NAME, file:PATH, each also of one model."""
    (tmp_path / "key").write_text("of-a-file=\n")
    environ = {**KEYS, "MINE": "of-env"}
    one, other, third = read(
        "a:1",
        "b",
        "anthropic:x",
        urls=[OLLAMA],
        keys=["a:1=env:MINE", f"file:{tmp_path / 'key'}", "anthropic:x=sk-other"],
        environ=environ,
    )
    assert (key(one), key(other), key(third)) == ("of-env", "of-a-file=", "sk-other")
    (only,) = read("openai:x", keys=["sk-given=="], environ={})
    assert key(only) == "sk-given=="


def test_a_missing_key_is_said_before_anything_is_sent() -> None:
    """Issue 11: bad credentials end with a clear message."""
    error = refused("anthropic:x", environ={})
    assert (error.exit_code, error.where) == (ExitCode.CREDENTIALS, "ANTHROPIC_API_KEY")
    assert "ANTHROPIC_API_KEY" in (error.hint or "")
    assert refused("openai:x", environ={"OPENAI_API_KEY": " "}).exit_code is ExitCode.CREDENTIALS
    error = refused("anthropic:x", environ={"ANTHROPIC_BASE_URL": "http://127.0.0.1:1"})
    assert error.message == "anthropic:x wants a key, and ANTHROPIC_API_KEY is not set"
    (bare,) = read("x", urls=[OLLAMA], environ={})
    assert bare.key is None


@pytest.mark.parametrize("text", ["sk- with spaces", "sk\nnext", "ключ", "sk\x00"])
def test_a_key_that_no_header_carries_is_refused_and_not_shown(text: str) -> None:
    """security.md 5 and 10."""
    error = refused("anthropic:x", environ={"ANTHROPIC_API_KEY": text})
    assert isinstance(error, CredentialsError)
    assert text not in f"{error.message} {error.where} {error.hint}"


@pytest.mark.parametrize(
    ("models", "rest", "said"),
    [
        ([], {}, "no model is named"),
        ([" "], {}, "no model is named"),
        (["anthropic:"], {}, "no model's name"),
        (["a\x1b[2J"], {"urls": [OLLAMA]}, "no model's name"),
        (["x" * 300], {"urls": [OLLAMA]}, "no model's name"),
        (["openai:x", "openai:x"], {}, "named twice"),
        (["mistral:large"], {}, "the provider 'mistral' is unknown"),
        (["large"], {}, "names no provider"),
        (["x"], {"urls": [OLLAMA, OLLAMA]}, "two URLs"),
        (["x"], {"urls": [f"y={OLLAMA}"]}, "'y' is none of the models"),
        (["anthropic:x"], {"urls": [OLLAMA]}, "no model is at"),
        (["x"], {"urls": ["ftp://x/"]}, "not a usable URL"),
        (["x"], {"urls": ["http://me:secret@x/"]}, "no credentials"),
        (["anthropic:x", "openai:x"], {"keys": ["sk-1"]}, "which model the key is for"),
        (["anthropic:x"], {"keys": ["anthropic:x="]}, "a key is empty"),
        (["anthropic:x"], {"keys": ["other=env:X"]}, "no --model is named other"),
        (["x"], {"urls": [OLLAMA], "keys": ["openai:y=sk-1"]}, "no --model is named openai:y"),
    ],
)
def test_what_makes_no_sense_is_refused_with_what_to_do(models: list[str], rest: Any, said: str) -> None:
    """style.md, Errors."""
    error = refused(*models, **rest)
    assert isinstance(error, ConfigError)
    assert said in error.message
    assert error.where
    assert error.hint
    assert "secret" not in f"{error.message} {error.hint}"


def test_an_unknown_provider_is_told_which_there_are() -> None:
    """Our choice: and whose a well-known name is."""
    assert "anthropic, openai" in (refused("mistral:large").hint or "")
    assert refused("claude-x").hint == "write --model anthropic:claude-x"
    assert refused("gpt-x").hint == "write --model openai:gpt-x"


def test_a_key_is_shown_nowhere() -> None:
    """security.md 10."""
    assert "sk-ant-1234" not in repr(read("anthropic:x"))
