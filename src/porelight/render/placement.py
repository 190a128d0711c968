"""Places and shapes of the pores of a virtual patch.

Pores keep a distance from one another: on the labelled cheek the nearest neighbours are 0.77 mm
apart in the median and 0.48 mm at the fifth percentile, 1.2 times farther on average than random
points of that density, 1.5 times where pores are dense. Hard-core placement (random points, each
refused when it falls too near an earlier one) reproduces that. Positions depend on the seed and the
number of pores only, never on their sizes, so that the same skin can be drawn before and after its
pores have shrunk.
"""

from dataclasses import dataclass, fields

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import FRACTION, LENGTH, PORE_DIAMETER, Floats, Quantity

DEPTH_RATIO = Quantity("depth_ratio", "1", 0.0, 2.0, "depth of a pore over its diameter")
ELONGATION = Quantity("elongation", "1", 1.0, 3.0, "long over short axis of an opening")
PROFILE = Quantity("profile", "1", 0.2, 6.0, "power of the cross-section of a pore")
ABSORBANCE = Quantity("absorbance", "1", 0.0, 5.0, "natural logarithm of 1 / transmitted share")

# hard-core placement stops filling at 0.547 of the area covered by discs of diameter `distance`
_JAMMED = 0.547
_TRIES_PER_PORE = 400


@dataclass(frozen=True, slots=True, eq=False)
class PoreShapes:
    """The openings of one patch, all arrays of shape (n,).

    Attributes
    ----------
    row, col : ndarray of float64
        Centre, measured from the top left corner of the patch [m].
    diameter : ndarray of float64
        Diameter of the circle with the area of the opening [m].
    elongation : ndarray of float64
        Long over short axis [-].
    angle : ndarray of float64
        Direction of the long axis, from the column axis towards the row axis [rad].
    taper : ndarray of float64
        Excess of the width at one end of the long axis over the other, -0.6 to 0.6 [-].
    slant : ndarray of float64
        Place of the deepest point along the long axis, -0.6 to 0.6 of the half axis [-].
    depth_ratio : ndarray of float64
        Depth over diameter [-].
    plug : ndarray of float64
        Green absorbance of the plug [-].
    profile : ndarray of float64
        Power p of the cross-section, whose depth goes as (1 - s^2)^p [-].
    """

    row: Floats
    col: Floats
    diameter: Floats
    elongation: Floats
    angle: Floats
    taper: Floats
    slant: Floats
    depth_ratio: Floats
    plug: Floats
    profile: Floats

    def __post_init__(self) -> None:
        """Check ranges and lengths."""
        PORE_DIAMETER.require(self.diameter, "diameter")
        ELONGATION.require(self.elongation, "elongation")
        DEPTH_RATIO.require(self.depth_ratio, "depth_ratio")
        ABSORBANCE.require(self.plug, "plug")
        PROFILE.require(self.profile, "profile")
        for name in (each.name for each in fields(self)):
            shape = getattr(self, name).shape
            if shape != self.diameter.shape:
                raise ParameterError(
                    f"{name} has shape {shape} but diameter has shape {self.diameter.shape}; "
                    "give one value per pore."
                )

    def __len__(self) -> int:
        return self.diameter.size


def hard_core_points(
    n_points: int, size: tuple[float, float], distance: float, generator: np.random.Generator
) -> Floats:
    """Return random points that keep a minimum distance from one another.

    Parameters
    ----------
    n_points : int
        Number of points.
    size : tuple of float
        Height and width of the rectangle they lie in [m].
    distance : float
        Least distance between two of them [m].
    generator : numpy.random.Generator
        Source of the positions.

    Returns
    -------
    ndarray of float64, shape (n_points, 2)
        Row and column of each [m].

    Raises
    ------
    ParameterError
        If so many points at such a distance do not fit.

    Examples
    --------
    >>> points = hard_core_points(20, (0.01, 0.01), 0.001, np.random.default_rng(1))
    >>> gap = np.hypot(*(points[:, None] - points[None]).T)
    >>> bool(gap[gap > 0].min() >= 0.001)
    True
    """
    area = size[0] * size[1]
    covered = n_points * np.pi * distance**2 / 4.0 / area
    if covered > 0.9 * _JAMMED:
        fit = int(0.9 * _JAMMED * area / (np.pi * distance**2 / 4.0))
        raise ParameterError(
            f"{n_points} pores do not fit {distance * 1e3:.3g} mm apart on "
            f"{area * 1e4:.3g} cm2; at most {fit} do. Lower pore_distance or give fewer diameters."
        )
    cell = max(distance / np.sqrt(2.0), np.sqrt(area) * 1e-3)
    taken: dict[tuple[int, int], list[tuple[float, float]]] = {}
    points = np.empty((n_points, 2))
    found = 0
    reach = int(np.ceil(distance / cell))
    for _ in range(_TRIES_PER_PORE):
        for row, col in generator.uniform((0.0, 0.0), size, (max(n_points, 1), 2)).tolist():
            if found == n_points:
                return points
            i, j = int(row / cell), int(col / cell)
            near = (
                other
                for a in range(i - reach, i + reach + 1)
                for b in range(j - reach, j + reach + 1)
                for other in taken.get((a, b), ())
            )
            if any((row - r) ** 2 + (col - c) ** 2 < distance**2 for r, c in near):
                continue
            taken.setdefault((i, j), []).append((row, col))
            points[found] = row, col
            found += 1
    if found == n_points:
        return points
    raise ParameterError(
        f"only {found} of {n_points} pores found a place {distance * 1e3:.3g} mm from the others. "
        "Lower pore_distance or give fewer diameters."
    )


def smooth_field(points: Floats, wavelength: float, generator: np.random.Generator) -> Floats:
    """Return a smooth random function at these points, zero mean and unit variance over seeds.

    Parameters
    ----------
    points : ndarray of float64, shape (n, 2)
        Row and column [m].
    wavelength : float
        Typical distance between two crests [m].
    generator : numpy.random.Generator
        Source of the directions and phases.

    Returns
    -------
    ndarray of float64, shape (n,)
        Sum of 24 plane waves of random direction, length and phase.
    """
    n_waves = 24
    heading = generator.uniform(0.0, 2.0 * np.pi, n_waves)
    number = 2.0 * np.pi / (wavelength * generator.uniform(0.6, 1.8, n_waves))
    wave = number[:, None] * np.stack([np.sin(heading), np.cos(heading)], axis=-1)
    phase = generator.uniform(0.0, 2.0 * np.pi, n_waves)
    return np.asarray(np.sqrt(2.0 / n_waves) * np.cos(points @ wave.T + phase).sum(axis=1))


def drawn_diameters(
    density: float, size: tuple[float, float], *, median: float, spread: float, seed: int
) -> Floats:
    """Return lognormal pore diameters for a patch, when no measured population is at hand.

    Parameters
    ----------
    density : float
        Pores per area of skin [1/m2].
    size : tuple of float
        Height and width of the patch [m].
    median : float
        Median diameter [m].
    spread : float
        Standard deviation of the logarithm of the diameter [-].
    seed : int
        Seed of the draw.

    Returns
    -------
    ndarray of float64, shape (n,)
        Diameters [m], n the nearest integer to density times area.

    Examples
    --------
    >>> drawn_diameters(60e4, (0.01, 0.01), median=3e-4, spread=0.3, seed=1).size
    60
    """
    LENGTH.require(np.array(size), "size")
    PORE_DIAMETER.require(median, "median")
    FRACTION.require(spread, "spread")
    if not 0.0 <= density <= 5e6:
        raise ParameterError(
            f"density is {density:.6g} 1/m2; expected 0 to 5e+06 1/m2. 60 pores/cm2 are 60e4 1/m2."
        )
    generator = np.random.default_rng(seed)
    n_pores = round(density * size[0] * size[1])
    return np.asarray(median * np.exp(spread * generator.standard_normal(n_pores)))
