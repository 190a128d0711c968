"""The page about a damage law of one's own holds, from outside the package and inside a copy."""

import numpy as np
import pytest

PAGE = "docs/extending/damage_law.md"
IN_COPY = """
import numpy as np
from porelight.session.injury_law import library_injury

held = np.full((2, 1), 348.15)
injury = library_injury(np.array([0.0, 1e-3]), held, {}, resting=310.15)
print(repr(float(injury.killed[0])))
"""


@pytest.mark.slow
def test_the_page_runs_from_outside_the_package_and_prints_what_it_says(page, tmp_path):
    names = page(PAGE).run(tmp_path)
    held = np.full((2, 1), 348.15)
    own = names["one_channel"](np.array([0.0, 1e-3]), held, {}, resting=310.15)
    rate = 1.43e72 * np.exp(-55_000.0 / 348.15)  # far above the rate at rest
    np.testing.assert_allclose(own.killed, 1.0 - np.exp(-1e-3 * rate), rtol=1e-6)


@pytest.mark.slow
def test_two_files_of_the_package_make_it_the_law_of_the_library(page, package, in_copy):
    touched = page(PAGE).change(package)
    assert touched == ["data/tissue/injury.toml", "injury/field.py"]
    rate = 1.43e72 * np.exp(-55_000.0 / 348.15)
    np.testing.assert_allclose(float(in_copy("-c", IN_COPY)), 1.0 - np.exp(-1e-3 * rate), rtol=1e-4)
