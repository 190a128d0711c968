import math
from dataclasses import replace

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.laser.beam import Beam
from porelight.laser.exposure import Exposure, Session

GENESIS = Exposure(
    device="laser-genesis",
    wavelength=1064e-9,
    pulse_duration=3e-4,
    radiant_exposure=14e4,
    beam=Beam("flat-top", 5e-3),
    rate=7.0,
    n_pulses=2000,
    area=1e-2,
    passes=4,
)


def test_pulse_energy_is_radiant_exposure_times_spot():
    # 14 J/cm2 on pi (0.25 cm)2: 2.75 J; 7 a second: 19.2 W; over 0.3 ms: 9.2 kW
    np.testing.assert_allclose(GENESIS.pulse_energy, 14e4 * np.pi * 2.5e-3**2)
    np.testing.assert_allclose(GENESIS.average_power, 7.0 * GENESIS.pulse_energy)
    np.testing.assert_allclose(GENESIS.peak_power, GENESIS.pulse_energy / 3e-4)


def test_pulses_per_point_is_spot_area_times_pulses_over_area():
    np.testing.assert_allclose(GENESIS.pulses_per_point, 2000 * np.pi * 0.25**2 / 100.0)
    np.testing.assert_allclose(GENESIS.cumulative_radiant_exposure, GENESIS.pulses_per_point * 14e4)
    np.testing.assert_allclose(GENESIS.duration, 2000 / 7.0)


def test_no_light_is_a_valid_session():
    dark = replace(GENESIS, radiant_exposure=0.0)
    assert dark.pulse_energy == dark.total_energy == 0.0


@pytest.mark.parametrize("wavelength", [400e-9, 595e-9, 1342e-9, 2940e-9, 3000e-9])
def test_any_wavelength_spot_and_train_can_be_described(wavelength):
    other = replace(
        GENESIS, device="bench", wavelength=wavelength, beam=Beam("gaussian", 2.4e-2), n_pulses=4
    )
    assert other.wavelength == wavelength


def test_one_long_pulse_needs_no_period():
    # the 10 s exposure of Vincelette 2014
    once = replace(GENESIS, pulse_duration=10.0, n_pulses=1, passes=1, rate=1.0)
    assert once.n_pulses == 1


def test_an_area_of_one_spot_is_enough():
    spot = Beam("flat-top", 5e-3)
    assert replace(GENESIS, area=spot.area).pulses_per_point == pytest.approx(2000.0)


def test_on_day_places_the_exposure_in_a_course():
    session = GENESIS.on_day(14)
    assert session == Session(14.0, GENESIS)


@pytest.mark.parametrize("day", [-1.0, math.nan, 1e6])
def test_impossible_day_is_refused(day):
    with pytest.raises(ParameterError, match="expected 0 to 36525 days"):
        GENESIS.on_day(day)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"wavelength": 1064.0}, "Nanometres need"),
        ({"pulse_duration": 0.3}, "longer than the 0.142857 s between pulses at 7 Hz"),
        ({"pulse_duration": 0.0}, "pulse_duration is 0 s"),
        ({"radiant_exposure": -1.0}, "radiant_exposure is -1"),
        ({"radiant_exposure": math.nan}, "radiant_exposure is nan"),
        ({"rate": 0.0}, "rate is 0 Hz"),
        ({"n_pulses": 0}, "n_pulses is 0; expected a whole number from 1 to"),
        ({"n_pulses": 2.5}, "n_pulses is 2.5"),
        ({"n_pulses": True}, "n_pulses is True"),
        ({"passes": 0}, "passes is 0"),
        ({"n_pulses": 3}, "passes is 4 but n_pulses is 3"),
        ({"area": 1e-5}, "smaller than one spot of 1.9635e-05 m2"),
        ({"area": 100.0}, "Square centimetres need"),
        ({"overlap": 20.0}, "Per cent need"),
        ({"overlap": 1.0}, "overlap is 1"),
        ({"stop_at_surface": 40.0}, "Celsius readings need"),
        ({"stop_at_surface": math.nan}, "stop_at_surface is nan"),
        ({"stop_at_surface": -math.inf}, "stop_at_surface is -inf"),
        ({"cooling": "contct"}, "no cooling named 'contct'; did you mean 'contact'"),
    ],
)
def test_impossible_exposure_is_refused_in_one_line(changes, text):
    with pytest.raises(ParameterError, match=text) as caught:
        replace(GENESIS, **changes)
    assert "\n" not in str(caught.value)
