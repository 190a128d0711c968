from dataclasses import replace
from importlib.resources import files

import numpy as np
import pytest

from porelight.course.course import Course
from porelight.course.outcome import Interval
from porelight.course.outcome_registry import goal_variable
from porelight.course.settings import EnsembleSettings
from porelight.errors import ParameterError
from porelight.files.device_files import read_device
from porelight.laser.device import Device
from porelight.laser.devices import device
from porelight.planning.limits import LimitCheck
from porelight.planning.plan import Candidate, Plan, best_first
from porelight.planning.search import propose
from porelight.tissue.skin import Skin

pytestmark = pytest.mark.slow

COARSE = EnsembleSettings(draws=16, members=2, photons=3000)
SMALL = {
    one.key: one
    for one in (
        device("laser-genesis").with_plan(
            radiant_exposure=(10e4, 14e4, 16e4), n_pulses=(2000,), sessions=(3,)
        ),
        device("pearl").with_plan(radiant_exposure=(2.5e4, 3.5e4), sessions=(1,)),
    )
}


def planned(fitzpatrick: int, devices=tuple(SMALL), **settings):
    skin = Skin.typical("cheek", fitzpatrick, 35.0, oiliness="oily")
    at_hand = [SMALL.get(key, key) for key in devices]
    return propose(skin, devices=at_hand, settings=COARSE, **settings)


@pytest.fixture(scope="module")
def fair():
    return planned(2)


@pytest.fixture(scope="module")
def dark():
    return planned(6)


def strongest_genesis(plan) -> float:
    return max(
        session.exposure.radiant_exposure
        for one in plan.candidates
        for session in one.sessions
        if session.exposure.device == "laser-genesis"
    )


def test_every_proposed_course_keeps_every_limit(fair, dark):
    for plan in (fair, dark):
        assert plan.candidates
        for one in plan.candidates:
            assert one.margin >= 0.0
            assert all(check.passed for check in one.checks)


def test_dark_skin_gets_gentler_settings_and_no_pearl(fair, dark):
    assert strongest_genesis(dark) < strongest_genesis(fair)
    assert any("pearl" in one.label for one in fair.candidates)
    assert not any("pearl" in one.label for one in dark.candidates)
    reasons = [one.reason for one in dark.refused if one.setting.startswith("pearl")]
    assert len(reasons) == 2
    assert all("types I to III" in reason for reason in reasons)


def test_what_would_burn_is_refused_with_the_number_that_forbids_it(dark):
    burning = [one for one in dark.refused if "16 J/cm2" in one.setting]
    assert len(burning) == 1
    # it hurts, too, but the limit that is passed furthest is told
    assert burning[0].reason.startswith("dead cells of the epidermis would be ")
    assert "; allowed is 5 %" in burning[0].reason


def test_candidates_are_ranked_by_predicted_benefit(fair):
    medians = [round(one.benefit.median, 3) for one in fair.candidates]
    assert medians == sorted(medians)
    assert fair.verdict.startswith(fair.candidates[0].label)


def test_combinations_are_of_settings_that_are_safe_alone(fair):
    combined = [one for one in fair.candidates if "then" in one.label]
    assert combined
    days = [session.day for session in combined[0].sessions]
    assert days == [0.0, 30.0, 44.0, 58.0]


def test_a_wound_costs_days_and_warmth_none(fair):
    downtime = {one.label: one.downtime_days for one in fair.candidates}
    assert all((days > 0.0) == ("pearl" in label) for label, days in downtime.items())
    assert max(downtime.values()) <= 7.0


def test_a_second_wound_costs_its_days_again():
    twice = device("pearl").with_plan(radiant_exposure=(3.5e4,), sessions=(1, 2))
    skin = Skin.typical("cheek", 2, 35.0, oiliness="oily")
    days = {
        len(one.sessions): one.downtime_days
        for one in propose(skin, devices=[twice], settings=COARSE).candidates
    }
    assert days[2] == 2.0 * days[1] > 0.0


def test_a_plan_promises_what_a_simulation_of_its_course_gives(fair):
    assert fair.n_members == COARSE.members
    best = next(one for one in fair.candidates if "then" in one.label)
    judged = best.sessions[-1].day + 84.0  # twelve weeks after the last session
    outcome = Course(fair.skin, best.sessions).simulate_with(COARSE, last_day=judged)
    simulated = outcome.change("pore-area", judged)
    np.testing.assert_allclose(
        (best.benefit.low, best.benefit.median, best.benefit.high),
        (simulated.low, simulated.median, simulated.high),
        rtol=1e-4,  # observed on other days, so that the weeks are stepped otherwise
        atol=1e-6,
    )
    assert best.responders == pytest.approx(outcome.responders(judged).chance, rel=1e-3)
    assert 0.0 < best.responders < 1.0
    assert best.benefit.when == f"day {judged:g}"


def test_without_a_safe_setting_the_verdict_says_why():
    plan = planned(5, devices=("pearl",))
    assert plan.candidates == ()
    assert plan.verdict.startswith("No setting is safe for this skin (Pearl is offered")


def test_progress_ends_at_the_whole():
    told = []
    planned(5, devices=("pearl",), progress=told.append)
    assert told[-1] == 1.0
    assert told == sorted(told)


def test_ctrl_c_keeps_the_courses_that_were_followed():
    def interrupt(fraction: float) -> None:
        if fraction > 0.8:
            raise KeyboardInterrupt

    plan = planned(2, devices=("pearl",), progress=interrupt)
    assert len(plan.candidates) == 1
    assert plan.verdict.startswith("Interrupted: 1 of 2 courses followed. 1 x pearl")


def test_unknown_goals_and_devices_are_refused():
    with pytest.raises(ParameterError, match="did you mean 'pore-area'"):
        planned(2, goal="pore-aera")
    with pytest.raises(ParameterError, match="no device named 'genesis'; did you mean"):
        planned(2, devices=("genesis",))


def test_a_device_is_planned_with_once_and_under_one_name():
    plan = planned(2, devices=("pearl", "pearl"))
    assert [one.label for one in plan.candidates] == ["1 x pearl 3.5 J/cm2", "1 x pearl 2.5 J/cm2"]
    skin = Skin.typical("cheek", 2, 35.0)
    with pytest.raises(ParameterError, match="two different devices are called 'pearl'"):
        propose(skin, devices=["pearl", SMALL["pearl"]])
    with pytest.raises(ParameterError, match="no device is given"):
        propose(skin, devices=[])


def test_a_device_of_ones_own_is_planned_with_and_combined_as_its_file_says(tmp_path):
    def own(key: str, in_combination: str) -> Device:
        pearl = files("porelight.data").joinpath("devices/pearl.toml").read_text("utf-8")
        path = tmp_path / f"{key}.toml"
        # a fractional 1540 nm laser by its wavelength, all else as the scanner that ships
        path.write_text(
            pearl.replace("2790.0", "1540.0").replace('"first"', f'"{in_combination}"'), "utf-8"
        )
        return read_device(path).with_plan(radiant_exposure=(2e4, 3e4), sessions=(2,))

    plan = planned(
        2,
        devices=(
            SMALL["pearl"],
            *(own("opens", "first"), own("follows", "after"), own("single", "alone")),
        ),
    )
    labels = {one.label for one in plan.candidates}
    assert {"2 x opens 2 J/cm2", "2 x follows 3 J/cm2", "2 x single 3 J/cm2"} <= labels
    # the strongest setting of each that goes first, then of each that goes after
    assert {label for label in labels if "then" in label} == {
        "1 x pearl 3.5 J/cm2, then 2 x follows 3 J/cm2",
        "1 x opens 3 J/cm2, then 2 x follows 3 J/cm2",
    }
    assert {
        tuple(session.day for session in one.sessions)
        for one in plan.candidates
        if "then" in one.label
    } == {(0.0, 30.0, 60.0)}


def test_the_limits_of_a_device_of_ones_own_refuse_before_any_simulation(tmp_path):
    pearl = files("porelight.data").joinpath("devices/pearl.toml").read_text("utf-8")
    (tmp_path / "own.toml").write_text(pearl.replace('"Pearl"', '"Own"'), "utf-8")
    plan = planned(4, devices=(read_device(tmp_path / "own.toml"),))
    assert plan.candidates == ()
    assert {one.reason for one in plan.refused} == {
        "Own is offered for skin types I to III; this skin is type IV."
    }
    assert plan.refused[0].setting == "own 1.5 J/cm2"


def test_a_plan_warns_of_the_strongest_pulse_of_each_device_it_proposes(fair, dark):
    assert [note.split(",")[1].split(":")[0] for note in fair.safety] == [" 1064 nm", " 2790 nm"]
    strongest = strongest_genesis(fair) / 1e4
    assert f"a pulse of {strongest:g} J/cm2" in fair.safety[0]
    assert "a pulse of 3.5 J/cm2" in fair.safety[1]
    assert len(dark.safety) == 1


def test_a_plan_prints_its_verdict_and_its_best_courses(fair):
    lines = repr(fair).splitlines()
    assert lines[0] == fair.verdict
    assert lines[1].startswith(f"  {fair.candidates[0].label}: pore area -")
    assert lines[-1] == f"{len(fair.refused)} settings refused, with reasons in .refused"
    assert len(lines) <= 8


def check(margin: float, limit: str = "limit") -> LimitCheck:
    return LimitCheck(
        limit, passed=True, margin=margin, shown_value="1", shown_limit="2", source=""
    )


def test_the_verdict_names_the_limit_with_the_least_room():
    checks = (check(0.5, "far"), check(0.1, "near"), check(0.9, "farthest"))
    best = Candidate("1 x own", (), checks, Interval(-0.2, -0.1, 0.0), 0.5, 0.0)
    skin = Skin.typical("cheek", 2, 35.0)
    plan = Plan(skin, goal_variable("pore-area"), (best,), (), seed=1, n_courses=1)
    assert plan.verdict == (
        "1 x own: area of visible pores -10.0 % (-20.0 % to +0.0 %) twelve weeks after the last "
        "session; closest limit: near 1; allowed 2."
    )
    nothing = replace(plan, candidates=(replace(best, benefit=Interval(-2e-4, -1e-5, 0.0)),))
    assert "visible pores +0.0 % (+0.0 % to +0.0 %)" in nothing.verdict  # no minus before nothing
    # the word safe rests on the skins that were tried
    assert replace(plan, n_members=2).verdict.endswith(
        "allowed 2. Safe in 2 possible skins of this kind, as far as simulated."
    )
    assert "Safe in the typical skin of this kind" in replace(plan, n_members=1).verdict


def test_among_equal_predictions_the_larger_margin_goes_first():
    def candidate(label: str, median: float, *margins: float) -> Candidate:
        benefit = Interval(median - 0.1, median, median + 0.1)
        return Candidate(label, (), tuple(check(one) for one in margins), benefit, 0.5, 0.0)

    ranked = best_first(
        [
            candidate("close", -0.1002, 0.9, 0.1),
            candidate("worse", -0.05, 0.9),
            candidate("roomy", -0.0998, 0.4, 0.3),
            candidate("better", -0.2, 0.01),
        ]
    )
    assert [one.label for one in ranked] == ["better", "roomy", "close", "worse"]


def test_a_plan_says_what_it_improves_in_words():
    plan = planned(2, devices=("pearl",), goal="fine-lines")
    assert plan.goal == "fine-lines"
    assert ": fine lines -" in plan.verdict
    assert plan.candidates[0].benefit.name == "fine lines"
