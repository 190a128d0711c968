import numpy as np
import pytest

from porelight.data.library import Parameter
from porelight.data.priors import draws, member
from porelight.errors import ParameterError


def entry(name: str, prior: str) -> Parameter:
    return Parameter(
        name=name,
        value=2.0,
        low=1.0,
        high=4.0,
        unit="1",
        flag="assumed",
        source="test",
        note="",
        prior=prior,  # type: ignore[arg-type]
    )


def test_each_stratum_of_a_uniform_prior_is_drawn_once():
    values = draws([entry("a", "uniform")], 64, seed=3)["a"]
    strata = np.floor((values - 1.0) / 3.0 * 64).astype(int)
    assert sorted(strata) == list(range(64))


def test_lognormal_prior_has_its_value_as_median_and_its_range_as_90_percent():
    values = draws([entry("a", "lognormal")], 4000, seed=3)["a"]
    np.testing.assert_allclose(np.median(values), 2.0, rtol=2e-3)
    np.testing.assert_allclose(np.mean((values > 1.0) & (values < 4.0)), 0.90, atol=2e-3)


def test_fixed_prior_stays_at_its_value():
    np.testing.assert_array_equal(draws([entry("a", "fixed")], 5, seed=1)["a"], 2.0)


def test_parameters_are_shuffled_independently():
    values = draws([entry("a", "uniform"), entry("b", "uniform")], 4096, seed=3)
    # the correlation of independent samples has a standard error of 1/sqrt(n)
    assert abs(np.corrcoef(values["a"], values["b"])[0, 1]) < 4.0 / 64.0


def test_a_seed_repeats_and_another_differs():
    parameters = [entry("a", "uniform")]
    first, same, other = (draws(parameters, 8, seed=s)["a"] for s in (1, 1, 2))
    np.testing.assert_array_equal(first, same)
    assert (first != other).any()


def test_member_returns_plain_numbers():
    assert member({"a": np.array([1.0, 2.0])}, 1) == {"a": 2.0}


@pytest.mark.parametrize(
    ("parameters", "n", "text"),
    [([entry("a", "uniform")], 0, "n_draws is 0"), ([entry("a", "fixed")] * 2, 4, "called a")],
)
def test_impossible_requests_are_refused(parameters, n, text):
    with pytest.raises(ParameterError, match=text):
        draws(parameters, n, seed=1)
