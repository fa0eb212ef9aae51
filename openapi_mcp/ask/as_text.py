"""Calls that a model wrote into its answer, or lost: its server does not hand them on, so nobody would make them."""

import re
from collections.abc import Collection
from typing import Any

from openapi_mcp.model.jsontext import read_json

_BEGINS = re.compile(
    r"(?:^|\n)\s*(?:"
    r"<tool_call>\s*(?:[\[{]|<function=|[\w.-]+\s*<arg_key>)|<function=[\w.-]+>"  # Hermes, Qwen, GLM
    r"|\[TOOL_CALLS\]\s*(?:[\[{]|[\w.-]+\[(?:ARGS|CALL_ID)\])"  # Mistral
    r"|<\|python_tag\|>\s*(?:\{|[\w.-]+\()"  # Llama
    r"|<\|tool_call\|>\s*[\[{]"  # Phi, Granite
    r"|<function_calls>\s*<invoke name="
    r")"
)
_MARKS = re.compile(  # of no human language, wherever they stand
    "<\uff5c(?:tool\u2581calls?\u2581begin|DSML)\uff5c"  # DeepSeek
    r"|<\|tool_calls?(?:_section)?_begin\|>"  # Kimi
    r"|<\|channel\|>commentary to="  # gpt-oss
)
_FENCED = re.compile(r"```(?:json|tool_call|tool_code)?\s*\n(.*)\n\s*```", re.DOTALL)
_NAMES = ("name", "function", "tool", "tool_name")
_ARGUMENTS = ("arguments", "parameters", "args", "input", "tool_input")
_LONGEST = 200_000  # characters that are looked at
_MOST_LINES = 32

_PARSER = (
    "start that server with its tool parser (vLLM: --enable-auto-tool-choice --tool-call-parser NAME; llama.cpp: "
    "--jinja), or name another --model"
)
SAY = (
    "You wrote a call as text, so it was not made. Call tools only in the way that the service has for it; if you "
    "cannot, answer with what you know."
)
WHY = f"it writes calls as text, which its server does not read out; {_PARSER}"
SAY_NONE_CAME = "You ended your turn for a call, and no call came. Make it now, or answer with what you know."
WHY_NONE_CAME = f"it ends its turns for calls, and none comes; {_PARSER}"


def has_call(text: str, names: Collection[str] | None = None) -> bool:
    """Return whether a text is a call, or a line of it begins one, in one of the forms that models write.

    A text that is nothing but JSON is a call where it has one of `names`, and arguments; without them any name counts.
    """
    seen = text[:_LONGEST]
    return bool(_BEGINS.search(seen) or _MARKS.search(seen)) or (len(text) <= _LONGEST and _is_json_call(text, names))


def _is_json_call(text: str, names: Collection[str] | None) -> bool:
    """Return whether a text is a call as JSON and nothing else, a list of them, or one on each line."""
    fenced = _FENCED.fullmatch(text.strip())
    whole = (fenced[1] if fenced else text).strip()
    if not whole.startswith(("{", "[")):
        return False
    try:
        made = [read_json(whole)]
    except ValueError:
        try:
            made = [read_json(line.rstrip("; ")) for line in whole.splitlines()[:_MOST_LINES] if line.strip()]
        except ValueError:
            return False
    if isinstance(made[0], list):
        made = made[0][:_MOST_LINES]
    return bool(made) and all(_calls(each, names) for each in made)


def _calls(value: Any, names: Collection[str] | None) -> bool:
    """Return whether a value has the form of a call: {"name", "parameters"}, or the same within "function"."""
    if not isinstance(value, dict):
        return False
    inner = value.get("function")
    said = inner if isinstance(inner, dict) else value
    named = [said[key] for key in _NAMES if isinstance(said.get(key), str)]
    has_arguments = any(isinstance(said.get(key), dict | str) for key in _ARGUMENTS)
    return has_arguments and any(names is None or each in names for each in named)
