"""Which statements of the package a test runs, measured by statements that report themselves."""

import ast
import builtins
import importlib.abc
import importlib.machinery
import importlib.util
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

import pytest
from mutation_mutant import place_of

# these rooms hold the compiled kernels; nothing of the glue is imported by them
KERNEL_ROOMS = ("light", "heat")
_HITS = "_mutation_hits"


def install(source: Path) -> set[str]:
    """Have every statement of the package report itself when it runs.

    Parameters
    ----------
    source : Path
        The folder that holds the package.

    Returns
    -------
    set of str
        Statements as `place_of` names them; those that run are added to it.
    """
    hits: set[str] = set()
    setattr(builtins, _HITS, hits)
    sys.meta_path.insert(0, _ProbeFinder(source))
    return hits


class _ProbeFinder(importlib.abc.MetaPathFinder):
    """Finds modules of the package, and has every statement of their functions report itself."""

    def __init__(self, source: Path) -> None:
        self._source = source

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """Return how to load a module of the package that holds no kernels."""
        parts = fullname.split(".")
        if parts[0] != "porelight" or (len(parts) > 1 and parts[1] in KERNEL_ROOMS):
            return None
        file = self._source.joinpath(*parts)
        folder = [str(file)] if file.is_dir() else None
        file = file / "__init__.py" if folder else file.with_suffix(".py")
        return importlib.util.spec_from_file_location(
            fullname,
            file,
            loader=_ProbeLoader(fullname, str(file)),
            submodule_search_locations=folder,
        )


class _ProbeLoader(importlib.machinery.SourceFileLoader):
    """Loads a module with a report before every statement of its functions."""

    def get_code(self, fullname: str) -> CodeType:
        """Return the code with its reports, never from a cache."""
        path = Path(self.get_filename(fullname))
        name = path.relative_to(_package_of(path)).as_posix()
        tree = ast.parse(path.read_bytes())
        _probe(tree, name, inside=False)
        return compile(tree, str(path), "exec", dont_inherit=True)


def _package_of(path: Path) -> Path:
    return next(one for one in path.parents if one.name == "porelight" and one.parent.name == "src")


def _probe(node: ast.AST, name: str, *, inside: bool) -> None:
    """Put a report before each statement inside a function."""
    within = inside or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    for child in ast.iter_child_nodes(node):
        _probe(child, name, inside=within)
    if not within:
        return
    for block in ("body", "orelse", "finalbody"):
        statements = getattr(node, block, None)
        if isinstance(statements, list) and statements and isinstance(statements[0], ast.stmt):
            setattr(node, block, _reporting(node, statements, name))


def _reporting(node: ast.AST, statements: list[ast.stmt], name: str) -> list[ast.stmt]:
    out: list[ast.stmt] = []
    for index, one in enumerate(statements):
        is_docstring = (
            index == 0
            and isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            and isinstance(one, ast.Expr)
            and isinstance(one.value, ast.Constant)
        )
        if not is_docstring:
            report = ast.parse(f"{_HITS}.add({place_of(name, one)!r})").body[0]
            for part in ast.walk(report):
                ast.copy_location(part, one)
            out.append(report)
        out.append(one)
    return out


@dataclass(slots=True)
class _OfTest:
    fixtures: tuple[str, ...]
    own: set[str] = field(default_factory=set)
    seconds: float = 0.0
    outcome: str = "passed"


@dataclass(slots=True)
class _OfFixture:
    hits: set[str] = field(default_factory=set)
    seconds: float = 0.0
    is_shared: bool = False  # among tests, and able to change


class Measuring:
    """A plugin that tells which statements each test and each fixture reach."""

    def __init__(self, hits: set[str]) -> None:
        self._hits = hits
        self._tests: dict[str, _OfTest] = {}
        self._fixtures: dict[str, _OfFixture] = defaultdict(_OfFixture)
        self._at_import: set[str] = set()
        self._running = ""

    def pytest_collection_finish(self) -> None:
        """Note what ran because a module was imported."""
        self._at_import |= self._hits
        self._hits.clear()

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(self, fixturedef: pytest.FixtureDef[object]) -> Iterator[None]:
        """Keep apart what a fixture runs, for it runs for every test that asks for it."""
        before = set(self._hits)
        self._hits.clear()
        begin = time.perf_counter()
        one = self._fixtures[fixturedef.argname]
        try:
            value = yield
            if fixturedef.scope != "function":
                taken = time.perf_counter() - begin
                one.seconds += taken
                self._tests[self._running].seconds -= taken
                one.is_shared |= _can_change(value)
            return value
        finally:
            one.hits |= self._hits
            self._hits.clear()
            self._hits.update(before)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Note what runs between the begin and the end of a test."""
        self._hits.clear()
        _clear_caches()
        self._running = item.nodeid
        one = self._tests[item.nodeid] = _OfTest(tuple(getattr(item, "fixturenames", ())))
        result = yield
        one.own = set(self._hits)
        self._hits.clear()
        return result

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note time and outcome; the first part of a test that does not pass decides."""
        one = self._tests[report.nodeid]
        one.seconds += report.duration
        if one.outcome == "passed":
            one.outcome = report.outcome

    def result(self) -> dict[str, Any]:
        """Return all of it, statements as numbers into one list."""
        together: dict[str, set[str]] = defaultdict(set)
        for one in self._tests.values():
            for key in one.fixtures:
                together[key] |= one.own
        numbers = _Numbers()
        tests = []
        for name, one in self._tests.items():
            fixtures = {key: self._fixtures[key] for key in one.fixtures if key in self._fixtures}
            own = one.own.union(*(fixture.hits for fixture in fixtures.values()))
            shared = [together[key] for key, fixture in fixtures.items() if fixture.is_shared]
            tests.append(
                {
                    "name": name,
                    "seconds": one.seconds + sum(each.seconds for each in fixtures.values()),
                    "outcome": one.outcome,
                    "own": numbers.of(own),
                    "shared": numbers.of(set().union(*shared) - own),
                }
            )
        return {
            "tests": tests,
            "at_import": numbers.of(self._at_import),
            "places": list(numbers.known),
        }


class _Numbers:
    def __init__(self) -> None:
        self.known: dict[str, int] = {}

    def of(self, texts: set[str]) -> list[int]:
        return sorted(self.known.setdefault(one, len(self.known)) for one in texts)


def _can_change(value: object) -> bool:
    """Return whether tests that share a value could see what another did with it."""
    about = getattr(value, "__dataclass_params__", None)
    is_frozen = about is not None and about.frozen
    return not (is_frozen or isinstance(value, str | bytes | int | float | Path | type(None)))


def _clear_caches() -> None:
    """Empty the caches of the package: no test may run less because another has run."""
    for name, module in list(sys.modules.items()):
        if name.startswith("porelight."):
            for value in list(vars(module).values()):
                clear = getattr(value, "cache_clear", None)
                if callable(clear) and getattr(value, "__module__", None) == name:
                    clear()
