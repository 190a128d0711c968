"""Claims about the commands of studies: what they print, refuse, and leave alone."""

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from porelight.cli.app import main
from porelight.render.skin import render_skin

PATTERN = "{subject}/{visit}/{zone}-{take}.png"


@pytest.fixture
def porelight(capfd, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PORELIGHT_STORE", "study.db")

    def call(*words: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            main(list(words))
        out, err = capfd.readouterr()
        return int(left.value.code or 0), out, err

    return call


@pytest.fixture
def photos(tmp_path):
    """Write photographs of one subject: one that can be measured, one that is too small."""
    diameters = 4e-4 * np.exp(0.25 * np.random.default_rng(1).standard_normal(80))
    skin = render_skin(np.clip(diameters, 2e-4, 8e-4), size=(0.012, 0.012), seed=1)
    folder = tmp_path / "photos" / "S01" / "v1"
    folder.mkdir(parents=True)
    Image.fromarray(skin.pixels).save(folder / "cheek-1.png")
    Image.new("RGB", (30, 30), (180, 140, 120)).save(folder / "nose-1.png")
    Image.new("RGB", (30, 30), (180, 140, 121)).save(folder / "odd.png")
    return tmp_path / "photos"


def imported(porelight, *more):
    return porelight(
        "study", "import", "photos", "--pattern", PATTERN, "--px-per-mm", "12.5", *more
    )


def test_a_study_is_begun_imported_and_told(porelight, photos):
    assert porelight("study", "init", "pilot")[0] == 0
    code, out, err = imported(porelight, "--dry-run")
    assert (code, err.count("\n")) == (2, 1)
    assert "odd.png: does not fit the pattern" in err
    assert "2 would be imported, 0 known already, 1 refused" in out
    assert "2 imported" in imported(porelight)[1]
    told = json.loads(imported(porelight, "--json")[1])
    assert (told["new"], told["known"], len(told["refused"])) == (0, 2, 1)
    status = json.loads(porelight("study", "status", "--json")[1])
    assert status["visits"] == {"v1": {"waiting": 2, "measured": 0, "refused": 0}}
    code, out, _ = porelight("store", "check")
    assert code == 0
    assert "sound" in out
    assert "2 photographs, 1 visits" in porelight("store", "erase", "S01", "--why", "test")[1]


@pytest.mark.slow
def test_workers_measure_a_study_once(porelight, photos):
    porelight("study", "init", "pilot")
    imported(porelight)
    code, out, err = porelight("study", "measure", "--workers", "2", "--json")
    assert (code, err) == (0, "")
    status = json.loads(out)
    assert status["visits"] == {"v1": {"waiting": 0, "measured": 1, "refused": 1}}
    (refused,) = status["refused"]
    assert refused["reason"].startswith("S01/v1/nose 1")
    assert json.loads(porelight("study", "measure", "--json")[1]) == status


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("study", "status"), "study.db: no such file; 'porelight study init NAME'"),
        (("study", "import", "photos"), "photos is a folder; say by --pattern how it is ordered"),
        (("study", "import", "nothing.csv"), "nothing.csv: no such file"),
        (("store", "check", "--store", "odd"), "store 'odd' is no address"),
        (("store", "upgrade"), "study.db: no such file"),
    ],
)
def test_a_mistake_is_one_line(porelight, photos, words, message):
    code, _, err = porelight(*words)
    assert code == 2
    assert err.count("\n") == 1
    assert message in err
    assert not Path("study.db").exists()


def test_an_import_that_is_stopped_tells_what_is_kept(porelight, photos, monkeypatch):
    from porelight.store import importing  # noqa: PLC0415

    def stopped(*arguments, **options):
        yield next(real(*arguments, **options))
        raise KeyboardInterrupt

    real = importing.import_photographs
    porelight("study", "init", "pilot")
    monkeypatch.setattr(importing, "import_photographs", stopped)
    code, out, err = imported(porelight)
    assert (code, out) == (130, "1 imported, 0 known already, 1 refused, 1 not reached\n")
    assert "interrupted; what was imported is kept, and the same command goes on." in err
