"""The style sheet and the script: read once, known by their names, kept by a browser for as long as they are true."""

from functools import cache
from hashlib import sha256
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response

from openapi_mcp.server.dashboard.frame import render

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}


async def static_file(request: Request) -> Response:
    """Return one of our own files; 304 where the browser has it already."""
    found = _files().get(request.path_params["name"])
    if found is None:
        return render(request, "missing.html", 404)
    body, kind, tag = found
    headers = {"etag": tag, "cache-control": "no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)


@cache
def _files() -> dict[str, tuple[bytes, str, str]]:
    folder = files("openapi_mcp.server.dashboard").joinpath("static")
    read = {each.name: each.read_bytes() for each in folder.iterdir()}
    return {
        name: (body, _TYPES[name[name.rfind(".") :]], f'"{sha256(body).hexdigest()[:16]}"')
        for name, body in read.items()
    }
