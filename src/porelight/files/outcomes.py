"""Outcomes on disk: NetCDF-4, float32, compressed, with units and provenance."""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np

from porelight.course.codec import skin_of
from porelight.course.documents import json_document
from porelight.course.outcome import Outcome
from porelight.course.vocabulary import CARE, SESSION
from porelight.errors import InputFileError, ParameterError
from porelight.files.kinds import ResultKind, hdf5_with
from porelight.files.netcdf_reader import read_dataset
from porelight.files.netcdf_writer import netcdf_image
from porelight.files.writing import replacing
from porelight.quantities import AREA, TIME, Floats
from porelight.units import day

_WANTED = "a NetCDF file written by 'porelight simulate'"

OUTCOME = ResultKind("an outcome", (".nc",), hdf5_with("porelight_version", "diameter_ratio"))


def save_outcome(outcome: Outcome, path: str | Path) -> Path:
    """Write an outcome to a NetCDF file, whole or not at all.

    Parameters
    ----------
    outcome : Outcome
        The outcome of a course.
    path : str or Path
        File to write, ending in ``.nc``; an earlier outcome is replaced once the new one is
        complete.

    Returns
    -------
    Path
        The file written.

    Raises
    ------
    InputFileError
        If the folder does not exist or cannot be written, or something else is there.
    """
    target = Path(path)
    encoding = {
        name: {"dtype": np.float32, "zlib": True, "complevel": 4}
        for name, array in outcome.data_vars.items()
        if array.ndim > 0
    }
    image = netcdf_image(outcome.dataset, encoding=encoding)
    with replacing(target, OUTCOME) as temporary:
        temporary.write_bytes(image.getvalue())
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
    require_possible(source, outcome)
    return outcome


def require_possible(source: Path, outcome: Outcome) -> None:
    """Refuse numbers that no outcome can have, and a skin or a course that none can be of.

    Parameters
    ----------
    source : Path
        File that it was read from, for messages.
    outcome : Outcome
        Outcome as it was read.

    Raises
    ------
    InputFileError
        If a number is not finite or outside its range; the first is named.
    """
    try:
        for name, about in outcome.variables.items():
            about.require(outcome[name].to_numpy())
        _require_rising("day", outcome.dataset["day"].to_numpy())
        for name, read in _DOCUMENTS.items():
            if name in outcome.attrs:
                read(json_document(str(outcome.attrs[name])))
    # of a document that is none, anything may fail
    except (
        LookupError,
        ValueError,
        TypeError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as problem:
        detail = " ".join(str(problem).split())
        raise InputFileError(
            f"{source}: {detail} Was it edited, or written by another version?"
        ) from None


def _require_rising(name: str, values: Floats) -> None:
    days = TIME.require(np.asarray(values, dtype=np.float64) * day, name)
    if days.size == 0 or (np.diff(days) <= 0.0).any():
        raise ParameterError(f"{name} does not rise.")


def _require_kind(kind: type, what: str) -> Callable[[Any], object]:
    def read(value: Any) -> object:
        if type(value) is not kind:
            raise TypeError(f"an attribute is {str(value)[:40]!r}; expected {what}.")
        return value

    return read


def _require_texts(value: Any) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise TypeError("the attribute 'notes' is no list of texts.")
    return value


# attributes that hold what was simulated, and what reads them
_DOCUMENTS: Mapping[str, Callable[[Any], object]] = MappingProxyType(
    {
        "skin": skin_of,
        "sessions": lambda documents: [SESSION.object(one) for one in documents],
        "care": lambda documents: [CARE.object(one) for one in documents],
        "notes": _require_texts,
        "pores_measured": _require_kind(bool, "true or false"),
        "pore_area_m2": lambda area: AREA.require(float(area), "pore_area_m2"),
        **dict.fromkeys(
            ("draws", "members", "photons", "seed"), _require_kind(int, "a whole number")
        ),
    }
)
