"""Proof Key for Code Exchange: only who asked for a code can use it. RFC 7636."""

import base64
import hashlib

VERIFIER_BYTES = 32
"""As many random bytes as make a verifier of 43 characters: section 4.1."""


def verifier(random: bytes) -> str:
    """Return a code verifier of random bytes, 32 to 96 of them."""
    return _base64url(random)


def challenge(verifier: str) -> str:
    """Return the S256 challenge of a verifier.

    "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" -> "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM" (appendix B)
    """
    return _base64url(hashlib.sha256(verifier.encode("ascii")).digest())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")
