"""Requirement 17: JSON within the default cap on a body that would take a multiple of its size once it is read."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from support.child import Child, running
from support.rude import rude_upstream, whole
from support.upstream import description

SIZE = 9_500_000  # bytes: under the cap of ten megabytes
GROWTH = 100_000  # kilobytes
ORDER = b'{"id":70,"name":"Green Tea","placed_at":"2026-01-31T12:00:00Z","to":{"city":"Porto"},"total":"12.50"}'


def filled(item: bytes) -> bytes:
    return b"[" + b",".join([item] * (SIZE // (len(item) + 1))) + b"]"


BODIES = {
    "lists": filled(b"[]"),
    "objects": filled(b"{}"),
    "numbers": filled(b"12345"),
    "texts": filled(b'"ab"'),
    "pairs": filled(b'{"a":1}'),
    "names": b"{" + b",".join(b'"k%d":0' % number for number in range(SIZE // 12)) + b"}",
    "orders": filled(
        b'{"id":70,"name":"Green Tea","placed_at":"2026-01-31T12:00:00Z","to":{"city":"Porto"},"total":"12.50"}'
    ),
}
READ = ("numbers", "orders")  # as JSON; of the others the text is delivered


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Child]:
    folder = tmp_path_factory.mktemp("parts")
    names = [f"/{name}" for name in ("fine", *BODIES)]
    (folder / "api.json").write_text(json.dumps(description(*names)))
    answers = {f"/{name}": whole(body) for name, body in BODIES.items()}
    with (
        rude_upstream(answers) as server,
        running("serve", "--spec", "api.json", "--base-url", server.url, folder=folder) as process,
    ):
        process.open()
        yield process
        process.close_stdin()
        assert process.wait() == 0


def peak(child: Child) -> int:
    return int(Path(f"/proc/{child.process.pid}/status").read_text().partition("VmHWM:")[2].split()[0])


@pytest.mark.requirement(17)
@pytest.mark.parametrize("name", BODIES)
def test_no_answer_takes_a_multiple_of_what_it_may(child: Child, name: str) -> None:
    """The peak of the process; the first call of all is made before, as it opens what every call needs."""
    child.call("fine")
    before = peak(child)
    result = child.call(name)
    assert peak(child) - before < GROWTH
    assert not result.get("isError")
    mismatch = json.dumps(result).find("has too many parts to be read as JSON")
    assert (mismatch < 0) is (name in READ)
