"""Results that are kept chunk by chunk: arrays in Zarr v3, a manifest, a file for each chunk done.

A folder holds ``manifest.json`` (of what the results are), ``arrays.zarr`` (the arrays, whose first
axis is cut as the work is) and ``done/N`` for each chunk, which is renamed to its place after the
chunk's arrays are written and holds their hash. So there is no file that two writers share, what is
half written is not done, and what was damaged since is computed again.
"""

import json
import os
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from hashlib import blake2b
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from porelight import __version__
from porelight.errors import did_you_mean
from porelight.execution.chunks import Chunk, ExecutionError

FORMAT = "porelight chunks 1"
MANIFEST, ARRAYS, DONE, LOCK = "manifest.json", "arrays.zarr", "done", ".lock"
_HASH_BYTES = 16


@dataclass(frozen=True, slots=True)
class StoredVariable:
    """One array of a store, by what each row of it is.

    Attributes
    ----------
    dims : tuple of str
        Names of the axes after that of the rows.
    shape : tuple of int
        Their sizes.
    dtype : str
        Type of the numbers, as NumPy writes it: ``<f8``.
    unit : str
        Unit; ``1`` for none.
    meaning : str
        What it is, in words.
    """

    dims: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    dtype: str = "<f8"
    unit: str = "1"
    meaning: str = ""


@dataclass(frozen=True, slots=True)
class ChunkManifest:
    """What the results of a store are results of; a store takes no other's.

    Attributes
    ----------
    what : str
        The work in words, with its article: "a sweep".
    content : mapping of str to text, numbers, lists and mappings of them
        All that decides the results: hash of the course, seed, parameters.
    n_rows, rows_per_chunk : int
        Rows in all, and of each chunk (the last may be shorter).
    variables : mapping of str to StoredVariable
        The arrays.
    version : str
        Version of porelight.
    """

    what: str
    content: Mapping[str, Any]
    n_rows: int
    rows_per_chunk: int
    variables: Mapping[str, StoredVariable]
    version: str = field(default=__version__)

    @property
    def document(self) -> dict[str, Any]:
        """The manifest as it is written."""
        # through JSON, so that a tuple is the list that will be read again
        document: dict[str, Any] = json.loads(json.dumps({"format": FORMAT, **asdict(self)}))
        return document


class ChunkStore:
    """Results of one work in a folder, begun or gone on with.

    Parameters
    ----------
    folder : Path
        New, empty, or with a store of the same manifest.
    manifest : ChunkManifest
        What the results are results of.

    Raises
    ------
    ExecutionError
        If the folder holds the results of another work or anything else, or cannot be written.
    """

    def __init__(self, folder: Path, manifest: ChunkManifest) -> None:
        if manifest.n_rows < 1 or manifest.rows_per_chunk < 1:
            raise ExecutionError("a store has at least one row, and a chunk of it too.")
        self.folder = folder
        self.manifest = manifest
        with self._written():
            folder.mkdir(parents=True, exist_ok=True)
            self._hold()
            if (folder / MANIFEST).is_file():
                self._require_same()
                (folder / DONE).mkdir(exist_ok=True)
            else:
                self._begin()
        self._arrays = self._opened()

    @property
    def n_chunks(self) -> int:
        """Chunks in all."""
        return -(-self.manifest.n_rows // self.manifest.rows_per_chunk)

    @property
    def chunks(self) -> tuple[Chunk, ...]:
        """All chunks in order."""
        size, n = self.manifest.rows_per_chunk, self.manifest.n_rows
        return tuple(
            Chunk(number, start, min(start + size, n))
            for number, start in enumerate(range(0, n, size))
        )

    def missing(self) -> tuple[Chunk, ...]:
        """Return the chunks that are not kept, or not as they were written."""
        return tuple(chunk for chunk in self.chunks if not self._is_kept(chunk))

    def keep(self, chunk: Chunk, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Write the arrays of a chunk, then that it is done.

        Raises
        ------
        ExecutionError
            If they are not those of the manifest, or cannot be written.
        """
        fitting = self._fitting(chunk, arrays)
        with self._written():
            for name, array in fitting.items():
                self._arrays[name][chunk.start : chunk.stop] = array
            _appear(self.folder / DONE / str(chunk.number), _hash_of(fitting))

    def read(self) -> dict[str, NDArray[Any]]:
        """Return all arrays, rows first.

        Raises
        ------
        ExecutionError
            If chunks are missing.
        """
        lacking = self.missing()
        if lacking:
            raise ExecutionError(
                f"{self.folder} lacks {len(lacking)} of {self.n_chunks} chunks; the same command "
                "goes on with it."
            )
        return {name: np.asarray(self._arrays[name][:]) for name in self.manifest.variables}

    def fingerprint(self) -> str:
        """Return a hash of all that is kept: equal for the same bits, wherever computed."""
        marks = [(self.folder / DONE / str(one.number)).read_text("utf-8") for one in self.chunks]
        return blake2b("".join(marks).encode(), digest_size=_HASH_BYTES).hexdigest()

    def _hold(self) -> None:
        """Hold the folder until this store is gone, so that two runs never write into one."""
        try:
            import fcntl  # noqa: PLC0415  not on Windows
        except ImportError:
            return
        lock = os.open(self.folder / LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except (BlockingIOError, PermissionError):
            os.close(lock)
            raise ExecutionError(
                f"{self.folder} is in use by another run of porelight; wait until it ends, or give "
                "another folder."
            ) from None
        except OSError:  # a file system without locks
            os.close(lock)
            return
        weakref.finalize(self, os.close, lock)

    def _begin(self) -> None:
        own = {ARRAYS, DONE, LOCK}
        other = sorted(one.name for one in self.folder.iterdir() if one.name not in own)
        other = [name for name in other if not name.startswith(".tmp-")]
        if other:
            raise ExecutionError(
                f"{self.folder} holds {other[0]!r}, which is not part of {self.manifest.what}; "
                "expected a new or empty folder."
            )
        import zarr  # noqa: PLC0415  a third of a second

        (self.folder / DONE).mkdir(exist_ok=True)
        group = zarr.create_group(str(self.folder / ARRAYS), zarr_format=3, overwrite=True)
        for name, one in self.manifest.variables.items():
            group.create_array(
                name,
                shape=(self.manifest.n_rows, *one.shape),
                chunks=(self.manifest.rows_per_chunk, *one.shape),
                dtype=np.dtype(one.dtype),
                dimension_names=("row", *one.dims),
                attributes={"units": one.unit, "long_name": one.meaning},
            )
        # last: a folder with a manifest has its arrays
        _appear(self.folder / MANIFEST, json.dumps(self.manifest.document, indent=1))

    def _require_same(self) -> None:
        try:
            found = json.loads((self.folder / MANIFEST).read_bytes())
        except ValueError:
            found = None
        if not isinstance(found, dict) or found.get("format") != FORMAT:
            raise ExecutionError(
                f"{self.folder / MANIFEST} is not of porelight; give the results another folder."
            )
        expected = self.manifest.document
        if found == expected:
            return
        other = _first_difference(found, expected)
        raise ExecutionError(
            f"{self.folder} holds the results of {found.get('what')} that differs in {other}; give "
            "another folder, or remove this one."
        )

    def _opened(self) -> Any:
        import zarr  # noqa: PLC0415

        try:
            # by ourselves: the library may know an array that is no longer there
            for place in ("", *self.manifest.variables):
                described = (self.folder / ARRAYS / place / "zarr.json").read_bytes()
                dict(json.loads(described))["zarr_format"]
            group = zarr.open_group(str(self.folder / ARRAYS), mode="r+")
            for name in self.manifest.variables:
                group[name]
        except Exception as problem:  # whatever a damaged file makes of the library
            raise ExecutionError(
                f"{self.folder / ARRAYS} is damaged and cannot be opened "
                f"({' '.join(str(problem).split())}); remove {self.folder} and begin again."
            ) from None
        return group

    def _is_kept(self, chunk: Chunk) -> bool:
        mark = self.folder / DONE / str(chunk.number)
        return mark.is_file() and mark.read_bytes() == self._hash(chunk).encode()

    def _hash(self, chunk: Chunk) -> str:
        names = self.manifest.variables
        try:
            rows = {n: np.asarray(self._arrays[n][chunk.start : chunk.stop]) for n in names}
        except Exception:
            return ""
        return _hash_of(rows)

    def _fitting(self, chunk: Chunk, arrays: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
        expected = self.manifest.variables
        for name in arrays:
            if name not in expected:
                raise ExecutionError(f"no variable is named {name!r}{did_you_mean(name, expected)}")
        fitting = {}
        for name, one in expected.items():
            shape = (chunk.stop - chunk.start, *one.shape)
            if name not in arrays or arrays[name].shape != shape:
                got = arrays[name].shape if name in arrays else "nothing"
                raise ExecutionError(
                    f"chunk {chunk.number} has {got} of {name!r}; expected an array of shape "
                    f"{shape}."
                )
            fitting[name] = np.ascontiguousarray(arrays[name], dtype=np.dtype(one.dtype))
        return fitting

    @contextmanager
    def _written(self) -> Iterator[None]:
        try:
            yield
        except OSError as problem:
            raise ExecutionError(
                f"{self.folder}: cannot be written ({problem.strerror or problem}); what is done "
                "is kept, and the same command goes on with it."
            ) from None


def _hash_of(arrays: Mapping[str, NDArray[Any]]) -> str:
    digest = blake2b(digest_size=_HASH_BYTES)
    for name in sorted(arrays):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(arrays[name]).tobytes())
    return digest.hexdigest()


def _appear(path: Path, text: str) -> None:
    """Write a small file that is there whole or not at all."""
    staged = path.with_name(f".tmp-{path.name}-{os.getpid()}")
    with staged.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    staged.replace(path)


def _first_difference(found: Any, expected: Any, where: str = "") -> str:
    """Return where two documents differ first, with both values."""
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in sorted({*found, *expected}):
            if found.get(key) != expected.get(key):
                place = f"{where}.{key}" if where else key
                return _first_difference(found.get(key), expected.get(key), place)
    return f"{where} ({str(found)[:60]}, not {str(expected)[:60]})"
