"""Claims about `porelight study compare`: what it shows, keeps and does not do twice."""

import json

import numpy as np
import pytest
from PIL import Image

from porelight.cli.app import main
from porelight.render.skin import render_skin

IMPORT = "study import photos --pattern {subject}/{visit}/{zone}-{take}.png --px-per-mm 12.5"


@pytest.fixture
def porelight(capfd, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORELIGHT_STORE", "study.db")

    def call(line: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(line.split())
        out, err = capfd.readouterr()
        return int(left.value.code or 0), " ".join(out.split()), err

    return call


@pytest.fixture
def study(porelight, tmp_path):
    """Import two visits of one subject: a cheek at both, a nose that is too small at the first."""
    diameters = 4e-4 * np.exp(0.25 * np.random.default_rng(1).standard_normal(80))
    for visit, share in (("v1", 1.0), ("v2", 0.9)):
        folder = tmp_path / "photos" / "S01" / visit
        folder.mkdir(parents=True)
        sizes = np.clip(share * diameters, 2e-4, 8e-4)
        pixels = render_skin(sizes, size=(0.012, 0.012), seed=1).pixels
        Image.fromarray(pixels).save(folder / "cheek-1.png")
        Image.new("RGB", (30, 30), (180, 140, int(100 * share))).save(folder / "nose-1.png")
    porelight("study init pilot")
    assert "4 imported" in porelight(IMPORT)[1]


@pytest.mark.slow
def test_visits_are_compared_once_and_told_with_what_was_refused(porelight, study):
    code, out, err = porelight("study compare --baseline v1")
    assert (code, err) == (0, "")
    assert "2 pairs wait for being measured" in out
    porelight("study measure --workers 1")
    code, out, err = porelight("study compare --baseline v1 --workers 1 --json")
    assert (code, err) == (0, "")
    told = json.loads(out)
    cheek, nose = told["changes"]
    assert (cheek["state"], cheek["pairs"]) == ("compared", 1)
    change = cheek["diameter_change_percent"]
    assert change["low"] < -10.0 < change["high"]
    assert (nose["state"], nose["diameter_change_percent"]) == ("refused", None)
    assert nose["reason"].startswith("S01/v1/nose 1")
    again = porelight("study compare --baseline v1")[1]
    assert "zones compared with v1" in again
    assert "1 pairs were compared before" in again
    assert "refused: S01/v2/nose against v1: S01/v1/nose 1" in again
    status = json.loads(porelight("study status --json")[1])
    assert status["comparisons"] == [{"baseline": "v1", "changes": told["changes"]}]
    assert "zones compared with v1" in porelight("study status")[1]


def test_a_visit_that_does_not_exist_is_one_line(porelight, study):
    code, _, err = porelight("study compare --baseline v3")
    assert (code, err.count("\n")) == (2, 1)
    assert "no visit is named 'v3'; known: v1, v2." in err


@pytest.mark.parametrize("command", ["compare --baseline v1", "measure"])
def test_whoever_stops_it_twice_is_told_that_what_is_done_is_kept(
    porelight, study, monkeypatch, command
):
    def stopped(*_):
        raise KeyboardInterrupt  # as the second signal does, while workers are being stopped

    monkeypatch.setattr("porelight.store.workers.run_workers", stopped)
    code, _, err = porelight(f"study {command}")
    assert (code, err.count("\n")) == (130, 1)
    assert "what is done is kept, and the same command goes on" in err
