"""Two steps of a layout: how far to the right each box stands, and how near each can be to where it should."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence


def levels(keys: Iterable[str], lines: Iterable[tuple[str, str]]) -> Mapping[str, int]:
    """Return a level for each key, greater than that of all that lead to it; of a circle one line does not count.

    (["a", "b", "c"], [("a", "b"), ("b", "c"), ("c", "a")]) -> {"a": 0, "b": 1, "c": 2}
    """
    after: dict[str, list[str]] = defaultdict(list)
    for source, target in lines:
        after[source].append(target)
    backwards = _finished(keys, after)
    place = {key: number for number, key in enumerate(backwards)}
    level = dict.fromkeys(backwards, 0)
    for key in reversed(backwards):
        for target in after[key]:
            if place[target] < place[key]:  # else it closes a circle
                level[target] = max(level[target], level[key] + 1)
    return level


def _finished(keys: Iterable[str], after: Mapping[str, Sequence[str]]) -> list[str]:
    """Return the keys in the order in which a walk in depth is done with them; without recursion."""
    done: dict[str, None] = {}
    seen: set[str] = set()
    for start in keys:
        walk = [(start, iter(after.get(start, ())))] if start not in seen else []
        seen.add(start)
        while walk:
            key, targets = walk[-1]
            new = next((target for target in targets if target not in seen), None)
            if new is None:
                done[key] = None
                walk.pop()
            else:
                seen.add(new)
                walk.append((new, iter(after.get(new, ()))))
    return list(done)


def squeezed(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Return where things of these sizes begin, in this order and without overlap, as near as can be to what is wanted.

    ([0, 0, 50], [10, 10, 10]) -> [-5, 5, 50]: those that push each other share the way (least squares).
    """
    blocks: list[tuple[float, int]] = []  # where a block of things begins, and how many they are
    offset = 0.0
    for number, size in enumerate(sizes):
        at, count = wanted[number] - offset, 1
        while blocks and blocks[-1][0] > at:
            before, members = blocks.pop()
            at, count = (before * members + at * count) / (members + count), members + count
        blocks.append((at, count))
        offset += size
    return _spread(blocks, sizes)


def _spread(blocks: Sequence[tuple[float, int]], sizes: Sequence[float]) -> list[float]:
    begins = [at for at, count in blocks for _ in range(count)]
    found, offset = [], 0.0
    for begin, size in zip(begins, sizes, strict=True):
        found.append(begin + offset)
        offset += size
    return found
