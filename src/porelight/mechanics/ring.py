r"""A pore as a pressurised hole in tensioned skin, with a ring of changed tissue around it.

Skin around the pore is a flat sheet in plane stress. At rest it is an infinite sheet under equal
tension :math:`\sigma_0` in all directions, with a softer ring next to the hole and the pressure of
the plug on the wall; a hole in uniform skin then has the strain [1]_

.. math:: \varepsilon_{pore} = [2\sigma_0 + (1 + \nu)\,p_0] / E .

Treatment changes modulus, eigenstrain (radial and hoop) and pressure inside a patch of radius R, to
which the skin around it reacts with the stiffness :math:`\kappa E/(1+\nu)`: a uniform eigenstrain
e of a large patch changes the pore strain by [2]_

.. math:: e\,\Bigl[1 - \frac{2\kappa}{(1 + \nu) + \kappa(1 - \nu)}\Bigr],

that is +e when the patch is free (:math:`\kappa = 0`), 0 when the surroundings are equal skin
(:math:`\kappa = 1`), and -3e when it is clamped and incompressible. Lengths are in units of the
stress-free pore radius, stresses in units of the far skin's modulus: nothing else matters here.

References
----------
.. [1] S. P. Timoshenko, J. N. Goodier, "Theory of Elasticity", 3rd ed., McGraw-Hill (1970),
       articles 28 (thick ring) and 35 (hole in a tensioned plate).
.. [2] J. D. Eshelby, "The determination of the elastic field of an ellipsoidal inclusion, and
       related problems", Proc. R. Soc. A 241, 376-396 (1957), doi 10.1098/rspa.1957.0133.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields

import numpy as np

from porelight.data.library import table
from porelight.errors import ParameterError
from porelight.mechanics._lame import LameRings
from porelight.quantities import Floats, Quantity

_LIMITS = (
    Quantity("poisson_ratio", "1", 0.0, 0.5, "Poisson's ratio of the dermis"),
    Quantity("skin_tension", "1", 0.0, 1.0, "tension of the skin over its modulus"),
    Quantity("plug_pressure_at_rest", "1", 0.0, 1.0, "pressure of the plug over the modulus"),
    Quantity("soft_ring_modulus", "1", 0.01, 10.0, "modulus next to the pore over far modulus"),
    Quantity("soft_ring_radius", "1", 1.0, 100.0, "outer radius of the soft ring in pore radii"),
    Quantity("patch_constraint", "1", 0.0, 1e9, "stiffness of the surroundings, 1 is equal skin"),
    Quantity("pore_dose_ratio", "1", 1.0, 1e3, "dose at the wall over dose far away"),
    Quantity("pore_dose_reach", "1", 1e-3, 1e3, "decay length of the extra dose in pore radii"),
    Quantity("collagen_stiffness_exponent", "1", 0.0, 5.0, "power of modulus in collagen"),
    Quantity("immature_stiffness", "1", 0.0, 2.0, "load share of immature collagen per mass"),
    Quantity("dermal_thickening", "1", 0.0, 0.95, "gain of thickness per gain of collagen"),
    Quantity("deposition_pre_strain", "1", 0.0, 1.0, "strain under which collagen is laid down"),
    Quantity("deposition_isotropy", "1", 0.0, 2.0, "radial over hoop pre-strain"),
    Quantity("shrinkage_strain", "1", 0.0, 1.0, "shrinkage of denatured collagen"),
    Quantity("shrinkage_isotropy", "1", 0.0, 2.0, "radial over hoop shrinkage"),
    Quantity("picking_widening", "1", 0.0, 10.0, "permanent strain of the wall by one picking"),
    Quantity("upper_dermis_modulus", "1", 0.01, 10.0, "modulus of upper over deeper dermis"),
    Quantity("funnel_depth_ratio", "1", 0.1, 10.0, "depth of the funnel in pore radii"),
    Quantity("duct_ratio", "1", 0.01, 1.0, "radius of the duct over that of the opening"),
    Quantity("thickening_share", "1", -1.0, 1.0, "of the volume of shrinking tissue that is kept"),
    Quantity("orifice_model_error", "1", -1.0, 1.0, "relative error of the orifice's movement"),
)


@dataclass(frozen=True, slots=True, eq=False)
class RingMechanics:
    """Parameters of the pore's mechanics; each field is a number or one per draw.

    Sources, ranges and meanings stand in ``data/tissue/mechanics.toml`` under the same names.
    """

    poisson_ratio: float | Floats
    skin_tension: float | Floats
    plug_pressure_at_rest: float | Floats
    soft_ring_modulus: float | Floats
    soft_ring_radius: float | Floats
    patch_constraint: float | Floats
    pore_dose_ratio: float | Floats
    pore_dose_reach: float | Floats
    collagen_stiffness_exponent: float | Floats
    immature_stiffness: float | Floats
    dermal_thickening: float | Floats
    deposition_pre_strain: float | Floats
    deposition_isotropy: float | Floats
    shrinkage_strain: float | Floats
    shrinkage_isotropy: float | Floats
    picking_widening: float | Floats
    upper_dermis_modulus: float | Floats
    funnel_depth_ratio: float | Floats
    duct_ratio: float | Floats
    thickening_share: float | Floats
    orifice_model_error: float | Floats

    def __post_init__(self) -> None:
        for quantity in _LIMITS:
            quantity.require(getattr(self, quantity.name))
        shapes = {np.shape(getattr(self, field.name)) for field in fields(self)} - {()}
        if len(shapes) > 1 or any(len(shape) != 1 for shape in shapes):
            raise ParameterError(
                f"mechanics parameters have the shapes {sorted(shapes)}; each must be one number "
                "or an array (n_draw,) of the same length."
            )

    @classmethod
    def typical(cls) -> "RingMechanics":
        """Return the library's values."""
        return cls.from_values({})

    @classmethod
    def from_values(cls, values: Mapping[str, float | Floats]) -> "RingMechanics":
        """Return the library's values, some replaced by name; names of other rooms are ignored."""
        library = table("tissue", "mechanics")
        return cls(**{f.name: values.get(f.name, library[f.name].value) for f in fields(cls)})

    @property
    def n_draw(self) -> int:
        """Number of draws; 1 if every field is a plain number."""
        return max(np.size(getattr(self, field.name)) for field in fields(self))


@dataclass(frozen=True, slots=True, eq=False)
class RingMesh:
    """Edges of concentric rings in units of the stress-free pore radius; the first is 1."""

    edges: Floats

    def __post_init__(self) -> None:
        edges = self.edges
        if edges.ndim != 1 or edges.size < 2 or edges[0] != 1.0 or not (np.diff(edges) > 0.0).all():
            raise ParameterError(
                f"ring edges must start at 1 (the pore's wall) and increase strictly; got shape "
                f"{edges.shape} starting at {edges.flat[0]:g}."
            )

    @property
    def n_element(self) -> int:
        """Number of rings."""
        return self.edges.size - 1

    @property
    def centre(self) -> Floats:
        """Mean radius of each ring, shape (n_element,)."""
        return np.asarray(0.5 * (self.edges[1:] + self.edges[:-1]))


def ring_mesh(n_element: int = 20, extent: float = 10.0) -> RingMesh:
    """Return rings of equal ratio of radii, from the wall to `extent` pore radii.

    Parameters
    ----------
    n_element : int
        Number of rings.
    extent : float
        Outer radius of the treated patch, in pore radii. The patch of a face is far larger than any
        pore; 10 radii bring the result to within 4 % of an infinite patch, even a clamped one.

    Raises
    ------
    ParameterError
        If there is no ring or the patch is no wider than the pore.

    Examples
    --------
    >>> ring_mesh(2, extent=4.0).edges
    array([1., 2., 4.])
    """
    if n_element < 1 or not 1.0 < extent < np.inf:
        raise ParameterError(
            f"a ring mesh needs at least one ring and an extent above 1 pore radius; got "
            f"{n_element} rings to {extent:g} radii."
        )
    edges = extent ** (np.arange(n_element + 1) / n_element)
    return RingMesh(np.asarray(edges, dtype=np.float64))


def dose_profile(mesh: RingMesh, parameters: RingMechanics) -> Floats:
    """Stimulus of each ring relative to the one at the pore's wall.

    Parameters
    ----------
    mesh : RingMesh
        Mesh of the rings.
    parameters : RingMechanics
        Parameters, of which `pore_dose_ratio` (wall over far) and `pore_dose_reach` (pore radii)
        count.

    Returns
    -------
    ndarray of float64, shape (n_draw, n_element)
        1 at the wall, falling exponentially to 1 / `pore_dose_ratio` far away [-].

    Examples
    --------
    >>> threefold = RingMechanics.from_values({"pore_dose_ratio": 3.0})
    >>> dose_profile(ring_mesh(3, extent=27.0), threefold).round(2)
    array([[0.68, 0.36, 0.33]])
    """
    far = 1.0 / _column(parameters.pore_dose_ratio)
    distance = (mesh.centre - 1.0) / _column(parameters.pore_dose_reach)
    profile = far + (1.0 - far) * np.exp(-distance)
    return np.array(np.broadcast_to(profile, (parameters.n_draw, mesh.n_element)))


def resting_modulus(mesh: RingMesh, parameters: RingMechanics) -> Floats:
    """Modulus of each ring at rest over that of the far skin, shape (n_draw, n_element).

    A ring cut by the edge of the soft tissue gets the area-weighted mean.
    """
    inner, outer = mesh.edges[:-1], mesh.edges[1:]
    boundary = np.clip(_column(parameters.soft_ring_radius), inner, outer)
    soft_share = (boundary**2 - inner**2) / (outer**2 - inner**2)
    modulus = 1.0 - (1.0 - _column(parameters.soft_ring_modulus)) * soft_share
    return np.array(np.broadcast_to(modulus, (parameters.n_draw, mesh.n_element)))


@dataclass(frozen=True, slots=True, eq=False)
class RestingRing:
    """The ring before treatment, from which every change is reckoned. Arrays (n_element, n_draw).

    The far end is anchored to the resting state: however stiff the surroundings are, they carry the
    resting tension when nothing has changed.
    """

    rings: LameRings
    modulus: Floats
    pressure: Floats  # (n_draw,)
    far_stress: Floats  # (n_draw,)
    far_stiffness: Floats  # (n_draw,)
    wall_strain: Floats  # (n_draw,)
    radial_strain: Floats
    hoop_strain: Floats

    @classmethod
    def of(cls, mesh: RingMesh, parameters: RingMechanics, n_draw: int = 1) -> "RestingRing":
        """Return the resting ring of `n_draw` draws (or of as many as the parameters hold)."""
        if parameters.n_draw not in (1, n_draw) and n_draw != 1:
            raise ParameterError(
                f"the mechanics parameters hold {parameters.n_draw} draws but the histories hold "
                f"{n_draw}; give both the same number of draws."
            )
        n_draw = max(n_draw, parameters.n_draw)
        nu = np.broadcast_to(np.atleast_1d(parameters.poisson_ratio), n_draw)
        tension = np.broadcast_to(np.atleast_1d(parameters.skin_tension), n_draw)
        pressure = np.broadcast_to(np.atleast_1d(parameters.plug_pressure_at_rest), n_draw)
        constraint = np.broadcast_to(np.atleast_1d(parameters.patch_constraint), n_draw)
        rings = LameRings.of(mesh.edges, np.asarray(nu))
        modulus = resting_modulus(mesh, parameters).T
        modulus = np.array(np.broadcast_to(modulus, (mesh.n_element, n_draw)), order="C")
        none = np.zeros_like(modulus)

        # infinite equal skin outside, stretched by the tension as if there were no hole
        equal_skin = 1.0 / (1.0 + nu)
        remote = 2.0 * tension * equal_skin
        rest = rings.displacement(modulus, (none, none), pressure, remote, equal_skin)
        outer_strain = rest[-1] / mesh.edges[-1]
        outer_stress = remote - equal_skin * outer_strain

        far_stiffness = constraint * equal_skin
        far_stress = outer_stress + far_stiffness * outer_strain
        # solved again with the anchored far end, so that no change gives the same bits
        rest = rings.displacement(modulus, (none, none), pressure, far_stress, far_stiffness)
        radial, hoop = rings.mean_strain(rest, (none, none))
        return cls(
            rings=rings,
            modulus=modulus,
            pressure=np.asarray(pressure),
            far_stress=far_stress,
            far_stiffness=far_stiffness,
            wall_strain=rest[0],
            radial_strain=radial,
            hoop_strain=hoop,
        )

    def changed(
        self,
        relative_modulus: Floats,
        eigenstrain: tuple[Floats, Floats],
        relative_pressure: Floats,
    ) -> tuple[Floats, Floats, Floats]:
        """Diameter ratio (n_draw,), changes of mean radial and hoop strain (n_element, n_draw)."""
        displacement = self.rings.displacement(
            self.modulus * relative_modulus,
            eigenstrain,
            self.pressure * relative_pressure,
            self.far_stress,
            self.far_stiffness,
        )
        radial, hoop = self.rings.mean_strain(displacement, eigenstrain)
        # relative to the resting diameter and logarithmic, so that no pore ever closes
        change = (displacement[0] - self.wall_strain) / (1.0 + self.wall_strain)
        ratio = np.exp(change)
        return ratio, radial - self.radial_strain, hoop - self.hoop_strain


def resting_opening(mesh: RingMesh, parameters: RingMechanics) -> Floats:
    """Strain of the pore at rest: how far tension and plug hold it open.

    Returns
    -------
    ndarray of float64, shape (n_draw,)
        Resting diameter over stress-free diameter, minus 1 [-]. Small-strain theory is used, so
        values above about 0.3 are indicative only.
    """
    return RestingRing.of(mesh, parameters).wall_strain


def opening(
    mesh: RingMesh,
    parameters: RingMechanics,
    relative_modulus: Floats,
    radial_eigenstrain: Floats,
    hoop_eigenstrain: Floats,
    relative_pressure: Floats,
) -> Floats:
    """Pore diameter over its resting diameter after a change of the tissue around it.

    Parameters
    ----------
    mesh : RingMesh
        Mesh of the rings.
    parameters : RingMechanics
        The pore at rest and its surroundings.
    relative_modulus : ndarray of float64, shape (n_draw, n_element)
        Modulus over its resting value [-]; 1 is no change.
    radial_eigenstrain, hoop_eigenstrain : ndarray of float64, shape (n_draw, n_element)
        Strain the tissue would take on if it were free [-]; negative is shrinkage.
    relative_pressure : ndarray of float64, shape (n_draw,)
        Pressure of the plug over its resting value [-].

    Returns
    -------
    ndarray of float64, shape (n_draw,)
        Diameter ratio [-]; exactly 1 without change.

    Raises
    ------
    ParameterError
        If shapes disagree or a modulus is not positive.

    Notes
    -----
    The change of the wall's strain is read as a logarithmic one, so that strong changes wear off
    instead of closing the pore; below 5 % this is within 0.13 % of the plain ratio.

    Each ring is solved exactly, so uniform rings carry no discretisation error at all; properties
    that vary smoothly converge with the square of the ring width.

    Examples
    --------
    >>> mesh, pore = ring_mesh(), RingMechanics.typical()
    >>> rest, none = np.ones((1, mesh.n_element)), np.zeros((1, mesh.n_element))
    >>> opening(mesh, pore, rest, none, none, np.ones(1))
    array([1.])
    """
    shape = (relative_pressure.size, mesh.n_element)
    for name, array in (
        ("relative_modulus", relative_modulus),
        ("radial_eigenstrain", radial_eigenstrain),
        ("hoop_eigenstrain", hoop_eigenstrain),
    ):
        if array.shape != shape:
            raise ParameterError(
                f"{name} has shape {array.shape}; expected (n_draw, n_element) = {shape}."
            )
    if not (relative_modulus > 0.0).all():
        raise ParameterError(
            f"relative_modulus is {relative_modulus.min():g}; expected above 0 everywhere."
        )
    resting = RestingRing.of(mesh, parameters, shape[0])
    eigenstrain = (radial_eigenstrain.T.copy(), hoop_eigenstrain.T.copy())
    ratio, _, _ = resting.changed(relative_modulus.T.copy(), eigenstrain, relative_pressure)
    return ratio


def _column(value: float | Floats) -> Floats:
    """Return one value per draw as a column that broadcasts against rings."""
    return np.atleast_1d(np.asarray(value, dtype=np.float64))[:, np.newaxis]
