"""Everything that ships with porelight beside its code: sourced numbers, tables, networks.

Files lie in one folder per room, ``porelight/data/<room>/``, and are read here alone. In a table of
parameters each entry is ``{value, unit, range, source, flag}`` with an optional ``note`` and
``prior``. The flag tells how the number was obtained (seen, recalled, derived, assumed) and travels
to the report. A number without a source does not load. Values and ranges are converted to SI here,
once.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from numbers import Real
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast, get_args

import numpy as np
from scipy.special import ndtri

from porelight.data.file_units import UNITS
from porelight.errors import DataFileError, did_you_mean
from porelight.quantities import Floats

Flag = Literal["seen", "recalled", "derived", "assumed"]
Prior = Literal["fixed", "uniform", "lognormal"]

_ROUNDING = 1e-9  # of a number that was multiplied by its unit

# 90 % of a lognormal prior lies inside the stated range
_Z95 = 1.6448536269514722

_ROOT = files("porelight.data")
_REQUIRED = ("value", "unit", "range", "source", "flag")
_ALLOWED = {*_REQUIRED, "note", "prior"}
_REQUIRED_OF_LIST = ("values", "unit", "source", "flag")
_PRIORS = get_args(Prior)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One sourced number in SI, with the range in which the truth may lie."""

    name: str
    value: float
    low: float
    high: float
    unit: str
    flag: Flag
    source: str
    note: str
    prior: Prior

    def takes(self, value: float) -> bool:
        """Return whether a value [SI] lies in the range, but for rounding on the way in."""
        return (
            self.low - _ROUNDING * abs(self.low) <= value <= self.high + _ROUNDING * abs(self.high)
        )

    def quantile(self, probability: Floats) -> Floats:
        """Return the value below which the prior puts this probability.

        `fixed` is the value itself; `uniform` spans the range; `lognormal` has the value as its
        median and 90 % of its mass inside a range of the same width in the logarithm.
        """
        if self.prior == "fixed" or self.low == self.high:
            return np.full_like(probability, self.value)
        if self.prior == "uniform":
            return np.asarray(self.low + (self.high - self.low) * probability)
        spread = math.log(self.high / self.low) / (2.0 * _Z95)
        return np.asarray(self.value * np.exp(spread * ndtri(probability)))


Table: TypeAlias = Mapping[str, Parameter]


@cache
def table(room: str, name: str) -> Table:
    """Return the parameters of ``porelight/data/<room>/<name>.toml`` by name.

    Parameters
    ----------
    room : str
        Folder, named after the room that the numbers belong to, for example ``"tissue"``.
    name : str
        File name without its ending.

    Raises
    ------
    DataFileError
        If the file is missing, an entry lacks a field, a unit is unknown, or the value lies outside
        its own range.

    Examples
    --------
    >>> table("tissue", "thermal")["density_skin"].unit
    'kg/m3'
    """
    return parameters_of(document(room, name), f"{name}.toml")


def parameters_of(entries: Mapping[str, object], file: str) -> Table:
    """Return entries of a TOML file as parameters, after checking each of them.

    Parameters
    ----------
    entries : mapping of str to object
        Table from TOML: name to ``{value, unit, range, source, flag}``.
    file : str
        Name of the file, for messages.

    Raises
    ------
    DataFileError
        If an entry lacks a field, a unit is unknown, or the value lies outside its own range.
    """
    return MappingProxyType({key: _parameter(file, key, entry) for key, entry in entries.items()})


def values_of(entry: object, file: str, name: str) -> tuple[tuple[float, ...], str]:
    """Return a list of numbers with one unit, source and flag, after checking it.

    Parameters
    ----------
    entry : object
        Entry from TOML: ``{values, unit, source, flag}`` with an optional ``note``.
    file, name : str
        Name of the file and of the entry, for messages.

    Returns
    -------
    tuple of (tuple of float, str)
        The numbers [SI], and the unit in which the file states them.

    Raises
    ------
    DataFileError
        If a field is missing or unknown, a unit is unknown, or a value is no number.
    """
    where = f"{file}, {name}"
    given = _fields(entry, where, _REQUIRED_OF_LIST, {*_REQUIRED_OF_LIST, "note"})
    require_flag(given["flag"], where)
    values = given["values"]
    if not isinstance(values, list) or not values:
        raise DataFileError(f"{where}: values is {values!r}; expected a list of numbers.")
    unit = str(given["unit"])
    return _in_si(values, unit, where), unit


def require_flag(flag: object, where: str) -> Flag:
    """Return a flag unchanged if it is one of those that tell how a number was obtained.

    Raises
    ------
    DataFileError
        If it is not; `where` says in which file.
    """
    if flag not in get_args(Flag):
        near = did_you_mean(str(flag), get_args(Flag))
        raise DataFileError(f"{where}: flag {flag!r} is unknown{near}")
    return cast("Flag", flag)


def parameter(room: str, file: str, name: str) -> Parameter:
    """Return one parameter, or say which name was meant."""
    entries = table(room, file)
    if name not in entries:
        near = did_you_mean(name, entries)
        raise DataFileError(f"no parameter named {name!r} in data/{room}/{file}.toml{near}")
    return entries[name]


@cache
def document(room: str, name: str) -> Mapping[str, Any]:
    """Return a data file that is not a flat table of parameters (spectra, devices) as it stands."""
    where = f"data/{room}/{name}.toml"
    try:
        return MappingProxyType(tomllib.loads(data_bytes(room, f"{name}.toml").decode("utf-8")))
    except tomllib.TOMLDecodeError as problem:
        raise DataFileError(f"{where}: {problem}.") from None


def data_bytes(room: str, file: str) -> bytes:
    """Return a data file of any kind, byte by byte.

    Raises
    ------
    DataFileError
        If it is missing.
    """
    try:
        return (_ROOT / room / file).read_bytes()
    except FileNotFoundError:
        raise DataFileError(f"no data file data/{room}/{file}.") from None


@cache
def data_files() -> tuple[str, ...]:
    """Return every data file as ``room/name``, in alphabetical order."""
    return tuple(
        sorted(
            f"{room.name}/{file.name}"
            for room in _ROOT.iterdir()
            if room.is_dir() and not room.name.startswith("__")
            for file in room.iterdir()
        )
    )


@cache
def fingerprint() -> str:
    """Return the first 16 hexadecimal digits of a hash over every data file, for provenance."""
    digest = sha256()
    for name in data_files():
        room, file = name.split("/")
        content = data_bytes(room, file)
        # the length keeps the end of one file from being taken for the beginning of the next
        digest.update(f"{name} {len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:16]


def _parameter(file: str, name: str, found: object) -> Parameter:
    where = f"{file}, {name}"
    entry = _fields(found, where, _REQUIRED, _ALLOWED)
    unit, prior = str(entry["unit"]), str(entry.get("prior", "fixed"))
    flag = require_flag(entry["flag"], where)
    if prior not in _PRIORS:
        raise DataFileError(f"{where}: prior {prior!r} is unknown{did_you_mean(prior, _PRIORS)}")
    span = entry["range"]
    if not isinstance(span, list) or len(span) != 2:
        raise DataFileError(f"{where}: range is {span!r}; expected [lowest, highest].")
    low, value, high = _in_si((span[0], entry["value"], span[1]), unit, where)
    if not low <= value <= high:
        shown = "" if unit == "1" else f" {unit}"
        raise DataFileError(
            f"{where}: value is {entry['value']}{shown}, outside its own range of {span[0]} to "
            f"{span[1]}{shown}."
        )
    if prior == "lognormal" and low <= 0.0:
        raise DataFileError(f"{where}: a lognormal prior needs a range above 0, not {span}.")
    return Parameter(
        name=name,
        value=value,
        low=low,
        high=high,
        unit=unit,
        flag=flag,
        source=str(entry["source"]),
        note=str(entry.get("note", "")),
        prior=cast("Prior", prior),
    )


def _fields(
    entry: object, where: str, required: tuple[str, ...], allowed: set[str]
) -> Mapping[str, Any]:
    """Return an entry as a mapping, if it has every required field and no unknown one."""
    if not isinstance(entry, Mapping):
        raise DataFileError(f"{where}: expected a table with {', '.join(required)}.")
    missing = [key for key in required if entry.get(key) in (None, "")]
    if missing:
        raise DataFileError(f"{where}: missing {', '.join(missing)}.")
    unknown = set(entry) - allowed
    if unknown:
        raise DataFileError(f"{where}: unknown field {', '.join(sorted(unknown))}.")
    return entry


def _in_si(values: Sequence[object], unit: str, where: str) -> tuple[float, ...]:
    """Return numbers stated in a unit as numbers in SI."""
    if unit not in UNITS:
        raise DataFileError(f"{where}: unit {unit!r} is unknown{did_you_mean(unit, UNITS)}")
    for value in values:
        if isinstance(value, bool) or not isinstance(value, Real):
            raise DataFileError(f"{where}: {value!r} is no number.")
    return tuple(UNITS[unit].to_si(float(cast("float", value))) for value in values)
