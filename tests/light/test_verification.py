"""The cases that `porelight verify` runs, each at a photon count whose error is bounded here."""

import numba
import pytest

from porelight.validation.code import light_inside
from porelight.validation.code.light import CASES, cases

pytestmark = [
    pytest.mark.verification,
    pytest.mark.skipif(
        bool(numba.config.DISABLE_JIT), reason="too many photons for the uncompiled kernel"
    ),
]

# largest standard error over the expected value; the clear slab reflects 1 % of the light
BOUND = {"L10": 0.05, "L9": 0.02, "L11": 0.06}


# seconds with all kernels compiled
SLOW = ("weak_absorption",)


def numbered(number, name):
    return pytest.param(number, id=name, marks=pytest.mark.slow if name in SLOW else ())


@pytest.mark.slow
@pytest.mark.parametrize("case", light_inside.CASES, ids=lambda case: case.__name__)
def test_adding_doubling_is_found_inside(case):
    for result in case(40_000, 7):
        assert result.passed, result
        assert result.standard_error <= 0.03 * result.expected, result


@pytest.mark.parametrize("number", [numbered(n, case.__name__) for n, case in enumerate(CASES)])
def test_published_value_is_found(number):
    results = CASES[number](60_000, 100 + number)

    for result in results:
        assert result.passed, result
        assert result.standard_error <= BOUND.get(result.key, 0.015) * result.expected, result


@pytest.mark.slow
def test_every_case_of_the_table_is_run():
    results = cases(n_photons=64, seed=1)

    assert {result.key for result in results} == {f"L{i}" for i in (1, 2, 3, 4, 5, 6, 8, 9, 10, 11)}


def test_cases_do_not_share_random_numbers():
    # the same slab would give the same deviation if they did
    first, second = (CASES[0](64, seed)[0].found for seed in (1, 2))

    assert first != second
