"""One self-contained page on the analysis of a study."""

from pathlib import Path
from typing import TYPE_CHECKING

from porelight import __version__
from porelight.data.library import fingerprint
from porelight.files.kinds import ResultKind, names_porelight
from porelight.files.writing import require_output, write_text
from porelight.report.comparison_table import agreement_rows
from porelight.report.drawing import data_uri
from porelight.report.environment import environment
from porelight.report.study_figures import (
    forest_figure,
    means_figure,
    subjects_figure,
    takes_figure,
    waterfall_figure,
)
from porelight.report.study_tables import (
    effect_rows,
    flow_rows,
    mean_rows,
    quantity_name,
    reason_rows,
    robustness_rows,
    secondary_rows,
    subject_rows,
    tipping_lines,
    variance_rows,
    zone_rows,
)
from porelight.report.study_words import (
    StudyReport,
    answer,
    cautions,
    flow_text,
    methods,
    subjects_text,
    takes_text,
)
from porelight.statistics.analysis import StudyAnalysis

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.figure import Figure

STUDY_PAGE = ResultKind(
    "an analysis of a study", (".html", ".htm"), names_porelight('content="porelight ')
)


def write_study_page(found: StudyReport, path: Path) -> Path:
    """Write the page.

    Parameters
    ----------
    found : StudyReport
        What it tells.
    path : Path
        HTML file; an earlier page is replaced once the new one is complete.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputFileError
        If the page cannot be written.
    """
    require_output(path, STUDY_PAGE)
    write_text(path, study_page(found), STUDY_PAGE)
    return path


def study_page(found: StudyReport) -> str:
    """Return the page as text; see `write_study_page`."""
    analysis = found.analysis
    return (
        environment()
        .get_template("study.html.j2")
        .render(
            study=found.study,
            standing=found.standing,
            answers=[answer(one, analysis) for one in analysis.effects],
            cautions=cautions(found),
            effects=effect_rows(analysis.effects, analysis.plan),
            changes=effect_rows(analysis.changes, analysis.plan, with_correction=False)
            if analysis.effects[0].against
            else [],
            endpoint=quantity_name(analysis.plan.endpoint),
            means=mean_rows(analysis),
            pictures=_pictures(analysis),
            flow=flow_rows(found.flow),
            flow_told=flow_text(found.flow),
            reasons=reason_rows(found.flow),
            zones=zone_rows(analysis),
            subjects=subject_rows(analysis),
            subjects_told=subjects_text(analysis),
            robustness=robustness_rows(analysis),
            tipping=tipping_lines(analysis),
            takes_told=takes_text(analysis),
            takes=_agreement(analysis),
            variances=variance_rows(analysis),
            secondary=secondary_rows(analysis),
            not_secondary=[
                f"{quantity_name(one.quantity)}: {one.why_not}"
                for one in analysis.secondary
                if one.why_not
            ],
            methods=methods(found),
            provenance={"version": __version__, "fingerprint": fingerprint()},
        )
    )


def _pictures(found: StudyAnalysis) -> dict[str, dict[str, str] | None]:
    confidence = f"{100 * found.plan.confidence:g} %"
    limits = None if found.takes is None else found.takes.limits
    drawn: dict[str, tuple[Callable[[], Figure], str] | None] = {
        "subjects": (
            lambda: subjects_figure(found),
            f"Thin lines: each subject, mean of the zones that it shares with the baseline. Thick "
            f"line and band: mean change by the model and its {confidence} interval.",
        ),
        "means": (
            lambda: means_figure(found),
            f"Means by the model, zones weighing the same, with {confidence} intervals.",
        ),
        "forest": (
            lambda: forest_figure(found),
            f"Each zone by a model of its own (squares) and all zones (diamonds), {confidence} "
            "intervals. Zones are not tests of the endpoint: exploratory.",
        )
        if found.zones
        else None,
        "waterfall": (
            lambda: waterfall_figure(found),
            f"Each bar is one subject{' and arm' if len(found.table.arms) > 1 else ''}; the line "
            f"is the {confidence} interval of measuring alone.",
        )
        if any(one.visit == found.plan.last for one in found.subjects)
        else None,
        "takes": (
            lambda: takes_figure(limits, found.plan.scale),
            "Two takes of the same zone at the same visit (Bland and Altman); bands: 95 % "
            "intervals. Several points may be of one subject.",
        )
        if limits is not None
        else None,
    }
    return {
        name: None if one is None else {"uri": data_uri(one[0]()), "alt": one[1], "caption": one[1]}
        for name, one in drawn.items()
    }


def _agreement(found: StudyAnalysis) -> list[dict[str, str]]:
    takes = found.takes
    if takes is None or takes.repeats is None:
        return []
    return agreement_rows(found.plan.endpoint, takes.repeats)
