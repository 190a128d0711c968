"""Documents of MCX as its users have them: every key used, refused in a line, or named."""

import json
import math

import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files.light_imports import read_foreign_case
from porelight.files.mcx_reader import read_mcx_case

MEDIA = [
    {"mua": 0, "mus": 0, "g": 1, "n": 1},
    {"mua": 0.02, "mus": 8, "g": 0.85, "n": 1.38},
    {"mua": 0.06, "mus": 12, "g": 0.9, "n": 1.4},
]
SHAPES = [{"Grid": {"Tag": 1, "Size": [80, 80, 20]}}, {"ZLayers": [[5, 20, 2]]}]


def whole(**changes):
    """Return a small case of two layers, with parts replaced or taken out (None)."""
    document = {
        "Session": {"ID": "t", "Photons": 1e6, "DoMismatch": True},
        "Forward": {"T0": 0, "T1": 5e-9, "Dt": 5e-9},
        "Domain": {"LengthUnit": 0.5, "OriginType": 1, "Dim": [80, 80, 20], "Media": MEDIA},
        "Optode": {
            "Source": {"Type": "disk", "Pos": [40, 40, 0], "Dir": [0, 0, 1], "Param1": [4, 0, 0, 0]}
        },
        "Shapes": SHAPES,
    }
    for path, value in changes.items():
        *tables, key = path.split("__")
        target = document
        for table in tables:
            target[table] = dict(target[table])
            target = target[table]
        if value is None:
            del target[key]
        else:
            target[key] = value
    return document


@pytest.fixture
def read(tmp_path):
    def of(document, **files):
        for name, content in files.items():
            (tmp_path / f"{name}.json").write_text(json.dumps(content))
        path = tmp_path / "case.json"
        path.write_text(json.dumps(document), encoding="utf-8-sig")
        return read_mcx_case(path)

    return of


def layers(found):
    (one,) = found
    return one.case.layer


def source(**changes):
    return {**whole()["Optode"]["Source"], **changes}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Optode__Source": source(Dir=[0, 0, 1, "_Inf_"])}, "number of .*Dir is infinite"),
        (
            {"Optode__Source": source(AngleInverseCDF=[0, 0.2, 1], Pos=[40, 40, -1])},
            "goes to 180 degrees; expected at most 90",
        ),
        (
            {"Optode__Source": source(AngleInverseCDF=[0])},
            r"AngleInverseCDF is \[0\]; expected 2 n",
        ),
        (
            {"Optode__Source": source(AngleInverseCDF=[0, 0.2], Dir=[0, 0, 1, 1])},
            "AngleInverseCDF is read in steps where",
        ),
        (
            {"Optode__Source": source(Dir=[0, 0, 1, "near"])},
            "number of Optode.Source.Dir is 'near'",
        ),
        ({"Optode__Source": source(Pos=[40, 40, 20])}, "lies 20 voxels deep, below the layers"),
        ({"Optode__Source": source(Paramm1=[1])}, "Source.Paramm1 is no key of MCX that porelight"),
        ({"Optode__Source": source(Type="ring", Param1=[4, 2, 0, 3])}, "a part of a ring"),
        ({"Session__BCFlags": "__c__c"}, "BCFlags asks for 'c' at a face along z"),
        ({"Session__BCFlags": "cc_c__"}, "makes some sides of the box mirrors or cyclic"),
        ({"Session__BCFlags": "x_____"}, "BCFlags is 'x_____'; expected a letter for each face"),
        ({"Session__BCFlags": "__r___", "Session__DoMismatch": 0}, "refracting face and DoMism"),
        ({"Session__Fotons": 3}, "Session.Fotons is no key of MCX .*; did you mean 'Photons'"),
        ({"Forward__T0": 6e-9}, "Forward.T0 is 6e-09 s and T1 5e-09 s; expected T0 before T1"),
        (
            {"Forward__T1": 2e-11, "Session__DoMismatch": 0},
            "asks for light by time, DoMismatch is off and the media have several indices",
        ),
        ({"Domain__MieScatter": [{}]}, "expected one row for each medium but medium 0, 2"),
        ({"Domain__InverseCDF": [0.5, 0.2]}, "Domain.InverseCDF falls; expected cosines that rise"),
        (
            {"Domain__InverseCDF": [0.5, 2]},
            "Domain.InverseCDF is 2; expected a number from -1 to 1",
        ),
        ({"Optode__Detector": [{"Pos": [1, 1, 0], "Dir": [0, 0, 1, 0]}]}, "angle of acceptance"),
        ({"Domain__VoxelSize": {"Dz": [1]}}, "Domain.VoxelSize gives voxels sides of their own"),
        ({"Domain__Step": [1, 1, 2]}, r"Domain.Step is \[1, 1, 2\]; expected three times"),
        ({"Domain__Media": [[0, 0, 1], *MEDIA[1:]]}, r"Media\[0\] is \[0, 0, 1\]; expected \[mua"),
        ({"Domain__Media": [*MEDIA[:2], {**MEDIA[2], "mu": 1}]}, r"Media\[2\].mu is no key of MCX"),
        ({"Shapes": [*SHAPES, {"Sphere": {"O": [1, 1, 1], "R": 1}}]}, "Sphere is no plane layer"),
        ({"Shapes": [{**SHAPES[0], **SHAPES[1]}]}, r"Shapes\[1\] holds 2 shapes; expected one"),
        (
            {"Shapes": [*SHAPES, {"Box": {"O": [0, 0, 2], "Size": [40, 80, 2], "Tag": 2}}]},
            "Box is no plane layer",
        ),
    ],
)
def test_a_key_that_layers_cannot_heed_is_refused_by_name(read, changes, message):
    with pytest.raises(InputFileError, match=message) as raised:
        read(whole(**changes))
    assert "\n" not in str(raised.value)


def test_keys_without_effect_are_named(read):
    (found,) = read(whole(Session__DoSaveRef=1, Help={"en": "?"}, Session__RNGSeed=7))

    assert "Session.ID, .DoSaveRef: what MCX saves, or how it runs" in found.notes
    assert "Help: no part of a case, as far as MCX reads it" in found.notes
    assert found.options == "--photons 1e+06 --seed 7"


def test_keys_are_read_as_mcx_reads_them(read):
    small = {"session": {"domismatch": 0}, "Domain.LengthUnit": 0.5}
    plain = whole(Session__DoMismatch=0)

    shrunk = whole(Session=None, Domain__LengthUnit=None)
    (found,) = read({**shrunk, **small})

    assert found.case == read(plain)[0].case


def test_a_face_that_absorbs_has_the_index_of_the_layer_it_ends(read):
    (found,) = read(whole(Session__BCFlags="aaaaaa"))

    assert (found.case.index_above, found.case.index_below) == (1.38, 1.4)


def test_faces_refract_as_they_do_without_flags(read):
    # MCX's code: a face of the box is a step to medium 0, above and below alike
    for flags in ("", "______", "rrrrrr", "______001000"):
        (found,) = read(whole(Session__BCFlags=flags))
        assert (found.case.index_above, found.case.index_below) == (1.0, 1.0)


def test_a_time_gate_that_matters_is_one_here(read):
    (late,) = read(whole())
    (early,) = read(whole(Forward__T1=2e-11, Forward__Dt=2e-11))
    (binned,) = read(whole(Forward__Dt=5e-10))

    # at 5 ns less than 0.1 % is left of light in layers that absorb 0.02 /mm
    assert late.case.time_gate is None
    assert any("MCX stops at 5e-09 s" in note for note in late.notes)
    assert (early.case.time_gate.end_ps, early.case.time_gate.bins) == (pytest.approx(20.0), 1)
    assert (binned.case.time_gate.end_ps, binned.case.time_gate.bins) == (pytest.approx(5000.0), 10)


def test_without_mismatch_one_index_is_the_speed_of_light(read):
    even = [MEDIA[0], *({**one, "n": 1.4} for one in MEDIA[1:])]
    (found,) = read(whole(Domain__Media=even, Session__DoMismatch=0, Forward__T1=2e-11))

    assert {layer.refractive_index for layer in found.case.layer} == {1.4}
    assert (found.case.index_above, found.case.index_below) == (1.4, 1.4)


def test_a_mirror_at_a_face_of_the_layers_is_one_here(read):
    (found,) = read(whole(Session__BCFlags="mmmmmm"))
    (below,) = read(whole(Session__BCFlags="_____m"))

    assert (found.case.boundary.top, found.case.boundary.bottom) == ("mirror", "mirror")
    assert (below.case.boundary.top, below.case.boundary.bottom) == ("refracting", "mirror")


ABOVE = {"Pos": [40, 40, -4]}


@pytest.mark.parametrize(
    ("given", "keys"),
    [
        ({"Type": "isotropic"}, {"spreading": "isotropic", "stand_off_mm": 2.0}),
        ({"Type": "cone", "Param1": [0.3, 0, 0, 0]}, {"spreading": "fibre", "stand_off_mm": 2.0}),
        (
            {"Type": "cone", "Param1": [math.pi / 4, 1, 0, 0]},
            {"spreading": "table", "angle_quantiles_deg": [0.0, 45.0]},
        ),
        ({"Type": "arcsine"}, {"spreading": "table", "angle_quantiles_deg": [0.0, 90.0]}),
        ({"Dir": [0, 0, 1, "_NaN_"]}, {"spreading": "isotropic", "diameter_mm": 4.0}),
        ({"Dir": [0, 0, 1, "-_Inf_"]}, {"spreading": "lambertian", "diameter_mm": 4.0}),
        ({"Dir": [0, 0, 1, 20]}, {"focus_mm": 10.0, "stand_off_mm": 2.0, "diameter_mm": 4.0}),
        ({"Dir": [0, 0, 1, -20]}, {"focus_mm": -10.0}),
        (
            {"AngleInverseCDF": [0, 0.25, 0.5]},
            {"spreading": "table", "angle_quantiles_deg": [0.0, 45.0, 90.0]},
        ),
    ],
)
def test_directions_from_above_are_those_of_the_beam(read, given, keys):
    placed = source(**{**ABOVE, **given})

    (found,) = read(whole(Optode__Source=placed, Session__DoSpecular=1))

    beam = found.case.beam
    told = {key: getattr(beam, key) for key in keys}
    assert {k: v for k, v in told.items() if isinstance(v, str)} == {
        k: v for k, v in keys.items() if isinstance(v, str)
    }
    numbers = [key for key, value in keys.items() if not isinstance(value, str)]
    for key in numbers:
        np.testing.assert_allclose(told[key], keys[key])
    found.case.setup().begun(seed=1)
    down = keys.get("spreading") == "isotropic" or given.get("Type") == "arcsine"
    assert any("what falls down" in note for note in found.notes) is down


def test_directions_that_mcx_does_not_refract_are_told(read):
    (found,) = read(whole(Optode__Source=source(**ABOVE | {"Type": "isotropic"})))

    assert any("without refraction here" in note for note in found.notes)


@pytest.mark.parametrize(("flags", "told"), [("mm_mm_", "mirrors"), ("cc_cc_", "cyclic")])
def test_sides_that_only_fold_the_light_are_named(read, flags, told):
    (found,) = read(whole(Session__BCFlags=flags))

    assert f"the sides of the MCX box are {told}" in found.notes[0]


def test_media_may_be_rows_and_the_volume_file_empty(read):
    rows = [[m["mua"], m["mus"], m["g"], m["n"]] for m in MEDIA]

    assert layers(read(whole(Domain__Media=rows, Domain__VolumeFile=""))) == layers(read(whole()))


def test_shapes_may_lie_in_a_file_beside_the_case(read):
    apart = whole(Shapes=None, Domain__VolumeFile="shapes.json")

    assert layers(read(apart, shapes={"Shapes": SHAPES})) == layers(read(whole()))


@pytest.mark.parametrize(
    "shape",
    [
        # MCX: slices of voxels whose numbers from 1 are 5 to 20
        {"ZSlabs": {"Tag": 2, "Bound": [5, 20]}},
        {"ZSlabs": {"Tag": 2, "Bound": [[13, 20], [5, 13]]}},
        {"Box": {"Tag": 2, "O": [0, 0, 4], "Size": [80, 80, 16]}},
        {"UpperSpace": {"Tag": 2, "Coef": [0, 0, 1, 4], "Equ": "A*x+B*y+C*z>D"}},
    ],
)
def test_layers_are_drawn_in_each_of_the_ways_that_mcx_has(read, shape):
    assert layers(read(whole(Shapes=[SHAPES[0], shape]))) == layers(read(whole()))


def test_a_cylinder_across_the_box_is_a_vessel(read):
    cylinder = {"Tag": 1, "C0": [0, 43, 12], "C1": [80, 43, 12], "R": 2}

    (found,) = read(whole(Shapes=[*SHAPES, {"Cylinder": cylinder}]))

    (vessel,) = found.case.vessel
    assert (vessel.depth_um, vessel.diameter_um, vessel.offset_um) == (6000.0, 2000.0, 1500.0)
    assert vessel.mu_s_per_mm == 8.0


def test_light_scattered_straight_on_is_not_scattered(read):
    (first, _) = layers(read(whole(Domain__Media=[MEDIA[0], {**MEDIA[1], "g": 1}, MEDIA[2]])))

    assert (first.mu_s_per_mm, first.anisotropy) == (0.0, 0.0)


def test_a_direction_at_the_face_is_one_inside_the_tissue(read):
    # pmcxcl 0.7.5 absorbs 0.6560 at 45 degrees from z = 0 with or without DoSpecular, in two layers
    # of index 1.4 and 1.37; porelight 0.6562(11) at the 81.9 degrees in air that Snell's law gives
    sine = 0.5
    given = source(Type="pencil", Dir=[sine, 0, math.sqrt(1 - sine**2)])

    (at_face,) = read(whole(Optode__Source=given))
    above = {**given, "Pos": [40, 40, -3]}
    (unrefracted,) = read(whole(Optode__Source=above))
    (refracted,) = read(whole(Optode__Source=above, Session__DoSpecular=1))

    expected = math.degrees(math.asin(1.38 * sine))
    np.testing.assert_allclose(at_face.case.beam.tilt_deg, expected)
    np.testing.assert_allclose(unrefracted.case.beam.tilt_deg, expected)
    np.testing.assert_allclose(refracted.case.beam.tilt_deg, 30.0)
    # no ray from the air gets there
    (steep,) = read(whole(Optode__Source=source(Type="pencil", Dir=[0.8, 0, 0.6])))
    assert steep.case.beam.depth_mm == 0.0
    np.testing.assert_allclose(steep.case.beam.tilt_deg, math.degrees(math.asin(0.8)))


def test_a_planar_source_is_a_picture_of_one_square_or_more(read):
    area = {"Type": "planar", "Param1": [40, 0, 0, 0], "Param2": [0, 20, 0, 0]}

    (found,) = read(whole(Optode__Source=source(**area, Pos=[20, 30, 0])))

    beam = found.case.beam
    assert np.shape(beam.irradiance) == (1, 2)  # rows along y
    assert beam.pixel_um == 20 * 0.5 * 1e3
    assert "the MCX box ends 20 mm from the beam" in found.notes[0]


def test_patterns_are_cases_of_their_own(read):
    area = {"Type": "pattern", "Param1": [40, 0, 0, 2], "Param2": [0, 60, 0, 3], "SrcNum": 2}
    # MCX counts the patterns fastest, then along the first side
    data = {"Nx": 2, "Ny": 2, "Nz": 3, "Data": [1, 9, 2, 8, 3, 7, 4, 6, 5, 5, 6, 4]}

    first, second = read(whole(Optode__Source=source(**area, Pattern=data, Pos=[20, 10, 0])))

    assert (first.name, second.name) == ("pattern 1", "pattern 2")
    np.testing.assert_array_equal(first.case.beam.irradiance, [[1, 2], [3, 4], [5, 6]])
    np.testing.assert_array_equal(second.case.beam.irradiance, [[9, 8], [7, 6], [5, 4]])
    assert first.case.beam.pixel_um == 10000.0


def test_several_sources_are_cases_of_their_own(read):
    many = source(Pos=[[40, 40, 0], [30, 40, 0]], Dir=[[0, 0, 1], [0, 0, 1]])
    many["Param1"] = [[4, 0, 0, 0], [5, 0, 0, 0]]

    found = read(whole(Optode__Source=many))

    assert [one.name for one in found] == ["source 1", "source 2"]
    assert [one.case.beam.diameter_mm for one in found] == [4.0, 5.0]
    with pytest.raises(InputFileError, match=r"holds 2 of Pos, 2 of Dir, 1 of Param1; expected"):
        read(whole(Optode__Source={**many, "Param1": [[4, 0, 0, 0]]}))


def test_a_wave_keeps_its_irradiance(read):
    # one wave along x, none along y: (cos + 1) / 2
    area = {"Type": "fourierx", "Param1": [40, 0, 0, 40], "Param2": [1, 0, 0, 0]}

    (found,) = read(whole(Optode__Source=source(**area, Pos=[20, 20, 0])))

    image = np.array(found.case.beam.irradiance)
    u = (np.arange(200) + 0.5) / 200
    np.testing.assert_allclose(image[0], 0.5 * (1 + np.cos(2 * np.pi * u)), atol=2e-4)
    np.testing.assert_array_equal(image, np.broadcast_to(image[0], image.shape))


def test_a_skewed_source_keeps_its_area_and_its_middle(read):
    area = {"Type": "planar", "Param1": [30, 0, 0, 0], "Param2": [10, 20, 0, 0]}

    (found,) = read(whole(Optode__Source=source(**area, Pos=[20, 20, 0])))

    image, pixel = np.array(found.case.beam.irradiance), found.case.beam.pixel_um / 500.0
    np.testing.assert_allclose(image.sum() * pixel**2, 30 * 20, rtol=2e-3)
    rows, cols = np.indices(image.shape)
    middle = [(axis * image).sum() / image.sum() + 0.5 for axis in (cols, rows)]
    np.testing.assert_allclose(np.multiply(middle, pixel), [20, 10], atol=0.05)


INP = """\
1000000            # photons
-1                 # seed
41 41 1            # source, counted from 1
0 0 1
0 5e-9 5e-9
shapes.json        # volume
0.5 80 1 80        # side of a voxel, count, first, last
0.5 80 1 80
0.5 20 1 20
2
8 0.85 0.02 1.38   # mus g mua n
12 0.9 0.06 1.4
1 2
10 10 1            # detector
disk
4 0 0 0
0 0 0 0
"""


def test_the_older_input_is_the_same_case(read, tmp_path):
    ball = {"Pos": [9, 9, 0], "R": 2}
    expected = read(whole(Optode__Detector=[ball]), shapes={"Shapes": SHAPES})
    path = tmp_path / "case.inp"
    path.write_text(INP)

    (found,) = read_foreign_case(path)

    assert found.case == expected[0].case
    assert found.options == "--photons 1e+06"
    assert any(note.startswith("Domain.CacheBoxP0, .CacheBoxP1: what MCX") for note in found.notes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("0 0 1\n", "0 0 1 inf\n"), "the direction, and a focal length"),
        (("disk\n", "disc\n"), "Optode.Source.Type is 'disc'; expected pencil, cone"),
        (("2\n8", "3\n8"), "line 13 holds '1 2'; expected mus, g, mua, n of a medium"),
        (("0 0 0 0\n", "0 0 0 0\nmore\n"), "line 18 is not read"),
        (("0.5 20", "1 20"), r"Domain.Step is \[0.5, 0.5, 1.0\]; expected three times the same"),
    ],
)
def test_what_the_older_input_asks_for_is_heeded(read, tmp_path, change, message):
    read(whole(), shapes={"Shapes": SHAPES})
    path = tmp_path / "case.inp"
    path.write_text(INP.replace(*change, 1) if change[0] != "0 0 0 0\n" else INP + "more\n")

    with pytest.raises(InputFileError, match=message):
        read_foreign_case(path)
