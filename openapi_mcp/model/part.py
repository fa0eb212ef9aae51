"""One part of a document as it was read, and what tells later whether it is still the same."""

import hashlib
from collections.abc import Sequence
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
    where it may hold a secret. `digest` is of its bytes, None where it could not be had; `is_broken` where they could
    not be read.
    """

    uri: str | None = ""
    digest: str | None = None
    validators: Validators | None = None
    is_broken: bool = False

    @property
    def is_good(self) -> bool:
        """True where it was had, and could be read."""
        return self.digest is not None and not self.is_broken


def lost_parts(known: Sequence[Part], found: Sequence[Part]) -> set[str | None]:
    """Return the URIs of parts that were good when the document was `known` and, still referred to, are not any more.

    One that nothing refers to any more is not among those `found`: that is a change like another.
    """
    were_good = {part.uri for part in known if part.is_good} - {part.uri for part in known if not part.is_good}
    return were_good & {part.uri for part in found if not part.is_good}


def digest(data: bytes) -> str:
    """Return what stands for these bytes."""
    return hashlib.sha256(data).hexdigest()
