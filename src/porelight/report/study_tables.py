"""The tables of the analysis of a study, for the terminal and the page."""

import math
from collections.abc import Callable, Sequence

from porelight.course.value_text import share, significant
from porelight.report.formatting import people, span
from porelight.statistics.analysis import StudyAnalysis
from porelight.statistics.analysis_plan import AnalysisPlan, AnalysisScale
from porelight.statistics.effects import StudyEffect
from porelight.statistics.flow import StudyFlow
from porelight.statistics.missing import Robustness, missing_share
from porelight.statistics.mixed_model import Contrast
from porelight.statistics.study_values import SAME_PORES, scale_of

_NAMES = {
    "area_fraction": "share of skin that pores cover",
    "count": "number of pores",
    "density_per_cm2": "pores per cm2",
    SAME_PORES: "diameter of the pores seen at both visits",
}
_NOTHING = "-"


def quantity_name(name: str) -> str:
    """Return what a quantity is called.

    Examples
    --------
    >>> quantity_name("diameter_mm_p50"), quantity_name("density_per_cm2")
    ('median diameter of pores', 'pores per cm2')
    """
    if name.startswith("diameter_mm_p"):
        part = name.removeprefix("diameter_mm_p")
        return "median diameter of pores" if part == "50" else f"{part} % quantile of diameters"
    return _NAMES.get(name, name.replace("_", " "))


def value_text(name: str) -> Callable[[float], str]:
    """Return how a value of a quantity is written, with its unit."""
    if name == "area_fraction":
        return share
    if name.startswith("diameter_mm"):
        return lambda value: f"{significant(value)} mm"
    return lambda value: f"{significant(value)} /cm2" if "per_cm2" in name else significant(value)


def change_text(value: float, scale: AnalysisScale) -> str:
    """Return a change: a ratio in per cent, or a difference with its sign.

    Examples
    --------
    >>> change_text(-0.1053605, "log"), change_text(0.0, "log"), change_text(3.21, "plain")
    ('-10.0 %', '0.0 %', '+3.21')
    """
    if scale == "log":
        return f"{100.0 * math.expm1(value):+z.1f} %".replace("+0.0 %", "0.0 %")
    text = significant(abs(value))
    return text if float(text) == 0.0 else f"{'-' if value < 0 else '+'}{text}"


def p_text(p: float) -> str:
    """Return a p value as journals print it."""
    return "<0.001" if p < 0.001 else f"{p:.3f}" if p < 0.0995 else f"{p:.2f}"


def effect_rows(
    effects: Sequence[StudyEffect],
    plan: AnalysisPlan,
    *,
    with_correction: bool = True,
    scale: AnalysisScale | None = None,
) -> list[dict[str, str]]:
    """Return effects, one in a row."""
    heading = f"{100 * plan.confidence:g} % interval"
    corrected = f"p ({plan.correction.capitalize()})"
    with_correction = with_correction and len(effects) > 1
    scale = scale or plan.scale
    rows = []
    for one in effects:
        row = {"visit": one.visit, **_of_arm(one)}
        row["subjects"] = " and ".join(map(str, one.n_subjects))
        if one.contrast is None:
            rows.append(row | {"change": _NOTHING, heading: one.why_not, "p": _NOTHING})
        else:
            found = one.contrast
            row |= {
                "change": change_text(found.value, scale),
                heading: contrast_span(found, scale) + (" (rough)" if one.is_rough else ""),
                "p": p_text(found.p),
            }
            rows.append(row)
        if with_correction:
            told = one.p_corrected
            rows[-1][corrected] = _NOTHING if told is None else p_text(told)
    return rows


def mean_rows(found: StudyAnalysis) -> list[dict[str, str]]:
    """Return the mean of each arm at each visit."""
    text = value_text(found.plan.endpoint)
    heading = f"{100 * found.plan.confidence:g} % interval"
    back = math.exp if found.plan.scale == "log" else float
    kind = "geometric mean" if found.plan.scale == "log" else "mean"
    return [
        {
            "visit": one.visit,
            **({"arm": one.arm} if len(found.table.arms) > 1 else {}),
            "subjects": str(one.n_subjects),
            kind: text(back(one.mean.value)),
            heading: span(text(back(one.mean.low)), text(back(one.mean.high))),
        }
        for one in found.means
    ]


def zone_rows(found: StudyAnalysis) -> list[dict[str, str]]:
    """Return the effect at the last visit by zone."""
    effects = [one.effect for one in found.zones]
    rows = effect_rows(effects, found.plan, with_correction=False)
    return [
        {"zone": one.zone, **{key: text for key, text in row.items() if key != "visit"}}
        for one, row in zip(found.zones, rows, strict=True)
    ]


def subject_rows(found: StudyAnalysis) -> list[dict[str, str]]:
    """Return the change of each subject at each visit, against the error of measuring."""
    text = value_text(found.plan.endpoint)
    scale = found.plan.scale
    back = math.exp if scale == "log" else float
    heading = f"{100 * found.plan.confidence:g} % interval of measuring"
    return [
        {
            "subject": one.subject,
            **({"arm": one.arm} if len(found.table.arms) > 1 else {}),
            "visit": one.visit,
            "zones": str(one.n_zones),
            found.plan.baseline: text(back(one.start)),
            "then": text(back(one.end)),
            "change": change_text(one.change, scale),
            heading: span(change_text(one.low, scale), change_text(one.high, scale)),
            "beyond measuring": "yes" if one.is_real else "no",
        }
        for one in found.subjects
    ]


def secondary_rows(found: StudyAnalysis) -> list[dict[str, str]]:
    """Return the effects on other quantities."""
    rows = []
    for one in found.secondary:
        name = quantity_name(one.quantity)
        rows += [
            {"quantity": name, **row}
            for row in effect_rows(
                one.effects,
                found.plan,
                with_correction=False,
                scale=scale_of(one.quantity, found.plan),
            )
        ]
    return rows


def flow_rows(flow: StudyFlow) -> list[dict[str, str]]:
    """Return what became of subjects and photographs, by arm and visit."""
    several = len({one.arm for one in flow.visits}) > 1
    return [
        {
            **({"arm": one.arm} if several else {}),
            "visit": one.visit,
            "subjects": str(one.expected),
            "photographed": str(one.photographed),
            "analysed": str(one.analysed),
            "lost": str(one.expected - one.analysed),
            "zones not taken": str(one.not_taken),
            "photographs": str(one.photographs),
            "refused": str(one.refused),
            "waiting": str(one.waiting),
            "left out": str(one.excluded),
            "used": str(one.used),
        }
        for one in flow.visits
    ]


def reason_rows(flow: StudyFlow) -> list[dict[str, str]]:
    """Return why photographs were refused or left out."""
    refused = [("refused by the gate", why, n) for why, n in flow.refusals.items()]
    left_out = [("measured, left out", why, n) for why, n in flow.exclusions.items()]
    return [
        {
            "photographs": str(n),
            "what became of them": what,
            "reason": f"such as: {why}" if n > 1 and one_of_several else why,
        }
        for one_of_several, rows in ((True, refused), (False, left_out))
        for what, why, n in rows
    ]


def robustness_rows(found: StudyAnalysis) -> list[dict[str, str]]:
    """Return each effect under each assumption on what is missing."""
    plan, rows = found.plan, []
    heading = f"{100 * plan.confidence:g} % interval"
    for one in found.robustness:
        looks = [*one.looks, *_shifts(one)]
        own = one.effect
        shares = [
            missing_share(found.table, arm, own.visit).share
            for arm in (own.arm, own.against)
            if arm
        ]
        missing = " and ".join(map(people, shares))
        for assumption, contrast in looks:
            rows.append(
                {
                    "visit": one.effect.visit,
                    **_of_arm(one.effect),
                    "missing": missing,
                    "assumption": assumption,
                    "change": change_text(contrast.value, plan.scale),
                    heading: contrast_span(contrast, plan.scale),
                    "p": p_text(contrast.p),
                }
            )
    return rows


def tipping_lines(found: StudyAnalysis) -> list[str]:
    """Return what the missing would have to be for an effect to be none."""
    lines = []
    for one in found.robustness:
        if one.missing.share == 0.0 or one.tipping == 0.0:
            continue
        which = " ".join(filter(None, (one.effect.visit, *_of_arm(one.effect).values())))
        if one.tipping is None:
            lines.append(f"{which}: nothing that the missing could be brings 0 into the interval.")
            continue
        by = change_text(one.tipping, found.plan.scale)
        lines.append(
            f"{which}: the interval reaches 0 only if the missing differ by {by} from what the "
            "model takes them to be."
        )
    return lines


def variance_rows(found: StudyAnalysis) -> list[dict[str, str]]:
    """Return what scatters, as standard deviations."""
    names = {"rest": "rest, with the error of measuring"}
    rows = [
        {"between": names.get(name, name), "standard deviation": spread_text(math.sqrt(one), found)}
        for name, one in found.model.variances.items()
    ]
    source = "takes" if found.error.source == "takes" else "intervals of measuring"
    rows.append(
        {
            "between": f"one take and another (from {source})",
            "standard deviation": spread_text(found.error.error, found),
        }
    )
    return rows


def spread_text(sd: float, found: StudyAnalysis) -> str:
    """Return a standard deviation: in per cent on a logarithm, else in the quantity's unit."""
    if found.plan.scale == "log":
        return f"{significant(100.0 * sd, 2)} %"
    return value_text(found.plan.endpoint)(sd)


def contrast_span(found: Contrast, scale: AnalysisScale) -> str:
    """Return the interval of a change."""
    return span(change_text(found.low, scale), change_text(found.high, scale))


def _of_arm(one: StudyEffect) -> dict[str, str]:
    if one.against:
        return {"arm": f"{one.arm} against {one.against}"}
    return {} if one.arm == "all" else {"arm": one.arm}


def _shifts(one: Robustness) -> list[tuple[str, Contrast]]:
    if one.missing.share == 0.0:
        return []
    return [("the missing have not changed (delta)", one.no_change)]
