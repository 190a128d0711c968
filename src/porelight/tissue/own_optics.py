"""The optics of one measured person: equally likely values of the numbers in which people differ.

They take the place of the spread between people wherever that person's skin is simulated: the
typical member of an ensemble has the middle of each, the others a draw. Which numbers these are,
and how people differ in them, is in ``data/tissue/people.toml``; here melanin is a share of the
epidermis' volume where it was measured, so that no skin type is needed.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import TypeVar

import numpy as np

from porelight.data.library import document, parameter, require_flag
from porelight.data.values import PACKAGE
from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import Floats
from porelight.tissue.people import MELANIN, Spread, spread_of_people
from porelight.tissue.person import FITZPATRICK, Zone

T = TypeVar("T")

FOREARM = "forearm"
SITES = (FOREARM, "forehead", "glabella", "nose", "cheek", "chin")
MELANOSOMES = "melanosome_fraction"
INSIDE = 0.90  # share of the draws between the ends of an interval
_SITE_SEED = 29
_FILE = "people"


@dataclass(frozen=True, slots=True, eq=False, repr=False, kw_only=True)
class OwnOptics:
    """Draws of one person's numbers of optics.

    Attributes
    ----------
    source : str
        What was measured, for those who read.
    site : str
        Where melanin and blood hold: 'forearm' or a zone of the face.
    melanosome_fraction : ndarray of float64, shape (n_draw,)
        Melanosomes, share of the epidermis' volume at that site [-].
    blood_multiplier, scattering_multiplier, baseline_multiplier : ndarray, shape (n_draw,)
        Blood, scattering and baseline over the library's at that site [-].
    dermis_thickness_multiplier : ndarray, shape (n_draw,)
        Thickness of the dermis over that of people of the site, age and sex [-].
    oxygen_saturation : ndarray, shape (n_draw,)
        Haemoglobin that carries oxygen, as on the forearm [-].
    scattering_power_dermis, refractive_index_epidermis : ndarray, shape (n_draw,)
        Power of the dermis' scattering, index of the surface [-].
    water_fraction_dermis, water_fraction_epidermis, lipid_fraction_dermis : ndarray
        Shares of the volume [-].
    """

    source: str
    site: str
    melanosome_fraction: Floats
    blood_multiplier: Floats
    oxygen_saturation: Floats
    scattering_multiplier: Floats
    scattering_power_dermis: Floats
    water_fraction_dermis: Floats
    baseline_multiplier: Floats
    lipid_fraction_dermis: Floats
    dermis_thickness_multiplier: Floats
    water_fraction_epidermis: Floats
    refractive_index_epidermis: Floats

    def __post_init__(self) -> None:
        """Check the site, and that each number has as many draws, all within its range."""
        if self.site not in SITES:
            raise ParameterError(f"no site named {self.site!r}{did_you_mean(self.site, SITES)}")
        shape = np.shape(self.melanosome_fraction)
        for name in NAMES:
            column = np.asarray(getattr(self, name), dtype=np.float64)
            low, high = RANGES[name]
            if column.shape != shape or column.ndim != 1 or column.size == 0:
                raise ParameterError(
                    f"{name} has shape {column.shape}, {NAMES[0]} {shape}; expected one axis of "
                    "equally many draws."
                )
            if not ((column >= low) & (column <= high)).all():
                worst = column[np.argmax(np.abs(column - 0.5 * (low + high)))]
                raise ParameterError(f"{name} is {worst:g}; expected {low:g} to {high:g}.")
            object.__setattr__(self, name, column)

    def __repr__(self) -> str:
        return f"OwnOptics({self.source}, {self.n_draws} draws)"

    @property
    def n_draws(self) -> int:
        """Number of draws."""
        return int(self.melanosome_fraction.size)

    @property
    def values(self) -> dict[str, Floats]:
        """Draws by name, (n_draw,) each."""
        return {name: getattr(self, name) for name in NAMES}

    @property
    def middle(self) -> dict[str, float]:
        """The median of each number, by name."""
        return {name: float(np.median(column)) for name, column in self.values.items()}

    def interval(self, name: str) -> tuple[float, float]:
        """Return the ends of the 90 % interval of a number.

        Raises
        ------
        ParameterError
            If there is no number of this name.
        """
        if name not in NAMES:
            raise ParameterError(f"no number of optics named {name!r}{did_you_mean(name, NAMES)}")
        outside = 0.5 * (1.0 - INSIDE)
        low, high = np.quantile(getattr(self, name), [outside, 1.0 - outside])
        return float(low), float(high)

    def people(self, n: int, seed: int) -> dict[str, Floats]:
        """Return n draws under the library's names, no draw twice while there are enough."""
        order = np.random.default_rng(seed).permutation(self.n_draws)
        drawn = {name: np.resize(column[order], n) for name, column in self.values.items()}
        return skin_values(drawn)

    def at(self, zone: Zone) -> "OwnOptics":
        """Return the same person's optics at a zone of the face.

        What was measured elsewhere is carried there as people's sites differ: the median of the
        ratio, and its spread between people as further uncertainty (``people.toml``, sites).
        """
        if self.site == zone:
            return self
        entry = document(PACKAGE, _FILE)["sites"]
        require_flag(entry["flag"], f"data/{PACKAGE}/{_FILE}.toml, sites")
        normal = np.random.default_rng(_SITE_SEED).standard_normal((3, self.n_draws))
        from_arm = self.site == FOREARM
        ratio = float(entry["melanin_face_over_forearm"]) if from_arm else 1.0
        differ = {
            MELANOSOMES: entry["melanin_spread" if from_arm else "melanin_spread_in_face"],
            "blood_multiplier": entry["blood_spread"],
            "scattering_multiplier": entry["scattering_spread"],
        }
        held = {}
        for (name, spread), score in zip(differ.items(), normal, strict=True):
            middle = getattr(self, name) * (ratio if name == MELANOSOMES else 1.0)
            held[name] = np.clip(middle * np.exp(float(spread) * score), *RANGES[name])
        return replace(
            self, source=f"{self.source}, carried from the {self.site}", site=zone, **held
        )


def skin_values(values: Mapping[str, T]) -> dict[str, T]:
    """Return numbers under the library's names, for `ForearmSkin.typical` and `Skin.typical`.

    The share of melanosomes is entered for the forearm and for every skin type.
    """
    found = dict(values)
    share = found.pop(MELANOSOMES, None)
    if share is not None:
        found |= {f"{MELANOSOMES}_{one}": share for one in (FOREARM, *FITZPATRICK)}
    return found


def prior_of_person(site: str) -> Spread:
    """Return how the numbers of people of any skin type differ at a site.

    The spread between people that ships with porelight, but for melanin, which differs between
    types by more than among the volunteers of one study.
    """
    people, any_type = spread_of_people(), document(PACKAGE, _FILE)["melanin_of_any_type"]
    require_flag(any_type["flag"], f"data/{PACKAGE}/{_FILE}.toml, melanin_of_any_type")
    at = people.names.index(MELANIN)
    median, spread = people.median.copy(), people.spread.copy()
    low, high = people.low.copy(), people.high.copy()
    median[at] = float(any_type[FOREARM if site == FOREARM else "face"])
    spread[at] = float(any_type["spread"])
    low[at], high[at] = RANGES[MELANOSOMES]
    names = tuple(MELANOSOMES if one == MELANIN else one for one in people.names)
    return replace(people, names=names, median=median, spread=spread, low=low, high=high)


def _ranges() -> dict[str, tuple[float, float]]:
    """Return the range of each number, outside which no person lies."""
    found: dict[str, tuple[float, float]] = {MELANOSOMES: (1e-4, 0.6)}
    optics = document(PACKAGE, _FILE)["optics"]
    for name, file in zip(optics["names"], optics["files"], strict=True):
        if name != MELANIN:
            number = parameter(PACKAGE, file, name)
            found[name] = (number.low, number.high)
    return found


NAMES = tuple(one.name for one in fields(OwnOptics) if one.name not in ("source", "site"))
RANGES: Mapping[str, tuple[float, float]] = _ranges()
