"""An API whose operations have the names and the answers that the official conformance suite asks tools for."""

from typing import Any

from support.upstream import Answer, Upstream

# A picture of one pixel and a sound of no length, in the formats that the suite asks for.
_PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010802000000907753de"
    "0000000c49444154789c63f8cfc0000003010100c9fe92ef0000000049454e44ae426082"
)
_WAV = b"RIFF\x24\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\0\0\0"

_ANSWERS = {
    "/test_simple_text": Answer(b"This is a simple text response for testing.", "text/plain"),
    "/test_image_content": Answer(_PNG, "image/png"),
    "/test_audio_content": Answer(_WAV, "audio/wav"),
    "/test_error_handling": Answer(b'{"detail": "This tool fails, always"}', status=500),
    "/slow/test_tool_with_progress": Answer(b"done", "text/plain"),
}
NAMES = tuple(path.rpartition("/")[2] for path in _ANSWERS)
"""The operations, which are GET all."""


def serve_conformance(upstream: Upstream) -> str:
    """Have an upstream answer as the suite wants it; return where its document is.

    What one HTTP answer cannot be (an embedded resource, mixed content) is left out.
    """
    upstream.answers.update(_ANSWERS)
    paths = {path: {"get": _operation(name)} for path, name in zip(_ANSWERS, NAMES, strict=True)}
    info = {"title": "Conformance", "version": "1"}
    return upstream.serve({"openapi": "3.1.0", "info": info, "servers": [{"url": upstream.url}], "paths": paths})


def _operation(name: str) -> dict[str, Any]:
    return {"operationId": name, "summary": name.replace("_", " "), "responses": {"200": {"description": "Well."}}}
