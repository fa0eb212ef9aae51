"""How large a document may be, wherever it comes from."""

from openapi_mcp.errors import SourceError

MAX_BYTES = 64_000_000  # after decompression


def check_size(size: int, where: str) -> None:
    """Refuse a document that is larger than 64 MB.

    Raises:
        SourceError: it is.
    """
    if size > MAX_BYTES:
        raise SourceError(
            f"the document is larger than {MAX_BYTES // 1_000_000} MB", where=where, hint="serve a part of it"
        )
