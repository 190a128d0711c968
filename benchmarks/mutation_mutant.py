"""One fault in one file, and how it is written into the source.

Only the text of the changed node is replaced, so that the difference from the source is a line
that a person can read. What is written is parsed again and compared with the tree that was meant.
"""

import ast
from dataclasses import dataclass
from itertools import accumulate
from typing import Any

Step = tuple[str, int | None]
Steps = tuple[Step, ...]
Splice = tuple[int, int, str]


class UnwritableError(Exception):
    """A mutant that cannot be written back as the text of one node."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault that could be made in a file.

    Attributes
    ----------
    path : str
        File below the package, such as ``planning/search.py``.
    line : int
        Where the fault is, from 1.
    operator : str
        Kind of fault.
    place : str or None
        The statement that must run for the fault to matter, as `place_of` names it; None if it
        runs when the module is imported.
    names : tuple of str
        What the outermost statement around it defines.
    owner, field, index
        The node whose field changes, by the way from the module to it, and the field.
    new : node, operator or None
        What the field becomes; None removes the item.
    written : tuple of steps
        The way to the node whose text is replaced.
    short : tuple of (start, end, text), optional
        A smaller replacement, in bytes of the source, for when it means the same.
    """

    path: str
    line: int
    operator: str
    place: str | None
    names: tuple[str, ...]
    owner: Steps
    field: str
    index: int | None
    new: object
    written: Steps
    short: Splice | None


def place_of(path: str, statement: ast.stmt) -> str:
    """Return the name of a statement: file, line and column."""
    return f"{path}:{statement.lineno}:{statement.col_offset}"


def defined_by(statement: ast.stmt) -> tuple[str, ...]:
    """Return the names that a statement at the top of a module defines."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return (statement.name,)
    if isinstance(statement, ast.Assign):
        targets = [one for target in statement.targets for one in ast.walk(target)]
        return tuple(one.id for one in targets if isinstance(one, ast.Name))
    if isinstance(statement, ast.AnnAssign | ast.AugAssign):
        target = statement.target
        return (target.id,) if isinstance(target, ast.Name) else ()
    return ()


def mutated(source: str, mutant: Mutant) -> str:
    """Return the source with one fault.

    Raises
    ------
    UnwritableError
        If no way of writing it parses as the tree that is meant.
    """
    tree, raw = ast.parse(source), source.encode()
    start, end = span(node_at(tree, mutant.written), line_starts(raw))
    _edit(tree, mutant)
    expected = ast.dump(tree)
    try:
        text = ast.unparse(node_at(tree, mutant.written))
    except ValueError:  # some f-strings cannot be written
        text = ""
    short = () if mutant.short is None else (mutant.short,)
    for first, last, new in (*short, (start, end, text), (start, end, f"({text})")):
        try:
            written: str = (raw[:first] + new.encode() + raw[last:]).decode()
            if ast.dump(ast.parse(written)) == expected:
                return written
        except SyntaxError:
            continue
    raise UnwritableError(f"{mutant.path}:{mutant.line}: {mutant.operator}")


def node_at(tree: ast.AST, steps: Steps) -> ast.AST:
    """Return the node that a way from the module leads to."""
    for field, index in steps:
        value: Any = getattr(tree, field)
        tree = value if index is None else value[index]
    return tree


def _edit(tree: ast.Module, mutant: Mutant) -> None:
    owner, index = node_at(tree, mutant.owner), mutant.index
    if index is None:
        setattr(owner, mutant.field, mutant.new)
    elif mutant.new is not None:
        getattr(owner, mutant.field)[index] = mutant.new
    else:
        del getattr(owner, mutant.field)[index]
        if isinstance(owner, ast.Dict):
            del owner.keys[index]


def line_starts(raw: bytes) -> list[int]:
    """Return where each line begins, in bytes."""
    return [0, *accumulate(map(len, raw.splitlines(keepends=True)))]


def span(node: ast.AST, starts: list[int]) -> tuple[int, int]:
    """Return the bytes of a node."""
    first, last = node.lineno, node.end_lineno  # type: ignore[attr-defined]
    start = starts[first - 1] + node.col_offset  # type: ignore[attr-defined]
    return start, starts[last - 1] + node.end_col_offset  # type: ignore[attr-defined]
