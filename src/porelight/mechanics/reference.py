"""One draw of the ring model as finite elements: the same pore, with depth and finite strain.

What the ring leaves out is put back: the pore is a funnel that ends in a duct, the dermis has a
thickness and an upper layer of its own modulus, the plug fills the funnel only, tissue that shrinks
in the plane may thicken, and strain is finite. The rest is the ring's: soft ring, tension, plug,
patch in surroundings of the stiffness `patch_constraint` times that of equal skin.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from porelight.errors import ParameterError
from porelight.mechanics._axisymmetric import PoreGeometry
from porelight.mechanics._sheet import TensedSheet
from porelight.mechanics.finite_element import DeformedPore, Pool, PoreProblem, deformed
from porelight.mechanics.ring import RingMechanics
from porelight.quantities import Floats

RadialFunction = Callable[[Floats], Floats]
EXTENT = 10.0  # pore radii, as in `ring_mesh`


@dataclass(frozen=True, slots=True)
class DermisShape:
    """Lengths of a dermis and of a follicle in radii of the pore's opening."""

    thickness: float = 7.0
    upper_thickness: float = 1.8  # papillary dermis and upper plexus
    funnel_depth: float = 1.2
    duct_radius: float = 0.4

    def __post_init__(self) -> None:
        lengths = (self.upper_thickness, self.funnel_depth, self.duct_radius)
        if not (min(lengths) > 0.0 and max(lengths[:2]) < self.thickness):
            raise ParameterError(
                f"the upper layer ends at {self.upper_thickness:g} and the funnel at "
                f"{self.funnel_depth:g} pore radii in a dermis of {self.thickness:g}; expected "
                "both inside it."
            )
        if not self.duct_radius <= 1.0:
            raise ParameterError(
                f"the duct's radius is {self.duct_radius:g} of the opening's; expected up to 1."
            )

    def wall(self, depth: Floats) -> Floats:
        """Radius of the wall at each depth."""
        return np.interp(depth, [0.0, self.funnel_depth], [1.0, self.duct_radius])


def _unchanged(r: Floats) -> Floats:
    return np.ones_like(r)


def _none(r: Floats) -> Floats:
    return np.zeros_like(r)


@dataclass(frozen=True, slots=True, eq=False)
class TissueChange:
    """Changes of the tissue by a treatment, the same at all depths.

    Profiles are functions of the distance from the wall plus 1, which is the radius at the surface
    and what a ring calls radius.
    """

    relative_modulus: RadialFunction = _unchanged
    radial_eigenstrain: RadialFunction = _none
    hoop_eigenstrain: RadialFunction = _none
    axial_eigenstrain: RadialFunction = _none
    relative_pressure: float = 1.0


@dataclass(frozen=True, slots=True, eq=False)
class ReferencePore:
    """A pore at rest, solved, to which changes of the tissue are applied."""

    shape: DermisShape
    rest: DeformedPore
    anchored: PoreProblem  # at rest, with a far end as stiff as the surroundings
    modulus: Callable[[Floats, Floats], Floats]

    @classmethod
    def of(
        cls,
        mechanics: RingMechanics,
        shape: DermisShape,
        upper_modulus: float = 1.0,
        refinement: int = 1,
    ) -> "ReferencePore":
        """Solve the resting pore of one draw.

        Parameters
        ----------
        mechanics : RingMechanics
            Parameters of one draw, plain numbers.
        shape : DermisShape
            Lengths of the dermis and of the follicle.
        upper_modulus : float
            Modulus of the upper dermis over that of the deeper one; their mean over the depth
            is 1.
        refinement : int
            Elements are this many times finer in both directions.

        Raises
        ------
        ParameterError
            If the parameters hold more than one draw.
        ConvergenceError
            If no equilibrium of the pore is found.
        """
        if mechanics.n_draw != 1 or not upper_modulus > 0.0:
            raise ParameterError(
                f"{mechanics.n_draw} draws and an upper modulus of {upper_modulus:g}; expected one "
                "draw and a modulus above 0."
            )
        soft_radius = float(np.asarray(mechanics.soft_ring_radius).item())
        softness = float(np.asarray(mechanics.soft_ring_modulus).item())
        share = shape.upper_thickness / shape.thickness
        deep = 1.0 / (1.0 - share + share * upper_modulus)

        def over_depth(z: Floats) -> Floats:
            return np.where(z < shape.upper_thickness, deep * upper_modulus, deep)

        def modulus(r: Floats, z: Floats) -> Floats:
            # the soft ring is one of tissue: it follows the wall, as the elements do
            wall = shape.wall(z)
            at_surface = 1.0 + (r - wall) * (EXTENT - 1.0) / (EXTENT - wall)
            return np.asarray(np.where(at_surface < soft_radius, softness, 1.0) * over_depth(z))

        geometry = PoreGeometry.of(
            _radii(soft_radius, refinement), _depths(shape, refinement), shape.wall
        )
        nu = float(np.asarray(mechanics.poisson_ratio).item())
        sheet = TensedSheet.of(float(np.asarray(mechanics.skin_tension).item()), nu)
        stiffness = sheet.surround_stiffness
        problem = PoreProblem(
            geometry=geometry,
            pools=(Pool(modulus),),
            poisson_ratio=nu,
            wall_pressure=float(np.asarray(mechanics.plug_pressure_at_rest).item()),
            pressure_depth=shape.funnel_depth,
            far_stress=sheet.nominal_stress + stiffness * (sheet.stretch - 1.0),
            far_stiffness=stiffness,
            far_profile=over_depth,
        )
        rest = deformed(problem)
        held = float(np.asarray(mechanics.patch_constraint).item()) * stiffness
        strain = rest.far_displacement / EXTENT
        anchored = replace(
            problem,
            far_stress=problem.far_stress - stiffness * strain + held * strain,
            far_stiffness=held,
        )
        return cls(shape, deformed(anchored, rest), anchored, modulus)

    @property
    def opening(self) -> float:
        """Strain of the orifice at rest: how far tension and plug hold it open."""
        return self.rest.orifice

    def changed(self, change: TissueChange) -> float:
        """Logarithm of the orifice's diameter over its resting one.

        Raises
        ------
        ConvergenceError
            If the change is beyond what the tissue can carry.
        """

        def from_wall(r: Floats, z: Floats) -> Floats:
            return 1.0 + r - self.shape.wall(z)

        pool = Pool(
            modulus=lambda r, z: self.modulus(r, z) * change.relative_modulus(from_wall(r, z)),
            radial=lambda r, z: 1.0 + change.radial_eigenstrain(from_wall(r, z)),
            hoop=lambda r, z: 1.0 + change.hoop_eigenstrain(from_wall(r, z)),
            axial=lambda r, z: 1.0 + change.axial_eigenstrain(from_wall(r, z)),
        )
        loaded = replace(
            self.anchored,
            pools=(pool,),
            wall_pressure=self.anchored.wall_pressure * change.relative_pressure,
        )
        after = deformed(loaded, self.rest)
        return float(np.log((1.0 + after.orifice) / (1.0 + self.rest.orifice)))


def _radii(soft_radius: float, refinement: int) -> Floats:
    near, far = 4 * refinement, 7 * refinement
    inside = soft_radius ** (np.arange(near + 1) / near)
    outside = soft_radius * (EXTENT / soft_radius) ** (np.arange(1, far + 1) / far)
    return np.concatenate([inside, outside]) if soft_radius > 1.0 else outside


def _depths(shape: DermisShape, refinement: int) -> Floats:
    """Edges that meet the ends of funnel and upper layer, a third of a radius at the surface."""
    stops = sorted({0.0, shape.funnel_depth, shape.upper_thickness, shape.thickness})
    edges = [0.0]
    for top, bottom in pairwise(stops):
        width = (0.35 + 0.3 * top) / refinement
        n = max(1, int(np.ceil((bottom - top) / (width + 0.12 * (bottom - top)))))
        edges += list(top + (bottom - top) * np.arange(1, n + 1) / n)
    return np.asarray(edges)
