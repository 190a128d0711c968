"""``porelight light``: photons through a case from a file."""

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import (
    note_on_waiting,
    print_json,
    progress_bar,
    say,
    tell_usual,
)
from porelight.cli.light_files import check, example, export, import_case, schema
from porelight.cli.light_fluence import fluence
from porelight.cli.light_tables import (
    paths_document,
    print_paths,
    print_skin_types,
    print_summary,
    skin_types_document,
)
from porelight.cli.numbers import Photons, Seed, Threads, typed
from porelight.errors import InputFileError

if TYPE_CHECKING:
    from porelight.light.stopping import Precision

light = App(
    name="light", help="Photons through layered skin: run, merge, exchange with MCX and MCML."
)

Case = Annotated[Path, Parameter(help="TOML file; 'porelight light example' prints one.")]

_USUAL_PHOTONS = 1_000_000


@light.command
def run(  # noqa: PLR0913  each is an option of the command
    case: Case,
    /,
    *,
    output: Output,
    photons: Photons | None = None,
    seconds: Annotated[float | None, typed("TIME", shown="s")] = None,
    precision: str = "",
    seed: Seed | None = None,
    resume: Annotated[bool, Parameter(negative="")] = False,
    threads: Threads = 0,
    json: AsJson = False,
) -> int:
    """Follow photons through a case until enough is known, and keep what can be gone on with.

    Parameters
    ----------
    output
        NetCDF file for the light field and the state of the run.
    photons
        Stop after so many photons (those of the runs before included); a million if nothing else
        says when to stop.
    seconds
        Stop after so much time.
    precision
        Stop at a relative standard error, such as "pore wall=1%", "epidermis=0.5%",
        "reflectance=0.1%", "gland=2%" for a part of the follicle, or the name of a box.
    seed
        Starts the random numbers, 1 if left out; runs to be merged need different ones.
    resume
        Go on with the run in the output file.
    """
    from porelight.files.light_case import read_light_case  # noqa: PLC0415
    from porelight.files.light_runs import (  # noqa: PLC0415
        LIGHT_RUN,
        load_light_run,
        save_light_run,
    )
    from porelight.files.usual_values import usual_of_model  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.workflows.light import LightRunInterrupted, light_run  # noqa: PLC0415

    content = read_light_case(case)
    tell_usual(usual_of_model(content), json=json)
    require_output(output, LIGHT_RUN)
    start = load_light_run(output)[0] if resume else None
    interrupted = False
    try:
        with progress_bar("following photons", quiet=json) as progress:
            result = light_run(
                content.setup(),
                photons=photons,
                seconds=seconds,
                precision=_precision(precision),
                seed=seed,
                start=start,
                threads=threads,
                progress=progress,
                on_waiting=note_on_waiting,
            )
    except LightRunInterrupted as stopped:
        result, interrupted = stopped.result, True
    save_light_run(result.run, content, output)
    print_summary(result, output, json=json)
    if interrupted:
        if not json:
            again = f"{quote(str(case))} -o {quote(str(output))} --resume"
            say(f"to go on from here: porelight light run {again}")
        raise KeyboardInterrupt
    return 0


@light.command
def merge(runs: list[Path], /, *, output: Output, json: AsJson = False) -> int:
    """Merge runs of one case with different seeds, from one machine or several.

    Parameters
    ----------
    runs
        Files that 'porelight light run' wrote.
    output
        NetCDF file for the merged run.
    """
    from porelight.files.light_runs import (  # noqa: PLC0415
        LIGHT_RUN,
        load_light_run,
        save_light_run,
    )
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.workflows.light import LightResult, light_merge  # noqa: PLC0415

    require_output(output, LIGHT_RUN)
    loaded = [load_light_run(path) for path in runs]
    whole = light_merge([LightResult(case.setup(), part) for part, case in loaded])
    save_light_run(whole.run, loaded[0][1], output)
    print_summary(whole, output, json=json)
    return 0


@light.command
def sweep(
    case: Case,
    /,
    *,
    output: Output | None = None,
    photons: Photons = _USUAL_PHOTONS,
    seed: Seed = 1,
    threads: Threads = 0,
    json: AsJson = False,
) -> int:
    """Show the light in Fitzpatrick skin types I to VI, from one run of photons.

    Parameters
    ----------
    output
        NetCDF file for the light fields of all types.
    photons
        How many to follow; all types share them.
    """
    from porelight.files.light_case import read_light_case  # noqa: PLC0415
    from porelight.files.light_skin_types import SKIN_TYPES, save_skin_types  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.workflows.light_sweep import light_sweep  # noqa: PLC0415

    content = read_light_case(case)
    if output is not None:
        require_output(output, SKIN_TYPES)
    with progress_bar("following photons", quiet=json) as progress:
        found = light_sweep(
            content.setup(),
            photons=photons,
            seed=seed,
            threads=threads,
            progress=progress,
            on_waiting=note_on_waiting,
        )
    if output is not None:
        save_skin_types(found, content, output)
    if json:
        written = {} if output is None else {"output": str(output)}
        tones = skin_types_document(found)
        print_json({**written, "photons": found.n_photons, "tones": tones})
        return 0
    print_skin_types(found)
    if output is not None:
        say(f"written: {output}")
    return 0


@light.command
def paths(
    case: Case,
    /,
    *,
    photons: Photons = _USUAL_PHOTONS,
    seed: Seed = 1,
    threads: Threads = 0,
    json: AsJson = False,
) -> int:
    """Show how far re-emitted and transmitted light has gone in each layer of a case.

    Parameters
    ----------
    photons
        How many to follow.
    """
    from porelight.files.light_case import read_light_case  # noqa: PLC0415
    from porelight.workflows.light_paths import light_paths  # noqa: PLC0415

    setup = read_light_case(case).setup()
    found = light_paths(setup, photons=photons, seed=seed, threads=threads)
    if json:
        print_json(paths_document(found))
    else:
        print_paths(found)
    return 0


light.command(import_case, name="import")
light.command(check)
light.command(fluence)
light.command(export)
light.command(example)
light.command(schema)


def _precision(text: str) -> "Precision | None":
    """Return what was asked for as "name=1%"."""
    from porelight.light.stopping import Precision  # noqa: PLC0415

    if not text:
        return None
    name, _, amount = (part.strip() for part in text.rpartition("="))
    try:
        percent = float(amount.removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not name or not amount.endswith("%") or not 0.0 < percent < 100.0:
        raise InputFileError(
            f"precision is {text!r}; expected a name and a percentage, such as 'reflectance=1%'."
        )
    return Precision(name, 0.01 * percent)
