import math

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from porelight.errors import ParameterError
from porelight.grid import Grid, graded_edges
from porelight.heat._cells import layered_cells
from porelight.heat.conduction import resting_temperature, temperature_rise
from porelight.heat.perfusion_response import PerfusionResponse, Vasodilation, perfusion_response
from porelight.heat.surface import Surface
from porelight.tissue.skin import Skin
from porelight.tissue.thermal import skin_thermal

THERMAL = skin_thermal(Skin.typical("cheek", 3, 35.0))
AIR = Surface.typical()
GRID = Grid(np.array([0.0, 1.0]), graded_edges(2e-5, 1.15, 1e-3, 30e-3))
DERMIS = tuple(bool(rate > 1e-3) for rate in THERMAL.perfusion_rate)
VESSELS = Vasodilation.from_values({})
DEPTHS = np.array([0.0, 5e-4, 2e-3])
RATE, END = 8.0, 300.0
HEATING = 0.4 * -np.diff(np.exp(-400.0 * GRID.z_edges)) / np.diff(GRID.z_edges)
ENERGY = 240.0  # J/m2 of each pulse: 2.4 J over 100 cm2


def answer(vessels=VESSELS, energy=ENERGY, **changes) -> PerfusionResponse:
    pulses = (np.arange(int(RATE * END)) + 0.5) / RATE  # even over steps of 0.75, 1 and 1.5 s
    return perfusion_response(
        *(GRID, THERMAL, AIR, HEATING, pulses, energy, vessels),
        **{"thermoregulated": DERMIS, "depths": DEPTHS, "until": END, **changes},
    )


@pytest.mark.verification
def test_the_column_at_rest_perfusion_is_the_linear_solver():
    times = np.array([60.0, 150.0, END])
    power = (RATE * ENERGY * HEATING)[:, None]
    alone = temperature_rise(GRID, THERMAL, AIR, power, END, times, tolerance=1e-6)[:, :, 0]
    found = answer()
    for time, rise in zip(times, alone, strict=True):
        expected = np.interp(DEPTHS[1:], GRID.z, rise)
        at = found.steady[np.searchsorted(found.time, time)]
        np.testing.assert_allclose(at[1:], expected, atol=2e-3 * expected.max())


@pytest.mark.verification
def test_the_answer_is_that_of_the_whole_nonlinear_problem():
    cells = layered_cells(GRID, THERMAL, AIR.heat_transfer)
    rest = resting_temperature(GRID, THERMAL, AIR)
    rates = np.where(DERMIS, THERMAL.perfusion_rate, 0.0)
    top = np.concatenate([[0.0], np.cumsum(THERMAL.thickness[:-1])])
    room = np.concatenate([THERMAL.thickness[:-1], [np.inf]])
    share = np.diff(np.clip(GRID.z_edges[:, None] - top, 0.0, room), axis=0)
    opening = share @ rates * THERMAL.blood_heat_capacity
    power = RATE * ENERGY * HEATING * np.diff(GRID.z_edges)

    def rate(_, state):
        temperature, open_ = state[:-1], state[-1]
        beyond = np.concatenate(
            [[AIR.ambient_temperature], temperature, [THERMAL.arterial_temperature]]
        )
        blood = cells.perfusion + (VESSELS.gain - 1.0) * open_ * opening
        gained = np.diff(cells.conductance * np.diff(beyond)) + power
        gained += blood * (THERMAL.arterial_temperature - temperature)
        gained[0] -= cells.surface_share * AIR.evaporation
        skin = rest[0] + cells.surface_share * (temperature[0] - rest[0])
        wanted = np.clip((skin - VESSELS.onset) / (VESSELS.full - VESSELS.onset), 0.0, 1.0)
        return np.append(gained / cells.capacity, (wanted - open_) / VESSELS.delay)

    exact = solve_ivp(
        rate, (0.0, END), np.append(rest, 0.0), "BDF", rtol=1e-7, atol=1e-8, t_eval=[100.0, END]
    )
    found = answer()
    for at, state in zip([100.0, END], exact.y.T, strict=True):
        i = np.searchsorted(found.time, at)
        rise = np.interp(DEPTHS[1:], GRID.z, state[:-1] - rest)
        np.testing.assert_allclose((found.steady + found.change)[i, 1:], rise, atol=0.01)
        assert found.openness[i] == pytest.approx(state[-1], abs=2e-3)
    assert found.openness[-1] > 0.5
    assert found.change[-1, 0] < -0.5


@pytest.mark.verification
def test_halving_the_step_quarters_the_error():
    def last(step: float) -> float:
        return float(answer(longest_step=step).openness[-1])

    coarse, middle, fine = last(3.0), last(1.5), last(0.75)
    assert math.log2(abs(coarse - middle) / abs(middle - fine)) > 1.6


def test_vessels_that_do_not_open_change_nothing_at_all():
    assert (answer(Vasodilation(1.0, 307.0, 315.0, 60.0)).change == 0.0).all()


def test_without_energy_nothing_changes_at_all():
    still = answer(energy=0.0)
    assert (still.change == 0.0).all()
    assert (still.steady == 0.0).all()
    assert (still.openness == 0.0).all()


def test_more_gain_cools_warm_skin_more():
    cooled = [
        answer(Vasodilation(g, VESSELS.onset, VESSELS.full, 60.0)).change[-1, 0] for g in (2.0, 5.5)
    ]
    assert cooled[1] < cooled[0] < 0.0


def test_the_answer_comes_late():
    quick, slow = (
        answer(Vasodilation(5.5, VESSELS.onset, VESSELS.full, delay)).openness
        for delay in (5.0, 180.0)
    )
    assert slow[60] < 0.4 * quick[60]


def test_skin_that_rests_above_the_onset_has_its_perfusion_of_rest():
    assert VESSELS.opening(308.5, 308.5) == 0.0
    assert VESSELS.opening(400.0, 308.5) == 1.0
    assert VESSELS.opening(311.15, 300.0) == pytest.approx(0.5)


def test_the_change_is_interpolated_in_time():
    found = answer()
    np.testing.assert_allclose(found.at(found.time[10:12]), found.change[10:12])
    between = found.at(np.array([found.time[10:12].mean()]))[0]
    np.testing.assert_allclose(between, found.change[10:12].mean(axis=0))


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((0.5, 307.0, 315.0, 60.0), "gain is 0.5"),
        ((5.0, 34.0, 315.0, 60.0), "onset is 34 K"),
        ((5.0, 315.0, 315.0, 60.0), "not above onset"),
        ((5.0, 307.0, 315.0, 0.0), "delay is 0 s"),
    ],
)
def test_impossible_vessels_are_refused(arguments, text):
    with pytest.raises(ParameterError, match=text):
        Vasodilation(*arguments)


def test_every_layer_must_be_named():
    with pytest.raises(ParameterError, match="thermoregulated names 1 layers"):
        answer(thermoregulated=(True,))
