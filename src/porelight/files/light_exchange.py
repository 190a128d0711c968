"""Light cases and runs in the file formats of other programs."""

import math
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from porelight.errors import InputFileError
from porelight.files.jnii import write_jnii
from porelight.files.light_case import LightCase, read_light_case
from porelight.files.light_runs import light_dataset, load_light_run
from porelight.files.mcx import mcx_case, media_volume, write_mcx_case
from porelight.files.vtk import write_vtr
from porelight.light.field import LightField
from porelight.quantities import LENGTH

_MOST_VOXELS = 200_000_000


def export_light(source: Path, target: Path, *, voxel: float, width: float) -> Path:
    """Write a light case or a run as what the ending of the target's name says.

    Parameters
    ----------
    source : Path
        Light case (TOML), or run (NetCDF).
    target : Path
        Ends in ``.json`` (MCX case), ``.jnii`` (volume) or ``.vtr`` (ParaView).
    voxel, width : float
        Side of a voxel and of the box of voxels [m].

    Raises
    ------
    InputFileError
        If the ending is another one, or the source cannot give it.
    ParameterError
        If voxels cannot hold the case.
    """
    if LENGTH.require(voxel, "voxel") == 0.0 or LENGTH.require(width, "width") < voxel:
        raise InputFileError(
            f"voxel is {voxel:g} m in a box {width:g} m wide; expected at least one voxel above 0."
        )
    is_case = source.suffix.lower() == ".toml"
    kind = target.suffix.lower()
    if kind == ".json":
        case = read_light_case(source) if is_case else load_light_run(source)[1]
        return write_mcx_case(case, target, voxel=voxel, width=width)
    if kind == ".jnii" and is_case:
        return _write_media(read_light_case(source), target, voxel=voxel, width=width)
    if kind not in {".jnii", ".vtr"}:
        raise InputFileError(
            f"{target}: the ending is {kind!r}; expected .json (MCX), .jnii (volume) or .vtr "
            "(ParaView)."
        )
    if is_case:
        raise InputFileError(
            f"{source}: a case has no light yet; give a file that 'porelight light run' wrote."
        )
    run, case = load_light_run(source)
    if kind == ".vtr":
        return write_vtr(light_dataset(run, case.setup()), target)
    volume = voxelised(run.field, voxel=voxel, width=width)
    return write_jnii(
        volume,
        voxel,
        target,
        name="absorbed",
        description="absorbed energy density per joule delivered (1/mm3)",
    )


def voxelised(field: LightField, *, voxel: float, width: float) -> NDArray[np.float32]:
    """Return the absorbed energy density [1/mm3] at the centres of voxels around the axis.

    Parameters
    ----------
    field : LightField
        On an (r, z) grid; what lies beyond it is 0.
    voxel, width : float
        Side of a voxel and of the box [m]; its depth is that of the grid.

    Returns
    -------
    ndarray of float32, shape (n_x, n_y, n_z)
        The value of the cell in which the centre of the voxel lies.
    """
    r_edges, z_edges = field.grid.r_edges, field.grid.z_edges
    n, n_z = math.ceil(width / voxel), max(1, round(float(z_edges[-1]) / voxel))
    _require_room(n, n_z)
    across = (np.arange(n) + 0.5 - 0.5 * n) * voxel
    ring = np.searchsorted(r_edges, np.hypot(across[:, None], across), side="right") - 1
    row = np.searchsorted(z_edges, (np.arange(n_z) + 0.5) * voxel, side="right") - 1
    padded = np.pad(field.absorbed, ((0, 1), (0, 1))) * 1e-9
    row = np.minimum(row, z_edges.size - 1)
    return np.ascontiguousarray(padded[row][:, ring].transpose(1, 2, 0), dtype=np.float32)


def _write_media(case: LightCase, target: Path, *, voxel: float, width: float) -> Path:
    document = mcx_case(case, voxel=voxel, width=width, n_photons=1)
    _require_room(document["Domain"]["Dim"][0], document["Domain"]["Dim"][2])
    return write_jnii(
        media_volume(document),
        voxel,
        target,
        name="media",
        description="number of the medium, 1 for the first layer",
    )


def _require_room(n: int, n_z: int) -> None:
    if n * n * n_z > _MOST_VOXELS:
        raise InputFileError(
            f"{n} x {n} x {n_z} voxels are more than {_MOST_VOXELS:,}; choose larger voxels or a "
            "narrower box."
        )
