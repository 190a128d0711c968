"""The experiments that predictions are held against: their uncertainty, and how they differ.

The table is ``data/validation/experiments.toml``; its keys are how the names of the rows begin.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from porelight.data.dataclass_table import from_table, table_of
from porelight.data.library import document, parameters_of
from porelight.errors import DataFileError
from porelight.validation.case import Specimen


@dataclass(frozen=True, slots=True)
class _Told:
    """What the table says of an experiment beside its error."""

    about: str
    specimen: Specimen
    differs: str


@dataclass(frozen=True, slots=True)
class Experiment:
    """One published experiment.

    Attributes
    ----------
    about : str
        What was measured, in a few words.
    specimen : {"living skin", "excised skin"}
        What it was measured on.
    differs : str
        What of it is unlike a treated face.
    error : float
        Standard deviation of a measured number, relative to it [-].
    """

    about: str
    specimen: Specimen
    differs: str
    error: float


@cache
def experiments() -> Mapping[str, Experiment]:
    """Return the experiments by how the names of their rows begin.

    Raises
    ------
    DataFileError
        If an entry lacks a field.
    """
    return MappingProxyType({name: _entry(name, raw) for name, raw in _document().items()})


def experiment_of(row: str) -> Experiment:
    """Return the experiment that a row belongs to.

    Raises
    ------
    DataFileError
        If none, or more than one, begins like the row.

    Examples
    --------
    >>> experiment_of("stoll_3s").specimen
    'living skin'
    """
    found = [one for name, one in experiments().items() if row.startswith(f"{name}_")]
    if len(found) != 1:
        raise DataFileError(
            f"data/validation/experiments.toml: {len(found)} experiments for the row {row}; "
            "expected one."
        )
    return found[0]


def _document() -> Mapping[str, object]:
    return document("validation", "experiments")


def _entry(name: str, raw: object) -> Experiment:
    where = f"data/validation/experiments.toml, {name}"
    given = table_of(raw, where)
    if "error" not in given:
        raise DataFileError(f"{where}: lacks error.")
    error = parameters_of({"error": given.pop("error")}, f"{where}")["error"].value
    told = from_table(_Told, given, where)
    return Experiment(told.about, told.specimen, told.differs, error)
