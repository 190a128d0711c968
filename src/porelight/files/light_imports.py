"""Inputs of other programs as light cases, by the ending of the file's name."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from porelight.errors import InputFileError
from porelight.files.imported_case import ImportedCase
from porelight.files.mcml_input import read_mci
from porelight.files.mcml_output import read_mco_case
from porelight.files.mcx_inp import read_mcx_inp
from porelight.files.mcx_reader import read_mcx_case

READERS: Final[dict[str, Callable[[Path], list[ImportedCase]]]] = {
    ".json": read_mcx_case,
    ".inp": read_mcx_inp,
    ".mci": read_mci,
    ".mco": read_mco_case,
}


def read_foreign_case(path: Path) -> list[ImportedCase]:
    """Read the input of another program: one light case for each run, source or pattern in it.

    Parameters
    ----------
    path : Path
        Input of MCX (``.json``, ``.inp``) or MCML (``.mci``), or output of MCML (``.mco``).

    Raises
    ------
    InputFileError
        If the ending is another one, or the file holds no case of plane layers.
    """
    ending = path.suffix.lower()
    if ending not in READERS:
        raise InputFileError(
            f"{path}: ends in {ending!r}; expected .json or .inp of MCX, or .mci or .mco of MCML."
        )
    return READERS[ending](path)


def numbered(path: Path, count: int) -> list[Path]:
    """Return a name for each of several files: case-1.toml, case-2.toml; one keeps its name.

    Examples
    --------
    >>> [str(one) for one in numbered(Path("case.toml"), 2)]
    ['case-1.toml', 'case-2.toml']
    """
    if count == 1:
        return [path]
    return [path.with_name(f"{path.stem}-{i}{path.suffix}") for i in range(1, count + 1)]
