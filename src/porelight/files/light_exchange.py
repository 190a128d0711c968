"""Light cases and runs in the file formats of other programs."""

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from porelight.errors import InputFileError
from porelight.files.exports import export_writer
from porelight.files.jnii import write_jnii
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.light_case import LightCase, read_light_case
from porelight.files.light_runs import light_dataset, load_light_run
from porelight.files.mcx import mcx_case, media_volume, write_mcx_case
from porelight.files.vtk import write_vtr
from porelight.files.writing import write_text
from porelight.light.field import LightField
from porelight.light.run import LightRun
from porelight.quantities import LENGTH, Quantity
from porelight.units import mm
from porelight.workflows.light_fluence import LightFluence

FLUENCE_TABLE = ResultKind(
    "a table of fluence", (".csv",), names_porelight("depth_mm,radius_mm,fluence_")
)
_MOST_VOXELS = 200_000_000
VOXEL = Quantity("voxel", "m", 1e-6, 1e-2, "side of a voxel", "Millimetres need '* units.mm'.")
KeptRun: TypeAlias = tuple[LightRun, LightCase]


@dataclass(frozen=True, slots=True)
class Voxels:
    """A box of cubes around the axis of the beam."""

    side: float  # of a voxel [m]
    width: float  # of the box [m]


def export_light(source: Path, target: Path, *, voxel: float, width: float) -> Path:
    """Write a light case or a run in the format that the target's ending names.

    Parameters
    ----------
    source : Path
        Light case (TOML), or run (NetCDF).
    target : Path
        File to write, with one of the endings of `porelight.files.exports.FORMATS`.
    voxel, width : float
        Side of a voxel and of the box of voxels [m].

    Raises
    ------
    InputFileError
        If the ending is another one, or the source cannot give it.
    ParameterError
        If voxels cannot hold the case.
    """
    if LENGTH.require(width, "width") < VOXEL.require(voxel):
        raise InputFileError(
            f"voxel is {voxel:g} m in a box {width:g} m wide; expected one voxel or more."
        )
    box = Voxels(voxel, width)
    if source.suffix.lower() == ".toml":
        write = export_writer("light case", target)
        return write(read_light_case(source), target, box)
    write = export_writer("light run", target)
    return write(load_light_run(source), target, box)


def write_case(case: LightCase, target: Path, box: Voxels) -> Path:
    """Write a case as MCX reads it."""
    return write_mcx_case(case, target, voxel=box.side, width=box.width)


def write_media(case: LightCase, target: Path, box: Voxels) -> Path:
    """Write which medium is in each voxel."""
    document = mcx_case(case, voxel=box.side, width=box.width, n_photons=1)
    _require_room(document["Domain"]["Dim"][0], document["Domain"]["Dim"][2])
    return write_jnii(
        media_volume(document),
        box.side,
        target,
        name="media",
        description="number of the medium, 1 for the first layer",
    )


def write_case_of_run(kept: KeptRun, target: Path, box: Voxels) -> Path:
    """Write the case of a run as MCX reads it."""
    return write_case(kept[1], target, box)


def write_absorbed(kept: KeptRun, target: Path, box: Voxels) -> Path:
    """Write the absorbed energy density of a run as voxels."""
    return write_jnii(
        voxelised(kept[0].field, voxel=box.side, width=box.width),
        box.side,
        target,
        name="absorbed",
        description="absorbed energy density per joule delivered (1/mm3)",
    )


def write_fields(kept: KeptRun, target: Path, box: Voxels) -> Path:
    """Write the fields of a run on their own grid."""
    run, case = kept
    return write_vtr(light_dataset(run, case.setup()), target)


def write_fluence_table(found: LightFluence, path: Path) -> Path:
    """Write the fluence rate of every cell as CSV, in clinic units; empty where it is not known.

    Parameters
    ----------
    found : LightFluence
        Fluence rate, or fluence if an energy was stated.
    path : Path
        CSV file to write: depth_mm, radius_mm, the value, its standard error.
    """
    unit, scale = found.unit_per_cm2
    name = "fluence_rate_w_cm2" if unit == "W/cm2" else "fluence_j_cm2"
    grid = found.result.field.grid
    rows = [f"depth_mm,radius_mm,{name},standard_error"]
    for i, depth in enumerate(grid.z / mm):
        for j, radius in enumerate(grid.r / mm):
            told = ("", "")
            if np.isfinite(found.fluence[i, j]):
                value, error = found.fluence[i, j] / scale, found.standard_error[i, j] / scale
                told = (f"{value:.6g}", f"{error:.3g}")
            rows.append(f"{depth:.6g},{radius:.6g},{told[0]},{told[1]}")
    write_text(path, "\n".join(rows) + "\n", FLUENCE_TABLE)
    return path


def voxelised(field: LightField, *, voxel: float, width: float) -> NDArray[np.float32]:
    """Return the absorbed energy density [1/mm3] at the centres of voxels around the axis.

    Parameters
    ----------
    field : LightField
        Light field on an (r, z) grid; beyond it the volume is 0.
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


def _require_room(n: int, n_z: int) -> None:
    if n * n * n_z > _MOST_VOXELS:
        raise InputFileError(
            f"{n} x {n} x {n_z} voxels are more than {_MOST_VOXELS:,}; choose larger voxels or a "
            "narrower box."
        )
