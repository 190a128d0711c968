"""Claims about what a study is asked: effects, their correction, and what cannot be told."""

import numpy as np
import pytest
from scipy import stats

from porelight.errors import ParameterError
from porelight.statistics.analysis import study_analysis
from porelight.statistics.effects import asked, zone_effects
from porelight.statistics.mixed_model import mixed_model
from porelight.statistics.study_values import endpoint_table


def test_p_values_are_corrected_as_holm_and_as_bonferroni(drawn, plan):
    values, own = drawn([""] * 8, visits=("v1", "v2", "v3"))
    model = mixed_model(endpoint_table(values, own, values[0].quantity))
    holm = asked(model, own)
    p = np.array([one.contrast.p for one in holm])
    order = np.argsort(p)
    expected = np.minimum(np.maximum.accumulate(p[order] * [3, 2, 1]), 1.0)
    np.testing.assert_allclose([holm[i].p_corrected for i in order], expected, rtol=1e-12)
    bonferroni = asked(model, plan(("v1", "v2", "v3"), correction="bonferroni"))
    np.testing.assert_allclose(
        [one.p_corrected for one in bonferroni], np.minimum(3.0 * p, 1.0), rtol=1e-12
    )


def test_a_control_makes_differences_of_changes(drawn):
    values, own = drawn(["laser", "sham"] * 5, control="sham")
    (one,) = asked(mixed_model(endpoint_table(values, own, values[0].quantity)), own)
    assert (one.arm, one.against, one.n_subjects) == ("laser", "sham", (5, 5))


def test_a_visit_of_one_subject_has_no_interval_and_says_so(drawn):
    values, own = drawn([""] * 6, visits=("v1", "v2"))
    fewer = [one for one in values if one.visit != "v2" or one.subject == "S00"]
    first, second = asked(mixed_model(endpoint_table(fewer, own, values[0].quantity)), own)
    assert first.contrast is not None
    assert second.contrast is None
    assert second.why_not == "1 subject with both v0 and v2; an interval needs 2"
    # one test is left, which needs no correction
    assert first.p_corrected == pytest.approx(first.contrast.p)


def test_a_planned_visit_that_nobody_has_seen_is_told(drawn, plan):
    values, _ = drawn([""] * 6)
    own = plan(("v1", "later"))
    found = study_analysis(values, own)
    assert found.effects[1].why_not.startswith("0 subjects with both v0 and later")


def test_each_zone_has_the_answer_of_its_own_values(drawn):
    values, own = drawn([""] * 7, zones=("cheek", "nose"))
    found = zone_effects(endpoint_table(values, own, values[0].quantity), own)
    for one in found:
        by_visit = {
            visit: [np.log(v.value) for v in values if (v.zone, v.visit) == (one.zone, visit)]
            for visit in ("v0", "v1")
        }
        paired = stats.ttest_rel(by_visit["v1"], by_visit["v0"])
        assert one.effect.contrast.p == pytest.approx(paired.pvalue, rel=1e-6)
    assert [one.zone for one in found] == ["cheek", "nose"]


def test_other_quantities_have_no_corrected_p_and_fail_alone(drawn, plan):
    values, _ = drawn([""] * 6)
    zero = [
        type(one)(one.subject, one.visit, "cheek", "1", "", None, name, number, number, number)
        for one in values
        for name, number in (("none", 0.0), ("other", one.value**2))
    ]
    found = study_analysis([*values, *zero], plan(secondary=("none", "other")))
    none, other = found.secondary
    assert "has no logarithm" in none.why_not
    assert other.effects[0].p_corrected is None
    assert other.effects[0].contrast.value == pytest.approx(2.0 * found.effects[0].contrast.value)


def test_a_study_of_one_subject_is_refused_in_one_line(drawn):
    values, own = drawn([""])
    with pytest.raises(ParameterError, match="1 subject has values"):
        study_analysis(values, own)


def test_a_zone_and_a_visit_of_one_subject_cost_nothing_else(drawn):
    values, own = drawn([""] * 5, visits=("v1", "v2"), zones=("cheek", "nose"))
    kept = [
        one
        for one in values
        if (one.zone, one.visit) == ("cheek", "v0") or one.visit == "v1" or one.subject == "S00"
    ]
    kept = [one for one in kept if one.zone == "cheek" or one.subject == "S00"]
    found = study_analysis(kept, own)
    assert found.effects[0].contrast is not None
    assert found.effects[1].why_not.startswith("1 subject with both v0 and v2")
    assert [one.visit for one in found.means] == ["v0", "v1"]
    cheek, nose = found.zones
    assert cheek.effect.why_not.startswith("1 subject with both v0 and v2")
    assert nose.effect.contrast is None
    assert "1 subject" in nose.effect.why_not
