r"""Relief of the surface: roughness, fine lines and shallow acne scars.

Resurfacing levels a relief from above and new collagen fills it from below. With x the levelled
part that has not come back and C the collagen of the dermis over its amount at rest, a relief
changes by

.. math:: (1 - s\,x)\,e^{-g\,(C - 1)} - 1 .

A session that removes the depth d takes the share :math:`1 - e^{-d / d_0}` of what is left to be
levelled. The exponential keeps a relief above 0 however much collagen there is, and lets it deepen
when collagen is lost. One form serves three kinds, which differ in their numbers:

- *Roughness* lies in the outermost tens of micrometres and comes back.
- *Fine lines* reach up to 0.2 mm and respond more to collagen: the bending stiffness of a sheet
  goes with the cube of its thickness, and the depth of a fold falls with it. Deep wrinkles of
  expression are not meant.
- *Acne scars* are filled by collagen and come back as it goes; a rim that resurfacing has lowered
  stays low. Ice-pick and box scars are not meant.

Not valid before the dressing of a resurfacing session is off, about a week.
"""

from dataclasses import dataclass

import numpy as np

from porelight.data.parameter_set import NumberOrDraws, ParameterSet
from porelight.effects._inputs import (
    DEPTH,
    GAIN,
    RETURN_TIME,
    collagen_change,
    depths,
    missing_share,
)
from porelight.quantities import FRACTION, Floats


@dataclass(frozen=True, slots=True, eq=False)
class Relief:
    """One kind of relief; a field is one number or one per draw, shape (n_draw,).

    Attributes
    ----------
    share : float or ndarray of float64
        Share of it that resurfacing can level, s [-].
    depth : float or ndarray of float64
        Removed depth that levels all but 1/e of that, d0 [m].
    return_time : float or ndarray of float64
        Time in which what was levelled comes back to 1/e; infinite if never [s].
    collagen_gain : float or ndarray of float64
        Relative change per relative change of collagen, g [-].
    """

    share: NumberOrDraws
    depth: NumberOrDraws
    return_time: NumberOrDraws
    collagen_gain: NumberOrDraws


@dataclass(frozen=True, slots=True, eq=False)
class TextureParameters(ParameterSet):
    """Response of surface roughness; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "effects"

    relief_share: NumberOrDraws  # 1
    relief_depth: NumberOrDraws  # m
    relief_return_time: NumberOrDraws  # s
    texture_collagen_gain: NumberOrDraws  # 1

    def __post_init__(self) -> None:
        FRACTION.require(self.relief_share, "relief_share")
        DEPTH.require(self.relief_depth, "relief_depth")
        RETURN_TIME.require(self.relief_return_time, "relief_return_time")
        GAIN.require(self.texture_collagen_gain, "texture_collagen_gain")

    @property
    def relief(self) -> Relief:
        """Roughness of the surface."""
        return Relief(
            self.relief_share,
            self.relief_depth,
            self.relief_return_time,
            self.texture_collagen_gain,
        )


@dataclass(frozen=True, slots=True, eq=False)
class LineParameters(ParameterSet):
    """Response of fine lines; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "effects"

    line_surface_share: NumberOrDraws  # 1
    line_depth: NumberOrDraws  # m
    line_return_time: NumberOrDraws  # s
    line_collagen_gain: NumberOrDraws  # 1

    def __post_init__(self) -> None:
        FRACTION.require(self.line_surface_share, "line_surface_share")
        DEPTH.require(self.line_depth, "line_depth")
        RETURN_TIME.require(self.line_return_time, "line_return_time")
        GAIN.require(self.line_collagen_gain, "line_collagen_gain")

    @property
    def relief(self) -> Relief:
        """Depth of fine lines."""
        return Relief(
            self.line_surface_share,
            self.line_depth,
            self.line_return_time,
            self.line_collagen_gain,
        )


@dataclass(frozen=True, slots=True, eq=False)
class ScarParameters(ParameterSet):
    """Response of acne scars; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "effects"

    scar_edge_share: NumberOrDraws  # 1
    scar_edge_depth: NumberOrDraws  # m
    scar_collagen_gain: NumberOrDraws  # 1

    def __post_init__(self) -> None:
        FRACTION.require(self.scar_edge_share, "scar_edge_share")
        DEPTH.require(self.scar_edge_depth, "scar_edge_depth")
        GAIN.require(self.scar_collagen_gain, "scar_collagen_gain")

    @property
    def relief(self) -> Relief:
        """Depth of shallow acne scars, whose rim stays low."""
        return Relief(self.scar_edge_share, self.scar_edge_depth, np.inf, self.scar_collagen_gain)


def relief_change(
    times: Floats,
    session_times: Floats,
    removed_depth: Floats,
    collagen_ratio: Floats,
    relief: Relief,
) -> Floats:
    """Relative change of a relief.

    Parameters
    ----------
    times : ndarray of float64, shape (n_time,)
        Times of the returned values, in order [s].
    session_times : ndarray of float64, shape (n_session,)
        Times of the sessions [s].
    removed_depth : ndarray of float64, shape (n_session, n_draw)
        Ablated and shed depth of each session [m].
    collagen_ratio : ndarray of float64, shape (n_time, n_draw)
        Collagen of the dermis between pores over its amount at rest [-].
    relief : Relief
        The kind of relief.

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Relative change [-]; negative is smoother, 0 if nothing was removed and no collagen gained.

    Raises
    ------
    ParameterError
        If shapes disagree, or a depth or a ratio is impossible.

    Examples
    --------
    Acne scars with 8 % more collagen:

    >>> relief_change(np.zeros(1), np.empty(0), np.empty((0, 1)), np.full((1, 1), 1.08),
    ...               ScarParameters.typical().relief).round(3)
    array([[-0.213]])
    """
    removed = -np.expm1(-depths("removed_depth", removed_depth) / relief.depth)
    levelled = relief.share * missing_share(times, session_times, removed, relief.return_time)
    filled = np.expm1(-relief.collagen_gain * collagen_change(times, collagen_ratio))
    # (1 - levelled)(1 + filled) - 1, written so that two zeros give exactly zero
    return np.asarray(filled - levelled - levelled * filled)
