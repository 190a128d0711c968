"""``porelight reflectance --fit``: one person's optics from what a spectrometer measured."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from porelight.cli.console import complain, print_json, print_rows, say
from porelight.cli.numbers import typed
from porelight.cli.paths import Writes
from porelight.errors import InputFileError

if TYPE_CHECKING:
    from porelight.workflows.fit_reflectance import FittedReflectance

Site = Literal["forearm", "forehead", "glabella", "nose", "cheek", "chin"]
_SAID = {
    "melanosome_fraction": ("melanosomes of the epidermis", "%"),
    "blood_multiplier": ("blood, over the usual there", ""),
    "oxygen_saturation": ("oxygen of the blood, as on the forearm", "%"),
    "scattering_multiplier": ("scattering, over the usual", ""),
    "scattering_power_dermis": ("its power in wavelength", ""),
    "water_fraction_dermis": ("water of the dermis", "%"),
    "baseline_multiplier": ("absorption of all else, over the usual", ""),
    "lipid_fraction_dermis": ("lipid", "%"),
    "dermis_thickness_multiplier": ("thickness of the dermis, over the usual", ""),
    "water_fraction_epidermis": ("water of the epidermis", "%"),
    "refractive_index_epidermis": ("refractive index of the surface", ""),
}


@Parameter(name="*")
@dataclass(frozen=True, slots=True)
class FitOptions:
    """What was measured of one person, and how.

    Attributes
    ----------
    fit : Path or None
        Table of the spectrum.
    site : str or None
        Where it was measured.
    port_mm : float or None
        Diameter of the port [mm].
    specular : str or None
        Whether the surface's reflection is in it.
    column : str or None
        Heading of the person's column.
    """

    fit: Annotated[
        Path | None,
        Parameter(
            help="Tell the optics of one person instead: CSV file of a measured spectrum "
            "(wavelength_nm,reflectance, and standard_error if it is known)."
        ),
    ] = None
    site: Annotated[
        Site | None,
        Parameter(help="Where it was measured: the inner forearm, as is usual, or a zone."),
    ] = None
    port_mm: Annotated[
        float | None,
        typed(
            "inference.measured_reflectance.PORT",
            "mm",
            help="Diameter of the port on the skin, in mm; left out if all light is collected.",
        ),
    ] = None
    specular: Annotated[
        Literal["included", "excluded"] | None,
        Parameter(
            help="Whether the reflection of the surface is in the reading; included if left out."
        ),
    ] = None
    column: Annotated[
        str | None,
        Parameter(help="Heading of the person's column in a file of several."),
    ] = None

    def stated(self) -> list[str]:
        """Return the options that were given besides the spectrum."""
        names = ("site", "port_mm", "specular", "column")
        return [f"--{name.replace('_', '-')}" for name in names if getattr(self, name) is not None]


NO_FIT = FitOptions()
PersonOutput = Annotated[
    Path | None,
    Writes(),
    Parameter(
        name=["--output", "-o"],
        help='With --fit: TOML file for the person\'s optics; a course names it by optics = "..." '
        "in its [skin] table.",
    ),
]


def fit(
    options: FitOptions,
    output: Path | None,
    *,
    age: float | None,
    sex: Literal["female", "male"] | None,
    seed: int,
    json: bool,
) -> int:
    """Fit the spectrum, print what it says, and save it."""
    from porelight.files.own_optics import OWN_OPTICS, save_optics  # noqa: PLC0415
    from porelight.files.spectra_of_skin import read_spectrum  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.units import mm  # noqa: PLC0415
    from porelight.workflows.fit_reflectance import fit_reflectance  # noqa: PLC0415

    if options.fit is None:
        stated = [*options.stated(), *([] if output is None else ["--output"])]
        raise InputFileError(f"{stated[0]} is about a measured spectrum; give --fit FILE too.")
    if output is not None:
        require_output(output, OWN_OPTICS)
    site = options.site or "forearm"
    spectrum = read_spectrum(options.fit, column=options.column)
    of_whom = f" {options.column}" if options.column else ""
    found = fit_reflectance(
        spectrum,
        site=site,
        port=None if options.port_mm is None else options.port_mm * mm,
        specular=options.specular or "included",
        age=age,
        sex=sex,
        source=f"{options.fit.name}{of_whom} ({site})",
        seed=seed,
    )
    if output is not None and found.is_plausible:
        save_optics(found.optics, output)
    if json:
        print_json(_document(found))
    else:
        _print(found)
        if output is not None and found.is_plausible:
            say(f"written: {output}")
    for warning in found.warnings:
        complain(warning)
    return 0 if found.is_plausible else 2


def _document(found: "FittedReflectance") -> dict[str, object]:
    at = found.worst
    numbers = {}
    for name, middle in found.optics.middle.items():
        (low, high), (least, most) = found.interval(name), found.people[name]
        numbers[name] = {
            "value": middle,
            "low": low,
            "high": high,
            "people_low": least,
            "people_high": most,
        }
    nm = (found.wavelength * 1e9).round(6)
    return {
        "site": found.optics.site,
        "numbers": numbers,
        "wavelengths_nm": nm.tolist(),
        "measured": found.measured.tolist(),
        "fitted": found.fitted.tolist(),
        "standard_error": found.error.tolist(),
        "largest_residual": {
            "nm": float(nm[at]),
            "residual": float(found.measured[at] - found.fitted[at]),
            "standard_error": float(found.error[at]),
        },
        "misfit": found.misfit,
        "share_of_people_as_far_off": found.tail,
        "is_plausible": found.is_plausible,
        "warnings": list(found.warnings),
    }


def _print(found: "FittedReflectance") -> None:
    rows = []
    for name, middle in found.optics.middle.items():
        said, unit = _SAID[name]
        size = 100.0 if unit else 1.0
        (low, high), (least, most) = found.interval(name), found.people[name]
        rows.append(
            {
                "number": said,
                "unit": unit,
                "value": f"{size * middle:.3g}",
                "90 % interval": f"{size * low:.3g} to {size * high:.3g}",
                "90 % of people": f"{size * least:.3g} to {size * most:.3g}",
            }
        )
    print_rows(f"Optics of {found.optics.source}", rows)
    nm, at = found.wavelength * 1e9, found.worst
    say(
        f"{nm.size} wavelengths, {nm[0]:.4g} to {nm[-1]:.4g} nm; what lies outside 450 to 2200 nm "
        "is not used."
    )
    say(
        f"largest residual for its error: {found.measured[at] - found.fitted[at]:+.4f} at "
        f"{nm[at]:.4g} nm, of {found.measured[at]:.4f}; one person's may be off by "
        f"{found.error[at]:.4f} (SD)."
    )
