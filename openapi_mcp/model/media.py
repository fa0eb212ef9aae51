"""Kinds of media types (RFC 6838), by name."""

_TEXT_ENDINGS = ("xml", "yaml", "javascript", "graphql", "csv", "sql", "toml", "ndjson", "jsonl", "json-seq")


def plain_type(content_type: str) -> str:
    """Return the type without parameters, in lower case: "Text/HTML; charset=utf-8" -> "text/html"."""
    return content_type.partition(";")[0].strip().lower()


def is_json(content_type: str) -> bool:
    """True for application/json, text/json, any `+json` type, and the wildcards that admit JSON."""
    plain = plain_type(content_type)
    return plain in ("application/json", "text/json", "*/*", "application/*") or plain.endswith("+json")


def is_form(content_type: str) -> bool:
    """True for a URL-encoded form."""
    return plain_type(content_type) == "application/x-www-form-urlencoded"


def is_multipart(content_type: str) -> bool:
    """True for any multipart type."""
    plain = plain_type(content_type)
    return plain.startswith("multipart/") or plain.endswith("/form-data")  # application/form-data is a common slip


def is_xml(content_type: str) -> bool:
    """True for application/xml, text/xml and any `+xml` type."""
    return plain_type(content_type).endswith(("/xml", "+xml"))


def is_text(content_type: str) -> bool:
    """True for a type whose content is text and not JSON: text/*, XML, YAML and their kind."""
    plain = plain_type(content_type)
    return not is_json(plain) and (plain.startswith("text/") or plain.endswith(_TEXT_ENDINGS))
