"""The axisymmetric (r, z) grid on which light, heat and injury are tallied.

z = 0 at the skin surface and grows inwards; r is the distance from the axis.
Arrays on it have shape (n_z, n_r), values at cell centres.
"""

from dataclasses import dataclass

import numpy as np

from porelight.errors import ParameterError
from porelight.quantities import Floats


def graded_edges(first: float, growth: float, largest: float, extent: float) -> Floats:
    """Edges from 0 to `extent` whose cells start at `first` and grow by a constant ratio.

    Parameters
    ----------
    first : float
        Size of the cell that touches 0 [m].
    growth : float
        Ratio of neighbouring cells; 1 gives a uniform grid.
    largest : float
        No cell is larger than this [m] (before the final stretch to `extent`).
    extent : float
        Where the last edge lies [m].

    Returns
    -------
    ndarray of float64, shape (n + 1,)
        Strictly increasing edges [m]; the first is 0 and the last is `extent`.

    Examples
    --------
    >>> graded_edges(1.0, 2.0, 8.0, 15.0)
    array([ 0.,  1.,  3.,  7., 15.])
    """
    if not (0.0 < first <= largest and growth >= 1.0 and extent >= first):
        raise ParameterError(
            f"graded edges need 0 < first <= largest, growth >= 1 and extent >= first; got first "
            f"{first:g} m, growth {growth:g}, largest {largest:g} m, extent {extent:g} m."
        )
    sizes = [first]
    while sum(sizes) < extent * (1.0 - 1e-12):
        sizes.append(min(sizes[-1] * growth, largest))
    edges = np.concatenate([[0.0], np.cumsum(sizes)])
    # the whole grid is shrunk a little so that the last edge lies on the extent
    return np.asarray(edges * (extent / edges[-1]), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class Grid:
    """Edges of the cells along r and along z [m]."""

    r_edges: Floats
    z_edges: Floats

    def __post_init__(self) -> None:
        for name, edges in (("r_edges", self.r_edges), ("z_edges", self.z_edges)):
            if (
                edges.ndim != 1
                or edges.size < 2
                or edges[0] != 0.0
                or (np.diff(edges) <= 0.0).any()
            ):
                raise ParameterError(
                    f"{name} must start at 0 and increase strictly, with at least two values; "
                    f"got shape {edges.shape} from {edges.flat[0]:g} to {edges.flat[-1]:g} m."
                )

    def refined(self, parts: int) -> "Grid":
        """Return the grid with each cell cut into equal parts along r and along z.

        Parameters
        ----------
        parts : int
            Parts of each cell in each direction; 1 leaves it as it is.

        Raises
        ------
        ParameterError
            If there is less than one part.
        """
        if parts < 1:
            raise ParameterError(f"parts is {parts}; expected 1 or more.")
        return Grid(_cut(self.r_edges, parts), _cut(self.z_edges, parts))

    @property
    def shape(self) -> tuple[int, int]:
        """Number of cells (n_z, n_r)."""
        return self.z_edges.size - 1, self.r_edges.size - 1

    @property
    def r(self) -> Floats:
        """Centres along r [m], shape (n_r,)."""
        return np.asarray(0.5 * (self.r_edges[1:] + self.r_edges[:-1]), dtype=np.float64)

    @property
    def z(self) -> Floats:
        """Centres along z [m], shape (n_z,)."""
        return np.asarray(0.5 * (self.z_edges[1:] + self.z_edges[:-1]), dtype=np.float64)

    @property
    def ring_area(self) -> Floats:
        """Area of each ring [m2], shape (n_r,)."""
        return np.asarray(np.pi * np.diff(self.r_edges**2), dtype=np.float64)

    @property
    def volume(self) -> Floats:
        """Volume of each cell [m3], shape (n_z, n_r)."""
        return np.asarray(np.outer(np.diff(self.z_edges), self.ring_area), dtype=np.float64)


def _cut(edges: Floats, parts: int) -> Floats:
    within = np.arange(parts) / parts
    return np.append(edges[:-1, None] + np.diff(edges)[:, None] * within, edges[-1])
