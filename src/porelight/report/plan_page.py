"""One self-contained page of a plan: trade-offs, the front, which limit binds, what others give."""

from collections.abc import Mapping, Sequence
from typing import Any

from porelight import __version__
from porelight.course.value_text import chance
from porelight.data.library import fingerprint
from porelight.files.kinds import ResultKind, names_porelight
from porelight.report.drawing import data_uri
from porelight.report.environment import environment
from porelight.report.formatting import change
from porelight.report.plan_figure import trade_off_figure
from porelight.report.tables import Rows, check_rows, plan_rows, refusal_rows
from porelight.tissue.person import roman

PLAN_PAGE = ResultKind("a plan's page", (".html", ".htm"), names_porelight('content="porelight '))
_SHOWN = 12  # rows of each table; the plan's own file holds all of them


def plan_page(document: Mapping[str, Any]) -> str:
    """Return the page of a plan as text.

    Parameters
    ----------
    document : mapping
        JSON form of a plan, see `porelight.files.plans.plan_document`.
    """
    skin, best = document["skin"], document["plans"][0]
    # where nothing is done, the next course shows what stands against it
    judged = next((one for one in document["plans"] if one["checks"]), best)
    search = document.get("search") or {}
    figure = trade_off_figure(document)
    caption = (
        "What each course brings against what it costs. Stars: the course that is chosen. Squares: "
        "courses simulated in full, filled where no other is as good in everything. Dots: the "
        "front of the search, as its tables tell it."
    )
    rows = plan_rows(document)
    # a course that the picture shows as one to weigh is in the table, too
    shown = [row for i, row in enumerate(rows) if i < _SHOWN or row["on the front"] == "yes"]
    return (
        environment()
        .get_template("plan.html.j2")
        .render(
            skin=(
                f"{skin['zone']}, Fitzpatrick type {roman(skin['fitzpatrick'])}, "
                f"{float(skin['age_years']):g} years"
            ),
            goal=str(document["goal"]).replace("-", " "),
            verdict=str(document["verdict"]),
            chart={"uri": data_uri(figure), "alt": caption, "caption": caption},
            rows=shown,
            more=len(rows) - len(shown),
            front=front_rows(search)[:_SHOWN],
            checks=check_rows(judged),
            judged=str(judged["label"]),
            neighbours=[str(one) for one in best.get("neighbours", ())],
            relaxations=[str(one) for one in search.get("relaxations", ())],
            settings=[str(one) for one in search.get("settings", ())],
            finalists=[str(one) for one in search.get("finalists", ())],
            errors=[str(one) for one in search.get("errors", ())],
            tried=search.get("tried", 0),
            kept=search.get("kept", 0),
            refused=refusal_rows(document)[:_SHOWN],
            safety=[str(one) for one in document["safety"]],
            provenance={"version": __version__, "fingerprint": fingerprint()},
            seed=document["seed"],
        )
    )


def front_rows(search: Mapping[str, Any]) -> Rows:
    """Return the front of a search, best first, as its tables tell it.

    Parameters
    ----------
    search : mapping
        What a plan's JSON says of its search; empty if there was none.
    """
    front: Sequence[Mapping[str, Any]] = search.get("front", ())
    return [
        {
            "course": str(one["label"]),
            "change": change(float(one["change"])),
            "people better": chance(float(one["better_share"])),
            "people hurt": chance(float(one["painful_share"])),
            "people darkened": chance(float(one["darkening_share"])),
            "days with a dressing": f"{float(one['downtime_days']):.0f}",
            "minutes in the chair": f"{float(one['chair_minutes']):.0f}",
        }
        for one in front
    ]
