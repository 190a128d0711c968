"""How a command is stopped: every signal that would end it lets it keep what is done."""

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from porelight.cli.console import complain
from porelight.files.publication import reason_of
from porelight.files.signals import ENDING


@contextmanager
def stopped_as_by_ctrl_c() -> Iterator[list[int]]:
    """Let every signal that ends a process raise `KeyboardInterrupt`, as Ctrl-C does.

    Yields the numbers of the signals that came.
    """
    came: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield came
        return

    def stop(number: int, _frame: object) -> None:
        came.append(number)
        raise KeyboardInterrupt

    # one that is ignored, as under nohup, stays ignored
    usual = (signal.SIG_DFL, signal.default_int_handler)
    before = {one: signal.getsignal(one) for one in ENDING if signal.getsignal(one) in usual}
    try:
        for number in before:
            signal.signal(number, stop)
        yield came
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def kept_when_stopped() -> Iterator[None]:
    """Let the line about a stop tell that what was done in the block is kept, whenever it comes.

    Around all of a command: a second signal may come while the first is being heeded, and
    ``timeout`` sends two.
    """
    try:
        yield
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            "what is done is kept, and the same command goes on where it stopped; what was under "
            "work begins again"
        ) from None


def tell_of_stop(written: list[Path], told: str = "") -> None:
    """Say what there is of a command that was stopped: files, or what it tells itself."""
    kept = ", ".join(map(str, written))
    complain(f"interrupted; {told or (f'kept: {kept}' if kept else 'nothing was written')}.")


def tell_of_system(problem: OSError) -> int:
    """Say what the system refused that no door has told of in its own words; returns 2."""
    what = problem.filename or "what is to be shown"
    complain(f"{what}: refused by the system ({reason_of(problem)}).")
    return 2


def show_all() -> int:
    """Write out what is printed; returns 0, or 2 if that cannot be done.

    A reader that has read enough, such as ``head``, is no mistake.
    """
    try:
        sys.stdout.flush()
    except OSError as problem:
        # else Python would try once more when it ends, and fail with a traceback
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        if isinstance(problem, BrokenPipeError):
            return 0
        return tell_of_system(problem)
    return 0
