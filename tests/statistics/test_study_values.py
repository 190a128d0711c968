"""Claims about what counts: takes, arms, windows of days, and one clear line for what cannot be."""

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.statistics.analysis_plan import AnalysisPlan, PlannedVisit
from porelight.statistics.study_values import counted, endpoint_table


def test_takes_are_averaged_on_the_scale(value, plan):
    values = [
        value("S1", "v0", value=10.0, take="1"),
        value("S1", "v0", value=40.0, take="2"),
        value("S1", "v1", value=30.0),
    ]
    table = endpoint_table(values, plan(), values[0].quantity)
    np.testing.assert_allclose(np.exp(table.value), [20.0, 30.0], rtol=1e-12)
    # 90 % intervals of a factor 1.1 either way; the mean of two has the error of one over sqrt 2
    one = np.log(1.1) / 1.6448536269514722
    np.testing.assert_allclose(table.error, [one / np.sqrt(2.0), one], rtol=1e-12)


def test_days_are_counted_from_the_baseline_and_those_outside_are_left_out(value):
    window = AnalysisPlan("density_per_cm2", "v0", (PlannedVisit("v1", 38, 46),), ("cheek",))
    values = [
        value(subject, visit, day=day)
        for subject, end in (("S1", 49), ("S2", 57))
        for visit, day in (("v0", 7), ("v1", end))
    ]
    kept = counted(values, window)
    assert [(one.subject, one.visit) for one in kept] == [("S1", "v0"), ("S1", "v1"), ("S2", "v0")]


def test_a_skin_without_an_arm_at_one_visit_is_of_its_own(value, plan):
    values = [
        value("S1", "v0"),
        value("S1", "v1", arm="laser"),
        value("S2", "v0", arm="sham"),
        value("S2", "v1"),
    ]
    table = endpoint_table(values, plan(control="sham"), values[0].quantity)
    assert [table.arms[i] for i in table.i_arm] == ["laser", "laser", "sham", "sham"]


def refusals(value, plan):
    pair = [value("S1", "v0"), value("S1", "v1")]
    dated = AnalysisPlan("density_per_cm2", "v0", (PlannedVisit("v1", 1, 9),), ("cheek",))
    yield [], plan(), "nothing is measured in this study; 'porelight study measure'"
    yield pair[:1], plan(), "nothing that counts is measured after the baseline"
    yield pair[1:], plan(), "at the baseline, visit 'v0'; measured: v1"
    yield pair, plan(zones=["nose"]), "of nose at the baseline.*nothing that the plan names"
    yield pair, dated, "S1/v1/cheek 1: visit v1 has a window of days, but visit v1 of S1 has no"
    yield [*pair, value("S1", "v2", value=0.0)], plan(["v1", "v2"]), "is 0, which has no logarithm"
    yield (
        [value("S1", "v0", arm="a"), value("S1", "v1", arm="b")],
        plan(),
        "cheek of S1 is of arm a in S1/v0/cheek 1 and of b in S1/v1/cheek 1",
    )
    yield [*pair, value("S2", "v0", arm="a")], plan(), "cheek of S1 has no arm, but others have"
    yield (
        [value("S1", "v0", arm="sham"), value("S1", "v1", arm="sham")],
        plan(control="shame"),
        "no photograph is of arm 'shame'.*did you mean 'sham'",
    )


def test_what_cannot_be_analysed_gets_one_clear_line(value, plan):
    for values, of_plan, message in refusals(value, plan):
        with pytest.raises(ParameterError, match=message) as told:
            endpoint_table(values, of_plan, "density_per_cm2")
        assert "\n" not in str(told.value)


def test_an_unknown_quantity_is_answered_with_the_nearest(value, plan):
    with pytest.raises(ParameterError, match=r"no quantity 'density'.*density_per_cm2"):
        endpoint_table([value("S1", "v0")], plan(), "density")


def test_zero_is_a_value_on_the_plain_scale(value, plan):
    values = [value("S1", "v0", value=0.0), value("S1", "v1", value=2.0)]
    table = endpoint_table(values, plan(scale="plain"), values[0].quantity)
    assert table.value.tolist() == [0.0, 2.0]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"visits": ()}, "no visit after the baseline"),
        ({"zones": ()}, "no zone"),
        ({"visits": ("v0",)}, "visit 'v0' is in the plan twice"),
        ({"zones": ("nose", "nose")}, "zone 'nose' is in the plan twice"),
        ({"secondary": ("density_per_cm2",)}, "quantity 'density_per_cm2' is in the plan twice"),
        ({"confidence": 0.2}, "confidence is 20 %; expected 50 to 99.9 %"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused(plan, change, message):
    with pytest.raises(ParameterError, match=message):
        plan(**change)


def test_a_window_has_two_ends_in_order():
    with pytest.raises(ParameterError, match="one end of a window"):
        PlannedVisit("v1", 3)
    with pytest.raises(ParameterError, match="from day 9 to day 3; expected the earlier"):
        PlannedVisit("v1", 9, 3)
