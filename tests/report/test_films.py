import shutil

import numpy as np
import pytest
from PIL import Image

from porelight.errors import InputFileError
from porelight.report.films import require_film, write_film


def frames(n=4, size=(20, 30, 3)):
    return [np.full(size, 40 * i, dtype=np.uint8) for i in range(n)]


def test_a_gif_holds_every_frame_for_its_time(tmp_path):
    target = write_film(frames(), tmp_path / "a.gif", frame_seconds=0.2)
    with Image.open(target) as film:
        assert film.n_frames == 4
        assert film.size == (30, 20)
        assert film.info["duration"] == 200
        film.seek(3)
        assert film.convert("RGB").getpixel((3, 3)) == (120, 120, 120)


def test_an_mp4_without_ffmpeg_is_refused_in_one_line(tmp_path, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda _: None)
    with pytest.raises(InputFileError, match="an MP4 needs the program ffmpeg, which is not inst"):
        require_film(tmp_path / "a.mp4")


def ffmpeg(folder, script):
    """Put a program called ffmpeg first on the path."""
    program = folder / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    program.chmod(0o755)
    return str(folder)


def test_an_mp4_gets_every_byte_of_even_frames(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", ffmpeg(tmp_path, 'for last; do :; done; /bin/cat > "$last"'))
    target = write_film(frames(3, (21, 31, 3)), tmp_path / "a.mp4")
    data = np.frombuffer(target.read_bytes(), dtype=np.uint8).reshape(3, 20, 30, 3)
    np.testing.assert_array_equal(data[2], 80)


def test_a_failure_of_ffmpeg_is_told(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", ffmpeg(tmp_path, "/bin/cat > /dev/null; echo no codec >&2; exit 1"))
    with pytest.raises(InputFileError, match="ffmpeg failed: no codec"):
        write_film(frames(), tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("stack", "name", "text"),
    [
        (frames(), "a.avi", "films end in .gif or .mp4"),
        (frames(1), "a.gif", "two frames or more"),
        ([*frames(), *frames(1, (8, 8, 3))], "a.gif", "all of one size"),
        (frames(), "absent/a.gif", "its folder does not exist"),
    ],
)
def test_an_impossible_film_is_refused(tmp_path, stack, name, text):
    with pytest.raises(InputFileError, match=text):
        write_film(stack, tmp_path / name)
