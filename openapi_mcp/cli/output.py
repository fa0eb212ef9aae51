"""The only module that writes: answers to stdout, everything else to stderr."""

import io
import json
import logging
import os
import re
import select
import shutil
import signal
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from openapi_mcp.cli.logged import JsonLines, TextLines, json_line
from openapi_mcp.cli.passing import aside
from openapi_mcp.cli.wrapping import columns, fitted
from openapi_mcp.errors import ConfigError, ExitCode, OpenapiMcpError
from openapi_mcp.model.text import clean_text, escaped
from openapi_mcp.model.told import Told

if TYPE_CHECKING:
    from rich.console import RenderableType

Notice = Callable[[str], None]
"""Says one line to a person."""
_WARNING = "warning: "
_PIPE = 200  # characters
_LOOK = 0.2  # seconds between two looks whether a line was typed
_LABEL = len("error: ")
_CONTROLS = re.compile("[\x7f-\x9f]")


def open_missing_streams() -> None:
    """Put the null device where a standard stream was closed before we started (`>&-`)."""
    sys.stdin = sys.stdin or open(os.devnull, encoding="utf-8")  # noqa: SIM115  open as long as the process is
    sys.stdout = sys.stdout or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
    sys.stderr = sys.stderr or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115


def show_json(value: Any) -> None:
    """Write one JSON document to stdout."""
    show_text(written_json(value, indent=2))


def show_json_line(value: Any) -> None:
    """Write a JSON value to stdout, on one line."""
    show_text(written_json(value))


def show_json_items(name: str, values: Iterable[Any]) -> None:
    """Write {NAME: [...]} to stdout, value by value: there may be more than memory holds."""
    before = f"{{\n  {json.dumps(name)}: ["
    for value in values:
        show_text(f"{before}\n{textwrap.indent(written_json(value, indent=2), '    ')}", end="")
        before = ","
    show_text("\n  ]\n}" if before == "," else f"{before}]\n}}")


def written_json(value: Any, indent: int | None = None) -> str:
    """Return JSON, with every control character as an escape: a terminal obeys also those that JSON lets stand.

    On a terminal it has what no reader can see as escapes, too: some of that turns the line around it.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False)
    if stdout_is_terminal():
        text = escaped(text)
    return _CONTROLS.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def show_text(text: str, end: str = "\n") -> None:
    """Write text to stdout, and what ends it."""
    with _answering():
        _write(sys.stdout, text, end)


def show_bytes(data: bytes) -> None:
    """Write bytes to stdout as they are."""
    with _answering(), aside():
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()


@contextmanager
def _answering() -> Iterator[None]:
    """Take a reader that has left (`| head`) for one who has all it wants, and name what else is wrong with stdout."""
    try:
        yield
    except BrokenPipeError:
        import typer

        _discard_stdout()
        raise typer.Exit(ExitCode.OK) from None
    except OSError as error:
        _discard_stdout()
        raise ConfigError(
            f"cannot write the answer: {error.strerror}", where="stdout", hint="check what stdout is redirected to"
        ) from None


def _discard_stdout() -> None:
    """Let what is still buffered go nowhere: Python writes it when the process ends, and would complain then."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, sys.stdout.fileno())
    os.close(null)


def stdout_is_terminal() -> bool:
    """True when a person reads stdout."""
    return sys.stdout.isatty()


def stdout_width() -> int:
    """Return how many characters a line has room for. A pipe has no width: rich would cut its columns at 80."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() else _PIPE


def stdout_height() -> int | None:
    """Return how many lines are seen at once; None on a pipe."""
    return shutil.get_terminal_size().lines if sys.stdout.isatty() else None


def stdout_is_plain() -> bool:
    """True where stdout takes no more than ASCII, or one of the old sets of characters."""
    return not (sys.stdout.encoding or "").lower().startswith("utf")


class _Paper(io.TextIOWrapper):
    """What rich draws on, as it would on stdout. We write it ourselves: rich ends with 1 where a reader has left."""

    def isatty(self) -> bool:
        return sys.stdout.isatty()


def show(renderable: "RenderableType", *, cut: bool = False) -> None:
    """Write a table, or anything else rich can draw, to stdout; `cut` keeps a line that is too long one line."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else _PIPE
    encoding, drawn = sys.stdout.encoding or "ascii", io.BytesIO()
    with _Paper(drawn, encoding, "backslashreplace", newline="") as paper:
        console = Console(file=paper, width=width, highlight=False)
        console.print(renderable, no_wrap=cut or None, overflow="ellipsis" if cut else None)
        paper.flush()
        text = drawn.getvalue().decode(encoding)
    show_text(text, end="")


def show_words(text: str) -> None:
    """Write words to stdout; at a terminal its lines are broken between them."""
    show_text(fitted(text, sys.stdout))


def notice(text: str, hang: int = 0) -> None:
    """Write one line for a person to stderr; where the log is JSON, as one of its events.

    At a terminal it is broken between words; what goes on stands behind `hang` blanks.
    """
    said = clean_text(text)
    if _lines.are_json:
        level, said = ("warning", said[len(_WARNING) :]) if said.startswith(_WARNING) else ("info", said)
        event, fields = (text.event, text.fields) if isinstance(text, Told) else ("notice", {})
        _write(sys.stderr, json_line(level, event, said, fields))
        return
    _write(sys.stderr, fitted(said, sys.stderr, hang))


def say(text: str, style: str) -> None:
    """Write one line of what goes on to stderr, in a style of rich's where that is a terminal: "dim", "bold red"."""
    if _lines.are_json or not sys.stderr.isatty():
        notice(text)
        return
    from rich.console import Console
    from rich.text import Text

    drawn = io.StringIO()
    console = Console(file=drawn, force_terminal=True, width=columns(sys.stderr), highlight=False)
    console.print(Text(clean_text(text), style=style))  # a Text: nothing in it is markup
    _write(sys.stderr, drawn.getvalue(), end="")


def quiet_notice(_text: str) -> None:
    """Say nothing: --quiet."""


class LeftAtQuestion(KeyboardInterrupt):
    """Ctrl-C at a question: what was asked about is not done."""


def ask(text: str) -> bool | None:
    """Ask the person at the terminal, yes or no; None where there is no terminal to ask at. No answer is a no.

    Raises:
        LeftAtQuestion: the person pressed Ctrl-C.
    """
    if not is_asked():
        return None
    try:
        with _interruptible():
            _drop_typed()
            _write(sys.stderr, f"{fitted(text, sys.stderr)}\nAccept? [y/N] ", end="")
            return _typed().strip().lower() in ("y", "yes")
    except KeyboardInterrupt:
        _write(sys.stderr, "")  # what is said next has a line of its own, behind the terminal's ^C
        raise LeftAtQuestion from None


def _drop_typed() -> None:
    """Throw away what was typed before a question: it answers something else."""
    if sys.platform == "win32":
        import msvcrt

        while msvcrt.kbhit():
            msvcrt.getwch()
        return
    import termios

    with suppress(termios.error, OSError, ValueError):  # no terminal after all
        termios.tcflush(sys.stdin.fileno(), termios.TCIFLUSH)


def is_asked() -> bool:
    """True where a person sits at a terminal, and reads what we ask."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def ask_line(text: str) -> str:
    """Ask the person at the terminal for a line; the end of the input is Ctrl-C."""
    with _interruptible():
        _write(sys.stderr, f"{clean_text(text)} ", end="")
        line = _typed()
    if not line:
        raise KeyboardInterrupt
    return line.strip()


def _typed() -> str:
    """Return the next line that the person types.

    A Ctrl-C that comes right before a read is heard of only when that ends, so none is begun before a line is there.
    """
    while sys.platform != "win32" and sys.stdin.isatty() and not _has_come():
        pass
    return sys.stdin.readline()


def _has_come() -> bool:
    """Wait for a line for a moment; return whether to read: it is there, or nothing tells whether it is."""
    try:
        return bool(select.select([sys.stdin], [], [], _LOOK)[0])
    except (OSError, ValueError):
        return True


@contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl-C end the waiting for a line: the event loop's own handler waits until that has come."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def show_error(error: OpenapiMcpError, more: Iterable[tuple[str, str]] = ()) -> None:
    """Write an error to stderr: what happened, where, and what to do; then what `more` is known, with its labels.

    The notes of an error (`add_note`) come last.
    """
    more = [*more, *(("note", note) for note in getattr(error, "__notes__", ()))]
    if _lines.are_json:
        said = {"where": error.where or "", "hint": error.hint or "", **dict(more)}
        fields = {name: clean_text(text) for name, text in said.items() if text}
        _write(sys.stderr, json_line("error", "error", clean_text(error.message), fields))
        return
    lines = [f"error: {clean_text(error.message)}"]
    if error.where:
        lines.append(f"   at: {clean_text(error.where)}")
    if error.hint:
        lines.append(f"  fix: {clean_text(error.hint)}")
    lines += [f"{label:>5}: {clean_text(text)}" for label, text in more]
    _write(sys.stderr, fitted("\n".join(lines), sys.stderr, _LABEL))


def set_up_logging(level: str, form: str = "text") -> None:
    """Log our own events to stderr. Libraries log only warnings: at lower levels they write whole URLs and headers.

    In the form "json" each line is an object, those for a person too.
    """
    _lines.are_json = form == "json"
    handler = _Log(sys.stderr)
    handler.setFormatter(JsonLines() if _lines.are_json else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.ERROR, force=True)
    logging.getLogger("openapi_mcp").setLevel(level.upper())
    logging.getLogger("openapi_mcp.access").setLevel(logging.INFO)  # whoever wants that log wants all of it


class _Lines:
    """In which form stderr is written."""

    are_json = False


_lines = _Lines()


class _Log(logging.StreamHandler[Any]):
    """Writes the lines of the log."""

    def emit(self, record: logging.LogRecord) -> None:
        with aside():
            super().emit(record)


def _write(stream: Any, text: str, end: str = "\n") -> None:
    with aside():
        try:
            stream.write(f"{text}{end}")
        except UnicodeEncodeError:  # a terminal that is not UTF-8
            encoding = stream.encoding or "ascii"
            stream.write(f"{text.encode(encoding, 'backslashreplace').decode(encoding)}{end}")
        stream.flush()
