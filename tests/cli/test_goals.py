"""The goals of a plan on the command line are those of the registry of outcomes."""

import pytest

from porelight.cli.app import main
from porelight.course.outcome_registry import goals

SKIN = '[skin]\nzone = "cheek"\nfitzpatrick = 2\nage_years = 30\n'


def test_help_lists_every_goal(capsys):
    with pytest.raises(SystemExit, match="0"):
        main(["plan", "--help"])
    told = " ".join(capsys.readouterr().out.replace("\u2502", " ").split())
    assert f"What to improve: {', '.join(goals())}." in told


@pytest.mark.parametrize(
    ("goal", "hint"), [("rednes", "did you mean 'redness'?"), ("xyzzy", "known: acne-scars, ")]
)
def test_an_unknown_goal_is_one_line_before_anything_is_simulated(tmp_path, capsys, goal, hint):
    skin = tmp_path / "skin.toml"
    skin.write_text(SKIN)
    target = tmp_path / "plan.toml"
    with pytest.raises(SystemExit, match="2"):
        main(["plan", str(skin), "-o", str(target), "--goal", goal])
    error = capsys.readouterr().err.strip().splitlines()
    assert len(error) == 1
    assert f"no goal is called {goal!r}" in error[0]
    assert hint in error[0]
    assert not target.exists()
