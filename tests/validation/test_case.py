import pytest

from porelight.validation.case import CaseResult


def result(**changes):
    values = {
        "key": "L0",
        "title": "a case",
        "quantity": "R",
        "unit": "1",
        "expected": 0.5,
        "found": 0.5,
        "standard_error": 0.0,
        "tolerance": 0.0,
        "source": "derived in this test",
    }
    return CaseResult(**{**values, **changes})


def test_z_is_the_deviation_in_standard_errors_of_both_sides():
    case = result(found=0.6, standard_error=0.03, expected_error=0.04)

    assert case.is_stochastic
    assert case.z == pytest.approx(0.1 / 0.05)


@pytest.mark.parametrize(("found", "passed"), [(0.539, True), (0.541, False), (0.459, False)])
def test_stochastic_case_passes_within_four_standard_errors(found, passed):
    assert result(found=found, standard_error=0.01).passed is passed


@pytest.mark.parametrize(
    ("found", "passed"), [(0.5, True), (0.51, True), (0.52, False), (float("nan"), False)]
)
def test_deterministic_case_passes_within_its_tolerance(found, passed):
    case = result(found=found, tolerance=0.015)

    assert case.passed is passed
    assert case.z == 0.0


def test_stochastic_case_without_a_number_fails():
    assert not result(found=float("nan"), standard_error=0.01).passed
