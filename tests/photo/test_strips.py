"""A picture looked at in strips of rows has the numbers of the whole, to the last bit."""

import hashlib
import os
import subprocess
import sys
import tracemalloc

import cv2
import numpy as np
import pytest

from porelight.photo import darkness as darkness_module
from porelight.photo import (
    detect,
    drawn,
    flatten,
    lines,
    measure,
    network,
    quality,
    rejected,
    robust,
    segment,
    sharpness,
    slow_light,
    strips,
    tone,
)
from porelight.photo.darkness import darkness
from porelight.photo.estimate import DetectedPores, estimates
from porelight.photo.flatten import WORKING_SCALE, flat_skin
from porelight.photo.photograph import Photograph
from porelight.photo.quality import findings
from porelight.photo.robust import Sample, middle_and_spread
from porelight.photo.segment import Segments
from porelight.photo.strips import counted, median_of_counts, widened

ROWS, COLS = 700, 130
MODULES = (
    *(darkness_module, detect, drawn, flatten, lines, measure),
    *(quality, rejected, robust, segment, sharpness, slow_light, tone),
)


@pytest.fixture(scope="module")
def photograph():
    """Return skin with a slope of light, pores, glints and noise, coarser than it is looked at."""
    draw = np.random.default_rng(5)
    y, x = np.mgrid[:ROWS, :COLS]
    light = 150.0 + 0.05 * y + 30.0 * np.sin(x / 40.0)
    light -= 40.0 * (draw.random((ROWS, COLS)) < 0.01)
    light[60:70, 20:40] = light[300:306, 90:99] = 400.0
    pixels = light[..., None] * [1.2, 1.0, 0.8] + 4.0 * draw.standard_normal((ROWS, COLS, 3))
    return Photograph(np.clip(pixels, 0, 255).astype(np.uint8), 14e3)


@pytest.fixture(scope="module")
def zone():
    mask = np.ones((ROWS, COLS), np.bool_)
    mask[:30, :50] = mask[400:, 100:] = False
    return mask


def cut(monkeypatch, n_pixels):
    for module in MODULES:
        monkeypatch.setattr(
            module, "strips", lambda shape, most=n_pixels: strips.strips(shape, min(most, n_pixels))
        )


@pytest.mark.parametrize("n_pixels", [COLS * 97, COLS * 256])
def test_strips_have_the_bits_of_the_whole(photograph, zone, monkeypatch, n_pixels):
    pores = np.zeros_like(zone)
    pores[100:106, 60:66] = pores[500:520, 10:30] = True
    whole = darkness(photograph, zone)
    judged = {one.name: one.value for one in findings(photograph, zone)}
    look = tone.tone(photograph, zone, pores)
    assert not whole.skin.all()
    cut(monkeypatch, n_pixels)
    parts = darkness(photograph, zone)
    np.testing.assert_array_equal(parts.image, whole.image)
    np.testing.assert_array_equal(parts.skin, whole.skin)
    again = {one.name: one.value for one in findings(photograph, zone)}
    # a mean of single precision is rounded once in each strip
    assert again.pop("compression") == pytest.approx(judged.pop("compression"), rel=1e-6)
    assert again == judged
    assert repr(tone.tone(photograph, zone, pores)) == repr(look)


@pytest.mark.parametrize("n_pixels", [COLS, COLS * 97])
def test_skin_flattened_in_strips_is_that_of_the_whole(photograph, zone, monkeypatch, n_pixels):
    whole = flat_skin(photograph, zone)
    assert not whole.skin.all()
    cut(monkeypatch, n_pixels)
    parts = flat_skin(photograph, zone)
    for name in ("absorbance", "skin", "zone"):
        np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
    tile = (slice(3, 350), slice(20, 99))
    for one, other in zip(parts.colours_at(*tile), whole.colours_at(slice(None)), strict=True):
        np.testing.assert_array_equal(one, other[tile])
    few = (slice(3, 350), slice(20, 40))
    for one, other in zip(parts.colours_at(*few), whole.colours_at(slice(None)), strict=True):
        np.testing.assert_allclose(one, other[few], atol=2e-6)


@pytest.mark.parametrize("px_per_metre", [0.6 * WORKING_SCALE, WORKING_SCALE, 2.5 * WORKING_SCALE])
def test_pores_drawn_in_strips_are_those_of_the_whole(monkeypatch, px_per_metre):
    draw = np.random.default_rng(3)
    at = draw.integers(1, 59, (40, 2))
    labels = np.zeros((60, 60), np.int32)
    labels[at[:, 0], at[:, 1]] = np.arange(1, 41)
    one = np.ones(40)
    pores = Segments(labels, *at.T.astype(float), one, one, one, one, one)
    n = round(60 * px_per_metre / WORKING_SCALE)
    zone = draw.random((n, n)) < 0.9

    whole = drawn.drawn_pores(pores, zone, px_per_metre)
    labels = whole.labels(slice(0, n))
    assert np.unique(labels).size == 41
    cut(monkeypatch, 7 * n)
    parts = drawn.drawn_pores(pores, zone, px_per_metre)
    for part in strips.strips(zone.shape, most=5 * n):
        np.testing.assert_array_equal(parts.labels(part), labels[part])
        np.testing.assert_array_equal(parts[part], labels[part] > 0)


def test_maxima_and_parted_labels_in_strips_are_those_of_the_whole(monkeypatch):
    draw = np.random.default_rng(8)
    image = np.round(draw.standard_normal((90, 70)), 1).astype(np.float32)
    skin = draw.random((90, 70)) < 0.9
    labels = np.repeat(np.repeat(draw.integers(0, 40, (18, 14)), 5, 0), 5, 1).astype(np.int32)
    at, apart = detect.maxima(image, skin, 0.5), segment.parted(labels)
    assert len(at) > 50
    assert (apart != labels).any()
    cut(monkeypatch, 70)
    np.testing.assert_array_equal(detect.maxima(image, skin, 0.5), at)
    np.testing.assert_array_equal(segment.parted(labels), apart)


def bytes_each(work, n_pixels):
    tracemalloc.start()
    work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / n_pixels


def test_flattening_holds_its_result_and_little_more(monkeypatch):
    shape = (800, 900)
    pixels = np.random.default_rng(1).integers(90, 160, (*shape, 3)).astype(np.uint8)
    zone = np.ones(shape, np.bool_)
    cut(monkeypatch, 900 * 50)
    # the absorbance and one mask more at work, beside pixels, fields and masks: it was 51
    flatten_all = bytes_each(lambda: flat_skin(Photograph(pixels, WORKING_SCALE), zone), zone.size)
    assert flatten_all < 20.0


@pytest.mark.slow
def test_measuring_holds_few_bytes_for_each_pixel(monkeypatch):
    # 2 million pixels of skin with pores, grain and a lamp, as they are at the working scale
    draw = np.random.default_rng(2)
    spots = (draw.random((1400, 1400)) < 1e-3).astype(np.float32)
    dark = cv2.GaussianBlur(spots, (0, 0), 2.0) / 0.04 + 0.05 * draw.standard_normal(spots.shape)
    pixels = np.clip(np.array([190.0, 150.0, 130.0]) * np.exp(-0.3 * dark)[..., None], 0, 255)
    photo = Photograph(pixels.astype(np.uint8), WORKING_SCALE)
    cut(monkeypatch, 1400 * 40)
    monkeypatch.setattr(network, "_AT_ONCE", 1)
    # pixels, the absorbance, two masks, the network's cover, labels and one image at work, and the
    # rows of the networks' layers, which do not grow with the rows of the picture
    assert bytes_each(lambda: measure.measure(photo, zone="cheek"), spots.size) < 40.0


def test_one_and_two_cores_have_the_same_bits(photograph, zone, monkeypatch):
    cut(monkeypatch, COLS * 97)
    found = []
    for n in (1, 2):
        monkeypatch.setattr(strips, "available_threads", lambda n=n: n)
        flat, dark = flat_skin(photograph, zone), darkness(photograph, zone)
        judged = [one.value for one in findings(photograph, zone, dark)]
        sharp = sharpness.sharpness(flat.absorbance, flat.skin)
        look = tone.tone(photograph, zone, np.zeros_like(zone), dark=dark)
        found.append((flat.absorbance.tobytes(), dark.image.tobytes(), judged, sharp, repr(look)))
    assert found[0] == found[1]


def test_pores_are_the_same_on_one_and_two_cores(discs, lattice, monkeypatch):
    photo = discs(lattice(6), 4e-4)
    cut(monkeypatch, 60 * photo.shape[1])
    found = []
    for n in (1, 2):
        for module in (strips, network):
            monkeypatch.setattr(module, "available_threads", lambda n=n: n)
        seen = measure.measure(photo, zone="cheek")
        pores = (seen.row, seen.area, seen.elongation, seen.contrast, seen.segments.labels)
        found.append(([one.tobytes() for one in pores], repr((seen.estimates, seen.rejected))))
        assert seen.n > 20
    assert found[0] == found[1]


def test_shine_holds_no_logarithm_of_every_pixel(monkeypatch):
    pixels = np.random.default_rng(1).integers(90, 160, (900, 900, 3)).astype(np.uint8)
    fine = Photograph(pixels, 6.0 * WORKING_SCALE)
    zone = np.ones(fine.shape, np.bool_)
    cut(monkeypatch, 900 * 50)
    # 4 for the logarithm of each
    assert bytes_each(lambda: tone._shine(fine, zone), zone.size) < 4.0


def test_intervals_need_no_copy_of_the_zone():
    zone = np.ones((2000, 2000), np.bool_)
    one = np.full(1, 0.01)
    found = DetectedPores(
        *(one, one, one * 1e-6, one, one, one, one, zone),
        px_per_metre=5e4,
        false_share=0.0,
        scale_error=0.0,
        diameter_error=0.0,
        count_error=0.0,
    )
    estimates(found, 1e-8)
    # a count of 32 bits for every pixel was 4
    assert bytes_each(lambda: estimates(found, 1e-8), zone.size) < 1.0


@pytest.mark.parametrize("shape", [(3, 3), (2, 5), (1301, 1000)])
def test_parts_have_the_median_of_the_whole(shape, monkeypatch):
    draw = np.random.default_rng(2)
    values = draw.standard_normal(shape).astype(np.float32)
    mask = draw.random(shape) < 0.93
    some = values[mask][:: 1 + mask.sum() // 500_000]
    middle = np.median(some)
    spread = 1.4826 * float(np.median(np.abs(some - middle)))
    assert middle_and_spread(values[mask]) == (middle, spread)
    cut(monkeypatch, 2 * shape[1])
    parts = strips.strips(shape, most=7 * shape[1])
    sample = Sample(mask)
    assert sample.middle_and_spread(sample.of(p, values[p]) for p in parts) == (middle, spread)
    nothing = Sample(np.zeros((2, 2), np.bool_))
    assert nothing.middle_and_spread([]) == (0.0, 0.0)


@pytest.mark.parametrize("n", [1, 2, 7, 100])
def test_counts_have_the_median_of_the_numbers(n):
    values = np.random.default_rng(n).integers(0, 256, n).astype(np.uint8)
    assert median_of_counts(counted([values])) == np.median(values)
    assert np.isnan(median_of_counts(counted([])))


def test_strips_cover_every_row_once_and_stay_inside():
    parts = strips.strips((103, 7), most=70)
    assert [row for part in parts for row in range(103)[part]] == list(range(103))
    for part in parts:
        wide, own = widened(part, 4, 103)
        assert list(range(103)[wide][own]) == list(range(103)[part])


_SUMS = """
import numpy as np
from porelight.photo.estimate import DetectedPores, estimates
draw = np.random.default_rng(1)
n, side = 20_000, 0.2
place = draw.uniform(0.0, side, (4, n))
found = DetectedPores(
    row=place[0], col=place[1], area=draw.uniform(3e-8, 3e-7, n), probability=draw.uniform(0, 1, n),
    spot_row=place[2], spot_col=place[3], spot_counted=draw.uniform(0, 1, n),
    zone_mask=np.ones((400, 400), bool), px_per_metre=2000.0, false_share=0.2, scale_error=0.01,
    diameter_error=0.05, count_error=0.1,
)
print(repr(estimates(found, 1e-8)), estimates(found, 1e-8).possible.density_factor.tobytes().hex())
"""


@pytest.mark.slow
def test_intervals_have_the_same_bits_on_one_and_two_threads():
    def on(n_threads):
        names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
        threads = dict.fromkeys(names, str(n_threads))
        command = [sys.executable, "-c", _SUMS]
        done = subprocess.run(
            command, env={**os.environ, **threads}, capture_output=True, check=True
        )
        return hashlib.sha256(done.stdout).hexdigest()

    assert on(1) == on(2)
