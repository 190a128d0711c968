import math
from dataclasses import replace

import numpy as np
import pytest

from porelight.heat.surface import Surface
from porelight.laser.devices import pearl
from porelight.session.ablative import ablation_of_places, ablative_session, coverage
from porelight.tissue.skin import Skin

SKIN = Skin.typical("cheek", 2, 45.0)


def test_spots_on_a_square_pattern_cover_as_geometry_says():
    found = coverage(pearl(overlap=0.2))
    # mean: area of a spot over that of a cell of the pattern
    assert found.mean == pytest.approx(0.25 * math.pi / 0.8**2, rel=2e-3)
    assert sum(found.share) == pytest.approx(1.0)
    # with a pitch of 0.8 diameters a lens of two neighbours is 2 acos(p) - 2 p sqrt(1 - p^2) of
    # r^2, two lenses for each spot, and no three spots meet
    lens = 2.0 * math.acos(0.8) - 2.0 * 0.8 * math.sqrt(1.0 - 0.8**2)
    assert found.n_spots == (0, 1, 2)
    assert found.share[2] == pytest.approx(2.0 * lens * 0.25 / 0.8**2, rel=5e-3)


def test_from_29_per_cent_overlap_nothing_is_left_out():
    assert coverage(replace(pearl(), overlap=0.3)).n_spots[0] == 1
    # and three spots meet beyond that
    assert coverage(replace(pearl(), overlap=0.5)).n_spots[-1] == 4


def test_a_hand_moved_beam_gives_every_place_the_mean_number_of_pulses():
    by_hand = replace(pearl(), overlap=0.0, passes=1)
    mean = by_hand.pulses_per_point
    found = coverage(by_hand)
    assert found.mean == pytest.approx(mean, rel=1e-6)
    assert found.n_spots == (1, 2)
    sparse = replace(by_hand, n_pulses=1)
    assert coverage(sparse).n_spots == (1,)


def test_overlap_removes_more_where_spots_meet():
    alone = ablative_session(SKIN, replace(pearl(), overlap=0.0, n_pulses=1), {})
    together = ablative_session(SKIN, pearl(), {})
    # mean depth follows the mean number of spots; the second falls on warm skin
    assert together.ablated_depth / alone.ablated_depth == pytest.approx(1.23, abs=0.03)
    assert together.wound_depth > alone.wound_depth
    assert (together.worst_killed >= together.field.killed - 1e-12).all()
    assert together.surface_felt > together.surface_reading


def test_a_place_under_two_spots_of_two_passes_has_four_pulses():
    exposure = pearl(passes=2)
    pulses = ablation_of_places(SKIN, exposure, {}, [2], Surface.typical(), 306.0)[0]
    assert pulses.pulse_ablated.size == 4
    # two in quick succession, then the next pass: its first finds cooler skin than the second did
    assert pulses.pulse_ablated[1] > pulses.pulse_ablated[0]
    assert pulses.pulse_ablated[2] < pulses.pulse_ablated[1]
    np.testing.assert_allclose(np.diff(pulses.pulse_end)[[0, 2]], 1.0 / exposure.rate)


def test_uncovered_skin_has_no_injury():
    found = ablative_session(SKIN, pearl(overlap=0.1), {})
    uncovered = coverage(pearl(overlap=0.1)).share[0]
    assert found.ablated[0] == pytest.approx(1.0 - uncovered)
    assert found.field.killed[0] == pytest.approx(1.0 - uncovered)
