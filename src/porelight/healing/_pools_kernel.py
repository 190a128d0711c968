"""The compiled Runge-Kutta steps of the pools of collagen; see `_pools`."""

from porelight._jit import jit, jit_inlined
from porelight.quantities import Floats


@jit
def advance(
    n_steps: int, step: float, rates: Floats, half: Floats, whole: Floats, state: Floats
) -> None:
    """Advance every place by some steps of equal length.

    Parameters
    ----------
    n_steps : int
        Steps.
    step : float
        Length of each [s].
    rates : ndarray of float64, shape (8, n_place)
        n0 and m0; k_m, k_x and their sum with k_n; drive, breakdown and repair [1/s].
    half, whole : ndarray of float64, shape (5, n_place)
        What half a step and a whole one leave of W, B and A, and what W and B give to A.
    state : ndarray of float64, shape (5, n_place)
        x, y, W, B and A; changed in place.
    """
    for _ in range(n_steps):
        for i in range(state.shape[1]):
            x, y, w, b, a = state[0, i], state[1, i], state[2, i], state[3, i], state[4, i]
            w_mid, b_mid, a_mid = _signals(half, i, w, b, a)
            w_end, b_end, a_end = _signals(whole, i, w, b, a)
            x1, y1 = _slopes(rates, i, x, y, w + b, a)
            x2, y2 = _slopes(
                rates, i, x + 0.5 * step * x1, y + 0.5 * step * y1, w_mid + b_mid, a_mid
            )
            x3, y3 = _slopes(
                rates, i, x + 0.5 * step * x2, y + 0.5 * step * y2, w_mid + b_mid, a_mid
            )
            x4, y4 = _slopes(rates, i, x + step * x3, y + step * y3, w_end + b_end, a_end)
            state[0, i] = x + step / 6.0 * (x1 + 2.0 * (x2 + x3) + x4)
            state[1, i] = y + step / 6.0 * (y1 + 2.0 * (y2 + y3) + y4)
            state[2, i], state[3, i], state[4, i] = w_end, b_end, a_end


@jit_inlined
def _signals(kept: Floats, i: int, w: float, b: float, a: float) -> tuple[float, float, float]:
    """Return the signals and transcription a step later, exactly."""
    return w * kept[0, i], b * kept[1, i], a * kept[2, i] + w * kept[3, i] + b * kept[4, i]


@jit_inlined
def _slopes(
    rates: Floats, i: int, x: float, y: float, signal: float, a: float
) -> tuple[float, float]:
    """Return dx/dt and dy/dt of the pools' deviations from their set points [1/s]."""
    repair = max(-y, 0.0) * (1.0 + x / rates[0, i]) * rates[7, i]
    dx = rates[5, i] * a - rates[4, i] * x - repair
    dy = rates[3, i] * x + repair - rates[2, i] * y - rates[6, i] * signal * (rates[1, i] + y)
    return dx, dy
