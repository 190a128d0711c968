r"""Reflectance of a population of people at each wavelength, from how their optics differ.

Reflectance is smooth in the numbers of optics, so that a second-order expansion of its logarithm
about the median person stands for the layered computation:

.. math:: \ln R(z) = \ln R(0) + \sum_i a_i z_i + \tfrac12 \sum_i b_i z_i^2,

z the standard normal coordinates of `porelight.tissue.people`, the coefficients from differences.
tests/inference/test_reflectance.py measures what the expansion costs against the computation
itself.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from porelight.light.layered_reflectance import reflectances
from porelight.quantities import Floats
from porelight.tissue.layered import LayeredTissue
from porelight.tissue.optics import skin_optics
from porelight.tissue.people import (
    Spread,
    person,
    spread_of_people,
    standard_people,
    unexplained_spread,
)

# of the expansion, in standard deviations: the coefficients hold for nearly all people
_STEP = 1.3
N_PEOPLE = 4000
INSIDE = 0.90  # share of people between the low and the high

SkinOf = Callable[[Mapping[str, float]], LayeredTissue]


@dataclass(frozen=True, slots=True, eq=False)
class ReflectanceOfPeople:
    """Reflectance of people of one description.

    Attributes
    ----------
    wavelength : ndarray of float64, shape (n_wavelengths,)
        Vacuum wavelength [m].
    mean, sd : ndarray of float64, shape (n_wavelengths,)
        Mean and standard deviation over people [-], specular reflection included.
    low, high : ndarray of float64, shape (n_wavelengths,)
        90 % of people lie between them [-].
    """

    wavelength: Floats
    mean: Floats
    sd: Floats
    low: Floats
    high: Floats


def reflectance_of(skin_of: SkinOf, values: Mapping[str, float], wavelength: Floats) -> Floats:
    """Return the reflectance of one person at each wavelength.

    Parameters
    ----------
    skin_of : callable
        Skin with layers for values by library name.
    values : mapping of str to float
        Numbers of the person by library name [SI].
    wavelength : ndarray of float64, shape (n_wavelengths,)
        Vacuum wavelengths, 400 to 3000 nm [m].

    Returns
    -------
    ndarray of float64, shape (n_wavelengths,)
        Diffuse and specular reflectance of a beam along the normal [-].
    """
    skin = skin_of(values)
    return reflectances([skin_optics(skin, float(at), values) for at in wavelength])


def reflectance_of_people(
    skin_of: SkinOf,
    wavelength: Floats,
    *,
    of_one_type: bool = False,
    n_people: int = N_PEOPLE,
    seed: int = 1,
) -> ReflectanceOfPeople:
    """Return how reflectance differs between people of one description.

    Parameters
    ----------
    skin_of : callable
        Skin with layers of this description for values by library name.
    wavelength : ndarray of float64, shape (n_wavelengths,)
        Vacuum wavelengths, 400 to 3000 nm [m].
    of_one_type : bool
        Whether the description names a skin type, within which melanin differs less.
    n_people : int
        Number of people drawn.
    seed : int
        The same seed draws the same people.
    """
    expansion = _expansion(skin_of, wavelength, spread_of_people(of_one_type=of_one_type))
    coordinates = standard_people(n_people, seed, spare=1)
    people = np.exp(expansion(coordinates[:, :-1]))
    # what their numbers leave open moves a person's neighbouring wavelengths together
    left_open = np.interp(wavelength, *unexplained_spread(of_one_type=of_one_type))
    people *= 1.0 + coordinates[:, -1:] * left_open
    outside = 0.5 * (1.0 - INSIDE)
    low, high = np.quantile(people, [outside, 1.0 - outside], axis=0)
    return ReflectanceOfPeople(
        wavelength=wavelength,
        mean=people.mean(axis=0),
        sd=people.std(axis=0, ddof=1),
        low=low,
        high=high,
    )


def _expansion(skin_of: SkinOf, wavelength: Floats, spread: Spread) -> Callable[[Floats], Floats]:
    """Return ln R (n_people, n_wavelengths) as a function of coordinates (n_people, n)."""
    n = len(spread.names)
    unit = _STEP * np.eye(n)
    points = np.concatenate([np.zeros((1, n)), unit, -unit])
    people = spread.values(points)
    log = np.log(
        [reflectance_of(skin_of, person(people, k), wavelength) for k in range(len(points))]
    )
    middle, up, down = log[0], log[1 : n + 1], log[n + 1 :]
    slope = (up - down) / (2.0 * _STEP)
    bend = (up + down - 2.0 * middle) / _STEP**2

    def expanded(z: Floats) -> Floats:
        return np.asarray(middle + z @ slope + 0.5 * (z**2 @ bend))

    return expanded
