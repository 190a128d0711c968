import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from porelight.errors import ParameterError
from porelight.inference.importance import largest_pareto_k, pareto_k


def pareto_weights(shape, n_draws, seed=1):
    """Logarithms of draws whose tail is a Pareto one of exactly this shape, down to the median."""
    return shape * np.random.default_rng(seed).exponential(size=n_draws)


@pytest.mark.verification
@pytest.mark.parametrize("shape", [0.1, 0.4, 0.7, 1.0, 2.0])
def test_the_shape_of_pareto_weights_is_found(shape):
    n_draws = 1_000_000
    n_tail = 3.0 * math.sqrt(n_draws)
    # of the estimate from n_tail draws, and what ten draws of shape 1/2 pull it by
    error, pull = (1.0 + shape) / math.sqrt(n_tail), 10.0 * abs(shape - 0.5) / n_tail
    assert pareto_k(pareto_weights(shape, n_draws)) == pytest.approx(shape, abs=4.0 * error + pull)


@pytest.mark.verification
def test_bounded_weights_have_a_negative_shape():
    # weights that are uniform up to their largest: shape -1
    weights = np.random.default_rng(2).random(1_000_000)
    assert pareto_k(np.log(weights)) == pytest.approx(-1.0, abs=0.05)


# by ArviZ 0.8.0 (arviz-stats): array_stats.psislw; benchmarks/pareto_k.py makes them again
@pytest.mark.verification
@pytest.mark.parametrize(
    ("n_draws", "arviz"),
    [(30, 0.978835809628), (200, 0.681917246045), (226, 0.593011987791), (8000, 0.840256041379)],
)
def test_the_shape_is_that_of_arviz(n_draws, arviz):
    draws = np.random.default_rng(n_draws).exponential(size=n_draws)
    assert pareto_k(0.7 * draws + 0.01 * draws**2) == pytest.approx(arviz, abs=1e-11)


@given(shift=st.floats(-5000.0, 5000.0), seed=st.integers(0, 2**32 - 1))
def test_neither_a_common_factor_nor_the_order_changes_the_shape(shift, seed):
    weights = pareto_weights(0.6, 400)
    mixed = np.random.default_rng(seed).permutation(weights) + shift
    assert pareto_k(mixed) == pytest.approx(pareto_k(weights), abs=1e-8)


def test_draws_of_no_weight_count_as_draws():
    weights = pareto_weights(0.6, 400)
    gone = np.where(np.arange(400) < 300, -np.inf, np.sort(weights))
    # the tail is the same sixty draws: those that are gone lie below it
    assert pareto_k(gone) == pareto_k(weights)


def test_equal_weights_have_no_tail():
    assert pareto_k(np.full(100, -3.0)) == -math.inf


def test_a_draw_that_has_all_the_weight_is_never_trusted():
    alone = np.full(100, -np.inf)
    alone[7] = 0.0
    assert pareto_k(alone) == math.inf


def test_ties_at_the_threshold_are_not_in_the_tail():
    weights = np.concatenate([np.zeros(90), np.geomspace(0.1, 3.0, 10)])
    assert math.isfinite(pareto_k(weights))


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.zeros(24), r"shape \(24,\)"),
        (np.zeros((5, 20)), r"shape \(5, 20\)"),
        (np.full(100, -np.inf), "every weight is 0"),
        (np.append(np.zeros(99), np.nan), "NaN"),
        (np.append(np.zeros(99), np.inf), "plus infinity"),
    ],
)
def test_what_are_no_weights_is_refused(weights, message):
    with pytest.raises(ParameterError, match=message):
        pareto_k(weights)


def test_few_draws_are_trusted_less():
    assert largest_pareto_k(100) == pytest.approx(0.5)
    assert largest_pareto_k(1000) == pytest.approx(2.0 / 3.0)
    assert largest_pareto_k(3000) == largest_pareto_k(10**6) == 0.7
    with pytest.raises(ParameterError, match="n_draws is 10"):
        largest_pareto_k(10)
