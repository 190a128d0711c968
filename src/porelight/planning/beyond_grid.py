"""A plan goes on where its grid ends: tables, the search in them, and its finalists in full."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from porelight.course.laws import Laws
from porelight.course.outcome_variables import OutcomeVariable
from porelight.course.state import CourseState
from porelight.course.value_text import chance
from porelight.laser.device import Device
from porelight.planning.fresh_draws import FreshDraws
from porelight.planning.judged import JudgedSession, Steps, candidate
from porelight.planning.limits import LimitCheck, binding, session_checks
from porelight.planning.neighbours import Neighbours
from porelight.planning.optimise import (
    RELAXED,
    CourseSearch,
    Proposal,
    Tried,
    block_of,
    days_of,
    forbidden_by_one,
    on_front,
    ranked,
)
from porelight.planning.plan import Candidate, FrontCourse, Refusal, Searched, best_first, least_net
from porelight.planning.space import SettingSpace
from porelight.planning.tables import DeviceTable, session_table, table_error
from porelight.progress import Progress
from porelight.session.ensemble import PhysicsEnsemble
from porelight.tissue.skin import Skin
from porelight.units import um

_FINALISTS = 6  # courses simulated in full
_AHEAD = 2  # of them the best of all; then the best of each order of devices
_LEAST_USED = 0.1  # of a chance allowed: less tells nothing of how far a table is off
_ASKED_OF_NEIGHBOURS = 5  # courses from the first on; each is simulated on two more skins
_RELAXATIONS = 2  # courses beyond one limit that are simulated in full, to tell what it costs
_SHOWN = 60  # courses of the front that a plan keeps


@dataclass(frozen=True, slots=True)
class BeyondGrid:
    """Courses that a search found and the full engine bears out, and what it refused."""

    candidates: tuple[Candidate, ...]
    refused: tuple[Refusal, ...]
    searched: Searched


def beyond_grid(  # noqa: PLR0913  a plan's parts
    skin: Skin,
    grid: Sequence[tuple[str, Steps]],
    *,
    devices: Sequence[Device],
    physics: PhysicsEnsemble,
    start: CourseState,
    aim: OutcomeVariable,
    laws: Laws,
    n_settings: int,
    progress: Progress,
) -> BeyondGrid:
    """Return what a search of the continuous settings adds to a grid.

    Parameters
    ----------
    skin : Skin
        The skin that is treated.
    grid : sequence of tuple
        Courses of the grid, each with its label: the search begins with them.
    devices : sequence of Device
        Devices at hand; those not offered for this skin type are passed over.
    physics, start, aim, laws
        As in `porelight.planning.search.propose`.
    n_settings : int
        Courses to try.
    progress : callable
        Called with the share of the work done.
    """
    offered = [one for one in devices if skin.fitzpatrick <= one.fitzpatrick_darkest]
    tables: dict[str, DeviceTable] = {}
    for i, device in enumerate(offered):
        part = _part(progress, 0.6 * i / len(offered), 0.6 / len(offered))
        tables[device.key] = session_table(SettingSpace.of(device, skin.zone), physics, laws, part)
    if not tables:
        return BeyondGrid((), (), Searched(n_settings, 0, 0, (), (), ()))
    search = CourseSearch(skin, tables, start, aim, laws)
    tried = search.run(
        n_settings,
        [_as_tried(steps, tables) for _, steps in grid],
        start.settings.seed,
        _part(progress, 0.6, 0.3),
    )
    good = ranked(tried)
    waiting = _best_of_each_kind(good)
    kept: list[Candidate] = []
    refused: list[Refusal] = []
    forbidden: list[tuple[Candidate, LimitCheck]] = []  # in full, by one limit alone
    lines: list[str] = []
    off: dict[str, float] = {}  # chances in full over those by tables, the most seen
    for number in range(1, _FINALISTS + 1):
        one = next((one for one in waiting if _bears(one, off)), None)
        if one is None:
            break
        waiting.remove(one)
        label, steps = _in_full(skin, one, search, tables, physics)
        full = candidate(skin, label, steps, aim, start, laws)
        failed = [check for check in full.checks if not check.passed]
        lines.append(
            f"{label}: {100 * one.change:+.1f} % and {chance(one.hurt)} hurt by tables, "
            f"{100 * full.benefit.median:+.1f} % and {chance(full.hurt.chance)} in full"
        )
        if failed:
            reason = f"found by the search, refused in full: {binding(failed).reason}"
            refused.append(Refusal(label, reason))
            if len(failed) == 1:
                forbidden.append((full, failed[0]))
            for check in failed:
                ratio = check.used / max(one.used[check.limit], _LEAST_USED)
                off[check.limit] = max(off.get(check.limit, 1.0), ratio)
        else:
            kept.append(full)
        progress(0.9 + 0.1 * number / _FINALISTS)
    best_net = max((one.net for one in kept), default=least_net())
    beyond = [one for one in forbidden_by_one(tried).values() if one.net > best_net]
    for one in sorted(beyond, key=lambda one: -one.net)[:_RELAXATIONS]:
        label, steps = _in_full(skin, one, search, tables, physics)
        full = candidate(skin, label, steps, aim, start, laws)
        failed = [check for check in full.checks if not check.passed]
        if len(failed) == 1:
            forbidden.append((full, failed[0]))
    searched = Searched(
        asked=n_settings,
        tried=len(tried),
        kept=len(good),
        errors=tuple(_error(key, table, physics) for key, table in tables.items()),
        finalists=tuple(lines),
        relaxations=_relaxations(forbidden, kept),
        settings=tuple(table.space.told for table in tables.values()),
        front=tuple(_front_course(one, tables) for one in on_front(good)[:_SHOWN]),
        interrupted=search.interrupted,
    )
    return BeyondGrid(tuple(kept), tuple(refused), searched)


def proposed(
    candidates: Sequence[Candidate], fresh: FreshDraws, neighbours: Neighbours
) -> tuple[tuple[Candidate, ...], tuple[Refusal, ...]]:
    """Return candidates, best first, and those that did not stand a second look.

    Whatever comes out on top has kept the limits with draws that had no part in finding it. It is
    asked, too, what it would do to skin one type off, up to a number of courses; one that such skin
    would not bear stands after those that it would.
    """
    known = {one.label: one for one in candidates}
    looked_at: set[str] = set()
    asked: set[str] = set()
    refused: list[Refusal] = []
    while True:
        ranked_now = best_first(tuple(known.values()))
        top = ranked_now[0]
        if not top.sessions:
            return ranked_now, tuple(refused)
        if top.label not in looked_at:
            looked_at.add(top.label)
            found = fresh.asked(top)
            if isinstance(found, Refusal):
                refused.append(found)
                del known[top.label]
            else:
                known[top.label] = found
        elif top.label not in asked and len(asked) < _ASKED_OF_NEIGHBOURS:
            asked.add(top.label)
            known[top.label] = neighbours.asked(top)
        else:
            return ranked_now, tuple(refused)


def _part(progress: Progress, begin: float, whole: float) -> Progress:
    return lambda share: progress(begin + whole * share)


def _as_tried(steps: Steps, tables: dict[str, DeviceTable]) -> Proposal:
    """Return a course of the grid as the search would try it, on the nearest dials."""
    blocks = []
    for key in dict.fromkeys(one.device.key for _, one in steps):
        mine = [(day, one) for day, one in steps if one.device.key == key]
        device = mine[0][1].device
        blocks.append(
            block_of(tables[key].space, mine[0][1].exposure, len(mine), device.plan.interval)
        )
    return tuple(blocks)


def _best_of_each_kind(good: Sequence[Tried]) -> list[Tried]:
    """Return the two best, the best of each other order of devices, and then all others."""
    seen: set[tuple[str, ...]] = set()
    first: list[Tried] = []
    for place, one in enumerate(good):
        kind = tuple(block.device for block in one.course)
        if place < _AHEAD or kind not in seen:
            first.append(one)
        seen.add(kind)
    return [*first, *(one for one in good if one not in first)]


def _bears(one: Tried, off: Mapping[str, float]) -> bool:
    """Return whether a course keeps its limits where tables are as far off as was seen."""
    return all(used * off.get(limit, 1.0) <= 1.0 for limit, used in one.used.items())


def _words_of_course(course: Proposal, tables: Mapping[str, DeviceTable]) -> str:
    """Return a course in words: each device, its settings, and how often."""
    words = []
    for block in course:
        every = f" every {block.interval:g} days" if block.sessions > 1 else ""
        told = tables[block.device].space.words(dict(block.point))
        words.append(f"{block.sessions} x {told}{every}")
    return ", then ".join(words)


def _front_course(one: Tried, tables: Mapping[str, DeviceTable]) -> FrontCourse:
    return FrontCourse(
        label=_words_of_course(one.course, tables),
        change=one.change,
        better=one.better,
        worse=one.worse,
        hurt=one.hurt,
        darkened=one.darkened,
        downtime_days=one.downtime_days,
        chair_time=one.chair_time,
    )


def _in_full(
    skin: Skin,
    one: Tried,
    search: CourseSearch,
    tables: dict[str, DeviceTable],
    physics: PhysicsEnsemble,
) -> tuple[str, Steps]:
    """Return a course with its sessions as the full engine judges them."""
    judged = []
    for block in one.course:
        space = tables[block.device].space
        exposure = search.exposure(block)
        results = physics.treat(exposure)
        checks = session_checks(skin, exposure, results, search.settings)
        judged += block.sessions * [JudgedSession(space.device, exposure, checks, results)]
    steps = tuple(zip(days_of(one.course), judged, strict=True))
    return _words_of_course(one.course, tables), steps


def _error(key: str, table: DeviceTable, physics: PhysicsEnsemble) -> str:
    off = table_error(table, physics)
    quantity = f"wounds {off.wound / um:.1f} um" if table.ablating else f"felt {off.felt:.2f} K"
    return (
        f"{key}: table of {table.n_settings} settings; at {off.n_compared} others, simulated in "
        f"full, it is off by {quantity}, heat-shocked dermis {100 * off.heat_shocked:.2f} %, at "
        "most"
    )


def _relaxations(
    forbidden: Sequence[tuple[Candidate, LimitCheck]], kept: Sequence[Candidate]
) -> tuple[str, ...]:
    """Return what a little more of one chance would give: courses in full that it alone forbids."""
    best = best_first(kept)[0] if kept else None
    lines = []
    for one, check in sorted(forbidden, key=lambda both: -both[0].net):
        if check.used > RELAXED or (best is not None and one.net <= best.net):
            continue
        now = "nothing" if best is None else f"{100 * best.benefit.median:+.1f} %"
        lines.append(
            f"if the chance of {check.limit} might be {chance(check.chance)} in place of "
            f"{100 * check.allowed:.3g} %: {100 * one.benefit.median:+.1f} % in place of {now}, "
            f"by {one.label}"
        )
    return tuple(lines)
