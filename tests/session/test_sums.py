"""What a session's numbers are made of, worked out again beside the code."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.heat.thermometer import lagged
from porelight.laser.devices import laser_genesis, pearl
from porelight.session.ablative import COOL_DOWN, ablation_of_places, coverage
from porelight.session.scattered import session_result


def test_what_is_felt_is_the_surface_smoothed_over_a_quarter_of_a_second(physics):
    exposure = laser_genesis(n_pulses=60, area=5e-4)
    delivered = physics.delivered(exposure)
    result = session_result(delivered)
    rest = delivered.response.resting
    felt = []
    for times, rise in zip(delivered.per_joule.times, delivered.per_joule.rise, strict=True):
        surface = rest[0] + exposure.pulse_energy * rise[:, 0]
        felt.append(lagged(times, surface, 0.25).max())
    assert result.surface_felt == max(felt)
    # a slower sense would feel less, a faster one more, by degrees
    slow = max(
        lagged(times, rest[0] + exposure.pulse_energy * rise[:, 0], 2.5).max()
        for times, rise in zip(delivered.per_joule.times, delivered.per_joule.rise, strict=True)
    )
    assert result.surface_felt > slow + 0.5


def test_the_worst_place_is_the_worst_of_all_places(physics):
    delivered = physics.delivered(laser_genesis(n_pulses=60, area=5e-4))
    result = session_result(delivered)
    rest = delivered.response.resting
    parts = [
        delivered.injury(
            times,
            rest + delivered.exposure.pulse_energy * rise,
            delivered.values,
            resting=rest,
        )
        for times, rise in zip(delivered.per_joule.times, delivered.per_joule.rise, strict=True)
    ]
    np.testing.assert_array_equal(result.worst_killed, np.max([p.killed for p in parts], axis=0))
    np.testing.assert_allclose(result.field.killed, np.mean([p.killed for p in parts], axis=0))
    assert (result.worst_killed >= result.field.killed).all()
    assert result.pulses_delivered == 60


def test_pulses_of_a_hand_moved_beam_are_shared_between_its_passes():
    # 100 spots of 0.2827 cm2 over 10 cm2 cover each place 2.827 times in all, half of it each pass
    once = replace(pearl(), overlap=0.0, n_pulses=100, area=1e-3, passes=1)
    twice = replace(once, passes=2)
    assert coverage(once).mean == pytest.approx(once.pulses_per_point)
    assert once.pulses_per_point == pytest.approx(100 * 0.25 * np.pi * 6e-3**2 / 1e-3)
    assert coverage(twice).mean == pytest.approx(0.5 * once.pulses_per_point)
    assert coverage(twice).n_spots == (1, 2)


def test_a_pass_follows_after_as_long_as_the_one_before_took(skin, physics):
    """At 3 Hz, 8 spots a pass take 2.67 s; with 60 a pass the wait is cut to ten seconds."""
    surface = physics.delivered(laser_genesis(n_pulses=20, area=5e-4)).response.column.surface

    def starts(n_pulses):
        exposure = replace(pearl(), n_pulses=n_pulses, passes=2, area=1e-3)
        pulses = ablation_of_places(skin, exposure, {}, [1], surface, 305.0)[0]
        return pulses.pulse_end

    few, many = starts(16), starts(120)
    assert few[-1] - few[0] == pytest.approx(8 / 3.0, rel=1e-6)
    assert many[-1] - many[0] == pytest.approx(COOL_DOWN, rel=1e-6)


def test_only_the_layers_with_vessels_of_the_skin_answer_warmth(physics):
    delivered = physics.delivered(laser_genesis(n_pulses=20, area=5e-4))
    names = [layer.name for layer in physics.skin.layers]
    assert dict(zip(names, delivered.response.column.thermoregulated, strict=True)) == {
        "epidermis": False,
        "papillary dermis": True,
        "upper plexus": True,
        "reticular dermis": True,
        "fat": False,
    }
