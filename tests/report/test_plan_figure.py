import pytest

from porelight.report import palette
from porelight.report.pictures import plan_picture
from porelight.report.plan_figure import plan_figure


def test_courses_stand_where_their_numbers_say(plan_document):
    first, second = plan_document["plans"][:2]
    first |= {
        "painful_share": 0.05,
        "darkening_share": 0.02,
        "downtime_days": 0.0,
        "on_front": True,
    }
    second |= {
        "painful_share": 0.0,
        "darkening_share": 0.0,
        "downtime_days": 6.0,
        "on_front": False,
    }
    first["change"] = {"low": -0.2, "median": -0.1, "high": 0.0}
    plan_document["plans"] = [first, second]
    (axes,) = plan_figure(plan_document).axes
    marks = [line for line in axes.lines if line.get_marker() != "None"]
    assert marks[0].get_xdata()[0] == pytest.approx(7.0)
    assert marks[0].get_ydata()[0] == pytest.approx(-10.0)
    assert [one.get_marker() for one in marks] == ["o", "D"]
    assert marks[0].get_markerfacecolor() == palette.BLUE
    assert marks[1].get_markerfacecolor() == "white"
    assert [text.get_text() for text in axes.texts] == ["1"]
    assert plan_picture(plan_document).alt == "2 courses, 1 of them on the front."
