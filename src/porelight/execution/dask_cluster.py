"""Chunks on a Dask cluster: one that runs, by its scheduler's address, or one begun here."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

from porelight.execution.chunks import Chunk, ChunkArrays, ChunkFunction, ExecutionError
from porelight.execution.processes import MOST_LOSSES
from porelight.threads import use_threads

LOCAL = "local:"
_PATIENCE = 10  # s until a scheduler must have answered
_AHEAD = 2  # chunks that a worker has, one under work and one that waits
_SAME = ("porelight", "numpy", "numba", "scipy")  # on which the bits of a result depend


@dataclass(frozen=True, slots=True)
class DaskCluster:
    """The workers of a Dask scheduler.

    Attributes
    ----------
    scheduler : str
        Its address (``tcp://HOST:PORT``, ``tls://...``), or ``local:N`` for N workers begun here.
    """

    scheduler: str

    def __post_init__(self) -> None:
        """Check the address, and that Dask is installed."""
        n = self.scheduler.removeprefix(LOCAL)
        is_local = self.scheduler.startswith(LOCAL) and n.isdecimal() and int(n) > 0
        if not is_local and "://" not in self.scheduler:
            raise ExecutionError(
                f"scheduler is {self.scheduler!r}; expected an address such as "
                "tcp://HOST:8786, or local:N for N workers of this machine."
            )
        try:
            import distributed  # noqa: F401, PLC0415
        except ImportError:
            raise ExecutionError(
                "a scheduler needs Dask; install it with: pip install 'porelight[dask]'"
            ) from None

    @property
    def n_workers(self) -> int:
        """Workers begun here; of another's cluster at least one, and more may join."""
        return int(self.scheduler.removeprefix(LOCAL)) if self._is_local else 1

    @property
    def _is_local(self) -> bool:
        return self.scheduler.startswith(LOCAL)

    def completed(
        self, function: ChunkFunction, chunks: Sequence[Chunk]
    ) -> Iterator[tuple[Chunk, ChunkArrays]]:
        """Yield each chunk with its arrays; see `porelight.execution.chunks.Executor`."""
        from distributed.scheduler import KilledWorker  # noqa: PLC0415

        with self._client() as client:
            require_same_versions(client)
            task = partial(_alone, function)
            waiting = iter(chunks)
            losses = dict.fromkeys(chunks, 0)
            under_work: dict[Any, Chunk] = {}
            arriving = _dask().as_completed()

            def submit(chunk: Chunk) -> None:
                # not pure: what a dead worker may have left half done is never taken for a result
                future = client.submit(task, chunk, pure=False)
                under_work[future] = chunk
                arriving.add(future)

            def fill() -> None:
                wanted = _AHEAD * max(1, len(client.ncores()))
                while len(under_work) < wanted and (chunk := next(waiting, None)) is not None:
                    submit(chunk)

            try:
                fill()
                while under_work:
                    future = next(arriving)
                    chunk = under_work.pop(future)
                    try:
                        found = future.result()
                    except KilledWorker as lost:
                        losses[chunk] += 1
                        if losses[chunk] >= MOST_LOSSES:
                            raise ExecutionError(
                                f"chunk {chunk.number} lost its worker again and again "
                                f"({lost.last_worker.address}); it may want more memory than "
                                "there is. Other chunks are kept."
                            ) from None
                        submit(chunk)
                        continue
                    fill()
                    yield chunk, found
            finally:
                client.cancel(list(under_work), force=True)

    @contextmanager
    def _client(self) -> Iterator[Any]:
        dask = _dask()
        if self._is_local:
            with (
                dask.LocalCluster(
                    n_workers=self.n_workers,
                    threads_per_worker=1,
                    dashboard_address=None,
                    silence_logs=50,
                ) as cluster,
                dask.Client(cluster) as client,
            ):
                yield client
            return
        try:
            client = dask.Client(self.scheduler, timeout=_PATIENCE)
        except (OSError, TimeoutError, ValueError) as problem:
            raise ExecutionError(
                f"no scheduler answers at {self.scheduler} within {_PATIENCE} s "
                f"({' '.join(str(problem).split())[:120]}); start one with 'dask scheduler', or "
                "leave --scheduler out to work on this machine."
            ) from None
        with client:
            if not client.ncores():
                raise ExecutionError(
                    f"the scheduler at {self.scheduler} has no workers; start some with 'dask "
                    f"worker {self.scheduler} --nthreads 1'."
                )
            yield client


def _dask() -> Any:
    """Return the library, whose functions have no types."""
    import distributed  # noqa: PLC0415

    return distributed


def require_same_versions(client: Any) -> None:
    """Refuse workers whose versions of what decides the bits are not those here.

    Raises
    ------
    ExecutionError
        If one differs; the first is named.
    """
    here = versions()
    for worker, there in sorted(client.run(versions).items()):
        for name, version in here.items():
            if there.get(name) != version:
                raise ExecutionError(
                    f"worker {worker} has {name} {there.get(name, 'not at all')}, this process "
                    f"{version}; results would differ. Install the same version on both."
                )


def versions() -> dict[str, str]:
    """Return the versions on which the bits of a result depend."""
    from importlib.metadata import PackageNotFoundError, version  # noqa: PLC0415

    found = {"python": ".".join(map(str, sys.version_info[:2]))}
    for name in _SAME:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def _alone(function: ChunkFunction, chunk: Chunk) -> ChunkArrays:
    """Compute a chunk with one thread: a worker stands for one core."""
    use_threads(1)
    return function(chunk)
