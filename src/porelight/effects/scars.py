r"""Shallow acne scars: filled by new collagen from below, their rims lowered from above.

The same form as for texture. New collagen fills the scar and fades with the collagen itself; a rim
that resurfacing has lowered stays low. Ice-pick and box scars are not meant.
"""

from dataclasses import dataclass

import numpy as np

from porelight.effects._inputs import DEPTH, GAIN
from porelight.effects._relief import relief_change
from porelight.quantities import FRACTION, Floats
from porelight.tissue.parameter_set import ParameterSet, Values


@dataclass(frozen=True, slots=True, eq=False)
class ScarParameters(ParameterSet):
    """What makes acne scars shallower; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "effects"

    scar_edge_share: Values  # 1
    scar_edge_depth: Values  # m
    scar_collagen_gain: Values  # 1

    def __post_init__(self) -> None:
        FRACTION.require(self.scar_edge_share, "scar_edge_share")
        DEPTH.require(self.scar_edge_depth, "scar_edge_depth")
        GAIN.require(self.scar_collagen_gain, "scar_collagen_gain")


def acne_scars(
    times: Floats,
    session_times: Floats,
    removed_depth: Floats,
    collagen_ratio: Floats,
    parameters: ScarParameters,
) -> Floats:
    """Relative change of the depth of shallow acne scars.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        When it is wanted, in order [s].
    session_times : ndarray of float64, shape (n_session,)
        When sessions happen [s].
    removed_depth : ndarray of float64, shape (n_session, n_draw)
        Ablated and shed depth of each session [m].
    collagen_ratio : ndarray of float64, shape (n_time, n_draw)
        Collagen of the dermis between pores over its amount at rest [-].
    parameters : ScarParameters
        Fields may be of shape (n_draw,).

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Relative change [-]; negative is shallower, 0 if nothing was removed and no collagen gained.

    Raises
    ------
    ParameterError
        If shapes disagree, or a depth or a ratio is impossible.

    Examples
    --------
    8 % more collagen:

    >>> acne_scars(np.zeros(1), np.empty(0), np.empty((0, 1)), np.full((1, 1), 1.08),
    ...            ScarParameters.typical()).round(3)
    array([[-0.213]])
    """
    return relief_change(
        times,
        session_times,
        removed_depth,
        collagen_ratio,
        (parameters.scar_edge_share, parameters.scar_edge_depth, np.inf),
        parameters.scar_collagen_gain,
    )
