"""The first use on a computer: kernels compiled by a second process, beside what goes on.

The first run on a computer compiles every kernel, one at a time, and keeps it. Where there is a
second processor, a process of its own compiles those that are needed late while this one begins,
and keeps them where this one will look. No number depends on it: whichever process compiles a
kernel, it is the same.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from porelight.threads import available_threads

if TYPE_CHECKING:
    from porelight.laser.exposure import Exposure
    from porelight.session.result import SessionResult

LONGEST = 120.0  # s, after which a session does without what the other process has not compiled
# from what is needed last to what is needed first, so that two processes meet in the middle
SESSIONS, COURSE = ("laser-genesis", "pearl"), ("pearl", "weeks", "laser-genesis")
_FEW = 64  # photons and pulses: what is compiled does not depend on their number


@contextmanager
def compiled_meanwhile(what: tuple[str, ...] = COURSE) -> Iterator[Callable[[], None]]:
    """Compile kernels in another process, where they are not kept and there is a processor for it.

    Parameters
    ----------
    what : tuple of str
        Keys of devices, whose sessions are compiled for, and "weeks".

    Yields
    ------
    callable
        Returns once the other process has ended, for who would rather wait than compile the same.
        Whatever that process could not do is compiled when it is needed.
    """
    if available_threads() < 2 or is_compiled(what):
        yield lambda: None
        return
    other = subprocess.Popen(  # noqa: S603  this very program
        [sys.executable, "-m", "porelight.first_use", *what],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )

    def finish() -> None:
        try:
            other.wait(LONGEST)
        except subprocess.TimeoutExpired:
            other.kill()

    try:
        yield finish
    finally:
        other.kill()  # nothing happens where it has ended
        other.wait()


def is_compiled(what: tuple[str, ...] = COURSE) -> bool:
    """Return whether the longest kernel of each part is kept."""
    # here, so that a process that is asked for little loads little
    from porelight._jit import is_kept  # noqa: PLC0415

    kept = {}
    if "laser-genesis" in what:
        from porelight.heat._scan_kernel import add_pulses  # noqa: PLC0415

        kept["laser-genesis"] = is_kept(add_pulses)
    if "pearl" in what:
        from porelight.heat._ablation_steps import advance  # noqa: PLC0415

        kept["pearl"] = is_kept(advance)
    if "weeks" in what:
        from porelight.mechanics._mixture_kernel import turn_over  # noqa: PLC0415

        kept["weeks"] = is_kept(turn_over)
    return all(kept[one] for one in what)


def compile_parts(what: tuple[str, ...]) -> None:
    """Do a little of each part, so that its kernels are compiled and kept.

    Nothing is done for a part whose longest kernel is kept.
    """
    for part in what:
        if is_compiled((part,)):
            continue
        if part == "weeks":
            _follow_weeks()
        else:
            _treat(part)


def _treat(key: str) -> "tuple[Exposure, SessionResult]":
    """Return a session of a device, and what it does to a skin."""
    from porelight.laser.devices import device  # noqa: PLC0415
    from porelight.session.ensemble import PhysicsEnsemble  # noqa: PLC0415
    from porelight.tissue.skin import Skin  # noqa: PLC0415

    one = device(key)
    exposure = one.exposure(n_pulses=_FEW) if one.sets_pulses else one.exposure()
    physics = PhysicsEnsemble(Skin.typical("cheek", 3, 35.0), ({},), _FEW, seed=1)
    return exposure, physics.treat_member(exposure, 0)


def _follow_weeks() -> None:
    """Follow the weeks after a session of Pearl."""
    from porelight.course.course import Course  # noqa: PLC0415
    from porelight.course.settings import EnsembleSettings  # noqa: PLC0415
    from porelight.course.simulation import advance, begin  # noqa: PLC0415
    from porelight.tissue.skin import Skin  # noqa: PLC0415

    exposure, result = _treat("pearl")
    skin, settings = Skin.typical("cheek", 3, 35.0), EnsembleSettings(draws=_FEW, members=1)
    course = Course(skin, (exposure.on_day(0.0),))
    advance(begin(skin, settings), course, [28.0, 84.0], results=((result,),))


if __name__ == "__main__":
    compile_parts(tuple(sys.argv[1:]))
