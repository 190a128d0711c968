r"""One long step in time: rational functions of the operator with a single real pole.

For :math:`y' = A y + b` with constant b, the exact change over a step h is
:math:`h\,\varphi(hA)\,(A y + b)` with :math:`\varphi(z) = (e^z - 1)/z`. Here

.. math:: \varphi(\theta, z) \approx \sum_{i=1}^{5} c_i(\theta)\,(1 - \gamma z)^{-i},

so a step is five solves with one and the same matrix, and any instant :math:`\theta h` inside it is
another combination of the same five vectors. The five coefficients match the Taylor series to
order five. With :math:`\gamma` a root of a Laguerre polynomial, :math:`c_1(1) = \gamma`: the step
then multiplies infinitely stiff modes by 0 (L-stability, [1]_), and this root keeps the factor in
[0, 1] on the whole negative axis, so no mode ever swings.

References
----------
.. [1] E. Hairer, G. Wanner, "Solving Ordinary Differential Equations II", 2nd ed., Springer 1996,
   section IV.6 (singly diagonally implicit methods, table of gamma for L-stability).
"""

import math

import numpy as np

from porelight.quantities import Floats

N_STAGES = 5
POLE = 0.2780538411364454  # gamma; c_1(1) = gamma holds to 1e-15 (tested)

# row k: Taylor coefficient of z^k of (1 - gamma z)^-i for i = 1..5
_SERIES = np.array(
    [[math.comb(i + k - 1, k) * POLE**k for i in range(1, N_STAGES + 1)] for k in range(N_STAGES)]
)
_TO_COEFFICIENTS = np.linalg.inv(_SERIES)

# half of the last Taylor term that the step still gets right, damped like the step itself:
# far above the true error of the step, so that the error asked for is kept with a margin
ERROR_COEFFICIENTS: Floats = _TO_COEFFICIENTS[:, -1] / (2.0 * math.factorial(N_STAGES))


def step_coefficients(share: float) -> Floats:
    """Return c_1..c_5 for the instant `share` (0 to 1) of a step, shape (5,)."""
    powers = [share ** (k + 1) / math.factorial(k + 1) for k in range(N_STAGES)]
    return np.asarray(_TO_COEFFICIENTS @ np.array(powers), dtype=np.float64)
