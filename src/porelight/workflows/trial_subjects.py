"""The people of a virtual trial, simulated in chunks: a row for each, in the arm that has it.

Every subject is a person with a type, an age, a sex, an oiliness, pores and sebum
(`porelight.tissue.subjects`), with a place of their own among all people in healing and mechanics,
and with sessions that they miss. Each is followed in every draw of what nobody knows. No photon is
followed for a subject: light and heat are those of a type's skin in the middle of the trial's ages
(docs/trials.md gives the error). Rows are in the order of types, so that a chunk treats few skins.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache, partial
from pathlib import Path
from time import perf_counter
from typing import Any

import numpy as np

from porelight.course.course import Course
from porelight.course.documents import json_text
from porelight.course.draws import BIOLOGY
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import Results, advance, begin
from porelight.course.treatment import physics_ensemble, treated
from porelight.course.vocabulary import CARE, SESSION
from porelight.data.library import fingerprint
from porelight.data.priors import of_one_person, typical_draws, uncertain
from porelight.errors import ExtrapolationWarning
from porelight.execution.chunk_store import ChunkManifest, ChunkStore, StoredVariable
from porelight.execution.chunks import Chunk, ChunkArrays, Executor, run_chunks
from porelight.kept import content_key
from porelight.laser.exposure import Exposure
from porelight.planning.sweep_points import SweepPoint
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.session.result import SessionResult
from porelight.statistics.virtual_trial import TrialPopulation
from porelight.tissue.person import Oiliness, Sex, Zone
from porelight.tissue.skin import Skin
from porelight.tissue.subjects import virtual_subjects
from porelight.workflows.trial_design import OILINESS, SEXES, TrialDesign

TOGETHER = 32  # subjects of a chunk, some seconds of a core: what a kill costs
_STREAM = 0x7375626A  # keeps who takes part apart from every other draw of the seed
_LARGEST_LOSS = -0.99  # a relative change, below which a logarithm tells nothing


@dataclass(frozen=True, slots=True)
class TrialSubject:
    """One virtual subject.

    Attributes
    ----------
    arm, number : int
        Arm, and place in it.
    fitzpatrick : int
        Skin type.
    age : float
        Age [years].
    sex, oiliness : str
        As `porelight.tissue.person` names them.
    seed : int
        Seed of pores, sebum, healing and sessions missed.
    """

    arm: int
    number: int
    fitzpatrick: int
    age: float
    sex: Sex
    oiliness: Oiliness
    seed: int


@dataclass(frozen=True, slots=True)
class TrialCost:
    """What a trial will take.

    Attributes
    ----------
    subjects, chunks : int
        Subjects in all arms, and the parts that they are simulated in.
    photon_runs : int
        Runs of photons: one for each zone, type, beam and member of the physics.
    seconds : float
        Time on one core, from one member and one subject that were timed [s].
    """

    subjects: int
    chunks: int
    photon_runs: int
    seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class TrialSubjects:
    """All subjects of a trial, in the order of the rows; arrays of shape (n_row,)."""

    arm: np.ndarray
    number: np.ndarray
    fitzpatrick: np.ndarray
    age: Floats
    sex: np.ndarray
    oiliness: np.ndarray
    seed: np.ndarray

    def __len__(self) -> int:
        return self.arm.size

    def __getitem__(self, row: int) -> TrialSubject:
        return TrialSubject(
            int(self.arm[row]),
            int(self.number[row]),
            int(self.fitzpatrick[row]),
            float(self.age[row]),
            SEXES[self.sex[row]],
            OILINESS[self.oiliness[row]],
            int(self.seed[row]),
        )


def trial_subjects(design: TrialDesign) -> TrialSubjects:
    """Return who takes part: drawn by the shares of the design, and others in each arm."""
    people, n, n_arms = design.people, design.n_people, len(design.arms)
    rng = np.random.default_rng([design.settings.seed, _STREAM])
    shape = n_arms, n
    of_type = np.array(people.fitzpatrick_shares)
    of_oiliness = np.array(people.oiliness_shares)
    fitzpatrick = 1 + rng.choice(6, shape, p=of_type / of_type.sum())
    age = rng.uniform(*people.ages, shape)
    sex = (rng.random(shape) >= people.female_share).astype(np.int64)
    oiliness = rng.choice(3, shape, p=of_oiliness / of_oiliness.sum())
    seed = rng.integers(2**31, size=shape)
    arm, number = np.indices(shape)
    order = np.argsort(fitzpatrick.ravel(), kind="stable")

    def in_rows(values: np.ndarray[Any, Any]) -> Any:
        return values.ravel()[order]

    return TrialSubjects(
        in_rows(arm),
        in_rows(number),
        in_rows(fitzpatrick),
        in_rows(age),
        in_rows(sex),
        in_rows(oiliness),
        in_rows(seed),
    )


def trial_cost(design: TrialDesign) -> TrialCost:
    """Tell what a trial will take, by simulating one of its subjects after few members.

    Raises
    ------
    ParameterError
        If a session is impossible on a skin of the trial.
    """
    people, settings = design.people, design.settings
    beams = set()
    for zone in people.zones:
        for fitzpatrick in people.types:
            skin = _physics(design, zone, fitzpatrick).skin
            ensemble = physics_ensemble(skin, settings)
            for one in _exposures(design):
                ensemble.require(one)
            for arm in design.arms:
                course = Course(skin, arm.sessions)
                beams |= SweepPoint(course, settings, design.visits[-1]).beams
    few = replace(design, settings=replace(settings, members=2))
    subjects = trial_subjects(design)
    subject = subjects[len(subjects) // 2]
    skin = _physics(design, people.zones[0], subject.fitzpatrick).skin
    times = []
    found: list[tuple[SessionResult, ...]] = []
    exposures = _exposures(design)
    with warnings.catch_warnings(action="ignore", category=ExtrapolationWarning):
        ensemble = physics_ensemble(skin, few.settings, afresh=True)
        for member in (0, 1):  # the first loads the kernels
            began = perf_counter()
            found.append(tuple(ensemble.treat_member(one, member) for one in exposures))
            times.append(perf_counter() - began)
    results = {one: [each[i] for each in found] for i, one in enumerate(exposures)}
    for _ in range(2):
        began = perf_counter()
        for number in range(len(design.arms)):
            _changes(few, replace(subject, arm=number), people.zones[0], results, knowledge(few))
        of_all_arms = perf_counter() - began
    seconds = len(people.zones) * (
        len(people.types) * settings.members * times[1] + design.n_people * of_all_arms
    )
    n = len(subjects)
    return TrialCost(n, -(-n // TOGETHER), len(beams) * settings.members, seconds)


def trial_population(
    design: TrialDesign,
    folder: Path,
    executor: Executor,
    progress: Progress = unheard,
    *,
    afresh: bool = False,
) -> TrialPopulation:
    """Return the true changes of all subjects; what a folder has of them is not simulated again.

    Parameters
    ----------
    design : TrialDesign
        What is decided and assumed.
    folder : Path
        New, empty, or begun by the same trial.
    executor : Executor
        Who computes.
    progress : callable
        Called with the share of the chunks done, 0 to 1.
    afresh : bool
        Whether light and heat are computed, also where results were kept (`porelight.kept`).

    Raises
    ------
    ParameterError
        If a session is impossible on a skin of the trial.
    ExecutionError
        If workers or the folder fail, or it is another trial's; what is done is kept.
    """
    store = ChunkStore(folder, trial_manifest(design))
    run_chunks(partial(simulated_rows, design, afresh=afresh), store, executor, progress)
    subjects, change = trial_subjects(design), store.read()["change"]
    n_arms, n = len(design.arms), design.n_people
    changes = np.empty((n_arms, *change.shape[1:], n))
    changes[subjects.arm, :, :, subjects.number] = change
    types = np.empty((n_arms, n), np.int64)
    types[subjects.arm, subjects.number] = subjects.fitzpatrick
    return TrialPopulation(changes, types)


def trial_manifest(design: TrialDesign) -> ChunkManifest:
    """Return what the changes of a trial's people follow from; how it is judged is no part."""
    settings, people = design.settings, design.people
    content: dict[str, Any] = {
        # in their order, in which the rows are
        "arms": [
            [
                one.name,
                content_key(
                    json_text([SESSION.document(session) for session in one.sessions]),
                    json_text([CARE.document(care) for care in one.care]),
                ),
            ]
            for one in design.arms
        ],
        "people": {
            "zones": list(people.zones),
            "fitzpatrick_shares": list(people.fitzpatrick_shares),
            "age_years": list(people.ages),
            "female_share": people.female_share,
            "oiliness_shares": list(people.oiliness_shares),
        },
        "endpoint": design.endpoint,
        "visits_days": list(design.visits),
        "knowledge_draws": settings.draws,
        "members": settings.members,
        "photons": settings.photons,
        "attendance": settings.attendance,
        "seed": settings.seed,
        "data": fingerprint(),
        "numpy": np.__version__,
    }
    change = StoredVariable(
        ("visit", "knowledge"),
        (len(design.visits), settings.draws),
        meaning=f"true change of the logarithm of {design.endpoint} from baseline",
    )
    n_rows = len(design.arms) * design.n_people
    return ChunkManifest("a virtual trial", content, n_rows, TOGETHER, {"change": change})


def simulated_rows(design: TrialDesign, chunk: Chunk, *, afresh: bool = False) -> ChunkArrays:
    """Return the changes of the subjects of a chunk, (n_row, n_visit, n_knowledge)."""
    subjects, known = trial_subjects(design), knowledge(design)

    def change(subject: TrialSubject) -> Floats:
        in_zones = [
            _changes(
                design,
                subject,
                zone,
                _on_type(_physics(design, zone, subject.fitzpatrick, afresh=afresh)),
                known,
            )
            for zone in design.people.zones
        ]
        return np.asarray(np.mean(in_zones, axis=0))

    return {"change": np.array([change(subjects[row]) for row in chunk.rows])}


def knowledge(design: TrialDesign) -> dict[str, Floats]:
    """Return the draws of what nobody knows of the biology, (n_knowledge,) each."""
    return typical_draws(uncertain(BIOLOGY), design.settings.draws, design.settings.seed)


def outside_models(design: TrialDesign) -> tuple[str, ...]:
    """Return a line for each assumption of a model that a session does not meet on some skin."""
    lines: dict[str, None] = {}
    exposures = _exposures(design)
    for zone in design.people.zones if exposures else ():
        for fitzpatrick in design.people.types:
            results = _on_type(_physics(design, zone, fitzpatrick), 1)
            for of_all in results.values():
                lines |= dict.fromkeys(of_all[0].unmet)
    return tuple(lines)


def _changes(
    design: TrialDesign,
    subject: TrialSubject,
    zone: Zone,
    results: Mapping[Exposure, Sequence[SessionResult]],
    known: Mapping[str, Floats],
) -> Floats:
    """Return the changes of the logarithm in one zone of a subject, (n_visit, n_knowledge)."""
    arm = design.arms[subject.arm]
    (one,) = virtual_subjects(
        *(1, subject.seed, zone, subject.fitzpatrick, subject.age, subject.sex, subject.oiliness)
    )
    course = Course(one.skin, arm.sessions, arm.care)
    settings = replace(design.settings, seed=subject.seed)
    values = of_one_person(known, uncertain(BIOLOGY), subject.seed)
    of_sessions: Results = [results[session.exposure] for session in course.sessions]
    state = advance(
        begin(course.skin, settings, values),
        course,
        design.visits,
        results=of_sessions,
        member=_members(settings, subject.seed),
    )
    relative = [state.outcome.changes(design.endpoint, day) for day in design.visits]
    return np.asarray(np.log1p(np.maximum(np.array(relative), _LARGEST_LOSS)))


def _members(settings: EnsembleSettings, seed: int) -> np.ndarray:
    """Return the member of the physics that a subject is, in each draw of knowledge.

    As in `porelight.course.draws.member_of`: a draw of knowledge has its pair of members, of which
    the subject is one.
    """
    pair = np.arange(settings.draws) % (settings.members // 2 + 1)
    member = np.minimum(2 * pair - 1 + seed % 2, settings.members - 1)
    return np.where(pair == 0, 0, member)


def _exposures(design: TrialDesign) -> tuple[Exposure, ...]:
    """Return the exposures of all arms, each once: arms share the photons of what both have."""
    return tuple({one.exposure: None for arm in design.arms for one in arm.sessions})


@dataclass(frozen=True, slots=True)
class _TypePhysics:
    """All that what the sessions do to a type's skin follows from; equal for the same results."""

    zone: Zone
    fitzpatrick: int
    age: float
    exposures: tuple[Exposure, ...]
    settings: EnsembleSettings
    afresh: bool

    @property
    def skin(self) -> Skin:
        """The skin that is treated for all people of the type."""
        return Skin.typical(self.zone, self.fitzpatrick, self.age)


def _physics(
    design: TrialDesign, zone: Zone, fitzpatrick: int, *, afresh: bool = False
) -> _TypePhysics:
    age = 0.5 * sum(design.people.ages)
    return _TypePhysics(zone, fitzpatrick, age, _exposures(design), design.settings, afresh)


@lru_cache(maxsize=8)  # the zones of a type, each some 2 MB; the next type's take their place
def _on_type(
    physics: _TypePhysics, only: int | None = None
) -> Mapping[Exposure, tuple[SessionResult, ...]]:
    """Return what each exposure does to every member of a type's skin, or to the first ones."""
    sessions = [one.on_day(0.0) for one in physics.exposures]
    # the page tells of them, once and not from each worker
    with warnings.catch_warnings(action="ignore", category=ExtrapolationWarning):
        results = treated(
            physics.skin, sessions, physics.settings, only=only, afresh=physics.afresh
        )
    return dict(zip(physics.exposures, results, strict=True))
