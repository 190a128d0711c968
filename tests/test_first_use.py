"""The process that compiles for the sessions: enough, in vain without harm, and gone at the end."""

import subprocess
import sys

import pytest

from porelight import first_use

usual = subprocess.Popen

# after `compile_parts`, sessions and weeks must bring no new form of any kernel
COMPARED = """
import importlib, pkgutil
import porelight.healing, porelight.heat, porelight.injury, porelight.light, porelight.mechanics
from porelight import first_use

ROOMS = porelight.healing, porelight.heat, porelight.injury, porelight.light, porelight.mechanics

def forms():
    found = {}
    for room in ROOMS:
        for one in pkgutil.iter_modules(room.__path__):
            module = importlib.import_module(f"{room.__name__}.{one.name}")
            for name, value in vars(module).items():
                if hasattr(value, "signatures"):
                    found[module.__name__, name] = set(value.signatures)
    return found

import porelight._jit as jit
jit.is_kept = lambda kernel: False
first_use.compile_parts(first_use.COURSE)
before = forms()
from porelight.laser.devices import laser_genesis, pearl
from porelight.session.ensemble import PhysicsEnsemble
from porelight.tissue.skin import Skin
physics = PhysicsEnsemble(Skin.typical("cheek", 6, 35.0, oiliness="oily"), ({},), 2000, 1)
for exposure in (laser_genesis(), pearl(), laser_genesis(radiant_exposure=0.0)):
    physics.treat_member(exposure, 0)
from porelight.course.course import Course
from porelight.course.settings import EnsembleSettings
from porelight.course.simulation import advance, begin
skin, few = Skin.typical("nose", 2, 50.0), EnsembleSettings(draws=20, members=2, photons=2000)
sessions = (pearl().on_day(0.0), laser_genesis().on_day(30.0))
advance(begin(skin, few), Course(skin, sessions), [30.0, 60.0, 114.0])
after = forms()
print(sum(map(len, before.values())), [name for name in after if after[name] - before[name]])
"""


@pytest.mark.slow
def test_sessions_need_no_kernel_beyond_those_compiled_beside_the_acts():
    run = subprocess.run(
        [sys.executable, "-c", COMPARED], capture_output=True, text=True, check=True, timeout=300
    )
    compiled, missing = run.stdout.strip().split(" ", 1)
    assert int(compiled) > 10
    assert missing == "[]"


def command(monkeypatch, program):
    """Put a program of the test in the place of the one that compiles; return who was started."""
    started = []

    def popen(_, **options):
        started.append(usual([sys.executable, "-c", program], **options))
        return started[-1]

    monkeypatch.setattr(first_use.subprocess, "Popen", popen)
    monkeypatch.setattr(first_use, "available_threads", lambda: 2)
    monkeypatch.setattr(first_use, "is_compiled", lambda what: False)
    return started


def test_sessions_wait_until_the_other_process_has_ended(monkeypatch, tmp_path):
    done = tmp_path / "done"
    program = f"import time, pathlib; time.sleep(0.5); pathlib.Path({str(done)!r}).touch()"
    command(monkeypatch, program)
    with first_use.compiled_meanwhile() as sessions_compiled:
        sessions_compiled()
        assert done.exists()


def test_a_process_that_fails_or_hangs_keeps_nobody_from_going_on(monkeypatch):
    monkeypatch.setattr(first_use, "LONGEST", 0.2)
    for program in ("raise SystemExit(1)", "import time; time.sleep(600)"):
        started = command(monkeypatch, program)
        with first_use.compiled_meanwhile() as sessions_compiled:
            sessions_compiled()
        assert started[0].poll() is not None


def test_no_process_outlives_a_demonstration_that_ends_early(monkeypatch):
    started = command(monkeypatch, "import time; time.sleep(600)")
    with pytest.raises(KeyboardInterrupt), first_use.compiled_meanwhile():
        raise KeyboardInterrupt
    assert started[0].poll() is not None


def test_a_single_processor_compiles_by_itself(monkeypatch):
    started = command(monkeypatch, "pass")
    monkeypatch.setattr(first_use, "available_threads", lambda: 1)
    with first_use.compiled_meanwhile() as sessions_compiled:
        sessions_compiled()
    assert started == []
