"""The tutorial notebooks run as they stand, hold nothing of the machine that wrote them."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

import porelight

TUTORIALS = sorted((Path(__file__).parents[2] / "docs" / "tutorials").glob("*.ipynb"))
# each command of porelight, and the public call that a tutorial shows in its place
CALLS = {
    "agreement": "agreement",
    "compare": "compare",
    "credibility": "credibility",
    "export": "export_outcome",
    "follow-up": "follow_up",
    "learn": "learn",
    "light fluence": "light_fluence",
    "light merge": "light_merge",
    "light paths": "light_paths",
    "light run": "light_run",
    "light sweep": "light_sweep",
    "measure": "measure",
    "plan": "plan",
    "preview": "preview",
    "reflectance": "reflectance",
    "report": "write_report",
    "sensitivity": "sensitivity",
    "session": "session_heat",
    "simulate": "forecast",
    "sweep": "sweep",
    "threshold": "threshold",
    "trial": "trial",
    "verify": "verify",
    "what-if": "what_if",
}


def cells(path: Path, kind: str) -> list[str]:
    notebook = nbformat.read(path, as_version=4)
    return [cell.source for cell in notebook.cells if cell.cell_type == kind]


def sockets(folder: Path) -> dict[str, str]:
    """Return how to talk to a kernel: by files where there are such, without ports or network."""
    return {"transport": "ipc", "ip": str(folder / "k")} if os.name == "posix" else {}


# runs each cell as a notebook would, in a process of its own, without a kernel's sockets
RUNNER = """
import json, sys, warnings
from IPython.core.interactiveshell import InteractiveShell

warnings.simplefilter("error")
shell = InteractiveShell.instance()
for cell in json.load(sys.stdin):
    shell.run_cell(cell, store_history=False).raise_error()
"""


@pytest.mark.slow
@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_runs_from_its_first_cell_to_its_last(path, tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", RUNNER],
        input=json.dumps(cells(path, "code")),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        timeout=600,
        env={**os.environ, "IPYTHONDIR": str(tmp_path / "ipython"), "MPLBACKEND": "agg"},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "Traceback" not in done.stdout
    assert [entry.name for entry in tmp_path.iterdir()] in ([], ["ipython"])


@pytest.mark.parametrize("path", TUTORIALS, ids=lambda path: path.stem)
def test_a_tutorial_holds_no_output_and_nothing_of_a_machine(path):
    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            assert cell.outputs == []
            assert cell.execution_count is None
        assert not cell.metadata
    assert dict(notebook.metadata.kernelspec)["name"] == "python3"
    assert "version" not in notebook.metadata.language_info
    assert not re.search(r"/home/|/root/|/tmp/|/Users/|[A-Z]:\\\\", path.read_text("utf-8"))


def test_every_command_has_its_call_in_a_tutorial_beside_its_name():
    code = "\n".join(text for path in TUTORIALS for text in cells(path, "code"))
    words = "\n".join(text for path in TUTORIALS for text in cells(path, "markdown"))
    for command, call in CALLS.items():
        assert call in porelight.__all__
        assert f"pl.{call}(" in code, call
        assert f"`porelight {command}" in words, command


def test_no_command_is_without_a_call():
    from porelight.cli.app import app  # noqa: PLC0415

    # what prints files to start from, downloads, shows the product, exchanges light cases, or keeps
    # the records of a study (docs/studies.md)
    others = {"cache", "config", "demo", "marker", "models", "light", "rerun", "store", "study"}
    named = {name for name in app if not name.startswith("-")}
    assert named - others == {name for name in CALLS if not name.startswith("light ")}
