"""What a study adds to measuring: the same photographs by `porelight measure`, and by a study.

    python benchmarks/study_overhead.py FOLDER [--photographs 60] [--rounds 2]

FOLDER holds JPEG files at 12 px/mm, such as those of synthetic_study.py. Two processes measure half
each by ``porelight measure``, begun once and without time for starting; then two workers measure
them all in a study, which is what they do per photograph besides: taking the job, opening the seal,
keeping the result, writing the log. Both are timed from the first photograph to the last, in turns,
for other work on the machine disturbs both.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from functools import partial
from pathlib import Path

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

from kills import load_everything

from porelight.cli.app import main
from porelight.files.manifests import ManifestRow
from porelight.store.address import StoreAddress, store_address
from porelight.store.importing import import_photographs
from porelight.store.measuring import ask_for_measurements
from porelight.store.photograph_records import ScaleGiven
from porelight.store.store import create_store, open_store
from porelight.store.work import work


def alone(files: list[Path], folder: Path) -> None:
    """Measure photographs by the command."""
    for i, file in enumerate(files):
        words = ["measure", str(file), "--zone", "nose", "--px-per-mm", "12"]
        nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
        with nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
            try:
                main([*words, "-o", str(folder / f"{os.getpid()}-{i}")])
            except SystemExit:
                continue


def as_worker(address: StoreAddress) -> None:
    """Measure what waits in a study."""
    with open_store(address) as store:
        work(store, f"w{os.getpid()}")


def timed(*calls: Callable[[], None]) -> tuple[float, float]:
    """Make calls at once, each in a process; returns time, and that of the processors [s]."""
    before, at = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    children = []
    for call in calls:
        child = os.fork()
        if child == 0:
            try:
                call()
            finally:
                os._exit(0)
        children.append(child)
    for child in children:
        os.waitpid(child, 0)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.monotonic() - at, spent


def study_of(files: list[Path], folder: Path) -> StoreAddress:
    """Import photographs into a new study."""
    address = store_address(str(folder / "study.db"))
    rows = [ManifestRow(str(i), file, f"S{i}", "v1", "nose") for i, file in enumerate(files)]
    with create_store(address, "overhead") as store:
        list(import_photographs(store, rows, ScaleGiven("known", 12.0, 0.01)))
        ask_for_measurements(store)
    return address


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--photographs", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    chosen = sorted(asked.folder.rglob("*.jpg"))[: asked.photographs]
    if len(chosen) < 2:
        sys.exit(f"{asked.folder}: fewer than two JPEG files in it")
    load_everything()
    with tempfile.TemporaryDirectory() as name:
        (Path(name) / "warm").mkdir()
        alone(chosen[:1], Path(name) / "warm")  # kernels are compiled once
        for k in range(asked.rounds):
            place = Path(name) / str(k)
            place.mkdir()
            halves = chosen[::2], chosen[1::2]
            one = timed(*(partial(alone, half, place) for half in halves))
            address = study_of(chosen, place)
            two = timed(*[partial(as_worker, address)] * 2)
            n = len(chosen)
            print(
                f"{n} photographs, two at once. Alone {one[0] / n:.3f} s and {one[1] / n:.3f} s of "
                f"processors each; in a study {two[0] / n:.3f} s and {two[1] / n:.3f} s: "
                f"x {two[0] / one[0]:.2f} and x {two[1] / one[1]:.2f}",
                flush=True,
            )
