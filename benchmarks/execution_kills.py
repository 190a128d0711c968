"""SIGKILL of a worker at random instants, and of the whole run: the same bits, and what it cost.

    python benchmarks/execution_kills.py

Each chunk leaves a line in a log when it begins, so that what was computed again can be counted.
"""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from porelight.execution.chunk_store import ChunkManifest, ChunkStore, StoredVariable
from porelight.execution.chunks import Chunk, ChunkArrays, SameProcess, run_chunks
from porelight.execution.processes import Processes

N_CHUNKS, ROWS, WORK = 16, 4, 0.15  # chunks, rows of each, seconds of each
MANIFEST = ChunkManifest(
    "a benchmark", {"seed": 7}, N_CHUNKS * ROWS, ROWS, {"draw": StoredVariable(("x",), (100,))}
)
WORKERS, WORKER_KILLS, RUN_KILLS = 2, 30, 10


def logged(log: Path) -> Callable[[Chunk], ChunkArrays]:
    """Return the work, which logs each chunk with its process."""

    def function(chunk: Chunk) -> ChunkArrays:
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{chunk.number} {os.getpid()}\n")
        time.sleep(WORK)
        rows = [np.random.default_rng([7, row]).normal(size=100) for row in chunk.rows]
        return {"draw": np.array(rows)}

    return function


def run(folder: Path) -> str:
    """Compute what a folder lacks, and return its fingerprint."""
    store = ChunkStore(folder / "store", MANIFEST)
    run_chunks(logged(folder / "log"), store, Processes(WORKERS))
    return store.fingerprint()


def lines_of(folder: Path) -> list[list[str]]:
    """Return chunk and process of each line of the log."""
    log = folder / "log"
    return [line.split() for line in log.read_text().splitlines()] if log.exists() else []


def kill_a_worker(folder: Path, delay: float) -> None:
    """Kill the worker that began last, after a while."""
    while not lines_of(folder):
        time.sleep(0.01)
    time.sleep(delay)
    with suppress(ProcessLookupError):
        os.kill(int(lines_of(folder)[-1][1]), signal.SIGKILL)


def again_of(folder: Path) -> Counter[str]:
    """Return how many times each chunk was begun beyond the first."""
    begun = Counter(chunk for chunk, _ in lines_of(folder))
    return Counter({chunk: n - 1 for chunk, n in begun.items() if n > 1})


def lives(pid: str) -> bool:
    """Whether a process is there and not only waits to be counted as ended."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def main() -> None:
    """Print what kills cost."""
    draw = random.Random(3)  # noqa: S311  instants, no secrets
    length = N_CHUNKS * WORK / WORKERS
    with TemporaryDirectory() as folder:
        store = ChunkStore(Path(folder) / "store", MANIFEST)
        run_chunks(logged(Path(folder) / "log"), store, SameProcess())
        expected = store.fingerprint()
    same, costs = 0, []
    for _ in range(WORKER_KILLS):
        with TemporaryDirectory() as name:
            folder = Path(name)
            delay = draw.uniform(0.0, 0.9 * length)
            killer = threading.Thread(target=partial(kill_a_worker, folder, delay), daemon=True)
            killer.start()
            same += run(folder) == expected
            killer.join()
            costs.append(sum(again_of(folder).values()))
    print(
        f"a worker killed at {WORKER_KILLS} instants: {same} times the same bits; chunks computed "
        f"again: {dict(sorted(Counter(costs).items()))}"
    )
    same, costs, left = 0, [], 0
    for _ in range(RUN_KILLS):
        with TemporaryDirectory() as name:
            folder = Path(name)
            began = subprocess.Popen([sys.executable, __file__, name])
            while not lines_of(folder):
                time.sleep(0.01)
            time.sleep(draw.uniform(0.0, 0.9 * length))
            began.kill()
            began.wait()
            time.sleep(2.5)  # workers notice within a second that nobody waits for them
            left += sum(
                Path(f"/proc/{pid}").exists() for pid in {pid for _, pid in lines_of(folder)}
            )
            same += run(folder) == expected
            costs.append(sum(again_of(folder).values()))
    again = dict(sorted(Counter(costs).items()))
    print(
        f"the run killed at {RUN_KILLS} instants: {same} times the same bits; chunks computed "
        f"again (of {WORKERS} under work): {again}; workers left over: {left}"
    )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        run(Path(sys.argv[1]))
    else:
        main()
