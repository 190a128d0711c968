"""Claims about the search of settings: tables, what is tried, and that the full engine decides."""

from dataclasses import replace

import numpy as np
import pytest

from porelight.course.laws import OWN_LAWS
from porelight.course.outcome_registry import goal_variable
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import begin
from porelight.course.statistics import Interval, ShareOfPeople
from porelight.course.treatment import physics_ensemble
from porelight.errors import ParameterError
from porelight.laser.devices import device
from porelight.planning import beyond_grid as beyond
from porelight.planning.limits import LimitCheck
from porelight.planning.neighbours import Neighbours
from porelight.planning.optimise import (
    CourseSearch,
    SessionBlock,
    Tried,
    days_of,
    forbidden_by_one,
    on_front,
    ranked,
)
from porelight.planning.plan import Candidate, best_first
from porelight.planning.search import propose
from porelight.planning.space import STOP, SettingSpace
from porelight.planning.tables import session_table
from porelight.tissue.skin import Skin

SKIN = Skin.typical("cheek", 1, 35.0, oiliness="oily")
COARSE = EnsembleSettings(draws=20, members=3, photons=1000)
GENESIS = device("laser-genesis").with_plan(
    radiant_exposure=(8e4,), n_pulses=(1000,), sessions=(3,)
)


@pytest.fixture(scope="module")
def table():
    return session_table(
        SettingSpace.of(GENESIS, SKIN.zone), physics_ensemble(SKIN, COARSE, OWN_LAWS), OWN_LAWS
    )


def tried(net: float, used: float, limit: str = "people hurt") -> Tried:
    return Tried((), {limit: used}, 60.0, better=net, change=-net / 10, followed=True)


@pytest.mark.parametrize("key", ["laser-genesis", "pearl"])
def test_every_setting_that_is_tried_lies_within_the_device(key):
    space = SettingSpace.of(device(key), "nose")
    for end in (0, 10**6):
        point = {one.name: one.at(min(end, one.n_steps)) for one in space.ranges}
        exposure = space.exposure(point)
        assert space.device.breaches(exposure) == ()
        assert space.point(exposure).items() >= point.items()
    usual = device(key).exposure()
    assert space.exposure(space.point(usual)).n_pulses == usual.n_pulses


@pytest.mark.slow
def test_a_search_tries_different_courses_and_the_same_for_the_same_seed(table):
    aim = goal_variable("pore-area", [])
    runs = []
    for _ in range(2):
        start = begin(SKIN, COARSE)
        search = CourseSearch(SKIN, {"laser-genesis": table}, start, aim, OWN_LAWS)
        runs.append(search.run(60, [], 4, lambda _: None))
    assert [one.course for one in runs[0]] == [one.course for one in runs[1]]
    assert [one.objectives for one in runs[0]] == [one.objectives for one in runs[1]]
    assert len(runs[0]) > 40
    for one in runs[0]:
        assert days_of(one.course)[0] == 0.0
        assert np.diff(days_of(one.course)).min() >= 14.0


def test_what_breaks_a_limit_is_not_ranked():
    found = [tried(0.1, 0.9), tried(0.2, 1.15), tried(0.3, 1.3)]
    assert ranked(found) == [found[0]]


def test_of_what_one_limit_alone_forbids_the_best_is_asked_in_full():
    near, better, far = tried(0.2, 1.1), tried(0.3, 1.24), tried(0.9, 1.26)
    dark = tried(0.1, 1.2, "darkening that shows")
    both = replace(tried(0.8, 1.1), used={"people hurt": 1.1, "darkening that shows": 1.1})
    found = forbidden_by_one([tried(0.1, 0.9), near, better, far, dark, both])
    assert found == {"people hurt": better, "darkening that shows": dark}


def test_the_front_of_a_search_holds_what_nothing_beats_in_all_that_counts():
    strong, gentle = tried(0.3, 0.9), replace(tried(0.1, 0.5), chair_time=10.0)
    beaten = replace(strong, chair_time=90.0)
    assert on_front([strong, beaten, gentle]) == [strong, gentle]
    assert on_front([]) == []


def test_a_space_tells_what_is_turned_and_what_no_file_allows():
    told = SettingSpace.of(GENESIS, "cheek").told
    assert told.startswith("laser-genesis: turned from 5 J/cm2, 500 pulses, 5 Hz, stop at 38 degC")
    assert "to 16 J/cm2, 4000 pulses, 10 Hz, stop at 42 degC; 3 to 8 sessions" in told
    assert "pulse 0.3 ms (its file allows 0.3 to 0.5 ms)" in told
    assert told.endswith("its file gives no range for cooling or path.")


@pytest.mark.slow
def test_courses_followed_side_by_side_are_those_followed_alone(table):
    start = begin(SKIN, COARSE)
    aim = goal_variable("pore-area", [])

    def course(sessions: int, energy: float):
        point = tuple(
            {"radiant_exposure": energy, "passes": 4.0, "rate": 7.0, STOP: 314.15}.items()
        )
        return (SessionBlock("laser-genesis", point, sessions, 14.0),)

    courses = [course(3, 9e4), course(5, 8e4), course(8, 7e4)]
    together = CourseSearch(SKIN, {"laser-genesis": table}, start, aim, OWN_LAWS)
    together._try(courses)
    for one in courses:
        alone = CourseSearch(SKIN, {"laser-genesis": table}, start, aim, OWN_LAWS)
        alone._try([one])
        found, own = together.tried[one], alone.tried[one]
        assert found.followed
        assert own.followed
        # later sessions of the others do nothing to it; the weeks are stepped on other days
        assert found.change == pytest.approx(own.change, rel=0.02, abs=2e-5)
        assert found.better == pytest.approx(own.better, abs=2e-3)


def test_a_course_in_full_that_one_limit_forbids_is_told_as_what_more_would_give():
    def course(name: str, change: float, better: float) -> Candidate:
        none = ShareOfPeople(0.0, 0.0, 0.0)
        return Candidate(
            label=name,
            sessions=(),
            checks=(),
            benefit=Interval(change, change, change),
            better=ShareOfPeople(better, better, better),
            worse=none,
            hurt=none,
            darkened=none,
            downtime_days=0.0,
        )

    kept = course("kept", -0.011, 0.1)
    hurts = LimitCheck("people hurt", 0.119, 0.10, "", "")
    forbidden = [
        (course("stronger", -0.026, 0.2), hurts),
        (course("far beyond", -0.09, 0.6), replace(hurts, chance=0.3)),
        (course("weaker", -0.005, 0.05), hurts),
    ]
    (line,) = beyond._relaxations(forbidden, [kept])
    assert line == (
        "if the chance of people hurt might be 12 % in place of 10 %: -2.6 % in place of -1.1 %, "
        "by stronger"
    )
    assert beyond._relaxations(forbidden[:1], [])[0].endswith("in place of nothing, by stronger")
    assert beyond._relaxations([], [kept]) == ()


def test_the_upper_half_of_a_devices_pulses_is_for_small_zones():
    most = {
        zone: SettingSpace.of(GENESIS, zone)
        .exposure({one.name: one.high for one in SettingSpace.of(GENESIS, zone).ranges})
        .n_pulses
        for zone in ("cheek", "forehead", "nose", "chin")
    }
    assert most == {"cheek": 4000, "forehead": 4000, "nose": 6000, "chin": 6000}


@pytest.mark.slow
def test_a_plan_with_a_search_has_the_grid_too_and_is_never_worse():
    grid = propose(SKIN, devices=[GENESIS], settings=COARSE)
    found = propose(SKIN, devices=[GENESIS], settings=COARSE, n_settings=100)
    assert {one.label for one in grid.candidates} <= {one.label for one in found.candidates}
    assert found.searched.tried > 50
    kept = len(found.candidates) - len(grid.candidates)
    refused = [one for one in found.refused if "found by the search" in one.reason]
    assert kept + len(refused) == len(found.searched.finalists)
    for one in found.candidates:
        assert all(check.passed for check in one.checks)
    assert max(one.net for one in found.candidates) >= max(one.net for one in grid.candidates)


@pytest.mark.slow
def test_a_plan_says_what_happens_to_skin_one_type_off():
    skin = Skin.typical("cheek", 2, 35.0, oiliness="oily")
    pearl = device("pearl").with_plan(radiant_exposure=(2e4,), sessions=(1,))

    plan = propose(skin, devices=[pearl], settings=replace(COARSE, members=1))
    (course,) = [one for one in plan.candidates if one.sessions]
    asked = Neighbours(skin, [pearl], replace(COARSE, members=1), plan.aim, OWN_LAWS).asked(course)
    lighter, darker = asked.neighbours
    assert lighter.startswith("on type I it keeps every limit")
    assert "on type III it would be refused" in darker
    assert not asked.robust
    sturdy = replace(course, label="other", better=course.better)
    assert best_first([asked, sturdy])[0].label == "other"


def test_an_interrupted_search_leaves_the_plan_of_the_grid(monkeypatch):
    def stopped(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("porelight.planning.search.beyond_grid", stopped)
    plan = propose(SKIN, devices=[GENESIS], settings=replace(COARSE, members=1), n_settings=100)
    assert plan.searched.interrupted
    assert plan.verdict.startswith("Interrupted: of 100 settings")
    assert len(plan.candidates) == 2


def test_after_a_refusal_in_full_the_next_must_bear_the_error_of_the_table():
    near, far = tried(0.2, 0.9), tried(0.1, 0.5)
    assert beyond._bears(near, {})
    assert not beyond._bears(near, {"people hurt": 1.5})
    assert beyond._bears(far, {"people hurt": 1.5})


def test_fewer_than_no_settings_are_refused():
    with pytest.raises(ParameterError, match="n_settings is -1; expected a whole number from 0"):
        propose(SKIN, n_settings=-1)
