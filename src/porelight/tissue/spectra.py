"""Tabulated spectra, each with its source and its range, beyond which it refuses.

A spectrum is read by interpolation between the wavelengths at which it was published. What happens
at a wavelength that nobody tabulated is a choice of the model that asks (`tissue.optics`), never of
the table.
"""

from dataclasses import dataclass
from functools import cache
from typing import Literal, cast, get_args

import numpy as np

from porelight.data.file_units import NM
from porelight.data.library import Flag, document
from porelight.errors import DataFileError, ParameterError, did_you_mean
from porelight.quantities import WAVELENGTH, Floats

Interpolation = Literal["linear", "log", "extinction"]

ROUNDING = 1e-12  # 400 times 1e-9 is more than 400e-9 in the last digit


@dataclass(frozen=True, slots=True, eq=False)
class Spectrum:
    """One published spectrum.

    Attributes
    ----------
    name, quantity, unit, source, flag, note : str
        Name, quantity and unit of the spectrum; its source, how it is known, and a note.
    low, high : float
        Range in which it may be read [m].
    interpolation : {"linear", "log", "extinction"}
        Straight lines in the value, in its logarithm, or in value times wavelength, which is the
        extinction index of an absorption coefficient but for 4 pi.
    wavelength, value : ndarray of float64, shape (n,)
        The table [m], [unit].
    """

    name: str
    quantity: str
    unit: str
    source: str
    flag: Flag
    note: str
    low: float
    high: float
    interpolation: Interpolation
    wavelength: Floats
    value: Floats

    def __post_init__(self) -> None:
        """Check that the table can be read over its whole range."""
        where = f"spectra.toml, {self.name}"
        if not self.source or self.flag not in get_args(Flag):
            raise DataFileError(f"{where}: a source and a flag of {get_args(Flag)} are needed.")
        if self.interpolation not in get_args(Interpolation):
            raise DataFileError(f"{where}: interpolation {self.interpolation!r} is unknown.")
        if self.wavelength.shape != self.value.shape or self.wavelength.size < 2:
            raise DataFileError(
                f"{where}: {self.wavelength.size} wavelengths but {self.value.size} values."
            )
        if (np.diff(self.wavelength) <= 0.0).any() or (self.value <= 0.0).any():
            raise DataFileError(f"{where}: wavelengths must increase and values be positive.")
        if not self.wavelength[0] <= self.low < self.high <= self.wavelength[-1]:
            raise DataFileError(f"{where}: its range is not inside the table.")

    def covers(self, wavelength: float) -> bool:
        """Return whether the spectrum was measured at this wavelength [m]."""
        return self.low * (1.0 - ROUNDING) <= wavelength <= self.high * (1.0 + ROUNDING)

    def at(self, wavelength: float) -> float:
        """Return the value at a wavelength.

        Parameters
        ----------
        wavelength : float
            Vacuum wavelength [m].

        Returns
        -------
        float
            In the spectrum's unit.

        Raises
        ------
        ParameterError
            If the wavelength is outside the range of the spectrum.

        Examples
        --------
        >>> round(spectrum("blood_oxygenated").at(1064e-9))
        452
        """
        wavelength = WAVELENGTH.require(wavelength)
        if not self.covers(wavelength):
            raise ParameterError(
                f"wavelength is {NM.shown(wavelength)}; the {self.quantity} is tabulated from "
                f"{NM.of_si(self.low):.6g} to {NM.shown(self.high)}. Choose a wavelength in this "
                "range."
            )
        match self.interpolation:
            case "linear":
                return float(np.interp(wavelength, self.wavelength, self.value))
            case "log":
                return float(np.exp(np.interp(wavelength, self.wavelength, np.log(self.value))))
            case "extinction":
                extinction = self.value * self.wavelength
                return float(np.interp(wavelength, self.wavelength, extinction)) / wavelength


@cache
def spectrum(name: str) -> Spectrum:
    """Return a spectrum of ``data/tissue/spectra.toml`` by name.

    Raises
    ------
    ParameterError
        If there is none of this name.
    DataFileError
        If its table is incomplete or inconsistent.
    """
    tables = document("tissue", "spectra")
    if name not in tables:
        raise ParameterError(f"no spectrum named {name!r}{did_you_mean(name, tables)}")
    entry = tables[name]
    missing = [key for key in _FIELDS if key not in entry]
    if missing:
        raise DataFileError(f"spectra.toml, {name}: missing {', '.join(missing)}.")
    if entry["wavelength_unit"] != "nm":
        raise DataFileError(f"spectra.toml, {name}: wavelength_unit must be nm.")
    return Spectrum(
        name=name,
        quantity=str(entry["quantity"]),
        unit=str(entry["unit"]),
        source=str(entry["source"]),
        flag=cast("Flag", entry["flag"]),
        note=str(entry["note"]),
        low=NM.to_si(entry["range"][0]),
        high=NM.to_si(entry["range"][1]),
        interpolation=cast("Interpolation", entry["interpolation"]),
        wavelength=np.array([NM.to_si(one) for one in entry["wavelength"]]),
        value=np.asarray(entry["value"], dtype=np.float64),
    )


_FIELDS = (
    "quantity",
    "unit",
    "wavelength_unit",
    "range",
    "interpolation",
    "source",
    "flag",
    "note",
    "wavelength",
    "value",
)
