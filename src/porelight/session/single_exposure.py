"""Heat of one exposure of one place: photons, then conduction, per unit of radiant exposure.

Absorption and conduction are linear, so one run gives the temperature for any strength of the beam.
"""

import math
from dataclasses import dataclass

import numpy as np

from porelight.data.values import LibraryValues
from porelight.errors import ParameterError
from porelight.grid import Grid, graded_edges
from porelight.heat.conduction import (
    cooled_temperature,
    exposure_rise,
    resting_temperature,
)
from porelight.heat.cooling import SurfaceSchedule, require_unfrozen
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.laser.beam import Beam
from porelight.light.field import LightField
from porelight.light.transport import transport
from porelight.quantities import RADIANT_EXPOSURE, WAVELENGTH, Floats
from porelight.session.target import Target
from porelight.tissue.optics import LayeredOptics, skin_optics
from porelight.tissue.thermal import LayeredThermal, skin_thermal

_RINGS = 10  # rings of the grid inside the spot
_FOLLOWED = 10.0  # s simulated after the exposure; what is still warm then is far below injury
_LONGEST = 600.0  # s; over longer times skin raises its blood flow, which is not modelled here
_N_PHOTONS = 200_000
_COOLING_TIMES = 32  # times simulated in each interval of cooling
_MANY = 40  # pulses in a train from which on fewer times are simulated for each


@dataclass(frozen=True, slots=True, eq=False)
class SingleExposure:
    """Light on one place: all its settings but the radiant exposure.

    Attributes
    ----------
    wavelength : float
        Vacuum wavelength, 400 to 3000 nm [m].
    beam : Beam
        Profile and diameter at the skin.
    temporal_profile : TemporalProfile
        Power over time; use `TemporalProfile.delayed` if cooling comes first.
    surface : SurfaceSchedule
        What cools the surface from time 0 on: air, cold air, a plate or a cryogen.
    """

    wavelength: float
    beam: Beam
    temporal_profile: TemporalProfile
    surface: SurfaceSchedule

    def __post_init__(self) -> None:
        """Check what the parts do not check themselves."""
        WAVELENGTH.require(self.wavelength)
        if self.beam.profile == "pencil":
            raise ParameterError(
                "a pencil beam has no radiant exposure; use a flat-top or gaussian beam."
            )
        if self.temporal_profile.duration > _LONGEST:
            raise ParameterError(
                f"the exposure lasts {self.temporal_profile.duration:g} s; expected at most "
                f"{_LONGEST:g} s, as blood flow that rises with warmth is not simulated here."
            )


@dataclass(frozen=True, slots=True, eq=False)
class Heating:
    """Temperature where the beam is strongest, for any radiant exposure.

    Attributes
    ----------
    target, exposure : Target, SingleExposure
        The skin and the exposure that were simulated.
    light : LightField
        Energy absorbed at each place, per joule.
    time : ndarray of float64, shape (n_time,)
        Since the start of the exposure or of its cooling [s].
    depth : ndarray of float64, shape (n_depth,)
        Centres of the cells [m].
    rise : ndarray of float64, shape (n_time, n_depth)
        Temperature rise per energy over the area of the spot [K m2/J].
    unlit : ndarray of float64, shape (n_time, n_depth)
        Temperature without the light: at rest, or cooled [K].
    peak_factor : float
        Radiant exposure where the beam is strongest over energy per area of the spot [-]: 1 for a
        flat top, 2 for a Gaussian.
    """

    target: Target
    exposure: SingleExposure
    light: LightField
    time: Floats
    depth: Floats
    rise: Floats
    unlit: Floats
    peak_factor: float

    @property
    def living(self) -> Floats:
        """True at depths with living cells, below the stratum corneum, shape (n_depth,)."""
        return np.asarray(self.depth >= self.target.living_from)

    def temperature(self, radiant_exposure: float) -> Floats:
        """Return the temperature at a radiant exposure.

        Parameters
        ----------
        radiant_exposure : float
            Pulse energy over the area of the spot [J/m2].

        Returns
        -------
        ndarray of float64, shape (n_time, n_depth)
            Temperature [K]. Boiling is not in the model: above 100 degC it is too high for skin
            whose water boils away.
        """
        RADIANT_EXPOSURE.require(radiant_exposure)
        return self.unlit + radiant_exposure * self.rise


def heating(
    target: Target, exposure: SingleExposure, *, n_photons: int = _N_PHOTONS, seed: int = 1
) -> Heating:
    """Return the temperature rise of a target under an exposure, per unit of radiant exposure.

    Parameters
    ----------
    target : Target
        The skin that is exposed.
    exposure : SingleExposure
        Wavelength, beam, course of power and cooling.
    n_photons : int
        Photons to follow; 200 000 give a threshold to about 1 %.
    seed : int
        Seed of the photons' random numbers.

    Raises
    ------
    ParameterError
        If a number is out of range, or the cooling freezes living skin.

    Notes
    -----
    The temperature is the mean over the places where the irradiance is within 2 % of its largest
    value, in the middle 3/10 of that part: the edges of a flat top lose light and heat sideways.
    """
    values = target.values
    optics = skin_optics(target.skin, exposure.wavelength, values)
    thermal = skin_thermal(target.skin, values)
    grid = _grid(exposure, optics)
    light = transport(optics, exposure.beam, grid, n_photons=n_photons, seed=seed)
    irradiance = exposure.beam.irradiance(grid.r)
    strongest = np.flatnonzero(irradiance >= 0.98 * irradiance.max())
    first, reach = grid.r[strongest[0]], 0.15 * exposure.beam.diameter
    rings = strongest[grid.r[strongest] <= first + reach]
    time = _times(exposure)
    run = exposure_rise(
        grid,
        thermal,
        exposure.surface,
        light.absorbed * exposure.beam.area,
        exposure.temporal_profile,
        time,
        n_rings=int(rings[-1]) + 1,
    )
    share = grid.ring_area[rings] / grid.ring_area[rings].sum()
    unlit = _unlit(target, exposure, grid, thermal, time)
    require_unfrozen(time, grid.z, unlit, living_from=target.living_from)
    return Heating(
        target=target,
        exposure=exposure,
        light=light,
        time=time,
        depth=grid.z,
        rise=run.rise[:, :, rings] @ share,
        unlit=unlit,
        peak_factor=float(irradiance.max() * exposure.beam.area),
    )


def _unlit(
    target: Target,
    exposure: SingleExposure,
    grid: Grid,
    thermal: LayeredThermal,
    time: Floats,
) -> Floats:
    """Return the temperature without light, shape (n_time, n_depth) [K]."""
    if target.state == "excised":
        start = np.full(grid.shape[0], LibraryValues("pig", target.values)("bench_temperature"))
        if len(exposure.surface.surfaces) == 1 and exposure.surface == room_air(target):
            return np.tile(start, (time.size, 1))
    else:
        start = resting_temperature(grid, thermal, Surface.from_values(target.values))
    return cooled_temperature(grid, thermal, exposure.surface, start, time)


def room_air(target: Target) -> SurfaceSchedule:
    """Return the surface of a target in still room air."""
    return SurfaceSchedule.of(Surface.from_values(target.values))


def _grid(exposure: SingleExposure, optics: LayeredOptics) -> Grid:
    radius = 0.5 * exposure.beam.diameter
    follow = exposure.temporal_profile.duration + _FOLLOWED
    # light scatters some millimetres sideways, heat spreads sqrt(4 alpha t)
    margin = 10e-3 + 3.0 * math.sqrt(4.0 * 1.1e-7 * follow)
    ring = radius / _RINGS
    outer = graded_edges(1.1 * ring, 1.15, max(1.5e-3, ring), margin + radius)
    r_edges = np.concatenate([ring * np.arange(_RINGS + 1), radius + outer[1:]])
    first = min(5e-6, 0.2 / float(optics.mu_a[0]))
    return Grid(r_edges, graded_edges(first, 1.1, 5e-4, 12e-3 + margin))


def _times(exposure: SingleExposure) -> Floats:
    """Return the times to simulate: dense while the light is on, even in ln t after it."""
    begin, end = exposure.temporal_profile.begin, exposure.temporal_profile.end
    joined = begin[1:] <= end[:-1] * (1.0 + 1e-12)
    starts = begin[np.concatenate([[True], ~joined])]
    ends = end[np.concatenate([~joined, [True]])]
    inside, per_decade = (24, 10) if starts.size <= _MANY else (6, 3)
    last = float(ends[-1]) + _FOLLOWED
    times = [np.zeros(1)]
    for since, until, _ in exposure.surface.pieces(last)[:-1]:
        times.append(since + (until - since) * np.linspace(0.0, 1.0, _COOLING_TIMES + 1) ** 2)
    for start, stop, following in zip(starts, ends, [*starts[1:], last], strict=True):
        # quadratic: the rise of a thin layer is steepest at the start
        times.append(start + (stop - start) * np.linspace(0.0, 1.0, inside + 1) ** 2)
        gap = float(following - stop)
        if gap > 0.0:
            earliest = min(0.02 * (stop - start), 0.02 * gap)
            n = math.ceil(per_decade * math.log10(gap / earliest)) + 1
            times.append(stop + np.geomspace(earliest, gap, n))
    return np.unique(np.concatenate(times))
