"""Mutants of Python source: small faults, each of which a good test suite notices.

Not mutated: docstrings, types, decorators, `__all__`, what only type checkers run, and the texts of
errors and warnings.
"""

import ast
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mutation_mutant import (
    Mutant,
    Splice,
    Step,
    Steps,
    defined_by,
    line_starts,
    node_at,
    place_of,
    span,
)
from mutation_rules import (
    ARITHMETIC,
    COMPARISONS,
    GUARDS,
    NOT_CODE,
    OPPOSITE,
    SPOKEN,
    TYPING_CALLS,
    called,
    is_docstring,
    is_string,
    last_name,
    may_go,
    other_values,
)


@dataclass(frozen=True, slots=True)
class _Context:
    steps: Steps = ()
    place: str | None = None
    names: tuple[str, ...] = ()
    text: Steps | None = None  # the f-string around, which is written as a whole
    is_type: bool = False
    in_class: bool = False
    in_function: bool = False


def mutants_of(source: str, path: str) -> list[Mutant]:
    """Return every mutant of a file, in the order of its lines.

    Parameters
    ----------
    source : str
        The file.
    path : str
        Its name below the package.
    """
    finder = _Finder(source, path)
    finder.visit(finder.tree, _Context())
    return sorted(finder.found, key=lambda one: one.line)


class _Finder:
    """A walk over one file that collects its mutants."""

    def __init__(self, source: str, path: str) -> None:
        self.tree = ast.parse(source)
        self.path = path
        self.found: list[Mutant] = []
        self._raw = source.encode()
        self._starts = line_starts(self._raw)

    def visit(self, node: ast.AST, at: _Context) -> None:
        """Collect the mutants of a node and of all below it."""
        if isinstance(node, ast.stmt):
            names = at.names if at.in_function or at.in_class else defined_by(node)
            place = place_of(self.path, node) if at.in_function else None
            at = replace(at, names=names, place=place)
        if isinstance(node, ast.JoinedStr) and at.text is None:
            at = replace(at, text=at.steps)
        handler = getattr(self, f"_on_{type(node).__name__.lower()}", None)
        # a handler says which fields are code; without one all are
        fields = handler(node, at) if handler else node._fields
        self._below(node, at, fields)

    def _below(self, node: ast.AST, at: _Context, fields: Sequence[str]) -> None:
        for field in fields:
            value = getattr(node, field, None)
            for index, child in enumerate(value if isinstance(value, list) else [value]):
                if isinstance(child, ast.AST):
                    step = (field, index if isinstance(value, list) else None)
                    self.visit(child, replace(at, steps=(*at.steps, step)))

    def _add(
        self,
        operator: str,
        at: _Context,
        change: tuple[str, int | None, object],
        *,
        short: Splice | None = None,
        itself: bool = False,
    ) -> None:
        """Keep a mutant: a field of the node at `at` becomes another.

        The node is written anew, or only the item of the field if that is what `itself` says.
        """
        if at.is_type:
            return
        field, index, new = change
        written = (*at.steps, (field, index)) if itself else at.steps
        if at.text is not None:
            written, short = at.text, None
        start = short[0] if short else span(node_at(self.tree, written), self._starts)[0]
        line = self._raw[:start].count(b"\n") + 1
        self.found.append(
            Mutant(
                path=self.path,
                line=line,
                operator=operator,
                place=at.place,
                names=at.names,
                owner=at.steps,
                field=field,
                index=index,
                new=new,
                written=written,
                short=short,
            )
        )

    # -- statements ---------------------------------------------------------------------------

    def _block(self, node: ast.AST, at: _Context, fields: Sequence[str]) -> None:
        """Collect deletions of the statements in a block."""
        if not at.in_function:
            return
        for field in fields:
            for index, statement in enumerate(getattr(node, field, [])):
                if may_go(statement):
                    place = place_of(self.path, statement)
                    change = (field, index, ast.Pass())
                    self._add("statement", replace(at, place=place), change, itself=True)

    def _on_functiondef(self, node: ast.FunctionDef, at: _Context) -> Sequence[str]:
        inside = replace(at, in_function=True)
        self._block(node, inside, ["body"])
        first = node.body[1:2] if is_docstring(node.body[0]) else node.body[:1]
        runs = replace(inside, place=place_of(self.path, first[0]) if first else None)
        signature = replace(runs, steps=(*at.steps, ("args", None)))
        for field in ("defaults", "kw_defaults"):
            for index, value in enumerate(getattr(node.args, field)):
                if isinstance(value, ast.Constant):
                    self._constant(
                        "default", signature, (field, index), value, every=False, text=True
                    )
                elif value is not None:
                    self.visit(value, replace(runs, steps=(*signature.steps, (field, index))))
        self._below(node, inside, ["body"])
        return ()

    _on_asyncfunctiondef = _on_functiondef

    def _on_lambda(self, node: ast.Lambda, at: _Context) -> Sequence[str]:
        return ("body",)

    def _on_classdef(self, node: ast.ClassDef, at: _Context) -> Sequence[str]:
        self._below(node, replace(at, in_class=True), ["body"])
        return ()

    def _on_import(self, *_: object) -> Sequence[str]:
        return ()

    _on_importfrom = _on_global = _on_nonlocal = _on_raise = _on_import

    def _on_assign(self, node: ast.Assign, at: _Context) -> Sequence[str]:
        if {getattr(target, "id", "") for target in node.targets} & NOT_CODE:
            return ()
        if isinstance(node.value, ast.Call) and called(node.value) in TYPING_CALLS:
            return ()
        if isinstance(node.value, ast.Tuple) and isinstance(node.targets[0], ast.Tuple):
            # without an item there would be too few values for the names: no fault to look for
            inside = replace(at, steps=(*at.steps, ("value", None)))
            self._below(node.value, inside, ["elts"])
            return ("targets",)
        return ("targets", "value")

    def _on_annassign(self, node: ast.AnnAssign, at: _Context) -> Sequence[str]:
        self._below(node, replace(at, is_type=True), ["annotation"])
        if getattr(node.target, "id", "") in NOT_CODE:
            return ()
        is_alias = isinstance(node.annotation, ast.Name) and node.annotation.id == "TypeAlias"
        if at.in_class and isinstance(node.value, ast.Constant):
            self._constant("default", at, ("value", None), node.value, every=False, text=True)
            return ()
        self._below(node, replace(at, is_type=is_alias), ["value"])
        return ()

    def _on_augassign(self, node: ast.AugAssign, at: _Context) -> Sequence[str]:
        self._operator("arithmetic", at, node, (node.target, node.value), ARITHMETIC)
        return ("target", "value")

    def _on_if(self, node: ast.If, at: _Context) -> Sequence[str]:
        if "TYPE_CHECKING" in ast.unparse(node.test):
            return ("orelse",)
        return self._on_while(node, at)

    def _on_while(self, node: ast.If | ast.While, at: _Context) -> Sequence[str]:
        self._negation(at, ("test", None), node.test)
        self._block(node, at, ["body", "orelse"])
        return node._fields

    def _on_for(self, node: ast.AST, at: _Context) -> Sequence[str]:
        self._block(node, at, ["body", "orelse", "finalbody"])
        return node._fields

    _on_try = _on_with = _on_excepthandler = _on_match_case = _on_for

    # -- expressions --------------------------------------------------------------------------

    def _on_compare(self, node: ast.Compare, at: _Context) -> Sequence[str]:
        sides = [node.left, *node.comparators]
        for index, operator in enumerate(node.ops):
            old, new, text = COMPARISONS[type(operator)]
            short = self._between(sides[index], sides[index + 1], old, text, at)
            self._add("comparison", at, ("ops", index, new()), short=short)
        self._compared(node.left, replace(at, steps=(*at.steps, ("left", None))))
        for index, value in enumerate(node.comparators):
            self._compared(value, replace(at, steps=(*at.steps, ("comparators", index))))
        return node._fields

    def _compared(self, node: ast.expr, at: _Context) -> None:
        """Collect changes of a text, or of texts in a list, that something is compared with."""
        for index, one in enumerate(getattr(node, "elts", ())):
            if is_string(one):
                self._constant("text", at, ("elts", index), one, every=False, text=True)
        if is_string(node):
            owner = replace(at, steps=at.steps[:-1])
            self._constant("text", owner, at.steps[-1], node, every=False, text=True)

    def _on_binop(self, node: ast.BinOp, at: _Context) -> Sequence[str]:
        if not any(is_string(side) for side in (node.left, node.right)):
            self._operator("arithmetic", at, node, (node.left, node.right), ARITHMETIC)
        return ("left", "right")

    def _on_boolop(self, node: ast.BoolOp, at: _Context) -> Sequence[str]:
        old, new, text = (
            ("and", ast.Or, "or") if isinstance(node.op, ast.And) else ("or", ast.And, "and")
        )
        # more than two operands share one operator; then the whole is written anew
        two = len(node.values) == 2
        short = self._between(node.values[0], node.values[1], old, text, at) if two else None
        self._add("and-or", at, ("op", None, new()), short=short)
        return ("values",)

    def _on_unaryop(self, node: ast.UnaryOp, at: _Context) -> Sequence[str]:
        if not isinstance(node.operand, ast.Constant):
            owner = replace(at, steps=at.steps[:-1])
            self._add("sign", owner, (*at.steps[-1], node.operand), itself=True)
        return ("operand",)

    def _on_ifexp(self, node: ast.IfExp, at: _Context) -> Sequence[str]:
        self._negation(at, ("test", None), node.test)
        return node._fields

    def _on_comprehension(self, node: ast.comprehension, at: _Context) -> Sequence[str]:
        for index, test in enumerate(node.ifs):
            self._negation(at, ("ifs", index), test)
        return ("iter", "ifs")

    def _on_matchvalue(self, node: ast.MatchValue, at: _Context) -> Sequence[str]:
        if is_string(node.value):
            self._constant("text", at, ("value", None), node.value, every=False, text=True)
        return ("value",)

    def _on_constant(self, node: ast.Constant, at: _Context) -> Sequence[str]:
        owner = replace(at, steps=at.steps[:-1])
        self._constant("constant", owner, at.steps[-1], node, every=True, text=False)
        return ()

    def _on_dict(self, node: ast.Dict, at: _Context) -> Sequence[str]:
        for index, key in enumerate(node.keys):
            if key is not None and is_string(key):
                self._constant("text", at, ("keys", index), key, every=False, text=True)
        self._items(
            node,
            at,
            "values",
            [key or value for key, value in zip(node.keys, node.values, strict=True)],
        )
        return ("values",)

    def _on_tuple(self, node: ast.Tuple | ast.List | ast.Set, at: _Context) -> Sequence[str]:
        if isinstance(getattr(node, "ctx", ast.Load()), ast.Load):
            self._items(node, at, "elts", node.elts)
        return ("elts",)

    _on_list = _on_set = _on_tuple

    def _on_subscript(self, node: ast.Subscript, at: _Context) -> Sequence[str]:
        if last_name(node.value) == "Literal":
            return ()
        if is_string(node.slice):
            self._constant("text", at, ("slice", None), node.slice, every=False, text=True)
        # the axes of an array are no items that could be missing
        if isinstance(node.slice, ast.Tuple):
            inside = replace(at, steps=(*at.steps, ("slice", None)))
            self._below(node.slice, inside, ["elts"])
            return ("value",)
        return ("value", "slice")

    def _on_call(self, node: ast.Call, at: _Context) -> Sequence[str]:
        name = called(node)
        if name in SPOKEN or name in TYPING_CALLS:
            return ()
        at = replace(at, is_type=False)
        if name in OPPOSITE:
            self._opposite(node.func, at)
        if name == "get" and node.args and is_string(node.args[0]):
            self._constant("text", at, ("args", 0), node.args[0], every=False, text=True)
        for index, keyword in enumerate(node.keywords):
            if keyword.arg not in GUARDS:
                every = [*node.args, *node.keywords]
                short = self._without(every, every, len(node.args) + index, at)
                self._add("keyword", at, ("keywords", index, None), short=short)
        self._below(node, at, ["func"])
        for index, value in enumerate(node.args):
            if not (name == "cast" and index == 0) and not (name == "isinstance" and index == 1):
                self.visit(value, replace(at, steps=(*at.steps, ("args", index))))
        for index, keyword in enumerate(node.keywords):
            if keyword.arg not in GUARDS:
                steps = (*at.steps, ("keywords", index), ("value", None))
                self.visit(keyword.value, replace(at, steps=steps))
        return ()

    # -- what several kinds of nodes share ------------------------------------------------------

    def _constant(
        self,
        operator: str,
        owner: _Context,
        step: Step,
        node: ast.expr,
        *,
        every: bool,
        text: bool,
    ) -> None:
        """Collect other values of a number, a truth value or, if asked, a text."""
        if not isinstance(node, ast.Constant):
            return
        others = other_values(node.value, text=text)
        for value in others if every else others[:1]:
            self._add(operator, owner, (*step, ast.Constant(value)), itself=True)

    def _negation(self, at: _Context, step: Step, test: ast.expr) -> None:
        self._add("condition", at, (*step, ast.UnaryOp(ast.Not(), test)), itself=True)

    def _operator(
        self,
        kind: str,
        at: _Context,
        node: ast.BinOp | ast.AugAssign,
        sides: tuple[ast.expr, ast.expr],
        table: dict[type[ast.operator], tuple[str, type[ast.operator], str]],
    ) -> None:
        if type(node.op) in table:
            old, new, text = table[type(node.op)]
            if isinstance(node, ast.AugAssign):
                old, text = f"{old}=", f"{text}="
            self._add(kind, at, ("op", None, new()), short=self._between(*sides, old, text, at))

    def _opposite(self, function: ast.expr, at: _Context) -> None:
        field = "id" if isinstance(function, ast.Name) else "attr"
        inside = replace(at, steps=(*at.steps, ("func", None)))
        self._add("min-max", inside, (field, None, OPPOSITE[getattr(function, field)]))

    def _items(self, node: ast.expr, at: _Context, field: str, begins: Sequence[ast.AST]) -> None:
        """Collect the removal of each item of a tuple, list, set or dict."""
        ends = getattr(node, field)
        for index in range(len(ends)):
            short = self._without(begins, ends, index, at)
            self._add("item", at, (field, index, None), short=short)

    def _between(
        self, left: ast.AST, right: ast.AST, old: str, new: str, at: _Context
    ) -> Splice | None:
        """Return the replacement of the one operator between two operands."""
        if at.text is not None:
            return None
        start, end = span(left, self._starts)[1], span(right, self._starts)[0]
        gap = self._raw[start:end]
        if gap.count(old.encode()) != 1 or b"#" in gap:
            return None
        first = start + gap.index(old.encode())
        return first, first + len(old.encode()), new

    def _without(
        self, begins: Sequence[ast.AST], ends: Sequence[ast.AST], index: int, at: _Context
    ) -> Splice | None:
        """Return the removal of one of several items and of the comma beside it."""
        if at.text is not None:  # nodes inside an f-string do not know where they are
            return None
        starts = [span(one, self._starts)[0] for one in begins]
        if index + 1 < len(ends):
            return starts[index], starts[index + 1], ""
        first = span(ends[index - 1], self._starts)[1] if index else starts[index]
        return first, span(ends[index], self._starts)[1], ""
