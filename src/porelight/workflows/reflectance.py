"""Reflectance of people, as a spectrometer would measure it, in one call."""

from collections.abc import Sequence
from typing import Literal

import numpy as np

from porelight.errors import ParameterError
from porelight.inference.reflectance import ReflectanceOfPeople, SkinOf, reflectance_of_people
from porelight.tissue.forearm import ForearmSkin
from porelight.tissue.person import Sex, Zone, fitzpatrick_type
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import Skin


def reflectance(
    wavelengths: Sequence[float],
    *,
    population: Literal["forearm"] | None = None,
    zone: Zone | None = None,
    fitzpatrick: int | str | None = None,
    age: float | None = None,
    sex: Sex | None = None,
    seed: int = 1,
) -> ReflectanceOfPeople:
    """Return mean, spread and range of the reflectance of people of one description.

    What an integrating sphere measures of a beam near the normal: all that comes back, specular
    reflection included, wherever it leaves the surface. An instrument with a narrow port loses what
    leaves beside it and reads lower, most where skin absorbs least.

    Parameters
    ----------
    wavelengths : sequence of float
        Vacuum wavelengths, 400 to 3000 nm [m]; the fit to measured people holds from 450 to
        2200 nm.
    population : {"forearm"}, optional
        The inner forearm of volunteers of all skin types, as in the measurement that was fitted.
    zone : {"forehead", "glabella", "nose", "cheek", "chin"}, optional
        Part of the face, instead of a population; it needs a skin type.
    fitzpatrick : int or str, optional
        Skin type, 1 to 6 or "I" to "VI".
    age : float, optional
        Age of the face [years]; 40 when left out.
    sex : {"female", "male"}, optional
        Sex of the face; female when left out.
    seed : int
        The same seed draws the same people.

    Returns
    -------
    ReflectanceOfPeople
        One entry for each wavelength.

    Raises
    ------
    ParameterError
        If neither or both of population and zone are given, or a value is impossible.

    Examples
    --------
    >>> import porelight as pl
    >>> people = pl.reflectance([1064e-9], population="forearm")
    >>> bool(0.5 < people.mean[0] < 0.6)
    True
    """
    wavelength = np.array(wavelengths, dtype=np.float64).reshape(-1)
    if wavelength.size == 0:
        raise ParameterError("no wavelength is given; expected one or more [m].")
    skin_of, of_one_type = _described(population, zone, fitzpatrick, age, sex)
    return reflectance_of_people(skin_of, wavelength, of_one_type=of_one_type, seed=seed)


def _described(
    population: str | None,
    zone: Zone | None,
    fitzpatrick: int | str | None,
    age: float | None,
    sex: Sex | None,
) -> tuple[SkinOf, bool]:
    """Return the skin as a function of its numbers, and whether it is that of one skin type."""
    if (population is None) == (zone is None):
        raise ParameterError(
            f"population is {population!r} and zone is {zone!r}; expected one of the two: "
            "population 'forearm', or a zone of the face with its skin type."
        )
    if zone is None:
        if population != "forearm":
            raise ParameterError(f"no population named {population!r}; expected 'forearm'.")
        for name, given in (("fitzpatrick", fitzpatrick), ("age", age), ("sex", sex)):
            if given is not None:
                raise ParameterError(
                    f"{name} is {given!r}; the volunteers of the forearm are of all skin types, "
                    f"ages and both sexes. Name a zone of the face, or leave the {name} out."
                )
        return ForearmSkin.typical, False
    if fitzpatrick is None:
        raise ParameterError(f"the {zone} needs a skin type; expected fitzpatrick from 1 to 6.")
    skin_type = fitzpatrick_type(fitzpatrick)
    years, whose = 40.0 if age is None else age, sex or "female"
    pores = PorePopulation.typical(zone, skin_type, years, whose)
    return (
        lambda values: Skin.typical(zone, skin_type, years, whose, pores=pores, values=values),
        True,
    )
