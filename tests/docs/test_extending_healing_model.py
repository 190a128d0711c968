"""The page about a healing model of one's own holds, from outside the package and in a copy."""

import numpy as np
import pytest

PAGE = "docs/extending/healing_model.md"
IN_COPY = """
import porelight as pl

skin = pl.Skin.typical(zone="cheek", fitzpatrick=3, age=60.0)
course = pl.Course(skin, [pl.pearl().on_day(0.0)])
small = pl.EnsembleSettings(draws=40, members=2, photons=2000)
print(pl.forecast(course, small, last_day=84.0).outcome.changes("collagen").tolist())
"""


@pytest.mark.slow
def test_the_page_runs_and_two_files_of_the_package_do_the_same(page, tmp_path, package, in_copy):
    names = page(PAGE).run(tmp_path)
    touched = page(PAGE).change(package)
    assert touched == ["data/tissue/healing.toml", "course/healing_weeks.py"]
    outside = names["pl"].forecast(
        names["course"], names["small"], last_day=84.0, laws=names["laws"]
    )
    inside = np.array(eval(in_copy("-c", IN_COPY)))  # noqa: S307
    np.testing.assert_allclose(inside, outside.outcome.changes("collagen"), rtol=1e-10)
