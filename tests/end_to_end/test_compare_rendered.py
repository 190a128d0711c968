"""Claims about two visits, from files to the verdict on the forecast, on rendered skin."""

import csv
import json
import math

import numpy as np
import pytest
from PIL import Image

from porelight.cli.app import main
from porelight.errors import PhotographError
from porelight.photo.compare import NONE, compare
from porelight.photo.measure import measure
from porelight.photo.photograph import Photograph
from porelight.render.camera import Camera
from porelight.render.look import SkinLook
from porelight.render.shading import Illumination
from porelight.render.skin import render_skin

pytestmark = pytest.mark.slow

SIZE = (0.018, 0.018)
RATIO = 0.85


def visit(ratio, frame, **camera):
    rng = np.random.default_rng(5)
    diameter = np.clip(4.0e-4 * np.exp(0.25 * rng.standard_normal(150)), 2e-4, 8e-4)
    return render_skin(
        diameter,
        ratio=ratio,
        look=SkinLook(pore_depth=0.38, pore_depth_spread=0.15),
        light=Illumination(azimuth=math.radians(-100.0 + 8.0 * frame)),
        camera=Camera(frame=frame, **camera),
        size=SIZE,
        seed=5,
    )


@pytest.fixture(scope="module")
def skins():
    return (
        visit(1.0, 0),
        visit(1.0, 1, blur=0.95, rotation=0.05, shift=(4e-4, -6e-4), exposure=1.0),
        visit(RATIO, 2, blur=0.95, rotation=-0.04, shift=(-3e-4, 5e-4), jpeg_quality=85),
    )


@pytest.fixture(scope="module")
def visits(skins):
    photographs = [Photograph(skin.pixels, skin.px_per_metre, 0.01) for skin in skins]
    return [(photograph, measure(photograph, zone="cheek")) for photograph in photographs]


@pytest.fixture(scope="module")
def treated(visits):
    return compare(visits[0], visits[2])


def test_smaller_pores_are_found_smaller_by_as_much(treated):
    change = treated.diameter
    assert change.ratio.low < RATIO < change.ratio.high
    assert change.ratio.high < 1.0


def test_the_same_pores_in_another_shot_have_not_changed(visits):
    change = compare(visits[0], visits[1]).diameter
    assert not change.is_real
    assert abs(change.ratio.value - 1.0) < 0.06


def test_a_photograph_has_not_changed_against_itself(visits):
    change = compare(visits[0], visits[0]).diameter
    assert change.ratio.value == pytest.approx(1.0, abs=0.003)


def test_visits_exchanged_give_the_inverse(visits, treated):
    back = compare(visits[2], visits[0]).diameter
    assert back.ratio.value * treated.diameter.ratio.value == pytest.approx(1.0, abs=0.02)


def test_pores_are_matched_with_themselves(skins, treated, visits):
    pores = treated.pores
    both = (pores.before != NONE) & (pores.after != NONE)
    true = []
    for skin, (_, found), index in zip(
        (skins[0], skins[2]), (visits[0], visits[2]), (pores.before, pores.after), strict=True
    ):
        row, col = found.row[index[both]], found.col[index[both]]
        true.append(np.hypot(row[:, None] - skin.row, col[:, None] - skin.col).argmin(axis=1))
    assert (true[0] == true[1]).mean() > 0.97
    assert pores.n_matched / pores.row.size > 0.93


def test_zones_that_differ_and_other_skin_are_refused(visits):
    other = measure(visits[1][0], zone="nose")
    with pytest.raises(PhotographError, match="expected the same zone"):
        compare(visits[0], (visits[1][0], other))
    stranger = render_skin(np.full(150, 4e-4), size=SIZE, seed=99)
    photograph = Photograph(stranger.pixels, stranger.px_per_metre)
    with pytest.raises(PhotographError, match="ake the next one"):
        compare(visits[0], (photograph, measure(photograph, zone="cheek")))


def test_a_wrong_scale_is_told_and_changes_nothing(visits, treated):
    photograph, _ = visits[2]
    wrong = Photograph(photograph.pixels, 1.12 * photograph.px_per_metre, 0.01)
    found = compare(visits[0], (wrong, measure(wrong, zone="cheek")))
    assert any("Check them" in text for text in found.warnings)
    assert found.diameter.ratio.value == pytest.approx(treated.diameter.ratio.value, abs=0.06)


def typed(capsys, *words):
    with pytest.raises(SystemExit) as left:
        main([str(word) for word in words])
    shown = capsys.readouterr()
    return left.value.code, shown.out, shown.err


@pytest.fixture
def files(skins, tmp_path):
    paths = (tmp_path / "before.png", tmp_path / "after.png")
    for path, skin in zip(paths, (skins[0], skins[2]), strict=True):
        Image.fromarray(skin.pixels).save(path)
    return paths


def test_compare_writes_table_picture_and_summary(files, tmp_path, capsys):
    folder = tmp_path / "change"
    code, out, err = typed(
        capsys, "compare", *files, "-o", folder, "--zone", "cheek", "--px-per-mm", 12.5, "--json"
    )
    assert (code, err) == (0, "")
    summary = json.loads(out)
    assert summary == json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    change = summary["diameter_change_percent"]
    assert change["low"] < 100.0 * (RATIO - 1.0) < change["high"]
    with (folder / "pores.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert sum(row["seen"] == "both" for row in rows) == summary["pores_in_both"]
    with Image.open(folder / "change.png") as picture:
        drawn = np.asarray(picture)
    above, legend = drawn[:-150], drawn[-150:]
    blue, yellow = (0, 114, 178), (240, 228, 66)
    assert (above == blue).all(axis=2).sum() > 10 * (above == (213, 94, 0)).all(axis=2).sum()
    assert all((legend == colour).all(axis=2).any() for colour in (blue, yellow))


def test_one_picture_taken_twice_is_told(files, tmp_path, capsys):
    same = (files[0], files[0], "-o", tmp_path / "change", "--zone", "cheek", "--px-per-mm", 12.5)
    code, out, err = typed(capsys, "compare", *same)
    assert code == 0
    assert "the same picture; they say nothing of a change" in out + err


def test_scale_is_asked_for_one_way(files, tmp_path, capsys):
    code, _, err = typed(capsys, "measure", files[0], "-o", tmp_path / "m", "--zone", "cheek")
    assert code == 2
    assert "give the scale one way" in err
    assert err.count("\n") == 1


def test_landmarks_and_a_named_zone_exclude_one_another(files, tmp_path, capsys):
    code, _, err = typed(
        capsys,
        "measure",
        files[0],
        "-o",
        tmp_path / "m",
        "--landmarks",
        "--zone",
        "cheek",
        "--px-per-mm",
        12.5,
    )
    assert code == 2
    assert "--landmarks finds the zones itself" in err


def test_measure_takes_a_polygon_and_tells_quality_and_tone(files, tmp_path, capsys):
    corners = tmp_path / "zone.json"
    corners.write_text("[[20, 20], [200, 20], [200, 200], [20, 200]]", encoding="utf-8")
    code, out, _ = typed(
        capsys,
        "measure",
        files[0],
        "-o",
        tmp_path / "m",
        "--zone",
        "cheek",
        "--px-per-mm",
        12.5,
        "--zone-polygon",
        corners,
        "--json",
    )
    assert code == 0
    summary = json.loads(out)
    # 180 px at 12.5 px/mm are 14.4 mm
    assert summary["zone_area_cm2"] == pytest.approx(1.44**2, rel=0.02)
    assert summary["scale"]["source"] == "known"
    assert {one["name"] for one in summary["quality"]} >= {"blur", "noise", "texture"}
    assert summary["tone"]["typology_angle_deg"] is None
    assert set(summary["rejected"]) == {"highlights", "hairs", "wrinkles", "folds", "moles"}


def test_preview_draws_and_measures_again(files, tmp_path, capsys):
    code, out, _ = typed(
        capsys,
        "preview",
        files[0],
        "-o",
        tmp_path / "p.png",
        "--zone",
        "cheek",
        "--px-per-mm",
        12.5,
        "--change-percent",
        -10,
        "--json",
    )
    assert code == 0
    assert json.loads(out)["agrees"]
    with Image.open(tmp_path / "p.png") as drawn, Image.open(files[0]) as first:
        assert drawn.size == first.size


def test_agreement_draws_a_picture_and_tells_the_numbers(tmp_path, capsys):
    rng = np.random.default_rng(1)
    lines = ["subject,repeat,count"]
    for subject in range(12):
        truth = 200.0 + 20.0 * subject
        lines += [f"{subject},{k},{truth + 4.0 * rng.standard_normal():.3f}" for k in range(3)]
    table = tmp_path / "r.csv"
    table.write_text("\n".join(lines), encoding="utf-8")
    code, out, _ = typed(capsys, "agreement", table, "-o", tmp_path / "a", "--json")
    assert code == 0
    found = json.loads(out)["count"]
    assert found["within_sd"]["low"] < 4.0 < found["within_sd"]["high"]
    assert (tmp_path / "a" / "count.png").stat().st_size > 5000


def test_marker_writes_the_sheet(tmp_path, capsys):
    code, out, _ = typed(capsys, "marker", "-o", tmp_path / "s.pdf")
    assert code == 0
    assert "100 %" in out
    assert (tmp_path / "s.pdf").read_bytes().startswith(b"%PDF")
