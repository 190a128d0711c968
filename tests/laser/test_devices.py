from dataclasses import replace

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.laser.device import pattern_pulses
from porelight.laser.devices import (
    device,
    devices,
    laser_genesis,
    pearl,
)

EVERY = tuple(devices())


@pytest.mark.validation
def test_laser_genesis_has_the_settings_of_the_trials():
    # Lipper and Perez 2006; evidence: 2.75 J per pulse, 19.2 W, about 4 pulses per point
    usual = laser_genesis()
    assert (usual.wavelength, usual.rate, usual.n_pulses) == (1064e-9, 7.0, 2000)
    np.testing.assert_allclose(usual.pulse_energy, 2.75, atol=0.005)
    np.testing.assert_allclose(usual.average_power, 19.2, atol=0.05)
    np.testing.assert_allclose(usual.pulses_per_point, 3.9, atol=0.05)


@pytest.mark.validation
def test_pearl_has_the_settings_of_the_trials():
    usual = pearl()
    assert usual.wavelength == pytest.approx(2790e-9)
    assert usual.radiant_exposure == pytest.approx(3.5e4)
    assert usual.pulse_duration == pytest.approx(4e-4)
    assert (usual.passes, usual.overlap) == (1, 0.2)


def test_pulses_of_pearl_follow_from_its_pattern():
    # spots of 6 mm with 20 % overlap lie 4.8 mm apart: 100 cm2 / (0.48 cm)2 = 434.03
    assert pearl().n_pulses == 435
    assert pearl(passes=2).n_pulses == 870
    assert pearl(overlap=0.4).n_pulses == pattern_pulses(1e-2, 6e-3, 0.4) == 772
    assert pattern_pulses(1e-6, 6e-3, 0.0) == 1


@pytest.mark.parametrize("key", EVERY)
def test_no_light_is_allowed(key):
    assert device(key).exposure(radiant_exposure=0.0).pulse_energy == 0.0


def test_settings_reach_the_exposure():
    session = laser_genesis(
        radiant_exposure=10e4,
        pulse_duration=5e-4,
        rate=5.0,
        n_pulses=np.int64(600),  # type: ignore[typeddict-item]
        area=30e-4,
        stop_at_surface=313.15,
        cooling="contact",
    )
    assert (session.rate, session.n_pulses, session.cooling) == (5.0, 600, "contact")
    assert (session.stop_at_surface, session.area) == (313.15, 30e-4)


def test_fewer_pulses_than_the_usual_passes_make_fewer_passes():
    assert laser_genesis(n_pulses=1).passes == 1


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (
            lambda: laser_genesis(radiant_exposure=1400e4),
            "radiant_exposure is 1400 J/cm2; Laser Genesis takes 5 to 16 J/cm2",
        ),
        (lambda: laser_genesis(radiant_exposure=-1e4), "radiant_exposure is -1 J/cm2"),
        (lambda: laser_genesis(spot_diameter=0.0), "spot_diameter is 0 mm"),
        (lambda: laser_genesis(spot_diameter=5.0), "takes 5 mm"),
        (lambda: laser_genesis(n_pulses=0), "n_pulses is 0; Laser Genesis takes 1 to 6000"),
        (lambda: laser_genesis(n_pulses=10.5), "n_pulses is 10.5; expected a whole number"),
        (lambda: laser_genesis(rate="fast"), "rate is 'fast'; expected a number"),
        (lambda: laser_genesis(fluence=14e4), "Laser Genesis has no setting 'fluence'"),
        (lambda: laser_genesis(overlap=0.2), "no setting 'overlap'"),
        (lambda: laser_genesis(spot_diamter=5e-3), "did you mean 'spot_diameter'"),
        (lambda: laser_genesis(wavelength=1e-6), "no setting 'wavelength'"),
        (lambda: laser_genesis(passes=10, n_pulses=5), "passes is 10 but n_pulses is 5"),
        (lambda: pearl(n_pulses=10), "n_pulses cannot be set for Pearl; it follows from area"),
        (lambda: pearl(radiant_exposure=4e4), "Pearl takes 1 to 3.5 J/cm2"),
        (lambda: device("laser-genesys"), "did you mean 'laser-genesis'"),
        (lambda: device("fraxel"), "no device named 'fraxel'"),
    ],
)
def test_impossible_setting_is_refused_in_one_line(call, text):
    with pytest.raises(ParameterError, match=text) as caught:
        call()
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("key", EVERY)
def test_the_usual_settings_break_no_limit_of_their_device(key):
    assert device(key).breaches(device(key).exposure(), 2) == ()


def test_pearl_is_refused_for_dark_skin_and_genesis_is_not():
    (line,) = device("pearl").breaches(pearl(), 4)
    assert line == "Pearl is offered for skin types I to III; this skin is type IV."
    assert device("pearl").breaches(pearl(), 3) == ()
    assert device("laser-genesis").breaches(laser_genesis(), 6) == ()


def test_every_broken_limit_is_named():
    strong = replace(laser_genesis(), radiant_exposure=20e4, rate=20.0)
    lines = device("laser-genesis").breaches(strong, 3)
    assert lines == (
        "radiant_exposure is 20 J/cm2; Laser Genesis takes 5 to 16 J/cm2.",
        "rate is 20 Hz; Laser Genesis takes 5 to 10 Hz.",
    )


def test_a_session_without_light_breaks_no_limit():
    assert device("pearl").breaches(pearl(radiant_exposure=0.0), 6) == ()


@pytest.mark.parametrize("key", EVERY)
def test_limits_carry_their_sources_and_words(key):
    known = device(key)
    assert all((known.title, known.technique, known.endpoint, known.source))
    assert "pregnancy" in known.contraindications
    assert all(entry.source for entry in known.settings.values())
    assert known.settings["session_interval"].value >= 14 * 86400.0
