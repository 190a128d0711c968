"""One self-contained page of what a study of many has taught: answer, unknowns, how far to trust.

Figures: the next person's change before and after, and each subject beside its interval.
"""

from typing import Any

import numpy as np
from matplotlib.figure import Figure

from porelight import __version__
from porelight.course.value_text import significant
from porelight.data.file_units import UNITS
from porelight.data.library import fingerprint
from porelight.data.priors import uncertain
from porelight.inference.across_people import CONFLICT
from porelight.inference.calibration import BIOLOGY_OF_PORES
from porelight.inference.importance import largest_pareto_k
from porelight.inference.reweighting import weighted_quantile
from porelight.quantities import Floats
from porelight.report import palette
from porelight.report.drawing import data_uri, drawing, new_figure
from porelight.report.environment import environment
from porelight.report.formatting import change
from porelight.report.tables import Rows
from porelight.workflows.learn import LearnedStudy, NarrowedForecast

_SHOWN = 8  # unknowns that are listed
_FEWEST_INSIDE = 0.75  # share of follow-ups inside 90 % from which on the model is said not to fit


def learned_page(found: LearnedStudy) -> str:
    """Return the page as text."""
    of_people = (
        "Change at the last visit of each subject, in order: points are measured, bars hold 90 % "
        "of what was to be expected of a person and a camera after the study, pale ones before it."
    )
    return (
        environment()
        .get_template("learned.html.j2")
        .render(
            n=len(found.worlds.subjects),
            answer=learned_answer(found),
            forecasts=forecast_rows_of_study(found),
            unknowns=unknown_rows(found),
            trust=trust_rows(found),
            left_out=[{"subject": name, "why": why} for name, why in found.left_out.items()],
            people=_picture(people_figure(found), of_people),
            provenance={"version": __version__, "fingerprint": fingerprint()},
            settings=found.settings,
        )
    )


def learned_answer(found: LearnedStudy) -> str:
    """Return what was learned in a few sentences."""
    n = len(found.worlds.subjects)
    told = [f"Learned from {n} subject{'' if n == 1 else 's'}."]
    told += [
        f"The next person treated with {one.treatment}: change of the area of visible pores "
        f"{_interval(one, after=True)}, before the study {_interval(one, after=False)}; the 90 % "
        f"interval is {_by(one.narrower)}."
        for one in found.forecasts()
    ]
    if found.known.blur > 1.0:
        told.append(
            "The study holds more than so many draws could tell: give more --draws to narrow "
            "further."
        )
    share, n_visits = found.worlds.inside(found.known)
    if n_visits and share < _FEWEST_INSIDE:
        told.append(
            f"Only {100.0 * share:.0f} % of the follow-ups lie inside their 90 % intervals: these "
            "people differ more than the model's people do, or the cameras err more than was "
            "stated."
        )
    return " ".join(told)


def forecast_rows_of_study(found: LearnedStudy) -> Rows:
    """Return the forecast of the next person for each treatment."""
    return [
        {
            "treatment": one.treatment,
            "subjects": f"{one.subjects}",
            "before (90 %)": _interval(one, after=False),
            "after (90 %)": _interval(one, after=True),
            "interval": _by(one.narrower),
        }
        for one in found.forecasts()
    ]


def unknown_rows(found: LearnedStudy) -> Rows:
    """Return the numbers of which most was learned, beyond chance, the most first."""
    units = {one.name: one.unit for one in uncertain(BIOLOGY_OF_PORES)}
    # the spread and the mean of so many draws err by this much
    luck = 2.0 / np.sqrt(found.known.effective_draws)
    rows = []
    for one in found.unknowns()[:_SHOWN]:
        if max(one.narrower, abs(one.shift)) < luck:
            continue
        rows.append(
            {
                "what nobody knows": one.name.replace("_", " "),
                "before (90 %)": _values(one.before, units[one.name]),
                "after (90 %)": _values(one.after, units[one.name]),
                "interval": _by(one.narrower),
                "moved by": f"{one.shift:+.1f} SD",
            }
        )
    return rows


def trust_rows(found: LearnedStudy) -> Rows:
    """Return what tells how far the result can be trusted, each with its limit."""
    known = found.known
    share, n = found.worlds.inside(known)
    n_worlds = 2 * found.worlds.n_knowledge
    rows = [
        (
            "draws of what nobody knows that speak",
            f"{known.effective_draws:.0f} of {found.worlds.n_knowledge}",
            "200 or more",
        ),
        (
            "tail of the weights, k",
            f"{known.pareto_k:.2f}" if np.isfinite(known.pareto_k) else "none",
            f"up to {largest_pareto_k(n_worlds):.2f}; refused above",
        ),
        (
            "blur of the comparison",
            f"{known.blur:.2f} of the luck of these people",
            "below 1; above, more draws would tell more",
        ),
        (
            "nearest worlds away by",
            f"{known.conflict:.1f} SD",
            f"up to {CONFLICT:g}; refused above",
        ),
    ]
    if n:
        rows.append(
            (
                "follow-ups inside their 90 % interval",
                f"{100.0 * share:.0f} % of {n}",
                "about 90 %",
            )
        )
    rows.append(("subjects left out", f"{len(found.left_out)}", "each with its reason below"))
    return [{"check": what, "found": value, "expected": wanted} for what, value, wanted in rows]


def people_figure(found: LearnedStudy) -> Figure:
    """Return each subject's last change beside its intervals before and after the study."""
    worlds, tails = found.worlds, np.array([0.05, 0.95])
    n_world = found.known.of_worlds.size
    both = np.full(n_world, 1.0 / n_world), found.known.of_worlds
    measured = np.array([one.changes[-1] for one in worlds.subjects])
    spans = np.array(
        [[weighted_quantile(one[:, -1], each, tails) for each in both] for one in worlds.simulated]
    ).reshape(-1, 2, 2)
    order = np.argsort(measured)
    place = np.arange(order.size)
    with drawing():
        figure = new_figure(2.8)
        axes = figure.add_subplot()
        for i, (width, colour) in enumerate(((5.0, palette.PALE), (2.0, palette.BLUE))):
            low, high = 100.0 * np.expm1(spans[order, i].T)
            axes.vlines(place, low, high, color=colour, lw=width)
        axes.plot(place, 100.0 * np.expm1(measured[order]), ".", color=palette.VERMILION, ms=5)
        axes.axhline(0.0, color=palette.GREY, lw=0.7)
        axes.set_xlabel("subjects, the strongest answer first")
        axes.set_ylabel("change of pore area [%]")
    return figure


def _values(quantiles: Floats, unit: str) -> str:
    low, middle, high = (significant(float(UNITS[unit].of_si(float(one)))) for one in quantiles)
    return f"{middle} ({low} to {high}){'' if unit == '1' else f' {unit}'}"


def _interval(one: NarrowedForecast, *, after: bool) -> str:
    span = one.after if after else one.before
    return f"{change(span.median)} ({change(span.low)} to {change(span.high)})"


def _by(narrower: float) -> str:
    return f"{100.0 * abs(narrower):.0f} % {'narrower' if narrower >= 0.0 else 'wider'}"


def _picture(figure: Figure, caption: str) -> dict[str, Any]:
    return {"uri": data_uri(figure), "alt": caption, "caption": caption}
