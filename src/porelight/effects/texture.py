r"""Roughness of the surface: relief levelled from above, and smoothed by a fuller dermis.

With x the levelled part that has not come back and C the collagen over its amount at rest,
roughness changes by

.. math:: (1 - s\,x)\,e^{-g\,(C - 1)} - 1 .

Not valid before the dressing of a resurfacing session is off, about a week.
"""

from dataclasses import dataclass

from porelight.effects._inputs import DEPTH, GAIN, RETURN_TIME
from porelight.effects._relief import relief_change
from porelight.quantities import FRACTION, Floats
from porelight.tissue.parameter_set import ParameterSet, Values


@dataclass(frozen=True, slots=True, eq=False)
class TextureParameters(ParameterSet):
    """What makes skin smoother; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "effects"

    relief_share: Values  # 1
    relief_depth: Values  # m
    relief_return_time: Values  # s
    texture_collagen_gain: Values  # 1

    def __post_init__(self) -> None:
        FRACTION.require(self.relief_share, "relief_share")
        DEPTH.require(self.relief_depth, "relief_depth")
        RETURN_TIME.require(self.relief_return_time, "relief_return_time")
        GAIN.require(self.texture_collagen_gain, "texture_collagen_gain")


def roughness(
    times: Floats,
    session_times: Floats,
    removed_depth: Floats,
    collagen_ratio: Floats,
    parameters: TextureParameters,
) -> Floats:
    """Relative change of the roughness of the skin.

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
    parameters : TextureParameters
        Fields may be of shape (n_draw,).

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Relative change [-]; negative is smoother, 0 if nothing was removed and no collagen gained.

    Raises
    ------
    ParameterError
        If shapes disagree, or a depth or a ratio is impossible.
    """
    return relief_change(
        times,
        session_times,
        removed_depth,
        collagen_ratio,
        (parameters.relief_share, parameters.relief_depth, parameters.relief_return_time),
        parameters.texture_collagen_gain,
    )
