from dataclasses import replace

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import kstest

from porelight.data.library import Parameter, PeopleShare
from porelight.data.priors import among_people, draws, member, typical_draws
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


def test_a_lognormal_prior_ends_where_one_draw_in_two_thousand_would_lie():
    last = entry("a", "lognormal").quantile(np.array([1e-12, 1.0 - 1e-12]))
    spread = np.log(4.0) / (2.0 * ndtri(0.95))
    np.testing.assert_allclose(last, 2.0 * np.exp(spread * np.array([-3.5, 3.5])))


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


def shared(name: str, prior: str, share: float) -> Parameter:
    people = PeopleShare(share, "test", "assumed")
    return replace(entry(name, prior), people=people)


@pytest.mark.parametrize("prior", ["uniform", "lognormal"])
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_all_people_under_all_knowledge_have_the_prior(prior, share):
    one = shared("a", prior, share)
    nested = among_people(typical_draws([one], 2000, 1), [one], 8000, 4, 1)["a"]
    # Kolmogorov's distance of 2000 independent draws lies below 1.95 / sqrt(2000) but for 0.1 %
    assert kstest(one.probability(nested), "uniform").statistic < 1.95 / np.sqrt(2000)


def test_the_share_of_people_is_the_share_of_the_variance_within_a_draw_of_knowledge():
    one = shared("a", "lognormal", 0.3)
    nested = among_people(typical_draws([one], 3000, 1), [one], 6000, 2, 1)["a"]
    first, second = np.log(nested).reshape(-1, 2).T
    # the correlation of two people is what they share; its standard error is (1 - r^2) / sqrt(n)
    found = np.corrcoef(first, second)[0, 1]
    assert abs(found - 0.7) < 4.0 * (1.0 - 0.7**2) / np.sqrt(3000)


def test_people_share_what_nobody_knows_to_the_last_bit_and_nothing_else():
    parameters = [shared("nature", "lognormal", 0.0), shared("person", "uniform", 1.0)]
    typical = typical_draws(parameters, 6, seed=2)
    np.testing.assert_array_equal(typical["person"], 2.5)  # the middle of 1 to 4
    nested = among_people(typical, parameters, 17, 3, seed=2)
    np.testing.assert_array_equal(nested["nature"], np.repeat(typical["nature"], 3)[:17])
    assert len(set(nested["person"])) == 17


def test_people_are_spread_about_draws_that_are_given():
    one = shared("a", "lognormal", 0.5)
    given = {"a": np.array([1.2, 3.0]), "other": np.array([7.0, 8.0])}
    nested = among_people(given, [one], 4000, 2000, seed=3)
    np.testing.assert_allclose(np.median(nested["a"][:2000]), 1.2, rtol=0.03)
    np.testing.assert_allclose(np.median(nested["a"][2000:]), 3.0, rtol=0.03)
    np.testing.assert_array_equal(nested["other"], np.repeat([7.0, 8.0], 2000))


def test_people_and_knowledge_do_not_share_their_random_numbers():
    one = shared("a", "uniform", 0.5)
    typical = typical_draws([one], 2000, 1)
    nested = among_people(typical, [one], 2000, 1, 1)
    apart = ndtri(one.probability(nested["a"])) - ndtri(one.probability(typical["a"]))
    assert abs(np.corrcoef(apart, typical["a"])[0, 1]) < 4.0 / np.sqrt(2000)


@pytest.mark.parametrize(
    ("prior", "value"), [("uniform", 0.0), ("uniform", 4.0), ("lognormal", 0.0)]
)
def test_a_number_that_is_set_outside_of_its_prior_stays_as_set(prior, value):
    nested = among_people({"a": np.full(2, value)}, [shared("a", prior, 0.5)], 8, 4, seed=1)
    np.testing.assert_array_equal(nested["a"], value)


def test_no_person_is_refused():
    with pytest.raises(ParameterError, match="people is 0"):
        among_people({"a": np.ones(1)}, [], 4, 0, seed=1)
