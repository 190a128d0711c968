import math

import numpy as np
import pytest

from porelight.laser.beam import Beam
from porelight.light._launch import launch_of

SEED = np.random.SeedSequence(4)


def test_straight_beam_starts_with_weight_one_along_z():
    launch = launch_of(Beam("flat-top", 5e-3), 100, SEED, 1.0, 1.4)

    assert (launch.weight == 1.0).all()
    assert (launch.to_z == 1.0).all()
    np.testing.assert_allclose(launch.entering, 1.0 - (0.4 / 2.4) ** 2, rtol=1e-14)


def test_one_packet_starts_in_each_share_of_the_power():
    launch = launch_of(Beam("flat-top", 5e-3), 1000, SEED, 1.0, 1.4)

    share = (np.hypot(launch.x, launch.y) / 2.5e-3) ** 2
    np.testing.assert_array_equal(np.floor(share * 1000.0 - 1e-9), np.arange(1000))


def test_azimuths_of_a_tilted_beam_spread_over_the_turn():
    launch = launch_of(Beam("ring", 5e-3, inner_diameter=4e-3, tilt=0.3), 1000, SEED, 1.0, 1.4)

    azimuth = np.arctan2(launch.y, launch.x * math.cos(0.3))
    counts, _ = np.histogram(azimuth, bins=10, range=(-math.pi, math.pi))
    # a golden-ratio lattice is more even than chance, which would scatter by 10
    assert np.ptp(counts) <= 4


def test_tilted_beam_is_refracted_by_snells_law():
    launch = launch_of(Beam("pencil", 0.0, tilt=0.6), 10, SEED, 1.0, 1.4)

    np.testing.assert_allclose(launch.to_x, math.sin(0.6) / 1.4, rtol=1e-14)
    np.testing.assert_allclose(launch.to_x**2 + launch.to_z**2, 1.0, rtol=1e-14)


@pytest.mark.verification
def test_brewsters_angle_reflects_half_of_the_s_wave_and_none_of_the_p_wave():
    # at tan(angle) = n the s wave reflects ((n^2 - 1) / (n^2 + 1))^2, the p wave nothing
    launch = launch_of(Beam("pencil", 0.0, tilt=math.atan(1.4)), 10, SEED, 1.0, 1.4)

    s_wave = ((1.4**2 - 1.0) / (1.4**2 + 1.0)) ** 2
    np.testing.assert_allclose(1.0 - launch.entering, 0.5 * s_wave, rtol=1e-12)


def test_weights_of_a_diverging_beam_are_float32_numbers_of_mean_one():
    beam = Beam("flat-top", 5e-3, half_angle=0.9, spreading="fibre")

    launch = launch_of(beam, 5000, SEED, 1.0, 1.5)

    np.testing.assert_array_equal(launch.weight, launch.weight.astype(np.float32))
    np.testing.assert_allclose(launch.weight.mean(), 1.0, atol=1e-8)
    assert np.ptp(launch.weight) > 0.01
    # the rays that lean most are reflected most
    assert launch.weight[np.argmin(launch.to_z)] < launch.weight[np.argmax(launch.to_z)]


def test_beam_from_glass_is_totally_reflected_beyond_the_critical_angle():
    beam = Beam("pencil", 0.0, half_angle=1.0, spreading="fibre")

    launch = launch_of(beam, 5000, SEED, 1.5, 1.0)

    beyond = launch.to_z == 0.0
    assert beyond.any()
    assert (launch.weight[beyond] == 0.0).all()
