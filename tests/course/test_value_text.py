import pytest

from porelight.course.value_text import (
    chance,
    length,
    number_per_cm2,
    share,
    signed_percent,
    significant,
    value_text,
)


def test_share_keeps_three_digits():
    assert [share(x) for x in (0.0206, 0.0, 1.0, 0.97)] == ["2.06 %", "0 %", "100 %", "97.0 %"]


def test_length_changes_unit_where_microns_get_long():
    assert [length(x) for x in (2e-6, 8e-5, 3.2e-4)] == ["2.0 um", "80 um", "0.320 mm"]


def test_significant_keeps_the_digits_asked_for():
    assert significant(0.0123456) == "0.0123"
    assert significant(123456.0, 2) == "123456"
    assert significant(3.1e98) == "3.10e+98"


def test_chance_keeps_the_two_digits_that_an_estimate_deserves():
    assert [chance(x) for x in (0.0768, 0.41, 0.0)] == ["7.7 %", "41 %", "0 %"]


def test_density_is_told_per_square_centimetre():
    assert number_per_cm2(4.12e5) == "41.2 /cm2"


def test_a_signed_change_keeps_one_decimal_and_no_sign_where_it_rounds_to_nothing():
    assert [signed_percent(x) for x in (-0.1712, 0.003, -0.0004)] == ["-17.1 %", "+0.3 %", "0 %"]


@pytest.mark.parametrize(
    ("unit", "text"), [("W/(m2 K)", "12.5 W/(m2 K)"), ("1", "12.5")], ids=["unit", "none"]
)
def test_a_plain_number_keeps_its_unit(unit, text):
    assert value_text(12.5, "number", unit) == text


def test_what_has_a_clinic_unit_does_not_get_another():
    assert value_text(3.2e-4, "length", "m") == "0.320 mm"
