"""What an outcome says about itself: the sessions, the skin, and where its numbers come from.

What it says is enough to compute it again (`porelight.workflows.rerun`): every input is written
with all of its digits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from porelight import __version__
from porelight.course.codec import skin_document
from porelight.course.documents import json_document, json_text
from porelight.course.origin import ORIGIN, origin_text
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.course.vocabulary import CARE, ENSEMBLE, SESSION
from porelight.data.library import fingerprint
from porelight.laser.exposure import Session
from porelight.quantities import Floats
from porelight.session.result import DEPTH, N_CLOCK, SessionResult
from porelight.tissue.skin import Skin

PRIORS = "priors"


@dataclass(frozen=True, slots=True)
class Road:
    """How a course was simulated: with which biology, and in which parts.

    Attributes
    ----------
    biology : str
        `PRIORS`, or the digest of the draws that were given instead (`biology_digest`).
    members_drawn : int
        Members of the physics that were drawn; an interrupted run has the first of them.
    ends : tuple of float
        Last day of each part [d]; a course of one piece has one.
    care : tuple of tuple of Care
        What was known of the person's care in each part: what begins later changes the numbers of
        the day on which a part ends.
    entered : tuple of int
        For each session, in which part it was simulated, from 0.
    """

    biology: str
    members_drawn: int
    ends: tuple[float, ...] = ()
    care: tuple[tuple[Care, ...], ...] = ()
    entered: tuple[int, ...] = ()

    def then(
        self, end: float, care: tuple[Care, ...], n_new: int, order: NDArray[np.intp]
    ) -> "Road":
        """Return the road with one part more, its new sessions put in the order given."""
        entered = (*self.entered, *(len(self.ends) for _ in range(n_new)))
        return Road(
            self.biology,
            self.members_drawn,
            (*self.ends, end),
            (*self.care, care),
            tuple(entered[i] for i in order),
        )

    def text(self) -> str:
        """Return it as the text of an attribute."""
        return json_text(
            {
                "biology": self.biology,
                "members_drawn": self.members_drawn,
                "ends": self.ends,
                "care": [[CARE.document(one) for one in part] for part in self.care],
                "entered": self.entered,
            }
        )

    @classmethod
    def of_text(cls, text: str) -> "Road":
        """Return the road that `text` wrote.

        Raises
        ------
        ValueError, KeyError, TypeError
            If it is none.
        """
        content = json_document(text)
        road = cls(
            str(content["biology"]),
            int(content["members_drawn"]),
            tuple(float(one) for one in content["ends"]),
            tuple(tuple(CARE.object(one) for one in part) for part in content["care"]),
            tuple(int(one) for one in content["entered"]),
        )
        if len(road.care) != len(road.ends) or any(one >= len(road.ends) for one in road.entered):
            raise ValueError("parts without care, or sessions without a part")
        return road


def biology_digest(values: Mapping[str, Floats] | None) -> str:
    """Return `PRIORS` where no draws were given, else 16 digits of a hash over them."""
    if values is None:
        return PRIORS
    digest = sha256()
    for name in sorted(values):
        digest.update(name.encode())
        digest.update(np.ascontiguousarray(values[name], np.float64).tobytes())
    return digest.hexdigest()[:16]


def session_variables(results: Sequence[Sequence[SessionResult]]) -> dict[str, Floats]:
    """Return what the sessions did, over (session, member) and (session, member, depth).

    Parameters
    ----------
    results : sequence of sequence of SessionResult
        Results of each session, one per member.
    """
    n_session = len(results)
    n_member = len(results[0]) if results else 1

    def stacked(of: Callable[[SessionResult], Floats | float], *shape: int) -> Floats:
        rows = [[of(one) for one in members] for members in results]
        return np.array(rows, dtype=np.float64).reshape(n_session, n_member, *shape)

    typical = [members[0] for members in results]
    return {
        "peak_temperature": stacked(lambda one: one.peak_temperature, DEPTH.size),
        "final_temperature": stacked(lambda one: one.final_temperature, DEPTH.size),
        "killed": stacked(lambda one: one.field.killed, DEPTH.size),
        "heat_shocked": stacked(lambda one: one.field.heat_shocked, DEPTH.size),
        "denatured": stacked(lambda one: one.field.denatured, DEPTH.size),
        "coagulated": stacked(lambda one: one.field.coagulated, DEPTH.size),
        "vessel_coagulated": stacked(lambda one: one.vessel_coagulated),
        "ablated": stacked(lambda one: one.ablated, DEPTH.size),
        "surface_reading": stacked(lambda one: one.surface_reading),
        "surface_felt": stacked(lambda one: one.surface_felt),
        "ablated_depth": stacked(lambda one: one.ablated_depth),
        "coagulated_depth": stacked(lambda one: one.wound_depth),
        "pulses_delivered": stacked(lambda one: float(one.pulses_delivered)),
        "clock_time": np.array([one.clock for one in typical]).reshape(n_session, N_CLOCK),
        "session_temperature": np.array([one.history for one in typical]).reshape(
            n_session, N_CLOCK, DEPTH.size
        ),
    }


def skin_variables(skin: Skin, results: Sequence[Sequence[SessionResult]]) -> dict[str, Floats]:
    """Return the skin as it was before the first session."""
    variables = {"pore_diameter": skin.pores.diameter, "pore_floor": skin.pores.floor}
    if results:
        variables["resting_temperature"] = results[0][0].resting
    return variables


def attributes(  # noqa: PLR0913  each is a part of what is said
    skin: Skin,
    sessions: Sequence[Session],
    care: Sequence[Care],
    settings: EnsembleSettings,
    *,
    members: int,
    notes: Sequence[str],
    laws: Mapping[str, list[str]],
    road: Road,
) -> dict[str, str]:
    """Return where the numbers come from, in clinic units, for whoever opens the file.

    Parameters
    ----------
    skin, sessions, care, settings
        What was simulated; each is written whole, as a course file would hold it.
    members : int
        Members of the physics that were finished.
    notes : sequence of str
        Notes for the reader.
    laws : mapping of str to list of str
        Names of the laws that are not porelight's own.
    road : Road
        How the course was simulated.
    """
    return {
        "porelight_version": __version__,
        "data_fingerprint": fingerprint(),
        ORIGIN: origin_text(),
        **{key: str(value) for key, value in ENSEMBLE.document(settings, whole=True).items()},
        "members": str(members),
        "settings": json_text(ENSEMBLE.document(settings, whole=True)),
        "road": road.text(),
        "skin": json_text(skin_document(skin)),
        "pores_measured": "true" if skin.pores.is_measured else "false",
        "pore_area_m2": repr(skin.pores.area),
        "sessions": json_text([SESSION.document(one) for one in sessions]),
        "care": json_text([CARE.document(one) for one in care]),
        "laws": json_text(dict(laws)),
        "notes": json_text(list(notes)),
    }
