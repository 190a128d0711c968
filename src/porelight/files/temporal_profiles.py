"""The power of a pulse over time as a table, for example of an oscilloscope."""

from pathlib import Path

from porelight.errors import InputFileError, ParameterError
from porelight.files.tables import read_table
from porelight.heat.temporal_profile import TemporalProfile

_CLOCKS = {"time_s": 1.0, "time_ms": 1e-3, "time_us": 1e-6}  # s
_WANTED = f"a CSV file with the columns power and one of {', '.join(_CLOCKS)}"


def read_temporal_profile(path: str | Path) -> TemporalProfile:
    """Read the power of a pulse over time.

    Parameters
    ----------
    path : str or Path
        CSV file with the columns ``time_s``, ``time_ms`` or ``time_us``, and ``power`` in any unit.

    Raises
    ------
    InputFileError
        If the file is missing, a column is, a number cannot be read, or the numbers make no pulse.
    """
    source = Path(path)
    table = read_table(source, _WANTED)
    clocks = [name for name in table.names if name in _CLOCKS]
    if len(clocks) != 1:
        found = ", ".join(table.names)[:80] or "no rows"
        raise InputFileError(f"{source}: expected {_WANTED}; found {found}.")
    table.require((clocks[0], "power"), _WANTED)
    numbers = table.numbers((clocks[0], "power"))
    try:
        return TemporalProfile.sampled(numbers[:, 0] * _CLOCKS[clocks[0]], numbers[:, 1])
    except ParameterError as problem:
        raise InputFileError(f"{source}: {problem}") from None
