"""Large pictures looked at in strips of rows, so that memory does not grow with the picture.

What a filter says of a row depends on no row farther away than its reach, and a strip has all
columns: with that many rows more on each side, each strip has the bits that the whole would have. A
picture below `STRIP` pixels is one strip. All cores work on strips, and what they yield comes in
order, so that nothing depends on how many cores there are.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from porelight.threads import available_threads, in_order

STRIP = 500_000  # px; its images of 2 MB stay in a core's cache, and memory is used again

Result = TypeVar("Result")
Second = TypeVar("Second")


def strips(shape: tuple[int, ...], most: int = STRIP) -> list[slice]:
    """Return the rows of each strip of a picture of this shape, from the top.

    Examples
    --------
    >>> strips((10, 4), most=16)
    [slice(0, 4, None), slice(4, 8, None), slice(8, 10, None)]
    """
    rows, cols = shape[:2]
    step = max(1, most // max(cols, 1))
    # as long as one another, so that no core waits for the one with the last
    step = max(1, -(-rows // max(1, -(-rows // step))))
    return [slice(first, min(first + step, rows)) for first in range(0, rows, step)]


def on_cores(
    compute: Callable[[slice], Result], parts: Iterable[slice]
) -> Iterator[tuple[slice, Result]]:
    """Yield each strip with what is computed for it, in their order.

    Examples
    --------
    >>> list(on_cores(lambda part: part.stop, strips((10, 4), most=24)))
    [(slice(0, 5, None), 5), (slice(5, 10, None), 10)]
    """
    todo = list(parts)
    n_threads = min(available_threads(), len(todo))
    if n_threads < 2:
        yield from ((part, compute(part)) for part in todo)
    else:
        yield from in_order(compute, todo, n_threads)


def beside(one: Callable[[], Result], other: Callable[[], Second]) -> tuple[Result, Second]:
    """Return what two calls return, made at once where there are two cores.

    Examples
    --------
    >>> beside(lambda: 1, lambda: "two")
    (1, 'two')
    """
    if available_threads() < 2:
        return one(), other()
    with ThreadPoolExecutor(1) as pool:
        later = pool.submit(one)
        second = other()
        return later.result(), second


def each(compute: Callable[[slice], object], parts: Iterable[slice]) -> None:
    """Call for each strip what writes its own rows."""
    for _ in on_cores(compute, parts):
        pass


def widened(part: slice, reach: int, rows: int, block: int = 1) -> tuple[slice, slice]:
    """Return a strip with `reach` rows more on each side, and where its own rows lie in that.

    With blocks, it begins where one of the whole picture's begins.

    Examples
    --------
    >>> widened(slice(4, 8), 3, 10)
    (slice(1, 10, None), slice(3, 7, None))
    >>> widened(slice(6, 8), 3, 12, block=2)
    (slice(2, 11, None), slice(4, 6, None))
    """
    first, last = max(part.start - reach, 0) // block * block, min(part.stop + reach, rows)
    return slice(first, last), slice(part.start - first, part.stop - first)


def whole(shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return a mask that is True everywhere, in one byte; it cannot be written to.

    Examples
    --------
    >>> whole((2, 3)).tolist()
    [[True, True, True], [True, True, True]]
    """
    return np.broadcast_to(np.True_, shape)


def counted(values: Iterable[NDArray[Any]], largest: int = 255) -> NDArray[np.int64]:
    """Return how often each whole number from 0 to `largest` occurs, shape (largest + 1,)."""
    total = np.zeros(largest + 1, np.int64)
    for some in values:
        total += np.bincount(some.ravel(), minlength=largest + 1)
    return total


def median_of_counts(count: NDArray[np.int64]) -> float:
    """Return the median of whole numbers from how often each occurs; NaN where there is none.

    Examples
    --------
    >>> median_of_counts(np.array([1, 0, 2, 1]))
    2.0
    >>> median_of_counts(np.array([1, 0, 1, 0]))
    1.0
    """
    total = int(count.sum())
    if total == 0:
        return float("nan")
    reached = np.cumsum(count)
    middle = np.searchsorted(reached, [(total - 1) // 2, total // 2], side="right")
    return 0.5 * float(middle.sum())
