"""Light fields for ParaView and its kind: VTK's XML file of a rectilinear grid (.vtr).

The file holds the half plane through the axis: x is the distance from the axis, z the depth, one
cell thick along y. Nothing is interpolated; values belong to cells.

References
----------
.. [1] Kitware, "VTK XML file formats," https://docs.vtk.org/en/latest/vtk_file_formats/
"""

import base64
import struct
from pathlib import Path
from xml.sax.saxutils import quoteattr

import numpy as np
import xarray as xr

from porelight import __version__
from porelight.errors import ParameterError
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.writing import write_text
from porelight.quantities import Floats

_MARK = "written by porelight"
FIELDS = ResultKind("the fields of a light run", (".vtr",), names_porelight(_MARK))


def write_vtr(field: xr.Dataset, path: str | Path) -> Path:
    """Write every variable over (z, r) of a light field, in SI units.

    Parameters
    ----------
    field : Dataset
        Dataset of `porelight.files.light_runs.light_dataset`.
    path : str or Path
        File to write.

    Raises
    ------
    ParameterError
        If nothing in it lies on the grid.
    """
    arrays = {
        str(name): np.asarray(values, dtype=np.float64)
        for name, values in field.data_vars.items()
        if values.dims == ("z", "r")
    }
    if not arrays:
        raise ParameterError("no variable of the dataset lies on the grid (z, r).")
    r, z = (np.asarray(field[name], dtype=np.float64) for name in ("r_edges", "z_edges"))
    extent = f"0 {r.size - 1} 0 0 0 {z.size - 1}"
    cells = "".join(_data_array(name, values) for name, values in arrays.items())
    axes = "".join(
        _data_array(name, values) for name, values in (("x", r), ("y", np.zeros(1)), ("z", z))
    )
    text = (
        f'<?xml version="1.0"?>\n<!-- {_MARK} {__version__} -->\n'
        '<VTKFile type="RectilinearGrid" version="1.0" byte_order="LittleEndian" '
        'header_type="UInt64">\n'
        f'<RectilinearGrid WholeExtent="{extent}">\n<Piece Extent="{extent}">\n'
        f"<CellData>\n{cells}</CellData>\n<Coordinates>\n{axes}</Coordinates>\n"
        "</Piece>\n</RectilinearGrid>\n</VTKFile>\n"
    )
    target = Path(path)
    write_text(target, text, FIELDS)
    return target


def _data_array(name: str, values: Floats) -> str:
    """Return one array as XML, its bytes in base64 behind their number; r runs fastest."""
    data = np.ascontiguousarray(values, dtype="<f8").tobytes()
    text = base64.b64encode(struct.pack("<Q", len(data)) + data).decode("ascii")
    kind = f'type="Float64" Name={quoteattr(name)} NumberOfComponents="1"'
    return f'<DataArray {kind} format="binary">{text}</DataArray>\n'
