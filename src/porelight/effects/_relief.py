"""What texture, lines and scars share: relief that resurfacing levels and new collagen fills."""

import numpy as np

from porelight.effects._inputs import collagen_change, depths, missing_share
from porelight.quantities import Floats
from porelight.tissue.parameter_set import Values


def relief_change(
    times: Floats,
    session_times: Floats,
    removed_depth: Floats,
    collagen_ratio: Floats,
    surface: tuple[Values, Values, Values],
    collagen_gain: Values,
) -> Floats:
    r"""Relative change of a relief, (n_time, n_draw): :math:`(1 - s\,x)\,e^{-g\,(C - 1)} - 1`.

    `surface` is (share s, depth d0, return time) of what resurfacing can level: a session that
    removes the depth d takes the share 1 - exp(-d / d0) of what is left of it, x is what is missing
    at a time. C is `collagen_ratio`, g `collagen_gain`. The exponential keeps a relief above 0
    however much collagen there is, and lets it deepen when collagen is lost.
    """
    share, depth, return_time = surface
    removed = -np.expm1(-depths("removed_depth", removed_depth) / depth)
    levelled = share * missing_share(times, session_times, removed, return_time)
    filled = np.expm1(-collagen_gain * collagen_change(times, collagen_ratio))
    # (1 - levelled)(1 + filled) - 1, written so that two zeros give exactly zero
    return np.asarray(filled - levelled - levelled * filled)
