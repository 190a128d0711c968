"""``porelight study analyse`` and ``declare``: from measurements to answers, by a plan."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from porelight.cli.choices import AsJson, StoreOption, opened
from porelight.cli.console import complain, print_json, print_rows, say
from porelight.cli.paths import Writes
from porelight.errors import InputFileError

if TYPE_CHECKING:
    from porelight.files.analysis_plans import PlanFile
    from porelight.statistics.analysis_plan import PlanStanding
    from porelight.store.plan_declarations import PlanDeclaration
    from porelight.store.store import Store


def analyse(
    *,
    plan: Path | None = None,
    output: Annotated[Path | None, Writes(), Parameter(name=["--output", "-o"])] = None,
    write_plan: Annotated[Path | None, Writes()] = None,
    store: StoreOption = None,
    json: AsJson = False,
) -> int:
    """Analyse a study: change from baseline, arms against a control, and what was lost where.

    A linear mixed model over subjects, zones and visits, with intervals that hold for few subjects;
    single subjects against the error of measuring; repeated takes; other assumptions on what is
    missing. Without a declared plan everything is exploratory.

    Parameters
    ----------
    plan
        TOML file that says what is analysed; a plan of everything that was photographed when left
        out.
    output
        HTML page to write: figures, tables, and a paragraph for the methods of an article.
    write_plan
        Write that usual plan instead, to begin from; no result is read for it.
    """
    from porelight.files.study_analyses import analysis_document  # noqa: PLC0415
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.report.study_page import STUDY_PAGE, write_study_page  # noqa: PLC0415
    from porelight.report.study_tables import effect_rows, flow_rows  # noqa: PLC0415
    from porelight.report.study_words import (  # noqa: PLC0415
        StudyReport,
        answer,
        cautions,
        methods,
    )
    from porelight.statistics.analysis import study_analysis  # noqa: PLC0415
    from porelight.statistics.flow import study_flow  # noqa: PLC0415
    from porelight.statistics.plan_names import absent_names  # noqa: PLC0415
    from porelight.statistics.usual_plan import usual_plan, visit_order  # noqa: PLC0415
    from porelight.store.analysis_rows import analysis_rows  # noqa: PLC0415

    if write_plan is not None:
        if plan is not None or output is not None:
            raise InputFileError("--write-plan stands alone: nothing is analysed with it.")
        return _write_plan(write_plan, store, json=json)
    if output is not None:
        require_output(output, STUDY_PAGE)
    given = None if plan is None else _read_plan(plan)
    with opened(store) as study_store:
        standing = _standing(study_store, given)
        rows = analysis_rows(study_store, "analysis", "" if given is None else given.plan.baseline)
        name = study_store.study
    quantities = {one.quantity for one in rows.values}
    used = usual_plan(rows.photographs, quantities) if given is None else given.plan
    if given is None:
        order = visit_order(rows.photographs)
        standing = replace(standing, words=f"{standing.words} {order.words}")
    flow = study_flow(rows.photographs, used, n_subjects=rows.n_subjects, n_erased=rows.n_erased)
    found = study_analysis(rows.values, used)
    absent = absent_names(rows.photographs, used)
    told = StudyReport(name, found, flow, standing, rows.versions, rows.settings, absent)
    page = None if output is None else write_study_page(told, output)
    if json:
        document = analysis_document(name, found, flow, standing)
        document |= {"cautions": cautions(told), "methods": methods(told)}
        print_json(document | {"page": None if page is None else str(page)})
        return 0
    for one in found.effects:
        say(answer(one, found))
    print_rows(f"{name}: {used.endpoint}", effect_rows(found.effects, used))
    print_rows("subjects and photographs", flow_rows(flow))
    for note in [standing.words, *cautions(told)]:
        complain(f"note: {note}")
    if page is not None:
        say(f"written: {page}")
    return 0


def declare(plan: Path, /, *, store: StoreOption = None, json: AsJson = False) -> int:
    """Keep the hash of a plan of analysis in the study's log, before anybody looks at results.

    Parameters
    ----------
    plan
        TOML file of the plan; 'porelight study analyse --write-plan FILE' writes one to begin from.
    """
    from porelight.statistics.plan_names import absent_names, require_names  # noqa: PLC0415
    from porelight.store.analysis_rows import photograph_rows_of  # noqa: PLC0415
    from porelight.store.plan_declarations import declare_plan  # noqa: PLC0415

    read = _read_plan(plan)
    with opened(store) as study_store:
        photographs = photograph_rows_of(study_store, "plan")
        require_names(photographs, read.plan)
        for note in absent_names(photographs, read.plan):
            complain(f"note: {note}")
        found = declare_plan(study_store, read.sha256)
    if json:
        print_json(
            {
                "sha256": found.sha256,
                "at": found.at,
                "by": found.actor,
                "entry": found.seq,
                "results_read_before": list(found.looked),
            }
        )
        return 0
    say(f"declared: sha256 {found.sha256}, entry {found.seq} of the log, {found.at}")
    if not found.is_blind:
        complain(
            f"note: results had been read before ({', '.join(found.looked)}), so the analysis "
            "stays exploratory."
        )
    return 0


def _read_plan(path: Path) -> "PlanFile":
    from porelight.files.analysis_plans import read_analysis_plan  # noqa: PLC0415

    return read_analysis_plan(path)


def _write_plan(path: Path, store: str | None, *, json: bool) -> int:
    from porelight.files.analysis_plans import (  # noqa: PLC0415
        ANALYSIS_PLAN,
        plan_keys,
        write_analysis_plan,
    )
    from porelight.files.writing import require_output  # noqa: PLC0415
    from porelight.statistics.usual_plan import usual_plan, visit_order  # noqa: PLC0415
    from porelight.store.analysis_rows import photograph_rows_of  # noqa: PLC0415

    require_output(path, ANALYSIS_PLAN)
    with opened(store) as study_store:
        photographs = photograph_rows_of(study_store, "plan")
    plan, order = usual_plan(photographs), visit_order(photographs)
    write_analysis_plan(plan, path)
    if not order.rests_on:
        complain(f"note: {order.words}")
    if json:
        print_json({"plan": str(path), **plan_keys(plan)})
        return 0
    say(f"written: {path}; change it as you mean to analyse, then 'porelight study declare {path}'")
    return 0


def _standing(study_store: "Store", given: "PlanFile | None") -> "PlanStanding":
    """Return whether the plan was in the log before anybody had read a result."""
    from porelight.statistics.analysis_plan import PlanStanding  # noqa: PLC0415
    from porelight.store.plan_declarations import looks_since, plan_declarations  # noqa: PLC0415

    declared = plan_declarations(study_store)
    sha256 = "" if given is None else given.sha256
    own = next((one for one in declared if one.sha256 == sha256), None)
    blind = [one for one in declared if one.is_blind and one is not own]
    others = _others_told(blind)
    if given is None:
        return PlanStanding(
            is_confirmatory=False,
            words="No plan was given, so everything is exploratory; 'porelight study analyse "
            f"--write-plan study.toml' writes one to begin from.{others}",
        )
    if own is None:
        return PlanStanding(
            is_confirmatory=False,
            words="This plan was never declared, so everything is exploratory; 'porelight study "
            f"declare' keeps its hash in the log before results are read.{others}",
            sha256=sha256,
        )
    when = f"This plan was declared on {own.at} by {own.actor} (entry {own.seq} of the log)"
    if not own.is_blind:
        return PlanStanding(
            is_confirmatory=False,
            words=f"{when}, after results had been read for: {', '.join(own.looked)}; so "
            f"everything is exploratory.{others}",
            sha256=sha256,
        )
    since, peeked = looks_since(study_store, own.seq), ""
    if since.added:
        peeked = (
            f" Since then results were read {since.looks} times (first {since.first}), and "
            f"{since.added} photographs were added after that: who looks and goes on "
            "finds more by chance than p values say."
        )
    if others:
        how = given.plan.correction.capitalize()
        others += f" {how} counts the tests of this plan alone."
    return PlanStanding(
        is_confirmatory=True,
        words=f"{when}, before results had been read.{peeked}{others}",
        sha256=sha256,
    )


def _others_told(blind: "list[PlanDeclaration]") -> str:
    """Name the other plans that were declared before results were read."""
    if not blind:
        return ""
    named = ", ".join(f"sha256 {one.sha256[:12]} (entry {one.seq}, {one.at})" for one in blind)
    was = "plan was" if len(blind) == 1 else "plans were"
    return f" {len(blind)} other {was} declared before results were read: {named}."
