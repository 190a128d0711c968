"""Shares of the light as ``porelight light`` shows them: in tables, and as JSON."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from porelight.cli.console import print_json, print_rows, say

if TYPE_CHECKING:
    from porelight.files.light_case import LightCase
    from porelight.light.field import LightField
    from porelight.light.run import LightRun
    from porelight.light.tally_regions import Share
    from porelight.quantities import Floats


def print_summary(
    run: "LightRun", case: "LightCase", output: Path, *, rate: float, note: str, json: bool
) -> None:
    """Print every share of a run with its standard error, and where the run was written."""
    labels = dict(zip(run.names[2:], case.layer_names, strict=False))
    titles = {
        name: f"{name}: {labels[name]}" if labels.get(name, name) != name else name
        for name in run.names
    }
    if case.weight_window is not None and run.kernel == "reference":
        unheard = "the reference kernel had to run, which takes no notice of [weight_window]."
        note = f"{note} {unheard}".strip()
    shares = {title: run.share(name) for name, title in titles.items()}
    if json:
        rows = [{"name": title, **share._asdict()} for title, share in shares.items()]
        print_json({"output": str(output), "photons": run.n_photons, "shares": rows, "note": note})
        return
    table = [
        {
            "share of the light": title,
            "mean": f"{share.mean:.6g}",
            "standard error": f"{share.standard_error:.2g}",
        }
        for title, share in shares.items()
    ]
    print_rows(f"{run.n_photons:,} photons", table)
    if rate:
        say(f"{rate:,.0f} photons a second, {run.kernel} kernel")
    if note:
        say(note)
    say(f"written: {output}")


def named_shares(field: "LightField", case: "LightCase") -> "dict[str, Share]":
    """Return all shares of a field by name, layers by their own."""
    from porelight.light.tally_regions import Share  # noqa: PLC0415

    names = [*case.layer_names, *field.region_names[field.n_layers :]]
    found = zip(field.by_region.tolist(), field.by_region_error.tolist(), strict=True)
    return {
        "reflectance": Share(field.reflectance, field.reflectance_error),
        "transmittance": Share(field.transmittance, field.transmittance_error),
        **{name: Share(*pair) for name, pair in zip(names, found, strict=True)},
        **field.watched,
    }


def concise(share: "Share") -> str:
    """Return a number with its error in brackets: 0.4574(8) is 0.4574 with an error of 0.0008."""
    mean, error = share
    if not 0.0 < error < math.inf:
        return f"{mean:.6g}"
    power = math.floor(math.log10(mean)) if 0.0 < mean < 1e-3 else 0
    digits = max(0, power - math.floor(math.log10(error) + 0.02))  # 0.96 is 1 already
    last = round(error * 10.0 ** (digits - power))
    return f"{mean * 10.0**-power:.{digits}f}({last})" + (f"e{power:03d}" if power else "")


def finite(values: "Floats") -> list[Any]:
    """Return numbers as JSON can hold them: nothing for an error without bound."""
    return [
        finite(value) if value.ndim else float(value) if value < float("inf") else None
        for value in values
    ]
