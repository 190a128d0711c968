"""Virtual photographs of skin, with the place and size of every pore.

The same seed and number of pores is the same skin: the places and shapes of its pores, its relief,
its colour. What differs between two calls is only what was asked for: the diameters (before and
after a treatment), the light, the camera, the type of skin.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.quantities import Floats
from porelight.render._raster import SCENE_SCALE, Image, Shape, as_image, fractal
from porelight.render.camera import Camera, developed, sampled
from porelight.render.distractors import DistractorLayers, distractor_layers
from porelight.render.look import SkinLook, pore_shapes
from porelight.render.placement import PoreShapes
from porelight.render.relief import carved, microrelief_height, opening_coordinate
from porelight.render.shading import (
    Illumination,
    Pigments,
    flat_reflectance,
    radiance,
    reflectance,
    shine,
    typical_melanin,
)

MARGIN = 1e-3  # m of skin drawn beyond the patch, so that light and lens see no edge
_SMALLEST, _LARGEST = 2e-3, 6e-2  # m, sides of a patch


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class RenderedSkin:
    """A virtual photograph with the places and sizes of its pores.

    Attributes
    ----------
    pixels : ndarray of uint8, shape (rows, cols, 3)
        The photograph in sRGB.
    px_per_metre : float
        Scale of the photograph [px/m].
    row, col : ndarray of float64, shape (n,)
        Centres of the pores from the top left corner of the picture [m]; may lie outside it when
        the camera was moved. In pixel indices: ``row * px_per_metre - 0.5``.
    diameter : ndarray of float64, shape (n,)
        Diameter of the circle with the area of the opening [m].
    labels : ndarray of int32, shape (rows, cols)
        0 on skin, i + 1 in the opening of pore i.
    distractor_mask : ndarray of bool, shape (rows, cols)
        True on hairs, moles, glints, wrinkles and folds.
    """

    pixels: NDArray[np.uint8]
    px_per_metre: float
    row: Floats
    col: Floats
    diameter: Floats
    labels: NDArray[np.int32]
    distractor_mask: NDArray[np.bool_]

    def __repr__(self) -> str:
        rows, cols = self.labels.shape
        return (
            f"RenderedSkin({self.diameter.size} pores, {cols} x {rows} px, "
            f"{self.px_per_metre * 1e-3:.3g} px/mm)"
        )

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
DEFAULT_LIGHT = Illumination()
DEFAULT_CAMERA = Camera()


def render_skin(
    diameter: Floats,
    *,
    ratio: float | Floats = 1.0,
    look: SkinLook = DEFAULT_LOOK,
    light: Illumination = DEFAULT_LIGHT,
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
        Factor of the diameters: 0.9 shows the same skin with its pores a tenth narrower [-].
    look : SkinLook
        Type of skin, depth and colour of pores, relief, oil, distractors.
    light : Illumination
        The lamp and the share of ambient light.
    camera : Camera
        Scale, blur, exposure, noise, processing, pose.
    size : tuple of float
        Height and width of the patch [m].
    seed : int
        Seed of the skin: places and shapes of pores, relief and colour.

    Returns
    -------
    RenderedSkin
        The photograph with its pores.

    Raises
    ------
    ParameterError
        If a value is out of range or the pores do not fit on the patch.

    Notes
    -----
    Interreflection is local, the oil is a thin film, the patch is seen from straight above.
    Contrast and texture are calibrated on photographs of one face (see docs/theory/render.md).

    Examples
    --------
    >>> skin = render_skin(np.full(30, 4e-4), size=(0.008, 0.008), seed=1)
    >>> skin.pixels.shape, skin.row.size
    ((100, 100, 3), 30)
    """
    size = _checked_size(size)
    if seed < 0:
        raise ParameterError(f"seed is {seed}; expected a whole number from 0.")
    streams = np.random.SeedSequence(seed).spawn(5)
    pores = pore_shapes(diameter, ratio, look, size, streams[0])
    shape, origin = _scene_frame(size)
    extras = distractor_layers(shape, look.distractors, streams[3].spawn(4))
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
    light: Illumination,
    frame: tuple[Shape, tuple[float, float]],
    extras: DistractorLayers,
    streams: list[np.random.SeedSequence],
) -> Image:
    shape, origin = frame
    ground = microrelief_height(shape, look.relief, np.random.default_rng(streams[0]))
    height, plug = carved(ground, pores, origin)
    height -= _dome(shape, look.curvature_radius) + extras.sunken
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
        reach = 0.8 * pores.diameter[i] * np.sqrt(pores.elongation[i])
        part = (
            _span(centre_row[i], reach, scale, rows),
            _span(centre_col[i], reach, scale, cols),
        )
        y, x = ((np.arange(side.start, side.stop) + 0.5) / scale for side in part)
        row, col = camera.to_patch(y[:, None] + 0 * x, x + 0 * y[:, None], size)
        s = opening_coordinate(pores, i, row - pores.row[i], col - pores.col[i])
        mine = s < nearest[part]
        labels[part] = np.where(mine, np.int32(i + 1), labels[part])
        nearest[part] = np.where(mine, s, nearest[part])
    return labels


def _span(centre: float, reach: float, scale: float, length: int) -> slice:
    first, last = int((centre - reach) * scale), int((centre + reach) * scale) + 2
    return slice(min(max(first, 0), length), min(max(last, 0), length))
