"""What the names on a page stand for while it is tried, in one table; and the folder that its commands are run in."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from support.child import clean_environment
from support.issuer import Issuer
from support.page_model import page_model
from support.pages import ROOT
from support.stand_in import running_stand_in
from support.upstream import running_upstream

if TYPE_CHECKING:
    from conftest import Shop

EXAMPLES = re.compile(r"https://(?:api|shop|billing)\.example\.com(?!\.)(?:/v1(?![\w.]))?")
"""An API that a page has in mind, wherever it is."""
LOCAL = re.compile(r"https?://(?:localhost|127\.0\.0\.1):(?P<port>\d+)")
"""A server on the reader's machine: an API that is developed there, or `serve http`."""
ISSUER = "https://id.example.com"
"""The authorization server of a page."""
SECRETS = (
    "API_TOKEN", "SHOP_TOKEN", "EXAMPLE_TOKEN", "API_KEY", "KEY", "API_PASSWORD", "EXAMPLE_SECRET", "SECRET",
    "BILLING_TOKEN", "MY_TOKEN", "TOKEN",
)  # fmt: skip
"""Variables that hold the API's credential in the shell of every page."""
FILES = ("/run/secrets/", "/etc/openapi-mcp/")
"""Folders of a machine that pages name; here they are in the home."""
WIDTH = 110  # columns of the terminal that pages show
_OURS = """\
#!{python}
import sys
sys.path.insert(0, "{root}")
from openapi_mcp.__main__ import main
sys.exit(main())
"""
_UPLOAD: dict[str, Any] = {
    "post": {
        "operationId": "documents_create",
        "requestBody": {
            "required": True,
            "content": {
                "multipart/form-data": {
                    "schema": {
                        "type": "object",
                        "properties": {"file": {"type": "string", "format": "binary"}},
                        "required": ["file"],
                    }
                }
            },
        },
        "responses": {"201": {"description": "Filed."}},
    }
}


@dataclass(slots=True)
class World:
    """The API, the folder and the home of one page; `ports` are those of servers that its own commands started."""

    origin: str
    folder: Path
    home: Path
    environment: Mapping[str, str]
    issuer: Issuer
    ports: dict[str, int] = field(default_factory=dict)

    def real(self, text: str) -> str:
        """Return what a page says with all its names put in."""
        text = LOCAL.sub(lambda found: self._local(found["port"]), text)
        text = EXAMPLES.sub(self.origin, text).replace(ISSUER, self.issuer.url)
        for folder in FILES:
            text = text.replace(folder, f"{self.home}{folder}")
        return text

    def access_token(self, audience: str) -> str:
        """Return a token of the issuer that pages name, for an endpoint."""
        return self.issuer.token(aud=audience)

    def _local(self, port: str) -> str:
        return f"http://127.0.0.1:{self.ports[port]}" if port in self.ports else self.origin


@contextmanager
def world(shop: "Shop", folder: Path, *, has_uploads: bool = False) -> Iterator[World]:
    """Yield the world of a page, below a folder of its own."""
    with running_stand_in(shop) as origin, running_upstream() as server, page_model() as models:
        home, work = folder / "home", folder / "work"
        programs = home / ".local" / "bin"
        for each in (home, work, programs):
            each.mkdir(parents=True)
        _put_programs(programs)
        _put_documents(shop, work, origin, has_uploads=has_uploads)
        _put_secrets(home, shop.token)
        environment = {**_environment(shop, home, programs), **models.environment}
        yield World(origin, work, home, environment, Issuer(server))


def _environment(shop: "Shop", home: Path, programs: Path) -> dict[str, str]:
    own = clean_environment(**shop.environment)
    kept = {name: own[name] for name in ("PYTHONPATH", "SHOP_DATABASE", "LANG", "LC_ALL") if name in own}
    return {
        **kept,
        **dict.fromkeys(SECRETS, shop.token),
        "HOME": str(home),
        "PATH": os.pathsep.join([str(programs), "/usr/local/bin", "/usr/bin", "/bin"]),
        "COLUMNS": str(WIDTH),
        "ENDPOINT_TOKEN": "an-endpoint-token-of-this-page-alone",
        "SHARED_KEY": "a-shared-key-of-this-page-alone-0123456789",
        "EDITOR": "true",
        "USER": "you",
        "PYTHONUNBUFFERED": "1",
    }


def _put_programs(programs: Path) -> None:
    """Put what a reader has installed on the path: this package, and Python's own programs."""
    texts = {"openapi-mcp": _OURS.format(python=sys.executable, root=ROOT)}
    for name, module in (("python", ""), ("python3", ""), ("uvicorn", " -m uvicorn"), ("flask", " -m flask")):
        texts[name] = f'#!/bin/sh\nexec "{sys.executable}"{module} "$@"\n'
    for name, text in texts.items():
        (programs / name).write_text(text, encoding="utf-8")
        (programs / name).chmod(0o755)


def _put_documents(shop: "Shop", work: Path, origin: str, *, has_uploads: bool) -> None:
    """Put the shop's document into the folder, under the names that pages have for one, and its manage.py."""
    document = {**json.loads(_document(shop.manage, shop.environment["SHOP_DATABASE"])), "servers": [{"url": origin}]}
    if has_uploads:
        document["paths"]["/api/documents/"] = _UPLOAD
    for name in ("openapi", "shop", "billing"):
        (work / f"{name}.json").write_text(json.dumps(document, indent=2), encoding="utf-8")
        (work / f"{name}.yaml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    for each in (ROOT / "examples" / "shop").iterdir():
        (work / each.name).symlink_to(each)


@cache
def _document(manage: tuple[str, ...], database: str) -> bytes:
    """Return the shop's document, as its own command prints it."""
    words = [*manage, "spectacular", "--format", "openapi-json"]
    environment = clean_environment(SHOP_DATABASE=database)
    return subprocess.run(words, env=environment, check=True, capture_output=True, timeout=60).stdout


def _put_secrets(home: Path, token: str) -> None:
    for folder, names in (("run/secrets", ("endpoint", "api_token")), (".config/example", ("key", "token"))):
        (home / folder).mkdir(parents=True)
        for name in names:
            (home / folder / name).write_text(f"{token}\n", encoding="utf-8")
    (home / "reports").mkdir()
    (home / "reports" / "march.pdf").write_bytes(b"%PDF-1.7\n")
