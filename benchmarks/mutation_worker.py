"""A worker of the mutation run: it has everything loaded, and forks for each mutant.

    python benchmarks/mutation_worker.py COPY [TEST ...]

COPY is a throw-away copy of the checkout, whose files it may change. The tests named run once at
the start, so that the compiled kernels are in memory. Then it reads tasks from its input, one JSON
object a line, and answers each with one. Linux or macOS only, for it forks.
"""

import contextlib
import gc
import importlib
import json
import os
import pkgutil
import signal
import sys
import time
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from mutation_probes import KERNEL_ROOMS, Measuring, install

_ARGUMENTS = (
    *("-x", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=no", "--no-header"),
    # pytest's own plugins are in memory before it starts
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),
)
_PROFILE = "mutation"
_WAIT = 0.02  # s, between looks at a child
_ENDED = 1  # exit code of pytest when a test failed
_NOTHING_RUN = 5  # and when no test was selected


class Worker:
    """One copy of the checkout, and a process that has loaded what mutants do not change."""

    def __init__(self, root: Path, warm_up: Sequence[str]) -> None:
        self.root = root
        self._load(warm_up)

    def _load(self, warm_up: Sequence[str]) -> None:
        package = importlib.import_module("porelight")
        if not Path(str(package.__file__)).is_relative_to(self.root):
            raise SystemExit(f"porelight is imported from {package.__file__}, not from the copy")
        bare = set(vars(package))
        for room in KERNEL_ROOMS:
            folder = self.root / "src" / "porelight" / room
            for module in pkgutil.iter_modules([str(folder)]):
                importlib.import_module(f"porelight.{room}.{module.name}")
        self._kept = set(sys.modules)
        # the same examples for every mutant, and none refused because the machine is busy
        settings.register_profile(
            _PROFILE,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
        )
        # collecting imports every library that a test needs
        for arguments in (["--collect-only", "-qq", "tests"], list(warm_up)):
            if arguments and pytest.main([*_ARGUMENTS, "--tb=short", *arguments]) != 0:
                raise SystemExit(f"pytest {' '.join(arguments)} fails without any mutant")
        self._forget(self._kept)
        for name in set(vars(package)) - bare:
            if getattr(vars(package)[name], "__name__", "") not in self._kept:
                delattr(package, name)
        sys.dont_write_bytecode = True
        # what is old and stays is not looked through, or copied, by every child
        gc.collect()
        gc.freeze()

    def _forget(self, kept: set[str]) -> None:
        """Unload the package and the tests, but for some modules."""
        for name, module in list(sys.modules.items()):
            top = name.partition(".")[0]
            if top in {"porelight", "tests", "conftest"} and name not in kept:
                del sys.modules[name]
                parent, _, own = name.rpartition(".")
                if parent in sys.modules and vars(sys.modules[parent]).get(own) is module:
                    delattr(sys.modules[parent], own)

    def answer(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """Do one task in a child process."""
        if task["kind"] == "measure":
            return self._forked(lambda: self._measured(task["file"]), task["seconds"])
        path = self.root / "src" / "porelight" / task["path"]
        with written(path, task["source"]):
            return self._forked(lambda: self._tried(task), task["seconds"])

    def _forked(self, work: Callable[[], dict[str, Any]], seconds: float) -> dict[str, Any]:
        """Return what a child answers; it ends after so many seconds."""
        result = self.root / "answer.json"
        result.unlink(missing_ok=True)
        begin = time.monotonic()
        with warnings.catch_warnings():
            # the threads of the linear algebra library sleep while the fork is made
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            os.setsid()
            with (self.root / "child.log").open("w") as log:
                os.dup2(log.fileno(), 1)
                os.dup2(log.fileno(), 2)
            code = 1
            try:
                answer = work()
                result.write_text(json.dumps(answer), encoding="utf-8")
                code = 0
            finally:
                os._exit(code)
        status = self._ended(child, begin + seconds)
        taken = time.monotonic() - begin
        if status is None or (os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGPROF):
            return {"status": "timeout", "killer": "", "error": "timeout", "taken": taken}
        if not result.exists():
            end = os.waitstatus_to_exitcode(status)
            return {"status": "killed", "killer": "", "error": f"crash {end}", "taken": taken}
        return {**json.loads(result.read_text(encoding="utf-8")), "taken": taken}

    def _ended(self, child: int, until: float) -> int | None:
        """Return how a child ended, or None if it was ended."""
        status: int | None = None
        try:
            while status is None and time.monotonic() < until:
                found, code = os.waitpid(child, os.WNOHANG)
                if found:
                    status = code
                else:
                    time.sleep(_WAIT)
        finally:
            # also what the child may have started
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child, signal.SIGKILL)
            if status is None:
                os.waitpid(child, 0)
        return status

    def _tried(self, task: Mapping[str, Any]) -> dict[str, Any]:
        """Run the tests of a mutant, file by file, until one fails."""
        if _module_of(task["path"]) in self._kept:
            self._forget(set())
        for trial in task["trials"]:
            # time of this process, so that a busy machine kills nothing
            signal.setitimer(signal.ITIMER_PROF, trial["limit"])
            chosen = _Chosen(trial["names"])
            code = pytest.main(_arguments(trial["file"]), plugins=[chosen])
            if code not in (0, _NOTHING_RUN):
                error = chosen.error or f"pytest ended with {int(code)}"
                return {"status": "killed", "killer": chosen.killer, "error": error}
        return {"status": "survived", "killer": "", "error": ""}

    def _measured(self, file: str) -> dict[str, Any]:
        """Run all tests of a file, and tell which statements each of them reaches."""
        self._forget(set())
        measuring = Measuring(install(self.root / "src"))
        arguments = [one for one in _arguments(file) if one != "-x"]
        code = pytest.main(arguments, plugins=[measuring])
        if code not in (0, _ENDED, _NOTHING_RUN):
            return {"file": file, "status": "broken", "error": f"pytest ended with {int(code)}"}
        return {"file": file, "status": "measured", **measuring.result()}


def _module_of(path: str) -> str:
    """Return the module of a file of the package."""
    return ".".join(["porelight", *Path(path).with_suffix("").parts]).removesuffix(".__init__")


def _arguments(file: str) -> list[str]:
    return [*_ARGUMENTS, f"--hypothesis-profile={_PROFILE}", file]


@contextlib.contextmanager
def written(path: Path, source: str) -> Iterator[None]:
    """Put a mutant in the place of a file for a while."""
    original, about = path.read_bytes(), path.stat()
    try:
        path.write_text(source, encoding="utf-8")
        # bytecode is told from its source by the time: no mutant may share that of the original
        os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns + 10**10))
        yield
    finally:
        path.write_bytes(original)
        os.utime(path, ns=(about.st_atime_ns, about.st_mtime_ns))


class _Chosen:
    """A plugin that runs some tests of a file in a given order, and notes which one fails."""

    def __init__(self, names: Sequence[str]) -> None:
        self._order = {name: number for number, name in enumerate(names)}
        self.killer = ""
        self.error = ""

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the tests asked for."""
        kept = [one for one in items if one.nodeid in self._order]
        items[:] = sorted(kept, key=lambda one: self._order[one.nodeid])

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note the first failure, of a test or of a part of one."""
        if report.failed and not self.killer:
            self.killer = report.nodeid

    def pytest_exception_interact(self, call: pytest.CallInfo[object]) -> None:
        """Note the kind of its error."""
        if call.excinfo is not None and not self.error:
            self.error = call.excinfo.typename


def main() -> None:
    """Load, then answer tasks until the input ends."""
    root = Path(sys.argv[1]).resolve()
    os.chdir(root)
    # whatever a test prints must not be taken for an answer
    channel = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    worker = Worker(root, sys.argv[2:])
    print(json.dumps({"status": "ready"}), file=channel, flush=True)
    for line in sys.stdin:
        print(json.dumps(worker.answer(json.loads(line))), file=channel, flush=True)


if __name__ == "__main__":
    main()
