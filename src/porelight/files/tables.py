"""The one reader of tables: CSV as spreadsheets of any country save it.

The separator is a comma, a semicolon or a tab; where it is no comma, numbers may have a decimal
comma. What a spreadsheet leaves behind (empty rows and columns, a first line ``sep=;``) is passed
over. What could be read in two ways is refused: a name that stands over two columns, decimal commas
beside decimal points, a row with more cells than the heading.
"""

import csv
import io
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NoReturn, Self

import numpy as np

from porelight.errors import InputFileError, did_you_mean
from porelight.files.texts import MOST_BYTES, read_text
from porelight.quantities import Floats

MISSING = frozenset({"", ".", "-", "na", "n/a", "nan", "null", "none", "#n/a", "missing", "unk"})
"""What programs write, in any case of letters, where nothing was measured."""

_DIGITS = r"[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:[eE][+-]?\d+)?"
_NUMBER = re.compile(_DIGITS, re.ASCII)
_ROW = re.compile(rf"{_DIGITS}(?:\t{_DIGITS})*", re.ASCII)
# a comma that may be one between thousands: 1,234
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2},\d{3}", re.ASCII)
_SEP_LINE = re.compile(r"\"?sep=([,;\t])\"?[,;\t]*", re.IGNORECASE)
_QUOTED = re.compile(r'"[^"]*"')
_NAMES = {",": "commas", ";": "semicolons", "\t": "tabs"}


@dataclass(frozen=True, slots=True)
class TextTable:
    """The cells of a table, each a text without spaces around it.

    Attributes
    ----------
    path : Path
        The file.
    names : tuple of str
        Headings of the columns; empty if the table was read without a heading.
    rows : list of list of str
        Cells of each row.
    lines : list of int
        Line of the file in which each row ends.
    separator : str
        Character between two cells.
    """

    path: Path
    names: tuple[str, ...]
    rows: list[list[str]] = field(repr=False)
    lines: list[int] = field(repr=False)
    separator: str = ","

    def require(self, needed: Sequence[str], wanted: str, optional: Sequence[str] = ()) -> None:
        """Refuse a table that lacks a column, or has one that nothing would be done with."""
        missing = [name for name in needed if name not in self.names]
        if missing:
            found = ",".join(self.names)[:80]
            raise InputFileError(
                f"{self.path}: its first line is {found!r}, without a column {missing[0]}; "
                f"expected {wanted}."
            )
        known = (*needed, *optional)
        foreign = [name for name in self.names if name not in known]
        if foreign:
            raise InputFileError(
                f"{self.path}: nothing is known of a column {foreign[0][:40]!r}"
                f"{did_you_mean(foreign[0], known)}. Leave it out, or rename it."
            )

    def where(self, kept: Sequence[bool]) -> Self:
        """Return the table with some of its rows."""
        chosen = [i for i, is_kept in enumerate(kept) if is_kept]
        rows, lines = [self.rows[i] for i in chosen], [self.lines[i] for i in chosen]
        return replace(self, rows=rows, lines=lines)

    def texts(self, name: str) -> list[str]:
        """Return the cells of a column."""
        column = self.names.index(name)
        return [row[column] for row in self.rows]

    def numbers(self, names: Sequence[str]) -> Floats:
        """Return the numbers of some columns.

        Returns
        -------
        ndarray of float64, shape (rows, len(names))
            All finite.

        Raises
        ------
        InputFileError
            If a cell is missing or no number; its line and column are named.
        """
        columns = [self.names.index(name) for name in names]
        return self._numbers(columns, names)

    def matrix(self) -> Floats:
        """Return all cells as numbers, shape (rows, columns); see `numbers`."""
        columns = range(len(self.rows[0]) if self.rows else 0)
        return self._numbers(columns, [f"column {i + 1}" for i in columns])

    def _numbers(self, columns: Sequence[int], names: Sequence[str]) -> Floats:
        numbers, marks = np.empty((len(self.rows), len(columns))), _DecimalMarks(self)
        for i, (line, row) in enumerate(zip(self.lines, self.rows, strict=True)):
            cells = [row[column] for column in columns]
            numbers[i] = marks.numbers(cells, line, names)
        marks.require_no_thousands()
        return numbers


class _DecimalMarks:
    """The decimal mark of a table, found while its numbers are read."""

    def __init__(self, table: TextTable) -> None:
        self._path = table.path
        self._separator = table.separator
        self._point = self._comma = (0, "")  # line and text of the first cell with one
        self._is_sure = False

    def numbers(self, cells: Sequence[str], line: int, names: Sequence[str]) -> list[float]:
        # one look at a whole row: a picture of a beam has millions of cells
        row = "\t".join(cells)
        if row.count("\t") != len(cells) - 1 or not _ROW.fullmatch(row):
            i = next(i for i, cell in enumerate(cells) if not _NUMBER.fullmatch(cell))
            self._refuse(line, cells[i], names[i])
        if "." in row and not self._point[0]:
            self._point = line, next(cell for cell in cells if "." in cell)
        if "," in row and not self._is_sure:
            commas = [cell for cell in cells if "," in cell]
            self._comma = self._comma if self._comma[0] else (line, commas[0])
            self._is_sure = not all(map(_THOUSANDS.fullmatch, commas))
        if self._comma[0] and self._point[0]:
            raise InputFileError(
                f"{self._path}: line {self._comma[0]} has {self._comma[1]!r} and line "
                f"{self._point[0]} {self._point[1]!r}; expected decimal commas or decimal points, "
                "not both."
            )
        values = [float(text) for text in row.replace(",", ".").split("\t")]
        if not np.isfinite(values).all():
            i = int(np.flatnonzero(~np.isfinite(values))[0])
            self._refuse(line, cells[i], names[i])
        return values

    def require_no_thousands(self) -> None:
        """Refuse commas that may stand between thousands: only semicolons tell which they are."""
        line, cell = self._comma
        if line and not self._is_sure and self._separator != ";":
            raise InputFileError(
                f"{self._path}, line {line}: {cell!r} may be {cell.replace(',', '.')} or "
                f"{cell.replace(',', '')}; expected a decimal point, and nothing between thousands."
            )

    def _refuse(self, line: int, cell: str, name: str) -> NoReturn:
        told = f"{self._path}, line {line}: {name} is {cell[:40]!r}; expected a number."
        if cell.lower() in MISSING:
            told += " A value that is missing cannot be filled in: leave its row out."
        elif cell.count(",") + cell.count(".") > 1:
            told += " Write it with a decimal point, and nothing between thousands."
        raise InputFileError(told)


def is_number(cell: str) -> bool:
    """Return whether a cell is a number, with a decimal point or comma."""
    return _NUMBER.fullmatch(cell) is not None


def read_table(
    path: Path | str, wanted: str, *, heading: bool = True, most_bytes: int = MOST_BYTES
) -> TextTable:
    """Read a table.

    Parameters
    ----------
    path : Path or str
        Text with cells separated by commas, semicolons or tabs.
    wanted : str
        Description of the right file, for messages: "a CSV file with the columns ...".
    heading : bool
        Whether the first row names the columns.
    most_bytes : int
        Largest size of the file [B].

    Raises
    ------
    InputFileError
        If the file is missing, no table, or one that could be read in two ways.
    """
    return table_of(read_text(path, wanted, most_bytes=most_bytes), Path(path), heading=heading)


def table_of(text: str, path: Path, *, heading: bool = True) -> TextTable:
    """Return the table that a text is; see `read_table`. The path is that of the messages."""
    separator, first, body = _separated(text)
    lines: list[int] = []
    rows: list[list[str]] = []
    reader = csv.reader(
        io.StringIO(body, newline=""), delimiter=separator, skipinitialspace=True, strict=True
    )
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                rows.append(cells)
                lines.append(reader.line_num + first)
    except csv.Error as problem:
        line = reader.line_num + first
        raise InputFileError(f"{path}, line {line}: no CSV ({problem}).") from None
    names = tuple(rows[0]) if heading and rows else ()
    width = max((_end(row) for row in rows), default=0)
    if heading and width > len(names):
        line = next(line for line, row in zip(lines, rows, strict=True) if _end(row) == width)
        raise InputFileError(
            f"{path}, line {line}: has {width} cells, but the heading {_end(list(names))}; "
            f"expected as many, separated by {_NAMES[separator]}."
        )
    full = [row[:width] + [""] * (width - len(row)) for row in rows]
    if not heading:
        return TextTable(path, (), full, lines, separator)
    # a column without a name and without cells is one that a spreadsheet has left behind
    kept = [i for i in range(width) if names[i] or any(row[i] for row in full[1:])]
    names = tuple(names[i] for i in kept)
    _require_own_names(names, path)
    if len(kept) < width:
        full = [[row[i] for i in kept] for row in full]
    return TextTable(path, names, full[1:], lines[1:], separator)


def _separated(text: str) -> tuple[str, int, str]:
    """Return the separator, how many lines say nothing else, and the text after these."""
    first, _, rest = text.partition("\n")
    stated = _SEP_LINE.fullmatch(first.strip(" "))
    if stated:
        return stated.group(1), 1, rest
    heading = next((line for line in text.split("\n", 1000) if line.strip()), "")
    bare = _QUOTED.sub("", heading)
    return next((one for one in "\t;" if one in bare), ","), 0, text


def _end(cells: list[str]) -> int:
    """Return how many cells there are up to the last one that holds anything."""
    return next((i for i in range(len(cells), 0, -1) if cells[i - 1]), 0)


def _require_own_names(names: Sequence[str], path: Path) -> None:
    for i, name in enumerate(names, start=1):
        if not name:
            raise InputFileError(
                f"{path}: column {i} has no name in the first line; give it one, or leave it out."
            )
        if name in names[: i - 1]:
            raise InputFileError(
                f"{path}: two columns are named {name[:40]!r}, columns {names.index(name) + 1} and "
                f"{i}; keep one."
            )
