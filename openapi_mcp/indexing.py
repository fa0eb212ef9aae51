"""What finds tools by words, made of what is served; the modules of index/ are imported when somebody searches."""

from typing import TYPE_CHECKING

from openapi_mcp.generator.stored import Stored
from openapi_mcp.model.document import Document
from openapi_mcp.model.tool import Toolset

if TYPE_CHECKING:
    from openapi_mcp.index.corpus import Corpus
    from openapi_mcp.index.search import Index


async def make_corpus(toolset: Toolset, document: Document, stored: Stored | None) -> "Corpus":
    """Return what is searched of these tools: as it is `stored`, else read from them and their document."""
    from openapi_mcp.index.capabilities import find_capabilities
    from openapi_mcp.index.corpus import corpus_of, read_corpus

    if stored is not None and (kept := stored.corpus()) is not None:
        return corpus_of(kept)
    tools, schemas = toolset.tools, document.schemas
    return read_corpus(tools, schemas, find_capabilities(tools, schemas))


async def make_index(corpus: "Corpus", *, semantic: bool = False) -> "Index":
    """Return what finds the tools of a corpus by words, and by meaning where it is `semantic`."""
    from openapi_mcp.embedding import load_model
    from openapi_mcp.index.search import Index
    from openapi_mcp.index.semantic import read_meaning

    return Index(corpus, read_meaning(corpus, load_model()) if semantic else None)
