"""The script of the README does what it says, on a photograph of the kind that it names."""

import re
from pathlib import Path

import pytest
from PIL import Image

import porelight as pl
from porelight.render.phantom import phantom

README = Path(__file__).parents[2] / "README.md"


@pytest.mark.slow
def test_the_script_of_the_readme_runs(tmp_path, monkeypatch, capsys):
    script = re.search(r"```python\n(.+?)```", README.read_text(encoding="utf-8"), re.DOTALL)
    assert script is not None
    Image.fromarray(phantom(7).pixels).save(tmp_path / "nose.png")
    monkeypatch.chdir(tmp_path)
    usual = pl.forecast
    small = pl.EnsembleSettings(draws=32, members=1, photons=1000)
    monkeypatch.setitem(vars(pl), "forecast", lambda course: usual(course, small))
    exec(compile(script.group(1), "README.md", "exec"), {})  # noqa: S102  our own text
    printed = capsys.readouterr().out
    assert re.fullmatch(r"pore area .+ % \(.+ to .+\), day 84\n", printed)
