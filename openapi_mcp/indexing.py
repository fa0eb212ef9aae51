"""The index over tools, made in one place for the server and for the commands."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from openapi_mcp.model.document import Schema
from openapi_mcp.model.tool import Tool

if TYPE_CHECKING:
    from openapi_mcp.index.corpus import Corpus
    from openapi_mcp.index.search import Index


def corpus_of(tools: Sequence[Tool], schemas: Mapping[str, Schema]) -> "Corpus":
    """Return what is searched of the tools of one document; `schemas` are what a `$ref` in an answer's schema names."""
    from openapi_mcp.index.capabilities import find_capabilities
    from openapi_mcp.index.corpus import read_corpus

    return read_corpus(tools, schemas, find_capabilities(tools, schemas))


def index_over(corpora: "Iterable[Corpus]") -> "Index":
    """Return what finds the tools of one or of several APIs."""
    from openapi_mcp.index.corpus import united_corpus
    from openapi_mcp.index.search import Index

    return Index(united_corpus(corpora))
