"""Years without a laser: the same skin under four habits, with and without sunscreen and cleansing.

Surveys find 0.6 to 1 % of collagen lost a year, a good part of it to the sun; what a plug does to a
pore is a prior, not a measurement. So the order of the habits is known better than their distance.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from porelight.course.course import Course
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.outcome import Outcome
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance, begin
from porelight.errors import ParameterError
from porelight.quantities import Quantity
from porelight.tissue.skin import Skin

YEAR = 365.25  # d
YEARS = Quantity("years", "years", 0.0, 30.0, "time for which habits are followed")

_SUN = Care("unprotected-sun")
_SCREEN, _CLEANSING = Care("sun-protection"), Care("cleansing")
HABITS: Mapping[str, tuple[Care, ...]] = MappingProxyType(
    {
        "sun alone": (_SUN,),
        "sunscreen": (_SUN, _SCREEN),
        "cleansing": (_SUN, _CLEANSING),
        "sunscreen and cleansing": (_SUN, _SCREEN, _CLEANSING),
    }
)


def what_if(
    skin: Skin,
    years: float = 10.0,
    *,
    draws: int = 200,
    seed: int = 1,
    habits: Mapping[str, tuple[Care, ...]] = HABITS,
    laws: Laws = OWN_LAWS,
) -> dict[str, Outcome]:
    """Return the outcome of each habit, every quarter of a year.

    Parameters
    ----------
    skin : Skin
        The skin that is followed.
    years : float
        Time to simulate, up to 30 [years].
    draws : int
        Draws of the biology; the same ones for every habit, so that habits can be compared.
    seed : int
        Seed of the draws.
    habits : mapping of str to tuple of Care
        Care of each habit, by name.
    laws : Laws
        porelight's own when left out.

    Raises
    ------
    ParameterError
        If the years are not above 0 and up to 30, or the person would grow older than the surveys.

    Examples
    --------
    >>> skin = Skin.typical("cheek", 3, 35.0, oiliness="oily")
    >>> done = what_if(skin, 1.0, draws=8)
    >>> sorted(done) == sorted(HABITS)
    True
    """
    if YEARS.require(years) == 0.0:
        raise ParameterError(f"years is 0; expected above 0 and up to {YEARS.high:g}.")
    days = np.linspace(0.0, years * YEAR, max(2, round(4.0 * years) + 1))
    start = begin(skin, EnsembleSettings(draws=draws, members=1, seed=seed), laws=laws)
    return {
        name: advance(
            start, Course(skin, care=care), days[1:].tolist(), results=(), laws=laws
        ).outcome
        for name, care in habits.items()
    }
