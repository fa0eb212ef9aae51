"""Objects written as XML: the examples of the specification, and what no XML can hold."""

from typing import Any
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support.make import in_memory

from openapi_mcp.errors import ArgumentsError
from openapi_mcp.model.xml import XmlNode
from openapi_mcp.request.body import encode_body
from openapi_mcp.request.xml import write_xml

PETS = ["dog", "cat"]
SAMPLE = "https://example.com/schema/sample"


def field(key: str, **said: Any) -> XmlNode:
    return XmlNode(key=key, **said)


def root(*fields: XmlNode, **said: Any) -> XmlNode:
    return XmlNode(**{"name": "document", "fields": fields, **said})


ANIMAL = XmlNode(name="animal")


@pytest.mark.spec("OAS 3.1.1 XML Object")
@pytest.mark.parametrize(
    ("node", "value", "expected"),
    [
        (XmlNode(), {"animals": "dog"}, "<root><animals>dog</animals></root>"),
        (root(), {"animals": PETS}, "<document><animals>dog</animals><animals>cat</animals></document>"),
        (root(field("animals", name="animal")), {"animals": "dog"}, "<document><animal>dog</animal></document>"),
        (root(field("animals", item=ANIMAL)), {"animals": PETS},
         "<document><animal>dog</animal><animal>cat</animal></document>"),
        (root(field("animals", kind="element")), {"animals": PETS},
         "<document><animals><animals>dog</animals><animals>cat</animals></animals></document>"),
        (root(field("animals", kind="element", item=ANIMAL)), {"animals": PETS},
         "<document><animals><animal>dog</animal><animal>cat</animal></animals></document>"),
        (root(field("animals", name="aliens", kind="element", item=ANIMAL)), {"animals": PETS},
         "<document><aliens><animal>dog</animal><animal>cat</animal></aliens></document>"),
        (root(field("animals", name="aliens", kind="element")), {"animals": PETS},
         "<document><aliens><aliens>dog</aliens><aliens>cat</aliens></aliens></document>"),
        (root(field("animals", kind="element")), {"animals": []}, "<document><animals/></document>"),
        (root(), {"animals": []}, "<document/>"),
        (root(field("a", item=XmlNode(kind="element", name="row"))), {"a": [["x", "y"]]},
         "<document><row><row>x</row><row>y</row></row></document>"),
    ],
)  # fmt: skip
def test_names_and_lists_are_written_as_the_specification_shows(node: XmlNode, value: Any, expected: str) -> None:
    """OAS 3.1.1, XML Object Examples; 3.2.0: XML Name Replacement, XML Arrays."""
    assert write_xml(value, node) == expected


PERSON = XmlNode(
    name="Person",
    fields=(field("id", kind="attribute"), field("name", namespace=SAMPLE, prefix="sample")),
)


@pytest.mark.spec("OAS 3.1.1 XML Object")
@pytest.mark.parametrize(
    ("node", "value", "expected"),
    [
        (PERSON, {"name": "example", "id": 123},
         f'<Person id="123"><sample:name xmlns:sample="{SAMPLE}">example</sample:name></Person>'),
        (PERSON, {"id": None}, "<Person/>"),
        (XmlNode(name="a", namespace="urn:a"), {"b": {"c": 1}}, '<a xmlns="urn:a"><b><c>1</c></b></a>'),
        (XmlNode(name="a", namespace="urn:a", prefix="p", fields=(field("b", prefix="p"),)), {"b": 1},
         '<p:a xmlns:p="urn:a"><p:b>1</p:b></p:a>'),
        (XmlNode(name="a", namespace="urn:a", prefix="p", fields=(field("b", prefix="p", namespace="urn:b"),)),
         {"b": 1}, '<p:a xmlns:p="urn:a"><p:b xmlns:p="urn:b">1</p:b></p:a>'),
        (XmlNode(fields=(field("type", kind="attribute", prefix="xsi", namespace="urn:i"),)), {"type": "User"},
         '<root xmlns:xsi="urn:i" xsi:type="User"/>'),
        (XmlNode(fields=(field("lang", kind="attribute", prefix="xml"),)), {"lang": "fr"}, '<root xml:lang="fr"/>'),
        (XmlNode(fields=(field("b", prefix="unbound"),)), {"b": 1}, "<root><b>1</b></root>"),
        (XmlNode(namespace="urn:a", prefix="p"), {"p:b": 1}, '<p:root xmlns:p="urn:a"><p:b>1</p:b></p:root>'),
        (XmlNode(fields=(field("a", kind="attribute", prefix="p", namespace="urn:a"),
                         field("b", kind="attribute", prefix="p", namespace="urn:b"))), {"a": 1, "b": 2},
         '<root xmlns:p="urn:a" p:a="1" b="2"/>'),
    ],
)  # fmt: skip
def test_attributes_namespaces_and_prefixes(node: XmlNode, value: Any, expected: str) -> None:
    """OAS 3.1.1, XML Attribute, Prefix and Namespace; Namespaces in XML 1.0. A prefix bound to nothing is left out."""
    assert write_xml(value, node) == expected
    ElementTree.fromstring(expected)


@pytest.mark.spec("OAS 3.2.0 XML Node Types")
@pytest.mark.parametrize(
    ("fields", "value", "expected"),
    [
        ([field("kind", kind="attribute"), field("name", kind="text")], {"name": "Fluffy <3", "kind": "Cat"},
         '<document kind="Cat">Fluffy &lt;3</document>'),
        ([field("html", kind="cdata")], {"html": "<b>]]></b>"},
         "<document><![CDATA[<b>]]]]><![CDATA[></b>]]></document>"),
        ([field("html", kind="cdata")], {"html": None}, "<document></document>"),
        ([field("in", kind="none", fields=(field("id", kind="attribute"),))], {"in": {"id": 1, "b": 2}, "c": 3},
         '<document id="1"><b>2</b><c>3</c></document>'),
    ],
)  # fmt: skip
def test_the_node_types_of_3_2(fields: list[XmlNode], value: Any, expected: str) -> None:
    """OAS 3.2.0, XML Node Types, Elements With Attributes And Text."""
    assert write_xml(value, root(*fields)) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (True, "true"),
        (12345678901234567890123, "12345678901234567890123"),
        (0.1, "0.1"),
        (2.0, "2"),
        ('a & b < c > d "e"', 'a &amp; b &lt; c &gt; d "e"'),
        ("é\n\t", "é\n\t"),
        ("\r", "&#13;"),
    ],
)
def test_scalars_are_the_text_that_json_would_write(value: Any, expected: str) -> None:
    """OAS 3.1.1, Appendix B; XML 1.0, 2.11: a carriage return that is not escaped becomes a line feed."""
    assert write_xml({"a": value}, XmlNode()) == f"<root><a>{expected}</a></root>"


def test_null_is_an_empty_element() -> None:
    """Our choice, as OAS 3.2.0 leaves it open; without xsi:nil, which a schema of before would not expect."""
    assert write_xml({"a": None, "b": {}, "c": [None]}, XmlNode()) == "<root><a/><b/><c/></root>"


def test_quotes_and_white_space_in_an_attribute_are_escaped() -> None:
    """XML 1.0, 3.3.3: white space in an attribute is normalised unless it is escaped."""
    node = XmlNode(fields=(field("a", kind="attribute"),))
    assert write_xml({"a": '"<&\t\n\r'}, node) == '<root a="&quot;&lt;&amp;&#9;&#10;&#13;"/>'


ATTRIBUTES = XmlNode(fields=(field("a", kind="attribute"), field("b", kind="attribute", name="a")))


@pytest.mark.parametrize(
    ("node", "value", "said"),
    [
        (XmlNode(), {"a b": 1}, 'holds "a b", which XML does not allow as a name'),
        (XmlNode(), {"a": {"><evil/>": 1}}, 'holds "><evil/>", which XML does not allow as a name'),
        (XmlNode(), {"": 1}, 'holds "", which XML does not allow as a name'),
        (XmlNode(), {"1a": 1}, 'holds "1a", which XML does not allow as a name'),
        (XmlNode(), {"p:a": 1}, 'holds "p:a", which XML does not allow as a name'),
        (XmlNode(), {"xmlns:a": 1}, 'holds "xmlns:a", which XML does not allow as a name'),
        (XmlNode(fields=(field("xmlns", kind="attribute"),)), {"xmlns": "urn:a"},
         'holds "xmlns", which XML does not allow as a name'),
        (XmlNode(), {"a": ["ok", "\x00"]}, "holds U+0000, a character that XML does not allow"),
        (XmlNode(), {"a": "\ufffe"}, "holds U+FFFE, a character that XML does not allow"),
        (ATTRIBUTES, {"a": [1]}, "holds a list or an object where XML has room for text only"),
        (ATTRIBUTES, {"a": {"b": 1}}, "holds a list or an object where XML has room for text only"),
        (ATTRIBUTES, {"a": 1, "b": 2}, 'has two attributes "a" in one element'),
    ],
)  # fmt: skip
def test_what_xml_cannot_hold_is_refused(node: XmlNode, value: Any, said: str) -> None:
    """XML 1.0, 2.2 and 2.3; names of other properties come from the caller."""
    with pytest.raises(ArgumentsError) as raised:
        write_xml(value, node)
    assert raised.value.message == said
    assert raised.value.hint


@pytest.mark.parametrize(
    ("content_type", "expected"),
    [
        ("application/xml", '<?xml version="1.0" encoding="UTF-8"?>\n<root><a>é</a></root>'.encode()),
        (
            "application/soap+xml; charset=utf-8",
            '<?xml version="1.0" encoding="utf-8"?>\n<root><a>é</a></root>'.encode(),
        ),
        ("text/xml; charset=iso-8859-1", b'<?xml version="1.0" encoding="iso-8859-1"?>\n<root><a>\xe9</a></root>'),
        ("text/xml; charset=nowhere", '<?xml version="1.0" encoding="UTF-8"?>\n<root><a>é</a></root>'.encode()),
    ],
)
def test_an_object_is_sent_in_the_charset_that_it_declares(content_type: str, expected: bytes) -> None:
    """XML 1.0, 4.3.3; RFC 7303: the charset of the type is the stronger, so both say the same."""
    assert encode_body({"a": "é"}, content_type) == (expected, content_type)


@pytest.mark.parametrize("value", [["<a/>"], 1, None])
def test_a_body_that_is_neither_text_nor_an_object_is_refused(value: Any) -> None:
    """Our choice: a list has no root, a number is no XML."""
    with pytest.raises(ArgumentsError, match="must be text or an object: the body is XML"):
        encode_body(value, "application/xml")


# Names that every edition of XML 1.0 allows: Python's parser goes by the fourth.
NAMES = st.text("abcXYZ_é", min_size=1).filter(lambda name: name != "xmlns")
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]))
KINDS = st.sampled_from(["", "element", "attribute", "text", "cdata", "none"])
URIS = st.sampled_from(["", "urn:a", "urn:b?x=1&y='2\""])
PREFIXES = st.sampled_from(["", "p", "q", "xml"])
NODES = st.recursive(
    st.builds(XmlNode, key=NAMES, name=st.just("") | NAMES, prefix=PREFIXES, kind=KINDS),
    lambda inner: st.builds(
        XmlNode,
        key=NAMES,
        name=st.just("") | NAMES,
        namespace=URIS,
        prefix=PREFIXES.filter(lambda prefix: prefix != "xml"),
        kind=KINDS,
        fields=st.lists(inner, max_size=3).map(tuple),
        item=st.none() | inner,
    ),
    max_leaves=8,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(NAMES | st.text(st.characters(codec="ascii"), max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, VALUES, max_size=4), NODES)
def test_whatever_is_written_is_well_formed(value: dict[str, Any], node: XmlNode) -> None:
    """Law: an object is refused, or is XML that a parser takes."""
    try:
        body, _ = encode_body(value, "application/xml", xml=node)
    except ArgumentsError:
        return
    ElementTree.fromstring(in_memory(body))


TREES = st.recursive(
    TEXTS.filter(
        lambda text: all(char in "\t\n\r" or char >= " " for char in text) and not {"\ufffe", "\uffff"} & {*text}
    ),
    lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=4),
    max_leaves=12,
)


def read_back(element: ElementTree.Element) -> Any:
    return {inner.tag: read_back(inner) for inner in element} if len(element) else element.text or ""


@given(st.dictionaries(NAMES, TREES, min_size=1), st.booleans())
def test_texts_read_back_as_they_were(value: dict[str, Any], as_cdata: bool) -> None:
    """Law: decode(encode(x)) == x, in elements, and in attributes and CDATA where the document says so."""
    body, _ = encode_body(value, "application/xml")
    assert read_back(ElementTree.fromstring(in_memory(body))) == value
    texts = {key: text for key, text in value.items() if isinstance(text, str)}
    if as_cdata:
        node = XmlNode(fields=tuple(field(key, fields=(field("t", kind="cdata"),)) for key in texts))
        body, _ = encode_body({key: {"t": text} for key, text in texts.items()}, "application/xml", xml=node)
        assert (read_back(ElementTree.fromstring(in_memory(body))) or {}) == texts
    else:
        node = XmlNode(fields=tuple(field(key, kind="attribute") for key in texts))
        body, _ = encode_body(texts, "application/xml", xml=node)
        assert ElementTree.fromstring(in_memory(body)).attrib == texts
