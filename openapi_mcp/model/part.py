"""One part of a document as it was read, and what tells later whether it is still the same."""

import hashlib
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """The validator fields of an answer (RFC 9110 8.8); `url` is the digest of the URL that gave them."""

    url: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One part of a document.

    `uri` is what a reference named; "" for what the operator named (the document, then its overlays, in order), None
    where it may hold a secret. `digest` is of its bytes, None where it could not be had.
    """

    uri: str | None = ""
    digest: str | None = None
    validators: Validators | None = None


def digest(data: bytes) -> str:
    """Return what stands for these bytes."""
    return hashlib.sha256(data).hexdigest()
