"""Tables on a terminal: what commands and the demonstration print."""

from collections.abc import Mapping, Sequence
from textwrap import wrap

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

_PIPE = 129  # columns of a file or a pipe, which has no edge
# columns of a terminal from which on a table shows its long texts too
_LONG = {"evidence": 130, "source": 130, "allowed": 130, "closest limit": 110}
_SHORT = 18  # characters; a column of shorter texts is never broken over lines


def new_console(*, stderr: bool = False) -> Console:
    """Return the console of this process."""
    console = Console(stderr=stderr)
    if not console.is_terminal:
        console.width = _PIPE
    return console


def print_table(console: Console, title: str, rows: Sequence[Mapping[str, str]]) -> None:
    """Print a table; long texts give way where the terminal is narrow."""
    if not rows:
        return
    names = [name for name in rows[0] if console.width >= _LONG.get(name, 0)]
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in names:
        short = len(name) <= _SHORT and all(len(row[name]) <= _SHORT for row in rows)
        table.add_column(
            _in_two_lines(name) if short else name,
            no_wrap=short,
            overflow="fold",
            min_width=None if short else _longest_word(name, rows),
        )
    for row in rows:
        table.add_row(*(row[name] for name in names))
    console.print(table, markup=False)


def _longest_word(name: str, rows: Sequence[Mapping[str, str]]) -> int:
    """Return the width that breaks no word, unless it is very long."""
    words = (word for row in rows for word in row[name].split())
    return min(_SHORT, max((len(word) for word in words), default=1))


def _in_two_lines(name: str) -> str:
    """Return a heading that keeps a column of numbers narrow."""
    return "\n".join(wrap(name, max(8, len(name) // 2 + 2), break_long_words=False))
