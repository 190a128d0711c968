"""Throughput of 1 against 2 workers, and what a chunk costs beside its work.

    python benchmarks/execution_throughput.py

The work is arithmetic in the interpreter, which holds one core and reads no memory to speak of, so
that what is measured is the executor, not the machine. Other load on the machine counts against 2
workers; the load is printed.
"""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, process_time

import numpy as np

from porelight.execution.chunk_store import ChunkManifest, ChunkStore, StoredVariable
from porelight.execution.chunks import Chunk, ChunkArrays, Executor, SameProcess, run_chunks
from porelight.execution.dask_cluster import DaskCluster
from porelight.execution.processes import Processes

VARIABLES = {f"v{i}": StoredVariable() for i in range(28)}  # as many as a sweep has
ROWS = 16


def working(seconds: float) -> Callable[[Chunk], ChunkArrays]:
    """Return a function that works for so long [s of a core] on each chunk."""

    def function(chunk: Chunk) -> ChunkArrays:
        until = process_time() + seconds
        while process_time() < until:
            sum(range(10_000))
        rows = np.array([np.random.default_rng([1, row]).random() for row in chunk.rows])
        return dict.fromkeys(VARIABLES, rows)

    return function


def seconds_of(executor: Executor, n_chunks: int, work: float) -> tuple[float, str]:
    """Return the time of a run [s] and the fingerprint of its result."""
    with TemporaryDirectory() as folder:
        manifest = ChunkManifest("a benchmark", {}, n_chunks * ROWS, ROWS, VARIABLES)
        store = ChunkStore(Path(folder), manifest)
        began = perf_counter()
        run_chunks(working(work), store, executor)
        return perf_counter() - began, store.fingerprint()


def main() -> None:
    """Print a line for each executor."""
    n, work = (int(sys.argv[1]), float(sys.argv[2])) if len(sys.argv) > 2 else (24, 1.0)
    print(f"load before {os.getloadavg()[0]:.1f}; {n} chunks of {work:g} s of a core")
    empty, _ = seconds_of(SameProcess(), 50, 0.0)
    print(f"keeping one chunk (28 variables of 16 rows): {1e3 * empty / 50:.1f} ms")
    bits = set()
    times = {}
    for name, executor in {
        "loky, 1 worker": Processes(1),
        "loky, 2 workers": Processes(2),
        "Dask LocalCluster of 2": DaskCluster("local:2"),
    }.items():
        begin, _ = seconds_of(executor, 2, 0.0)
        total, fingerprint = seconds_of(executor, n, work)
        bits.add(fingerprint)
        times[name] = total
        over = (total - begin) * executor.n_workers / n - work
        print(
            f"{name}: {total:.2f} s, of which {begin:.2f} s to begin; beside the work "
            f"{1e3 * over:.0f} ms a chunk ({100 * over / work:.1f} %)"
        )
    print(f"2 workers over 1: {times['loky, 1 worker'] / times['loky, 2 workers']:.2f} times")
    print(f"the same bits: {len(bits) == 1}; load after {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
