"""``porelight light``: photons through a case from a file."""

import math
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import App, Parameter

from porelight.cli.choices import AsJson, Output, Seed
from porelight.cli.console import (
    note_on_waiting,
    print_json,
    print_rows,
    progress_bar,
    require_folder_of,
    say,
)
from porelight.cli.light_files import example, export, import_mcx
from porelight.cli.light_tables import concise, finite, named_shares, print_summary
from porelight.errors import InputFileError, did_you_mean

if TYPE_CHECKING:
    from porelight.files.light_case import LightCase
    from porelight.light.run import LightRun
    from porelight.light.stopping import Precision

light = App(name="light", help="Photons through layered skin: run, merge, exchange with MCX.")

Case = Annotated[Path, Parameter(help="TOML file; 'porelight light example' prints one.")]
Threads = Annotated[int, Parameter(help="Cores to use; 0 takes all.")]

_USUAL_PHOTONS = 1e6
_TONE_NAMES = ("I", "II", "III", "IV", "V", "VI")


@light.command
def run(  # noqa: PLR0913  each is an option of the command
    case: Case,
    /,
    *,
    output: Output,
    photons: float | None = None,
    seconds: float | None = None,
    precision: str = "",
    seed: int | None = None,
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
    json
        Print the summary as JSON.
    """
    from porelight.files.light_case import read_light_case  # noqa: PLC0415
    from porelight.files.light_runs import save_light_run  # noqa: PLC0415
    from porelight.light.preparation import prepare  # noqa: PLC0415
    from porelight.light.run import begun  # noqa: PLC0415
    from porelight.light.stopping import Stop, shortfall, until  # noqa: PLC0415

    content = read_light_case(case)
    _require_other(output, [case])
    current = begun(content.scene(), seed=1 if seed is None else seed, watches=content.watches())
    if resume:
        current = _before(current, case, output, seed)
    nothing_said = photons is None and seconds is None and not precision
    stop = Stop(
        photons=_USUAL_PHOTONS if nothing_said else math.inf if photons is None else photons,
        seconds=math.inf if seconds is None else seconds,
        precision=_precision(precision, current, content),
    )
    prepare(current.scene, current.kernel, on_waiting=note_on_waiting)
    interrupted = False
    started, already = time.monotonic(), current.n_photons
    try:
        with progress_bar("following photons", quiet=json) as progress:
            for longer, done in until(current, stop, n_threads=threads):
                current = longer
                progress(done)
    except KeyboardInterrupt:
        interrupted = True
    if current.averages.n_batches > 1:
        save_light_run(current, content, output)
        rate = (current.n_photons - already) / max(time.monotonic() - started, 1e-9)
        print_summary(current, content, output, rate=rate, note=shortfall(current, stop), json=json)
    if interrupted:
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
    json
        Print the summary as JSON.
    """
    from porelight.files.light_runs import load_light_run, save_light_run  # noqa: PLC0415
    from porelight.light.run import merged  # noqa: PLC0415

    require_folder_of(output)
    loaded = [load_light_run(path) for path in runs]
    whole, case = merged(one for one, _ in loaded), loaded[0][1]
    save_light_run(whole, case, output)
    print_summary(whole, case, output, rate=0.0, note="", json=json)
    return 0


@light.command
def sweep(
    case: Case,
    /,
    *,
    output: Output | None = None,
    photons: float = _USUAL_PHOTONS,
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
    json
        Print as JSON, with the share of every region.
    """
    from porelight.files.light_case import read_light_case  # noqa: PLC0415
    from porelight.files.light_tones import FITZPATRICK, save_tones, tone_fields  # noqa: PLC0415
    from porelight.light.preparation import prepared_by  # noqa: PLC0415

    content, n_photons = read_light_case(case), _whole(photons)
    if output is not None:
        _require_other(output, [case])
    prepared_by(lambda: tone_fields(content, n_photons=32, seed=seed), note_on_waiting)
    with progress_bar("following photons", quiet=json) as progress:
        fields = tone_fields(
            content,
            n_photons=n_photons,
            seed=seed,
            n_threads=threads,
            progress=lambda done: progress(done / n_photons),
        )
    if output is not None:
        save_tones(content, fields, output)
    if json:
        tones = [
            {
                "fitzpatrick": tone,
                **{name: share._asdict() for name, share in named_shares(field, content).items()},
            }
            for tone, field in zip(FITZPATRICK, fields, strict=True)
        ]
        written = {} if output is None else {"output": str(output)}
        print_json({**written, "photons": n_photons, "tones": tones})
        return 0
    shown = ("reflectance", "epidermis", *fields[0].watched)
    rows = []
    for name, field in zip(_TONE_NAMES, fields, strict=True):
        shares = named_shares(field, content)
        rows.append({"type": name, **{part: concise(shares[part]) for part in shown}})
    print_rows(f"{n_photons:,} photons, shared by all skin types", rows)
    say("Reflectance, and shares absorbed; in brackets the standard error of the last digit.")
    if output is not None:
        say(f"written: {output}")
    return 0


@light.command
def paths(
    case: Case,
    /,
    *,
    photons: float = _USUAL_PHOTONS,
    seed: Seed = 1,
    threads: Threads = 0,
    json: AsJson = False,
) -> int:
    """Show how far re-emitted and transmitted light has gone in each layer of a case.

    Parameters
    ----------
    photons
        How many to follow.
    json
        Print as JSON, with the paths of what is re-emitted in each ring of the grid.
    """
    from porelight.files.light_case import read_light_case  # noqa: PLC0415
    from porelight.files.light_tones import require_even_weights  # noqa: PLC0415
    from porelight.light.path_lengths import path_lengths  # noqa: PLC0415
    from porelight.units import mm  # noqa: PLC0415

    content, n_photons = read_light_case(case), _whole(photons)
    require_even_weights(content, "a path length")
    grid = content.grid.grid()
    found = path_lengths(
        content.optics(),
        content.beam.beam(),
        grid,
        n_photons=n_photons,
        seed=seed,
        n_threads=threads,
        cell_radius=content.cell_radius,
        follicle=content.pore(),
        vessels=content.vessels(),
    )
    ways = {
        "re-emitted": (found.reflected, found.reflected_error),
        "transmitted": (found.transmitted, found.transmitted_error),
    }
    if json:
        print_json(
            {
                "photons": n_photons,
                "layers": content.layer_names,
                **{
                    way: {"path_mm": finite(mean / mm), "standard_error_mm": finite(error / mm)}
                    for way, (mean, error) in ways.items()
                },
                "re-emitted by ring": {
                    "ring_edges_mm": finite(grid.r_edges / mm),
                    "path_mm": finite(found.by_ring / mm),
                    "standard_error_mm": finite(found.by_ring_error / mm),
                },
            }
        )
        return 0
    rows = [
        {
            "mean path in mm": layer,
            **{
                way: f"{mean[i] / mm:.5g} ± {error[i] / mm:.2g}"
                if error[i] < float("inf")
                else "none"
                for way, (mean, error) in ways.items()
            },
        }
        for i, layer in enumerate(content.layer_names)
    ]
    print_rows(f"{n_photons:,} photons", rows)
    return 0


light.command(import_mcx, name="import")
light.command(export)
light.command(example)


def _before(begun: "LightRun", case: Path, output: Path, seed: int | None) -> "LightRun":
    """Return the run in the output file, if it is one of this case and seed."""
    from porelight.files.light_runs import load_light_run  # noqa: PLC0415
    from porelight.light.run import differences  # noqa: PLC0415

    before, _ = load_light_run(output)
    if before.fingerprint != begun.fingerprint:
        raise InputFileError(
            f"{output}: holds a run of another case than {case} "
            f"({differences(before, begun)} differ); give the case it was run with, or another "
            "output."
        )
    if seed is not None and before.seeds != (seed,):
        raise InputFileError(
            f"{output}: holds a run of seed {', '.join(map(str, before.seeds))} and goes on with "
            f"it; leave out --seed {seed}, or run that seed into another file and merge the two."
        )
    return before


def _require_other(output: Path, sources: list[Path]) -> None:
    """Refuse an output that cannot be written, or that would replace what is read."""
    require_folder_of(output)
    if any(output.resolve() == source.resolve() for source in sources):
        raise InputFileError(f"{output} is the case itself; expected another file for the result.")


def _whole(photons: float) -> int:
    if not math.isfinite(photons):
        raise InputFileError(f"photons is {photons:g}; expected a number of photons, such as 1e6.")
    return int(photons)


def _precision(text: str, run: "LightRun", case: "LightCase") -> "Precision | None":
    """Return what was asked for as "name=1%"; a layer may go by its own name."""
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
    numbers = {own: f"layer {i}" for i, own in enumerate(case.layer_names, start=1)}
    known = [*run.names, *numbers]
    if name not in known and name != "pore wall":  # of which the run says why it is not there
        raise InputFileError(f"precision: nothing named {name!r}{did_you_mean(name, known)}")
    return Precision(name if name in run.names else numbers.get(name, name), 0.01 * percent)
