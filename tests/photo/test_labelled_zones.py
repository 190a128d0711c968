"""Scores on labelled photographs, where they are at hand.

The weights were learnt on these zones too, so this guards against loss and is no proof; scores of
weights learnt without the zone are in docs/theory/photo.md.
"""

import os
from pathlib import Path

import cv2
import numpy as np
import pytest
from scipy import ndimage
from scipy.spatial import cKDTree

from porelight.photo.measure import measure
from porelight.photo.photograph import Photograph

FOLDER = os.environ.get("PORELIGHT_PHOTOS", "")
pytestmark = [
    pytest.mark.validation,
    pytest.mark.skipif(not FOLDER, reason="PORELIGHT_PHOTOS names no folder of labelled zones"),
]
PX_PER_METRE = 12.5e3
MATCH = 0.32e-3 * PX_PER_METRE  # px
LEAST_F1 = {"cheek_a": 0.76, "glabella": 0.70, "nose_a": 0.66}
LEAST_DICE = {"cheek_a": 0.58, "glabella": 0.47, "nose_a": 0.52}


def grey(name):
    return cv2.imread(str(Path(FOLDER) / f"{name}.png"), cv2.IMREAD_GRAYSCALE) > 127


def centres(mask):
    labels, n = ndimage.label(mask, np.ones((3, 3)))
    index = np.arange(1, n + 1)
    return np.array(ndimage.center_of_mass(mask, labels, index)), ndimage.sum(mask, labels, index)


def matched(a, b):
    near = cKDTree(a).sparse_distance_matrix(cKDTree(b), MATCH, output_type="coo_matrix")
    free_a, free_b, pairs = set(range(len(a))), set(range(len(b))), []
    for k in np.argsort(near.data, kind="stable"):
        i, j = int(near.row[k]), int(near.col[k])
        if i in free_a and j in free_b:
            free_a.discard(i)
            free_b.discard(j)
            pairs.append((i, j))
    return pairs


@pytest.fixture(scope="module", params=sorted(LEAST_F1))
def scored(request):
    name = request.param
    pixels = cv2.imread(str(Path(FOLDER) / f"{name}.png"))[..., ::-1].copy()
    zone, truth = grey(f"{name}_zone"), grey(f"{name}_pores")
    truth &= zone
    found = measure(Photograph(pixels, PX_PER_METRE, 0.08, name), zone="cheek", zone_mask=zone)
    (a, _), (b, area) = centres(found.mask), centres(truth)
    pairs = matched(a, b)
    hit = np.zeros(len(b), dtype=bool)
    hit[[j for _, j in pairs]] = True
    diameter = np.sqrt(4 * area / np.pi) / PX_PER_METRE
    return {
        "name": name,
        "f1": 2 * len(pairs) / (len(a) + len(b)),
        "dice": 2 * (found.mask & truth).sum() / (found.mask.sum() + truth.sum()),
        "large": hit[diameter >= 0.45e-3].mean(),
        "false": 1 - len(pairs) / len(a),
        "found": found,
        "labelled": diameter,
    }


def test_pores_are_found(scored):
    assert scored["f1"] >= LEAST_F1[scored["name"]]


def test_outlines_overlap(scored):
    assert scored["dice"] >= LEAST_DICE[scored["name"]]


def test_four_of_five_large_pores_are_found(scored):
    assert scored["large"] >= 0.8


def test_share_without_a_label_is_stated(scored):
    # labels miss pores, so a find without one need not be false
    assert scored["found"].false_share < scored["false"]
    assert scored["found"].unlabelled_share == pytest.approx(scored["false"], abs=0.08)


def test_median_diameter_is_that_of_the_labels_within_its_interval(scored):
    diameter = scored["found"].diameter
    assert diameter.low <= np.median(scored["labelled"]) <= diameter.high
