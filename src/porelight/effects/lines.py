r"""Fine lines: shallower when the dermis below them is fuller, or the skin around them was lowered.

The same form as for texture, with a larger depth (a line reaches up to 0.2 mm) and a larger gain:
the bending stiffness of a sheet goes with the cube of its thickness, and the depth of a fold falls
with it. Deep wrinkles of expression are not meant.
"""

from dataclasses import dataclass

from porelight.effects._inputs import DEPTH, GAIN, RETURN_TIME
from porelight.effects._relief import relief_change
from porelight.quantities import FRACTION, Floats
from porelight.tissue.parameter_set import ParameterSet, Values


@dataclass(frozen=True, slots=True, eq=False)
class LineParameters(ParameterSet):
    """What makes fine lines shallower; a field is one number or one per draw, shape (n_draw,)."""

    FILE = "effects"

    line_surface_share: Values  # 1
    line_depth: Values  # m
    line_return_time: Values  # s
    line_collagen_gain: Values  # 1

    def __post_init__(self) -> None:
        FRACTION.require(self.line_surface_share, "line_surface_share")
        DEPTH.require(self.line_depth, "line_depth")
        RETURN_TIME.require(self.line_return_time, "line_return_time")
        GAIN.require(self.line_collagen_gain, "line_collagen_gain")


def fine_lines(
    times: Floats,
    session_times: Floats,
    removed_depth: Floats,
    collagen_ratio: Floats,
    parameters: LineParameters,
) -> Floats:
    """Relative change of the depth of fine lines.

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
    parameters : LineParameters
        Fields may be of shape (n_draw,).

    Returns
    -------
    ndarray of float64, shape (n_time, n_draw)
        Relative change [-]; negative is shallower, 0 if nothing was removed and no collagen gained.

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
        (parameters.line_surface_share, parameters.line_depth, parameters.line_return_time),
        parameters.line_collagen_gain,
    )
