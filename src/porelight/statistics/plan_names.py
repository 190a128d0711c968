"""Visits, zones and the control that a plan names, held against what was photographed."""

from collections.abc import Iterator, Sequence
from difflib import get_close_matches

from porelight.errors import ParameterError
from porelight.statistics.analysis_plan import AnalysisPlan
from porelight.statistics.flow import StudyPhotograph


def require_names(photographs: Sequence[StudyPhotograph], plan: AnalysisPlan) -> None:
    """Refuse a plan with a name that is that of nothing, where one like it was left out.

    A visit that is still to come is no mistake: only a name is refused that is like one of the
    study which the plan does not have.

    Raises
    ------
    ParameterError
        With the name that was perhaps meant.
    """
    for what, name, left_out in _absent(photographs, plan):
        near = get_close_matches(name, left_out, n=1)
        if near:
            raise ParameterError(
                f"no photograph is of {what} {name!r}, which the plan names; did you mean "
                f"{near[0]!r}, which it does not?"
            )


def absent_names(photographs: Sequence[StudyPhotograph], plan: AnalysisPlan) -> tuple[str, ...]:
    """Return a sentence for each name of the plan of which there is no photograph."""
    return tuple(
        f"NO PHOTOGRAPH is of {what} {name!r}, which the plan names"
        + (f"; photographed and not in the plan: {', '.join(left_out)}." if left_out else ".")
        for what, name, left_out in _absent(photographs, plan)
    )


def _absent(
    photographs: Sequence[StudyPhotograph], plan: AnalysisPlan
) -> Iterator[tuple[str, str, list[str]]]:
    """Yield what is named and not there, and names of its kind that the plan does not have."""
    if not photographs:
        return
    kinds = (
        ("visit", plan.all_visits, {one.visit for one in photographs}),
        ("zone", plan.zones, {one.zone for one in photographs}),
        ("arm", (plan.control,) * bool(plan.control), {one.arm for one in photographs} - {""}),
    )
    for what, named, there in kinds:
        for name in named:
            if name not in there:
                yield what, name, sorted(there - set(named))
