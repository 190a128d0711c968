r"""From the shape and the pigments of skin to the light that a camera collects.

Reflectance of a colour band is that of bloodless unpigmented skin times Beer-Lambert factors of
melanin, blood and the contents of pores, relative to the average of the patch. Light that falls on
the skin is the sky seen from the point (horizon in eight directions), and a lamp with soft shadows
traced through the height field. Light that enters travels inside: what leaves is

.. math:: B = \sqrt{\rho} \; (K * (E \sqrt{\rho}))

with the irradiance E, the reflectance rho, and the point spread K of skin, a sum of Gaussians for
each band [1]_ (pigment is met once on the way in and once on the way out). Light caught in a pore
is thrown back by its walls, so a cavity that sees the share A of the sky receives
A / (1 - rho (1 - A)). A film of oil adds a mirror-like lobe about the lamp's reflection.

References
----------
.. [1] E. d'Eon, D. Luebke, E. Enderton, "Efficient rendering of human skin," Eurographics Symposium
   on Rendering, 147-157 (2007).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np

from porelight.data.library import table
from porelight.errors import ParameterError
from porelight.quantities import FRACTION, Floats, Quantity
from porelight.render._raster import SCENE_SCALE, Image, as_image, blurred, shifted

BANDS = ("red", "green", "blue")

ELEVATION = Quantity(
    "elevation",
    "rad",
    0.17,
    0.5 * math.pi,
    "of the lamp above the skin",
    "Degrees need math.radians.",
)
AZIMUTH = Quantity(
    "azimuth", "rad", -2.0 * math.pi, 2.0 * math.pi, "of the lamp", "Degrees need math.radians."
)

_N_SKY = 8
_SKY_STEPS = (1.0, 2.0, 3.0, 4.0, 5.5, 7.0, 9.0, 12.0)  # lattice points
_N_SHADOW = 20
_PENUMBRA = 1.2e-5  # m of height over which a shadow fades: the lamp is a window, not a star
_TYPES: Mapping[int, str] = MappingProxyType({i: f"melanin_type_{i}" for i in range(1, 7)})


@dataclass(frozen=True, slots=True)
class Illumination:
    """The light on the skin: a lamp and an even sky.

    Attributes
    ----------
    elevation : float
        Height of the lamp above the plane of the skin [rad].
    azimuth : float
        Direction of the lamp in the picture, from the column axis towards the row axis [rad].
    ambient : float
        Share of the light that comes from everywhere [-].
    """

    elevation: float = math.radians(50.0)
    azimuth: float = math.radians(-100.0)
    ambient: float = 0.55

    def __post_init__(self) -> None:
        """Check ranges."""
        ELEVATION.require(self.elevation)
        AZIMUTH.require(self.azimuth)
        FRACTION.require(self.ambient, "ambient")

    @property
    def direction(self) -> Floats:
        """Unit vector towards the lamp: (row, col, outward)."""
        across = math.cos(self.elevation)
        return np.array(
            [
                across * math.sin(self.azimuth),
                across * math.cos(self.azimuth),
                math.sin(self.elevation),
            ]
        )


@dataclass(frozen=True, slots=True, eq=False)
class Pigments:
    """Pigments of the skin, each an image in units of green absorbance or a share.

    `melanin` counts all of it; `blood` is the difference from resting blood; `plug` fills pores.
    """

    melanin: Image
    blood: Image
    plug: Image


def typical_melanin(fitzpatrick: int) -> float:
    """Return the green absorbance of melanin of a Fitzpatrick type I to VI (1 to 6)."""
    if fitzpatrick not in _TYPES:
        raise ParameterError(
            f"fitzpatrick is {fitzpatrick!r}; expected a whole number from 1 to 6."
        )
    return _value(_TYPES[fitzpatrick])


def flat_reflectance(melanin: float) -> Floats:
    """Return the reflectance of even skin in linear sRGB, shape (3,) [-]."""
    base = np.array([_value(f"reflectance_{band}") for band in BANDS])
    return np.asarray(base * np.exp(-melanin * _spectrum("melanin")))


def reflectance(pigments: Pigments) -> Image:
    """Return the reflectance of pigmented skin, shape (rows, cols, 3) [-]."""
    base = np.array([_value(f"reflectance_{band}") for band in BANDS], np.float32)
    depth = np.zeros((*pigments.melanin.shape, 3), np.float32)
    # light that comes back from dark skin has taken short paths and has met less blood
    veil = np.exp(np.float32(-_value("melanin_veil")) * pigments.melanin)
    for name, amount in (
        ("melanin", pigments.melanin),
        ("blood", pigments.blood * veil),
        ("plug", pigments.plug),
    ):
        depth += amount[..., None] * _spectrum(name).astype(np.float32)
    return as_image(base * np.exp(-depth))


def sky_share(height: Image) -> Image:
    """Return the share of an even sky that reaches each point, mean of cos^2(horizon) [-].

    Parameters
    ----------
    height : ndarray of float32, shape (rows, cols)
        Height of the skin [m].
    """
    total = np.zeros_like(height)
    for i in range(_N_SKY):
        angle = 2.0 * math.pi * i / _N_SKY
        slope = np.zeros_like(height)
        for step in _SKY_STEPS:
            there = shifted(height, step * math.sin(angle), step * math.cos(angle))
            np.maximum(slope, (there - height) * np.float32(SCENE_SCALE / step), out=slope)
        total += 1.0 / (1.0 + slope * slope)
    return as_image(total / _N_SKY)


def lamp_share(height: Image, light: Illumination) -> Image:
    """Return the lamp's irradiance relative to flat skin, shadows included [-].

    Parameters
    ----------
    height : ndarray of float32, shape (rows, cols)
        Height of the skin [m].
    light : Illumination
        Direction of the lamp.
    """
    toward = light.direction
    incline = math.tan(light.elevation)
    over = np.full_like(height, -1.0)
    for k in range(1, _N_SHADOW + 1):
        step = 1.2 * k
        rows, cols = step * math.sin(light.azimuth), step * math.cos(light.azimuth)
        ray = np.float32(step / SCENE_SCALE * incline)
        np.maximum(over, shifted(height, rows, cols) - height - ray, out=over)
    lit = np.clip(0.5 - over / np.float32(_PENUMBRA), 0.0, 1.0)
    normal = surface_normal(height)
    facing = normal @ (toward / toward[2]).astype(np.float32)
    return as_image(np.maximum(facing, 0.0) * lit)


def surface_normal(height: Image) -> Image:
    """Return the outward unit normal (row, col, outward), shape (rows, cols, 3)."""
    by_row, by_col = (
        as_image(cv2.Sobel(height, cv2.CV_32F, dx, dy, ksize=3, borderType=cv2.BORDER_REPLICATE))
        * np.float32(SCENE_SCALE / 8.0)
        for dx, dy in ((0, 1), (1, 0))
    )
    length = np.sqrt(1.0 + by_row**2 + by_col**2)
    return as_image(np.stack([-by_row / length, -by_col / length, 1.0 / length], axis=-1))


def radiance(rho: Image, height: Image, light: Illumination) -> Image:
    """Return the light that leaves the inside of the skin, in units of a white card's.

    Parameters
    ----------
    rho : ndarray of float32, shape (rows, cols, 3)
        Reflectance of the skin [-].
    height : ndarray of float32, shape (rows, cols)
        Height of the skin [m].
    light : Illumination
        The lamp and the share of ambient light.
    """
    sky = sky_share(height)
    ambient = np.float32(light.ambient)
    incident = ambient * sky + (1.0 - ambient) * lamp_share(height, light)
    out = np.empty_like(rho)
    for c, band in enumerate(BANDS):
        caught = incident / (1.0 - rho[..., c] * (1.0 - sky))
        root = np.sqrt(rho[..., c])
        out[..., c] = root * scattered(as_image(caught * root), band)
    return out


def scattered(image: Image, band: str) -> Image:
    """Return the image spread by travel inside skin; the light in it is kept."""
    shares = np.array([_value(f"scatter_share_{i}_{band}") for i in range(1, 5)])
    total = np.zeros_like(image)
    for i, share in enumerate(shares / shares.sum(), start=1):
        if share > 0.0:
            sd = _value(f"scatter_sd_{i}") * SCENE_SCALE
            total += np.float32(share) * blurred(image, sd)
    return total


def shine(height: Image, light: Illumination, oil: Image, roughness: float) -> Image:
    """Return the mirror-like light of an oil film, shape (rows, cols), same in every band.

    Parameters
    ----------
    height : ndarray of float32, shape (rows, cols)
        Height of the skin [m].
    light : Illumination
        The lamp; ambient light gives an even sheen that the reflectance already holds.
    oil : ndarray of float32, shape (rows, cols)
        Share of the surface that is mirror-like [-].
    roughness : float
        Standard deviation of the slope of the film below the resolution of the scene [-].
    """
    half = light.direction + np.array([0.0, 0.0, 1.0])
    half /= np.linalg.norm(half)
    cosine = np.clip(surface_normal(height) @ half.astype(np.float32), 1e-3, 1.0)
    tangent2 = 1.0 / cosine**2 - 1.0
    lobe = np.exp(-tangent2 / np.float32(2.0 * roughness**2))
    return as_image(np.float32(1.0 - light.ambient) * oil * lobe)


def _spectrum(name: str) -> Floats:
    return np.array([_value(f"{name}_{band}") for band in BANDS])


def _value(name: str) -> float:
    return table("tissue", "render")[name].value
