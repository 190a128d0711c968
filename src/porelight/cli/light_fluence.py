"""``porelight light fluence``: a kept run in W/cm2, from what falls onto the skin."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from porelight.cli.choices import AsJson, Output
from porelight.cli.console import print_json, print_rows, say
from porelight.cli.numbers import typed

if TYPE_CHECKING:
    from porelight.workflows.light_fluence import LightFluence

_RANGES = "workflows.light_fluence"


def fluence(
    run: Path,
    /,
    *,
    irradiance_w_cm2: Annotated[
        float | None, typed(f"{_RANGES}.IRRADIANCE", "W_per_cm2", "W/cm2")
    ] = None,
    power_w: Annotated[float | None, typed(f"{_RANGES}.POWER", shown="W")] = None,
    radiant_exposure_j_cm2: Annotated[
        float | None, typed(f"{_RANGES}.EXPOSURE", "J_per_cm2", "J/cm2")
    ] = None,
    output: Output | None = None,
    json: AsJson = False,
) -> int:
    """Show the fluence rate of a run at depths, for an irradiance or a power at the skin.

    In W/cm2, near the axis of the beam; for a radiant exposure the fluence in J/cm2.

    Parameters
    ----------
    run
        File that 'porelight light run' wrote.
    irradiance_w_cm2
        Power over the area of the spot, pi/4 times its diameter squared.
    power_w
        Or the power of the beam.
    radiant_exposure_j_cm2
        Or the energy over the area of the spot, for the fluence in J/cm2.
    output
        CSV file for every cell: depth, radius, fluence rate, standard error.
    """
    from porelight.files.light_exchange import FLUENCE_TABLE, write_fluence_table  # noqa: PLC0415
    from porelight.files.light_runs import load_light_run  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.units import J_per_cm2, W_per_cm2  # noqa: PLC0415
    from porelight.workflows.light import LightResult  # noqa: PLC0415
    from porelight.workflows.light_fluence import light_fluence  # noqa: PLC0415

    if output is not None:
        require_output(output, FLUENCE_TABLE)
    kept, case = load_light_run(run)
    found = light_fluence(
        LightResult(case.setup(), kept),
        irradiance=None if irradiance_w_cm2 is None else irradiance_w_cm2 * W_per_cm2,
        power=power_w,
        radiant_exposure=(
            None if radiant_exposure_j_cm2 is None else radiant_exposure_j_cm2 * J_per_cm2
        ),
    )
    if output is not None:
        write_fluence_table(found, output)
    if json:
        written = {} if output is None else {"output": str(output)}
        print_json({**written, **_document(found)})
        return 0
    _print(found)
    if output is not None:
        say(f"written: {output}")
    return 0


def _print(found: "LightFluence") -> None:
    unit, scale = found.unit_per_cm2
    quantity = "fluence" if found.is_energy else "fluence rate"
    over = f"over the {'radiant exposure' if found.is_energy else 'irradiance'}"
    rows = [
        {
            "depth in mm": f"{row.depth * 1e3:.4g}",
            "layer": row.layer,
            f"{quantity} in {unit}": _told(row.near_axis / scale),
            over: _told(row.near_axis / found.per_area),
        }
        for row in found.rows
    ]
    if not found.has_area:
        rows = [{k: v for k, v in row.items() if k != over} for row in rows]
    told = f", {found.per_area / scale:.4g} {unit} over the spot" if found.has_area else ""
    where = "onto the skin" if found.result.setup.source_depth is None else "from the source inside"
    print_rows(f"{found.amount:.4g} {unit[0]} {where}{told}", rows)
    what = "Energy" if found.is_energy else "Power"
    say(f"{what} that reaches a small ball from all sides, over its cross-section; near the axis,")
    say(
        "mean over the inner quarter of the beam's radius. Above 1 in the last column: scattered "
        "light adds to the beam."
        if found.has_area
        else "mean over the innermost ring of cells."
    )
    if found.result.setup.vessels:
        say("Depths that a vessel reaches are left out: absorption there is not that of the layer.")


def _told(value: float) -> str:
    """Return a number of a table; light that nothing was absorbed of is not known to be 0."""
    return f"{value:.4g}" if value > 0.0 else "nothing absorbed yet"


def _document(found: "LightFluence") -> dict[str, object]:
    unit, scale = found.unit_per_cm2
    return {
        "unit": unit,
        "onto_the_skin": {"total": found.amount, "unit": unit[0]},
        "over_the_spot": found.per_area / scale if found.has_area else None,
        "rows": [
            {"depth_mm": row.depth * 1e3, "layer": row.layer, "near_axis": row.near_axis / scale}
            for row in found.rows
        ],
    }
