"""Claims about the printed sheet: true to size, and found again in a picture of itself."""

import os
import re

import cv2
import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files.marker_sheet import write_marker_sheet
from porelight.photo.marker import LARGE, PATCHES, SIDES, find_marker, marker_image, patch_levels

PER_MM = 12


@pytest.mark.parametrize(("paper", "points"), [("a4", (595.276, 841.890)), ("letter", (612, 792))])
def test_page_has_the_size_of_the_paper(tmp_path, paper, points):
    path = write_marker_sheet(tmp_path / "sheet.pdf", paper)
    box = re.search(rb"/MediaBox \[ ?0 0 ([\d.]+) ([\d.]+) ?\]", path.read_bytes())
    assert box is not None
    # a PDF counts in points of 1/72 inch
    assert [float(x) for x in box.groups()] == pytest.approx(points, abs=0.01)


def test_the_same_sheet_is_the_same_file(tmp_path):
    one, other = (write_marker_sheet(tmp_path / name).read_bytes() for name in ("a.pdf", "b.pdf"))
    assert one == other


def test_missing_folder_is_named(tmp_path):
    with pytest.raises(InputFileError, match="its folder does not exist"):
        write_marker_sheet(tmp_path / "none" / "a.pdf")


@pytest.mark.skipif(os.name != "posix", reason="limits of POSIX")
def test_a_disk_that_ends_is_told_in_a_line(tmp_path):
    import resource  # noqa: PLC0415  POSIX alone has it

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2000, limits[1]))
    try:
        with pytest.raises(InputFileError, match="cannot be written"):
            write_marker_sheet(tmp_path / "a.pdf")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(tmp_path.iterdir())


def test_patches_lie_where_they_are_drawn():
    # the large card drawn at 12 px/mm by the layout that the sheet is drawn by
    picture = np.full((60 * PER_MM, 80 * PER_MM, 3), 255, np.uint8)
    corner, side = 10 * PER_MM, round(SIDES[LARGE] * 1e3 * PER_MM)
    picture[corner : corner + side, corner : corner + side] = marker_image(LARGE, side)[..., None]
    for patch in PATCHES:
        left, top, wide = (round(x * 1e3 * PER_MM) for x in (patch.left, patch.top, patch.side))
        rows = slice(corner + top, corner + top + wide)
        cols = slice(corner + left, corner + left + wide)
        picture[rows, cols] = np.round(255.0 * np.array(patch.level))
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.0), np.uint8)
    marker = find_marker(picture)
    assert marker.scale.px_per_metre == pytest.approx(PER_MM * 1e3, rel=0.005)
    found = patch_levels(picture, marker)
    for patch in PATCHES:
        level = np.array(patch.level)
        linear = np.where(level <= 0.04045, level / 12.92, ((level + 0.055) / 1.055) ** 2.4)
        np.testing.assert_allclose(found[patch.name], linear, atol=0.01)
