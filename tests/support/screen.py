"""What stands on a terminal's screen after what was written to it: the few controls that rich moves its cursor with."""

import re

_PIECE = re.compile(r"\x1b\[(?P<number>\??\d*)(?:;\d+)*(?P<control>[A-Za-z])|(?P<char>[\s\S])")


def screen(written: str) -> list[str]:
    """Return the lines; of a screen that is high and wide enough for all of them."""
    lines, row, column = [""], 0, 0
    for piece in _PIECE.finditer(written):
        match piece["char"], piece["control"]:
            case "\r", _:
                column = 0
            case "\n", _:
                row += 1
                lines += [""] * (row + 1 - len(lines))
            case str() as char, _:
                line = lines[row].ljust(column)
                lines[row] = line[:column] + char + line[column + 1 :]
                column += 1
            case _, "A":
                row -= int(piece["number"] or 1)
                assert row >= 0, "above the first line"
            case _, "K":
                assert piece["number"] == "2", piece[0]
                lines[row] = ""
            case _, control:
                assert control in ("m", "h", "l"), piece[0]
    return [line.rstrip() for line in lines]
