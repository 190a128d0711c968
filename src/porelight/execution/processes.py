"""Chunks on processes of this machine, by loky.

Each worker is a pool of one: when a worker is killed its pool breaks, and a pool of several would
take the chunks of all others with it.
"""

import os
import queue
import signal
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from porelight.errors import PorelightError
from porelight.execution.chunks import Chunk, ChunkArrays, ChunkFunction, ExecutionError
from porelight.threads import use_threads

MOST_LOSSES = 5  # times in a row that a chunk may lose its worker
_LOOK = 0.2  # s between looks whether the run was stopped
# read by OpenBLAS, OpenMP and numba when they load
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


@dataclass(frozen=True, slots=True)
class Processes:
    """Worker processes of this machine, with one thread each.

    Attributes
    ----------
    n_workers : int
        How many work at once, from 1.
    """

    n_workers: int

    def __post_init__(self) -> None:
        """Check the number."""
        if self.n_workers < 1:
            raise ExecutionError(f"workers are {self.n_workers}; expected 1 or more.")

    def completed(
        self, function: ChunkFunction, chunks: Sequence[Chunk]
    ) -> Iterator[tuple[Chunk, ChunkArrays]]:
        """Yield each chunk with its arrays; see `porelight.execution.chunks.Executor`."""
        waiting: queue.SimpleQueue[Chunk] = queue.SimpleQueue()
        arriving: queue.SimpleQueue[tuple[Chunk, Any, threading.Event]] = queue.SimpleQueue()
        for chunk in chunks:
            waiting.put(chunk)
        stopped = threading.Event()
        workers = [
            _Worker(function, waiting, arriving, stopped)
            for _ in range(min(self.n_workers, len(chunks)))
        ]
        try:
            for worker in workers:
                worker.start()
            for _ in chunks:
                chunk, found, kept = arriving.get()
                if isinstance(found, BaseException):
                    raise found
                yield chunk, found
                kept.set()
        finally:
            stopped.set()
            for worker in workers:
                worker.end()


class _Worker(threading.Thread):
    """One process, and the thread that feeds it and begins another one when it is lost."""

    def __init__(
        self,
        function: ChunkFunction,
        waiting: "queue.SimpleQueue[Chunk]",
        arriving: "queue.SimpleQueue[tuple[Chunk, Any, threading.Event]]",
        stopped: threading.Event,
    ) -> None:
        super().__init__(daemon=True)
        self._function = function
        self._waiting, self._arriving, self._stopped = waiting, arriving, stopped
        self._lock = threading.Lock()
        self._pool: Any = None

    def run(self) -> None:
        """Compute chunks until none waits."""
        while not self._stopped.is_set():
            try:
                chunk = self._waiting.get_nowait()
            except queue.Empty:
                break
            kept = threading.Event()
            try:
                self._arriving.put((chunk, self._computed(chunk), kept))
            except BaseException as problem:
                self._arriving.put((chunk, problem, kept))
                break
            # the next one only then: a kill of the whole run costs one chunk for each worker
            while not kept.wait(_LOOK) and not self._stopped.is_set():
                pass

    def _computed(self, chunk: Chunk) -> ChunkArrays:
        from loky.process_executor import BrokenProcessPool  # noqa: PLC0415

        for _ in range(MOST_LOSSES):
            try:
                found: ChunkArrays = self._ready().submit(self._function, chunk).result()
            except BrokenProcessPool as lost:
                if self._stopped.is_set():
                    raise
                said = str(lost).splitlines()[0][:200]
                self.end()
            else:
                return found
        raise ExecutionError(
            f"chunk {chunk.number} lost its worker {MOST_LOSSES} times in a row ({said}); it may "
            "want more memory than there is. Other chunks are kept."
        )

    def _ready(self) -> Any:
        """Return the pool, a new one where there is none."""
        from loky import ProcessPoolExecutor  # noqa: PLC0415

        with self._lock:
            if self._stopped.is_set():
                raise PorelightError("stopped.")
            if self._pool is None:
                self._pool = ProcessPoolExecutor(
                    max_workers=1,
                    timeout=None,
                    env=ONE_THREAD,
                    initializer=_begin_worker,
                    initargs=(os.getpid(),),
                )
            return self._pool

    def end(self) -> None:
        """End the process at once, whatever it computes."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=True, kill_workers=True)


def _begin_worker(parent: int) -> None:
    """Leave Ctrl-C to the process that began this one, and end with it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    use_threads(1)
    threading.Thread(target=_end_with, args=(parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End this process soon after its parent, which may be killed and tell nobody."""
    idle = threading.Event()
    while os.getppid() == parent:
        idle.wait(1.0)
    os._exit(1)
