"""``porelight rerun``: a result computed again from its own file."""

from pathlib import Path
from typing import TYPE_CHECKING

from porelight.cli.choices import AsJson, Output, Population
from porelight.cli.console import print_json, print_rows, progress_bar, say
from porelight.errors import InputFileError

if TYPE_CHECKING:
    from porelight.workflows.rerun import Rerun


def rerun(
    run: Path,
    /,
    *,
    output: Output | None = None,
    population: Population = None,
    json: AsJson = False,
) -> int:
    """Compute a result again from what its file says: the same bits, or what differs.

    Parameters
    ----------
    run
        NetCDF file that 'porelight simulate' or 'porelight light run' wrote, or trial.json of
        'porelight trial'.
    output
        NetCDF file for the new result; of a trial nothing is written.
    """
    from porelight.files.light_runs import (  # noqa: PLC0415
        LIGHT_RUN,
        is_light_run,
        light_run_origin,
        load_light_run,
        save_light_run,
    )
    from porelight.files.outcomes import OUTCOME, load_outcome, save_outcome  # noqa: PLC0415
    from porelight.files.populations import load_population  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.workflows.rerun import rerun as again  # noqa: PLC0415
    from porelight.workflows.rerun import rerun_light  # noqa: PLC0415

    is_trial = run.suffix == ".json"
    is_light = not is_trial and is_light_run(run)
    if is_trial and output is not None:
        raise InputFileError(
            f"--output is {output}; a trial that is run again is compared, not written: leave it "
            "out, or begin a trial with 'porelight trial'."
        )
    if output is not None:
        require_output(output, LIGHT_RUN if is_light else OUTCOME)
    if is_trial:
        found = _rerun_trial(run, json=json)
    elif is_light:
        photons, case = load_light_run(run)
        with progress_bar("following photons", quiet=json) as progress:
            found = rerun_light(photons, light_run_origin(run), progress=progress)
        if output is not None:
            save_light_run(found.result, case, output)
    else:
        outcome = load_outcome(run)
        taught = None if population is None else load_population(population)
        with progress_bar("simulating", quiet=json) as progress:
            found = again(outcome, population=taught, progress=progress)
        if output is not None:
            save_outcome(found.result, output)
    if json:
        written = {} if output is None else {"output": str(output)}
        print_json({**written, **_document(found)})
    else:
        _print(found)
        if output is not None:
            say(f"written: {output}")
    return 0 if found.has_same_bits else 1


def _rerun_trial(run: Path, *, json: bool) -> "Rerun":
    from porelight.execution.processes import Processes  # noqa: PLC0415
    from porelight.files.trial_documents import rerun_trial  # noqa: PLC0415
    from porelight.threads import available_threads  # noqa: PLC0415

    with progress_bar("simulating", quiet=json) as progress:
        return rerun_trial(run, executor=Processes(available_threads()), progress=progress)


def _document(found: "Rerun") -> dict[str, object]:
    return {
        "same_bits": found.has_same_bits,
        "compared": found.n_compared,
        "changed": {name: _number(moved) for name, moved in found.changed.items()},
        "differences": list(found.differences),
    }


def _number(moved: float) -> float | None:
    """Return what JSON can hold; nothing for what cannot be compared."""
    return moved if moved < float("inf") else None


def _print(found: "Rerun") -> None:
    for line in found.differences:
        say(f"differs: {line}")
    if found.has_same_bits:
        say(f"the same bits in all {found.n_compared} arrays")
        return
    rows = [
        {
            "array": name,
            "largest difference": "another shape" if _number(moved) is None else f"{moved:.2g}",
        }
        for name, moved in found.changed.items()
    ]
    print_rows("largest difference over the largest value", rows)
    say(f"other numbers in {len(rows)} of {found.n_compared} arrays{_cause(found)}")


def _cause(found: "Rerun") -> str:
    if found.differences:
        return ""
    return (
        "; versions, data files and processor are the same, so the file was edited, or a program "
        "made it with numbers of its own"
    )
