from dataclasses import replace

import numpy as np
import pytest

from porelight.course.course import Course
from porelight.course.outcome import Outcome
from porelight.course.settings import EnsembleSettings
from porelight.report.drawing import data_uri
from porelight.report.week_figures import (
    collagen_figure,
    effects_figure,
    healing_figure,
    sizes_figure,
    weeks_figure,
)
from porelight.tissue.population import PorePopulation


def _longest(axes):
    return max(axes.lines, key=lambda line: len(line.get_xdata()))


def test_weeks_show_the_median_in_clinic_units(outcome):
    area, count, diameter = weeks_figure(outcome).axes
    for axes, name, factor in (
        (area, "area_fraction", 100.0),
        (count, "visible_density", 1e-4),
        (diameter, "diameter_ratio", 100.0),
    ):
        median = outcome[name].median("draw").to_numpy()
        np.testing.assert_allclose(_longest(axes).get_ydata(), factor * median)
        np.testing.assert_allclose(_longest(axes).get_xdata(), outcome["day"].to_numpy() / 7.0)


def test_weeks_mark_every_session_and_what_a_camera_can_tell(outcome):
    area = weeks_figure(outcome).axes[0]
    marks = [line.get_xdata() for line in area.lines if line.get_marker() in ("v", "D")]
    assert [mark[0] for mark in marks if len(mark)] == [0.0, 2.0, 6.0]
    start = 100.0 * float(outcome["area_fraction"].isel(day=0).median())
    levels = [np.unique(line.get_ydata()) for line in area.lines if line.get_linestyle() == ":"]
    assert any(level.size == 1 and np.isclose(level[0], 0.92 * start) for level in levels)


def test_rounding_is_not_drawn_as_mountains(untreated):
    rounded = untreated["diameter_ratio"] + 1e-9 * untreated["day"]
    jitter = Outcome(untreated.dataset.assign(diameter_ratio=rounded))
    _, _, diameter = weeks_figure(jitter).axes
    np.testing.assert_allclose(diameter.get_ylim(), (97.0, 103.0), rtol=1e-3)


def test_collagen_shows_what_moves_the_pore(outcome):
    for axes, name in zip(
        collagen_figure(outcome).axes, ("collagen", "immature_collagen", "plug"), strict=True
    ):
        median = outcome[name].median("draw").to_numpy()
        np.testing.assert_allclose(_longest(axes).get_ydata(), 100.0 * median)


def test_healing_follows_two_weeks_after_the_session(outcome):
    (axes,) = healing_figure(outcome, 2).axes
    days = axes.lines[0].get_xdata()
    np.testing.assert_allclose(days, [1, 2, 3, 4, 5, 6, 7, 10, 14])
    window = outcome["epidermis"].sel(day=days + 42.0).median("draw").to_numpy()
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 100.0 * window)


def test_healing_can_be_drawn_from_weekly_days(make_outcome):
    data_uri(healing_figure(make_outcome(daily=False), 2))


def test_effects_are_intervals_of_the_draws(outcome):
    (axes,) = effects_figure(outcome).axes
    draws = 100.0 * outcome.changes("redness", 126.0)
    thin = next(line for line in axes.lines if list(line.get_ydata()) == [0, 0])
    np.testing.assert_allclose(thin.get_xdata(), np.quantile(draws, [0.05, 0.95]))


def test_published_results_stand_only_beside_the_treatment_they_are_of(outcome, pearl_only):
    def trials(course):
        (axes,) = effects_figure(course).axes
        return [
            line.get_xdata()[0]
            for line in axes.lines
            if line.get_marker() == "D" and len(line.get_xdata())
        ]

    assert trials(outcome) == pytest.approx([-2.5, -29.4])
    assert trials(pearl_only) == []


def test_sizes_meet_the_threshold_at_the_number_of_visible_pores(outcome):
    (axes,) = sizes_figure(outcome).axes
    lines = {line.get_label(): line for line in axes.lines}
    for name, day in (("now", 0.0), ("12 weeks after the last session", 126.0)):
        seen = np.interp(0.25, lines[name].get_xdata(), lines[name].get_ydata())
        visible = float(outcome["visible_density"].sel(day=day).median()) * 1e-4
        assert seen == pytest.approx(visible, rel=0.05)


def test_no_pore_shrinks_below_its_genetic_size(outcome):
    tiny = Outcome(outcome.dataset.assign(diameter_ratio=0.1 * outcome["diameter_ratio"]))
    (axes,) = sizes_figure(tiny).axes
    lines = {line.get_label(): line for line in axes.lines}
    floor = lines["genetic size: no treatment goes below"].get_ydata()
    np.testing.assert_allclose(lines["12 weeks after the last session"].get_ydata(), floor)


def test_sessions_carry_the_mark_of_their_device_and_unregistered_ones_the_usual_one(
    make_outcome, genesis_settings
):
    course = [
        (14.0 * i, {**genesis_settings, "device": one})
        for i, one in enumerate(("laser-genesis", "pearl", "opal"))
    ]
    figure = weeks_figure(make_outcome(course))
    marks = {
        float(line.get_xdata()[0]): (line.get_marker(), line.get_color())
        for line in figure.axes[0].lines
        if line.get_marker() in ("v", "D", "s") and len(line.get_xdata())
    }
    assert marks == {0.0: ("v", "#d55e00"), 2.0: ("D", "#009e73"), 4.0: ("s", "#222222")}
    assert [text.get_text() for text in figure.legends[0].get_texts()][:3] == [
        *("Laser Genesis", "Pearl", "opal")
    ]


def test_sizes_of_measured_pores_are_those_that_the_tables_count(skin):
    sizes = np.random.default_rng(1).uniform(3e-4, 6e-4, 80)
    open_ = PorePopulation.measured(
        sizes, 2e-4, diameter_factor=np.full(3, 1.0), density_factor=np.array([0.6, 0.7, 0.9])
    )
    outcome = Course(replace(skin, pores=open_)).follow(
        [], EnsembleSettings(9, 2, seed=1, people=3), days=(0.0, 84.0)
    )
    told = float(outcome.visible_density.sel(day=0.0).median()) / 1e4
    assert told == pytest.approx(0.7 * 80 / 2.0)
    (axes,) = sizes_figure(outcome).axes
    now = next(line for line in axes.lines if line.get_label() == "now")
    assert now.get_ydata()[0] == pytest.approx(told)
