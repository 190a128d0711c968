import numpy as np
import pytest

from porelight.data.library import document
from porelight.errors import DataFileError, ParameterError
from porelight.tissue.spectra import Spectrum, spectrum

NAMES = sorted(document("tissue", "spectra"))


@pytest.mark.validation
def test_water_at_2790_nm_agrees_with_both_published_tables():
    # V1: 4675 1/cm from Hale and Querry 1973 (k 0.1038), 4864 from Segelstein 1981 (k 0.1080)
    np.testing.assert_allclose(spectrum("water").at(2790e-9), 486_400.0, rtol=5e-3)
    np.testing.assert_allclose(spectrum("water_hale_querry").at(2790e-9), 467_500.0, rtol=5e-3)
    np.testing.assert_allclose(
        spectrum("water").at(2790e-9), spectrum("water_hale_querry").at(2790e-9), rtol=0.05
    )


@pytest.mark.validation
@pytest.mark.parametrize(
    ("name", "wavelength", "expected", "rtol"),
    [
        # WOPP version 3, 20 degC
        ("water", 1064e-9, 15.107, 0.01),
        # 4 pi k / wavelength with k = 2.8066e-1 between 2937.6 and 2951.2 nm
        ("water", 2940e-9, 1.1996e6, 0.001),
        ("water", 1870e-9, 2043.4, 0.01),
        # Hale and Querry 1973 between 2900 and 2950 nm
        ("water_hale_querry", 2940e-9, 1.2481e6, 0.001),
        # Bosschaart 2014, appendix: 0.46 and 0.21 at 1060 nm, 0.45 and 0.20 1/mm at 1065 nm
        ("blood_oxygenated", 1064e-9, 452.0, 1e-9),
        ("blood_deoxygenated", 1064e-9, 202.0, 1e-9),
        # van Veen 2005: 5.364 1/m at 1064 nm; rows are thinned to 0.5 %
        ("lipid", 1064e-9, 5.364, 0.005),
        ("water_refractive_index", 1064e-9, 1.3205, 1e-4),
    ],
)
def test_spectrum_returns_the_published_number(name, wavelength, expected, rtol):
    np.testing.assert_allclose(spectrum(name).at(wavelength), expected, rtol=rtol)


@pytest.mark.parametrize("name", NAMES)
def test_spectrum_goes_through_its_own_table(name):
    table = spectrum(name)
    rows = [i for i, at in enumerate(table.wavelength) if table.covers(at)]
    read = [table.at(float(table.wavelength[i])) for i in rows]
    np.testing.assert_allclose(read, table.value[rows], rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_wavelength_outside_the_range_is_refused_with_the_range(name):
    table = spectrum(name)
    span = f"from {table.low * 1e9:g} to {table.high * 1e9:g} nm"
    for wavelength in (table.low * 0.999, table.high * 1.001):
        with pytest.raises(ParameterError, match=span):
            table.at(wavelength)


def test_wavelength_in_metres_is_refused_with_a_hint():
    with pytest.raises(ParameterError, match="Nanometres need"):
        spectrum("water").at(1064.0)


def test_unknown_spectrum_names_the_nearest():
    with pytest.raises(ParameterError, match="did you mean 'lipid'"):
        spectrum("lipids")


def test_interpolation_is_linear_in_what_it_says():
    def table(interpolation: str) -> Spectrum:
        return Spectrum(
            name="x",
            quantity="x",
            unit="1/m",
            source="test",
            flag="assumed",
            note="",
            low=1e-6,
            high=2e-6,
            interpolation=interpolation,  # type: ignore[arg-type]
            wavelength=np.array([1e-6, 2e-6]),
            value=np.array([1.0, 4.0]),
        )

    np.testing.assert_allclose(table("linear").at(1.5e-6), 2.5)
    np.testing.assert_allclose(table("log").at(1.5e-6), 2.0)
    # value times wavelength: 1 and 8 in units of 1e-6, in the middle 4.5, over 1.5
    np.testing.assert_allclose(table("extinction").at(1.5e-6), 3.0)


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"source": ""}, "a source"),
        ({"flag": "guessed"}, "a flag"),
        ({"interpolation": "cubic"}, "interpolation 'cubic'"),
        ({"value": np.array([1.0])}, "2 wavelengths but 1 values"),
        ({"wavelength": np.array([2e-6, 1e-6])}, "must increase"),
        ({"value": np.array([0.0, 1.0])}, "be positive"),
        ({"high": 3e-6}, "not inside the table"),
    ],
)
def test_inconsistent_table_does_not_load(changes, text):
    fields = {
        "name": "x",
        "quantity": "x",
        "unit": "1/m",
        "source": "test",
        "flag": "assumed",
        "note": "",
        "low": 1e-6,
        "high": 2e-6,
        "interpolation": "log",
        "wavelength": np.array([1e-6, 2e-6]),
        "value": np.array([1.0, 4.0]),
    }
    with pytest.raises(DataFileError, match=text):
        Spectrum(**{**fields, **changes})
