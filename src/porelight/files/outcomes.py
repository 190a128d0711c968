"""Outcomes on disk: NetCDF-4, float32, compressed, with units and provenance."""

from pathlib import Path

import numpy as np

from porelight.course.outcome import Outcome
from porelight.errors import InputFileError
from porelight.files.netcdf_reader import ENGINE, read_dataset
from porelight.files.writing import replacing

_WANTED = "a NetCDF file written by 'porelight simulate'"


def save_outcome(outcome: Outcome, path: str | Path) -> Path:
    """Write an outcome to a NetCDF file, whole or not at all.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.
    path : str or Path
        File to write; an existing file is replaced once the new one is complete.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputFileError
        If the folder does not exist or cannot be written.
    """
    target = Path(path)
    encoding = {
        name: {"dtype": np.float32, "zlib": True, "complevel": 4}
        for name, array in outcome.data_vars.items()
        if array.ndim > 0
    }
    with replacing(target) as temporary:
        outcome.dataset.to_netcdf(temporary, engine=ENGINE, encoding=encoding)
    return target


def load_outcome(path: str | Path) -> Outcome:
    """Read an outcome back into memory.

    Raises
    ------
    InputFileError
        If the file is missing, is no NetCDF-4, or is not an outcome of porelight.
    """
    source = Path(path)
    outcome = Outcome(read_dataset(source, _WANTED))
    missing = [name for name in ("diameter_ratio", "area_fraction") if name not in outcome]
    if missing or "porelight_version" not in outcome.attrs:
        raise InputFileError(
            f"{source}: a NetCDF file, but no outcome of 'porelight simulate' "
            f"(it lacks {', '.join(missing) or 'porelight_version'})."
        )
    try:
        declared = outcome.variables
    except InputFileError as problem:
        raise InputFileError(f"{source}: {problem}") from None
    for name, about in declared.items():
        unit = outcome[name].attrs.get("units")
        if unit != about.unit:
            raise InputFileError(
                f"{source}: {name} is in {unit!r}; expected {about.unit!r}. Was it edited?"
            )
        if outcome[name].dims != about.dims:
            raise InputFileError(
                f"{source}: {name} is over {', '.join(map(str, outcome[name].dims))}; expected "
                f"{', '.join(about.dims)}. Was it edited?"
            )
    return outcome
