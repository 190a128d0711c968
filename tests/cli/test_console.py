"""What commands show while they work."""

import io
import sys

import pytest

from porelight.cli.app import main
from porelight.cli.console import progress_bar
from porelight.files.light_examples import EXAMPLE_LAYERS


def test_a_bar_that_nobody_sees_prints_nothing(capsys):
    with progress_bar("working", quiet=False) as progress:
        progress(0.5)
    with progress_bar("working", quiet=True) as progress:
        progress(0.5)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_letters_that_a_terminal_lacks_are_shown_as_codes(tmp_path, monkeypatch, encoding):
    case = tmp_path / "case.toml"
    case.write_text(EXAMPLE_LAYERS, encoding="utf-8")
    shown = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding=encoding))
    target = tmp_path / "\u0141\u00f3d\u017a.json"

    with pytest.raises(SystemExit) as left:
        main(["light", "export", str(case), "-o", str(target), "--width-mm", "2",
              "--voxel-mm", "0.5"])  # fmt: skip

    assert not left.value.code
    assert target.exists()
    assert b"written: " in shown.getvalue()
    assert b"\\u0141" in shown.getvalue()


def test_long_work_without_a_terminal_tells_once_a_minute_how_far_it_is(capsys, monkeypatch):
    times = iter([0.0, 59.0, 60.0, 60.0, 119.0])
    monkeypatch.setattr("porelight.cli.console.monotonic", lambda: next(times))
    with progress_bar("comparing", quiet=False) as progress:
        for fraction in (0.1, 0.25, 0.5):
            progress(fraction)
    assert capsys.readouterr().err == "porelight: comparing: 25 %\n"
