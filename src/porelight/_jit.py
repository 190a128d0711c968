"""The one way in which porelight compiles a kernel, and keeps it for the next start.

Numba keeps what it compiled until the file of the kernel changes. It does not notice a change in a
function that the kernel calls from another file, and would run the old one, or crash where the two
no longer fit. Here a kernel is kept until any file of its room changes. Numba asks a *locator* for
the folder and the stamp of what it keeps, and takes others than its own, if they are named in
NUMBA_CACHE_LOCATOR_CLASSES. Ours use the same folders and add the whole room to the stamp.

Numba keeps an index of numbered files for each kernel. Two processes that compile at once may read
the same index, choose the same number, and leave an index that promises the code of one signature
under the name of the other's. Here every signature has a file of its own, which says what it
holds and is put in place in one step, so processes may share a folder without waiting for others.
"""

import hashlib
import pickle
import time
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar, cast

import numba
from numba.core import caching, serialize

_pickled = cast("Callable[[object], bytes]", serialize.dumps)  # also knows functions

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


_DIGITS = 16  # of the digest in a file's name
_ANY_DIGITS = "?" * _DIGITS
_LONGEST_SAVE = 3600.0  # s; a file is written in thousandths of one


class OneFilePerSignature:
    """The kept code of one kernel; takes the place of Numba's `IndexDataCacheFile`.

    Parameters
    ----------
    cache_path : str
        Folder of the files.
    filename_base : str
        How the names of this kernel's files begin.
    source_stamp : object
        What a file must have been kept under to be used.
    """

    def __init__(self, cache_path: str, filename_base: str, source_stamp: object) -> None:
        self._folder = Path(cache_path)
        self._kernel = filename_base
        self._kept_under = (numba.__version__, source_stamp)

    def flush(self) -> None:
        """Forget all that was kept of this kernel."""
        for path in self._folder.glob(f"{self._kernel}.*.nbc"):
            path.unlink(missing_ok=True)

    def save(self, key: object, data: object) -> None:
        """Keep compiled code under its signature, processor and bytecode."""
        path = self._path_of(key)
        unfinished = path.with_suffix(f".{uuid.uuid4().hex[:_DIGITS]}")
        try:
            self._sweep()
            unfinished.write_bytes(b"".join(map(_pickled, (self._kept_under, (key, data)))))
            unfinished.replace(path)
        except OSError as problem:  # the code is compiled all the same
            _warn_once(f"{self._folder} cannot be written ({problem.strerror})")
        finally:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Remove what processes that were killed here left unfinished."""
        for path in self._folder.glob(f"{self._kernel}.{_ANY_DIGITS}.{_ANY_DIGITS}"):
            with suppress(OSError):
                if time.time() - path.stat().st_mtime > _LONGEST_SAVE:
                    path.unlink()

    def load(self, key: object) -> object | None:
        """Return what was kept under this key, or None where it must be compiled."""
        try:
            with self._path_of(key).open("rb") as file:
                # written by this user's own processes, like the bytecode beside it
                if pickle.load(file) != self._kept_under:  # noqa: S301
                    return None
                kept_key, data = pickle.load(file)  # noqa: S301
        except (OSError, EOFError, pickle.UnpicklingError):  # not there, not ours, or damaged
            return None
        return data if kept_key == key else None

    def _path_of(self, key: object) -> Path:
        digest = hashlib.sha256(repr(key).encode()).hexdigest()[:_DIGITS]
        return self._folder / f"{self._kernel}.{digest}.nbc"


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
    """Let Numba keep files in our way, where our locators say.

    Where the user has chosen locators, those and no others are asked.
    """
    with _one_at_a_time:  # modules may be imported by several threads
        numbas_own = caching.IndexDataCacheFile
        chosen = numba.config.CACHE_LOCATOR_CLASSES  # type: ignore[attr-defined]
        names = chosen.split(",") if chosen else [*_LOCATORS, *_OTHERS]
        ours = (_LOCATORS.get(name.strip().rpartition(".")[2], name) for name in names)
        numba.config.CACHE_LOCATOR_CLASSES = ",".join(ours)  # type: ignore[attr-defined]
        caching.IndexDataCacheFile = OneFilePerSignature  # type: ignore[assignment, misc]
        try:
            yield
        finally:
            caching.IndexDataCacheFile = numbas_own  # type: ignore[misc]
            numba.config.CACHE_LOCATOR_CLASSES = chosen  # type: ignore[attr-defined]


def is_kept(kernel: Callable[..., object]) -> bool:
    """Return whether a kernel of the present sources is kept, for whichever signature."""
    if not hasattr(kernel, "stats"):  # Python runs it as it is, and nothing is ever kept
        return True
    function = cast("Any", kernel).py_func
    room = Path(function.__code__.co_filename).parent
    if kernel.stats.cache_path is None:  # nowhere to keep it
        return False
    names = f"*{function.__qualname__}-{function.__code__.co_firstlineno}.*.{_ANY_DIGITS}.nbc"
    for path in Path(kernel.stats.cache_path).glob(names):
        with path.open("rb") as file:
            version, stamp = pickle.load(file)  # noqa: S301  as in `load`
        if (version, stamp[-1]) == (numba.__version__, _digest_of(room)):
            return True
    return False


def _compiled(function: F, **options: Any) -> F:
    """Compile when first called; keep the result until a file of the room changes."""
    options |= {"nogil": True, "error_model": "numpy"}
    try:
        with _kept_by_room():
            return cast("F", numba.njit(cache=True, **options)(function))
    except RuntimeError as problem:
        if "no locator available" not in str(problem):
            raise
        _warn_once("no folder for them can be written")
        return cast("F", numba.njit(**options)(function))


@cache
def _warn_once(why: str) -> None:
    """Warn that kernels are compiled in vain."""
    warnings.warn(
        f"compiled kernels cannot be kept: {why}. Every start compiles anew, some ten seconds; set "
        "NUMBA_CACHE_DIR to a folder of your own.",
        stacklevel=2,
    )


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
