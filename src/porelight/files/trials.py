"""The design of a virtual trial in TOML, and what came out of it as JSON."""

from dataclasses import asdict
from math import expm1
from pathlib import Path
from typing import Annotated

import numpy as np
from annotated_types import Len
from pydantic import Field

from porelight.course.course import Course
from porelight.course.documents import Document
from porelight.course.settings import EnsembleSettings
from porelight.data.library import parameter
from porelight.errors import InputFileError, ParameterError
from porelight.files.courses import read_course
from porelight.files.kinds import ResultKind, folder_of
from porelight.files.toml_tables import FileModel, number, toml_content, validated
from porelight.statistics.virtual_trial import TrialEffect, TrialNoise
from porelight.tissue.person import Zone
from porelight.workflows.trial import (
    TrialArm,
    TrialDesign,
    TrialEndpoint,
    TrialPeople,
    VirtualTrial,
)

FORMAT = "porelight-trial-1"
PAGE, DOCUMENT = "trial.html", "trial.json"
TRIAL = ResultKind("a virtual trial", (), folder_of((PAGE, DOCUMENT), DOCUMENT, "porelight-trial-"))
_WANTED = "the design of a virtual trial; docs/trials.md shows one"

ShareOfTrial = Annotated[float, number("1", 0.0, 1.0, "a share of people")]
Days = Annotated[float, number("d", 1.0, 3650.0, "a day after the baseline")]


class TrialSettings(FileModel):
    """What is decided before the trial."""

    endpoint: TrialEndpoint = Field(description="what the trial is judged by")
    visits_days: Annotated[list[Days], Len(min_length=1)] = Field(
        description="days of the visits after the baseline; the last one is judged"
    )
    subjects_per_arm: int = number("subjects", 2, 100_000, "subjects in either arm")
    drop_out_percent: float = number("%", 0.0, 90.0, "share lost before the last visit")
    attendance_percent: float = number("%", 0.0, 100.0, "share of later sessions that are kept")
    takes: int = number("takes", 1, 20, "takes that are averaged at each visit")
    take_error_percent: Annotated[float, number("%", 0.0, 200.0, "error of one take")] | None = None
    alpha_percent: Annotated[float, number("%", 0.0001, 50.0, "two-sided level")] = 5.0
    worth_while_percent: float = number(
        "%", -95.0, 1000.0, "change, treated less control, from which on it is worth while"
    )
    knowledge_draws: Annotated[int, number("draws", 8, 5000, "draws of what nobody knows")] = 240
    people_draws: Annotated[int, number("people", 2, 1000, "people under each, per stratum")] = 4
    members: Annotated[int, number("members", 1, 200, "draws of the physics")] = 9
    photons: Annotated[int, number("photons", 1000, 10**9, "photons per member")] = 20_000
    seed: Annotated[int, number("1", 0, 2**30, "the same seed gives the same numbers")] = 1


class PeopleTable(FileModel):
    """Who takes part."""

    zone: Zone = Field(description="zone that is treated and measured")
    fitzpatrick_shares: list[ShareOfTrial] = Field(description="shares of types I to VI")
    age_years: Annotated[
        list[Annotated[float, number("years", 18, 90, "an age")]], Len(min_length=2, max_length=2)
    ] = Field(description="youngest and oldest")
    female_share: ShareOfTrial
    oiliness_shares: list[ShareOfTrial] = Field(description="shares of dry, normal and oily skin")


class ArmTable(FileModel):
    """One arm."""

    name: str = Field(description="name of the arm")
    course: str = Field(description="course file whose sessions and care the arm has")
    sham: bool = Field(default=False, description="whether its sessions are left out")


class TrialFile(FileModel):
    """The whole file."""

    trial: TrialSettings
    people: PeopleTable
    arm: Annotated[list[ArmTable], Len(min_length=2, max_length=2)] = Field(
        description="two arms, the treated one first"
    )


def read_trial(path: Path) -> TrialDesign:
    """Read the design of a trial.

    Raises
    ------
    InputFileError
        A line for each mistake: the key, its value, what would be right.
    """
    content = validated(TrialFile, toml_content(path, _WANTED), path)
    about, people = content.trial, content.people
    arms = []
    for one in content.arm:
        course = read_course(path.parent / one.course).course
        sessions = () if one.sham else course.sessions
        arms.append(TrialArm(one.name, Course(course.skin, sessions, course.care)))
    error = about.take_error_percent
    if error is None:
        # the error of a length is not among the repeats of areas
        if about.endpoint != "area_fraction":
            raise InputFileError(
                f"{path}: trial.take_error_percent is missing; only that of area_fraction is known "
                "without it. 'porelight agreement' tells that of your camera."
            )
        error = 100.0 * parameter("photo", "repeatability", about.endpoint).value
    try:
        return TrialDesign(
            (arms[0], arms[1]),
            TrialPeople(
                people.zone,
                tuple(people.fitzpatrick_shares),
                (people.age_years[0], people.age_years[1]),
                people.female_share,
                tuple(people.oiliness_shares),
            ),
            tuple(about.visits_days),
            TrialNoise(error / 100.0, about.takes, about.drop_out_percent / 100.0),
            about.subjects_per_arm,
            about.endpoint,
            about.alpha_percent / 100.0,
            about.worth_while_percent / 100.0,
            EnsembleSettings(
                draws=about.knowledge_draws * about.people_draws,
                members=about.members,
                photons=about.photons,
                seed=about.seed,
                people=about.people_draws,
                attendance=about.attendance_percent / 100.0,
            ),
        )
    except ParameterError as problem:
        raise InputFileError(f"{path}: {problem}") from None


def trial_document(found: VirtualTrial) -> Document:
    """Return what came out as a document; changes in per cent, their errors of the logarithm."""
    design, people = found.design, found.people
    effects = people.effects()
    return {
        "format": FORMAT,
        "arms": [one.name for one in design.arms],
        "endpoint": design.endpoint,
        "subjects_per_arm": design.per_arm,
        "seed": design.settings.seed,
        "effect_percent_over_knowledge": {
            name: 100.0 * expm1(value)
            for name, value in zip(
                ("low", "middle", "high"),
                np.quantile(effects, (0.05, 0.5, 0.95)).tolist(),
                strict=True,
            )
        },
        "visits": [
            {"day": day, **effect_document(one)}
            for day, one in zip(design.visits, found.measured, strict=True)
        ],
        "types": [{"type": name, **effect_document(one)} for name, one in found.by_type.items()],
        "curve": [asdict(one) for one in found.curve],
        "check": asdict(found.check),
        "decides": [asdict(one) for one in found.decides],
    }


def effect_document(one: TrialEffect) -> Document:
    """Return an estimated effect as a document."""
    return {
        "effect_percent": 100.0 * expm1(one.estimate),
        "low_percent": 100.0 * expm1(one.low),
        "high_percent": 100.0 * expm1(one.high),
        "standard_error_log": one.standard_error,
        "p": one.p,
        "subjects": list(one.n),
    }
