"""Every line of the security requirements has a test, and each says which."""

import re
from pathlib import Path

TESTS = Path(__file__).parent.parent
LAST = 37


def test_every_requirement_has_a_test() -> None:
    """`pytest -m requirement` runs them all."""
    marked = re.compile(r"@pytest\.mark\.requirement\(([0-9, ]+)\)")
    found = [marked.findall(file.read_text(encoding="utf-8")) for file in TESTS.rglob("test_*.py")]
    numbers = {int(number) for marks in found for mark in marks for number in mark.split(",")}
    assert set(range(1, LAST + 1)) - numbers == set()
