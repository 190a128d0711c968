"""Claims about what is missing: where the looks at it come from, and where the answer tips."""

import numpy as np
import pytest

from porelight.statistics.analysis import study_analysis
from porelight.statistics.missing import (
    MissingShare,
    carried_forward,
    complete,
    missing_share,
    shifted,
    tipping_point,
)
from porelight.statistics.mixed_model import Contrast, mixed_model
from porelight.statistics.study_values import endpoint_table

EFFECT = Contrast(-0.2, -0.3, -0.1, 0.05, 20.0, 0.001)


@pytest.fixture
def gaps(drawn):
    """Return a study in which four of ten subjects lack the last visit, and its plan."""
    values, plan = drawn([""] * 10, visits=("v1", "v2"))
    kept = [one for one in values if one.visit != "v2" or int(one.subject[1:]) % 5 > 1]
    return kept, plan


def test_the_share_of_what_is_missing(gaps):
    values, plan = gaps
    table = endpoint_table(values, plan, plan.endpoint)
    assert missing_share(table, "all", "v2") == MissingShare(10, 0.4)
    assert missing_share(table, "all", "v1") == MissingShare(10, 0.0)


def test_the_complete_have_all_visits_and_others_carry_their_baseline(gaps):
    values, plan = gaps
    table = endpoint_table(values, plan, plan.endpoint)
    whole = complete(table)
    assert sorted(set(whole.i_subject.tolist())) == [2, 3, 4, 7, 8, 9]
    filled = carried_forward(table)
    assert len(filled) == 30
    rows = (filled.i_subject == 0) & np.isin(filled.i_visit, (0, 2))
    assert np.ptp(filled.value[rows]) == 0.0


@pytest.mark.verification
def test_a_shift_of_the_missing_is_that_of_filling_them_in(gaps):
    # what the model predicts for each missing value and an amount on top, put into the table: the
    # plain mean of changes moves by the share that was missing
    values, plan = gaps
    table = endpoint_table(values, plan, plan.endpoint)
    model = mixed_model(table)
    change = model.contrast({(0, 2): 1.0, (0, 0): -1.0})
    means = np.array([model.mean(0, k).value for k in range(3)])
    tau, rest = model.variances["subject"], model.variances["rest"]
    filled = {delta: [] for delta in (0.0, -0.3)}
    for s in range(10):
        rows = table.i_subject == s
        own = dict(zip(table.i_visit[rows].tolist(), table.value[rows], strict=True))
        # the best prediction of a subject's level, and with it of any of its values
        level = tau / (tau + rest / len(own)) * np.mean([own[k] - means[k] for k in own])
        for delta, changes in filled.items():
            changes.append(own.get(2, means[2] + level + delta) - own[0])
    moved = np.mean(filled[-0.3]) - np.mean(filled[0.0])
    found = shifted(change, -0.3, missing_share(table, "all", "v2"), 0.95)
    np.testing.assert_allclose(found.value - change.value, moved, rtol=1e-12)
    np.testing.assert_allclose(np.mean(filled[0.0]), change.value, rtol=1e-3)
    assert found.error > change.error


@pytest.mark.parametrize("share", [0.05, 0.4, 1.0])
def test_at_the_tipping_point_the_interval_ends_at_0(share):
    missing = MissingShare(25, share)
    delta = tipping_point(EFFECT, missing, 0.95)
    assert delta > 0.0
    found = shifted(EFFECT, delta, missing, 0.95)
    assert found.high == pytest.approx(0.0, abs=1e-9)
    assert shifted(EFFECT, 0.9 * delta, missing, 0.95).high < 0.0


def test_nothing_missing_tips_nothing_and_a_null_effect_is_there_already():
    assert tipping_point(EFFECT, MissingShare(25, 0.0), 0.95) is None
    null = Contrast(-0.1, -0.3, 0.1, 0.1, 20.0, 0.3)
    assert tipping_point(null, MissingShare(25, 0.3), 0.95) == 0.0


def test_an_analysis_holds_every_look_that_can_be_had(gaps):
    values, plan = gaps
    found = study_analysis(values, plan).robustness
    assert [one.effect.visit for one in found] == ["v1", "v2"]
    assert [look for look, _ in found[1].looks] == [
        "missing at random", "complete subjects", "baseline carried forward",
    ]  # fmt: skip
    at_random, carried = found[1].looks[0][1], found[1].looks[2][1]
    assert abs(carried.value) < abs(at_random.value)
