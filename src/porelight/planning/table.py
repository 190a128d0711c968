r"""What sessions do to every member of the physics, as a table over the settings of a device.

The full engine is run at a few dozen settings; between them each quantity of each member is
interpolated by radial basis functions [1]_ (a cubic of the distance, and a plane). Temperatures
and depths are interpolated as they are: photons and conduction are linear in energy. Altered shares
are as the logarithm of their damage integral :math:`-\ln(1 - p)`, which is what heat makes grow.

A stop rule bends every quantity where it begins to act. So the table holds sessions that nobody
stops, and a stop is a number of sweeps: that at which the reading of the surface reaches it, in
each member.

How far interpolation is off is measured on settings that the table did not see: each of its own is
left out in turn.

References
----------
.. [1] G. E. Fasshauer, Meshfree Approximation Methods with MATLAB (2007), chapters 6 and 17.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import RBFInterpolator

from porelight.course.healing_weeks import session_doses
from porelight.course.state import SessionDoses
from porelight.errors import ExtrapolationWarning
from porelight.planning.limits import SessionQuantities
from porelight.planning.space import STOP, SettingSpace
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.session.ensemble import PhysicsEnsemble, absorption_dominates
from porelight.tissue.skin import Skin

if TYPE_CHECKING:
    from porelight.session.result import SessionResult

# settings of each kind that the full engine simulates, every one with every other
_LEVELS = {"radiant_exposure": 5, "passes": 6, "rate": 3, "overlap": 2}
_STOPS = 24  # lengths of a session at which the reading is compared with a stop
_QUANTITIES = tuple(one.name for one in fields(SessionQuantities))
_DOSES = tuple(one.name for one in fields(SessionDoses))
_SHARES = ("killed", "denatured", *(f"dose {one}" for one in _DOSES[:4]))
_FLOOR = 1e-9  # less is no cell; see `porelight.planning.limits`


@dataclass(frozen=True, slots=True, eq=False)
class TableSession:
    """A session read off the table: quantities and doses of each member, (n_member,) each."""

    quantities: SessionQuantities
    doses: Mapping[str, Floats]


@dataclass(frozen=True, slots=True)
class TableError:
    """How far a table is off at settings it did not see: nine in ten, over settings and members.

    Attributes
    ----------
    felt : float
        Highest temperature that is felt [K].
    wound : float
        Depth of the wound [m].
    heat_shocked : float
        Heat-shocked share of the dermis, which rebuilds it [-].
    n_settings : int
        Settings that the full engine simulated.
    """

    felt: float
    wound: float
    heat_shocked: float
    n_settings: int


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
            **{name: np.array([getattr(one, name) for one in quantities]) for name in _QUANTITIES},
            **{f"dose {name}": getattr(doses, name) for name in _DOSES},
        }
        self._names = tuple(columns)
        self._values = np.stack(
            [_transformed(name, column) for name, column in columns.items()], axis=1
        )
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
            by_member = flat.reshape(len(points), n_members, len(self._names), n_members)
            found = np.einsum("pmqm->pqm", by_member)
        sessions = []
        for row in found:
            back = {name: _restored(name, one) for name, one in zip(self._names, row, strict=True)}
            sessions.append(
                TableSession(
                    SessionQuantities(**{name: back[name] for name in _QUANTITIES}),
                    {name: back[f"dose {name}"] for name in _DOSES},
                )
            )
        return sessions

    def error(self) -> TableError:
        """Return how far the table is off where it has nothing of all energies of a setting.

        Only what lies inside of a range in something but the energy is left out, or, where the
        table holds nothing there, each energy inside its range: ends would be extrapolation.
        """
        off: dict[str, list[Floats]] = {name: [] for name in ("felt", "wound", "dose heat_shocked")}
        for left in self._left_out():
            fit = RBFInterpolator(
                self._scaled[~left], self._values[~left], kernel="cubic", degree=1
            )
            rows = fit(self._scaled[left])
            for name, found in off.items():
                at = self._names.index(name)
                true = _restored(name, self._values[left, at])
                found.append(np.abs(_restored(name, rows[:, at]) - true).ravel())
        felt, wound, shocked = (
            float(np.quantile(np.concatenate(found), 0.9)) for found in off.values()
        )
        return TableError(felt, wound, shocked, len(self._nodes))

    def _left_out(self) -> list[NDArray[np.bool_]]:
        """Return which settings to leave out together, one time after the other."""
        inside = (self._scaled > 0.0) & (self._scaled < 1.0)
        others = self._scaled[:, 1:]
        if inside[:, 1:].any():
            groups = np.unique(others[inside[:, 1:].any(axis=1)], axis=0)
            return [(others == one).all(axis=1) for one in groups]
        energies = np.unique(self._scaled[inside[:, 0], 0])
        return [self._scaled[:, 0] == one for one in energies]

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
        reading = found.reshape(len(points), _STOPS, len(self._names), n_members)[
            :, :, self._names.index("reading")
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


def _transformed(name: str, values: Floats) -> Floats:
    if name not in _SHARES:
        return np.asarray(values, dtype=np.float64)
    return np.asarray(np.log(-np.log1p(-np.clip(values, _FLOOR, 1.0 - _FLOOR))))


def _restored(name: str, values: Floats) -> Floats:
    if name in _SHARES:
        shares = -np.expm1(-np.exp(np.minimum(values, np.log(-np.log(_FLOOR)))))
        return np.asarray(np.where(shares <= 2.0 * _FLOOR, 0.0, shares))
    if name in {"wound", "dose ablated", "dose dead", "dose surface_rise"}:
        return np.maximum(values, 0.0)
    return np.asarray(values)
