"""The analysis of a study in sentences: the answer, cautions, and methods for an article."""

from dataclasses import dataclass
from importlib.metadata import version

from porelight import __version__
from porelight.report.formatting import capital
from porelight.report.study_tables import (
    change_text,
    contrast_span,
    p_text,
    quantity_name,
    spread_text,
)
from porelight.statistics.analysis import StudyAnalysis
from porelight.statistics.analysis_plan import PlanStanding
from porelight.statistics.effects import StudyEffect
from porelight.statistics.flow import StudyFlow

_LIBRARIES = ("statsmodels", "scipy", "numpy")

# share of a true change that is read, benchmarks/synthetic_study.py (60 subjects, docs/studies.md)
_READS_SMALL = {
    "area_fraction": "four fifths",
    "diameter_mm_p50": "half",
}


@dataclass(frozen=True, slots=True, eq=False)
class StudyReport:
    """What the page tells.

    Attributes
    ----------
    study : str
        Name of the study.
    analysis : StudyAnalysis
        The analysis.
    flow : StudyFlow
        What was lost where.
    standing : PlanStanding
        What its plan is worth.
    versions : tuple of str
        Versions of porelight by which the photographs were measured.
    settings : int
        With how many different settings they were.
    absent : tuple of str
        What the plan names and nobody photographed, in sentences.
    """

    study: str
    analysis: StudyAnalysis
    flow: StudyFlow
    standing: PlanStanding
    versions: tuple[str, ...]
    settings: int
    absent: tuple[str, ...] = ()


def answer(one: StudyEffect, found: StudyAnalysis) -> str:
    """Return an effect in one sentence."""
    plan = found.plan
    who = "" if one.arm == "all" else f", {one.arm}"
    against = f" against {one.against}" if one.against else ""
    what = f"{capital(quantity_name(plan.endpoint))}, {one.visit}{who}{against}"
    if one.contrast is None:
        return f"{what}: no answer, {one.why_not}."
    p = p_text(one.p_corrected if one.p_corrected is not None else one.contrast.p)
    p = p.replace("<", "< ") if p.startswith("<") else f"= {p}"
    corrected = f", {plan.correction.capitalize()}" if len(found.effects) > 1 else ""
    return (
        f"{what}: change from {plan.baseline} {'differs by ' if one.against else ''}"
        f"{change_text(one.contrast.value, plan.scale)} "
        f"({100 * plan.confidence:g} % interval {contrast_span(one.contrast, plan.scale)}; "
        f"p {p}{corrected})."
    )


def cautions(found: StudyReport) -> list[str]:
    """Return what a reader has to know before believing the numbers."""
    analysis = found.analysis
    told = [*found.absent, *analysis.model.notes]
    rough = [one for one in analysis.effects if one.is_rough]
    if rough:
        told.append(
            "An interval that is marked as rough rests on fewer than four degrees of freedom and "
            "is approximate."
        )
    waiting = sum(one.waiting for one in found.flow.visits)
    if waiting:
        told.append(f"{waiting} photographs are not measured yet ('porelight study measure').")
    if len(found.versions) > 1:
        told.append(
            f"Photographs were measured by {len(found.versions)} versions of porelight "
            f"({', '.join(found.versions)}); 'porelight study measure --again' makes them one."
        )
    if found.settings > 1:
        told.append(f"Photographs were measured with {found.settings} different settings.")
    takes = analysis.takes
    if takes is not None and takes.error.low > takes.stated:
        told.append(
            f"Takes differ by more ({spread_text(takes.error.value, analysis)}) than the "
            f"intervals of measuring say ({spread_text(takes.stated, analysis)}): light, angle "
            "or focus changed between takes."
        )
    if analysis.plan.endpoint in _READS_SMALL:
        told.append(
            f"Single photographs read a change of the {quantity_name(analysis.plan.endpoint)} too "
            f"small: {_READS_SMALL[analysis.plan.endpoint]} of it on rendered skin, as smaller "
            "pores are outlined too wide. Density has no such bias; nor, nearly, have the pores "
            "that both visits show ('porelight study compare')."
        )
    arms = analysis.table.arms
    if len(arms) > 1 and not analysis.plan.control:
        told.append(
            "There are several arms and no control, so arms are not compared with each other; name "
            "one in the plan."
        )
    return told


def flow_text(flow: StudyFlow) -> str:
    """Return the flow of subjects in a sentence."""
    left = flow.subjects - flow.erased
    text = f"{flow.subjects} subjects entered the study"
    if flow.erased:
        text += f"; {flow.erased} withdrew and were erased, their arm with them, so {left} are left"
    if flow.without_photographs:
        text += f"; {flow.without_photographs} have no photograph"
    return (
        f"{text}. Photographs that were refused at import never came into the study and are not "
        "counted."
    )


def subjects_text(found: StudyAnalysis) -> str:
    """Return how many subjects changed by more than measuring, at the last visit."""
    last = [one for one in found.subjects if one.visit == found.plan.last]
    fell = sum(one.is_real and one.change < 0.0 for one in last)
    rose = sum(one.is_real and one.change > 0.0 for one in last)
    error = found.error
    source = (
        f"from takes ({error.freedom:.0f} degrees of freedom)"
        if error.source == "takes"
        else "from the intervals of measuring, as there are too few repeated takes"
    )
    return (
        f"At {found.plan.last}, {fell} of {len(last)} fell and {rose} rose by more than the error "
        f"of measuring explains at 95 %. That error is {spread_text(error.error, found)} a take, "
        f"{source}; it holds no day-to-day change of skin. For one zone photographed once at each "
        f"visit the smallest detectable change is "
        f"{change_text(-error.detectable, found.plan.scale)} or "
        f"{change_text(error.detectable, found.plan.scale)}."
    )


def takes_text(found: StudyAnalysis) -> str:
    """Return what repeated takes say."""
    takes = found.takes
    if takes is None:
        return (
            "No zone was photographed twice at a visit, so this study cannot tell its own error of "
            "measuring; take each zone twice at the baseline at least."
        )
    return (
        f"{takes.n_places} zones of {takes.n_subjects} subjects were photographed more than once "
        f"at a visit. One take scatters by {spread_text(takes.error.value, found)} "
        f"(95 % interval {spread_text(takes.error.low, found)} to "
        f"{spread_text(takes.error.high, found)}); the intervals of measuring, which also hold "
        f"what takes have in common, say {spread_text(takes.stated, found)}."
    )


def _looks_text(found: StudyAnalysis) -> str:
    """Return which other assumptions on what is missing the page shows."""
    shown = {look for one in found.robustness for look, _ in one.looks}
    looks = [
        text
        for text, is_shown in (
            ("complete subjects alone", "complete subjects" in shown),
            ("the baseline carried forward", "baseline carried forward" in shown),
            (
                "a shift of the missing (pattern mixture, tipping point)",
                any(one.missing.share > 0.0 for one in found.robustness),
            ),
        )
        if is_shown
    ]
    return f"; looked at beside: {', '.join(looks)}" if looks else ""


def methods(found: StudyReport) -> str:
    """Return the paragraph for the methods section of an article, with every setting."""
    analysis, plan = found.analysis, found.analysis.plan
    visits = ", ".join(
        one.name + (f" (days {one.days[0]} to {one.days[1]})" if one.has_window else "")
        for one in plan.visits
    )
    log = plan.scale == "log"
    arms = [one for one in analysis.table.arms if one != "all"]
    fixed = "visit" + (", arm, arm by visit" if len(arms) > 1 else "")
    fixed += " and zone" if len(analysis.table.zones) > 1 else ""
    random = [name for name in analysis.model.variances if name != "rest"]
    errors = (
        "bias-reduced cluster-robust standard errors (CR2; Bell and McCaffrey 2002; Pustejovsky "
        "and Tipton 2018) by subject and Satterthwaite's degrees of freedom"
        if plan.standard_errors == "robust"
        else "the standard errors of the model and as many degrees of freedom as subjects less arms"
    )
    tests = len(analysis.effects)
    libraries = ", ".join(f"{name} {version(name)}" for name in _LIBRARIES)
    return " ".join(
        [
            f"Photographs were measured by porelight {' and '.join(found.versions)}.",
            f"The endpoint was the {quantity_name(plan.endpoint)} ({plan.endpoint}) of "
            f"{', '.join(plan.zones)}; takes of a zone at a visit were averaged"
            f"{' as logarithms, so that changes are ratios' if log else ''}.",
            f"Changes from {plan.baseline} were estimated at {visits} by a linear mixed model "
            f"(restricted maximum likelihood) with fixed effects of {fixed}, random effects of "
            f"{', '.join(random)}, and {errors}; the Kenward-Roger correction was not used.",
            f"Arms were compared with {plan.control} by the difference of their changes."
            if analysis.effects[0].against
            else "",
            f"The {tests} tests of the endpoint were corrected by {plan.correction.capitalize()}; "
            "intervals are not corrected."
            if tests > 1
            else "",
            f"Intervals are of {100 * plan.confidence:g} %, p values two-sided.",
            "Missing values were taken to be missing at random" + _looks_text(analysis) + ".",
            "Changes of single subjects were held against the error of measuring, from "
            + (
                f"{analysis.error.freedom:.0f} repeated takes."
                if analysis.error.source == "takes"
                else "the intervals of measuring."
            ),
            f"The plan of analysis (SHA-256 {found.standing.sha256}) was "
            + ("declared before results were read." if found.standing.is_confirmatory else
               "not declared before results were read; the analysis is exploratory.")
            if found.standing.sha256
            else "There was no plan of analysis; the analysis is exploratory.",
            f"Computed by porelight {__version__} with {libraries}.",
        ]
    ).replace("  ", " ")  # fmt: skip
