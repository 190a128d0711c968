"""Which tests reach which statement, measured once, and what follows for a mutant.

Every statement inside a function of the package reports that it ran; what a fixture ran belongs to
each test that uses it. A statement at the top of a module runs before any test, so that a mutant
there is met by tests that run a statement which mentions what it defines, directly or through other
definitions.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from hashlib import sha256
from pathlib import Path

from mutation_mutant import defined_by, place_of

PACKAGE = Path("src") / "porelight"
Name = tuple[str, str]  # file below the package, name defined at its top


@dataclass(frozen=True, slots=True)
class Test:
    """One test: how long it takes, and which statements it runs.

    Attributes
    ----------
    file, name : str
        Where it is, and its node id.
    seconds : float
        With its fixtures.
    outcome : {"passed", "failed", "skipped"}
        Without a mutant.
    own : frozenset of str
        Statements that ran in it or in its fixtures.
    shared : frozenset of str
        Statements that ran in tests which share a fixture that can change: it may have kept what
        they did.
    """

    file: str
    name: str
    seconds: float
    outcome: str
    own: frozenset[str]
    shared: frozenset[str]


@dataclass(frozen=True, slots=True)
class Trial:
    """The tests of one file that a mutant is tried with.

    Attributes
    ----------
    file : str
        Test file.
    names : tuple of str
        Node ids in the order to run.
    seconds : float
        What they take.
    whole : float
        What all tests of the file take.
    """

    file: str
    names: tuple[str, ...]
    seconds: float
    whole: float


@dataclass(slots=True)
class Reach:
    """All tests, and the statements that ran while modules were imported."""

    tests: list[Test] = field(default_factory=list)
    at_import: set[str] = field(default_factory=set)

    def add(self, found: Mapping[str, object]) -> None:
        """Add what a worker measured of one test file."""
        places: list[str] = found["places"]  # type: ignore[assignment]
        for one in found["tests"]:  # type: ignore[attr-defined]
            self.tests.append(
                Test(
                    file=str(found["file"]),
                    name=one["name"],
                    seconds=one["seconds"],
                    outcome=one["outcome"],
                    own=frozenset(places[i] for i in one["own"]),
                    shared=frozenset(places[i] for i in one["shared"]),
                )
            )
        self.at_import |= {places[i] for i in found["at_import"]}  # type: ignore[attr-defined]

    def distrust(self, name: str) -> None:
        """Leave out a test that fails without a mutant."""
        self.tests = [
            replace(one, outcome="failed") if one.name == name else one for one in self.tests
        ]

    def trials(
        self, places: Iterable[str], near: str = "", files: AbstractSet[str] = frozenset()
    ) -> list[Trial]:
        """Return the tests that run one of some statements.

        Parameters
        ----------
        places : iterable of str
            The statements.
        near : str
            Folder of test files to try before all others; the quickest file goes first among them,
            and among the others.
        files : set of str
            Test files all of whose tests are tried, too.
        """
        wanted = frozenset(places)
        whole: dict[str, float] = defaultdict(float)
        chosen: dict[str, list[tuple[bool, float, str]]] = defaultdict(list)
        for one in self.tests:
            whole[one.file] += one.seconds
            is_own = not wanted.isdisjoint(one.own)
            is_met = is_own or one.file in files or not wanted.isdisjoint(one.shared)
            if one.outcome == "passed" and is_met:
                chosen[one.file].append((not is_own, one.seconds, one.name))
        trials = [
            Trial(
                file,
                tuple(name for _, _, name in sorted(found)),
                sum(seconds for _, seconds, _ in found),
                whole[file],
            )
            for file, found in chosen.items()
        ]
        return sorted(
            trials, key=lambda one: (not one.file.startswith(f"{near}/"), one.seconds, one.file)
        )


class Mentions:
    """Where each name that a module of the package defines is mentioned.

    Parameters
    ----------
    sources : mapping of str to str
        Every file of the package by its path below it.
    """

    def __init__(self, sources: Mapping[str, str]) -> None:
        self._places: dict[Name, set[str]] = defaultdict(set)
        self._names: dict[Name, set[Name]] = defaultdict(set)
        self._definers: dict[str, set[Name]] = {}
        self._of_file: dict[str, set[str]] = defaultdict(set)
        self._importers: dict[str, set[str]] = defaultdict(set)
        self._sources = sources
        trees = {path: ast.parse(source) for path, source in sources.items()}
        # a module may hand on what it imports, and others take it from there
        self._handed_on: dict[Name, Name] = {}
        for path, tree in trees.items():
            for statement in tree.body:
                if isinstance(statement, ast.ImportFrom):
                    for name, origin in self._imported(path, statement).items():
                        self._handed_on[path, name] = origin
        for path, tree in trees.items():
            self._read(path, tree)

    def of(self, path: str, names: Sequence[str], at_import: AbstractSet[str]) -> set[str]:
        """Return the statements in functions that mention names, also by way of other definitions.

        Parameters
        ----------
        path : str
            The file that defines the names.
        names : sequence of str
            What is looked for; an empty text is the module itself. Without a name these are all
            statements of the file and of those that import it.
        at_import : set of str
            Statements of functions that were called while modules were imported; what they made is
            looked for too.
        """
        waiting = {(path, name) for name in names}
        if not waiting:
            files = {path, *self._importers[path]}
            return {place for file in files for place in self._of_file[file]}
        seen: set[Name] = set()
        found: set[str] = set()
        while waiting:
            one = waiting.pop()
            seen.add(one)
            found |= self._places[one]
            called = {
                name for place in self._places[one] & at_import for name in self.around(place)
            }
            waiting |= (self._names[one] | called) - seen
        return found

    def test_files(self, path: str, names: Sequence[str], tests: Mapping[str, str]) -> set[str]:
        """Return the test files that import one of some names.

        Parameters
        ----------
        path : str
            The file of the package that defines the names.
        names : sequence of str
            What is looked for.
        tests : mapping of str to str
            Every test file by its path below the checkout.
        """
        wanted = {(path, name) for name in names}
        return {
            file
            for file, source in tests.items()
            for statement in ast.walk(ast.parse(source))
            if isinstance(statement, ast.ImportFrom)
            and not wanted.isdisjoint(self._imported("", statement).values())
        }

    def around(self, place: str) -> set[Name]:
        """Return what is defined by the outermost statement around a statement."""
        return self._definers.get(place, set())

    def _read(self, path: str, tree: ast.Module) -> None:
        known = {name: (path, name) for one in tree.body for name in defined_by(one)}
        for statement in ast.walk(tree):
            if isinstance(statement, ast.ImportFrom):
                known |= self._imported(path, statement)
        for outer in tree.body:
            defined = {(path, name) for name in defined_by(outer)}
            for name in _mentioned(_outside_functions(outer), known):
                self._names[name] |= defined
            for inner in _statements_in_functions(outer):
                place = place_of(path, inner)
                self._of_file[path].add(place)
                self._definers[place] = defined
                for name in _mentioned(ast.walk(inner), known):
                    self._places[name].add(place)

    def _imported(self, path: str, statement: ast.ImportFrom) -> dict[str, Name]:
        """Return the names that an import takes from the package, and note who imports whom."""
        origin = _file_of(statement.module or "", self._sources)
        taken: dict[str, Name] = {}
        for alias in statement.names:
            module = _file_of(f"{statement.module}.{alias.name}", self._sources)
            if module or origin:
                self._importers[module or origin].add(path)
            if module or origin:
                # a module itself has no name in it
                own = (module, "") if module else (origin, alias.name)
                while own in self._handed_on:
                    own = self._handed_on[own]
                taken[alias.asname or alias.name] = own
        return taken


def _mentioned(nodes: Iterable[ast.AST], known: Mapping[str, Name]) -> set[Name]:
    found = set()
    for one in nodes:
        if isinstance(one, ast.Name) and one.id in known:
            found.add(known[one.id])
        elif isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name):
            file, name = known.get(one.value.id, ("", ""))
            if file and not name:
                found.add((file, one.attr))
    return found


def _is_function(node: ast.AST) -> bool:
    return isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what is run when the statement is: a function's signature, but not its body."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not (_is_function(node) and isinstance(child, ast.stmt)):
            yield from _outside_functions(child)


def _statements_in_functions(node: ast.AST, *, inside: bool = False) -> Iterator[ast.stmt]:
    within = inside or _is_function(node)
    for child in ast.iter_child_nodes(node):
        if within and isinstance(child, ast.stmt):
            yield child
        yield from _statements_in_functions(child, inside=within)


def _file_of(module: str, sources: Mapping[str, str]) -> str:
    """Return the file of a module of the package, or an empty text."""
    path = "/".join(module.split(".")[1:])
    return next((one for one in (f"{path}.py", f"{path}/__init__.py") if one in sources), "")


def sources_of(root: Path) -> dict[str, str]:
    """Return every Python file of the package by its path below it."""
    package = root / PACKAGE
    return {
        path.relative_to(package).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(package.rglob("*.py"))
    }


def test_files(root: Path, below: Sequence[str]) -> list[str]:
    """Return the files that hold tests: those of `tests`, and sources with examples in docstrings.

    Parameters
    ----------
    root : Path
        The checkout.
    below : sequence of str
        Only files in these folders, or these files; all if empty.
    """
    files = sorted((root / "tests").rglob("test_*.py"))
    for path in sorted((root / PACKAGE).rglob("*.py")):
        if ">>> " in path.read_text(encoding="utf-8"):
            files.append(path)
    names = [path.relative_to(root).as_posix() for path in files]
    folders = [one.rstrip("/") for one in below]
    return [
        name
        for name in names
        if not folders or any(name == one or name.startswith(f"{one}/") for one in folders)
    ]


def digest(root: Path, files: Iterable[Path]) -> str:
    """Return what changes with any of some files."""
    whole = sha256()
    for path in sorted(files):
        if path.is_file() and "__pycache__" not in path.parts:
            whole.update(f"{path.relative_to(root)}\n".encode())
            whole.update(path.read_bytes())
    return whole.hexdigest()


def shared_digest(root: Path) -> str:
    """Return what changes with the package and with what all tests share."""
    shared = [*(root / PACKAGE).rglob("*"), *(root / "tests").rglob("conftest.py")]
    return digest(root, [*shared, root / "pyproject.toml"])
