"""What a session may not do to a skin, judged on the worst member of the physical ensemble.

Each limit is a sourced number of ``tissue/data/limits.toml`` or a range of the device's own file.
A check that fails refuses the setting; there is no trading of safety against benefit.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from porelight.injuries import DEPTH, SessionInjury
from porelight.laser.exposure import Exposure
from porelight.laser.presets import device_limits
from porelight.tissue.library import Parameter, parameter
from porelight.tissue.skin import Skin
from porelight.treatment import absorption_rules
from porelight.units import J_per_cm2, mm, ms, to_celsius, um

ROMAN = ("I", "II", "III", "IV", "V", "VI")


@dataclass(frozen=True, slots=True)
class Check:
    """One limit held against one session.

    Attributes
    ----------
    limit : str
        What is limited.
    passed : bool
        Whether the session stays inside.
    margin : float
        Room left, relative to the way from rest (or from zero) to the limit; negative if it fails.
    shown_value, shown_limit : str
        In clinic units.
    source : str
        Where the limit comes from, with its flag.
    """

    limit: str
    passed: bool
    margin: float
    shown_value: str
    shown_limit: str
    source: str

    @property
    def reason(self) -> str:
        """One line for the table of refusals."""
        return f"{self.limit} would be {self.shown_value}; allowed is {self.shown_limit}"


def device_checks(skin: Skin, exposure: Exposure) -> tuple[Check, ...]:
    """Hold the settings against the device's own limits; needs no simulation."""
    limits = device_limits(exposure.device)
    darkest = limits["fitzpatrick_max"]
    checks = [
        Check(
            limit=f"skin type for {exposure.device}",
            passed=skin.fitzpatrick <= darkest.value,
            margin=1.0 if skin.fitzpatrick <= darkest.value else -1.0,
            shown_value=ROMAN[skin.fitzpatrick - 1],
            shown_limit=f"I to {ROMAN[round(darkest.value) - 1]}",
            source=_cited(darkest),
        )
    ]
    for name, value, factor, unit in (
        ("radiant_exposure", exposure.radiant_exposure, J_per_cm2, "J/cm2"),
        ("pulse_duration", exposure.pulse_duration, ms, "ms"),
        ("spot_diameter", exposure.beam.diameter, mm, "mm"),
        ("rate", exposure.rate, 1.0, "Hz"),
    ):
        if name not in limits:
            continue
        entry = limits[name]
        inside = entry.low * (1 - 1e-9) <= value <= entry.high * (1 + 1e-9)
        checks.append(
            Check(
                limit=f"{name.replace('_', ' ')} of {exposure.device}",
                passed=inside,
                margin=1.0 if inside else -1.0,
                shown_value=f"{value / factor:.3g} {unit}",
                shown_limit=f"{entry.low / factor:.3g} to {entry.high / factor:.3g} {unit}",
                source=_cited(entry),
            )
        )
    return tuple(checks)


def session_checks(
    skin: Skin, exposure: Exposure, injuries: Sequence[SessionInjury]
) -> tuple[Check, ...]:
    """Hold what a session does, over all members, against the limits of the skin.

    Parameters
    ----------
    skin : Skin
        Whose.
    exposure : Exposure
        The session's settings.
    injuries : sequence of SessionInjury
        One per member; the worst decides.

    Returns
    -------
    tuple of Check
        Ablating and non-ablating sessions are held against different limits.
    """
    if absorption_rules(skin, exposure.wavelength):
        wound = max(one.coagulated_depth for one in injuries)
        limit = _limit("wound_depth")
        return (
            Check(
                limit="wound depth",
                passed=wound <= limit.value,
                margin=1.0 - wound / limit.value,
                shown_value=f"{wound / um:.0f} um",
                shown_limit=f"{limit.value / um:.0f} um",
                source=_cited(limit),
            ),
        )
    comfort = _limit(
        "comfort_temperature_perioral" if skin.zone == "chin" else "comfort_temperature"
    )
    epidermis = skin.layers[0].thickness
    in_epidermis = epidermis >= DEPTH
    killed = max(float(one.worst_killed[in_epidermis].mean()) for one in injuries)
    denatured = max(float(one.field.denatured[~in_epidermis].max()) for one in injuries)
    return (
        _temperature_check(
            "surface between pulses",
            max(one.surface_reading for one in injuries),
            comfort,
            float(injuries[0].resting[0]),
        ),
        _temperature_check(
            "highest temperature",
            max(float(one.peak_temperature.max()) for one in injuries),
            _limit("peak_temperature"),
            float(injuries[0].resting[0]),
        ),
        _share_check("dead cells of the epidermis", killed, _limit("epidermis_killed")),
        _share_check("denatured collagen", denatured, _limit("dermis_denatured")),
    )


def _temperature_check(name: str, value: float, limit: Parameter, rest: float) -> Check:
    return Check(
        limit=name,
        passed=value <= limit.value,
        margin=(limit.value - value) / (limit.value - rest),
        shown_value=f"{to_celsius(value):.1f} degC",
        shown_limit=f"{to_celsius(limit.value):.1f} degC",
        source=_cited(limit),
    )


def _share_check(name: str, value: float, limit: Parameter) -> Check:
    return Check(
        limit=name,
        passed=value <= limit.value,
        margin=1.0 - value / limit.value,
        shown_value=f"{100 * value:.2g} %",
        shown_limit=f"{100 * limit.value:.2g} %",
        source=_cited(limit),
    )


def _limit(name: str) -> Parameter:
    return parameter("porelight.tissue", "limits", name)


def _cited(entry: Parameter) -> str:
    return f"{entry.source} ({entry.flag})"


def tightest(checks: Sequence[Check]) -> float:
    """Return the smallest margin of several checks."""
    return float(np.min([check.margin for check in checks]))
