"""Which mutants a run tries: a sample of every module, and faults that were once found by hand."""

import ast
import difflib
import os
import random
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutation_mutant import Mutant, UnwritableError, defined_by, mutated, place_of
from mutation_operators import mutants_of
from mutation_reach import PACKAGE, sources_of

ROOMS = ("session", "course", "inference", "planning", "workflows", "files")
_NAMED = Path("benchmarks") / "mutation_named.toml"
_EQUIVALENT = Path("benchmarks") / "mutation_equivalent.toml"


@dataclass(frozen=True, slots=True)
class Fault:
    """A mutant ready to be tried.

    Attributes
    ----------
    path : str
        File below the package.
    line : int
        Where, from 1.
    operator : str
        Kind of fault, "by hand" for a named one.
    place, names
        See `mutation_mutant.Mutant`.
    difference : str
        Lines before and after.
    source : str
        The file with the fault.
    name : str
        Of a fault found by hand; empty otherwise.
    """

    path: str
    line: int
    operator: str
    place: str | None
    names: tuple[str, ...]
    difference: str
    source: str
    name: str = ""

    @property
    def room(self) -> str:
        """The folder of the package that it is in."""
        return self.path.partition("/")[0]

    @property
    def where(self) -> str:
        """File, line and kind."""
        name = f" ({self.name})" if self.name else ""
        return f"{self.path}:{self.line} {self.operator}{name}"


def chosen(
    root: Path, rooms: Sequence[str], n: int, seed: int, *, only: str | None = None
) -> list[Fault]:
    """Return the mutants of a run.

    Parameters
    ----------
    root : Path
        The checkout.
    rooms : sequence of str
        Folders of the package. A named mutant outside of all six is always part of the run.
    n : int
        How many, beside the named ones. Every module of the rooms gets one at least, and more in
        proportion to how many are possible; inside a module every operator has the same chance.
    seed : int
        The same seed gives the same mutants of a module that has not changed.
    only : str, optional
        ``path::line``: every mutant of that line instead.
    """
    sources = sources_of(root)
    equivalent = equivalents(root / _EQUIVALENT, sources)
    if only is not None:
        path, _, line = only.removeprefix(f"{PACKAGE.as_posix()}/").partition("::")
        if path not in sources:
            raise SystemExit(f"no file {path} in {PACKAGE}; give --only planning/search.py::207")
        there = [one for one in mutants_of(sources[path], path) if str(one.line) == line]
        return [one for mutant in there for one in _written(sources[path], mutant, equivalent)]
    candidates = {
        path: mutants_of(source, path)
        for path, source in sources.items()
        if path.partition("/")[0] in rooms
    }
    candidates = {path: found for path, found in candidates.items() if found}
    faults = [
        one for one in named(root / _NAMED, sources) if one.room in rooms or one.room not in ROOMS
    ]
    for path, share in shares({p: len(found) for p, found in candidates.items()}, n).items():
        drawn = _in_random_order(candidates[path], _generator(seed, path))
        written = (one for mutant in drawn for one in _written(sources[path], mutant, equivalent))
        faults += [one for _, one in zip(range(share), written, strict=False)]
    return faults


def shares(possible: Mapping[str, int], n: int) -> dict[str, int]:
    """Return how many mutants each module gets: one, and the rest in proportion.

    Examples
    --------
    >>> shares({"a.py": 90, "b.py": 10}, 12)
    {'a.py': 10, 'b.py': 2}
    """
    total = sum(possible.values())
    exact = {path: max(0, n - len(possible)) * one / total for path, one in possible.items()}
    given = {path: 1 + int(share) for path, share in exact.items()}
    # what rounding down left goes to those who lost most by it
    order = sorted(exact, key=lambda path: (int(exact[path]) - exact[path], path))
    for path in order[: max(0, n - sum(given.values()))]:
        given[path] += 1
    return given


def named(path: Path, sources: Mapping[str, str]) -> list[Fault]:
    """Return the faults that were found by hand.

    Raises
    ------
    SystemExit
        If the text of one does not occur exactly once in the package.
    """
    faults = []
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", ()):
        before, after = entry["before"], entry["after"]
        found = [file for file, source in sources.items() for _ in range(source.count(before))]
        if len(found) != 1:
            raise SystemExit(
                f"{path.name}: the text of {entry['name']!r} occurs {len(found)} times in the "
                f"package ({', '.join(found)}); it must occur once. The code has moved on: give "
                "the text as it is now."
            )
        source = sources[found[0]]
        same = len(os.path.commonprefix([before, after]))  # noqa: RUF071  these are no paths
        begin = source.index(before) + min(same, len(before.rstrip()) - 1)
        line = source.count("\n", 0, begin) + 1
        place, names = _around(source, found[0], line)
        changed = source.replace(before, after)
        faults.append(
            Fault(
                path=found[0],
                line=line,
                operator="by hand",
                name=entry["name"],
                place=place,
                names=names,
                difference=_difference(source, changed),
                source=changed,
            )
        )
    return faults


def equivalents(path: Path, sources: Mapping[str, str]) -> frozenset[tuple[str, str]]:
    """Return the mutants that change no result, as file and difference.

    Raises
    ------
    SystemExit
        If one fits no mutant of its file, or has no reason.
    """
    kept = set()
    differences: dict[str, set[str]] = {}
    for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("mutant", ()):
        file = entry["file"]
        if file not in differences:
            source = sources.get(file, "")
            mutants = mutants_of(source, file)
            faults = [one for each in mutants for one in _written(source, each, frozenset())]
            differences[file] = {one.difference for one in faults}
        wanted = "\n".join(
            f"{sign} {line.strip()}"
            for sign, lines in (("-", entry["before"]), ("+", entry["after"]))
            for line in lines.strip().splitlines()
        )
        if wanted not in differences[file] or not entry["reason"].strip():
            raise SystemExit(
                f"{path.name}: no mutant of {file} is\n{wanted}\nor it has no reason. The code "
                "has moved on: mend the entry or take it out."
            )
        kept.add((file, wanted))
    return frozenset(kept)


def _written(
    source: str, mutant: Mutant, equivalent: frozenset[tuple[str, str]]
) -> Iterator[Fault]:
    """Yield the fault, unless it changes no result or cannot be written."""
    try:
        changed = mutated(source, mutant)
    except UnwritableError:
        return
    difference = _difference(source, changed)
    if (mutant.path, difference) not in equivalent:
        yield Fault(
            path=mutant.path,
            line=mutant.line,
            operator=mutant.operator,
            place=mutant.place,
            names=mutant.names,
            difference=difference,
            source=changed,
        )


def _difference(before: str, after: str) -> str:
    """Return the lines that differ, without the space around them."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return "\n".join(
        f"{line[0]} {line[1:].strip()}"
        for line in lines
        if line[0] in "+-" and not line.startswith(("---", "+++"))
    )


def _generator(seed: int, path: str) -> random.Random:
    return random.Random(f"{seed} {path}")  # noqa: S311  a sample, no secret


def _in_random_order(mutants: Sequence[Mutant], generator: random.Random) -> Iterator[Mutant]:
    """Yield mutants, each time of the next kind, and of different lines while there are any."""
    kinds: dict[str, list[Mutant]] = {}
    for one in generator.sample(mutants, len(mutants)):
        kinds.setdefault(one.operator, []).append(one)
    order = generator.sample(sorted(kinds), len(kinds))
    lines: set[int] = set()
    while kinds:
        for kind in [one for one in order if one in kinds]:
            of_kind = kinds[kind]
            fresh = next((one for one in of_kind if one.line not in lines), of_kind[0])
            of_kind.remove(fresh)
            if not of_kind:
                del kinds[kind]
            lines.add(fresh.line)
            yield fresh


def _around(source: str, path: str, line: int) -> tuple[str | None, tuple[str, ...]]:
    """Return the innermost statement at a line, if it is in a function, and what is defined."""
    outer = next(
        one for one in ast.parse(source).body if one.lineno <= line <= (one.end_lineno or 0)
    )
    inner: ast.AST = outer
    place = None
    is_inside = False
    while True:
        is_inside |= isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef)
        inside = [
            one for one in _statements_below(inner) if one.lineno <= line <= (one.end_lineno or 0)
        ]
        if not inside:
            return place, defined_by(outer)
        inner = inside[0]
        place = place_of(path, inside[0]) if is_inside else None


def _statements_below(node: ast.AST) -> Iterator[ast.stmt]:
    """Yield the nearest statements below a node."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.stmt):
            yield child
        else:
            yield from _statements_below(child)
