"""Verifiers and challenges."""

import re

from authlib.oauth2.rfc7636 import create_s256_code_challenge  # type: ignore[import-untyped]
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.auth.pkce import VERIFIER_BYTES, challenge, verifier


@given(st.binary(min_size=VERIFIER_BYTES, max_size=96))
def test_a_verifier_has_the_characters_and_the_length_of_one(random: bytes) -> None:
    """RFC 7636 sections 4.1 and 4.2; authlib comes to the same challenge."""
    made = verifier(random)
    assert re.fullmatch(r"[A-Za-z0-9._~-]{43,128}", made)
    assert challenge(made) == create_s256_code_challenge(made)


def test_the_example_of_the_rfc() -> None:
    """RFC 7636 appendix B."""
    assert challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk") == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
