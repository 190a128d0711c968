import json

import numpy as np
import pytest
from PIL import Image

from porelight.cli.app import main
from porelight.errors import InputFileError
from porelight.laser.devices import laser_genesis
from porelight.report.films import write_film
from porelight.report.session_heat import heat_document, heat_rows, save_session_heat
from porelight.report.thermal_films import pulse_frames, session_frames
from porelight.session.thermography import surface_film
from porelight.tissue.skin import Skin
from porelight.units import celsius, cm2
from porelight.workflows.session_heat import session_heat

EXPOSURE = laser_genesis(n_pulses=60, area=6.0 * cm2, stop_at_surface=celsius(37.0))

COURSE = """
[skin]
zone = "cheek"
fitzpatrick = 3
age_years = 35

[[session]]
day = 0
device = "laser-genesis"
pulses = 60
area_cm2 = 6
path = "spiral"

[[session]]
day = 30
device = "pearl"

[simulation]
photons = 3000
"""


@pytest.fixture(scope="module")
def heat():
    return session_heat(Skin.typical("cheek", 3, 35.0), EXPOSURE, photons=3000)


def test_the_row_tells_the_stop(heat):
    (row,) = heat_rows(heat)
    fell = heat.result.pulses_delivered
    assert fell < 60
    assert row["pulses"] == f"{fell} of 60, stopped"
    assert row["surface before"] == "32.6 degC"


def test_the_document_is_json_in_clinic_units(heat):
    document = json.loads(json.dumps(heat_document(heat), allow_nan=False))
    assert document["area_cm2"] == pytest.approx(6.0)
    assert document["pulses_planned"] == 60
    assert 37.0 < document["surface_reading_c"] < document["surface_felt_c"]


@pytest.mark.slow
def test_pictures_are_written_and_not_empty(heat, tmp_path):
    *pictures, document = save_session_heat(heat, tmp_path / "new", films="none")
    assert json.loads(document.read_text(encoding="utf-8"))["format"] == "porelight session 1"
    for path in pictures:
        with Image.open(path) as picture:
            pixels = np.asarray(picture.convert("RGB"), dtype=float)
        assert pixels.shape[1] > 1000
        assert pixels.std() > 20.0


def test_the_frames_of_a_pulse_brighten_and_fade(heat):
    frames = list(pulse_frames(heat.delivered, n_frames=5))
    assert len({frame.shape for frame in frames}) == 1
    brightness = [float(frame[60:250, 80:400].mean()) for frame in frames]
    assert brightness[1] > brightness[0]
    assert brightness[-1] < max(brightness)


def test_the_frames_of_a_session_move(heat, tmp_path):
    film = surface_film(heat.delivered, n_frames=3, n=15)
    first, middle, last = session_frames(film, heat.delivered)
    assert first.shape == last.shape
    assert (first != last).any()
    with Image.open(write_film([first, middle, last], tmp_path / "session.gif")) as shown:
        assert shown.n_frames == 3


def test_an_mp4_is_refused_before_the_folder_is_made(heat, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(InputFileError, match="needs the program ffmpeg"):
        save_session_heat(heat, tmp_path / "none", films="mp4")
    assert not (tmp_path / "none").exists()


def run(*arguments):
    with pytest.raises(SystemExit) as left:
        main([str(one) for one in arguments])
    return left.value.code


@pytest.mark.slow
def test_the_command_writes_everything_it_names(tmp_path, capsys):
    course = tmp_path / "course.toml"
    course.write_text(COURSE, encoding="utf-8")
    made = tmp_path / "out"
    assert run("session", course, "-o", made, "--films", "none", "--json") == 0
    document = json.loads(capsys.readouterr().out)
    assert document["path"] == "turns"
    names = {path.name for path in (tmp_path / "out").iterdir()}
    assert names == {"depth.png", "area.png", "session.json"}


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (3, "there is no session 3; the file has 2 sessions"),
        (2, "session 2: pearl boils the surface off"),
    ],
)
def test_a_session_that_cannot_be_shown_gets_one_line(tmp_path, capsys, number, text):
    course = tmp_path / "course.toml"
    course.write_text(COURSE, encoding="utf-8")
    assert run("session", course, "-o", tmp_path / "out", "--number", number) == 2
    assert text.replace("\\", "") in capsys.readouterr().err
