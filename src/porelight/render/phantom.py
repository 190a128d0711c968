"""Sets of virtual photographs that anyone can draw again: every picture is a function of its seed.

`phantom` is the set that figures are quoted on: one recipe, whose contrast is that of labelled
skin (docs/theory/render.md), for each type of skin, with even light or clutter. `random_skin` draws
everything at random and more widely, for training; its seeds never meet those of the set.
"""

import math

import numpy as np

from porelight.errors import ParameterError
from porelight.render.camera import Camera
from porelight.render.distractors import Distractors
from porelight.render.look import SkinLook
from porelight.render.placement import drawn_diameters
from porelight.render.relief import Microrelief
from porelight.render.shading import Illumination
from porelight.render.skin import RenderedSkin, render_skin

PHANTOM_SCALE = 12e3  # px/m
PHANTOM_SIDE = 0.016  # m

_DENSITY = 80e4  # 1/m2, of which 57 per cm2 are at least 0.25 mm wide, as many as are labelled
_MEDIAN, _SPREAD = 3.1e-4, 0.38  # m and log-SD of the diameters
_SMALLEST, _LARGEST = 1.2e-4, 1.0e-3  # m
# typical depth over diameter, its log-SD, and the oil: depth and texture are as labelled
_DEPTH, _DEPTH_SPREAD, _OIL = 0.36, 0.15, 0.13
_PHANTOM_SEED = 60_000
_TRAINING_SEED = 2_000_000
_MOST = 10_000  # phantoms of one type


def phantom(  # noqa: PLR0913  each is what a set may vary
    number: int,
    *,
    fitzpatrick: int = 3,
    clutter: bool = False,
    pores: bool = True,
    ratio: float = 1.0,
    look: SkinLook | None = None,
    light: Illumination | None = None,
    camera: Camera | None = None,
) -> RenderedSkin:
    """Return one picture of the phantom set.

    Parameters
    ----------
    number : int
        Number of the picture in the set, from 0.
    fitzpatrick : int
        Type of skin I to VI, 1 to 6.
    clutter : bool
        Whether hairs, a mole, glints, wrinkles lie on it.
    pores : bool
        False for skin without pores.
    ratio : float
        Factor of all diameters [-].
    look, light, camera : SkinLook, Illumination, Camera, optional
        Look, light and camera in place of the set's own; see `phantom_look`, `careful_setting`.

    Returns
    -------
    RenderedSkin
        16 mm x 16 mm at 12 px/mm, about 200 pores of median 0.31 mm.

    Raises
    ------
    ParameterError
        If the number or the type is out of range.

    Examples
    --------
    >>> phantom(0).pixels.shape
    (192, 192, 3)
    """
    if not 0 <= number < _MOST:
        raise ParameterError(f"number is {number}; phantoms are numbered 0 to {_MOST - 1}.")
    seed = _PHANTOM_SEED + _MOST * fitzpatrick + number
    draw = np.random.default_rng(seed)
    size = (PHANTOM_SIDE, PHANTOM_SIDE)
    diameter = np.clip(
        drawn_diameters(_DENSITY, size, median=_MEDIAN, spread=_SPREAD, seed=seed),
        _SMALLEST,
        _LARGEST,
    )
    own_light, own_camera = careful_setting(draw)
    return render_skin(
        diameter if pores else np.empty(0),
        ratio=ratio,
        look=look or phantom_look(fitzpatrick, clutter=clutter),
        light=light or own_light,
        camera=camera or own_camera,
        size=size,
        seed=seed,
    )


def phantom_look(fitzpatrick: int, *, clutter: bool = False) -> SkinLook:
    """Return the look of the skin of the set.

    Parameters
    ----------
    fitzpatrick : int
        Type of skin I to VI, 1 to 6.
    clutter : bool
        Whether hairs, a mole, glints, wrinkles lie on it.
    """
    cluttered = Distractors(n_hairs=8, n_moles=1, n_glints=8, n_wrinkles=2, n_folds=1)
    return SkinLook(
        fitzpatrick=fitzpatrick,
        pore_depth=_DEPTH,
        pore_depth_spread=_DEPTH_SPREAD,
        oil=_OIL,
        distractors=cluttered if clutter else Distractors(),
    )


def careful_setting(draw: np.random.Generator) -> tuple[Illumination, Camera]:
    """Draw a light and a camera as a careful user would have them, at `PHANTOM_SCALE`.

    Parameters
    ----------
    draw : numpy.random.Generator
        Source of random numbers.
    """
    light = Illumination(
        elevation=math.radians(draw.uniform(42.0, 62.0)),
        azimuth=math.radians(draw.uniform(-180.0, 180.0)),
        ambient=draw.uniform(0.5, 0.65),
    )
    camera = Camera(
        px_per_metre=PHANTOM_SCALE,
        blur=draw.uniform(0.7, 0.9),
        noise=draw.uniform(2.5, 3.5),
        exposure=draw.uniform(1.0, 1.15),
        jpeg_quality=int(draw.integers(88, 96)),
    )
    return light, camera


def random_skin(number: int) -> RenderedSkin:
    """Return skin of a person, in a light, to a camera all drawn at random, for training.

    Parameters
    ----------
    number : int
        Number of the picture, from 0; every eighth has no pores.

    Returns
    -------
    RenderedSkin
        14 mm x 14 mm at 10 to 20 px/mm.
    """
    if number < 0:
        raise ParameterError(f"number is {number}; expected a whole number from 0.")
    seed = _TRAINING_SEED + number
    draw = np.random.default_rng(seed)
    side = 0.014
    n_pores = int(draw.uniform(20e4, 95e4) * side**2) if number % 8 else 0
    median, spread = draw.uniform(2.6e-4, 4.2e-4), draw.uniform(0.25, 0.42)
    diameter = np.clip(median * np.exp(spread * draw.standard_normal(n_pores)), _SMALLEST, _LARGEST)
    look = SkinLook(
        fitzpatrick=int(draw.integers(1, 7)),
        pore_depth=draw.uniform(0.22, 0.45),
        pore_depth_spread=draw.uniform(0.1, 0.4),
        plug=draw.uniform(0.04, 0.16),
        elongation=draw.uniform(1.1, 1.6),
        pore_angle=draw.uniform(-1.5, 1.5),
        relief=Microrelief(
            furrow_depth=draw.uniform(1e-5, 3e-5), roughness=draw.uniform(3e-5, 5.5e-5)
        ),
        melanin_mottling=draw.uniform(0.02, 0.07),
        blood_mottling=draw.uniform(0.03, 0.10),
        oil=draw.uniform(0.0, 0.2),
        distractors=Distractors(
            n_hairs=int(draw.choice([0, 0, 6, 20])),
            n_moles=int(draw.choice([0, 0, 1, 2])),
            n_glints=int(draw.choice([0, 0, 5, 15])),
            n_wrinkles=int(draw.choice([0, 0, 1, 3])),
            n_folds=int(draw.choice([0, 0, 0, 1])),
        ),
    )
    light = Illumination(
        elevation=math.radians(draw.uniform(35.0, 75.0)),
        azimuth=math.radians(draw.uniform(-180.0, 180.0)),
        ambient=draw.uniform(0.4, 0.85),
    )
    px_per_metre = draw.uniform(10e3, 20e3)
    camera = Camera(
        px_per_metre=px_per_metre,
        # in picture pixels; of one make on the skin, whatever the scale
        blur=draw.uniform(0.6, 1.2) * max(1.0, px_per_metre / 13e3),
        noise=draw.uniform(1.0, 4.0),
        sharpening=draw.uniform(0.1, 1.0),
        jpeg_quality=int(draw.integers(70, 97)),
        exposure=draw.uniform(0.85, 1.15),
    )
    return render_skin(
        diameter, look=look, light=light, camera=camera, size=(side, side), seed=seed
    )
