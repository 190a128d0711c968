r"""Pore populations: the pores of a patch of skin, typical or measured.

The diameters of all follicle openings of a zone follow a lognormal distribution. A typical
population keeps those above a smallest diameter :math:`d_0`, as pores far below what a camera
detects cannot matter, and represents them by `n` pores of equal number. The visible share follows
from the truncated moments

.. math:: N\,\langle d^2;\ d > t\rangle
   = N\,m^2 e^{2 s^2}\,\Phi\!\left(\frac{\ln(m/t) + 2 s^2}{s}\right)

of a lognormal with median m and logarithmic spread s at follicle density N.

References
----------
.. [1] N. Saedi et al., "Evaluating facial pores and skin texture after low-energy nonablative
   fractional 1440-nm laser treatments," J. Am. Acad. Dermatol. 68, 113-118 (2013).
.. [2] F. Flament et al., "Facial skin pores: a multiethnic study," Clin. Cosmet. Investig.
   Dermatol. 8, 85-93 (2015). doi:10.2147/CCID.S74401
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import get_args

import numpy as np
from scipy.special import ndtr, ndtri

from porelight.brief import brief
from porelight.data.library import parameter
from porelight.data.values import PACKAGE, LibraryValues
from porelight.errors import ParameterError, did_you_mean
from porelight.quantities import AGE, AREA, FRACTION, PORE_DIAMETER, Floats
from porelight.tissue.person import Oiliness, Sex, Zone, fitzpatrick_type
from porelight.units import cm2, mm

SKIN_AREA = replace(AREA, low=1e-8, meaning="area of the skin that pores sit on")
DETECTION_THRESHOLD = parameter(PACKAGE, "pores", "detection_threshold").value  # m

_NONE: Mapping[str, float] = MappingProxyType({})


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ObservedPores:
    """The pores of a population that a camera with a threshold shows; arrays of shape (...).

    Attributes
    ----------
    visible_density : ndarray of float64
        Visible pores per area [1/m2].
    area_fraction : ndarray of float64
        Share of the skin that visible pores cover [-].
    mean_diameter : ndarray of float64
        Mean over all pores of the population, seen or not [m]. A mean over the visible ones alone
        hardly moves when pores shrink, as the smallest leave the sample.
    """

    visible_density: Floats
    area_fraction: Floats
    mean_diameter: Floats

    __repr__ = brief


def observed_pores(
    diameter: Floats, area: float, threshold: float = DETECTION_THRESHOLD
) -> ObservedPores:
    """Return density, area and mean diameter of pores as a camera with a threshold shows them.

    Parameters
    ----------
    diameter : ndarray of float64, shape (..., n)
        Diameters of the n pores, for any leading axes (times, draws) [m].
    area : float
        Area of the skin that the n pores sit on [m2].
    threshold : float
        Smallest visible diameter [m].

    Returns
    -------
    ObservedPores
        Arrays of shape (...).

    Raises
    ------
    ParameterError
        If a diameter is negative or not finite, or the area is not positive.

    Examples
    --------
    >>> seen = observed_pores(np.array([2e-4, 3e-4, 4e-4]), area=1e-4)
    >>> float(seen.visible_density)
    20000.0
    """
    sizes = np.asarray(diameter, dtype=np.float64)
    if sizes.ndim == 0 or sizes.shape[-1] == 0:
        raise ParameterError("diameter holds no pore; expected shape (..., n) with n of 1 or more.")
    if not (np.isfinite(sizes).all() and (sizes >= 0.0).all()):
        raise ParameterError("diameter holds a negative value or one that is not finite [m].")
    SKIN_AREA.require(area)
    visible = sizes >= threshold
    squares = np.where(visible, sizes, 0.0)
    return ObservedPores(
        visible_density=visible.sum(axis=-1) / area,
        area_fraction=0.25 * np.pi * np.einsum("...i,...i->...", squares, squares) / area,
        mean_diameter=sizes.mean(axis=-1),
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class PorePopulation:
    """The pores of a patch of skin, typical or measured in a photograph.

    Attributes
    ----------
    diameter : ndarray of float64, shape (n,)
        Equal-area diameter of each pore's opening [m].
    floor : ndarray of float64, shape (n,)
        Genetic size of each [m]: no treatment makes it smaller.
    area : float
        Area of the skin they sit on [m2].
    is_measured : bool
        Whether they were measured in a photograph.
    diameter_factor, density_factor : ndarray of float64, shape (n_possible,)
        Uncertainty of a measured population, as equally likely pairs: all true diameters over those
        measured, and the true number of pores per area over that measured [-]. Ones without
        uncertainty.
    """

    diameter: Floats
    floor: Floats
    area: float
    is_measured: bool
    diameter_factor: Floats = field(default_factory=lambda: np.ones(1))
    density_factor: Floats = field(default_factory=lambda: np.ones(1))

    def __post_init__(self) -> None:
        """Check shapes and sizes."""
        if self.diameter.ndim != 1 or self.diameter.size == 0:
            raise ParameterError(
                f"diameter has shape {self.diameter.shape}; expected (n,) with at least one pore."
            )
        if self.floor.shape != self.diameter.shape:
            raise ParameterError(
                f"floor has shape {self.floor.shape} but diameter has shape "
                f"{self.diameter.shape}; they must be equal."
            )
        PORE_DIAMETER.require(self.diameter, "diameter of a pore")
        if not ((self.floor > 0.0) & (self.floor <= self.diameter)).all():
            raise ParameterError(
                "the genetic size of a pore must be positive and at most its size."
            )
        SKIN_AREA.require(self.area)
        factors = (self.diameter_factor, self.density_factor)
        if factors[0].ndim != 1 or factors[0].size == 0 or factors[1].shape != factors[0].shape:
            raise ParameterError(
                f"diameter_factor has shape {factors[0].shape} and density_factor "
                f"{factors[1].shape}; expected one pair or more, as many of each."
            )
        if not all((np.isfinite(one) & (one >= 0.0)).all() for one in factors):
            raise ParameterError(
                "a factor of a pore population is negative or not finite; expected 0 or more."
            )
        if self.area_fraction(0.0) > 1.0:
            raise ParameterError(
                f"the pores cover {self.area_fraction(0.0):.3g} times the {self.area:g} m2 of skin "
                "they sit on; check the scale of the photograph and the area."
            )

    def __repr__(self) -> str:
        seen = observed_pores(self.diameter, self.area)
        return (
            f"PorePopulation({'measured' if self.is_measured else 'typical'}, "
            f"{self.mean_diameter / mm:.3g} mm on average, {float(seen.visible_density) * cm2:.3g} "
            f"visible per cm2 that cover {100.0 * float(seen.area_fraction):.3g} % of the skin)"
        )

    @classmethod
    def typical(
        cls,
        zone: Zone,
        fitzpatrick: int,
        age: float,
        sex: Sex = "female",
        oiliness: Oiliness = "normal",
        n: int = 512,
        values: Mapping[str, float] = _NONE,
    ) -> "PorePopulation":
        """Return the pores of a typical person of this description.

        Parameters
        ----------
        zone, sex, oiliness : str
            Description of the person; see `porelight.tissue.person` for the words.
        fitzpatrick : int
            Skin type, 1 to 6.
        age : float
            Age of the person [years].
        n : int
            Number of pores that represent the population.
        values : mapping of str to float
            Numbers of ``pores.toml`` to use in place of the library's, by name [SI]; drawing
            ``pore_diameter_subject`` gives virtual people of the same description.

        Raises
        ------
        ParameterError
            If a value is unknown or impossible.

        Notes
        -----
        The distribution above ``smallest_pore`` is cut into n shares of equal number, and each
        pore has the mean area of its share, so total area is exact for any n; what crosses the
        threshold comes in steps of one pore. Only the direction of most modifiers was published,
        not their size (``pores.toml`` flags them `assumed`).

        Examples
        --------
        >>> nose = PorePopulation.typical("nose", 3, 40.0)
        >>> cheek = PorePopulation.typical("cheek", 3, 40.0)
        >>> nose.visible_density() > cheek.visible_density()
        True
        """
        if n < 1:
            raise ParameterError(f"n is {n}; expected 1 pore or more.")
        value = LibraryValues("pores", values)
        median = _median(zone, fitzpatrick, age, sex, oiliness, value)
        spread = value("pore_diameter_sdlog")
        smallest = value("smallest_pore")
        if spread <= 0.0:
            raise ParameterError(f"pore_diameter_sdlog is {spread:g}; expected a positive number.")
        share = float(ndtr(np.log(median / smallest) / spread))
        # edges of n shares of equal number, in standard deviations of the logarithm; the upper
        # tail is used throughout, as it keeps its digits where 1 - p would lose them
        edges = -ndtri(share * np.linspace(1.0, 0.0, n + 1))
        below = ndtr(2.0 * spread - edges)
        mean_square = median**2 * np.exp(2.0 * spread**2) * -np.diff(below) * n / share
        diameter = np.sqrt(mean_square)
        density = value(f"follicle_density_{zone}") * share
        return cls(diameter, _floor(diameter, value), n / density, is_measured=False)

    @classmethod
    def measured(
        cls,
        diameter: Floats,
        area: float,
        values: Mapping[str, float] = _NONE,
        *,
        diameter_factor: Floats | None = None,
        density_factor: Floats | None = None,
    ) -> "PorePopulation":
        """Return the population of pores measured in a photograph.

        Parameters
        ----------
        diameter : ndarray of float64, shape (n,)
            Equal-area diameters [m].
        area : float
            Area of the skin in which they were looked for [m2].
        values : mapping of str to float
            Numbers of ``pores.toml`` to use in place of the library's.
        diameter_factor, density_factor : ndarray of float64, shape (n_possible,), optional
            Equally likely ratios of true over measured numbers; ones when left out.

        Raises
        ------
        ParameterError
            If there is no pore, or a size is impossible.
        """
        sizes = np.asarray(diameter, dtype=np.float64)
        return cls(
            sizes,
            _floor(sizes, LibraryValues("pores", values)),
            float(area),
            is_measured=True,
            diameter_factor=np.ones(1) if diameter_factor is None else diameter_factor,
            density_factor=np.ones(1) if density_factor is None else density_factor,
        )

    @property
    def is_open(self) -> bool:
        """Whether the true pores may be others than those held."""
        factors = np.concatenate([self.diameter_factor, self.density_factor])
        return self.diameter_factor.size > 1 or bool((factors != 1.0).any())

    def possible(self, n: int, seed: int) -> tuple[Floats, Floats]:
        """Return n possible pairs of factors, evenly spread over the photograph's uncertainty.

        Parameters
        ----------
        n : int
            Number of draws.
        seed : int
            Seed of the order of the draws.

        Returns
        -------
        tuple of ndarray of float64, shape (n,)
            Factors of diameter and of density, of the same possibility each [-].
        """
        if n < 1:
            raise ParameterError(f"n is {n}; expected 1 draw or more.")
        # in order of the area that they give, so that a few draws already show its whole range
        order = np.argsort(self.density_factor * self.diameter_factor**2, kind="stable")
        places = ((np.arange(n) + 0.5) / n * order.size).astype(np.intp)
        chosen = order[np.random.default_rng(seed).permutation(places)]
        return self.diameter_factor[chosen], self.density_factor[chosen]

    @property
    def n(self) -> int:
        """Number of pores that represent the population."""
        return int(self.diameter.size)

    @property
    def density(self) -> float:
        """Pores per area [1/m2], visible or not."""
        return self.n / self.area

    @property
    def mean_diameter(self) -> float:
        """Mean diameter of all pores [m]."""
        return float(self.diameter.mean())

    def visible_density(self, threshold: float = DETECTION_THRESHOLD) -> float:
        """Return the visible pores per area [1/m2]."""
        return float(observed_pores(self.diameter, self.area, threshold).visible_density)

    def area_fraction(self, threshold: float = DETECTION_THRESHOLD) -> float:
        """Return the share of the skin that visible pores cover [-]."""
        return float(observed_pores(self.diameter, self.area, threshold).area_fraction)

    def quantile(self, p: Floats) -> Floats:
        """Return the diameters below which these shares of the pores lie.

        Parameters
        ----------
        p : ndarray of float64, shape (m,)
            Shares, 0 to 1.

        Returns
        -------
        ndarray of float64, shape (m,)
            Diameters [m], interpolated between the pores; never beyond the smallest and largest.
        """
        shares = np.atleast_1d(np.asarray(FRACTION.require(p, "p"), dtype=np.float64))
        positions = (np.arange(self.n) + 0.5) / self.n
        return np.asarray(np.interp(shares, positions, np.sort(self.diameter)), dtype=np.float64)

    def sample(self, n: int, seed: int) -> Floats:
        """Return the diameters of n pores drawn from the population [m], shape (n,)."""
        if n < 1:
            raise ParameterError(f"n is {n}; expected 1 pore or more.")
        return self.quantile(np.random.default_rng(seed).random(n))


def _median(
    zone: Zone, fitzpatrick: int, age: float, sex: Sex, oiliness: Oiliness, value: LibraryValues
) -> float:
    for name, given, known in (
        ("zone", zone, get_args(Zone)),
        ("sex", sex, get_args(Sex)),
        ("oiliness", oiliness, get_args(Oiliness)),
    ):
        if given not in known:
            raise ParameterError(f"no {name} named {given!r}{did_you_mean(str(given), known)}")
    AGE.require(age)
    decades = (age - value("pore_reference_age")) / 10.0
    median = float(
        value("pore_diameter_reference")
        * value("pore_diameter_subject")
        * value(f"zone_diameter_{zone}")
        * value(f"oiliness_diameter_{oiliness}")
        * value(f"sex_diameter_{sex}")
        * value("diameter_per_fitzpatrick_type") ** (fitzpatrick_type(fitzpatrick) - 3)
        * value("diameter_per_decade") ** decades
    )
    return PORE_DIAMETER.require(median, "median pore diameter")


def _floor(diameter: Floats, value: LibraryValues) -> Floats:
    fraction = value("genetic_fraction")
    if not 0.0 < fraction <= 1.0:
        raise ParameterError(f"genetic_fraction is {fraction:g}; expected above 0 and at most 1.")
    return np.asarray(fraction * diameter, dtype=np.float64)
