"""Workers as processes of their own: one that dies takes nothing with it but its try."""

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress

from porelight.errors import StoreError
from porelight.progress import Progress
from porelight.store.address import VARIABLE
from porelight.store.jobs import JobQueue
from porelight.store.store import Store

_LOOK = 0.3  # s between two looks at what is done
_MOST_DEATHS = 5  # of workers in a row, without a job done
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "NUMBA_NUM_THREADS")


def run_workers(store: Store, n: int, kinds: Iterable[str], progress: Progress) -> None:
    """Let `n` workers do all jobs of some kinds, and return when none is left.

    Parameters
    ----------
    store : Store
        The store.
    n : int
        How many work at once.
    kinds : iterable of str
        What is to be done.
    progress : callable
        Called with the share that is done, 0 to 1.

    Raises
    ------
    StoreError
        If workers end without having done anything; with what they said.
    """
    queue, names = JobQueue(store), list(kinds)
    at_first = queue.counts(names)
    total = at_first["waiting"] + at_first["running"]
    workers: list[_Worker] = []
    deaths, left_before = 0, float(total)
    try:
        while (left := queue.left(names)) > 0.0:
            progress(1.0 - left / total)
            if left < left_before:
                deaths, left_before = 0, left
            for worker in [one for one in workers if one.has_ended]:
                workers.remove(worker)
                queue.abandon(worker.name)
                deaths += worker.has_died
            if deaths >= _MOST_DEATHS:
                raise StoreError(f"workers end without doing anything ({worker.said}).")
            waiting = queue.counts(names)["waiting"]
            while len(workers) < min(n, max(waiting, 1)):
                workers.append(_Worker(store, n))
            time.sleep(_LOOK)
        progress(1.0)
    finally:
        for worker in workers:
            worker.stop()


class _Worker:
    """One process."""

    def __init__(self, store: Store, n: int) -> None:
        self.name = f"{os.getpid()}-{secrets.token_hex(6)}"
        threads = str(max(1, (os.cpu_count() or 1) // n))
        # the address goes by the environment: a command line is seen by everybody on the machine
        environment = {
            **os.environ,
            VARIABLE: store.address.text,
            **{name: os.environ.get(name, threads) for name in _THREADS},
        }
        command = [sys.executable, "-m", "porelight", "store", "work", "--until-empty"]
        self._process = subprocess.Popen(  # noqa: S603  our own program, no shell
            [*command, "--with-parent", "--name", self.name],
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    @property
    def has_ended(self) -> bool:
        """Whether it has ended by itself."""
        return self._process.poll() is not None

    @property
    def has_died(self) -> bool:
        """Whether it has ended otherwise than for want of jobs."""
        return bool(self._process.poll())

    @property
    def said(self) -> str:
        """The last line that it said, or how it ended."""
        _, said = self._process.communicate()
        lines: Sequence[str] = said.decode("utf-8", "replace").strip().splitlines()
        return lines[-1].strip(" .") if lines else f"ended with {self._process.returncode}"

    def stop(self) -> None:
        """Let it give its job back, and wait until it has ended."""
        self._process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self._process.communicate(timeout=15)
        self._process.kill()
        self._process.communicate()
