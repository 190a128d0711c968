"""Work on several cores by threads: kernels and most of NumPy release the interpreter's lock."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

# items in the queue for each thread: no thread is idle, and little work is lost at a stop
_WAITING = 2


# cores that this process was told to use; None for all that it may
_told: int | None = None


def use_threads(n: int | None) -> None:
    """Let this process use so many cores from now on; None for all that the system allows.

    A worker of many stands for one core (`porelight.execution`).
    """
    global _told  # noqa: PLW0603  as the number of cores it is a property of the process
    _told = n


def available_threads() -> int:
    """Return how many cores this process may use."""
    if _told is not None:
        return _told
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def in_order(
    compute: Callable[[Item], Result], work: Iterable[Item], n_threads: int
) -> Iterator[tuple[Item, Result]]:
    """Compute items on threads and yield each with its result, in the order of the items.

    If the caller stops early, by an error of its own or by Ctrl-C, what has not begun never begins.
    """
    remaining = iter(work)
    executor = ThreadPoolExecutor(max_workers=n_threads)
    ahead: deque[tuple[Item, Future[Result]]] = deque()

    def submit(item: Item) -> None:
        ahead.append((item, executor.submit(compute, item)))

    try:
        for item in islice(remaining, _WAITING * n_threads):
            submit(item)
        while ahead:
            item, found = ahead.popleft()
            result = found.result()
            for following in islice(remaining, 1):
                submit(following)
            yield item, result
    finally:
        executor.shutdown(wait=True, cancel_futures=True)
