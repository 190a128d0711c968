r"""How the optics of people differ: joint draws of the numbers that reflectance spectra resolve.

A hierarchical fit to the spectra of 50 forearms (docs/theory/optics_of_people.md) gave the median
of each number, which stands in the data files, and here the spread between people and the
correlations. With m the median, s the spread and z standard normal numbers of the given
correlation, a number is :math:`m e^{s z}` where it cannot be negative and :math:`m + s z` where it
is a share or a power. Numbers and sources: ``data/tissue/people.toml``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
from scipy.special import ndtri

from porelight.data.file_units import NM
from porelight.data.library import document, parameter, require_flag
from porelight.data.values import PACKAGE
from porelight.errors import DataFileError, ParameterError
from porelight.quantities import Floats

MELANIN = "melanosome_multiplier"  # the number that a description of the skin type also moves
_FILE = "people"
_KEYS = {
    "names",
    "files",
    "scale",
    "spread",
    "correlation",
    "melanin_within_type",
    "source",
    "flag",
    "note",
}


@dataclass(frozen=True, slots=True, eq=False)
class Spread:
    """Spread between people of the numbers of optics.

    Attributes
    ----------
    names : tuple of str
        Names of the library's numbers, n of them.
    median : ndarray of float64, shape (n,)
        The library's value, that of the median person [SI].
    low, high : ndarray of float64, shape (n,)
        Range outside which no person lies [SI].
    is_factor : ndarray of bool, shape (n,)
        Whether people differ by factors (lognormal) rather than by amounts (normal).
    spread : ndarray of float64, shape (n,)
        Standard deviation between people, of the logarithm where `is_factor`.
    correlation : ndarray of float64, shape (n, n)
        Correlation between people.
    """

    names: tuple[str, ...]
    median: Floats
    low: Floats
    high: Floats
    is_factor: Floats
    spread: Floats
    correlation: Floats

    def values(self, z: Floats) -> dict[str, Floats]:
        """Return the numbers of people at standard normal coordinates.

        Parameters
        ----------
        z : ndarray of float64, shape (n_people, n)
            Coordinates before correlation.

        Returns
        -------
        dict of ndarray of float64, shape (n_people,)
            Values by library name [SI].
        """
        mixed = z @ np.linalg.cholesky(self.correlation).T * self.spread
        values = np.where(self.is_factor, self.median * np.exp(mixed), self.median + mixed)
        values = np.clip(values, self.low, self.high)
        return {name: values[:, column] for column, name in enumerate(self.names)}


@cache
def spread_of_people(*, of_one_type: bool = False) -> Spread:
    """Return the spread between people that ships with porelight.

    Parameters
    ----------
    of_one_type : bool
        Whether the people are of one Fitzpatrick type, within which melanin differs less than
        among all volunteers.

    Raises
    ------
    DataFileError
        If the file is incomplete or its correlations are impossible.
    """
    entry = document(PACKAGE, _FILE)["optics"]
    where = f"data/{PACKAGE}/{_FILE}.toml, optics"
    if missing := _KEYS - set(entry):
        raise DataFileError(f"{where}: missing {', '.join(sorted(missing))}.")
    require_flag(entry["flag"], where)
    names = tuple(entry["names"])
    numbers = [
        parameter(PACKAGE, file, name) for file, name in zip(entry["files"], names, strict=True)
    ]
    correlation = np.array(entry["correlation"], dtype=np.float64)
    if correlation.shape != (len(names),) * 2 or not np.array_equal(correlation, correlation.T):
        raise DataFileError(f"{where}: the correlations are no symmetric matrix of its names.")
    if np.linalg.eigvalsh(correlation).min() <= 0.0 or (np.diag(correlation) != 1.0).any():
        raise DataFileError(f"{where}: the correlations are impossible.")
    spread = np.array(entry["spread"], dtype=np.float64)
    if of_one_type:
        spread[names.index(MELANIN)] = float(entry["melanin_within_type"])
    return Spread(
        names=names,
        median=np.array([number.value for number in numbers]),
        low=np.array([number.low for number in numbers]),
        high=np.array([number.high for number in numbers]),
        is_factor=np.array([scale == "factor" for scale in entry["scale"]]),
        spread=spread,
        correlation=correlation,
    )


@cache
def unexplained_spread(*, of_one_type: bool = False) -> tuple[Floats, Floats]:
    """Return what the numbers of people leave open of their reflectance.

    Parameters
    ----------
    of_one_type : bool
        Whether the people are of one Fitzpatrick type.

    Returns
    -------
    tuple of ndarray of float64, shape (n_wavelengths,)
        Wavelengths [m], and the standard deviation between people over the mean reflectance [-].
    """
    entry = document(PACKAGE, _FILE)["unexplained"]
    require_flag(entry["flag"], f"data/{PACKAGE}/{_FILE}.toml, unexplained")
    spread = entry["within_type" if of_one_type else "spread"]
    return np.array([NM.to_si(one) for one in entry["wavelength"]]), np.array(spread)


def optics_of_people(n: int, seed: int) -> dict[str, Floats]:
    """Return the optics of n people of one skin type, drawn from how measured people differ.

    Parameters
    ----------
    n : int
        Number of people.
    seed : int
        The same seed gives the same people.

    Returns
    -------
    dict of ndarray of float64, shape (n,)
        Values by library name [SI], for `porelight.tissue.optics.skin_optics`.

    Raises
    ------
    ParameterError
        If n is below 1.

    Examples
    --------
    >>> people = optics_of_people(64, seed=1)
    >>> float(people["scattering_multiplier"].std()) < 0.5
    True
    """
    if n < 1:
        raise ParameterError(f"n is {n}; expected 1 person or more.")
    return spread_of_people(of_one_type=True).values(standard_people(n, seed))


def standard_people(n: int, seed: int, *, spare: int = 0) -> Floats:
    """Return standard normal coordinates of people, evenly spread.

    Parameters
    ----------
    n : int
        Number of people.
    seed : int
        The same seed gives the same people.
    spare : int
        Further coordinates of each person, for what is not a number of optics.

    Returns
    -------
    ndarray of float64, shape (n, number of numbers + spare)
    """
    # a Latin hypercube with the random numbers of SciPy's, which takes longer to load than the rest
    size = len(spread_of_people().names) + spare
    (stream,) = np.random.SeedSequence(seed).spawn(1)
    generator = np.random.default_rng(stream)
    within = generator.uniform(size=(n, size))
    strata = np.tile(np.arange(1, n + 1), (size, 1))
    for column in strata:
        generator.shuffle(column)
    return np.asarray(ndtri((strata.T - within) / n))


def person(people: Mapping[str, Floats], index: int) -> dict[str, float]:
    """Return the numbers of one of the people."""
    return {name: float(column[index]) for name, column in people.items()}
