import pytest

from porelight.report.formatting import change, of_ten, span, temperature, typeset


@pytest.mark.parametrize(
    ("value", "text"),
    [(-0.0734, "-7.3 %"), (0.0999, "+10 %"), (-0.123, "-12 %"), (-0.0004, "0 %"), (0.0, "0 %")],
)
def test_change_has_a_sign_unless_it_rounds_to_nothing(value, text):
    assert change(value) == text


def test_temperature_is_in_degrees_celsius():
    assert temperature(315.65) == "42.5 degC"
    assert temperature(483.15) == "210 degC"


def test_span_writes_a_shared_unit_once():
    assert span("-12 %", "+2.0 %") == "-12 to +2.0 %"
    assert span("80 um", "0.160 mm") == "80 um to 0.160 mm"


def test_of_ten_promises_neither_nobody_nor_everybody():
    shares = (0.0, 0.04, 0.63, 0.96, 1.0)
    none, most = "fewer than 1 of 10", "more than 9 of 10"
    assert [of_ten(x) for x in shares] == [none, none, "6 of 10", most, most]


def test_typeset_sets_the_signs_of_print_and_leaves_words_alone():
    assert typeset("-3 degC") == "\u22123\u00a0\u00b0C"
    assert typeset("14 J/cm2") == "14\u00a0J/cm\u00b2"
    assert typeset("type I-III, n=11, 0.3-0.5") == "type I-III, n=11, 0.3-0.5"
