"""What becomes of an operator, a number or a text in a mutant, and what is no code at all."""

import ast

COMPARISONS: dict[type[ast.cmpop], tuple[str, type[ast.cmpop], str]] = {
    ast.Lt: ("<", ast.LtE, "<="),
    ast.LtE: ("<=", ast.Lt, "<"),
    ast.Gt: (">", ast.GtE, ">="),
    ast.GtE: (">=", ast.Gt, ">"),
    ast.Eq: ("==", ast.NotEq, "!="),
    ast.NotEq: ("!=", ast.Eq, "=="),
    ast.Is: ("is", ast.IsNot, "is not"),
    ast.IsNot: ("is not", ast.Is, "is"),
    ast.In: ("in", ast.NotIn, "not in"),
    ast.NotIn: ("not in", ast.In, "in"),
}
ARITHMETIC: dict[type[ast.operator], tuple[str, type[ast.operator], str]] = {
    ast.Add: ("+", ast.Sub, "-"),
    ast.Sub: ("-", ast.Add, "+"),
    ast.Mult: ("*", ast.Div, "/"),
    ast.Div: ("/", ast.Mult, "*"),
    ast.FloorDiv: ("//", ast.Div, "/"),
    ast.Mod: ("%", ast.Mult, "*"),
    ast.Pow: ("**", ast.Mult, "*"),
    ast.BitOr: ("|", ast.BitAnd, "&"),
    ast.BitAnd: ("&", ast.BitOr, "|"),
}
_PAIRS = (("min", "max"), ("minimum", "maximum"), ("argmin", "argmax"), ("any", "all"))
OPPOSITE = {a: b for pair in _PAIRS for a, b in (pair, pair[::-1])}
# keywords that guard against slips of the programmer or of another machine, or are text for people:
# without them every result here is the same
GUARDS = {"strict", "encoding", "stacklevel", "repr", "description"}
NOT_CODE = {"__all__", "__slots__", "__version__"}
TYPING_CALLS = {"TypeVar", "NewType", "ParamSpec"}
# calls whose arguments are text for people
SPOKEN = {"warn"}


def may_go(statement: ast.stmt) -> bool:
    """Return whether a program without this statement still has all its names."""
    if isinstance(statement, ast.Assign):
        return all(isinstance(one, ast.Attribute | ast.Subscript) for one in statement.targets)
    if isinstance(statement, ast.Expr):
        return isinstance(statement.value, ast.Call)
    return isinstance(statement, ast.Raise | ast.AugAssign | ast.Continue | ast.Break)


def other_values(value: object, *, text: bool) -> list[bool | int | float | str]:
    """Return what a constant may become."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value * 10, value + 1] if value else [value + 1]
    if isinstance(value, str) and text:
        return [f"{value}_mutant"]
    return []


def is_string(node: ast.AST) -> bool:
    """Return whether a node is a text."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def is_docstring(statement: ast.stmt) -> bool:
    """Return whether a statement is a text alone."""
    return isinstance(statement, ast.Expr) and is_string(statement.value)


def last_name(node: ast.expr) -> str:
    """Return the last part of a dotted name, or an empty text."""
    return getattr(node, "attr", getattr(node, "id", ""))


def called(node: ast.Call) -> str:
    """Return the name of what is called, without its module."""
    return last_name(node.func)
