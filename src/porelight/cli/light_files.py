"""``porelight light import``, ``export``, ``example``: cases, and the files of other programs."""

from pathlib import Path
from typing import Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, require_folder_of, say
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


def import_mcx(case: Path, /, *, output: Output, json: AsJson = False) -> int:
    """Read a layered case of MCX and write it as a light case.

    Parameters
    ----------
    case
        JSON file as MCX reads it.
    output
        TOML file for the light case.
    """
    from porelight.files.light_case import write_light_case  # noqa: PLC0415
    from porelight.files.mcx_reader import read_mcx_case  # noqa: PLC0415

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


def export(
    source: Path,
    /,
    *,
    output: ExportedLight,
    voxel_mm: float = 0.1,
    width_mm: float = 20.0,
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

    require_folder_of(output)
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
