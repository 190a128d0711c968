import math

import numpy as np
import pytest

from porelight.errors import ConvergenceError, ParameterError
from porelight.grid import Grid, graded_edges
from porelight.heat.closed_form import HalfSpace, gaussian_pulse_rise
from porelight.heat.conduction import exposure_rise
from porelight.heat.heterogeneous import heterogeneous_rise
from porelight.heat.materials import MaterialMap
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.tissue.thermal import LayeredThermal

K, RHO_C = 0.37, 3.76e6
CLOSED, AIR = Surface(0.0, 295.0, 0.0), Surface(200.0, 295.0, 0.0)


def even(grid: Grid, **changes: float) -> MaterialMap:
    ones = np.ones(grid.shape)
    return MaterialMap(K * ones, RHO_C * ones, changes.pop("perfusion", 0.0) * ones, **changes)


def two_layers(interface: float) -> LayeredThermal:
    return LayeredThermal(
        thickness=np.array([interface, math.inf]),
        density=np.array([1109.0, 911.0]),
        specific_heat=np.array([3391.0, 2348.0]),
        thermal_conductivity=np.array([0.5, 0.2]),
        perfusion_rate=np.array([0.0, 2e-3]),
        arterial_temperature=310.15,
        blood_heat_capacity=3.8e6,
    )


@pytest.mark.verification
def test_flux_through_shells_of_two_materials_is_exact():
    # heat from a core flows through two shells to a sink: the drop is Q ln(r2/r1) / (2 pi L k),
    # summed, between the centres of the cells beside them
    grid = Grid(np.linspace(0.0, 1e-3, 11), np.array([0.0, 1.0]))
    conductivity = np.full(grid.shape, 0.2)
    conductivity[:, 5:] = 0.6
    perfusion = np.zeros(grid.shape)
    perfusion[:, 8:] = 1e7
    materials = MaterialMap(conductivity, np.full(grid.shape, 1e5), perfusion)
    core = np.zeros(grid.shape)
    core[:, :2] = 1e7
    run = heterogeneous_rise(
        grid, materials, CLOSED, core * 20.0, TemporalProfile.rectangle(20.0), np.array([20.0]),
        tolerance=1e-5,
    )  # fmt: skip
    rise, r = run.rise[0, 0], grid.r
    total = 1e7 * math.pi * 2e-4**2
    inner = math.log(5e-4 / r[2]) / 0.2
    outer = math.log(r[7] / 5e-4) / 0.6
    assert rise[2] - rise[7] == pytest.approx(total / (2.0 * math.pi) * (inner + outer), rel=1e-6)


@pytest.mark.verification
def test_layers_give_what_the_fast_solver_gives():
    z_edges = np.concatenate(
        [np.linspace(0.0, 1e-3, 21), 1e-3 + graded_edges(6e-5, 1.2, 1e-3, 8e-3)[1:]]
    )
    grid = Grid(graded_edges(3e-4, 1.2, 1e-3, 8e-3), z_edges)
    thermal = two_layers(1e-3)
    absorbed = 5e7 * np.exp(-grid.z[:, None] / 5e-4 - (grid.r / 2e-3) ** 2)
    times = np.array([0.01, 0.3, 3.0])
    pulse = TemporalProfile.rectangle(0.01)
    fast = exposure_rise(grid, thermal, AIR, absorbed, pulse, times, tolerance=1e-6).rise
    found = heterogeneous_rise(
        grid, MaterialMap.layered(grid, thermal), AIR, absorbed, pulse, times, tolerance=1e-5
    ).rise
    # rings: flux between centres is straight in r there and logarithmic here
    for one, other in zip(found, fast, strict=True):
        np.testing.assert_allclose(one, other, atol=1.5e-2 * other.max())


@pytest.mark.verification
def test_observed_order_in_space_is_two_off_the_axis():
    radius, mu_a = 1.5e-3, 1500.0
    medium = HalfSpace(K, RHO_C, heat_transfer=200.0)
    errors = []
    for n in (15, 30):
        grid = Grid(np.linspace(0.0, 7e-3, n + 1), np.linspace(0.0, 5e-3, 2 * n + 1))
        depth = -np.diff(np.exp(-mu_a * grid.z_edges)) / np.diff(grid.z_edges)
        across = -np.diff(np.exp(-((grid.r_edges / radius) ** 2))) / grid.ring_area
        rise = heterogeneous_rise(
            grid, even(grid), AIR, np.outer(depth, across), TemporalProfile.rectangle(1e-6),
            np.array([0.2]), tolerance=1e-4,
        ).rise[0]  # fmt: skip
        exact = gaussian_pulse_rise(medium, radius, mu_a, grid.r, grid.z[:, None], 0.2)
        errors.append(np.abs(rise - exact).max() / exact.max())
    assert math.log2(errors[0] / errors[1]) == pytest.approx(2.0, abs=0.25)


DEPTH, AMPLITUDE, K_SLOPE, C_SLOPE = 2e-3, 60.0, 8e-3, -4e-3


def manufactured(n: int, end: float, tolerance: float, *, steady: bool) -> float:
    """Error of u = U s(t) cos(pi z / 2 Z) with properties that change by half of themselves."""
    grid = Grid(np.array([0.0, 1.0]), np.linspace(0.0, DEPTH, n + 1))
    wave = 0.5 * math.pi / DEPTH
    phase = wave * grid.z[:, None]

    def source(time: float) -> np.ndarray:
        strength, growth = (1.0, 0.0) if steady else (math.sin(time) ** 2, math.sin(2.0 * time))
        u = AMPLITUDE * strength * np.cos(phase)
        slope = -AMPLITUDE * strength * wave * np.sin(phase)
        stored = RHO_C * (1.0 + C_SLOPE * u) * AMPLITUDE * growth * np.cos(phase)
        return np.asarray(stored - K * (-(wave**2) * (1.0 + K_SLOPE * u) * u + K_SLOPE * slope**2))

    run = heterogeneous_rise(
        grid, even(grid, conductivity_slope=K_SLOPE, capacity_slope=C_SLOPE), CLOSED,
        np.zeros(grid.shape), TemporalProfile.rectangle(1e-3), np.array([end]), tolerance=tolerance,
        source=source,
    )  # fmt: skip
    exact = AMPLITUDE * (1.0 if steady else math.sin(end) ** 2) * np.cos(phase)
    return float(np.abs(run.rise[0] - exact).max() / AMPLITUDE)


@pytest.mark.verification
def test_properties_of_warm_water_follow_a_manufactured_solution():
    # at rest after many times Z^2 / alpha = 40 s the error is one of space alone
    coarse, fine = (manufactured(n, 2000.0, 0.05, steady=True) for n in (16, 32))
    assert math.log2(coarse / fine) == pytest.approx(2.0, abs=0.2)
    assert manufactured(12, 0.5, 3e-3, steady=False) < 2e-3


@pytest.mark.verification
def test_heat_capacity_that_falls_with_warmth_follows_the_enthalpy():
    # no flow where heat is even: c0 (u + b u^2 / 2) = q t, so u = (sqrt(1 + 2 b q t / c0) - 1) / b
    grid = Grid(np.array([0.0, 1.0]), np.linspace(0.0, 20e-3, 11))
    density = 4e8  # J/m3 in 1 s
    run = heterogeneous_rise(
        grid, even(grid, capacity_slope=C_SLOPE), CLOSED, np.full(grid.shape, density),
        TemporalProfile.rectangle(1.0), np.array([0.5, 1.0]), tolerance=1e-2,
    )  # fmt: skip
    heat = density * np.array([0.5, 1.0])
    expected = (np.sqrt(1.0 + 2.0 * C_SLOPE * heat / RHO_C) - 1.0) / C_SLOPE
    np.testing.assert_allclose(run.rise[:, 0, 0], expected, rtol=1e-9)


@pytest.mark.verification
def test_observed_order_in_time_is_two():
    # the error estimate is that of order one: a tolerance of 1/30 makes steps of about 1/5
    grid = Grid(np.array([0.0, 1.0]), np.linspace(0.0, 2e-3, 21))
    absorbed = 1e8 * np.exp(-grid.z[:, None] / 4e-4)

    def run(tolerance: float):
        return heterogeneous_rise(
            grid, even(grid).with_water(), AIR, absorbed, TemporalProfile.rectangle(0.5),
            np.array([0.5]), tolerance=tolerance,
        )  # fmt: skip

    exact = run(1e-5).rise
    runs = [run(tolerance) for tolerance in (3e-2, 1e-3)]
    errors = [np.abs(one.rise - exact).max() for one in runs]
    order = math.log(errors[0] / errors[1]) / math.log(runs[1].n_steps / runs[0].n_steps)
    assert order > 1.7


@pytest.mark.verification
@pytest.mark.parametrize("water", [False, True])
def test_energy_closes(water):
    grid = Grid(graded_edges(5e-5, 1.3, 1e-3, 6e-3), graded_edges(2e-5, 1.3, 1e-3, 6e-3))
    materials = even(grid, perfusion=8e3).replaced(
        (grid.r < 2e-4) & (grid.z[:, None] < 1e-3), conductivity=0.2, heat_capacity=2e6
    )
    if water:
        materials = materials.with_water()
    absorbed = 4e7 * np.exp(-grid.z[:, None] / 5e-4 - (grid.r / 2e-3) ** 2)
    run = heterogeneous_rise(
        grid, materials, AIR, absorbed, TemporalProfile.rectangle(0.01).repeated(0.1, 2),
        np.array([0.005, 0.1, 2.0]), tolerance=1e-2,
    )  # fmt: skip
    np.testing.assert_allclose(run.stored + run.lost, run.delivered, rtol=1e-10)
    energy = float((absorbed * grid.volume).sum())
    np.testing.assert_allclose(run.delivered / energy, [0.25, 0.5, 1.0], rtol=1e-10)


def test_a_follicle_that_conducts_badly_stays_hot():
    grid = Grid(graded_edges(2e-5, 1.2, 1e-3, 4e-3), graded_edges(2e-5, 1.2, 1e-3, 4e-3))
    shaft = (grid.r < 1e-4) & (grid.z[:, None] < 1e-3)
    absorbed = np.where(shaft, 1e8, 0.0)
    pulse, times = TemporalProfile.rectangle(1e-3), np.array([0.02])
    plain = heterogeneous_rise(
        grid, even(grid), CLOSED, absorbed, pulse, times, tolerance=1e-3
    ).rise
    slow = even(grid).replaced(shaft, conductivity=0.1, heat_capacity=RHO_C)
    found = heterogeneous_rise(grid, slow, CLOSED, absorbed, pulse, times, tolerance=1e-3).rise
    assert found[0, 0, 0] > 1.3 * plain[0, 0, 0]


def test_warm_water_conducts_better():
    grid = Grid(np.array([0.0, 1.0]), np.linspace(0.0, 2e-3, 41))
    absorbed = np.where(grid.z[:, None] < 2e-4, 2e8, 0.0)
    pulse, times = TemporalProfile.rectangle(1e-3), np.array([0.1])
    cold = heterogeneous_rise(grid, even(grid), CLOSED, absorbed, pulse, times).rise[0, 0, 0]
    warm = heterogeneous_rise(grid, even(grid).with_water(), CLOSED, absorbed, pulse, times).rise[
        0, 0, 0
    ]
    assert warm < cold


GRID = Grid(np.linspace(0.0, 1e-3, 3), np.linspace(0.0, 1e-3, 4))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"absorbed": np.ones((2, 2))}, "absorbed has shape"),
        ({"times": np.array([0.0, 1.0])}, "times must rise"),
        ({"tolerance": 0.5}, "tolerance is 0.5"),
    ],
)
def test_impossible_runs_are_refused(change, message):
    sound = {"absorbed": np.ones(GRID.shape), "times": np.array([1.0]), "tolerance": 1e-3}
    chosen = sound | change
    with pytest.raises(ParameterError, match=message):
        heterogeneous_rise(
            GRID, even(GRID), AIR, chosen["absorbed"], TemporalProfile.rectangle(0.1),
            chosen["times"],
            tolerance=chosen["tolerance"],
        )  # fmt: skip


def test_impossible_materials_are_refused():
    ones = np.ones(GRID.shape)
    with pytest.raises(ParameterError, match="one shape"):
        MaterialMap(K * ones, RHO_C * ones[:1], 0.0 * ones)
    with pytest.raises(ParameterError, match="conductivity is 0 W"):
        MaterialMap(0.0 * ones, RHO_C * ones, 0.0 * ones)
    with pytest.raises(ParameterError, match="expected 1e5 or more"):
        MaterialMap(K * ones, 4.0 * ones, 0.0 * ones)
    with pytest.raises(ParameterError, match="conductivity_slope is 2"):
        even(GRID, conductivity_slope=2.0)
    with pytest.raises(ParameterError, match="water_fraction is 70"):
        even(GRID).with_water(70.0)


def test_a_source_that_is_not_finite_ends_in_an_error():
    with pytest.raises(ConvergenceError, match="shrank below"):
        heterogeneous_rise(
            GRID, even(GRID), AIR, np.ones(GRID.shape), TemporalProfile.rectangle(0.1),
            np.array([1.0]),
            source=lambda _: np.full(GRID.shape, np.nan),
        )  # fmt: skip
