"""The secrets that a client's entry holds or refers to: to mask them, and to say which stand in clear."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from urllib.parse import unquote

from openapi_mcp.clients.launch import Launch, Reference, Target
from openapi_mcp.clients.urls import secrets_in
from openapi_mcp.front.name import SECRET_OPTIONS
from openapi_mcp.model.secret import MASK, Redactor, Secret

_REFERENCES = ("env:", "file:")
_SECRET_WORDS = ("token", "secret", "password", "passwd", "bearer", "api_key", "apikey", "auth", "credential", "key")
_IN_A_QUERY = frozenset(("code", "jwt", "pass", "pin", "pw", "pwd", "sas", "session", "sig"))  # whole names
_PAIR = re.compile(r"""([?&;])([^=&;?#\s"']{1,200})=([^&;#\s"']+)""")
_USERINFO = re.compile(r"""(://)([^/?#\s"']+)@""")
_FILLED_IN = re.compile(r"\$\{?[A-Za-z_][A-Za-z0-9_:.-]*\}?")  # by the client: ${TOKEN}, ${env:TOKEN}


def options_of(args: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each option that takes a secret with its value, however the two are joined.

    ["serve", "--bearer=x", "-H", "A: b"] -> ("--bearer", "x"), ("-H", "A: b")
    """
    for index, word in enumerate(args):
        name, equals, value = word.partition("=")
        if name in SECRET_OPTIONS and name.startswith("--") and equals:
            yield name, value
        elif word in SECRET_OPTIONS and index + 1 < len(args):
            yield word, args[index + 1]
        elif word.startswith("-H") and len(word) > 2:
            yield "-H", word[2:]


def parts_in_clear(option: str, value: str) -> Iterator[str]:
    """Yield what is secret of an option's value and stands there itself: no reference to a variable or a file.

    ("--header", "X-Key: env:KEY") -> nothing; ("--header", "X-Key: abc") -> "abc"; ("--auth", "main=abc") -> "abc"
    """
    if option in ("--header", "-H"):
        value = value.partition(":")[2].strip()
    elif value.partition("=")[2].startswith(_REFERENCES) or option == "--auth":
        value = value.partition("=")[2]
    if value and not value.startswith(_REFERENCES):
        yield value


def named_in(args: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield each option with the variable that it refers to by `env:NAME`."""
    for option, value in options_of(args):
        before, mark, name = value.rpartition("env:")
        if mark and name.isidentifier() and (not before or before[-1] in "= :"):
            yield option, name


def looks_secret(variable: str) -> bool:
    """True for the name of a variable that most likely holds a secret: API_TOKEN."""
    low = variable.lower()
    return any(word in low for word in _SECRET_WORDS)


def url_secrets(text: str) -> Iterator[str]:
    """Yield what is secret in the URLs of a text: what stands before the host, and in a query what is named like it.

    "https://ann:pw@host/api.json?api_key=abc&v=2" -> "ann:pw", "abc"
    """
    yield from (found[2] for found in _USERINFO.finditer(text))
    yield from (found[3] for found in _PAIR.finditer(text) if _is_secret(found))


def without_url_secrets(text: str) -> str:
    """Return a text with `***` for what `url_secrets` finds: "https://host/api.json?api_key=***&v=2"."""
    text = _USERINFO.sub(rf"\1{MASK}@", text)
    return _PAIR.sub(lambda found: f"{found[1]}{found[2]}={MASK}" if _is_secret(found) else found[0], text)


def without_secret_urls(target: Target) -> Target:
    """Return a server as it may be shown: nothing secret in its URLs."""
    if isinstance(target, Launch):
        return replace(target, args=tuple(map(without_url_secrets, target.args)))
    return replace(target, url=without_url_secrets(target.url))


def _is_secret(pair: "re.Match[str]") -> bool:
    name = unquote(pair[2])
    return (looks_secret(name) or name.lower() in _IN_A_QUERY or "signature" in name.lower()) and not (
        _FILLED_IN.fullmatch(pair[3])
    )


def clear_variables(launch: Launch) -> Iterator[tuple[str, str]]:
    """Yield each variable whose value stands in the entry, and is most likely a secret."""
    for name, value in launch.env.items():
        if isinstance(value, str) and value and not value.startswith(_REFERENCES) and looks_secret(name):
            yield name, value


def redactor(launch: Launch, environ: Mapping[str, str]) -> Redactor:
    """Return what masks every secret of an entry: in its words and variables, and what it takes from `environ`."""
    values = [part for option, value in options_of(launch.args) for part in parts_in_clear(option, value)]
    values += [part for word in launch.args for part in secrets_in(word)]
    values += [environ.get(name, "") for _, name in named_in(launch.args)]
    values += [environ.get(name, "") for name, given in launch.env.items() if isinstance(given, Reference)]
    values += [value for _, value in clear_variables(launch)]
    values += [value for name, value in environ.items() if looks_secret(name)]
    return Redactor(Secret(value) for value in values if value)
