"""Sourced numbers: the loader of every TOML table that ships with porelight.

Each entry is ``{value, unit, range, source, flag}`` with an optional ``note`` and ``prior``. The
flag tells how the number was obtained (seen, recalled, derived, assumed) and travels to the report.
A number without a source does not load. Values and ranges are converted to SI here, once.
"""

import math
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Literal, TypeAlias, cast, get_args

import numpy as np
from scipy.special import ndtri

from porelight.errors import DataFileError, did_you_mean
from porelight.quantities import Floats
from porelight.units import ZERO_CELSIUS, day

Flag = Literal["seen", "recalled", "derived", "assumed"]
Prior = Literal["fixed", "uniform", "lognormal"]

# 90 % of a lognormal prior lies inside the stated range
_Z95 = 1.6448536269514722

# unit as written in a data file -> (factor, offset) to SI
_TO_SI: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "1": (1.0, 0.0),
        "%": (1e-2, 0.0),
        "m": (1.0, 0.0),
        "mm": (1e-3, 0.0),
        "um": (1e-6, 0.0),
        "nm": (1e-9, 0.0),
        "m2": (1.0, 0.0),
        "cm2": (1e-4, 0.0),
        "mm2": (1e-6, 0.0),
        "1/m": (1.0, 0.0),
        "1/mm": (1e3, 0.0),
        "1/cm": (1e2, 0.0),
        "1/cm2": (1e4, 0.0),
        "1/m2": (1.0, 0.0),
        "s": (1.0, 0.0),
        "ms": (1e-3, 0.0),
        "d": (day, 0.0),
        "1/K": (1.0, 0.0),
        "1/s": (1.0, 0.0),
        "1/d": (1.0 / day, 0.0),
        "years": (1.0, 0.0),
        "1/years": (1.0, 0.0),
        "Hz": (1.0, 0.0),
        "J": (1.0, 0.0),
        "J/m2": (1.0, 0.0),
        "J/cm2": (1e4, 0.0),
        "J/m3": (1.0, 0.0),
        "J/kg": (1.0, 0.0),
        "J/mol": (1.0, 0.0),
        "J/(kg K)": (1.0, 0.0),
        "W/(m K)": (1.0, 0.0),
        "W/(m2 K)": (1.0, 0.0),
        "W/m2": (1.0, 0.0),
        "W/m3": (1.0, 0.0),
        "kg/m3": (1.0, 0.0),
        "Pa": (1.0, 0.0),
        "kPa": (1e3, 0.0),
        "K": (1.0, 0.0),
        "degC": (1.0, ZERO_CELSIUS),
    }
)
_REQUIRED = ("value", "unit", "range", "source", "flag")
_ALLOWED = {*_REQUIRED, "note", "prior"}


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
def table(package: str, name: str) -> Table:
    """Return the parameters of ``<package>/data/<name>.toml`` by name.

    Parameters
    ----------
    package : str
        Import name of the room that holds the file, for example ``"porelight.tissue"``.
    name : str
        File name without its ending.

    Raises
    ------
    DataFileError
        If the file is missing, an entry lacks a field, a unit is unknown, or the value lies outside
        its own range.

    Examples
    --------
    >>> table("porelight.tissue", "thermal")["density_skin"].unit
    'kg/m3'
    """
    raw = _raw(package, name)
    return MappingProxyType({key: _parameter(f"{name}.toml", key, raw[key]) for key in raw})


def parameter(package: str, file: str, name: str) -> Parameter:
    """Return one parameter, or say which name was meant."""
    entries = table(package, file)
    if name not in entries:
        near = did_you_mean(name, entries)
        raise DataFileError(f"no parameter named {name!r} in {package}/data/{file}.toml{near}")
    return entries[name]


@cache
def document(package: str, name: str) -> Mapping[str, Any]:
    """Return a data file that is not a flat table of parameters (spectra, presets) as it stands."""
    return MappingProxyType(_raw(package, name))


@cache
def fingerprint() -> str:
    """Return the first 16 hexadecimal digits of a hash over every data file, for provenance."""
    digest = sha256()
    for package in ("tissue", "laser"):
        folder = files(f"porelight.{package}") / "data"
        for entry in sorted(folder.iterdir(), key=lambda item: item.name):
            if entry.name.endswith(".toml"):
                digest.update(entry.name.encode())
                digest.update(entry.read_bytes())
    return digest.hexdigest()[:16]


def _raw(package: str, name: str) -> dict[str, Any]:
    path = files(package) / "data" / f"{name}.toml"
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise DataFileError(f"no data file {package}/data/{name}.toml.") from None
    except tomllib.TOMLDecodeError as problem:
        raise DataFileError(f"{package}/data/{name}.toml: {problem}.") from None


def _parameter(file: str, name: str, entry: object) -> Parameter:
    where = f"{file}, {name}"
    if not isinstance(entry, dict):
        raise DataFileError(f"{where}: expected a table with {', '.join(_REQUIRED)}.")
    missing = [key for key in _REQUIRED if entry.get(key) in (None, "")]
    if missing:
        raise DataFileError(f"{where}: missing {', '.join(missing)}.")
    unknown = set(entry) - _ALLOWED
    if unknown:
        raise DataFileError(f"{where}: unknown field {', '.join(sorted(unknown))}.")
    unit, flag, prior = str(entry["unit"]), str(entry["flag"]), str(entry.get("prior", "fixed"))
    if unit not in _TO_SI:
        raise DataFileError(f"{where}: unit {unit!r} is unknown{did_you_mean(unit, _TO_SI)}")
    if flag not in get_args(Flag) or prior not in get_args(Prior):
        raise DataFileError(f"{where}: flag {flag!r} or prior {prior!r} is unknown.")
    factor, offset = _TO_SI[unit]
    low, value, high = (
        float(x) * factor + offset for x in (entry["range"][0], entry["value"], entry["range"][1])
    )
    if not low <= value <= high or (prior == "lognormal" and low <= 0.0):
        raise DataFileError(f"{where}: value must lie in its range (above 0 for lognormal).")
    return Parameter(
        name=name,
        value=value,
        low=low,
        high=high,
        unit=unit,
        flag=cast("Flag", flag),
        source=str(entry["source"]),
        note=str(entry.get("note", "")),
        prior=cast("Prior", prior),
    )
