"""Virtual trials whose truth is known: the analysis, its power, its chances, and what it is for."""

import math

import numpy as np
import pytest

from porelight.errors import ParameterError
from porelight.inference.value_of_knowing import value_of_knowing
from porelight.statistics.analysis_plan import AnalysisPlan, PlannedVisit
from porelight.statistics.effects import asked
from porelight.statistics.mixed_model import mixed_model
from porelight.statistics.study_values import StudyValue, endpoint_table
from porelight.statistics.virtual_trial import (
    MeasuredArm,
    TrialEffect,
    TrialNoise,
    TrialPopulation,
    checked_analysis,
    measured_arm,
    power_by_knowledge,
    standard_errors,
    welch,
)

NOISE = TrialNoise(take_sd=0.03, takes=1, drop_out=0.1)
PAIR = (0, 1)


@pytest.fixture(scope="module")
def people() -> TrialPopulation:
    """Return people of whom the treated change by knowledge and by person, the others not."""
    rng = np.random.default_rng(3)
    changes = np.zeros((2, 2, 20, 40))
    of_knowledge = np.linspace(-0.2, 0.0, 20)
    apart = 0.05 * rng.standard_normal((20, 40))
    changes[0, 1] = of_knowledge[:, None] + apart - apart.mean(axis=1, keepdims=True)
    changes[0, 0] = 0.5 * changes[0, 1]
    return TrialPopulation(changes, np.tile([1, 2, 2, 2], (2, 10)))


def drawn_trial(
    people: TrialPopulation, noise: TrialNoise, per_arm: int, k: int, rng: np.random.Generator
) -> tuple[MeasuredArm, MeasuredArm]:
    """Return both arms of a trial of people drawn with replacement."""
    first, second = (
        measured_arm(people, noise, arm, rng.integers(people.n_people, size=per_arm), k, rng)
        for arm in PAIR
    )
    return first, second


def effect(arms: tuple[MeasuredArm, MeasuredArm], alpha: float = 0.05) -> TrialEffect:
    return welch(arms[0].came(-1), arms[1].came(-1), alpha)


def test_the_analysis_is_that_of_a_real_study(people):
    """Complete data give the estimate and the error of the mixed model with robust errors."""
    rng = np.random.default_rng(1)
    table = drawn_trial(people, TrialNoise(0.03, 1, 0.0), 20, 3, rng)
    found = effect(table)
    values = []
    for arm, measured in zip(("treated", "control"), table, strict=True):
        for s, row in enumerate(measured.changes):
            level = float(rng.standard_normal())
            for visit, change in (("v0", 0.0), ("v2", row[-1])):
                value = math.exp(level + change)
                values.append(
                    StudyValue(
                        f"{arm}{s}", visit, "cheek", "1", arm, None, "area_fraction",
                        value, value / 1.05, value * 1.05,
                    )
                )  # fmt: skip
    plan = AnalysisPlan("area_fraction", "v0", (PlannedVisit("v2"),), ("cheek",), "control")
    model = mixed_model(endpoint_table(values, plan, "area_fraction"), "robust", 0.95)
    (planned,) = asked(model, plan)
    assert planned.contrast is not None
    assert found.estimate == pytest.approx(planned.contrast.value, abs=1e-9)
    assert found.low == pytest.approx(planned.contrast.low, rel=0.02)
    assert found.high == pytest.approx(planned.contrast.high, rel=0.02)


def test_chances_are_those_that_the_level_promises(people):
    """1,000 trials of sham against sham, and 1,000 intervals: shares of 2 binomial errors."""
    found = checked_analysis(people, NOISE, PAIR, 30, 0.05, 1000, np.random.default_rng(2))
    assert found.error == pytest.approx(0.0069, abs=1e-4)
    assert abs(found.false_positives - 0.05) < 2.0 * found.error
    assert found.coverage >= 0.93
    assert abs(found.coverage - 0.95) < 2.0 * found.error


def test_power_is_the_share_of_trials_that_find_the_effect(people):
    k, rng = 8, np.random.default_rng(4)
    power = power_by_knowledge(people, NOISE, PAIR, 10, 0.05)[k]
    found = [effect(drawn_trial(people, NOISE, 10, k, rng)) for _ in range(600)]
    share = np.mean([one.p < 0.05 and one.estimate < 0.0 for one in found])
    assert 0.3 < power < 0.99
    assert abs(share - power) < 3.0 * math.sqrt(power * (1.0 - power) / 600) + 0.02
    spread = np.std([one.estimate for one in found])
    assert spread == pytest.approx(standard_errors(people, NOISE, PAIR, 10)[k], rel=0.1)


def test_power_and_assurance_are_two_numbers(people):
    each = power_by_knowledge(people, NOISE, PAIR, 3000, 0.05)
    assert each[people.middle(PAIR)] > 0.999  # whoever knew the truth in the middle would be sure
    assert 0.9 < each.mean() < 0.99  # of twenty truths, one is no effect
    assert each[-1] < 0.9


def test_who_left_stays_away_and_the_same_seed_gives_the_same_trial(people):
    one, two = (drawn_trial(people, NOISE, 50, 0, np.random.default_rng(7)) for _ in range(2))
    for a, b in zip(one, two, strict=True):
        assert np.array_equal(a.changes, b.changes, equal_nan=True)
        assert not (np.isnan(a.changes[:, 0]) & np.isfinite(a.changes[:, 1])).any()
    lost = np.mean([np.isnan(a.changes[:, 1]).mean() for a in one])
    assert 0.0 < lost < 0.25


def test_zones_and_takes_are_averaged_and_types_are_told_apart(people):
    assert TrialNoise(0.06, 2, 0.0, zones=2).visit_sd == pytest.approx(0.03)
    first, _ = drawn_trial(people, NOISE, 400, 0, np.random.default_rng(8))
    came = [first.came(-1, one).size for one in (1, 2)]
    assert sum(came) == first.came(-1).size
    assert came[1] / sum(came) == pytest.approx(0.75, abs=0.1)
    of_types = [people.effects(PAIR, of_type=one) for one in (1, 2)]
    assert 0.25 * of_types[0] + 0.75 * of_types[1] == pytest.approx(people.effects(PAIR))


def test_too_few_subjects_are_told():
    with pytest.raises(ParameterError, match="1 subject of an arm came"):
        welch(np.zeros(1), np.zeros(5), 0.05)


def test_knowing_what_decides_everything_leaves_no_wrong_decision():
    rng = np.random.default_rng(5)
    first, second = rng.standard_normal((2, 400))
    found = value_of_knowing(first, {"second": second, "first": first}, 0.2)
    assert [one.name for one in found] == ["first"]  # what has no influence is not told
    assert found[0].share > 0.98
    assert found[0].wrong_now == pytest.approx(0.42, abs=0.05)
    assert found[0].wrong_then < 0.05
    assert value_of_knowing(np.zeros(9), {"x": np.arange(9.0)}, 0.0) == ()
