"""Fluence rate in the tissue, in W/m2, from an irradiance or a power at the skin.

A run is of one joule; light is linear, so its fluence times the power that falls onto the skin is
the fluence rate. An irradiance is power over the area of the spot (`porelight.laser.beam`).
"""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from porelight.errors import ParameterError
from porelight.light.field import fluence_of
from porelight.quantities import Floats, Quantity
from porelight.units import J_per_cm2, W_per_cm2
from porelight.workflows.light import LightResult

# in a flat-top beam the fluence on the axis is even over this share of its radius
_NEAR_AXIS = 0.25
_N_DEPTHS = 12
# above 0, as what it is a share of; to the power of the strongest lasers
IRRADIANCE = Quantity("irradiance", "W/m2", 1e-9, 1e20, "power over the area of the spot")
POWER = Quantity("power", "W", 1e-15, 1e16, "power of the beam")
EXPOSURE = Quantity("radiant_exposure", "J/m2", 1e-9, 5e7, "energy over the area of the spot")


class DepthRow(NamedTuple):
    """The fluence rate at one depth."""

    depth: float  # of the middle of the cells [m]
    layer: str
    near_axis: float  # mean over the cells within a quarter of the beam's radius


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class LightFluence:
    """Fluence rate under a beam of a stated power; fluence, if an energy was stated.

    Attributes
    ----------
    amount : float
        Power [W] or energy [J] that falls onto the skin.
    per_area : float
        The same over the area of the spot [W/m2 or J/m2]; infinite for a pencil beam.
    is_energy : bool
        Whether these are energies.
    result : LightResult
        The run.
    fluence : ndarray of float64, shape (n_z, n_r)
        Fluence rate [W/m2], or fluence [J/m2]; NaN at depths that a vessel reaches, where it does
        not follow from what was absorbed.
    standard_error : ndarray of float64, shape (n_z, n_r)
        Its standard error, cell by cell.
    """

    amount: float
    per_area: float
    is_energy: bool
    result: LightResult
    fluence: Floats
    standard_error: Floats

    @property
    def unit_per_cm2(self) -> tuple[str, float]:
        """The unit that a reader expects, W/cm2 or J/cm2, and how much of SI it is."""
        return ("J/cm2", J_per_cm2) if self.is_energy else ("W/cm2", W_per_cm2)

    @property
    def has_area(self) -> bool:
        """Whether the beam has an area over which it is stated."""
        return math.isfinite(self.per_area)

    @property
    def rows(self) -> list[DepthRow]:
        """Fluence rate near the axis at depths from the surface down, but for those of vessels."""
        grid, setup = self.result.field.grid, self.result.setup
        reach = _NEAR_AXIS * 0.5 * setup.beam.spot_diameter
        n_rings = max(1, int(np.searchsorted(grid.r_edges, reach, side="right")) - 1)
        area = grid.ring_area[:n_rings]
        near = (self.fluence[:, :n_rings] @ area) / area.sum()
        planes = np.cumsum(setup.optics.thickness)
        last = grid.z.size - 1
        # depths that double: most happens near the surface
        steps = np.unique(np.rint(np.geomspace(1, last + 1, _N_DEPTHS)).astype(int)) - 1
        rows = []
        for i in steps[np.isfinite(near[steps])]:
            layer = min(int(np.searchsorted(planes, grid.z[i])), setup.optics.n_layers - 1)
            rows.append(DepthRow(float(grid.z[i]), setup.layer_names[layer], float(near[i])))
        return rows

    def __repr__(self) -> str:
        """Return what falls onto the skin, and the fluence rate by depth."""
        unit, scale = self.unit_per_cm2
        lines = [f"{self.amount:.6g} {unit[0]} onto the skin; fluence near the axis:"]
        for row in self.rows:
            value = f"{row.near_axis / scale:.4g} {unit}"
            lines.append(f"  {row.depth * 1e3:.4g} mm ({row.layer}): {value}")
        return "\n".join(lines)


def light_fluence(
    result: LightResult,
    *,
    irradiance: float | None = None,
    power: float | None = None,
    radiant_exposure: float | None = None,
) -> LightFluence:
    """Return the fluence rate of a run for what falls onto the skin.

    Parameters
    ----------
    result : LightResult
        A run in plane layers.
    irradiance : float, optional
        Power over the area of the spot [W/m2].
    power : float, optional
        Power of the beam [W].
    radiant_exposure : float, optional
        Energy over the area of the spot [J/m2], for a fluence in place of a fluence rate.

    Raises
    ------
    ParameterError
        If there is not exactly one of the three, it is out of range, the beam has no area, or
        the fluence does not follow from what was absorbed.

    Examples
    --------
    >>> from porelight import Beam, LightSetup, Skin, light_run
    >>> setup = LightSetup.of_skin(Skin.typical("cheek", 3, 40.0), 1064e-9, Beam("flat-top", 5e-3))
    >>> found = light_fluence(light_run(setup, photons=16_000), irradiance=1e3)
    >>> round(found.amount, 6)  # 1000 W/m2 on a spot of 5 mm
    0.019635
    """
    given = ((IRRADIANCE, irradiance), (POWER, power), (EXPOSURE, radiant_exposure))
    known = [(quantity, value) for quantity, value in given if value is not None]
    if len(known) != 1:
        raise ParameterError(
            f"{len(known)} of irradiance, power and radiant_exposure are given; expected one."
        )
    quantity, value = known[0]
    name = quantity.name
    quantity.require(value)
    setup = result.setup
    area = setup.beam.area if setup.beam.diameter > 0.0 else 0.0
    if area == 0.0 and name != "power":
        raise ParameterError(
            f"a pencil beam has no area for its {name.replace('_', ' ')}; give the power, or a "
            "beam with a diameter."
        )
    if setup.follicle is not None:
        result.fluence  # noqa: B018  refuses, and says why
    amount = value if name == "power" else value * area
    mean, error = fluence_of(result.field, setup.optics)
    for vessel in setup.vessels:  # whose absorption is not that of the layer around it
        edges = result.field.grid.z_edges
        hidden = (edges[1:] > vessel.depth - vessel.radius) & (
            edges[:-1] < vessel.depth + vessel.radius
        )
        mean, error = (np.where(hidden[:, None], np.nan, one) for one in (mean, error))
    return LightFluence(
        amount=amount,
        per_area=amount / area if area else math.inf,
        is_energy=name == "radiant_exposure",
        result=result,
        fluence=mean * amount,
        standard_error=error * amount,
    )
