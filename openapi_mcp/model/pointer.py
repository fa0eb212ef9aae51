"""JSON Pointers (RFC 6901) in the fragment form that `$ref` uses: `#/paths/~1orders/get`."""

from urllib.parse import unquote


def join(pointer: str, *tokens: str | int) -> str:
    """Append reference tokens: ("#/paths", "/orders", "get") -> "#/paths/~1orders/get".

    Of what a URI would encode only "%" is, so that `tokens` reads the pointer back: "50%" -> "#/50%25".
    """
    for token in tokens:
        text = str(token)
        pointer = f"{pointer}/{text if text.isalnum() else _escaped(text)}"
    return pointer


def tokens(pointer: str) -> tuple[str, ...]:
    """Split a pointer: "#/paths/~1orders%2F/get" -> ("paths", "/orders/", "get").

    Percent-encoding is undone first, as the pointer stands in a URI fragment (RFC 6901 section 6).

    Raises:
        ValueError: the fragment is neither empty nor starts with "/".
    """
    text = unquote(pointer.removeprefix("#"))
    if not text:
        return ()
    if not text.startswith("/"):
        raise ValueError(f"{pointer!r} is not a JSON Pointer")
    parts = text[1:].split("/")
    return tuple(part.replace("~1", "/").replace("~0", "~") for part in parts) if "~" in text else tuple(parts)


def _escaped(token: str) -> str:
    return token.replace("~", "~0").replace("/", "~1").replace("%", "%25")
