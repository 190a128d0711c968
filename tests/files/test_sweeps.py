"""Sweeps: which keys and values they take, their labelled result, chunks that change nothing."""

import json
from decimal import Decimal

import numpy as np
import pytest

from porelight.cli.app import main
from porelight.errors import InputFileError
from porelight.execution.chunks import ExecutionError
from porelight.files.sweep_design import known_keys, sobol_shares, sweep_axis, sweep_design
from porelight.files.sweeps import by_skin_type, sweep, sweep_cost
from porelight.planning.sweep_points import MEANINGS, values_of_points
from porelight.report.sweep_map import sweep_map

COURSE = """\
[skin]
zone = "cheek"
fitzpatrick = 3
age_years = 35

[[session]]
day = 0
device = "laser-genesis"
pulses = 300

[simulation]
draws = 20
members = 2
photons = 1000
last_day = 30
"""
ENERGY = "session.1.radiant_exposure_j_cm2"


@pytest.fixture
def course(tmp_path):
    path = tmp_path / "course.toml"
    path.write_text(COURSE, encoding="utf-8")
    return path


@pytest.fixture
def porelight(capfd):
    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(words)
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    return call


def test_a_range_has_its_ends_and_exact_decimals():
    assert sweep_axis(f"{ENERGY}=8:9:6").values == (
        *(8, Decimal("8.2"), Decimal("8.4"), Decimal("8.6"), Decimal("8.8")),
        9,
    )
    assert sweep_axis("skin.zone=cheek,nose").values == ("cheek", "nose")
    assert sweep_axis(f"{ENERGY}=8:9:2").unit == "J/cm2"


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("session.1.radiant_exposre_j_cm2=8:9:2", f"did you mean '{ENERGY}'"),
        ("session.2.pulse=1,2", r"did you mean 'session.2.pulses'"),
        ("foo=1", "expected skin.KEY, session.N.KEY"),
        ("skin.layer=1", "no key of a course file is 'skin.layer'"),
        (f"{ENERGY}=9:8:3", "from 9 to 8 is empty"),
        (f"{ENERGY}=8:8:3", "from 8 to 8 is empty"),
        (f"{ENERGY}=8:9:1", "N is '1'; expected a whole number from 2"),
        (f"{ENERGY}=8:9", "expected KEY=FROM:TO:N or KEY=A,B"),
        (f"{ENERGY}=8:x:3", "'x' is no number"),
        (f"{ENERGY}=", "expected KEY=FROM:TO:N or KEY=A,B"),
        (f"{ENERGY}=8,8", "given twice"),
        ("session.2.pulses=1,2", r"has 1 \[\[session\]\]; expected a number from 1"),
        ("care.*.level=0,1", r"has 0 \[\[care\]\]"),
    ],
)
def test_a_wrong_word_is_one_line(course, word, message):
    with pytest.raises(InputFileError, match=message) as raised:
        sweep_design(course, [word])
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        (f"{ENERGY}=8:2000:2", "is 2000 J/cm2; expected 0 to 1000 J/cm2"),
        ("session.1.pulses=10:11:3", "3 values lie nearer"),
        ("session.1.pulses=10.5,20", "pulses is 10.5"),
        ("skin.zone=cheek,toe", "'toe'"),
    ],
)
def test_a_value_out_of_its_range_is_one_line_before_anything_is_computed(course, word, message):
    with pytest.raises(InputFileError, match=message) as raised:
        sweep(course, [word])
    assert "\n" not in str(raised.value)


def test_every_key_of_a_course_can_be_varied():
    assert len(known_keys()) > 40
    assert ENERGY in known_keys()


def test_points_that_share_photons_lie_in_one_chunk(course):
    words = [f"{ENERGY}=8:9:3", "skin.fitzpatrick=1,2", "session.1.pulses=100,200"]
    design = sweep_design(course, words)
    assert (design.n_points, design.n_together) == (12, 6)
    types = [design.values(row)["skin.fitzpatrick"] for row in range(12)]
    assert types == [1] * 6 + [2] * 6
    assert len({json.dumps(design.values(row), default=str) for row in range(12)}) == 12
    beams = [design.point(row).beams for row in range(12)]
    assert len(set().union(*beams[:6])) == 1
    assert len(set().union(*beams)) == 2


def test_a_sobol_design_fills_its_box(course):
    design = sweep_design(course, [f"{ENERGY}=8:16", "session.1.pulses=100:400"], sobol=8)
    values = [design.values(row) for row in range(8)]
    assert values[0] == {ENERGY: 12, "session.1.pulses": 250}
    assert all(
        8 <= one[ENERGY] <= 16 and isinstance(one["session.1.pulses"], int) for one in values
    )
    # numbers that were typed as whole ones are no reason to take whole ones only
    assert len({one[ENERGY] for one in values}) == 8
    assert sobol_shares(8, 2).shape == (8, 2)


@pytest.mark.slow
def test_a_sweep_is_its_points_and_goes_on_in_its_folder(course, tmp_path):
    words = [f"{ENERGY}=8,14", "skin.fitzpatrick=2,6"]
    found = sweep(course, words, output=tmp_path / "out")
    assert dict(found.sizes) == {ENERGY: 2, "skin.fitzpatrick": 2}
    design = sweep_design(course, words)
    for row in range(4):
        alone = values_of_points([design.point(row)])
        here = found.sel({key: float(value) for key, value in design.values(row).items()})
        for name in MEANINGS:
            assert float(here[name]) == alone[name][0], name
    # a kill costs the chunk: what is there is not computed again, and the rest has the same bits
    (tmp_path / "out" / "chunks" / "done" / "1").unlink()
    again = sweep(course, words, output=tmp_path / "out")
    assert again.identical(found)
    assert (np.diff(found["surface_felt"].to_numpy(), axis=0) > 0.0).all()
    with pytest.raises(ExecutionError, match=r"differs in content.vary"):
        sweep(course, [f"{ENERGY}=8,13", "skin.fitzpatrick=2,6"], output=tmp_path / "out")
    assert [one["skin_type"] for one in by_skin_type(found)] == ["2", "6"]
    assert len(sweep_map(found).axes) == 2


@pytest.mark.slow
def test_words_keep_their_names_and_the_cost_is_told(course):
    words = ["skin.zone=cheek,nose", f"{ENERGY}=8,9"]
    cost = sweep_cost(sweep_design(course, words))
    assert (cost.points, cost.chunks, cost.photon_runs) == (4, 2, 4)
    assert cost.seconds > 0.0
    found = sweep(course, words)
    assert found["skin.zone"].attrs["flag_meanings"] == "cheek nose"
    assert by_skin_type(found)[0]["skin.zone"] in {"cheek", "nose", "-"}


@pytest.mark.slow
def test_the_command_writes_its_results_and_tells_what_it_takes(porelight, course, tmp_path):
    words = ("sweep", str(course), "--vary", f"{ENERGY}=8,12", "--vary", "session.1.pulses=90,99")
    folder = tmp_path / "out"
    code, out, _ = porelight(*words, "-o", str(folder), "--dry-run")
    assert code == 0
    assert out.startswith("4 points in 1 chunks, 2 runs of photons; about ")
    assert not folder.exists()
    code, out, err = porelight(*words, "-o", str(folder), "--workers", "1", "--json")
    assert code == 0, err
    assert json.loads(out)["cost"]["points"] == 4
    assert {one.name for one in folder.iterdir()} == {
        *("chunks", "sweep.nc", "map.png", "by_skin_type.csv")
    }
    # the same command goes on with what is there
    assert porelight(*words, "-o", str(folder), "--workers", "1", "--json")[0] == 0
