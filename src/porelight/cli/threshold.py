"""``porelight threshold``: how strong one exposure must be to hurt skin as an end point says."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import Parameter

from porelight.cli.choices import AsJson
from porelight.cli.console import print_json, print_rows, say
from porelight.cli.numbers import Photons, Seed, SkinType, typed
from porelight.errors import ParameterError

if TYPE_CHECKING:
    from porelight.session.threshold import ExposureOutcome, Threshold

Milliseconds = Annotated[float, typed("TIME", "ms")]


def threshold(  # noqa: PLR0913  what a paper states of an exposure
    *,
    wavelength: Annotated[float, typed("WAVELENGTH", "nm")],
    spot: Annotated[float, typed("SPOT_DIAMETER", "mm")],
    duration: Annotated[float | None, typed("PULSE_DURATION", "ms")] = None,
    envelope: Path | None = None,
    profile: Literal["flat-top", "gaussian"] = "flat-top",
    pulses: Annotated[int, typed("N_PULSES")] = 1,
    rate: Annotated[float | None, typed("RATE", "Hz")] = None,
    end_point: str = "basal layer",
    skin: Literal["human", "pig", "white-pig"] = "human",
    fitzpatrick: SkinType | None = None,
    melanin: Annotated[float, typed("FRACTION", "percent", "%")] = 0.0,
    optics: Path | None = None,
    excised: Annotated[bool, Parameter(negative="")] = False,
    cooling: Literal["air", "cold air", "contact", "cryogen"] = "air",
    cooling_time: Milliseconds | None = None,
    cooling_lead: Milliseconds | None = None,
    blackened: Annotated[bool, Parameter(negative="")] = False,
    fluence: Annotated[float, typed("RADIANT_EXPOSURE", "J_per_cm2", "J/cm2")] = 0.0,
    criterion: str = "two-channel",
    photons: Photons = 200_000,
    seed: Seed = 1,
    json: AsJson = False,
) -> int:
    """Find the radiant exposure at which one place is just hurt as an end point says.

    The radiant exposure is the energy over the area of the spot: of one pulse, and, where there are
    several, of all of them together, too.

    Parameters
    ----------
    wavelength
        400 to 3000 nm.
    spot
        Diameter in mm; of a Gaussian beam where it falls to 1/e2.
    duration
        Of one pulse in ms; needed unless there is an envelope.
    envelope
        CSV file with the course of one pulse (columns power, and time_s, time_ms or time_us),
        instead of a duration.
    profile
        Of the beam.
    pulses
        Equal pulses on the same place.
    rate
        Pulses per second; needed for more than one.
    end_point
        What is looked for. Cells: subcorneal (first anywhere below the horny layer), basal-layer
        (the first red spot, a minimum visible lesion), blister (the epidermis lifts off), 80-um
        (the depth of burn standards), full-epidermis (with its ridges). Collagen:
        dermal-denaturation. Blood: vessel (purpura). Water: vaporisation (100 degC).
    skin
        A person's cheek, a pigmented miniature pig (Yucatan), or a white farm pig (Yorkshire).
    fitzpatrick
        Skin type of a person, 1 to 6 or I to VI; 2 when left out.
    melanin
        Share of melanosomes in a person's epidermis, in %; that of the skin type when 0.
    optics
        File of a person's own optics ('porelight reflectance --fit'), of which the middle is taken,
        instead of those of the skin type.
    excised
        Skin without blood flow, at room temperature.
    cooling
        On the skin from the start; air follows.
    cooling_time
        How long it is applied, in ms; needed unless it is air.
    cooling_lead
        From the start of the cooling to the first pulse, in ms; none when left out.
    blackened
        Soot or India ink on the skin takes up all the light, as in experiments on burns by flames.
    fluence
        Tell also what pulses of so much energy over the area of the spot do, in J/cm2 for each
        pulse; 0 for nothing more.
    criterion
        Rate of cell death: two-channel, or a published set (henriques, takata, weaver-stoll).
    photons
        To follow; 200 000 give a threshold to about 1 %.
    """
    from porelight.files.own_optics import read_optics  # noqa: PLC0415
    from porelight.files.temporal_profiles import read_temporal_profile  # noqa: PLC0415
    from porelight.session.end_points import require_end_point  # noqa: PLC0415
    from porelight.session.published import compared_near  # noqa: PLC0415
    from porelight.units import J_per_cm2, mm, ms, nm  # noqa: PLC0415
    from porelight.workflows.threshold import threshold as threshold_of  # noqa: PLC0415

    if (duration is None) == (envelope is None):
        both = "neither" if duration is None else "both"
        raise ParameterError(
            f"{both} of --duration and --envelope are given; expected one of the two: --duration "
            "25 (ms), or --envelope pulse.csv."
        )
    for option, given, has_effect, why in (
        ("--rate", rate, pulses > 1, "there is one pulse. Give --pulses too"),
        (
            "--cooling-time",
            cooling_time,
            cooling != "air",
            "air cools all the time. Give --cooling",
        ),
        (
            "--cooling-lead",
            cooling_lead,
            cooling != "air",
            "air cools all the time. Give --cooling",
        ),
        (
            "--fitzpatrick",
            fitzpatrick,
            skin == "human",
            f"the skin is a {skin}'s. Say --skin human",
        ),
    ):
        if given is not None and not has_effect:
            raise ParameterError(f"{option} changes nothing, since {why}, or leave it out.")
    found = threshold_of(
        wavelength=wavelength * nm,
        spot_diameter=spot * mm,
        duration=(duration or 0.0) * ms if envelope is None else read_temporal_profile(envelope),
        end_point=require_end_point(end_point),
        skin=skin,
        fitzpatrick=2 if fitzpatrick is None else fitzpatrick,
        melanosome_fraction=melanin / 100.0,
        optics=None if optics is None else read_optics(optics),
        state="excised" if excised else "in vivo",
        profile=profile,
        n_pulses=pulses,
        rate=rate or 0.0,
        cooling=cooling,
        cooling_time=(cooling_time or 0.0) * ms,
        cooling_lead=(cooling_lead or 0.0) * ms,
        blackened=blackened,
        criterion=criterion,
        photons=photons,
        seed=seed,
    )
    done = found.outcome(pulses * fluence * J_per_cm2) if fluence > 0.0 else None
    if json:
        print_json(_document(found.threshold, done))
    else:
        print_rows(
            f"{found.threshold.end_point}, {found.threshold.criterion}",
            _rows(found.threshold, done),
        )
        if not found.is_reached:
            say(_not_reached(found.threshold))
        if found.threshold.outcome.boils or (done is not None and done.boils):
            say("Water boils at 100 degC, which is not modelled: hotter is overstated.")
        say(compared_near(found.heated.exposure))
    return 0


def _numbers(of: "ExposureOutcome", n_pulses: int) -> dict[str, float]:
    from porelight.units import J_per_cm2, to_celsius, um  # noqa: PLC0415

    total, peak = of.radiant_exposure / J_per_cm2, of.peak_radiant_exposure / J_per_cm2
    each = {}
    if n_pulses > 1:
        each = {
            "pulse_radiant_exposure_J_per_cm2": total / n_pulses,
            "pulse_peak_radiant_exposure_J_per_cm2": peak / n_pulses,
        }
    return {
        **each,
        "radiant_exposure_J_per_cm2": total,
        "peak_radiant_exposure_J_per_cm2": peak,
        "surface_peak_degC": to_celsius(of.surface_peak),
        "peak_degC": to_celsius(of.peak),
        "killed_to_um": of.killed_depth / um,
        "coagulated_to_um": of.coagulated_depth / um,
    }


def _document(found: "Threshold", done: "ExposureOutcome | None") -> dict[str, object]:
    from porelight.units import um  # noqa: PLC0415

    def numbers(of: "ExposureOutcome") -> dict[str, object]:
        return {**_numbers(of, found.n_pulses), "boils": of.boils}

    document: dict[str, object] = {
        "end_point": found.end_point,
        "criterion": found.criterion,
        "pulses": found.n_pulses,
        "is_reached": found.is_reached,
    }
    if found.is_reached:
        document |= {"reached_at_um": found.depth / um, "threshold": numbers(found.outcome)}
    else:
        document |= {"strongest": numbers(found.outcome)}
    if done is not None:
        document["outcome"] = numbers(done)
    return document


def _not_reached(found: "Threshold") -> str:
    from porelight.units import J_per_cm2, to_celsius  # noqa: PLC0415

    each = found.outcome.radiant_exposure / found.n_pulses / J_per_cm2
    of_what = " a pulse" if found.n_pulses > 1 else ""
    return (
        f"No threshold below {each:.3g} J/cm2{of_what}: even there the skin reaches "
        f"{to_celsius(found.outcome.peak):.3g} degC at most."
    )


def _rows(found: "Threshold", done: "ExposureOutcome | None") -> list[dict[str, str]]:
    from porelight.units import J_per_cm2  # noqa: PLC0415

    n = found.n_pulses
    first = "at threshold" if found.is_reached else "at the strongest tried"
    columns = [(first, _numbers(found.outcome, n))]
    if done is not None:
        each = done.radiant_exposure / n / J_per_cm2
        columns.append((f"at {each:.4g} J/cm2", _numbers(done, n)))
    together = f", all {n} pulses" if n > 1 else ""
    said = {
        "pulse_radiant_exposure_J_per_cm2": ("radiant exposure of one pulse", "J/cm2"),
        "pulse_peak_radiant_exposure_J_per_cm2": ("the same at the beam's strongest", "J/cm2"),
        "radiant_exposure_J_per_cm2": (f"radiant exposure{together}", "J/cm2"),
        "peak_radiant_exposure_J_per_cm2": ("the same at the beam's strongest", "J/cm2"),
        "surface_peak_degC": ("highest temperature of the surface", "degC"),
        "peak_degC": ("highest temperature at any depth", "degC"),
        "killed_to_um": ("63 % of the cells die down to", "um"),
        "coagulated_to_um": ("63 % of the collagen denatures down to", "um"),
    }
    rows = []
    for key in columns[0][1]:
        quantity, unit = said[key]
        row = {"quantity": quantity, "unit": unit}
        rows.append(row | {title: f"{numbers[key]:.3g}" for title, numbers in columns})
    return rows
