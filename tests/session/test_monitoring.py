import math
from dataclasses import replace

import numpy as np
import pytest

from porelight.errors import ExtrapolationWarning, ParameterError
from porelight.laser.devices import laser_genesis
from porelight.laser.handpiece import Motion
from porelight.laser.motion import PulsePath
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.monitoring import perfusion_correction, thermometer_trace, validity_warnings
from porelight.session.result import DEPTH
from porelight.session.scattered import no_correction
from porelight.tissue.skin import Skin
from porelight.units import celsius, cm2, to_celsius

SHORT = laser_genesis(n_pulses=700, area=35.0 * cm2)  # as dense as the usual session


def ensemble(perfusion="constant") -> PhysicsEnsemble:
    return PhysicsEnsemble(Skin.typical("cheek", 3, 35.0), ({},), 5000, seed=1, perfusion=perfusion)


@pytest.fixture(scope="module")
def constant():
    return ensemble()


@pytest.fixture(scope="module")
def thermoregulated():
    return ensemble("thermoregulated")


def trace_of(physics, exposure):
    return thermometer_trace(physics.delivered(exposure))


def test_the_thermometer_starts_at_the_resting_surface(constant):
    trace = trace_of(constant, SHORT)
    rest = constant.delivered(SHORT).response.resting[0]
    assert trace.time[0] == 0.0
    assert trace.reading[0] == pytest.approx(rest, abs=1e-9)
    assert trace.time.size == 1 + 7 * 700


def test_the_thermometer_at_the_spot_reads_more_than_the_area_between_pulses(constant):
    usual = laser_genesis()
    area = constant.delivered(usual).area_reading
    assert trace_of(constant, usual).reading.max() > area.max() + 0.3


def test_a_narrow_field_at_the_spot_reads_more_than_a_wide_one(constant):
    maxima = [
        trace_of(
            constant, replace(SHORT, thermometer=replace(SHORT.thermometer, field_of_view=width))
        ).reading.max()
        for width in (5e-3, 15e-3, 30e-3)
    ]
    assert maxima[0] > maxima[1] > maxima[2]


def test_a_faster_thermometer_sees_the_flash(constant):
    quick = replace(SHORT, thermometer=replace(SHORT.thermometer, lag=0.01))
    assert trace_of(constant, quick).reading.max() > trace_of(constant, SHORT).reading.max() + 0.3


@pytest.mark.slow
def test_the_set_point_of_the_thermometer_ends_the_session(constant):
    stop = celsius(39.0)
    ended = replace(SHORT, stop_at_surface=stop, stop_reads="thermometer")
    whole, cut = trace_of(constant, SHORT), trace_of(constant, ended)
    delivered = constant.delivered(ended).per_joule.path
    assert delivered.n_pulses < 700
    # it is the first crossing of the reading of the whole session
    crossing = whole.time[np.flatnonzero(whole.reading >= stop)[0]]
    assert delivered.time[-1] <= crossing < delivered.time[-1] + 2.0 / 7.0
    assert to_celsius(cut.reading.max()) == pytest.approx(39.0, abs=0.4)
    assert constant.treat(ended)[0].pulses_delivered == delivered.n_pulses


def test_a_thermometer_set_to_another_emissivity_stops_at_another_pulse(constant):
    def pulses(setting: float) -> int:
        thermometer = replace(SHORT.thermometer, emissivity_setting=setting)
        ended = replace(
            SHORT, stop_at_surface=celsius(38.0), stop_reads="thermometer", thermometer=thermometer
        )
        return constant.delivered(ended).per_joule.path.n_pulses

    assert pulses(0.95) < pulses(0.98) < pulses(1.0)


def test_no_light_reads_the_resting_skin_for_ever(thermoregulated):
    dark = replace(SHORT, radiant_exposure=0.0)
    one = thermoregulated.delivered(dark)
    assert one.correction is no_correction
    assert np.ptp(trace_of(thermoregulated, dark).reading) < 1e-9


def test_a_single_pulse_can_be_watched(constant):
    assert trace_of(constant, laser_genesis(n_pulses=1)).time.size == 8


def test_perfusion_that_answers_warmth_cools_the_session(constant, thermoregulated):
    full = laser_genesis()
    steady, open_ = constant.treat(full)[0], thermoregulated.treat(full)[0]
    # skin that reflects as living skin does warms to 40 degC only: perfusion has less to answer
    assert 0.2 < steady.surface_reading - open_.surface_reading < 2.0
    assert 38.0 < to_celsius(open_.surface_reading) < 44.0
    assert open_.field.killed.max() <= steady.field.killed.max()
    np.testing.assert_array_equal(open_.resting, steady.resting)


def test_perfusion_that_answers_lets_more_pulses_fall_before_the_stop(constant, thermoregulated):
    ended = laser_genesis(stop_at_surface=celsius(39.7))
    assert (
        thermoregulated.treat(ended)[0].pulses_delivered > constant.treat(ended)[0].pulses_delivered
    )


def test_a_small_area_says_that_the_thermoregulation_is_rough(constant):
    spot = laser_genesis(n_pulses=2000, area=2.0 * cm2)
    one = constant.delivered(spot)
    with pytest.warns(ExtrapolationWarning, match=r"an area of 2 cm2 keeps \d+ % of the warmth"):
        change = perfusion_correction(one)
    assert change(np.array([0.0, 8.0])).shape == (2, DEPTH.size)


def test_an_unknown_perfusion_is_refused():
    with pytest.raises(ParameterError, match="no perfusion named 'none'"):
        ensemble("none")


def lines_of(physics, exposure, perfusion="constant", **changes):
    injury = replace(physics.treat(exposure)[0], **changes)
    return validity_warnings(injury, physics.delivered(exposure), perfusion)


def test_a_usual_session_is_within_what_a_sum_of_pulses_can_tell(constant):
    assert lines_of(constant, SHORT) == ()


def test_boiling_water_is_told_with_its_temperature(constant):
    peak = np.full(DEPTH.size, celsius(108.0))
    lines = lines_of(constant, SHORT, peak_temperature=peak)
    assert lines[0].startswith("the hottest depth reaches 108 degC; above 100 degC water boils")
    # half of 1.5e-3 / K over the 75 K above rest
    assert "changes the skin's conductivity by 11 %, the rise itself by about 6 %" in lines[1]


def test_a_session_far_above_warm_names_what_vessels_would_take_off(constant):
    hot = laser_genesis(area=50.0 * cm2)
    with pytest.warns(ExtrapolationWarning, match=r"would take off \d\.\d K"):
        injury = constant.treat(hot)[0]
    constant.treat(hot)  # told once: a second warning would be an error here
    assert to_celsius(injury.surface_reading) > 44.0
    assert lines_of(constant, hot, "thermoregulated") == ()


def test_a_hand_and_stacked_pulses_are_felt_more_than_a_scanner(constant):
    scanner, stacked = (
        constant.treat(replace(SHORT, motion=motion))[0] for motion in (Motion(), Motion(stacked=5))
    )
    assert stacked.surface_felt > scanner.surface_felt + 2.0


def test_a_recorded_path_is_the_session(constant):
    usual = constant.delivered(SHORT).per_joule.path
    recorded = replace(SHORT, motion=PulsePath(usual.time, usual.position))
    one, other = constant.treat(SHORT)[0], constant.treat(recorded)[0]
    np.testing.assert_array_equal(one.peak_temperature, other.peak_temperature)
    assert math.isclose(one.surface_reading, other.surface_reading)
