r"""Sessions of any device under any laws, between settings that the full engine simulated.

The full engine is run at a few dozen settings; between them each quantity of each member is
interpolated by radial basis functions [1]_ (a cubic of the distance, and a plane). Temperatures
and depths are interpolated as they are, altered shares as the logarithm of their damage integral
:math:`-\ln(1 - p)`, which is what heat makes grow.

A stop rule bends every quantity where it begins to act. So the table holds sessions that nobody
stops, and a stop is a number of sweeps: that at which the reading of the surface reaches it, in
each member.

Where porelight's own laws hold, `planning.hand_table` and `planning.scan_table` know more and are
nearer and faster.

References
----------
.. [1] G. E. Fasshauer, Meshfree Approximation Methods with MATLAB (2007), chapters 6 and 17.
"""

import warnings
from collections.abc import Mapping, Sequence
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import RBFInterpolator

from porelight.course.healing_weeks import session_doses
from porelight.errors import ExtrapolationWarning
from porelight.planning.limits import SessionQuantities
from porelight.planning.space import STOP, SettingSpace
from porelight.planning.table_session import (
    COLUMNS,
    DOSES,
    QUANTITIES,
    TableSession,
    restored,
    transformed,
)
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.session.ensemble import PhysicsEnsemble, absorption_dominates
from porelight.tissue.skin import Skin

if TYPE_CHECKING:
    from porelight.session.result import SessionResult

# settings of each kind that the full engine simulates, every one with every other
_LEVELS = {"radiant_exposure": 5, "passes": 6, "rate": 3, "overlap": 2}
_STOPS = 24  # lengths of a session at which the reading is compared with a stop


class SessionTable:
    """Sessions of one device on one skin, between settings that the full engine simulated.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    space : SettingSpace
        What may be turned.
    physics : PhysicsEnsemble
        The members.
    progress : callable
        Called with the share of the settings simulated.
    """

    def __init__(
        self,
        skin: Skin,
        space: SettingSpace,
        physics: PhysicsEnsemble,
        progress: Progress = unheard,
    ) -> None:
        self.space = space
        wavelength = space.device.settings["wavelength"].value
        self.ablating = absorption_dominates(skin, wavelength)
        self._nodes = _design(space)
        self._scaled = space.scaled(self._nodes)
        results: list[Sequence[SessionResult]] = []
        with warnings.catch_warnings():
            # the corners of the ranges are not proposed, so that nobody need be warned of them
            warnings.simplefilter("ignore", ExtrapolationWarning)
            for done, node in enumerate(self._nodes, start=1):
                point = dict(zip(space.names, node.tolist(), strict=True))
                results.append(physics.treat(space.exposure(point)))
                progress(done / len(self._nodes))
        quantities = [SessionQuantities.of(skin, one) for one in results]
        n_members = len(physics.members)
        doses = session_doses(skin, results, np.arange(n_members))
        columns = {
            **{name: np.array([getattr(one, name) for one in quantities]) for name in QUANTITIES},
            **{f"dose {name}": getattr(doses, name) for name in DOSES},
        }
        self._values = np.stack([transformed(name, columns[name]) for name in COLUMNS], axis=1)
        self.n_settings = len(self._nodes)
        self._fit = RBFInterpolator(self._scaled, self._values, kernel="cubic", degree=1)

    def sessions(self, points: Sequence[Mapping[str, float]]) -> list[TableSession]:
        """Return what sessions at points of the space do, stops included."""
        values = np.array([[one[name] for name in self.space.names] for one in points])
        n_members = self._values.shape[2]
        sweeps = self._delivered(points, values, n_members)
        if sweeps is None:
            found = self._fit(self.space.scaled(values))
        else:
            # every member stops at a moment of its own
            each = self._cut(values, sweeps)
            flat = self._fit(self.space.scaled(each.reshape(-1, values.shape[1])))
            by_member = flat.reshape(len(points), n_members, len(COLUMNS), n_members)
            found = np.einsum("pmqm->pqm", by_member)
        return [
            TableSession.of({name: restored(name, x) for name, x in zip(COLUMNS, row, strict=True)})
            for row in found
        ]

    def _cut(self, values: Floats, sweeps: Floats) -> Floats:
        """Return settings, each with several numbers of sweeps, (n_point, n, n_setting)."""
        each = np.repeat(values[:, None, :], sweeps.shape[1], axis=1)
        each[:, :, self.space.names.index("passes")] = sweeps
        return each

    def _delivered(
        self, points: Sequence[Mapping[str, float]], values: Floats, n_members: int
    ) -> Floats | None:
        """Return the sweeps until the end or the stop, (n_point, n_member); none without a stop."""
        if STOP not in points[0]:
            return None
        at = self.space.names.index("passes")
        fewest = self.space.ranges[at].low
        share = np.linspace(0.0, 1.0, _STOPS)
        along = fewest * (values[:, at, None] / fewest) ** share  # (n_point, n_stop)
        each = self._cut(values, along)
        found = self._fit(self.space.scaled(each.reshape(-1, values.shape[1])))
        reading = found.reshape(len(points), _STOPS, len(COLUMNS), n_members)[
            :, :, COLUMNS.index("reading")
        ]
        reading = np.maximum.accumulate(reading, axis=1)
        sweeps = np.empty((len(points), n_members))
        for i, point in enumerate(points):
            for m in range(n_members):
                sweeps[i, m] = np.interp(point[STOP], reading[i, :, m], along[i])
        return sweeps


def _design(space: SettingSpace) -> Floats:
    """Return the settings that the full engine simulates, (n_node, n_setting): a whole grid."""
    levels = []
    for one in space.ranges:
        n = _LEVELS[one.name]
        if one.name == "passes":
            levels.append(sorted({round(float(x)) for x in np.geomspace(one.low, one.high, n)}))
        else:
            levels.append(np.linspace(one.low, one.high, n).tolist())
    return np.array(list(product(*levels)), dtype=np.float64)
