"""What a bundle does first when a client has opened it: what nobody filled in under its settings is left out."""

import re
from collections.abc import Mapping, Sequence

UNFILLED = "${user_config."
"""How a setting begins in a bundle's manifest; a client leaves it so where nobody filled it in."""
_REFERENCE = re.compile("(?:.*[=: ])?env:([A-Za-z_][A-Za-z0-9_]*)")
_CREDENTIALS = frozenset(
    ("--api-key", "--auth", "--basic", "--bearer", "--client-id", "--client-secret", "--header", "--token")
)


def filled(words: Sequence[str], environ: Mapping[str, str]) -> tuple[str, ...]:
    """Return the words of a command without the options whose setting nobody filled in.

    (("--base-url", "${user_config.base_url}", "--auth", "key=env:KEY"), {"KEY": "k"}) -> ("--auth", "key=env:KEY")
    """
    kept: list[str] = []
    for word in words:
        if kept and kept[-1].startswith("--") and _is_empty(kept[-1], word, environ):
            kept.pop()
        else:
            kept.append(word)
    return tuple(kept)


def _is_empty(option: str, value: str, environ: Mapping[str, str]) -> bool:
    if UNFILLED in value or value == "" or (option == "--base-url" and value.endswith("=")):
        return True
    reference = _REFERENCE.fullmatch(value) if option in _CREDENTIALS else None
    given = environ.get(reference[1], "") if reference else value
    return given == "" or given.startswith(UNFILLED)
