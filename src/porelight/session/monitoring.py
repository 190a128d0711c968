"""What is watched during a session: what instruments read, when it stops, whether pulses add.

The heat of a session is a sum of pulses (`warming`). Here is what an operator sees of it, what
thermoregulated perfusion changes, and how far the sum can be trusted.
"""

import math
import warnings
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from porelight.data.library import parameter
from porelight.errors import ExtrapolationWarning, ParameterError, did_you_mean
from porelight.heat.perfusion_response import Vasodilation, perfusion_answer
from porelight.heat.scan import rise_under_spot
from porelight.heat.thermometer import first_time_above, lagged, radiometric_reading, seen_response
from porelight.quantities import Floats
from porelight.session.result import DEPTH, SessionResult
from porelight.session.scattered import COOLING, Change, PulseSum, no_change
from porelight.units import to_celsius

Perfusion = Literal["constant", "thermoregulated"]
PERFUSIONS: tuple[Perfusion, ...] = get_args(Perfusion)

# when a thermometer looks after a pulse, as shares of the time to the next one
_LOOKS = np.array([0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6])
# an area that keeps less of its heat than this loses it sideways: no mean in depth alone
_KEPT = 0.6
_MUCH_WARMER = 2.0  # K above all vessels open from which a constant perfusion is looked into


@dataclass(frozen=True, slots=True, eq=False)
class Trace:
    """What an instrument showed during a session: times [s] and readings [K], (n_time,) each."""

    time: Floats
    reading: Floats


def require_perfusion(perfusion: str) -> None:
    """Refuse a perfusion that does not exist.

    Raises
    ------
    ParameterError
        If so.
    """
    if perfusion not in PERFUSIONS:
        raise ParameterError(
            f"no perfusion named {perfusion!r}{did_you_mean(str(perfusion), PERFUSIONS)}"
        )


def thermoregulation(summed: PulseSum) -> Change:
    """Return what thermoregulated perfusion adds to a sum of pulses.

    Parameters
    ----------
    summed : PulseSum
        The session; its own `change` is passed over.

    Returns
    -------
    callable
        Change at `DEPTH` at any times.

    Warns
    -----
    ExtrapolationWarning
        If the area is so small that its heat leaves sideways: the answer is that of a wide area.

    Notes
    -----
    The answer is that of the mean over the area. Heat that leaves the area sideways is taken off
    the power of the column, so that its surface at the end is as warm as the sum of the pulses.
    """
    exposure, session, column = summed.exposure, summed.session, summed.response.column
    if exposure.pulse_energy == 0.0:
        return no_change
    until = float(session.path.time[-1]) + COOLING

    def answered(kept: float) -> tuple[Change, float]:
        found = perfusion_answer(
            column.grid,
            column.thermal,
            column.surface,
            column.heating,
            session.path.time,
            kept * exposure.pulse_energy / exposure.area,
            Vasodilation.from_values(summed.values),
            answering=column.answering,
            depths=DEPTH,
            until=until,
        )
        at_end = float(np.interp(session.reading_times[-1], found.time, found.steady[:, 0]))
        return found.at, at_end

    wide, of_wide = answered(1.0)
    kept = exposure.pulse_energy * float(session.reading[-1]) / of_wide
    if kept < _KEPT:
        warnings.warn(
            f"an area of {1e4 * exposure.area:.3g} cm2 keeps {100 * kept:.0f} % of the warmth of a "
            "wide one; thermoregulated perfusion is worked out for the mean over an area and "
            "is rough here. Treat a larger area, or keep perfusion constant.",
            ExtrapolationWarning,
            stacklevel=2,
        )
    return answered(kept)[0] if abs(kept - 1.0) > 0.01 else wide


def thermometer_trace(summed: PulseSum) -> Trace:
    """Return what the thermometer shows that moves with the spot, straight from pulse to pulse.

    Returns
    -------
    Trace
        Seven readings a pulse, from the end of each pulse to the beginning of the next.
    """
    exposure, path, response = summed.exposure, summed.session.path, summed.response
    thermometer = exposure.thermometer
    last_gap = 1.0 / exposure.rate if path.n_pulses == 1 else path.time[-1] - path.time[-2]
    gap = np.append(np.diff(path.time), last_gap) - exposure.pulse_duration
    looks = path.time[:, None] + exposure.pulse_duration + gap[:, None] * _LOOKS
    seen = rise_under_spot(
        seen_response(response.pulse, thermometer.field_of_view),
        path.time,
        path.position,
        exposure.pulse_energy,
        looks,
    )
    times = np.append(0.0, looks.ravel())
    seen = np.append(0.0, seen.ravel())
    reading = radiometric_reading(
        response.resting[0] + seen + summed.change(times)[:, 0],
        parameter("laser", "thermometer", "skin_emissivity").value,
        thermometer.emissivity_setting,
        response.column.surface.ambient_temperature,
    )
    return Trace(times, lagged(times, reading, thermometer.lag))


def stop_time(planned: PulseSum) -> float:
    """Return when what the operator reads passes the stop [s]; infinite if it never does.

    Parameters
    ----------
    planned : PulseSum
        The session with all its pulses, as if there were no stop.
    """
    stop = planned.exposure.stop_at_surface
    if not math.isfinite(stop):
        return math.inf
    if planned.exposure.stop_reads == "thermometer":
        trace = thermometer_trace(planned)
        return first_time_above(trace.reading, trace.time, stop)
    above = np.flatnonzero(planned.area_reading > stop)
    return float(planned.session.reading_times[above[0]]) if above.size else math.inf


def departures(injury: SessionResult, summed: PulseSum, perfusion: Perfusion) -> tuple[str, ...]:
    """Return one line for every way in which a session leaves what a sum of pulses can tell.

    Parameters
    ----------
    injury : SessionResult
        What the sum of pulses did.
    summed : PulseSum
        That session.
    perfusion : {"constant", "thermoregulated"}
        How it was taken.

    Returns
    -------
    tuple of str
        Empty while water stays liquid, the conductivity stays as it is to a few per cent, and
        thermoregulated perfusion would change little or has been taken into account.
    """
    lines = []
    peak, rest = float(injury.peak_temperature.max()), float(injury.resting[0])
    boiling = _bound("boiling_temperature")
    if peak > boiling:
        lines.append(
            f"the hottest depth reaches {to_celsius(peak):.0f} degC; above "
            f"{to_celsius(boiling):.0f} degC water boils, which the sum of pulses leaves out: the "
            "peak is overstated. Lower the radiant exposure, or take it as a bound."
        )
    error = 0.5 * _bound("conductivity_slope") * (peak - rest)
    if error > _bound("property_error"):
        lines.append(
            f"a rise of {peak - rest:.0f} K changes the skin's conductivity by "
            f"{200 * error:.0f} %, the rise itself by about {100 * error:.0f} %; the sum of pulses "
            f"is meant for {100 * _bound('property_error'):.0f} % and less."
        )
    open_at = Vasodilation.from_values(summed.values).full + _MUCH_WARMER
    if perfusion == "constant" and injury.surface_reading > open_at:
        cooler = -thermoregulation(summed)(summed.session.reading_times)
        most = float(cooler[:, 0].max())
        if most > _bound("perfusion_change"):
            lines.append(
                f"the surface reads {to_celsius(injury.surface_reading):.1f} degC with the "
                f"perfusion of rest; vessels that open with warmth would take off {most:.1f} K. "
                "Ask for thermoregulated perfusion."
            )
    return tuple(lines)


def _bound(name: str) -> float:
    return parameter("tissue", "linearity", name).value
