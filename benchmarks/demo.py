"""Time of `porelight demo`: the first run on a computer, and any later one.

The first run finds nothing compiled: neither kernels nor the bytecode of any library. The targets
are 60 s for it and 45 s for later ones, on two cores with AVX2 only. With ``--avx2`` a processor
with AVX-512 plays one without: Numba, NumPy, OpenCV and OpenBLAS are told to do without it.

    uv run python benchmarks/demo.py [--avx2] [--python OTHER_CHECKOUT/.venv/bin/python]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# what a processor of 2013 to 2021 without AVX-512 has
_FEATURES = (
    "64bit avx avx2 bmi bmi2 cmov crc32 cx16 cx8 f16c fma fsgsbase fxsr invpcid lzcnt mmx movbe "
    "pclmul popcnt rdrnd sahf sse sse2 sse3 sse4.1 sse4.2 ssse3 xsave xsaveopt"
)
AVX2_ONLY = {
    "NUMBA_CPU_NAME": "haswell",
    "NUMBA_CPU_FEATURES": ",".join(f"+{one}" for one in _FEATURES.split()),
    "NPY_DISABLE_CPU_FEATURES": (
        "AVX512F AVX512CD AVX512_SKX AVX512_CLX AVX512_CNL AVX512_ICL AVX512_SPR"
    ),
    "OPENCV_CPU_DISABLE": "AVX512-SKX",
    "OPENBLAS_CORETYPE": "Haswell",
}


def run(python: str, folder: Path, environment: dict[str, str]) -> dict[str, float]:
    """Run the demonstration once, and return its seconds and those of all its processors."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    begin = time.perf_counter()
    done = subprocess.run(
        [python, "-m", "porelight", "demo", "-o", str(folder / "demo"), "--json"],
        env={**os.environ, **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    seconds = time.perf_counter() - begin
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    if done.returncode != 0 or not json.loads(done.stdout)["passed"]:
        raise SystemExit(f"the demonstration failed:\n{done.stderr}{done.stdout}")
    return {
        "seconds": seconds,
        "user": after.ru_utime - before.ru_utime,
        "system": after.ru_stime - before.ru_stime,
    }


def main() -> None:
    """Print how long the first run takes, and the later ones."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--avx2", action="store_true", help="do without AVX-512")
    options.add_argument("--python", default=sys.executable, help="interpreter of a checkout")
    options.add_argument("--later", type=int, default=2, help="later runs")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        environment = {
            "NUMBA_CACHE_DIR": str(folder / "kernels"),
            "PYTHONPYCACHEPREFIX": str(folder / "bytecode"),
            "MPLBACKEND": "Agg",
            **(AVX2_ONLY if chosen.avx2 else {}),
        }
        for number in range(1 + chosen.later):
            spent = run(chosen.python, folder, environment)
            print(
                f"{'later' if number else 'first'} run: {spent['seconds']:.1f} s "
                f"(processors: {spent['user']:.1f} s user, {spent['system']:.1f} s system)",
                flush=True,
            )


if __name__ == "__main__":
    main()
