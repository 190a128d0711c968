import base64
import json
import math

import numpy as np
import pytest

from porelight.errors import InputFileError, ParameterError
from porelight.files.jnii import jdata_array
from porelight.files.light_case import LightCase
from porelight.files.mcx import mcx_case, media_volume, write_mcx_case
from porelight.files.mcx_reader import read_mcx_case

LAYERS = [
    {"thickness_mm": 0.1, "mu_a_per_mm": 0.5, "mu_s_per_mm": 20, "anisotropy": 0.9,
     "refractive_index": 1.4},
    {"thickness_mm": 1.9, "mu_a_per_mm": 0.03, "mu_s_per_mm": 15, "anisotropy": 0.8,
     "refractive_index": 1.37},
]  # fmt: skip


def case_of(**beam):
    return LightCase.model_validate(
        {
            "beam": {"profile": "flat-top", "diameter_mm": 2.0, **beam},
            "layer": LAYERS,
            "index_below": 1.0,
            "grid": {"depth_mm": 2.0},
        }
    )


def document(**changes):
    """Return a small layered case of MCX, with parts replaced."""
    whole = mcx_case(case_of(), voxel=1e-4, width=4e-3, n_photons=1000)
    for path, value in changes.items():
        *tables, key = path.split("__")
        target = whole
        for table in tables:
            target = target[table]
        target[key] = value
    return whole


def volume_file(name):
    """Return a case whose volume lies in a file."""
    whole = document(Domain__VolumeFile=name)
    del whole["Shapes"]
    return whole


def read(folder, whole):
    (folder / "case.txt").write_bytes(b"abc")
    path = folder / "case.json"
    path.write_text(whole if isinstance(whole, str) else json.dumps(whole))
    return the_one(path)


def the_one(path):
    """Return the case and the notes of a file that holds one."""
    (found,) = read_mcx_case(path)
    return found.case, found.notes


@pytest.mark.parametrize(
    "beam",
    [
        {},
        {"profile": "gaussian"},
        {"profile": "ring", "inner_diameter_mm": 1.0},
        {"profile": "pencil", "diameter_mm": 0.0},
        {"profile": "pencil", "diameter_mm": 0.0, "tilt_deg": 30.0},
    ],
)
def test_case_survives_the_way_through_mcx(tmp_path, beam):
    case = case_of(**beam)
    path = write_mcx_case(case, tmp_path / "case.json", voxel=1e-4, width=4e-3)

    back, _ = the_one(path)

    ours, theirs = case.optics(), back.optics()
    for name in ("thickness", "mu_a", "mu_s", "anisotropy", "refractive_index"):
        np.testing.assert_allclose(getattr(theirs, name), getattr(ours, name), rtol=1e-12)
    assert (theirs.index_above, theirs.index_below) == (ours.index_above, ours.index_below)
    mine, its = case.beam.beam(), back.beam.beam()
    assert its.profile == mine.profile
    sizes = [(b.diameter, b.inner_diameter, b.tilt) for b in (its, mine)]
    np.testing.assert_allclose(*sizes, rtol=1e-12)


@pytest.mark.parametrize(
    "beam",
    [
        {"spreading": "isotropic"},
        {"spreading": "lambertian", "stand_off_mm": 0.3},
        {"focus_mm": 5.0},
        {"focus_mm": -4.0, "stand_off_mm": 0.3, "profile": "gaussian"},
        {"spreading": "table", "angle_quantiles_deg": [0.0, 10.0, 30.0]},
        {"profile": "pencil", "diameter_mm": 0.0, "spreading": "fibre", "half_angle_deg": 20.0},
    ],
)
def test_directions_survive_the_way_through_mcx(tmp_path, beam):
    case = case_of(**beam)
    path = write_mcx_case(case, tmp_path / "case.json", voxel=1e-4, width=4e-3)

    back, _ = the_one(path)

    mine, its = case.beam.beam(), back.beam.beam()
    sizes = [(b.diameter, b.half_angle, b.stand_off) for b in (its, mine)]
    # a source that touches the tissue is exported a thousandth of a voxel above it
    np.testing.assert_allclose(*sizes, rtol=1e-6, atol=2e-7)
    if isinstance(mine.spreading, str):
        assert its.spreading == mine.spreading
    else:
        share = np.linspace(0.0, 1.0, 7)
        cosines = [b.spreading.cosine_of(share) for b in (its, mine)]
        np.testing.assert_allclose(*cosines, rtol=1e-9)


@pytest.mark.parametrize("faces", [("mirror", "absorbing"), ("absorbing", "mirror")])
def test_faces_and_time_gate_survive_the_way_through_mcx(tmp_path, faces):
    content = case_of().model_dump(exclude_defaults=True)
    boundary = dict(zip(("top", "bottom"), faces, strict=True))
    case = LightCase.model_validate(
        {**content, "boundary": boundary, "time_gate": {"end_ps": 40.0, "bins": 4}}
    )
    path = write_mcx_case(case, tmp_path / "case.json", voxel=1e-4, width=4e-3)

    back, _ = the_one(path)

    assert (back.time_gate.end_ps, back.time_gate.bins) == (pytest.approx(40.0), 4)
    mine, its = (one.boundary.boundary().around(one.optics()) for one in (case, back))
    outside = [(optics.index_above, optics.index_below) for optics in (its, mine)]
    assert outside[0] == outside[1]
    mirrors = [
        [face == "mirror" for face in (one.boundary.top, one.boundary.bottom)]
        for one in (case, back)
    ]
    assert mirrors[0] == mirrors[1]


def test_a_mirror_around_the_axis_is_not_lost():
    case = case_of().model_copy(update={"cell_radius_mm": 1.0})

    with pytest.raises(ParameterError, match="MCX has no mirror around the axis"):
        mcx_case(case, voxel=1e-4, width=4e-3, n_photons=1)


def test_voxels_hold_the_layers():
    volume = media_volume(mcx_case(case_of(), voxel=1e-4, width=1e-3, n_photons=1))

    # air below: a slice of medium 0, without which MCX would let the light out unreflected
    assert volume.shape == (10, 10, 21)
    assert (volume[:, :, 0] == 1).all()
    assert (volume[:, :, 1:20] == 2).all()
    assert (volume[:, :, 20] == 0).all()


def test_matched_medium_below_is_the_face_of_the_box(tmp_path):
    matched = case_of().model_copy(update={"index_below": None})
    path = write_mcx_case(matched, tmp_path / "case.json", voxel=1e-4, width=1e-3)

    back, _ = the_one(path)

    whole = json.loads(path.read_text())
    assert whole["Domain"]["Dim"] == [10, 10, 20]
    assert whole["Session"]["BCFlags"] == "_____a"  # MCX would reflect there, as at its medium 0
    assert back.optics().index_below == 1.37


def test_volume_in_the_file_is_read_like_drawn_layers(tmp_path):
    whole = document()
    volume = media_volume(whole)
    drawn, _ = read(tmp_path, whole)

    packed, _ = read(tmp_path, {**whole, "Shapes": jdata_array(volume)})

    assert packed == drawn


def test_volume_beside_the_file_is_read_like_drawn_layers(tmp_path):
    whole = document()
    drawn, _ = read(tmp_path, whole)
    (tmp_path / "volume.bin").write_bytes(media_volume(whole).tobytes(order="F"))
    whole["Domain"]["VolumeFile"] = "volume.bin"
    del whole["Shapes"]

    assert read(tmp_path, whole)[0] == drawn


def test_without_mismatch_all_indices_are_equal(tmp_path):
    optics = read(tmp_path, document(Session__DoMismatch=False))[0].optics()

    assert (optics.refractive_index == 1.0).all()


def test_air_above_the_layers_is_taken_off(tmp_path):
    whole = document(Shapes=[{"Grid": {"Size": [40, 40, 30], "Tag": 0}}, {"ZLayers": [6, 25, 1]}])

    case, _ = read(tmp_path, whole)

    np.testing.assert_allclose(case.optics().thickness, [2e-3])


def test_cone_over_the_surface_becomes_a_fibre_held_off(tmp_path):
    source = {"Type": "cone", "Pos": [20, 20, 0], "Dir": [0, 0, 1], "Param1": [0.3, 0, 0, 0]}
    shapes = [{"Grid": {"Size": [40, 40, 30], "Tag": 0}}, {"ZLayers": [6, 25, 1]}]

    beam = read(tmp_path, document(Optode__Source=source, Shapes=shapes))[0].beam.beam()

    assert beam.spreading == "fibre"
    np.testing.assert_allclose([beam.half_angle, beam.stand_off], [0.3, 0.5e-3])


def test_notes_say_what_differs(tmp_path):
    _, notes = read(tmp_path, document())
    _, fewer = read(tmp_path, document(Session__DoSpecular=True))

    assert any("MCX box ends 2 mm from the beam" in note for note in notes)
    assert any("multiply them by one less the specular share" in note for note in notes)
    assert notes == fewer  # at the face of the tissue MCX takes no notice of DoSpecular


def source(**changes):
    return {"Type": "disk", "Pos": [20, 20, 0], "Dir": [0, 0, 1], "Param1": [5, 0, 0, 0], **changes}


MEDIA = document()["Domain"]["Media"]


@pytest.mark.parametrize(
    ("whole", "message"),
    [
        ("", "not valid JSON"),
        ("[" * 100_000, "within each other more than 40 deep"),
        ("[]", "the file is no table; expected a document of MCX"),
        ("{}", "Domain is missing"),
        (document(Domain__Media=[MEDIA[0]]), "Domain.Media is missing; expected medium 0"),
        (
            document(Domain__Media=[MEDIA[0], {**MEDIA[1], "g": 1.2}, MEDIA[2]]),
            r"Domain.Media\[1\].g is 1.2; expected a number from -1 to 1",
        ),
        (
            document(Domain__Media=[MEDIA[0], {**MEDIA[1], "mua": -1}, MEDIA[2]]),
            r"Domain.Media\[1\].mua is -1; expected a number from 0",
        ),
        (
            document(Domain__Media=[MEDIA[0], {**MEDIA[1], "n": "glass"}, MEDIA[2]]),
            r"Domain.Media\[1\].n is 'glass'; expected a number from 1 to 4",
        ),
        (document(Domain__Media=MEDIA[:2]), "the volume holds medium 2; Domain.Media has 0 to 1"),
        (document(Domain__LengthUnit=0), "Domain.LengthUnit is 0; expected a number from"),
        (document(Domain__InverseCDF=[]), "Domain.InverseCDF is .*; expected a list of cosines"),
        (document(Optode__Source=source(Type="line")), "Type is 'line'; expected pencil, cone"),
        (document(Optode__Source=source(Pos=[90, 20, 0])), "outside the box of 40 x 40 voxels"),
        (document(Optode__Source=source(Pos=[20, 20, 21])), "21 voxels deep, below the layers"),
        (document(Optode__Source=source(Dir=[0, 0, -1])), "expected light that falls towards"),
        (document(Optode__Source=source(Dir=[0.6, 0, 0.8])), "a tilted disk of MCX lies across"),
        (document(Optode__Source=source(Pos="here")), "Optode.Source.Pos is here; expected 3"),
        (
            document(Optode__Source=source(Type="gaussian", Param1=[5, 3, 0, 0])),
            "focused Gaussian beam",
        ),
        (document(Shapes=[{"Sphere": {"R": 3}}]), "Shapes.1..Sphere is no plane layer"),
        (
            document(Shapes=[{"ZLayers": [1, 2]}]),
            r"Shapes.1..ZLayers holds .1, 2.; expected .from, to, tag",
        ),
        (document(Shapes=[{"Grid": {"Size": [1e9, 1, 1]}}]), "Shapes.1..Grid.Size is 1000000000.0"),
        (document(Shapes=3), "neither Shapes nor Domain.VolumeFile"),
        (document(Shapes=[{"ZLayers": [[1, 5, 1], [9, 20, 1]]}]), "a gap of medium 0"),
        (document(Shapes=[]), "the slices along z hold no medium"),
        (document(Domain__VolumeFile="v.bin"), "VolumeFile and Shapes both say what lies where"),
        (volume_file("../../etc/passwd"), "expected a file beside the case"),
        (volume_file("absent.json"), "is 'absent.json'; expected a file beside the case"),
        (volume_file("case.txt"), "has 3 bytes; expected 33600, 1 for each voxel"),
        (document(Domain__MediaFormat="svmc"), "MediaFormat is 'svmc', media given voxel"),
    ],
)
def test_what_layers_cannot_represent_gets_one_clear_line(tmp_path, whole, message):
    with pytest.raises(InputFileError, match=message) as raised:
        read(tmp_path, whole)
    assert "\n" not in str(raised.value)


def test_slice_with_two_media_is_refused(tmp_path):
    volume = media_volume(document())
    volume[3, 4, 7] = 1

    with pytest.raises(InputFileError, match="slice 8 along z holds more than one medium"):
        read(tmp_path, {**document(), "Shapes": jdata_array(volume)})


@pytest.mark.parametrize(
    ("beam", "voxel", "message"),
    [
        ({}, 3e-4, "the plane 0.1 mm deep lies inside a voxel of 0.3 mm"),
        ({"half_angle_deg": 5.0, "spreading": "fibre"}, 1e-4, "MCX has no fibre with a diameter"),
        ({"tilt_deg": 5.0}, 1e-4, "MCX has no beam like this one"),
    ],
)
def test_what_voxels_cannot_represent_is_refused(beam, voxel, message):
    with pytest.raises(ParameterError, match=message):
        mcx_case(case_of(**beam), voxel=voxel, width=4e-3, n_photons=1)


def test_tilted_beam_starts_above_the_tissue_where_mcx_refracts_it():
    # pmcxcl 0.7.5: a pencil at 45 degrees from z = 0 keeps its direction, whatever DoSpecular says
    whole = mcx_case(case_of(profile="pencil", diameter_mm=0.0, tilt_deg=45.0), voxel=1e-4,
                     width=4e-3, n_photons=1)  # fmt: skip
    source = whole["Optode"]["Source"]

    assert whole["Session"]["DoSpecular"] is True
    assert source["Pos"][2] == -1.0
    # it meets the face in the middle of the box
    steps = 1.0 / source["Dir"][2]
    np.testing.assert_allclose(source["Pos"][0] + steps * source["Dir"][0], 20.0)


def test_third_index_below_is_refused():
    wet = case_of().model_copy(update={"index_below": 1.33})

    with pytest.raises(ParameterError, match=r"the layers is 1\.33; MCX has one outside"):
        mcx_case(wet, voxel=1e-4, width=1e-3, n_photons=1)


def test_layer_without_end_ends_with_the_grid():
    case = case_of().model_copy(update={"index_below": None})
    endless = case.model_copy(
        update={"layer": [case.layer[0], case.layer[1].model_copy(update={"thickness_mm": None})]}
    )

    whole = mcx_case(endless, voxel=1e-4, width=1e-3, n_photons=1)

    assert math.isinf(endless.optics().thickness[-1])
    assert whole["Domain"]["Dim"] == [10, 10, 20]


@pytest.mark.parametrize(
    ("medium", "packed", "message"),
    [
        (1.0, b"abcdefgh", "no readable volume .*cannot be unpacked"),
        (np.inf, None, "no readable volume .*missing or infinite"),
        (1.5, None, "the volume holds medium 1.5; expected whole numbers"),
    ],
)
def test_a_damaged_packed_volume_gets_one_clear_line(tmp_path, medium, packed, message):
    volume = np.full((40, 40, 20), medium, dtype=np.float32)
    shapes = jdata_array(volume)
    if packed:
        shapes["_ArrayZipData_"] = base64.b64encode(packed).decode("ascii")

    with pytest.raises(InputFileError, match=message):
        read(tmp_path, document(Shapes=shapes))


def test_a_number_that_no_light_case_may_have_gets_one_clear_line(tmp_path):
    with pytest.raises(InputFileError, match=r"time_gate\.bins is \d+ bins; expected") as told:
        read(tmp_path, document(Forward__Dt=0))
    assert "pydantic" not in str(told.value)
