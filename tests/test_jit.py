"""Kernels that are kept on disk follow the functions they call, in whichever file those are.

Processes that compile into one folder at once never lend one another the wrong code.
"""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import numba
import pytest

from porelight._jit import OneFilePerSignature, _warn_once

KERNEL = """
from porelight._jit import jit
from piece import tripled

@jit
def kernel(x):
    return tripled(x) + 1.0
"""
PIECE = """
from porelight._jit import jit

@jit
def tripled(x):
    return {factor} * x
"""


def answer(room: Path, **environment: str) -> float:
    run = subprocess.run(
        [sys.executable, "-c", "import kernel\nprint(kernel.kernel(2.0))"],
        cwd=room,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
        # Python would take the byte code of a file that was changed within a second for its own
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1", **environment},
    )
    return float(run.stdout)


@pytest.fixture
def room(tmp_path):
    """Return a room of two files, a kernel and a piece of it."""
    made = tmp_path / "room"
    made.mkdir()
    (made / "kernel.py").write_text(KERNEL, encoding="utf-8")
    (made / "piece.py").write_text(PIECE.format(factor=3.0), encoding="utf-8")
    return made


@pytest.mark.slow
@pytest.mark.parametrize("place", ["beside the source", "chosen folder", "user's cache"])
def test_a_kept_kernel_notices_a_change_in_another_file_of_its_room(room, tmp_path, place):
    kept, chosen = {
        "beside the source": (room / "__pycache__", {"NUMBA_CACHE_DIR": ""}),
        "chosen folder": (tmp_path / "chosen", {"NUMBA_CACHE_DIR": str(tmp_path / "chosen")}),
        "user's cache": (
            tmp_path / "cache",
            {
                "NUMBA_CACHE_DIR": "",
                "NUMBA_CACHE_LOCATOR_CLASSES": "UserWideCacheLocator",
                "XDG_CACHE_HOME": str(tmp_path / "cache"),
            },
        ),
    }[place]
    assert answer(room, **chosen) == 7.0
    assert list(kept.rglob("kernel*.nbc"))
    (room / "piece.py").write_text(PIECE.format(factor=5.0), encoding="utf-8")
    assert answer(room, **chosen) == 11.0
    assert len(list(tmp_path.rglob("kernel*.nbc"))) == 1  # the old one made way


@pytest.mark.slow
def test_a_kept_kernel_is_not_compiled_again(room):
    answer(room, NUMBA_CACHE_DIR="")
    (kept,) = (room / "__pycache__").glob("kernel*.nbc")
    before = kept.stat().st_mtime_ns
    assert answer(room, NUMBA_CACHE_DIR="") == 7.0
    assert kept.stat().st_mtime_ns == before


@pytest.mark.slow
def test_kernels_of_others_are_kept_as_numba_keeps_them(room):
    (room / "other.py").write_text(
        "import kernel\nimport numba\nassert not numba.config.CACHE_LOCATOR_CLASSES\n"
        "@numba.njit(cache=True)\ndef halved(x):\n    return 0.5 * x\n",
        encoding="utf-8",
    )
    program = "import other\nprint(other.halved(2.0), other.halved.stats.cache_path)"
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=room, capture_output=True, text=True, check=True, timeout=120,
        env={**os.environ, "NUMBA_CACHE_DIR": ""},
    )  # fmt: skip
    assert run.stdout.split() == ["1.0", str(room / "__pycache__")]


ONE_NUMBER, TWO_NUMBERS = ((numba.float64,),), ((numba.float64, numba.float64),)


def test_two_processes_that_keep_two_signatures_at_once_keep_both(tmp_path, monkeypatch):
    both_are_about_to_write = Barrier(2, timeout=60)
    replace = os.replace

    def replace_together(source, target):
        both_are_about_to_write.wait()
        replace(source, target)

    monkeypatch.setattr(os, "replace", replace_together)
    processes = [OneFilePerSignature(str(tmp_path), "kernel", "stamp") for _ in range(2)]
    with ThreadPoolExecutor(2) as pool:
        kept = [
            pool.submit(processes[0].save, ONE_NUMBER, "code of one"),
            pool.submit(processes[1].save, TWO_NUMBERS, "code of two"),
        ]
    assert [one.exception() for one in kept] == [None, None]
    third = OneFilePerSignature(str(tmp_path), "kernel", "stamp")
    assert third.load(ONE_NUMBER) == "code of one"
    assert third.load(TWO_NUMBERS) == "code of two"


def test_code_kept_from_older_sources_is_not_used_when_its_successor_is_interrupted(
    tmp_path, monkeypatch
):
    OneFilePerSignature(str(tmp_path), "kernel", "old").save(ONE_NUMBER, "old code")
    new = OneFilePerSignature(str(tmp_path), "kernel", "new")
    replace = os.replace

    def interrupted(source, target):
        if str(target).endswith(".nbc"):
            raise KeyboardInterrupt
        replace(source, target)

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        new.save(ONE_NUMBER, "new code")
    assert new.load(ONE_NUMBER) is None
    assert len(list(tmp_path.iterdir())) == 1  # nothing unfinished is left


def test_a_file_of_another_signature_is_not_taken_for_the_asked_one(tmp_path):
    kept = OneFilePerSignature(str(tmp_path), "kernel", "stamp")
    kept.save(ONE_NUMBER, "code of one")
    (file,) = tmp_path.iterdir()
    kept.save(TWO_NUMBERS, "code of two")
    (other,) = set(tmp_path.iterdir()) - {file}
    other.replace(file)  # as if both names were the same
    assert kept.load(ONE_NUMBER) is None


@pytest.mark.slow
def test_a_kernel_counts_as_kept_until_a_file_of_its_room_changes(room):
    program = (
        "import kernel\nfrom porelight._jit import is_kept\n"
        "before = is_kept(kernel.kernel)\nkernel.kernel(2.0)\nprint(before, is_kept(kernel.kernel))"
    )

    def kept() -> list[str]:
        run = subprocess.run(
            [sys.executable, "-c", program],
            cwd=room, capture_output=True, text=True, check=True, timeout=120,
            env={**os.environ, "NUMBA_CACHE_DIR": ""},
        )  # fmt: skip
        return run.stdout.split()

    assert kept() == ["False", "True"]
    assert kept() == ["True", "True"]
    (room / "piece.py").write_text(PIECE.format(factor=5.0), encoding="utf-8")
    assert kept() == ["False", "True"]


def test_flushing_forgets_one_kernel_and_no_other(tmp_path):
    ours, others = (OneFilePerSignature(str(tmp_path), name, "stamp") for name in ("a", "b"))
    ours.save(ONE_NUMBER, "code")
    others.save(ONE_NUMBER, "code")
    ours.flush()
    assert ours.load(ONE_NUMBER) is None
    assert others.load(ONE_NUMBER) == "code"


def test_a_kernel_that_cannot_be_kept_runs_and_says_so_in_a_line(room, tmp_path):
    (room / "__pycache__").touch()  # a file in the folder's place, which stops even root
    (tmp_path / "cache").touch()
    run = subprocess.run(
        [sys.executable, "-B", "-c", "import kernel\nprint(kernel.kernel(2.0))"],
        cwd=room,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={
            **{key: value for key, value in os.environ.items() if key != "NUMBA_CACHE_DIR"},
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
            "HOME": str(tmp_path / "cache"),
        },
    )
    assert (run.returncode, run.stdout) == (0, "7.0\n"), run.stderr
    assert run.stderr.count("UserWarning") == 1
    assert "compiled kernels cannot be kept: no folder for them can be written." in run.stderr


def test_a_full_disk_costs_the_kept_code_alone(tmp_path):
    _warn_once.cache_clear()
    kept = OneFilePerSignature(str(tmp_path / "absent"), "kernel", "stamp")
    with pytest.warns(UserWarning, match="compiled kernels cannot be kept: .* cannot be written"):
        kept.save("key", "code")
    assert kept.load("key") is None


def test_what_a_killed_process_left_unfinished_is_swept(tmp_path):
    kept = OneFilePerSignature(str(tmp_path), "kernel", "stamp")
    left, running = (tmp_path / f"kernel.{digit * 16}.{digit * 16}" for digit in "ab")
    for path in (left, running):
        path.touch()
    os.utime(left, (0.0, 0.0))
    kept.save("key", "code")
    assert not left.exists()
    assert running.exists()
    assert kept.load("key") == "code"


def test_damaged_code_is_compiled_anew(tmp_path):
    kept = OneFilePerSignature(str(tmp_path), "kernel", "stamp")
    kept.save("key", "code")
    (path,) = tmp_path.glob("*.nbc")
    path.write_bytes(path.read_bytes()[:-3])
    assert kept.load("key") is None
