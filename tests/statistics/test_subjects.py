"""Claims about single subjects, repeats, and what was lost where."""

import math

import numpy as np
import pytest
from scipy import stats

from porelight.statistics.flow import StudyPhotograph, study_flow
from porelight.statistics.repeats import MeasuringError, measuring_error, take_agreement
from porelight.statistics.study_values import endpoint_table
from porelight.statistics.subject_changes import subject_changes
from porelight.statistics.virtual_study import VirtualStudy


def test_the_error_of_a_take_is_the_scatter_within_places():
    study = VirtualStudy(40, takes=2, take_sd=0.07, missing=0.0)
    table = endpoint_table(study.values(1), study.plan, study.plan.endpoint)
    found = take_agreement(table)
    assert (found.n_places, found.n_subjects, found.freedom) == (360, 40, 360)
    pairs = np.array(table.takes)
    expected = math.sqrt(np.mean(np.diff(pairs, axis=1) ** 2) / 2.0)
    assert found.error.value == pytest.approx(expected, rel=1e-12)
    assert found.error.low < 0.07 < found.error.high
    # the intervals of a virtual study say what its takes do
    assert found.stated == pytest.approx(0.07, rel=1e-6)
    error = measuring_error(table, found)
    assert (error.error, error.source, error.freedom) == (found.error.value, "takes", 360.0)


def test_single_takes_leave_the_error_to_the_intervals(table):
    own = table([""] * 5)
    assert take_agreement(own) is None
    error = measuring_error(own, None)
    assert (error.source, error.error) == (
        "intervals", pytest.approx(math.log(1.1) / stats.norm.ppf(0.95), rel=1e-9),
    )  # fmt: skip
    assert error.detectable == pytest.approx(stats.norm.ppf(0.975) * math.sqrt(2.0) * error.error)


def test_a_few_pairs_of_takes_are_told_without_an_agreement(value, plan):
    values = [
        value("S1", visit, value=number, take=take)
        for visit, take, number in (("v0", "1", 10.0), ("v0", "2", 11.0), ("v1", "1", 9.0))
    ]
    found = take_agreement(endpoint_table(values, plan(), values[0].quantity))
    assert (found.n_places, found.repeats, found.limits) == (1, None, None)
    assert found.error.value == pytest.approx(math.log(1.1) / math.sqrt(2.0))


def test_the_change_of_a_subject_is_of_the_zones_that_both_visits_show(value, plan):
    values = [
        value("S1", "v0", "cheek", 10.0, take="1"),
        value("S1", "v0", "cheek", 10.0, take="2"),
        value("S1", "v0", "nose", 50.0),
        value("S1", "v1", "cheek", 8.0),
        value("S2", "v0", "cheek", 10.0),
    ]
    own = endpoint_table(values, plan(zones=("cheek", "nose")), values[0].quantity)
    (one,) = subject_changes(own, MeasuringError(0.1, "intervals", math.inf), 0.95)
    assert (one.subject, one.visit, one.n_zones) == ("S1", "v1", 1)
    assert one.change == pytest.approx(math.log(0.8))
    # two takes at one end, one at the other
    sd = 0.1 * math.sqrt(1.0 / 2.0 + 1.0)
    assert one.high - one.low == pytest.approx(2.0 * 1.959964 * sd, rel=1e-6)
    assert one.detectable == pytest.approx(1.959964 * sd, rel=1e-6)
    assert not one.is_real


def test_few_repeats_widen_the_interval_by_students_t(value, plan):
    values = [value("S1", "v0", value=10.0), value("S1", "v1", value=9.0)]
    own = endpoint_table(values, plan(), values[0].quantity)
    (one,) = subject_changes(own, MeasuringError(0.1, "takes", 5.0), 0.90)
    assert one.high - one.change == pytest.approx(stats.t.ppf(0.95, 5) * 0.1 * math.sqrt(2.0))
    assert one.detectable == pytest.approx(stats.t.ppf(0.975, 5) * 0.1 * math.sqrt(2.0))


def test_every_photograph_and_subject_has_one_place_in_the_flow(plan):
    def photo(subject, visit, state="measured", zone="cheek", take="1", reason=""):
        return StudyPhotograph(subject, visit, zone, take, "", state, reason)

    blurred = "S2/v1/cheek 1 has a sharpness of 0.31; expected 0.5 or more."
    photographs = [
        photo("S1", "v0"),
        photo("S1", "v1"),
        photo("S1", "v1", zone="nose"),
        photo("S2", "v0"),
        photo("S2", "v1", "refused", reason=blurred),
        photo("S3", "v0", "waiting"),
        photo("S3", "extra"),
    ]
    flow = study_flow(photographs, plan(), n_subjects=6, n_erased=2)
    assert (flow.subjects, flow.erased, flow.without_photographs) == (6, 2, 1)
    start, end = flow.visits
    assert (start.expected, start.photographed, start.analysed) == (3, 3, 2)
    assert (start.photographs, start.waiting, start.used) == (3, 1, 2)
    assert (end.expected, end.photographed, end.analysed) == (3, 2, 1)
    assert (end.photographs, end.refused, end.excluded, end.used) == (3, 1, 1, 1)
    for one in flow.visits:
        assert one.photographs == one.refused + one.waiting + one.excluded + one.used
    assert flow.refusals == {"has a sharpness of 0.31; expected 0.5 or more": 1}
    assert flow.exclusions == {"another zone": 1, "another visit": 1}
    assert [one.not_taken for one in flow.visits] == [0, 1]  # S3 did not come
