"""Calls that a model wrote into its answer: its server does not read them out, so nobody would make them."""

import re

_BEGINS = re.compile(
    r"(?:^|\n)\s*(?:<tool_call>\s*(?:\{|<function=)|<function=[\w.-]+>|\[TOOL_CALLS\]\s*[\[{]|<\|python_tag\|>\s*\{)"
)
_LONGEST = 200_000  # characters that are looked at
SAY = (
    "You wrote a call as text, so it was not made. Call tools only in the way that the service has for it; if you "
    "cannot, answer with what you know."
)
WHY = (
    "it writes calls as text, which its server does not read out; start that server with its tool parser (vLLM: "
    "--enable-auto-tool-choice --tool-call-parser NAME; llama.cpp: --jinja), or name another --model"
)


def has_call(text: str) -> bool:
    """Return whether a line of a text begins a call, as Hermes, Qwen, Mistral and Llama write them."""
    return _BEGINS.search(text[:_LONGEST]) is not None
