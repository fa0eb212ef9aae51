"""About how much memory JSON takes once it is read, told from its bytes: ten megabytes of "[]," are two hundred."""

MOST = 75_000_000
"""Bytes that what is read may take, beside the texts that it is made from and told in; of ten megabytes, the default
cap on a body. Where the operator lets more come, as many times more."""
_TIMES = 7.5
_SMALL = 1_000_000  # bytes of JSON: what is shorter takes no more, whatever it is
_LIST, _OBJECT, _EMPTY = 72, 200, 80  # bytes of each in CPython, with its place in what holds it
_TEXT, _NUMBER, _ITEM = 58, 24, 8
_ROOMY = 5  # names of an object that its size above has room for
_NAME, _OTHER_NAME = 30, 150  # a name that other objects share, and one of an object that is as good as a table
_TABLE = 1_000  # names of an object


def is_heavy(body: bytes) -> bool:
    """True for JSON that would take more memory than an answer may: such of many empty or tiny parts."""
    return len(body) > _SMALL and weight(body) > max(MOST, _TIMES * len(body))


def weight(body: bytes) -> int:
    """Return about how many bytes JSON takes once it is read; more where its texts hold what looks like JSON."""
    lists, empty = body.count(b"["), body.count(b"{}")
    objects, items = body.count(b"{") - empty, body.count(b",")
    names = body.count(b'":')
    texts = max(0, body.count(b'"') // 2 - names)
    numbers = max(0, items - texts - lists - objects - empty)
    of_a_name = _OTHER_NAME if names > _TABLE * max(1, objects) else _NAME
    held = _LIST * lists + _OBJECT * objects + _EMPTY * empty + of_a_name * max(0, names - _ROOMY * objects)
    return held + _TEXT * texts + _NUMBER * numbers + _ITEM * items
