"""The textbook checks of heat: half-space, orders of convergence, superposition, ablation front.

Keys are those of the table in ``docs/theory/heat.md``. All are deterministic.
"""

import math

import numpy as np

from porelight.grid import Grid, graded_edges
from porelight.heat.ablation import AblationMaterial, ablate
from porelight.heat.closed_form import (
    HalfSpace,
    gaussian_pulse_rise,
    pulsed,
    steady_front_speed,
    surface_flux_rise,
)
from porelight.heat.conduction import Surface, conduction, temperature_rise
from porelight.heat.scan import pulse_response, session_rise, treatment_grid
from porelight.quantities import Floats
from porelight.tissue.thermal import LayeredThermal
from porelight.validation.case import CaseResult

CARSLAW_JAEGER = "Carslaw & Jaeger, Conduction of Heat in Solids (1959)"
CONSERVATION = "conservation of energy"
_DENSITY, _SPECIFIC_HEAT, _CONDUCTIVITY = 1109.0, 3391.0, 0.37
_BLOOD = 1050.0 * 3617.0
_RADIUS, _MU_A = 2.5e-3, 1e3  # a beam of 5 mm, light 1 mm deep
_REST = 306.0


def cases() -> list[CaseResult]:
    """Run H1 to H4; about 2 s, and 5 s more when the kernels are compiled for the first time."""
    return [*_surface_flux(), *_pulse(), *_scan(), *_ablation()]


def _result(  # noqa: PLR0913, PLR0917  the fields of a table row
    key: str,
    title: str,
    quantity: str,
    unit: str,
    expected: float,
    found: float,
    tolerance: float,
    source: str,
) -> CaseResult:
    return CaseResult(key, title, quantity, unit, expected, found, 0.0, tolerance, source)


def _skin(perfusion_rate: float) -> LayeredThermal:
    return LayeredThermal(
        thickness=np.array([math.inf]),
        density=np.array([_DENSITY]),
        specific_heat=np.array([_SPECIFIC_HEAT]),
        thermal_conductivity=np.array([_CONDUCTIVITY]),
        perfusion_rate=np.array([perfusion_rate]),
        arterial_temperature=310.15,
        blood_heat_capacity=_BLOOD,
    )


def _half_space(heat_transfer: float, perfusion_rate: float) -> HalfSpace:
    return HalfSpace(
        _CONDUCTIVITY, _DENSITY * _SPECIFIC_HEAT, heat_transfer, perfusion_rate * _BLOOD
    )


def _absorbed(grid: Grid) -> Floats:
    """Cell means of a Gaussian beam under Beer-Lambert's law [1/m3]."""
    depth = -np.diff(np.exp(-_MU_A * grid.z_edges)) / np.diff(grid.z_edges)
    across = -np.diff(np.exp(-np.square(grid.r_edges / _RADIUS))) / grid.ring_area
    return np.outer(depth, across)


def _surface_flux() -> list[CaseResult]:
    """H1: a constant flux, put into a first cell of 2 um."""
    grid = Grid(np.array([0.0, 1.0]), graded_edges(2e-6, 1.04, 1e-3, 20e-3))
    flux, time = 1e4, 10.0
    source = np.zeros(grid.shape)
    source[0] = flux / np.diff(grid.z_edges)[0]
    air = Surface(0.0, 295.0, 0.0)
    rise = temperature_rise(grid, _skin(0.0), air, source, time, np.array([time]), tolerance=1e-6)
    surface = float(rise[0, 0, 0] + flux / _CONDUCTIVITY * grid.z[0])
    exact = surface_flux_rise(_half_space(0.0, 0.0), flux, np.append(0.0, grid.z), time)
    title, source_name = "half-space under a constant flux", f"{CARSLAW_JAEGER}, 2.9"
    worst = float(np.abs(rise[0, :, 0] - exact[1:]).max() / exact[0])
    return [
        _result(
            "H1", title, "surface rise", "K", float(exact[0]), surface, 1e-3 * exact[0], source_name
        ),
        _result("H1", title, "largest error in depth", "1", 0.0, worst, 1e-3, source_name),
    ]


def _pulse() -> list[CaseResult]:
    """H2: a Gaussian in r and an exponential in depth, perfused, under a surface that cools."""
    air, width = Surface(200.0, 295.0, 0.0), 1e-8
    medium, time = _half_space(200.0, 2e-3), np.array([0.2])
    errors = []
    for n in (40, 80):
        grid = Grid(np.linspace(0.0, 12e-3, n + 1), np.linspace(0.0, 8e-3, 2 * n + 1))
        source = _absorbed(grid) / width
        rise = temperature_rise(grid, _skin(2e-3), air, source, width, time, tolerance=1e-7)[0]
        exact = gaussian_pulse_rise(medium, _RADIUS, _MU_A, grid.r, grid.z[:, None], 0.2)
        errors.append(float(np.abs(rise - exact).max() / exact.max()))
    in_space = math.log2(errors[0] / errors[1])

    grid = Grid(np.linspace(0.0, 8e-3, 31), np.linspace(0.0, 6e-3, 61))
    heating, end = 1e6 * _absorbed(grid), np.array([3.0])
    skin = _skin(2e-3)
    fine = conduction(grid, skin, air, heating, 3.0, end, tolerance=1e-10)
    steps = [
        conduction(grid, skin, air, heating, 3.0, end, step=3.0 / n).rise - fine.rise
        for n in (8, 16)
    ]
    in_time = math.log2(float(np.abs(steps[0]).max() / np.abs(steps[1]).max()))
    run = conduction(grid, skin, air, heating, 3e-4, np.array([600.0]))
    lost = run.stored + run.surface_loss + run.perfusion_loss + run.deep_loss
    title, source_name = "Gaussian pulse in a perfused half-space", f"{CARSLAW_JAEGER}, 10.3, 14.2"
    return [
        _result("H2", title, "largest error", "1", 0.0, errors[1], 2e-3, source_name),
        _result("H2", title, "observed order in space", "1", 2.0, in_space, 0.1, source_name),
        _result("H2", title, "observed order in time", "1", 5.0, in_time, 0.5, "order by design"),
        _result(
            "H2", title, "energy out over in", "1", 1.0, float(lost[0] / run.delivered[0]), 1e-10,
            CONSERVATION,
        ),
    ]  # fmt: skip


def _scan() -> list[CaseResult]:
    """H3: fifty pulses along a line, and a lattice of pulses over a wide area."""
    air, medium, pulse, energy = Surface(100.0, 295.0, 0.0), _half_space(100.0, 2e-3), 3e-4, 2.75
    grid, depths = treatment_grid(5e-3), np.array([0.0, 1e-4, 5e-4, 2e-3])
    skin = _skin(2e-3)
    response = pulse_response(grid, skin, air, _absorbed(grid), pulse, depths, 200.0)
    start = np.arange(50) / 7.0
    path = np.stack([np.linspace(-20e-3, 20e-3, 50), np.zeros(50)], axis=1)
    places = np.array([[0.0, 0.0], [5e-3, 1e-3], [20e-3, 4e-3]])
    times = np.array([3.58, 7.1, 20.0, 60.0, 200.0])
    found = session_rise(response, start, path, energy, places, times)
    exact = np.zeros_like(found)
    for i, time in enumerate(times):
        for begin, centre in zip(start, path, strict=True):
            if begin + pulse < time:
                exact[i] += energy * _pulse_at(medium, centre, places, depths, time - begin, pulse)
    scale = np.abs(exact).max(axis=(1, 2))
    worst = float((np.abs(found - exact).max(axis=(1, 2)) / scale).max())

    pitch, late = 3e-3, np.array([30.0])
    line = pitch * np.arange(-20, 21)
    lattice = np.stack(np.meshgrid(line, line), axis=-1).reshape(-1, 2)
    at_once = np.zeros(lattice.shape[0])
    corners = pitch * np.array([[0.0, 0.0], [0.5, 0.0], [0.5, 0.5]])
    warm = session_rise(response, at_once, lattice, energy, corners, late)[0, :, 2].mean()
    column = Grid(np.array([0.0, 1.0]), grid.z_edges)
    power = -np.diff(np.exp(-_MU_A * grid.z_edges)) / np.diff(grid.z_edges)
    source = (energy / pitch**2 / pulse * power)[:, None]
    flat = temperature_rise(column, skin, air, source, pulse, late, tolerance=1e-6)[0, :, 0]
    expected = float(np.interp(depths[2], grid.z, flat))
    title = "superposition of pulses"
    return [
        _result(
            "H3", title, "largest error, 50 pulses", "1", 0.0, worst, 5e-3,
            f"{CARSLAW_JAEGER}, 10.3, 14.2, summed",
        ),
        _result(
            "H3", title, "rise 0.5 mm under a wide lattice", "K", expected, float(warm),
            3e-3 * expected, "the same energy in one dimension",
        ),
    ]  # fmt: skip


def _pulse_at(
    medium: HalfSpace, centre: Floats, places: Floats, depths: Floats, age: float, pulse: float
) -> Floats:
    r = np.hypot(*(places - centre).T)[:, None]
    return pulsed(lambda t: gaussian_pulse_rise(medium, _RADIUS, _MU_A, r, depths, t), age, pulse)


def _ablation() -> list[CaseResult]:
    """H4: a long pulse that ablates steadily, with and without losses."""
    mu_a, irradiance, boiling = 2e5, 1e8, 373.15
    values = {
        "mu_a_skin_2790": mu_a,
        "hot_absorption_2790": 1.0,
        "dry_absorption": 1.0,
        "boil_off_temperature": boiling,
        "heat_of_ablation": 2.0e9,
    }
    material = AblationMaterial.from_values(values)
    removal = material.latent_heat + material.heat_capacity * (boiling - _REST)
    transfer = 1e5  # far above any cooling, so that the loss can be seen: 7 % of the irradiance
    cooled = ablate(material, 1e5, 1e-3, Surface(transfer, 295.0, 0.0), _REST, 1.01e-3, cell=0.1e-6)
    steady = np.flatnonzero(cooled.ablated & (cooled.removal_time > 5e-4))
    speed = np.polyfit(cooled.removal_time[steady], cooled.depth[steady], 1)[0]
    expected = steady_front_speed(irradiance, transfer * (boiling - _REST), removal)

    # the least conductivity: depth z flies off at h/(mu I) + z h/I
    still = AblationMaterial.from_values(values | {"thermal_conductivity_skin": 0.01})
    errors = []
    for cell in (4e-6, 2e-6):
        run = ablate(still, 1e5, 1e-3, Surface(0.0, 295.0, 0.0), _REST, 1.01e-3, cell=cell)
        gone = np.flatnonzero(run.ablated)[1:-1]
        arrival = removal / irradiance * (1.0 / mu_a + run.depth[gone])
        errors.append(float(np.abs(run.removal_time[gone] - arrival).max()))
    order = math.log2(errors[0] / errors[1])
    out = cooled.stored + cooled.carried_away + cooled.surface_loss
    title, source = "steady ablation front", "(I - I_loss) / heat of ablation"
    return [
        _result("H4", title, "speed", "m/s", expected, float(speed), 2e-3 * expected, source),
        _result(
            "H4", title, "observed order of arrival in cell size", "1", 2.0, order, 0.2,
            "exact without conduction",
        ),
        _result(
            "H4", title, "energy out over in", "1", 1.0, out / cooled.absorbed, 1e-9, CONSERVATION
        ),
    ]  # fmt: skip
