"""Claims about finding the scale of a picture: each way, and what is kept on the way."""

from pathlib import Path

import numpy as np
import pytest

from porelight.errors import ParameterError, PhotographError
from porelight.photo.landmarks import Face
from porelight.photo.photograph import Photograph
from porelight.photo.picture import Picture
from porelight.photo.scale import Scale
from porelight.workflows import scaled_photograph as workflow
from porelight.workflows.scaled_photograph import scaled_photograph, with_known_scale

SKIN = (190, 150, 130)


def skin(**facts: object) -> Picture:
    return Picture(np.full((300, 400, 3), SKIN, np.uint8), **facts)


@pytest.fixture(scope="module")
def with_sheet(sheet) -> Picture:
    """Return the printed sheet, 10 px to the millimetre, on skin."""
    paper = sheet(10e3)
    pixels = np.full((paper.shape[0] + 100, paper.shape[1] + 100, 3), SKIN, np.uint8)
    pixels[50:-50, 50:-50] = paper
    return Picture(pixels, name="sheet.png")


def test_a_known_scale_is_taken_as_it_is():
    known = Scale(12.5e3, 0.02, "known")
    found = scaled_photograph(skin(name="a.png"), known)
    assert found.scale is known
    assert (found.photograph.px_per_metre, found.photograph.scale_error) == (12.5e3, 0.02)
    assert found.photograph.name == "a.png"
    assert found.marker is found.face is found.patch_levels is None


def test_dots_per_inch_give_the_scale_of_a_scan():
    # 600 dpi are 600 / 0.0254 px/m
    found = scaled_photograph(skin(dpi=(600.0, 600.0)), "dpi")
    assert found.photograph.px_per_metre == pytest.approx(600.0 / 0.0254)
    assert found.scale.source == "dpi"
    with pytest.raises(PhotographError, match="a camera took it"):
        scaled_photograph(skin(dpi=(600.0, 600.0), has_camera=True), "dpi")


def test_the_sheet_gives_the_scale(with_sheet):
    found = scaled_photograph(with_sheet, "marker")
    assert found.scale.source == "marker"
    assert found.photograph.px_per_metre == pytest.approx(10e3, rel=0.01)
    with pytest.raises(PhotographError, match="no marker was found"):
        scaled_photograph(skin(), "marker")


def test_a_sheet_in_view_serves_the_tone_whatever_gives_the_scale(with_sheet):
    found = scaled_photograph(with_sheet, Scale(10e3, 0.01, "known"))
    assert found.scale.source == "known"
    assert found.patch_levels is not None
    # 220 of 255 in sRGB is 0.716 in linear light
    np.testing.assert_allclose(found.patch_levels["white"], 0.716, atol=0.005)
    again = with_known_scale(Photograph(with_sheet.pixels, 10e3, name="sheet.png"))
    assert again.patch_levels is not None
    assert "sheet in view" in repr(again)


def test_a_ruler_gives_the_scale_by_its_ticks():
    ticks = 0.5 + 0.5 * np.sign(np.sin(2.0 * np.pi * np.arange(400) / 8.0))
    pixels = np.full((300, 400, 3), 200, np.uint8)
    pixels[100:200] = (60.0 + 140.0 * ticks)[None, :, None]
    picture = Picture(pixels)
    # 8 px between two ticks of 1 mm, or of 0.5 mm
    assert scaled_photograph(picture, "ruler").scale.px_per_metre == pytest.approx(8e3, rel=0.01)
    fine = scaled_photograph(picture, "ruler", tick=0.5e-3)
    assert fine.scale.px_per_metre == pytest.approx(16e3, rel=0.01)


@pytest.fixture
def networks(monkeypatch) -> dict[str, Path]:
    """Return files that stand for networks which find a face with irises 117 px wide."""
    rim = np.array([[0.0, 0.0], [58.5, 0.0], [0.0, 58.5], [-58.5, 0.0], [0.0, -58.5]])
    irises = np.stack([rim + np.array([col, 150.0]) for col in (150.0, 300.0)])
    face = Face(np.zeros((468, 3)), irises, 1.0)
    files = {"face_landmark": Path("face.tflite")}

    def find_face(_pixels: object, given: object) -> Face:
        assert given is files
        return face

    def iris_scale(_pixels: object, rims: np.ndarray) -> Scale:
        assert rims is irises
        return Scale(117.0 / 11.7e-3, 0.06, "iris")

    monkeypatch.setattr(workflow, "find_face", find_face)
    monkeypatch.setattr(workflow, "iris_scale", iris_scale)
    return files


def test_irises_give_the_scale_of_a_face(networks):
    found = scaled_photograph(skin(), "iris", networks=networks)
    assert found.photograph.px_per_metre == pytest.approx(10e3)
    assert found.photograph.scale_error == 0.06
    assert found.face is not None


def test_landmarks_are_found_where_they_are_asked_for(networks):
    known = Scale(10e3, 0.01, "known")
    assert scaled_photograph(skin(), known, networks=networks).face is None
    found = scaled_photograph(skin(), known, networks=networks, find_landmarks=True)
    assert found.face is not None
    assert "face in view" in repr(found)


@pytest.mark.parametrize(
    ("scale", "options"), [("iris", {}), (Scale(1e4, 0.0, "known"), {"find_landmarks": True})]
)
def test_landmarks_without_their_networks_are_refused(scale, options):
    with pytest.raises(ParameterError, match="'porelight models fetch'"):
        scaled_photograph(skin(), scale, **options)


def test_an_unknown_way_to_a_scale_is_refused():
    with pytest.raises(ParameterError, match="from 'markr'; did you mean 'marker'"):
        scaled_photograph(skin(), "markr")


@pytest.mark.parametrize(
    ("pixels", "text"),
    [
        (np.zeros((4, 4), np.uint8), r"shape \(4, 4\); expected \(rows, cols, 3\)"),
        (np.zeros((4, 4, 3)), "pixels are float64; expected uint8"),
    ],
)
def test_what_is_no_picture_is_refused(pixels, text):
    with pytest.raises(ParameterError, match=text):
        Picture(pixels)
