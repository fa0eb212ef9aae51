"""A request as a curl line: what a real shell and a real curl make of it is what the program sends."""

import json
import shutil
import subprocess
from pathlib import Path
from tempfile import NamedTemporaryFile

import pytest
from support.upstream import Upstream

from openapi_mcp.model.message import HttpRequest, Streamed, Upload
from openapi_mcp.request.curl import curl

AWKWARD = b"\x00\xff\r\n'\"$HOME `id` \\ %s @x\n\n"


def run(line: str) -> bytes:
    """Run a line as a script of a POSIX shell, as who copies it into a terminal does; return what it prints."""
    with NamedTemporaryFile("w", suffix=".sh", encoding="utf-8", newline="") as script:
        script.write(f"{line}\n")
        script.flush()
        return subprocess.run(["sh", script.name], check=True, capture_output=True, timeout=60).stdout


def arrived(request: HttpRequest, upstream: Upstream) -> bytes:
    """Return the body that a curl line sends; where there is no curl, what the line pipes to it, or gives it."""
    line = curl(request)
    if shutil.which("curl") is not None:
        run(f"{line} --silent --show-error --noproxy '*'")
        (seen,) = upstream.seen
        assert (seen.method, upstream.url + seen.target) == (request.method, request.url)
        sent = [(name.lower(), value) for name, value in seen.headers]
        assert all((name.lower(), value) in sent for name, value in request.headers)
        return seen.body
    return printed(line)


def printed(line: str) -> bytes:
    """Return the body that the shell gives to curl: what is piped to it, else its last word."""
    piped, last_word = "cat", """while [ $# -gt 1 ]; do shift; done; printf %s "$1" """
    return run(f"curl() {{ {piped if line.endswith('--data-binary @-') else last_word}; }}; {line}")


@pytest.fixture
def files(tmp_path: Path) -> Path:
    folder = tmp_path / "it's $HOME; a folder"
    folder.mkdir()
    (folder / "-a b.bin").write_bytes(AWKWARD * 3)
    (folder / "empty").write_bytes(b"")
    return folder


def upload(path: Path) -> Upload:
    return Upload(path=str(path), size=path.stat().st_size, mark="m")


BODIES = [
    b'{"a":"it\'s $HOME `id`","b":"\xc3\xa9 \\n %s"}',
    b"@/etc/passwd",
    b"--flag",
    b"line\nline\n\n",
    AWKWARD,
    bytes(range(256)) * 40,
    b"x" * 300_000,
    "é€😀".encode() * 60_000,
]


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
def test_the_line_sends_the_bytes_that_the_program_sends(body: bytes, upstream: Upstream) -> None:
    """Issue 2, --dry-run. No word of a command may be longer than 128 KiB on Linux: a long text goes by a pipe."""
    url = f"{upstream.url}/echo?a=%5B1%5D&b={{x}}&c=it%27s"
    headers = (("X-Odd", 'it\'s "$HOME" `id`'), ("Content-Type", "text/plain"))
    request = HttpRequest(method="PUT", url=url, headers=headers, body=body)
    assert arrived(request, upstream) == body
    assert printed(curl(request)) == body


def test_a_streamed_body_is_put_together_by_the_shell(files: Path, upstream: Upstream) -> None:
    """Issue 4, Files: streamed. The files of a form, with what stands between them."""
    pieces = (b"--x\r\n\r\n", upload(files / "-a b.bin"), b"\r\n--x\r\n\x00", upload(files / "empty"), b"--x--\r\n")
    request = HttpRequest(
        method="POST",
        url=f"{upstream.url}/echo",
        headers=(("Content-Type", "multipart/form-data; boundary=x"),),
        body=Streamed(pieces=pieces),
    )
    whole = b"".join(Path(piece.path).read_bytes() if isinstance(piece, Upload) else piece for piece in pieces)
    assert isinstance(request.body, Streamed)
    assert len(whole) == request.body.size
    assert arrived(request, upstream) == whole
    assert printed(curl(request)) == whole


def test_a_file_alone_is_the_whole_body(files: Path, upstream: Upstream) -> None:
    """Issue 4, Files: an octet-stream from a path."""
    body = Streamed(pieces=(upload(files / "-a b.bin"),))
    request = HttpRequest(method="POST", url=f"{upstream.url}/echo", headers=(("Content-Type", "a/b"),), body=body)
    assert arrived(request, upstream) == AWKWARD * 3


@pytest.mark.parametrize("method", ["GET", "DELETE", "POST", "QUERY"])
def test_a_request_without_a_body_sends_none(method: str, upstream: Upstream) -> None:
    """RFC 9110 section 8.6."""
    request = HttpRequest(method=method, url=f"{upstream.url}/echo", headers=(("Accept", "*/*"), ("X-Empty", "")))
    if shutil.which("curl") is None:
        assert "--data" not in curl(request)
    else:
        said = json.loads(run(f"{curl(request)} --silent --noproxy '*'"))
        assert ["X-Empty", ""] in said["headers"]
        assert (upstream.seen[0].method, upstream.seen[0].body) == (method, b"")


def test_a_head_request_waits_for_no_body(upstream: Upstream) -> None:
    """curl(1): with -X HEAD it would wait for the bytes that Content-Length names."""
    line = curl(HttpRequest(method="HEAD", url=f"{upstream.url}/echo"))
    assert line == f"curl --globoff --head {upstream.url}/echo"
