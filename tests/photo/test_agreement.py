"""Claims about agreement, against published worked examples and closed forms."""

import math

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.photo.agreement import agreement, limits_of_agreement

# Shrout and Fleiss 1979, table 2: six subjects, four judges
JUDGED = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)
# Bland and Altman 1986, table 1: peak flow [l/min] of 17 subjects, two readings of a large meter
# and two of a mini meter
FLOW = np.array(
    [
        [494, 490, 512, 525],
        [395, 397, 430, 415],
        [516, 512, 520, 508],
        [434, 401, 428, 444],
        [476, 470, 500, 500],
        [557, 611, 600, 625],
        [413, 415, 364, 460],
        [442, 431, 380, 390],
        [650, 638, 658, 642],
        [433, 429, 445, 432],
        [417, 420, 432, 420],
        [656, 633, 626, 605],
        [267, 275, 260, 227],
        [478, 492, 477, 467],
        [178, 165, 259, 268],
        [423, 372, 350, 370],
        [427, 421, 451, 443],
    ],
    float,
)


@pytest.mark.validation
def test_intraclass_correlations_are_those_of_shrout_and_fleiss():
    # published: ICC(2,1) 0.29, ICC(3,1) 0.71
    found = agreement(JUDGED)
    assert found.icc_agreement.value == pytest.approx(0.29, abs=0.005)
    assert found.icc_consistency.value == pytest.approx(0.71, abs=0.005)


@pytest.mark.validation
def test_their_intervals_are_those_of_mcgraw_and_wong():
    # the same data in the manual of the R package psych 2.4, function ICC: 0.019 to 0.76, 0.34 to
    # 0.95
    found = agreement(JUDGED)
    assert found.icc_agreement.low == pytest.approx(0.019, abs=0.0005)
    assert found.icc_agreement.high == pytest.approx(0.76, abs=0.005)
    assert found.icc_consistency.low == pytest.approx(0.34, abs=0.005)
    assert found.icc_consistency.high == pytest.approx(0.95, abs=0.005)


@pytest.mark.validation
def test_limits_are_those_of_bland_and_altman():
    # published, large less mini: mean -2.1, SD 38.8; interval of the mean -22.0 to 17.8, half
    # interval of a limit 34.6 by the rounded variance 3 s2 / n
    found = limits_of_agreement(FLOW[:, 2], FLOW[:, 0])
    assert found.bias.value == pytest.approx(-2.1, abs=0.05)
    assert (found.bias.low, found.bias.high) == pytest.approx((-22.0, 17.8), abs=0.1)
    assert (found.upper.value - found.lower.value) / 2 / 1.96 == pytest.approx(38.8, abs=0.05)
    assert found.lower.high - found.lower.value == pytest.approx(34.6, rel=0.01)


@pytest.mark.validation
def test_repeatability_is_that_of_bland_and_altman():
    # published SD of the differences of two readings: 21.6 and 28.2 l/min, about a mean of zero
    for columns, sd in (((0, 1), 21.6), ((2, 3), 28.2)):
        found = agreement(FLOW[:, columns])
        assert found.within_sd.value * math.sqrt(2.0) == pytest.approx(sd, abs=0.1)
        assert found.repeatability.value == pytest.approx(1.96 * sd, rel=0.005)


@pytest.mark.verification
def test_coefficient_of_variation_of_two_repeats_is_their_difference_over_their_sum():
    # SD of a, b is |a - b| / sqrt 2 and their mean (a + b) / 2
    table = np.array([[1.0, 1.1], [2.0, 1.9], [4.0, 4.0]])
    each = np.sqrt(2.0) * np.abs(table[:, 0] - table[:, 1]) / table.sum(axis=1)
    assert agreement(table).wcv.value == pytest.approx(float(np.sqrt(np.mean(each**2))))


@pytest.mark.verification
def test_a_constant_shift_between_repeats_lowers_agreement_and_not_consistency():
    subjects = np.array([1.0, 2.0, 3.0, 5.0])
    found = agreement(np.stack([subjects, subjects + 1.0], axis=1))
    # B = 2 var(subjects), C = n / 2, E = 0
    between, columns = 2.0 * subjects.var(ddof=1), 4.0 * 2 * 0.25
    assert found.icc_consistency.value == 1.0
    assert found.icc_agreement.value == pytest.approx(between / (between + 2.0 * columns / 4.0))
    assert found.icc_agreement.low < found.icc_agreement.value < found.icc_agreement.high


def test_equal_repeats_agree_fully():
    found = agreement(np.array([[1.0, 1.0], [2.0, 2.0], [3.0, 3.0]]))
    assert found.icc_agreement.low == found.icc_consistency.low == 1.0
    assert found.repeatability.high == found.wcv.high == 0.0


def test_intervals_hold_the_truth_as_often_as_they_say():
    rng = np.random.default_rng(1)
    held = np.zeros(4)
    n_studies, truth = 400, 4.0 / (4.0 + 1.0)
    for _ in range(n_studies):
        table = 20.0 + 2.0 * rng.standard_normal((20, 1)) + rng.standard_normal((20, 3))
        found = agreement(table)
        held += [
            e.low <= t <= e.high
            for e, t in (
                (found.within_sd, 1.0),
                (found.repeatability, 1.96 * math.sqrt(2.0)),
                (found.icc_agreement, truth),
                (found.icc_consistency, truth),
            )
        ]
    # binomial SD of 95 % in 400 is 1.1 %
    np.testing.assert_allclose(held / n_studies, 0.95, atol=0.033)


def test_limits_hold_95_of_100_differences():
    rng = np.random.default_rng(2)
    truth = rng.uniform(10.0, 20.0, 4000)
    # equal errors on both sides: a one-sided error would by itself make differences grow with means
    noise = 0.5 * rng.standard_normal((2, 4000))
    found = limits_of_agreement(truth + noise[0], truth + 1.0 + noise[1])
    inside = (found.difference > found.lower.value) & (found.difference < found.upper.value)
    assert inside.mean() == pytest.approx(0.95, abs=4 * math.sqrt(0.05 * 0.95 / 4000))
    assert found.trend.low < 0.0 < found.trend.high


@pytest.mark.parametrize(
    ("values", "text"),
    [
        (np.ones((2, 2)), "3 or more subjects"),
        (np.ones((5, 1)), "2 or more repeats"),
        (np.array([[1.0, 2.0], [2.0, np.nan], [3.0, 3.0]]), "repeat 2 of subject 2 is nan"),
        (np.array([[1.0, 2.0], [2.0, 3.0], [0.0, 3.0]]), "repeat 1 of subject 3 is 0"),
        (np.ones((4, 3)), "same mean"),
    ],
)
def test_tables_that_tell_nothing_are_refused(values, text):
    with pytest.raises(ParameterError, match=text):
        agreement(values)


def test_two_subjects_have_no_limits():
    with pytest.raises(ParameterError, match="3 or more"):
        limits_of_agreement(np.ones(2), np.ones(2))
