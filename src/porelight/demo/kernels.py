"""The kernels of a session, compiled beside the first acts.

The first run on a computer compiles every kernel, one at a time, and keeps it. The demonstration
loads its libraries and tells two acts before the first session, so a process of its own compiles
the kernels of the sessions meanwhile, on another processor, and keeps them where this process will
look. Where they are kept already, it ends at once. No number depends on it: whichever process
compiles a kernel, it is the same.
"""

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from porelight.threads import available_threads

LONGEST = 120.0  # s, after which the sessions do without what the other process has not compiled
_FEW = 64  # photons and pulses: what is compiled does not depend on their number


@contextmanager
def compiled_meanwhile() -> Iterator[Callable[[], None]]:
    """Compile the kernels of a session in another process, where there is a processor for it.

    Yields
    ------
    callable
        Call it before the first session: it returns once the other process has ended. Whatever that
        process could not do is compiled when it is needed.
    """
    if available_threads() < 2:
        yield lambda: None
        return
    other = subprocess.Popen(
        [sys.executable, "-m", "porelight.demo.kernels"],
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


def compile_sessions() -> None:
    """Treat a skin with both devices, so that every kernel of a session is compiled and kept.

    Nothing is done where the longest of them, which adds up the pulses of a session, is kept.
    """
    # here, and without the weeks, so that the processes start to work at once
    from porelight._jit import is_kept  # noqa: PLC0415
    from porelight.heat._scan_kernel import add_pulses  # noqa: PLC0415

    if is_kept(add_pulses):
        return
    from porelight.laser.devices import laser_genesis, pearl  # noqa: PLC0415
    from porelight.session.ensemble import PhysicsEnsemble  # noqa: PLC0415
    from porelight.tissue.skin import Skin  # noqa: PLC0415

    physics = PhysicsEnsemble(Skin.typical("cheek", 3, 35.0), ({},), _FEW, seed=1)
    for exposure in (laser_genesis(n_pulses=_FEW), pearl()):
        physics.treat_member(exposure, 0)


if __name__ == "__main__":
    compile_sessions()
