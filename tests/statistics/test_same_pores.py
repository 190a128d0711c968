"""Changes of the pores that both visits show: what is a change already, by closed forms."""

import math
from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from porelight.errors import ParameterError
from porelight.statistics.analysis import study_analysis
from porelight.statistics.study_values import SAME_PORES, StudyValue
from porelight.store.analysis_rows import same_pores
from porelight.store.changes import ZoneOfVisitChange
from porelight.store.photograph_records import PhotographPlace


def ratio(subject, log_ratio, visit="v1", zone="cheek", arm=""):
    value = math.exp(log_ratio)
    return StudyValue(
        subject, visit, zone, "", arm, None, SAME_PORES, value, 0.95 * value, value / 0.95
    )


def effects_of(values, plan):
    found = next(
        one for one in study_analysis(values, plan).secondary if one.quantity == SAME_PORES
    )
    assert not found.why_not
    return found.effects


@pytest.fixture
def photographed(value):
    """Medians of single photographs, which every analysis begins with."""

    def numbers(n, arm_of=lambda i: "", zones=("cheek",)):
        draw = np.random.default_rng(2)
        return [
            value(f"S{i}", visit, zone, float(np.exp(draw.normal(-1.0, 0.1))), arm=arm_of(i))
            for i in range(n)
            for visit in ("v0", "v1")
            for zone in zones
        ]

    return numbers


def test_a_change_of_one_zone_is_the_t_test_of_its_logarithm(photographed, plan):
    logs = np.random.default_rng(3).normal(-0.2, 0.05, 9)
    values = photographed(9) + [ratio(f"S{i}", x) for i, x in enumerate(logs)]
    (found,) = effects_of(values, plan(secondary=(SAME_PORES,)))
    exact = stats.ttest_1samp(logs, 0.0)
    assert found.contrast.value == pytest.approx(logs.mean())
    assert found.contrast.p == pytest.approx(exact.pvalue, rel=1e-6)
    interval = exact.confidence_interval(0.95)
    assert (found.contrast.low, found.contrast.high) == pytest.approx(tuple(interval))
    assert found.n_subjects == (9,)


def test_arms_differ_by_welchs_standard_error(photographed, plan):
    draw = np.random.default_rng(4)
    treated, control = draw.normal(-0.2, 0.06, 8), draw.normal(0.0, 0.02, 6)
    arm_of = {f"S{i}": "laser" if i < 8 else "sham" for i in range(14)}
    values = photographed(14, lambda i: arm_of[f"S{i}"])
    values += [ratio(f"S{i}", x, arm=arm_of[f"S{i}"]) for i, x in enumerate([*treated, *control])]
    (found,) = effects_of(values, plan(control="sham", secondary=(SAME_PORES,)))
    assert found.contrast.value == pytest.approx(treated.mean() - control.mean())
    error = math.sqrt(treated.var(ddof=1) / 8 + control.var(ddof=1) / 6)
    assert found.contrast.error == pytest.approx(error)


def test_zones_of_a_subject_are_no_subjects(photographed, plan):
    own = np.random.default_rng(5).normal(-0.1, 0.05, 10)
    values = photographed(10, zones=("cheek", "nose")) + [
        ratio(f"S{i}", x + shift, zone=zone)
        for i, x in enumerate(own)
        for zone, shift in (("cheek", 0.01), ("nose", -0.01))
    ]
    (found,) = effects_of(values, plan(zones=("cheek", "nose"), secondary=(SAME_PORES,)))
    assert found.contrast.value == pytest.approx(own.mean(), abs=1e-6)
    assert found.contrast.error == pytest.approx(own.std(ddof=1) / math.sqrt(10), rel=0.01)


def test_it_is_a_ratio_whatever_the_scale_of_the_endpoint(photographed, plan):
    logs = [-0.1, -0.2, 0.0, 0.1, -0.3]
    values = photographed(5) + [ratio(f"S{i}", x) for i, x in enumerate(logs)]
    (found,) = effects_of(values, plan(scale="plain", secondary=(SAME_PORES,)))
    assert found.contrast.value == pytest.approx(-0.1)


def test_it_is_no_endpoint_and_needs_comparisons(photographed, plan):
    values = photographed(4)
    with pytest.raises(ParameterError, match="under secondary"):
        study_analysis(values, replace(plan(), endpoint=SAME_PORES))
    (found,) = study_analysis(values, plan(secondary=(SAME_PORES,))).secondary
    assert "study compare --baseline v0" in found.why_not


def test_comparisons_become_numbers_with_their_interval():
    place = PhotographPlace("S1", "v1", "nose", "")
    compared = ZoneOfVisitChange(place, "v0", 42, 42, "compared", log_ratio=-0.2, error=0.05)
    (one,) = same_pores([compared, ZoneOfVisitChange(place, "v0", 42, 42, "waiting")])
    assert (one.quantity, one.day, one.visit) == (SAME_PORES, 42, "v1")
    assert one.value == pytest.approx(math.exp(-0.2))
    assert math.log(one.high / one.low) / (2 * 1.6448536) == pytest.approx(0.05)
