"""How values stand in XML: what the XML Objects of a document say, one node for each schema (OAS 3.1.1, 4.8.26)."""

import re
from dataclasses import dataclass
from functools import cache

ROOT = "root"  # the element of an object that the document has no name for
KINDS = ("element", "attribute", "text", "cdata", "none")  # OAS 3.2, `nodeType`
_NAME_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d\u2070-\u218f\u2c00-\u2fef"
    "\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME = f"[{_NAME_START}][{_NAME_START}.0-9\u00b7\u0300-\u036f\u203f\u2040-]*"
_FORBIDDEN = "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


@dataclass(frozen=True, slots=True, kw_only=True)
class XmlNode:
    """How the values of one schema are written; what it leaves open is the default: an element named by its property.

    `key` is the property, "" for the root and for items; `name` takes its place in XML. `kind` is the `nodeType` of
    OAS 3.2, "" for its default: "element", of a list "none". A list that is an "element" stands inside one, as with
    `wrapped`.
    """

    key: str = ""
    name: str = ""
    namespace: str = ""
    prefix: str = ""
    kind: str = ""
    fields: "tuple[XmlNode, ...]" = ()
    item: "XmlNode | None" = None


def is_name(text: str) -> bool:
    """True for a name without a colon (Namespaces in XML 1.0, NCName)."""
    return _compiled(_NAME).fullmatch(text) is not None


def forbidden(text: str) -> str | None:
    """Return the first character that no XML 1.0 document can hold, None where there is none."""
    found = _compiled(_FORBIDDEN).search(text)
    return found[0] if found else None


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    """Compile when first asked: these two take ten milliseconds, and every start would wait for them."""
    return re.compile(pattern)
