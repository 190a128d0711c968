"""Safety limits of a session: its injury by the worst member of the physical ensemble.

Each limit is a sourced number of ``data/tissue/limits.toml``. A check that fails refuses the
setting; there is no trading of safety against benefit. The device's own limits are held before any
simulation, by `laser.devices.Device.breaches`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from porelight.data.library import Parameter, parameter
from porelight.laser.exposure import Exposure
from porelight.session.ensemble import absorption_dominates
from porelight.session.result import DEPTH, SessionResult
from porelight.tissue.skin import Skin
from porelight.units import to_celsius, um


@dataclass(frozen=True, slots=True)
class LimitCheck:
    """The comparison of one session with one limit.

    Attributes
    ----------
    limit : str
        Name of the limited quantity.
    passed : bool
        Whether the session stays inside.
    margin : float
        Room left, relative to the way from rest (or from zero) to the limit; negative if it fails.
    shown_value, shown_limit : str
        Value of the session and limit, as text in clinic units.
    source : str
        Source of the limit, with its flag.
    """

    limit: str
    passed: bool
    margin: float
    shown_value: str
    shown_limit: str
    source: str

    @property
    def reason(self) -> str:
        """The check in one line, for the table of refusals."""
        return f"{self.limit} would be {self.shown_value}; allowed is {self.shown_limit}"


def session_checks(
    skin: Skin, exposure: Exposure, results: Sequence[SessionResult]
) -> tuple[LimitCheck, ...]:
    """Compare the results of a session, over all members, with the limits of the skin.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    exposure : Exposure
        The session's settings.
    results : sequence of SessionResult
        Results of the session, one per member. The worst decides on injury, the median on comfort:
        a patient who is in pain says so, one who is burnt notices later.

    Returns
    -------
    tuple of LimitCheck
        Checks against the limits of ablating or of non-ablating sessions.
    """
    if absorption_dominates(skin, exposure.wavelength):
        wound = max(one.wound_depth for one in results)
        limit = _limit("wound_depth")
        return (
            LimitCheck(
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
    killed = max(float(one.worst_killed[in_epidermis].mean()) for one in results)
    denatured = max(float(one.field.denatured[~in_epidermis].max()) for one in results)
    rest = float(results[0].resting[0])
    felt = float(np.median([one.surface_felt for one in results]))
    pain = _temperature_check("surface temperature that is felt", felt, comfort, rest)
    if skin.zone != "chin":
        pain = replace(pain, shown_value=f"{pain.shown_value}, {_in_pain(felt, comfort)}")
    return (
        pain,
        _temperature_check(
            "surface temperature between pulses",
            max(one.surface_reading for one in results),
            _limit("surface_reading"),
            rest,
        ),
        _temperature_check(
            "highest temperature (vaporisation)",
            max(float(one.peak_temperature.max()) for one in results),
            _limit("peak_temperature"),
            rest,
        ),
        _share_check("dead cells of the epidermis", killed, _limit("epidermis_killed")),
        _share_check("denatured collagen", denatured, _limit("dermis_denatured")),
    )


def _temperature_check(name: str, value: float, limit: Parameter, rest: float) -> LimitCheck:
    return LimitCheck(
        limit=name,
        passed=value <= limit.value,
        margin=(limit.value - value) / (limit.value - rest),
        shown_value=f"{to_celsius(value):.1f} degC",
        shown_limit=f"{to_celsius(limit.value):.1f} degC",
        source=_cited(limit),
    )


def _in_pain(felt: float, comfort: Parameter) -> str:
    """Return in words how many people feel pain at this temperature."""
    spread = _limit("comfort_temperature_spread").value
    share = 0.5 * math.erfc((comfort.value - felt) / (math.sqrt(2.0) * spread))
    return f"painful to {100.0 * share:.0f} % of people"


def _share_check(name: str, value: float, limit: Parameter) -> LimitCheck:
    return LimitCheck(
        limit=name,
        passed=value <= limit.value,
        margin=1.0 - value / limit.value,
        shown_value=f"{100 * value:.2g} %",
        shown_limit=f"{100 * limit.value:.2g} %",
        source=_cited(limit),
    )


def _limit(name: str) -> Parameter:
    return parameter("tissue", "limits", name)


def _cited(entry: Parameter) -> str:
    return f"{entry.source} ({entry.flag})"


def tightest(checks: Sequence[LimitCheck]) -> float:
    """Return the smallest margin of several checks."""
    return float(np.min([check.margin for check in checks]))
