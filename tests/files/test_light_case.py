import math
from pathlib import Path

import numpy as np
import pytest

from porelight.errors import InputFileError, ParameterError
from porelight.files.beam_files import read_radial_profile
from porelight.files.light_case import read_light_case, write_light_case
from porelight.files.light_examples import (
    EXAMPLE,
    EXAMPLE_FOLLICLE,
    EXAMPLE_VESSEL,
    EXAMPLE_WINDOW,
)
from porelight.laser.profiles import BeamImage, RadialProfile
from porelight.light.follicle import AIR, follicle_of
from porelight.light.weight_window import WeightWindow
from porelight.tissue.follicle_optics import Medium, follicle_optics
from porelight.tissue.pore import Pore

LAYER = """
[[layer]]
thickness_mm = 1.0
mu_a_per_mm = 0.1
mu_s_per_mm = 10.0
anisotropy = 0.9
refractive_index = 1.4
"""
BEAM = '[beam]\nprofile = "flat-top"\ndiameter_mm = 5\n'


def case_of(folder, text):
    path = folder / "case.toml"
    path.write_text(text, encoding="utf-8")
    return read_light_case(path)


def test_example_is_a_case_of_skin(tmp_path):
    case = case_of(tmp_path, EXAMPLE)

    assert case.setup().layer_names[0] == "epidermis"
    assert case.optics().n_layers == len(case.setup().layer_names)
    np.testing.assert_allclose(case.beam.beam().diameter, 5e-3)
    assert case.setup().tally_regions[-1].z == (0.0, 0.5e-3)


def test_numbers_of_the_file_become_si(tmp_path):
    case = case_of(tmp_path, BEAM + LAYER + "[grid]\nradius_mm = 2\ndepth_mm = 1\n")

    optics, grid = case.optics(), case.grid.grid()
    np.testing.assert_allclose(optics.thickness, [1e-3])
    np.testing.assert_allclose(optics.mu_a, [100.0])
    np.testing.assert_allclose(optics.mu_s, [10e3])
    assert grid.shape == (20, 40)
    assert math.isinf(case.setup().cell_radius)


def test_last_layer_without_thickness_has_no_end(tmp_path):
    case = case_of(tmp_path, BEAM + LAYER + LAYER.replace("thickness_mm = 1.0", ""))

    np.testing.assert_array_equal(case.optics().thickness, [1e-3, np.inf])


def test_case_survives_being_written(tmp_path):
    case = case_of(tmp_path, EXAMPLE)

    write_light_case(case, tmp_path / "again.toml")

    assert read_light_case(tmp_path / "again.toml") == case


def test_pore_of_the_example_is_the_typical_one(tmp_path):
    case = case_of(tmp_path, EXAMPLE + EXAMPLE_FOLLICLE)

    assert case.setup().scene.follicle == follicle_of(
        Pore.typical(300e-6), follicle_optics(1064e-9)
    )
    write_light_case(case, tmp_path / "again.toml")
    assert read_light_case(tmp_path / "again.toml") == case


def test_vessel_and_weight_window_become_si(tmp_path):
    case = case_of(tmp_path, EXAMPLE + EXAMPLE_VESSEL + EXAMPLE_WINDOW)

    blood = Medium(mu_a=500.0, mu_s=20e3, anisotropy=0.95, refractive_index=1.38)
    scene = case.setup().scene
    vessel = scene.vessels[0]
    lengths = [vessel.depth, vessel.radius, vessel.offset]
    np.testing.assert_allclose(lengths, [600e-6, 40e-6, 400e-6])
    assert vessel.medium == blood
    assert scene.weight_window == WeightWindow(reach=2.5e-3, floor=0.02)
    write_light_case(case, tmp_path / "again.toml")
    assert read_light_case(tmp_path / "again.toml") == case


def test_sizes_of_a_pore_become_si(tmp_path):
    sizes = """
    pore_diameter_um = 400
    funnel_depth_um = 200
    duct_diameter_um = 100
    duct_depth_um = 900
    gland_depth_um = 600
    gland_diameter_um = 300
    hair_diameter_um = 40
    plug_fill = 0
    filled_with = "sebum"
    """
    follicle = case_of(tmp_path, EXAMPLE + "[follicle]\n" + sizes).setup().scene.follicle

    lengths = [follicle.opening_radius, follicle.funnel_depth, follicle.duct_radius]
    np.testing.assert_allclose(lengths, [200e-6, 200e-6, 50e-6])
    np.testing.assert_allclose([follicle.duct_depth, follicle.hair.depth], 900e-6)
    gland = follicle.gland
    np.testing.assert_allclose(
        [gland.depth, gland.radius, gland.half_height], [6e-4, 1.5e-4, 1.5e-4]
    )
    np.testing.assert_allclose(follicle.hair.radius, 20e-6)
    assert follicle.plug is None
    assert follicle.lumen == follicle_optics(1064e-9).sebum


def test_typical_hair_and_depth_give_way_to_what_is_asked_for(tmp_path):
    table = """[follicle]
    pore_diameter_um = 300
    duct_diameter_um = 10
    funnel_depth_um = 2500
    gland_diameter_um = 0
    """
    pore = case_of(tmp_path, EXAMPLE + table).follicle.pore()

    assert pore.hair_diameter == pore.duct_diameter == pytest.approx(10e-6)
    assert pore.follicle_depth == pore.depth == pytest.approx(2.5e-3)


def test_media_of_the_follicle_may_be_ones_own(tmp_path):
    medium = "mu_a_per_mm = 0.2\nmu_s_per_mm = 5\nanisotropy = 0.8\nrefractive_index = 1.5\n"
    parts = ("sebum", "plug", "duct", "gland", "hair")
    own = "".join(f"[follicle.{part}]\n{medium}" for part in parts)
    # no wavelength is needed then
    layers = BEAM + LAYER.replace("= 1.0", "= 5.0")
    follicle = (
        case_of(tmp_path, layers + "[follicle]\npore_diameter_um = 300\n" + own).setup().follicle
    )

    assert follicle.gland.medium == follicle.duct == Medium(200.0, 5e3, 0.8, 1.5)
    assert follicle.lumen == AIR


def test_a_pencil_needs_no_diameter_and_has_none(tmp_path):
    pencil = '[beam]\nprofile = "pencil"\n'

    beam = case_of(tmp_path, pencil + LAYER).beam.beam()

    assert (beam.profile, beam.diameter) == ("pencil", 0.0)
    with pytest.raises(InputFileError, match=r"beam\.diameter_mm is of a beam with a width"):
        case_of(tmp_path, f"{pencil}diameter_mm = 3.0\n{LAYER}")


def test_radial_profile_is_read_into_the_case(tmp_path):
    (tmp_path / "beam.csv").write_text("radius_mm,irradiance\n0,1\n1,0.8\n2,0\n")
    case = case_of(tmp_path, '[beam]\nfile = "beam.csv"\n' + LAYER)

    profile = case.beam.beam().profile
    assert isinstance(profile, RadialProfile)
    np.testing.assert_allclose(profile.radius, [0.0, 1e-3, 2e-3])
    # and written with it
    write_light_case(case, tmp_path / "again.toml")
    (tmp_path / "beam.csv").unlink()
    assert read_light_case(tmp_path / "again.toml") == case


def test_picture_of_a_beam_is_read_into_the_case(tmp_path):
    np.save(tmp_path / "beam.npy", np.array([[0, 1], [2, 3]], dtype=np.uint16))
    case = case_of(tmp_path, '[beam]\nfile = "beam.npy"\npixel_um = 500\n' + LAYER)

    profile = case.beam.beam().profile
    assert isinstance(profile, BeamImage)
    np.testing.assert_array_equal(profile.irradiance, [[0, 1], [2, 3]])
    np.testing.assert_allclose(profile.pixel, 5e-4)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (LAYER, "beam is missing"),
        (BEAM, "either [skin] or [[layer]]"),
        (EXAMPLE + LAYER, "either [skin] or [[layer]]"),
        (BEAM + LAYER.replace("0.9", "1.2"), "layer[1].anisotropy is 1.2; expected -1 to"),
        (BEAM + LAYER.replace("1.0", "-1.0"), "layer[1].thickness_mm is -1 mm; expected 1e-06 to"),
        (BEAM + LAYER.replace("1.4", "0.9"), "layer[1].refractive_index is 0.9; expected 1 to 4"),
        (BEAM + LAYER + "mua_per_mm = 3\n", "mua_per_mm is not a key; did you mean 'mu_a_per_mm'"),
        (EXAMPLE.replace("1064", "10640"), "skin.wavelength_nm is 10640 nm; expected 400 to 3000"),
        ("cell_radius_mm = 1\n" + BEAM + LAYER, "the beam reaches 0.0025 m from the axis but cell"),
        (BEAM.replace("5", "0") + LAYER, "spot_diameter is 0 m; expected 1e-05 to 0.1 m"),
        ('[beam]\nprofile = "flat-top"\n' + LAYER, "beam.diameter_mm is missing; a flat-top beam"),
        (BEAM + "tilt_deg = 89\n" + LAYER, "beam.tilt_deg is 89 degrees; expected 0 to 85"),
        (
            BEAM + LAYER.replace("thickness_mm = 1.0", "") + LAYER,
            "layer[1].thickness_mm is missing",
        ),
        (
            BEAM + LAYER.replace("thickness_mm = 1.0", "").replace("= 0.1", "= 0.0"),
            "infinitely thick and mu_a there is 0",
        ),
        ('[beam]\nfile = "none.csv"\n' + LAYER, "none.csv: no such file"),
        ("[beam", "not valid TOML"),
        (
            BEAM + LAYER + "[follicle]\npore_diameter_um = 300",
            "follicle.wavelength_nm is missing; expected the wavelength at which to look up sebum,",
        ),
        (EXAMPLE + "[follicle]", "follicle.pore_diameter_um is missing"),
        (
            EXAMPLE + "[follicle]\npore_diameter_um = 0.3",
            "follicle.pore_diameter_um is 0.3 um; expected 10 to 3000 um",
        ),
        (
            EXAMPLE + "[follicle]\npore_diameter_um = 300\npore_depth_um = 9",
            "follicle.pore_depth_um is not a key",
        ),
        (
            EXAMPLE + '[follicle]\npore_diameter_um = 300\nfilled_with = "water"',
            "follicle.filled_with is 'water'; expected 'air' or 'sebum'",
        ),
        (
            EXAMPLE + "[follicle]\npore_diameter_um = 300\n[follicle.plug]\nmu_a_per_mm = -1",
            "follicle.plug.mu_a_per_mm is -1 1/mm; expected 0 to 100000 1/mm",
        ),
        (
            "cell_radius_mm = 0.1\n"
            + EXAMPLE.replace("5.0", "0.2")
            + "[follicle]\npore_diameter_um = 300",
            "a cell must be wider than the pore and its gland",
        ),
        (
            EXAMPLE + EXAMPLE_VESSEL.replace("um = 600", "um = 60"),
            "the vessel at 6e-05 m, radius 4e-05 m, touches a plane between layers, 5.7e-05 m",
        ),
        (
            EXAMPLE + EXAMPLE_VESSEL.replace("um = 600", "um = 9000"),
            "the vessel at 0.009 m lies below the layers, which end at",
        ),
        (
            EXAMPLE + EXAMPLE_VESSEL.replace("um = 600", "um = 30"),
            "the vessel's axis is 3e-05 m deep and its radius is 4e-05 m: it would stand out",
        ),
        (
            EXAMPLE + EXAMPLE_FOLLICLE + EXAMPLE_VESSEL.replace("um = 400", "um = 150"),
            "would touch the follicle, which reaches",
        ),
        (
            EXAMPLE + EXAMPLE_VESSEL + EXAMPLE_VESSEL.replace("um = 600", "um = 640"),
            "the vessels at 0.0006 m and 0.00064 m share a depth",
        ),
        (
            "cell_radius_mm = 5\n" + EXAMPLE + EXAMPLE_VESSEL,
            "a vessel runs on for ever, so it cannot lie in a cell",
        ),
        (
            EXAMPLE + EXAMPLE_VESSEL.replace("mu_s_per_mm = 20.0", ""),
            "vessel[1].mu_s_per_mm is missing (scattering coefficient [1/mm])",
        ),
        (
            EXAMPLE + EXAMPLE_VESSEL.replace("[[vessel]]", "[vessel]"),
            "[vessel] is one table; expected [[vessel]] in double brackets",
        ),
        (
            EXAMPLE + EXAMPLE_WINDOW.replace("0.02", "0"),
            "weight_window.floor is 0; expected 1e-06 to 1.",
        ),
        (
            EXAMPLE + EXAMPLE_WINDOW.replace("2.5", "-1"),
            "weight_window.reach_mm is -1 mm; expected 0.01 to 100 mm",
        ),
        (
            EXAMPLE.replace("[0.0, 2.5]", "[0.0, 25]"),
            "case.toml: box 'under the beam' reaches 0.0005 m deep and 0.025 m wide; the grid ends",
        ),
        (
            EXAMPLE.replace("under the beam", "fat"),
            "'fat' names a tally region and a layer; rename the region",
        ),
        (
            EXAMPLE.replace("under the beam", "dermis"),
            "two shares of the light have the same name, 'dermis'",
        ),
        (
            BEAM + LAYER.replace("= 10.0", '= "10.0"'),
            "layer[1].mu_s_per_mm is '10.0'; expected a number in 1/mm",
        ),
        (BEAM + LAYER.replace("= 10.0", "= true"), "layer[1].mu_s_per_mm is True; expected a"),
        (BEAM + LAYER + "[[grid]]\ndepth_mm = 1\n", "grid is a list; expected one table [grid]"),
        (
            BEAM + LAYER + '[[box]]\nname = "a"\ndepth_mm = 3\nradius_mm = [0, 1]\n',
            "box[1].depth_mm is 3; expected a list of numbers",
        ),
        (
            '[beam]\nfile = "beam.csv"\npixel_um = "500"\n' + LAYER,
            "beam.pixel_um is '500'; expected a number in um",
        ),
        (f'[beam]\nfile = "{"x" * 5000}"\n' + LAYER, "cannot be read (File name too long)"),
    ],
)
def test_wrong_case_gets_one_clear_line(tmp_path, text, message):
    with pytest.raises((InputFileError, ParameterError)) as raised:
        case_of(tmp_path, text)
    lines = str(raised.value).splitlines()
    assert any(message in line for line in lines)
    assert all(line.startswith(lines[0].partition(": ")[0]) for line in lines)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "it holds no numbers"),
        ("radius,irradiance\n0,one\n", "line 2: column 2 is 'one'; expected a number"),
        ("0,1\n1\n", "line 2: column 2 is ''; expected a number"),
        ("0,1,2\n1,1,1\n", "has 3 columns; expected 2"),
        ("1,1\n2,1\n", "increase strictly, from 0 m"),
        ("0,nan\n1,1\n", "line 1: column 2 is 'nan'; expected a number. A value that is missing"),
    ],
)
def test_wrong_profile_gets_one_clear_line(tmp_path, text, message):
    (tmp_path / "beam.csv").write_text(text)
    with pytest.raises((InputFileError, ParameterError), match=message):
        case_of(tmp_path, '[beam]\nfile = "beam.csv"\n' + LAYER)


def test_picture_with_objects_in_it_is_not_unpickled(tmp_path):
    np.save(tmp_path / "beam.npy", np.array([object()]), allow_pickle=True)
    with pytest.raises(InputFileError, match="not a NumPy array of numbers"):
        case_of(tmp_path, '[beam]\nfile = "beam.npy"\npixel_um = 500\n' + LAYER)


def test_a_table_of_a_beam_that_may_not_be_read_is_refused_in_one_line(tmp_path, monkeypatch):
    table = tmp_path / "beam.csv"
    table.write_text("0,1\n1,0\n", encoding="utf-8")

    def denied(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", denied)
    with pytest.raises(InputFileError, match=r"beam.csv: cannot be read \(Permission denied"):
        read_radial_profile(table)


GRID = "[grid]\nradius_mm = 2\ndepth_mm = 1\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        # what surrounds skin is air: water above it was passed over
        (
            "index_above = 1.33\n" + EXAMPLE,
            "index_above is of .*layer.* tables; .skin. lies in air",
        ),
        ("index_below = 1.0\n" + EXAMPLE, "index_below is of .*layer.* tables"),
        (BEAM + "stand_off_mm = 20\n" + LAYER, "beam.stand_off_mm changes nothing for a beam that"),
        (
            BEAM + 'spreading = "fibre"\n' + LAYER,
            "beam.spreading is 'fibre', which spreads by half",
        ),
        (BEAM + "radius_mm = [0, 1]\n" + LAYER, "beam.radius_mm is of a measured beam"),
        (BEAM + "irradiance = [1, 2]\n" + LAYER, "beam.irradiance is of a measured beam"),
        (BEAM + "pixel_um = 3\n" + LAYER, "beam.pixel_um is of a picture"),
        (BEAM + 'file = "b.csv"\n' + LAYER, "beam.profile is told by beam.file"),
        (BEAM + LAYER + GRID + "largest_um = 200\n", "grid.largest_um bounds cells that grow"),
        (
            BEAM + LAYER + GRID + "growth = 1.1\nfirst_um = 50\nlargest_um = 5\n",
            "grid.largest_um is 5 um, less than first_um, 50 um",
        ),
    ],
)
def test_a_key_that_would_change_nothing_is_refused(tmp_path, text, message):
    with pytest.raises(InputFileError, match=message) as raised:
        case_of(tmp_path, text)
    assert "\n" not in str(raised.value)


def test_a_skin_type_of_a_light_case_is_written_as_in_a_course(tmp_path):
    roman = EXAMPLE.replace("fitzpatrick = 3", 'fitzpatrick = "III"')
    assert case_of(tmp_path, roman) == case_of(tmp_path, EXAMPLE)
    with pytest.raises(InputFileError, match="'VII'; expected 1 to 6, or I to VI"):
        case_of(tmp_path, roman.replace("III", "VII"))
    with pytest.raises(InputFileError, match=r"fitzpatrick is 7; expected 1 to 6\."):
        case_of(tmp_path, EXAMPLE.replace("fitzpatrick = 3", "fitzpatrick = 7"))


def test_a_case_without_layers_gets_one_clear_line(tmp_path):
    with pytest.raises(InputFileError) as told:
        case_of(tmp_path, BEAM)
    assert str(told.value).endswith("case.toml: expected either [skin] or [[layer]] tables.")
