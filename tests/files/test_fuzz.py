"""Claims about three thousand damaged files: each is read, or refused in one line.

The damage is decided by a seed, so a failure can be looked at again; `benchmarks/fuzz_files.py`
looks for an hour, guided by the lines that it reaches.
"""

import runpy
import traceback
from pathlib import Path

import fuzz_damage as damage
import fuzz_kinds as kinds
import numpy as np
import pytest

from porelight.errors import PorelightError
from porelight.files.light_case import read_light_case
from porelight.files.light_runs import save_light_run
from porelight.files.outcomes import save_outcome
from porelight.light.run import begun, growing

CASES = 130  # of each kind of text, so that there are 3,000
NETCDF_CASES = {"outcome": 25, "run of photons": 50}
FEW = 10


def faults(kind, path, make, cases):
    """Return what went wrong in which case: anything but a refusal in one line."""
    found = []
    for case in cases:
        make(np.random.default_rng([11, case]))
        try:
            kind.read(path)
        except PorelightError as problem:
            # several mistakes in a table have a line each, with the file in front
            _, *more = str(problem).split("\n")
            if not all(line.startswith(f"{path}: ") for line in more):
                found.append((case, str(problem)))
        except Exception as problem:  # what is looked for
            where = traceback.extract_tb(problem.__traceback__)[-1]
            found.append((case, f"{type(problem).__name__}: {problem} in {where.name}"))
    return found


def text_faults(name, folder, cases):
    kind = kinds.KINDS[name]
    path = kind.made(folder)
    good = path.read_bytes()

    def make(random):
        path.write_bytes(damage.damaged(good, kind.form, random))

    return faults(kind, path, make, cases)


@pytest.mark.parametrize("name", kinds.KINDS)
def test_a_few_damaged_files_of_each_kind_are_read_or_refused_in_one_line(tmp_path, name):
    assert text_faults(name, tmp_path, range(FEW)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", kinds.KINDS)
def test_many_damaged_files_are_read_or_refused_in_one_line(tmp_path, name):
    assert text_faults(name, tmp_path, range(FEW, FEW + CASES)) == []


def outcome(path):
    shaped = runpy.run_path(str(Path(__file__).parents[1] / "report" / "conftest.py"))
    save_outcome(shaped["build"](), path)


def run_of_photons(path):
    kinds.text(kinds.LIGHT)(path.with_suffix(".toml"))
    case = read_light_case(path.with_suffix(".toml"))
    setup = case.setup()
    run = begun(setup.scene, seed=1, tally_regions=setup.tally_regions, photons_per_batch=40)
    grown = next(one for one in growing(run) if one.averages.n_batches == 3)
    save_light_run(grown, case, path)


@pytest.mark.usefixtures("frozen_heap")
@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "write"), [("outcome", outcome), ("run of photons", run_of_photons)]
)
def test_damaged_netcdf_files_are_read_or_refused_in_one_line(tmp_path, name, write, capfd):
    good, path = tmp_path / "good.nc", tmp_path / "bad.nc"
    write(good)
    found = faults(
        kinds.COMPUTED[name],
        path,
        lambda random: damage.damaged_netcdf(good, path, random),
        range(NETCDF_CASES[name]),
    )
    assert found == []
    # libraries print what they could not raise, when they drop what they could not open
    assert "Traceback" not in capfd.readouterr().err


@pytest.mark.slow
def test_the_good_files_are_read(tmp_path):
    for name, kind in kinds.KINDS.items():
        folder = tmp_path / name
        folder.mkdir()
        kind.read(kind.made(folder))
