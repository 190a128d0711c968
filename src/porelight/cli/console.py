"""What commands show: tables, JSON, a bar while they work, one line when something is wrong."""

import json
import sys
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, TextIO

from rich.console import Console

from porelight.errors import InputFileError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_WIDE = 130  # columns of a terminal in which a table shows its long texts too
_LONG = ("evidence", "source", "allowed")
_SHORT = 18  # characters; a column of shorter texts is never broken over lines


@contextmanager
def progress_bar(what: str, *, quiet: bool) -> "Iterator[Callable[[float], None]]":
    """Show a bar with time left on stderr; nothing when quiet or not at a terminal."""
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda fraction: bar.update(task, completed=fraction)


def require_folder_of(path: Path) -> None:
    """Refuse before the work, not after it, when the result could not be written."""
    if not path.parent.is_dir():
        raise InputFileError(f"{path}: its folder does not exist; make {path.parent} first.")
    if path.is_dir():
        raise InputFileError(f"{path} is a folder; expected the name of a file to write.")


def say(text: str) -> None:
    """Print a line of plain text."""
    Console().print(text, highlight=False, markup=False, soft_wrap=True)


def complain(text: str) -> None:
    """Print the one line that says what is wrong."""
    sys.stderr.write(f"porelight: {text}\n")


def warning_in_a_line(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    """Print a warning without the place in the code that it came from."""
    complain("warning: " + " ".join(str(message).split()))


def print_json(document: object) -> None:
    """Print a document for programs to read."""
    sys.stdout.write(json.dumps(document, indent=2, allow_nan=False) + "\n")


def print_rows(title: str, rows: list[dict[str, str]]) -> None:
    """Print a table; long texts give way where the terminal is narrow (``--json`` has them all)."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    if not rows:
        return
    console = Console()
    if not console.is_terminal:
        console.width = _WIDE - 1  # a file or a pipe has no edge
    left_out = _LONG if console.width < _WIDE else ()
    names = [name for name in rows[0] if name not in left_out]
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in names:
        short = len(name) <= _SHORT and all(len(row[name]) <= _SHORT for row in rows)
        # two lines of heading keep a column of numbers narrow
        heading = (
            "\n".join(wrap(name, max(8, len(name) // 2 + 2), break_long_words=False))
            if short
            else name
        )
        table.add_column(
            heading, no_wrap=short, overflow="fold", min_width=None if short else _SHORT - 7
        )
    for row in rows:
        table.add_row(*(row[name] for name in names))
    console.print(table, markup=False)
