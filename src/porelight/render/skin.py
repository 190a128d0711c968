"""Virtual photographs of skin whose every pore is known.

The same seed and number of pores is the same skin: the places and shapes of its pores, its relief,
its colour. What differs between two calls is only what was asked for: the diameters (before and after
a treatment), the light, the camera, the type of skin.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.quantities import FRACTION, LENGTH, PORE_DIAMETER, Floats, Quantity
from porelight.render._raster import SCENE_SCALE, Image, Shape, as_image, fractal
from porelight.render.camera import Camera, developed, sampled
from porelight.render.distractors import DistractorLayers, Distractors, distractor_layers
from porelight.render.placement import ABSORBANCE, DEPTH_RATIO, ELONGATION, PoreShapes
from porelight.render.placement import hard_core_points, smooth_field
from porelight.render.relief import (
    Microrelief,
    carved,
    microrelief_height,
    opening_coordinate,
)
from porelight.render.shading import (
    Light,
    Pigments,
    flat_reflectance,
    radiance,
    reflectance,
    shine,
    typical_melanin,
)

_RADIUS = Quantity("curvature_radius", "m", 0.01, 100.0, "of the face under the patch")
_REGULARITY = Quantity("pore_regularity", "1", 0.0, 0.79, "least distance over mean spacing")
MARGIN = 1e-3  # m of skin drawn beyond the patch, so that light and lens see no edge
_DEPTH_REGION = 12e-3  # m, wavelength of the variation of depth over the skin
_SMALLEST, _LARGEST = 2e-3, 6e-2  # m, sides of a patch


@dataclass(frozen=True, slots=True)
class SkinLook:
    """What the skin looks like, apart from the sizes of its pores.

    Attributes
    ----------
    fitzpatrick : int
        Type I to VI as 1 to 6.
    pore_depth : float
        Typical depth of a pore over its diameter [-].
    pore_depth_spread : float
        SD of the logarithm of that between pores [-].
    plug : float
        Typical green absorbance of what fills a pore [-].
    elongation : float
        Typical long over short axis of an opening [-].
    pore_angle, pore_angle_spread : float
        Mean and SD of the direction of the long axes [rad].
    pore_distance : float
        Least distance between the centres of two pores [m].
    pore_regularity : float
        Least distance in units of the mean spacing, where that is more; 0 random, at most 0.79 [-].
    curvature_radius : float
        Radius of the cheek, forehead or nose on which the patch lies [m].
    melanin_mottling, blood_mottling : float
        SD over the patch of melanin relative to its mean, and of the green absorbance of blood [-].
    relief : Microrelief
        Furrows and undulations.
    oil : float
        Share of light that the oil film mirrors at its brightest [-].
    oil_roughness : float
        SD of the slope of that film [-].
    distractors : Distractors
        Hairs, moles, glints.
    """

    fitzpatrick: int = 3
    pore_depth: float = 0.22
    pore_depth_spread: float = 0.55
    plug: float = 0.10
    elongation: float = 1.5
    pore_angle: float = -0.2
    pore_angle_spread: float = 0.4
    pore_distance: float = 3.0e-4
    pore_regularity: float = 0.62
    curvature_radius: float = 0.1
    melanin_mottling: float = 0.045
    blood_mottling: float = 0.06
    relief: Microrelief = Microrelief()
    oil: float = 0.09
    oil_roughness: float = 0.35
    distractors: Distractors = Distractors()

    def __post_init__(self) -> None:
        """Check ranges."""
        typical_melanin(self.fitzpatrick)
        DEPTH_RATIO.require(self.pore_depth, "pore_depth")
        ABSORBANCE.require(self.plug, "plug")
        _RADIUS.require(self.curvature_radius)
        _REGULARITY.require(self.pore_regularity)
        ELONGATION.require(self.elongation)
        LENGTH.require(self.pore_distance, "pore_distance")
        for name in ("pore_depth_spread", "melanin_mottling", "blood_mottling", "oil"):
            FRACTION.require(getattr(self, name), name)
        if not 0.02 <= self.oil_roughness <= 1.0:
            raise ParameterError(f"oil_roughness is {self.oil_roughness:g}; expected 0.02 to 1.")


@dataclass(frozen=True, slots=True, eq=False)
class RenderedSkin:
    """A virtual photograph and the truth about it.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph in sRGB.
    px_per_metre : float
        Its scale [px/m].
    row, col : ndarray of float64, shape (n,)
        Centres of the pores from the top left corner of the picture [m]; may lie outside it when
        the camera was moved. In pixel indices: ``row * px_per_metre - 0.5``.
    diameter : ndarray of float64, shape (n,)
        Diameter of the circle with the area of the opening [m].
    labels : ndarray of int32, shape (rows, cols)
        0 on skin, i + 1 in the opening of pore i.
    distractor_mask : ndarray of bool, shape (rows, cols)
        Where hairs, moles and glints are.
    """

    pixels: NDArray[np.uint8]
    px_per_metre: float
    row: Floats
    col: Floats
    diameter: Floats
    labels: NDArray[np.int32]
    distractor_mask: NDArray[np.bool_]

    @property
    def truth_mask(self) -> NDArray[np.bool_]:
        """True inside every opening, shape (rows, cols)."""
        return self.labels > 0

    def visible(self, threshold: float = 2.5e-4) -> NDArray[np.bool_]:
        """Return which pores are at least this wide [m] and have their centre in the picture."""
        rows, cols = (n / self.px_per_metre for n in self.labels.shape)
        inside = (self.row >= 0) & (self.row < rows) & (self.col >= 0) & (self.col < cols)
        return np.asarray(inside & (self.diameter >= threshold))

    def visible_labels(self, threshold: float = 2.5e-4) -> NDArray[np.int32]:
        """Return the labels of the pores at least this wide [m]; 0 elsewhere."""
        shown = np.concatenate([[False], self.diameter >= threshold])
        return np.where(shown[self.labels], self.labels, np.int32(0))


DEFAULT_LOOK = SkinLook()
DEFAULT_LIGHT = Light()
DEFAULT_CAMERA = Camera()


def render_skin(
    diameter: Floats,
    *,
    ratio: float | Floats = 1.0,
    look: SkinLook = DEFAULT_LOOK,
    light: Light = DEFAULT_LIGHT,
    camera: Camera = DEFAULT_CAMERA,
    size: tuple[float, float] = (0.022, 0.022),
    seed: int = 0,
) -> RenderedSkin:
    """Photograph a virtual patch of skin with pores of these diameters.

    Parameters
    ----------
    diameter : ndarray of float64, shape (n,)
        Diameters of the pores, one for each pore on the patch [m].
    ratio : float or ndarray of float64, shape (n,)
        What to multiply them by: 0.9 shows the same skin with its pores a tenth narrower [-].
    look : SkinLook
        Type of skin, depth and colour of pores, relief, oil, distractors.
    light : Light
        The lamp and the share of ambient light.
    camera : Camera
        Scale, blur, exposure, noise, processing, pose.
    size : tuple of float
        Height and width of the patch [m].
    seed : int
        Which skin.

    Returns
    -------
    RenderedSkin
        The photograph, and where its pores are.

    Raises
    ------
    ParameterError
        If a value is out of range or the pores do not fit on the patch.

    Notes
    -----
    Interreflection is local, the oil is a thin film, the patch is flat and seen from straight above.
    Contrast and texture are calibrated on photographs of one face (see docs/theory/render.md).

    Examples
    --------
    >>> skin = render_skin(np.full(30, 4e-4), size=(0.008, 0.008), seed=1)
    >>> skin.pixels.shape, skin.row.size
    ((100, 100, 3), 30)
    """
    size = _checked_size(size)
    streams = np.random.SeedSequence(seed).spawn(7)
    pores = pore_shapes(diameter, ratio, look, size, streams[0])
    shape, origin = _scene_frame(size)
    extras = distractor_layers(shape, look.distractors, streams[3].spawn(3))
    scene = _scene(pores, look, light, (shape, origin), extras, streams[1:3])
    tone = flat_reflectance(typical_melanin(look.fitzpatrick))
    noise = np.random.default_rng(streams[4].spawn(camera.frame + 1)[-1])
    pixels = developed(sampled(scene, camera, size, MARGIN), camera, tone, noise)
    covered = sampled(extras.covered, camera, size, MARGIN) > 0.2
    row, col = camera.to_picture(pores.row, pores.col, size)
    return RenderedSkin(
        pixels=pixels,
        px_per_metre=camera.px_per_metre,
        row=row,
        col=col,
        diameter=pores.diameter,
        labels=_truth(pores, camera, size),
        distractor_mask=covered,
    )


def pore_shapes(
    diameter: Floats,
    ratio: float | Floats,
    look: SkinLook,
    size: tuple[float, float],
    seed: np.random.SeedSequence,
) -> PoreShapes:
    """Place pores on a patch and draw their shapes; neither depends on the diameters."""
    diameter = PORE_DIAMETER.require(np.atleast_1d(np.asarray(diameter, np.float64)), "diameter")
    n_pores = diameter.size
    by = np.broadcast_to(np.asarray(ratio, np.float64), diameter.shape)
    place, form = (np.random.default_rng(child) for child in seed.spawn(2))
    spacing = np.sqrt(size[0] * size[1] / max(n_pores, 1))
    distance = max(look.pore_distance, look.pore_regularity * float(spacing))
    points = hard_core_points(n_pores, size, distance, place)
    normal = form.standard_normal((6, n_pores))
    tilted = form.uniform(-0.5, 0.5, n_pores)
    # half of the variance of depth is shared by neighbours: pores are deep in some regions
    vigour = np.sqrt(0.5) * (normal[3] + smooth_field(points, _DEPTH_REGION, form))
    return PoreShapes(
        row=points[:, 0],
        col=points[:, 1],
        diameter=diameter * by,
        elongation=1.0 + (look.elongation - 1.0) * (1.0 + 0.9 * np.tanh(normal[0])),
        angle=look.pore_angle + look.pore_angle_spread * normal[1],
        taper=tilted,
        slant=0.8 * tilted + 0.08 * np.tanh(normal[2]),
        depth_ratio=look.pore_depth * np.exp(look.pore_depth_spread * vigour),
        plug=look.plug * np.exp(0.4 * normal[4]),
    )


def _checked_size(size: tuple[float, float]) -> tuple[float, float]:
    height, width = size
    if not (_SMALLEST <= height <= _LARGEST and _SMALLEST <= width <= _LARGEST):
        raise ParameterError(
            f"size is {height:g} m x {width:g} m; expected {_SMALLEST:g} to {_LARGEST:g} m a side. "
            "Millimetres need '* units.mm'."
        )
    return float(height), float(width)


def _scene_frame(size: tuple[float, float]) -> tuple[Shape, tuple[float, float]]:
    rows, cols = (int(np.ceil((length + 2.0 * MARGIN) * SCENE_SCALE)) for length in size)
    return (rows, cols), (-MARGIN, -MARGIN)


def _scene(
    pores: PoreShapes,
    look: SkinLook,
    light: Light,
    frame: tuple[Shape, tuple[float, float]],
    extras: DistractorLayers,
    streams: list[np.random.SeedSequence],
) -> Image:
    shape, origin = frame
    ground = microrelief_height(shape, look.relief, np.random.default_rng(streams[0]))
    height, plug = carved(ground, pores, origin)
    height -= _dome(shape, look.curvature_radius)
    colour, film = (np.random.default_rng(child) for child in streams[1].spawn(2))
    mottling = fractal(shape, 6e-3, 2e-4, colour, persistence=0.8)
    melanin = typical_melanin(look.fitzpatrick) * (1.0 + look.melanin_mottling * mottling)
    blood = look.blood_mottling * fractal(shape, 8e-3, 5e-4, colour, persistence=0.45)
    rho = reflectance(Pigments(as_image(melanin + extras.melanin), as_image(blood), plug))
    oil = look.oil * np.clip(1.0 + 0.25 * fractal(shape, 5e-3, 6e-4, film), 0.0, 3.0)
    mirrored = shine(height, light, as_image(oil), look.oil_roughness) + extras.glint
    inside = radiance(rho, height, light)
    return as_image(extras.transmission[..., None] * (inside + mirrored[..., None]))


def _dome(shape: Shape, radius: float) -> Image:
    y, x = ((np.arange(n) - 0.5 * (n - 1)) / SCENE_SCALE for n in shape)
    return as_image((y[:, None] ** 2 + x**2) / (2.0 * radius))


def _truth(pores: PoreShapes, camera: Camera, size: tuple[float, float]) -> NDArray[np.int32]:
    rows, cols = camera.picture_shape(size)
    labels = np.zeros((rows, cols), np.int32)
    nearest = np.full((rows, cols), 1.0)
    centre_row, centre_col = camera.to_picture(pores.row, pores.col, size)
    scale = camera.px_per_metre
    for i in range(len(pores)):
        reach = 0.5 * pores.diameter[i] * np.sqrt(pores.elongation[i]) * 1.6
        first_row = max(0, int((centre_row[i] - reach) * scale))
        first_col = max(0, int((centre_col[i] - reach) * scale))
        y = (
            np.arange(first_row, min(rows, int((centre_row[i] + reach) * scale) + 2)) + 0.5
        ) / scale
        x = (
            np.arange(first_col, min(cols, int((centre_col[i] + reach) * scale) + 2)) + 0.5
        ) / scale
        if y.size == 0 or x.size == 0:
            continue
        row, col = camera.to_patch(y[:, None] + 0 * x, x + 0 * y[:, None], size)
        s = opening_coordinate(pores, i, row - pores.row[i], col - pores.col[i])
        part = (slice(first_row, first_row + y.size), slice(first_col, first_col + x.size))
        mine = s < nearest[part]
        labels[part] = np.where(mine, np.int32(i + 1), labels[part])
        nearest[part] = np.where(mine, s, nearest[part])
    return labels
