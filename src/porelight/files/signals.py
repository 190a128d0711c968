"""Signals that wait while results are put in place, so that no moment of it is the last."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

# what ends a process that has no answer to it, and can be waited for
ENDING = tuple(
    getattr(signal, name)
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGXCPU", "SIGUSR1", "SIGUSR2")
    if hasattr(signal, name)
)


@contextmanager
def signals_held() -> Iterator[None]:
    """Let signals that would end the process take effect after the block.

    Masks of threads would not do: a signal that a thread of a library takes reaches Python's main
    thread all the same. Other threads are never interrupted by Python, and nothing is done there.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: list[int] = []
    # one that Python did not set cannot be put back
    before = {one: signal.getsignal(one) for one in ENDING if signal.getsignal(one) is not None}
    try:
        for number in before:
            signal.signal(number, lambda number, _frame: came.append(number))
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in dict.fromkeys(came):
            signal.raise_signal(number)
