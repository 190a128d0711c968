"""Every example of the documentation runs and ends in a figure."""

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

EXAMPLES = sorted((Path(__file__).parents[2] / "docs" / "examples").glob("*.py"))


def test_there_are_examples():
    assert EXAMPLES


@pytest.mark.slow
@pytest.mark.parametrize("example", EXAMPLES, ids=lambda path: path.stem)
def test_example_ends_in_a_figure(example, tmp_path):
    subprocess.run([sys.executable, example], cwd=tmp_path, check=True, timeout=120)
    figures = list(tmp_path.glob("*.png"))
    assert figures
    with Image.open(figures[0]) as picture:
        assert min(picture.size) > 200
