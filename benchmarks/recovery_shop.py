"""The shop (examples/shop), live, behind a proxy that notes every request."""

import http.client
import json
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from recovery_mock import TROUBLES, Request, Seen, matches, serving

SHOP = Path(__file__).resolve().parent.parent / "examples" / "shop"


class Shop:
    """The shop as the suite sees it."""

    name = "shop"

    def __init__(self, folder: Path) -> None:
        self.database, self.clean = folder / "shop.sqlite3", folder / "clean.sqlite3"
        self.token = secrets.token_hex(20)
        self.seen: list[Seen] = []
        self.trouble = ""
        self.target = ("", "")
        self.base = ""
        self.port = free_port()

    def reset(self) -> None:
        """Forget what was seen, and give the shop its first records again where they were changed."""
        if any(one.request.method != "GET" for one in self.seen):
            shutil.copy(self.clean, self.database)
        self.seen, self.trouble = [], ""

    def document(self) -> Any:
        """Return the shop's own description."""
        return json.loads(self.ask("GET", "/api/schema/?format=json", {}, b"")[2])

    def ask(self, method: str, path: str, headers: dict[str, str], body: bytes) -> tuple[int, str, bytes]:
        """Return status, media type and body of the shop's answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body or None, {**headers, "Authorization": f"Token {self.token}"})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        return answer.status, answer.getheader("Content-Type") or "", data

    def pass_on(self, request: Request, path: str, body: bytes) -> tuple[int, str, bytes]:
        """Answer a request by the shop, or as trouble says; note it."""
        note = Seen(request=request)
        self.seen.append(note)
        fits = request.method == self.target[0] and matches(self.target[1], request.path) is not None
        trouble = self.trouble if fits else ""
        headers = {"Content-Type": request.headers.get("content-type", "application/json")}
        status, content, data = 0, "", b""
        if not trouble or trouble.endswith("after"):
            status, content, data = self.ask(request.method, path, headers if body else {}, body)
            note.acted = request.method != "GET" and status < 300
        if trouble:
            status, message = TROUBLES[trouble]
            content, data = "application/json", json.dumps({"detail": message}).encode()
        note.status, note.answer = status, data.decode("utf-8", "replace")
        return status, content, data


@contextmanager
def running_shop() -> Iterator[Shop]:
    """Start the shop and its proxy; yield it with its base URL."""
    with tempfile.TemporaryDirectory(prefix="recovery-") as home:
        shop = Shop(Path(home))
        environment = {**os.environ, "SHOP_DATABASE": str(shop.database)}
        manage = [sys.executable, "manage.py"]
        seed = [*manage, "seed", "--token", shop.token]
        subprocess.run(seed, cwd=SHOP, env=environment, check=True, stdout=subprocess.DEVNULL)
        shutil.copy(shop.database, shop.clean)
        command = [*manage, "runserver", "--noreload", f"127.0.0.1:{shop.port}"]
        quiet = subprocess.DEVNULL
        with subprocess.Popen(command, cwd=SHOP, env=environment, stdout=quiet, stderr=quiet) as process:
            try:
                wait_for(shop, process)
                with serving(proxy(shop)) as shop.base:
                    yield shop
            finally:
                process.terminate()


def wait_for(shop: Shop, process: "subprocess.Popen[bytes]") -> None:
    """Return when the shop answers."""
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            shop.ask("GET", "/healthz", {}, b"")
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the shop did not start; try: python manage.py runserver (in examples/shop)")


def proxy(shop: Shop) -> type[BaseHTTPRequestHandler]:
    """Return what hands requests to the shop."""

    class Handler(BaseHTTPRequestHandler):
        """Passes a request on."""

        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            """Answer as the shop does; no status: hang up."""
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            parts = urlsplit(self.path)
            pairs = parse_qsl(parts.query, keep_blank_values=True)
            headers = {name.lower(): value for name, value in self.headers.items()}
            read = json.loads(body) if body else None
            request = Request(
                method=self.command, path=parts.path, query=dict(pairs), pairs=pairs, body=read, headers=headers
            )
            status, content, data = shop.pass_on(request, self.path, body)
            if status == 0:
                self.close_connection = True
                self.connection.close()
                return
            self.send_response(status)
            self.send_header("Content-Type", content)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = answer

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    return Handler


def free_port() -> int:
    """Return a port that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
