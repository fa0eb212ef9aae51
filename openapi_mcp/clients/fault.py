"""What is wrong with the text of a client's file, and where in it."""


class TextFaultError(ValueError):
    """A text that cannot be read or changed: what is wrong, and the line and column where, from 1."""

    def __init__(self, what: str, line: int = 1, column: int = 1) -> None:
        super().__init__(what)
        self.what = what
        self.line = line
        self.column = column


def fault_at(text: str, offset: int, what: str) -> TextFaultError:
    """Return the fault at an offset of a text."""
    before = text[:offset]
    line = before.count("\n") + 1
    return TextFaultError(what, line, offset - (before.rfind("\n") + 1) + 1)
