"""One self-contained page of a virtual trial: answer, power, effect, what decides, assumptions."""

from math import expm1, isclose, log1p
from typing import Any

import numpy as np
from matplotlib.figure import Figure

from porelight import __version__
from porelight.data.library import fingerprint, parameter
from porelight.report import palette
from porelight.report.drawing import data_uri, drawing, new_figure
from porelight.report.environment import environment
from porelight.report.tables import Rows
from porelight.statistics.virtual_trial import TrialEffect
from porelight.tissue.person import ROMAN
from porelight.workflows.trial import VirtualTrial

_SHOWN = 8  # unknowns that are listed
_ENDPOINTS = {"area_fraction": "area of visible pores", "mean_diameter": "mean pore diameter"}


def trial_page(found: VirtualTrial) -> str:
    """Return the page as text."""
    caption = (
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
            arms=[one.name for one in found.design.arms],
            endpoint=_ENDPOINTS[found.design.endpoint],
            answer=answer(found),
            visits=visit_rows(found),
            types=type_rows(found),
            decides=decides_rows(found),
            checks=check_rows(found),
            assumptions=assumption_rows(found),
            power=_picture(power_figure(found), caption),
            effects=_picture(effect_figure(found), of_effect),
            provenance={"version": __version__, "fingerprint": fingerprint()},
            seed=found.design.settings.seed,
            confidence=f"{100.0 * (1.0 - found.design.alpha):g}",
        )
    )


def answer(found: VirtualTrial) -> str:
    """Return what came out in three sentences."""
    design, point = found.design, found.own_point
    effects = found.people.effects()
    low, middle, high = np.quantile(effects, (0.05, 0.5, 0.95))
    worth = float((effects <= log1p(design.worth_while)).mean())
    if design.worth_while > 0.0:
        worth = float((effects >= log1p(design.worth_while)).mean())
    return (
        f"{design.arms[0].name} changes the {_ENDPOINTS[design.endpoint]} by {_percent(middle)} "
        f"more than {design.arms[1].name} on day {design.visits[-1]:g}; with what nobody knows "
        f"it is between {_percent(low)} and {_percent(high)} (90 %). The chance that it is worth "
        f"while ({_percent(log1p(design.worth_while))}) is {_share(worth)}. A trial of "
        f"{design.per_arm} subjects in either arm has a power of {_share(point.power)} and an "
        f"assurance of {_share(point.assurance)}."
    )


def visit_rows(found: VirtualTrial) -> Rows:
    """Return the estimated effect at each visit."""
    rows = []
    for v, (day, one) in enumerate(zip(found.design.visits, found.measured, strict=True)):
        truth = float(found.people.effects(v)[found.people.middle])
        rows.append({"day": f"{day:g}", **_effect(one), "true": _percent(truth)})
    return rows


def type_rows(found: VirtualTrial) -> Rows:
    """Return the estimated effect at the last visit in each skin type."""
    rows = []
    for name, one in found.by_type.items():
        effects = found.people.of_group(name).effects()
        low, high = np.quantile(effects, (0.05, 0.95))
        truth = _percent(float(effects[found.people.middle]))
        rows.append(
            {
                "skin": name,
                **_effect(one),
                "true": truth,
                "with what nobody knows (90 %)": f"{_percent(low)} to {_percent(high)}",
            }
        )
    return rows


def decides_rows(found: VirtualTrial) -> Rows:
    """Return what knowing an unknown would bring, the largest first."""
    return [
        {
            "unknown": one.name.replace("_", " "),
            "share of the variance": f"{one.share:.2f}",
            "interval narrower by": _share(one.narrower),
            "wrong decisions": f"{_share(one.wrong_now)} to {_share(one.wrong_then)}",
        }
        for one in found.decides[:_SHOWN]
    ]


def check_rows(found: VirtualTrial) -> Rows:
    """Return what many small trials show of the analysis."""
    one = found.check
    return [
        {
            "check": f"{found.design.arms[1].name} against itself: share with p < {one.alpha:g}",
            "found": f"{one.false_positives:.3f}",
            "expected": f"{one.alpha:g} ± {2.0 * one.error:.3f}",
        },
        {
            "check": "intervals that hold the true effect",
            "found": f"{one.coverage:.3f}",
            "expected": f"{1.0 - one.alpha:g} ± {2.0 * one.error:.3f}",
        },
    ]


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
        for name, share in zip(("dry", "normal", "oily"), people.oiliness_shares, strict=True)
    )
    known = parameter("photo", "repeatability", "area_fraction")
    own = design.endpoint == "area_fraction" and isclose(noise.take_sd, known.value)
    told = (
        ("skin types", types, "given"),
        ("ages", f"{people.ages[0]:g} to {people.ages[1]:g} years, all alike", "given"),
        ("women", _share(people.female_share), "given"),
        ("oiliness", oil, "given"),
        ("zone", people.zone, "given"),
        ("later sessions kept", f"{_share(settings.attendance)}, independent of the skin", "given"),
        (
            "lost before the last visit",
            f"{_share(noise.drop_out)}, whatever the skin does",
            "given",
        ),
        (
            "error of one take (SD)",
            f"{100.0 * noise.take_sd:.1f} %, {noise.takes} averaged at each visit",
            f"{known.flag}: {known.source}" if own else "given",
        ),
        ("worth while from", _percent(log1p(design.worth_while)), "given"),
        (
            "healing, mechanics and how people differ",
            f"{settings.knowledge_draws} draws of knowledge, {settings.people} people under each "
            f"in each of {found.people.weights.size} strata",
            "ranges of the data files, each with source and flag: porelight report lists them",
        ),
        (
            "light and heat",
            f"{settings.members} members of the physics for each type, shared by its ages, sexes "
            "and oiliness",
            "derived: sharing moves an effect by less than docs/trials.md says",
        ),
        ("skin of the course files", "replaced by the people of the trial", "by design"),
    )
    return [{"assumed": what, "value": value, "flag": flag} for what, value, flag in told]


def power_figure(found: VirtualTrial) -> Figure:
    """Return power and assurance over the size of the trial."""
    sizes = [one.per_arm for one in found.curve]
    with drawing():
        figure = new_figure(2.6)
        axes = figure.add_subplot()
        for name, dash, colour in (
            ("power", "-", palette.BLUE),
            ("assurance", "--", palette.VERMILION),
        ):
            axes.plot(
                sizes, [getattr(one, name) for one in found.curve], dash, color=colour, label=name
            )
        axes.axvline(found.design.per_arm, color=palette.GREY, lw=0.7)
        axes.set_xscale("log")
        # powers of ten would be set as mathematics, which the pages' figures are not
        axes.set_xticks(ticks := [10, 30, 100, 300, 1000, 3000], [str(one) for one in ticks])
        axes.set_xticks([], minor=True)
        axes.set_ylim(0.0, 1.02)
        axes.set_xlabel("subjects in either arm")
        axes.set_ylabel("chance of p below the level")
        axes.legend(loc="lower right")
    return figure


def effect_figure(found: VirtualTrial) -> Figure:
    """Return the true effect over what nobody knows."""
    effects = 100.0 * np.expm1(np.sort(found.people.effects()))
    last, middle = found.measured[-1], float(np.median(effects))
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
