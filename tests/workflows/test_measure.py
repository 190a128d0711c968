"""Claims about measuring a photograph in one call: what is refused, said, and passed on."""

import base64
import dataclasses
from pathlib import Path

import cv2
import numpy as np
import pytest

import porelight as pl
from porelight.errors import ParameterError, PhotographError
from porelight.photo.landmarks import Face
from porelight.photo.measure import measure as measure_pores
from porelight.photo.overlay import overlay
from porelight.photo.perspective import ZoneView
from porelight.photo.photograph import Photograph
from porelight.photo.scale import Scale
from porelight.render.camera import Camera
from porelight.render.skin import render_skin
from porelight.workflows import measure as workflow
from porelight.workflows.measure import MeasuredPhotograph, measure, measure_face
from porelight.workflows.scaled_photograph import ScaledPhotograph


@pytest.fixture(scope="module")
def measured(patch):
    return measure(patch, zone="cheek")


def test_a_blurred_picture_of_88_pores_is_refused_and_not_counted_as_none(blurred_patch):
    # the detector alone sees no pore, and leaves open how many there are
    alone = measure_pores(blurred_patch, zone="cheek").count
    assert alone.value < 1.0
    assert alone.high > 88.0
    with pytest.raises(
        PhotographError, match=r"patch\.png: blur is 0\.\d+ mm; expected at most 0\.17"
    ):
        pl.measure(blurred_patch, zone="cheek")


def taken(blur, n=110):
    """Return 2.6 cm2 of skin with n pores of 0.3 to 0.6 mm, through the lens of a phone."""
    diameter = np.random.default_rng(1).uniform(0.30e-3, 0.60e-3, n)
    camera = Camera(frame=0, blur=blur)
    skin = render_skin(diameter, camera=camera, size=(0.016, 0.016), seed=1)
    return Photograph(skin.pixels, skin.px_per_metre, 0.01, name="taken.png")


@pytest.mark.slow
def test_what_a_soft_lens_hides_is_in_the_interval():
    soft = measure(taken(2.0), zone="cheek")
    assert soft.count.value < 80.0
    assert soft.count.low < 110.0 < soft.count.high
    assert any("are missed" in text and "blur" in text for text in soft.measurement.warnings)


@pytest.mark.slow
@pytest.mark.parametrize("blur", [3.0, 4.0, 6.0])
def test_noise_of_the_sensor_hides_no_blur(blur):
    # the noise comes after the lens: its fine detail is as strong as that of skin in focus
    with pytest.raises(PhotographError, match=r"taken\.png: blur is 0\.\d+ mm; expected at most"):
        measure(taken(blur), zone="cheek")


@pytest.mark.slow
def test_skin_without_pores_is_told_from_pores_out_of_focus():
    bare = measure(taken(0.8, n=0), zone="cheek")
    assert bare.count.value < 3.0
    assert bare.count.low < 0.5
    with pytest.raises(PhotographError, match="no pores are seen, but blur is"):
        measure(taken(1.95, n=0), zone="cheek")


def test_the_sharp_picture_is_counted(measured):
    assert measured.count.low < 88.0 < measured.count.high
    assert measured.warnings == ()


def test_a_soft_picture_is_measured_and_its_limit_said(soft_patch):
    soft = measure(soft_patch, zone="cheek")
    assert [text for text in soft.limits if "Blur is" in text]
    assert "warning: Blur is" in repr(soft)


def test_limits_of_the_pores_and_of_the_photograph_are_both_warnings(measured):
    few = dataclasses.replace(measured.measurement, warnings=("Only 9 pores.",))
    found = dataclasses.replace(measured, measurement=few, limits=("It is soft.",))
    assert found.warnings == ("Only 9 pores.", "It is soft.")


def test_numbers_are_those_of_the_detector(measured, patch):
    alone = measure_pores(patch, zone="cheek")
    assert measured.count == alone.count
    assert measured.density == alone.density
    assert measured.area_fraction == alone.area_fraction
    assert measured.diameter == alone.diameter
    assert measured.n == alone.n
    assert measured.zone == "cheek"
    assert measured.zone_area == alone.zone_area
    np.testing.assert_array_equal(measured.diameters, alone.diameters)
    np.testing.assert_array_equal(measured.mask, alone.mask)


def test_the_population_is_that_of_the_measurement(measured):
    own, expected = measured.population(), measured.measurement.population()
    np.testing.assert_array_equal(own.diameter, expected.diameter)
    assert own.area == expected.area


def test_only_the_zone_is_judged_and_measured(patch):
    pixels = patch.pixels.copy()
    pixels[:, :80] = 255  # outside of the zone and clipped
    zone = np.zeros(patch.shape, np.bool_)
    zone[:, 100:] = True
    found = measure(Photograph(pixels, patch.px_per_metre), zone="nose", zone_mask=zone)
    assert next(f.value for f in found.quality if f.name == "clipped skin") == 0.0
    assert not found.mask[:, :100].any()
    with pytest.raises(PhotographError, match="clipped skin is"):
        measure(Photograph(pixels, patch.px_per_metre), zone="nose")


def test_the_scale_says_where_it_is_known_from(measured, patch):
    assert measured.scale == Scale(12.5e3, 0.01, "known", "given by the user")
    by_ruler = Scale(12.5e3, 0.01, "ruler", "10 ticks")
    found = measure(ScaledPhotograph(patch, by_ruler), zone="cheek")
    assert found.scale is by_ruler
    assert found.count == measured.count


def test_it_prints_short_with_its_intervals(measured):
    text = repr(measured)
    count = measured.count
    assert f"{count.value:.0f} ({count.low:.0f} to {count.high:.0f})" in text
    assert f"{1e3 * measured.diameter.value:.3g} (" in text
    assert len(text.splitlines()) == 4


def test_in_a_notebook_it_is_the_picture_with_its_pores_outlined(measured, patch):
    html = measured._repr_html_()
    data = base64.b64decode(html.split("base64,")[1].split('"')[0])
    shown = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
    np.testing.assert_array_equal(shown, overlay(patch, measured.measurement))
    assert "skin covered" in html


def test_skin_without_pores_prints_without_a_diameter(measured):
    none = measured.measurement
    bare = dataclasses.replace(none, area=np.zeros(0))
    assert "median diameter" not in repr(dataclasses.replace(measured, measurement=bare))


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ({"zone": "nosee"}, "no zone named 'nosee'; did you mean 'nose'"),
        ({"zone": "nose", "zone_mask": np.ones((3, 3), np.bool_)}, r"shape \(3, 3\); expected"),
        ({"zone": "nose", "zone_mask": np.zeros((175, 175), np.bool_)}, "zone mask is empty"),
        ({"zone": "nose", "q": 1.5}, "q is 1.5; expected a share"),
    ],
)
def test_what_cannot_be_measured_is_refused_in_one_line(patch, options, text):
    assert patch.shape == (175, 175)
    with pytest.raises(ParameterError, match=text) as caught:
        measure(patch, **options)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("px_per_metre", "shape", "text"),
    [
        # brought to 12.5 px/mm it would have 3000 x 3000 x 12.5^2 pixels
        (1e3, (3000, 3000), "resolution is 1 px/mm; expected at least 5 px/mm"),
        (6e3, (4000, 4000), "no face is that large"),
        (125e3, (200, 400), "would show 1.6 mm x 3.2 mm of skin .* at least 3 mm x 3 mm. Check"),
    ],
)
def test_a_scale_that_is_far_off_is_refused_before_anything_is_resampled(
    monkeypatch, px_per_metre, shape, text
):
    def looked_at(*_: object) -> None:
        pytest.fail("the pixels were looked at")

    monkeypatch.setattr(workflow, "findings", looked_at)
    photograph = Photograph(np.full((*shape, 3), 150, np.uint8), px_per_metre)
    with pytest.raises(PhotographError, match=text):
        measure(photograph, zone="cheek")


def test_a_tone_that_cannot_be_told_costs_no_pore(monkeypatch, patch, measured):
    def unknown(*_: object) -> None:
        raise PhotographError("only 3 pixels of skin lie between pores.")

    monkeypatch.setattr(workflow, "tone", unknown)
    found = measure(patch, zone="cheek")
    assert found.tone is None
    assert found.limits == ("Tone is not told: only 3 pixels of skin lie between pores.",)
    assert found.count == measured.count


def test_the_sheet_beside_the_skin_tells_the_tone(patch, measured, sheet):
    paper = sheet(patch.px_per_metre)
    rows, cols = paper.shape[0] + patch.shape[0], max(paper.shape[1], patch.shape[1])
    pixels = np.full((rows, cols, 3), 180, np.uint8)
    pixels[: paper.shape[0], : paper.shape[1]] = paper
    pixels[paper.shape[0] :, : patch.shape[1]] = patch.pixels
    zone = np.zeros((rows, cols), np.bool_)
    zone[paper.shape[0] :, : patch.shape[1]] = True
    found = measure(Photograph(pixels, patch.px_per_metre), zone="cheek", zone_mask=zone)
    assert measured.tone is not None
    assert measured.tone.typology_angle is None
    assert found.tone is not None
    assert found.tone.typology_angle is not None


def test_progress_rises_to_one(patch):
    told: list[float] = []
    measure(patch, zone="cheek", progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_measurement_belongs_to_its_photograph(measured):
    other = Photograph(np.full((20, 30, 3), 150, np.uint8), 12.5e3)
    with pytest.raises(ParameterError, match=r"shape \(175, 175\), the photograph has \(20, 30\)"):
        MeasuredPhotograph(other, measured.scale, measured.measurement, (), None)


@pytest.fixture
def face(patch, blurred_patch, monkeypatch) -> ScaledPhotograph:
    """Return a face whose nose is sharp, whose chin is blurred and whose rest is out of view."""
    views = {"nose": patch, "chin": blurred_patch}

    def zone_view(photograph, face, zone, scale, distance):
        if zone not in views:
            raise PhotographError(f"{photograph.name}: part of the {zone} is out of view.")
        shown = views[zone]
        return ZoneView(shown, np.ones(shown.shape, np.bool_), 0.5, 0.0, ("The nose is turned.",))

    monkeypatch.setattr(workflow, "zone_view", zone_view)
    whole = Photograph(np.full((40, 40, 3), 150, np.uint8), 10e3, name="face.png")
    landmarks = Face(np.zeros((468, 3)), np.zeros((2, 5, 2)), 1.0)
    return ScaledPhotograph(whole, Scale(10e3, 0.05, "iris", "irises"), face=landmarks)


def test_each_zone_of_a_face_is_measured_or_refused(face, measured):
    told: list[float] = []
    found = measure_face(face, progress=told.append)
    assert list(found.measured) == ["nose"]
    nose = found.measured["nose"]
    assert nose.count == measured.count
    assert nose.zone == "nose"
    assert nose.scale.source == "iris"
    assert nose.limits == ("The nose is turned.",)
    assert set(found.refused) == {"forehead", "glabella", "right cheek", "left cheek", "chin"}
    assert "blur is" in found.refused["chin"]
    assert "left cheek is out of view" in found.refused["left cheek"]
    assert "chin: refused." in repr(found)
    assert len(told) == 6
    assert told[-1] == 1.0


def test_a_mistake_of_the_caller_is_not_taken_for_a_bad_zone(face):
    with pytest.raises(ParameterError, match="q is 2"):
        measure_face(face, q=2.0)


def test_a_face_without_landmarks_is_refused(patch):
    close_up = ScaledPhotograph(patch, Scale(12.5e3, 0.01, "known"))
    with pytest.raises(ParameterError, match=r"patch\.png has no landmarks of a face"):
        measure_face(close_up)


@pytest.mark.parametrize("given", ["x.png", Path("x.png"), np.zeros((9, 9, 3), np.uint8)])
def test_a_path_is_no_photograph(given):
    with pytest.raises(ParameterError, match=r"(x\.png|shape \(9, 9, 3\)).*; expected a Phot"):
        pl.measure(given, zone="cheek")
