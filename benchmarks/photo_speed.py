"""How long a photograph takes from its file to its folder, once the program has started.

    python benchmarks/photo_speed.py CLOSE_UP.png [--repeats 5] [--against SOURCE] [--cpu NAME]

CLOSE_UP is skin at 12.5 px/mm; mirrored copies of it make pictures of about 2.5 and 12 megapixels.
Each run is a process of its own that measures one of them once, as the command does. With
`--against`, the folder `src` of another version, the two take turns, so that their ratio holds on a
machine that is not idle; processor time says more than waiting there. `--cpu haswell` compiles our
kernels for AVX2 alone.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import cv2
import numpy as np

MEGAPIXELS = (2.5, 12.0)
STAGES = ("read", "measure", "save")
_RUN = """
import json, resource, sys, time
import porelight.cli.measure
from porelight.files.measurements import save_measurement
from porelight.files.photographs import read_photograph
from porelight.workflows.measure import measure

def now():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return time.perf_counter(), used.ru_utime + used.ru_stime

times = [now()]
photograph = read_photograph(sys.argv[1], px_per_mm=12.5)
times.append(now())
measured = measure(photograph, zone="cheek")
times.append(now())
save_measurement(measured, sys.argv[2])
times.append(now())
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
print(json.dumps({"times": times, "peak": peak, "found": measured.n}))
"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("close_up", type=Path)
    parser.add_argument("--repeats", type=int, default=5)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--cpu")
    arguments = parser.parse_args()
    versions = {"now": None, "before": arguments.against}
    versions = {name: path for name, path in versions.items() if name == "now" or path}
    with TemporaryDirectory() as place:
        for size in MEGAPIXELS:
            picture = Path(place) / f"{size:g}.png"
            cv2.imwrite(str(picture), mirrored(cv2.imread(str(arguments.close_up)), size))
            runs: dict[str, list[dict[str, object]]] = {name: [] for name in versions}
            for _ in range(arguments.repeats):
                for name, source in versions.items():
                    runs[name].append(run(picture, Path(place) / "out", source, arguments.cpu))
            for name, some in runs.items():
                print(f"{size:g} MP, {name}: {told(some)}", flush=True)


def mirrored(picture: np.ndarray, megapixels: float) -> np.ndarray:
    """Return mirrored copies side by side and below one another, of about so many megapixels."""
    side = round((megapixels * 1e6 / (picture.shape[0] * picture.shape[1])) ** 0.5)
    for axis in (0, 1):
        copies = [picture if k % 2 == 0 else np.flip(picture, axis) for k in range(side)]
        picture = np.concatenate(copies, axis=axis)
    return picture


def run(picture: Path, folder: Path, source: Path | None, cpu: str | None) -> dict[str, object]:
    """Measure a picture in a process of its own."""
    environment = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
    if source is not None:
        environment["PYTHONPATH"] = str(source)
    if cpu is not None:
        environment["NUMBA_CPU_NAME"] = cpu
    command = [sys.executable, "-c", _RUN, str(picture), str(folder)]
    done = subprocess.run(command, env=environment, check=True, capture_output=True)
    return json.loads(done.stdout)


def told(runs: list[dict[str, object]]) -> str:
    """Return the medians of wall and processor time of each stage [s], and of memory."""
    times = np.array([one["times"] for one in runs])
    spent = np.median(np.diff(times, axis=1), axis=0)
    whole = np.median(times[:, -1] - times[:, 0], axis=0)
    parts = [f"{name} {wall:.2f} s" for name, (wall, _) in zip(STAGES, spent, strict=True)]
    peak = statistics.median(one["peak"] for one in runs) / 1e9
    return (
        f"{', '.join(parts)}; all {whole[0]:.2f} s, "
        f"processor {whole[1]:.2f} s, {peak:.2f} GB, {runs[0]['found']} pores"
    )


if __name__ == "__main__":
    main()
