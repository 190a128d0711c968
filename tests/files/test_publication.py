"""Results appear together or not at all, wherever their process is killed or interrupted."""

import json
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from porelight.errors import InputFileError
from porelight.files.kinds import ResultKind
from porelight.files.publication import cannot_write, recover
from porelight.files.writing import folder_replacing, read_meanwhile, together, write_text

FOLDER = ResultKind("a folder", (), lambda path: path.name in {"x.txt", "y.txt"})

# Stops a child at every step of writing two files and a folder over earlier ones, each step in a
# child of its own, and prints what it found: how the child ended, what was there, what was left
# after the next run.
STOPPED = """
import json, os, signal, sys, tempfile
from pathlib import Path
from porelight.files.kinds import ResultKind
from porelight.files.publication import cannot_write, recover
from porelight.files.writing import folder_replacing, together, write_text

FOLDER = ResultKind("a folder", (), lambda path: path.name in {"x.txt", "y.txt"})
NUMBER = int(sys.argv[1])
os.fsync = lambda _: None  # the power stays on here, and waiting for a disk takes its time
STEPS = {"open", "os.rename", "os.link", "os.mkdir", "os.rmdir", "os.remove", "os.listdir"}

def write(place, text):
    with together():
        write_text(place / "a.txt", text)
        with folder_replacing(place / "m", FOLDER) as made:
            for name in ("x.txt", "y.txt"):
                write_text(made / name, text)
        write_text(place / "other" / "b.txt", text)

def found(place):
    paths = [place / "a.txt", place / "m" / "x.txt", place / "m" / "y.txt"]
    paths.append(place / "other" / "b.txt")
    return [path.read_text().removeprefix("porelight ") if path.exists() else "" for path in paths]

def left(place):
    return sorted(path.name for path in place.rglob(".porelight-*"))

counted = 0

def step(event, arguments):
    global counted
    if event in STEPS and stopping:
        counted += 1
        if counted == at:
            os.kill(os.getpid(), NUMBER)

stopping = False
sys.addaudithook(step)
at, results = 0, []
while True:
    at += 1
    with tempfile.TemporaryDirectory() as name:
        place = Path(name).resolve()
        (place / "other").mkdir()
        write(place, "porelight old")
        child = os.fork()
        if child == 0:
            counted, stopping = 0, True
            try:
                write(place, "porelight new")
            except KeyboardInterrupt:
                os._exit(130)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        one = {"status": status, "at once": found(place)}
        recover(place)
        recover(place / "other")
        results.append({**one, "after": found(place), "left": left(place)})
    if status == 0 and results[-1]["at once"][0] == "new" and at > 60:
        break
print(json.dumps(results))
"""


def stopped_by(number):
    run = subprocess.run(
        [sys.executable, "-c", STOPPED, str(number)],
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return json.loads(run.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_a_kill_at_any_step_leaves_old_or_new_after_the_next_run():
    results = stopped_by(9)
    assert len(results) > 60
    for one in results:
        assert one["after"] in (["old"] * 4, ["new"] * 4)
        assert one["left"] == []
    # the moment of a kill may fall among the renames, where only the journal knows
    assert any(one["at once"] not in (["old"] * 4, ["new"] * 4) for one in results)
    assert {tuple(one["after"]) for one in results if one["status"] != 0} == {
        ("old",) * 4,
        ("new",) * 4,
    }


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_at_any_step_leaves_old_or_new_at_once():
    results = stopped_by(2)
    for one in results:
        assert one["at once"] in (["old"] * 4, ["new"] * 4)
        assert one["after"] == one["at once"]
        assert one["left"] == []
    assert {one["at once"][0] for one in results if one["status"] != 0} == {"old", "new"}


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
def test_ctrl_c_while_results_are_put_in_place_waits_and_they_count_as_written(
    tmp_path, monkeypatch
):
    real = type(tmp_path).replace

    def interrupted(self, target):
        signal.raise_signal(signal.SIGINT)
        return real(self, target)

    monkeypatch.setattr(type(tmp_path), "replace", interrupted)
    with (
        read_meanwhile([], [tmp_path / "a.txt"]) as written,
        pytest.raises(KeyboardInterrupt),
    ):
        write_text(tmp_path / "a.txt", "porelight")
    assert written == [tmp_path / "a.txt"]
    assert [one.name for one in tmp_path.iterdir()] == ["a.txt"]


def write_three(place, text, name):
    with together():
        write_text(place / "a.txt", f"porelight {text}")
        with folder_replacing(place / "m", FOLDER) as made:
            write_text(made / name, f"porelight {text}")
        write_text(place / "c.txt", f"porelight {text}")


def test_what_cannot_be_put_in_place_puts_everything_back(tmp_path, monkeypatch):
    write_three(tmp_path, "old", "x.txt")
    real = type(tmp_path).replace

    def refused(self, target):
        if target.name == "c.txt":
            raise PermissionError(13, "Permission denied", str(target))
        return real(self, target)

    monkeypatch.setattr(type(tmp_path), "replace", refused)
    with pytest.raises(InputFileError, match=r"c\.txt: cannot be written \(Permission denied\); "):
        write_three(tmp_path, "new", "y.txt")
    for path in (tmp_path / "a.txt", tmp_path / "m" / "x.txt", tmp_path / "c.txt"):
        assert path.read_text(encoding="utf-8") == "porelight old"
    assert sorted(one.name for one in tmp_path.rglob("*")) == ["a.txt", "c.txt", "m", "x.txt"]


def write_twice(path):
    with together():
        write_text(path, "porelight 1")
        write_text(path, "porelight 2")


def test_two_results_for_one_place_are_refused(tmp_path):
    with pytest.raises(InputFileError, match="two results would go to one place"):
        write_twice(tmp_path / "a.txt")
    assert list(tmp_path.iterdir()) == []


def write_half(place):
    with folder_replacing(place, FOLDER) as made:
        write_text(made / "x.txt", "half")
        raise KeyError


def test_new_folders_on_the_way_are_gone_when_nothing_is_written(tmp_path):
    with pytest.raises(KeyError):
        write_half(tmp_path / "deep" / "er" / "m")
    assert list(tmp_path.iterdir()) == []


def abandoned(place, old, new):
    """Leave what a process killed after its journal leaves; returns the work folder."""
    work = place / ".porelight-dead"
    (work / "1" / "new").mkdir(parents=True)
    (work / "lock").touch()
    (work / "1" / "new" / "a.txt").write_text(new, encoding="utf-8")
    target = place / "a.txt"
    target.write_text(old, encoding="utf-8")
    was = [target.stat().st_mtime_ns, target.stat().st_size]
    entry = {"target": "../a.txt", "staged": "1/new/a.txt", "kept": "1/kept", "was": was}
    (work / "journal").write_text(json.dumps([entry]), encoding="utf-8")
    return work


def test_a_result_of_a_dead_process_appears_at_the_next_run(tmp_path):
    abandoned(tmp_path, "old", "new")
    write_text(tmp_path / "b.txt", "another")
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "new"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["a.txt", "b.txt"]


def test_what_its_user_has_written_since_stays_and_both_are_named(tmp_path):
    work = abandoned(tmp_path, "old", "new")
    (tmp_path / "a.txt").write_text("written since", encoding="utf-8")
    with pytest.raises(InputFileError, match="something else is there now") as refusal:
        recover(tmp_path)
    assert str(work / "1" / "new" / "a.txt") in str(refusal.value)
    assert (tmp_path / "a.txt").read_text(encoding="utf-8") == "written since"


def test_the_folder_of_a_living_process_is_left_alone(tmp_path):
    with together() as publication:
        staged = publication.stage(tmp_path / "a.txt")
        staged.write_text("porelight", encoding="utf-8")
        recover(tmp_path)
        assert staged.exists()
    assert (tmp_path / "a.txt").exists()


def pydicom_writes(path):
    from pydicom.dataset import Dataset  # noqa: PLC0415

    made = Dataset()
    made.PixelData = bytes(1 << 20)
    made["PixelData"].VR = "OB"
    made.save_as(path, implicit_vr=False, little_endian=True)


def pyarrow_writes(path):
    import pyarrow as pa  # noqa: PLC0415
    from pyarrow import parquet  # noqa: PLC0415

    parquet.write_table(pa.table({"a": list(range(100_000))}), path)


def zipfile_writes(path):
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a", bytes(1 << 20))


@pytest.mark.skipif(sys.platform == "win32", reason="limits of a process are of POSIX")
@pytest.mark.parametrize("writes", [pydicom_writes, pyarrow_writes, zipfile_writes])
def test_a_full_disk_is_told_in_the_words_of_the_system_whoever_writes(tmp_path, writes):
    import resource  # noqa: PLC0415

    usual = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 12, usual[1]))
    try:
        with pytest.raises(OSError) as full:  # noqa: PT011  each library words it in its own way
            writes(tmp_path / "made")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, usual)
    line = "out: cannot be written (File too large); free some space, or write to another disk."
    assert str(cannot_write(Path("out"), full.value)) == line
