"""What is shown on stderr for the moment only, at a terminal: who is waited for, and a text as it comes.

Whatever else is written takes its place (cli/output.py): a line that stays, a question, the prompt of a chat.
"""

import shutil
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from openapi_mcp.model.text import one_line

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live
    from rich.spinner import Spinner

_LINES = 3
_WIDEST = 160  # characters of a line
_TAIL = 4_000  # characters of a text that are kept: what is masked in it may be long
_LONGEST_NAME = 100
_PER_SECOND = 8

_lock = threading.RLock()  # a notice may come from a thread of its own
_on_screen: "list[Live]" = []


@contextmanager
def aside() -> Iterator[None]:
    """Take away what is shown for the moment; until left, nothing is shown again."""
    with _lock:
        while _on_screen:
            _on_screen.pop().stop()
        yield


class Passing:
    """Shows who is waited for, then the end of what they say; where it is not `is_on`, nothing.

    `hide` masks what must not be shown.
    """

    def __init__(self, *, is_on: bool = False, hide: Callable[[str], str] = str) -> None:
        self._is_on = is_on
        self._hide = hide
        self._for = ""
        self._text = ""
        self._spinner: Spinner | None = None

    def waits(self, name: str) -> None:
        """Show that somebody is waited for; what was shown before is gone."""
        self._for, self._text, self._spinner = one_line(name, _LONGEST_NAME), "", None
        self.again()

    def comes(self, piece: str) -> None:
        """Show a piece of what they say, behind those before it."""
        self._text = (self._text + piece)[-_TAIL:]
        self.again()

    def again(self) -> None:
        """Show it again, where something else was written meanwhile."""
        if not (self._is_on and self._for) or _on_screen:
            return
        with _lock:
            _on_screen.append(_shown(self._drawn))

    def end(self) -> None:
        """Show it no more."""
        self._for = self._text = ""
        with aside():
            pass

    def _drawn(self, console: "Console") -> "RenderableType":
        """Return what is to be seen; asked for a few times a second, by a thread of rich's."""
        text = _told(console, self._hide(self._text))
        return text if text is not None else self._turning(console)

    def _turning(self, console: "Console") -> "RenderableType":
        from rich.spinner import Spinner
        from rich.text import Text

        if self._spinner is None:
            frames = "dots" if console.encoding.startswith("utf") else "line"
            name = one_line(_writable(self._for, console), max(_width() - 16, 8))
            self._spinner = Spinner(frames, Text(f"waits for {name}", style="dim"))
        return self._spinner


def passing(*, hide: Callable[[str], str] = str) -> Passing:
    """Return what shows things for the moment, where a person reads stderr at a terminal that can take them back."""
    if not sys.stderr.isatty():
        return Passing()
    return Passing(is_on=_console().is_interactive, hide=hide)


def _console() -> "Console":
    from rich.console import Console

    return Console(file=sys.stderr, highlight=False)


def _shown(drawn: "Callable[[Console], RenderableType]") -> "Live":
    """Return what is begun to be drawn. Its cursor stays: whoever is ended from outside would leave none."""
    from rich.live import Live

    console = _console()
    live = Live(
        console=console,
        get_renderable=lambda: drawn(console),
        transient=True,
        refresh_per_second=_PER_SECOND,
        redirect_stdout=False,
        redirect_stderr=False,
        vertical_overflow="crop",
    )
    live.start(refresh=True)
    console.show_cursor(True)
    return live


def _told(console: "Console", text: str) -> "RenderableType | None":
    """Return the last lines of a text that comes, None where nothing of it can be seen."""
    from rich.text import Text

    flat = _writable(one_line(text, len(text) + 1), console)
    if not flat:
        return None
    width = _width()
    end = Text(flat[-(_LINES + 1) * width :], style="dim")
    return Text("\n").join(end.wrap(console, width)[-_LINES:])


def _width() -> int:
    return max(min(shutil.get_terminal_size().columns - 1, _WIDEST), 1)


def _writable(text: str, console: "Console") -> str:
    """Return a text that a terminal which is not UTF-8 takes."""
    return text.encode(console.encoding, "backslashreplace").decode(console.encoding)
