"""Chunks of rows, and the one call that computes and keeps them.

    with ChunkStore(folder, ChunkManifest(...)) as store:
        run_chunks(function, store, Processes(2), progress)

`function` takes a `Chunk` and returns an array for each variable of the store, with one row for
each of the chunk's. It must be importable by name (or a `functools.partial` of such a function) and
draw its random numbers from its rows alone, such as by ``numpy.random.default_rng([seed, row])``:
then the result has the same bits on one worker and on a thousand, and after any stop.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

import numpy as np

from porelight.errors import PorelightError
from porelight.progress import Progress, unheard

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from porelight.execution.chunk_store import ChunkStore


class ExecutionError(PorelightError):
    """Workers cannot be had or do not agree, or what they compute cannot be kept."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Rows that are computed and kept together.

    Attributes
    ----------
    number : int
        Place among the chunks, from 0.
    start, stop : int
        First row, and the one after the last.
    """

    number: int
    start: int
    stop: int

    @property
    def rows(self) -> range:
        """The rows."""
        return range(self.start, self.stop)


ChunkArrays: TypeAlias = "Mapping[str, NDArray[Any]]"
ChunkFunction: TypeAlias = Callable[[Chunk], ChunkArrays]


class Executor(Protocol):
    """Something that computes chunks: processes of this machine, or those of a cluster."""

    @property
    def n_workers(self) -> int:
        """How many chunks are computed at once."""
        ...

    def completed(
        self, function: ChunkFunction, chunks: Sequence[Chunk]
    ) -> Iterator[tuple[Chunk, ChunkArrays]]:
        """Yield each chunk with its arrays as it is done, in any order.

        A chunk whose worker is lost is computed again. When the caller stops early, by an error of
        its own or by Ctrl-C, the workers end.

        Raises
        ------
        ExecutionError
            If workers cannot be had, or one chunk loses its worker again and again.
        """
        ...


@dataclass(frozen=True, slots=True)
class SameProcess:
    """Computes one chunk after the other where it is called: for what is small, and to debug."""

    @property
    def n_workers(self) -> int:
        """One."""
        return 1

    def completed(
        self, function: ChunkFunction, chunks: Sequence[Chunk]
    ) -> Iterator[tuple[Chunk, ChunkArrays]]:
        """Yield each chunk with its arrays; see `Executor`."""
        for chunk in chunks:
            yield chunk, function(chunk)


def run_chunks(
    function: ChunkFunction,
    store: "ChunkStore",
    executor: Executor,
    progress: Progress = unheard,
) -> int:
    """Compute the chunks that a store lacks, and keep each as it is done.

    Parameters
    ----------
    function : callable
        Takes a `Chunk` and returns an array for each variable of the store; see the module.
    store : ChunkStore
        Where they are kept; those that it has are not computed again.
    executor : Executor
        Who computes them.
    progress : callable
        Called with the share of all chunks that is done, 0 to 1.

    Returns
    -------
    int
        Chunks that were computed.

    Raises
    ------
    ExecutionError
        If workers or the store fail, or a result does not fit; what is done is kept.
    KeyboardInterrupt
        If interrupted; what is done is kept.
    """
    chunks = store.missing()
    n_kept = store.n_chunks - len(chunks)
    if not chunks:
        progress(1.0)
        return 0
    progress(n_kept / store.n_chunks)
    arriving = executor.completed(function, chunks)
    try:
        for done, (chunk, arrays) in enumerate(arriving, start=1):
            store.keep(chunk, {name: np.asarray(array) for name, array in arrays.items()})
            progress((n_kept + done) / store.n_chunks)
    finally:
        close = getattr(arriving, "close", None)
        if close is not None:  # workers end now, and not when the generator is collected
            close()
    return len(chunks)
