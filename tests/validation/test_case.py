import math

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


def test_factors_are_judged_by_their_logarithms():
    double = result(
        expected=1.0, found=2.0, standard_error=0.4, expected_error=0.15, is_factor=True
    )
    half = result(expected=1.0, found=0.5, standard_error=0.1, expected_error=0.15, is_factor=True)

    # 20 % and 15 % of each side make 25 %
    assert double.z == pytest.approx(math.log(2.0) / 0.25)
    assert half.z == pytest.approx(-double.z)


def test_a_limit_is_met_by_whatever_lies_below():
    limit = {"expected": 50.0, "expected_error": 3.0, "standard_error": 4.0, "is_limit": True}

    assert result(found=1.0, **limit).z == 0.0
    assert result(found=60.0, **limit).z == pytest.approx(2.0)


@pytest.mark.parametrize(
    ("kind", "passed"),
    [
        ("code verification", True),
        ("calculation verification", True),
        ("calibration", False),
        ("validation", False),
    ],
)
def test_a_measurement_disagrees_beyond_twice_the_uncertainty(kind, passed):
    assert result(found=0.8, standard_error=0.1, kind=kind).passed is passed
    assert result(found=0.69, standard_error=0.1, kind=kind).passed


def test_what_a_comparison_would_notice_is_told_relative_to_what_was_expected():
    assert result(standard_error=0.003, expected_error=0.004).smallest_seen == pytest.approx(0.04)
    assert result(tolerance=0.01).smallest_seen == pytest.approx(0.02)
    assert math.isnan(result(expected=0.0, tolerance=0.01).smallest_seen)
