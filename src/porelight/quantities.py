"""The vocabulary: what each field is called, its SI unit, and between what values it can lie.

A slip of units is nearly always a slip of magnitude, so every public door checks magnitude:
1064 m is no wavelength, 37 K is no skin.

Examples
--------
>>> WAVELENGTH.require(1.064e-6)
1.064e-06
>>> WAVELENGTH.require(1064.0)
Traceback (most recent call last):
    ...
porelight.errors.ParameterError: wavelength is 1064 m; expected 1e-07 to 2e-05 m. \
Nanometres need '* units.nm'.
"""

from dataclasses import dataclass
from numbers import Integral
from typing import TypeAlias, overload

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError

Floats: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Quantity:
    """One kind of number: its name, SI unit, sane range, and meaning.

    Attributes
    ----------
    name, unit, meaning : str
        Name, SI unit and meaning.
    low, high : float
        Range in which a value can lie.
    hint, hint_low : str
        The slip of units that a value above the range is, or one below it.
    """

    name: str
    unit: str
    low: float
    high: float
    meaning: str
    hint: str = ""
    hint_low: str = ""

    @overload
    def require(self, value: float, name: str = "") -> float: ...
    @overload
    def require(self, value: Floats, name: str = "") -> Floats: ...

    def require(self, value: float | Floats, name: str = "") -> float | Floats:
        """Return the value unchanged (float64) if all of it lies in the sane range.

        Parameters
        ----------
        value : float or ndarray of float64
            What to check [the quantity's SI unit].
        name : str
            What the caller calls it; the quantity's own name when empty.

        Raises
        ------
        ParameterError
            If it is not a number, not finite, or outside the range. Truth values and texts are no
            numbers.
        """
        if isinstance(value, float) and self.low <= value <= self.high:
            return float(value)  # what a simulation asks a hundred thousand times
        given = np.asarray(value)
        try:
            array = np.asarray(None if given.dtype.kind in "bSU" else given, dtype=np.float64)
        except (TypeError, ValueError):
            array = np.array(np.nan)
        if given.dtype.kind not in "iuf" and np.isnan(array).any():
            message = f"{name or self.name} is {value!r}; expected a number in {self.unit}."
            raise ParameterError(message)
        bad = ~((array >= self.low) & (array <= self.high))
        if bad.any():
            index = tuple(int(i) for i in np.argwhere(bad)[0])
            where = f" at index {index}" if array.ndim else ""
            unit = "" if self.unit == "1" else f" {self.unit}"
            slip = self.hint_low if array[index] < self.low else self.hint
            hint = f" {slip}" if slip else ""
            message = (
                f"{name or self.name} is {array[index]:.6g}{unit}{where}; "
                f"expected {self.low:g} to {self.high:g}{unit}.{hint}"
            )
            raise ParameterError(message)
        return array if array.ndim else float(array)


@dataclass(frozen=True, slots=True)
class WholeQuantity:
    """One kind of whole number: its name, sane range, and meaning."""

    name: str
    low: int
    high: int
    meaning: str

    def require(self, value: float, name: str = "") -> int:
        """Return a whole number as an int if it lies in the sane range.

        Parameters
        ----------
        value : int or float
            Value to check; 1e5 is a whole number, 1.9 and True are none.
        name : str
            What the caller calls it; the quantity's own name when empty.

        Raises
        ------
        ParameterError
            If it is not a whole number, or outside the range.

        Examples
        --------
        >>> N_PHOTONS.require(1e5)
        100000
        >>> WholeQuantity("passes", 1, 1000, "how often").require(1.9)
        Traceback (most recent call last):
            ...
        porelight.errors.ParameterError: passes is 1.9; expected a whole number from 1 to 1000.
        """
        given: object = value
        is_whole = isinstance(given, Integral) and not isinstance(given, bool)
        if isinstance(given, float | np.floating):
            is_whole = float(given).is_integer()
        if not (is_whole and self.low <= value <= self.high):
            shown = f"{given:g}" if isinstance(given, float | np.floating) else repr(given)
            raise ParameterError(
                f"{name or self.name} is {shown}; expected a whole number from {self.low} to "
                f"{self.high}."
            )
        return int(value)


WAVELENGTH = Quantity(
    "wavelength", "m", 1e-7, 2e-5, "vacuum wavelength", "Nanometres need '* units.nm'."
)
LENGTH = Quantity(
    "length", "m", 0.0, 1.0, "a distance in or on skin", "Millimetres need '* units.mm'."
)
SPOT_DIAMETER = Quantity(
    "spot_diameter",
    "m",
    1e-5,
    0.1,
    "diameter of the beam at the skin",
    "Millimetres need '* units.mm'.",
)
AREA = Quantity("area", "m2", 0.0, 2.0, "area of skin", "Square centimetres need '* units.cm2'.")
TIME = Quantity("time", "s", 0.0, 1e10, "time since the start")
PULSE_DURATION = Quantity(
    "pulse_duration", "s", 1e-13, 100.0, "length of one pulse", "Milliseconds need '* units.ms'."
)
RATE = Quantity("rate", "Hz", 1e-4, 1e9, "pulses per second")
RADIANT_EXPOSURE = Quantity(
    "radiant_exposure",
    "J/m2",
    0.0,
    5e7,
    "energy per area of beam",
    "J/cm2 need '* units.J_per_cm2'.",
)
PULSE_ENERGY = Quantity("pulse_energy", "J", 0.0, 1e4, "energy of one pulse")
TEMPERATURE = Quantity(
    "temperature",
    "K",
    200.0,
    1000.0,
    "absolute temperature",
    hint_low="Celsius readings need units.celsius(...).",
)
TEMPERATURE_RISE = Quantity("temperature_rise", "K", -100.0, 1000.0, "rise above rest")
MU_A = Quantity("mu_a", "1/m", 0.0, 1e8, "absorption coefficient", "1/mm need '* units.per_mm'.")
MU_S = Quantity("mu_s", "1/m", 0.0, 1e8, "scattering coefficient", "1/mm need '* units.per_mm'.")
ANISOTROPY = Quantity("anisotropy", "1", -1.0, 1.0, "mean cosine of the scattering angle")
REFRACTIVE_INDEX = Quantity("refractive_index", "1", 1.0, 4.0, "real refractive index")
FRACTION = Quantity("fraction", "1", 0.0, 1.0, "a share of a whole")
DENSITY = Quantity("density", "kg/m3", 500.0, 2000.0, "mass per volume")
SPECIFIC_HEAT = Quantity("specific_heat", "J/(kg K)", 500.0, 5000.0, "heat capacity per mass")
THERMAL_CONDUCTIVITY = Quantity("thermal_conductivity", "W/(m K)", 0.01, 100.0, "conductivity")
PERFUSION_RATE = Quantity(
    "perfusion_rate", "1/s", 0.0, 0.5, "volume of blood per volume of tissue and second"
)
HEAT_TRANSFER = Quantity("heat_transfer", "W/(m2 K)", 0.0, 1e6, "surface heat transfer coefficient")
PRESSURE = Quantity("pressure", "Pa", -1e9, 1e12, "pressure, stress or modulus")
AGE = Quantity("age", "years", 12.0, 110.0, "age of the person")
PORE_DIAMETER = Quantity(
    "pore_diameter", "m", 1e-5, 5e-3, "equal-area diameter", "Millimetres need '* units.mm'."
)
PIXELS_PER_METRE = Quantity(
    "pixels_per_metre",
    "px/m",
    100.0,
    1e6,
    "scale of a photograph",
    hint_low="px/mm need '* units.per_mm'.",
)
N_PHOTONS = WholeQuantity("n_photons", 1, 10**12, "photons to follow")
N_PULSES = WholeQuantity("n_pulses", 1, 100_000, "pulses of one session or exposure")
N_SESSIONS = WholeQuantity("session", 1, 1000, "number of a session, counted from 1")
N_THREADS = WholeQuantity("n_threads", 0, 1024, "cores to use, 0 for all")
SEED = WholeQuantity("seed", 0, 2**63 - 1, "the same seed gives the same numbers")
