"""An outcome computed again from what it says of itself: the same bits, or what differs.

An outcome holds every input of its course (`porelight.course.provenance`) and what computed it
(`porelight.course.origin`). With the same versions, data files and processor the same bits come
out, on any number of threads; else the reader is told what is not the same, and by how much the
numbers moved.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from porelight.course.codec import skin_of
from porelight.course.course import Course
from porelight.course.documents import json_document
from porelight.course.laws import OWN_LAWS, Laws
from porelight.course.origin import ORIGIN, origin_differences
from porelight.course.outcome import Outcome
from porelight.course.provenance import PRIORS, Road, biology_digest
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance, begin
from porelight.course.treatment import treated
from porelight.course.vocabulary import ENSEMBLE, SESSION
from porelight.errors import ParameterError
from porelight.inference.calibration import posterior
from porelight.inference.population import LearnedPopulation
from porelight.laser.exposure import Session
from porelight.light.averages import Averages
from porelight.light.run import LightRun, growing
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.tissue.skin import Skin


@dataclass(frozen=True, slots=True, eq=False)
class Rerun:
    """A result computed again.

    Attributes
    ----------
    result : Any
        The new result, of the kind of the old one.
    n_compared : int
        Arrays that were compared.
    changed : mapping of str to float
        Largest difference in each array that has not the same bits, over the largest value in it
        [-]; infinite for one that is not there any more.
    differences : tuple of str
        In what this machine and its versions differ from those that computed the old result.
    """

    result: Any
    n_compared: int
    changed: Mapping[str, float]
    differences: tuple[str, ...]

    @property
    def has_same_bits(self) -> bool:
        """Whether every number is the same to its last bit."""
        return not self.changed


@dataclass(frozen=True, slots=True)
class _Inputs:
    """What an outcome says that it was computed from."""

    skin: Skin
    sessions: tuple[Session, ...]
    settings: EnsembleSettings
    laws: Mapping[str, list[str]]
    notes: tuple[str, ...]
    road: Road
    days: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.sessions) != len(self.road.entered):
            raise ParameterError(
                f"it tells of {len(self.sessions)} sessions, {len(self.road.entered)} were "
                "simulated"
            )


def rerun(
    outcome: Outcome,
    *,
    population: LearnedPopulation | None = None,
    laws: Laws = OWN_LAWS,
    progress: Progress = unheard,
) -> Rerun:
    """Compute an outcome again.

    Parameters
    ----------
    outcome : Outcome
        As `porelight.course.course.Course.simulate` returned or a file held it.
    population : LearnedPopulation, optional
        The one that it was made with, if it was.
    laws : Laws
        Those that it was made with; porelight's own when left out.
    progress : callable
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    Rerun
        `result` is the new `Outcome`, and numbers are compared in the precision of the old one.

    Raises
    ------
    ParameterError
        If the outcome does not say what it was computed from, or was made with other laws or with
        draws of the biology that do not ship with porelight.
    """
    inputs = _inputs(outcome)
    if inputs.laws != laws.foreign:
        named = ", ".join(name for names in inputs.laws.values() for name in names)
        raise ParameterError(
            f"the outcome was made with {named or 'the laws of porelight alone'}; give the same "
            "laws to porelight.workflows.rerun.rerun(outcome, laws=...)."
        )
    again = _simulated(inputs, _biology(inputs, population), laws, progress)
    recorded = json.loads(outcome.attrs.get(ORIGIN, "{}"))
    old = {str(name): one.to_numpy() for name, one in outcome.data_vars.items()}
    new = {str(name): one.to_numpy() for name, one in again.data_vars.items()}
    return compared(again, old, new, recorded)


def compared(
    result: Any,
    old: Mapping[str, Floats],
    new: Mapping[str, Floats],
    recorded: Mapping[str, str],
) -> Rerun:
    """Return a result with what differs between its arrays and those of the old one.

    Parameters
    ----------
    result
        The new result.
    old, new : mapping of str to ndarray
        Arrays of both, by name.
    recorded : mapping of str to str
        What computed the old one (`porelight.course.origin.this_origin`).
    """
    changed = {}
    for name, values in old.items():
        moved = _moved(values, new.get(name))
        if moved is not None:
            changed[name] = moved
    return Rerun(result, len(old), changed, origin_differences(recorded))


def _moved(old: Floats, new: Floats | None) -> float | None:
    """Return the largest difference over the largest value; None for the same bits."""
    if new is None or new.shape != old.shape:
        return np.inf
    same = new.astype(old.dtype)
    if np.array_equal(old, same, equal_nan=True):
        return None
    scale = float(np.nanmax(np.abs(old), initial=0.0))
    # a number that is missing on one side only is as far off as can be
    missing = np.isnan(old) != np.isnan(same)
    apart = np.where(missing, np.inf, np.abs(same.astype(np.float64) - old))
    return float(np.nanmax(apart)) / scale if scale > 0.0 else np.inf


def _inputs(outcome: Outcome) -> _Inputs:
    about = outcome.attrs
    try:
        road = Road.of_text(about["road"])
        sessions = tuple(SESSION.object(one) for one in json_document(about["sessions"]))
        return _Inputs(
            skin_of(json_document(about["skin"])),
            sessions,
            ENSEMBLE.object(json_document(about["settings"])),
            json.loads(about["laws"]),
            tuple(json.loads(about["notes"])),
            road,
            tuple(outcome.dataset["day"].to_numpy().tolist()),
        )
    except KeyError as missing:
        raise ParameterError(
            f"the outcome does not say what it was computed from ({missing.args[0]} is not in it); "
            "it is of an earlier version. Simulate its course again."
        ) from None
    except (TypeError, ValueError) as problem:
        raise ParameterError(
            f"what the outcome says of its inputs cannot be read ({problem}). Was it edited?"
        ) from None


def _biology(inputs: _Inputs, population: LearnedPopulation | None) -> Mapping[str, Floats] | None:
    """Return the draws that an outcome was made with, if they are at hand."""
    digest = inputs.road.biology
    if digest == PRIORS:
        return None
    at_hand = [posterior()]
    if population is not None:
        at_hand.append(population.draws(inputs.settings))
    for values in at_hand:
        if digest == biology_digest(values):
            return values
    raise ParameterError(
        "the outcome was made with draws of the biology that are not at hand; give the population "
        "of 'porelight learn' that it was made with (--population), or simulate again with the "
        "draws that were given then."
    )


def _simulated(
    inputs: _Inputs, values: Mapping[str, Floats] | None, laws: Laws, progress: Progress
) -> Outcome:
    skin, road = inputs.skin, inputs.road
    state = begin(skin, inputs.settings, values, laws)
    noted = len(json.loads(state.outcome.attrs["notes"]))
    for part, (end, care) in enumerate(zip(road.ends, road.care, strict=True)):
        known = [
            one for one, when in zip(inputs.sessions, road.entered, strict=True) if when <= part
        ]
        new = state.new_sessions(known)
        results = treated(
            skin,
            new,
            replace(inputs.settings, members=road.members_drawn),
            laws=laws,
            only=inputs.settings.members,
            afresh=True,  # what was kept would agree with itself
            progress=progress,
        )
        days = [day for day in inputs.days if state.day < day <= end]
        notes = inputs.notes[noted:] if end == road.ends[-1] else ()
        state = advance(
            state, Course(skin, known, care), days, results=results, laws=laws, notes=notes
        )
    return state.outcome


def rerun_light(
    run: LightRun,
    recorded: Mapping[str, str],
    *,
    threads: int = 0,
    progress: Progress = unheard,
) -> Rerun:
    """Follow the photons of a run again.

    Parameters
    ----------
    run : LightRun
        The run, as its file holds it.
    recorded : mapping of str to str
        What computed it (`porelight.course.origin.this_origin`).
    threads : int
        Cores to use; 0 takes all. Their number changes no bit.
    progress : callable
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    Rerun
        `result` is the new `LightRun`; its means and their spreads are compared.

    Raises
    ------
    ParameterError
        If it is a merged run, which is repeated part by part.
    """
    if len(run.seeds) > 1:
        raise ParameterError(
            f"a merged run of seeds {', '.join(map(str, run.seeds))}; rerun each of the runs that "
            "it was merged from, and merge them again."
        )
    again = replace(run, averages=Averages())
    for again in growing(again, threads):  # noqa: B020  each is the run with one batch more
        progress(again.averages.n_batches / run.averages.n_batches)
        if again.averages.n_batches >= run.averages.n_batches:
            break
    return compared(again, _parts(run), _parts(again), recorded)


def _parts(run: LightRun) -> dict[str, Floats]:
    return {
        f"{name}, {kind}": getattr(part, kind)
        for name, part in run.averages.parts.items()
        for kind in ("mean", "spread")
    }
