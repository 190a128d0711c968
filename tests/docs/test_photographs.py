"""The Python of the page about photographs runs on photographs of virtual skin."""

import math

import numpy as np
import pytest
from PIL import Image

from porelight.render.camera import Camera
from porelight.render.look import SkinLook
from porelight.render.shading import Illumination
from porelight.render.skin import render_skin

RATIO = 0.85


@pytest.fixture
def photographs(tmp_path):
    """Write two visits, the pores of the second narrower."""
    diameter = np.clip(
        4.0e-4 * np.exp(0.25 * np.random.default_rng(5).standard_normal(150)), 2e-4, 8e-4
    )
    for name, ratio, frame in (("before", 1.0, 0), ("after", RATIO, 2)):
        skin = render_skin(
            diameter,
            ratio=ratio,
            look=SkinLook(pore_depth=0.38, pore_depth_spread=0.15),
            light=Illumination(azimuth=math.radians(-100.0 + 8.0 * frame)),
            camera=Camera(frame=frame),
            size=(0.018, 0.018),
            seed=5,
        )
        Image.fromarray(skin.pixels).save(tmp_path / f"{name}.png")
    return tmp_path


@pytest.mark.slow
def test_the_page_about_photographs_runs(page, photographs):
    names = page("docs/photographs.md").run(photographs)
    change = names["change"].diameter.ratio
    assert names["narrower"] == change.value - 1.0
    assert change.low < RATIO < change.high
    assert names["shown"].predicted == 0.9
    written = {path.relative_to(photographs).as_posix() for path in photographs.glob("*/*.*")}
    assert {"measured/pores.csv", "measured/summary.json", "change/change.png"} <= written
    assert (photographs / "preview.png").is_file()
