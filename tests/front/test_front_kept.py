"""The file of a catalogue."""

from concurrent.futures import ThreadPoolExecutor
from io import FileIO
from pathlib import Path

from openapi_mcp.front.kept import Kept


def test_threads_read_a_catalogue_side_by_side(tmp_path: Path) -> None:
    """A large answer is held against its schema in a thread, while another call's tool is read from the same file."""
    parts = [bytes([number]) * 997 for number in range(200)]
    path = tmp_path / "kept"
    path.write_bytes(b"head" + b"".join(parts))
    with FileIO(path) as file, ThreadPoolExecutor(8) as pool:
        kept = Kept(str(path), file, {}, 4)
        places = [number for _ in range(20) for number in range(200)]
        found = pool.map(lambda number: kept.read(number * 997, 997), places)
        assert all(data == parts[number] for number, data in zip(places, found, strict=True))
