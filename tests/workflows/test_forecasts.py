"""Forecast, follow-up, sensitivity and habits: one call each, all on the one road."""

import json
from dataclasses import replace

import numpy as np
import pytest

import porelight.course.treatment as road
from porelight.course.course import Course
from porelight.course.effects import ExtraOutcome
from porelight.course.healing_weeks import HealingWeeks
from porelight.course.laws import Laws
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.errors import ConvergenceError, ParameterError
from porelight.inference.calibration import posterior
from porelight.laser.devices import laser_genesis
from porelight.photo.estimate import Estimate
from porelight.session.injury_law import library_injury
from porelight.tissue.population import PorePopulation
from porelight.workflows.follow_up import follow_up, visit
from porelight.workflows.forecast import forecast
from porelight.workflows.sensitivity import sensitivity
from porelight.workflows.what_if import what_if

pytestmark = pytest.mark.slow

SMALL = EnsembleSettings(draws=64, members=2, photons=2000, seed=3)


@pytest.fixture(scope="module")
def course(skin):
    return Course(skin, [laser_genesis().on_day(day) for day in (0.0, 14.0)])


@pytest.fixture(scope="module")
def plain(course):
    return forecast(course, SMALL, last_day=98.0).outcome


def test_a_forecast_kept_on_the_way_is_that_of_one_run(course, plain):
    kept = forecast(course, SMALL, last_day=98.0, keep_day=21.0)
    assert kept.state.day == 21.0
    np.testing.assert_allclose(kept.outcome.diameter_ratio, plain.diameter_ratio, rtol=1e-10)
    on = forecast(course, last_day=98.0, start=kept.state)
    assert on.outcome.sizes["draw"] == SMALL.draws
    np.testing.assert_allclose(on.outcome.diameter_ratio, plain.diameter_ratio, rtol=1e-10)
    assert "state kept of day 21" in repr(kept)


def test_a_forecast_goes_on_as_it_began_or_not_at_all(course):
    small = EnsembleSettings(draws=8, members=1, photons=1000)
    state = forecast(course, small, last_day=30.0, keep_day=21.0).state
    for wrong, message in (
        ({"posterior": True}, "day 21 keeps the draws that it began with"),
        (
            {"settings": replace(small, seed=7)},
            "seed is 7, but the state of day 21 was made with 1",
        ),
        ({"last_day": 20.0}, "stands at day 21; expected a later day than 20"),
        ({"keep_day": 40.0}, "keep_day is 40, but the forecast ends on day 30"),
    ):
        with pytest.raises(ParameterError, match=message):
            forecast(course, **{"start": state, "last_day": 30.0, **wrong})
    assert forecast(course, small, start=state, last_day=30.0).outcome.sizes["draw"] == 8


def test_the_posterior_takes_the_place_of_the_priors_and_says_so(course):
    small = EnsembleSettings(draws=16, members=1, photons=1000)
    told = forecast(course, small, last_day=98.0, posterior=True)
    values = posterior()
    other = course.simulate_with(small, last_day=98.0, values=values)
    np.testing.assert_array_equal(told.outcome.area_fraction, other.area_fraction)
    assert "posterior that ships" in told.outcome.attrs["notes"]
    assert forecast(course, small, last_day=98.0).outcome.attrs["notes"] == "[]"
    warm = forecast(course, replace(small, perfusion="thermoregulated"), last_day=98.0)
    assert "Perfusion rose with the warmth" in warm.outcome.attrs["notes"]


@pytest.mark.parametrize("perfusion", ["constant", "thermoregulated"])
def test_every_road_takes_the_perfusion_it_is_given(course, monkeypatch, perfusion):
    seen = []
    usual = road.PhysicsEnsemble

    def ensemble(*args, **kwargs):
        seen.append(kwargs["perfusion"])
        return usual(*args, **kwargs)

    monkeypatch.setattr(road, "PhysicsEnsemble", ensemble)
    asked = replace(SMALL, draws=64, members=1, photons=1000, perfusion=perfusion)
    baseline = Estimate(0.05, 0.045, 0.055)
    pores = PorePopulation.measured(np.full(100, 4e-4), 2.5e-4)
    visits = [visit(0.0, pores, baseline), visit(42.0, pores, baseline)]
    forecast(course, asked, last_day=98.0)
    forecast(course, asked, last_day=98.0, keep_day=50.0)
    known = follow_up(course, visits, asked, last_day=98.0)
    sensitivity(course, "diameter_ratio", 60.0, asked, base=2)
    assert seen == [perfusion] * 4
    assert known.everyone.attrs["perfusion"] == perfusion


def halved(time, temperature, values, *, resting):
    usual = library_injury(time, temperature, values, resting=resting)
    return replace(usual, heat_shocked=0.5 * usual.heat_shocked)


def slower(skin, values, care, effects):
    # the weeks as they are, seen through another plug
    values = {**values, "cleansing_efficacy": 0.1 * values["cleansing_efficacy"]}
    return HealingWeeks(skin, values, care, effects)


def steps(weeks):
    return np.cumsum(np.ones((weeks.times.size, 1)), axis=0)


def test_every_road_takes_the_laws_it_is_given(course):
    asked = replace(SMALL, draws=64, members=1, photons=1000)
    laws = Laws(injury=halved, healing=slower)
    baseline = Estimate(0.05, 0.045, 0.055)
    pores = PorePopulation.measured(np.full(100, 4e-4), 2.5e-4)
    visits = [visit(0.0, pores, baseline), visit(42.0, pores, baseline)]
    known = follow_up(course, visits, asked, last_day=98.0, laws=laws)
    foreign = json.loads(known.everyone.attrs["laws"])
    assert list(foreign) == ["injury", "healing"]
    usual = forecast(course, asked, last_day=98.0).outcome
    np.testing.assert_allclose(known.everyone.heat_shocked, 0.5 * usual.heat_shocked, rtol=1e-12)

    # half of the signal: half of what a small dose changes
    changes = [
        sensitivity(course, "diameter_ratio", 60.0, asked, base=2, laws=one).change
        for one in (Laws(), laws)
    ]
    assert 0.3 < np.median(changes[1] / changes[0]) < 0.8

    habit = {"cleansing": (Care("cleansing"),)}
    plug = [
        what_if(course.skin, 1.0, draws=8, habits=habit, laws=one).outcomes["cleansing"].plug
        for one in (Laws(), laws)
    ]
    assert (plug[1][:, -1] > plug[0][:, -1]).all()


def test_an_outcome_of_ones_own_has_sensitivities_too(course):
    variable = OutcomeVariable(name="steps", unit="1", meaning="steps")
    laws = Laws(outcomes=[ExtraOutcome(variable, steps)])
    with pytest.raises(ParameterError, match="no outcome over draws and days"):
        sensitivity(course, "steps", 60.0, SMALL, base=2)
    with pytest.raises(ParameterError, match="steps is the same in every draw"):
        sensitivity(Course(course.skin), "steps", 60.0, SMALL, base=2, laws=laws)


def test_a_follow_up_narrows_a_forecast_to_those_who_resemble_the_person(course):
    many = replace(SMALL, draws=600)
    start = PorePopulation.measured(np.full(100, 4e-4), 2.5e-4)
    same = Estimate(0.05, 0.0495, 0.0505)
    visits = [visit(0.0, start, same), visit(42.0, start, same)]
    known = follow_up(course, visits, many, last_day=98.0)
    assert 30.0 < known.effective_draws < 600.0
    assert known.visits == tuple(visits)
    # an unchanged person moves the median towards no change
    before = known.everyone.change("area_fraction", 98.0)
    after = known.change("area_fraction", 98.0)
    assert abs(after.median) < abs(before.median)
    assert "resemble this person" in repr(known)
    smaller = PorePopulation.measured(np.full(100, 2.6e-4), 2.5e-4)
    with pytest.raises(ConvergenceError, match="draws resemble this person"):
        follow_up(course, [visits[0], visit(42.0, smaller, same)], many, last_day=98.0)
    with pytest.raises(ParameterError, match="expected a baseline"):
        follow_up(course, visits[:1], many, last_day=98.0)


def test_a_visits_deviation_joins_the_photograph_and_its_retake():
    pores = PorePopulation.measured(np.full(100, 4e-4), 2.5e-4)
    sharp = visit(0.0, pores, Estimate(0.05, 0.05, 0.05))
    # 8 % is the smallest change that a camera tells from none: 1.96 root 2 standard deviations
    assert sharp.deviation == pytest.approx(0.08 / (1.96 * np.sqrt(2.0)))
    # a 90 % interval of +-10 % is 0.1 / 1.645 standard deviations
    wide = visit(0.0, pores, Estimate(0.05, 0.045, 0.055))
    assert wide.deviation == pytest.approx(np.hypot(sharp.deviation, 0.1 / 1.6449), rel=1e-4)
    assert wide.value == pytest.approx(0.25 * np.pi * 4e-4**2 * 100 / 2.5e-4)
    hidden = PorePopulation.measured(np.full(100, 2e-4), 2.5e-4)
    with pytest.raises(ParameterError, match="day 7: no pore above the threshold"):
        visit(7.0, hidden, Estimate(0.01, 0.0, 0.02))


def test_measured_pores_are_a_factor_of_a_sensitivity(course):
    sizes = np.random.default_rng(1).uniform(2e-4, 6e-4, 50)
    open_ = PorePopulation.measured(
        sizes,
        1e-4,
        diameter_factor=np.linspace(0.6, 1.6, 40),
        density_factor=np.ones(40),
    )
    measured = Course(replace(course.skin, pores=open_), course.sessions)
    found = sensitivity(measured, "pore-area", 60.0, replace(SMALL, members=1), base=16)
    assert found.name == "area_fraction"
    assert "pores as measured" in found.factors
    total = dict(zip(found.factors, found.total_order, strict=True))
    assert 0.0 < total["pores as measured"] < 1.0
    exact = sensitivity(course, "pore-area", 60.0, replace(SMALL, members=1), base=2)
    assert "pores as measured" not in exact.factors
    # judged twelve weeks after the last session when no day is given
    assert sensitivity(course, "pore-area", None, replace(SMALL, members=1), base=2).day == 98.0
    sun = Course(course.skin, care=[Care("unprotected-sun")])
    assert sensitivity(sun, "collagen", None, replace(SMALL, members=1), base=2).day == 84.0


def test_progress_of_a_sensitivity_ends_at_one(course):
    heard = []
    sensitivity(course, "redness", 60.0, replace(SMALL, members=1), base=2, progress=heard.append)
    assert heard[-1] == 1.0


def test_habits_are_told_by_their_change(skin):
    done = what_if(skin, 2.0, draws=16, habits={"sun": (Care("unprotected-sun"),), "none": ()})
    assert done.change("none").median == 0.0
    assert done.change("sun").median > 0.0
    assert repr(done).startswith("sun: pore area +")
    assert repr(done).splitlines()[0].endswith(", after 2 years")
    html = done._repr_html_()
    assert "<td>sun</td><td>+" in html
    assert html.count("<tr>") == 3
    with pytest.raises(ParameterError, match="no habit called 'san'; did you mean 'sun'"):
        done.change("san")
