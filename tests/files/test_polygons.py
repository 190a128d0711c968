"""Claims about zones drawn as polygons."""

import json

import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files.polygons import read_polygons

CORNERS = [[1.0, 2.0], [30.0, 2.0], [30.0, 20.5]]


@pytest.mark.parametrize(
    ("name", "text", "n"),
    [
        ("a.json", json.dumps(CORNERS), 1),
        ("b.json", json.dumps({"polygon": CORNERS}), 1),
        ("c.json", json.dumps({"polygons": [CORNERS, CORNERS]}), 2),
        (
            "d.json",
            json.dumps(
                {
                    "shapes": [
                        {"label": "cheek", "points": CORNERS, "shape_type": "polygon"},
                        {"label": "dot", "points": [[1, 1]], "shape_type": "point"},
                    ],
                    "imageData": None,
                }
            ),
            1,
        ),
        ("e.csv", "col,row\n1,2\n30,2\n30,20.5\n", 1),
        ("f.csv", "polygon, col, row\n1,1,2\n1,30,2\n1,30,20.5\nb,1,1\nb,2,1\nb,2,2\n", 2),
    ],
)
def test_polygons_of_many_programs_are_read(tmp_path, name, text, n):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = read_polygons(path)
    assert len(found) == n
    np.testing.assert_array_equal(found[0], CORNERS)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "cannot be read as JSON"),
        ("{}", "no polygon in it"),
        ("[]", "no polygon in it"),
        ("[[1, 2], [3, 4]]", "3 to 10000 corners"),
        ('[[1, 2], [3, "x"], [5, 6]]', "corner 2"),
        ("[[1, 2], [3, NaN], [5, 6]]", "corner 2"),
        ("[" * 100_000, "JSON"),
        ('{"shapes": 3}', "shapes is no list"),
        ("x,y\n1,2\n", "no columns col and row"),
        ("col,row\n", "no corner in it"),
        ("col,row\n1,2\n3,\n5,6\n", "corner 2"),
    ],
)
def test_what_is_no_polygon_is_refused_in_one_line(tmp_path, text, what):
    path = tmp_path / "zone"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(InputFileError, match=what) as caught:
        read_polygons(path)
    assert "\n" not in str(caught.value)


def test_a_picture_is_no_polygon(tmp_path):
    path = tmp_path / "zone.json"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(InputFileError, match="not a text file"):
        read_polygons(path)
