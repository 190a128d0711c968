"""Errors of a calculation's own numbers: seen where they are put in, none where there are none."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.grid import Grid
from porelight.photo.estimate import Estimate
from porelight.validation import calculation


def test_cells_are_cut_into_equal_parts_and_keep_their_edges():
    grid = Grid(np.array([0.0, 1.0, 4.0]), np.array([0.0, 2.0, 3.0]))
    finer = grid.refined(3)
    assert finer.shape == (6, 6)
    np.testing.assert_allclose(finer.r_edges, [0, 1 / 3, 2 / 3, 1, 2, 3, 4])
    np.testing.assert_allclose(finer.volume.sum(), grid.volume.sum())
    np.testing.assert_array_equal(grid.refined(1).z_edges, grid.z_edges)
    with pytest.raises(ValueError, match="parts is 0; expected 1 or more"):
        grid.refined(0)


def test_the_weeks_are_finer_than_their_goal_and_coarser_steps_are_seen(monkeypatch):
    usual = calculation._weeks()
    assert usual.passed
    assert usual.found > 0.0
    every_fortnight = np.linspace(0.0, calculation._LAST, 11) * 86_400.0
    monkeypatch.setattr(calculation, "fine_times", lambda *_: every_fortnight)
    assert calculation._weeks().found > 3.0 * usual.found


def test_spread_is_told_over_the_half_interval():
    estimates = [Estimate(10.0, 8.0, 12.0), Estimate(12.0, 10.0, 14.0)]
    assert calculation._over_interval(estimates) == pytest.approx(2.0**0.5 / 2.0)


@pytest.mark.slow
def test_a_photograph_cut_a_pixel_further_measures_the_same():
    found = calculation.measure_cases()
    assert all(one.passed for one in found), found
    assert any(one.found > 0.0 for one in found)


@pytest.mark.slow
def test_photons_and_cells_move_a_session_less_than_its_goals(monkeypatch):
    found = calculation._session(1)
    assert all(one.passed for one in found), found
    monkeypatch.setattr(
        calculation, "USUAL_SETTINGS", replace(calculation.USUAL_SETTINGS, photons=1000)
    )
    assert not calculation._session(1)[0].passed
