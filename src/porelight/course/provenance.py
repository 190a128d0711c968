"""What an outcome says about itself: the sessions, the skin, and where its numbers come from."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from porelight import __version__
from porelight.course.codec import skin_document
from porelight.course.documents import json_text
from porelight.course.regimen import Care
from porelight.course.settings import EnsembleSettings
from porelight.course.vocabulary import CARE, ENSEMBLE, SESSION
from porelight.data.library import fingerprint
from porelight.laser.exposure import Session
from porelight.quantities import Floats
from porelight.session.result import DEPTH, N_CLOCK, SessionResult
from porelight.tissue.skin import Skin


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


def attributes(
    skin: Skin,
    sessions: Sequence[Session],
    care: Sequence[Care],
    settings: EnsembleSettings,
    *,
    members: int,
    notes: Sequence[str],
    laws: Mapping[str, list[str]],
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
    """
    return {
        "porelight_version": __version__,
        "data_fingerprint": fingerprint(),
        **{key: str(value) for key, value in ENSEMBLE.document(settings, whole=True).items()},
        "members": str(members),
        "skin": json_text(skin_document(skin, with_pores=False)),
        "pores_measured": "true" if skin.pores.is_measured else "false",
        "pore_area_m2": repr(skin.pores.area),
        "sessions": json_text([SESSION.document(one) for one in sessions]),
        "care": json_text([CARE.document(one) for one in care]),
        "laws": json_text(dict(laws)),
        "notes": json_text(list(notes)),
    }
