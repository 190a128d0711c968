"""Claims about the size of a study: published sizes, another library's power, simulation."""

import math

import numpy as np
import pytest
from scipy import stats

from porelight.errors import ConvergenceError, ParameterError
from porelight.statistics.sample_size import StudyAssumptions, sample_size, study_power


@pytest.mark.validation
@pytest.mark.parametrize(
    ("size", "per_arm"),
    # J. Cohen, "A power primer," Psychol. Bull. 112, 155-159 (1992), table 2, test 1, alpha 0.05
    [(0.2, 393), (0.5, 64), (0.8, 26)],
)
def test_sizes_of_two_arms_are_those_of_cohen(size, per_arm):
    found = sample_size(StudyAssumptions("two arms", size, 1.0, 0.0), 0.80)
    assert found.per_arm == pytest.approx(per_arm, abs=1)


@pytest.mark.verification
def test_power_is_that_of_statsmodels():
    from statsmodels.stats.power import TTestIndPower, TTestPower  # noqa: PLC0415

    for n in (3, 10, 40):
        one = study_power(StudyAssumptions("before-after", -0.4, 0.8, 0.0), n).power
        assert one == pytest.approx(TTestPower().power(0.5, n, 0.05), rel=1e-6)
        two = study_power(StudyAssumptions("two arms", 0.4, 0.8, 0.0, alpha=0.01), 2 * n).power
        assert two == pytest.approx(TTestIndPower().power(0.5, n, 0.01), rel=1e-6)


def test_what_scatters_is_responses_and_both_measurements():
    one = StudyAssumptions("before-after", 0.1, 0.06, 0.08, zones=2, takes=2)
    assert one.change_sd == pytest.approx(math.sqrt(0.06**2 + 2.0 * 0.08**2 / 4.0))
    sides = StudyAssumptions("split face", 0.1, 0.06, 0.08)
    assert sides.change_sd == pytest.approx(math.sqrt(2.0 * (0.06**2 + 2.0 * 0.08**2)))


def test_who_is_lost_is_recruited_on_top():
    found = sample_size(StudyAssumptions("two arms", 0.5, 1.0, 0.0, dropout=0.2), 0.8)
    assert (found.per_arm, found.recruited) == (64, 160)
    # beginning with as many gives what was asked for
    assert study_power(found.assumptions, 160).per_arm == 64
    assert study_power(found.assumptions, 160).power == found.power >= 0.8


@pytest.mark.verification
def test_the_power_of_a_small_study_is_met_by_drawing_it():
    assumptions = StudyAssumptions("before-after", -0.08, 0.10, 0.05)
    rng = np.random.default_rng(1)
    n = 20_000
    start = rng.normal(0.0, 0.05, (n, 12))
    end = rng.normal(-0.08, 0.10, (n, 12)) + rng.normal(0.0, 0.05, (n, 12))
    found = float((stats.ttest_1samp(end - start, 0.0, axis=1).pvalue < 0.05).mean())
    power = study_power(assumptions, 12).power
    assert abs(found - power) < 4.0 * math.sqrt(power * (1.0 - power) / n)


def test_what_no_study_can_find_is_refused():
    with pytest.raises(ParameterError, match="no study is large enough"):
        StudyAssumptions("two arms", 0.0, 1.0, 0.0)
    with pytest.raises(ParameterError, match="neither people nor measurements scatter"):
        StudyAssumptions("two arms", 0.1, 0.0, 0.0)
    with pytest.raises(ConvergenceError, match="more than 100000 subjects"):
        sample_size(StudyAssumptions("two arms", 1e-4, 1.0, 0.0), 0.8)
    with pytest.raises(ParameterError, match="3 subjects leave 1 in each arm"):
        study_power(StudyAssumptions("two arms", 0.1, 1.0, 0.0), 3)
