"""``porelight light import``, ``export``, ``example``: cases, and the files of other programs."""

from pathlib import Path
from shlex import quote
from typing import Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, say
from porelight.cli.numbers import typed
from porelight.errors import InputFileError
from porelight.files.exports import endings_of

ExportedLight = Annotated[
    Output,
    Parameter(
        help="File to write. Of a case: "
        f"{endings_of('light case')}. Of a run: {endings_of('light run')}."
    ),
]
Flag = Annotated[bool, Parameter(negative="")]


def import_case(case: Path, /, *, output: Output, json: AsJson = False) -> int:
    """Read a layered case of another program and write it as a light case.

    Parameters
    ----------
    case
        Input of MCX (.json, .inp) or MCML (.mci; .mco, which holds its input too).
    output
        TOML file for the light case; a file with several runs, sources or patterns gives as many,
        numbered before the ending.
    """
    from porelight.files.light_case import LIGHT_CASE, write_light_case  # noqa: PLC0415
    from porelight.files.light_imports import numbered, read_foreign_case  # noqa: PLC0415
    from porelight.files.writing import require_output, together  # noqa: PLC0415

    require_output(output, LIGHT_CASE)
    found = read_foreign_case(case)
    paths = numbered(output, len(found))
    for path in paths:
        require_output(path, LIGHT_CASE)
    with together():
        for path, one in zip(paths, found, strict=True):
            write_light_case(one.case, path)
    if json:
        written = [
            {
                "output": str(path),
                "name": one.name,
                "notes": list(one.notes),
                "photons": one.photons or None,
                "seed": one.seed,
            }
            for path, one in zip(paths, found, strict=True)
        ]
        print_json({**written[0], "cases": written})
        return 0
    told: set[str] = set()
    for path, one in zip(paths, found, strict=True):
        which = f" ({one.name})" if one.name else ""
        for note in one.notes:
            if note not in told:
                say(f"note{which}: {note}.")
                told.add(note)
        say(f"written: {path}{which}")
    if found[0].options:
        again = f"porelight light run {quote(str(paths[0]))} {found[0].options}"
        say(f"as many photons as there: {again}")
    return 0


def check(run: Path, other: Path | None = None, /, *, json: AsJson = False) -> int:
    """Show the shares of a run beside those of adding-doubling, or of MCML for the same layers.

    Parameters
    ----------
    run
        File that 'porelight light run' wrote.
    other
        Output file of MCML (.mco) in text; adding-doubling, which needs no random numbers, when
        left out.
    """
    from porelight.cli.light_tables import check_document, print_check  # noqa: PLC0415
    from porelight.files.light_runs import load_light_run  # noqa: PLC0415
    from porelight.files.mcml_output import read_mco  # noqa: PLC0415
    from porelight.workflows.light import LightResult  # noqa: PLC0415
    from porelight.workflows.light_check import (  # noqa: PLC0415
        adding_doubling_check,
        light_check,
    )

    kept, case = load_light_run(run)
    result = LightResult(case.setup(), kept)
    if other is None:
        found = adding_doubling_check(result)
    else:
        theirs = read_mco(other)
        found = light_check(result, theirs.imported.case.optics(), theirs.shares)
    if json:
        print_json(check_document(found))
    else:
        print_check(found, "adding-doubling" if other is None else "MCML")
    return 0


def export(
    source: Path,
    /,
    *,
    output: ExportedLight,
    voxel_mm: Annotated[float, typed("files.light_exchange.VOXEL", "mm")] = 0.1,
    width_mm: Annotated[float, typed("LENGTH", "mm")] = 20.0,
    json: AsJson = False,
) -> int:
    """Write a case or a run for other programs; the name's ending says what.

    Parameters
    ----------
    source
        Light case (TOML), or run that 'porelight light run' wrote (NetCDF).
    voxel_mm
        Side of the voxels; every plane between layers must lie between two of them.
    width_mm
        Side of the box of voxels.
    """
    from porelight.files.light_exchange import export_light  # noqa: PLC0415
    from porelight.units import mm  # noqa: PLC0415

    export_light(source, output, voxel=voxel_mm * mm, width=width_mm * mm)
    if json:
        print_json({"output": str(output)})
    else:
        say(f"written: {output}")
    return 0


def example(
    *, layers: Flag = False, pore: Flag = False, vessel: Flag = False, weight_window: Flag = False
) -> int:
    """Print a light case to start from.

    Parameters
    ----------
    layers
        A slab with optical numbers of its own, in place of skin.
    pore
        With a hair follicle on the axis of the beam.
    vessel
        With a blood vessel beside the axis.
    weight_window
        With more photons near the pore, where errors fall sooner.
    """
    from porelight.files.light_examples import (  # noqa: PLC0415
        EXAMPLE,
        EXAMPLE_FOLLICLE,
        EXAMPLE_LAYERS,
        EXAMPLE_VESSEL,
        EXAMPLE_WINDOW,
    )

    if layers and (pore or vessel or weight_window):
        raise InputFileError(
            "the example with --layers is a slab, too thin for what lies in skin; expected it "
            "alone, or --pore, --vessel and --weight-window without it."
        )
    wanted = ((pore, EXAMPLE_FOLLICLE), (vessel, EXAMPLE_VESSEL), (weight_window, EXAMPLE_WINDOW))
    say(
        (EXAMPLE_LAYERS if layers else EXAMPLE) + "".join(table for asked, table in wanted if asked)
    )
    return 0


def schema() -> int:
    """Print the JSON Schema of a light case: every key, its unit, its range and its meaning."""
    from porelight.files.light_case import light_case_schema  # noqa: PLC0415

    say(light_case_schema())
    return 0
