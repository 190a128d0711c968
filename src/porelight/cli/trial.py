"""``porelight trial``: a virtual trial before a real one, on all cores or on a cluster."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from porelight.cli.choices import ALL_CORES, AsJson, ComputeOptions, DryRun, Output
from porelight.cli.console import (
    complain,
    on_workers,
    print_json,
    print_rows,
    progress_bar,
    say,
)
from porelight.cli.stopping import kept_when_stopped


def trial(
    design: Annotated[Path, Parameter(help="TOML file; docs/trials.md shows one.")],
    /,
    *,
    output: Output,
    compute: ComputeOptions = ALL_CORES,
    dry_run: DryRun = False,
    json: AsJson = False,
) -> int:
    """Simulate a trial: power, assurance, effect, false positives, and which unknown decides it.

    Subjects are drawn from virtual people of the given types, ages and oiliness; they miss
    sessions, drop out, and are photographed with a camera's error.

    Parameters
    ----------
    output
        Folder for trial.html, one page with all that it rests on, and trial.json; the same command
        goes on with what is there.
    """
    from dataclasses import asdict  # noqa: PLC0415

    from porelight.files.documents import save_document  # noqa: PLC0415
    from porelight.files.trial_documents import trial_document  # noqa: PLC0415
    from porelight.files.trials import (  # noqa: PLC0415
        CHUNKS,
        DOCUMENT,
        PAGE,
        TRIAL,
        read_trial,
        registered,
    )
    from porelight.files.writing import (  # noqa: PLC0415
        require_output_folder,
        together,
        write_text,
    )
    from porelight.report.trial_page import (  # noqa: PLC0415
        answer,
        check_rows,
        decides_rows,
        trial_page,
        visit_rows,
    )
    from porelight.workflows.trial import trial as simulated  # noqa: PLC0415
    from porelight.workflows.trial_subjects import trial_cost  # noqa: PLC0415

    require_output_folder(output, TRIAL)
    who = compute.executor()
    asked, files = read_trial(design), registered(design)
    cost = trial_cost(asked)
    told = (
        f"{cost.subjects} subjects in {cost.chunks} chunks, {cost.photon_runs} runs of photons; "
        f"{on_workers(cost.seconds, who.n_workers)}."
    )
    if dry_run and json:
        print_json({"cost": asdict(cost)})
        return 0
    (complain if json else say)(told)
    if dry_run:
        return 0
    with kept_when_stopped():
        with progress_bar("simulating", quiet=json) as progress:
            found = simulated(asked, output=output / CHUNKS, executor=who, progress=progress)
        document = trial_document(found, files)
        with together():
            save_document(document, output / DOCUMENT)
            write_text(output / PAGE, trial_page(found, files))
    if json:
        print_json({"cost": asdict(cost), **document})
        return 0
    print_rows("effect at each visit", visit_rows(found))
    print_rows("what decides it", decides_rows(found))
    print_rows("checks of the analysis", check_rows(found))
    for one in found.comparisons:
        say(answer(found, one))
    say(f"written: {output}")
    return 0
