"""Claims about zones drawn as polygons."""

import json
import math

import numpy as np
import pytest

from porelight.errors import InputFileError
from porelight.files.polygons import read_zone

CORNERS = [[1.0, 2.0], [30.0, 2.0], [30.0, 20.5]]
SHAPE = (480, 720)  # rows, columns


def zone_of(folder, text, name="zone.json"):
    path = folder / name
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return read_zone(path, SHAPE)


def labelme(*shapes, **keys):
    """Return a file of LabelMe; a shape is (label, kind, points) and what else it holds."""
    drawn = [
        {
            "label": label,
            "shape_type": kind,
            "points": points,
            "group_id": None,
            "flags": {},
            **rest,
        }
        for label, kind, points, *more in shapes
        for rest in (more or [{}])
    ]
    return {
        "version": "5.4",
        "flags": {},
        "shapes": drawn,
        "imagePath": "photo.png",
        "imageData": None,
        "imageHeight": 480,
        "imageWidth": 720,
        **keys,
    }


SKIN = ("cheek", "polygon", CORNERS)


@pytest.mark.parametrize(
    ("text", "n"),
    [
        (json.dumps(CORNERS), 1),
        (json.dumps([CORNERS, CORNERS]), 2),
        (json.dumps({"polygon": CORNERS}), 1),
        (json.dumps({"polygons": [CORNERS, CORNERS]}), 2),
        (json.dumps(labelme(SKIN)), 1),
        ("col,row\n1,2\n30,2\n30,20.5\n", 1),
        ("col;row\n1;2\n30;2\n30;20,5\n", 1),
        ("polygon, col, row\n1,1,2\n1,30,2\n1,30,20.5\nb,1,1\nb,2,1\nb,2,2\n", 2),
    ],
)
def test_polygons_of_many_programs_are_read(tmp_path, text, n):
    found = zone_of(tmp_path, text)
    assert len(found.included) == n
    assert found.excluded == ()
    np.testing.assert_array_equal(found.included[0], CORNERS)


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("{", "not valid JSON"),
        ("{}", "no polygon in it"),
        ("[]", "no polygon in it"),
        ("[[1, 2], [3, 4]]", "3 to 10000 corners"),
        ('[[1, 2], [3, "x"], [5, 6]]', "corner 2"),
        ("[[1, 2], [3, NaN], [5, 6]]", "it holds NaN"),
        ("[" * 100_000, "within each other more than 40 deep"),
        ('{"polygon": [[1, 2], [3, 4], [5, 5]], "polygn": []}', "did you mean 'polygon'"),
        ('{"exclude": 3}', "polygons and exclude are lists"),
        ('{"polygon": [], "polygon": []}', "the key 'polygon' occurs twice"),
        ("x,y\n1,2\n", "without a column col"),
        ("col,row\n", "no polygon in it"),
        ("col,row\n1,2\n3,\n5,6\n", "line 3: row is ''; expected a number"),
        ("col,row,label\n1,2,a\n", "nothing is known of a column 'label'"),
    ],
)
def test_what_is_no_polygon_is_refused_in_one_line(tmp_path, text, what):
    with pytest.raises(InputFileError, match=what) as caught:
        zone_of(tmp_path, text)
    assert "\n" not in str(caught.value)


def test_a_picture_is_no_polygon(tmp_path):
    path = tmp_path / "zone.json"
    path.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(InputFileError, match="not a text file"):
        read_zone(path, SHAPE)


def test_rectangles_and_circles_of_labelme_count_with_polygons(tmp_path):
    rectangle = ("skin", "rectangle", [[100, 100], [600, 400]])
    triangle = ("skin", "polygon", [[0, 0], [50, 0], [0, 50]])
    circle = ("skin", "circle", [[660.0, 440.0], [690.0, 440.0]])
    n = {
        name: zone_of(tmp_path, labelme(*shapes)).mask(SHAPE).sum()
        for name, shapes in {
            "rectangle": [rectangle],
            "circle": [circle],
            "all": [rectangle, triangle, circle],
            "triangle": [triangle],
        }.items()
    }
    # 500 x 300 px and a radius of 30 px; pixels of the rim may count
    assert n["rectangle"] == pytest.approx(500 * 300, abs=801)
    assert n["circle"] == pytest.approx(math.pi * 30**2, abs=0.6 * math.tau * 30)
    assert n["all"] == n["rectangle"] + n["circle"] + n["triangle"]


def test_a_label_takes_its_shape_out_of_the_zone(tmp_path):
    hair = [[10, 10], [110, 10], [110, 60], [10, 60]]
    skin = [[0, 0], [400, 0], [400, 300], [0, 300]]
    for label in ("exclude_hair", "Exclude: hair", "EXCLUDE"):
        mask = zone_of(tmp_path, labelme(("skin", "polygon", skin), (label, "polygon", hair))).mask(
            SHAPE
        )
        assert mask[200, 200]
        assert not mask[30, 50]
    table = "polygon,col,row\n" + "".join(
        f"{name},{col},{row}\n"
        for name, corners in (("a", skin), ("exclude", hair))
        for col, row in corners
    )
    np.testing.assert_array_equal(zone_of(tmp_path, table).mask(SHAPE), mask)
    own = zone_of(tmp_path, {"polygon": skin, "exclude": [hair]})
    np.testing.assert_array_equal(own.mask(SHAPE), mask)


def test_numbered_labels_are_one(tmp_path):
    zone = zone_of(
        tmp_path, labelme(("skin 1", "polygon", CORNERS), ("Skin_2", "polygon", CORNERS))
    )
    assert len(zone.included) == 2


@pytest.mark.parametrize(
    ("drawing", "what"),
    [
        (
            labelme(SKIN, imageWidth=1440, imageHeight=960),
            "drawn on a picture of 1440 x 960 px, and",
        ),
        (labelme(SKIN, imageHeight=None), "of which size its picture was.*save it again"),
        (labelme(SKIN, ("hair", "polygon", CORNERS)), "labelled 'cheek' and 'hair'; expected one"),
        (
            labelme(SKIN, ("cheek", "point", [[1, 1]])),
            r"shape 2 \('cheek'\) is a point, which has no",
        ),
        (
            labelme(SKIN, ("cheek", "mask", [[1, 1], [2, 2]])),
            "is a mask; expected polygons, rectangles.*--zone-mask",
        ),
        (
            labelme((*SKIN[:1], "mask", [[1, 1], [2, 2]], {"mask": "iVBORw0KGgo="})),
            "is a mask; expected polygons, rectangles.*--zone-mask",
        ),
        (labelme(("cheek", "rectangle", [[1, 1]])), "a rectangle, needs two different points"),
        (labelme(("cheek", "circle", [[1, 1], [1, 1]])), "a circle, needs two different points"),
        (labelme((None, "polygon", CORNERS)), "shape 1 has no label"),
        (labelme(("exclude", "polygon", CORNERS)), "all that is drawn is excluded"),
        (
            labelme(SKIN, ("exclude hair", "rectangle", [[0, 0], [720, 480]])),
            "covers the whole zone",
        ),
        (labelme((*SKIN, {"flags": {"not_skin": True}})), "nothing is done with its 'flags'"),
        (labelme((*SKIN, {"rotation": 30})), "nothing is done with its 'rotation'"),
        (labelme(SKIN, flags={"blurred": True}), "nothing is done with its 'flags'"),
        ({"shapes": 3, "imageHeight": 480, "imageWidth": 720}, "shapes is no list"),
    ],
)
def test_a_drawing_that_says_more_than_is_read_is_refused_in_one_line(tmp_path, drawing, what):
    with pytest.raises(InputFileError, match=what) as caught:
        zone_of(tmp_path, drawing)
    assert "\n" not in str(caught.value)


def test_keys_that_say_nothing_are_passed_over(tmp_path):
    # as LabelMe of several years, X-AnyLabeling and their models write them
    said = {"description": "left", "difficult": True, "attributes": {}, "score": 0.93, "mask": None}
    drawing = labelme((*SKIN, said), imagePath="..\\photos\\IMG 1.JPG")
    assert len(zone_of(tmp_path, drawing).included) == 1


def test_a_rectangle_may_be_tilted_and_may_have_all_its_corners(tmp_path):
    tilted = [[100.0, 50.0], [140.0, 80.0], [110.0, 120.0], [70.0, 90.0]]  # 50 px square
    for kind, more in (
        ("oriented_rectangle", {}),  # LabelMe
        ("rotation", {"direction": 0.64}),  # X-AnyLabeling
        ("rectangle", {}),  # X-AnyLabeling writes all four
    ):
        zone = zone_of(tmp_path, labelme(("cheek", kind, tilted, more)))
        assert zone.mask(SHAPE).sum() == pytest.approx(50.0**2, abs=110.0)


def test_the_photograph_may_be_in_the_drawing(tmp_path):
    # LabelMe writes it in base64; of a telephone with 50 megapixels that is some 25 MB
    zone = zone_of(tmp_path, labelme(SKIN, imageData="A" * 25_000_000))
    assert len(zone.included) == 1


def test_a_size_in_text_is_told_as_such(tmp_path):
    with pytest.raises(InputFileError, match="imageWidth or imageHeight is '720', which is no num"):
        zone_of(tmp_path, labelme(SKIN, imageWidth="720"))


def test_a_drawing_of_nothing_but_exclusions_is_told_as_such(tmp_path):
    with pytest.raises(InputFileError, match="all that is drawn is excluded"):
        zone_of(tmp_path, labelme(("exclude hair", "polygon", CORNERS)))
