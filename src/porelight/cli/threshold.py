"""``porelight threshold``: how strong one exposure must be to burn, coagulate or boil skin."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Seed
from porelight.cli.console import print_json, print_rows, say
from porelight.errors import ParameterError

if TYPE_CHECKING:
    from porelight.session.threshold import ExposureOutcome, Threshold

_SHORTEST, _LONGEST = 400.0, 3000.0  # nm; what is known of skin ends here


def threshold(  # noqa: PLR0913  what a paper states of an exposure
    *,
    wavelength: float,
    spot: float,
    duration: float = 0.0,
    envelope: Path | None = None,
    profile: Literal["flat-top", "gaussian"] = "flat-top",
    pulses: int = 1,
    rate: float = 0.0,
    endpoint: Literal["burn", "coagulation", "vaporisation"] = "burn",
    skin: Literal["human", "pig", "white-pig"] = "human",
    fitzpatrick: int = 2,
    excised: Annotated[bool, Parameter(negative="")] = False,
    cooling: Literal["air", "cold air", "contact", "cryogen"] = "air",
    cooling_time: float = 0.0,
    cooling_lead: float = 0.0,
    fluence: float = 0.0,
    criterion: str = "two-channel",
    photons: int = 200_000,
    seed: Seed = 1,
    json: AsJson = False,
) -> int:
    """Find the radiant exposure at which one place burns, coagulates or boils.

    Parameters
    ----------
    wavelength
        400 to 3000 nm.
    spot
        Diameter in mm; of a Gaussian beam where it falls to 1/e2.
    duration
        Of one pulse in ms.
    envelope
        CSV file with the course of one pulse (columns power, and time_s, time_ms or time_us),
        instead of a duration.
    profile
        Of the beam.
    pulses
        On the same place.
    rate
        Pulses per second.
    endpoint
        Cells killed, collagen denatured, or water at 100 degC.
    skin
        A person's cheek, a pigmented miniature pig (Yucatan), or a white farm pig (Yorkshire).
    fitzpatrick
        Skin type of a person, 1 to 6.
    excised
        Skin without blood flow, at room temperature.
    cooling
        On the skin from the start; air follows.
    cooling_time
        How long it is applied, in ms.
    cooling_lead
        From the start of the cooling to the first pulse, in ms.
    fluence
        Tell also what this energy over the area of the spot does, in J/cm2; 0 for nothing more.
    criterion
        Rate of cell death: two-channel, or a published set (henriques, takata, weaver-stoll).
    photons
        To follow; 200 000 give a threshold to about 1 %.
    """
    from porelight.heat.temporal_profile import TemporalProfile  # noqa: PLC0415
    from porelight.units import J_per_cm2, mm, ms, nm  # noqa: PLC0415
    from porelight.workflows.threshold import threshold as threshold_of  # noqa: PLC0415

    if (duration > 0.0) == (envelope is not None):
        raise ParameterError(
            f"duration is {duration:g} ms and envelope {envelope or 'not given'}; expected one of "
            "the two: --duration 25, or --envelope pulse.csv."
        )
    if not _SHORTEST <= wavelength <= _LONGEST:
        raise ParameterError(
            f"wavelength is {wavelength:g} nm; expected {_SHORTEST:g} to {_LONGEST:g} nm."
        )
    found = threshold_of(
        wavelength=wavelength * nm,
        spot_diameter=spot * mm,
        duration=TemporalProfile.from_csv(envelope) if envelope else duration * ms,
        endpoint=endpoint,
        skin=skin,
        fitzpatrick=fitzpatrick,
        state="excised" if excised else "in vivo",
        profile=profile,
        n_pulses=pulses,
        rate=rate,
        cooling=cooling,
        cooling_time=cooling_time * ms,
        cooling_lead=cooling_lead * ms,
        criterion=criterion,
        photons=photons,
        seed=seed,
    )
    done = found.outcome(fluence * J_per_cm2) if fluence > 0.0 else None
    if json:
        print_json(_document(found.threshold, done))
    else:
        print_rows(
            f"{found.threshold.endpoint}, {found.threshold.criterion}", _rows(found.threshold, done)
        )
        say("Published models meet such thresholds within a factor of about two, and so does this.")
    return 0


def _numbers(of: "ExposureOutcome") -> dict[str, float]:
    from porelight.units import J_per_cm2, to_celsius, um  # noqa: PLC0415

    return {
        "radiant_exposure_J_per_cm2": of.radiant_exposure / J_per_cm2,
        "peak_radiant_exposure_J_per_cm2": of.peak_radiant_exposure / J_per_cm2,
        "surface_peak_degC": to_celsius(of.surface_peak),
        "peak_degC": to_celsius(of.peak),
        "killed_to_um": of.killed_depth / um,
        "coagulated_to_um": of.coagulated_depth / um,
    }


def _document(found: "Threshold", done: "ExposureOutcome | None") -> dict[str, object]:
    from porelight.units import um  # noqa: PLC0415

    document: dict[str, object] = {
        "endpoint": found.endpoint,
        "criterion": found.criterion,
        "reached_at_um": found.depth / um,
        "threshold": _numbers(found.outcome) | {"boils": found.outcome.boils},
    }
    if done is not None:
        document["outcome"] = _numbers(done) | {"boils": done.boils}
    return document


def _rows(found: "Threshold", done: "ExposureOutcome | None") -> list[dict[str, str]]:
    both = [("at threshold", found.outcome), *([("as asked", done)] if done else [])]
    columns = [(title, _numbers(one)) for title, one in both]
    rows = []
    for key in columns[0][1]:
        quantity, _, unit = key.rpartition("_")
        if key.endswith("_J_per_cm2"):
            quantity, unit = key.removesuffix("_J_per_cm2"), "J/cm2"
        row = {"quantity": quantity.replace("_", " "), "unit": unit}
        rows.append(row | {title: f"{numbers[key]:.3g}" for title, numbers in columns})
    return rows
