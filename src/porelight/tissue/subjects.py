r"""Virtual people of one description, who differ in their pores and, with them, in their sebum.

The median diameter of a person is that of the description times a lognormal factor f. With z the
person's sebum output in standard deviations and r its published correlation with pore size,

.. math:: \ln f = s\,\bigl(r\,z + \sqrt{1 - r^2}\,e\bigr),

z and e standard normal and s the spread between people that gives the published spread of area
[1]_ [2]_. The same z sets the sebum output, :math:`\ln q = \ln q_{class} + s_q z`, and with it how
hard the plug presses and how fast it comes back (`porelight.healing.plug`). Oiliness of the
description moves the median of all; sebum here is what is left between people of equal description.

References
----------
.. [1] M. Roh et al., "Sebum output as a factor contributing to the size of facial pores," Br. J.
   Dermatol. 155, 890-894 (2006).
.. [2] N. Saedi et al., J. Am. Acad. Dermatol. 68, 113-118 (2013): 2.06 +- 0.8 % of the skin.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtr, ndtri

from porelight.data.library import parameter
from porelight.data.values import PACKAGE
from porelight.errors import ParameterError
from porelight.tissue.person import Oiliness, Sex, Zone
from porelight.tissue.population import PorePopulation
from porelight.tissue.skin import Skin

_SUBJECT = "pore_diameter_subject"


@dataclass(frozen=True, slots=True, eq=False)
class Subject:
    """One virtual person.

    Attributes
    ----------
    diameter_factor : float
        Median diameter over that of the description [-].
    skin : Skin
        Skin of the person, with its pores and its sebum.
    """

    diameter_factor: float
    skin: Skin

    @property
    def sebum(self) -> float:
        """Sebum output in standard deviations above people of the same description [-]."""
        return self.skin.sebum

    @property
    def pores(self) -> PorePopulation:
        """Pores of the zone."""
        return self.skin.pores


def sebum_output(skin: Skin) -> float:
    """Return the sebum output of a skin over that of a typical normal one.

    Examples
    --------
    >>> dry, oily = (Skin.typical("cheek", 3, 40.0, oiliness=o) for o in ("dry", "oily"))
    >>> sebum_output(dry) < 1.0 < sebum_output(oily)
    True
    """
    spread = parameter(PACKAGE, "subjects", "sebum_output_sdlog").value
    typical = parameter(PACKAGE, "subjects", f"sebum_output_{skin.oiliness}").value
    return float(typical * np.exp(spread * skin.sebum))


def virtual_subjects(  # noqa: PLR0913  the description of a person, as in PorePopulation.typical
    n: int,
    seed: int,
    zone: Zone = "cheek",
    fitzpatrick: int = 3,
    age: float = 40.0,
    sex: Sex = "female",
    oiliness: Oiliness = "normal",
    *,
    n_pores: int = 512,
) -> tuple[Subject, ...]:
    """Return virtual people of one description.

    Parameters
    ----------
    n : int
        Number of people.
    seed : int
        The same seed gives the same people, also in another zone of their face.
    zone, fitzpatrick, age, sex, oiliness
        See `porelight.tissue.population.PorePopulation.typical`.
    n_pores : int
        Pores that represent a person.

    Raises
    ------
    ParameterError
        If n is below 1 or the description is impossible.

    Notes
    -----
    A Latin hypercube in the two normal numbers: the sample keeps its mean and spread for small n.

    Examples
    --------
    >>> people = virtual_subjects(100, seed=1)
    >>> 2.0 > max(one.diameter_factor for one in people) > 1.1
    True
    """
    if n < 1:
        raise ParameterError(f"n is {n}; expected 1 person or more.")
    generator = np.random.default_rng(seed)
    strata = generator.permuted(np.tile(np.arange(n), (2, 1)), axis=1)
    sebum, rest = ndtri((strata + generator.random((2, n))) / n)
    name = f"sebum_correlation_{sex}"
    correlation = parameter(PACKAGE, "subjects", name).value
    mixed = correlation * sebum + np.sqrt(1.0 - correlation**2) * rest
    usual = Skin.typical(zone, fitzpatrick, age, sex, oiliness)
    factors = parameter(PACKAGE, "pores", _SUBJECT).quantile(ndtr(mixed))
    return tuple(
        Subject(
            float(factor),
            replace(
                usual,
                sebum=float(z),
                pores=PorePopulation.typical(
                    *(zone, fitzpatrick, age, sex, oiliness, n_pores), {_SUBJECT: float(factor)}
                ),
            ),
        )
        for z, factor in zip(sebum, factors, strict=True)
    )
