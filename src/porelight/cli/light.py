"""``porelight light``: photons through a case from a file, and the files of other programs."""

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import App, Parameter

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, print_rows, progress_bar, require_folder_of, say
from porelight.errors import InputFileError

if TYPE_CHECKING:
    from porelight.light.run import LightRun
    from porelight.light.stopping import Precision
    from porelight.quantities import Floats
    from porelight.record.light_case import LightCase

light = App(name="light", help="Photons through layered skin: run, merge, exchange with MCX.")

Threads = Annotated[int, Parameter(help="Cores to use; 0 takes all.")]


@light.command
def run(  # noqa: PLR0913  each is an option of the command
    case: Path,
    /,
    *,
    output: Output,
    photons: float = 0.0,
    seconds: float = 0.0,
    precision: str = "",
    seed: int = 1,
    resume: Annotated[bool, Parameter(negative="")] = False,
    threads: Threads = 0,
    json: AsJson = False,
) -> int:
    """Follow photons through a case until enough is known, and keep what can be gone on with.

    Parameters
    ----------
    case
        TOML file; 'porelight light example' prints one.
    output
        NetCDF file for the light field and the state of the run.
    photons
        Stop after so many photons (those of the runs before included).
    seconds
        Stop after so much time.
    precision
        Stop at a relative standard error, such as "wall=1%" for a box of the case, "gland=2%" for a
        part of the follicle, "layer 1=0.5%" or "reflectance=0.1%".
    seed
        Starts the random numbers; runs to be merged need different ones.
    resume
        Go on with the run in the output file.
    threads
        Cores to use; 0 takes all.
    json
        Print the summary as JSON.
    """
    from porelight.light.run import begun  # noqa: PLC0415
    from porelight.light.stopping import Stop, shortfall, until  # noqa: PLC0415
    from porelight.record.light_case import read_light_case  # noqa: PLC0415
    from porelight.record.light_runs import load_light_run, save_light_run  # noqa: PLC0415

    content = read_light_case(case)
    require_folder_of(output)
    current = begun(content.scene(), seed=seed, boxes=content.boxes())
    if resume:
        before, _ = load_light_run(output)
        if before.fingerprint != current.fingerprint:
            raise InputFileError(
                f"{output}: holds a run of another case than {case}; give the case it was run "
                "with, or another output."
            )
        current = before
    usual = 0.0 if photons or seconds or precision else 1e6
    stop = Stop(
        photons=photons or usual or float("inf"),
        seconds=seconds or float("inf"),
        precision=_precision(precision),
    )
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
        _show(current, content, output, rate=rate, note=shortfall(current, stop), json=json)
    if interrupted:
        raise KeyboardInterrupt
    return 0


@light.command
def paths(
    case: Path,
    /,
    *,
    photons: float = 1e6,
    seed: int = 1,
    threads: Threads = 0,
    json: AsJson = False,
) -> int:
    """Show how far re-emitted and transmitted light has gone in each layer of a case.

    Parameters
    ----------
    case
        TOML file; 'porelight light example' prints one.
    photons
        How many to follow.
    seed
        Starts the random numbers.
    threads
        Cores to use; 0 takes all.
    json
        Print as JSON, with the paths of what is re-emitted in each ring of the grid.
    """
    from porelight.light.path_lengths import path_lengths  # noqa: PLC0415
    from porelight.record.light_case import read_light_case  # noqa: PLC0415
    from porelight.units import mm  # noqa: PLC0415

    content = read_light_case(case)
    grid = content.grid.grid()
    found = path_lengths(
        content.optics(),
        content.beam.beam(),
        grid,
        n_photons=int(photons),
        seed=seed,
        n_threads=threads,
        cell_radius=content.cell_radius,
        follicle=content.pore(),
    )
    ways = {
        "re-emitted": (found.reflected, found.reflected_error),
        "transmitted": (found.transmitted, found.transmitted_error),
    }
    if json:
        rings = _finite(found.by_ring / mm), _finite(found.by_ring_error / mm)
        print_json(
            {
                "photons": int(photons),
                "layers": content.layer_names,
                **{
                    way: {"path_mm": _finite(mean / mm), "standard_error_mm": _finite(error / mm)}
                    for way, (mean, error) in ways.items()
                },
                "re-emitted by ring": {
                    "ring_edges_mm": _finite(grid.r_edges / mm),
                    "path_mm": rings[0],
                    "standard_error_mm": rings[1],
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
    print_rows(f"{int(photons):,} photons", rows)
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
    from porelight.light.run import merged  # noqa: PLC0415
    from porelight.record.light_runs import load_light_run, save_light_run  # noqa: PLC0415

    require_folder_of(output)
    loaded = [load_light_run(path) for path in runs]
    whole, case = merged(one for one, _ in loaded), loaded[0][1]
    save_light_run(whole, case, output)
    _show(whole, case, output, rate=0.0, note="", json=json)
    return 0


@light.command(name="import")
def import_mcx(case: Path, /, *, output: Output, json: AsJson = False) -> int:
    """Read a layered case of MCX and write it as a light case.

    Parameters
    ----------
    case
        JSON file as MCX reads it.
    output
        TOML file for the light case.
    json
        Print what differs between the two programs as JSON.
    """
    from porelight.record.light_case import write_light_case  # noqa: PLC0415
    from porelight.record.mcx_reader import read_mcx_case  # noqa: PLC0415

    require_folder_of(output)
    content, notes = read_mcx_case(case)
    write_light_case(content, output)
    if json:
        print_json({"output": str(output), "notes": notes})
        return 0
    for note in notes:
        say(f"note: {note}.")
    say(f"written: {output}")
    return 0


@light.command
def export(
    source: Path,
    /,
    *,
    output: Output,
    voxel_mm: float = 0.1,
    width_mm: float = 20.0,
    json: AsJson = False,
) -> int:
    """Write a case or a run for other programs; the name's ending says what.

    Parameters
    ----------
    source
        Light case (TOML), or run that 'porelight light run' wrote (NetCDF).
    output
        .json: the case as MCX reads it. .jnii: the media of a case, or the absorbed energy of a
        run, as voxels. .vtr: the fields of a run for ParaView.
    voxel_mm
        Side of the voxels; every plane between layers must lie between two of them.
    width_mm
        Side of the box of voxels.
    json
        Print the name of the file as JSON.
    """
    from porelight.record.light_exchange import export_light  # noqa: PLC0415
    from porelight.units import mm  # noqa: PLC0415

    require_folder_of(output)
    export_light(source, output, voxel=voxel_mm * mm, width=width_mm * mm)
    if json:
        print_json({"output": str(output)})
    else:
        say(f"written: {output}")
    return 0


@light.command
def example(*, pore: Annotated[bool, Parameter(negative="")] = False) -> int:
    """Print a light case to start from.

    Parameters
    ----------
    pore
        With a hair follicle on the axis of the beam.
    """
    from porelight.record.light_case import EXAMPLE, EXAMPLE_FOLLICLE  # noqa: PLC0415

    say(EXAMPLE + EXAMPLE_FOLLICLE if pore else EXAMPLE)
    return 0


def _finite(values: "Floats") -> list[Any]:
    """Return numbers as JSON can hold them: nothing for an error without bound."""
    return [
        _finite(value) if value.ndim else float(value) if value < float("inf") else None
        for value in values
    ]


def _precision(text: str) -> "Precision | None":
    from porelight.light.stopping import Precision  # noqa: PLC0415

    if not text:
        return None
    name, _, amount = text.rpartition("=")
    try:
        percent = float(amount.strip().removesuffix("%"))
    except ValueError:
        percent = -1.0
    if not name or percent <= 0.0:
        raise InputFileError(
            f"precision is {text!r}; expected a name and a percentage, such as 'wall=1%'."
        )
    return Precision(name.strip(), 0.01 * percent)


def _show(
    run: "LightRun", case: "LightCase", output: Path, *, rate: float, note: str, json: bool
) -> None:
    labels = dict(zip(run.names[2:], case.layer_names, strict=False))
    rows = []
    for name in run.names:
        share = run.share(name)
        title = f"{name}: {labels[name]}" if labels.get(name, name) != name else name
        rows.append(
            {
                "share of the light": title,
                "mean": f"{share.mean:.6g}",
                "standard error": f"{share.standard_error:.2g}",
            }
        )
    if json:
        print_json({"output": str(output), "photons": run.n_photons, "shares": rows, "note": note})
        return
    print_rows(f"{run.n_photons:,} photons", rows)
    if rate:
        say(f"{rate:,.0f} photons a second, {run.kernel} kernel")
    if note:
        say(note)
    say(f"written: {output}")
