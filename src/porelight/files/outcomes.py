"""Outcomes on disk: NetCDF-4, float32, compressed, with units and provenance."""

from pathlib import Path

import numpy as np
import xarray as xr

from porelight.course.outcome import VARIABLES
from porelight.errors import InputFileError
from porelight.files.writing import replacing, require_file


def save_outcome(outcome: xr.Dataset, path: str | Path) -> Path:
    """Write an outcome to a NetCDF file, whole or not at all.

    Parameters
    ----------
    outcome : Dataset
        What `Course.simulate` returned.
    path : str or Path
        Where to; an existing file is replaced once the new one is complete.

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
        for name in outcome.data_vars
        if outcome[name].ndim > 0
    }
    with replacing(target) as temporary:
        outcome.to_netcdf(temporary, engine="h5netcdf", encoding=encoding)
    return target


def load_outcome(path: str | Path) -> xr.Dataset:
    """Read an outcome back into memory.

    Raises
    ------
    InputFileError
        If the file is missing, is no NetCDF-4, or is not an outcome of porelight.
    """
    source = require_file(Path(path), "a NetCDF file written by 'porelight simulate'")
    try:
        with xr.open_dataset(source, engine="h5netcdf", decode_timedelta=False) as opened:
            outcome = opened.load()
    except (OSError, ValueError, KeyError):
        raise InputFileError(
            f"{source}: not a readable NetCDF-4 file; expected one written by 'porelight simulate'."
        ) from None
    missing = [name for name in ("diameter_ratio", "area_fraction") if name not in outcome]
    if missing or "porelight_version" not in outcome.attrs:
        raise InputFileError(
            f"{source}: a NetCDF file, but no outcome of 'porelight simulate' "
            f"(it lacks {', '.join(missing) or 'porelight_version'})."
        )
    for name in outcome.data_vars:
        about = VARIABLES.get(str(name))
        if about is not None and outcome[name].attrs.get("units") != about.unit:
            raise InputFileError(
                f"{source}: {name} is in {outcome[name].attrs.get('units')!r}; "
                f"expected {about.unit!r}. Was it edited?"
            )
    return outcome
