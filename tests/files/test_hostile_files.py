"""Claims about 284 files that are no good photographs (benchmarks/photo_hostile.py)."""

import importlib.util
import json
import subprocess
import sys
from pathlib import Path

import pytest

from porelight.files import _decode

ROOT = Path(__file__).parents[2]

# runs every file through the decoder in one process, which a crash of any of them would end
RUN_ALL = """
import io, json, runpy, sys
from pathlib import Path
names = runpy.run_path(sys.argv[1])
for path in sorted(Path(sys.argv[2]).iterdir()):
    out = io.BytesIO()
    real, sys.stdout = sys.stdout, (shown := io.TextIOWrapper(out))
    names["main"]([str(path), "photograph", "120000000", "3072", "60"])
    shown.flush()
    sys.stdout = real
    # what the header of the file says, then what was decoded; a refusal may come before the first
    lines = out.getvalue().split(b"\\n", 2)
    first = json.loads(lines[0])
    line, body = (lines[0], b"") if "problem" in first else (lines[1], lines[2])
    print(json.dumps([path.name, line.decode(), len(body)]))
"""


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hostile")
    spec = importlib.util.spec_from_file_location("hostile", ROOT / "benchmarks/photo_hostile.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    for name, data in module.hostile_files():
        (folder / name).write_bytes(data)
    command = [sys.executable, "-c", RUN_ALL, _decode.__file__, str(folder)]
    run = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120)
    assert run.returncode == 0, run.stderr[-500:]
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    return {name: (json.loads(answer), n_bytes) for name, answer, n_bytes in lines}


@pytest.mark.slow
def test_none_of_many_hostile_files_ends_the_decoder(answers):
    assert len(answers) == 284


@pytest.mark.slow
def test_each_is_read_whole_or_refused_in_one_line(answers):
    for name, (answer, n_bytes) in answers.items():
        if "problem" in answer:
            assert n_bytes == 0
            assert "\n" not in answer["problem"], name
            assert len(answer["problem"]) < 200, name
        else:
            assert n_bytes == answer["rows"] * answer["cols"] * 3, name


@pytest.mark.slow
def test_good_pictures_among_them_are_read(answers):
    # wrong endings do not matter, the kind is told by the content
    for name in ("turned.jpg", "wild_turn.jpg", "one_pixel.png", "sixteen.png", "opaque.png"):
        assert "problem" not in answers[name][0], name
    assert (answers["turned.jpg"][0]["rows"], answers["turned.jpg"][0]["cols"]) == (64, 48)


@pytest.mark.slow
def test_nothing_but_resolution_camera_and_time_of_the_metadata_comes_out(answers):
    allowed = {"rows", "cols", "channels", "dpi", "has_camera", "camera", "taken", "complaint"}
    assert all(set(answer) <= allowed for answer, _ in answers.values() if "problem" not in answer)
