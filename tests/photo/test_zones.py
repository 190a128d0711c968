"""Claims about polygons, landmarks, and zones seen straight on."""

import math
from pathlib import Path

import numpy as np
import pytest

from porelight.errors import InputFileError, PhotographError
from porelight.files.models import installed
from porelight.photo.landmarks import Face, find_face
from porelight.photo.perspective import ARM, zone_view
from porelight.photo.photograph import Photograph
from porelight.photo.scale import Scale
from porelight.photo.zones import NAMES, T_ZONE, outline, polygon_mask, tissue_zone

POINTS = 468


def face(slope=0.0, nearer=0.0, zone="nose"):
    """Return a face whose points lie on a plane that recedes by `slope` to the right."""
    rng = np.random.default_rng(1)
    points = np.column_stack([rng.uniform(50, 350, POINTS), rng.uniform(50, 350, POINTS)])
    depth = slope * (points[:, 0] - 200.0)
    mesh = np.column_stack([points, depth])
    for k, place in zip((33, 133, 362, 263), (-60, -20, 20, 60), strict=True):
        mesh[k] = (200 + place, 150, slope * place)
    _, three = outline(Face(mesh, np.zeros((2, 5, 2)), 1.0), zone)
    index = [int(np.flatnonzero((mesh == row).all(axis=1))[0]) for row in three]
    turn = np.linspace(0.0, 2.0 * math.pi, len(index), endpoint=False)
    mesh[index, 0] = 200.0 + 40.0 * np.cos(turn)
    mesh[index, 1] = 230.0 + 40.0 * np.sin(turn)
    mesh[index, 2] = slope * 40.0 * np.cos(turn) - nearer
    return Face(mesh, np.zeros((2, 5, 2)), 1.0)


def photograph():
    pixels = np.random.default_rng(2).integers(0, 255, (400, 400, 3)).astype(np.uint8)
    return Photograph(pixels, 10e3, name="face")


@pytest.mark.verification
def test_polygon_covers_its_area():
    square = np.array([[10.0, 20.0], [60.0, 20.0], [60.0, 50.0], [10.0, 50.0]])
    mask = polygon_mask([square], (100, 80))
    # its border runs through pixels' corners; OpenCV counts the pixels that the line touches
    assert mask.sum() == pytest.approx(50 * 30, rel=0.06)
    assert mask[35, 30]
    assert not mask[60, 30]


@pytest.mark.parametrize(
    ("corners", "text"),
    [
        (np.ones((2, 2)), "3 or more"),
        (np.array([[500.0, 500.0], [510.0, 500.0], [510.0, 510.0]]), "outside of the photograph"),
        (np.array([[0.0, 0.0], [math.nan, 1.0], [1.0, 1.0]]), "no place in a picture"),
    ],
)
def test_polygons_that_are_none_are_refused(corners, text):
    with pytest.raises(PhotographError, match=text):
        polygon_mask([corners], (100, 100))


def test_zones_have_names_and_belong_to_the_tissue_model():
    assert {tissue_zone(name) for name in NAMES} == {
        "forehead",
        "glabella",
        "nose",
        "cheek",
        "chin",
    }
    assert set(T_ZONE) < set(NAMES)
    with pytest.raises(PhotographError, match="did you mean 'nose'"):
        outline(face(), "nosee")


@pytest.mark.verification
def test_a_tilted_zone_is_stretched_back_by_its_cosine():
    # depth grows by 0.5 a pixel: tilted by atan 0.5, foreshortened by cos = 0.894
    view = zone_view(photograph(), face(slope=0.5), "nose", Scale(10e3, 0.01, "marker"))
    assert view.slant == pytest.approx(math.atan(0.5), abs=1e-6)
    flat = zone_view(photograph(), face(), "nose", Scale(10e3, 0.01, "marker"))
    assert flat.slant == pytest.approx(0.0, abs=1e-6)
    assert view.mask.sum() / flat.mask.sum() == pytest.approx(1.0 / math.cos(view.slant), rel=0.02)


@pytest.mark.verification
def test_a_nose_nearer_than_the_eyes_is_larger():
    # 230 px at 10 px/mm are 23 mm: 0.3 / (0.3 - 0.023) is 8.3 %
    view = zone_view(photograph(), face(nearer=230.0), "nose", Scale(10e3, 0.05, "iris"), 0.3)
    assert view.nearer == pytest.approx(0.023, rel=1e-6)
    assert view.photograph.px_per_metre == pytest.approx(10e3 * 0.3 / 0.277)
    unknown = zone_view(photograph(), face(nearer=230.0), "nose", Scale(10e3, 0.05, "iris"))
    assert unknown.photograph.px_per_metre == pytest.approx(10e3 * ARM / (ARM - 0.023))
    assert unknown.photograph.scale_error > view.photograph.scale_error > 0.05


def test_depth_changes_nothing_when_the_scale_is_that_of_the_zone():
    view = zone_view(photograph(), face(nearer=230.0), "nose", Scale(10e3, 0.01, "marker"))
    assert view.photograph.px_per_metre == 10e3
    assert view.photograph.scale_error == 0.01


def test_zones_that_face_away_are_refused():
    with pytest.raises(PhotographError, match="turned away by 63 degrees"):
        zone_view(photograph(), face(slope=2.0), "nose", Scale(10e3, 0.01, "marker"))


def test_missing_networks_are_named_with_the_command(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(InputFileError, match="porelight models fetch"):
        installed()


def test_unreadable_networks_are_refused(tmp_path):
    broken = tmp_path / "x.tflite"
    broken.write_bytes(b"no network")
    files = dict.fromkeys(("face_detection_short_range", "face_landmark", "iris_landmark"), broken)
    with pytest.raises(PhotographError, match="cannot read this network"):
        find_face(np.zeros((64, 64, 3), np.uint8), files)


def models_or_skip() -> dict[str, Path]:
    try:
        return dict(installed())
    except InputFileError:
        pytest.skip("run 'porelight models fetch' to test landmarks on a face")


def test_landmarks_of_a_face_in_the_public_domain():
    from skimage.data import astronaut  # noqa: PLC0415  only with the networks at hand

    models = models_or_skip()
    found = find_face(astronaut(), models)
    # read off the picture by eye: pupils at column 204, row 101 and column 246, row 104
    np.testing.assert_allclose(found.irises[0, 0], (204, 101), atol=2.5)
    np.testing.assert_allclose(found.irises[1, 0], (246, 104), atol=2.5)
    assert abs(found.yaw) < math.radians(10.0)
    with pytest.raises(PhotographError, match="no face"):
        find_face(np.full((200, 200, 3), 150, np.uint8), models)
