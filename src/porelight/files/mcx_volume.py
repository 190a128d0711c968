"""The volume of an MCX case as plane layers: which medium each slice of voxels along z holds.

It is drawn by shapes, in the case or in a file beside it, or stored voxel by voxel.
"""

import math
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from porelight.errors import ParameterError
from porelight.files.documents import read_json
from porelight.files.foreign import ForeignTable
from porelight.files.jnii import array_of
from porelight.files.mcx_shapes import McxVolume, box_size, drawn

# the number of a medium for each voxel in a raw file
_RAW: dict[str, np.dtype[Any]] = {
    "byte": np.dtype("u1"),
    "short": np.dtype("<u2"),
    "integer": np.dtype("<u4"),
}
COMMENT = "no part of a case, as far as MCX reads it"


def mcx_volume(document: ForeignTable, domain: ForeignTable, folders: list[Path]) -> McxVolume:
    """Return the volume of a case.

    Parameters
    ----------
    document, domain : ForeignTable
        The document and its Domain.
    folders : list of Path
        Where a file that the case names may lie.

    Raises
    ------
    ParameterError
        If it is missing, damaged, or not made of plane layers.
    """
    kind = str(domain.get("MediaFormat", "byte"))
    if kind not in _RAW:
        raise ParameterError(
            f"Domain.MediaFormat is {kind[:40]!r}, media given voxel by voxel; porelight reads the "
            f"number of a medium for each voxel: {', '.join(_RAW)}."
        )
    dim = domain.get("Dim")
    size = None if dim is None else box_size(dim, "Domain.Dim")
    file, shapes = domain.get("VolumeFile", ""), document.get("Shapes")
    if file:
        if shapes is not None:
            raise ParameterError(
                "Domain.VolumeFile and Shapes both say what lies where; expected one of them."
            )
        path = _beside(file, folders)
        if path.suffix.lower() != ".json":
            return _sliced(_raw_volume(path, kind, size))
        table = document.child(read_json(path, "a shape file of MCX", line_breaks=True), path.name)
        shapes = table.get("Shapes")
        table.without_effect(COMMENT, *table.leftover())
    if isinstance(shapes, dict) and "_ArraySize_" in shapes:
        return _sliced(_packed_volume(shapes))
    origin = 0.0 if domain.get("OriginType", 0) else 1.0
    return _drawn(document, shapes, size, origin)


def _drawn(
    document: ForeignTable, shapes: Any, size: tuple[int, int, int] | None, origin: float
) -> McxVolume:
    """Return the volume that a list of shapes draws into a box."""
    if isinstance(shapes, dict) and isinstance(shapes.get("Shapes"), list):
        shapes = shapes["Shapes"]
    if not isinstance(shapes, list):
        raise ParameterError("neither Shapes nor Domain.VolumeFile says what lies where.")
    volume = McxVolume(np.zeros(0, np.int64), (0, 0), origin=origin)
    if size is not None:
        volume = McxVolume(np.zeros(size[2], np.int64), size[:2], origin=origin)
    for i, shape in enumerate(shapes, start=1):
        volume = drawn(volume, document.child(shape, f"Shapes[{i}]"))
    if volume.labels.size == 0:
        raise ParameterError("neither Domain.Dim nor a Grid says how large the volume is.")
    return volume


def _beside(name: Any, folders: list[Path]) -> Path:
    """Return the file that a case names; it must lie beside the case."""
    plain = isinstance(name, str) and Path(name).name == name
    for folder in folders if plain else []:
        path = folder / str(name)
        if path.is_file():
            return path
    raise ParameterError(
        f"Domain.VolumeFile is {str(name)[:80]!r}; expected a file beside the case, and there is "
        "none of this name."
    )


def _packed_volume(shapes: dict[str, Any]) -> NDArray[np.float64]:
    try:
        return array_of(shapes)
    except (ValueError, KeyError, TypeError) as problem:
        raise ParameterError(f"Shapes holds no readable volume ({problem}).") from None


def _raw_volume(path: Path, kind: str, size: tuple[int, int, int] | None) -> NDArray[np.float64]:
    if size is None:
        raise ParameterError("Domain.Dim is missing; expected three numbers of voxels.")
    dtype = _RAW[kind]
    expected = math.prod(size) * dtype.itemsize
    if path.stat().st_size != expected:
        raise ParameterError(
            f"{path.name} has {path.stat().st_size} bytes; expected {expected}, {dtype.itemsize} "
            f"for each voxel (MediaFormat {kind})."
        )
    data = np.frombuffer(path.read_bytes(), dtype=dtype)
    return data.astype(np.float64).reshape(size, order="F")


def _sliced(volume: NDArray[np.float64]) -> McxVolume:
    if volume.ndim == 4 and volume.shape[3] == 1:
        volume = volume[..., 0]
    if volume.ndim != 3:
        raise ParameterError(f"the volume has {volume.ndim} axes; expected x, y, z.")
    first = volume[:1, :1, :]
    if (volume != first).any():
        z = int(np.argwhere(volume != first)[0][2])
        raise ParameterError(
            f"slice {z + 1} along z holds more than one medium; porelight has plane layers, "
            "so each slice must hold one."
        )
    broken = volume[0, 0] != np.floor(volume[0, 0])
    if broken.any():
        medium = float(volume[0, 0][broken][0])
        raise ParameterError(f"the volume holds medium {medium:g}; expected whole numbers.")
    return McxVolume(np.asarray(volume[0, 0], dtype=np.int64), (volume.shape[0], volume.shape[1]))
