"""Undoes Content-Encoding a piece at a time: a thousand bytes may hold a gigabyte.

What unpacks is imported when such an answer arrives. RFC 9110 section 8.4.1 (gzip, deflate), RFC 7932 (br), RFC 8878
(zstd).
"""

import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Protocol

from openapi_mcp.executor.faults import BrokenAnswerError

if TYPE_CHECKING:
    from backports.zstd import ZstdDecompressor

ACCEPT_ENCODING = "gzip, deflate, br, zstd"
_PIECE = 65536  # bytes that are unpacked at a time
_MAX_LAYERS = 4  # each may hold a window of 16 MB
_ZSTD_WINDOW = 23  # 8 MB, the most that a sender may ask for (RFC 9659 section 3)
_GZIP_MEMBER = b"\x1f\x8b"
_CUT = "the packed body ends before its end"


class Unpacker(Protocol):
    """One layer of packing."""

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        """Yield what these bytes hold, in pieces of bounded size.

        Raises:
            BrokenAnswerError: they are not packed so.
        """

    def finish(self) -> None:
        """Check that nothing is missing.

        Raises:
            BrokenAnswerError: the end has not come.
        """


def unpacker(encoding: str) -> Unpacker:
    """Return what undoes a `Content-Encoding`: "gzip, br" was packed with gzip first, then with br.

    Raises:
        BrokenAnswerError: it was not asked for.
    """
    names = [name.strip().lower() for name in encoding.split(",")]
    names = [name for name in names if name not in ("", "identity")]
    unknown = [name for name in names if name not in _LAYERS]
    if unknown or len(names) > _MAX_LAYERS:
        raise BrokenAnswerError(f"its Content-Encoding {encoding.strip()[:80]!r} was not asked for")
    layers = [_LAYERS[name]() for name in reversed(names)]
    return layers[0] if len(layers) == 1 else _Stack(layers)


class _Stack:
    """Several layers, the outermost first; none is a body that is not packed."""

    def __init__(self, layers: list[Unpacker]) -> None:
        self._layers = layers

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        return self._through(packed, 0)

    def _through(self, packed: bytes, depth: int) -> Iterator[bytes]:
        if depth == len(self._layers):
            yield packed
            return
        for piece in self._layers[depth].pieces(packed):
            yield from self._through(piece, depth + 1)

    def finish(self) -> None:
        for layer in self._layers:
            layer.finish()


class _Gunzip:
    """`gzip`: members that follow one another, then padding (RFC 1952 section 2.2)."""

    def __init__(self) -> None:
        self._engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
        self._begun = b""  # of what may be the next member

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        piece = b""
        while packed or (len(piece) == _PIECE and not self._engine.eof):
            if self._engine.eof:
                packed, self._begun = self._begun + packed, b""
                if len(packed) < len(_GZIP_MEMBER):
                    self._begun = packed
                    return
                if not packed.startswith(_GZIP_MEMBER):
                    return
                self._engine = zlib.decompressobj(zlib.MAX_WBITS | 16)
            piece, packed = _inflate(self._engine, packed)
            yield piece

    def finish(self) -> None:
        if not self._engine.eof:
            raise BrokenAnswerError(_CUT)


class _Inflate:
    """`deflate`: zlib's form (RFC 1950), or without its frame, as some servers send it."""

    def __init__(self) -> None:
        self._engine: zlib._Decompress | None = None
        self._head = b""

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        if self._engine is None:
            packed = self._head = self._head + packed
            if len(packed) < 2:
                return
            self._engine = zlib.decompressobj(zlib.MAX_WBITS if _is_zlib(packed) else -zlib.MAX_WBITS)
        piece = b""
        while (packed or len(piece) == _PIECE) and not self._engine.eof:
            piece, packed = _inflate(self._engine, packed)
            yield piece

    def finish(self) -> None:
        if self._engine is None or not self._engine.eof:
            raise BrokenAnswerError(_CUT)


def _is_zlib(packed: bytes) -> bool:
    """True for the two bytes that zlib's form begins with: method 8, and a multiple of 31. RFC 1950 section 2.2."""
    return packed[0] & 0x0F == 8 and int.from_bytes(packed[:2], "big") % 31 == 0


def _inflate(engine: "zlib._Decompress", packed: bytes) -> tuple[bytes, bytes]:
    try:
        piece = engine.decompress(packed, _PIECE)
    except zlib.error as error:
        raise BrokenAnswerError(str(error)) from error
    return piece, engine.unused_data if engine.eof else engine.unconsumed_tail


class _Brotli:
    """`br`."""

    def __init__(self) -> None:
        import brotli  # type: ignore[import-untyped]

        self._engine = brotli.Decompressor()
        self._error: type[Exception] = brotli.error

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        piece = b"" if self._engine.is_finished() else self._unpacked(packed)
        while piece or not self._engine.can_accept_more_data():  # it may have taken all, and hold some back
            yield piece
            piece = b"" if self._engine.is_finished() else self._unpacked(b"")

    def _unpacked(self, packed: bytes) -> bytes:
        try:
            piece: bytes = self._engine.process(packed, output_buffer_limit=_PIECE)
        except self._error as error:
            raise BrokenAnswerError(f"the packed body is no brotli: {error}") from error
        return piece

    def finish(self) -> None:
        if not self._engine.is_finished():
            raise BrokenAnswerError(_CUT)


class _Zstd:
    """`zstd`: frames that follow one another (RFC 8878 section 3)."""

    def __init__(self) -> None:
        self._engine, self._error = _zstd_engine()

    def pieces(self, packed: bytes) -> Iterator[bytes]:
        while packed or not (self._engine.eof or self._engine.needs_input):
            if self._engine.eof:
                self._engine, _ = _zstd_engine()
            piece = self._unpacked(packed)
            packed = self._engine.unused_data if self._engine.eof else b""
            yield piece

    def _unpacked(self, packed: bytes) -> bytes:
        try:
            return self._engine.decompress(packed, _PIECE)
        except self._error as error:
            raise BrokenAnswerError(f"the packed body is no zstd: {error}") from error

    def finish(self) -> None:
        if not self._engine.eof:
            raise BrokenAnswerError(_CUT)


def _zstd_engine() -> "tuple[ZstdDecompressor, type[Exception]]":
    if sys.version_info >= (3, 14):
        from compression import zstd
    else:
        from backports import zstd
    return zstd.ZstdDecompressor(options={zstd.DecompressionParameter.window_log_max: _ZSTD_WINDOW}), zstd.ZstdError


_LAYERS: Mapping[str, Callable[[], Unpacker]] = {
    "gzip": _Gunzip,
    "x-gzip": _Gunzip,
    "deflate": _Inflate,
    "br": _Brotli,
    "zstd": _Zstd,
}
