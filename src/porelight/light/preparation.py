"""Compilation of a kernel ahead of a run, so that a program can tell its user what it waits for.

A kernel is compiled for the kinds of things in a scene (pore, vessels, cell, weight window), the
first time such a scene is run on a machine, which takes about ten seconds; later processes load the
result from a cache in about one.
"""

import threading
import time
from collections.abc import Callable

from porelight.light._batches import Batch
from porelight.light._runs import Kernel, Scene, kernel_for, tracer

_PATIENCE = 2.0  # [s]


def prepare(
    scene: Scene, kernel: Kernel = "fast", on_waiting: Callable[[], None] | None = None
) -> float:
    """Compile the kernel that a scene needs, or load it; return how long that took [s].

    Parameters
    ----------
    scene : Scene
        Scene, from `porelight.light.transport.scene_of`.
    kernel : {"fast", "reference"}
        Kernel, as for `transport`.
    on_waiting : callable, optional
        Called once, from another thread, if it takes longer than two seconds: the moment to tell
        the user that a kernel is being compiled.

    Returns
    -------
    float
        Seconds; a later run of such a scene in this process starts at once.
    """
    one = Batch.numbered(0, 1, 0)
    return prepared_by(lambda: tracer(scene, kernel_for(scene, kernel))(one), on_waiting)


def prepared_by(work: Callable[[], object], on_waiting: Callable[[], None] | None = None) -> float:
    """Do a small part of some work, so that its code is compiled; return how long it took [s].

    Parameters
    ----------
    work : callable
        The work with few photons, of the same kind as the work that follows.
    on_waiting : callable, optional
        Called once if it takes longer than two seconds, as for `prepare`.
    """
    start = time.perf_counter()
    timer = threading.Timer(_PATIENCE, on_waiting or _nothing)
    timer.start()
    try:
        work()
    finally:
        timer.cancel()
    return time.perf_counter() - start


def _nothing() -> None:
    """Stand in for a hook that was not given."""
