"""The one door for NetCDF-4 files: read whole into memory, or refused in one line.

A damaged file makes h5py, h5netcdf and xarray raise whatever they were doing at the time, or claim
arrays of any size. Both end here; what the arrays and attributes mean is checked by the format.
"""

import gc
import sys
import warnings
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, TypeVar

import h5py
import numpy as np
import xarray as xr

from porelight.errors import InputFileError
from porelight.files.writing import require_file
from porelight.quantities import Floats

ENGINE: Literal["h5netcdf"] = "h5netcdf"
_MOST_VALUES = 100_000_000  # 0.8 GB as float64
_MOST_VARIABLES = 1000
Read = TypeVar("Read")
Attribute: TypeAlias = str | int | float


class _TooLargeError(Exception):
    """A file that claims more than fits into memory."""


@dataclass(frozen=True, slots=True, eq=False)
class StoredGroup:
    """What a group of a file holds.

    Attributes
    ----------
    attributes : mapping of str to str, int or float
        Its own attributes; others are left out.
    arrays : mapping of str to ndarray of float64
        Its arrays of numbers, and those of the groups inside it by their path.
    """

    attributes: Mapping[str, Attribute]
    arrays: Mapping[str, Floats]


def read_dataset(path: Path | str, wanted: str, group: str | None = None) -> xr.Dataset:
    """Return a group of a NetCDF file as a dataset in memory, numbers as they stand.

    Parameters
    ----------
    path : Path or str
        The file.
    wanted : str
        Description of the right file, for messages.
    group : str, optional
        Name of the group; the root when left out.

    Raises
    ------
    InputFileError
        If the file is missing, damaged, or too large.
    """

    def read(file: Path) -> xr.Dataset:
        with warnings.catch_warnings():
            warnings.simplefilter("error", xr.SerializationWarning)
            # h5netcdf complains on stderr when it drops what it could not open
            with h5py.File(file, "r"):
                pass
            with xr.open_dataset(
                file, engine=ENGINE, group=group, decode_times=False, decode_timedelta=False
            ) as opened:
                _require_room(int(one.size) for one in opened.variables.values())
                return opened.load()

    return _door(read, path, wanted)


def read_group(path: Path | str, wanted: str, group: str) -> StoredGroup:
    """Return the attributes and arrays of a group; parameters and errors as `read_dataset`."""

    def read(file: Path) -> StoredGroup:
        found: dict[str, h5py.Dataset] = {}
        with h5py.File(file, "r") as opened:
            opened[group].visititems(found.__setitem__)
            found = {name: one for name, one in found.items() if isinstance(one, h5py.Dataset)}
            _require_room(int(one.size) for one in found.values())
            return StoredGroup(
                {str(key): _attribute(one) for key, one in opened[group].attrs.items()},
                {name: np.array(one, dtype=np.float64) for name, one in found.items()},
            )

    return _door(read, path, wanted)


def _door(read: Callable[[Path], Read], path: Path | str, wanted: str) -> Read:
    """Return what `read` returns; whatever it raises becomes one line."""
    file = require_file(Path(path), wanted)
    complain = sys.unraisablehook
    sys.unraisablehook = _unheard  # h5netcdf cannot close what it could not open, and says so
    try:
        try:
            return read(file)
        except (_TooLargeError, MemoryError):
            reason = f"claims more than {_MOST_VALUES:,} numbers or {_MOST_VARIABLES} variables"
        except Exception as problem:  # the libraries raise what they like on damaged files
            detail = " ".join(str(problem).split())[:100] or type(problem).__name__
            reason = f"not a readable NetCDF-4 file ({detail})"
        gc.collect()  # what was half open is dropped here and not later
    finally:
        sys.unraisablehook = complain
    raise InputFileError(f"{file}: {reason}; expected {wanted}.")


def _unheard(_: object) -> None:
    """Say nothing of an error that nobody can catch."""


def _require_room(sizes: Iterable[int]) -> None:
    counted = list(sizes)
    if len(counted) > _MOST_VARIABLES or sum(counted) > _MOST_VALUES:
        raise _TooLargeError


def _attribute(value: object) -> Attribute:
    if isinstance(value, bytes):
        return value.decode("utf-8")
    if isinstance(value, np.generic):
        value = value.item()
    return value if isinstance(value, str | int | float) else repr(value)
