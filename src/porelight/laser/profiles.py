r"""Measured beam profiles: a table over the radius, or a camera's picture.

Their size is the second-moment diameter of ISO 11146, :math:`D = 2\sqrt{2}\,\sqrt{\langle r^2
\rangle}`, which is the diameter of an even disc and the 1/e2 diameter of a Gaussian.

References
----------
ISO 11146-1:2021, Lasers and laser-related equipment - Test methods for laser beam widths.
"""

import math
from dataclasses import dataclass, field

import numpy as np

from porelight.errors import ParameterError
from porelight.laser.session_ranges import PIXEL
from porelight.quantities import LENGTH, Floats

# the equation for a radius is a cubic; from a bracket of one step of a table this is rounding
_BISECTIONS = 52
# the unit is free, but sums over a whole picture must be numbers
_BRIGHTEST = 1e200
_SECOND_MOMENT = 2.0 * math.sqrt(2.0)


@dataclass(frozen=True, slots=True)
class RadialProfile:
    """Irradiance over the radius, linear between the rows of a table and 0 beyond the last.

    Attributes
    ----------
    radius : tuple of float
        Radii, strictly increasing from 0 [m].
    irradiance : tuple of float
        Irradiance at these radii, 0 or larger, in any unit.
    """

    radius: tuple[float, ...]
    irradiance: tuple[float, ...]

    def __post_init__(self) -> None:
        """Check the table."""
        radius, irradiance = np.array(self.radius), np.array(self.irradiance)
        if radius.shape != irradiance.shape or radius.size < 2:
            raise ParameterError(
                f"a beam profile has {radius.size} radii and {irradiance.size} irradiances; "
                "expected as many of each, at least 2."
            )
        LENGTH.require(radius, "radius of the beam profile")
        if radius[0] != 0.0 or (np.diff(radius) <= 0.0).any():
            raise ParameterError("the radii of a beam profile must increase strictly, from 0 m.")
        _require_irradiance(irradiance)

    @property
    def power_within(self) -> Floats:
        """Share of the power within each radius of the table, shape (n,)."""
        power = np.concatenate([[0.0], np.cumsum(self._moment(1))])
        return np.asarray(power / power[-1], dtype=np.float64)

    @property
    def diameter(self) -> float:
        """Second-moment diameter [m]."""
        return _SECOND_MOMENT * math.sqrt(self._moment(3).sum() / self._moment(1).sum())

    def radius_of(self, share: Floats) -> Floats:
        """Return the radius [m] within which a share of the power falls."""
        within = self.power_within
        i = np.clip(np.searchsorted(within, share, side="right") - 1, 0, within.size - 2)
        nodes, values, total = np.array(self.radius), self._values, self._moment(1).sum()
        wanted = (share - within[i]) * total
        low, high = nodes[i], nodes[i + 1]
        start, slope = values[i], (values[i + 1] - values[i]) / (high - low)
        origin = low
        for _ in range(_BISECTIONS):
            middle = 0.5 * (low + high)
            above = _ring_power(origin, middle, start, slope) > wanted
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return np.asarray(0.5 * (low + high), dtype=np.float64)

    def irradiance_at(self, r: Floats) -> Floats:
        """Return the irradiance over the power [1/m2] at a distance from the axis [m]."""
        shape = np.interp(r, self.radius, self._values, right=0.0)
        return np.asarray(shape / (2.0 * math.pi * self._moment(1).sum()), dtype=np.float64)

    @property
    def _values(self) -> Floats:
        return np.array(self.irradiance, dtype=np.float64)

    def _moment(self, power: int) -> Floats:
        """Integral of irradiance times r ** power over each step of the table, (n - 1,)."""
        r, e = np.array(self.radius), self._values
        slope = np.diff(e) / np.diff(r)
        constant = e[:-1] - slope * r[:-1]
        steps = [np.diff(r ** (power + k)) / (power + k) for k in (1, 2)]
        return np.asarray(constant * steps[0] + slope * steps[1], dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class BeamImage:
    """Irradiance as a camera saw it, even within each pixel, centred on its centre of power.

    Attributes
    ----------
    irradiance : ndarray of float64, shape (n_rows, n_cols)
        0 or larger, in any unit; dark level already subtracted.
    pixel : float
        Side of a pixel [m].
    """

    irradiance: Floats
    pixel: float
    _cumulative: Floats = field(init=False, repr=False)
    _centre: tuple[float, float] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the picture and find its centre."""
        image = np.ascontiguousarray(self.irradiance, dtype=np.float64)
        if image.ndim != 2 or image.size == 0:
            raise ParameterError(
                f"a beam image has shape {image.shape}; expected rows and columns of irradiance."
            )
        PIXEL.require(self.pixel, "pixel of the beam image")
        _require_irradiance(image)
        cumulative = np.cumsum(image)
        rows, cols = np.indices(image.shape)
        total = cumulative[-1]
        centre = float((rows * image).sum() / total), float((cols * image).sum() / total)
        object.__setattr__(self, "irradiance", image)
        object.__setattr__(self, "_cumulative", cumulative / total)
        object.__setattr__(self, "_centre", centre)

    @property
    def diameter(self) -> float:
        """Second-moment diameter [m], the mean over azimuth."""
        rows, cols = np.indices(self.irradiance.shape)
        squared = (rows - self._centre[0]) ** 2 + (cols - self._centre[1]) ** 2
        # an even pixel has a second moment of its own, 1/12 along each side
        mean = (squared * self.irradiance).sum() / self.irradiance.sum() + 1.0 / 6.0
        return _SECOND_MOMENT * math.sqrt(mean) * self.pixel

    @property
    def reach(self) -> float:
        """Distance of the farthest lit point from the centre [m]."""
        rows, cols = np.nonzero(self.irradiance)
        across = np.abs(rows - self._centre[0]) + 0.5, np.abs(cols - self._centre[1]) + 0.5
        return float(np.hypot(*across).max()) * self.pixel

    def point_of(self, u: Floats, v: Floats) -> tuple[Floats, Floats]:
        """Return where light lands (x, y) [m] for uniform numbers u and v from 0 to 1."""
        pixel = np.searchsorted(self._cumulative, u, side="right")
        pixel = np.minimum(pixel, self._cumulative.size - 1)
        before = np.concatenate([[0.0], self._cumulative])[pixel]
        # what is left of u within its pixel is uniform again
        within = (u - before) / (self._cumulative[pixel] - before)
        row, col = np.divmod(pixel, self.irradiance.shape[1])
        x = (col - self._centre[1] + within - 0.5) * self.pixel
        y = (row - self._centre[0] + v - 0.5) * self.pixel
        return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)


def _require_irradiance(irradiance: Floats) -> None:
    if not np.isfinite(irradiance).all() or (irradiance < 0.0).any():
        raise ParameterError(
            "the irradiance of a beam profile holds a negative or missing value; expected 0 or "
            "larger everywhere. Subtract the camera's dark level and set what is below 0 to 0."
        )
    if irradiance.max() > _BRIGHTEST:
        raise ParameterError(
            f"the irradiance of a beam profile is {irradiance.max():g} somewhere; expected at most "
            f"{_BRIGHTEST:g}, in a unit of your own."
        )
    if not (irradiance > 0.0).any():
        raise ParameterError("the irradiance of a beam profile is 0 everywhere; nothing is lit.")


def _ring_power(low: Floats, high: Floats, start: Floats, slope: Floats) -> Floats:
    """Integral of r times an irradiance that is linear from `low` on."""
    width = high - low
    return np.asarray(
        width * (start * (low + 0.5 * width) + slope * width * (0.5 * low + width / 3.0)),
        dtype=np.float64,
    )
