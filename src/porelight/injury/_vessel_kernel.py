"""The compiled sum of the damage to blood in vessels that pulses heat above their surroundings."""

import math

import numpy as np

from porelight._jit import jit
from porelight.injury._field_kernel import mean_rate
from porelight.quantities import Floats


@jit
def add_blood_damage(  # noqa: PLR0913, PLR0917  a kernel takes plain arrays
    time: Floats,
    tissue: Floats,
    pulse_time: Floats,
    pulse_rise: Floats,
    excess_time: Floats,
    excess: Floats,
    line: tuple[float, float],
    reference: float,
    total: Floats,
) -> None:
    """Add to `total` what the blood in each ring of each vessel gains above its rate at rest.

    Parameters
    ----------
    time, tissue : ndarray of float64, shape (n_time,)
        Times [s] and temperature of the tissue around the vessels [K].
    pulse_time : ndarray of float64, shape (n_pulse,)
        Times of the pulses, rising [s].
    pulse_rise : ndarray of float64, shape (n_pulse, n_diameter)
        Rise of the blood by each, if there were no conduction [K].
    excess_time : ndarray of float64, shape (n_excess,)
        Times since a pulse [s].
    excess : ndarray of float64, shape (n_excess, n_diameter, n_radius)
        Share of that rise that is left, in rings of each vessel [-].
    line : tuple of float
        ln A [ln(1/s)] and E / R [K] of the rate.
    reference : float
        Temperature above which rates count [K].
    total : ndarray of float64, shape (n_diameter, n_radius)
        Damage integrals.
    """
    log_factor, barrier = line
    at_rest = math.exp(log_factor - barrier / reference)
    n_diameter, n_radius = total.shape
    blood, before = np.empty((n_diameter, n_radius)), np.empty((n_diameter, n_radius))
    latest = -1  # pulse
    for k in range(time.size):
        blood[:] = tissue[k]
        while latest + 1 < pulse_time.size and pulse_time[latest + 1] <= time[k]:
            latest += 1
        pulse = latest
        while pulse >= 0 and time[k] - pulse_time[pulse] <= excess_time[-1]:
            since = time[k] - pulse_time[pulse]
            low = np.searchsorted(excess_time, since, side="right") - 1
            low = min(max(low, 0), excess_time.size - 2)
            later = (since - excess_time[low]) / (excess_time[low + 1] - excess_time[low])
            for i in range(n_diameter):
                for j in range(n_radius):
                    left = excess[low, i, j] * (1.0 - later) + excess[low + 1, i, j] * later
                    blood[i, j] += pulse_rise[pulse, i] * left
            pulse -= 1
        for i in range(n_diameter):
            for j in range(n_radius):
                warm, cooler = max(blood[i, j], reference), before[i, j]
                before[i, j] = warm
                if k == 0 or (warm == reference and cooler == reference):
                    continue
                rate = mean_rate(log_factor - barrier / cooler, log_factor - barrier / warm)
                # the maximum removes nothing but rounding: it is never cooler than the reference
                total[i, j] += (time[k] - time[k - 1]) * max(rate - at_rest, 0.0)
