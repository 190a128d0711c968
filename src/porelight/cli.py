"""The command line: reads files, shows progress, prints tables, and says what went wrong.

Every command imports what it needs when it runs, so that ``porelight --help`` is immediate.
Exit codes: 0 done, 1 a check failed, 2 bad input, 130 interrupted.
"""

import json as json_module
import sys
from contextlib import contextmanager
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, CycloptsError, Parameter
from rich.console import Console

from porelight import __version__
from porelight.errors import InputFileError, PorelightError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

app = App(
    name="porelight",
    help="From a photograph of skin to measured pores, a simulated laser treatment, a safe plan "
    "and a checked prediction. A research tool, not a medical device.",
    version=__version__,
    suppress_keyboard_interrupt=False,  # main() tells what was kept
)
config = App(name="config", help="About course files.")
app.command(config)

Zone = Literal["forehead", "glabella", "nose", "cheek", "chin"]
Goal = Literal["pore-area", "pore-diameter", "redness", "texture", "fine-lines", "acne-scars"]
Device = Literal["laser-genesis", "pearl"]
Output = Annotated[Path, Parameter(name=["--output", "-o"])]
_WIDE = 130  # columns of a terminal in which a table shows its long texts too
_LONG = ("evidence", "source", "allowed")
_SHORT = 18  # characters; a column of shorter texts is never broken over lines
AsJson = Annotated[bool, Parameter(name="--json", negative="")]


@app.command
def measure(  # noqa: PLR0913  each is an option of the command line
    photos: list[Path],
    /,
    *,
    output: Output,
    px_per_mm: float,
    zone: Zone,
    zone_mask: Path | None = None,
    scale_error_percent: float = 1.0,
    false_discovery: float = 0.4,
    json: AsJson = False,
) -> int:
    """Measure the pores of close-ups in millimetres.

    Parameters
    ----------
    photos
        Close-ups of skin (PNG, JPEG, TIFF, WebP). Several go to OUTPUT/NAME each.
    output
        Folder for pores.csv, mask.png, overlay.png and summary.json.
    px_per_mm
        Scale of the photograph. Below 5 is refused, below 12 is warned about.
    zone
        Which part of the face it shows.
    zone_mask
        Image of the same size; only its white part is measured.
    scale_error_percent
        Standard deviation of the scale; it is carried into every millimetre.
    false_discovery
        Largest accepted share of finds that are no pores. A stricter one throws faint pores away.
    json
        Print the summary as JSON.
    """
    from porelight.photo.measure import measure as measure_photograph  # noqa: PLC0415
    from porelight.record import measurements, photographs  # noqa: PLC0415

    if zone_mask is not None and len(photos) > 1:
        raise InputFileError("--zone-mask fits one photograph; measure several one at a time.")
    summaries, failed = {}, []
    for path in photos:
        folder = output / path.stem if len(photos) > 1 else output
        try:
            photograph = photographs.read_photograph(
                path, px_per_mm=px_per_mm, scale_error=scale_error_percent / 100.0
            )
            mask = None
            if zone_mask is not None:
                mask = photographs.read_zone_mask(zone_mask, photograph.pixels.shape[:2])
            measurement = measure_photograph(
                photograph, zone=zone, zone_mask=mask, q=false_discovery
            )
            measurements.save_measurement(measurement, photograph, folder)
        except PorelightError as problem:
            # one bad photograph must not cost the others
            failed.append(str(problem))
            continue
        summaries[str(path)] = measurements.summary(measurement, photograph)
        if not json:
            _print_measurement(path.name, summaries[str(path)], folder)
    if json:
        only = next(iter(summaries.values())) if len(photos) == 1 and summaries else summaries
        _print_json(only)
    for message in failed:
        _complain(message)
    return 2 if failed else 0


@app.command
def simulate(
    course: Path, /, *, output: Output, measured: Path | None = None, json: AsJson = False
) -> int:
    """Simulate a course of treatments on one skin: light, heat, injury, healing, pores over weeks.

    Parameters
    ----------
    course
        TOML file; 'porelight config example' prints one, 'porelight config schema' its schema.
    output
        NetCDF file for the outcome.
    measured
        Folder that 'porelight measure' wrote: its pores replace the typical ones.
    json
        Print the summary as JSON.
    """
    from porelight.record.course_file import read_course_file  # noqa: PLC0415
    from porelight.record.courses import course_of, simulation_of  # noqa: PLC0415
    from porelight.record.outcomes import save_outcome  # noqa: PLC0415
    from porelight.report.tables import forecast_rows  # noqa: PLC0415

    content = read_course_file(course)
    planned = course_of(content, course, measured=measured)
    _require_folder_of(output)
    with _progress("simulating", quiet=json) as progress:
        outcome = planned.simulate(**simulation_of(content), progress=progress)
    save_outcome(outcome, output)
    if json:
        _print_json({"outcome": str(output), "forecast": forecast_rows(outcome)})
    else:
        _print_rows("forecast", forecast_rows(outcome))
        for note in json_module.loads(outcome.attrs["notes"]):
            _say(note)
        _say(f"written: {output}")
    return 0


@app.command
def plan(  # noqa: PLR0913  each is an option of the command line
    skin: Path,
    /,
    *,
    output: Output,
    goal: Goal = "pore-area",
    device: list[Device] | None = None,
    measured: Path | None = None,
    draws: int = 64,
    seed: int = 1,
    json: AsJson = False,
) -> int:
    """Find settings that are safe for this skin and rank them by what they would change.

    Parameters
    ----------
    skin
        TOML file with a [skin] table; a course file will do.
    output
        TOML file for the best course, ready for 'porelight simulate'; all candidates and all
        refusals with their reasons go beside it as JSON.
    goal
        What to improve.
    device
        Devices at hand; all when left out.
    measured
        Folder that 'porelight measure' wrote.
    draws
        Draws of the biology per candidate.
    seed
        The same seed gives the same plan.
    json
        Print the plan as JSON.
    """
    from porelight.plan.search import propose  # noqa: PLC0415
    from porelight.record.course_file import read_skin_file  # noqa: PLC0415
    from porelight.record.courses import skin_of  # noqa: PLC0415
    from porelight.record.plans import plan_document, save_plan  # noqa: PLC0415
    from porelight.report.tables import plan_rows, refusal_rows  # noqa: PLC0415

    whose = skin_of(read_skin_file(skin), skin, measured=measured)
    _require_folder_of(output)
    with _progress("planning", quiet=json) as progress:
        found = propose(
            whose,
            goal=goal,
            devices=tuple(device or ("laser-genesis", "pearl")),
            n_draws=draws,
            seed=seed,
            progress=progress,
        )
    written = save_plan(found, output)
    document = plan_document(found)
    if json:
        _print_json(document)
        return 0
    _print_rows("plan, best first", plan_rows(document)[:10])
    _print_rows("refused", refusal_rows(document)[:10])
    _say(found.verdict)
    for path in written:
        _say(f"written: {path}")
    return 0


@app.command
def verify(*, photons: int = 0, seed: int = 1, json: AsJson = False) -> int:
    """Run the published benchmarks: expected, found, standard error, z, verdict.

    Parameters
    ----------
    photons
        Photons per light case; 0 takes each case's usual number.
    seed
        Seed of the photons.
    json
        Print the table as JSON.
    """
    from porelight.report.tables import verification_rows  # noqa: PLC0415
    from porelight.verify.suite import run_cases  # noqa: PLC0415

    results, interrupted = [], False
    try:
        with _progress("verifying", quiet=json) as progress:
            for done, total, batch in run_cases(n_photons=photons, seed=seed):
                results.extend(batch)
                progress(done / total)
    except KeyboardInterrupt:
        interrupted = True
    rows = verification_rows(results)
    failed = [result for result in results if not result.passed]
    if json:
        _print_json({"passed": not failed and not interrupted, "cases": rows})
    else:
        _print_rows("verification", rows)
        _say(f"{len(results) - len(failed)} of {len(results)} cases passed")
    if interrupted:
        raise KeyboardInterrupt
    return 1 if failed else 0


@app.command
def report(
    run: Path,
    /,
    *,
    output: Output,
    measured: Path | None = None,
    plan: Annotated[Path | None, Parameter(name="--plan")] = None,
    json: AsJson = False,
) -> int:
    """Write one self-contained HTML page about an outcome.

    Parameters
    ----------
    run
        NetCDF file that 'porelight simulate' wrote.
    output
        HTML file; it needs no other file and no network.
    measured
        Folder that 'porelight measure' wrote, for the photograph with its pores.
    plan
        JSON file that 'porelight plan' wrote, for the table of settings.
    json
        Print the path as JSON.
    """
    from porelight.record.measurements import load_measured  # noqa: PLC0415
    from porelight.record.outcomes import load_outcome  # noqa: PLC0415
    from porelight.record.plans import load_plan_document  # noqa: PLC0415
    from porelight.report.page import write_report  # noqa: PLC0415

    outcome = load_outcome(run)
    _require_folder_of(output)
    photographed = load_measured(measured) if measured is not None else None
    proposals = load_plan_document(plan) if plan is not None else None
    path = write_report(outcome, output, measured=photographed, plan=proposals)
    if json:
        _print_json({"report": str(path)})
    else:
        _say(f"written: {path}")
    return 0


@app.command
def demo(*, output: Output = Path("demo-output"), seed: int = 1, json: AsJson = False) -> int:
    """Prove porelight on this computer, from a virtual photograph to a report, in a minute.

    Parameters
    ----------
    output
        Folder for what the demo makes.
    seed
        The same seed gives the same numbers.
    json
        Print the checks as JSON instead of the story.
    """
    from porelight.demo import run_demo  # noqa: PLC0415

    console = Console(stderr=True) if json else Console()
    result = run_demo(output, seed=seed, console=console)
    if json:
        _print_json(result.document())
    return 0 if result.passed else 1


@config.command
def schema() -> int:
    """Print the JSON Schema of a course file."""
    from porelight.record.course_file import course_schema  # noqa: PLC0415

    sys.stdout.write(course_schema() + "\n")
    return 0


@config.command
def example() -> int:
    """Print a course file to start from."""
    from porelight.record.course_file import EXAMPLE  # noqa: PLC0415

    sys.stdout.write(EXAMPLE)
    return 0


def main(arguments: "Sequence[str] | None" = None) -> None:
    """Run the command line and leave with its exit code.

    Parameters
    ----------
    arguments : sequence of str, optional
        What was typed after ``porelight``; what this process was started with when left out.
    """
    tokens = sys.argv[1:] if arguments is None else list(arguments)
    try:
        code = app(tokens, exit_on_error=False, print_error=False, result_action="return_value")
    except PorelightError as problem:
        _complain(str(problem))
        code = 2
    except CycloptsError as problem:
        _complain(" ".join(str(problem).split()))
        code = 2
    except KeyboardInterrupt:
        _complain("interrupted; what was finished is shown above, files already written are whole.")
        code = 130
    except BrokenPipeError:
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


@contextmanager
def _progress(what: str, *, quiet: bool) -> "Iterator[Callable[[float], None]]":
    """Show a bar with time left on stderr; nothing when quiet or not at a terminal."""
    from rich.progress import (  # noqa: PLC0415
        BarColumn,
        Progress,
        TaskProgressColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, disable=quiet or not console.is_terminal) as bar:
        task = bar.add_task(what, total=1.0)
        yield lambda fraction: bar.update(task, completed=fraction)


def _require_folder_of(path: Path) -> None:
    """Refuse before the work, not after it, when the result could not be written."""
    if not path.parent.is_dir():
        raise InputFileError(f"{path}: its folder does not exist; make {path.parent} first.")
    if path.is_dir():
        raise InputFileError(f"{path} is a folder; expected the name of a file to write.")


def _say(text: str) -> None:
    Console().print(text, highlight=False, markup=False, soft_wrap=True)


def _complain(text: str) -> None:
    sys.stderr.write(f"porelight: {text}\n")


def _print_json(document: object) -> None:
    sys.stdout.write(json_module.dumps(document, indent=2, allow_nan=False) + "\n")


def _print_rows(title: str, rows: list[dict[str, str]]) -> None:
    """Print a table; long texts give way where the terminal is narrow (``--json`` has them all)."""
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    if not rows:
        return
    console = Console()
    if not console.is_terminal:
        console.width = _WIDE - 1  # a file or a pipe has no edge
    left_out = _LONG if console.width < _WIDE else ()
    names = [name for name in rows[0] if name not in left_out]
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for name in names:
        short = len(name) <= _SHORT and all(len(row[name]) <= _SHORT for row in rows)
        # two lines of heading keep a column of numbers narrow
        heading = "\n".join(wrap(name, max(8, len(name) // 2 + 2))) if short else name
        table.add_column(
            heading, no_wrap=short, overflow="fold", min_width=None if short else _SHORT - 7
        )
    for row in rows:
        table.add_row(*(row[name] for name in names))
    console.print(table, markup=False)


def _print_measurement(name: str, summary: dict[str, object], folder: Path) -> None:
    from porelight.report.measured_table import measurement_rows  # noqa: PLC0415

    _print_rows(name, measurement_rows(summary))
    warnings = summary.get("warnings")
    for warning in warnings if isinstance(warnings, list) else []:
        _say(f"warning: {warning}")
    _say(f"written: {folder}")


if __name__ == "__main__":
    main()
