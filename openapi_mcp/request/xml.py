"""An object as XML, by the names that the document's XML Objects give (OAS 3.1.1, 4.8.26). Nothing is ever parsed."""

from collections.abc import Iterator, Mapping
from typing import Any

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.text import one_line
from openapi_mcp.model.xml import ROOT, XmlNode, forbidden, is_name
from openapi_mcp.request.pairs import scalar

_DEFAULT = XmlNode()
_Scope = Mapping[str, str]  # prefixes, "" for the default namespace, and what they stand for
_OUTSIDE: _Scope = {"xml": "http://www.w3.org/XML/1998/namespace"}
# Not xml.sax.saxutils: it imports urllib.request, and leaves a carriage return in text, which a parser reads as "\n".
_IN_TEXT = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", "\r": "&#13;"})
_IN_ATTRIBUTE = _IN_TEXT | str.maketrans({'"': "&quot;", "\t": "&#9;", "\n": "&#10;"})


def write_xml(value: Mapping[str, Any], node: XmlNode) -> str:
    """Return an object as an element, with neither declaration nor white space around it.

    {"id": 1, "tag": ["a", "b"]} -> '<Pet id="1"><tag>a</tag><tag>b</tag></Pet>', where `id` is an attribute

    Raises:
        ArgumentsError: a name or a character that XML does not allow, a list or an object in an attribute.
    """
    writer = _Writer()
    writer.element(node.name or ROOT, node, value, _OUTSIDE)
    text = "".join(writer.texts)
    char = forbidden(text)
    if char is not None:
        raise ArgumentsError(f"holds U+{ord(char):04X}, a character that XML does not allow", hint="leave it out")
    return text


class _Writer:
    def __init__(self) -> None:
        self.texts: list[str] = []

    def element(self, name: str, node: XmlNode, value: Any, outer: _Scope) -> None:
        """Write one element: what it declares, its attributes, then its content."""
        fields = list(_fields(node, value)) if isinstance(value, dict) else []
        attributes = [(key, inner, item) for key, inner, item in fields if inner.kind == "attribute"]
        declared = _declared((node, *(inner for _, inner, _ in attributes if inner.prefix)), outer)
        scope = {**outer, **declared} if declared else outer
        tag = _qualified(name, node, scope)
        self.texts.append(f"<{tag}{''.join(_declarations(declared))}{''.join(_attributes(attributes, scope))}>")
        start = len(self.texts)
        if isinstance(value, dict):
            for key, inner, item in fields:
                if inner.kind != "attribute":
                    self.field(key, inner, item, scope)
        elif isinstance(value, list):
            self.items(name, node, value, scope)
        elif value is not None:
            self.texts.append(_scalar(value).translate(_IN_TEXT))
        if len(self.texts) > start:
            self.texts.append(f"</{tag}>")
        else:
            self.texts[-1] = f"{self.texts[-1][:-1]}/>"

    def field(self, name: str, node: XmlNode, value: Any, scope: _Scope) -> None:
        """Write what stands for one property, or for one item: an element, those of a list, or text."""
        if node.kind in ("text", "cdata", "none") and not isinstance(value, (dict, list)):
            text = "" if value is None else _scalar(value)
            self.texts.append(_cdata(text) if node.kind == "cdata" else text.translate(_IN_TEXT))
        elif isinstance(value, list) and node.kind != "element":
            self.items(name, node, value, scope)
        else:
            self.element(node.name or name, node, value, scope)

    def items(self, name: str, node: XmlNode, values: list[Any], scope: _Scope) -> None:
        for value in values:
            self.field(name, node.item or _DEFAULT, value, scope)


def _fields(node: XmlNode, value: Mapping[str, Any]) -> Iterator[tuple[str, XmlNode, Any]]:
    """Yield each property with its node; those of an object without a node of its own stand in its place."""
    nodes = {inner.key: inner for inner in node.fields}
    for key, item in value.items():
        inner = nodes.get(key, _DEFAULT)
        if inner.kind == "none" and isinstance(item, dict):
            yield from _fields(inner, item)
        else:
            yield key, inner, item


def _declared(nodes: tuple[XmlNode, ...], outer: _Scope) -> dict[str, str]:
    """Return the prefixes that an element must declare; of two meanings of one prefix the first."""
    declared: dict[str, str] = {}
    for node in nodes:
        if node.namespace and outer.get(node.prefix) != node.namespace:
            declared.setdefault(node.prefix, node.namespace)
    return declared


def _declarations(declared: Mapping[str, str]) -> Iterator[str]:
    for prefix, namespace in declared.items():
        name = f"xmlns:{prefix}" if prefix else "xmlns"
        yield f' {name}="{namespace.translate(_IN_ATTRIBUTE)}"'


def _attributes(given: list[tuple[str, XmlNode, Any]], scope: _Scope) -> Iterator[str]:
    """Write attributes; one that is null is left out (OAS 3.2.0, Handling null Values)."""
    seen = set()
    for key, node, value in given:
        if value is None:
            continue
        name = _qualified(node.name or key, node, scope)
        prefix, _, local = name.rpartition(":")
        if name == "xmlns":
            raise _no_name(name)
        if (scope[prefix] if prefix else "", local) in seen:
            raise ArgumentsError(f'has two attributes "{one_line(name, 80)}" in one element', hint="leave out one")
        seen.add((scope[prefix] if prefix else "", local))
        yield f' {name}="{_scalar(value).translate(_IN_ATTRIBUTE)}"'


def _qualified(name: str, node: XmlNode, scope: _Scope) -> str:
    """Return a name with its prefix; a prefix that the document binds to nothing, or to something else, is left out.

    A colon in the name of a property counts only where its prefix is declared.
    """
    own, colon, local = name.rpartition(":")
    if not is_name(local) or (colon and own not in scope):
        raise _no_name(name)
    prefix = node.prefix or own
    is_bound = prefix in scope and node.namespace in ("", scope[prefix])
    return f"{prefix}:{local}" if prefix and is_bound else local


def _no_name(name: str) -> ArgumentsError:
    said = f'holds "{one_line(name, 80)}", which XML does not allow as a name'
    return ArgumentsError(said, hint="leave it out, or give the body as text")


def _scalar(value: Any) -> str:
    if isinstance(value, (dict, list)):
        said = "holds a list or an object where XML has room for text only"
        raise ArgumentsError(said, hint="give text there, or the body as text")
    return scalar(value)


def _cdata(text: str) -> str:
    """Write a CDATA section; what cannot stand in one stands between two."""
    inside = text.replace("]]>", "]]]]><![CDATA[>").replace("\r", "]]>&#13;<![CDATA[")
    return f"<![CDATA[{inside}]]>" if text else ""
