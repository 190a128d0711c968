import base64
import threading

import matplotlib as mpl
import numpy as np

from porelight.report.drawing import band, data_uri, depth_axis, drawing, new_figure, nice_levels


def _figure():
    with drawing():
        figure = new_figure(1.0, 2.0)
        figure.subplots().plot([0.0, 1.0], [0.0, 1.0], label="<script>")
    return figure


def test_equal_figures_give_equal_pictures():
    assert data_uri(_figure()) == data_uri(_figure())


def test_a_picture_is_an_svg_without_date_or_script():
    head, _, body = data_uri(_figure()).partition(",")
    svg = base64.b64decode(body).decode()
    assert head == "data:image/svg+xml;base64"
    assert "<dc:date>" not in svg
    assert "<script" not in svg


def test_drawing_leaves_the_settings_of_the_user_alone():
    with mpl.rc_context({"font.size": 31.0}):
        with drawing():
            assert mpl.rcParams["font.size"] == 8.5
        assert mpl.rcParams["font.size"] == 31.0


def test_settings_of_the_user_do_not_change_a_picture():
    plain = data_uri(_figure())
    with mpl.rc_context({"axes.facecolor": "black", "lines.marker": "x"}):
        assert data_uri(_figure()) == plain


def test_a_second_thread_waits_for_its_turn():
    seen = []
    with drawing():
        other = threading.Thread(target=lambda: seen.append(data_uri(_figure())))
        other.start()
        other.join(timeout=0.2)
        assert other.is_alive()
    other.join()
    assert len(seen) == 1


def test_band_shows_median_and_both_intervals():
    draws = np.linspace(0.0, 1.0, 101)[:, None] * np.ones(3)
    with drawing():
        axes = new_figure(1.0).subplots()
        band(axes, np.arange(3.0), draws, "k", "median")
    np.testing.assert_allclose(axes.lines[0].get_ydata(), 0.5)
    edges = [np.unique(one.get_paths()[0].vertices[:, 1].round(12)) for one in axes.collections]
    np.testing.assert_allclose([edges[0][[0, -1]], edges[1][[0, -1]]], [[0.05, 0.95], [0.25, 0.75]])


def test_depth_grows_downwards_in_microns_then_millimetres():
    with drawing():
        axes = new_figure(2.0).subplots()
        depth_axis(axes)
        texts = [axes.yaxis.get_major_formatter()(tick, 0) for tick in axes.get_yticks()]
    assert axes.get_ylim()[0] > axes.get_ylim()[1]
    assert texts[0] == "2 \u00b5m"
    assert texts[-1] == "5 mm"


def test_levels_lie_inside_and_are_few():
    assert nice_levels(33.2, 37.9, (1.0, 2.0)) == [34.0, 35.0, 36.0, 37.0]
    assert nice_levels(33.2, 43.9, (1.0, 2.0)) == [34.0, 36.0, 38.0, 40.0, 42.0]
    assert nice_levels(33.0, 33.0, (1.0, 2.0)) == []
