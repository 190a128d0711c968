r"""The shape of the skin: microrelief, and pores as geometry.

A pore's opening is an ellipse with one end wider than the other. In the frame of its axes, scaled
by the half axes, a point (u, v) lies inside when

.. math:: s^2 = u^2 + \left(\frac{v}{1 + \tau u}\right)^2 < 1 ,

whose area is that of the ellipse for every taper :math:`\tau`, because the widening of one end is
the narrowing of the other. Below the opening the pore is as deep as :math:`(1 - s^2)^p` of its
depth, a funnel with p = 3, a well with steep walls with p below 1; its deepest point may sit off
the centre, as a hair follicle leans, and around it the skin is raised into a low rim.

The microrelief is a net of furrows along the borders of random cells, with undulations of
0.1 to 1.6 mm whose amplitude falls to 0.6 from octave to octave.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from scipy.spatial import cKDTree

from porelight.quantities import LENGTH, Floats
from porelight.render._raster import SCENE_SCALE, Image, Shape, as_image, fractal, lattice
from porelight.render.placement import PoreShapes

RIM_WIDTH = 0.45  # of the half axis: how far outside the opening the rim has faded
_RIM_CREST = 1.12  # of the half axis: where the rim is highest
_RIM_HEIGHT = 0.05  # of the depth of the pore
_FURROW_HALF_WIDTH = 4.0e-5  # m
_PERSISTENCE = 0.6  # of the undulations: amplitude of an octave over that of the one before
_NET_STEP = 3  # lattice points between the points at which the net of furrows is evaluated


@dataclass(frozen=True, slots=True)
class Microrelief:
    """Heights of the skin between the pores.

    Attributes
    ----------
    furrow_spacing : float
        Mean distance between the cells of the net [m].
    furrow_depth : float
        Depth of the furrows [m].
    roughness : float
        Standard deviation of the undulations between 0.1 and 1.6 mm [m].
    """

    furrow_spacing: float = 4.5e-4
    furrow_depth: float = 2.0e-5
    roughness: float = 4.5e-5

    def __post_init__(self) -> None:
        """Check ranges."""
        for name in ("furrow_spacing", "furrow_depth", "roughness"):
            LENGTH.require(getattr(self, name), name)


@dataclass(frozen=True, slots=True)
class ReliefWindow:
    """The lattice points near one pore, with their coordinates in the frame of its axes."""

    rows: slice
    cols: slice
    u: Image  # along the long axis, 1 at its end
    v: Image  # across, 1 at the end of the short axis
    s: Image  # 1 on the edge of the opening


def microrelief_height(shape: Shape, relief: Microrelief, generator: np.random.Generator) -> Image:
    """Return the height of poreless skin [m], zero on average.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the scene lattice.
    relief : Microrelief
        Spacing and depth of the furrows, and the roughness.
    generator : numpy.random.Generator
        Source of the cells and undulations.
    """
    height = np.float32(relief.roughness) * fractal(
        shape, 1.6e-3, 1e-4, generator, persistence=_PERSISTENCE
    )
    furrows = _furrows(shape, relief.furrow_spacing, generator)
    # furrows come and go along the skin, but none becomes a ridge
    vigour = np.maximum(0.6 + 0.4 * fractal(shape, 4e-3, 1e-3, generator), 0.0)
    height -= np.float32(relief.furrow_depth) * furrows * vigour
    return as_image(height - height.mean())


def pore_windows(
    pores: PoreShapes, shape: Shape, origin: tuple[float, float], reach: float
) -> Iterator[tuple[int, ReliefWindow]]:
    """Yield each pore's number and the lattice points up to `reach` half axes from its centre."""
    row, col = lattice(shape, origin)
    half = 0.5 * pores.diameter
    long_axis, short_axis = half * np.sqrt(pores.elongation), half / np.sqrt(pores.elongation)
    for i in range(len(pores)):
        span = reach * long_axis[i] * (1.0 + abs(pores.taper[i]))
        rows = _near(row, float(pores.row[i]), span)
        cols = _near(col, float(pores.col[i]), span)
        if rows.start >= rows.stop or cols.start >= cols.stop:
            continue
        y = row[rows, None] - pores.row[i]
        x = col[None, cols] - pores.col[i]
        yield i, _window(pores, i, (y, x), (rows, cols), (long_axis[i], short_axis[i]))


def opening_coordinate(pores: PoreShapes, i: int, y: Floats, x: Floats) -> Floats:
    """Return s of pore `i` at the displacements (y, x) [m] from its centre; 1 on its edge."""
    half = 0.5 * float(pores.diameter[i])
    stretch = float(np.sqrt(pores.elongation[i]))
    cosine, sine = np.cos(pores.angle[i]), np.sin(pores.angle[i])
    u = (x * cosine + y * sine) / (half * stretch)
    v = (y * cosine - x * sine) / (half / stretch)
    return np.asarray(_edge(u, v, float(pores.taper[i])))


def carved(height: Image, pores: PoreShapes, origin: tuple[float, float]) -> tuple[Image, Image]:
    """Sink the pores into the skin.

    Parameters
    ----------
    height : ndarray of float32, shape (rows, cols)
        Height of poreless skin [m].
    pores : PoreShapes
        The openings.
    origin : tuple of float
        Row and column of the lattice's top left corner in the frame of the pores [m].

    Returns
    -------
    height : ndarray of float32
        Height with pores [m].
    plug : ndarray of float32
        Green absorbance of their plugs [-].
    """
    height = height.copy()
    plug = np.zeros_like(height)
    for i, at in pore_windows(pores, height.shape, origin, 1.0 + RIM_WIDTH):
        depth = np.float32(pores.depth_ratio[i] * pores.diameter[i])
        # the deepest point lies off the centre by `slant`, the edge stays where it is
        lean = np.float32(pores.slant[i]) * np.maximum(1.0 - at.s, 0.0)
        bottom = np.sqrt((at.u - lean) ** 2 + (at.s**2 - np.minimum(at.u**2, at.s**2)))
        funnel = np.maximum(1.0 - bottom**2, 0.0) ** np.float32(pores.profile[i])
        place = (at.rows, at.cols)
        from_crest = (at.s - _RIM_CREST) / (1.0 + RIM_WIDTH - _RIM_CREST)
        rim = _RIM_HEIGHT * np.maximum(1.0 - from_crest**2, 0.0) ** 2
        height[place] += depth * (rim - funnel)
        plug[place] = np.maximum(plug[place], np.float32(pores.plug[i]) * funnel)
    return height, plug


def _window(
    pores: PoreShapes,
    i: int,
    displacement: tuple[Floats, Floats],
    place: tuple[slice, slice],
    half_axes: tuple[float, float],
) -> ReliefWindow:
    y, x = displacement
    cosine, sine = np.cos(pores.angle[i]), np.sin(pores.angle[i])
    u = (x * cosine + y * sine) / half_axes[0]
    v = (y * cosine - x * sine) / half_axes[1]
    s = _edge(u, v, float(pores.taper[i]))
    return ReliefWindow(place[0], place[1], as_image(u), as_image(v), as_image(s))


def _edge(u: Floats, v: Floats, taper: float) -> Floats:
    # beyond the ends of the long axis the width is held, else s would lose its meaning there
    width = 1.0 + taper * np.clip(u, -1.0, 1.0)
    return np.asarray(np.sqrt(u**2 + (v / width) ** 2))


def _near(axis: Floats, centre: float, span: float) -> slice:
    first = int(np.searchsorted(axis, centre - span))
    last = int(np.searchsorted(axis, centre + span, side="right"))
    return slice(first, last)


def _furrows(shape: Shape, spacing: float, generator: np.random.Generator) -> Image:
    rows, cols = (n / SCENE_SCALE for n in shape)
    n_cells = max(4, round(rows * cols / spacing**2))
    seeds = generator.uniform((0.0, 0.0), (rows, cols), (n_cells, 2))
    net = tuple(-(-n // _NET_STEP) for n in shape)
    step = _NET_STEP / SCENE_SCALE
    places = np.stack(np.meshgrid(*((np.arange(n) + 0.5) * step for n in net), indexing="ij"), -1)
    distance, _ = cKDTree(seeds).query(places.reshape(-1, 2), k=2)
    # the difference of the two nearest distances grows at twice the distance from the border
    from_border = 0.5 * (distance[:, 1] - distance[:, 0]).reshape(net)
    furrow = as_image(np.exp(-((from_border / _FURROW_HALF_WIDTH) ** 2)))
    full = cv2.resize(
        furrow, (net[1] * _NET_STEP, net[0] * _NET_STEP), interpolation=cv2.INTER_LINEAR
    )
    return as_image(full[: shape[0], : shape[1]])
