"""What a server is called in a client's file."""

import re
import unicodedata

from openapi_mcp.clients.known import KNOWN
from openapi_mcp.errors import ConfigError
from openapi_mcp.generator.clients import LONGEST_SERVER_NAME

_WORD = re.compile("[a-z0-9]+")
_VERSION = re.compile("v?[0-9]+")
_SAYS_NOTHING = frozenset(
    ("a", "an", "and", "api", "apis", "for", "of", "openapi", "rest", "restful", "swagger", "the")
)
_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9_-]{0,63}")
_DEFAULT = "api"


def server_name(title: str, host: str = "") -> str:
    """Return a name from a document's title, else from its host: short, so that tools' names fit every client.

    ("Swagger Petstore - OpenAPI 3.0", "") -> "petstore"; ("API", "shop.example.com") -> "shop-example". A client's own
    name is none for a server: ("Gemini", "") -> "gemini-api".
    """
    name = _short(_words(title)) or _short(_words(host.rpartition(".")[0])) or _DEFAULT
    return f"{name}-{_DEFAULT}" if name in KNOWN else name


def require_name(name: str) -> str:
    """Return a name that every client takes, and that is not a client's own: `uninstall` takes both as words.

    Raises:
        ConfigError: it is none.
    """
    if name in KNOWN:
        raise ConfigError(f"{name!r} is the name of a client", where="--name", hint="choose another for the server")
    if _NAME.fullmatch(name):
        return name
    hint = f"letters, digits, - and _, at most {LONGEST_SERVER_NAME} characters, so that every client takes its tools"
    raise ConfigError(f"{name[:80]!r} cannot be the name of a server", where="--name", hint=hint)


def is_long(name: str) -> bool:
    """True for a name that makes the names of tools longer than some clients take."""
    return len(name) > LONGEST_SERVER_NAME


def _words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", text[:400]).encode("ascii", "ignore").decode().lower()
    return [word for word in _WORD.findall(plain) if word not in _SAYS_NOTHING and not _VERSION.fullmatch(word)]


def _short(words: list[str]) -> str:
    """Return as many words as fit, the first of them cut where it alone does not."""
    name = ""
    for word in words:
        longer = f"{name}-{word}" if name else word[:LONGEST_SERVER_NAME]
        if len(longer) > LONGEST_SERVER_NAME:
            break
        name = longer
    return name
