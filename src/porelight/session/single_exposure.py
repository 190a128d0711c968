"""Heat of one exposure of one place: photons, then conduction, per unit of radiant exposure.

Absorption and conduction are linear, so one run gives the temperature for any strength of the beam.
"""

import math
from dataclasses import dataclass

import numpy as np

from porelight.data.values import LibraryValues
from porelight.errors import ParameterError
from porelight.grid import Grid, graded_edges
from porelight.heat.conduction import cooled_temperature, resting_temperature
from porelight.heat.cooling import SurfaceSchedule, require_unfrozen
from porelight.heat.mean_rise import mean_rise
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.laser.beam import Beam
from porelight.light.field import LightField
from porelight.light.transport import transport
from porelight.quantities import RADIANT_EXPOSURE, WAVELENGTH, Floats
from porelight.session.exposure_times import FOLLOWED, exposure_times
from porelight.session.target import Target
from porelight.session.visible_pigment import require_pigment
from porelight.tissue.optics import LayeredOptics, skin_optics
from porelight.tissue.thermal import LayeredThermal, skin_thermal

_RINGS = 10  # rings of the grid inside the spot
_LONGEST = 600.0  # s; over longer times skin raises its blood flow, which is not modelled here
_N_PHOTONS = 200_000
_FEW = 1_000


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
    n_pulses : int
        Equal pulses that share the energy; what is told per pulse is the total over this number.
    blackened : bool
        Whether soot or India ink on the surface takes up all the light, as in experiments on burns
        by flames; the wavelength does not matter then.
    """

    wavelength: float
    beam: Beam
    temporal_profile: TemporalProfile
    surface: SurfaceSchedule
    n_pulses: int = 1
    blackened: bool = False

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
    repeats : ndarray of float64, shape (n_time - 1,)
        How often the step after each time happens [-]; not 1 only in long trains, of which some
        pulses stand for others (`exposure_times`).
    peak_factor : float
        Radiant exposure where the beam is strongest over energy per area of the spot [-]: 1 for a
        flat top, 2 for a Gaussian.
    weight : ndarray of float64, shape (n_r,)
        Weight of each ring in the mean over the strongest part of the beam; they add up to 1.
    """

    target: Target
    exposure: SingleExposure
    light: LightField
    time: Floats
    depth: Floats
    rise: Floats
    unlit: Floats
    repeats: Floats
    peak_factor: float
    weight: Floats

    @property
    def living(self) -> Floats:
        """True at depths with living cells, below the stratum corneum, shape (n_depth,)."""
        return np.asarray(self.depth >= self.target.living_from)

    @property
    def strongest(self) -> float:
        """Largest energy of all pulses over the area of the spot that may be asked for [J/m2]."""
        return self.exposure.n_pulses * RADIANT_EXPOSURE.high

    def temperature(self, radiant_exposure: float) -> Floats:
        """Return the temperature at a radiant exposure.

        Parameters
        ----------
        radiant_exposure : float
            Energy of all pulses over the area of the spot [J/m2].

        Returns
        -------
        ndarray of float64, shape (n_time, n_depth)
            Temperature [K]. Boiling is not in the model: above 100 degC it is too high for skin
            whose water boils away.
        """
        RADIANT_EXPOSURE.require(
            radiant_exposure / self.exposure.n_pulses, "radiant_exposure of a pulse"
        )
        return self.unlit + radiant_exposure * self.rise


def heating(
    target: Target,
    exposure: SingleExposure,
    *,
    n_photons: int = _N_PHOTONS,
    seed: int = 1,
    refinement: int = 1,
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
    refinement : int
        Parts into which each cell of the grid is cut in each direction, to see what its size costs.

    Raises
    ------
    ParameterError
        If a number is out of range, the cooling freezes living skin, or a person's pigment is not
        one that was measured in visible light.

    Notes
    -----
    The temperature is the mean over the places where the irradiance is within 2 % of its largest
    value, in the middle 3/10 of that part: the edges of a flat top lose light and heat sideways.
    """
    values = target.values
    if not exposure.blackened:
        require_pigment(target.skin, exposure.wavelength, values)
    optics = skin_optics(target.skin, exposure.wavelength, values)
    thermal = skin_thermal(target.skin, values)
    grid = _grid(exposure, optics).refined(refinement)
    if exposure.blackened:
        n_photons = min(n_photons, _FEW)  # what they would do in bare skin is not used
    light = transport(optics, exposure.beam, grid, n_photons=n_photons, seed=seed)
    irradiance = exposure.beam.irradiance(grid.r)
    strongest = np.flatnonzero(irradiance >= 0.98 * irradiance.max())
    first, reach = grid.r[strongest[0]], 0.15 * exposure.beam.diameter
    rings = strongest[grid.r[strongest] <= first + reach]
    time, repeats = exposure_times(exposure.temporal_profile, exposure.surface)
    weight = np.zeros(grid.shape[1])
    weight[rings] = grid.ring_area[rings] / grid.ring_area[rings].sum()
    absorbed = _on_the_surface(exposure, grid) if exposure.blackened else light.absorbed
    rise = mean_rise(
        grid,
        thermal,
        exposure.surface,
        absorbed * exposure.beam.area,
        exposure.temporal_profile,
        time,
        weight,
    )
    unlit = _unlit(target, exposure, grid, thermal, time)
    require_unfrozen(time, grid.z, unlit, living_from=target.living_from)
    return Heating(
        target=target,
        exposure=exposure,
        light=light,
        time=time,
        depth=grid.z,
        rise=rise,
        unlit=unlit,
        repeats=repeats,
        peak_factor=float(irradiance.max() * exposure.beam.area),
        weight=weight,
    )


def _on_the_surface(exposure: SingleExposure, grid: Grid) -> Floats:
    """Return the energy density of light that is all absorbed on the surface, per joule [1/m3]."""
    density = np.zeros(grid.shape)
    density[0] = exposure.beam.irradiance(grid.r) / np.diff(grid.z_edges)[0]
    return density


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
    else:
        start = resting_temperature(grid, thermal, Surface.from_values(target.values))
    if exposure.surface == room_air(target):
        return np.tile(start, (time.size, 1))
    return cooled_temperature(grid, thermal, exposure.surface, start, time)


def room_air(target: Target) -> SurfaceSchedule:
    """Return the surface of a target in still room air."""
    return SurfaceSchedule.of(Surface.from_values(target.values))


def _grid(exposure: SingleExposure, optics: LayeredOptics) -> Grid:
    radius = 0.5 * exposure.beam.diameter
    follow = exposure.temporal_profile.duration + FOLLOWED
    # light scatters some millimetres sideways, heat spreads sqrt(4 alpha t)
    margin = 10e-3 + 3.0 * math.sqrt(4.0 * 1.1e-7 * follow)
    ring = radius / _RINGS
    outer = graded_edges(1.1 * ring, 1.15, max(1.5e-3, ring), margin + radius)
    r_edges = np.concatenate([ring * np.arange(_RINGS + 1), radius + outer[1:]])
    first = min(5e-6, 0.2 / float(optics.mu_a[0]))
    return Grid(r_edges, graded_edges(first, 1.1, 5e-4, 12e-3 + margin))
