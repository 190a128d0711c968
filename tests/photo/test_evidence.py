"""Claims about the filters and the evidence."""

import numpy as np
import pytest

from porelight.errors import DataFileError
from porelight.photo import evidence as room
from porelight.photo.evidence import (
    EVEN,
    KINDS,
    ODD,
    SCALES,
    Detector,
    detector,
    evidence,
    features,
)
from porelight.photo.flatten import WORKING_SCALE, FlatSkin


def flat_of(darkness):
    dark = np.asarray(darkness, np.float32)
    rng = np.random.default_rng(0)
    red, yellow = (rng.standard_normal(dark.shape).astype(np.float32) for _ in range(2))
    return FlatSkin(dark, red, yellow, np.ones_like(dark), np.ones(dark.shape, dtype=bool))


def negative(flat):
    return FlatSkin(-flat.darkness, -flat.redness, -flat.yellowness, flat.contrast, flat.skin)


def blob(sd_row, sd_col, n=81):
    axis = (np.arange(n) - n // 2) / WORKING_SCALE
    return np.exp(-0.5 * ((axis[:, None] / sd_row) ** 2 + (axis[None, :] / sd_col) ** 2))


@pytest.mark.verification
@pytest.mark.parametrize("i", range(1, len(SCALES)))
def test_curvature_of_a_gaussian_spot_matches_its_closed_form(i):
    # a Gaussian of SD b blurred by s has the peak b^2/(b^2+s^2) and curves by -peak/(b^2+s^2)
    b, s = 2.0e-4, SCALES[i]
    got = {(kind, j): image[40, 40] for kind, j, image in features(flat_of(blob(b, b)))}
    peak = b**2 / (b**2 + s**2)
    assert got["darkness", i] == pytest.approx(peak, rel=0.02)
    assert got["curvature", i] == pytest.approx(s**2 * peak / (b**2 + s**2), rel=0.06)
    assert got["elongation", i] == pytest.approx(0.0, abs=1e-3)
    assert got["slope", i] == pytest.approx(0.0, abs=1e-3)


def test_line_is_long_and_spot_is_not():
    line = {k: im[40, 40] for k, i, im in features(flat_of(blob(1e-4, 1.0))) if i == 1}
    spot = {k: im[40, 40] for k, i, im in features(flat_of(blob(1e-4, 1e-4))) if i == 1}
    # of a line one curvature is zero: mean and half difference are equal
    assert line["elongation"] == pytest.approx(line["curvature"], rel=1e-3)
    assert spot["elongation"] < 0.01 * spot["curvature"]


def test_negative_reverses_odd_features_and_keeps_even_ones():
    flat = flat_of(np.random.default_rng(1).standard_normal((40, 50)))
    pairs = zip(features(flat), features(negative(flat)), strict=True)
    for (kind, _, image), (_, _, other) in pairs:
        np.testing.assert_allclose(other, image if kind in EVEN else -image, atol=1e-5)


def test_bright_evidence_is_the_dark_evidence_of_the_negative():
    flat = flat_of(np.random.default_rng(1).standard_normal((40, 50)))
    learnt = detector()
    np.testing.assert_allclose(
        evidence(flat, learnt).bright, evidence(negative(flat), learnt).dark, atol=1e-3
    )


def test_turning_the_picture_turns_the_evidence():
    flat = flat_of(np.random.default_rng(1).standard_normal((40, 50)))
    turned = FlatSkin(
        *(
            np.ascontiguousarray(np.rot90(image))
            for image in (flat.darkness, flat.redness, flat.yellowness, flat.contrast, flat.skin)
        )
    )
    expected = np.rot90(evidence(flat, detector()).dark)
    np.testing.assert_allclose(evidence(turned, detector()).dark, expected, atol=1e-3)


def test_flat_skin_has_the_offset_as_its_evidence():
    learnt = detector()
    seen = evidence(
        FlatSkin(*(np.zeros((9, 9), np.float32),) * 4, np.ones((9, 9), dtype=bool)), learnt
    )
    np.testing.assert_allclose(seen.dark, learnt.offset, rtol=1e-6)
    assert learnt.offset < learnt.threshold


def test_every_kind_is_odd_or_even():
    assert sorted(ODD + EVEN) == sorted(KINDS)


@pytest.mark.parametrize("missing", ["weights", "threshold"])
def test_incomplete_data_file_does_not_load(monkeypatch, missing):
    content = dict(room.document("porelight.photo", "detector"))
    content[missing] = {"slope": [1.0]}
    monkeypatch.setattr(room, "document", lambda *_: content)
    detector.cache_clear()
    try:
        with pytest.raises(DataFileError, match=r"detector\.toml"):
            detector()
    finally:
        detector.cache_clear()


def test_detector_has_a_weight_for_each_feature():
    learnt = detector()
    assert isinstance(learnt, Detector)
    assert {len(row) for row in learnt.weights.values()} == {len(SCALES)}
