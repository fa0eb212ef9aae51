"""Content-Encoding undone in bounded pieces, whatever it is and however it is cut."""

import gzip
import random
import sys
import tracemalloc
import zlib
from collections.abc import Callable
from typing import Any

import brotli  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from openapi_mcp.executor.faults import BrokenAnswerError
from openapi_mcp.executor.unpack import ACCEPT_ENCODING, unpacker

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

Pack = Callable[[bytes], bytes]


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packer.compress(body) + packer.flush()


def large_window(body: bytes) -> bytes:
    """Pack with a window of 16 MB, more than may be asked for."""
    options: Any = {zstd.CompressionParameter.window_log: 24, zstd.CompressionParameter.content_size_flag: 0}
    packer = zstd.ZstdCompressor(options=options)
    return packer.compress(body) + packer.flush()


PACKERS: list[tuple[str, Pack]] = [
    ("gzip", gzip.compress),
    ("deflate", zlib.compress),
    ("deflate", raw_deflate),
    ("br", brotli.compress),
    ("zstd", zstd.compress),
]
EACH = pytest.mark.parametrize(("name", "pack"), PACKERS)


def unpacked(encoding: str, packed: bytes, step: int = 1 << 20) -> bytes:
    engine = unpacker(encoding)
    pieces = [piece for at in range(0, len(packed), step) for piece in engine.pieces(packed[at : at + step])]
    engine.finish()
    return b"".join(pieces)


def reason(encoding: str, packed: bytes, step: int = 1 << 20) -> str:
    with pytest.raises(BrokenAnswerError) as raised:
        unpacked(encoding, packed, step)
    return str(raised.value)


@EACH
@pytest.mark.parametrize("size", [0, 5, 65_535, 65_536, 65_537, 400_000])
@pytest.mark.parametrize("step", [1, 1000, 1 << 20])
def test_what_was_packed_is_unpacked(name: str, pack: Pack, size: int, step: int) -> None:
    """RFC 9110 section 8.4.1; RFC 9112 section 7.1: chunks end anywhere."""
    body = random.Random(size).randbytes(min(size, 3000)) * 200
    assert unpacked(name, pack(body[:size]), step) == body[:size]


@given(body=st.binary(max_size=300), step=st.integers(1, 40), chosen=st.lists(st.sampled_from(PACKERS), max_size=4))
def test_layers_are_undone_in_the_order_they_were_put_on(
    body: bytes, step: int, chosen: list[tuple[str, Pack]]
) -> None:
    """RFC 9110 section 8.4: the encodings are listed in the order in which they were applied."""
    packed = body
    for _, pack in chosen:
        packed = pack(packed)
    assert unpacked(", ".join(name for name, _ in chosen), packed, step) == body


@pytest.mark.parametrize("encoding", ["", "identity", " Identity ", ","])
def test_what_is_not_packed_passes(encoding: str) -> None:
    """RFC 9110 section 12.5.3: identity."""
    assert unpacked(encoding, b"as it is", 3) == b"as it is"


@pytest.mark.parametrize("encoding", ["GZIP", "x-gzip", " gzip ", "identity, gzip"])
def test_a_coding_is_known_in_any_letters(encoding: str) -> None:
    """RFC 9110 section 8.4.1: case-insensitive; x-gzip is gzip."""
    assert unpacked(encoding, gzip.compress(b"x")) == b"x"


def test_all_that_is_asked_for_is_undone() -> None:
    """RFC 9110 section 12.5.3."""
    packers = dict(PACKERS)
    for name in ACCEPT_ENCODING.split(", "):
        pack = zlib.compress if name == "deflate" else packers[name]
        assert unpacked(name, pack(b"x")) == b"x"


@pytest.mark.parametrize("encoding", ["compress", "exi", "gzip, exi", "gzip, gzip, gzip, gzip, gzip", "gzip;q=1"])
def test_what_was_not_asked_for_is_refused(encoding: str) -> None:
    """security.md 18 R-UPSTREAM."""
    assert reason(encoding, b"x") == f"its Content-Encoding {encoding!r} was not asked for"


@EACH
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.999])
def test_a_cut_body_is_broken(name: str, pack: Pack, kept: float) -> None:
    """security.md 18 R-UPSTREAM: truncated responses are isError with a cause."""
    packed = pack(random.Random(1).randbytes(5000))
    assert reason(name, packed[: int(len(packed) * kept)]) == "the packed body ends before its end"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("gzip", "incorrect header check"),
        ("deflate", "invalid"),
        ("br", "the packed body is no brotli"),
        ("zstd", "the packed body is no zstd"),
        ("gzip, br", "the packed body is no brotli"),
    ],
)
def test_what_is_packed_otherwise_is_broken(name: str, said: str) -> None:
    """security.md 18 R-UPSTREAM."""
    assert said in reason(name, b"\xff<html>this is packed in no way at all</html>")


@pytest.mark.parametrize(("name", "pack"), [each for each in PACKERS if each[1] is not raw_deflate])
def test_a_body_broken_in_its_middle_is_broken(name: str, pack: Pack) -> None:
    """security.md 18 R-UPSTREAM: each has a check, or an end, that no longer fits. Bare deflate has none."""
    packed = bytearray(pack(b"a text that is long enough to be packed, packed, packed " * 20))
    packed[len(packed) // 2 :] = bytes(40)
    assert reason(name, bytes(packed))


@pytest.mark.parametrize("padding", [b"", b"\0" * 20, b"\x1f"])
@pytest.mark.parametrize("step", [1, 1000])
def test_members_of_gzip_follow_one_another(padding: bytes, step: int) -> None:
    """RFC 1952 section 2.2: what is no member is padding."""
    packed = gzip.compress(b"first ") + gzip.compress(b"second") + padding
    assert unpacked("gzip", packed, step) == b"first second"


@pytest.mark.parametrize("step", [1, 1000])
def test_frames_of_zstd_follow_one_another(step: int) -> None:
    """RFC 8878 section 3: frames, and frames to be skipped."""
    skipped = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    packed = zstd.compress(b"first ") + skipped + zstd.compress(b"second") + skipped
    assert unpacked("zstd", packed, step) == b"first second"


@pytest.mark.parametrize("name", ["deflate", "br"])
def test_what_follows_the_end_is_left(name: str) -> None:
    """Our choice, as with gzip's padding: they have one stream."""
    pack = dict(PACKERS)[name] if name == "br" else zlib.compress
    engine = unpacker(name)
    assert b"".join(engine.pieces(pack(b"x"))) == b"x"
    assert list(engine.pieces(b"more")) == []
    engine.finish()


def test_a_window_larger_than_allowed_is_refused() -> None:
    """RFC 9659 section 3: at most 8 MB."""
    assert "no zstd" in reason("zstd", large_window(bytes(100)))


@EACH
def test_a_bomb_comes_in_pieces(name: str, pack: Pack) -> None:
    """security.md 17 R-UPSTREAM: memory growth stays under 100 MB whatever the upstream sends."""
    bomb = pack(bytes(100_000_000))
    engine = unpacker(name)
    tracemalloc.start()
    try:
        sizes = [len(piece) for piece in engine.pieces(bomb)]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert sum(sizes) == 100_000_000
    assert max(sizes) <= 1 << 20
    assert peak < 20_000_000


@EACH
def test_a_bomb_in_a_bomb_is_left_as_soon_as_nobody_asks(name: str, pack: Pack) -> None:
    """security.md 17 R-UPSTREAM. Packed twice, 640 bytes took 1.1 GB."""
    bomb = gzip.compress(pack(bytes(50_000_000)))
    tracemalloc.start()
    try:
        pieces = unpacker(f"{name}, gzip").pieces(bomb)
        taken = 0
        while taken < 1_000_000:
            taken += len(next(pieces))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 20_000_000
