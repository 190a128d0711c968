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
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight import __version__
from porelight.errors import InputFileError, ParameterError
from porelight.files.documents import read_json
from porelight.files.foreign import ForeignTable
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.writing import write_text
from porelight.quantities import Floats
from porelight.units import mm, um

Volume: TypeAlias = NDArray[np.float32] | NDArray[np.uint8]

_MARK = "written by porelight"
VOXELS = ResultKind("a volume", (".jnii",), names_porelight(_MARK))
_TYPES = {"float32": ("single", 32), "uint8": ("uint8", 8)}
_DTYPES = {
    "single": "<f4", "double": "<f8", "uint8": "u1", "int8": "i1", "uint16": "<u2",
    "int16": "<i2", "uint32": "<u4", "int32": "<i4",
}  # fmt: skip
# what an array may say of itself; its packed size and its labels change no number
_READ = {
    "_ArrayType_", "_ArraySize_", "_ArrayZipType_", "_ArrayZipSize_", "_ArrayZipData_",
    "_ArrayData_", "_ArrayOrder_", "_ArrayLabel_", "_ArrayZipLevel_",
}  # fmt: skip
# keys of a header that describe; those of scale, size and unit are read
_ABOUT = (
    "NIIHeaderSize", "DimInfo", "Param1", "Param2", "Param3", "Intent", "DataType", "BitDepth",
    "FirstSliceID", "NIIByteOffset", "LastSliceID", "SliceType", "MaxIntensity", "MinIntensity",
    "SliceTime", "TimeOffset", "Description", "AuxFile", "QForm", "SForm", "Quatern",
    "QuaternOffset", "Affine", "Name", "NIIFormat", "Orientation", "A75DataTypeName",
    "A75DBName", "A75Extends", "A75SessionError", "A75Regular", "A75GlobalMax", "A75GlobalMin",
)  # fmt: skip
_ORDERS: dict[str, Literal["C", "F"]] = {
    **dict.fromkeys(("r", "row"), "C"), **dict.fromkeys(("c", "col", "column"), "F"),
}  # fmt: skip
_SCALE = (("ScaleSlope", 1.0), ("ScaleOffset", 0.0))
_LENGTHS = {"mm": mm, "um": um, "m": 1.0}
# a larger claim is a mistake or an attack; as float64 it takes 0.8 GB
_MOST_VOXELS = 10**8
_MOST_BYTES = 300_000_000
_MOST_AXES = 8


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
            "Comment": f"{_MARK} {__version__}",
            "AnnotationFormat": "https://neurojson.org/jnifti/draft1",
            "SerialFormat": "https://json.org",
        },
        "NIFTIHeader": header,
        "NIFTIData": jdata_array(volume),
    }
    target = Path(path)
    write_text(target, json.dumps(document), VOXELS)
    return target


def read_jnii(path: str | Path) -> tuple[Floats, float]:
    """Read a volume and the side of its voxels.

    Returns
    -------
    volume : ndarray of float64, shape (n_x, n_y, n_z) or with further axes
        With the scale and offset of the header.
    voxel : float
        Side of a voxel [m].

    Raises
    ------
    InputFileError
        If the file is no JNIfTI, claims sizes that do not fit its data, or has a key that is
        neither read nor known to describe alone.
    """
    source = Path(path)
    content = read_json(source, "a JNIfTI file (.jnii)", most_bytes=_MOST_BYTES)
    try:
        document = ForeignTable(content, "", "JNIfTI")
        header = document.table("NIFTIHeader")
        volume = array_of(document.get("NIFTIData"))
        sides = [float(side) for side in header.get("VoxelSize")]
        scaled = _scaled(volume, header)
        unit = _length_unit(header)
        document.without_effect("about the file", "_DataInfo_", "NIFTIExtension")
        header.without_effect("describes the volume, and changes no number in it", *_ABOUT)
        document.notes()
    except (ValueError, KeyError, TypeError, IndexError, OverflowError) as problem:
        reason = f"no {problem}" if isinstance(problem, KeyError) else str(problem)
        raise InputFileError(
            f"{source}: not a readable JNIfTI file ({reason.rstrip('.')[:150]})."
        ) from None
    if len(sides) < 3 or len(set(sides)) != 1 or sides[0] <= 0.0:
        raise InputFileError(
            f"{source}: VoxelSize is {str(sides)[:60]}; expected three equal numbers above 0."
        )
    return scaled, sides[0] * unit


def _scaled(volume: Floats, header: ForeignTable) -> Floats:
    """Return a volume with the scale of its header, which 0 leaves out, and the size it states."""
    dim = header.get("Dim")
    if dim is not None and [n for n in dim if n != 1] != [n for n in volume.shape if n != 1]:
        raise ParameterError(f"Dim is {dim}, and the data are {list(volume.shape)} voxels")
    slope, offset = (float(header.get(key, usual)) for key, usual in _SCALE)
    return volume if slope == 0.0 else np.asarray(slope * volume + offset, dtype=np.float64)


def _length_unit(header: ForeignTable) -> float:
    """Return the unit of the voxel's side [m]; millimetres unless the header says another."""
    units = header.table("Unit", {})
    units.without_effect("of a volume by time", "T")
    name = str(units.get("L", "mm"))
    if name not in _LENGTHS:
        raise ParameterError(f"Unit.L is {name[:20]!r}, expected {', '.join(_LENGTHS)}")
    return _LENGTHS[name]


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
    unread = set(annotated) - _READ
    if unread:
        raise ValueError(f"{sorted(unread)[0]} is no part of an array that porelight reads")
    size = [int(n) for n in annotated["_ArraySize_"]]
    if not 1 <= len(size) <= _MOST_AXES:
        raise ValueError(f"a volume of {len(size)} axes")
    dtype = np.dtype(_DTYPES[annotated["_ArrayType_"]])
    count = int(np.prod(size, dtype=object))
    if min(size) < 1 or count > _MOST_VOXELS:
        raise ValueError(f"a volume of {size} voxels is empty or too large")
    if "_ArrayZipData_" in annotated:
        kind = annotated.get("_ArrayZipType_", "zlib")
        if kind not in {"zlib", "gzip"}:
            raise ValueError(f"compression {kind!r} is not zlib or gzip")
        packed = base64.b64decode(annotated["_ArrayZipData_"])
        try:
            # never more than the size that the file claims, whatever it would grow to
            unpacked = zlib.decompressobj(wbits=47).decompress(packed, count * dtype.itemsize + 1)
        except zlib.error:
            raise ValueError("_ArrayZipData_ cannot be unpacked; it is damaged") from None
        values = np.frombuffer(unpacked, dtype=dtype)
    else:
        values = np.array(annotated["_ArrayData_"], dtype=np.float64).reshape(-1)
    if values.size != count:
        raise ValueError(f"{values.size} values for a volume of {size} voxels")
    if not np.isfinite(values).all():
        raise ValueError("a number of the array is missing or infinite")
    order = str(annotated.get("_ArrayOrder_", "r")).lower()
    if order not in _ORDERS:
        raise ValueError(f"_ArrayOrder_ is {order[:20]!r}, expected row or column")
    return np.asarray(values, dtype=np.float64).reshape(size, order=_ORDERS[order])
