"""The commands that read photographs: one gate, one set of options, the numbers of the function."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image

import porelight as pl
from porelight.cli.app import app, main
from porelight.cli.choices import ScaleOptions
from porelight.cli.photographed import read_scaled
from porelight.errors import PhotographError
from porelight.files.measurements import summary
from porelight.photo.landmarks import Face
from porelight.photo.perspective import ZoneView
from porelight.render.look import SkinLook
from porelight.render.skin import render_skin

SCALE = ("--zone", "cheek", "--px-per-mm", "12.5")
SHARED = (
    *("--px-per-mm", "--scale-from", "--scale-error-percent", "--ruler-tick-mm"),
    *("--zone", "--zone-mask", "--zone-polygon"),
)


@pytest.fixture(scope="module")
def patch(tmp_path_factory) -> Path:
    """Return a photograph of skin with 88 pores, and beside it the same out of focus."""
    diameter = np.random.default_rng(1).uniform(0.35e-3, 0.6e-3, 88)
    skin = render_skin(diameter, look=SkinLook(fitzpatrick=3), size=(0.014, 0.014), seed=1)
    path = tmp_path_factory.mktemp("photo") / "patch.png"
    Image.fromarray(skin.pixels).save(path)
    Image.fromarray(cv2.GaussianBlur(skin.pixels, (0, 0), 4.0)).save(path.parent / "blurred.png")
    return path


@pytest.fixture
def porelight(capsys):
    def call(*arguments: object) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        return int(left.value.code or 0), captured.out, captured.err

    return call


def options_of(command: str) -> dict[str, str]:
    """Return the help text of each option of a command."""
    return {
        argument.name: str(argument.parameter.help)
        for argument in app[command].assemble_argument_collection()
    }


def test_a_blurred_picture_of_88_pores_is_refused_by_function_and_command(
    porelight, tmp_path, patch
):
    blurred = patch.parent / "blurred.png"
    with pytest.raises(PhotographError) as refused:
        pl.measure(pl.read_photo(blurred, px_per_mm=12.5), zone="cheek")
    code, out, err = porelight("measure", blurred, *SCALE, "-o", tmp_path / "out")
    assert (code, out) == (2, "")
    assert err == f"porelight: {refused.value}\n"
    assert "blurred.png: blur is 0.2" in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("command", "options"),
    [
        (("compare", "patch.png", "blurred.png"), ()),
        (("compare", "blurred.png", "patch.png"), ()),
        (("preview", "blurred.png"), ("--change-percent", "-10")),
    ],
)
def test_no_command_takes_a_blurred_picture(
    porelight, tmp_path, monkeypatch, patch, command, options
):
    monkeypatch.chdir(patch.parent)
    code, _, err = porelight(*command, *SCALE, *options, "-o", tmp_path / "out.png")
    assert code == 2
    assert err.startswith("porelight: blurred.png: blur is")
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_a_course_file_takes_no_blurred_picture(porelight, tmp_path, patch):
    course = tmp_path / "course.toml"
    skin = 'zone = "cheek"\nfitzpatrick = 3\nage_years = 35\n'
    photo = f'photo = "{(patch.parent / "blurred.png").as_posix()}"\npx_per_mm = 12.5\n'
    course.write_text(f"[skin]\n{skin}{photo}", encoding="utf-8")
    code, _, err = porelight("simulate", course, "-o", tmp_path / "run.nc")
    assert code == 2
    assert "blurred.png: blur is" in err


def test_the_command_tells_the_numbers_of_the_function(porelight, tmp_path, patch):
    code, out, _ = porelight("measure", patch, *SCALE, "-o", tmp_path / "out", "--json")
    assert code == 0
    photograph = pl.read_photo(patch, px_per_mm=12.5)
    told = json.loads(out)
    assert told == json.loads(json.dumps(summary(pl.measure(photograph, zone="cheek"))))
    assert told == json.loads((tmp_path / "out" / "summary.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("command", ["compare", "preview"])
def test_options_of_scale_and_zone_are_those_of_measure(command):
    measure, other = options_of("measure"), options_of(command)
    assert {name: other[name] for name in SHARED} == {name: measure[name] for name in SHARED}
    assert all(len(measure[name]) > 20 for name in SHARED)


def test_every_command_that_prints_json_says_so_in_the_same_words():
    printing = ("measure", "marker", "compare", "preview", "agreement")
    assert {options_of(command)["--json"] for command in printing} == {"Print the result as JSON."}


@pytest.fixture
def left_half(tmp_path) -> Path:
    """Return a polygon around the left 100 of 175 columns."""
    zone = tmp_path / "zone.json"
    zone.write_text("[[0, 0], [100, 0], [100, 175], [0, 175]]", encoding="utf-8")
    return zone


@pytest.mark.slow
def test_the_error_of_a_scale_reaches_a_comparison(porelight, tmp_path, patch):
    same = ("compare", patch, patch, *SCALE, "--px-per-mm-after", "14", "-o", tmp_path / "out")
    # 14 over 12.5 is far beyond 3 times 1.4 %, and within 3 times 7 %
    _, out, _ = porelight(*same, "--scale-error-percent", "1", "--json")
    assert any(text.startswith("By the stated scales") for text in json.loads(out)["warnings"])
    code, out, _ = porelight(*same, "--scale-error-percent", "5", "--json")
    assert code == 0
    (only,) = json.loads(out)["warnings"]
    assert only.startswith("Both photographs are the same picture")


def test_a_comparison_is_of_the_drawn_zone_of_the_first(porelight, tmp_path, patch, left_half):
    code, out, _ = porelight(
        *("compare", patch, patch, *SCALE, "--zone-polygon", left_half),
        *("-o", tmp_path / "out", "--json"),
    )
    assert code == 0
    # 100 x 175 px at 12.5 px/mm are 1.12 cm2 of 1.96
    assert 0.9 < json.loads(out)["shared_skin_cm2"] < 1.15


def test_a_preview_takes_a_polygon(porelight, tmp_path, patch, left_half):
    code, out, _ = porelight(
        *("preview", patch, *SCALE, "--zone-polygon", left_half, "--change-percent", "-20"),
        *("-o", tmp_path / "p.png", "--json"),
    )
    assert code == 0
    assert json.loads(out)["drawn_percent"] == pytest.approx(-20.0)
    with Image.open(tmp_path / "p.png") as drawn, Image.open(patch) as first:
        changed = (np.asarray(drawn) != np.asarray(first)).any(axis=2)
    assert changed[:, :100].any()
    assert not changed[:, 115:].any()


def test_the_share_of_false_finds_is_the_one_asked_for(porelight, tmp_path, patch):
    code, out, _ = porelight(
        *("measure", patch, *SCALE, "--false-discovery", "0.02", "-o", tmp_path / "out", "--json")
    )
    assert code == 0
    told = json.loads(out)
    assert told["settings"]["false_discovery"] == 0.02
    assert told["found"] < pl.measure(pl.read_photo(patch, px_per_mm=12.5), zone="cheek").n


def test_the_ticks_of_a_ruler_are_as_far_apart_as_was_said(tmp_path):
    pixels = np.full((300, 400, 3), 200, np.uint8)
    ticks = 0.5 + 0.5 * np.sign(np.sin(2.0 * np.pi * np.arange(400) / 8.0))
    pixels[100:200] = (60.0 + 140.0 * ticks)[None, :, None]
    Image.fromarray(pixels).save(tmp_path / "ruler.png")
    options = ScaleOptions(scale_from="ruler", ruler_tick_mm=0.5)
    # 8 px to half a millimetre
    found = read_scaled(tmp_path / "ruler.png", options)
    assert found.photograph.px_per_metre == pytest.approx(16e3, rel=0.01)


def test_a_scale_that_is_not_said_is_asked_for_once(porelight, tmp_path, patch):
    other = patch.parent / "blurred.png"
    code, _, err = porelight("measure", patch, other, "--zone", "cheek", "-o", tmp_path / "out")
    assert code == 2
    assert err.startswith("porelight: give the scale one way")
    assert err.count("\n") == 1


def test_a_drawn_zone_fits_one_photograph(porelight, tmp_path, patch, left_half):
    other = patch.parent / "blurred.png"
    code, _, err = porelight(
        *("measure", patch, other, *SCALE, "--zone-polygon", left_half, "-o", tmp_path / "out")
    )
    assert code == 2
    assert "a zone that was drawn fits one photograph" in err


def test_zones_of_a_face_go_to_folders_of_their_own(porelight, tmp_path, patch, monkeypatch):
    def zone_view(photograph, face, zone, scale, distance):
        assert distance == pytest.approx(0.35)
        if zone not in ("nose", "right cheek"):
            raise PhotographError(f"{photograph.name}: part of the {zone} is out of view.")
        return ZoneView(photograph, np.ones(photograph.shape, np.bool_), 0.0, 0.0, ())

    face = Face(np.zeros((468, 3)), np.zeros((2, 5, 2)), 1.0)
    monkeypatch.setattr("porelight.files.models.installed", dict)
    monkeypatch.setattr("porelight.workflows.scaled_photograph.find_face", lambda *_: face)
    monkeypatch.setattr("porelight.workflows.measure.zone_view", zone_view)
    code, out, err = porelight(
        *("measure", patch, "--landmarks", "--px-per-mm", "12.5", "--distance-cm", "35"),
        *("-o", tmp_path / "out", "--json"),
    )
    assert code == 2
    assert {path.name for path in (tmp_path / "out").iterdir()} == {"nose", "right-cheek"}
    assert set(json.loads(out)) == {f"{patch} nose", f"{patch} right cheek"}
    assert err.count("is out of view") == 4
    assert err.count("\n") == 4


def test_two_photographs_of_one_name_would_share_a_folder_and_are_refused(
    porelight, tmp_path, patch
):
    code, _, err = porelight(
        "measure", patch, tmp_path / "patch.jpg", *SCALE, "-o", tmp_path / "out"
    )
    assert code == 2
    assert "two photographs are named 'patch' and would go to one folder" in err


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--zone", "cheek"), "give the scale one way"),
        ((*SCALE, "--scale-from", "dpi"), "give the scale one way"),
        ((*SCALE, "--zone-mask", "m.png", "--zone-polygon", "z.json"), "give the zone one way"),
        (("--px-per-mm", "12.5"), "say what is shown"),
        ((*SCALE, "--landmarks"), "--landmarks finds the zones itself"),
        (
            ("--px-per-mm", "12.5", "--landmarks", "--zone-mask", "m.png"),
            "--landmarks finds the zones itself",
        ),
        (("--zone", "cheek", "--scale-from", "ruler"), "no ruler was found"),
        (("--zone", "cheek", "--scale-from", "dpi"), "states no dots per inch"),
        (("--zone", "cheek", "--scale-from", "marker"), "no marker was found"),
    ],
)
def test_what_is_said_wrongly_of_a_photograph_gets_one_line(
    porelight, tmp_path, patch, arguments, message
):
    code, out, err = porelight("measure", patch, *arguments, "-o", tmp_path / "out")
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_a_scale_that_cannot_be_is_refused_before_the_picture_is_decoded(
    porelight, tmp_path, monkeypatch
):
    path = tmp_path / "large.png"
    Image.new("RGB", (3000, 2200)).save(path)

    def undecoded(*_):
        raise AssertionError

    monkeypatch.setattr("porelight.files.photographs._pixels_of", undecoded)
    for scale, said in (("4", "pores need at least 5"), ("5", "no face is that large")):
        code, _, err = porelight(
            *("measure", path, "--zone", "cheek", "--px-per-mm", scale, "-o", tmp_path / "out")
        )
        assert code == 2
        assert said in err
    assert not (tmp_path / "out").exists()
