"""``porelight sweep``: a course at many values of its keys, on all cores or on a cluster."""

import os
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, CoursePath, Measured, Output
from porelight.cli.console import complain, print_json, print_rows, progress_bar, say
from porelight.cli.numbers import typed
from porelight.cli.stopping import kept_when_stopped
from porelight.errors import InputFileError

if TYPE_CHECKING:
    from porelight.execution.chunks import Executor

_MINUTE, _HOUR = 60.0, 3600.0


def sweep(  # noqa: PLR0913  each is an option of the command line
    course: CoursePath,
    /,
    *,
    vary: Annotated[list[str], Parameter(negative="")],
    output: Output,
    sobol: Annotated[int | None, typed("N_PHOTONS")] = None,
    measured: Measured = None,
    workers: Annotated[int | None, typed("N_THREADS")] = None,
    scheduler: str | None = None,
    dry_run: Annotated[bool, Parameter(negative="")] = False,
    json: AsJson = False,
) -> int:
    """Simulate a course at all values of some of its keys, and map where it stays within limits.

    Parameters
    ----------
    vary
        KEY=FROM:TO:N or KEY=A,B,...; may be given several times. A key is one of the course file
        with its table: session.1.radiant_exposure_j_cm2=8:16:9, skin.fitzpatrick=1,2,3,
        simulation.draws=500; session.*.KEY is every session. With --sobol KEY=FROM:TO.
    output
        Folder for the result; the same command goes on with what is there.
    sobol
        Points of a Sobol sequence, instead of the grid of all values; a power of 2 is best.
    workers
        Processes of this machine; one for each core when left out.
    scheduler
        Or the Dask scheduler of a cluster, tcp://HOST:PORT; local:N begins one here.
    dry_run
        Tell what the sweep would take, and stop.
    """
    from porelight.files.sweep_design import sweep_design  # noqa: PLC0415
    from porelight.files.sweeps import (  # noqa: PLC0415
        MAP,
        SWEEP,
        by_skin_type,
        require_points,
        run_sweep,
        save_sweep,
        sweep_cost,
    )
    from porelight.files.writing import require_output_folder, together  # noqa: PLC0415

    require_output_folder(output, SWEEP)
    who = _executor(workers, scheduler)
    design = sweep_design(course, vary, sobol=sobol, measured=measured)
    require_points(design)
    cost = sweep_cost(design)
    told = (
        f"{cost.points} points in {cost.chunks} chunks, {cost.photon_runs} runs of photons; about "
        f"{_duration(cost.seconds)} of one core"
    )
    if who.n_workers > 1:
        told += f", {_duration(cost.seconds / who.n_workers)} on {who.n_workers}"
    about = {
        "points": cost.points,
        "chunks": cost.chunks,
        "photon_runs": cost.photon_runs,
        "seconds_of_one_core": cost.seconds,
    }
    if dry_run:
        if json:
            print_json({"cost": about})
        else:
            say(f"{told}.")
        return 0
    (complain if json else say)(f"{told}.")
    with kept_when_stopped():
        with progress_bar("sweeping", quiet=json) as progress:
            dataset = run_sweep(design, output, who, progress)
        from porelight.report.drawing import save_figure  # noqa: PLC0415
        from porelight.report.sweep_map import sweep_map  # noqa: PLC0415

        with together():
            written = [*save_sweep(dataset, output), save_figure(sweep_map(dataset), output / MAP)]
    rows = by_skin_type(dataset)
    outside = int(dataset["outside_models"].sum())
    if json:
        files = [str(one) for one in written]
        print_json(
            {"cost": about, "by_skin_type": rows, "outside_models": outside, "written": files}
        )
        return 0
    print_rows("by skin type: the point within all limits that changes the pores most", rows)
    if outside:
        say(
            f"{outside} of {cost.points} points use a model outside the range it was measured in "
            "(outside_models)."
        )
    for path in written:
        say(f"written: {path}")
    return 0


def _executor(workers: int | None, scheduler: str | None) -> "Executor":
    """Return who computes."""
    from porelight.execution.dask_cluster import DaskCluster  # noqa: PLC0415
    from porelight.execution.processes import Processes  # noqa: PLC0415

    if scheduler is None:
        return Processes(workers or os.cpu_count() or 1)
    if workers is not None:
        raise InputFileError("--workers and --scheduler exclude each other; keep one.")
    return DaskCluster(scheduler)


def _duration(seconds: float) -> str:
    if seconds < _MINUTE:
        return f"{max(seconds, 1.0):.0f} s"
    if seconds < _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.1f} h"
