"""The formats of other programs in which results leave, by the ending of the file's name.

A format is a function that writes one kind of result to a file, and one line in `FORMATS`: the
commands, their help and their messages follow from it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from porelight.errors import InputFileError

if TYPE_CHECKING:
    from porelight.course.outcome import Outcome

Exported = Literal["outcome", "light case", "light run"]


@dataclass(frozen=True, slots=True)
class ExportFormat:
    """One kind of result in one format.

    Attributes
    ----------
    of : {"outcome", "light case", "light run"}
        Kind of the result.
    ending : str
        Ending of the file's name, with its dot.
    meaning : str
        Content of the file and the program that reads it, in a few words.
    writer : str
        Module and function that write it, as "module:function"; loaded when it is asked for.
    """

    of: Exported
    ending: str
    meaning: str
    writer: str

    def load(self) -> Callable[..., Path]:
        """Return the function that writes it."""
        module, _, name = self.writer.partition(":")
        found: Callable[..., Path] = getattr(import_module(module), name)
        return found


_A: Final = {"outcome": "an outcome", "light case": "a light case", "light run": "a light run"}
_TABLE = "porelight.files.long_table"
_LIGHT = "porelight.files.light_exchange"
FORMATS: Final = (
    ExportFormat("outcome", ".csv", "a long table for R or pandas", f"{_TABLE}:write_long_table"),
    ExportFormat("light case", ".json", "the case as MCX reads it", f"{_LIGHT}:write_case"),
    ExportFormat("light case", ".jnii", "its media as voxels", f"{_LIGHT}:write_media"),
    ExportFormat("light run", ".json", "its case as MCX reads it", f"{_LIGHT}:write_case_of_run"),
    ExportFormat("light run", ".jnii", "its absorbed energy as voxels", f"{_LIGHT}:write_absorbed"),
    ExportFormat("light run", ".vtr", "its fields for ParaView", f"{_LIGHT}:write_fields"),
)


def endings_of(of: Exported) -> str:
    """Return the endings with what they mean, for help and messages.

    Examples
    --------
    >>> endings_of("outcome")
    '.csv (a long table for R or pandas)'
    """
    return ", ".join(f"{one.ending} ({one.meaning})" for one in FORMATS if one.of == of)


def export_writer(of: Exported, path: Path) -> Callable[..., Path]:
    """Return the function that writes a kind of result as the ending of a file's name says.

    Raises
    ------
    InputFileError
        If nothing of this kind is written with that ending; the endings that are known are named.
    """
    ending = path.suffix.lower()
    for one in FORMATS:
        if (one.of, one.ending) == (of, ending):
            return one.load()
    others = sorted({one.of for one in FORMATS if one.ending == ending})
    hint = f", {_A[others[0]]} is" if others else ""
    raise InputFileError(
        f"{path}: {_A[of]} is not written as {ending!r}{hint}; expected {endings_of(of)}."
    )


def export_outcome(outcome: "Outcome", path: str | Path) -> Path:
    """Write an outcome for another program, as the ending of the file's name says.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.
    path : str or Path
        File to write; ``.csv`` is a long table, see `porelight.files.long_table`.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputFileError
        If the ending is not known, or the folder does not exist or cannot be written.
    """
    target = Path(path)
    return export_writer("outcome", target)(outcome, target)
