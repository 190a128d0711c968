"""The one way in which porelight compiles a kernel."""

from collections.abc import Callable
from typing import TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def jit(function: F) -> F:
    """Compile a kernel of scalars and arrays: cached on disk, without the interpreter's lock.

    Threads share the work by calling the kernel on separate batches; the kernel itself is serial,
    so its result never depends on how many threads there are. `function.py_func` is the plain
    Python function.
    """
    return cast("F", numba.njit(cache=True, nogil=True, error_model="numpy")(function))
