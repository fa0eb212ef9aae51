"""A bundle: a .mcpb, a zip with a manifest, our package, and the document where that is a file."""

import io
import json
import os
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path, PurePath
from typing import Any

import openapi_mcp
from openapi_mcp.clients.manifest import ENTRY, PYTHON
from openapi_mcp.errors import ConfigError

DOCUMENT = "document"
_DISTRIBUTION = "openapi-mcp-cli"
_OLDEST = (
    1980,
    1,
    1,
    0,
    0,
    0,
)  # a zip knows no earlier time; the same for all, so that a bundle is the same bytes again
_PLAIN = 0o100644 << 16
_LEFT_OUT = ("__pycache__", ".mypy_cache", ".ruff_cache")
_SERVER = '''"""Starts the server of this bundle: openapi-mcp, with what the settings of the client say."""

import os
import sys

from openapi_mcp.__main__ import main
from openapi_mcp.clients.opened import filled

sys.argv[1:] = filled(sys.argv[1:], os.environ)
main()
'''


def contents(manifest: Mapping[str, Any], documents: Mapping[str, bytes], extras: frozenset[str]) -> dict[str, bytes]:
    """Return what stands in a bundle, by its path there.

    Raises:
        ConfigError: our own package is not there as it is installed.
    """
    files = {f"openapi_mcp/{name}": data for name, data in _package(Path(openapi_mcp.__file__).parent)}
    return {
        "manifest.json": (json.dumps(manifest, indent=2, ensure_ascii=False) + "\n").encode(),
        "pyproject.toml": project(requirements(_required(), extras)).encode(),
        ENTRY: _SERVER.encode(),
        **files,
        **documents,
    }


def pack(files: Mapping[str, bytes]) -> bytes:
    """Return a zip of these files: the same bytes for the same files, whoever packs them and when."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _OLDEST)
            entry.create_system, entry.external_attr, entry.compress_type = 3, _PLAIN, zipfile.ZIP_DEFLATED
            archive.writestr(entry, files[name], compresslevel=9)
    return packed.getvalue()


def requirements(all_of_them: Iterable[str], extras: frozenset[str]) -> list[str]:
    """Return what our package needs, with these extras.

    (["httpx>=0.28", "wordllama; extra == 'semantic'", "redis; extra == 'scale'"], {"semantic"}) ->
    ["httpx>=0.28", "wordllama"]
    """
    found = set()
    for each in all_of_them:
        needed, _, marker = each.partition(";")
        of_extra = marker.replace("'", '"').partition('extra == "')[2].partition('"')[0]
        if not of_extra:
            found.add(each.strip())
        elif of_extra in extras:
            found.add(needed.strip())
    return sorted(found)


def project(needs: Iterable[str]) -> str:
    """Return the pyproject.toml of a bundle, by which uv brings what is needed; it builds nothing."""
    lines = "".join(f"    {json.dumps(each)},\n" for each in needs)
    return (
        f'[project]\nname = "openapi-mcp-bundle"\nversion = "{openapi_mcp.__version__}"\n'
        f'requires-python = "{PYTHON}"\ndependencies = [\n{lines}]\n\n[tool.uv]\npackage = false\n'
    )


def places_of(paths: Iterable[str]) -> dict[str, str]:
    """Return where files stand in a bundle, as they stand to each other: "/a/b/api.yaml" -> "document/api.yaml"."""
    known = sorted(set(paths))
    if not known:
        return {}
    above = os.path.commonpath([os.path.dirname(path) for path in known])
    return {path: f"{DOCUMENT}/{PurePath(os.path.relpath(path, above)).as_posix()}" for path in known}


def _package(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if path.is_file() and not any(part in _LEFT_OUT for part in name.parts):
            yield name.as_posix(), path.read_bytes()


def _required() -> list[str]:
    try:
        return metadata.requires(_DISTRIBUTION) or []
    except metadata.PackageNotFoundError:
        hint = "pipx install . in its folder, then run this again"
        raise ConfigError("openapi-mcp is not installed here, so what it needs is not known", hint=hint) from None
