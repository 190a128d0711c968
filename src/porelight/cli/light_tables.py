"""Shares of the light as ``porelight light`` shows them: in tables, and as JSON."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from porelight.cli.console import print_json, print_rows, say

if TYPE_CHECKING:
    from porelight.quantities import Floats
    from porelight.workflows.light import LightResult
    from porelight.workflows.light_check import LightCheck
    from porelight.workflows.light_paths import LightPaths
    from porelight.workflows.light_sweep import LightBySkinType

_TYPE_NAMES = ("I", "II", "III", "IV", "V", "VI")


def print_summary(result: "LightResult", output: Path, *, json: bool) -> None:
    """Print every share of a run with its standard error, and where the run was written."""
    n_photons, shares, note = result.n_photons, result.shares, result.note
    if json:
        rows = [{"name": title, **share._asdict()} for title, share in shares.items()]
        print_json({"output": str(output), "photons": n_photons, "shares": rows, "note": note})
        return
    table = [
        {
            "share of the light": title,
            "mean": f"{share.mean:.6g}",
            "standard error": f"{share.standard_error:.2g}",
        }
        for title, share in shares.items()
    ]
    print_rows(f"{n_photons:,} photons", table)
    if result.photons_per_second:
        say(f"{result.photons_per_second:,.0f} photons a second, {result.run.kernel} kernel")
    if note:
        say(note)
    say(f"written: {output}")


def print_skin_types(light: "LightBySkinType") -> None:
    """Print reflectance and shares absorbed in each skin type."""
    from porelight.workflows.light_shares import concise  # noqa: PLC0415

    shown = ("reflectance", "epidermis", *light.fields[1].tally_shares)
    rows = []
    for name, fitzpatrick in zip(_TYPE_NAMES, light.fields, strict=True):
        shares = light.shares(fitzpatrick)
        rows.append({"type": name, **{part: concise(shares[part]) for part in shown}})
    print_rows(f"{light.n_photons:,} photons, shared by all skin types", rows)
    say("Reflectance, and shares absorbed; in brackets the standard error of the last digit.")


def skin_types_document(light: "LightBySkinType") -> list[dict[str, Any]]:
    """Return all shares of each skin type for JSON."""
    return [
        {
            "fitzpatrick": fitzpatrick,
            **{name: share._asdict() for name, share in light.shares(fitzpatrick).items()},
        }
        for fitzpatrick in light.fields
    ]


def print_paths(paths: "LightPaths") -> None:
    """Print the mean path of re-emitted and transmitted light in each layer, in mm."""
    from porelight.units import mm  # noqa: PLC0415

    rows = [
        {
            "mean path in mm": layer,
            **{
                way: f"{mean[i] / mm:.5g} ± {error[i] / mm:.2g}"
                if error[i] < float("inf")
                else "none"
                for way, (mean, error) in _ways(paths).items()
            },
        }
        for i, layer in enumerate(paths.setup.layer_names)
    ]
    print_rows(f"{paths.n_photons:,} photons", rows)


def paths_document(paths: "LightPaths") -> dict[str, Any]:
    """Return mean paths for JSON, in mm."""
    from porelight.units import mm  # noqa: PLC0415

    found = paths.lengths
    return {
        "photons": paths.n_photons,
        "layers": list(paths.setup.layer_names),
        **{
            way: {"path_mm": finite(mean / mm), "standard_error_mm": finite(error / mm)}
            for way, (mean, error) in _ways(paths).items()
        },
        "re-emitted by ring": {
            "ring_edges_mm": finite(paths.setup.grid.r_edges / mm),
            "path_mm": finite(found.by_ring / mm),
            "standard_error_mm": finite(found.by_ring_error / mm),
        },
    }


def print_check(found: "LightCheck", other: str) -> None:
    """Print every share by porelight and by another, and their difference in standard errors."""
    from porelight.workflows.light_shares import concise  # noqa: PLC0415

    rows = [
        {
            "share of the light": pair.name,
            "porelight": concise(pair.ours),
            other: concise(pair.theirs),
            "difference in standard errors": f"{pair.z_score:+.1f}",
        }
        for pair in found.pairs
    ]
    print_rows(f"the same layers by porelight and by {other}", rows)
    say(
        "In brackets the standard error of the last digit; "
        + (
            "version 1 of MCML states none, so its is the largest that its photons allow."
            if other == "MCML"
            else "that of adding-doubling is what more directions change."
        )
    )
    say(
        "Of shares that agree, one in twenty differs by more than 2 standard errors, and hardly "
        "any by more than 4."
    )
    if found.note:
        say(found.note)


def check_document(found: "LightCheck") -> dict[str, Any]:
    """Return shares by both programs for JSON."""
    return {
        "shares": [
            {
                "name": pair.name,
                "porelight": pair.ours._asdict(),
                "other": pair.theirs._asdict(),
                "z_score": pair.z_score,
            }
            for pair in found.pairs
        ],
        "note": found.note,
    }


def _ways(paths: "LightPaths") -> "dict[str, tuple[Floats, Floats]]":
    found = paths.lengths
    return {
        "re-emitted": (found.reflected, found.reflected_error),
        "transmitted": (found.transmitted, found.transmitted_error),
    }


def finite(values: "Floats") -> list[Any]:
    """Return numbers as JSON can hold them: nothing for an error without bound."""
    return [
        finite(value) if value.ndim else float(value) if value < float("inf") else None
        for value in values
    ]
