r"""Sessions of a scanner whose light ablates, put together from the columns of skin that it leaves.

Spots overlap, so a pass leaves places that one spot covered, two, or more. Each is a column of skin
of its own to the engine, and a session is their mean by the shares of the area
(`session.ablative`), which follow from the overlap alone. So columns are simulated and not
overlaps: an area on which every place gets the same number of spots is one, at each number of
passes. What the engine averages over the area is averaged here with the shares of any overlap.

Between energies, columns are interpolated by a monotone cubic: shares of the dermis, the depth
removed, and the depths down to which each share of cells is dead, from whose mean the wound
follows. Energies lie closest where pulses begin to ablate and depths have a kink. Places under
three spots or more, which few overlaps make, go on in a straight line from one and two.
"""

import math
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product

import numpy as np
from scipy.interpolate import PchipInterpolator

from porelight.errors import ExtrapolationWarning
from porelight.healing.stimulus import dermal_mean
from porelight.injury.field import injured_depth
from porelight.laser.exposure import Exposure
from porelight.planning.space import SettingSpace
from porelight.planning.table_session import TableSession
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.session.ablative import coverage
from porelight.session.ensemble import PhysicsEnsemble
from porelight.session.result import DEPTH, SessionResult, at_plexus
from porelight.threads import available_threads, in_order

_ENERGIES = (0.0, 0.1, 0.2, 0.4, 0.7, 1.0)  # shares of the range
_SPOTS = (1, 2)  # spots of each pass on a place
_MOST_PASSES = 4  # numbers of passes simulated; of more, so many evenly
_DEAD = np.linspace(0.98, 0.02, 25)  # shares of dead cells whose depths are kept
_MEANS = (
    *("rest", "peak", "reading", "felt", "killed", "denatured"),
    *("dose heat_shocked", "dose denatured", "dose coagulated", "dose plexus_shocked"),
    "dose ablated",
)


class ScanTable:
    """Sessions of one ablating scanner on one skin, in every member.

    Parameters
    ----------
    space : SettingSpace
        What may be turned; its device's light is absorbed before it scatters.
    physics : PhysicsEnsemble
        The members.
    progress : callable
        Called with the share of the columns simulated.
    """

    ablating = True

    def __init__(
        self, space: SettingSpace, physics: PhysicsEnsemble, progress: Progress = unheard
    ) -> None:
        self.space, self._physics = space, physics
        held = {one.name: one for one in space.ranges}
        energy, passes = held["radiant_exposure"], held.get("passes")
        self._energies = energy.low + (energy.high - energy.low) * np.array(_ENERGIES)
        usual = space.device.settings["passes"].value
        low, high = (round(passes.low), round(passes.high)) if passes else (round(usual),) * 2
        self._passes = np.unique(
            np.round(np.linspace(low, high, min(high - low + 1, _MOST_PASSES)))
        ).astype(np.int64)
        n_members = len(physics.members)
        columns = list(product(self._energies, self._passes, _SPOTS))
        work = list(product(columns, range(n_members)))
        rows: list[Floats] = []
        with warnings.catch_warnings():
            # the ends of the ranges are not proposed, so that nobody need be warned of them
            warnings.simplefilter("ignore", ExtrapolationWarning)
            for _, row in in_order(self._column, work, available_threads()):
                rows.append(row)
                progress(len(rows) / len(work))
        shape = (self._energies.size, self._passes.size, len(_SPOTS), n_members, -1)
        self._columns = PchipInterpolator(self._energies, np.array(rows).reshape(shape), axis=0)
        self.n_settings = len(columns)

    def sessions(self, points: Sequence[Mapping[str, float]]) -> list[TableSession]:
        """Return what sessions at points of the space do."""
        energies = np.array([one["radiant_exposure"] for one in points])
        return [
            self._session(point, by_passes)
            for point, by_passes in zip(points, self._columns(energies), strict=True)
        ]

    def _session(self, point: Mapping[str, float], by_passes: Floats) -> TableSession:
        exposure = self.space.exposure(point)
        covered = coverage(exposure)
        known = self._passes
        after = int(np.clip(np.searchsorted(known, exposure.passes), 1, max(known.size - 1, 1)))
        if known.size == 1:
            of_spots = by_passes[0]
        else:
            share = (exposure.passes - known[after - 1]) / (known[after] - known[after - 1])
            of_spots = (1.0 - share) * by_passes[after - 1] + share * by_passes[after]
        mean = np.zeros(of_spots.shape[1:])[:, : len(_MEANS)]
        dead = np.zeros((len(mean), DEPTH.size))
        warmest = np.zeros(len(mean))
        for n_spots, share in zip(covered.n_spots, covered.share, strict=True):
            row = self._under(n_spots, of_spots)
            mean += share * row[:, : len(_MEANS)]
            for m, depths in enumerate(row[:, len(_MEANS) :]):
                # nothing is dead below the last depth
                dead[m] += share * np.interp(DEPTH, depths, _DEAD, left=1.0, right=0.0)
            warmest = np.maximum(warmest, row[:, _MEANS.index("felt")])
        found = {name: mean[:, i] for i, name in enumerate(_MEANS)}
        wound = injured_depth(DEPTH, np.clip(dead, 0.0, 1.0))
        return TableSession.of(
            {
                **found,
                "felt": warmest,
                "wound": wound,
                "dose dead": np.maximum(wound - found["dose ablated"], 0.0),
                "dose surface_rise": np.maximum(found["reading"] - found["rest"], 0.0),
            }
        )

    @staticmethod
    def _under(n_spots: int, of_spots: Floats) -> Floats:
        """Return the places that so many spots of a pass cover, (n_member, n_column)."""
        one: Floats
        two: Floats
        one, two = of_spots
        if n_spots == 0:
            still: Floats = np.zeros_like(one)
            for name in ("rest", "peak", "reading", "felt"):
                still[:, _MEANS.index(name)] = one[:, _MEANS.index("rest")]
            still[:, len(_MEANS) :] = np.linspace(0.0, 1e-9, _DEAD.size)
            return still
        row = one + (n_spots - 1.0) * (two - one)
        shares = slice(_MEANS.index("killed"), _MEANS.index("dose ablated"))
        row[:, shares] = np.clip(row[:, shares], 0.0, 1.0)
        depths = np.maximum(row[:, len(_MEANS) :], 0.0)
        row[:, len(_MEANS) :] = np.maximum.accumulate(depths, axis=1)
        return row

    def _column(self, what: tuple[tuple[float, int, int], int]) -> Floats:
        """Return what is kept of places under one number of spots, (n_column,)."""
        (energy, passes, n_spots), member = what
        usual = {one.name: one.low for one in self.space.ranges}
        point = {**usual, "radiant_exposure": float(energy), "passes": float(passes)}
        exposure = even(self.space.exposure(point), n_spots)
        return _kept(self._physics, self._physics.treat_member(exposure, member))


def even(exposure: Exposure, n_spots: int) -> Exposure:
    """Return a session in which as many spots of every pass cover each place, area and all alike.

    Parameters
    ----------
    exposure : Exposure
        The session; its area becomes that of a whole number of spots.
    n_spots : int
        Spots of each pass on every place.
    """
    spot = 0.25 * math.pi * exposure.beam.diameter**2
    beside = max(1, round(exposure.area / spot))
    return replace(
        exposure,
        overlap=0.0,
        area=beside * spot,
        n_pulses=beside * n_spots * exposure.passes,
    )


def _kept(physics: PhysicsEnsemble, result: SessionResult) -> Floats:
    skin, injury = physics.skin, result.field
    epidermis = skin.layers[0].thickness >= DEPTH
    gone = np.maximum(injury.killed, result.ablated)
    kept = {
        "rest": float(result.resting[0]),
        "peak": float(result.peak_temperature.max()),
        "reading": result.surface_reading,
        "felt": result.surface_felt,
        "killed": float(result.worst_killed[epidermis].mean()),
        "denatured": float(injury.denatured[~epidermis].max()),
        "dose heat_shocked": float(dermal_mean(DEPTH, injury.heat_shocked)),
        "dose denatured": float(dermal_mean(DEPTH, injury.denatured)),
        "dose coagulated": result.vessel_coagulated,
        "dose plexus_shocked": at_plexus(skin, injury.heat_shocked),
        "dose ablated": result.ablated_depth,
    }
    depths = [float(injured_depth(DEPTH, gone, share)) for share in _DEAD]
    return np.array([*(kept[name] for name in _MEANS), *depths])
