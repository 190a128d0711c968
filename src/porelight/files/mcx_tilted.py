"""Sources of MCX in a plane along the skin whose light is slanted, as pictures across their axis.

porelight's pictures lie across the axis of a beam, MCX's areas in a plane of constant depth. A ray
through a point of the one meets the other in a point; the irradiance there, times the ratio of
small areas around both, is that of the picture. The axis goes through the picture's own centre of
power, as porelight's beams do; towards a focus that takes a few rounds.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from porelight.quantities import Floats

_PIXELS, _POINTS = 160, 3
_MOST_ROUNDS = 30
_CENTRED = 1e-3  # pixels


@dataclass(frozen=True, slots=True, eq=False)
class SlantedPicture:
    """A picture across a slanted axis; lengths in voxels."""

    irradiance: Floats  # (n_rows, n_cols): rows across the slant, columns along it
    pixel: float
    origin: tuple[float, float]  # where the axis crosses the plane of the source
    tilt: float  # of the axis to z [rad]
    azimuth: float  # of the axis about z [rad]
    focus: float  # along the axis from the plane; infinite for parallel rays, below 0 behind


@dataclass(frozen=True, slots=True, eq=False)
class _View:
    """An axis, and the plane across it where it meets the plane of the source."""

    origin: Floats  # (3,)
    axis: Floats  # (3,) unit vector
    focus: Floats | None  # (3,) where all rays meet; None where they are parallel

    @property
    def sides(self) -> tuple[Floats, Floats]:
        """Unit vectors of the picture: along the slant, and across it."""
        x, y, z = self.axis
        flat = math.hypot(x, y)
        along = np.array([x, y]) / flat if flat > 0.0 else np.array([1.0, 0.0])
        return np.array([*(z * along), -flat]), np.array([-along[1], along[0], 0.0])

    def on_picture(self, points: Floats) -> Floats:
        """Return the places on the picture (n, 2) of points of the source (n, 3)."""
        rays = np.broadcast_to(self.axis, points.shape)
        if self.focus is not None:
            rays = self.focus - points
        steps = ((self.origin - points) @ self.axis) / (rays @ self.axis)
        return np.asarray((points + steps[:, None] * rays - self.origin) @ np.stack(self.sides).T)

    def on_source(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Return points of the source (n, 3) behind places on the picture, and the area ratio."""
        along, across = self.sides
        places = self.origin + u[:, None] * along + v[:, None] * across
        if self.focus is None:
            points = places - (places[:, 2:] / self.axis[2]) * self.axis
            return points, np.full(u.size, 1.0 / abs(self.axis[2]))
        rays = self.focus - places
        points = places - (places[:, 2:] / rays[:, 2:]) * rays
        nearer = ((points - self.focus) ** 2).sum(axis=1) / (rays**2).sum(axis=1)
        return points, nearer * np.abs(rays @ self.axis) / np.abs(rays[:, 2])


def slanted(
    irradiance: Callable[[Floats, Floats], Floats],
    corners: Floats,
    direction: Floats,
    focus: float,
) -> SlantedPicture:
    """Return the picture of a source in the plane z = 0.

    Parameters
    ----------
    irradiance : callable
        Light per area at x and y of the plane, (n,) each.
    corners : ndarray of float64, shape (n, 2)
        Points around all of it; their mean is where the given axis begins.
    direction : ndarray of float64, shape (3,)
        Unit vector of the given axis.
    focus : float
        From there along the axis to where rays meet; 0 for parallel rays.
    """
    flat = np.column_stack([corners, np.zeros(len(corners))])
    middle = flat.mean(axis=0)
    meet = middle + focus * direction if focus != 0.0 else None
    view = _View(middle, direction, meet)
    for _ in range(_MOST_ROUNDS):
        shown, pixel, centre = _shown(irradiance, flat, view)
        if np.abs(centre).max() < _CENTRED * pixel:
            break
        origin = view.on_source(centre[:1], centre[1:])[0][0]
        axis = direction if meet is None else (meet - origin) * math.copysign(1.0, focus)
        view = _View(origin, axis / math.sqrt(float(axis @ axis)), meet)
    x, y, z = view.axis
    length = math.inf
    if meet is not None:
        length = math.copysign(math.dist(meet, view.origin), focus)
    return SlantedPicture(
        irradiance=shown,
        pixel=pixel,
        origin=(float(view.origin[0]), float(view.origin[1])),
        tilt=math.atan2(math.hypot(x, y), z),
        azimuth=math.atan2(y, x),
        focus=length,
    )


def _shown(
    irradiance: Callable[[Floats, Floats], Floats], corners: Floats, view: _View
) -> tuple[Floats, float, Floats]:
    """Return the picture along a view, its pixel, and the place of its centre of power."""
    places = view.on_picture(corners)
    low, high = places.min(axis=0), places.max(axis=0)
    pixel = float((high - low).max()) / _PIXELS
    n = np.maximum(1, np.ceil((high - low) / pixel - 1e-6).astype(int))
    start = 0.5 * (low + high) - 0.5 * pixel * n
    offsets = (np.arange(_POINTS) + 0.5) / _POINTS
    u, v = (start[i] + pixel * (np.arange(n[i])[:, None] + offsets).reshape(-1) for i in range(2))
    points, ratio = view.on_source(np.tile(u, v.size), np.repeat(v, u.size))
    values = (irradiance(points[:, 0], points[:, 1]) * ratio).reshape(n[1], _POINTS, n[0], _POINTS)
    shown = values.mean(axis=(1, 3))
    middles = [start[i] + pixel * (np.arange(n[i]) + 0.5) for i in range(2)]
    centre = np.array([shown.sum(axis=0) @ middles[0], shown.sum(axis=1) @ middles[1]])
    return shown, pixel, centre / shown.sum()
