"""One self-contained page of a virtual trial: answer, power, effect, what decides, assumptions."""

from collections.abc import Mapping
from math import expm1, log1p
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from porelight import __version__
from porelight.data.library import Parameter, fingerprint, parameter
from porelight.report import palette
from porelight.report.drawing import data_uri, drawing, new_figure
from porelight.report.environment import environment
from porelight.report.tables import Rows
from porelight.statistics.virtual_trial import TrialEffect
from porelight.tissue.person import ROMAN, roman
from porelight.workflows.trial import TrialComparison, VirtualTrial
from porelight.workflows.trial_design import OILINESS

_SHOWN = 8  # unknowns that are listed
_LARGEST_ERROR = 0.5  # of a virtual trial, over the standard error of a clinical one
_ENDPOINTS = {"area_fraction": "area of visible pores", "mean_diameter": "mean pore diameter"}


def trial_page(found: VirtualTrial, registered: Mapping[str, str]) -> str:
    """Return the page as text.

    Parameters
    ----------
    found : VirtualTrial
        What came out.
    registered : mapping of str to str
        SHA-256 of the files of the design, by name.
    """
    design = found.design
    of_power = (
        "Power (under the knowledge in the middle) and assurance (averaged over what nobody knows) "
        "against the size of the trial. Assurance ends where it does because some of what may be "
        "true has no effect that a trial of any size would find."
    )
    of_effect = (
        "The true effect in each draw of what nobody knows, sorted. Dashed: the change from which "
        "on it is worth while. The band is what a trial of this size cannot tell from its middle."
    )
    return (
        environment()
        .get_template("trial.html.j2")
        .render(
            arms=[one.name for one in design.arms],
            control=design.arms[design.control_arm].name,
            endpoint=_ENDPOINTS[design.endpoint],
            zones=design.people.zones,
            registered=registered,
            answers=[answer(found, one) for one in found.comparisons],
            visits=visit_rows(found),
            types=type_rows(found),
            decides=decides_rows(found),
            checks=check_rows(found),
            assumptions=assumption_rows(found),
            figures=[
                {
                    "arm": design.arms[one.pair[0]].name,
                    "power": _picture(power_figure(found, one), of_power),
                    "effects": _picture(effect_figure(found, one), of_effect),
                }
                for one in found.comparisons
            ],
            provenance={"version": __version__, "fingerprint": fingerprint()},
            seed=design.settings.seed,
            confidence=f"{100.0 * (1.0 - design.alpha_of_each):.4g}",
            unknown=f"{design.settings.draws} draws",
        )
    )


def answer(found: VirtualTrial, one: TrialComparison) -> str:
    """Return what came out of an arm against the control in four sentences."""
    design, point = found.design, one.point(found.design.per_arm)
    arm, control = (design.arms[i].name for i in one.pair)
    effects = found.people.effects(one.pair)
    low, middle, high = np.quantile(effects, (0.05, 0.5, 0.95))
    worth = float((effects <= log1p(design.worth_while)).mean())
    if design.worth_while > 0.0:
        worth = float((effects >= log1p(design.worth_while)).mean())
    return (
        f"Under {arm} the {_ENDPOINTS[design.endpoint]} changes by {_percent(middle)} relative to "
        f"{control} on day {design.visits[-1]:g}; with what nobody knows it is between "
        f"{_percent(low)} and {_percent(high)} (90 %). The chance that it is worth while "
        f"({_percent(log1p(design.worth_while))}) is {_share(worth)}. A trial of "
        f"{design.per_arm} subjects in each arm has a power of {_share(point.power)} and an "
        f"assurance of {_share(point.assurance)}."
    )


def visit_rows(found: VirtualTrial) -> Rows:
    """Return the estimated effect at each visit."""
    rows = []
    for one in found.comparisons:
        for v, (day, effect) in enumerate(zip(found.design.visits, one.measured, strict=True)):
            truth = float(found.people.effects(one.pair, v)[found.middle])
            row = {"day": f"{day:g}", **_effect(effect), "true": _percent(truth)}
            rows.append(_of_arm(found, one) | row)
    return rows


def type_rows(found: VirtualTrial) -> Rows:
    """Return the estimated effect at the last visit in each skin type."""
    rows = []
    for one in found.comparisons:
        for name, effect in one.by_type.items():
            effects = found.people.effects(one.pair, of_type=name)
            low, high = np.quantile(effects, (0.05, 0.95))
            row = {
                "skin": f"type {roman(name)}",
                **_effect(effect),
                "true": _percent(float(effects[found.middle])),
                "with what nobody knows (90 %)": f"{_percent(low)} to {_percent(high)}",
            }
            rows.append(_of_arm(found, one) | row)
    return rows


def decides_rows(found: VirtualTrial) -> Rows:
    """Return what knowing an unknown would bring, the largest first."""
    return [
        _of_arm(found, comparison)
        | {
            "unknown": one.name.replace("_", " "),
            "share of the variance": f"{one.share:.2f}",
            "interval narrower by": _share(one.narrower),
            "wrong decisions": f"{_share(one.wrong_now)} to {_share(one.wrong_then)}",
        }
        for comparison in found.comparisons
        for one in comparison.decides[:_SHOWN]
    ]


def check_rows(found: VirtualTrial) -> Rows:
    """Return what many small trials show of the analysis, and how sure this trial is."""
    design, one = found.design, found.check
    control = design.arms[design.control_arm].name
    rows = [
        {
            "check": f"{control} against itself: share with p < {one.alpha:.3g}",
            "found": f"{one.false_positives:.3f}",
            "expected": f"{one.alpha:.3g} ± {2.0 * one.error:.3f}",
        },
        {
            "check": "intervals that hold the true effect",
            "found": f"{one.coverage:.3f}",
            "expected": f"{1.0 - one.alpha:.3g} ± {2.0 * one.error:.3f}",
        },
    ]
    for each in found.comparisons:
        own = each.measured[-1].standard_error
        of = "" if len(found.comparisons) == 1 else f" of {design.arms[each.pair[0]].name}"
        rows.append(
            {
                "check": f"standard error{of} over that of a clinical study of "
                f"{design.clinical_per_arm} an arm",
                "found": f"{own / each.clinical_error:.3f} ({100.0 * own:.2f} % over "
                f"{100.0 * each.clinical_error:.2f} %)",
                "expected": f"{_LARGEST_ERROR:g} or less",
            }
        )
    return rows


def assumption_rows(found: VirtualTrial) -> Rows:
    """Return what the trial rests on, with a flag for each: how it is known."""
    design = found.design
    people, settings, noise = design.people, design.settings, design.noise
    types = ", ".join(
        f"{name} {_share(share)}"
        for name, share in zip(ROMAN, people.fitzpatrick_shares, strict=True)
        if share > 0.0
    )
    oil = ", ".join(
        f"{name} {_share(share)}"
        for name, share in zip(OILINESS, people.oiliness_shares, strict=True)
    )
    between = parameter("tissue", "pores", "pore_diameter_subject")
    told = [
        ("skin types", types, "given"),
        ("ages", f"{people.ages[0]:g} to {people.ages[1]:g} years, all alike", "given"),
        ("women", _share(people.female_share), "given"),
        ("oiliness", oil, "given"),
        ("zones", ", ".join(people.zones), "given"),
        ("pores and sebum of people", "median size and sebum output differ", _flag(between)),
        ("later sessions kept", f"{_share(settings.attendance)}, independent of the skin", "given"),
        (
            "lost before the last visit",
            f"{_share(noise.drop_out)}, whatever the skin does",
            "given",
        ),
        (
            "error of one take of a zone (SD)",
            f"{100.0 * noise.take_sd:.2g} %, {noise.takes} averaged at each visit; the same on "
            "every skin",
            noise.source,
        ),
        ("worth while from", _percent(log1p(design.worth_while)), "given"),
        (
            "healing, mechanics and how people differ",
            f"{settings.draws} draws of knowledge, {found.people.n_people} people in each arm "
            "under each of them",
            "ranges of the data files, each with source and flag: porelight report lists them",
        ),
        (
            "light and heat",
            f"{settings.members} members of the physics for each type and zone, shared by its "
            "ages, sexes and oiliness",
            "derived: benchmarks/trial_sharing.py tells the error",
        ),
        ("skin of the course files", "replaced by the people of the trial", "by design"),
        *(("beyond what a model was measured in", line, "unchecked") for line in found.outside),
    ]
    if len(found.comparisons) > 1:
        told.append(
            (
                "level of each comparison",
                f"{design.alpha_of_each:.3g}, so that all {len(found.comparisons)} together keep "
                f"{design.alpha:g} (Bonferroni)",
                "by design",
            )
        )
    return [{"assumed": what, "value": value, "flag": flag} for what, value, flag in told]


def power_figure(found: VirtualTrial, one: TrialComparison) -> Figure:
    """Return power and assurance over the size of the trial."""
    sizes = [point.per_arm for point in one.curve]
    with drawing():
        figure = new_figure(2.6)
        axes = figure.add_subplot()
        for name, dash, colour in (
            ("power", "-", palette.BLUE),
            ("assurance", "--", palette.VERMILION),
        ):
            chances = [getattr(point, name) for point in one.curve]
            axes.plot(sizes, chances, dash, color=colour, label=name)
        axes.axvline(found.design.per_arm, color=palette.GREY, lw=0.7)
        axes.set_xscale("log")
        # powers of ten would be set as mathematics, which the pages' figures are not
        axes.set_xticks(ticks := [10, 30, 100, 300, 1000, 3000], [str(tick) for tick in ticks])
        axes.set_xticks([], minor=True)
        axes.set_ylim(0.0, 1.02)
        axes.set_xlabel("subjects in each arm")
        axes.set_ylabel("chance of p below the level")
        axes.legend(loc="lower right")
    return figure


def effect_figure(found: VirtualTrial, one: TrialComparison) -> Figure:
    """Return the true effect over what nobody knows."""
    effects = 100.0 * np.expm1(np.sort(found.people.effects(one.pair)))
    last, middle = one.measured[-1], float(np.median(effects))
    half = 50.0 * (expm1(last.high) - expm1(last.low))
    with drawing():
        figure = new_figure(2.6)
        axes = figure.add_subplot()
        axes.axhspan(middle - half, middle + half, color=palette.PALE, lw=0)
        axes.plot(
            (np.arange(effects.size) + 0.5) / effects.size, effects, ".", color=palette.BLUE, ms=4
        )
        axes.axhline(100.0 * found.design.worth_while, color=palette.VERMILION, ls="--", lw=0.9)
        axes.set_xlim(0.0, 1.0)
        axes.set_xlabel("share of what may be true")
        axes.set_ylabel("effect [%]")
    return figure


def _of_arm(found: VirtualTrial, one: TrialComparison) -> dict[str, str]:
    """Return the arm of a row, where there are several to compare."""
    name = found.design.arms[one.pair[0]].name
    return {"arm": name} if len(found.comparisons) > 1 else {}


def _flag(one: Parameter) -> str:
    return f"{one.flag}: {one.source}"


def _effect(one: TrialEffect) -> dict[str, str]:
    return {
        "measured": f"{_percent(one.estimate)} ({_percent(one.low)} to {_percent(one.high)})",
        "standard error": f"{100.0 * one.standard_error:.2f} %",
        "p": "< 0.001" if one.p < 0.001 else f"{one.p:.3f}",
        "subjects": f"{one.n[0]} and {one.n[1]}",
    }


def _percent(logarithm: float) -> str:
    return f"{100.0 * expm1(logarithm):+.1f} %"


def _share(share: float) -> str:
    return f"{100.0 * share:.0f} %"


def _picture(figure: Figure, caption: str) -> dict[str, Any]:
    return {"uri": data_uri(figure), "alt": caption, "caption": caption}
