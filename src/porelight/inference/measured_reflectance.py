r"""The optics of the person whose reflectance a spectrometer measured.

Measured and predicted are compared in the logarithm. What separates the two for one and the same
person, as 50 measured people tell it (``people.toml``, one_person): a part that is the same for all
(`bias`, taken off), and one of each person's own, with a correlation that falls exponentially with
the distance in wavelength. To it comes the instrument: its white standard, its noise, its port.

A port of diameter d loses what leaves the skin beside it,

.. math:: R_{seen} = R \left( 1 - 0.67\, \frac{8\,\mathrm{mm}}{d} R^2 \right).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

import numpy as np
from numpy.typing import NDArray

from porelight.data.file_units import MM, NM
from porelight.data.library import document, require_flag
from porelight.data.values import PACKAGE, LibraryValues
from porelight.errors import ParameterError, did_you_mean
from porelight.inference.own_optics import Posterior, posterior
from porelight.inference.reflectance import SkinOf, reflectance_of
from porelight.quantities import Floats, Quantity
from porelight.tissue.forearm import ForearmSkin
from porelight.tissue.own_optics import FOREARM, SITES, OwnOptics, prior_of_person, skin_values
from porelight.tissue.people import Spread, person
from porelight.tissue.person import Sex
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import Skin

Specular = Literal["included", "excluded"]
SHORTEST, LONGEST = 450e-9, 2200e-9  # where the model was held against people [m]
FEWEST = 3  # wavelengths
_DENSE = 20e-9  # m; a spectrum with samples this close is read at the wavelengths of the table
_REFERENCE_TYPE = 3  # any will do: the person's own melanin takes its place
PORT = Quantity("port", "m", 2e-3, 0.2, "diameter of the port", "Millimetres need '* units.mm'.")


@dataclass(frozen=True, slots=True)
class Instrument:
    """How reflectance was measured.

    Attributes
    ----------
    port : float or None
        Diameter of the port [m]; None if all light was collected, wherever it left the skin.
    specular : {"included", "excluded"}
        Whether the reflection of the surface is in the reading.
    """

    port: float | None = None
    specular: Specular = "included"

    def __post_init__(self) -> None:
        """Check both."""
        if self.port is not None:
            PORT.require(self.port)
        if self.specular not in get_args(Specular):
            raise ParameterError(
                f"specular is {self.specular!r}{did_you_mean(self.specular, get_args(Specular))}"
            )


ALL_LIGHT = Instrument()


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredSpectrum:
    """A measured reflectance.

    Attributes
    ----------
    wavelength : ndarray of float64, shape (n_wavelengths,)
        Vacuum wavelengths, rising [m].
    reflectance : ndarray of float64, shape (n_wavelengths,)
        Reflectance over that of a perfect white [-].
    standard_error : ndarray of float64, shape (n_wavelengths,), or None
        Standard deviation of single readings [-]; the usual one when left out.
    """

    wavelength: Floats
    reflectance: Floats
    standard_error: Floats | None = None

    def __post_init__(self) -> None:
        """Check shapes and ranges."""
        for name in ("wavelength", "reflectance", "standard_error"):
            given = getattr(self, name)
            if given is None:
                continue
            column = np.asarray(given, dtype=np.float64)
            object.__setattr__(self, name, column)
            if column.ndim != 1 or column.shape != np.shape(self.wavelength):
                raise ParameterError(
                    f"{name} has shape {column.shape}, wavelength {np.shape(self.wavelength)}; "
                    "expected one axis and equally many."
                )
        if not (np.diff(self.wavelength) > 0.0).all():
            raise ParameterError("wavelength does not rise; expected each once, in rising order.")
        if not ((self.reflectance > 0.0) & (self.reflectance < 1.0)).all():
            worst = int(np.argmax(np.abs(self.reflectance - 0.5)))
            raise ParameterError(
                f"reflectance is {self.reflectance[worst]:g} at "
                f"{NM.shown(float(self.wavelength[worst]))}; expected above 0 and below 1, as a "
                "fraction. Percent need '/ 100'."
            )
        error = self.standard_error
        if error is not None and not ((error >= 0.0) & (error < self.reflectance)).all():
            raise ParameterError("standard_error must be at least 0 and below the reflectance.")
        if self.within.sum() < FEWEST:
            hint = " Wavelengths are in metres." if self.wavelength.max() > 1e-3 else ""
            raise ParameterError(
                f"{int(self.within.sum())} of {self.wavelength.size} wavelengths lie between "
                f"{NM.of_si(SHORTEST)} and {NM.shown(LONGEST)}, where the model was held against "
                f"people; expected {FEWEST} or more.{hint}"
            )

    @property
    def within(self) -> NDArray[np.bool_]:
        """True where the wavelength is one at which the model was held against people."""
        rounding = 1e-12
        return (self.wavelength >= SHORTEST - rounding) & (self.wavelength <= LONGEST + rounding)


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """What a spectrum says of a person.

    Attributes
    ----------
    optics : OwnOptics
        Equally likely values of the person's numbers.
    prior : Spread
        How people of any type differ at the site.
    wavelength : ndarray of float64, shape (n_used,)
        Wavelengths that were fitted [m].
    measured, fitted, error : ndarray of float64, shape (n_used,)
        Measured reflectance, that of the likeliest person on this instrument, and the standard
        deviation with which one and the same person's may differ from it [-].
    posterior : Posterior
        The posterior behind it.
    """

    optics: OwnOptics
    prior: Spread
    wavelength: Floats
    measured: Floats
    fitted: Floats
    error: Floats
    posterior: Posterior


def skin_at(site: str, age: float = 40.0, sex: Sex = "female") -> SkinOf:
    """Return skin of a site as a function of a person's numbers, by library name."""
    if site not in SITES:
        raise ParameterError(f"no site named {site!r}{did_you_mean(site, SITES)}")
    if site == FOREARM:
        return ForearmSkin.typical
    pores = PorePopulation.typical(site, _REFERENCE_TYPE, age, sex)  # type: ignore[arg-type]
    return lambda values: Skin.typical(
        site,  # type: ignore[arg-type]
        _REFERENCE_TYPE,
        age,
        sex,
        pores=pores,
        values=values,
    )


def fit_spectrum(
    spectrum: MeasuredSpectrum,
    site: str,
    instrument: Instrument = ALL_LIGHT,
    *,
    age: float = 40.0,
    sex: Sex = "female",
    source: str = "a spectrum",
    seed: int = 1,
) -> Fit:
    """Return what a spectrum says of the person.

    Parameters
    ----------
    spectrum : MeasuredSpectrum
        What was measured.
    site : str
        Where: 'forearm' (its inner side) or a zone of the face.
    instrument : Instrument
        How.
    age, sex
        Age [years] and sex of the person, for a zone of the face: they set its thickness.
    source : str
        What the numbers come from, for those who read.
    seed : int
        The same seed gives the same draws.
    """
    skin_of, prior = skin_at(site, age, sex), prior_of_person(site)
    wavelength, measured, noise = _at_the_table(spectrum)
    table = one_person()
    bias = np.interp(wavelength, table.wavelength, table.bias)
    reader = Reader(instrument, site)

    def model(x: Floats) -> Floats:
        values = skin_values(person(prior.values(x[None]), 0))
        seen = reader.seen(reflectance_of(skin_of, values, wavelength), values)
        # a person so bright that a narrow port would read nothing: no spectrum shows it
        return np.asarray(np.log(np.maximum(seen, 1e-4)) + bias)

    covariance = table.covariance(wavelength, site) + np.diag((noise / measured) ** 2)
    covariance += reader.covariance(measured)
    found = posterior(model, np.log(measured), covariance, len(prior.names), seed=seed)
    fitted = np.exp(found.fitted)
    return Fit(
        optics=OwnOptics(source=source, site=site, **rounded(prior.values(found.draws))),
        prior=prior,
        wavelength=wavelength,
        measured=measured,
        fitted=fitted,
        error=fitted * np.sqrt(np.diag(covariance)),
        posterior=found,
    )


def rounded(values: Mapping[str, Floats]) -> dict[str, Floats]:
    """Return values with the digits that a file holds, so that one read back is the same."""
    return {
        name: np.array([float(f"{one:.6g}") for one in column]) for name, column in values.items()
    }


@dataclass(frozen=True, slots=True, eq=False)
class OnePerson:
    """What stays between one person's measured and fitted spectrum, in the logarithm.

    Attributes
    ----------
    wavelength, bias, spread : ndarray of float64, shape (n_wavelengths,)
        Wavelength [m], mean and standard deviation of the difference between people [-].
    length : float
        Distance in wavelength over which the correlation falls to 1/e [m].
    on_face : float
        The spread on faces over that on forearms [-].
    """

    wavelength: Floats
    bias: Floats
    spread: Floats
    length: float
    on_face: float

    def covariance(self, wavelength: Floats, site: str = FOREARM) -> Floats:
        """Return the covariance at other wavelengths, (n, n)."""
        spread = np.interp(wavelength, self.wavelength, self.spread)
        spread = spread * (1.0 if site == FOREARM else self.on_face)
        apart = np.abs(wavelength[:, None] - wavelength) / self.length
        return np.asarray(np.outer(spread, spread) * np.exp(-apart))


@cache
def one_person() -> OnePerson:
    """Return what the numbers of one person leave open of their spectrum."""
    entry = document(PACKAGE, "people")["one_person"]
    require_flag(entry["flag"], f"data/{PACKAGE}/people.toml, one_person")
    return OnePerson(
        wavelength=np.array([NM.to_si(one) for one in entry["wavelength"]]),
        bias=np.array(entry["bias"]),
        spread=np.array(entry["spread"]),
        length=NM.to_si(entry["correlation_length"]),
        on_face=float(entry["face_factor"]),
    )


def _at_the_table(spectrum: MeasuredSpectrum) -> tuple[Floats, Floats, Floats]:
    """Return the wavelengths to fit, the reflectance there, and its noise."""
    entry = document(PACKAGE, "people")["instrument"]
    wavelength, measured = spectrum.wavelength, spectrum.reflectance
    noise = spectrum.standard_error
    noise = entry["noise"] * measured if noise is None else noise
    within = spectrum.within
    table = one_person().wavelength
    inside = (table >= wavelength[0]) & (table <= wavelength[-1])
    at = table[inside]
    after = np.searchsorted(wavelength, at).clip(1, wavelength.size - 1)
    at = at[wavelength[after] - wavelength[after - 1] <= _DENSE]
    if at.size < FEWEST or np.median(np.diff(wavelength)) > _DENSE:
        # a few bands, as of diodes: taken as they are
        return wavelength[within], measured[within], noise[within]
    return at, np.interp(at, wavelength, measured), np.interp(at, wavelength, noise)


class Reader:
    """What an instrument shows of a reflectance."""

    def __init__(self, instrument: Instrument, site: str) -> None:
        self._entry = document(PACKAGE, "people")["instrument"]
        require_flag(self._entry["flag"], f"data/{PACKAGE}/people.toml, instrument")
        loss = 0.0
        if instrument.port is not None:
            loss = self._entry["port_loss"] * MM.to_si(self._entry["port"]) / instrument.port
            if site != FOREARM:
                loss /= LibraryValues("layers", {})("scattering_ratio_face")
        self._loss = loss
        self._excludes = instrument.specular == "excluded"

    def seen(self, reflectance: Floats, values: Mapping[str, float]) -> Floats:
        """Return what is read of a reflectance."""
        surface = _fresnel(values["refractive_index_epidermis"]) if self._excludes else 0.0
        return np.asarray(reflectance * (1.0 - self._loss * reflectance**2) - surface)

    def covariance(self, measured: Floats) -> Floats:
        """Return what the instrument adds to the covariance of the logarithm, (n, n)."""
        whole = [
            np.full(measured.size, float(self._entry["white"])),
            self._entry["port_loss_error"] * self._loss * measured**2,
        ]
        if self._excludes:
            index = LibraryValues("optics", {})("refractive_index_epidermis")
            whole.append(self._entry["gloss_error"] * _fresnel(index) / measured)
        return np.asarray(sum(np.outer(one, one) for one in whole))


def _fresnel(index: float) -> float:
    """Return the reflectance of a smooth surface for light along its normal [-]."""
    return ((index - 1.0) / (index + 1.0)) ** 2
