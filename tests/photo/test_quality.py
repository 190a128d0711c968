"""Claims about the quality gate: each fault is seen, said, and refused when it is too large."""

import cv2
import numpy as np
import pytest

from porelight.errors import PhotographError
from porelight.photo.photograph import Photograph
from porelight.photo.quality import LIMITS, QualityLimit, findings, require_quality

SCALE = 12.5e3


def skin(seed=1, n=220, grain=0.03, noise=1.0):
    """Skin with texture between 0.1 and 0.5 mm, as a camera of this scale would see it."""
    rng = np.random.default_rng(seed)
    relief = sum(
        cv2.GaussianBlur(rng.standard_normal((n, n)), (0, 0), sd) * sd for sd in (1.0, 1.8, 3.5)
    )
    relief = relief / relief.std()
    light = np.array([190.0, 150.0, 130.0]) * np.exp(0.5 * grain * 2.2 * relief)[..., None]
    return np.clip(light + noise * rng.standard_normal((n, n, 3)), 0, 255).astype(np.uint8)


def found(pixels, scale=SCALE):
    photograph = Photograph(pixels, scale, name="a.png")
    return photograph, findings(photograph, np.ones(pixels.shape[:2], np.bool_))


def verdicts(pixels, scale=SCALE):
    return {finding.name: finding.verdict for finding in found(pixels, scale)[1]}


def test_good_skin_is_fine_in_all_things():
    assert set(verdicts(skin()).values()) == {"fine"}
    assert require_quality(*found(skin())) == ()


def jpeg(pixels, quality):
    _, file = cv2.imencode(".jpg", pixels, [cv2.IMWRITE_JPEG_QUALITY, quality])
    return np.asarray(cv2.imdecode(file, cv2.IMREAD_COLOR), np.uint8)


def clipped(share):
    pixels = skin()
    pixels[: int(share * len(pixels))] = 255
    return pixels


@pytest.mark.parametrize(
    ("name", "limited", "refused"),
    [
        ("blur", cv2.GaussianBlur(skin(), (0, 0), 1.7), cv2.GaussianBlur(skin(), (0, 0), 4.0)),
        ("clipped skin", clipped(0.1), clipped(0.5)),
        ("signal of the skin", (skin() * 0.18).astype(np.uint8), (skin() * 0.04).astype(np.uint8)),
        ("noise", skin(noise=8.0), skin(noise=20.0)),
        ("compression", jpeg(skin(), 40), jpeg(skin(), 4)),
        ("texture", skin(grain=0.009, noise=0.3), cv2.GaussianBlur(skin(), (0, 0), 9.0)),
    ],
)
def test_each_fault_limits_and_then_refuses(name, limited, refused):
    assert verdicts(limited)[name] in ("limited", "refused")
    if refused is not None:
        assert verdicts(refused)[name] == "refused"


def test_a_refusal_says_number_limit_and_what_to_do():
    with pytest.raises(PhotographError, match=r"a\.png: noise is .* grey levels; expected at most"):
        require_quality(*found(skin(noise=20.0)))


def test_limits_are_said_and_measuring_goes_on():
    said = require_quality(*found(clipped(0.1)))
    assert any("Clipped skin is" in text and "exposure" in text for text in said)


def test_resolution_is_judged_by_the_scale():
    assert verdicts(skin(), 9e3)["resolution"] == "limited"
    assert verdicts(skin(), 4e3)["resolution"] == "refused"


@pytest.mark.verification
@pytest.mark.parametrize("sd", [2.0, 5.0])
def test_white_noise_is_measured_as_it_was_made(sd):
    rng = np.random.default_rng(3)
    grey = 150.0 + sd * rng.standard_normal((300, 300))
    pixels = np.repeat(np.clip(np.rint(grey), 0, 255).astype(np.uint8)[..., None], 3, axis=2)
    noise = next(f.value for f in found(pixels)[1] if f.name == "noise")
    assert noise == pytest.approx(sd, rel=0.08)


def test_limits_know_which_side_is_worse():
    more_is_worse, less_is_worse = QualityLimit(1.0, 2.0, "", "x"), QualityLimit(2.0, 1.0, "", "x")
    assert [more_is_worse.verdict(v) for v in (0.5, 1.5, 2.5)] == ["fine", "limited", "refused"]
    assert [less_is_worse.verdict(v) for v in (2.5, 1.5, 0.5)] == ["fine", "limited", "refused"]


def test_every_limit_has_a_source():
    assert all(limit.source for limit in LIMITS.values())
