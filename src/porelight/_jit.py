"""The one way in which porelight compiles a kernel."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


def jit(function: F) -> F:
    """Compile a kernel of scalars and arrays: cached on disk, without the interpreter's lock.

    Threads share the work by calling the kernel on separate batches; the kernel itself is serial,
    so its result never depends on how many threads there are. `function.py_func` is the plain
    Python function. Fast math is refused by name: a function that leaves it open takes it over from
    whichever kernel happens to have it compiled, and its rounding with it.
    """
    exact = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False)
    return cast("F", exact(function))


def jit_fused(function: F) -> F:
    """Compile like `jit`, for the pieces of a SIMD loop, which never meets an infinity or a NaN.

    A product and the sum that follows it may become one instruction, rounded once; no sum is ever
    reordered, so the result is as sharp as without. A piece always becomes part of its caller: one
    call left in a loop would end its vectorisation.
    """
    finite = {"contract", "nnan", "ninf", "nsz"}
    compiled = numba.njit(
        cache=True, nogil=True, error_model="numpy", fastmath=finite, forceinline=True
    )
    return cast("F", compiled(function))


# options that Numba's annotations leave out
_NO_COUNTS: dict[str, Any] = {"_nrt": False}


def jit_lent(function: F) -> F:
    """Compile like `jit` a kernel that makes no arrays: those it is given are lent to it.

    References to them are not counted, which a kernel of small functions that hand arrays on would
    do with every packet.
    """
    exact = numba.njit(cache=True, nogil=True, error_model="numpy", fastmath=False, **_NO_COUNTS)
    return cast("F", exact(function))


def jit_inlined(function: F) -> F:
    """Compile like `jit_lent`, as a piece that always becomes part of its caller."""
    exact = numba.njit(
        cache=True,
        nogil=True,
        error_model="numpy",
        fastmath=False,
        forceinline=True,
        **_NO_COUNTS,
    )
    return cast("F", exact(function))
