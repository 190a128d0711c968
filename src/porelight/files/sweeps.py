"""A sweep: the points of a design computed in chunks, and the labelled result.

The folder of a sweep holds ``chunks`` (Zarr v3, a row for each point, kept as it is done),
``sweep.nc`` (all of it with an axis for each varied key, in the file's units), ``by_skin_type.csv``
and the map.
"""

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from itertools import product
from math import ceil
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import numpy as np
import xarray as xr

from porelight import __version__
from porelight.course.treatment import physics_ensemble
from porelight.course.vocabulary import SKIN
from porelight.execution.chunk_store import MANIFEST, ChunkManifest, ChunkStore, StoredVariable
from porelight.execution.chunks import Chunk, ChunkArrays, Executor, SameProcess, run_chunks
from porelight.files.kinds import ResultKind, json_with
from porelight.files.netcdf_writer import netcdf_image
from porelight.files.sweep_design import SweepAxis, SweepDesign, sweep_design
from porelight.files.writing import replacing, write_text
from porelight.planning.sweep_points import LIMITS, MEANINGS, values_of_points
from porelight.progress import Progress, unheard

CHUNKS, RESULT, MAP, TABLE = "chunks", "sweep.nc", "map.png", "by_skin_type.csv"
SKIN_TYPE = "skin.fitzpatrick"
_GOAL = "area_fraction_median"
_MOST_CHECKED = 2000  # points that are looked at before any is computed


def _is_of_sweep(path: Path) -> bool:
    """Whether an entry of a folder is part of a sweep that porelight keeps there."""
    begun = path.parent / CHUNKS / MANIFEST
    return path.name in {CHUNKS, RESULT, MAP, TABLE} and json_with("porelight")(begun)


SWEEP = ResultKind("a sweep", (), _is_of_sweep)


@dataclass(frozen=True, slots=True)
class SweepCost:
    """What a sweep will take.

    Attributes
    ----------
    points, chunks : int
        Points in all, and the parts that they are computed in.
    photon_runs : int
        Runs of photons: one for each skin, beam and member of the physics; those of points beyond
        the first thousands are inferred from these.
    seconds : float
        Time on one core, from one member of one point that was timed [s].
    """

    points: int
    chunks: int
    photon_runs: int
    seconds: float


def sweep(
    course: str | Path,
    vary: Sequence[str],
    *,
    output: str | Path | None = None,
    sobol: int | None = None,
    measured: Path | None = None,
    executor: Executor | None = None,
    progress: Progress = unheard,
) -> xr.Dataset:
    """Simulate a course at all values of some of its keys.

    Parameters
    ----------
    course : str or Path
        Course file; its ``[simulation]`` says how large the ensemble of each point is.
    vary : sequence of str
        What is varied: ``KEY=FROM:TO:N``, ``KEY=A,B,...``, or ``KEY=FROM:TO`` with `sobol`.
    output : str or Path, optional
        Folder for what is computed, where a later call goes on; nothing is kept when left out.
    sobol : int, optional
        Points of a Sobol sequence instead of the grid.
    measured : Path, optional
        Folder of a measurement whose pores replace the typical ones.
    executor : Executor, optional
        Who computes; this process when left out.
    progress : callable
        Called with the share of the chunks done, 0 to 1.

    Returns
    -------
    Dataset
        The numbers of `porelight.planning.sweep_points.MEANINGS`; its axes are the keys, in the
        units of the file (Sobol: one axis, ``point``).

    Raises
    ------
    InputFileError
        If a key or a value is wrong.
    ExecutionError
        If workers or the folder fail, or it holds another sweep; what is done is kept.
    """
    design = sweep_design(Path(course), vary, sobol=sobol, measured=measured)
    require_points(design)
    if output is not None:
        return run_sweep(design, Path(output), executor or SameProcess(), progress)
    with TemporaryDirectory() as folder:
        return run_sweep(design, Path(folder), executor or SameProcess(), progress)


def run_sweep(
    design: SweepDesign, folder: Path, executor: Executor, progress: Progress = unheard
) -> xr.Dataset:
    """Compute what a folder lacks of a sweep, and return all of it; see `sweep`."""
    store = ChunkStore(folder / CHUNKS, sweep_manifest(design))
    run_chunks(partial(swept_rows, design), store, executor, progress)
    return sweep_dataset(design, store.read())


def save_sweep(dataset: xr.Dataset, folder: Path) -> list[Path]:
    """Write the labelled result and the table by skin type beside the chunks."""
    with replacing(folder / RESULT) as staged:
        staged.write_bytes(netcdf_image(dataset).getvalue())
    rows = by_skin_type(dataset)
    text = io.StringIO()
    text.write(f"# written by porelight {__version__}\n")
    table = csv.DictWriter(text, list(rows[0]), lineterminator="\n")
    table.writeheader()
    table.writerows(rows)
    write_text(folder / TABLE, text.getvalue())
    return [folder / RESULT, folder / TABLE]


def require_points(design: SweepDesign) -> None:
    """Refuse a design of which a point is impossible; of many thousands some are looked at."""
    for row in _some_rows(design):
        design.point(row)


def sweep_cost(design: SweepDesign) -> SweepCost:
    """Tell what a sweep will take, by simulating one member of one of its points."""
    rows = _some_rows(design)
    points = [design.point(row) for row in rows]
    beams = {
        (beam, member)
        for one in points
        for beam in one.beams
        for member in range(one.settings.members)
    }
    # of a design too large to look at whole; where photons are shared by all, all were seen
    is_shared = all(one.shares_photons for one in design.axes)
    scale = 1.0 if is_shared else design.n_points / len(rows)
    n_runs = ceil(len(beams) * scale)
    first = points[len(points) // 2]
    sessions = first.acting.sessions
    settings = replace(first.settings, members=2)
    ensemble = physics_ensemble(first.course.skin, settings, afresh=True)
    exposures = tuple({one.exposure: None for one in sessions})
    timed = []
    results = []
    for member in (0, 1):  # the first loads the kernels
        began = perf_counter()
        results.append({one: ensemble.treat_member(one, member) for one in exposures})
        timed.append(perf_counter() - began)
    again = perf_counter()
    warmer = [replace(one, radiant_exposure=0.99 * one.radiant_exposure) for one in exposures]
    for one in warmer:  # what a point costs whose photons are known
        ensemble.treat_member(one, 1)
    shared = perf_counter() - again
    began = perf_counter()
    pairs = tuple(tuple(found[one.exposure] for found in results) for one in sessions)
    first.acting.follow(pairs, settings, days=first.days)
    weeks = perf_counter() - began
    members = first.settings.members
    per_beam = max(0.0, timed[1] - shared) / max(1, len(first.beams))
    seconds = n_runs * per_beam + design.n_points * (members * shared + weeks)
    return SweepCost(design.n_points, -(-design.n_points // design.n_together), n_runs, seconds)


def sweep_manifest(design: SweepDesign) -> ChunkManifest:
    """Return what the results of a design are results of."""
    first = design.point(0)
    course = json.dumps(design.raw, default=str, sort_keys=True)
    content = {
        "course": sha256(course.encode()).hexdigest(),
        "skin": sha256(SKIN.identity(first.course.skin).encode()).hexdigest(),
        "vary": {one.key: [str(value) for value in one.values] for one in design.axes},
        "order": [one.key for one in design.in_order],
        "sobol": design.sobol,
        "seed": first.settings.seed,
        "numpy": np.__version__,
    }
    variables = {
        **{one.key: StoredVariable(unit=one.unit, meaning=_meaning(one)) for one in design.axes},
        **{
            name: StoredVariable(unit=unit, meaning=said) for name, (unit, said) in MEANINGS.items()
        },
    }
    return ChunkManifest("a sweep", content, design.n_points, design.n_together, variables)


def swept_rows(design: SweepDesign, chunk: Chunk) -> ChunkArrays:
    """Return the varied values and the numbers of the points of a chunk."""
    points = [design.point(row) for row in chunk.rows]
    values = [design.values(row) for row in chunk.rows]
    axes = {
        one.key: np.array([_coded(one, value[one.key]) for value in values]) for one in design.axes
    }
    return {**axes, **values_of_points(points)}


def sweep_dataset(design: SweepDesign, arrays: Mapping[str, Any]) -> xr.Dataset:
    """Return the rows of a store with an axis for each key; of a Sobol design with one."""
    about: dict[str, Any] = {
        "title": "sweep of a course of treatments",
        "source": f"porelight {__version__}",
        "course": design.source.name,
        "seed": int(design.point(0).settings.seed),
    }
    attributes = {
        name: {"units": unit, "long_name": said} for name, (unit, said) in MEANINGS.items()
    }
    if design.sobol is not None:
        axes = {one.key: ("point", arrays[one.key], _attributes(one)) for one in design.axes}
        data = {name: ("point", arrays[name], attributes[name]) for name in MEANINGS}
        return xr.Dataset({**data}, {**axes, "point": np.arange(design.n_points)}, about)
    order = design.in_order
    shape = [len(one.values) for one in order]
    coordinates = {
        one.key: (one.key, np.array([_coded(one, value) for value in one.values]), _attributes(one))
        for one in design.axes
    }
    grids: dict[str, Any] = {
        name: ([one.key for one in order], arrays[name].reshape(shape), attributes[name])
        for name in MEANINGS
    }
    return xr.Dataset(grids, coordinates, about).transpose(*(one.key for one in design.axes))


def is_safe(dataset: xr.Dataset) -> xr.DataArray:
    """Return where no limit is passed."""
    used = [dataset[f"{name}_used"] <= 1.0 for name in LIMITS]
    return used[0] & used[1] & used[2]


def by_skin_type(dataset: xr.Dataset) -> list[dict[str, str]]:
    """Return a row for each skin type: how many points are safe, and which of those does most."""
    if SKIN_TYPE not in dataset.coords:
        return [_best_of(dataset, "of the file")]
    types = np.unique(dataset[SKIN_TYPE].to_numpy())
    return [
        _best_of(dataset.where(dataset[SKIN_TYPE] == one, drop=True), f"{one:g}") for one in types
    ]


def _best_of(dataset: xr.Dataset, skin_type: str) -> dict[str, str]:
    change = dataset[_GOAL].to_numpy().ravel()
    safe = is_safe(dataset).to_numpy().ravel() & np.isfinite(change)
    row = {
        "skin_type": skin_type,
        "points": str(change.size),
        "within_limits": str(int(safe.sum())),
    }
    axes = [name for name in dataset.coords if name != "point"]
    if not safe.any():
        return {**row, "best_change_percent": "-", **{str(name): "-" for name in axes}}
    best = int(np.argmin(np.where(safe, change, np.inf)))
    where = {}
    for name in axes:
        each = xr.broadcast(dataset[name], dataset[_GOAL])[0].transpose(*dataset[_GOAL].dims)
        value = float(each.to_numpy().ravel()[best])
        meanings = str(dataset[name].attrs.get("flag_meanings", "")).split()
        where[str(name)] = meanings[int(value)] if meanings else f"{value:g}"
    return {**row, "best_change_percent": f"{100.0 * change[best]:.1f}", **where}


def _coded(axis: SweepAxis, value: Any) -> float:
    """Return a number for a value; that of a word is its place among the words."""
    return float(value) if axis.is_numeric else float(axis.values.index(value))


def _meaning(axis: SweepAxis) -> str:
    words = "" if axis.is_numeric else f": {', '.join(map(str, axis.values))}, from 0"
    return f"varied{words}"


def _attributes(axis: SweepAxis) -> dict[str, Any]:
    """Return the attributes of a coordinate; of words their numbers and names (CF flags)."""
    if axis.is_numeric:
        return {"units": axis.unit}
    return {
        "flag_values": np.arange(len(axis.values), dtype=np.float64),
        "flag_meanings": " ".join(str(one).replace(" ", "_") for one in axis.values),
    }


def _some_rows(design: SweepDesign) -> list[int]:
    n = design.n_points
    if n <= _MOST_CHECKED:
        return list(range(n))
    spread = [int(row) for row in np.linspace(0, n - 1, _MOST_CHECKED)]
    if design.sobol is not None:
        return spread
    shape = [len(one.values) for one in design.in_order]
    corners = [
        np.ravel_multi_index(where, shape) for where in product(*((0, k - 1) for k in shape))
    ]
    return sorted({*spread, *map(int, corners)})
