"""The optics of a person whose reflectance was measured, in one call."""

from dataclasses import dataclass, field

import numpy as np

from porelight.data.file_units import NM
from porelight.data.library import Z95
from porelight.errors import ParameterError
from porelight.inference.measured_reflectance import (
    Fit,
    Instrument,
    MeasuredSpectrum,
    Specular,
    fit_spectrum,
)
from porelight.quantities import AGE, Floats
from porelight.tissue.own_optics import FOREARM, NAMES, OwnOptics
from porelight.tissue.person import Oiliness, Sex, Zone
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import Skin

LEAST_TAIL = 1e-3  # share of people below which no person of the prior was measured
_LEAST_EVENNESS = 0.05


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FittedReflectance:
    """What a reflectance spectrum says of a person.

    Attributes
    ----------
    optics : OwnOptics
        Equally likely values of the person's numbers.
    wavelength, measured, fitted, error : ndarray of float64, shape (n_used,)
        Wavelengths that were fitted [m], reflectance measured and of the likeliest person, and the
        standard deviation by which one and the same person's may differ from it [-].
    misfit, tail : float
        Chi squared over the number of wavelengths, and the share of people who fit as badly [-].
    people : mapping of str to tuple of float
        Where 90 % of people of any type lie at the site, by name of the number.
    """

    optics: OwnOptics
    wavelength: Floats
    measured: Floats
    fitted: Floats
    error: Floats
    misfit: float
    tail: float
    people: dict[str, tuple[float, float]]
    _evenness: float = field(default=1.0)

    @property
    def values(self) -> dict[str, Floats]:
        """Draws by name of the number, (n_draw,) each."""
        return self.optics.values

    def interval(self, name: str) -> tuple[float, float]:
        """Return the ends of the 90 % interval of a number."""
        return self.optics.interval(name)

    @property
    def is_plausible(self) -> bool:
        """Whether a person of the prior, on such an instrument, can have this spectrum."""
        return self.tail >= LEAST_TAIL

    @property
    def worst(self) -> int:
        """Index of the wavelength where measured and fitted differ most for their error."""
        return int(np.argmax(np.abs(self.measured - self.fitted) / self.error))

    @property
    def warnings(self) -> tuple[str, ...]:
        """What limits these numbers, a sentence each."""
        told = []
        if not self.is_plausible:
            at = self.worst
            told.append(
                f"No person of the population reflects like this (fewer than one in "
                f"{1.0 / LEAST_TAIL:.0f}): worst at {NM.shown(float(self.wavelength[at]))}, where "
                f"{self.measured[at]:.3f} was measured and the nearest person has "
                f"{self.fitted[at]:.3f}. Check the white standard, the port and the specular part, "
                "and that skin was measured; the numbers are not to be used."
            )
        if self._evenness < _LEAST_EVENNESS:
            told.append(
                "The likely values do not lie about one point: the intervals are rough, and rest "
                "on few of the draws."
            )
        return tuple(told)

    def skin(
        self,
        zone: Zone,
        fitzpatrick: int,
        age: float,
        sex: Sex = "female",
        oiliness: Oiliness = "normal",
        pores: PorePopulation | None = None,
    ) -> Skin:
        """Return this person's skin at a zone of the face; parameters as in `Skin.typical`.

        Raises
        ------
        ParameterError
            If the spectrum is no person's.
        """
        if not self.is_plausible:
            raise ParameterError(self.warnings[0])
        return Skin.typical(zone, fitzpatrick, age, sex, oiliness, pores, optics=self.optics)

    def __repr__(self) -> str:
        first, last = (float(self.wavelength[end]) for end in (0, -1))
        span = f"{NM.of_si(first):.6g} to {NM.shown(last)}"
        lines = [f"FittedReflectance({self.optics.source}, {self.wavelength.size} at {span})"]
        for name, middle in self.optics.middle.items():
            low, high = self.interval(name)
            least, most = self.people[name]
            own, people = f"{low:.3g} to {high:.3g}", f"{least:.3g} to {most:.3g}"
            lines.append(f"  {name}: {middle:.3g} ({own}; people {people})")
        return "\n".join([*lines, *(f"  warning: {text}" for text in self.warnings)])


def fit_reflectance(  # noqa: PLR0913  each is a choice of the user
    spectrum: MeasuredSpectrum,
    *,
    site: str = FOREARM,
    port: float | None = None,
    specular: Specular = "included",
    age: float | None = None,
    sex: Sex | None = None,
    source: str = "a reflectance spectrum",
    seed: int = 1,
) -> FittedReflectance:
    """Return what a reflectance spectrum says of the optics of a person.

    Parameters
    ----------
    spectrum : MeasuredSpectrum
        Wavelengths [m], reflectance and, if it is known, its standard error [-]. What lies outside
        450 to 2200 nm, where the model was held against people, is left out.
    site : str
        Where it was measured: 'forearm' (the inner side) or a zone of the face.
    port : float, optional
        Diameter of the port that lay on the skin [m]; all light was collected when left out.
    specular : {"included", "excluded"}
        Whether the reflection of the surface is in the reading.
    age, sex
        Age [years] and sex of the person, for a zone of the face: they set the typical thickness.
        40 years and female when left out.
    source : str
        What the numbers come from, for those who read.
    seed : int
        The same seed gives the same draws.

    Returns
    -------
    FittedReflectance
        With `skin(zone, type, age)`, ready for `Course`; its forecasts have this person's remaining
        uncertainty in place of how people differ.

    Raises
    ------
    ParameterError
        If a value is impossible.

    Examples
    --------
    >>> import numpy as np
    >>> import porelight as pl
    >>> bands = np.array([500, 540, 650, 750, 940]) * 1e-9
    >>> spectrum = pl.MeasuredSpectrum(bands, np.array([0.326, 0.315, 0.556, 0.600, 0.529]))
    >>> found = pl.fit_reflectance(spectrum)
    >>> low, high = found.interval("melanosome_fraction")
    >>> bool(0.01 < low < high < 0.04)
    True
    """
    if site == FOREARM:
        for name, given in (("age", age), ("sex", sex)):
            if given is not None:
                raise ParameterError(
                    f"{name} is {given!r}, but the forearm's thickness is known for people of all "
                    f"ages together; leave the {name} out."
                )
    years = 40.0 if age is None else AGE.require(age)
    fit = fit_spectrum(
        spectrum,
        site,
        Instrument(port, specular),
        age=years,
        sex=sex or "female",
        source=source,
        seed=seed,
    )
    return _result(fit)


def _result(fit: Fit) -> FittedReflectance:
    prior, found = fit.prior, fit.posterior
    ends = np.array([[-Z95], [Z95]]) * prior.spread
    ends = np.where(prior.is_factor, prior.median * np.exp(ends), prior.median + ends)
    ends = np.clip(ends, prior.low, prior.high)
    by_name = dict(zip(prior.names, ends.T.tolist(), strict=True))
    return FittedReflectance(
        optics=fit.optics,
        wavelength=fit.wavelength,
        measured=fit.measured,
        fitted=fit.fitted,
        error=fit.error,
        misfit=found.misfit,
        tail=found.tail,
        people={name: (by_name[name][0], by_name[name][1]) for name in NAMES},
        _evenness=found.evenness,
    )
