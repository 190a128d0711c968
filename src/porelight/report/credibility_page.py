"""One self-contained page on whether porelight can be believed for a use (V&V 40, FDA 2023)."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

from porelight import __version__
from porelight.course.value_text import significant
from porelight.data.library import fingerprint
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.writing import require_output, write_text
from porelight.report.credibility_figure import code_figure, measured_figure
from porelight.report.drawing import data_uri
from porelight.report.environment import environment
from porelight.report.tables import Rows, verification_rows
from porelight.validation.case import CaseResult, ComparisonKind
from porelight.validation.drift import Drift
from porelight.validation.goals import GoalVerdict
from porelight.validation.suite import Category
from porelight.workflows.credibility import Credibility

CREDIBILITY = ResultKind(
    "a credibility page", (".html", ".htm"), names_porelight('content="porelight ')
)

_RISK = {1: "lowest", 2: "low", 3: "middle", 4: "high", 5: "highest"}
_KINDS: tuple[tuple[ComparisonKind, str, str], ...] = (
    (
        "code verification",
        "Verification of the code",
        "Exact values, orders of convergence, conservation: whether the equations are solved. Each "
        "row tells the smallest error that it would notice.",
    ),
    (
        "calculation verification",
        "Verification of the calculation",
        "The same calculation with other random numbers, finer grids or shorter steps: whether the "
        "figures that a user gets are those of the equations.",
    ),
    (
        "calibration",
        "Calibration",
        "Measurements that set a number of the model. That it meets them checks nothing.",
    ),
    (
        "validation",
        "Validation",
        "Measurements that set no number of the model. z is the deviation over the uncertainty of "
        "measurement, inputs and numerics together; beyond 2 an error of the model is seen.",
    ),
)


def write_credibility(found: Credibility, path: str | Path) -> Path:
    """Write the page.

    Parameters
    ----------
    found : Credibility
        The evidence for one use.
    path : str or Path
        HTML file; an earlier page is replaced once the new one is complete.

    Raises
    ------
    InputFileError
        If the page cannot be written.
    """
    target = Path(path)
    require_output(target, CREDIBILITY)
    write_text(target, credibility_page(found), CREDIBILITY)
    return target


def credibility_page(found: Credibility) -> str:
    """Return the page as text; see `write_credibility`."""
    measured = found.of_kind("validation")
    code = found.of_kind("code verification")
    return (
        environment()
        .get_template("credibility.html.j2")
        .render(
            use=found.use,
            context=found.context,
            risk=f"{found.context.risk} of 5, the {_RISK[found.context.risk]}",
            met=found.met,
            verdict=verdict(found),
            goals=goal_rows(found.verdicts),
            categories=category_rows(found),
            lists=[
                {"title": title, "about": about, "tables": _tables(found, kind)}
                for kind, title, about in _KINDS
            ],
            measured_picture=_picture(
                measured,
                measured_figure,
                "Predictions against measurements that set no number of the model. Each mark is "
                "one comparison: circles agree (grey band, twice the uncertainty of both), "
                "diamonds do not. What lies beyond 4 stands at the edge; rows of one experiment "
                "share its errors.",
            ),
            code_picture=_picture(
                code,
                code_figure,
                "Deviations of the code from exact values, sorted: a biased code leaves the dashed "
                "line.",
            ),
            scored=found.scored,
            on_skin=found.on_skin,
            since=found.since,
            drifts=drift_rows(found.drifts),
            provenance={"version": __version__, "fingerprint": fingerprint()},
        )
    )


def verdict(found: Credibility) -> str:
    """Return the verdict in one sentence."""
    n = len(found.verdicts)
    if found.met:
        return (
            f"All {n} goals for this use are met: within the context below, and where its "
            "measurements apply, it can be believed as far as they reach."
        )
    missed = "; ".join(one.goal.about for one in found.missed)
    return f"{n - len(found.missed)} of {n} goals for this use are met. Not met: {missed}."


def goal_rows(verdicts: Sequence[GoalVerdict]) -> Rows:
    """Return the goals, what was found, and whether they are met."""
    return [
        {
            "goal": one.goal.about,
            "asked": _range(one),
            "found": _figure(one),
            "of": f"{one.n} comparisons",
            "verdict": "met" if one.met else "NOT MET",
            "where it comes from": one.goal.by
            + ("; set with first figures in sight" if one.goal.in_sight else ""),
        }
        for one in verdicts
    ]


def category_rows(found: Credibility) -> Rows:
    """Return the eight categories of evidence, each filled or "none"."""
    return [
        {"category": category, "evidence": _evidence(found, category)}
        for category in get_args(Category)
    ]


def category_counts(found: Credibility) -> Rows:
    """Return the eight categories of evidence, each in a few words."""
    rows = []
    for category in get_args(Category):
        cases = found.of_category(category)
        recorded = sum(one.category == category for one in found.recorded)
        told = [f"{sum(one.passed for one in cases)} of {len(cases)} agree"] if cases else []
        told += [f"{recorded} recorded"] if recorded else []
        if category == "plausibility":
            told = [f"{len(found.context.plausible)} pages of docs/theory"]
        rows.append({"category": category, "evidence": ", ".join(told) or "none"})
    return rows


def drift_rows(drifts: Sequence[Drift]) -> Rows:
    """Return the figures that moved since the last release."""
    return [
        {
            "figure": one.about.rpartition(" | ")[0],
            "then": _ends(one.before),
            "now": _ends(one.now),
        }
        for one in drifts
    ]


def _evidence(found: Credibility, category: Category) -> str:
    if category == "plausibility":
        pages = ", ".join(f"docs/theory/{page}" for page in found.context.plausible)
        return (
            f"Derived from physics and biology, equation by equation, each number sourced: {pages}."
        )
    parts = [
        _counted(part.title, cases) for part, cases in found.parts if part.category == category
    ]
    recorded = [
        f"{one.about}: {one.found} (recorded {one.measured}, {one.program})"
        for one in found.recorded
        if one.category == category
    ]
    merged = (
        list(dict.fromkeys(parts)) if category != "code verification" else [_all(found, category)]
    )
    told = [one for one in (*merged, *recorded) if one]
    return ". ".join(told) + "." if told else "none"


def _all(found: Credibility, category: Category) -> str:
    cases = found.of_category(category)
    titles = dict.fromkeys(part.title for part, _ in found.parts if part.category == category)
    return _counted(", ".join(titles), cases) if cases else ""


def _counted(title: str, cases: Sequence[CaseResult]) -> str:
    met = sum(one.passed for one in cases)
    return f"{title}: {met} of {len(cases)} agree"


def _tables(found: Credibility, kind: ComparisonKind) -> list[dict[str, Any]]:
    """Return a table of each part of a kind; parts of one title stand in one table."""
    grouped: dict[str, list[CaseResult]] = {}
    for part, cases in found.parts:
        if part.kind == kind:
            grouped.setdefault(part.title, []).extend(cases)
    return [
        {
            "title": title,
            "summary": f"{sum(one.passed for one in cases)} of {len(cases)}",
            "rows": verification_rows(cases),
            "differs": list(
                dict.fromkeys(f"{one.title}: {one.differs}" for one in cases if one.differs)
            ),
        }
        for title, cases in grouped.items()
    ]


def _picture(cases: Sequence[CaseResult], figure: Any, caption: str) -> dict[str, str] | None:
    if not any(one.is_stochastic for one in cases):
        return None
    return {"uri": data_uri(figure(cases)), "alt": caption, "caption": caption}


def _range(one: GoalVerdict) -> str:
    low, high = one.goal.low, one.goal.high
    if one.goal.statistic == "all met":
        return "all"
    if math.isinf(low):
        return f"at most {high:g}"
    if math.isinf(high):
        return f"at least {low:g}"
    return f"{low:g} to {high:g}"


def _figure(one: GoalVerdict) -> str:
    if one.n == 0:
        return "no comparison"
    if one.goal.statistic == "all met":
        return f"{one.n - one.found:.0f} of {one.n}"
    return significant(one.found, 3)


def _ends(figure: tuple[float, float]) -> str:
    low, high = figure
    if math.isnan(low):
        return "not there"
    return significant(low, 5) if low == high else f"{low:g} to {high:g}"
