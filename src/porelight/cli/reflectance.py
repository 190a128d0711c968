"""``porelight reflectance``: what a spectrometer would measure of people of one description."""

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal

from cyclopts import Parameter

from porelight.cli.choices import AsJson, Zone
from porelight.cli.console import print_json, print_rows
from porelight.cli.numbers import Seed, SkinType, typed
from porelight.cli.reflectance_fit import NO_FIT, FitOptions, PersonOutput, fit
from porelight.errors import PorelightError

_MOST = 400  # wavelengths of one call
_FORM = "FROM:TO:STEP in nm, as in 450:2200:50, or nm separated by commas, as in 532,1064"


def _wavelengths(text: str) -> list[float]:
    """Read wavelengths [nm]: a range with its step, or a list."""
    try:
        numbers = [Decimal(part) for part in text.replace(":", ",").split(",")]
    except InvalidOperation:
        numbers = []
    if not all(number.is_finite() for number in numbers):
        numbers = []
    found = _range(numbers) if ":" in text else numbers
    if not found:
        raise PorelightError(f"--wavelengths is {text[:40]!r}; expected {_FORM}.")
    if len(found) > _MOST or not all(400 <= one <= 3000 for one in found):
        raise PorelightError(
            f"--wavelengths is {text[:40]!r}; expected wavelengths from 400 to 3000 nm, at most "
            f"{_MOST} of them."
        )
    return [float(one) for one in found]


def _range(numbers: list[Decimal]) -> list[Decimal]:
    """Return the wavelengths of a range given as from, to and step; none if it is no range."""
    match numbers:
        case [first, last, step] if step > 0 and first <= last:
            steps = min(_MOST, int((last - first) / step))  # one too many is refused below
            return [first + k * step for k in range(steps + 1)]
    return []


def reflectance(  # noqa: PLR0913  the description of people, as elsewhere
    *,
    population: Literal["forearm"] | None = None,
    zone: Zone | None = None,
    fitzpatrick: SkinType | None = None,
    age: Annotated[float | None, typed("AGE")] = None,
    sex: Literal["female", "male"] | None = None,
    wavelengths: Annotated[str | None, Parameter(help=f"{_FORM}; 1064 if left out.")] = None,
    person: FitOptions = NO_FIT,
    output: PersonOutput = None,
    seed: Seed = 1,
    json: AsJson = False,
) -> int:
    """Tell the reflectance of people at each wavelength: mean, spread, and where 90 % of them lie.

    What an integrating sphere measures of a beam near the normal, specular reflection included. A
    narrow port loses light that leaves the skin beside it, and reads lower: contact instruments
    with a port of 8 mm read about R (1 - 0.67 R R). No face was measured beyond 740 nm. Compare it
    with your own spectrometer before you believe a forecast.

    With --fit, the optics of one person from a measured spectrum instead: each number with its
    90 % interval beside that of people.

    Parameters
    ----------
    population
        The inner forearm of volunteers of all skin types, as in the measurement that was fitted.
    zone
        Part of the face, instead of a population; it needs a skin type.
    fitzpatrick
        Skin type, 1 to 6 or I to VI.
    age
        Of the face, in years; 40 if left out.
    sex
        Of the face; female if left out.
    """
    if person.fit is not None or person.stated() or output is not None:
        for name, given in (
            ("population", population),
            ("zone", zone),
            ("fitzpatrick", fitzpatrick),
            ("wavelengths", wavelengths),
        ):
            if given is not None and person.fit is not None:
                raise PorelightError(
                    f"--fit tells of one person, --{name} of people of a description; keep one. "
                    "Where the person was measured is --site."
                )
        return fit(person, output, age=age, sex=sex, seed=seed, json=json)
    from porelight.units import nm  # noqa: PLC0415
    from porelight.workflows.reflectance import reflectance as reflectance_of  # noqa: PLC0415

    asked = _wavelengths("1064" if wavelengths is None else wavelengths)
    found = reflectance_of(
        [one * nm for one in asked],
        population=population,
        zone=zone,
        fitzpatrick=fitzpatrick,
        age=age,
        sex=sex,
        seed=seed,
    )
    rows = [
        {"nm": at, "mean": mean, "sd": sd, "low": low, "high": high}
        for at, mean, sd, low, high in zip(
            asked,
            found.mean.tolist(),
            found.sd.tolist(),
            found.low.tolist(),
            found.high.tolist(),
            strict=True,
        )
    ]
    if json:
        print_json({"population": population, "zone": zone, "reflectance": rows})
        return 0
    title = "inner forearm" if zone is None else f"{zone}, type {fitzpatrick}"
    print_rows(
        f"Reflectance of people, {title}: mean, standard deviation, 90 % of people",
        [
            {"nm": f"{row['nm']:g}"}
            | {name: f"{row[name]:.4f}" for name in ("mean", "sd", "low", "high")}
            for row in rows
        ],
    )
    return 0
