"""A number of a file is the same SI number wherever it is read, to the last bit."""

import math
from decimal import Decimal

import pytest

from porelight.course import counted
from porelight.data.file_units import CM2, HZ, J_PER_CM2, MM, MS, NM, UNITS, Unit
from porelight.data.library import parameters_of, values_of
from porelight.errors import DataFileError


def number(value, unit):
    entry = {"value": value, "unit": unit, "range": [value, value], "source": "t", "flag": "seen"}
    return parameters_of({"x": entry}, "t.toml")["x"]


@pytest.mark.parametrize("wavelength", [400, 532, 755, 810, 1064, 1550, 2790, 2940])
def test_a_wavelength_of_a_data_file_is_the_nearest_double(wavelength):
    assert number(float(wavelength), "nm").value == float(f"{wavelength}e-9")


def test_every_whole_area_and_spot_is_the_nearest_double():
    for area in range(1, 301):
        assert number(float(area), "cm2").value == float(f"{area}e-4")
    for spot in range(1, 31):
        assert number(float(spot), "mm").value == float(f"{spot}e-3")
    assert values_of({"values": [9, 3.0], "unit": "mm", "source": "t", "flag": "seen"}, "t", "x")[
        0
    ] == (9e-3, 3e-3)


def test_temperatures_and_times_of_data_files_are_rounded_once():
    assert number(-44.0, "degC").value == 229.15  # -44 + 273.15 is 229.14999999999998 in binary
    assert number(21.4, "d").value == 1848960.0
    assert number(7.0, "1/d").value == 7.0 / 86400.0
    assert number(70.0, "%").value == 0.7


def test_every_unit_has_its_size_and_is_found_by_its_name():
    sizes = {
        "nm": 1e-9, "um": 1e-6, "mm": 1e-3, "ms": 1e-3, "cm2": 1e-4, "mm2": 1e-6, "J/cm2": 1e4,
        "mrad": 1e-3, "%": 1e-2, "1/mm": 1e3, "1/cm": 1e2, "1/cm2": 1e4, "kPa": 1e3, "d": 86400.0,
        "1/d": 1.0 / 86400.0,
    }  # fmt: skip
    words = [unit for unit in vars(counted).values() if isinstance(unit, Unit)]
    for unit in [*UNITS.values(), *words]:
        zero = 273.15 if unit.name == "degC" else 0.0
        assert unit.to_si(0.0) == zero
        assert math.isclose(unit.to_si(1.0) - zero, sizes.get(unit.name, 1.0))
    assert all(UNITS[unit.name] is unit for unit in (NM, MM, MS, CM2, HZ, J_PER_CM2))


def test_a_number_is_shown_with_its_unit_and_a_pure_one_without():
    assert NM.shown(1.064e-6) == "1064 nm"
    assert Unit("1").shown(0.25) == "0.25"
    assert MM.to_si(Decimal("0.3")) == 3e-4


def test_an_unknown_unit_names_the_nearest():
    with pytest.raises(DataFileError, match="unit 'cm' is unknown"):
        number(1.0, "cm")
