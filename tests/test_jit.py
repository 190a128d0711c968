"""Kernels that are kept on disk follow the functions they call, in whichever file those are."""

import subprocess
import sys
from pathlib import Path

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


def answer(room: Path) -> float:
    run = subprocess.run(
        [sys.executable, "-c", "import kernel\nprint(kernel.kernel(2.0))"],
        cwd=room,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return float(run.stdout)


def test_a_kept_kernel_notices_a_change_in_another_file_of_its_room(tmp_path):
    (tmp_path / "kernel.py").write_text(KERNEL, encoding="utf-8")
    (tmp_path / "piece.py").write_text(PIECE.format(factor=3.0), encoding="utf-8")
    assert answer(tmp_path) == 7.0
    assert list((tmp_path / "__pycache__").glob("kernel*.nbc"))
    (tmp_path / "piece.py").write_text(PIECE.format(factor=5.0), encoding="utf-8")
    assert answer(tmp_path) == 11.0
