"""What was lost where: from the subjects of a study to the values that are analysed."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from porelight.statistics.analysis_plan import AnalysisPlan
from porelight.statistics.study_values import (
    StudyValue,
    arms_of_skin,
    baseline_days,
    exclusion,
)

_DIGITS = re.compile(r"\d+(?:[.,]\d+)?")
_SENTENCE = re.compile(r"\. |\.$| \(")
_LONGEST = 90  # characters of a reason


@dataclass(frozen=True, slots=True)
class StudyPhotograph:
    """One photograph of a study, and what became of it.

    Attributes
    ----------
    subject, visit, zone, take, arm : str
        Where it belongs.
    state : {"waiting", "measured", "refused"}
        What became of it.
    reason : str
        Why it was refused.
    day : int or None
        Days since the subject's first visit with a date.
    """

    subject: str
    visit: str
    zone: str
    take: str
    arm: str
    state: Literal["waiting", "measured", "refused"]
    reason: str = ""
    day: int | None = None


@dataclass(frozen=True, slots=True)
class VisitFlow:
    """What became of one arm at one visit.

    Attributes
    ----------
    arm, visit : str
        Which.
    expected : int
        Subjects of the arm.
    photographed : int
        Subjects with a photograph of a zone of the plan.
    analysed : int
        Subjects with a value that counts.
    photographs, refused, waiting, excluded, used : int
        Photographs of all zones; refused by the gate; not measured yet; measured, but of another
        zone or outside its days; and used.
    not_taken : int
        Zones of subjects that were photographed at the baseline and not at this visit.
    """

    arm: str
    visit: str
    expected: int
    photographed: int
    analysed: int
    photographs: int
    refused: int
    waiting: int
    excluded: int
    used: int
    not_taken: int = 0


@dataclass(frozen=True, slots=True)
class StudyFlow:
    """What was lost where.

    Attributes
    ----------
    subjects : int
        Subjects that were ever in the study.
    erased : int
        Subjects who withdrew and were erased; nothing is known of their arm.
    without_photographs : int
        Subjects that are left and have no photograph.
    visits : tuple of VisitFlow
        By arm and visit of the plan.
    refusals : mapping of str to int
        Refused photographs by their reason, the most frequent first; of reasons that differ in
        numbers alone, that of the first.
    exclusions : mapping of str to int
        Measured photographs that do not count, by their reason.
    """

    subjects: int
    erased: int
    without_photographs: int
    visits: tuple[VisitFlow, ...]
    refusals: dict[str, int]
    exclusions: dict[str, int]


def study_flow(
    photographs: Sequence[StudyPhotograph],
    plan: AnalysisPlan,
    *,
    n_subjects: int,
    n_erased: int,
) -> StudyFlow:
    """Return what was lost where.

    Parameters
    ----------
    photographs : sequence of StudyPhotograph
        All of the study.
    plan : AnalysisPlan
        What is analysed.
    n_subjects, n_erased : int
        Subjects that were ever in the study, and those of them that were erased.
    """
    values = [_as_value(one) for one in photographs]
    arm_of = arms_of_skin(values)
    days = baseline_days(values, plan)
    why = [exclusion(one, plan, days.get(one.subject)) for one in values]
    exclusions = Counter(
        reason
        for one, reason in zip(photographs, why, strict=True)
        if reason and one.state == "measured"
    )
    in_plan = [one for one in photographs if one.zone in plan.zones]
    arms = sorted(
        {arm_of[one.subject, one.zone] for one in in_plan},
        key=lambda arm: (arm != plan.control, arm),
    )
    visits = []
    for arm in arms:
        expected = {one.subject for one in in_plan if arm_of[one.subject, one.zone] == arm}
        skins = {
            visit: {
                (one.subject, one.zone)
                for one in in_plan
                if one.visit == visit and arm_of[one.subject, one.zone] == arm
            }
            for visit in plan.all_visits
        }
        for visit in plan.all_visits:
            at = [
                (one, reason)
                for one, reason in zip(photographs, why, strict=True)
                if one.visit == visit and arm_of[one.subject, one.zone] == arm
            ]
            used = [one for one, reason in at if one.state == "measured" and not reason]
            states = Counter(one.state for one, _ in at)
            visits.append(
                VisitFlow(
                    arm,
                    visit,
                    len(expected),
                    len({one.subject for one, _ in at if one.zone in plan.zones}),
                    len({one.subject for one in used}),
                    len(at),
                    states["refused"],
                    states["waiting"],
                    states["measured"] - len(used),
                    len(used),
                    len(skins[plan.baseline] - skins[visit]),
                )
            )
    refused = [one for one in photographs if one.state == "refused"]
    refusals = Counter(map(reason_kind, refused))
    first = {reason_kind(one): _first_sentence(one) for one in reversed(refused)}
    with_photographs = len({one.subject for one in photographs})
    return StudyFlow(
        n_subjects,
        n_erased,
        n_subjects - n_erased - with_photographs,
        tuple(visits),
        {first[kind][:_LONGEST]: n for kind, n in refusals.most_common()},
        dict(exclusions.most_common()),
    )


def reason_kind(one: StudyPhotograph) -> str:
    """Return why a photograph was refused, without its name and numbers, so that equals count.

    Examples
    --------
    >>> why = "S1/v/nose 1: 4 px; expected 9. Go nearer."
    >>> reason_kind(StudyPhotograph("S1", "v", "nose", "1", "", "refused", why))
    '# px; expected #'
    """
    return _DIGITS.sub("#", _first_sentence(one))[:_LONGEST]


def _first_sentence(one: StudyPhotograph) -> str:
    """Return the first sentence of a reason, without the photograph's name."""
    name = f"{one.subject}/{one.visit}/{one.zone} {one.take}"
    text = one.reason.removeprefix(name).lstrip(" :")
    return _SENTENCE.split(text, maxsplit=1)[0].strip() or "no reason was kept"


def _as_value(one: StudyPhotograph) -> StudyValue:
    return StudyValue(
        one.subject, one.visit, one.zone, one.take, one.arm, one.day, "", 0.0, 0.0, 0.0
    )
