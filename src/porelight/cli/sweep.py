"""``porelight sweep``: a course at many values of its keys, on all cores or on a cluster."""

from typing import Annotated

from cyclopts import Parameter

from porelight.cli.choices import (
    ALL_CORES,
    AsJson,
    ComputeOptions,
    CoursePath,
    DryRun,
    Measured,
    Output,
)
from porelight.cli.console import (
    complain,
    on_workers,
    print_json,
    print_rows,
    progress_bar,
    say,
)
from porelight.cli.numbers import typed
from porelight.cli.stopping import kept_when_stopped


def sweep(  # noqa: PLR0913  each is an option of the command line
    course: CoursePath,
    /,
    *,
    vary: Annotated[list[str], Parameter(negative="")],
    output: Output,
    sobol: Annotated[int | None, typed("N_PHOTONS")] = None,
    measured: Measured = None,
    compute: ComputeOptions = ALL_CORES,
    dry_run: DryRun = False,
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
    who = compute.executor()
    design = sweep_design(course, vary, sobol=sobol, measured=measured)
    require_points(design)
    cost = sweep_cost(design)
    told = (
        f"{cost.points} points in {cost.chunks} chunks, {cost.photon_runs} runs of photons; "
        f"{on_workers(cost.seconds, who.n_workers)}"
    )
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
