"""The one way in which porelight compiles a kernel, and keeps it for the next start.

Numba keeps what it compiled until the file of the kernel changes. It does not notice a change in a
function that the kernel calls from another file, and would run the old one, or crash where the two
no longer fit. Here a kernel is kept until any file of its room changes.
"""

import hashlib
import inspect
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., object])


@cache
def _digest_of(room: Path) -> str:
    """Return what changes with any Python file of a room, or with the way of compiling."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(room.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _compiled(function: F, **options: Any) -> F:
    """Compile when first called; keep the result until a file of the room changes."""
    kernel = numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)
    if not numba.config.DISABLE_JIT:  # type: ignore[attr-defined]
        kept = kernel._cache._cache_file  # noqa: SLF001  Numba has no public way to add to the stamp
        room = Path(inspect.getfile(function)).parent
        kept._source_stamp = (kept._source_stamp, _digest_of(room))  # noqa: SLF001
    return cast("F", kernel)


def jit(function: F) -> F:
    """Compile a kernel of scalars and arrays: cached on disk, without the interpreter's lock.

    Threads share the work by calling the kernel on separate batches; the kernel itself is serial,
    so its result never depends on how many threads there are. `function.py_func` is the plain
    Python function. Fast math is refused by name: a function that leaves it open takes it over from
    whichever kernel happens to have it compiled, and its rounding with it.
    """
    return _compiled(function, fastmath=False)


def jit_fused(function: F) -> F:
    """Compile like `jit`, for the pieces of a SIMD loop, which never meets an infinity or a NaN.

    A product and the sum that follows it may become one instruction, rounded once; no sum is ever
    reordered, so the result is as sharp as without. A piece always becomes part of its caller: one
    call left in a loop would end its vectorisation.
    """
    finite = {"contract", "nnan", "ninf", "nsz"}
    return _compiled(function, fastmath=finite, forceinline=True)


# options that Numba's annotations leave out
_NO_COUNTS: dict[str, Any] = {"_nrt": False}


def jit_lent(function: F) -> F:
    """Compile like `jit` a kernel that makes no arrays: those it is given are lent to it.

    References to them are not counted, which a kernel of small functions that hand arrays on would
    do with every packet.
    """
    return _compiled(function, fastmath=False, **_NO_COUNTS)


def jit_inlined(function: F) -> F:
    """Compile like `jit_lent`, as a piece that always becomes part of its caller."""
    return _compiled(function, fastmath=False, forceinline=True, **_NO_COUNTS)
