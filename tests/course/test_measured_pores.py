"""What a photograph leaves open of its pores reaches the forecast."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.course.course import Course
from porelight.course.settings import EnsembleSettings
from porelight.photo.measure import measure
from porelight.photo.photograph import Photograph
from porelight.render.look import SkinLook
from porelight.render.skin import render_skin
from porelight.tissue.population import PorePopulation


@pytest.fixture(scope="module")
def measurement():
    sizes = np.exp(np.random.default_rng(3).normal(np.log(5.5e-4), 0.12, 60))
    rendered = render_skin(sizes, look=SkinLook(fitzpatrick=3), size=(0.012, 0.012), seed=3)
    photograph = Photograph(rendered.pixels, rendered.px_per_metre, 0.03, name="rendered")
    return measure(photograph, zone="cheek")


def test_the_measured_interval_of_area_is_that_of_the_forecasts_first_day(measurement, skin):
    measured = replace(skin, pores=measurement.population())
    outcome = Course(measured).follow([], EnsembleSettings(600, 2, seed=1), days=(0.0, 7.0))
    told = measurement.area_fraction
    start = outcome.value("area_fraction", 0.0)
    # the largest pores of a draw are as in the photograph; a few of the smallest may lie below the
    # threshold of visibility in draws of smaller pores
    np.testing.assert_allclose(start.high, told.high, rtol=0.01)
    np.testing.assert_allclose(start.low, told.low, rtol=0.04)
    assert start.high / start.low > 1.3
    # a change is relative to each draw's own start: nothing is done, so nothing changes
    np.testing.assert_array_equal(outcome.changes("area_fraction", 7.0), 0.0)


def test_few_draws_show_the_whole_range(measurement):
    pores = measurement.population()
    every = pores.density_factor * pores.diameter_factor**2
    larger, denser = pores.possible(32, seed=1)
    few = denser * larger**2
    np.testing.assert_allclose(
        np.quantile(few, [0.1, 0.5, 0.9]), np.quantile(every, [0.1, 0.5, 0.9]), rtol=0.03
    )
    again, _ = pores.possible(32, seed=2)
    assert not np.array_equal(again, larger)
    np.testing.assert_array_equal(np.sort(again), np.sort(larger))


def test_factors_scale_sizes_and_numbers_exactly(skin):
    sizes = np.array([3e-4, 5e-4])
    exact = PorePopulation.measured(sizes, 1e-5)
    doubtful = replace(
        exact, diameter_factor=np.array([1.1, 1.1]), density_factor=np.array([0.5, 0.5])
    )
    plain, open_ = (
        Course(replace(skin, pores=pores)).follow(
            [], EnsembleSettings(8, 2, seed=1), days=(0.0, 7.0)
        )
        for pores in (exact, doubtful)
    )
    ratio = open_.area_fraction / plain.area_fraction
    np.testing.assert_allclose(ratio, 0.5 * 1.1**2, rtol=1e-12)
    np.testing.assert_allclose(open_.visible_density / plain.visible_density, 0.5, rtol=1e-12)
    np.testing.assert_allclose(open_.mean_diameter / plain.mean_diameter, 1.1, rtol=1e-12)
    np.testing.assert_array_equal(open_.diameter_ratio, plain.diameter_ratio)


def test_one_possibility_is_no_less_than_two_of_the_same(skin):
    exact = PorePopulation.measured(np.array([3e-4, 5e-4]), 1e-5)
    settings = EnsembleSettings(8, 2, seed=1)
    for factors in ({"diameter_factor": 0.5}, {"density_factor": 3.0}):
        starts = []
        for n in (1, 2):
            given = {name: np.full(n, value) for name, value in factors.items()}
            whole = {"diameter_factor": np.ones(n), "density_factor": np.ones(n), **given}
            course = Course(replace(skin, pores=replace(exact, **whole)))
            starts.append(course.follow([], settings, days=(0.0, 7.0)).area_fraction[:, 0])
        np.testing.assert_array_equal(starts[0], starts[1])
    assert not exact.is_open
