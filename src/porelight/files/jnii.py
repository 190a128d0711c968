"""Volumes as JNIfTI (.jnii): a NIfTI header and its data in plain JSON, as MCX writes and reads.

References
----------
.. [1] Q. Fang, "JNIfTI: an extensible file format for storage and interchange of neuroimaging
   data," draft 1 (2020), https://neurojson.org/jnifti/draft1; arrays follow the JData draft 3.
"""

import base64
import json
import zlib
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight import __version__
from porelight.errors import InputFileError
from porelight.files.writing import require_file, write_text
from porelight.quantities import Floats
from porelight.units import mm

Volume: TypeAlias = NDArray[np.float32] | NDArray[np.uint8]

_TYPES = {"float32": ("single", 32), "uint8": ("uint8", 8)}
_DTYPES = {
    "single": "<f4", "double": "<f8", "uint8": "u1", "int8": "i1", "uint16": "<u2",
    "int16": "<i2", "uint32": "<u4", "int32": "<i4",
}  # fmt: skip
# a larger claim is a mistake or an attack: 1000 voxels along each axis
_MOST_VOXELS = 10**9
_MOST_BYTES = 500_000_000


def write_jnii(
    volume: Volume, voxel: float, path: str | Path, *, name: str, description: str
) -> Path:
    """Write a volume.

    Parameters
    ----------
    volume : ndarray of float32 or uint8, shape (n_x, n_y, n_z)
        Values of the voxels.
    voxel : float
        Side of a voxel [m].
    path : str or Path
        File to write.
    name, description : str
        Name of the volume, and its description with the unit.
    """
    kind, bits = _TYPES[volume.dtype.name]
    header = {
        "NIIHeaderSize": 348,
        "Dim": list(volume.shape),
        "DataType": kind,
        "BitDepth": bits,
        "VoxelSize": [voxel / mm] * 3,
        "Orientation": {"x": "r", "y": "a", "z": "s"},
        "ScaleSlope": 1,
        "ScaleOffset": 0,
        "Unit": {"L": "mm", "T": "s"},
        "Description": description,
        "Name": name,
        "NIIFormat": "jnifti",
    }
    document = {
        "_DataInfo_": {
            "JNIFTIVersion": "0.5",
            "Comment": f"written by porelight {__version__}",
            "AnnotationFormat": "https://neurojson.org/jnifti/draft1",
            "SerialFormat": "https://json.org",
        },
        "NIFTIHeader": header,
        "NIFTIData": jdata_array(volume),
    }
    target = Path(path)
    write_text(target, json.dumps(document))
    return target


def read_jnii(path: str | Path) -> tuple[Floats, float]:
    """Read a volume and the side of its voxels.

    Returns
    -------
    volume : ndarray of float64, shape (n_x, n_y, n_z) or with further axes
    voxel : float
        Side of a voxel [m].

    Raises
    ------
    InputFileError
        If the file is no JNIfTI, or claims sizes that do not fit its data.
    """
    source = require_file(Path(path), "a JNIfTI file (.jnii)")
    try:
        document = json.loads(source.read_text(encoding="utf-8"))
        sides = document["NIFTIHeader"]["VoxelSize"]
        return array_of(document["NIFTIData"]), float(sides[0]) * mm
    except (ValueError, KeyError, TypeError, RecursionError, IndexError, zlib.error) as problem:
        raise InputFileError(f"{source}: not a readable JNIfTI file ({problem}).") from None


def jdata_array(volume: Volume) -> dict[str, Any]:
    """Return an array in JData's annotated form, compressed, rows before columns."""
    data = np.ascontiguousarray(volume).tobytes()
    return {
        "_ArrayType_": _TYPES[volume.dtype.name][0],
        "_ArraySize_": list(volume.shape),
        "_ArrayZipType_": "zlib",
        "_ArrayZipSize_": [1, volume.size],
        "_ArrayZipData_": base64.b64encode(zlib.compress(data)).decode("ascii"),
    }


def array_of(annotated: dict[str, Any]) -> Floats:
    """Return the array that JData's annotated form stands for.

    Raises
    ------
    ValueError, KeyError, TypeError
        If it is no such array.
    """
    size = [int(n) for n in annotated["_ArraySize_"]]
    dtype = np.dtype(_DTYPES[annotated["_ArrayType_"]])
    count = int(np.prod(size, dtype=object))
    if min(size) < 1 or count > _MOST_VOXELS or count * dtype.itemsize > _MOST_BYTES:
        raise ValueError(f"a volume of {size} voxels is empty or too large")
    if "_ArrayZipData_" in annotated:
        kind = annotated.get("_ArrayZipType_", "zlib")
        if kind not in {"zlib", "gzip"}:
            raise ValueError(f"compression {kind!r} is not zlib or gzip")
        packed = base64.b64decode(annotated["_ArrayZipData_"])
        # never more than the size that the file claims, whatever it would grow to
        unpacked = zlib.decompressobj(wbits=47).decompress(packed, count * dtype.itemsize + 1)
        values = np.frombuffer(unpacked, dtype=dtype)
    else:
        values = np.array(annotated["_ArrayData_"], dtype=np.float64).reshape(-1)
    if values.size != count:
        raise ValueError(f"{values.size} values for a volume of {size} voxels")
    order = str(annotated.get("_ArrayOrder_", "r")).lower()
    by_column = order in {"c", "col", "column"}
    return np.asarray(values, dtype=np.float64).reshape(size, order="F" if by_column else "C")
