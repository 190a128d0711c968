import math

import numpy as np
import pytest
from scipy.special import erfcx

from porelight.errors import ParameterError
from porelight.grid import Grid, graded_edges
from porelight.heat.conduction import conduction, cooled_temperature, exposure_rise
from porelight.heat.cooling import SurfaceSchedule, require_unfrozen
from porelight.heat.surface import Surface
from porelight.heat.temporal_profile import TemporalProfile
from porelight.tissue.thermal import LayeredThermal

K, RHO_C = 0.37, 1109.0 * 3391.0
COLUMN = Grid(np.array([0.0, 1.0]), graded_edges(1e-6, 1.05, 5e-4, 20e-3))
AIR, PLATE = Surface(10.0, 295.0, 0.0), Surface(5000.0, 278.0, 0.0)


def skin(perfusion_rate: float = 0.0) -> LayeredThermal:
    return LayeredThermal(
        thickness=np.array([math.inf]),
        density=np.array([1109.0]),
        specific_heat=np.array([3391.0]),
        thermal_conductivity=np.array([K]),
        perfusion_rate=np.array([perfusion_rate]),
        arterial_temperature=310.15,
        blood_heat_capacity=1050.0 * 3617.0,
    )


def surface_of_half_space(heat_transfer: float, ambient: float, start: float, time: float) -> float:
    """Carslaw & Jaeger, section 2.7, equation 1 at depth 0."""
    x = heat_transfer * math.sqrt(K / RHO_C * time) / K
    return start + (ambient - start) * (1.0 - float(erfcx(x)))


def at_surface(surface: Surface, column: np.ndarray) -> float:
    resistance = COLUMN.z[0] / K
    share = 1.0 / (1.0 + surface.heat_transfer * resistance)
    return share * column[0] + (1.0 - share) * surface.ambient_temperature


@pytest.mark.verification
@pytest.mark.parametrize("surface", [Surface(150.0, 268.0, 0.0), PLATE, Surface(25e3, 247.0, 0.0)])
def test_sudden_cooling_follows_the_closed_form_of_a_half_space(surface):
    start = np.full(COLUMN.shape[0], 306.0)
    found = cooled_temperature(
        COLUMN, skin(), surface, start, np.array([0.03, 0.3]), tolerance=1e-6
    )
    for column, time in zip(found, (0.03, 0.3), strict=True):
        exact = surface_of_half_space(
            surface.heat_transfer, surface.ambient_temperature, 306.0, time
        )
        assert at_surface(surface, column) == pytest.approx(exact, abs=0.02)


@pytest.mark.verification
def test_evaporation_alone_cools_as_a_constant_flux():
    # no exchange: the surface falls by 2 E sqrt(t / (pi k rho c)), Carslaw & Jaeger 2.9
    wet = Surface(0.0, 295.0, 400.0)
    start = np.full(COLUMN.shape[0], 310.15)
    found = cooled_temperature(COLUMN, skin(), wet, start, np.array([5.0]), tolerance=1e-6)[0]
    fall = 2.0 * 400.0 * math.sqrt(5.0 / (math.pi * K * RHO_C))
    assert found[0] == pytest.approx(310.15 - fall, abs=2e-3 * fall)


@pytest.mark.verification
def test_a_course_that_does_not_change_is_its_one_surface():
    start = np.full(COLUMN.shape[0], 306.0)
    times = np.array([0.0, 0.2, 0.5, 1.0])
    twice = SurfaceSchedule((PLATE, PLATE), (0.5,))
    found = cooled_temperature(COLUMN, skin(), twice, start, times, tolerance=1e-7)
    once = cooled_temperature(COLUMN, skin(), PLATE, start, times, tolerance=1e-7)
    np.testing.assert_allclose(found, once, atol=1e-4)
    np.testing.assert_array_equal(found[0], start)


@pytest.mark.verification
def test_energy_closes_while_the_surface_changes_and_pulses_come():
    grid = Grid(graded_edges(2e-4, 1.2, 2e-3, 15e-3), graded_edges(1e-5, 1.2, 1e-3, 15e-3))
    absorbed = 1e6 * np.exp(-grid.z[:, None] / 1e-3 - (grid.r / 2.5e-3) ** 2)
    course = SurfaceSchedule((PLATE, AIR), (0.35,))
    train = TemporalProfile.rectangle(0.01).repeated(0.1, 5).delayed(0.2)
    times = np.array([0.1, 0.205, 0.3, 0.36, 1.0, 30.0])
    run = exposure_rise(grid, skin(2e-3), course, absorbed, train, times)
    out = run.stored + run.surface_loss + run.perfusion_loss + run.deep_loss
    np.testing.assert_allclose(out, run.delivered, rtol=1e-10, atol=1e-16)
    energy = float((absorbed * grid.volume).sum())
    np.testing.assert_allclose(
        run.delivered / energy, [0.0, 0.1, 0.2, 0.4, 1.0, 1.0], rtol=1e-12, atol=1e-15
    )


def test_a_train_is_the_sum_of_its_pulses():
    grid = Grid(graded_edges(2e-4, 1.2, 2e-3, 15e-3), graded_edges(1e-5, 1.2, 1e-3, 15e-3))
    absorbed = 1e6 * np.exp(-grid.z[:, None] / 1e-3 - (grid.r / 2.5e-3) ** 2)
    train = TemporalProfile.rectangle(0.01).repeated(0.2, 3)
    look = np.array([0.6, 2.0])
    found = exposure_rise(grid, skin(), AIR, absorbed, train, look, tolerance=1e-7)
    times = np.sort(np.concatenate([look - start for start in (0.0, 0.2, 0.4)]))
    one = conduction(grid, skin(), AIR, absorbed / 0.01, 0.01, times, tolerance=1e-7).rise
    for i, t in enumerate(look):
        parts = [one[np.searchsorted(times, t - start - 1e-9)] for start in (0.0, 0.2, 0.4)]
        expected = sum(parts) / 3.0
        np.testing.assert_allclose(found.rise[i], expected, atol=1e-5 * expected.max())


def test_a_pulse_minutes_after_another_is_as_sharp():
    # narrow modes have died out by then and must come back
    grid = Grid(graded_edges(2e-4, 1.2, 2e-3, 15e-3), graded_edges(1e-5, 1.2, 1e-3, 15e-3))
    absorbed = 1e6 * np.where(grid.r < 1e-3, np.exp(-grid.z[:, None] / 1e-4), 0.0)
    twice = TemporalProfile.rectangle(0.01).repeated(120.0, 2)
    found = exposure_rise(grid, skin(), AIR, absorbed, twice, np.array([120.01])).rise[0]
    times = np.array([0.01, 120.01])
    one = exposure_rise(grid, skin(), AIR, absorbed, TemporalProfile.rectangle(0.01), times).rise
    np.testing.assert_allclose(found, 0.5 * (one[0] + one[1]), atol=1e-3 * one[0].max())


def test_a_fine_curve_of_constant_power_is_a_rectangle():
    absorbed = np.exp(-COLUMN.z / 1e-4)[:, None] * 1e6
    look = np.array([0.05, 0.1, 1.0])
    curve = TemporalProfile.sampled(np.linspace(0.0, 0.1, 12), np.ones(12))
    found = exposure_rise(COLUMN, skin(), AIR, absorbed, curve, look, tolerance=1e-7).rise
    whole = exposure_rise(
        COLUMN, skin(), AIR, absorbed, TemporalProfile.rectangle(0.1), look, tolerance=1e-7
    ).rise
    np.testing.assert_allclose(found, whole, atol=1e-5 * whole.max())


@pytest.mark.validation
def test_a_spurt_of_cryogen_cools_skin_as_measured():
    # 30 degC to between 5 and -9 degC in 20 to 100 ms (Anvari et al., abstract)
    spurt = Surface.of_spurt({})
    start = np.full(COLUMN.shape[0], 303.15)
    found = cooled_temperature(COLUMN, skin(), spurt, start, np.array([0.02, 0.1]))
    short, long = (at_surface(spurt, column) - 273.15 for column in found)
    assert short == pytest.approx(5.0, abs=4.0)
    assert long == pytest.approx(-9.0, abs=4.0)


@pytest.mark.validation
def test_a_cooled_plate_cools_skin_as_measured():
    # 30 degC to 14 to 19 degC within about 1 s by plates of 6 to 12 degC (Anvari et al., abstract);
    # dry skin under a plate is the lower end of the library's range, 2000 W/(m2 K)
    start = np.full(COLUMN.shape[0], 303.15)
    for plate in (279.15, 285.15):
        surface = Surface(2000.0, plate, 0.0)
        column = cooled_temperature(COLUMN, skin(), surface, start, np.array([1.0]))[0]
        assert 13.0 <= at_surface(surface, column) - 273.15 <= 19.0


def test_cooling_is_followed_by_air():
    course = SurfaceSchedule.cooled("contact", 0.5)
    assert course.until == (0.5,)
    assert course.surfaces == (Surface.typical("contact"), Surface.typical())
    spurt = SurfaceSchedule.cooled("cryogen", 0.05, {"cryogen_film_time": 0.1})
    assert spurt.until == (pytest.approx(0.15),)
    assert SurfaceSchedule.cooled("air", 1.0).surfaces == (Surface.typical(),)


def test_a_cooling_without_length_is_refused():
    with pytest.raises(ParameterError, match="contact lasts 0 s"):
        SurfaceSchedule.cooled("contact", 0.0)


@pytest.mark.parametrize(
    ("surfaces", "until"), [((), ()), ((AIR, PLATE), ()), ((AIR, PLATE), (0.0,))]
)
def test_a_course_needs_a_time_for_each_change(surfaces, until):
    with pytest.raises(ParameterError):
        SurfaceSchedule(surfaces, until)


def test_freezing_skin_gets_one_line_and_a_short_chill_does_not():
    time, depth = np.linspace(0.0, 2.0, 201), np.array([1e-6, 5e-5])
    cold = np.where(time[:, None] > 0.5, 265.0, 300.0) * np.ones(2)
    with pytest.raises(ParameterError, match=r"freezes living skin: below -0.5 degC from 0.51 s"):
        require_unfrozen(time, depth, cold, living_from=1.5e-5)
    short = np.where((time[:, None] > 0.5) & (time[:, None] < 0.7), 265.0, 300.0) * np.ones(2)
    require_unfrozen(time, depth, short, living_from=1.5e-5)
    # the stratum corneum may be cold
    require_unfrozen(time, depth, cold, living_from=1e-4)
