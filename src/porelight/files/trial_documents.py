"""What came out of a virtual trial as JSON, with all that it was asked, so that it can be rerun."""

from collections.abc import Mapping
from dataclasses import asdict
from decimal import Decimal
from math import expm1
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ConfigDict

from porelight.course.documents import Document
from porelight.course.origin import this_origin
from porelight.course.vocabulary import CARE, SESSION
from porelight.errors import InputFileError, ParameterError
from porelight.execution.chunks import Executor
from porelight.files.documents import read_json
from porelight.files.toml_tables import FileModel, validated
from porelight.files.trials import PeopleTable, TrialSettings, trial_design
from porelight.kept import content_key
from porelight.progress import Progress, unheard
from porelight.quantities import Floats
from porelight.statistics.virtual_trial import TrialEffect
from porelight.tissue.person import roman
from porelight.workflows.rerun import Rerun, compared
from porelight.workflows.trial import TrialComparison, VirtualTrial, trial
from porelight.workflows.trial_design import TrialArm, TrialDesign

FORMAT = "porelight-trial-2"
_WANTED = "the trial.json that 'porelight trial' writes"


class ArmDocument(FileModel):
    """One arm, whole."""

    name: str
    session: list[dict[str, Any]]
    care: list[dict[str, Any]]


class DesignDocument(FileModel):
    """A design, whole: the tables of its file, with the arms' sessions in place of their files."""

    trial: TrialSettings
    people: PeopleTable
    arm: list[ArmDocument]
    take_error_source: str


class TrialDocument(FileModel):
    """What a rerun reads of a trial's document."""

    model_config = ConfigDict(extra="ignore", frozen=True, strict=True)

    design: DesignDocument
    people_digest: str
    comparisons: list[dict[str, Any]]
    check: dict[str, float]
    computed_with: dict[str, str]


def trial_document(found: VirtualTrial, registered: Mapping[str, str]) -> Document:
    """Return what came out as a document; changes in per cent, their errors of the logarithm.

    Parameters
    ----------
    found : VirtualTrial
        What came out.
    registered : mapping of str to str
        SHA-256 of the files of the design, by name.
    """
    return {
        "format": FORMAT,
        "registered_sha256": dict(registered),
        "design": design_document(found.design),
        "comparisons": [comparison_document(found, one) for one in found.comparisons],
        "check": asdict(found.check),
        "outside_models": list(found.outside),
        "people_digest": content_key(found.people.changes, found.people.types),
        "computed_with": dict(this_origin()),
    }


def comparison_document(found: VirtualTrial, one: TrialComparison) -> Document:
    """Return what came out of one arm against the control."""
    design = found.design
    effects = found.people.effects(one.pair)
    middle_and_ends = np.quantile(effects, (0.05, 0.5, 0.95)).tolist()
    return {
        "arm": design.arms[one.pair[0]].name,
        "control": design.arms[one.pair[1]].name,
        "effect_percent_over_knowledge": {
            name: 100.0 * expm1(value)
            for name, value in zip(("low", "middle", "high"), middle_and_ends, strict=True)
        },
        "visits": [
            {"day": day, **effect_document(effect)}
            for day, effect in zip(design.visits, one.measured, strict=True)
        ],
        "types": [
            {"type": roman(name), **effect_document(effect)} for name, effect in one.by_type.items()
        ],
        "clinical_standard_error_log": one.clinical_error,
        "curve": [asdict(point) for point in one.curve],
        "decides": [asdict(unknown) for unknown in one.decides],
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


def design_document(design: TrialDesign) -> Document:
    """Return a design with every digit, in the keys of its file."""
    people, settings, noise = design.people, design.settings, design.noise
    return {
        "trial": {
            "endpoint": design.endpoint,
            "visits_days": list(design.visits),
            "subjects_per_arm": design.per_arm,
            "control": design.control,
            "drop_out_percent": _percent(noise.drop_out),
            "attendance_percent": _percent(settings.attendance),
            "takes": noise.takes,
            "take_error_percent": _percent(noise.take_sd),
            "alpha_percent": _percent(design.alpha),
            "worth_while_percent": _percent(design.worth_while),
            "clinical_subjects_per_arm": design.clinical_per_arm,
            "simulated_people": design.simulated,
            "knowledge_draws": settings.draws,
            "members": settings.members,
            "photons": settings.photons,
            "seed": settings.seed,
        },
        "take_error_source": noise.source,
        "people": {
            "zones": list(people.zones),
            "fitzpatrick_shares": list(people.fitzpatrick_shares),
            "age_years": list(people.ages),
            "female_share": people.female_share,
            "oiliness_shares": list(people.oiliness_shares),
        },
        "arm": [
            {
                "name": one.name,
                "session": [SESSION.document(session) for session in one.sessions],
                "care": [CARE.document(care) for care in one.care],
            }
            for one in design.arms
        ],
    }


def design_of(document: DesignDocument) -> TrialDesign:
    """Return the design that a document describes.

    Raises
    ------
    ParameterError
        If a value is impossible.
    """
    arms = [
        TrialArm(
            one.name,
            tuple(SESSION.object(session) for session in one.session),
            tuple(CARE.object(care) for care in one.care),
        )
        for one in document.arm
    ]
    error = document.trial.take_error_percent or 0.0
    return trial_design(document.trial, document.people, arms, error, document.take_error_source)


def load_trial(path: Path) -> tuple[TrialDesign, TrialDocument]:
    """Read a trial's document back: what was asked, and what came out.

    Raises
    ------
    InputFileError
        If it is none, or was edited.
    """
    document = read_json(path, _WANTED)
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InputFileError(f"{path}: not a virtual trial; expected {_WANTED}.")
    content = validated(TrialDocument, document, path)
    try:
        return design_of(content.design), content
    except (ParameterError, TypeError, ValueError, KeyError) as problem:
        raise InputFileError(
            f"{path}: its design cannot be read ({problem}). Was it edited?"
        ) from None


def rerun_trial(
    path: Path, *, executor: Executor | None = None, progress: Progress = unheard
) -> Rerun:
    """Simulate a trial again from its document: the same bits, or what differs.

    Parameters
    ----------
    path : Path
        The trial.json of a trial's folder.
    executor : Executor, optional
        Who computes; this process when left out.
    progress : callable
        Called with the share of the work done, 0 to 1.

    Returns
    -------
    Rerun
        `result` is the new `VirtualTrial`.

    Raises
    ------
    InputFileError
        If the file is no trial's, or was edited.
    """
    design, old = load_trial(path)
    found = trial(design, executor=executor, afresh=True, progress=progress)
    new = trial_document(found, {})
    return compared(found, trial_numbers(old.model_dump()), trial_numbers(new), old.computed_with)


def trial_numbers(document: Mapping[str, Any]) -> dict[str, Floats]:
    """Return every number that came out, as arrays by where they stand, for a comparison."""
    found: dict[str, Floats] = {
        # each of its bytes, so that one other bit in any person's change is another number
        "people": np.frombuffer(str(document["people_digest"]).encode(), np.uint8).astype(
            np.float64
        )
    }
    _gather(found, "check", document["check"])
    for one in document["comparisons"]:
        _gather(found, str(one.get("arm")), one)
    return found


def _gather(found: dict[str, Floats], where: str, value: Any) -> None:
    if isinstance(value, Mapping):
        for name, inner in value.items():
            _gather(found, f"{where}, {name}", inner)
    elif isinstance(value, list):
        if value and all(isinstance(one, int | float | Decimal) for one in value):
            found[where] = np.array(value, np.float64)
            return
        for i, inner in enumerate(value, start=1):
            _gather(found, f"{where} {i}", inner)
    elif isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        found[where] = np.array([float(value)])


def _percent(share: float) -> float:
    return float(Decimal(repr(share)) * 100)
