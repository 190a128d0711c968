"""Everything that ships with porelight beside its code: sourced numbers, tables, networks.

Files lie in one folder per room, ``porelight/data/<room>/``, and are read here alone. In a table of
parameters each entry is ``{value, unit, range, source, flag}`` with an optional ``note`` and
``prior``. The flag tells how the number was obtained (seen, recalled, derived, assumed) and travels
to the report. A number without a source does not load. Values and ranges are converted to SI here,
once.

An uncertain number also says along which ``axis`` it varies: ``"knowledge"``, one number for all
people that nobody knows; ``"people"``, a number that differs from person to person; or ``"both"``,
with ``people = {share, source, flag}``, the share of its variance that is between people.
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
from scipy.special import ndtr, ndtri

from porelight.data.file_units import UNITS
from porelight.errors import DataFileError, did_you_mean
from porelight.quantities import Floats

Flag = Literal["seen", "recalled", "derived", "assumed"]
Prior = Literal["fixed", "uniform", "lognormal"]
UncertaintyAxis = Literal["knowledge", "people", "both"]

_ROUNDING = 1e-9  # of a number that was multiplied by its unit

# standard deviations from the middle of a normal distribution to either end of its 90 %
Z95 = 1.6448536269514722
_FARTHEST = 3.5  # standard deviations at which a lognormal prior is cut off

_ROOT = files("porelight.data")
_REQUIRED = ("value", "unit", "range", "source", "flag")
_ALLOWED = {*_REQUIRED, "note", "prior", "axis", "people"}
_REQUIRED_OF_LIST = ("values", "unit", "source", "flag")
_PRIORS = get_args(Prior)
_AXES = get_args(UncertaintyAxis)
_REQUIRED_OF_SHARE = ("share", "source", "flag")


@dataclass(frozen=True, slots=True)
class PeopleShare:
    """The share of a prior's variance that is between people; the rest is what nobody knows.

    The variance is that of the normal score: for a lognormal prior, of the logarithm.
    """

    share: float = 0.0
    source: str = ""
    flag: Flag = "assumed"


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
    people: PeopleShare = PeopleShare()

    @property
    def axis(self) -> UncertaintyAxis:
        """Along which axis it varies: what nobody knows, how people differ, or both."""
        if self.people.share == 0.0:
            return "knowledge"
        return "people" if self.people.share == 1.0 else "both"

    def takes(self, value: float) -> bool:
        """Return whether a value [SI] lies in the range, but for rounding on the way in."""
        return (
            self.low - _ROUNDING * abs(self.low) <= value <= self.high + _ROUNDING * abs(self.high)
        )

    def quantile(self, probability: Floats) -> Floats:
        """Return the value below which the prior puts this probability.

        `fixed` is the value itself; `uniform` spans the range; `lognormal` has the value as its
        median and 90 % of its mass inside a range of the same width in the logarithm, and is cut
        off where one draw in two thousand would lie: no physics is meant to hold there.
        """
        if self.prior == "fixed" or self.low == self.high:
            return np.full_like(probability, self.value)
        if self.prior == "uniform":
            return np.asarray(self.low + (self.high - self.low) * probability)
        score = np.clip(ndtri(probability), -_FARTHEST, _FARTHEST)
        return np.asarray(self.value * np.exp(self._spread * score))

    def probability(self, value: Floats) -> Floats:
        """Return the prior's probability below a value; a half where the number does not vary."""
        if self.prior == "fixed" or self.low == self.high:
            return np.full_like(value, 0.5)
        if self.prior == "uniform":
            return np.clip((value - self.low) / (self.high - self.low), 0.0, 1.0)
        positive = np.maximum(value, np.finfo(np.float64).tiny)
        return np.asarray(ndtr(np.log(positive / self.value) / self._spread))

    @property
    def _spread(self) -> float:
        """Standard deviation of the logarithm of a lognormal prior."""
        return math.log(self.high / self.low) / (2.0 * Z95)


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
def known_parameters() -> frozenset[str]:
    """Return the names of the parameters of every data file."""
    found: set[str] = set()
    for room, file in (listed.split("/") for listed in data_files()):
        if file.endswith(".toml"):
            entries = document(room, file.removesuffix(".toml"))
            found.update(
                key
                for key, entry in entries.items()
                if isinstance(entry, dict) and "range" in entry
            )
    return frozenset(found)


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
        people=_people(entry, where),
    )


def _people(entry: Mapping[str, Any], where: str) -> PeopleShare:
    """Return the share of an entry's variance that is between people."""
    axis, share = entry.get("axis", "knowledge"), entry.get("people")
    if axis not in _AXES:
        raise DataFileError(f"{where}: axis {axis!r} is unknown{did_you_mean(str(axis), _AXES)}")
    if "axis" in entry and entry.get("prior", "fixed") == "fixed":
        raise DataFileError(f"{where}: axis is {axis!r}, but a number without a prior has none.")
    if (share is None) == (axis == "both"):
        raise DataFileError(
            f"{where}: axis is {axis!r}; people = {{ share, source, flag }} belongs to an axis of "
            "'both', which needs it."
        )
    if share is None:
        return PeopleShare(float(axis == "people"))
    given = _fields(share, f"{where}, people", _REQUIRED_OF_SHARE, set(_REQUIRED_OF_SHARE))
    (number,) = _in_si([given["share"]], "1", where)
    if not 0.0 < number < 1.0:
        raise DataFileError(
            f"{where}: the share of people is {number:g}; expected between 0 and 1, or an axis of "
            "'knowledge' or 'people'."
        )
    return PeopleShare(number, str(given["source"]), require_flag(given["flag"], where))


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
