"""Goals of a use, and how evidence meets them."""

import math
from dataclasses import replace

import pytest

from porelight.data.library import document
from porelight.errors import DataFileError, ParameterError
from porelight.validation import goals
from porelight.validation.case import CaseResult
from porelight.validation.drift import drift, figures_of, last_release, release_of, release_text
from porelight.validation.goals import STATISTICS, Goal, context_of, contexts, judge
from porelight.validation.recorded import recorded_evidence
from porelight.validation.suite import parts

CASE = CaseResult(
    "T", "a case", "one", "1", 1.0, 1.0, 0.1, 0.0, "here", kind="validation", is_factor=True
)


def found(*values, **changes):
    return [replace(CASE, found=one, **changes) for one in values]


@pytest.mark.parametrize(
    ("statistic", "cases", "value"),
    [
        ("all met", [*found(1.0, 1.1), *found(9.0)], 1.0),
        ("geometric mean", found(0.5, 2.0, 8.0), 2.0),
        ("spread", found(1.0, math.e**2), math.e ** (2.0**0.5)),
        ("worst factor", found(0.25, 2.0), 4.0),
        ("worst factor above", found(0.25, 2.0), 2.0),
        # two standard errors off, and none
        ("mean square of z", found(1.0, 1.2, is_factor=False), 2.0),
        # of the first experiment one row is far off, of the second none
        (
            "share of experiments",
            [*found(1.0, 9.0, experiment="a"), *found(1.0, 1.05, 0.95, experiment="b")],
            0.5,
        ),
    ],
)
def test_statistics(statistic, cases, value):
    assert STATISTICS[statistic](cases) == pytest.approx(value)


def test_a_goal_without_any_comparison_is_not_met():
    goal = Goal("everything", "all met", "code verification", "here", high=0.0)
    assert not judge(goal, []).met
    assert judge(goal, found(1.0)).met
    assert not judge(goal, found(9.0)).met


def test_every_use_has_goals_that_ask_for_comparisons_it_has():
    for use, context in contexts().items():
        mine = [part for part in parts() if use in part.uses]
        known = {part.kind for part in mine} | {part.title for part in mine}
        assert context.goal
        assert {goal.of for goal in context.goal} <= known, use
        assert all(goal.low > -math.inf or goal.high < math.inf for goal in context.goal)


def test_risk_counts_influence_and_consequence():
    assert context_of("plan").risk == 4
    assert context_of("forecast").risk == 2
    with pytest.raises(ParameterError, match="no use named 'plam'; did you mean 'plan'"):
        context_of("plam")


def test_a_goal_that_asks_for_no_statistic_is_refused(monkeypatch):
    raw = dict(document("validation", "uses")["plan"])
    raw["goal"] = [{**raw["goal"][0], "statistic": "all meet"}]
    monkeypatch.setattr(goals, "document", lambda *_: {"plan": raw})
    with pytest.raises(DataFileError, match="did you mean 'all met'"):
        goals._context("plan")


def test_recorded_evidence_names_its_program_and_day():
    for one in recorded_evidence():
        assert one.found
        assert len(one.measured) == 10
        assert one.program.startswith(("benchmarks/", "training/"))
        assert set(one.uses) <= set(contexts())


def test_a_release_comes_back_from_its_table():
    figures = figures_of("plan", found(1.25, 1.5), context_of("plan").goal)
    again = release_of(release_text("0.2.0, today", figures))
    assert again.name == "0.2.0, today"
    assert dict(again.figures) == dict(figures)
    with pytest.raises(DataFileError, match="record_release"):
        release_of("about,figure\n")


def test_drift_tells_what_moved_came_and_went():
    before = {"same": (1.0, 1.0), "moved": (2.0, 2.0), "gone": (3.0, 3.0), "elsewhere": (4.0, 4.0)}
    now = {"same": (1.0 + 1e-9, 1.0), "moved": (2.1, 2.1), "new": (5.0, 5.0)}
    told = {one.about: one for one in drift(before, now, about=["same", "moved", "gone", "new"])}
    assert set(told) == {"moved", "gone", "new"}
    assert told["moved"].before == (2.0, 2.0)
    assert math.isnan(told["gone"].now[0])
    assert math.isnan(told["new"].before[0])


def test_a_goal_that_was_moved_is_drift():
    goal = context_of("plan").goal[2]
    then = figures_of("plan", [], [goal])
    assert drift(then, figures_of("plan", [], [goal])) == ()
    eased = replace(goal, high=9.0)
    assert [one.now for one in drift(then, figures_of("plan", [], [eased]))] == [(goal.low, 9.0)]


def test_the_last_release_holds_the_goals_of_every_use():
    kept = last_release().figures
    for use, context in contexts().items():
        assert drift(kept, figures_of(use, [], context.goal), about=["none"]) == ()
