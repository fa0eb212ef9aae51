"""Files read as they are sent: never whole in memory, never wrong as if whole."""

import asyncio
import os
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from support.raw import answer, raw_upstream, redirect

from openapi_mcp.executor.faults import SendError, UploadError
from openapi_mcp.executor.send import Sender
from openapi_mcp.executor.upload import pieces
from openapi_mcp.model.message import HttpRequest, HttpResponse, Streamed, Upload

pytestmark = pytest.mark.anyio

LARGE = 50_000_000


def upload(path: Path) -> Upload:
    return Upload(path=str(path), size=path.stat().st_size)


def post(url: str, *parts: bytes | Upload, method: str = "POST") -> HttpRequest:
    return HttpRequest(method=method, url=url, headers=(("Content-Type", "a/b"),), body=Streamed(pieces=parts))


async def send(what: HttpRequest) -> HttpResponse:
    async with Sender(max_body=1_000_000, user_agent="openapi-mcp/test") as sender:
        return await sender.send(what)


async def failing(what: HttpRequest) -> SendError:
    with pytest.raises(SendError) as raised:
        await send(what)
    return raised.value


async def test_bytes_and_files_are_sent_one_after_the_other(tmp_path: Path) -> None:
    """Issue 4, Files: streamed. The length is said, so that no server need take chunks."""
    file, empty = tmp_path / "a.bin", tmp_path / "empty"
    file.write_bytes(bytes(range(256)) * 1000)
    empty.write_bytes(b"")
    async with raw_upstream(answer()) as upstream:
        await send(post(f"{upstream.url}/a", b"<", upload(file), b"|", upload(empty), b"x" * 70_000, b">"))
    body = upstream.seen[0].partition(b"\r\n\r\n")[2]
    assert body == b"<" + file.read_bytes() + b"|" + b"x" * 70_000 + b">"
    assert upstream.values("content-length") == [str(len(body))]
    assert upstream.values("transfer-encoding") == []


async def test_a_large_file_is_never_in_memory_whole(tmp_path: Path) -> None:
    """Issue 4, Files: streamed, not read into memory whole."""
    file = tmp_path / "large"
    with file.open("wb") as made:
        made.truncate(LARGE)
    arrived = 0

    async def swallow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal arrived
        await reader.readuntil(b"\r\n\r\n")
        while arrived < LARGE:
            arrived += len(await reader.read(65536))
        writer.write(answer(b"[]"))
        writer.close()

    server = await asyncio.start_server(swallow, "127.0.0.1", 0)
    async with server:
        url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"
        tracemalloc.start()
        try:
            response = await send(post(url, upload(file)))
            _, peak = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
    assert (response.body, arrived) == (b"[]", LARGE)
    assert peak < 10_000_000


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_within_the_origin_sends_the_file_anew(tmp_path: Path, status: int) -> None:
    """RFC 9110 section 15.4; PUT stays PUT."""
    file = tmp_path / "a"
    file.write_bytes(b"data")
    async with raw_upstream(redirect("/b", status), answer()) as upstream:
        await send(post(f"{upstream.url}/a", b"<", upload(file), method="PUT"))
    assert upstream.targets == ["PUT /a", "PUT /b"]
    assert all(seen.endswith(b"\r\n\r\n<data") for seen in upstream.seen)


async def test_a_redirect_that_makes_it_a_get_sends_no_file(tmp_path: Path) -> None:
    """RFC 9110 section 15.4.4: 303."""
    file = tmp_path / "a"
    file.write_bytes(b"data")
    async with raw_upstream(redirect("/b", 303), answer()) as upstream:
        await send(post(f"{upstream.url}/a", upload(file)))
    assert upstream.targets == ["POST /a", "GET /b"]
    assert upstream.seen[1].endswith(b"\r\n\r\n")
    assert [name for name, _ in upstream.headers() if name.startswith("content-")] == []


def _remove(file: Path) -> None:
    file.unlink()


def _shrink(file: Path) -> None:
    file.write_bytes(b"x")


def _grow(file: Path) -> None:
    file.write_bytes(file.read_bytes() + b"x")


def _link(file: Path) -> None:
    target = file.with_name("secret")
    target.write_bytes(file.read_bytes())
    file.unlink()
    file.symlink_to(target)


def _make_folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _make_pipe(file: Path) -> None:
    file.unlink()
    os.mkfifo(file)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_remove, "'a.bin' cannot be read: No such file"),
        (_shrink, "'a.bin' has changed"),
        (_grow, "'a.bin' has changed"),
        (_link, "'a.bin' cannot be read"),
        (_make_folder, "'a.bin' is not a regular file"),
        (_make_pipe, "'a.bin' is not a regular file"),
    ],
)
async def test_a_file_that_is_no_longer_what_it_was_is_not_sent(
    tmp_path: Path, change: Callable[[Path], None], said: str
) -> None:
    """security.md 1: nothing is sent. The path was checked when the request was built; a link may stand there now."""
    file = tmp_path / "a.bin"
    file.write_bytes(b"0123456789")
    known = upload(file)
    change(file)
    async with raw_upstream(answer()) as upstream:
        error = await failing(post(f"{upstream.url}/a", known))
    assert isinstance(error, UploadError)
    assert said in str(error)
    assert str(tmp_path) not in str(error)
    assert upstream.seen == []


async def test_a_path_that_no_file_can_have_is_not_sent() -> None:
    """style.md, Errors."""
    async with raw_upstream(answer()) as upstream:
        error = await failing(post(upstream.url, Upload(path="a\0b", size=1)))
    assert isinstance(error, UploadError)


def _cut(file: Path) -> None:
    os.truncate(file, 100_000)


def _append(file: Path) -> None:
    with file.open("ab") as more:
        more.write(b"more")


def _rewrite(file: Path) -> None:
    with file.open("r+b") as anew:
        anew.write(b"other")
    os.utime(file, ns=(1, 1))


@pytest.mark.parametrize("change", [_cut, _append, _rewrite])
async def test_a_file_that_changes_while_it_is_sent_never_arrives_as_if_whole(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    """Our choice: the last piece waits until the file has proved to be what it was."""
    file = tmp_path / "a"
    file.write_bytes(bytes(300_000))
    body = Streamed(pieces=(b"<", upload(file), b">"))
    came = bytearray()

    async def take() -> None:
        async for piece in pieces(body):
            if len(came) == 1:
                change(file)
            came.extend(piece)

    with pytest.raises(UploadError, match="has changed"):
        await take()
    assert len(came) < 300_001


async def test_the_connection_is_closed_before_the_end_of_what_cannot_be_sent(tmp_path: Path) -> None:
    """The length was said, so the server knows that what it has is not all."""
    first, second = tmp_path / "a", tmp_path / "b"
    first.write_bytes(bytes(200_000))
    second.write_bytes(b"x")
    known = upload(second)
    second.unlink()
    async with raw_upstream(answer()) as upstream, Sender(max_body=1000, user_agent="x") as sender:
        with pytest.raises(UploadError):
            await sender.send(post(f"{upstream.url}/a", upload(first), known))
        await asyncio.wait_for(upstream.hung_up.wait(), 5)
        assert (await sender.send(HttpRequest(method="GET", url=f"{upstream.url}/b"))).status == 200


async def test_descriptors_are_closed_whatever_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """security.md 28 R-LOAD: descriptors flat."""
    file = tmp_path / "a"
    file.write_bytes(bytes(300_000))
    known = upload(file)
    opened: list[int] = []
    real = os.open

    def noting(*arguments: Any) -> int:
        opened.append(real(*arguments))
        return opened[-1]

    monkeypatch.setattr(os, "open", noting)
    for _ in range(3):
        stream = pieces(Streamed(pieces=(known,)))
        await anext(stream)
        await stream.aclose()
    assert len(opened) == 3
    for descriptor in opened:
        with pytest.raises(OSError, match="Bad file descriptor"):
            os.fstat(descriptor)
