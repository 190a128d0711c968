"""Thermometer readings during a session, the operator's stop, and the limits of the model.

The heat of a session is a sum of pulses (`porelight.session.scattered`). Here are what the
thermometer shows of it, when the operator stops, what thermoregulated perfusion adds, and warnings
where the sum of pulses is no longer accurate.
"""

import math
import warnings
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np

from porelight.brief import brief
from porelight.data.library import parameter
from porelight.errors import ExtrapolationWarning, ParameterError, did_you_mean
from porelight.heat.perfusion_response import Vasodilation, perfusion_response
from porelight.heat.scan import rise_under_spot
from porelight.heat.thermometer import (
    first_time_above,
    lagged,
    radiometric_reading,
    thermometer_response,
)
from porelight.quantities import Floats
from porelight.session.result import DEPTH, SessionResult
from porelight.session.scattered import (
    COOL_DOWN,
    ScatteredSession,
    TemperatureCorrection,
    no_correction,
)
from porelight.units import to_celsius

Perfusion = Literal["constant", "thermoregulated"]
PERFUSIONS: tuple[Perfusion, ...] = get_args(Perfusion)

# times after a pulse at which the thermometer is read, as shares of the time to the next one
_READ_AT = np.array([0.0, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6])
# share of its heat that an area must keep for a column in depth to stand for it: the rest of the
# heat leaves sideways
_KEPT = 0.6
# K above the temperature at which all vessels are open, from which on the error of a constant
# perfusion is estimated
_MUCH_WARMER = 2.0


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ThermometerTrace:
    """Readings of a thermometer during a session: times [s] and readings [K], (n_time,) each."""

    time: Floats
    reading: Floats

    __repr__ = brief


def require_perfusion(perfusion: str) -> None:
    """Refuse a name of a perfusion model that does not exist.

    Raises
    ------
    ParameterError
        If the name is not one of `PERFUSIONS`.
    """
    if perfusion not in PERFUSIONS:
        raise ParameterError(
            f"no perfusion named {perfusion!r}{did_you_mean(str(perfusion), PERFUSIONS)}"
        )


def perfusion_correction(session: ScatteredSession) -> TemperatureCorrection:
    """Return what thermoregulated perfusion adds to a sum of pulses.

    Parameters
    ----------
    session : ScatteredSession
        The session; the `correction` that it holds is ignored.

    Returns
    -------
    callable
        What is added to the temperature at `DEPTH`, as a function of time.

    Warns
    -----
    ExtrapolationWarning
        If the area is so small that much of its heat leaves sideways: the correction is computed
        for a wide area and is rough then.

    Notes ----- The correction is that of the mean over the area. Heat that leaves the area sideways
    is taken off the power of the column, so that its surface at the end is as warm as the sum of
    the pulses.
    """
    exposure, per_joule, column = session.exposure, session.per_joule, session.response.column
    if exposure.pulse_energy == 0.0:
        return no_correction
    until = float(per_joule.path.time[-1]) + COOL_DOWN

    def corrected(kept: float) -> tuple[TemperatureCorrection, float]:
        found = perfusion_response(
            column.grid,
            column.thermal,
            column.surface,
            column.heating,
            per_joule.path.time,
            kept * exposure.pulse_energy / exposure.area,
            Vasodilation.from_values(session.values),
            thermoregulated=column.thermoregulated,
            depths=DEPTH,
            until=until,
        )
        at_end = float(np.interp(per_joule.reading_times[-1], found.time, found.steady[:, 0]))
        return found.at, at_end

    wide, of_wide = corrected(1.0)
    kept = exposure.pulse_energy * float(per_joule.reading[-1]) / of_wide
    if kept < _KEPT:
        warnings.warn(
            f"an area of {1e4 * exposure.area:.3g} cm2 keeps {100 * kept:.0f} % of the warmth of a "
            "wide one; thermoregulated perfusion is worked out for the mean over an area and "
            "is rough here. Treat a larger area, or keep perfusion constant.",
            ExtrapolationWarning,
            stacklevel=2,
        )
    return corrected(kept)[0] if abs(kept - 1.0) > 0.01 else wide


def thermometer_trace(session: ScatteredSession) -> ThermometerTrace:
    """Return the readings of a thermometer that moves with the spot, straight from pulse to pulse.

    Returns
    -------
    ThermometerTrace
        Seven readings a pulse, from the end of each pulse to the beginning of the next.
    """
    exposure, path, response = session.exposure, session.per_joule.path, session.response
    thermometer = exposure.thermometer
    last_gap = 1.0 / exposure.rate if path.n_pulses == 1 else path.time[-1] - path.time[-2]
    gap = np.append(np.diff(path.time), last_gap) - exposure.pulse_duration
    times_read = path.time[:, None] + exposure.pulse_duration + gap[:, None] * _READ_AT
    seen = rise_under_spot(
        thermometer_response(response.pulse, thermometer.field_of_view),
        path.time,
        path.position,
        exposure.pulse_energy,
        times_read,
    )
    times = np.append(0.0, times_read.ravel())
    seen = np.append(0.0, seen.ravel())
    reading = radiometric_reading(
        response.resting[0] + seen + session.correction(times)[:, 0],
        parameter("laser", "thermometer", "skin_emissivity").value,
        thermometer.emissivity_setting,
        response.column.surface.ambient_temperature,
    )
    return ThermometerTrace(times, lagged(times, reading, thermometer.lag))


def stop_time(planned: ScatteredSession) -> float:
    """Return when the reading passes the temperature of the stop [s]; infinite if it never does.

    Parameters
    ----------
    planned : ScatteredSession
        The session with all its pulses, as if there were no stop.
    """
    stop = planned.exposure.stop_at_surface
    if not math.isfinite(stop):
        return math.inf
    if planned.exposure.stop_reads == "thermometer":
        trace = thermometer_trace(planned)
        return first_time_above(trace.reading, trace.time, stop)
    above = np.flatnonzero(planned.area_reading > stop)
    return float(planned.per_joule.reading_times[above[0]]) if above.size else math.inf


def validity_warnings(
    result: SessionResult, session: ScatteredSession, perfusion: Perfusion
) -> tuple[str, ...]:
    """Return one line for every assumption of the sum of pulses that a session does not meet.

    Parameters
    ----------
    result : SessionResult
        Temperatures that the sum of pulses reached.
    session : ScatteredSession
        The session of that result.
    perfusion : {"constant", "thermoregulated"}
        Whether blood flow was taken as at rest, or as rising with the temperature of the skin.

    Returns
    -------
    tuple of str
        Empty while water stays liquid, the conductivity stays as it is to a few per cent, and
        thermoregulated perfusion would change little or has been taken into account.
    """
    lines = []
    peak, rest = float(result.peak_temperature.max()), float(result.resting[0])
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
    open_at = Vasodilation.from_values(session.values).full + _MUCH_WARMER
    if perfusion == "constant" and result.surface_reading > open_at:
        cooler = -perfusion_correction(session)(session.per_joule.reading_times)
        most = float(cooler[:, 0].max())
        if most > _bound("perfusion_change"):
            lines.append(
                f"the surface reads {to_celsius(result.surface_reading):.1f} degC with the "
                f"perfusion of rest; vessels that open with warmth would take off {most:.1f} K. "
                "Ask for thermoregulated perfusion."
            )
    return tuple(lines)


def _bound(name: str) -> float:
    return parameter("tissue", "linearity", name).value
