"""The look of one person's skin, and the shapes of its pores."""

from dataclasses import dataclass, field

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import FRACTION, LENGTH, PORE_DIAMETER, Floats, Quantity
from porelight.render.distractors import Distractors
from porelight.render.placement import (
    PROFILE,
    PoreShapes,
    hard_core_points,
    smooth_field,
)
from porelight.render.relief import Microrelief
from porelight.render.shading import typical_melanin

# bounds of the typical pore; single pores stay inside those of PoreShapes whatever is drawn
_PORE_DEPTH = Quantity("pore_depth", "1", 0.0, 0.6, "typical depth over diameter")
_DEPTH_SPREAD = Quantity("pore_depth_spread", "1", 0.0, 0.6, "SD of the logarithm of the depth")
_ELONGATION = Quantity("elongation", "1", 1.0, 2.0, "typical long over short axis")
_ANGLE = Quantity("pore_angle", "rad", -3.2, 3.2, "of long axes", "Degrees need math.radians.")
_RADIUS = Quantity("curvature_radius", "m", 0.01, 100.0, "of the face under the patch")
_REGULARITY = Quantity("pore_regularity", "1", 0.0, 0.79, "least distance over mean spacing")
_DEPTH_REGION = 12e-3  # m, wavelength of the variation of depth over the skin


@dataclass(frozen=True, slots=True)
class SkinLook:
    """The look of skin: colour, relief and shape of its pores, but not their sizes.

    Attributes
    ----------
    fitzpatrick : int
        Type I to VI as 1 to 6.
    pore_depth : float
        Typical depth of a pore over its diameter [-].
    pore_depth_spread : float
        SD of the logarithm of that between pores [-].
    pore_profile : float
        Power of the cross-section of a pore: 3 is a funnel, below 1 a well with steep walls [-].
    plug : float
        Typical green absorbance of the plug of a pore [-].
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
    pore_depth: float = 0.245
    pore_depth_spread: float = 0.6
    pore_profile: float = 3.0
    plug: float = 0.10
    elongation: float = 1.45
    pore_angle: float = -0.2
    pore_angle_spread: float = 0.5
    pore_distance: float = 3.0e-4
    pore_regularity: float = 0.62
    curvature_radius: float = 0.1
    melanin_mottling: float = 0.045
    blood_mottling: float = 0.06
    relief: Microrelief = field(default_factory=Microrelief)
    oil: float = 0.1
    oil_roughness: float = 0.35
    distractors: Distractors = field(default_factory=Distractors)

    def __post_init__(self) -> None:
        """Check ranges."""
        typical_melanin(self.fitzpatrick)
        _PORE_DEPTH.require(self.pore_depth)
        _DEPTH_SPREAD.require(self.pore_depth_spread)
        PROFILE.require(self.pore_profile, "pore_profile")
        _RADIUS.require(self.curvature_radius)
        _REGULARITY.require(self.pore_regularity)
        _ELONGATION.require(self.elongation)
        _ANGLE.require(self.pore_angle)
        _ANGLE.require(self.pore_angle_spread, "pore_angle_spread")
        LENGTH.require(self.pore_distance, "pore_distance")
        for name in ("plug", "melanin_mottling", "blood_mottling", "oil"):
            FRACTION.require(getattr(self, name), name)
        if not 0.02 <= self.oil_roughness <= 1.0:
            raise ParameterError(f"oil_roughness is {self.oil_roughness:g}; expected 0.02 to 1.")


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
    by = np.asarray(ratio, np.float64)
    if by.ndim and by.shape != diameter.shape:
        raise ParameterError(
            f"ratio has shape {by.shape} but diameter has shape {diameter.shape}; give one number, "
            "or one for each pore."
        )
    place, form = (np.random.default_rng(child) for child in seed.spawn(2))
    spacing = np.sqrt(size[0] * size[1] / max(n_pores, 1))
    distance = max(look.pore_distance, look.pore_regularity * float(spacing))
    points = hard_core_points(n_pores, size, distance, place)
    # smoothly bounded at two standard deviations, so that no draw leaves what a pore can be
    normal = 2.0 * np.tanh(form.standard_normal((4, n_pores)) / 2.0)
    tilted = form.uniform(-0.5, 0.5, n_pores)
    # a third of the variance of depth is shared by neighbours: pores are deep in some regions
    shared = smooth_field(points, _DEPTH_REGION, form)
    vigour = np.sqrt(2.0 / 3.0) * form.standard_normal(n_pores) + np.sqrt(1.0 / 3.0) * shared
    return PoreShapes(
        row=points[:, 0],
        col=points[:, 1],
        diameter=diameter * by,
        elongation=1.0 + (look.elongation - 1.0) * (1.0 + 0.45 * normal[0]),
        angle=look.pore_angle + look.pore_angle_spread * normal[1],
        taper=tilted,
        slant=0.8 * tilted + 0.06 * normal[2],
        depth_ratio=look.pore_depth * np.exp(look.pore_depth_spread * 2.0 * np.tanh(vigour / 2.0)),
        plug=look.plug * np.exp(0.4 * normal[3]),
        profile=np.full(n_pores, look.pore_profile),
    )
