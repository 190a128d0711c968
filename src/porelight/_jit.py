"""The one way in which porelight compiles a kernel, and keeps it for the next start.

Numba keeps what it compiled until the file of the kernel changes. It does not notice a change in a
function that the kernel calls from another file, and would run the old one, or crash where the two
no longer fit. Here a kernel is kept until any file of its room changes. Numba asks a *locator* for
the folder and the stamp of what it keeps, and takes others than its own, if they are named in
NUMBA_CACHE_LOCATOR_CLASSES. Ours use the same folders and add the whole room to the stamp.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

import numba
from numba.core import caching

F = TypeVar("F", bound=Callable[..., object])


@cache
def _digest_of(room: Path) -> str:
    """Return what changes with any Python file of a room, or with the way of compiling."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sorted(room.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    return digest.hexdigest()


class _StampOfRoom:
    """A locator of Numba, which stands behind it, with the kernel's whole room in its stamp."""

    def __init__(self, py_func: Callable[..., object], py_file: str) -> None:
        super().__init__(py_func, py_file)  # type: ignore[call-arg]
        self._room = Path(py_file).parent

    def get_source_stamp(self) -> tuple[object, str]:
        """Return what Numba compares with the stamp of what it kept."""
        usual = super().get_source_stamp()  # type: ignore[misc]
        return usual, _digest_of(self._room)


class InChosenFolder(_StampOfRoom, caching.UserProvidedCacheLocator):
    """Keep kernels in the folder that NUMBA_CACHE_DIR names."""


class BesideSource(_StampOfRoom, caching.InTreeCacheLocator):
    """Keep kernels in the ``__pycache__`` of their room."""


class InUsersCache(_StampOfRoom, caching.UserWideCacheLocator):
    """Keep kernels in the user's cache, where the package itself cannot be written to."""


# Numba's name of a locator, in its order of trying them -> the one that stands in for it
_LOCATORS = {
    "UserProvidedCacheLocator": f"{__name__}.InChosenFolder",
    "InTreeCacheLocator": f"{__name__}.BesideSource",
    "UserWideCacheLocator": f"{__name__}.InUsersCache",
}
_OTHERS = ("IPythonCacheLocator", "ZipCacheLocator")  # of code without a room; Numba's own
_one_at_a_time = Lock()


@contextmanager
def _kept_by_room() -> Iterator[None]:
    """Let Numba ask our locators; where the user has chosen some, those and no others."""
    with _one_at_a_time:  # modules may be imported by several threads
        chosen = numba.config.CACHE_LOCATOR_CLASSES  # type: ignore[attr-defined]
        names = chosen.split(",") if chosen else [*_LOCATORS, *_OTHERS]
        ours = (_LOCATORS.get(name.strip().rpartition(".")[2], name) for name in names)
        numba.config.CACHE_LOCATOR_CLASSES = ",".join(ours)  # type: ignore[attr-defined]
        try:
            yield
        finally:
            numba.config.CACHE_LOCATOR_CLASSES = chosen  # type: ignore[attr-defined]


def _compiled(function: F, **options: Any) -> F:
    """Compile when first called; keep the result until a file of the room changes."""
    with _kept_by_room():
        kernel = numba.njit(cache=True, nogil=True, error_model="numpy", **options)(function)
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
