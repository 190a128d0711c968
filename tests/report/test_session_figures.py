import numpy as np

from porelight.course.outcome import Outcome
from porelight.report.drawing import data_uri
from porelight.report.session_figures import session_figure


def _lines(axes):
    return {line.get_label(): line for line in axes.lines}


def test_profile_is_the_median_of_the_members(outcome):
    _, profile, _, *_ = session_figure(outcome, 0).axes
    highest = _lines(profile)["highest"]
    expected = outcome["peak_temperature"].isel(session=0).median("member").to_numpy() - 273.15
    np.testing.assert_allclose(highest.get_xdata(), expected)
    np.testing.assert_allclose(highest.get_ydata(), outcome["depth"].to_numpy())


def test_profile_spans_all_members(outcome):
    _, profile, _, *_ = session_figure(outcome, 0).axes
    highest = profile.collections[1].get_paths()[0].vertices[:, 0]
    members = outcome["peak_temperature"].isel(session=0).to_numpy() - 273.15
    np.testing.assert_allclose([highest.min(), highest.max()], [members.min(), members.max()])


def test_picture_holds_every_temperature_of_a_warming_session(outcome):
    picture = session_figure(outcome, 0).axes[0]
    celsius = outcome["session_temperature"].isel(session=0).to_numpy() - 273.15
    np.testing.assert_allclose(picture.collections[0].get_array(), celsius.T)
    assert picture.get_xlabel() == "time since the session began [min]"
    assert picture.get_xscale() == "linear"


def test_a_clock_over_decades_is_drawn_in_decades(outcome):
    picture = session_figure(outcome, 2).axes[0]
    assert picture.get_xscale() == "log"
    assert picture.get_xlabel() == "time since the session began [ms]"


def test_injuries_that_did_not_happen_are_named(outcome):
    injury = session_figure(outcome, 0).axes[2]
    told = [text.get_text() for text in injury.get_legend().get_texts()]
    assert told[-3:] == ["no tissue removed", "no collagen denatured", "no blood coagulated"]
    most = 100.0 * outcome["killed"].isel(session=0).max()
    assert told[0] == f"cells killed, \u2264 {float(most):.2f} %"


def test_removed_tissue_reaches_to_the_median_depth(outcome):
    injury = session_figure(outcome, 2).axes[2]
    assert "tissue removed" in [text.get_text() for text in injury.get_legend().get_texts()]
    depth = float(outcome["ablated_depth"].isel(session=2).median())
    assert any(np.allclose(line.get_ydata(), depth) for line in injury.lines)


def test_a_session_without_light_can_be_drawn(outcome):
    cold = Outcome(outcome.dataset.copy(deep=True))
    cold["session_temperature"][:] = 306.0
    cold["peak_temperature"][:] = 306.0
    cold["final_temperature"][:] = 306.0
    for name in ("killed", "heat_shocked", "denatured", "ablated_depth"):
        cold[name][:] = 0.0
    data_uri(session_figure(cold, 0))
