"""The table of a device: the nearest kind that its physics allows, and how far it is off."""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from porelight.course.healing_weeks import session_doses
from porelight.course.laws import Laws
from porelight.errors import ExtrapolationWarning
from porelight.planning.hand_table import HandTable
from porelight.planning.limits import SessionQuantities
from porelight.planning.scan_table import ScanTable
from porelight.planning.space import STOP, SettingSpace
from porelight.planning.table import SessionTable
from porelight.planning.table_session import TableSession
from porelight.progress import Progress, unheard
from porelight.session.ensemble import SESSION_MODELS, PhysicsEnsemble, absorption_dominates
from porelight.session.injury_law import library_injury
from porelight.threads import available_threads, in_order

_COMPARED = 6  # settings at which a table is compared with the engine
_MEMBERS = 2  # members of each
# steps of the generalised golden ratio in up to five dimensions: settings spread evenly
_GOLDEN = 1.0 / 1.1673039782614187 ** np.arange(1, 6)


class DeviceTable(Protocol):
    """Sessions of one device on one skin, read off what the engine simulated before."""

    space: SettingSpace
    ablating: bool
    n_settings: int

    def sessions(self, points: Sequence[Mapping[str, float]]) -> list[TableSession]:
        """Return what sessions at points of the space do, stops included."""
        ...


@dataclass(frozen=True, slots=True)
class TableError:
    """How far a table is off at settings that it does not hold, at most.

    Attributes
    ----------
    felt : float
        Highest temperature that is felt [K].
    wound : float
        Depth of the wound [m].
    heat_shocked : float
        Heat-shocked share of the dermis, which rebuilds it [-].
    n_compared : int
        Sessions of one member each that were compared.
    """

    felt: float
    wound: float
    heat_shocked: float
    n_compared: int


def session_table(
    space: SettingSpace, physics: PhysicsEnsemble, laws: Laws, progress: Progress = unheard
) -> DeviceTable:
    """Return a table of the sessions of a device.

    Parameters
    ----------
    space : SettingSpace
        What may be turned on the device.
    physics : PhysicsEnsemble
        The skin's members, under these laws.
    laws : Laws
        Laws of injury and of sessions that the plan is made with.
    progress : callable
        Called with the share of the work done.
    """
    ablating = absorption_dominates(physics.skin, space.device.settings["wavelength"].value)
    if tuple(laws.sessions) == SESSION_MODELS:
        if ablating and not space.device.sets_pulses:
            return ScanTable(space, physics, progress)
        if not ablating and space.device.sets_pulses and laws.injury is library_injury:
            return HandTable(space, physics, progress)
    return SessionTable(physics.skin, space, physics, progress)


def table_error(table: DeviceTable, physics: PhysicsEnsemble) -> TableError:
    """Compare a table with the engine at a few settings spread over the space."""
    skin, space, n_members = physics.skin, table.space, len(physics.members)
    points = compared_points(space, _COMPARED)
    work = [
        (i, (_MEMBERS * i + j) % n_members)
        for i in range(len(points))
        for j in range(min(_MEMBERS, n_members))
    ]
    read = table.sessions(points)
    felt, wound, shocked = [], [], []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ExtrapolationWarning)  # nobody proposes these
        treat = in_order(
            lambda one: physics.treat_member(space.exposure(points[one[0]]), one[1]),
            work,
            available_threads(),
        )
        for (i, member), result in treat:
            true = SessionQuantities.of(skin, [result])
            doses = session_doses(skin, [[result]], np.zeros(1, dtype=np.int64))
            found = read[i]
            felt.append(abs(found.quantities.felt[member] - true.felt[0]))
            wound.append(abs(found.quantities.wound[member] - true.wound[0]))
            shocked.append(abs(found.doses["heat_shocked"][member] - doses.heat_shocked[0, 0]))
    return TableError(max(felt), max(wound), max(shocked), len(work))


def compared_points(space: SettingSpace, n: int) -> list[dict[str, float]]:
    """Return settings on the dials, spread evenly over the space, stops among them."""
    dials = [*space.ranges, *([space.stop] if space.stop else [])]
    points = []
    for i in range(1, n + 1):
        shares = (0.5 + i * _GOLDEN[: len(dials)]) % 1.0
        points.append(
            {
                one.name: one.at(round(float(share) * one.n_steps))
                for one, share in zip(dials, shares, strict=True)
            }
        )
        if space.stop is not None and i % 3 == 0:
            del points[-1][STOP]
    return points
