import pytest

from porelight.errors import ParameterError
from porelight.heat.surface import Surface


def test_typical_surface_is_room_air():
    surface = Surface.typical()
    assert surface.heat_transfer == 10.0  # tissue/data/heat.toml
    assert 293.0 < surface.ambient_temperature < 299.0
    assert surface.evaporation > 0.0


def test_cooling_grows_from_air_to_cryogen():
    transfers = [
        Surface.typical(cooling).heat_transfer
        for cooling in ("air", "cold air", "contact", "cryogen")
    ]
    assert transfers == sorted(transfers)


def test_skin_under_a_plate_does_not_evaporate():
    assert Surface.typical("contact").evaporation == 0.0


def test_given_values_replace_the_librarys_and_foreign_names_are_left_alone():
    surface = Surface.from_values({"heat_transfer_air": 7.0, "mu_a_dermis": 30.0})
    assert surface.heat_transfer == 7.0


def test_unknown_cooling_says_what_was_meant():
    with pytest.raises(ParameterError, match="did you mean 'contact'"):
        Surface.typical("contct")


def test_celsius_as_ambient_temperature_is_refused():
    with pytest.raises(ParameterError, match="ambient_temperature is 22 K"):
        Surface(10.0, 22.0, 0.0)
