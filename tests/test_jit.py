"""Kernels that are kept on disk follow the functions they call, in whichever file those are."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

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
        env={**os.environ, **environment},
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
    assert len(list(tmp_path.rglob("kernel*.nbi"))) == 1  # the old one made way


def test_a_kept_kernel_is_not_compiled_again(room):
    answer(room, NUMBA_CACHE_DIR="")
    (kept,) = (room / "__pycache__").glob("kernel*.nbc")
    before = kept.stat().st_mtime_ns
    assert answer(room, NUMBA_CACHE_DIR="") == 7.0
    assert kept.stat().st_mtime_ns == before


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
