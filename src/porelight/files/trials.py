"""The design of a virtual trial in TOML, and the folder of what came out of it."""

from collections.abc import Sequence
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Annotated

from annotated_types import Len
from pydantic import Field

from porelight.course.settings import EnsembleSettings
from porelight.data.library import parameter
from porelight.errors import InputFileError, ParameterError
from porelight.execution.chunk_store import MANIFEST
from porelight.files.courses import read_course
from porelight.files.kinds import ResultKind, json_with
from porelight.files.repeats import read_repeats
from porelight.files.toml_tables import FileModel, number, toml_content, validated
from porelight.statistics.virtual_trial import TrialNoise
from porelight.tissue.person import Zone
from porelight.workflows.agreement import agreement
from porelight.workflows.trial_design import TrialArm, TrialDesign, TrialEndpoint, TrialPeople

CHUNKS, PAGE, DOCUMENT = "chunks", "trial.html", "trial.json"
_WANTED = "the design of a virtual trial; docs/trials.md shows one"
_ERROR_DIGITS = 6  # significant ones of an error that repeats tell
# names of the same quantity in tables of repeats
_REPEATED = {"area_fraction": "area_fraction", "mean_diameter": "median_diameter_mm"}


def _is_of_trial(path: Path) -> bool:
    """Whether an entry of a folder is part of a trial that porelight keeps there."""
    begun = path.parent / CHUNKS / MANIFEST
    return path.name in {CHUNKS, PAGE, DOCUMENT} and json_with("porelight")(begun)


TRIAL = ResultKind("a virtual trial", (), _is_of_trial)

ShareOfTrial = Annotated[float, number("1", 0.0, 1.0, "a share of people")]
Days = Annotated[float, number("d", 1.0, 3650.0, "a day after the baseline")]
_Size = Annotated[int, number("subjects", 2, 100_000, "subjects in each arm")]


class TrialSettings(FileModel):
    """What is decided before the trial."""

    endpoint: TrialEndpoint = Field(description="what the trial is judged by")
    visits_days: Annotated[list[Days], Len(min_length=1)] = Field(
        description="days of the visits after the baseline; the last one is judged"
    )
    subjects_per_arm: _Size
    control: str = Field(default="", description="arm that the others are compared with")
    drop_out_percent: float = number("%", 0.0, 90.0, "share lost before the last visit")
    attendance_percent: float = number("%", 0.0, 100.0, "share of later sessions that are kept")
    takes: int = number("takes", 1, 20, "takes that are averaged at each visit")
    take_error_percent: Annotated[float, number("%", 0.0, 200.0, "error of one take")] | None = None
    take_error_from: str | None = Field(
        default=None, description="repeats that 'porelight agreement' reads: a table or a folder"
    )
    alpha_percent: Annotated[float, number("%", 0.0001, 50.0, "two-sided level")] = 5.0
    worth_while_percent: float = number(
        "%", -95.0, 1000.0, "change, treated less control, from which on it is worth while"
    )
    clinical_subjects_per_arm: _Size = 30
    simulated_people: Annotated[int, number("people", 8, 100_000, "least people of an arm")] = 500
    knowledge_draws: Annotated[int, number("draws", 8, 5000, "draws of what nobody knows")] = 240
    members: Annotated[int, number("members", 1, 200, "draws of the physics")] = 9
    photons: Annotated[int, number("photons", 1000, 10**9, "photons per member")] = 20_000
    seed: Annotated[int, number("1", 0, 2**30, "the same seed gives the same numbers")] = 1


class PeopleTable(FileModel):
    """Who takes part."""

    zones: Annotated[list[Zone], Len(min_length=1)] = Field(
        description="zones that are treated and measured; a subject's change is their mean"
    )
    fitzpatrick_shares: list[ShareOfTrial] = Field(description="shares of types I to VI")
    age_years: Annotated[
        list[Annotated[float, number("years", 18, 90, "an age")]], Len(min_length=2, max_length=2)
    ] = Field(description="youngest and oldest")
    female_share: ShareOfTrial
    oiliness_shares: list[ShareOfTrial] = Field(description="shares of dry, normal and oily skin")


class ArmTable(FileModel):
    """One arm."""

    name: Annotated[str, Len(min_length=1)] = Field(description="name of the arm")
    course: str = Field(description="course file whose sessions and care the arm has")
    sham: bool = Field(default=False, description="whether its sessions are left out")


class TrialFile(FileModel):
    """The whole file."""

    trial: TrialSettings
    people: PeopleTable
    arm: Annotated[list[ArmTable], Len(min_length=2)] = Field(
        description="two arms or more, one of them the control"
    )


def read_trial(path: Path) -> TrialDesign:
    """Read the design of a trial.

    Raises
    ------
    InputFileError
        A line for each mistake: the key, its value, what would be right.
    """
    content = validated(TrialFile, toml_content(path, _WANTED), path)
    arms = []
    for one in content.arm:
        course = read_course(path.parent / one.course).course
        arms.append(
            TrialArm(one.name, () if one.sham else tuple(course.sessions), tuple(course.care))
        )
    error, source = _take_error(content.trial, path)
    try:
        return trial_design(content.trial, content.people, arms, error, source)
    except ParameterError as problem:
        raise InputFileError(f"{path}: {problem}") from None


def registered(path: Path) -> dict[str, str]:
    """Return the SHA-256 of the design's file and of the courses that it names, by name."""
    content = validated(TrialFile, toml_content(path, _WANTED), path)
    names = {path.name: path, **{one.course: path.parent / one.course for one in content.arm}}
    return {name: sha256(place.read_bytes()).hexdigest() for name, place in names.items()}


def trial_design(
    about: TrialSettings,
    people: PeopleTable,
    arms: Sequence[TrialArm],
    error_percent: float,
    error_source: str,
) -> TrialDesign:
    """Return the design that tables describe.

    Raises
    ------
    ParameterError
        If the parts do not fit each other.
    """
    return TrialDesign(
        tuple(arms),
        TrialPeople(
            tuple(people.zones),
            tuple(people.fitzpatrick_shares),
            (people.age_years[0], people.age_years[1]),
            people.female_share,
            tuple(people.oiliness_shares),
        ),
        tuple(about.visits_days),
        TrialNoise(
            _share(error_percent),
            about.takes,
            _share(about.drop_out_percent),
            len(people.zones),
            error_source,
        ),
        about.subjects_per_arm,
        about.control,
        about.endpoint,
        _share(about.alpha_percent),
        _share(about.worth_while_percent),
        about.clinical_subjects_per_arm,
        about.simulated_people,
        EnsembleSettings(
            draws=about.knowledge_draws,
            people=1,
            members=about.members,
            photons=about.photons,
            seed=about.seed,
            attendance=_share(about.attendance_percent),
        ),
    )


def _take_error(about: TrialSettings, path: Path) -> tuple[float, str]:
    """Return the error of one take [%], and how it is known."""
    if about.take_error_percent is not None:
        if about.take_error_from is not None:
            raise InputFileError(
                f"{path}: trial.take_error_percent and trial.take_error_from exclude each other; "
                "keep one."
            )
        return about.take_error_percent, "given"
    if about.take_error_from is not None:
        return _repeated_error(path.parent / about.take_error_from, about.endpoint)
    # the error of a length is not among the repeats of areas
    if about.endpoint != "area_fraction":
        raise InputFileError(
            f"{path}: trial.take_error_percent is missing; only that of area_fraction is known "
            "without it. Give it, or your repeats as take_error_from ('porelight agreement')."
        )
    known = parameter("photo", "repeatability", about.endpoint)
    return float(Decimal(repr(known.value)) * 100), f"{known.flag}: {known.source}"


def _repeated_error(repeats: Path, endpoint: str) -> tuple[float, str]:
    try:
        one = agreement(read_repeats(repeats))[_REPEATED[endpoint]].repeats
    except ParameterError as problem:
        raise InputFileError(f"{repeats}: {problem}") from None
    percent = float(f"{100.0 * one.wcv.value:.{_ERROR_DIGITS}g}")
    return percent, (
        f"measured: {one.n_subjects} subjects, {one.n_repeats} repeats each, {repeats.name} "
        f"(wCV, 95 %: {100.0 * one.wcv.low:.2g} to {100.0 * one.wcv.high:.2g} %)"
    )


def _share(percent: float) -> float:
    """Return a share with the digits of the percentage, and none of binary numbers."""
    return float(Decimal(repr(percent)) / 100)
