"""What commands show: tables, JSON, a bar while they work, one line when something is wrong."""

import sys
from contextlib import contextmanager, suppress
from io import TextIOWrapper
from time import monotonic
from typing import TYPE_CHECKING, TextIO

from rich.console import Console

from porelight.progress import unheard

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

_MINUTE, _HOUR = 60.0, 3600.0  # s


@contextmanager
def progress_bar(what: str, *, quiet: bool) -> "Iterator[Callable[[float], None]]":
    """Show a bar with time left on stderr, or a line a minute without a terminal; none if quiet."""
    console = Console(stderr=True)
    if quiet or not console.is_terminal:
        # a bar that is switched off still ends in an empty line before rich 14
        yield unheard if quiet else _line_a_minute(what)
        return
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
    with Progress(*columns, console=console) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda fraction: bar.update(task, completed=fraction)


@contextmanager
def simulating(what: str, *, quiet: bool) -> "Iterator[Callable[[float], None]]":
    """Show a bar as `progress_bar` does; on the first use a second process compiles meanwhile."""
    from porelight.first_use import compiled_meanwhile, is_compiled  # noqa: PLC0415

    if not quiet and not is_compiled():
        complain("first use on this computer: kernels are compiled, once, for half a minute or so.")
    with compiled_meanwhile(), progress_bar(what, quiet=quiet) as progress:
        yield progress


def _line_a_minute(what: str) -> "Callable[[float], None]":
    """Return what says how far work is that goes on for more than a minute."""
    told = monotonic()

    def tell(fraction: float) -> None:
        nonlocal told
        if monotonic() - told >= _MINUTE:
            told = monotonic()
            complain(f"{what}: {100.0 * fraction:.0f} %")

    return tell


def show_what_the_terminal_cannot() -> None:
    """Let letters that stdout's encoding lacks be printed as their codes, as stderr does."""
    if isinstance(sys.stdout, TextIOWrapper) and sys.stdout.errors == "strict":
        sys.stdout.reconfigure(errors="backslashreplace")


def say(text: str) -> None:
    """Print a line of plain text."""
    Console().print(text, highlight=False, markup=False, soft_wrap=True)


def tell_usual(lines: "Iterable[str]", *, json: bool) -> None:
    """Say what a file leaves out and what is taken for it; aside where programs read stdout."""
    for line in lines:
        (complain if json else say)(line)


def complain(text: str) -> None:
    """Print the one line that says what is wrong."""
    with suppress(OSError, AttributeError):  # where nobody can be told, the exit code tells
        sys.stderr.write(f"porelight: {text}\n")


def on_workers(seconds: float, n_workers: int) -> str:
    """Tell how long work will take that is so long on one core [s]."""
    told = f"about {_duration(seconds)} of one core"
    return told if n_workers < 2 else f"{told}, {_duration(seconds / n_workers)} on {n_workers}"


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{max(seconds, 1.0):.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"


def note_on_waiting() -> None:
    """Say on stderr what takes so long when a kernel is compiled."""
    complain("compiling for this kind of case, some ten seconds; done once on a machine.")


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
    from porelight.course.documents import json_text  # noqa: PLC0415

    sys.stdout.write(json_text(document, indent=2) + "\n")


def print_rows(title: str, rows: list[dict[str, str]]) -> None:
    """Print a table; long texts give way where the terminal is narrow (``--json`` has them all)."""
    from porelight.report.terminal import new_console, print_table  # noqa: PLC0415

    print_table(new_console(), title, rows)
