"""Distractors, which may look like pores: hairs, moles, glints of wet skin, wrinkles, folds.

They are off unless asked for. The picture says where they are, so that a detector's false finds can
be put down to them.
"""

import math
from dataclasses import dataclass

import cv2
import numpy as np

from porelight.errors import ParameterError
from porelight.render._raster import SCENE_SCALE, Image, Shape, as_image, blurred, fractal

_HAIR_WIDTH = (2.0e-5, 7.0e-5)  # m, vellus to terminal
_HAIR_LENGTH = (1.0e-3, 6.0e-3)  # m
_MOLE_DIAMETER = (0.6e-3, 3.0e-3)  # m
_GLINT_DIAMETER = (0.15e-3, 0.9e-3)  # m
# width (standard deviation of the profile) and depth of the two kinds of line, m
_WRINKLE = ((5e-5, 1.5e-4), (3e-5, 1.2e-4))
_FOLD = ((5e-4, 1.0e-3), (2e-4, 6e-4))
_SUBPIXEL_BITS = 4  # of the line drawing


@dataclass(frozen=True, slots=True)
class Distractors:
    """Number of distractors of each kind on the patch.

    Attributes
    ----------
    n_hairs, n_moles, n_glints : int
        Hairs lying on the skin; pigmented spots; wet or oily glints.
    n_wrinkles, n_folds : int
        Fine lines of 0.05 to 0.15 mm, and creases of 0.5 to 1 mm like that beside the nose; both
        cross the patch.
    """

    n_hairs: int = 0
    n_moles: int = 0
    n_glints: int = 0
    n_wrinkles: int = 0
    n_folds: int = 0

    def __post_init__(self) -> None:
        """Check counts."""
        for name in ("n_hairs", "n_moles", "n_glints", "n_wrinkles", "n_folds"):
            count = getattr(self, name)
            if not 0 <= count <= 2000:
                raise ParameterError(f"{name} is {count}; expected 0 to 2000 on one patch.")


@dataclass(frozen=True, slots=True, eq=False)
class DistractorLayers:
    """Effects of the distractors on the scene, each an image on the scene lattice.

    `transmission` multiplies the light, `melanin` adds green absorbance, `glint` adds light,
    `sunken` lowers the skin [m].
    """

    transmission: Image
    melanin: Image
    glint: Image
    sunken: Image

    @property
    def covered(self) -> Image:
        """1 where any of them changes what is seen, else 0."""
        seen = (self.transmission < 0.9) | (self.melanin > 0.1) | (self.glint > 0.03)
        seen |= self.sunken > 0.5 * _WRINKLE[1][0]
        return as_image(seen)


def distractor_layers(
    shape: Shape, distractors: Distractors, seeds: list[np.random.SeedSequence]
) -> DistractorLayers:
    """Draw hairs, moles, glints, wrinkles and folds.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the scene lattice.
    distractors : Distractors
        Numbers of each kind.
    seeds : list of numpy.random.SeedSequence
        Four seeds, of hairs, moles, glints and lines, so that the number of one kind does not move
        another.
    """
    hair_seed, mole_seed, glint_seed, line_seed = seeds
    hair = _hairs(shape, distractors.n_hairs, np.random.default_rng(hair_seed))
    return DistractorLayers(
        transmission=as_image(1.0 - 0.8 * hair),
        melanin=_moles(shape, distractors.n_moles, np.random.default_rng(mole_seed)),
        glint=_glints(shape, distractors.n_glints, np.random.default_rng(glint_seed)),
        sunken=_lines(shape, distractors, np.random.default_rng(line_seed)),
    )


def _hairs(shape: Shape, n_hairs: int, generator: np.random.Generator) -> Image:
    canvas = np.zeros(shape, np.uint8)
    for _ in range(n_hairs):
        root = generator.uniform((0.0, 0.0), shape)
        length = generator.uniform(*_HAIR_LENGTH) * SCENE_SCALE
        heading, bend = generator.normal(1.2, 0.4), generator.normal(0.0, 0.8)
        width = generator.uniform(*_HAIR_WIDTH) * SCENE_SCALE
        along = np.linspace(0.0, 1.0, 25)
        angle = heading + bend * along
        path = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * (length / along.size)
        places = root[::-1] + np.cumsum(path, axis=0)
        fixed = np.round(places * 2**_SUBPIXEL_BITS).astype(np.int32)
        thickness = max(1, round(width))
        # a hair thinner than a lattice point covers part of it
        shade = int(255 * min(1.0, width / thickness))
        cv2.polylines(
            canvas,
            [fixed],
            isClosed=False,
            color=(shade,),
            thickness=thickness,
            lineType=cv2.LINE_AA,
            shift=_SUBPIXEL_BITS,
        )
    return as_image(canvas / 255.0)


def _moles(shape: Shape, n_moles: int, generator: np.random.Generator) -> Image:
    melanin = np.zeros(shape, np.float32)
    if n_moles == 0:
        return melanin
    ragged = 1.0 + 0.12 * fractal(shape, 1e-3, 1.2e-4, generator)
    y, x = np.arange(shape[0])[:, None], np.arange(shape[1])[None, :]
    for _ in range(n_moles):
        row, col = generator.uniform((0.0, 0.0), shape)
        radius = 0.5 * generator.uniform(*_MOLE_DIAMETER) * SCENE_SCALE
        strength = generator.uniform(0.35, 1.4)
        distance = np.hypot(y - row, x - col).astype(np.float32) * ragged / radius
        melanin += np.float32(strength) * np.exp(-(distance**4))
    return as_image(melanin)


def _glints(shape: Shape, n_glints: int, generator: np.random.Generator) -> Image:
    light = np.zeros(shape, np.float32)
    if n_glints == 0:
        return light
    # oil collects: glints come in clusters of about five, 2 mm wide
    n_clusters = math.ceil(n_glints / 5)
    centres = generator.uniform((0.0, 0.0), shape, (n_clusters, 2))
    around = generator.normal(0.0, 1e-3 * SCENE_SCALE, (n_glints, 2))
    places = centres[generator.integers(n_clusters, size=n_glints)] + around
    for row, col in places:
        radius = 0.5 * generator.uniform(*_GLINT_DIAMETER) * SCENE_SCALE
        axes = (radius, radius * generator.uniform(0.3, 0.8))
        cv2.ellipse(
            light,
            ((float(col), float(row)), (2.0 * axes[0], 2.0 * axes[1]), generator.uniform(0, 180)),
            (generator.uniform(0.05, 0.3),),
            -1,
            cv2.LINE_8,
        )
    # skin under the film breaks the reflection up
    broken = np.clip(0.6 + 0.8 * fractal(shape, 4e-4, 5e-5, generator), 0.0, 2.0)
    return blurred(as_image(light * broken), 3e-5 * SCENE_SCALE)


def _lines(shape: Shape, distractors: Distractors, generator: np.random.Generator) -> Image:
    """Depth of wrinkles and folds [m]; each crosses the patch."""
    sunken = np.zeros(shape, np.float32)
    kinds = [_WRINKLE] * distractors.n_wrinkles + [_FOLD] * distractors.n_folds
    for widths, depths in kinds:
        width = generator.uniform(*widths) * SCENE_SCALE
        depth = generator.uniform(*depths)
        middle = generator.uniform((0.1, 0.1), (0.9, 0.9)) * np.array(shape)
        heading, bend = generator.uniform(0.0, math.pi), generator.normal(0.0, 0.3)
        along = np.linspace(-1.0, 1.0, 41)
        angle = heading + bend * along
        step = np.stack([np.cos(angle), np.sin(angle)], axis=-1) * (max(shape) / 20.0)
        path = np.cumsum(step, axis=0)
        places = middle[::-1] + path - path[20]
        away = np.ones(shape, np.uint8)
        cv2.polylines(
            away,
            [np.round(places * 2**_SUBPIXEL_BITS).astype(np.int32)],
            isClosed=False,
            color=(0,),
            thickness=1,
            shift=_SUBPIXEL_BITS,
        )
        distance = cv2.distanceTransform(away, cv2.DIST_L2, cv2.DIST_MASK_5)
        vigour = np.clip(1.0 + 0.5 * fractal(shape, 4e-3, 1e-3, generator), 0.0, 2.0)
        sunken += np.float32(depth) * vigour * np.exp(-0.5 * np.square(distance / width))
    return as_image(sunken)
