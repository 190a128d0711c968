"""Published sets of Arrhenius coefficients for burns, to compare with those of the model.

They disagree by several kelvin at equal duration, which shows how uncertain any thermal threshold
is. Each carries the range of temperatures in which it was measured; most were
fitted to exposures of a second and longer, and none may be used for millisecond pulses.
"""

import warnings
from dataclasses import dataclass

from porelight.data.library import Flag, parameter, table
from porelight.errors import ExtrapolationWarning, ParameterError, did_you_mean
from porelight.injury.rate_process import (
    GAS_CONSTANT,
    BranchedProcess,
    Rate,
    RateProcess,
    damage_integral,
)
from porelight.quantities import TEMPERATURE, Floats

# set -> names of its branches in the data file, the cooler one first
_SETS = {
    "henriques": ("henriques",),
    "weaver-stoll": ("weaver_stoll_cool", "weaver_stoll_hot"),
    "takata": ("takata_cool", "takata_hot"),
    "mehta-wong epidermis": ("mehta_wong_epidermis",),
    "mehta-wong dermis": ("mehta_wong_dermis",),
    "artery": ("artery",),
    "tendon": ("tendon",),
}
PUBLISHED = tuple(_SETS)


@dataclass(frozen=True, slots=True, eq=False)
class PublishedCoefficients:
    """One published set of coefficients: its damage rate, and the temperatures it was fitted on."""

    name: str
    process: Rate
    branches: tuple[RateProcess, ...]
    coldest: float  # K
    hottest: float  # K
    flag: Flag
    source: str

    def damage(self, time: Floats, temperature: Floats) -> Floats:
        """Damage integral by this set, with a warning where it was never measured.

        Parameters
        ----------
        time : ndarray of float64, shape (n_time,)
            Times of the readings [s].
        temperature : ndarray of float64, shape (n_time, *space)
            Temperature at those times [K].

        Returns
        -------
        ndarray of float64, shape (*space)
            Damage integral [-].

        Warns
        -----
        ExtrapolationWarning
            If the history gets hotter than the set's measured range. Below the range there is no
            warning, as the rate is small there.
        """
        hottest = float(TEMPERATURE.require(temperature).max())
        if hottest > self.hottest:
            warnings.warn(
                f"{self.name} reaches {hottest:.1f} K; its coefficients were measured from "
                f"{self.coldest:.1f} to {self.hottest:.1f} K ({self.source}).",
                ExtrapolationWarning,
                stacklevel=2,
            )
        return damage_integral(time, temperature, self.process)


def published_coefficients(name: str) -> PublishedCoefficients:
    """Return one published set of coefficients by name.

    Parameters
    ----------
    name : str
        One of `PUBLISHED`.

    Raises
    ------
    ParameterError
        If there is no such set; the nearest name is given.

    Examples
    --------
    >>> published_coefficients("takata").hottest - 273.15
    62.0
    """
    if name not in _SETS:
        raise ParameterError(f"no published set named {name!r}{did_you_mean(name, PUBLISHED)}")
    keys = _SETS[name]
    branches = tuple(_branch(key) for key in keys)
    process: Rate = branches[0]
    if len(branches) == 2:
        process = BranchedProcess(name, *branches, _number(f"{keys[0]}_hottest"))
    stem = "death" if keys[0] == "henriques" else keys[0]
    first = parameter("tissue", "injury", f"{stem}_frequency_factor")
    return PublishedCoefficients(
        name=name,
        process=process,
        branches=branches,
        coldest=_number(f"{keys[0]}_coldest"),
        hottest=_number(f"{keys[-1]}_hottest"),
        flag=first.flag,
        source=first.source,
    )


def _branch(key: str) -> RateProcess:
    # the model itself uses the set of Henriques and Moritz, which is stored under its own names
    stem = "death" if key == "henriques" else key
    entries = table("tissue", "injury")
    factor = entries[f"{stem}_frequency_factor"]
    if f"{stem}_activation_energy" in entries:
        energy = entries[f"{stem}_activation_energy"].value
    else:
        energy = GAS_CONSTANT * entries[f"{stem}_activation_temperature"].value
    return RateProcess(key, factor.value, energy, factor.source)


def _number(name: str) -> float:
    return parameter("tissue", "injury", name).value
